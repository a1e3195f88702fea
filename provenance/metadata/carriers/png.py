"""PNG and APNG: EXIF in ``eXIf``, XMP in ``iTXt`` under its keyword, the other texts (PNG third edition §11.3).

What is written stands before the picture data, where the standard wants EXIF (§5.6), and is not compressed.
Old programs put EXIF, IIM and XMP as hexadecimal text under ``Raw profile type``: that is named, not read.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from provenance.container.model import Limits
from provenance.container.parts import Layout, Part, Span
from provenance.container.source import Source
from provenance.errors import AssetError
from provenance.metadata import exif
from provenance.metadata.blocks import MOST, TEXTS, Blocks, Change, Text
from provenance.metadata.carriers import held
from provenance.metadata.edits import Edit, apart

_XMP = "XML:com.adobe.xmp"
_PACKET = _XMP.encode() + bytes(5)  # not compressed, no language, no translated keyword
_TEXTS = frozenset({"tEXt", "zTXt", "iTXt"})
_PICTURE = frozenset({"IDAT", "fcTL"})  # APNG: the control of the first frame stands before its data
_RAW = "Raw profile type "
_KEYWORD = 80  # with the NUL (§11.3.2.1)


def find(source: Source, layout: Layout, limits: Limits) -> Blocks:
    """Return the carriers; of EXIF and XMP the first counts."""
    problems: list[str] = []
    exifs = [part for part in layout.parts if part.name == "eXIf"]
    chunks = [part for part in layout.parts if part.name in _TEXTS]
    packets: list[Part] = []
    texts: list[Text] = []
    left = MOST
    for part in chunks:
        key = _key(source, part)
        if key == _XMP:  # other texts than iTXt are against the standard, and read by everyone
            packets.append(part)
        elif len(texts) == TEXTS:
            problems.append(f"PNG: it holds more than the {TEXTS} texts that are read")
            break
        else:
            data = _text(source, part, key, left, problems)
            left -= len(data)
            texts.append(Text(key, data, part.span, utf8=part.name == "iTXt"))
            if key.startswith(_RAW):
                problems.append(f"PNG: metadata in a form of old programs stands under {key}; it is not read")
    problems += [
        f"PNG: {name} stands in it more than once; the first counts"
        for name, parts in (("EXIF", exifs), ("XMP", packets))
        if len(parts) > 1
    ]
    return Blocks(
        exif=_exif(source, exifs, problems),
        exif_spans=tuple(part.span for part in exifs),
        xmp=_text(source, packets[0], _XMP, MOST, problems) or None if packets else None,
        xmp_spans=tuple(part.span for part in packets[:1]),
        texts=tuple(texts),
        problems=tuple(problems),
    )


def _exif(source: Source, exifs: list[Part], problems: list[str]) -> bytes | None:
    if not exifs:
        return None
    body = exifs[0].body
    if body.length > MOST:
        problems.append(f"PNG: EXIF is larger than the {MOST} bytes that are read")
        return None
    return source.read(body.start, body.length).removeprefix(exif.HEADER)


def _key(source: Source, part: Part) -> str:
    return source.read(part.body.start, min(part.body.length, _KEYWORD)).partition(b"\0")[0].decode("latin-1")


def _text(source: Source, part: Part, key: str, most: int, problems: list[str]) -> bytes:
    """Return the text of a chunk, inflated; b"" and a problem where it cannot be read within *most* bytes."""
    if part.body.length > most:
        problems.append(f"PNG: text {key} is larger than the {MOST} bytes of texts that are read")
        return b""
    body = source.read(part.body.start, part.body.length)[len(key) + 1 :]
    if part.name == "tEXt":
        return body
    packed, data = part.name == "zTXt", body[1:]
    if part.name == "iTXt":
        packed = body[:1] == b"\1"
        data = body[2:].partition(b"\0")[2].partition(b"\0")[2]  # behind the language and the translated keyword
    if not packed:
        return data
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(data, most + 1)
    except zlib.error:
        text = b""
    if len(text) > most:
        problems.append(f"PNG: text {key} is larger than the {MOST} bytes of texts that are read")
        return b""
    if not inflater.eof:
        problems.append(f"PNG: text {key} is damaged")
        return b""
    return text


def place(source: Source, layout: Layout, found: Blocks, change: Change, limits: Limits) -> tuple[Edit, ...]:
    """Return the edits that make *change*.

    Raises:
        AssetError: if EXIF is damaged, the PNG has no picture data, or IIM is to be written, which has no place in it.
    """
    if change.iptc is not None:
        raise AssetError("IPTC", "has no place in a PNG", "write XMP")
    held.check_xmp(found, change)
    at = next((part.span.start for part in layout.parts if part.name in _PICTURE), 0)
    if not at:
        raise AssetError("picture", "is a damaged PNG: it has no picture data")
    edits: list[Edit] = []
    if (block := exif.changed(found, change, limits)) is not None:
        edits.append(_put(found.exif_spans, _chunk(b"eXIf", _header(source, found) + block), at))
    if change.xmp is not None:
        edits.append(_put(found.xmp_spans, _chunk(b"iTXt", _PACKET + change.xmp), at))
    edits += _dropped(source, layout, found, change)
    return apart(edits, "picture")


def _header(source: Source, found: Blocks) -> bytes:
    """Return the header that some writers put before the block, against the standard; theirs is kept."""
    start = found.exif_spans[0].start + 8 if found.exif_spans else source.size
    return exif.HEADER if source.read(start, len(exif.HEADER)) == exif.HEADER else b""


def _chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


def _put(spans: tuple[Span, ...], data: bytes, at: int) -> Edit:
    return Edit(spans[0].start, spans[0].length, data) if spans else Edit(at, 0, data)


def _dropped(source: Source, layout: Layout, found: Blocks, change: Change) -> Iterator[Edit]:
    if not change.texts_without:
        return
    for part in layout.parts:
        if part.name in _TEXTS and part.span not in found.xmp_spans and _key(source, part) in change.texts_without:
            yield Edit(part.span.start, part.span.length, b"")
