"""`verify` of folders, archives, lists, names on standard input, and of more than a few files; and into a file."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import typer

from provenance.batch import sources
from provenance.batch.gathering import gathered
from provenance.batch.model import LeftOut, Why
from provenance.batch.reporting import Done, Output, Reported, Run, reported
from provenance.commands.shared import counted, tell_begun_anew
from provenance.commands.verify import Asked, Format
from provenance.errors import OutputError
from provenance.home import Home
from provenance.plain import MACHINE, plain
from provenance.report.tally import Tally
from provenance.report.wording import Catalogue, Phrase
from provenance.terms import Integrity
from provenance.verification.model import Verification
from provenance.verification.options import Options
from provenance.verification.requirement import exit_code
from provenance.worker.settings import Settings

_ENDING = ".jsonl"


def verify_many(
    asked: Asked,
    shown: Callable[[Verification], str],
    *,
    place: Home,
    options: Options,
    settings: Settings,
    say: Catalogue,
) -> int:
    """Verify all of them, print what was asked for, and return the exit code.

    Raises:
        ProvenanceError: for what keeps all of them from being verified.
    """
    output = _output(asked, say)
    named, missing = gathered(asked.paths, column=asked.column, null=asked.null, patterns=True)
    run = Run(
        named, missing, asked.paths, asked.require, asked.expect_signer, say.language, options, place, settings,
        asked.column, asked.fetch, sys.stdin.buffer,
    )  # fmt: skip
    silent = asked.quiet and output is None
    answers = reported(run, _nothing if silent else shown, output)
    hush = asked.quiet or (output is None and sys.stdout.isatty())  # there, every answer is progress enough
    tally = Tally()
    own = {output.path.absolute(), output.journal.absolute()} if output else set()
    try:
        for done in counted(answers, lambda: _count(named, len(missing)), say, quiet=hush):
            _add(tally, done, own)
            if isinstance(done, Reported) and output is None:
                _print(done, asked, gap=tally.pictures > 1)
    except KeyboardInterrupt:
        if output is not None:
            typer.echo(say("check.interrupted"), err=True)
        raise
    if not asked.quiet and (output is not None or tally.pictures > 1):
        _tell(tally, asked, say)
    return exit_code(tally.answers)


def _output(asked: Asked, say: Catalogue) -> Output | None:
    """Return where the reports go, if into a file.

    Raises:
        OutputError: if they cannot go there, or a flag is for those that do.
    """
    if asked.resume:
        journal = Output(asked.output).journal if asked.output else None
        refused = asked.output is not None and os.path.lexists(asked.output) and not asked.overwrite
        tell_begun_anew(journal, say, quiet=asked.quiet or refused)
    if asked.output is None:
        if asked.overwrite:
            raise OutputError("--overwrite", "is for a run that writes something", "say where with --output")
        return None
    if asked.output.suffix.lower() != _ENDING:
        raise OutputError(plain(asked.output.name), "would hold a report a line, each JSON", f"call it NAME{_ENDING}")
    return Output(asked.output, asked.resume, asked.overwrite)


def _nothing(_: Verification) -> str:
    return ""


def _count(named: sources.Sources, missing: int) -> int | None:
    count = sources.count(named)
    return None if count is None else count + missing


def _add(tally: Tally, done: Done, own: set[Path]) -> None:
    match done:
        case Reported():
            tally.add(done.where, done.integrity, answer=done.answer, problem=done.problem, signer=done.signer)
        case LeftOut(why=Why.DUPLICATE):
            tally.again += 1
        case LeftOut(where=where) if Path(where).absolute() not in own:
            tally.leave(where)


def _print(done: Reported, asked: Asked, *, gap: bool) -> None:
    if not asked.quiet:
        typer.echo(("\n" if gap and asked.form is not Format.JSON else "") + done.report)
    elif done.integrity == Integrity.NOT_CHECKED:
        typer.echo(f"error: {plain(done.where)}: {plain(done.problem, limit=MACHINE)}", err=True)


def _tell(tally: Tally, asked: Asked, say: Catalogue) -> None:
    err = asked.form is Format.JSON and asked.output is None
    if not err and asked.output is None:
        typer.echo()
    for line in _summary(tally, asked, say):
        typer.echo(line, err=err)


def _summary(tally: Tally, asked: Asked, say: Catalogue) -> Iterator[str]:
    required = [asked.require.value, *([asked.expect_signer] if asked.expect_signer else [])]
    yield from tally.told(say, say.join(required))
    yield from tally.signers.told(say)
    if asked.output is not None:
        yield say("run.reports", path=Phrase(plain(asked.output, limit=MACHINE)))
