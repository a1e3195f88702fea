"""``provenance facts``: what a policy may ask about pictures, one line of JSON each, for OPA, CEL or SQL."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from provenance import home as homes
from provenance.commands.shared import Answers, Null, checking_options, expand, progress
from provenance.errors import ProvenanceError
from provenance.plain import plain
from provenance.policy.facts import to_line
from provenance.policy.files import facts_files
from provenance.report.wording import say
from provenance.terms import Integrity
from provenance.verification.requirement import exit_code
from provenance.worker.settings import load as load_settings

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def facts(
    files: Annotated[list[Path], typer.Argument(metavar="FILES...", help="Pictures, folders, patterns, or -.")],
    as_of: Annotated[str, typer.Option(metavar="DATE", help="Judge certificates as on this day.")] = "",
    null: Null = False,
    home: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Where your pins and lists lie.")] = None,
) -> None:
    """Print what a policy may ask about pictures, one line of JSON each.

    A fact that rests on something unverified is named in the list "unverified".
    `provenance schema facts` prints what each line holds.

    Exit codes: 0 every file was checked, 2 some could not be.
    """
    place = homes.locate(home)
    pictures = expand(files, null=null)
    found = facts_files(pictures, options=checking_options(place, as_of=as_of), settings=load_settings(place.config))
    answers = Answers()
    for path, one in progress(found, total=len(pictures), label=say("run.checking"), answers=True):
        if isinstance(one, ProvenanceError):
            answers.error(path, one)
            continue
        answers.add(None if one.integrity is Integrity.NOT_CHECKED else True)
        typer.echo(to_line(replace(one, path=plain(path))))
    raise typer.Exit(exit_code(answers.given))
