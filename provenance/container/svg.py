"""SVG: the store as base64 in ``<c2pa:manifest>`` (C2PA 2.4 §A.3.7).

No XML is parsed: the engine looks for exactly that name, so do we.
"""

from __future__ import annotations

from provenance.container.model import Limits
from provenance.container.parts import Coding, Layout, Part, Placed, Role, Span
from provenance.container.source import Source, second_store

_OPEN, _CLOSE = b"<c2pa:manifest", b"</c2pa:manifest>"
_XMP, _XMP_END = b"<x:xmpmeta", b"</x:xmpmeta>"
_ATTRIBUTES = 1024


def lay_out(source: Source, limits: Limits) -> Layout:
    """Return what stands before the store, the store, and what stands behind it."""
    xmp = _element(source, _XMP, _XMP_END)
    packets = (xmp,) if xmp else ()
    whole = Span(0, source.size)
    at = source.find(_OPEN, 0, source.size)
    if at < 0:
        return Layout((Part("text", whole, whole, Role.PICTURE),), xmp=packets)
    opened = source.find(b">", at, at + _ATTRIBUTES)
    closed = source.find(_CLOSE, opened, source.size) if opened >= 0 else -1
    if closed < 0:
        return Layout((Part("text", whole, whole, Role.PICTURE),), xmp=packets, damage=("the manifest has no end",))
    body = Span(opened + 1, closed - opened - 1)
    span = Span(at, closed + len(_CLOSE) - at)
    if source.find(_OPEN, span.end, source.size) >= 0:
        raise second_store()
    before, after = Span(0, at), Span(span.end, source.size - span.end)
    parts = (
        Part("text", before, before, Role.PICTURE),
        Part("C2PA", span, body, Role.MANIFEST),
        Part("text", after, after, Role.PICTURE),
    )
    return Layout(parts, (Placed((span,), (body,), (body,), Coding.BASE64),), packets)


def _element(source: Source, begins: bytes, ends: bytes) -> Span | None:
    start = source.find(begins, 0, source.size)
    end = source.find(ends, start, source.size) if start >= 0 else -1
    return Span(start, end - start) if end >= 0 else None
