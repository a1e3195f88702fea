"""``provenance inspect``: everything a picture's credentials hold, down to the raw crJSON."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from provenance import home as homes
from provenance.commands.shared import EVIDENCE_HELP, LANGUAGE_HELP, checking_options, shown_files, told
from provenance.report.build import build
from provenance.report.text import render_full
from provenance.report.wording import preferred
from provenance.terms import Integrity
from provenance.verification.files import raw_report, verify_files
from provenance.verification.model import Verification
from provenance.worker.settings import load as load_settings

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def inspect(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A picture.")],
    raw: Annotated[
        bool, typer.Option("--raw", help="Print the engine's crJSON instead: large, nothing judged.")
    ] = False,
    sidecar: Annotated[Path | None, typer.Option(metavar="FILE", help="A sidecar to use.")] = None,
    evidence: Annotated[list[Path] | None, typer.Option(metavar="FILE", help=EVIDENCE_HELP)] = None,
    as_of: Annotated[str, typer.Option(metavar="DATE", help="Judge certificates as on this day.")] = "",
    lang: Annotated[str, typer.Option(metavar="LANGUAGE", help=LANGUAGE_HELP)] = preferred(),
    home: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Where your pins and lists lie.")] = None,
) -> None:
    """Show everything a picture's credentials hold, manifest by manifest.

    Exit codes: 0 there are credentials, 1 there are none, 2 could not tell.
    """
    place = homes.locate(home)
    options = checking_options(place, as_of=as_of, sidecar=sidecar)
    settings = load_settings(place.config)
    if raw:
        typer.echo(raw_report(file, options=options, settings=settings))
        return
    presented = shown_files(evidence or [], settings)
    _, found = next(iter(verify_files([file], options=options, settings=settings, slots=1)))
    if not isinstance(found, Verification):
        raise found
    typer.echo(render_full(build(found, language=told(lang), now=datetime.now(UTC), presented=presented)).rstrip("\n"))
    if found.integrity is Integrity.NOT_CHECKED:
        raise typer.Exit(2)
    raise typer.Exit(1 if found.integrity is Integrity.NO_CREDENTIALS else 0)
