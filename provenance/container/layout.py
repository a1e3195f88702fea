"""What must be known about a file before it is signed."""

from __future__ import annotations

from typing import BinaryIO

from provenance.container import heif
from provenance.container.coverage import outside
from provenance.container.model import Kind, Limits
from provenance.container.parts import merged
from provenance.container.source import MalformedError, Source, StoppedError
from provenance.container.walk import lay_out

DEFAULT = Limits()
# What the hash of a BMFF file leaves out, by the specification or by the engine's default (F6).
_NOT_HASHED = frozenset({"ftyp", "mfra", "free", "skip", "C2PA"})


def frames(stream: BinaryIO, kind: Kind, limits: Limits = DEFAULT) -> int:
    """Return the number of pages of a TIFF, 1 for anything else: embedding breaks the readers of several pages."""
    if kind not in (Kind.TIFF, Kind.DNG):
        return 1
    try:
        return lay_out(Source(stream), kind, limits).frames
    except StoppedError:
        return 1


def exposed_before_signing(stream: BinaryIO, kind: Kind, limits: Limits = DEFAULT) -> str:
    """Return why a file must not be signed as it is, or "": picture data in boxes that a hash may leave out (W7)."""
    if kind not in heif.KINDS:
        return ""
    source = Source(stream)
    try:
        layout = lay_out(source, kind, limits)
        hashed = merged(part.span for part in layout.parts if part.name not in _NOT_HASHED)
        if any(picture for _, picture in outside(source, layout, hashed, limits)):
            return "picture data stand in a part of the file that signatures do not cover"
    except (StoppedError, MalformedError) as problem:
        return str(problem)
    return ""


def moved_twice(stream: BinaryIO, kind: Kind, limits: Limits = DEFAULT) -> bool:
    """Whether the engine would corrupt an item by signing: it moves a wide base offset of 0 as well as the extents.

    A warning for the reader of an error: `unchanged.difference` finds what was really corrupted (metadata.md §3).
    """
    if kind not in heif.KINDS:
        return False
    source = Source(stream)
    try:
        found = heif.meta(source, lay_out(source, kind, limits).parts, limits)
    except (StoppedError, MalformedError):
        return False
    return found is not None and any(item.trap for item in found.items)
