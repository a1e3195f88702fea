"""The record of a run, for whoever has to show later what was heeded, and when: one JSON file with a schema.

Versions, lists and their dates, settings, inputs with what they came to, and where the rows lie that give the reason
of each picture that was not taken, with their SHA-256.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from provenance.batch.summary import Summary
from provenance.errors import OutputError
from provenance.plain import MACHINE, plain
from provenance.record import dataclass
from provenance.verification.model import ListInUse
from provenance.worker import codec

SCHEMA_VERSION = "1.0"


@dataclass(frozen=True, slots=True)
class Count:
    """How many of one word."""

    what: str
    number: int


@dataclass(frozen=True, slots=True)
class Looked:
    """One input, and what it came to. Size and time are those of an archive or a list; 0 and "" for others."""

    path: str
    sort: str
    size: int
    modified: str  # ISO 8601 UTC
    column: str
    pictures: int
    taken: int
    left_out: int
    outcomes: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """One file that the run wrote."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, and how."""

    purpose: str
    entry: str  # the entry of CAWG Training and Data Mining 1.1
    not_stated: str  # "skip" | "take"
    paths: tuple[str, ...]
    column: str


@dataclass(frozen=True, slots=True)
class Record:
    """The whole record."""

    schema_version: str
    began: str  # ISO 8601 UTC; of this process, where an earlier run was gone on with
    ended: str
    resumed: bool
    asked: Asked
    versions: tuple[tuple[str, str], ...]
    lists: tuple[ListInUse, ...]  # the trust lists that signers were looked up in
    pins: int  # signers whom the reader knows by a name of their own
    pictures: int
    taken: int
    left_out: int  # duplicates, and files in folders that are no pictures
    outcomes: tuple[Count, ...]
    carriers: tuple[Count, ...]
    signed: int
    integrity: tuple[Count, ...]  # of the signed ones
    inputs: tuple[Looked, ...]
    rows: Written  # one row a picture, with the reason of each that was not taken
    rows_format: str
    allowed: tuple[Written, ...]


def counted(counts: Iterable[tuple[str, int]]) -> tuple[Count, ...]:
    """Return *counts*, largest first, as they stand in a record."""
    return tuple(Count(what, number) for what, number in sorted(counts, key=lambda pair: (-pair[1], pair[0])))


def looked(summary: Summary) -> tuple[Looked, ...]:
    """Return the inputs of *summary*."""
    return tuple(
        Looked(
            plain(given.path, limit=MACHINE), given.sort.value, given.size, _time(given.modified), given.column,
            counts.pictures, counts.taken, counts.left_out, counted(counts.outcomes.items()),
        )
        for given, counts in summary.inputs
    )  # fmt: skip


def written(path: Path) -> Written:
    """Return what is recorded of the file *path*.

    Raises:
        OutputError: if it cannot be read back.
    """
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            return Written(plain(path, limit=MACHINE), stream.tell(), digest)
    except OSError as exc:
        raise OutputError(plain(path.name), f"cannot be read back ({exc.strerror or exc})") from exc


def to_json(record: Record) -> str:
    """Return *record* as it stands in its file; fields at their default stand there too."""
    return json.dumps(codec.encode(record), indent=1) + "\n"


def _time(nanoseconds: int) -> str:
    if not nanoseconds:
        return ""
    return datetime.fromtimestamp(nanoseconds / 1e9, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
