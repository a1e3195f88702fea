"""``provenance permissions check``: what may be done with many pictures, as the pictures themselves say it."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from provenance import home as homes
from provenance.batch import sources
from provenance.batch.checking import Check, Places, places
from provenance.batch.checking import check as check_all
from provenance.batch.gathering import filled
from provenance.batch.rows import Row
from provenance.batch.summary import Summary
from provenance.batch.tables import Form
from provenance.batch.told import told as summary_lines
from provenance.batch.told import told_row
from provenance.commands.shared import (
    LANGUAGE_HELP,
    PATHS_HELP,
    Column,
    Null,
    checking_options,
    counted,
    tell_begun_anew,
    told,
)
from provenance.errors import AssetError, OutputError
from provenance.permissions.model import Purpose
from provenance.plain import plain
from provenance.report.wording import Catalogue, preferred
from provenance.spelling import nearest
from provenance.worker.settings import load as load_settings

_WIDTH = 80
_FEW = 20  # pictures, up to which each is named on the terminal


class Format(StrEnum):
    """How the answer is given."""

    TEXT = "text"
    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


class NotStated(StrEnum):
    """What is done with a picture that says nothing."""

    SKIP = "skip"
    TAKE = "take"


def check(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATHS...", help=PATHS_HELP),
    ],
    purpose: Annotated[
        str, typer.Option("--for", metavar="PURPOSE", help="generative-training, training, mining or inference.")
    ],
    form: Annotated[
        Format | None, typer.Option("--format", help="text, csv, jsonl or parquet: one row a picture.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE|FOLDER", help="Where the rows go; else to stdout.")
    ] = None,
    not_stated: Annotated[
        NotStated, typer.Option(help="skip or take: what to do with a picture that says nothing.")
    ] = NotStated.SKIP,
    write_allowed: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="Write what may be taken: shards into a folder, a list into a list."),
    ] = None,
    record: Annotated[
        Path | None, typer.Option(metavar="FILE.json", help="Where the record goes; else beside what is written.")
    ] = None,
    column: Column = "",
    null: Null = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run that did not end.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Write over files of an earlier run.")] = False,
    lang: Annotated[str, typer.Option(metavar="LANGUAGE", help=LANGUAGE_HELP)] = preferred(),
    home: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Where your pins and lists lie.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print no summary and no progress.")] = False,
) -> None:
    """Say of each picture whether it may be used for a purpose, and why.

    It can also write what may be taken, as a shard or a list.

    Exit codes: 0 everything was decided, 2 some could not be read or decided.
    """
    say = Catalogue(told(lang))
    place = homes.locate(home)
    rows_form = Form(form.value) if form not in (None, Format.TEXT) else None
    where = places(output=output, form=rows_form, allowed=write_allowed, chosen=record)
    on_stdout = output is None and rows_form is not None
    if on_stdout and rows_form is Form.PARQUET:
        raise OutputError("--format parquet", "is not written to a terminal", "say where with --output")
    asked = Check(
        purpose=_purpose(purpose),
        sources=sources.gather(filled(paths), column=column, null=null),
        paths=tuple(paths),
        checking=checking_options(place),
        home=place,
        settings=load_settings(place.config),
        column=column,
        unstated=not_stated is NotStated.TAKE,
        resume=resume,
        overwrite=overwrite,
        stdin=sys.stdin.buffer,
    )
    if resume:
        refused = where.rows is not None and os.path.lexists(where.rows) and not overwrite
        tell_begun_anew(where.journal, say, quiet=quiet or refused)
    summary = Summary(asked.unstated)
    few: list[Row] = []
    answers = check_all(asked, where, summary, (rows_form, sys.stdout.buffer) if on_stdout and rows_form else None)
    hush = quiet or (on_stdout and sys.stdout.isatty())
    try:
        for done in counted(answers, lambda: sources.count(asked.sources), say, quiet=hush):
            if isinstance(done, Row) and len(few) <= _FEW:
                few.append(done)
    except KeyboardInterrupt:
        if where.journal is not None:
            typer.echo(say("check.interrupted"), err=True)
        raise
    if not quiet:
        _print(summary, few, asked, where, say, err=on_stdout)
    raise typer.Exit(2 if summary.unreadable else 0)


def _purpose(word: str) -> Purpose:
    try:
        return Purpose(word)
    except ValueError:
        near = nearest(word, [purpose.value for purpose in Purpose])
        cure = f"did you mean '{near}'?" if near else f"one of {', '.join(purpose.value for purpose in Purpose)}"
        raise AssetError("--for", f"there is no purpose '{plain(word)}'", cure) from None


def _print(summary: Summary, few: list[Row], asked: Check, where: Places, say: Catalogue, *, err: bool) -> None:
    if len(few) <= _FEW and not err:
        for row in few:
            typer.echo(told_row(row))
        typer.echo("")
    for line in summary_lines(summary, asked.purpose, where, say, width=_WIDTH):
        typer.echo(line, err=err)
