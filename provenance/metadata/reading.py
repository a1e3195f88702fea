"""One file -> what its ordinary metadata says. Bounded, and nothing raises for what stands in a file.

What cannot be read (a doctype in XMP, a damaged EXIF block) is a problem with a sentence, never a silent gap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from provenance.container.model import Kind, Limits
from provenance.container.parts import Layout
from provenance.container.source import Source
from provenance.errors import AssetError
from provenance.metadata import exif, iim, photoshop, stealth, traces, trailer, xmp
from provenance.metadata.blocks import Blocks
from provenance.metadata.carriers import find
from provenance.metadata.fields import FIELDS, Node, texts
from provenance.metadata.model import Carrier, Metadata, Private, PrivateKind, Value
from provenance.record import dataclass

T = TypeVar("T")
PREVIEW = "Photoshop thumbnail"
TEXT = "PNG text "
_THUMBNAILS = frozenset({0x0409, 0x040C})


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the raw carriers, what they hold, and what they say."""

    blocks: Blocks
    properties: dict[str, Node]  # of the XMP packet
    exif: exif.Exif
    iptc: tuple[iim.DataSet, ...]
    metadata: Metadata


def read(source: Source, kind: Kind, layout: Layout, limits: Limits) -> Reading:
    """Return what stands in EXIF, IPTC and XMP of the file behind *source*, and what AI tools left there."""
    blocks = find(source, kind, layout, limits)
    problems = list(blocks.problems)
    properties: dict[str, Node] = _tried(xmp.read, blocks.xmp, problems) or {}
    tags = exif.read(blocks.exif, limits) if blocks.exif is not None else exif.NOTHING
    sets = _tried(iim.read, blocks.iptc, problems) or ()
    writer, written = xmp.writer(properties)
    found = traces.find(
        traces.Carried(
            kind,
            blocks.texts,
            tags.texts | ({"UserComment": tags.user_comment} if tags.user_comment else {}),
            {number: iim.texts(sets, number) for number in traces.IPTC_SETS} if sets else {},
            properties,
            trailer.samsung(source, kind, traces.TRAILER_NAMES),
            stealth.read(source, kind, layout),
        )
    )
    metadata = Metadata(
        values=tuple(_values(properties, tags, sets)),
        writer=writer or tags.software,
        written=written if writer else tags.modified,
        private=(*xmp.private(properties), *tags.private, *_previews(blocks), *traces.private(found)),
        traces=found,
        problems=(*problems, *tags.problems),
    )
    return Reading(blocks, properties, tags, sets, metadata)


def _previews(blocks: Blocks) -> Iterator[Private]:
    if blocks.photoshop is None:
        return
    try:
        resources = photoshop.read(blocks.photoshop)
    except AssetError:
        return  # said where IIM was looked for
    if any(one.id in _THUMBNAILS for one in resources):
        yield Private(PrivateKind.PREVIEW, PREVIEW)


def _tried(parse: Callable[[bytes], T], data: bytes | None, problems: list[str]) -> T | None:
    if data is None:
        return None
    try:
        return parse(data)
    except AssetError as exc:
        problems.append(f"{exc.where}: {exc.problem}")
        return None


def _values(properties: dict[str, Node], tags: exif.Exif, sets: tuple[iim.DataSet, ...]) -> Iterator[Value]:
    for place in FIELDS:
        if properties and (said := texts(properties, place)):
            yield Value(place.field, Carrier.XMP, said, f"XMP {place.path[-1]}")
        if sets and place.iptc and (found := iim.texts(sets, place.iptc)):
            yield Value(place.field, Carrier.IPTC, found, f"IPTC {place.iptc_name}")
    yield from tags.values
