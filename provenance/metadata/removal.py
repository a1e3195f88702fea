"""A file without its credentials, or without its metadata: the edits that take them out and leave the picture.

* What is taken out leaves no byte behind, but where a place must be kept: in a TIFF, and behind the index of a
  multi-picture JPEG, zeros stand there then. With the metadata of a TIFF goes what earlier edits left in it.
* In a HEIF the places of all items and samples are corrected, or the file is refused.
* Where the orientation stands in EXIF, EXIF that says this and nothing else takes the place of what is taken out: the
  picture is seen as before. In a HEIF empty EXIF and XMP stay, because other items may count on their numbers.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from provenance.container import carriers, svg, unchanged_svg
from provenance.container.heif import KINDS as HEIF
from provenance.container.model import Kind, Limits
from provenance.container.parts import Layout, Part, Role, Span
from provenance.container.source import MalformedError, Source, StoppedError
from provenance.container.walk import lay_out
from provenance.errors import AssetError
from provenance.metadata import carriers as editors
from provenance.metadata import tiff_edit, tiff_gaps, tiff_groups, xmp
from provenance.metadata.blocks import Blocks, Change
from provenance.metadata.carriers import heif as heif_editor
from provenance.metadata.carriers import mpf
from provenance.metadata.edits import Edit, apart, spliced
from provenance.metadata.tiff_block import SHORT, Structure

KINDS = editors.KINDS  # of which credentials and metadata can be taken out
_TIFF = frozenset({Kind.TIFF, Kind.DNG})
_ORIENTATION = 274
_WEBP_FLAGS = 0x08 | 0x04  # EXIF and XMP are announced
_BLANK = b"\xff\xef"  # APP15
_MOST_LEFT = 64 << 20  # bytes of a TIFF that nothing points at


def without_manifest(stream: BinaryIO, kind: Kind, limits: Limits) -> BinaryIO:
    """Return the file in *stream* without its manifest store; *stream* itself where it has none.

    Raises:
        AssetError: if it cannot be taken out without moving something that nobody corrects.
    """
    try:
        source = Source(stream)
        layout = lay_out(source, kind, limits)
        if not layout.stores:
            return stream
        return spliced(stream, apart(_manifest(source, kind, layout, limits), "picture"))
    except (MalformedError, StoppedError) as problem:
        raise AssetError("picture", f"is damaged ({problem})") from problem


def without_metadata(stream: BinaryIO, kind: Kind, limits: Limits) -> BinaryIO:
    """Return the file in *stream* without EXIF, IPTC, XMP, texts and comments.

    Raises:
        AssetError: if they cannot be taken out without touching the picture.
    """
    try:
        source = Source(stream)
        layout = lay_out(source, kind, limits)
        found = editors.find(source, kind, layout, limits)
        if kind in _TIFF:
            edits = tiff_edit.changes(source, limits, {}, without=(tiff_edit.EVERYTHING,), block=False)
            bare = spliced(stream, edits)
            left = tiff_gaps.gaps(Source(bare), limits) or ()
            if sum(span.length for span in left) > _MOST_LEFT:
                raise AssetError("picture", "holds too many bytes that nothing points at", "save it again first")
            return spliced(bare, [Edit(span.start, span.length, bytes(span.length)) for span in left])
        if kind in HEIF:
            change = Change(
                block=_oriented(found, limits, always=True) if found.exif_spans else None,
                xmp=xmp.edited(None, {}) if found.xmp_spans else None,
            )
            blank = Blocks(
                exif=found.exif, exif_spans=found.exif_spans, xmp=found.xmp or b"", xmp_spans=found.xmp_spans
            )
            return spliced(stream, editors.edits(source, kind, change, blank, limits))
        bare = spliced(stream, apart(_metadata(source, kind, layout), "picture"))
        block = _oriented(found, limits) if kind in (Kind.JPEG, Kind.PNG, Kind.WEBP) else None
        if block is None:
            return bare
        again = Source(bare)
        return spliced(bare, editors.edits(again, kind, Change(block=block), Blocks(), limits))
    except (MalformedError, StoppedError) as problem:
        raise AssetError("picture", f"is damaged ({problem})") from problem


def all_reached(stream: BinaryIO, kind: Kind, limits: Limits) -> bool:
    """Whether it is known of every byte of the file in *stream* what points at it: nothing old can hide there then."""
    try:
        return kind not in _TIFF or tiff_gaps.gaps(Source(stream), limits) is not None
    except (MalformedError, StoppedError):
        return False


def without_address(stream: BinaryIO, kind: Kind, limits: Limits) -> BinaryIO:
    """Return the file in *stream* without an address of credentials in its XMP; *stream* itself where it has none.

    Raises:
        AssetError: if its XMP cannot be edited.
    """
    source = Source(stream)
    found = editors.find(source, kind, lay_out(source, kind, limits), limits)
    if found.xmp is None or b"provenance" not in found.xmp:
        return stream
    made = xmp.edited(found.xmp, {})
    if made == found.xmp:
        return stream
    return spliced(stream, editors.edits(source, kind, Change(xmp=made), found, limits))


# --- the manifest --------------------------------------------------------------------------------------------------
def _manifest(source: Source, kind: Kind, layout: Layout, limits: Limits) -> Iterable[Edit]:
    spans = tuple(span for store in layout.stores for span in store.spans)
    if kind in _TIFF:
        return tiff_edit.changes(source, limits, {}, without=(tiff_edit.MANIFEST,), block=False)
    if kind in HEIF:
        return heif_editor.without(source, layout, spans, limits)
    if kind is Kind.SVG:
        return _drawing(source, spans)
    return _taken(source, kind, layout, spans)


def _drawing(source: Source, spans: Iterable[Span]) -> Iterator[Edit]:
    """Yield what takes the element out, and what was put around it with it."""
    for span in spans:
        whole = unchanged_svg.wrapped(source, span)
        yield Edit(whole.start, whole.length, b"")
        at = source.find(unchanged_svg.NAMESPACE, 0, whole.start)
        if at >= 0:
            yield Edit(at, len(unchanged_svg.NAMESPACE), b"")


# --- metadata ------------------------------------------------------------------------------------------------------
def _metadata(source: Source, kind: Kind, layout: Layout) -> Iterator[Edit]:
    if kind is Kind.SVG:
        packet = svg.packet(source, layout)
        if packet is not None:
            whole = unchanged_svg.wrapped(source, packet)
            yield Edit(whole.start, whole.length, b"")
        return
    spans = [part.span for part in layout.parts if _is_metadata(source, part, kind)]
    yield from _taken(source, kind, layout, spans)
    if kind is Kind.WEBP:
        extended = next((part for part in layout.parts if part.name == "VP8X"), None)
        if extended is not None:
            flags = source.read(extended.body.start, 1)[0]
            yield Edit(extended.body.start, 1, bytes((flags & ~_WEBP_FLAGS,)))


def _is_metadata(source: Source, part: Part, kind: Kind) -> bool:
    if part.role in (Role.MANIFEST, Role.TRAILER):
        return False
    return carriers.carrier(source, part, kind) in carriers.EVERY | {carriers.EXTENDED}


def _oriented(found: Blocks, limits: Limits, *, always: bool = False) -> bytes | None:
    """Return a block that says how the picture is turned, as *found* does; None where it is not, unless *always*."""
    turned = 1
    if found.exif is not None:
        try:
            structure = Structure(Source(io.BytesIO(found.exif)), limits)
            entry = structure.found(structure.directory(structure.first), (_ORIENTATION,)).get(_ORIENTATION)
            turned = structure.pointer(entry) if entry else 1
        except MalformedError:
            turned = 1
    if turned not in range(2, 9):
        turned = 1
    if turned == 1 and not always:
        return None
    tag = tiff_groups.Tag(_ORIENTATION, SHORT, turned.to_bytes(2, "little"))
    return tiff_groups.block(tiff_groups.Groups("little", (tag,)))


# --- parts that follow one another ---------------------------------------------------------------------------------
def _taken(source: Source, kind: Kind, layout: Layout, spans: Iterable[Span]) -> Iterator[Edit]:
    """Yield what takes *spans* out of a file whose parts follow one another."""
    gone = list(spans)
    index = _index(source, layout) if kind is Kind.JPEG else None
    for span in gone:
        if index is not None and span.start > index:
            body = span.length - 4
            yield Edit(span.start, span.length, _BLANK + (body + 2).to_bytes(2, "big") + bytes(body))
        else:
            yield Edit(span.start, span.length, b"")
    if kind is Kind.WEBP and gone:
        size = int.from_bytes(source.read(4, 4), "little") - sum(span.length for span in gone)
        yield Edit(4, 4, size.to_bytes(4, "little"))


def _index(source: Source, layout: Layout) -> int | None:
    """Return where the index of a multi-picture file stands; nothing behind it may move (CIPA DC-007 §5.2.3)."""
    for part in layout.parts:
        if part.name == "SOS":
            return None
        if part.name == "APP2" and source.read(part.body.start, len(mpf.NAME)) == mpf.NAME:
            return part.span.start
    return None
