"""Tar archives as spans of bytes: what is where, never more of it in memory than a header (ustar, pax, GNU).

Nothing is extracted. Headers are a stranger's: an extended header is read up to a limit, a name too; sparse files
and multi-volume archives, which no data set has, are refused. A WebDataset sample is the members whose names are the
same up to the first dot of the base name (webdataset `base_plus_ext`).
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

from provenance.container.opening import opened
from provenance.errors import AssetError
from provenance.plain import plain
from provenance.record import dataclass

BLOCK = 512
END = bytes(2 * BLOCK)  # what stands behind the last member
_HEAD = 512  # bytes of a member that are looked at to know what it is
_EXTENDED = 1 << 20  # of one extended header
_NAME = 4096
_STEP = 1 << 20
_WITHOUT_DATA = frozenset(b"123456")  # links, devices, folders, pipes: their size counts for nothing
_REGULAR = frozenset(b"07\0")
_EMPTY = bytes(BLOCK)


@dataclass(frozen=True, slots=True)
class Member:
    """One member: its headers begin at *start*, its bytes at *data*, the next one at *end*."""

    name: str
    start: int
    data: int
    size: int
    end: int
    regular: bool  # a file with bytes of its own
    shared: bool = False  # a global header: belongs to all that follow
    head: bytes = b""  # its first bytes

    @property
    def key(self) -> str:
        """The sample that it belongs to; its own name where WebDataset would pass it over."""
        folder, slash, base = self.name.rpartition("/")
        stem, dot, _ = base.partition(".")
        return folder + slash + stem if stem and dot else self.name


class Archive:
    """The bytes of an archive, unpacked from gzip if need be, forwards only."""

    def __init__(self, path: Path) -> None:
        """Open *path*.

        Raises:
            AssetError: if it cannot be opened.
        """
        self.name = plain(path.name)
        self.at = 0
        try:
            self._file = opened(path)
            self.packed = self._file.read(2) == b"\x1f\x8b"
            self.size = self._file.seek(0, 2)
            self._file.seek(0)
        except OSError as exc:
            raise AssetError(self.name, f"cannot be read ({exc.strerror or exc})") from exc
        self._stream = cast(BinaryIO, gzip.GzipFile(fileobj=self._file)) if self.packed else self._file

    def read(self, length: int) -> bytes:
        """Return the next *length* bytes; fewer only at the end."""
        try:
            found = self._stream.read(length)
            while len(found) < length and (more := self._stream.read(length - len(found))):
                found += more
        except (OSError, EOFError, zlib.error) as exc:
            raise AssetError(self.name, "is damaged: its compression does not hold") from exc
        self.at += len(found)
        return found

    def forward(self, to: int) -> bool:
        """Go on to the byte *to*; return False if the archive ends before."""
        if not self.packed:
            self._stream.seek(to)
            self.at = to
            return to <= self.size
        while self.at < to and self.read(min(to - self.at, _STEP)):
            pass
        return self.at >= to

    def blocks(self, start: int, end: int) -> Iterator[bytes]:
        """Yield the bytes from *start*, which lies ahead, to *end*."""
        self.forward(start)
        while self.at < end and (block := self.read(min(end - self.at, _STEP))):
            yield block

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()
        self._file.close()


def members(archive: Archive) -> Iterator[Member]:
    """Yield the members of *archive* in their order; the archive stands behind the `head` of the one just yielded.

    Raises:
        AssetError: where the archive does not hold; what was yielded before does.
    """
    start = at = 0
    name, size = "", -1
    while True:
        if not archive.forward(at):
            raise _broken(archive, at)
        header = archive.read(BLOCK)
        if not header or header == _EMPTY:
            return
        if len(header) < BLOCK or not _sound(header):
            raise _broken(archive, at)
        kind, data = header[156], at + BLOCK
        length = _number(header[124:136], archive, at)
        if kind in b"xgLK":
            if length > _EXTENDED:
                raise AssetError(archive.name, f"holds an extended header of {length} bytes at byte {at}")
            text = archive.read(length)
            if len(text) < length:
                raise _broken(archive, at)
            at = data + _padded(length)
            if kind == 0x67:  # g
                if {"path", "size"} & _records(text, archive, at).keys():
                    raise AssetError(archive.name, "holds a global header that renames its members")
                yield Member("", start, data, length, at, regular=False, shared=True)
                start = at
            elif kind == 0x4C:  # L
                name = text.rstrip(b"\0").decode("utf-8", "surrogateescape")
            elif kind == 0x78:  # x
                found = _records(text, archive, at)
                name = found.get("path", name)
                size = int(found["size"]) if found.get("size", "").isdecimal() else size
            continue
        if kind in b"SM":
            raise AssetError(archive.name, "holds a sparse file or is one part of several; neither is read")
        length = size if size >= 0 else length
        shown = name or _name(header)
        if len(shown) > _NAME:
            raise AssetError(archive.name, f"holds a name of {len(shown)} characters at byte {at}")
        length = 0 if kind in _WITHOUT_DATA else length
        end = data + _padded(length)
        regular = kind in _REGULAR and not shown.endswith("/")
        head = archive.read(min(length, _HEAD)) if regular else b""
        if not archive.packed and data + length > archive.size:
            raise AssetError(archive.name, f"ends inside {plain(shown)}")
        yield Member(shown, start, data, length, end, regular, head=head)
        start = at = end
        name, size = "", -1


def _padded(length: int) -> int:
    return -(-length // BLOCK) * BLOCK


def _broken(archive: Archive, at: int) -> AssetError:
    return AssetError(archive.name, f"is no tar archive, or is damaged, at byte {at}")


def _sound(header: bytes) -> bool:
    """Whether the sum of the header is what stands in it; the field itself counts as spaces."""
    stated = header[148:156].strip(b" \0")
    return _octal(stated) and int(stated, 8) == sum(header) - sum(header[148:156]) + 8 * 0x20


def _octal(text: bytes) -> bool:
    return bool(text) and not text.strip(b"01234567")


def _number(field: bytes, archive: Archive, at: int) -> int:
    if field[0] == 0x80:  # GNU: base 256
        return int.from_bytes(field[1:], "big")
    text = field.strip(b" \0")
    if not text:
        return 0
    if not _octal(text):
        raise _broken(archive, at)
    return int(text, 8)


def _name(header: bytes) -> str:
    name = header[:100].partition(b"\0")[0]
    if header[257:263] == b"ustar\0" and (prefix := header[345:500].partition(b"\0")[0]):
        name = prefix + b"/" + name
    return name.decode("utf-8", "surrogateescape")


def _records(text: bytes, archive: Archive, at: int) -> dict[str, str]:
    """Return the records of a pax header: ``LENGTH KEY=VALUE\\n``, the length counting itself."""
    found: dict[str, str] = {}
    place = 0
    while place < len(text) and text[place]:
        digits = text[place : place + 8].partition(b" ")[0]
        length = int(digits) if digits.isdigit() else 0
        record = text[place : place + length]
        key, equals, value = record[len(digits) + 1 : -1].partition(b"=")
        if length <= len(digits) + 2 or len(record) < length or not equals or record[-1:] != b"\n":
            raise _broken(archive, at)
        if key.startswith(b"GNU.sparse"):
            raise AssetError(archive.name, "holds a sparse file, which is not read")
        found[key.decode("utf-8", "replace")] = value.decode("utf-8", "surrogateescape")
        place += length
    return found
