"""What a picture that is made from another takes over of its metadata: EXIF, IPTC and XMP, of one file into another.

* All that is said stays: credit, permissions, digital source type, AI systems, traces. Nothing is added.
* What speaks of the old samples is set right or goes: orientation, sizes, small previews (which show what was cut
  away), and the parts of XMP that describe further pictures which are not taken over.
* An address of credentials (``dcterms:provenance``) goes: it names those of the old file.
* What has no place in the new container is said elsewhere if it can be (IIM as XMP), and is named if it cannot.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import BinaryIO

from provenance.container.model import Kind, Limits
from provenance.container.source import MalformedError, Source, StoppedError
from provenance.container.walk import lay_out
from provenance.errors import AssetError
from provenance.metadata import exif, tiff_edit, tiff_groups, xmp
from provenance.metadata.blocks import Blocks, Change, Text
from provenance.metadata.carriers import edits, find
from provenance.metadata.edits import Edit, spliced
from provenance.metadata.fields import FIELDS, FORMS, Form, Node
from provenance.metadata.model import Carrier
from provenance.metadata.reading import Reading
from provenance.metadata.tiff_block import LONG, Structure
from provenance.plain import plain
from provenance.record import dataclass

TARGETS = frozenset({Kind.JPEG, Kind.PNG, Kind.WEBP, Kind.TIFF, Kind.AVIF})
_WITH_IPTC = frozenset({Kind.JPEG, Kind.TIFF})
_FILES = frozenset({Kind.TIFF, Kind.DNG})  # whose EXIF stands in directories of the file
_SAID_IN_XMP = frozenset({0, *(place.iptc for place in FIELDS if place.iptc)})  # 0: the version of the record
_ORIENTATION = 274
_WIDTHS, _HEIGHTS = (256, 40962), (257, 40963)
_SIZES = {"tiff:ImageWidth": 0, "tiff:ImageLength": 1, "exif:PixelXDimension": 0, "exif:PixelYDimension": 1}
_STALE = (  # of XMP: previews, and what describes pictures or data that are not taken over
    "xmp:Thumbnails",
    "{http://ns.adobe.com/xmp/note/}HasExtendedXMP",
    "{http://ns.adobe.com/hdr-gain-map/1.0/}*",
    "{http://ns.google.com/photos/1.0/container/}*",
    "{http://ns.google.com/photos/1.0/camera/}MotionPhoto*",
    "{http://ns.google.com/photos/1.0/camera/}MicroVideo*",
)


@dataclass(frozen=True, slots=True)
class Inherited:
    """What goes over."""

    change: Change
    groups: tiff_groups.Groups | None = None  # EXIF for a TIFF
    texts: tuple[Text, ...] = ()  # text chunks or comments, verbatim
    lost: tuple[str, ...] = ()  # what does not, by name

    def __bool__(self) -> bool:
        return self.change != Change() or self.groups is not None or bool(self.texts)


def inherited(
    stream: BinaryIO, kind: Kind, reading: Reading, *, target: Kind, size: tuple[int, int], limits: Limits
) -> Inherited:
    """Return what a picture of *target*, upright and of *size*, takes over of the file of *kind* in *stream*.

    What cannot be read does not go over, and is named; no fault of the file is an error.
    """
    lost: list[str] = [plain(problem) for problem in reading.blocks.problems]
    block, groups = _exif(stream, kind, reading.blocks, size, limits, lost)
    packet = _xmp(reading, size, with_iptc=target in _WITH_IPTC, lost=lost)
    texts = reading.blocks.texts if kind is target else ()
    lost += dict.fromkeys(f"text {plain(one.key)}" for one in reading.blocks.texts if one not in texts)
    if target not in _WITH_IPTC and any(one.record == 2 and one.number not in _SAID_IN_XMP for one in reading.iptc):
        lost.append("IPTC fields other than names, credit, title and description")
    if reading.blocks.extended_xmp:
        lost.append("XMP in further segments")
    if target is Kind.TIFF:
        if groups is None and block is not None:
            groups = _taken(block, limits, lost)
        block = None
    elif groups is not None:
        block = tiff_groups.block(groups)
    if groups is not None and groups.maker_note:
        lost.append("EXIF MakerNote")
    change = Change(xmp=packet, block=block, iptc=reading.blocks.iptc if target in _WITH_IPTC else None)
    return Inherited(change, groups if target is Kind.TIFF else None, texts, tuple(dict.fromkeys(lost)))


def _exif(
    stream: BinaryIO, kind: Kind, found: Blocks, size: tuple[int, int], limits: Limits, lost: list[str]
) -> tuple[bytes | None, tiff_groups.Groups | None]:
    values = {_ORIENTATION: 1} | dict.fromkeys(_WIDTHS, size[0]) | dict.fromkeys(_HEIGHTS, size[1])
    try:
        if kind in _FILES:
            taken = tiff_groups.groups(Structure(Source(stream), limits))
            return None, replace(taken, exif=tuple(_resized(tag, values, taken.order) for tag in taken.exif))
        if found.exif is None:
            return None, None
        whole = exif.appended(found.exif, (), without=(tiff_edit.THUMBNAIL,), limits=limits)
        return tiff_groups.sized(whole, Structure(Source(io.BytesIO(whole)), limits), values), None
    except (MalformedError, StoppedError) as problem:
        lost.append(f"EXIF ({problem})")
    except AssetError as problem:
        lost.append(plain(problem))
    return None, None


def _resized(tag: tiff_groups.Tag, values: Mapping[int, int], order: tiff_groups.Order) -> tiff_groups.Tag:
    if tag.number not in values or tag.form not in (3, 4) or values[tag.number] >= 1 << 8 * len(tag.value):
        return tag
    return replace(tag, value=values[tag.number].to_bytes(len(tag.value), order))


def _taken(block: bytes, limits: Limits, lost: list[str]) -> tiff_groups.Groups | None:
    try:
        return tiff_groups.groups(Structure(Source(io.BytesIO(block)), limits))
    except (MalformedError, StoppedError) as problem:
        lost.append(f"EXIF ({problem})")
        return None


def _xmp(reading: Reading, size: tuple[int, int], *, with_iptc: bool, lost: list[str]) -> bytes | None:
    values: dict[str, Node] = {
        name: str(size[at]) for name, at in _SIZES.items() if name in reading.properties
    }  # only what stands there is set right
    if "tiff:Orientation" in reading.properties:
        values["tiff:Orientation"] = "1"
    if not with_iptc:
        values |= dict(_from_iptc(reading))
    there = reading.blocks.xmp
    if there is None and not values:
        return None
    try:
        return xmp.edited(there, values, without=_STALE)
    except AssetError:
        return None  # named already, as a problem of the file


def _from_iptc(reading: Reading) -> Iterator[tuple[str, Node]]:
    """Yield what IIM says and XMP does not, as XMP (IPTC PMD 2025.1 has both)."""
    for place in FIELDS:
        said = reading.metadata.texts(place.field, Carrier.IPTC)
        if not said or len(place.path) > 1 or place.property in reading.properties:
            continue
        match FORMS.get(place.property, Form.TEXT):
            case Form.ALT:
                yield place.property, {"x-default": said[0]}
            case Form.SEQ | Form.BAG:
                yield place.property, list(said)
            case _:
                yield place.property, said[0]


def taking_over(bare: BinaryIO, kind: Kind, taken: Inherited, limits: Limits, *, origin: BinaryIO) -> BinaryIO:
    """Return *bare*, a picture of *kind* without metadata, with what was *taken* of the file in *origin*.

    Raises:
        AssetError: if it cannot stand there.
    """
    result = bare
    if taken.groups is not None:
        result = _with_directories(result, taken.groups, limits)
    if taken.texts:
        result = spliced(result, _verbatim(result, kind, taken.texts, limits, origin))
    source = Source(result)
    found = find(source, kind, lay_out(source, kind, limits), limits)
    return spliced(result, edits(source, kind, taken.change, found, limits))


def _with_directories(bare: BinaryIO, groups: tiff_groups.Groups, limits: Limits) -> BinaryIO:
    source = Source(bare)
    try:
        structure = Structure(source, limits)
    except MalformedError as problem:
        raise AssetError("picture", f"is a damaged TIFF ({problem})") from problem
    begins = source.size + source.size % 2
    data, places = tiff_groups.laid_out(groups, structure.order, begins)
    longer = spliced(bare, [Edit(source.size, 0, bytes(begins - source.size) + data)]) if data else bare
    settings = {
        tag.number: tiff_edit.Setting(tag.form, tiff_groups.swapped(tag, groups.order, structure.order))
        for tag in groups.first
    } | {number: tiff_edit.Setting(LONG, at.to_bytes(4, structure.order)) for number, at in places.items()}
    return spliced(longer, tiff_edit.changes(Source(longer), limits, settings, without=(), block=False))


def _verbatim(
    bare: BinaryIO, kind: Kind, texts: tuple[Text, ...], limits: Limits, origin: BinaryIO
) -> tuple[Edit, ...]:
    """Return the edit that puts text chunks or comments in front of the picture, as they stood in *origin*."""
    layout = lay_out(Source(bare), kind, limits)
    names = {"IDAT"} if kind is Kind.PNG else {"SOS"}
    at = next((part.span.start for part in layout.parts if part.name in names), 0)
    source = Source(origin)
    data = b"".join(source.read(one.span.start, one.span.length) for one in texts)
    return (Edit(at, 0, data),) if at else ()
