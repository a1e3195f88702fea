"""The tables of a HEIF's items, read whole and written anew (ISO/IEC 14496-12 §8.11.3, §8.11.6, §8.11.12).

Locations are written with absolute extents and without a base: the engine moves a base of 0 and the extents both,
which damages the item, and calls the result valid (metadata.md §3).
"""

from __future__ import annotations

from collections.abc import Iterable

from provenance.container import bmff, heif
from provenance.container.parts import Part, Span
from provenance.container.source import Counter, MalformedError, Source
from provenance.record import dataclass

DESCRIBES = "cdsc"  # the reference from metadata to their picture
XMP = "application/rdf+xml"
_HIDDEN = 1
_SHORT, _LONG = 1 << 16, 1 << 32


@dataclass(frozen=True, slots=True)
class Extent:
    """A run of bytes of an item, as the table counts them."""

    index: int
    start: int  # the base included
    length: int


@dataclass(frozen=True, slots=True)
class Location:
    """Where one item stands."""

    number: int
    method: int
    reference: int  # 0: in this file
    extents: tuple[Extent, ...]


@dataclass(frozen=True, slots=True)
class Locations:
    """The ``iloc`` box."""

    version: int
    flags: int
    index_size: int
    items: tuple[Location, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """One entry of the ``iref`` box."""

    kind: str
    number: int
    targets: tuple[int, ...]


def locations(source: Source, box: Part, counter: Counter) -> Locations:
    """Return the table in *box*.

    Raises:
        MalformedError: if it does not fit, or is of a version that nobody knows.
        StoppedError: beyond the limit of pieces.
    """
    fields = heif.table(source, box)
    head = fields.number(4)
    version, flags = head >> 24, head & 0xFFFFFF
    sizes = fields.number(2)
    offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_size = sizes & 15 if version else 0
    if version > 2 or not {offset_size, length_size, base_size, index_size} <= {0, 4, 8}:
        raise MalformedError("the table of the items' places is of an unknown kind")
    wide = 4 if version == 2 else 2
    items = []
    for _ in range(fields.number(wide)):
        counter.one()
        number = fields.number(wide)
        method = fields.number(2) & 15 if version else heif.IN_FILE
        if method > heif.IN_ITEM:
            raise MalformedError("an item stands in a place of an unknown kind")
        reference, base = fields.number(2), fields.number(base_size)
        extents = []
        for _ in range(fields.number(2)):
            counter.one()
            index, start = fields.number(index_size), fields.number(offset_size)
            extents.append(Extent(index, base + start, fields.number(length_size)))
        items.append(Location(number, method, reference, tuple(extents)))
    return Locations(version, flags, index_size, tuple(items))


def written(table: Locations, *, wide: bool) -> bytes:
    """Return *table* as a box; with *wide*, places take 8 bytes each."""
    size = 8 if wide else 4
    count = 4 if table.version == 2 else 2
    out = [
        (table.version << 24 | table.flags).to_bytes(4, "big"),
        (size << 12 | size << 8 | table.index_size).to_bytes(2, "big"),
        len(table.items).to_bytes(count, "big"),
    ]
    for item in table.items:
        out.append(item.number.to_bytes(count, "big"))
        if table.version:
            out.append(item.method.to_bytes(2, "big"))
        out.append(item.reference.to_bytes(2, "big") + len(item.extents).to_bytes(2, "big"))
        for extent in item.extents:
            out.append(extent.index.to_bytes(table.index_size, "big"))
            out.append(extent.start.to_bytes(size, "big") + extent.length.to_bytes(size, "big"))
    return box("iloc", b"".join(out))


def references(source: Source, part: Part | None, counter: Counter) -> tuple[Reference, ...]:
    """Return the entries of the ``iref`` box *part*; none without one.

    Raises:
        MalformedError: if one does not fit.
        StoppedError: beyond the limit of pieces.
    """
    if part is None:
        return ()
    size = 4 if heif.table(source, part).number(4) >> 24 else 2
    found = []
    for entry in bmff.boxes(source, Span(part.body.start + 4, part.body.length - 4), counter):
        fields = heif.table(source, entry)
        number = fields.number(size)
        targets = tuple(fields.number(size) for _ in range(fields.number(2)))
        found.append(Reference(entry.name, number, targets))
    return tuple(found)


def referring(entries: Iterable[Reference]) -> bytes:
    """Return an ``iref`` box with *entries*."""
    listed = list(entries)
    size = 4 if any(max(entry.number, *entry.targets, 0) >= _SHORT for entry in listed) else 2
    out = [bytes((1 if size == 4 else 0, 0, 0, 0))]
    for entry in listed:
        targets = b"".join(target.to_bytes(size, "big") for target in entry.targets)
        out.append(
            box(entry.kind, entry.number.to_bytes(size, "big") + len(entry.targets).to_bytes(2, "big") + targets)
        )
    return box("iref", b"".join(out))


def describing(found: Iterable[heif.Item], primary: int, entries: tuple[Reference, ...]) -> heif.Item | None:
    """Return which of *found*, items of metadata, describes the main picture, or else none in particular."""
    listed = list(found)
    for item in listed:
        if any(one.kind == DESCRIBES and one.number == item.number and primary in one.targets for one in entries):
            return item
    bound = {one.number for one in entries if one.kind == DESCRIBES}
    return next((item for item in listed if item.number not in bound), None)


def entry(number: int, kind: str, content_type: str = "") -> bytes:
    """Return an ``infe`` box for an item of metadata, which is not to be shown."""
    wide = number >= _SHORT
    head = bytes((3 if wide else 2, 0, 0, _HIDDEN)) + number.to_bytes(4 if wide else 2, "big") + bytes(2)
    named = content_type.encode("ascii") + b"\0" if content_type else b""
    return box("infe", head + kind.encode("latin-1") + b"\0" + named)


def listed(source: Source, part: Part, entries: Iterable[bytes], counter: Counter) -> bytes:
    """Return the ``iinf`` box *part* with *entries* behind its own.

    Raises:
        MalformedError: if it does not fit, or does not hold as many entries as it says.
        StoppedError: beyond the limit of pieces.
    """
    more = list(entries)
    fields = heif.table(source, part)
    version = fields.number(4)
    count = fields.number(4 if version >> 24 else 2)
    inner = Span(part.body.start + fields.at, part.body.length - fields.at)
    boxes = bmff.boxes(source, inner, counter)
    if len(boxes) != count or any(box.name != "infe" for box in boxes):
        raise MalformedError("the list of the items is not as long as it says")
    if any(source.take(entry.span.start, 4, "an entry") == bytes(4) for entry in boxes):
        raise MalformedError("an entry of the list of the items does not say where it ends")
    held = source.take(inner.start, inner.length, "the table 'iinf'")
    if count + len(more) >= _SHORT and not version >> 24:
        version |= 1 << 24
    total = (count + len(more)).to_bytes(4 if version >> 24 else 2, "big")
    return box("iinf", version.to_bytes(4, "big") + total + held + b"".join(more))


def box(kind: str, content: bytes) -> bytes:
    """Return a box; its length takes 4 bytes."""
    return (len(content) + 8).to_bytes(4, "big") + kind.encode("latin-1") + content
