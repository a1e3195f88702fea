"""What differs between two HEIF or AVIF files: box by box, item by item and track by track, because there offsets move.

Where EXIF or XMP may differ, that means: the items that hold them may hold something else, or be new and refer to the
main picture; their new content stands in an ``mdat`` of its own that holds nothing else; where the old content stood
are the same bytes or zeros. An XMP packet in a ``uuid`` box may be gone, or be another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from provenance.container import bmff, carriers, heif, items
from provenance.container.comparison import same
from provenance.container.coverage import minus
from provenance.container.model import Limits
from provenance.container.parts import Layout, Part, Role, Span, merged
from provenance.container.source import Counter, Source
from provenance.record import dataclass

_OFFSETS = frozenset({"stco", "co64"})
_INSIDE = frozenset({"moov", "trak", "mdia", "minf", "stbl", "dinf", "edts", "udta"})
_LISTS = frozenset({"iloc", "iinf", "iref"})
_DEPTH = 12


@dataclass(frozen=True, slots=True)
class _File:
    """One of the two files."""

    source: Source
    parts: tuple[Part, ...]  # at the top, without the manifest
    meta: heif.Meta | None
    references: tuple[items.Reference, ...]
    free: frozenset[int]  # items that may differ
    holes: tuple[Span, ...]  # where they stand
    exact: bool  # nothing may differ


def difference(
    old: Source, found: Layout, new: Source, made: Layout, may_differ: frozenset[str], limits: Limits
) -> Iterator[str]:
    """Yield what differs.

    Raises:
        MalformedError, StoppedError: if a file cannot be read within *limits*.
    """
    if found.damage or made.damage:
        yield f"the file is damaged: {(made.damage or found.damage)[0]}"
    before, after = _file(old, found, may_differ, limits), _file(new, made, may_differ, limits)
    counter = Counter(limits.chunks, "boxes of the file")
    parts = after.parts if not may_differ else tuple(_without_added(before, after))
    yield from _boxes(before, before.parts, after, parts, counter, _DEPTH)
    yield from _items(before, after)
    yield from _in_tracks(before, after, may_differ, limits)
    tracks, others = list(heif.samples(old, before.parts, limits)), list(heif.samples(new, after.parts, limits))
    for (number, chunks), (_, moved) in zip(tracks, others, strict=False):
        if len(chunks) != len(moved) or not same(old, chunks, new, moved):
            yield f"the samples of track {number} differ"


def _file(source: Source, layout: Layout, may_differ: frozenset[str], limits: Limits) -> _File:
    packets = layout.xmp if carriers.XMP in may_differ else ()
    parts = tuple(
        part
        for part in layout.parts
        if part.role is not Role.MANIFEST and not any(_holds(part, packet) for packet in packets)
    )
    meta = heif.meta(source, parts, limits)
    references = _references(source, meta, limits) if meta else ()
    free = frozenset(_free(meta, references, may_differ)) if meta else frozenset()
    spans = [span for item in (meta.items if meta else ()) if item.number in free for span in item.extents]
    if may_differ:  # what stands in tracks may have been put elsewhere, and is compared item by item
        inside = (item for track in heif.in_tracks(source, parts, limits) for item in track.items)
        spans += (span for item in inside if item.method == heif.IN_FILE for span in item.extents)
    holes = merged(span for span in spans if span.length)
    return _File(source, parts, meta, references, free, holes, exact=not may_differ)


def _references(source: Source, meta: heif.Meta, limits: Limits) -> tuple[items.Reference, ...]:
    box = next((child for child in meta.children if child.name == "iref"), None)
    return items.references(source, box, Counter(limits.chunks, "boxes of the file"))


def _holds(part: Part, span: Span) -> bool:
    return part.name == "uuid" and part.body.start <= span.start and span.end <= part.body.end


def _free(meta: heif.Meta, references: tuple[items.Reference, ...], may_differ: frozenset[str]) -> Iterator[int]:
    if carriers.EXIF in may_differ:  # what is private goes from the EXIF of every picture
        yield from (item.number for item in meta.items if item.kind == "Exif")
    if carriers.XMP in may_differ:
        packet = items.describing(
            [item for item in meta.items if item.content_type == items.XMP], meta.primary, references
        )
        yield from (packet.number,) if packet else ()


def _without_added(before: _File, after: _File) -> Iterator[Part]:
    """Yield the boxes of *after* without the one that an edit adds: it holds nothing but metadata."""
    known = sum(part.name == "mdat" for part in before.parts)
    more = sum(part.name == "mdat" for part in after.parts) > known
    for part in after.parts:
        if more and part.name == "mdat" and next(minus((part.body,), after.holes), None) is None:
            more = False
        else:
            yield part


# --- boxes -----------------------------------------------------------------------------------------------------------
def _boxes(
    old: _File, before: Iterable[Part], new: _File, after: Iterable[Part], counter: Counter, depth: int
) -> Iterator[str]:
    """Compare boxes in order; those that hold offsets are left to `_items` and to the tracks."""
    left, right = list(before), list(after)
    if [part.name for part in left] != [part.name for part in right]:
        yield "the boxes differ"
        return
    if depth == 0:
        yield "the boxes are nested too deep to be compared"
        return
    for part, other in zip(left, right, strict=True):
        if part.name in _OFFSETS:
            if part.body.length != other.body.length:
                yield f"{part.name} differs"
        elif part.name == "meta" and depth == _DEPTH:
            yield from _meta(old, part, new, other, counter)
        elif part.name == "meta" and heif.has_items(old.source, part, counter):
            yield from _inner_meta(old, part, new, other, counter, depth)
        elif part.name in _INSIDE:
            inner, made = bmff.boxes(old.source, part.body, counter), bmff.boxes(new.source, other.body, counter)
            yield from _boxes(old, inner, new, made, counter, depth - 1)
        elif not _same(old, part.body, new, other.body):
            yield f"{part.name} differs"


def _meta(old: _File, part: Part, new: _File, other: Part, counter: Counter) -> Iterator[str]:
    """Compare the tables; the lists of items may be longer where items may be new."""
    before, after = bmff.boxes(old.source, _rest(part, 4), counter), bmff.boxes(new.source, _rest(other, 4), counter)
    if not (old.free or new.free):
        kept = [[box for box in boxes if box.name != "iloc"] for boxes in (before, after)]
    else:
        kept = [[box for box in boxes if box.name not in _LISTS] for boxes in (before, after)]
        yield from _lists(old, before, new, after, counter)
    if [box.name == "iloc" for box in before].count(True) != [box.name == "iloc" for box in after].count(True):
        yield "the boxes differ"
    yield from _boxes(old, kept[0], new, kept[1], counter, _DEPTH - 1)


def _inner_meta(old: _File, part: Part, new: _File, other: Part, counter: Counter, depth: int) -> Iterator[str]:
    """Compare the tables of a track; what its items hold is for `_in_tracks`."""
    places = frozenset({"iloc"}) if old.exact else frozenset({"iloc", "idat"})
    before, after = bmff.boxes(old.source, _rest(part, 4), counter), bmff.boxes(new.source, _rest(other, 4), counter)
    left, right = ([box for box in boxes if box.name not in places] for boxes in (before, after))
    yield from _boxes(old, left, new, right, counter, depth - 1)


def _lists(old: _File, before: list[Part], new: _File, after: list[Part], counter: Counter) -> Iterator[str]:
    entries = [_entries(file, boxes, counter) for file, boxes in ((old, before), (new, after))]
    if entries[1][: len(entries[0])] != entries[0]:
        yield "iinf differs"
    known = {item.number for item in old.meta.items} if old.meta else set()
    added = new.references[len(old.references) :]
    main = new.meta.primary if new.meta else 0
    expected = all(
        one.kind == items.DESCRIBES and one.number in new.free - known and one.targets == (main,) for one in added
    )
    if new.references[: len(old.references)] != old.references or not expected:
        yield "iref differs"


def _entries(file: _File, boxes: list[Part], counter: Counter) -> list[bytes]:
    found = []
    for box in boxes:
        if box.name == "iinf":
            skipped = 8 if heif.table(file.source, box).number(4) >> 24 else 6
            inner = bmff.boxes(file.source, _rest(box, skipped), counter)
            found += [file.source.read(entry.span.start, entry.span.length) for entry in inner]
    return found


def _rest(part: Part, skipped: int) -> Span:
    return Span(part.body.start + skipped, max(0, part.body.length - skipped))


def _same(old: _File, span: Span, new: _File, other: Span) -> bool:
    """Whether two runs are the same; where metadata stood that may differ, zeros will do."""
    if span.length != other.length:
        return False
    at = 0
    for hole in (*_within(old.holes, span), Span(span.length, 0)):
        kept = Span(span.start + at, hole.start - at)
        if not same(old.source, [kept], new.source, [Span(other.start + at, kept.length)]):
            return False
        left, right = Span(span.start + hole.start, hole.length), Span(other.start + hole.start, hole.length)
        if not _same_or_zero(old.source, left, new.source, right):
            return False
        at = hole.end
    return True


def _within(holes: tuple[Span, ...], span: Span) -> Iterator[Span]:
    """Yield what *holes* cover of *span*, counted from its beginning."""
    for hole in holes:
        start, end = max(hole.start, span.start), min(hole.end, span.end)
        if start < end:
            yield Span(start - span.start, end - start)


def _same_or_zero(old: Source, span: Span, new: Source, other: Span) -> bool:
    """Whether every byte of *other* is that of *span*, or zero."""
    for left, right in zip(old.stream(span), new.stream(other), strict=True):
        if left != right and any(byte and byte != before for before, byte in zip(left, right, strict=True)):
            return False
    return True


# --- items -----------------------------------------------------------------------------------------------------------
def _items(old: _File, new: _File) -> Iterator[str]:
    """Compare what the items hold; of those that may differ only that none is gone."""
    before, after = old.meta.items if old.meta else (), new.meta.items if new.meta else ()
    if old.free - {item.number for item in after}:
        yield "metadata are gone"
    left, right = _kept(before, old.free), _kept(after, new.free)
    if [_form(one, exact=old.exact) for one in left] != [_form(one, exact=old.exact) for one in right]:
        yield "the items differ"
        return
    for item, other in zip(left, right, strict=True):
        if heif.IN_ITEM in (item.method, other.method):
            equal = (item.method, item.extents) == (other.method, other.extents)
        else:
            equal = same(old.source, list(item.extents), new.source, list(other.extents))
        if not equal:
            yield f"item {item.number} ({item.kind}) differs"


def _form(item: heif.Item, *, exact: bool) -> tuple[object, ...]:
    return (item.number, item.kind, *((item.method, len(item.extents)) if exact else ()))


def _in_tracks(old: _File, new: _File, may_differ: frozenset[str], limits: Limits) -> Iterator[str]:
    """Compare what the items inside the tracks hold: the engine does not correct where they stand."""
    tracks = [
        [_track(file, meta, may_differ, limits) for meta in heif.in_tracks(file.source, file.parts, limits)]
        for file in (old, new)
    ]
    if len(tracks[0]) != len(tracks[1]):
        yield "the tracks differ"
        return
    for left, right in zip(*tracks, strict=True):
        yield from (f"in a track, {problem}" for problem in _items(left, right))


def _track(file: _File, meta: heif.Meta, may_differ: frozenset[str], limits: Limits) -> _File:
    references = _references(file.source, meta, limits)
    free = frozenset(_free(meta, references, may_differ))
    return _File(file.source, (), meta, references, free, (), exact=file.exact)


def _kept(every: tuple[heif.Item, ...], free: frozenset[int]) -> list[heif.Item]:
    return [item for item in every if item.number not in free]
