"""``provenance verify``: per file one screen, or one line of JSON; a real exit code."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from provenance import home as homes
from provenance.commands.shared import (
    EVIDENCE_HELP,
    LANGUAGE_HELP,
    STORE_HELP,
    Answers,
    checking_options,
    expand,
    progress,
    shown_files,
    told,
)
from provenance.errors import AssetError
from provenance.report.build import build
from provenance.report.export import to_json
from provenance.report.run import SameSigner
from provenance.report.text import render, render_full
from provenance.report.wording import Catalogue, preferred
from provenance.verification.evidence import Presented, all_match
from provenance.verification.files import verify_files
from provenance.verification.model import Verification
from provenance.verification.requirement import Require, exit_code, meets, signed_by
from provenance.worker.settings import load as load_settings

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


class Format(StrEnum):
    """How the answer is given."""

    TEXT = "text"
    JSON = "json"


@app.command()
def verify(
    files: Annotated[list[Path], typer.Argument(metavar="FILES...", help="Pictures, folders, patterns, or -.")],
    form: Annotated[Format, typer.Option("--format", help="text, or json: one report a line.")] = Format.TEXT,
    require: Annotated[
        Require, typer.Option(help="What must hold for exit 0: listed, known, intact or signed.")
    ] = Require.INTACT,
    expect_signer: Annotated[
        str,
        typer.Option(
            metavar="FINGERPRINT|NAME", help="Who must have signed: a fingerprint, or your own name for them."
        ),
    ] = "",
    as_of: Annotated[str, typer.Option(metavar="DATE", help="Judge certificates as on this day.")] = "",
    sidecar: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A sidecar to use; by default NAME.EXT.c2pa is looked for.")
    ] = None,
    store: Annotated[Path | None, typer.Option(metavar="FOLDER", help=STORE_HELP)] = None,
    evidence: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help=EVIDENCE_HELP),
    ] = None,
    fetch: Annotated[bool, typer.Option("--fetch", help="Fetch credentials that a file says lie elsewhere.")] = False,
    lang: Annotated[str, typer.Option(metavar="LANGUAGE", help=LANGUAGE_HELP)] = preferred(),
    home: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Where your pins and lists lie.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing; only the exit code answers.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Print everything, as inspect does.")] = False,
) -> None:
    """Say what is stated in pictures, by whom, and what can be relied on.

    Exit codes: 0 all files meet what is required, 1 some do not, 2 could not tell.
    """
    place = homes.locate(home)
    options = checking_options(place, as_of=as_of, sidecar=sidecar, store=store)
    say = Catalogue(told(lang))
    answers = Answers()
    signers, shown = SameSigner(), 0
    settings = load_settings(place.config)
    pictures = expand(files, quiet=quiet)
    if evidence and len(pictures) != 1:
        raise AssetError("--evidence", "belongs to one picture", "verify one picture at a time")
    presented = shown_files(evidence or [], settings)
    outcomes = verify_files(pictures, options=options, settings=settings, fetch=fetch)
    for path, outcome in progress(outcomes, total=len(pictures), label=say("run.checking"), quiet=quiet, answers=True):
        if not isinstance(outcome, Verification):
            answers.error(path, outcome)
            continue
        signers.add(outcome)
        shown += 1
        answer = meets(outcome, require)
        if answer and expect_signer:
            answer = signed_by(outcome, expect_signer)
        if answer and presented:
            answer = all_match(outcome, presented)
        answers.add(answer)
        if not quiet:
            gap = "\n" if form is Format.TEXT and shown > 1 else ""
            typer.echo(gap + _shown(outcome, form, say.language, presented, verbose=verbose))
    if not quiet and form is Format.TEXT:
        for number, line in enumerate(signers.told(say)):
            typer.echo(line if number else f"\n{line}")
    raise typer.Exit(exit_code(answers.given))


def _shown(found: Verification, form: Format, language: str, presented: tuple[Presented, ...], *, verbose: bool) -> str:
    report = build(found, language=language, now=datetime.now(UTC), presented=presented)
    if form is Format.JSON:
        return to_json(report, indent=None)
    return (render_full(report) if verbose else render(report)).rstrip("\n")
