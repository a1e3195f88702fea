"""Boxes of AVIF, HEIC, HEIF and JPEG XL; the store in a ``uuid`` box (C2PA 2.4 §A.5), or as it is (JPEG XL)."""

from __future__ import annotations

from provenance.container.model import Kind, Limits, Refusal
from provenance.container.parts import Layout, Part, Placed, Role, Span
from provenance.container.source import Counter, MalformedError, Source, StoppedError, second_store

C2PA_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_PURPOSES = (b"manifest\0", b"original\0", b"update\0")
_PURPOSE = 8 + 16 + 4  # box header, UUID, version and flags
_METADATA = frozenset({"Exif", "xml ", "brob", "uuid", "free", "skip"})
_STRUCTURE = frozenset({"ftyp", "JXL ", "jxll", "mfra"})
_BMFF = frozenset({Kind.AVIF, Kind.HEIC, Kind.HEIF})


def lay_out(source: Source, kind: Kind, limits: Limits) -> Layout:
    """Return the boxes at the top of the file; anything unknown counts as picture, which is the careful side."""
    stores: list[Placed] = []
    xmp: list[Span] = []
    damage: list[str] = []
    parts: list[Part] = []
    counter = Counter(limits.chunks, "boxes of the file")
    try:
        for part in boxes(source, Span(0, source.size), counter):
            placed = _store(source, part, kind)
            if placed is not None:
                stores.append(placed)
                purposes = tuple(store.purpose for store in stores)
                if len(purposes) > 1 and purposes != ("original", "update"):
                    raise second_store()
                part = Part("C2PA", part.span, part.body, Role.MANIFEST)
            elif part.name == "xml ":
                xmp.append(part.body)
            elif part.name == "uuid" and source.read(part.body.start, 16) == _XMP_UUID:
                xmp.append(Span(part.body.start + 16, part.body.length - 16))
            parts.append(part)
    except MalformedError as problem:
        damage.append(str(problem))
    return Layout(tuple(parts), tuple(stores), tuple(xmp), damage=tuple(damage))


def boxes(source: Source, within: Span, counter: Counter) -> list[Part]:
    """Return the boxes that fill *within*.

    Raises:
        MalformedError: at the first one that does not fit.
    """
    found = []
    at = within.start
    while at < within.end:
        counter.one()
        head = source.take(at, 8, "a box")
        length, header = int.from_bytes(head[:4], "big"), 8
        if length == 1:
            length, header = int.from_bytes(source.take(at + 8, 8, "a box"), "big"), 16
        elif length == 0:  # to the end
            length = within.end - at
        name = head[4:].decode("latin-1")
        if length < header or at + length > within.end:
            raise MalformedError(f"box {name!r} at byte {at} does not fit")
        found.append(Part(name, Span(at, length), Span(at + header, length - header), _role(name)))
        at += length
    return found


def _role(name: str) -> Role:
    if name in _STRUCTURE:
        return Role.STRUCTURE
    return Role.METADATA if name in _METADATA else Role.PICTURE


def _store(source: Source, part: Part, kind: Kind) -> Placed | None:
    if kind is Kind.JXL:
        if part.name == "brob" and source.read(part.body.start, 4) == b"jumb":
            explanation = "a manifest store may be compressed here, and is not inflated"
            raise StoppedError(Refusal("compressed", explanation=explanation))
        if part.name != "jumb" or source.read(part.body.start + 4, 8) != b"jumdc2pa":
            return None
        return Placed((part.span,), (part.span,), (part.span,))
    if part.name != "uuid":
        return None
    head = source.read(part.body.start, 16 + 4 + 9)
    if head[:16] != C2PA_UUID:
        return None
    purpose = next((known for known in _PURPOSES if head[20:].startswith(known)), None)
    if purpose is None:  # for example "merkle"
        return None
    skipped = 16 + 4 + len(purpose) + 8  # and the offset of the first "merkle" box
    body = Span(part.body.start + skipped, max(0, part.body.length - skipped))
    return Placed((part.span,), (body,), (part.span,), purpose=purpose[:-1].decode())
