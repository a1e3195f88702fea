"""Proof, without decoding, that signing left a picture as it was (part A; metadata.md §3).

The engine can damage an item of a HEIF and still call the result valid, so every signed file is compared with its
source: the parts outside the manifest byte for byte; TIFF tag by tag and strip by strip, HEIF item by item, because
there offsets move. Bytes that nothing in a TIFF points at are not compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from provenance.container import bmff, gif, heif, tiff
from provenance.container.model import Kind, Limits
from provenance.container.parts import Layout, Part, Role, Span
from provenance.container.source import Counter, MalformedError, Source, StoppedError
from provenance.container.walk import lay_out

DEFAULT = Limits()
_STEP = 256 * 1024
_NAMESPACE = b' xmlns:c2pa="http://c2pa.org/manifest"'
_METADATA_OPENED = re.compile(rb"<([\w.-]{1,32}:)?metadata>\Z")
_OFFSETS = frozenset({"stco", "co64"})
_INSIDE = frozenset({"moov", "trak", "mdia", "minf", "stbl", "dinf", "edts", "udta"})
_SKIPPED = frozenset({"RIFF", gif.VERSION})  # a length; the version of a GIF, which the engine raises to 89a
_DEPTH = 12


def difference(
    before: BinaryIO,
    after: BinaryIO,
    kind: Kind,
    *,
    added_exif: bytes | None = None,
    limits: Limits = DEFAULT,
) -> str:
    """Return what differs between *before* and *after* apart from the manifest, or "" if nothing does.

    Args:
        added_exif: the EXIF block that we put into a JPEG before signing, with its ``Exif`` header; it may stand in
            *after* once, and not in *before*.
    """
    old, new = Source(before), Source(after)
    try:
        if kind in (Kind.TIFF, Kind.DNG):
            return next(_tiff(old, new, limits), "")
        if kind is Kind.SVG:
            return _svg(old, new, limits)
        found, made = lay_out(old, kind, limits), lay_out(new, kind, limits)
        if kind in heif.KINDS:
            return next(_heif(old, found, new, made, limits), "")
        return next(_parts(old, _compared(old, found), new, _compared(new, made, added_exif)), "")
    except (StoppedError, MalformedError) as problem:
        return str(problem)


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


# --- containers whose parts follow one another ---------------------------------------------------------------------
def _compared(source: Source, layout: Layout, added_exif: bytes | None = None) -> list[tuple[str, Span]]:
    """Return names and bodies of what must be the same: every part but the manifest, and what no part could name."""
    found: list[tuple[str, Span]] = []
    exif = added_exif
    for part in layout.parts:
        if exif and part.name == "APP1" and source.read(part.body.start, part.body.length) == exif:
            exif = None
        elif part.role is not Role.MANIFEST and part.name not in _SKIPPED:
            # A check sum is part of what a PNG says; a box header only says where the part ends.
            found.append((part.name, _content(part)))
    end = max((part.span.end for part in layout.parts), default=0)
    if end < source.size:
        found.append(("the rest of the file", Span(end, source.size - end)))
    return found


def _content(part: Part) -> Span:
    """Return the body of *part* and all that follows it inside the part."""
    return Span(part.body.start, part.span.end - part.body.start)


def _parts(old: Source, before: list[tuple[str, Span]], new: Source, after: list[tuple[str, Span]]) -> Iterator[str]:
    for (name, span), (made, place) in zip(before, after, strict=False):
        if name != made:
            yield f"{made} stands where {name} stood"
        elif not same(old, [span], new, [place]):
            yield f"{name} differs"
    if len(before) > len(after):
        yield f"{before[len(after)][0]} is gone"
    if len(after) > len(before):
        yield f"{after[len(before)][0]} is new"


# --- SVG -----------------------------------------------------------------------------------------------------------
def _svg(old: Source, new: Source, limits: Limits) -> str:
    """Compare all text but the manifest element, and what the engine puts around it."""
    made = _svg_texts(new, limits)
    for spans in _svg_texts(old, limits):
        if any(same(old, spans, new, others) for others in made):
            return ""
    return "the text differs"


def _svg_texts(source: Source, limits: Limits) -> list[list[Span]]:
    """Return the text as it is without the manifest; a second reading leaves out the ``metadata`` made to hold it."""
    layout = lay_out(source, Kind.SVG, limits)
    if not layout.stores:
        return [_without_namespace(source, 0, source.size)]
    (manifest,) = layout.stores[0].spans
    readings = [(manifest.start, manifest.end)]
    if opened := _METADATA_OPENED.search(source.read(max(0, manifest.start - 64), min(64, manifest.start))):
        closing = b"</" + opened[0][1:]
        if source.read(manifest.end, len(closing)) == closing:
            readings.append((manifest.start - len(opened[0]), manifest.end + len(closing)))
    return [
        [*_without_namespace(source, 0, start), Span(end, source.size - end)] for start, end in readings
    ]  # fmt: skip


def _without_namespace(source: Source, start: int, end: int) -> list[Span]:
    at = source.find(_NAMESPACE, start, end)
    if at < 0:
        return [Span(start, end - start)]
    return [Span(start, at - start), Span(at + len(_NAMESPACE), end - at - len(_NAMESPACE))]


# --- TIFF ----------------------------------------------------------------------------------------------------------
def _tiff(old: Source, new: Source, limits: Limits) -> Iterator[str]:
    left, right = tiff.Tiff(old, limits), tiff.Tiff(new, limits)
    before, after = _directories(left), _directories(right)
    if (left.order, left.big) != (right.order, right.big):
        yield "the byte order differs"
    if left.damage != right.damage:
        yield f"the file is damaged: {(right.damage or left.damage)[0]}"
    for path in sorted(before.keys() ^ after.keys()):
        yield f"directory {_path(path)} is {'gone' if path in before else 'new'}"
    for path in sorted(before.keys() & after.keys()):
        yield from _directory(left, before[path], right, after[path])


def _directories(file: tiff.Tiff) -> dict[tuple[int, ...], tiff.Directory]:
    """Return the directories by path, without one that only holds the manifest."""
    return {
        one.path: one
        for one in file.directories()
        if any(entry.tag != tiff.C2PA for entry in one.entries) or not one.entry(tiff.C2PA)
    }


def _directory(left: tiff.Tiff, before: tiff.Directory, right: tiff.Tiff, after: tiff.Directory) -> Iterator[str]:
    where = _path(before.path)
    tags, made = ([entry for entry in one.entries if entry.tag != tiff.C2PA] for one in (before, after))
    if [(entry.tag, entry.form, entry.count) for entry in tags] != [(one.tag, one.form, one.count) for one in made]:
        yield f"the tags of directory {where} differ"
        return
    for entry, other in zip(tags, made, strict=True):
        if entry.tag in tiff.DATA or entry.tag in tiff.POINTERS:
            if entry.value.length > tiff.VALUES:
                yield f"tag {entry.tag} of directory {where} is too long to be compared"
        elif not same(left.source, [entry.value], right.source, [other.value]):
            yield f"tag {entry.tag} of directory {where} differs"
    for (tag, spans), (_, others) in zip(tiff.samples(left, before), tiff.samples(right, after), strict=True):
        if len(spans) != len(others) or not same(left.source, spans, right.source, others):
            yield f"the samples of directory {where} differ (tag {tag})"


def _path(path: tuple[int, ...]) -> str:
    return "/".join(map(str, path))


# --- HEIF and AVIF ---------------------------------------------------------------------------------------------------
def _heif(old: Source, found: Layout, new: Source, made: Layout, limits: Limits) -> Iterator[str]:
    before = [part for part in found.parts if part.role is not Role.MANIFEST]
    after = [part for part in made.parts if part.role is not Role.MANIFEST]
    if found.damage or made.damage:
        yield f"the file is damaged: {(made.damage or found.damage)[0]}"
    counter = Counter(limits.chunks, "boxes of the file")
    yield from _boxes(old, before, new, after, counter, _DEPTH)
    yield from _items(old, heif.meta(old, found.parts, limits), new, heif.meta(new, made.parts, limits))
    tracks, others = list(heif.samples(old, found.parts, limits)), list(heif.samples(new, made.parts, limits))
    for (number, chunks), (_, moved) in zip(tracks, others, strict=False):
        if len(chunks) != len(moved) or not same(old, chunks, new, moved):
            yield f"the samples of track {number} differ"


def _boxes(
    old: Source, before: list[Part], new: Source, after: list[Part], counter: Counter, depth: int
) -> Iterator[str]:
    """Compare boxes in order; those that hold offsets are left to `_items` and to the tracks."""
    if [part.name for part in before] != [part.name for part in after]:
        yield "the boxes differ"
        return
    if depth == 0:
        yield "the boxes are nested too deep to be compared"
        return
    for part, other in zip(before, after, strict=True):
        if part.name == "iloc":
            continue
        if part.name in _OFFSETS:
            if part.body.length != other.body.length:
                yield f"{part.name} differs"
        elif part.name == "meta" and depth == _DEPTH:
            yield from _inner(old, _rest(part, 4), new, _rest(other, 4), counter, depth)
        elif part.name in _INSIDE:
            yield from _inner(old, part.body, new, other.body, counter, depth)
        elif not same(old, [part.body], new, [other.body]):
            yield f"{part.name} differs"


def _inner(old: Source, within: Span, new: Source, other: Span, counter: Counter, depth: int) -> Iterator[str]:
    before, after = bmff.boxes(old, within, counter), bmff.boxes(new, other, counter)
    yield from _boxes(old, before, new, after, counter, depth - 1)


def _rest(part: Part, skipped: int) -> Span:
    return Span(part.body.start + skipped, max(0, part.body.length - skipped))


def _items(old: Source, before: heif.Meta | None, new: Source, after: heif.Meta | None) -> Iterator[str]:
    items, others = before.items if before else (), after.items if after else ()
    if [(one.number, one.method, len(one.extents)) for one in items] != [
        (one.number, one.method, len(one.extents)) for one in others
    ]:
        yield "the items differ"
        return
    for item, other in zip(items, others, strict=True):
        inside = item.method == heif.IN_ITEM and item.extents == other.extents
        if not inside and not same(old, list(item.extents), new, list(other.extents)):
            yield f"item {item.number} ({item.kind}) differs"
