"""SVG: the store as base64 in ``<c2pa:manifest>`` (C2PA 2.4 §A.3.7).

No XML is parsed: the engine looks for exactly that name, so do we.
"""

from __future__ import annotations

import re

from provenance.container.model import Limits
from provenance.container.parts import Coding, Layout, Part, Placed, Role, Span
from provenance.container.source import Source, second_store

_OPEN, _CLOSE = b"<c2pa:manifest", b"</c2pa:manifest>"
_XMP, _XMP_END = b"<x:xmpmeta", b"</x:xmpmeta>"
_ATTRIBUTES = 1024
_OPENING = re.compile(rb"<\?xpacket begin[^<>]{0,200}\?>\s{0,64}\Z")
_CLOSING = re.compile(rb"\s{0,65536}<\?xpacket end[^<>]{0,64}\?>")
_PADDING = 65_536 + 128


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


def packet(source: Source, layout: Layout) -> Span | None:
    """Return the first XMP packet that the walk saw, its end tag and the instructions around it included."""
    return around(source, layout.xmp[0]) if layout.xmp else None


def around(source: Source, element: Span) -> Span:
    """Return *element*, an XMP packet, with the packet instructions around it, if they stand there."""
    before = _OPENING.search(source.read(max(0, element.start - 512), min(512, element.start)))
    after = _CLOSING.match(source.read(element.end, _PADDING))
    if before is None or after is None:
        return element
    first = element.start - (before.end() - before.start())
    return Span(first, element.end + after.end() - first)


def _element(source: Source, begins: bytes, ends: bytes) -> Span | None:
    start = source.find(begins, 0, source.size)
    end = source.find(ends, start, source.size) if start >= 0 else -1
    return Span(start, end + len(ends) - start) if end >= 0 else None
