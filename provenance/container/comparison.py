"""Whether runs of bytes in two files are the same, read in steps."""

from __future__ import annotations

from provenance.container.parts import Span
from provenance.container.source import Source

_STEP = 256 * 1024


def same(old: Source, old_spans: list[Span], new: Source, new_spans: list[Span]) -> bool:
    """Whether the bytes of both lists of spans, each joined, are equal."""
    if sum(span.length for span in old_spans) != sum(span.length for span in new_spans):
        return False
    left, right = _Joined(old, old_spans), _Joined(new, new_spans)
    while length := min(left.ready(), right.ready()):
        if left.read(length) != right.read(length):
            return False
    return True


class _Joined:
    """Reads spans as if they were one."""

    def __init__(self, source: Source, spans: list[Span]) -> None:
        self._source = source
        self._spans = [span for span in reversed(spans) if span.length > 0]
        self._at = 0

    def ready(self) -> int:
        """Return how many bytes can be read at once; 0 at the end."""
        return min(_STEP, self._spans[-1].length - self._at) if self._spans else 0

    def read(self, length: int) -> bytes:
        span = self._spans[-1]
        found = self._source.read(span.start + self._at, length)
        self._at += length
        if self._at >= span.length:
            self._spans.pop()
            self._at = 0
        return found
