"""``provenance inspect``: everything a picture's credentials hold, down to the raw crJSON."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from provenance import home as homes
from provenance.commands.shared import EVIDENCE_HELP, LANGUAGE_HELP, STORE_HELP, checking_options, shown_files, told
from provenance.metadata.asked import prompts_of
from provenance.plain import MACHINE, plain
from provenance.report.build import build
from provenance.report.text import render_full
from provenance.report.wording import Catalogue, Phrase, preferred
from provenance.terms import Integrity
from provenance.verification.files import raw_report, verify_files
from provenance.verification.model import Verification
from provenance.worker.settings import Settings
from provenance.worker.settings import load as load_settings

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def inspect(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A picture.")],
    raw: Annotated[
        bool, typer.Option("--raw", help="Print the engine's crJSON instead: large, nothing judged.")
    ] = False,
    prompts: Annotated[
        bool, typer.Option("--prompts", help="Print the prompts that stand in the file instead; unsigned, private.")
    ] = False,
    sidecar: Annotated[Path | None, typer.Option(metavar="FILE", help="A sidecar to use.")] = None,
    store: Annotated[Path | None, typer.Option(metavar="FOLDER", help=STORE_HELP)] = None,
    evidence: Annotated[list[Path] | None, typer.Option(metavar="FILE", help=EVIDENCE_HELP)] = None,
    as_of: Annotated[str, typer.Option(metavar="DATE", help="Judge certificates as on this day.")] = "",
    lang: Annotated[str, typer.Option(metavar="LANGUAGE", help=LANGUAGE_HELP)] = preferred(),
    home: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Where your pins and lists lie.")] = None,
) -> None:
    """Show everything a picture's credentials hold, manifest by manifest.

    Exit codes: 0 there are credentials, 1 there are none, 2 could not tell.
    """
    place = homes.locate(home)
    options = checking_options(place, as_of=as_of, sidecar=sidecar, store=store)
    settings = load_settings(place.config)
    if raw:
        typer.echo(raw_report(file, options=options, settings=settings))
        return
    if prompts:
        raise typer.Exit(_prompts(file, settings, Catalogue(told(lang))))
    presented = shown_files(evidence or [], settings)
    _, found = next(iter(verify_files([file], options=options, settings=settings, slots=1)))
    if not isinstance(found, Verification):
        raise found
    typer.echo(render_full(build(found, language=told(lang), now=datetime.now(UTC), presented=presented)).rstrip("\n"))
    if found.integrity is Integrity.NOT_CHECKED:
        raise typer.Exit(2)
    raise typer.Exit(1 if found.integrity is Integrity.NO_CREDENTIALS else 0)


def _prompts(file: Path, settings: Settings, say: Catalogue) -> int:
    """Print what was asked of a model, for whoever asks for it; return the exit code."""
    found = prompts_of(file, settings=settings)
    for key, texts in (("wanted", found.wanted), ("unwanted", found.unwanted)):
        for text in texts:
            typer.echo(say(f"run.prompt_{key}", text=Phrase(plain(text, limit=MACHINE))))
    if not (found.wanted or found.unwanted):
        typer.echo(say("run.prompt_none"), err=True)
        return 1
    return 0
