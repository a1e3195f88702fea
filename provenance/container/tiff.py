"""TIFF, BigTIFF and DNG: directories; the store under tag 52545 (C2PA 2.4 §A.3.5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Literal

from provenance.container.model import Limits
from provenance.container.parts import Layout, Part, Placed, Role, Span, merged
from provenance.container.source import Counter, MalformedError, Source, second_store
from provenance.record import dataclass

C2PA, XMP = 52545, 700
WIDTH = 256
STRIPS, STRIP_SIZES, TILES, TILE_SIZES = 273, 279, 324, 325
OLD_JPEG, OLD_JPEG_SIZE = 513, 514
SUB_IFDS = 330
POINTERS = frozenset({SUB_IFDS, 34665, 34853, 40965})  # and EXIF, GPS, interoperability
DATA = {STRIPS: STRIP_SIZES, TILES: TILE_SIZES, OLD_JPEG: OLD_JPEG_SIZE}  # offsets -> sizes
# Values that change no sample: description, make, model, software, date, artist, host, XMP, IPTC, copyright, Photoshop.
_METADATA = frozenset({269, 270, 271, 272, 285, 305, 306, 315, 316, XMP, 33432, 33723, 34377, 36867, 37510, 40092})
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_NUMBERS = frozenset({1, 3, 4, 13, 16, 18})
VALUES = 4 * 1024 * 1024  # of one tag that holds offsets, this many bytes are read
_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Entry:
    """One tag of a directory."""

    tag: int
    form: int
    count: int
    value: Span  # where the value stands, in the entry or elsewhere
    counted: Span  # where the count stands


@dataclass(frozen=True, slots=True)
class Directory:
    """One directory: where it stands, how it was reached, and its tags."""

    path: tuple[int, ...]  # place in the chain, then tag and place for each pointer followed
    span: Span
    entries: tuple[Entry, ...]

    def entry(self, tag: int) -> Entry | None:
        return next((found for found in self.entries if found.tag == tag), None)


def is_big(stream: BinaryIO) -> bool:
    """Whether a TIFF is a BigTIFF, whose offsets are twice as wide."""
    stream.seek(0)
    return stream.read(4) in (b"II+\0", b"MM\0+")


class Tiff:
    """Reads directories within limits."""

    def __init__(self, source: Source, limits: Limits) -> None:
        head = source.take(0, 8, "the header")
        self.source = source
        self.order: Literal["little", "big"] = "little" if head[:2] == b"II" else "big"
        self.big = self.number(head[2:4]) == 43
        self.first = self.number(source.take(8, 8, "the header") if self.big else head[4:8])
        self._counter = Counter(limits.chunks, "tags of the TIFF")
        self._seen: set[int] = set()
        self.damage: list[str] = []

    def number(self, data: bytes) -> int:
        return int.from_bytes(data, self.order)

    def directories(self) -> Iterator[Directory]:
        """Yield every directory: the chain, and what its pointers lead to, depth first."""
        at, place = self.first, 0
        while at:
            directory, following = self._read(at, (place,))
            if directory is None:
                return
            yield directory
            yield from self._below(directory, _DEPTH)
            at, place = following, place + 1

    def numbers(self, entry: Entry) -> list[int]:
        """Return the whole numbers of *entry*; of very many, the first."""
        size = _SIZES.get(entry.form, 0)
        if entry.form not in _NUMBERS or not size:
            return []
        data = self.source.read(entry.value.start, min(entry.value.length, VALUES))
        return [self.number(data[at : at + size]) for at in range(0, len(data) - size + 1, size)]

    def _below(self, directory: Directory, depth: int) -> Iterator[Directory]:
        if depth == 0:
            self.damage.append("directories are nested too deep")
            return
        for entry in directory.entries:
            if entry.tag not in POINTERS:
                continue
            for place, at in enumerate(self.numbers(entry)):
                self._counter.one()
                if at == 0:
                    continue
                below, _ = self._read(at, (*directory.path, entry.tag, place))
                if below is not None:
                    yield below
                    yield from self._below(below, depth - 1)

    def _read(self, at: int, path: tuple[int, ...]) -> tuple[Directory | None, int]:
        if at in self._seen:
            self.damage.append(f"the directory at byte {at} is reached twice")
            return None, 0
        self._seen.add(at)
        width, size, offset = (8, 20, 8) if self.big else (2, 12, 4)
        try:
            count = self.number(self.source.take(at, width, "a directory"))
            if at + width + count * size + offset > self.source.size:
                raise MalformedError(f"the directory at byte {at} does not fit into the file")
            entries = []
            for place in range(count):
                self._counter.one()
                entries.append(self._entry(at + width + place * size))
            following = self.number(self.source.take(at + width + count * size, offset, "a directory"))
        except MalformedError as problem:
            self.damage.append(str(problem))
            return None, 0
        return Directory(path, Span(at, width + count * size + offset), tuple(entries)), following

    def _entry(self, at: int) -> Entry:
        offset = 8 if self.big else 4
        data = self.source.take(at, 4 + 2 * offset, "a tag")
        tag, form, count = self.number(data[:2]), self.number(data[2:4]), self.number(data[4 : 4 + offset])
        length = _SIZES.get(form, 1) * count
        start = at + 4 + offset if length <= offset else self.number(data[4 + offset :])
        if start + length > self.source.size:
            self.damage.append(f"the value of tag {tag} does not fit into the file")
            length = max(0, self.source.size - start)
        return Entry(tag, form, count, Span(start, length), Span(at + 4, offset))


def lay_out(source: Source, limits: Limits, *, whole: bool = False) -> Layout:
    """Return directories and values; with *whole*, the samples, too. Bytes that nothing points at are in no part."""
    parts: list[Part] = []
    stores: list[Placed] = []
    xmp: list[Span] = []
    frames = 0
    try:
        tiff = Tiff(source, limits)
    except MalformedError as problem:
        return Layout((), damage=(str(problem),))
    for directory in tiff.directories():
        parts.append(Part("directory", directory.span, directory.span, Role.PICTURE))
        frames += len(directory.path) == 1 and directory.entry(WIDTH) is not None
        for entry in directory.entries:
            if entry.tag == C2PA:
                if stores:
                    raise second_store()
                stores.append(Placed((entry.value,), (entry.value,), (entry.counted, entry.value)))
                parts.append(Part("C2PA", entry.value, entry.value, Role.MANIFEST))
            elif entry.tag == XMP:
                xmp.append(entry.value)
            if entry.tag != C2PA and (whole or entry.tag == XMP):
                role = Role.METADATA if entry.tag in _METADATA else Role.PICTURE
                parts.append(Part(f"tag {entry.tag}", entry.value, entry.value, role))
        if whole:
            parts.extend(
                Part("samples", span, span, Role.PICTURE)
                for span in merged(span for _, spans in samples(tiff, directory) for span in spans)
            )
    return Layout(tuple(parts), tuple(stores), tuple(xmp), damage=tuple(tiff.damage), frames=max(frames, 1))


def samples(tiff: Tiff, directory: Directory) -> Iterator[tuple[int, list[Span]]]:
    """Yield, for each tag that points at samples, where they stand."""
    for tag, sizes_tag in DATA.items():
        offsets, sizes = directory.entry(tag), directory.entry(sizes_tag)
        if offsets is None or sizes is None:
            continue
        pairs = zip(tiff.numbers(offsets), tiff.numbers(sizes), strict=False)
        yield tag, [Span(start, length) for start, length in pairs]
