"""``provenance diff``: what changed between two files, or two steps of one file's chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from provenance import home as homes
from provenance.commands.shared import LANGUAGE_HELP, checking_options, told
from provenance.errors import AssetError
from provenance.report.build import build
from provenance.report.difference import Difference, difference
from provenance.report.difference_text import render, to_json
from provenance.report.pixels import compared
from provenance.report.stepping import between_steps
from provenance.report.wording import preferred
from provenance.verification.files import verify_files
from provenance.verification.model import Verification
from provenance.verification.options import Options
from provenance.worker.settings import Settings
from provenance.worker.settings import load as load_settings

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
_LAST_STEP = ("1", "0")


class Format(StrEnum):
    """How the answer is given."""

    TEXT = "text"
    JSON = "json"


@app.command()
def diff(
    first: Annotated[Path, typer.Argument(metavar="FIRST", help="A picture.")],
    second: Annotated[
        Path | None,
        typer.Argument(metavar="SECOND", help="What may have become of it; without it, the last step of FIRST."),
    ] = None,
    steps: Annotated[
        list[str] | None,
        typer.Option(
            "--step",
            metavar="N",
            help="A step of FIRST to compare: 1 what it was made from, 2 what that was made from, … or a manifest's "
            "label. Compared with 0, the file as it is now, or with a second --step.",
        ),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="text, or json.")] = Format.TEXT,
    as_of: Annotated[str, typer.Option(metavar="DATE", help="Judge certificates as on this day.")] = "",
    lang: Annotated[str, typer.Option(metavar="LANGUAGE", help=LANGUAGE_HELP)] = preferred(),
    home: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Where your pins and lists lie.")] = None,
) -> None:
    """Say what changed between two files, or two steps of one: statement, signer, metadata, pixels.

    Exit codes: 0 the same statement and picture, 1 they differ, 2 could not tell.
    """
    place = homes.locate(home)
    settings = load_settings(place.config)
    options = replace(checking_options(place, as_of=as_of), digest=form is Format.JSON)
    if second is None:
        answer = _steps(first, steps or [], told(lang), options, settings)
    elif steps:
        raise AssetError("--step", "compares steps of one file, and two are named", "leave one of them out")
    else:
        answer = _files(first, second, told(lang), options, settings)
    typer.echo(to_json(answer) if form is Format.JSON else render(answer).rstrip("\n"))
    raise typer.Exit({True: 0, False: 1, None: 2}[answer.same])


def _files(first: Path, second: Path, language: str, options: Options, settings: Settings) -> Difference:
    now = datetime.now(UTC)
    one, other = (build(found, language=language, now=now) for found in _checked([first, second], options, settings))
    return difference(one, other, compared(first, second, settings=settings))


def _steps(file: Path, steps: Sequence[str], language: str, options: Options, settings: Settings) -> Difference:
    if len(steps) > 2:
        raise AssetError("--step", f"is given {len(steps)} times", "two steps can be compared")
    first, second = (*steps, *_LAST_STEP[len(steps) :])
    (found,) = _checked([file], options, settings)
    return between_steps(found, first, second, language=language, now=datetime.now(UTC))


def _checked(files: Sequence[Path], options: Options, settings: Settings) -> list[Verification]:
    answers = []
    for _, found in verify_files(files, options=options, settings=settings):
        if not isinstance(found, Verification):
            raise found
        answers.append(found)
    return answers
