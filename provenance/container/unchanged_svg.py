"""What differs between two drawings: all text but the manifest element, and what the engine puts around it.

Where XMP may differ, the packet is left out, too, and a ``metadata`` element that holds nothing else.
"""

from __future__ import annotations

import re

from provenance.container import carriers, svg
from provenance.container.comparison import same
from provenance.container.model import Limits
from provenance.container.parts import Span, merged
from provenance.container.source import Source

NAMESPACE = b' xmlns:c2pa="http://c2pa.org/manifest"'
_OPENED = re.compile(rb"<([\w.-]{1,32}:)?metadata>\Z")


def difference(old: Source, new: Source, may_differ: frozenset[str], limits: Limits) -> str:
    """Return what differs, or "".

    Raises:
        StoppedError: if a file holds a second manifest.
    """
    made = _readings(new, may_differ, limits)
    for spans in _readings(old, may_differ, limits):
        if any(same(old, spans, new, others) for others in made):
            return ""
    return "the text differs"


def _readings(source: Source, may_differ: frozenset[str], limits: Limits) -> list[list[Span]]:
    """Return the text without what may differ; a second reading leaves out the ``metadata`` made to hold it."""
    layout = svg.lay_out(source, limits)
    gone = [span for store in layout.stores for span in store.spans]
    packet = svg.packet(source, layout) if carriers.XMP in may_differ else None
    cut = merged([*gone, packet] if packet is not None else gone)
    readings = [_left(source, cut)]
    if (wider := tuple(wrapped(source, span) for span in cut)) != cut:
        readings.append(_left(source, wider))
    return readings


def wrapped(source: Source, span: Span) -> Span:
    """Return *span* with the ``metadata`` element around it, if that holds nothing else."""
    opened = _OPENED.search(source.read(max(0, span.start - 64), min(64, span.start)))
    if opened is None:
        return span
    closing = b"</" + opened[0][1:]
    if source.read(span.end, len(closing)) != closing:
        return span
    return Span(span.start - len(opened[0]), len(opened[0]) + span.length + len(closing))


def _left(source: Source, cut: tuple[Span, ...]) -> list[Span]:
    """Return what is not in *cut*, without the namespace that the engine declares at the root ."""
    spans, at = [], 0
    for span in cut:
        spans.append(Span(at, span.start - at))
        at = span.end
    spans.append(Span(at, source.size - at))
    return _without_namespace(source, spans[0]) + spans[1:]


def _without_namespace(source: Source, first: Span) -> list[Span]:
    at = source.find(NAMESPACE, first.start, first.end)
    if at < 0:
        return [first]
    return [Span(first.start, at - first.start), Span(at + len(NAMESPACE), first.end - at - len(NAMESPACE))]
