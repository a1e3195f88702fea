"""PNG: chunks; the store in ``caBX`` (C2PA 2.4 §A.3.2)."""

from __future__ import annotations

from provenance.container.model import Limits
from provenance.container.parts import Layout, Part, Placed, Role, Span
from provenance.container.source import Counter, MalformedError, Source, second_store

_XMP = b"XML:com.adobe.xmp\0"
_KEYS = (_XMP, b"Raw profile type xmp\0", b"Raw profile type APP1\0")  # the latter of ImageMagick: in hexadecimal
_TEXTS = frozenset({b"iTXt", b"tEXt", b"zTXt"})  # the standard's is iTXt; readers take the others, too
# Chunks that change no sample and no colour; anything unknown counts as picture, which is the careful side.
_METADATA = frozenset({b"tEXt", b"zTXt", b"iTXt", b"tIME", b"eXIf", b"pHYs", b"caBX", b"sPLT", b"hIST"})


def lay_out(source: Source, limits: Limits) -> Layout:
    """Return the chunks of a PNG."""
    parts = [Part("signature", Span(0, 8), Span(0, 8), Role.STRUCTURE)]
    stores: list[Placed] = []
    xmp: list[Span] = []
    packed: list[Span] = []
    damage: list[str] = []
    counter = Counter(limits.chunks, "chunks of the PNG")
    at = 8
    try:
        while at < source.size:
            counter.one()
            head = source.take(at, 8, "a chunk")
            kind, length = head[4:], int.from_bytes(head[:4], "big")
            if at + 12 + length > source.size:
                raise MalformedError(f"chunk {kind.decode('latin-1')!r} at byte {at} does not fit into the file")
            span, body = Span(at, length + 12), Span(at + 8, length)
            parts.append(Part(kind.decode("latin-1"), span, body, _role(kind)))
            at = span.end
            if kind == b"caBX":
                if stores:
                    raise second_store()
                stores.append(Placed((span,), (body,), (span,)))
            elif kind in _TEXTS:
                _text(source, kind, body, xmp, packed)
            elif kind == b"IEND":
                break
        else:
            damage.append("the PNG has no end")
    except MalformedError as problem:
        damage.append(str(problem))
    if not damage and at < source.size:
        rest = Span(at, source.size - at)
        parts.append(Part("after IEND", rest, rest, Role.TRAILER))
        damage.append(f"{rest.length} bytes follow the end of the PNG")
    return Layout(tuple(parts), tuple(stores), tuple(xmp), tuple(packed), tuple(damage))


def _role(kind: bytes) -> Role:
    if kind == b"caBX":
        return Role.MANIFEST
    return Role.METADATA if kind in _METADATA else Role.PICTURE


def _text(source: Source, kind: bytes, body: Span, plain: list[Span], packed: list[Span]) -> None:
    """Note where the packet begins, if it is one: behind the keyword and what the kind of text puts there."""
    head = source.read(body.start, min(body.length, 512))
    key = next(filter(head.startswith, _KEYS), b"")
    at, compressed = len(key), kind == b"zTXt"
    if not key:
        return
    if kind == b"zTXt":
        at += 1  # compression method
    elif kind == b"iTXt":  # compression flag and method, language, translated keyword
        compressed = head[at : at + 1] == b"\1"
        at += 2
        for _ in range(2):
            at = head.find(b"\0", at) + 1
            if at == 0:
                return
    if at <= body.length:
        (packed if compressed else plain).append(Span(body.start + at, body.length - at))
