"""PSD and PSB (Adobe Photoshop File Formats Specification): the layer records and the XMP, never a pixel.

The records alone are read, so a file of gigabytes costs no more than its layers; no library does that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from provenance.container.source import Counter, MalformedError, Source, StoppedError
from provenance.container.xmp import values
from provenance.metadata.evidence.layered import counted
from provenance.metadata.evidence.model import Facts, LayerKind
from provenance.metadata.evidence.text import day, name, span
from provenance.metadata.fields import NAMESPACES

_LAYERS = 20_000  # Photoshop allows 8,000, each group has two records
_BLOCKS = 500_000  # of all records
_RESOURCES = 20_000
_XMP = 1060
_PACKET = 4 * 1024 * 1024
_LONG = frozenset(  # keys whose length a PSB writes in eight bytes
    {b"LMsk", b"Lr16", b"Lr32", b"Layr", b"Mt16", b"Mt32", b"Mtrn", b"Alph", b"FMsk", b"lnk2", b"FEid", b"FXid",
     b"PxSD"}
)  # fmt: skip
_ADJUSTMENTS = frozenset(
    {b"levl", b"curv", b"expA", b"vibA", b"hue ", b"hue2", b"blnc", b"blwh", b"phfl", b"mixr", b"clrL", b"nvrt",
     b"post", b"thrs", b"grdm", b"selc", b"brit", b"CgEd"}
)  # fmt: skip
_FILLS = frozenset({b"SoCo", b"GdFl", b"PtFl"})
_SHAPES = frozenset({b"vmsk", b"vsms"})
_PLACED = frozenset({b"SoLd", b"SoLE", b"PlLd", b"plLd"})
_TEXTS = frozenset({b"TySh", b"tySh"})
_SECTIONS = frozenset({b"lsct", b"lsdk"})
_SIGNATURES = (b"8BIM", b"8B64")
_WHEN = re.compile(rb"stEvt:when\s{0,8}(?:=\s{0,8}[\"']|>)\s{0,8}(\d{4}-\d{2}-\d{2})")
_WHENS = 100_000


class _Cursor:
    """A place in the file that moves on; numbers are big-endian."""

    def __init__(self, source: Source, at: int, *, long: bool) -> None:
        self.source = source
        self.at = at
        self.long = long  # a PSB

    def bytes(self, length: int) -> bytes:
        data, start = self.source.near(self.at)
        found = data[start : start + length]
        if len(found) < length:
            found = self.source.take(self.at, length, "the file")
        self.at += length
        return found

    def number(self, length: int) -> int:
        return int.from_bytes(self.bytes(length), "big")

    def wide(self) -> int:
        """Return a length that a PSB writes in eight bytes."""
        return self.number(8 if self.long else 4)

    def skip(self, length: int) -> None:
        self.at += length


def photoshop(base: Facts, source: Source, stream: BinaryIO) -> Facts:
    """Read a PSD or PSB file."""
    head = source.take(0, 26, "the header")
    cursor = _Cursor(source, 26, long=head[4:6] == b"\0\2")
    base = replace(base, height=int.from_bytes(head[14:18], "big"), width=int.from_bytes(head[18:22], "big"))
    cursor.skip(cursor.number(4))  # colour table
    length = cursor.number(4)
    end = cursor.at + length
    base = _told(base, _packet(cursor, end))
    cursor.at = end
    try:
        return counted(base, _kinds(cursor))
    except (MalformedError, StoppedError) as problem:
        return replace(base, problems=(f"layers not counted: {problem}",))


# --- XMP --------------------------------------------------------------------------------------------------------


def _packet(cursor: _Cursor, end: int) -> bytes:
    """Return the XMP packet among the image resources, or nothing."""
    counter = Counter(_RESOURCES, "resources of the file")
    while cursor.at + 12 <= end:
        counter.one()
        cursor.skip(4)  # signature
        number = cursor.number(2)
        cursor.skip(_even(1 + cursor.source.take(cursor.at, 1, "a resource")[0]))
        length = cursor.number(4)
        if number == _XMP:
            return cursor.source.read(cursor.at, min(length, _PACKET))
        cursor.skip(_even(length))
    return b""


def _told(base: Facts, packet: bytes) -> Facts:
    """Return *base* with what XMP says of days and the program; the history's own days count, its texts do not."""
    xmp = NAMESPACES["xmp"]
    days = [day(text) for key in ("CreateDate", "ModifyDate") for text in values(packet, xmp, key)]
    for number, found in enumerate(_WHEN.finditer(packet)):
        if number >= _WHENS:
            break
        days.append(day(found[1].decode("ascii")))
    first, last = span(days)
    return replace(base, first=first, last=last, program=name(next(values(packet, xmp, "CreatorTool"), "")))


