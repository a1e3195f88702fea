"""JPEG: EXIF in the first APP1 ``Exif``, XMP in the first APP1 with its namespace, IIM among the Photoshop resources
of APP13, comments in COM (Exif 3.0 §4.7.2; XMP part 3 §1.1.3).

What is written stands after SOI and JFIF, in that order, and always before the index of a multi-picture file: the
positions in it count from that segment itself (CIPA DC-007 §5.2.3), so that nothing behind it may move. A segment
behind it that changes its size is put in front, and zeros are left where it stood.
"""

from __future__ import annotations

from collections.abc import Iterable

from provenance.container.jpeg import XMP
from provenance.container.model import Limits
from provenance.container.parts import Layout, Part, Span
from provenance.container.source import Source
from provenance.errors import AssetError
from provenance.metadata import exif
from provenance.metadata.blocks import LEAVE, MOST, TEXTS, Blocks, Change, Text
from provenance.metadata.carriers import mpf, resources
from provenance.metadata.edits import Edit, apart
from provenance.record import dataclass

COMMENT = "comment"
_EXTENDED = b"http://ns.adobe.com/xmp/extension/\0"
_PHOTOSHOP = b"Photoshop 3.0\0"
_JFIF = (b"JFIF\0", b"JFXX\0")
_LARGEST = 65_533  # of what follows the length
_LARGEST_XMP = 65_502  # XMP part 3 §1.1.3.1
_NAMED = frozenset({"APP1", "APP13", "COM"})


def find(source: Source, layout: Layout, limits: Limits) -> Blocks:
    """Return the carriers that stand before the first scan; the first EXIF and the first XMP count."""
    exifs: list[Part] = []
    packets: list[Part] = []
    pieces: list[Part] = []
    comments: list[Part] = []
    extended = False
    for part in layout.parts:
        if part.name == "SOS":
            break
        if part.name not in _NAMED:
            continue
        if part.name == "COM":
            comments.append(part)
            continue
        start = source.read(part.body.start, len(_EXTENDED))
        if part.name == "APP13":
            if start.startswith(_PHOTOSHOP):
                pieces.append(part)
        elif start.startswith(exif.HEADER[:5]):
            exifs.append(part)
        elif start.startswith(XMP):
            packets.append(part)
        elif start == _EXTENDED:
            extended = True
    problems = list(_problems(exifs, packets, pieces, comments))
    joined = _joined(source, pieces)
    return Blocks(
        exif=_body(source, exifs[0], len(exif.HEADER)) if exifs else None,
        exif_spans=tuple(part.span for part in exifs),
        iptc=resources.iptc(joined, problems),
        photoshop=joined,
        photoshop_spans=tuple(part.span for part in pieces),
        xmp=_body(source, packets[0], len(XMP)) if packets else None,
        xmp_spans=tuple(part.span for part in packets[:1]),
        extended_xmp=extended,
        texts=tuple(Text(COMMENT, _body(source, part, 0), part.span) for part in comments[:TEXTS]),
        problems=tuple(problems),
    )


def _problems(exifs: list[Part], packets: list[Part], pieces: list[Part], comments: list[Part]) -> Iterable[str]:
    if len(exifs) > 1:
        yield "JPEG: EXIF stands in it more than once; the first counts"
    if len(packets) > 1:
        yield "JPEG: XMP stands in it more than once; the first counts"
    if _length(pieces) > MOST:
        yield f"JPEG: its Photoshop resources are larger than the {MOST} bytes that are read"
    if len(comments) > TEXTS:
        yield f"JPEG: it holds more than the {TEXTS} comments that are read"


def _length(parts: list[Part]) -> int:
    return sum(part.body.length for part in parts)


def _body(source: Source, part: Part, skipped: int) -> bytes:
    return source.read(part.body.start + skipped, part.body.length - skipped)


def _joined(source: Source, parts: list[Part]) -> bytes | None:
    if not parts or _length(parts) > MOST:
        return None
    return b"".join(_body(source, part, len(_PHOTOSHOP)) for part in parts)


