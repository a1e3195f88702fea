"""WebP: EXIF and XMP in chunks behind the picture, announced in ``VP8X`` (RFC 9649 §2.7).

A simple file gets that header; of one that is there only the bits of EXIF and XMP are set: clearing the one of
transparency or animation would change what is seen.
"""

from __future__ import annotations

from collections.abc import Iterator

from provenance.container.model import Limits
from provenance.container.parts import Layout, Part, Role, Span
from provenance.container.source import Source
from provenance.errors import AssetError
from provenance.metadata import exif
from provenance.metadata.blocks import MOST, Blocks, Change
from provenance.metadata.carriers import held
from provenance.metadata.edits import Edit, apart

_PICTURE = frozenset({"VP8 ", "VP8L", "ALPH", "ANMF"})
_EXIF, _XMP = "EXIF", "XMP "
_FLAGS = {_EXIF: 0x08, _XMP: 0x04}
_ALPHA = 0x10
_LARGEST = 2**32 - 10  # what RIFF can say


def find(source: Source, layout: Layout, limits: Limits) -> Blocks:
    """Return the carriers; of each the first counts."""
    problems: list[str] = []
    chunks = {name: [part for part in layout.parts if part.name == name] for name in _FLAGS}
    problems += [
        f"WebP: {name.strip()} stands in it more than once; the first counts"
        for name, parts in chunks.items()
        if len(parts) > 1
    ]
    block = _content(source, chunks[_EXIF], problems)
    return Blocks(
        exif=block.removeprefix(exif.HEADER) if block is not None else None,
        exif_spans=tuple(part.span for part in chunks[_EXIF]),
        xmp=_content(source, chunks[_XMP], problems),
        xmp_spans=tuple(part.span for part in chunks[_XMP][:1]),
        problems=tuple(problems),
    )


def _content(source: Source, parts: list[Part], problems: list[str]) -> bytes | None:
    if not parts:
        return None
    if parts[0].body.length > MOST:
        problems.append(f"WebP: {parts[0].name.strip()} is larger than the {MOST} bytes that are read")
        return None
    return source.read(parts[0].body.start, parts[0].body.length)


def place(source: Source, layout: Layout, found: Blocks, change: Change, limits: Limits) -> tuple[Edit, ...]:
    """Return the edits that make *change*.

    Raises:
        AssetError: if EXIF or the file is damaged, or IIM is to be written, which has no place in it.
    """
    if change.iptc is not None:
        raise AssetError("IPTC", "has no place in a WebP", "write XMP")
    held.check_xmp(found, change)
    picture = [part for part in layout.parts if part.name in _PICTURE]
    if not picture or not layout.complete:
        raise AssetError("picture", "is a damaged WebP")
    edits: list[Edit] = []
    at = picture[-1].span
    if (block := exif.changed(found, change, limits)) is not None:
        edits.append(_put(found.exif_spans, _EXIF, _header(source, found) + block, at))
    if change.xmp is not None:
        behind = found.exif_spans[0] if found.exif_spans and found.exif_spans[0].start > at.start else at
        edits.append(_put(found.xmp_spans, _XMP, change.xmp, behind))
    if not edits:
        return ()
    edits[:0] = _padding(layout, edits)
    edits += _announced(source, layout, picture[0], found, change)
    growth = sum(len(edit.data) - edit.length for edit in edits)
    size = int.from_bytes(source.read(4, 4), "little") + growth
    if size > _LARGEST:
        raise AssetError("picture", "would be larger than 4 GiB, which a WebP cannot be")
    edits.append(Edit(4, 4, size.to_bytes(4, "little")))
    return apart(edits, "picture")


def _header(source: Source, found: Blocks) -> bytes:
    """Return the header that some writers put before the block, against the standard; theirs is kept."""
    start = found.exif_spans[0].start + 8 if found.exif_spans else source.size
    return exif.HEADER if source.read(start, len(exif.HEADER)) == exif.HEADER else b""


def _put(spans: tuple[Span, ...], name: str, body: bytes, behind: Span) -> Edit:
    data = name.encode() + len(body).to_bytes(4, "little") + body + bytes(len(body) % 2)
    return Edit(spans[0].start, spans[0].length, data) if spans else Edit(behind.end, 0, data)


def _padding(layout: Layout, edits: list[Edit]) -> list[Edit]:
    """Return the padding that a last chunk of odd length may lack, unless it is replaced anyway."""
    last = [part for part in layout.parts if part.role is not Role.TRAILER][-1].span
    missing = last.length % 2 and last.start not in {edit.start for edit in edits if edit.length}
    return [Edit(last.end, 0, b"\0")] if missing else []


def _announced(source: Source, layout: Layout, picture: Part, found: Blocks, change: Change) -> Iterator[Edit]:
    """Yield the edit of ``VP8X``, or the one that puts it first."""
    flags = 0
    if found.exif_spans or change.exif or change.block is not None:
        flags |= _FLAGS[_EXIF]
    if found.xmp_spans or change.xmp is not None:
        flags |= _FLAGS[_XMP]
    extended = next((part for part in layout.parts if part.name == "VP8X"), None)
    if extended is None:
        alpha, width, height = _simple(source, picture)
        body = bytes((flags | alpha, 0, 0, 0)) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        yield Edit(12, 0, b"VP8X" + len(body).to_bytes(4, "little") + body)
        return
    there = source.read(extended.body.start, 1)[0]
    if there | flags != there:
        yield Edit(extended.body.start, 1, bytes((there | flags,)))


def _simple(source: Source, picture: Part) -> tuple[int, int, int]:
    """Return the bit of transparency, width and height of a file without ``VP8X`` (RFC 9649 §3.4, RFC 6386 §9.1)."""
    head = source.read(picture.body.start, 10)
    if picture.name == "VP8L" and head[:1] == b"\x2f" and len(head) >= 5:
        bits = int.from_bytes(head[1:5], "little")
        return (_ALPHA if bits >> 28 & 1 else 0), (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = (int.from_bytes(head[at : at + 2], "little") & 0x3FFF for at in (6, 8))
    if picture.name == "VP8 " and head[3:6] == b"\x9d\x01\x2a" and width and height:
        return 0, width, height
    raise AssetError("picture", "is a damaged WebP: its size cannot be read")
