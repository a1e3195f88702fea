"""`permissions check` as one run: sources, children, journal, rows, what may be taken, the record.

Rows and what may be taken come to stand where they should when the last picture is decided; a run that is killed or
stopped leaves its journal, and nothing else. The record is written last.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from provenance.batch import record, tables
from provenance.batch.allowed import Allowed, files_of
from provenance.batch.conditions import conditions
from provenance.batch.journal import Journal
from provenance.batch.rows import Row
from provenance.batch.run import Done, Question, run
from provenance.batch.sources import Sources, entries
from provenance.batch.summary import Summary
from provenance.batch.tables import Form
from provenance.errors import AssetError, OutputError
from provenance.home import Home
from provenance.permissions.model import Purpose
from provenance.plain import MACHINE, plain
from provenance.record import dataclass
from provenance.signing.files import replacing, write_new
from provenance.trust.lists import load
from provenance.trust.model import Trust
from provenance.verification.hits import in_use
from provenance.verification.options import Options
from provenance.worker import codec
from provenance.worker.pool import Job, Pool
from provenance.worker.settings import Settings

DO = "provenance.batch.deciding:ask"
_ABOUT: Job[Any] = Job("provenance.batch.deciding:about", object)
_ROWS = "permissions"  # what the rows are called in a folder
_RECORD = ".record.json"
_TIME = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything that a run writes goes; without any, there is no journal and no record."""

    rows: Path | None = None
    form: Form = Form.JSONL
    allowed: Path | None = None
    record: Path | None = None

    @property
    def journal(self) -> Path | None:
        """Beside the record, by its name; it is there while a run has not ended."""
        return self.record and self.record.with_name(self.record.name.removesuffix(".json") + ".journal")


@dataclass(frozen=True, slots=True)
class Check:
    """What is asked of which pictures, under which options."""

    purpose: Purpose
    sources: Sources
    paths: tuple[str, ...]
    checking: Options
    home: Home
    settings: Settings
    column: str = ""
    unstated: bool = False  # take what nothing is stated about
    resume: bool = False
    overwrite: bool = False
    stdin: BinaryIO | None = None
    slots: int = 0  # 0: one a processor


def places(*, output: Path | None, form: Form | None, allowed: Path | None, chosen: Path | None) -> Places:
    """Return where everything goes: *output* a file or a folder, the record at *chosen*, else beside what is written.

    Raises:
        OutputError: if the ending of *output* is not that of the rows' *form*.
    """
    base = output or allowed or chosen
    if base is None:
        return Places()
    form_of_rows = form or Form.JSONL
    if output is None:
        rows = base.with_name(base.name.removesuffix(".json") + ".rows.jsonl")
    elif os.path.isdir(output):  # noqa: PTH112 - a closed folder above it is told when it is written to
        rows = output / f"{_ROWS}.{form_of_rows.value}"
    else:
        named = {form.value: form for form in Form}.get(output.suffix.lower().removeprefix("."))
        if named is None and form is None:
            raise OutputError(plain(output.name), "does not say how rows are written", "say it with --format")
        rows, form_of_rows = output, form or named or form_of_rows
        if named is not None and named is not form_of_rows:
            raise OutputError(plain(output.name), f"would hold {form_of_rows.value}", "change its ending, or --format")
    beside = (rows if output else base).with_name((rows if output else base).name + _RECORD)
    return Places(rows, form_of_rows, allowed, chosen or beside)


def check(asked: Check, where: Places, summary: Summary, stdout: tuple[Form, BinaryIO] | None = None) -> Iterator[Done]:
    """Yield what became of each picture, and write everything that *where* names.

    Args:
        summary: counts what is yielded.
        stdout: also takes the rows, in that form, as they come.

    Raises:
        OutputError: if something cannot be written, or a journal lies there that cannot be gone on with.
        AssetError: if there is no picture at all.
        TrustError: if what the reader trusts is damaged.
        WorkerError: if no child can be started.
    """
    began, trust = _now(), load(asked.home)
    for path in (where.rows, where.record):
        if path is not None and os.path.lexists(path) and not asked.overwrite:
            raise OutputError(plain(path.name), "exists already", "allow it with --overwrite, or choose another")
    with ExitStack() as stack:
        journal = None
        if where.journal is not None:
            header = {"purpose": asked.purpose.value} | conditions(asked.paths, asked.column, asked.checking, trust)
            journal = stack.enter_context(Journal(where.journal, header, resume=asked.resume))
        count = asked.slots or os.cpu_count() or 1
        pool = stack.enter_context(Pool(count, preload=_ABOUT.module, settings=asked.settings))
        yield from _outputs(asked, where, summary, stdout, pool, journal)
        if journal is None or where.record is None:
            return
        versions = next(iter(pool.run(_ABOUT, [None])))[1]
        found = _record(asked, where, summary, trust, began=began, versions=versions, resumed=journal.resumed)
        write_new(where.record, record.to_json(found).encode("ascii"), overwrite=asked.overwrite)
        journal.remove()


def _outputs(
    asked: Check,
    where: Places,
    summary: Summary,
    stdout: tuple[Form, BinaryIO] | None,
    pool: Pool,
    journal: Journal | None,
) -> Iterator[Done]:
    question = Question(DO, {"purpose": asked.purpose.value, "options": codec.encode(asked.checking)})
    with ExitStack() as stack:
        written = [tables.table(*stdout)] if stdout is not None else []
        if where.rows is not None:
            rows = stack.enter_context(replacing(where.rows, overwrite=asked.overwrite))
            written.append(tables.table(where.form, rows.stream))
        allowed = None
        if where.allowed is not None:
            allowed = stack.enter_context(Allowed(where.allowed, unstated=asked.unstated, overwrite=asked.overwrite))
        for done in run(entries(asked.sources, asked.stdin), question, pool=pool, journal=journal):
            summary.add(done)
            if isinstance(done, Row):
                for table in written:
                    table.add(done)
            if allowed is not None:
                allowed.add(done)
            yield done
        if not summary.whole.pictures:
            names = ", ".join(plain(path) for path in asked.paths[:3])
            raise AssetError(names, "holds no picture that is known here", "name the files themselves")
        for table in written:
            table.end()


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _record(
    asked: Check, where: Places, summary: Summary, trust: Trust, *, began: datetime, versions: Any, resumed: bool
) -> record.Record:
    if where.rows is None:
        raise ValueError("a record names the rows")
    now = _now()
    whole = summary.whole
    return record.Record(
        schema_version=record.SCHEMA_VERSION,
        began=began.strftime(_TIME),
        ended=now.strftime(_TIME),
        resumed=resumed,
        asked=record.Asked(
            asked.purpose.value,
            asked.purpose.entry.value,
            "take" if asked.unstated else "skip",
            tuple(plain(path, limit=MACHINE) for path in asked.paths),
            asked.column,
        ),
        versions=tuple((plain(name), plain(version)) for name, version in versions) if _pairs(versions) else (),
        lists=tuple(in_use(one, now) for one in trust.lists),
        pins=len(trust.pins),
        pictures=whole.pictures,
        taken=whole.taken,
        left_out=whole.left_out,
        outcomes=record.counted(whole.outcomes.items()),
        carriers=record.counted(summary.carriers.items()),
        signed=summary.signed,
        integrity=record.counted(summary.integrity.items()),
        inputs=record.looked(summary),
        rows=record.written(where.rows),
        rows_format=where.form.value,
        allowed=tuple(map(record.written, files_of(where.allowed))),
    )


def _pairs(versions: Any) -> bool:
    """Whether the child said what it was asked for."""
    return isinstance(versions, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in versions)
