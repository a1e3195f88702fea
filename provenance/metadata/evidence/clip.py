"""CLIP STUDIO PAINT: chunks, one of them an SQLite database. Undocumented; only the layers are counted.

The database is opened in memory, never as a file; it may only be read, for a bounded number of steps.
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import BinaryIO

from provenance.container.model import Limits
from provenance.container.source import Counter, MalformedError, Source, over
from provenance.metadata.evidence.model import Facts

DATABASE = 128 * 1024 * 1024
_STEPS = 20_000_000  # of SQLite's machine
_STRIDE = 10_000
_LAYERS = 100_000
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION})
_UNREAD = "layers not counted: the database inside cannot be read"
# The canvas hangs on a folder that the program does not show as a layer.
_COUNT = """SELECT (SELECT count(*) FROM Layer) -
 (SELECT count(*) FROM Layer WHERE MainId IN (SELECT CanvasRootFolder FROM Canvas))"""


def clip(base: Facts, source: Source, stream: BinaryIO) -> Facts:
    """Read a CLIP STUDIO PAINT file."""
    return replace(base, program="CLIP STUDIO PAINT", layers=_layers(_database(source)))


def _database(source: Source) -> bytes:
    """Return the embedded database, found by walking the chunks."""
    counter = Counter(Limits().chunks, "chunks of the file")
    at = 24
    while at + 16 <= source.size:
        counter.one()
        head = source.take(at, 16, "a chunk")
        length = int.from_bytes(head[8:], "big")
        if head[:8] == b"CHNKSQLi":
            if length > DATABASE:
                raise over("box_bytes", DATABASE, length, "bytes of the database inside")
            return source.take(at + 16, length, "the database inside")
        if not head.startswith(b"CHNK"):
            break
        at += 16 + length
    raise MalformedError("no database was found inside")


def _layers(data: bytes) -> int:
    left = _STEPS // _STRIDE

    def tick() -> int:
        nonlocal left
        left -= 1
        return left < 0

    def allowed(action: int, first: str | None, *_: object) -> int:
        # A view or an expression of the file's own may call no function but the one that we call.
        fine = action in _ALLOWED and (action != sqlite3.SQLITE_FUNCTION or (_ and _[0] == "count"))
        return sqlite3.SQLITE_OK if fine else sqlite3.SQLITE_DENY

    connection = sqlite3.connect(":memory:")
    if not hasattr(connection, "deserialize"):  # SQLite was built without it
        raise MalformedError(_UNREAD)
    try:
        connection.deserialize(data)
        connection.set_authorizer(allowed)
        connection.set_progress_handler(tick, _STRIDE)
        row = connection.execute(_COUNT).fetchone()
    except (sqlite3.Error, OverflowError, ValueError) as exc:
        raise MalformedError(_UNREAD) from exc
    finally:
        connection.close()
    count = row[0] if row else None
    if not isinstance(count, int) or not 0 <= count <= _LAYERS:
        raise MalformedError(_UNREAD)
    return count