def fits(found: Blocks, change: Change, limits: Limits) -> None:
    """Check that what *change* makes can stand in the segments of a JPEG, and that the XMP there can be edited.

    Raises:
        AssetError: where it cannot; its `where` says which carrier, ``EXIF`` or ``XMP``.
    """
    block = exif.changed(found, change, limits)
    if block is not None and len(exif.HEADER) + len(block) > _LARGEST:
        raise AssetError("EXIF", "would be larger than a JPEG segment can be", LEAVE)
    if change.xmp is not None and found.extended_xmp:
        raise AssetError("XMP", "goes on in further segments of the JPEG, and is not edited", LEAVE)
    if change.xmp is not None and len(change.xmp) > _LARGEST_XMP:
        raise AssetError("XMP", "would be larger than a JPEG segment can be", "shorten what is stated")


def place(source: Source, layout: Layout, found: Blocks, change: Change, limits: Limits) -> tuple[Edit, ...]:
    """Return the edits that make *change*.

    Raises:
        AssetError: if a carrier cannot hold it, or what stands there cannot be edited without loss.
    """
    fits(found, change, limits)
    head = _Head.of(source, layout)
    edits: list[Edit] = []
    at = head.start
    if (block := exif.changed(found, change, limits)) is not None:
        edits += head.put(found.exif_spans[:1], _segment(0xE1, exif.HEADER + block), at)
    at = head.after(found.exif_spans[:1], at)
    if change.xmp is not None:
        edits += head.put(found.xmp_spans, _segment(0xE1, XMP + change.xmp), at)
    at = head.after(found.xmp_spans, at)
    if (joined := resources.changed(found, change, add=True)) is not None:
        edits += head.put(found.photoshop_spans, _segments(joined), at)
    if head.index and change.exif_without:
        edits += mpf.cleared(source, head.index, change.exif_without, limits)
    if change.texts_without:
        edits += [edit for span in _comments(layout, found, change) for edit in head.drop(span)]
    return apart(edits, "picture")


def _comments(layout: Layout, found: Blocks, change: Change) -> list[Span]:
    if COMMENT not in change.texts_without:
        return []
    return [part.span for part in layout.parts if part.name == "COM"]


def _segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body


def _segments(joined: bytes) -> bytes:
    """Return *joined* in as many segments as it needs, each with the name in front, as Photoshop joins them again."""
    step = _LARGEST - len(_PHOTOSHOP)
    return b"".join(_segment(0xED, _PHOTOSHOP + joined[at : at + step]) for at in range(0, len(joined), step))


@dataclass(frozen=True, slots=True)
class _Head:
    """Where segments go: from *start*, after SOI and JFIF, to *end*, the index of a multi-picture file or the scan."""

    start: int
    end: int
    index: Span | None = None  # its content; nothing behind it may move

    @classmethod
    def of(cls, source: Source, layout: Layout) -> _Head:
        start, leading = 2, True
        for part in layout.parts[1:]:
            if part.name == "SOS":
                return cls(start, part.span.start)
            if part.name == "APP2" and source.read(part.body.start, len(mpf.NAME)) == mpf.NAME:
                return cls(start, part.span.start, part.body)
            leading = leading and part.name == "APP0" and source.read(part.body.start, 5) in _JFIF
            if leading:
                start = part.span.end
        raise AssetError("picture", "is a damaged JPEG: it has no picture data")

    def put(self, spans: tuple[Span, ...], data: bytes, at: int) -> list[Edit]:
        """Put *data* where the first of *spans* stands, or at *at* where there is none, or it may not grow there."""
        if not spans:
            return [Edit(at, 0, data)]
        first, *others = spans
        rest = [edit for span in others for edit in self.drop(span)]
        if self.index and first.start > self.end and len(data) != first.length:
            return [Edit(at, 0, data), *self.drop(first), *rest]
        return [Edit(first.start, first.length, data), *rest]

    def drop(self, span: Span) -> list[Edit]:
        """Take a segment out; behind an index, zeros take its place, in a segment of no meaning."""
        if self.index and span.start > self.end:
            return [Edit(span.start, span.length, _segment(0xEF, bytes(span.length - 4)))]
        return [Edit(span.start, span.length, b"")]

    def after(self, spans: tuple[Span, ...], at: int) -> int:
        """Return the place for what comes next: after the last of *spans* that stands in front."""
        return max([at, *(span.end for span in spans if span.end <= self.end)])