# --- layers -----------------------------------------------------------------------------------------------------


def _kinds(cursor: _Cursor) -> Iterator[LayerKind]:
    end = cursor.wide() + cursor.at  # of layers and masks
    if end == cursor.at:
        return
    length = cursor.wide()
    after = cursor.at + length
    if length:
        yield from _records(cursor)
        return
    # Sixteen and 32 bits a channel: the same list, further back (ibid., Additional Layer Information).
    cursor.at = after
    if cursor.at + 4 > end:
        return
    cursor.skip(cursor.number(4))  # global mask
    counter = Counter(_BLOCKS, "blocks of the file")
    for key, start, _ in _tagged(cursor, end, counter, padding=4):
        if key in (b"Layr", b"Lr16", b"Lr32"):
            cursor.at = start
            yield from _records(cursor)
            return


def _records(cursor: _Cursor) -> Iterator[LayerKind]:
    count = int.from_bytes(cursor.bytes(2), "big", signed=True)
    if abs(count) > _LAYERS:
        raise MalformedError(f"it names {abs(count)} layers, at most {_LAYERS} are read")
    counter = Counter(_BLOCKS, "blocks of the layers")
    for _ in range(abs(count)):  # negative: the first channel is the transparency of the whole
        cursor.skip(16)
        channels = cursor.number(2)
        cursor.skip(channels * (10 if cursor.long else 6))
        if cursor.bytes(4) != b"8BIM":
            raise MalformedError("a layer does not begin where it should")
        cursor.skip(8)
        length = cursor.number(4)
        end = cursor.at + length
        kind = _kind(cursor, end, counter)
        cursor.at = end
        if kind is not None:
            yield kind


def _kind(cursor: _Cursor, end: int, counter: Counter) -> LayerKind | None:
    """Return what the layer at *cursor* is; None for the mark that ends a group."""
    for _ in ("mask", "blending ranges"):
        cursor.skip(cursor.number(4))
    cursor.skip(_padded(1 + cursor.number(1)) - 1)  # its name, which is nobody's business
    keys = set()
    for key, start, length in _tagged(cursor, end, counter, padding=1):
        if key in _SECTIONS and length >= 4:
            section = int.from_bytes(cursor.source.take(start, 4, "a section"), "big")
            if section == 3:
                return None
            if section in (1, 2):
                return LayerKind.GROUP
        keys.add(key)
    if keys & _TEXTS:
        return LayerKind.TEXT
    if keys & _PLACED:
        return LayerKind.PLACED
    if keys & _ADJUSTMENTS:
        return LayerKind.ADJUSTMENT
    if keys & _FILLS:
        return LayerKind.VECTOR if keys & _SHAPES else LayerKind.FILL
    return LayerKind.PAINT


def _tagged(cursor: _Cursor, end: int, counter: Counter, *, padding: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield key, place and length of each tagged block up to *end*; stops at what is none."""
    while cursor.at + 12 <= end:
        counter.one()
        head = cursor.bytes(8)
        if head[:4] not in _SIGNATURES:
            return
        length = cursor.number(8 if cursor.long and head[4:] in _LONG else 4)
        start = cursor.at
        yield head[4:], start, length
        cursor.at = start + length + -length % padding


def _even(length: int) -> int:
    return length + length % 2


def _padded(length: int) -> int:
    return length + -length % 4
