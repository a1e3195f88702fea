"""EXIF and XMP in HEIF, HEIC and AVIF: items that describe the main picture (ISO/IEC 23008-12 Annex A).

* The new content goes into an ``mdat`` of its own behind the tables, so that no table has to say where they end; what
  stands behind is moved, and every place that counts bytes is corrected (`moved`), or the file is refused.
* The table of places is always written without a base (`container.items` says why).
* What stood there before is overwritten with zeros: bytes that nothing refers to must not keep what was taken out.
* Where several items describe pictures, only those of the main picture are set; what is private goes from all EXIF.
* An XMP packet in a ``uuid`` box becomes an item, where other programs look for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from provenance.container import heif, items
from provenance.container.coverage import minus
from provenance.container.model import Limits
from provenance.container.parts import Layout, Part, Span, merged
from provenance.container.source import Counter, MalformedError, Source, StoppedError
from provenance.errors import AssetError
from provenance.metadata.blocks import MOST, Blocks, Change
from provenance.metadata.carriers import exif_payload, heif_tracks, item_content, moved
from provenance.metadata.edits import Edit
from provenance.record import dataclass

_TABLES = "boxes and items of the file"
_NUMBERS = 1 << 16  # of items, in tables of the short kind
_FAR = (1 << 32) - (1 << 28)  # beyond, places are written in 8 bytes: signing moves them once more


@dataclass(frozen=True, slots=True)
class _Carriers:
    """The items that hold metadata."""

    exif: heif.Item | None  # of the main picture
    xmp: heif.Item | None
    other_exif: tuple[heif.Item, ...]


@dataclass(frozen=True, slots=True)
class _New:
    """What an item is to hold; without an item it is a new one."""

    item: heif.Item | None
    kind: str
    data: bytes


@dataclass(frozen=True, slots=True)
class _Tables:
    meta: heif.Meta
    boxes: dict[str, Part]
    locations: items.Locations
    references: tuple[items.Reference, ...]
    carriers: _Carriers


def find(source: Source, layout: Layout, limits: Limits) -> Blocks:
    """Return the EXIF and the XMP of the main picture."""
    problems: list[str] = []
    try:
        meta = heif.meta(source, layout.parts, limits)
        found = _carriers(source, meta, limits) if meta else _Carriers(None, None, ())
    except (MalformedError, StoppedError) as problem:
        return Blocks(problems=(f"the items of the picture cannot be read: {problem}",))
    held = item_content.content(source, found.exif, "EXIF", problems) if found.exif else None
    block = exif_payload.block(held) if held is not None else None
    if held is not None and block is None:
        problems.append("the EXIF of the picture has no header that can be read")
    if found.xmp is not None:
        xmp, spans = item_content.content(source, found.xmp, "XMP", problems), found.xmp.extents
    else:
        spans = layout.xmp[:1]
        xmp = item_content.read(source, spans, "XMP", problems) if spans else None
    if len(layout.xmp) > (found.xmp is None):
        problems.append("a further XMP packet stands in the file")
    return Blocks(
        exif=block,
        exif_spans=found.exif.extents if found.exif else (),
        xmp=xmp,
        xmp_spans=spans,
        problems=tuple(problems),
    )


def place(source: Source, layout: Layout, found: Blocks, change: Change, limits: Limits) -> tuple[Edit, ...]:
    """Return the edits that make *change*.

    Raises:
        AssetError: if the file holds something that would not survive them, or is damaged.
    """
    if not change.exif and not change.exif_without and change.xmp is None and change.block is None:
        return ()
    moved.check_boxes(layout)
    try:
        tables = _read_tables(source, layout, limits)
        news = tuple(_news(source, tables.carriers, found, change))
        settled = heif_tracks.settle(source, layout, change, limits)
        if not news and not settled.edits:
            return ()
        edits = _edits(source, layout, tables, news, settled, limits)
        return tuple(sorted(edits, key=lambda one: (one.start, one.length)))
    except (MalformedError, StoppedError) as problem:
        raise moved.refused(f"is damaged ({problem})") from problem


def without(source: Source, layout: Layout, gone: tuple[Span, ...], limits: Limits) -> tuple[Edit, ...]:
    """Return the edits that take the boxes *gone*, at the top of the file, out of it; every place is corrected.

    Raises:
        AssetError: if the file holds something that would not survive them, or is damaged.
    """
    moved.check_boxes(layout)
    try:
        tables = _read_tables(source, layout, limits)
        table = tables.boxes["iloc"].span
        wide = source.size + table.length * 4 >= _FAR
        fixed = [Edit(span.start, span.length, b"") for span in gone]
        blank = items.written(_located(tables, [], None, 0), wide=wide)
        moves = moved.Moves([*fixed, Edit(table.start, table.length, blank)])
        edits = [
            *fixed,
            Edit(table.start, table.length, items.written(_located(tables, [], moves, 0), wide=wide)),
            moved.length(source, tables.meta.box, len(blank) - table.length),
            *moved.tracks(source, layout, moves, limits),
        ]
    except (MalformedError, StoppedError) as problem:
        raise moved.refused(f"is damaged ({problem})") from problem
    return tuple(sorted(edits, key=lambda one: (one.start, one.length)))


# --- what stands there ---------------------------------------------------------------------------------------------
def _carriers(source: Source, meta: heif.Meta, limits: Limits) -> _Carriers:
    boxes = {child.name: child for child in meta.children}
    references = items.references(source, boxes.get("iref"), Counter(limits.chunks, _TABLES))
    return _described(meta, references)


def _described(meta: heif.Meta, references: tuple[items.Reference, ...]) -> _Carriers:
    every = [item for item in meta.items if item.kind == "Exif"]
    main = items.describing(every, meta.primary, references)
    packets = [item for item in meta.items if item.content_type == items.XMP]
    return _Carriers(
        main, items.describing(packets, meta.primary, references), tuple(item for item in every if item is not main)
    )


# --- what shall stand there ------------------------------------------------------------------------------------------
def _read_tables(source: Source, layout: Layout, limits: Limits) -> _Tables:
    meta = heif.meta(source, layout.parts, limits)
    if meta is None:
        raise AssetError("picture", "has no table of items, and no place for EXIF and XMP")
    boxes = {child.name: child for child in meta.children}
    if not {"iloc", "iinf", "pitm"} <= set(boxes) or sum(child.name == "iref" for child in meta.children) > 1:
        raise MalformedError("a table of the items is missing, or stands twice")
    # Only a box at the top may run to the end (ISO/IEC 14496-12 §4.2); this one would swallow the tables behind it.
    if any(source.take(child.span.start, 4, "a table") == bytes(4) for child in meta.children):
        raise MalformedError("a table does not say where it ends")
    if not any(item.number == meta.primary for item in meta.items):
        raise MalformedError("the main picture is not among the items")
    counter = Counter(limits.chunks, _TABLES)
    found = items.locations(source, boxes["iloc"], counter)
    if len({item.number for item in found.items}) != len(found.items):
        raise MalformedError("an item stands in two places")
    if any(item.reference for item in found.items):
        raise moved.refused("keeps a part of itself in another file")
    if any(item.method == heif.IN_FILE and not extent.length for item in found.items for extent in item.extents):
        raise moved.refused("has an item that does not say where it ends")
    references = items.references(source, boxes.get("iref"), counter)
    return _Tables(meta, boxes, found, references, _described(meta, references))


def _news(source: Source, carriers: _Carriers, found: Blocks, change: Change) -> Iterable[_New]:
    if change.block is not None:
        for item in (carriers.exif, *carriers.other_exif):
            yield _New(item, "Exif", exif_payload.held(change.block, change.exif, identifier=True))
    elif carriers.exif is None and change.exif:
        yield _New(None, "Exif", exif_payload.built(change.exif, identifier=True))
    others = carriers.other_exif if change.exif_without else ()
    if sum(span.length for item in others for span in item.extents) > MOST:
        raise moved.refused("has more EXIF than is read")
    for item in () if change.block is not None else (carriers.exif, *others):
        tags = change.exif if item is carriers.exif else ()
        if item is not None and (tags or change.exif_without):
            made = item_content.rewritten(source, item, tags, change.exif_without)
            if made is not None:
                yield _New(item, "Exif", made)
    if change.xmp is not None:
        if carriers.xmp is not None and found.xmp is None:
            raise AssetError("picture", "has XMP that cannot be read, and that is not overwritten")
        yield _New(carriers.xmp, "mime", change.xmp)


# --- how it comes there ----------------------------------------------------------------------------------------------
def _edits(
    source: Source,
    layout: Layout,
    tables: _Tables,
    news: tuple[_New, ...],
    settled: heif_tracks.Settled,
    limits: Limits,
) -> Iterable[Edit]:
    meta, boxes = tables.meta, tables.boxes
    added = _numbered(tables, news)
    size = sum(len(new.data) for _, new in added) + 8
    wide = source.size + size + boxes["iloc"].span.length * 4 >= _FAR
    named, counter = _entries(added), Counter(limits.chunks, _TABLES)
    fixed = [
        *_erased(source, layout, tables, news, settled, limits),
        *settled.edits,
        Edit(boxes["iinf"].span.start, boxes["iinf"].span.length, items.listed(source, boxes["iinf"], named, counter)),
        *_references(tables, added),
        *_moved_packet(layout, tables.carriers, news),
    ]
    # First with places that are not known yet: the length of the table does not depend on them.
    table = boxes["iloc"].span
    blank = items.written(_located(tables, added, None, 0), wide=wide)
    growing = [*fixed, Edit(table.start, table.length, blank)]
    inside = [edit for edit in growing if meta.box.span.start <= edit.start < meta.box.span.end]
    growth = sum(len(edit.data) - edit.length for edit in inside)
    data = (size).to_bytes(4, "big") + b"mdat" + b"".join(new.data for _, new in added)
    appended = Edit(meta.box.span.end, 0, data if added else b"")
    moves = moved.Moves([*growing, appended])
    begins = moved.Moves(growing).place(Span(meta.box.span.end, 0)) + 8
    yield from fixed
    yield Edit(table.start, table.length, items.written(_located(tables, added, moves, begins), wide=wide))
    yield moved.length(source, meta.box, growth)
    yield appended
    yield from moved.tracks(source, layout, moves, limits)


def _numbered(tables: _Tables, news: tuple[_New, ...]) -> list[tuple[int, _New]]:
    """Return the number of the item that holds each of *news*; new ones get a number that is free."""
    taken = {item.number for item in tables.locations.items} | {item.number for item in tables.meta.items}
    taken |= {number for entry in tables.references for number in (entry.number, *entry.targets)}
    found = []
    for new in news:
        if new.item is None:
            following = max(taken) + 1
            number = (
                following if following < _NUMBERS else next(free for free in range(1, _NUMBERS) if free not in taken)
            )
            taken.add(number)
        else:
            number = new.item.number
        found.append((number, new))
    return found


def _entries(added: list[tuple[int, _New]]) -> list[bytes]:
    return [
        items.entry(number, new.kind, items.XMP if new.kind == "mime" else "")
        for number, new in added
        if new.item is None
    ]


def _references(tables: _Tables, added: list[tuple[int, _New]]) -> Iterable[Edit]:
    """Yield the table of references with one from each new item to the main picture."""
    more = [
        items.Reference(items.DESCRIBES, number, (tables.meta.primary,)) for number, new in added if new.item is None
    ]
    if more:
        old = tables.boxes.get("iref")
        at = old.span if old else Span(tables.boxes["iinf"].span.end, 0)
        yield Edit(at.start, at.length, items.referring([*tables.references, *more]))


def _located(tables: _Tables, added: list[tuple[int, _New]], moves: moved.Moves | None, begins: int) -> items.Locations:
    """Return the table of places after the edits; the new content stands from *begins* on."""
    new_places = {}
    for number, new in added:
        extent = items.Extent(0, begins, len(new.data))
        new_places[number] = items.Location(number, heif.IN_FILE, 0, (extent,))
        begins += len(new.data)
    found = []
    for item in tables.locations.items:
        if item.number in new_places:
            found.append(new_places.pop(item.number))
        elif item.method == heif.IN_FILE and moves is not None:
            found.append(replace(item, extents=tuple(_shifted(extent, moves) for extent in item.extents)))
        else:
            found.append(item)
    return replace(tables.locations, items=(*found, *new_places.values()))


def _shifted(extent: items.Extent, moves: moved.Moves) -> items.Extent:
    return replace(extent, start=moves.place(Span(extent.start, extent.length)))


def _erased(
    source: Source,
    layout: Layout,
    tables: _Tables,
    news: tuple[_New, ...],
    settled: heif_tracks.Settled,
    limits: Limits,
) -> Iterable[Edit]:
    """Yield zeros over what the items held before."""
    gone = {new.item.number: new.item for new in news if new.item is not None}
    spans = merged(span for item in gone.values() for span in item.extents if span.length)
    others = (item for item in tables.meta.items if item.number not in gone and item.method != heif.IN_ITEM)
    kept = [span for item in others for span in item.extents]
    kept += [span for _, chunks in heif.samples(source, layout.parts, limits) for span in chunks]
    data = [part.body for part in layout.parts if part.name == "mdat"]
    data += [tables.meta.idat] if tables.meta.idat else []
    if list(minus(spans, merged(kept))) != list(spans):
        raise AssetError("picture", "has metadata that share their bytes with something else, and are not overwritten")
    # What stood in a track may be what stands beside the main picture, too.
    spans = merged([*spans, *minus(merged(span for span in settled.left if span.length), merged(kept))])
    if next(minus(spans, merged(data)), None) is not None:
        raise MalformedError("metadata stand outside of the data")
    for span in spans:
        yield Edit(span.start, span.length, bytes(span.length))


def _moved_packet(layout: Layout, carriers: _Carriers, news: tuple[_New, ...]) -> Iterable[Edit]:
    """Yield what takes away the ``uuid`` box whose packet becomes an item."""
    if carriers.xmp is None and layout.xmp and any(new.kind == "mime" for new in news):
        packet = layout.xmp[0]
        part = next(part for part in layout.parts if part.span.start <= packet.start and packet.end <= part.span.end)
        yield Edit(part.span.start, part.span.length, b"")
