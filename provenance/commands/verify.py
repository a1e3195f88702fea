"""``provenance verify``: per file one screen, or one line of JSON; a real exit code.

This is the way of a few pictures that are named one by one, which loads nothing more; all else is `verify_many`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from provenance import home as homes
from provenance.commands.shared import (
    EVIDENCE_HELP,
    LANGUAGE_HELP,
    PATHS_HELP,
    STORE_HELP,
    Answers,
    Column,
    Null,
    are_many,
    checking_options,
    shown_files,
    told,
)
from provenance.errors import AssetError
from provenance.record import dataclass
from provenance.report.build import build
from provenance.report.export import to_json
from provenance.report.run import SameSigner
from provenance.report.text import render, render_full
from provenance.report.wording import Catalogue, preferred
from provenance.verification.evidence import Presented, all_match
from provenance.verification.files import Outcome, verify_files
from provenance.verification.model import Verification
from provenance.verification.requirement import Require, exit_code, meets, signed_by
from provenance.worker.settings import load as load_settings

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


class Format(StrEnum):
    """How the answer is given."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Asked:
    """What was said on the command line."""

    paths: tuple[str, ...]
    require: Require
    expect_signer: str
    form: Format
    quiet: bool
    fetch: bool
    output: Path | None
    resume: bool
    overwrite: bool
    column: str
    null: bool

    @property
    def aside(self) -> bool:
        """Whether something was said that is for many files, however many there are."""
        return bool(self.output or self.resume or self.overwrite or self.column or self.null)


@app.command()
def verify(
    paths: Annotated[list[str], typer.Argument(metavar="PATHS...", help=PATHS_HELP)],
    form: Annotated[Format, typer.Option("--format", help="text, or json: one report a line.")] = Format.TEXT,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE.jsonl", help="Write reports there, and print how many of what."),
    ] = None,
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
    column: Column = "",
    null: Null = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run into --output that did not end.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Write over the reports of an earlier run.")] = False,
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
    settings = load_settings(place.config)
    asked = Asked(
        tuple(paths), require, expect_signer, form, quiet, fetch, output, resume, overwrite, column, null,
    )  # fmt: skip
    several = len(paths) > 1
    many = asked.aside or (are_many(paths) and (several or not sidecar or os.path.isdir(paths[0])))  # noqa: PTH112
    for name, given in (("--evidence", evidence), ("--sidecar", sidecar)):
        if given and (many or several):
            raise AssetError(name, "belongs to one picture", "verify one picture at a time")
    presented = shown_files(evidence or [], settings)
    shape = Format.JSON if output else form

    def shown(outcome: Verification) -> str:
        return _shown(outcome, shape, say.language, presented, verbose=verbose)

    if many:
        from provenance.commands.verify_many import verify_many  # here: a few pictures need none of it

        raise typer.Exit(verify_many(asked, shown, place=place, options=options, settings=settings, say=say))
    outcomes = verify_files(map(Path, paths), options=options, settings=settings, fetch=fetch)
    raise typer.Exit(_few(outcomes, asked, shown, presented, say))


def _few(
    outcomes: Iterable[tuple[Path, Outcome]],
    asked: Asked,
    shown: Callable[[Verification], str],
    presented: tuple[Presented, ...],
    say: Catalogue,
) -> int:
    """Print what was found of each, and return the exit code."""
    answers = Answers()
    signers, number = SameSigner(), 0
    several, as_json = len(asked.paths) > 1, asked.form is Format.JSON
    for path, outcome in outcomes:
        if not isinstance(outcome, Verification):
            answers.error(path, outcome)
            if several and as_json and not asked.quiet:
                typer.echo(shown(Verification(str(path), 0, "", problem=outcome.problem)))
            continue
        if several:
            outcome = replace(outcome, name=str(path))
        signers.add(outcome)
        number += 1
        answer = meets(outcome, asked.require)
        if answer and asked.expect_signer:
            answer = signed_by(outcome, asked.expect_signer)
        if answer and presented:
            answer = all_match(outcome, presented)
        answers.add(answer)
        if not asked.quiet:
            gap = "\n" if number > 1 and not as_json else ""
            typer.echo(gap + shown(outcome))
    if not asked.quiet and not as_json:
        for place, line in enumerate(signers.told(say)):
            typer.echo(line if place else f"\n{line}")
    return exit_code(answers.given)


def _shown(found: Verification, form: Format, language: str, presented: tuple[Presented, ...], *, verbose: bool) -> str:
    report = build(found, language=language, now=datetime.now(UTC), presented=presented)
    if form is Format.JSON:
        return to_json(report, indent=None)
    return (render_full(report) if verbose else render(report)).rstrip("\n")
