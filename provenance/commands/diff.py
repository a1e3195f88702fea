"""``provenance diff``: what changed between two files, or two steps of a chain."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from provenance import home as homes
from provenance.commands.shared import LANGUAGE_HELP, checking_options, told
from provenance.report.build import build
from provenance.report.difference import difference
from provenance.report.difference_text import render, to_json
from provenance.report.pixels import compared
from provenance.report.wording import preferred
from provenance.verification.files import verify_files
from provenance.verification.model import Verification
from provenance.worker.settings import load as load_settings

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


class Format(StrEnum):
    """How the answer is given."""

    TEXT = "text"
    JSON = "json"


@app.command()
def diff(
    first: Annotated[Path, typer.Argument(metavar="FIRST", help="A picture.")],
    second: Annotated[Path, typer.Argument(metavar="SECOND", help="What may have become of it.")],
    form: Annotated[Format, typer.Option("--format", help="text, or json.")] = Format.TEXT,
    as_of: Annotated[str, typer.Option(metavar="DATE", help="Judge certificates as on this day.")] = "",
    lang: Annotated[str, typer.Option(metavar="LANGUAGE", help=LANGUAGE_HELP)] = preferred(),
    home: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Where your pins and lists lie.")] = None,
) -> None:
    """Say what changed between two files: statement, signer, metadata, pixels.

    Exit codes: 0 the same statement and picture, 1 they differ, 2 could not tell.
    """
    place = homes.locate(home)
    settings = load_settings(place.config)
    language = told(lang)
    now = datetime.now(UTC)
    reports = []
    for _, found in verify_files([first, second], options=checking_options(place, as_of=as_of), settings=settings):
        if not isinstance(found, Verification):
            raise found
        reports.append(build(found, language=language, now=now))
    answer = difference(reports[0], reports[1], compared(first, second, settings=settings))
    typer.echo(to_json(answer) if form is Format.JSON else render(answer).rstrip("\n"))
    raise typer.Exit({True: 0, False: 1, None: 2}[answer.same])
