"""Directories of a TIFF structure, read for their metadata: an EXIF block, or the first pages of a TIFF file.

Made for many files: a directory is read at once, and an entry is taken apart only where somebody asks for its tag.
`container.tiff` walks the same structure for what carries the picture; here nothing below a directory is followed
but what holds metadata. TIFF 6.0 §2; BigTIFF; Exif 3.0 §4.6.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator
from typing import Literal

from provenance.container.model import Limits
from provenance.container.parts import Span
from provenance.container.source import MalformedError, Source
from provenance.record import dataclass

EXIF_IFD, GPS_IFD, SUB_IFDS, INTEROPERABILITY_IFD = 34665, 34853, 330, 40965
ASCII, BYTE, SHORT, LONG, UNDEFINED, UTF_8 = 2, 1, 3, 4, 7, 129
# Tags of the first directory that describe the picture, and not its samples.
DESCRIPTIVE = frozenset(
    {269, 270, 271, 272, 305, 306, 315, 316, 18246, 18249, 33432, 40091, 40092, 40093, 40094, 40095, 42033, 50735}
)
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8, 129: 1}
_NUMBERS = frozenset({3, 4, 13, 16, 18})


@dataclass(frozen=True, slots=True)
class Entry:
    """One tag; *value* may reach beyond the structure, as nothing has been read from there."""

    tag: int
    form: int
    count: int
    value: Span
    inline: bool  # whether the value stands in the entry itself


@dataclass(frozen=True, slots=True)
class Directory:
    """One directory: where it stands, its entries as they stand there, and where the next one is."""

    span: Span
    raw: tuple[bytes, ...]
    following: int


class Structure:
    """A TIFF structure behind a source, with positions counted from its header."""

    __slots__ = ("_entry", "_limits", "big", "first", "offset", "order", "sign", "source", "width")

    def __init__(self, source: Source, limits: Limits) -> None:
        """Read the header.

        Raises:
            MalformedError: if there is none.
        """
        head = source.take(0, 8, "the header")
        if head[:2] not in (b"II", b"MM"):
            raise MalformedError("it does not begin as a TIFF structure does")
        self.source = source
        self._limits = limits
        self.order: Literal["little", "big"] = "little" if head[:2] == b"II" else "big"
        self.sign = "<" if head[:2] == b"II" else ">"
        version = self.number(head[2:4])
        if version not in (42, 43):
            raise MalformedError("it does not begin as a TIFF structure does")
        self.big = version == 43
        self.width, self.offset = (8, 8) if self.big else (2, 4)
        self._entry = struct.Struct(self.sign + ("HHQ8s" if self.big else "HHI4s"))
        self.first = self.number(source.take(8, 8, "the header") if self.big else head[4:8])

    def number(self, data: bytes) -> int:
        return int.from_bytes(data, self.order)

    def directory(self, at: int) -> Directory:
        """Return the directory at *at*; the pointer behind it may be missing where the structure ends there.

        Raises:
            MalformedError: if it does not fit into the structure.
        """
        count = self.number(self.source.take(at, self.width, "a directory"))
        size = self._entry.size
        if count > self._limits.chunks or at + self.width + count * size > self.source.size:
            raise MalformedError(f"the directory at byte {at} does not fit")
        data = self.source.read(at + self.width, count * size + self.offset)
        entries = tuple([data[place : place + size] for place in range(0, count * size, size)])
        pointer = data[count * size :]
        following = self.number(pointer) if len(pointer) == self.offset else 0
        return Directory(Span(at, self.width + len(data)), entries, following)

    def entries(self, directory: Directory, tags: Collection[int] | None = None) -> Iterator[Entry]:
        """Yield the entries of *directory*, those of *tags* only where they are named."""
        at = directory.span.start + self.width + self._entry.size - self.offset
        for raw in directory.raw:
            tag, form, count, data = self._entry.unpack(raw)
            if tags is None or tag in tags:
                length = _SIZES.get(form, 1) * count
                inline = length <= self.offset
                yield Entry(tag, form, count, Span(at if inline else self.number(data), length), inline)
            at += self._entry.size

    def found(self, directory: Directory, tags: Collection[int]) -> dict[int, Entry]:
        """Return those of *tags* that stand in *directory*; where one stands twice, the first."""
        found: dict[int, Entry] = {}
        for entry in self.entries(directory, tags):
            found.setdefault(entry.tag, entry)
        return found

    def tag(self, raw: bytes) -> int:
        """Return the tag of an entry as it stands in a directory."""
        return self.number(raw[:2])

    def value(self, entry: Entry, most: int) -> bytes:
        """Return the value of *entry*, at most *most* bytes of it.

        Raises:
            MalformedError: if it does not fit into the structure.
        """
        if entry.value.end > self.source.size:
            raise MalformedError(f"the value of tag {entry.tag} does not fit")
        return self.source.read(entry.value.start, min(entry.value.length, most))

    def numbers(self, entry: Entry, most: int) -> list[int]:
        """Return the whole numbers of *entry*, at most *most* of them; [] if it holds none."""
        if entry.form not in _NUMBERS:
            return []
        size = _SIZES[entry.form]
        data = self.value(entry, most * size)
        return [self.number(data[at : at + size]) for at in range(0, len(data) - size + 1, size)]

    def pointer(self, entry: Entry) -> int:
        """Return the position that *entry* points at; 0 if it holds none."""
        return next(iter(self.numbers(entry, 1)), 0)

    def packed(self, tag: int, form: int, value: bytes, at: int) -> bytes:
        """Return the entry for *value*, which stands at *at* where it does not fit into the entry."""
        count = len(value) // _SIZES[form]
        held = value.ljust(self.offset, b"\0") if len(value) <= self.offset else at.to_bytes(self.offset, self.order)
        return self._entry.pack(tag, form, count, held)

    def joined(self, entries: Collection[bytes], following: int) -> bytes:
        """Return a directory of *entries*."""
        count = len(entries).to_bytes(self.width, self.order)
        return count + b"".join(entries) + following.to_bytes(self.offset, self.order)
