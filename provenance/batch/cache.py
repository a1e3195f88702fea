"""Facts of earlier runs, in one SQLite file: by place for files that did not change, by content for all others.

- What they depend on beside the file is the *run's key*: versions, limits, lists, pins, denials, the moment asked for.
- Nothing is served past its date (`lasting`), nor before the moment at which it was found (a clock that was set back).
- A file that could not be checked is not kept.
- Several runs may use it at a time. One that is damaged is thrown away, if it is ours; nothing else is ever deleted.
"""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, Self

from provenance.batch.found import Known
from provenance.container.opening import opened
from provenance.errors import OutputError
from provenance.plain import plain
from provenance.record import dataclass

NAME = "facts.sqlite"
_MAGIC = b"SQLite format 3\0"
_OURS = 0x70726F76  # application id
_FORMAT = 2
_BUSY_SECONDS = 5.0
_PASSING = frozenset({
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_AUTH,
})  # fmt: skip
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_COMMIT_SECONDS = 1.0
_AT_ONCE = 500  # names in one question
_KEPT = 4096  # common parts in memory
_TABLES = """
CREATE TABLE runs (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);
CREATE TABLE commons (sum BLOB PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (place TEXT PRIMARY KEY, stamp TEXT NOT NULL, content TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE facts (
    content TEXT NOT NULL, run INTEGER NOT NULL, common BLOB NOT NULL, size INTEGER NOT NULL,
    sha256 TEXT NOT NULL, time TEXT NOT NULL, facts_sha256 TEXT NOT NULL, made INTEGER NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (content, run)
) WITHOUT ROWID;
CREATE INDEX sizes ON facts (run, size);
"""
_BY_PLACE = """
SELECT files.place, stamp, common, size, sha256, time, facts_sha256 FROM files JOIN facts USING (content)
WHERE run = ? AND made <= ? AND until > ? AND files.place
"""
_BY_CONTENT = """
SELECT content, '', common, size, sha256, time, facts_sha256 FROM facts
WHERE run = ? AND made <= ? AND until > ? AND content
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is kept of one file."""

    place: str  # "" for what lies in no file
    stamp: str  # "" if it may change unnoticed
    content: str
    known: Known
    until: int  # 0: its facts stand there already, only its place is new


def content(sha256: str, sidecar: str, suffix: str) -> str:
    """Return the name of a content: the file's bytes, those of the credentials beside it, what its name says it is."""
    return f"{sha256} {sidecar} {suffix.lower()}"


def folder() -> Path:
    """Return the folder for what can be made again: of the platform, or ``PROVENANCE_CACHE``."""
    if named := os.environ.get("PROVENANCE_CACHE"):
        return Path(named).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "provenance" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "provenance"
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".cache") / "provenance"


