"""Where the items of a HEIF and the samples of a sequence stand (ISO/IEC 14496-12 §8.11, §8.7)."""

from __future__ import annotations

from collections.abc import Iterator

from provenance.container import bmff
from provenance.container.model import Kind, Limits
from provenance.container.parts import Part, Span
from provenance.container.source import Counter, MalformedError, Source
from provenance.record import dataclass

_TABLE = 4 * 1024 * 1024  # of one table, this many bytes are read
_TABLES = frozenset({"stco", "co64", "stsc", "stsz"})
_CONTAINERS = frozenset({"moov", "trak", "mdia", "minf", "stbl"})
_ONCE = ("iinf", "iloc", "pitm", "iprp", "idat")
IN_FILE, IN_IDAT, IN_ITEM = 0, 1, 2  # construction methods; in another item, an extent is no place in the file


KINDS = frozenset({Kind.AVIF, Kind.HEIC, Kind.HEIF})
_CODECS = {Kind.AVIF: "av01", Kind.HEIC: "hvc1"}


@dataclass(frozen=True, slots=True)
class Item:
    """One item: a coded picture, a tile, Exif, XMP."""

    number: int
    kind: str = ""  # "av01", "hvc1", "Exif", "mime"…
    content_type: str = ""
    method: int = IN_FILE
    extents: tuple[Span, ...] = ()
    encoded: bool = False  # compressed or encrypted


@dataclass(frozen=True, slots=True)
class Meta:
    """The ``meta`` box of a HEIF."""

    box: Part
    children: tuple[Part, ...]
    primary: int
    items: tuple[Item, ...]
    idat: Span | None


class Fields:
    """Reads big-endian numbers one after another."""

    __slots__ = ("_data", "at")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def number(self, size: int) -> int:
        if self.at + size > len(self._data):
            raise MalformedError("a table is cut off")
        found = int.from_bytes(self._data[self.at : self.at + size], "big")
        self.at += size
        return found

    def text(self) -> str:
        end = self._data.find(b"\0", self.at)
        end = len(self._data) if end < 0 else end
        found = self._data[self.at : end][:256].decode("utf-8", "replace")
        self.at = end + 1
        return found


def meta(source: Source, parts: tuple[Part, ...], limits: Limits) -> Meta | None:
    """Return the items that the first ``meta`` box among *parts* describes, or None if there is none.

    Raises:
        MalformedError: if a table does not fit.
        StoppedError: beyond the limit of pieces.
    """
    box = next((part for part in parts if part.name == "meta"), None)
    if box is None:
        return None
    counter = Counter(limits.chunks, "boxes and items of the file")
    inner = Span(box.body.start + 4, max(0, box.body.length - 4))
    children = tuple(bmff.boxes(source, inner, counter))
    found = {child.name: child for child in children}
    if any(sum(child.name == name for child in children) > 1 for name in _ONCE):
        raise MalformedError("a table of the picture stands twice")
    idat = found["idat"].body if "idat" in found else None
    kinds = dict(_kinds(source, found["iinf"], counter)) if "iinf" in found else {}
    items = tuple(_items(source, found["iloc"], counter, idat, kinds)) if "iloc" in found else ()
    primary = 0
    if "pitm" in found:
        fields = table(source, found["pitm"])
        primary = fields.number(4 if fields.number(4) >> 24 else 2)
    return Meta(box, children, primary, items, idat)


def in_tracks(source: Source, parts: tuple[Part, ...], limits: Limits) -> Iterator[Meta]:
    """Yield what describes items inside the tracks of a sequence, which libavif writes for its EXIF and XMP.

    Raises:
        MalformedError: if a table does not fit.
        StoppedError: beyond the limit of pieces.
    """
    counter = Counter(limits.chunks, "boxes of the file")
    for movie in (part for part in parts if part.name == "moov"):
        for track in (box for box in bmff.boxes(source, movie.body, counter) if box.name == "trak"):
            for box in bmff.boxes(source, track.body, counter):
                found = meta(source, (box,), limits) if box.name == "meta" and has_items(source, box, counter) else None
                if found is not None:
                    yield found


def has_items(source: Source, box: Part, counter: Counter) -> bool:
    """Whether *box*, a ``meta`` box, locates items; QuickTime writes it without a version in front.

    Raises:
        MalformedError: if it does not hold.
        StoppedError: beyond the limit of pieces.
    """
    skipped = 0 if source.read(box.body.start + 4, 4) == b"hdlr" else 4
    inner = Span(box.body.start + skipped, max(0, box.body.length - skipped))
    return any(child.name == "iloc" for child in bmff.boxes(source, inner, counter))


def packets(found: Meta | None) -> tuple[Span, ...]:
    """Return where the XMP items stand."""
    items = found.items if found else ()
    return tuple(item.extents[0] for item in items if item.content_type == "application/rdf+xml" and item.extents)


def contradiction(found: Meta | None, kind: Kind) -> Iterator[str]:
    """Yield what speaks against *kind*, which was told from the brand: no hash covers the brand (security V6)."""
    codecs = {item.kind for item in found.items} & set(_CODECS.values()) if found else set()
    wanted = _CODECS.get(kind)
    if codecs and wanted is not None and wanted not in codecs:
        yield f"the brand says {kind.name}, the picture is coded as {', '.join(sorted(codecs))}"


