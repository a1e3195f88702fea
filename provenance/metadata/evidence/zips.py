"""A zip archive of a stranger, read within limits: how many entries, how large a directory, how much of one entry.

No ratio is looked at: of an entry at most so many bytes are inflated, whatever it says about itself.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from provenance.container.source import MalformedError, Source, over
from provenance.record import dataclass

ENTRIES = 50_000  # a large Procreate canvas has tens of thousands of tiles
DIRECTORY = 8 * 1024 * 1024
ENTRY = 8 * 1024 * 1024
MANIFEST = "META-INF/content_credential.c2pa"  # C2PA 2.4 §A.6
_END, _END64, _LOCATOR64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_COMMENT = 1 << 16
_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive that is within the limits."""

    file: zipfile.ZipFile
    names: tuple[str, ...]

    def read(self, name: str) -> bytes:
        """Return the entry *name*, inflated.

        Raises:
            MalformedError: if it is not there once, or does not hold.
            StoppedError: if it is too large.
        """
        found = [one for one in self.file.infolist() if one.filename == name]
        if len(found) != 1:
            raise MalformedError(f"the archive holds {name} {len(found)} times")
        (entry,) = found
        if entry.flag_bits & _ENCRYPTED or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise MalformedError(f"{name} is encrypted, or packed in a way that is not read")
        try:
            with self.file.open(entry) as stream:
                data = stream.read(ENTRY + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as exc:
            raise MalformedError(f"{name} cannot be read from the archive") from exc
        if len(data) > ENTRY:
            raise over("box_bytes", ENTRY, f"more than {ENTRY}", f"bytes of {name}")
        return data


@contextmanager
def archive(source: Source, stream: BinaryIO) -> Iterator[Archive]:
    """Open the zip archive in *stream*.

    Raises:
        MalformedError: if it is none.
        StoppedError: if it holds too much.
    """
    entries, directory = _end(source)
    if entries > ENTRIES:
        raise over("chunks", ENTRIES, entries, "entries of the archive")
    if directory > DIRECTORY:
        raise over("box_bytes", DIRECTORY, directory, "bytes of the archive's directory")
    try:
        file = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as exc:
        raise MalformedError("the archive cannot be read") from exc
    with file:
        names = tuple(file.namelist())
        if len(names) > ENTRIES:  # the end of the archive may lie about how many there are
            raise over("chunks", ENTRIES, len(names), "entries of the archive")
        yield Archive(file, names)


def _end(source: Source) -> tuple[int, int]:
    """Return how many entries the end of the archive tells of, and how large it says the directory is."""
    start = max(0, source.size - _COMMENT - 22)
    tail = source.read(start, source.size - start)
    at = len(tail) - 22 if tail[-22:-18] == _END and tail.endswith(b"\0\0") else tail.rfind(_END)  # as zipfile looks
    if at < 0 or len(tail) < at + 22:
        raise MalformedError("the archive has no end")
    locator = tail[at - 20 : at] if at >= 20 else b""
    if locator.startswith(_LOCATOR64):
        record = source.read(start + at - 76, 56)
        if not record.startswith(_END64):
            raise MalformedError("the archive has no end")
        return int.from_bytes(record[32:40], "little"), int.from_bytes(record[40:48], "little")
    return int.from_bytes(tail[at + 10 : at + 12], "little"), int.from_bytes(tail[at + 12 : at + 16], "little")
