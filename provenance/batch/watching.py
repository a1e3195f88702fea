"""A folder that an export writes into: which of its pictures are whole, and which of them are done.

A picture is whole when size, time and identity of its file have not changed for a while; a rename into place waits as
long, since nothing tells it from a first piece. Temporary and hidden names, links and folders behind links are never
touched. What is done is known by the file itself (device, number, size, time), so that a rename is no new picture; it
stands in a journal, so that a restart does nothing twice. Polling: no platform needs anything for it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from provenance.batch.journal import Journal
from provenance.container.kinds import suggested
from provenance.container.model import Kind
from provenance.errors import AssetError
from provenance.plain import plain
from provenance.verification.sidecars import SIGNED

_TEMPORARY = re.compile(
    r"~\$|\.~|.*(~|\.(tmp|temp|part|partial|filepart|crdownload|download|opdownload|swp|swx|lock|bak|kra-autosave))$"
    r"|.*[.-](tmp|temp|part|partial|autosave)[.-]",
    re.IGNORECASE,
)
_NONE = frozenset({Kind.OTHER, Kind.C2PA})


@dataclass(slots=True)
class _Seen:
    """A file as it was seen last, since when it is like that, and whether it was handed out like that."""

    mark: str
    since: float
    given: bool = False


class Watch:
    """What lies in a folder; ask `ready` again and again."""

    def __init__(self, folder: Path, *, settle: float, known: Iterable[str] = (), apart: Path | None = None) -> None:
        """Begin with *folder*.

        Args:
            settle: seconds for which a file must stay as it is.
            known: marks of what is done.
            apart: a folder inside of which nothing is looked at, for results.
        """
        self._folder = folder
        self._settle = settle
        self._apart = os.path.realpath(apart) if apart is not None else None
        self._seen: dict[str, _Seen] = {}
        self._known = set(known)

    def ready(self, now: float) -> list[Path]:
        """Return the pictures that became whole and are not done, each once as long as it stays the same.

        Raises:
            AssetError: if the folder cannot be read.
        """
        seen: dict[str, _Seen] = {}
        found: list[Path] = []
        for path, mark in self._pictures():
            before = self._seen.get(path)
            one = seen[path] = before if before is not None and before.mark == mark else _Seen(mark, now)
            if not one.given and mark not in self._known and now - one.since >= self._settle:
                one.given = True
                found.append(Path(path))
        self._seen = seen
        return sorted(found)

    def done(self, marks: Iterable[str]) -> None:
        """Take note of files that need nothing any more."""
        self._known.update(marks)

    def _pictures(self) -> Iterator[tuple[str, str]]:
        waiting = [str(self._folder)]
        while waiting:
            place = waiting.pop()
            try:
                with os.scandir(place) as entries:
                    inside = list(entries)
            except OSError as exc:
                if place == str(self._folder):
                    problem = f"cannot be read ({exc.strerror or exc})"
                    raise AssetError(plain(self._folder.name or place), problem) from exc
                continue  # gone since
            for entry in inside:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    if os.path.realpath(entry.path) != self._apart:
                        waiting.append(entry.path)
                elif entry.is_file(follow_symlinks=False) and wanted(entry.name) and (mark := mark_of(entry.path)):
                    yield entry.path, mark


def wanted(name: str) -> bool:
    """Whether *name* is that of a picture that somebody has finished: no temporary one, no result of ours."""
    kind = suggested(name)
    stem = os.path.splitext(name)[0]  # noqa: PTH122
    return kind is not None and kind not in _NONE and not stem.endswith(SIGNED) and not _TEMPORARY.match(name)


def mark_of(path: str | Path) -> str:
    """Return what tells a file from every other, whatever it is called; "" if it is empty or gone."""
    try:
        found = os.lstat(path)
    except OSError:
        return ""
    return f"{found.st_dev}:{found.st_ino}:{found.st_size}:{found.st_mtime_ns}" if found.st_size else ""


class Memory:
    """What was done, in a journal: marks of sources and results, and what was written for which name."""

    def __init__(self, journal: Journal) -> None:
        """Read what stands in *journal*; it stays the caller's to close.

        Raises:
            OutputError: if it is damaged.
        """
        self._journal = journal
        self.marks: set[str] = set()
        self._written: dict[str, tuple[str, str]] = {}  # result -> its mark, and for which file it was written
        for line in journal.kept():
            match line:
                case ["done", str(mark), str(result), str(written), str(source)]:
                    self._note(mark, result, written, source)
                case _:
                    continue

    def add(self, mark: str, *, result: str = "", source: str = "") -> tuple[str, ...]:
        """Take note that the file *mark* is done, with what was written for it; return every mark that is new."""
        written = mark_of(result) if result else ""
        self._journal.add([["done", mark, result, written, source]])
        self._note(mark, result, written, source)
        return tuple(one for one in (mark, written) if one)

    def ours(self, result: Path, source: Path) -> bool:
        """Whether *result* is what was written for *source*, unchanged: a newer one may take its place.

        What was written for another file of that name, in another folder, may not be lost.
        """
        return self._written.get(str(result)) == (mark_of(result), str(source))

    def _note(self, mark: str, result: str, written: str, source: str) -> None:
        self.marks.update(one for one in (mark, written) if one)
        if result:
            self._written[result] = written, source