class Cache:
    """One cache, for one run. What goes wrong with it is a note, never the end of the run."""

    def __init__(self, path: Path, key: str, *, now: int) -> None:
        """Open *path*, or make it.

        Raises:
            OutputError: if a file lies there that is no cache of this program.
        """
        self.path = path
        self.notes: list[tuple[str, str]] = []  # key of a sentence, name of the file
        self._now = now
        self._last = monotonic()
        self._waiting: list[Entry] = []
        self._texts: dict[bytes, str] = {}  # common parts, by their sum: a number could come to mean another one
        self._base: sqlite3.Connection | None = None
        _refuse_others(path)
        with self._guarded():
            self._base = _opened(path)
            self._run = _run(self._base, key)

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Go on without what cannot be read or written; throw away what is damaged."""
        try:
            yield
        except sqlite3.DatabaseError as exc:
            passing = exc.sqlite_errorcode & 0xFF in _PASSING if hasattr(exc, "sqlite_errorcode") else False
            self._give_up("cache.not_used" if passing else "cache.thrown_away")
            if not passing:
                _delete(self.path)
        except OSError:
            self._give_up("cache.not_used")

    def _give_up(self, note: str) -> None:
        if self._base is not None:
            self._base.close()
        self._base = None
        self.notes.append((note, plain(self.path.name)))

    # --- reading ----------------------------------------------------------------------------------------------

    def by_place(self, places: Sequence[str]) -> list[tuple[str, str, Known]]:
        """Return place, stamp and facts of those *places* of which something is kept, and perhaps of some others."""
        return self._asked(_BY_PLACE, places, near=True)

    def by_content(self, contents: Sequence[str]) -> dict[str, Known]:
        """Return the facts of those *contents* that are kept."""
        return {content: known for content, _, known in self._asked(_BY_CONTENT, contents)}

    def sizes(self, sizes: Iterable[int]) -> set[int]:
        """Return those *sizes* of which there is a content: it may be the same that lay elsewhere."""
        found: set[int] = set()
        if self._base is None:
            return found
        with self._guarded():
            for size in set(sizes):
                asked = "SELECT 1 FROM facts WHERE run = ? AND size = ? LIMIT 1"
                if self._base.execute(asked, (self._run, size)).fetchone():
                    found.add(size)
        return found

    def _asked(self, question: str, names: Sequence[str], *, near: bool = False) -> list[tuple[str, str, Known]]:
        found: list[tuple[str, str, Known]] = []
        if self._base is None:
            return found
        with self._guarded():
            for start in range(0, len(names), _AT_ONCE):
                some = [name if name.isascii() else _stored(name) for name in names[start : start + _AT_ONCE]]
                rows = self._rows(self._base, question, some, near=near)
                for stored, stamp, common, size, sha256, time, facts_sha256 in rows:
                    text = self._texts.get(common)
                    if text is None:
                        text = self._text(self._base, common)
                    name = stored if type(stored) is str else _named(stored)
                    found.append((name, stamp, Known(text, size, sha256, time, facts_sha256)))
        return found

    def _rows(self, base: sqlite3.Connection, question: str, names: list[Any], *, near: bool) -> Iterable[Any]:
        """Return the rows of *names*; a folder in its order is one stretch of the table, where others may lie, too."""
        given = (self._run, self._now, self._now)
        if near and all(isinstance(name, str) for name in names) and names == sorted(names):
            most = 2 * len(names)
            rows = base.execute(f"{question} BETWEEN ? AND ? LIMIT {most}", (*given, names[0], names[-1])).fetchall()
            if len(rows) < most:
                return rows
        return base.execute(f"{question} IN ({','.join('?' * len(names))})", (*given, *names))

    def _text(self, base: sqlite3.Connection, digest: bytes) -> str:
        row = base.execute("SELECT text FROM commons WHERE sum = ?", (digest,)).fetchone()
        if row is None or type(row[0]) is not str or _sum(row[0]) != digest:
            raise sqlite3.DatabaseError("a common part is not what it was")
        if len(self._texts) >= _KEPT:
            self._texts.clear()
        return self._texts.setdefault(digest, row[0])

    # --- writing ----------------------------------------------------------------------------------------------

    def add(self, entries: Iterable[Entry]) -> None:
        """Keep *entries*; they are written every second, and at the end."""
        if self._base is None:
            return
        self._waiting += entries
        if len(self._waiting) >= _AT_ONCE or monotonic() - self._last > _COMMIT_SECONDS:
            self.write()

    def write(self) -> None:
        """Write what waits."""
        waiting, self._waiting = self._waiting, []
        self._last = monotonic()
        if self._base is None or not waiting:
            return
        with self._guarded():
            self._base.execute("BEGIN IMMEDIATE")
            with self._base:
                self._write(self._base, waiting)

    def _write(self, base: sqlite3.Connection, entries: list[Entry]) -> None:
        new = [entry for entry in entries if entry.until]
        sums = {text: _sum(text) for text in {entry.known.common for entry in new}}
        base.executemany("INSERT OR IGNORE INTO commons VALUES (?, ?)", [(one, text) for text, one in sums.items()])
        base.executemany(
            "INSERT OR REPLACE INTO facts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (_stored(entry.content), self._run, sums[entry.known.common], entry.known.size, entry.known.sha256,
                 entry.known.time, entry.known.facts_sha256, self._now, entry.until)
                for entry in new
            ],
        )  # fmt: skip
        base.executemany(
            "INSERT OR REPLACE INTO files VALUES (?, ?, ?)",
            [
                (_stored(entry.place), entry.stamp, _stored(entry.content))
                for entry in entries
                if entry.place and entry.stamp
            ],
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.write()
        if self._base is not None:
            with self._guarded():
                _tidy(self._base, self._now)
        if self._base is not None:
            self._base.close()
            self._base = None


def _stored(name: str) -> str | bytes:
    """Return *name* as SQLite takes it: as bytes, if it has bytes in it that are no text."""
    return name if not _SURROGATE.search(name) else name.encode("utf-8", "surrogatepass")


def _named(stored: str | bytes) -> str:
    return stored.decode("utf-8", "surrogatepass") if isinstance(stored, bytes) else stored


def _refuse_others(path: Path) -> None:
    """Refuse a file that is something else: nobody's file is deleted for a wrong name."""
    try:
        with opened(path) as stream:
            head = stream.read(72)
    except FileNotFoundError:
        return
    except OSError as exc:
        if path == folder() / NAME:  # nobody named it; that it cannot be used is a note
            return
        raise OutputError(plain(path.name), f"cannot be read ({exc.strerror or exc})") from exc
    ours = head.startswith(_MAGIC) and head[68:72] == _OURS.to_bytes(4, "big")
    if head and not ours and path != folder() / NAME:
        raise OutputError(plain(path.name), "is no cache of this program", "name another, or a new one")


def _opened(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    base = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        if _version(base) != (_OURS, _FORMAT):
            base.execute("BEGIN IMMEDIATE")
            with base:
                if _version(base) != (_OURS, _FORMAT):  # nobody else was faster
                    _make(base)
        base.execute("PRAGMA journal_mode = WAL")  # last: what tells our file from another's stands in it itself
        base.execute("PRAGMA synchronous = NORMAL")
    except BaseException:
        base.close()
        raise
    return base


def _run(base: sqlite3.Connection, key: str) -> int:
    base.execute("INSERT OR IGNORE INTO runs (key) VALUES (?)", (key,))
    return int(base.execute("SELECT id FROM runs WHERE key = ?", (key,)).fetchone()[0])


def _sum(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=32).digest()


def _version(base: sqlite3.Connection) -> tuple[int, int]:
    return base.execute("PRAGMA application_id").fetchone()[0], base.execute("PRAGMA user_version").fetchone()[0]


def _make(base: sqlite3.Connection) -> None:
    for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        base.execute(f'DROP TABLE "{name}"')  # of an older format
    for statement in _TABLES.strip().split(";\n"):
        base.execute(statement)
    base.execute(f"PRAGMA application_id = {_OURS}")
    base.execute(f"PRAGMA user_version = {_FORMAT}")


def _tidy(base: sqlite3.Connection, now: int) -> None:
    """Delete what is past its date, and what only that needed."""
    if base.execute("DELETE FROM facts WHERE until <= ?", (now,)).rowcount > 0:
        base.execute("DELETE FROM files WHERE content NOT IN (SELECT content FROM facts)")
        base.execute("DELETE FROM commons WHERE sum NOT IN (SELECT common FROM facts)")


def _delete(path: Path) -> None:
    for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        name.unlink(missing_ok=True)
