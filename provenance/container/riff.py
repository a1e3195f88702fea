"""WebP: RIFF chunks; the store in ``C2PA`` (C2PA 2.4 §A.3.4)."""

from __future__ import annotations

from provenance.container.model import Limits
from provenance.container.parts import Layout, Part, Placed, Role, Span
from provenance.container.source import Counter, MalformedError, Source, second_store

_METADATA = frozenset({b"EXIF", b"XMP "})


def lay_out(source: Source, limits: Limits) -> Layout:
    """Return the chunks of a WebP; anything unknown counts as picture, which is the careful side."""
    parts = [Part("RIFF", Span(0, 12), Span(8, 4), Role.STRUCTURE)]
    stores: list[Placed] = []
    xmp: list[Span] = []
    damage: list[str] = []
    counter = Counter(limits.chunks, "chunks of the WebP")
    end = 8 + int.from_bytes(source.read(4, 4), "little")
    if end > source.size:
        damage.append("the WebP is cut off")
        end = source.size
    at = 12
    try:
        while at < end:
            counter.one()
            head = source.take(at, 8, "a chunk")
            kind, length = head[:4], int.from_bytes(head[4:], "little")
            name = kind.decode("latin-1")
            if at + 8 + length > end:
                raise MalformedError(f"chunk {name!r} at byte {at} does not fit into the file")
            body = Span(at + 8, length)
            span = Span(at, min(8 + length + length % 2, end - at))
            parts.append(Part(name, span, body, _role(kind)))
            if kind == b"C2PA":
                if stores:
                    raise second_store()
                # The byte that makes the length even is hashed by the engine, and may not be left out.
                stores.append(Placed((span,), (body,), (Span(at, 8 + length),)))
            elif kind == b"XMP ":
                xmp.append(body)
            at = span.end
    except MalformedError as problem:
        damage.append(str(problem))
    if not damage and at < source.size:
        rest = Span(at, source.size - at)
        parts.append(Part("after RIFF", rest, rest, Role.TRAILER))
        damage.append(f"{rest.length} bytes follow the end of the WebP")
    return Layout(tuple(parts), tuple(stores), tuple(xmp), damage=tuple(damage))


def _role(kind: bytes) -> Role:
    if kind == b"C2PA":
        return Role.MANIFEST
    return Role.METADATA if kind in _METADATA else Role.PICTURE