def samples(source: Source, parts: tuple[Part, ...], limits: Limits) -> Iterator[tuple[int, list[Span]]]:
    """Yield, for each track of a sequence, its number and where its chunks stand.

    Raises:
        MalformedError: if a table does not fit.
        StoppedError: beyond the limit of pieces.
    """
    counter = Counter(limits.chunks, "boxes of the file")
    tracks = (part for top in parts if top.name == "moov" for part in bmff.boxes(source, top.body, counter))
    for number, track in enumerate(part for part in tracks if part.name == "trak"):
        tables: dict[str, Part] = {}
        _descend(source, track, counter, tables, 8)
        yield number, _chunks(source, tables)


def _descend(source: Source, box: Part, counter: Counter, tables: dict[str, Part], depth: int) -> None:
    if depth == 0:
        raise MalformedError("boxes are nested too deep")
    for child in bmff.boxes(source, box.body, counter):
        if child.name in _TABLES and child.name in tables:
            raise MalformedError(f"the table {child.name!r} stands twice")
        tables.setdefault(child.name, child)
        if child.name in _CONTAINERS:
            _descend(source, child, counter, tables, depth - 1)


def _chunks(source: Source, tables: dict[str, Part]) -> list[Span]:
    """Join chunk offsets (``stco``/``co64``), samples per chunk (``stsc``) and sample sizes (``stsz``)."""
    name = "co64" if "co64" in tables else "stco"
    if name not in tables:
        return []
    if "stsc" not in tables or "stsz" not in tables:
        raise MalformedError("the samples of a track cannot be located")
    fields, wide = table(source, tables[name], skip=4), 8 if name == "co64" else 4
    offsets = [fields.number(wide) for _ in range(fields.number(4))]
    fields = table(source, tables["stsc"], skip=4)
    runs = [(fields.number(4), fields.number(4), fields.number(4)) for _ in range(fields.number(4))]
    fields = table(source, tables["stsz"], skip=4)
    same, count = fields.number(4), fields.number(4)
    sizes = [] if same else [fields.number(4) for _ in range(count)]
    spans, sample, run = [], 0, 0
    for chunk, offset in enumerate(offsets, start=1):
        while run + 1 < len(runs) and runs[run + 1][0] <= chunk:
            run += 1
        held = min(runs[run][1], count - sample) if runs else 0
        spans.append(Span(offset, same * held if same else sum(sizes[sample : sample + held])))
        sample += held
    return spans


def table(source: Source, box: Part, skip: int = 0) -> Fields:
    """Return the content of *box* after *skip* bytes, to be read number by number.

    Raises:
        MalformedError: if it is larger than is read, or cut off.
    """
    if box.body.length > _TABLE:
        raise MalformedError(f"the table {box.name!r} is larger than is read")
    fields = Fields(source.take(box.body.start, box.body.length, f"the table {box.name!r}"))
    fields.at = skip
    return fields


def _kinds(source: Source, box: Part, counter: Counter) -> Iterator[tuple[int, tuple[str, str, bool]]]:
    fields = table(source, box)
    header = 8 if fields.number(4) >> 24 else 6  # version and flags, and the count
    for entry in bmff.boxes(source, Span(box.body.start + header, box.body.length - header), counter):
        info = table(source, entry)
        version = info.number(4) >> 24
        if entry.name != "infe" or version < 2:
            continue
        number = info.number(4 if version > 2 else 2)
        encoded = info.number(2) != 0  # protected
        kind = info.number(4).to_bytes(4, "big").decode("latin-1")
        info.text()  # the name
        content_type = info.text() if kind == "mime" else ""
        encoded = encoded or (kind == "mime" and info.text() != "")
        yield number, (kind, content_type, encoded)


def _items(
    source: Source, box: Part, counter: Counter, idat: Span | None, kinds: dict[int, tuple[str, str, bool]]
) -> Iterator[Item]:
    fields = table(source, box)
    version = fields.number(4) >> 24
    sizes = fields.number(2)
    offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_size = sizes & 15 if version in (1, 2) else 0
    for _ in range(fields.number(4 if version > 1 else 2)):
        counter.one()
        number = fields.number(4 if version > 1 else 2)
        method = fields.number(2) & 15 if version in (1, 2) else IN_FILE
        fields.number(2)  # data reference
        base = fields.number(base_size)
        extents = []
        for _ in range(fields.number(2)):
            counter.one()
            fields.number(index_size)
            start, length = base + fields.number(offset_size), fields.number(length_size)
            extents.append(_extent(source, start, length, method, idat))
        kind, content_type, encoded = kinds.get(number, ("", "", False))
        yield Item(number, kind, content_type, method, tuple(extents), encoded)


def _extent(source: Source, start: int, length: int, method: int, idat: Span | None) -> Span:
    if method == IN_ITEM:
        return Span(start, length)
    if method == IN_IDAT and idat is not None:
        return Span(idat.start + start, length or max(0, idat.length - start))
    return Span(start, length or max(0, source.size - start))
