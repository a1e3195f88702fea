"""Where the report of `check` goes: to stdout, or into a file, whole or not at all; a page with its case files.

What programs read goes to stdout alone; the summary for people is then on stderr. Rows of ``jsonl`` go out as they
come, everything else when the last file is judged, worst first.
"""

from __future__ import annotations

import base64
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

import typer

from provenance.commands.check_config import Format
from provenance.errors import AssetError, OutputError
from provenance.plain import MACHINE, plain
from provenance.policy.formats import lines, text
from provenance.policy.formats.about import About, Kept
from provenance.policy.ranked import Ranked
from provenance.policy.tally import FINDINGS, UNSURE, Tally
from provenance.policy.verdict import Verdict
from provenance.report.layout import fill
from provenance.report.wording import Catalogue, Phrase
from provenance.signing.files import replacing
from provenance.verification.options import Options
from provenance.worker.settings import Settings

FOLDER = ".files"  # after the name of a page: where its case files lie
_ENCODING = ("utf-8", "backslashreplace")


@dataclass(frozen=True, slots=True)
class Report:
    """What is written, and where."""

    form: Format
    output: Path | None
    paths: tuple[str, ...]
    overwrite: bool
    quiet: bool
    beside: tuple[str, ...] = ()  # what is read, too, and must not be written over

    @property
    def streams(self) -> bool:
        """Whether a terminal shows rows as they come, which is progress enough."""
        return self.form == "jsonl" and self.output is None and sys.stdout.isatty()


@dataclass(slots=True)
class Run:
    """What a run is about, and what came of it so far."""

    about: About
    tally: Tally
    ranked: Ranked
    say: Catalogue
    checking: Options
    settings: Settings
    now: datetime
    places: dict[str, Path] = field(default_factory=dict)  # of a page: where each file lies
    kept: Kept | None = None  # of a contest: what its form says beside each verdict
    notes: tuple[str, ...] = ()  # of a contest: what its summary says of the form


def deliver(verdicts: Iterator[Verdict], run: Run, report: Report) -> None:
    """Write the report, and say on the terminal how many of what.

    Raises:
        OutputError: if it cannot be written; what stood there stays.
        AssetError: if there is no file to be judged.
    """
    if report.output is None:
        _write(verdicts, run, report, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    else:
        with replacing(report.output, overwrite=report.overwrite) as pending:
            _write(verdicts, run, report, pending.stream)
    if not report.quiet:
        _summary(run, report)


def _write(verdicts: Iterator[Verdict], run: Run, report: Report, stream: BinaryIO) -> None:
    streamed = report.form is Format.JSONL
    for verdict in verdicts:
        run.tally.add(verdict)
        if streamed:
            stream.write(lines.line(verdict).encode("ascii"))
            if report.output is None:
                stream.flush()  # whoever reads it waits for it
        else:
            run.ranked.add(verdict)
    if not run.tally.files:
        names = ", ".join(plain(path) for path in report.paths[:3])
        raise AssetError(names, "holds no picture that is known here", "name the files themselves")
    silent = report.quiet and report.form is Format.TEXT and report.output is None
    if not streamed and not silent:
        for piece in _rendered(run, report):
            stream.write(piece.encode(*_ENCODING))


def _rendered(run: Run, report: Report) -> Iterable[str]:
    about, tally, ranked, say = run.about, run.tally, run.ranked, run.say
    if report.form is Format.TEXT:
        return text.render(ranked, about, tally, say)

    from provenance.policy.formats import document, github, junit, sarif, table  # here: slow to load, text is not

    match report.form:
        case Format.JSON:
            return document.render(ranked, about, tally, run.kept)
        case Format.CSV:
            return table.render(ranked, run.kept or Kept())
        case Format.SARIF:
            return sarif.render(ranked, about, tally, say)
        case Format.JUNIT:
            return junit.render(ranked, about, tally, say)
        case Format.GITHUB:
            return github.render(ranked, about, tally, say)
        case _:
            return _page(run, report)


# --- a page, and what lies beside it ------------------------------------------------------------------------------


def _page(run: Run, report: Report) -> Iterable[str]:
    from provenance.batch.cases import Wanted, write_cases  # here: slow to load, and no other format needs them
    from provenance.policy.formats.page import MOST, Beside, render

    if report.output is None:
        raise ValueError("a page has a place")
    folder = folder_of(report.output)
    _emptied(folder, overwrite=report.overwrite)
    names = [verdict.name for _, verdict in zip(range(MOST), run.ranked, strict=False)]
    wanted = [Wanted(name, run.places[name]) for name in names if name in run.places]
    made: dict[str, Beside] = {}
    cases = write_cases(
        wanted, folder, options=run.checking, settings=run.settings, now=run.now, say=run.say, hidden=run.about.blind
    )
    for one in cases:
        href = quote(os.fsencode(f"{folder.name}/{one.file}")) if one.file else ""
        made[one.name] = Beside(href, base64.b64encode(one.preview).decode("ascii"))
    nothing = Beside()
    return render(run.ranked, run.about, run.tally, run.say, beside=lambda name: made.get(name, nothing))


def folder_of(page: Path) -> Path:
    """Return where the case files of *page* lie."""
    return page.with_name(page.stem + FOLDER)


def _emptied(folder: Path, *, overwrite: bool) -> None:
    """Make *folder*, without case files of an earlier run."""
    from provenance.batch.cases import ENDING

    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise OutputError(plain(folder.name), "is no folder of case files", "choose another name for the page")
    if folder.exists() and not overwrite:
        raise OutputError(plain(folder.name), "exists already", "allow it with --overwrite, or choose another")
    try:
        folder.mkdir(exist_ok=True)
        for path in folder.glob(f"*{ENDING}"):
            path.unlink()
    except OSError as exc:
        raise OutputError(
            plain(folder.name), f"cannot be made ({exc.strerror or exc})", "choose another place"
        ) from exc


# --- what people are told -----------------------------------------------------------------------------------------


def _summary(run: Run, report: Report) -> None:
    err = report.output is None and report.form is not Format.TEXT
    if report.output is not None or report.form is not Format.TEXT:
        for line in text.summary(run.about, run.tally, run.say):
            typer.echo(line, err=err)
    else:
        typer.echo("")
    for note in run.notes:
        typer.echo(fill(note, text.WIDTH), err=err)
    typer.echo(fill(_outcome(run), text.WIDTH), err=err)
    if report.output is not None:
        typer.echo(run.say("verdict.report", path=_path(report.output)), err=err)
        if report.form is Format.HTML:
            typer.echo(run.say("verdict.cases", path=_path(folder_of(report.output)) + os.sep), err=err)


def _outcome(run: Run) -> Phrase:
    code = run.tally.exit_code()
    if code == UNSURE:
        return run.say("verdict.outcome.unjudged", n=run.tally.unjudged)
    if code == FINDINGS:
        return run.say("verdict.outcome.findings", n=run.tally.findings, level=Phrase(run.about.fail_on.value))
    return run.say("verdict.outcome.pass")


def _path(path: Path) -> Phrase:
    return Phrase(plain(str(path), limit=MACHINE))
