"""A container as the list of its parts: what every walker returns, and what coverage and comparison stand on."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from provenance.record import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A run of bytes, counted from 0."""

    start: int
    length: int

    @property
    def end(self) -> int:
        return self.start + self.length


class Role(Enum):
    """What a part is for."""

    PICTURE = "picture"  # changing it changes what is seen
    METADATA = "metadata"
    STRUCTURE = "structure"
    MANIFEST = "manifest"  # the C2PA store with its header
    TRAILER = "trailer"  # after the end that the format defines


class Coding(Enum):
    """How the bytes of a store stand in the file."""

    PLAIN = "plain"
    BASE64 = "base64"  # SVG
    SUB_BLOCKS = "sub-blocks"  # GIF


@dataclass(frozen=True, slots=True)
class Part:
    """One segment, chunk, block or box."""

    name: str
    span: Span  # headers, check sums and padding included
    body: Span
    role: Role


@dataclass(frozen=True, slots=True)
class Placed:
    """A C2PA store in a container."""

    spans: tuple[Span, ...]  # with headers
    bodies: tuple[Span, ...]  # the bytes of the store, in order
    excludable: tuple[Span, ...]  # exactly what a hard binding may leave out
    coding: Coding = Coding.PLAIN
    purpose: str = ""  # BMFF: an update manifest stands in a box of its own, "original" before "update"


@dataclass(frozen=True, slots=True)
class Layout:
    """What a walk found. A walk that met damage returns what came before it."""

    parts: tuple[Part, ...]
    stores: tuple[Placed, ...] = ()
    xmp: tuple[Span, ...] = ()
    packed_xmp: tuple[Span, ...] = ()  # zlib streams (PNG)
    damage: tuple[str, ...] = ()
    frames: int = 1

    @property
    def complete(self) -> bool:
        """Whether the walk came to the end of the container; what follows that end is damage, and does no harm."""
        return not self.damage or any(part.role is Role.TRAILER for part in self.parts)


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return *spans* in order, with neighbours joined."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda one: one.start):
        if joined and span.start <= joined[-1].end:
            last = joined.pop()
            joined.append(Span(last.start, max(last.end, span.end) - last.start))
        else:
            joined.append(span)
    return tuple(joined)
