"""What a run has done, line by line, so that it can be killed at any moment and go on where it was.

Append-only JSON Lines: a header with everything that the answers depend on, then one line for each entry of the
stream, in its order. Synced every few seconds; a last line that was cut off is dropped. Going on means meeting the
same entries again: each that the journal holds is compared with the one the sources bring, and not looked at again.
One process at a time writes a journal; a lock says so.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, BinaryIO, Self

from provenance.errors import OutputError
from provenance.plain import plain
from provenance.signing import platform

FORMAT = 1
_SYNC_SECONDS = 5.0
_dump = json.JSONEncoder(separators=(",", ":")).encode


class Journal:
    """One journal, open for writing; `kept` are the lines of the run that is continued."""

    def __init__(self, path: Path, header: dict[str, Any], *, resume: bool) -> None:
        """Begin *path*, or go on with it.

        Raises:
            OutputError: if there is one and *resume* is not asked for; if it was made under another *header*, is
                damaged, in use, or cannot be written.
        """
        self.path = path
        self._name = plain(path.name)
        self._last = monotonic()
        exists = os.path.lexists(path)
        if exists and not resume:
            raise OutputError(self._name, "is the journal of a run that did not end", "--resume goes on with it")
        try:
            self._stream = path.open("r+b" if exists else "x+b")
        except OSError as exc:
            raise OutputError(self._name, f"cannot be written ({exc.strerror or exc})") from exc
        if not platform.lock(self._stream.fileno()):
            self._stream.close()
            raise OutputError(self._name, "is in use by another run", "wait for it")
        self.resumed = exists and self._begun(header)
        if not self.resumed:
            self._stream.seek(0)
            self._stream.truncate()
            self.add([{"journal": FORMAT, **header}])
            self.sync()

    def _begun(self, header: dict[str, Any]) -> bool:
        """Whether there is a whole header; cut off what follows the last whole line."""
        end = _whole(self._stream)
        self._stream.truncate(end)
        self._stream.seek(0)
        first = self._stream.readline()
        if not first:
            return False
        found = _parsed(first)
        if not isinstance(found, dict) or found.pop("journal", None) != FORMAT:
            raise OutputError(self._name, "is no journal of this program", "delete it, or choose another output")
        for key in {**found, **header}:
            if found.get(key) != header.get(key):
                raise OutputError(
                    self._name,
                    f"was begun with another {key} ({_short(found.get(key))}, now {_short(header.get(key))})",
                    "run it as it was begun, or delete the journal to start anew",
                )
        return True

    def kept(self) -> Iterator[list[Any]]:
        """Yield the lines behind the header; afterwards the journal stands at its end."""
        if not self.resumed:
            return
        for number, line in enumerate(self._stream, 2):
            found = _parsed(line)
            if not isinstance(found, list):
                raise OutputError(self._name, f"is damaged in line {number}", "delete it to start anew")
            yield found
        self._stream.seek(0, os.SEEK_END)

    def add(self, lines: list[Any]) -> None:
        """Append *lines*, and now and then see to it that they are on the disk."""
        try:
            self._stream.write(b"".join(_dump(line).encode("ascii") + b"\n" for line in lines))
            self._stream.flush()
            if monotonic() - self._last > _SYNC_SECONDS:
                self.sync()
        except OSError as exc:
            raise OutputError(self._name, f"cannot be written ({exc.strerror or exc})") from exc

    def sync(self) -> None:
        """Wait until what was added is on the disk."""
        os.fsync(self._stream.fileno())
        self._last = monotonic()

    def remove(self) -> None:
        """Delete the journal: the run has ended, and its results stand where they should."""
        if platform.POSIX:
            self.path.unlink(missing_ok=True)
            self._stream.close()
        else:
            self._stream.close()
            self.path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()


def _whole(stream: BinaryIO) -> int:
    """Return where the last whole line ends."""
    end = stream.seek(0, os.SEEK_END)
    while end:
        start = max(0, end - (1 << 16))
        stream.seek(start)
        found = stream.read(end - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _short(value: Any) -> str:
    return plain(_dump(value), limit=80)
