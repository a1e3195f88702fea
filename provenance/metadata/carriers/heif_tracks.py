"""Items inside the tracks of an AVIF sequence, where libavif looks for EXIF and XMP of a sequence first.

The engine does not correct where they stand when it signs, and calls the result valid. So their content is put into
the track's own ``idat``, which is counted from itself, and gets the same change as that of the main picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from provenance.container import bmff, heif, items
from provenance.container.model import Limits
from provenance.container.parts import Layout, Part, Span
from provenance.container.source import Counter, MalformedError, Source
from provenance.errors import AssetError
from provenance.metadata.blocks import MOST, Change
from provenance.metadata.carriers import item_content, moved
from provenance.metadata.edits import Edit
from provenance.record import dataclass


@dataclass(frozen=True, slots=True)
class Settled:
    """What becomes of the tracks."""

    edits: tuple[Edit, ...] = ()
    left: tuple[Span, ...] = ()  # where the items stood in the file


def settle(source: Source, layout: Layout, change: Change, limits: Limits) -> Settled:
    """Return the edits that make *change* in the items of every track, and put them where nothing moves.

    Raises:
        AssetError: if an item cannot be moved.
        MalformedError: if a table does not fit.
        StoppedError: beyond the limit of pieces.
    """
    movie = next((part for part in layout.parts if part.name == "moov"), None)
    if movie is None:
        return Settled()
    counter = Counter(limits.chunks, "boxes of the file")
    edits: list[Edit] = []
    left: list[Span] = []
    for track in bmff.boxes(source, movie.body, counter):
        if track.name != "trak":
            continue
        growth = 0
        for box in bmff.boxes(source, track.body, counter):
            if box.name != "meta" or not heif.has_items(source, box, counter):
                continue
            meta = _meta(source, box, limits)
            made = list(_settled(source, meta, change, counter))
            more = sum(len(edit.data) - edit.length for edit in made)
            edits += (*made, moved.length(source, box, more))
            growth += more
            left += (span for item in meta.items if item.method == heif.IN_FILE for span in item.extents)
        if growth:
            edits.append(moved.length(source, track, growth))
    total = sum(len(edit.data) - edit.length for edit in edits)
    if edits:
        edits.append(moved.length(source, movie, total))
    return Settled(tuple(edits), tuple(left))


def _meta(source: Source, box: Part, limits: Limits) -> heif.Meta:
    found = heif.meta(source, (box,), limits)
    if found is None:
        raise MalformedError("the items of a track cannot be read")
    return found


def _settled(source: Source, meta: heif.Meta, change: Change, counter: Counter) -> Iterator[Edit]:
    boxes = {child.name: child for child in meta.children}
    table = items.locations(source, boxes["iloc"], counter)
    if [item.number for item in table.items] != list(dict.fromkeys(item.number for item in meta.items)):
        raise MalformedError("an item of a track stands in two places")
    if any(item.reference for item in table.items):
        raise moved.refused("keeps a part of itself in another file")
    if any(not extent.length for item in table.items for extent in item.extents):
        raise moved.refused("has an item that does not say where it ends")
    changed = dict(_changed(source, meta, items.references(source, boxes.get("iref"), counter), change))
    if sum(span.length for item in meta.items for span in item.extents) > MOST:
        raise moved.refused("has items inside a track that are larger than is read")
    data: list[bytes] = []
    located, at = [], 0
    for item, place in zip(meta.items, table.items, strict=True):
        held = changed.get(item.number)
        data.append(held if held is not None else _kept(source, item))
        located.append(replace(place, method=heif.IN_IDAT, extents=(items.Extent(0, at, len(data[-1])),)))
        at += len(data[-1])
    new = replace(table, version=max(table.version, 1), items=tuple(located))
    where = boxes["iloc"].span
    yield Edit(where.start, where.length, items.written(new, wide=False) + items.box("idat", b"".join(data)))
    if "idat" in boxes:
        yield Edit(boxes["idat"].span.start, boxes["idat"].span.length, b"")


def _kept(source: Source, item: heif.Item) -> bytes:
    problems: list[str] = []
    if item.method == heif.IN_ITEM:
        raise moved.refused("has items inside a track that refer to one another")
    held = item_content.read(source, item.extents, f"item {item.number} of a track", problems)
    if held is None:
        raise moved.refused(problems[0])
    return held


def _changed(
    source: Source, meta: heif.Meta, references: tuple[items.Reference, ...], change: Change
) -> Iterator[tuple[int, bytes]]:
    """Yield what items that hold metadata will hold; a track that has none gets none."""
    every = [item for item in meta.items if item.kind == "Exif"]
    main = items.describing(every, meta.primary, references)
    for item in every:
        tags = change.exif if item is main else ()
        if tags or change.exif_without:
            made = item_content.rewritten(source, item, tags, change.exif_without)
            if made is not None:
                yield item.number, made
    packets = [item for item in meta.items if item.content_type == items.XMP]
    packet = items.describing(packets, meta.primary, references)
    if packet is not None and change.xmp is not None:
        if packet.encoded:
            raise AssetError("picture", "has XMP that cannot be read, and that is not overwritten")
        yield packet.number, change.xmp
