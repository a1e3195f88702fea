"""JPEG: marker segments; the store in APP11 segments (C2PA 2.4 §A.3.1, ISO/IEC 19566-5 Annex D)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from provenance.container.model import Limits
from provenance.container.parts import Layout, Part, Placed, Role, Span, merged
from provenance.container.source import BLOCK, Counter, MalformedError, Source, second_store

XMP = b"http://ns.adobe.com/xap/1.0/\0"
_ICC = b"ICC_PROFILE\0"
_HEAD = 16  # CI, En, Z, LBox, TBox: repeated in every segment of a box
_FIRST = b"jumdc2pa"  # stands in the first segment of a store
_SOS, _EOI, _APP11 = 0xDA, 0xD9, 0xEB
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL)
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_NAMES = {0xC4: "DHT", 0xDB: "DQT", 0xDD: "DRI", 0xDA: "SOS", 0xD9: "EOI", 0xD8: "SOI", 0xFE: "COM"}


@dataclass(slots=True)
class _Walk:
    parts: list[Part] = field(default_factory=list)
    stores: list[_Store] = field(default_factory=list)
    xmp: list[Span] = field(default_factory=list)
    damage: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Store:
    instance: bytes
    last: int
    spans: list[Span]
    bodies: list[Span]


def lay_out(source: Source, limits: Limits, *, whole: bool = False, late: bool = True) -> Layout:
    """Return the segments of a JPEG.

    The walk ends at the first scan: what follows is one part to the end of the file. With *whole*, every scan and
    what follows the end of the image is told apart, for which the whole file is read. Without *late*, a store behind
    the first scan is not looked for.
    """
    walk = _Walk([Part("SOI", Span(0, 2), Span(2, 0), Role.STRUCTURE)])
    counter = Counter(limits.chunks, "segments of the JPEG")
    try:
        _walk(source, counter, walk, whole=whole)
        if late and not walk.stores and not whole:
            _late_store(source, limits, walk)
    except MalformedError as problem:
        walk.damage.append(str(problem))
    return Layout(
        tuple(walk.parts),
        tuple(_placed(store) for store in walk.stores),
        tuple(walk.xmp),
        damage=tuple(walk.damage),
    )


def _placed(store: _Store) -> Placed:
    spans = merged(store.spans)
    return Placed(spans, tuple(store.bodies), spans)


def _walk(source: Source, counter: Counter, walk: _Walk, *, whole: bool) -> None:
    at = 2
    while at < source.size:
        counter.one()
        head = source.read(at, 4)  # a marker and the length behind it, at once: many files have little else to be read
        if len(head) < 2:
            raise MalformedError(f"a marker is cut off at byte {source.size}")
        if head[0] != 0xFF:
            raise MalformedError(f"no marker at byte {at}")
        marker = head[1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker in _ALONE:
            walk.parts.append(Part(_name(marker), Span(at, 2), Span(at + 2, 0), Role.STRUCTURE))
            at += 2
            continue
        if marker == _EOI:
            walk.parts.append(Part("EOI", Span(at, 2), Span(at + 2, 0), Role.STRUCTURE))
            if at + 2 < source.size:
                rest = Span(at + 2, source.size - at - 2)
                walk.parts.append(Part("after EOI", rest, rest, Role.TRAILER))
            return
        if len(head) < 4:
            raise MalformedError(f"{_name(marker)} is cut off at byte {source.size}")
        length = int.from_bytes(head[2:], "big")
        if length < 2 or at + 2 + length > source.size:
            raise MalformedError(f"{_name(marker)} at byte {at} does not fit into the file")
        if marker == _SOS:
            end = _scan_end(source, at + 2 + length) if whole else source.size
            walk.parts.append(Part("SOS", Span(at, end - at), Span(at + 4, end - at - 4), Role.PICTURE))
            at = end
            continue
        _segment(source, walk, marker, Span(at, length + 2))
        at += length + 2
    if not whole and walk.parts[-1].name == "SOS":
        return
    walk.damage.append("the JPEG has no end")


def _segment(source: Source, walk: _Walk, marker: int, span: Span) -> None:
    body = Span(span.start + 4, span.length - 4)
    role = Role.PICTURE if marker < 0xE0 else Role.METADATA
    name = _name(marker)
    if marker == _APP11 and _store_segment(source, walk, span, body):
        name, role = "C2PA", Role.MANIFEST
    elif marker == 0xE1 and source.read(body.start, len(XMP)) == XMP:
        walk.xmp.append(Span(body.start + len(XMP), body.length - len(XMP)))
    elif (marker == 0xE2 and source.read(body.start, len(_ICC)) == _ICC) or marker == 0xEE:
        role = Role.PICTURE  # a colour profile or a colour transform changes what is seen
    walk.parts.append(Part(name, span, body, role))


def _store_segment(source: Source, walk: _Walk, span: Span, body: Span) -> bool:
    """Take the segment if it belongs to a C2PA store; the engine joins by box instance, too."""
    head = source.read(body.start, 28)
    if body.length <= _HEAD or head[:2] != b"JP":
        return False
    instance, number = head[2:4], int.from_bytes(head[4:8], "big")
    begun = next((store for store in walk.stores if store.instance == instance), None)
    first = head[12:16] == b"jumb" and head[20:28] == _FIRST
    if begun is not None and number > begun.last:
        if number != begun.last + 1:
            walk.damage.append(f"segment {begun.last + 1} of the manifest store is missing")
        begun.last = number
        begun.spans.append(span)
        begun.bodies.append(Span(body.start + _HEAD, body.length - _HEAD))
        return True
    if begun is not None or (first and walk.stores):
        raise second_store()
    if not first:
        return False
    walk.stores.append(_Store(instance, number, [span], [Span(body.start + 8, body.length - 8)]))
    return True


def _late_store(source: Source, limits: Limits, walk: _Walk) -> None:
    """Look for a store behind the first scan, where the engine looks, too; only unsigned files pay for this."""
    scan = walk.parts[-1]
    if scan.name != "SOS" or not source.holds(_FIRST, scan.span.start, source.size):
        return
    again = lay_out(source, limits, whole=True)
    if again.stores:
        walk.parts[:] = again.parts
        walk.stores[:] = [_Store(b"", 0, list(again.stores[0].spans), list(again.stores[0].bodies))]


def _scan_end(source: Source, at: int) -> int:
    """Return where the entropy-coded data that begin at *at* end: at the next marker that is no restart."""
    kept = b""
    while at < source.size:
        block = source.read(at, BLOCK)
        if not block:
            break
        window = kept + block
        if found := _MARKER.search(window):
            return at - len(kept) + found.start()
        kept = b"\xff" if window.endswith(b"\xff") else b""
        at += len(block)
    return source.size


def _name(marker: int) -> str:
    return _ALL_NAMES[marker]


def _named(marker: int) -> str:
    if 0xE0 <= marker <= 0xEF:
        return f"APP{marker - 0xE0}"
    if 0xD0 <= marker <= 0xD7:
        return f"RST{marker - 0xD0}"
    return _NAMES.get(marker) or (f"SOF{marker - 0xC0}" if 0xC0 <= marker <= 0xCF else f"marker {marker:02X}")


_ALL_NAMES = tuple(map(_named, range(256)))
