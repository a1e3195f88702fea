"""Proof, without decoding, that signing left a picture as it was (part A; metadata.md §3).

The engine can damage an item of a HEIF and still call the result valid, so every signed file is compared with its
source: the parts outside the manifest byte for byte; TIFF tag by tag and strip by strip, HEIF item by item, because
there offsets move.

`picture_difference` compares a file with what became of it after its metadata were edited, signed or not: the
carriers that were to be changed may differ, and nothing else may. Texts and comments may only be gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from provenance.container import carriers, gif, heif, unchanged_heif, unchanged_svg, unchanged_tiff
from provenance.container.comparison import same
from provenance.container.model import Kind, Limits
from provenance.container.parts import Layout, Part, Role, Span
from provenance.container.source import MalformedError, Source, StoppedError
from provenance.container.walk import lay_out

DEFAULT = Limits()
_SKIPPED = frozenset({"RIFF", gif.VERSION})  # a length; the version of a GIF, which the engine raises to 89a
_EXTENDED = "VP8X"
_ANNOUNCED = {carriers.EXIF: 0x08, carriers.XMP: 0x04}  # bits of VP8X
_ALPHA = 0x10


def difference(before: BinaryIO, after: BinaryIO, kind: Kind, *, late: bool = True, limits: Limits = DEFAULT) -> str:
    """Return what differs between *before* and *after* apart from the manifest, or "" if nothing does."""
    return picture_difference(before, after, kind, may_differ=frozenset(), late=late, limits=limits)


def picture_difference(
    before: BinaryIO,
    after: BinaryIO,
    kind: Kind,
    *,
    may_differ: frozenset[str] = carriers.EVERY,
    late: bool = True,
    limits: Limits = DEFAULT,
) -> str:
    """Return what differs between *before* and *after* apart from the manifest and the metadata, or "".

    What the metadata that may differ say is not looked at.

    Args:
        may_differ: the carriers that were changed, of `carriers.EVERY`; the others must be the same.
        late: whether a manifest store behind the first scan of a JPEG is looked for (`walk.lay_out`).
    """
    old, new = Source(before), Source(after)
    try:
        if kind in (Kind.TIFF, Kind.DNG):
            return next(unchanged_tiff.difference(old, new, may_differ, limits), "")
        if kind is Kind.SVG:
            return unchanged_svg.difference(old, new, may_differ, limits)
        found, made = lay_out(old, kind, limits, late=late), lay_out(new, kind, limits, late=late)
        if kind in heif.KINDS:
            return next(unchanged_heif.difference(old, found, new, made, may_differ, limits), "")
        return next(_sequence(_File(old, found, kind, may_differ), _File(new, made, kind, may_differ)), "")
    except (StoppedError, MalformedError) as problem:
        return str(problem)


class _File:
    """The parts of one file, sorted by what may become of them."""

    def __init__(self, source: Source, layout: Layout, kind: Kind, may_differ: frozenset[str]) -> None:
        self.source = source
        self.extended: Part | None = None
        self.fixed: list[tuple[str, Span, bool]] = []  # name, content, and whether it may be gone
        self.count = dict.fromkeys(_ANNOUNCED, 0)
        free = may_differ | {carriers.BLANK} if may_differ else may_differ
        for part in layout.parts:
            name = carriers.carrier(source, part, kind) if may_differ else ""
            if part.role is Role.MANIFEST or part.name in _SKIPPED:
                continue
            if kind is Kind.WEBP and part.name == _EXTENDED and may_differ and self.extended is None:
                self.extended = part
            elif name in free and name != carriers.TEXT:
                self.count[name] = self.count.get(name, 0) + 1
            else:
                # The byte that makes the length of a chunk even may be missing at the end of a WebP.
                content = part.body if kind is Kind.WEBP and may_differ else _content(part)
                self.fixed.append((part.name, content, name in free))
        self.first = next((part for part in layout.parts if part.name in ("VP8 ", "VP8L", _EXTENDED)), None)
        end = max((part.span.end for part in layout.parts), default=0)
        if end < source.size:
            self.fixed.append(("the rest of the file", Span(end, source.size - end), False))


def _content(part: Part) -> Span:
    """Return the body of *part* and all that follows it: a check sum is part of what a PNG says, a header is not."""
    return Span(part.body.start, part.span.end - part.body.start)


def _sequence(before: _File, after: _File) -> Iterator[str]:
    """Compare parts that follow one another."""
    yield from _parts(before, after)
    for name in _ANNOUNCED:
        if after.count[name] > max(1, before.count[name]):
            yield f"there is more {name.upper()} than there was"
    yield from _extended(before, after)


def _parts(before: _File, after: _File) -> Iterator[str]:
    left, right = before.fixed, list(after.fixed)
    at = 0
    for name, span, may_go in left:
        made = right[at] if at < len(right) else None
        if made is not None and made[0] == name and same(before.source, [span], after.source, [made[1]]):
            at += 1
        elif may_go:
            continue
        elif made is None:
            yield f"{name} is gone"
            return
        else:
            yield f"{name} differs" if made[0] == name else f"{made[0]} stands where {name} stood"
            at += 1
    if at < len(right):
        yield f"{right[at][0]} is new"


# --- WebP: the header that announces what follows (RFC 9649 §2.7) ----------------------------------------------------
def _extended(before: _File, after: _File) -> Iterator[str]:
    if after.extended is None:
        if before.extended is not None:
            yield f"{_EXTENDED} is gone"
        return
    made = after.source.read(after.extended.body.start, after.extended.body.length)
    old = before.extended and before.source.read(before.extended.body.start, before.extended.body.length)
    if old == made:
        return
    wanted = old or _announcing(before)
    free = sum(_ANNOUNCED.values())
    if (
        len(made) != len(wanted)
        or made[1:] != wanted[1:]
        or (made[0] ^ wanted[0]) & ~free
        or after.first != after.extended
    ):
        yield f"{_EXTENDED} differs"
    if any(after.count[name] and not made[0] & bit for name, bit in _ANNOUNCED.items()):
        yield f"{_EXTENDED} does not announce what follows"


def _announcing(file: _File) -> bytes:
    """Return the header that a file without one would have; b"" if its size cannot be read."""
    if file.first is None:
        return b""
    head = file.source.read(file.first.body.start, 10)
    flags = 0
    if file.first.name == "VP8L":
        bits = int.from_bytes(head[1:5], "little")
        flags = _ALPHA if bits >> 28 & 1 else 0
        width, height = bits & 0x3FFF, bits >> 14 & 0x3FFF
    else:
        width, height = ((int.from_bytes(head[at : at + 2], "little") & 0x3FFF) - 1 for at in (6, 8))
    if width < 0 or height < 0:
        return b""
    return bytes((flags, 0, 0, 0)) + width.to_bytes(3, "little") + height.to_bytes(3, "little")
