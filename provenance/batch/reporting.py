"""`verify` of many files as one run: sources, children, reports, and with an output a journal beside it.

The reports come to stand where they should when the last picture is verified; a run that is killed or stopped leaves
its journal, which holds those that were made, and nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from provenance.batch.conditions import conditions
from provenance.batch.journal import Journal
from provenance.batch.lines import line_of, replayed
from provenance.batch.model import Entry, Input, LeftOut, Trouble
from provenance.batch.sources import Sources, entries
from provenance.batch.verified import Verified, verified
from provenance.errors import AssetError, OutputError
from provenance.home import Home
from provenance.plain import plain
from provenance.record import dataclass
from provenance.report.run import signer_of
from provenance.signing.files import replacing, same
from provenance.terms import Integrity
from provenance.trust.lists import load
from provenance.verification.model import Verification
from provenance.verification.options import Options
from provenance.verification.requirement import Require, meets, signed_by
from provenance.worker.settings import Settings


@dataclass(frozen=True, slots=True)
class Run:
    """What is asked of which pictures, under which options."""

    sources: Sources
    missing: tuple[Trouble, ...]  # of what was named, what cannot be looked at
    paths: tuple[str, ...]
    require: Require
    expect_signer: str
    language: str
    checking: Options
    home: Home
    settings: Settings
    column: str = ""
    fetch: bool = False
    stdin: BinaryIO | None = None
    slots: int = 0  # 0: one a processor


@dataclass(frozen=True, slots=True)
class Output:
    """Where the reports go."""

    path: Path
    resume: bool = False
    overwrite: bool = False

    @property
    def journal(self) -> Path:
        """Beside the reports; it is there while a run has not ended."""
        return self.path.with_name(self.path.name + ".journal")


@dataclass(frozen=True, slots=True)
class Reported:
    """One picture: its report as it is shown, and what is counted of it."""

    where: str
    answer: bool | None  # whether it meets what is required; None: that could not be told
    integrity: str
    problem: str  # why it could not be checked
    signer: str  # SHA-256 of the certificate that signed it, of an intact one
    report: str


Done = Reported | Input | LeftOut
Shown = Callable[[Verification], str]


def reported(run: Run, shown: Shown, output: Output | None = None) -> Iterator[Done]:
    """Yield what became of each picture, its report as *shown* makes it; with an *output*, write the reports there too.

    Raises:
        OutputError: if it cannot be written, or a journal lies there that cannot be gone on with.
        AssetError: if there is no picture at all.
        TrustError: if what the reader trusts is damaged.
        WorkerError: if no child can be started.
    """
    found = chain(run.missing, entries(run.sources, run.stdin))
    return _some(_fresh(found, run, shown), run) if output is None else _written(found, run, shown, output)


def _some(found: Iterator[Done], run: Run) -> Iterator[Done]:
    """Yield what is *found*; refuse to have looked at nothing: that is no yes."""
    empty = True
    for done in found:
        empty = empty and not isinstance(done, Reported)
        yield done
    if empty:
        names = ", ".join(plain(path) for path in run.paths[:3])
        raise AssetError(names, "holds no picture that is known here", "name the files themselves")


def _fresh(found: Iterator[Entry], run: Run, shown: Shown) -> Iterator[Done]:
    done = verified(found, options=run.checking, settings=run.settings, fetch=run.fetch, slots=run.slots)
    return (_reported(one, run, shown) if isinstance(one, Verified) else one for one in done)


def _reported(one: Verified, run: Run, shown: Shown) -> Reported:
    found = one.found
    answer = meets(found, run.require)
    if answer and run.expect_signer:
        answer = signed_by(found, run.expect_signer)
    problem = found.problem if found.integrity is Integrity.NOT_CHECKED else ""
    return Reported(one.where, answer, found.integrity.value, problem, signer_of(found), shown(found))


# --- into a file --------------------------------------------------------------------------------------------------


def _written(found: Iterator[Entry], run: Run, shown: Shown, output: Output) -> Iterator[Done]:
    given = run.sources
    for path in (*given.named, *(one.path for one in given.inputs if one.path)):
        if same(Path(path), output.path):
            raise OutputError(plain(output.path.name), "is one of the files to be verified", "choose another name")
    # A run that came to its end and was killed before its journal was gone has left its own output.
    overwrite = output.overwrite or (output.resume and os.path.lexists(output.journal))
    if os.path.lexists(output.path) and not overwrite:
        raise OutputError(plain(output.path.name), "exists already", "allow it with --overwrite, or choose another")
    with Journal(output.journal, _header(run), resume=output.resume) as journal:
        try:
            with replacing(output.path, overwrite=overwrite) as pending:
                for done in _some(_journalled(found, run, shown, journal), run):
                    if isinstance(done, Reported):
                        pending.stream.write(done.report.encode("ascii") + b"\n")
                    yield done
        except AssetError:  # nothing to go on with
            journal.remove()
            raise
        journal.remove()


def _journalled(found: Iterator[Entry], run: Run, shown: Shown, journal: Journal) -> Iterator[Done]:
    yield from replayed(journal, found, _row)
    for done in _fresh(found, run, shown):
        journal.add([_line(done)])
        yield done


def _header(run: Run) -> dict[str, Any]:
    """Return everything that a report depends on, beside the picture."""
    checking = run.checking
    return {
        "require": run.require.value,
        "expect_signer": run.expect_signer,
        "lang": run.language,
        "as_of": checking.as_of,
        "store": checking.store,
        "fetch": run.fetch,
    } | conditions(run.paths, run.column, checking, load(run.home))


def _line(done: Done) -> list[Any]:
    if not isinstance(done, Reported):
        return line_of(done)
    return ["report", done.where, done.answer, done.integrity, done.problem, done.signer, done.report]


def _row(line: list[Any]) -> Reported | None:
    match line:
        case ["report", str(where), bool() | None as answer, str(integrity), str(problem), str(signer), str(report)]:
            return Reported(where, answer, integrity, problem, signer, report)
    return None
