"""What has to be corrected in a HEIF when boxes in front of its data grow: every place that counts from its beginning.

What counts from there and is not read here is refused: fragments and their indexes, auxiliary data of samples, data
in other files. Items inside a track are for `heif_tracks`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from provenance.container import bmff, heif
from provenance.container.model import Limits
from provenance.container.parts import Layout, Part, Span
from provenance.container.source import Counter, MalformedError, Source
from provenance.errors import AssetError
from provenance.metadata.edits import Edit

# Boxes at the top of the file that count from its beginning nowhere, or where we correct it.
_KNOWN = frozenset({"ftyp", "styp", "meta", "moov", "mdat", "free", "skip", "wide", "uuid", "C2PA", "mpvd", "sefd"})
_INSIDE = frozenset({"moov", "trak", "mdia", "minf", "stbl", "dinf", "edts", "udta", "mvex"})
_OFFSETS = {"stco": 4, "co64": 8}
_REFUSED = frozenset({"saio", "senc", "iloc"})
_DEPTH = 8
_SELF_CONTAINED = 1


def refused(problem: str) -> AssetError:
    """Return the error that says why a picture keeps its metadata as they are."""
    return AssetError("picture", f"{problem}, and its metadata cannot be changed")


class Moves:
    """Tells where a byte of the old file stands in the new one."""

    def __init__(self, edits: Iterable[Edit]) -> None:
        self._edits = [edit for edit in edits if len(edit.data) != edit.length]

    def place(self, span: Span) -> int:
        """Return where *span* begins afterwards.

        Raises:
            MalformedError: if an edit changes a part of it.
        """
        shift = 0
        for edit in self._edits:
            end = edit.start + edit.length
            if end <= span.start:
                shift += len(edit.data) - edit.length
            elif edit.start < span.end and span.length:
                raise MalformedError("picture data stand among the tables")
        return span.start + shift


def check_boxes(layout: Layout) -> None:
    """Refuse what cannot be moved.

    Raises:
        AssetError: with what it is.
    """
    if layout.damage:
        raise refused(f"is damaged ({layout.damage[0]})")
    if sum(part.name == "meta" for part in layout.parts) > 1 or sum(part.name == "moov" for part in layout.parts) > 1:
        raise refused("describes its content twice")
    unknown = next((part.name for part in layout.parts if part.name not in _KNOWN), None)
    if unknown is not None:
        raise refused(f"has a part ({unknown!r}) that might count bytes")


def tracks(source: Source, layout: Layout, moves: Moves, limits: Limits) -> Iterator[Edit]:
    """Yield the chunk offsets of every track, corrected by *moves*.

    Raises:
        AssetError: if something in a track cannot be corrected.
        MalformedError: if a table does not fit.
        StoppedError: beyond the limit of pieces.
    """
    chunks = heif.samples(source, layout.parts, limits)
    counter = Counter(limits.chunks, "boxes of the file")
    movie = next((part for part in layout.parts if part.name == "moov"), None)
    if movie is None:
        return
    for box in _boxes(source, movie, counter, _DEPTH):
        if box.name == "trak":
            _, spans = next(chunks)
        elif box.name in _OFFSETS:
            yield _corrected(source, box, spans, moves)


def _boxes(source: Source, box: Part, counter: Counter, depth: int) -> Iterator[Part]:
    if depth == 0:
        raise MalformedError("boxes are nested too deep")
    for child in bmff.boxes(source, box.body, counter):
        if child.name == "meta" and box.name != "trak" and heif.has_items(source, child, counter):
            raise refused("has items inside its tracks that are not understood")
        if child.name in _REFUSED:
            raise refused(f"has a table ({child.name!r}) that is not understood")
        if child.name == "dref":
            _check_references(source, child, counter)
        yield child
        if child.name in _INSIDE:
            yield from _boxes(source, child, counter, depth - 1)


def _check_references(source: Source, box: Part, counter: Counter) -> None:
    for entry in bmff.boxes(source, Span(box.body.start + 8, max(0, box.body.length - 8)), counter):
        if not source.take(entry.body.start, 4, "a data reference")[3] & _SELF_CONTAINED:
            raise refused("keeps a part of itself in another file")


def _corrected(source: Source, box: Part, spans: list[Span], moves: Moves) -> Edit:
    width = _OFFSETS[box.name]
    found = [moves.place(span) for span in spans]
    if any(offset >= 1 << 8 * width for offset in found):
        raise refused("is too large for the offsets of its tracks")
    data = b"".join(offset.to_bytes(width, "big") for offset in found)
    return Edit(box.body.start + 8, len(data), data)


def length(source: Source, box: Part, growth: int) -> Edit:
    """Return the edit that makes *box* longer by *growth*; a box to the end of the file gets a length.

    Raises:
        MalformedError: if its length cannot be written.
    """
    total = box.span.length + growth
    if source.take(box.span.start, 4, "a box") == bytes((0, 0, 0, 1)):
        return Edit(box.span.start + 8, 8, total.to_bytes(8, "big"))
    if total >= 1 << 32:
        raise MalformedError("the tables are larger than their box can be")
    return Edit(box.span.start, 4, total.to_bytes(4, "big"))
