"""A generator's data hidden in the pixels of a PNG: the lowest bits of alpha, or of red, green and blue.

The bits run down the columns, from the left: a magic of 15 letters, the length in bits (32, big endian), then the text,
packed by gzip where the magic says so (NovelAI/novelai-image-metadata; the stealth pnginfo plugin of AUTOMATIC1111).

A filter of PNG looks left, up and left above (PNG 3rd edition §9.2), so the leftmost columns can be had without the
others, and the first one row by row while the file is inflated. Nearly every picture is told from such a one by its
first pixels; only where the whole magic agrees is the rest inflated, and still nothing but those columns is kept.
WebP can hold the same; there the whole picture would have to be decoded to know, which is not done.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from provenance.container.model import Kind
from provenance.container.parts import Layout
from provenance.container.source import Source
from provenance.record import dataclass

PIXELS = 64_000_000
WIDTH = 65_535
PACKED = 64 * 1024  # bytes that are taken out of the pixels
TEXT = 1024 * 1024  # bytes of the text
_MAGICS = {"alpha": (b"stealth_pnginfo", b"stealth_pngcomp"), "rgb": (b"stealth_rgbinfo", b"stealth_rgbcomp")}
MAGICS = tuple(magic.decode() for magics in _MAGICS.values() for magic in magics)
_MAGIC_BITS = 15 * 8
_HEAD_BITS = _MAGIC_BITS + 32
_COLOURS = {2: 3, 6: 4}  # PNG colour type -> bytes of a pixel of 8 bits
_LOWEST = bytes.maketrans(bytes(range(256)), b"01" * 128)


@dataclass(frozen=True, slots=True)
class Hidden:
    """What was hidden."""

    magic: str
    text: str  # holds a prompt: never handed on


@dataclass(frozen=True, slots=True)
class _Picture:
    source: Source
    layout: Layout
    width: int
    height: int
    step: int  # bytes of a pixel


def read(source: Source, kind: Kind, layout: Layout) -> Hidden | None:
    """Return what is hidden in the pixels of a PNG of 8 bits; None if nothing is, or the picture is too large.

    Never raises for what stands in the file.
    """
    picture = _picture(source, layout) if kind is Kind.PNG else None
    if picture is None or not 0 < picture.width <= WIDTH or picture.width * picture.height > PIXELS:
        return None
    mode = _hinted(picture)
    return _message(picture, mode) if mode else None


def _picture(source: Source, layout: Layout) -> _Picture | None:
    part = next((part for part in layout.parts[:2] if part.name == "IHDR"), None)
    data = source.read(part.body.start, 13) if part else b""
    if len(data) != 13 or data[8] != 8 or data[9] not in _COLOURS or data[12]:
        return None  # other depths and interlaced pictures are not written by these tools
    width, height = int.from_bytes(data[:4], "big"), int.from_bytes(data[4:8], "big")
    return _Picture(source, layout, width, height, _COLOURS[data[9]])


def _hinted(picture: _Picture) -> str:
    """Return "alpha" or "rgb" if the first column agrees with one of its magics as far as it goes, else ""."""
    wanted = {mode: [_bits(magic) for magic in magics] for mode, magics in _MAGICS.items()}
    if picture.step == 3:
        del wanted["alpha"]
    found = dict.fromkeys(wanted, "")
    for pixel in _rows(picture, 1, min(picture.height, _MAGIC_BITS)):
        for mode in tuple(wanted):
            found[mode] += (pixel[3:] if mode == "alpha" else pixel[:3]).translate(_LOWEST).decode()
            bits = found[mode][:_MAGIC_BITS]
            if not any(magic.startswith(bits) for magic in wanted[mode]):
                del wanted[mode]
            elif len(bits) == _MAGIC_BITS:
                return mode
        if not wanted:
            return ""
    return next((mode for mode in wanted if found[mode]), "")


def _bits(data: bytes) -> str:
    return f"{int.from_bytes(data, 'big'):0{len(data) * 8}b}"


def _message(picture: _Picture, mode: str) -> Hidden | None:
    head = _stream(picture, mode, _HEAD_BITS)
    magic, length = head[:15], int.from_bytes(head[15:], "big")
    if magic not in _MAGICS[mode] or len(head) * 8 != _HEAD_BITS or length % 8 or not 0 < length <= PACKED * 8:
        return None
    body = _stream(picture, mode, _HEAD_BITS + length)[len(head) :]
    if len(body) * 8 != length:
        return None
    if magic.endswith(b"comp"):
        try:
            body = zlib.decompressobj(31).decompress(body, TEXT)
        except zlib.error:
            return None
    return Hidden(magic.decode(), body.decode("utf-8", "replace"))


def _stream(picture: _Picture, mode: str, bits: int) -> bytes:
    """Return the first *bits* that the lowest bits make, down the columns; fewer if the picture ends before."""
    channels = (3,) if mode == "alpha" else (0, 1, 2)
    columns = min(-(-bits // (picture.height * len(channels))), picture.width)
    pixels = b"".join(_rows(picture, columns, picture.height))
    stride = columns * picture.step
    values = bytearray()
    for column in range(columns):
        planes = [pixels[column * picture.step + channel :: stride] for channel in channels]
        joined = bytearray(len(planes) * len(planes[0]))
        for place, plane in enumerate(planes):
            joined[place :: len(planes)] = plane
        values += joined
    text = bytes(values).translate(_LOWEST)[:bits]
    text = text[: len(text) // 8 * 8]
    return int(text, 2).to_bytes(len(text) // 8, "big") if text else b""


def _rows(picture: _Picture, columns: int, count: int) -> Iterator[bytes]:
    """Yield the first *columns* of each of the first *count* rows, unfiltered."""
    length = columns * picture.step
    above = bytes(length)
    for line in _filtered(picture, count):
        above = _unfiltered(line[0], line[1 : 1 + length], above, picture.step)
        yield above


def _filtered(picture: _Picture, count: int) -> Iterator[bytes]:
    row = 1 + picture.width * picture.step
    inflater, ready = zlib.decompressobj(), b""
    for part in picture.layout.parts:
        for block in picture.source.stream(part.body) if part.name == "IDAT" else ():
            while block:
                try:
                    ready += inflater.decompress(block, row - len(ready))
                except zlib.error:
                    return
                block = inflater.unconsumed_tail
                if len(ready) == row:
                    yield ready
                    ready, count = b"", count - 1
                    if count == 0:
                        return


def _unfiltered(kind: int, raw: bytes, above: bytes, step: int) -> bytes:
    """Undo the filter of one row (PNG 3rd edition §9.2); an unknown one changes nothing."""
    if kind == 2:
        return bytes((one + up) & 0xFF for one, up in zip(raw, above, strict=True))
    if kind not in (1, 3, 4):
        return raw
    out = bytearray(step) + raw
    up = bytes(step) + above
    for at in range(step, len(out)):
        left = out[at - step]
        if kind == 1:
            guess = left
        elif kind == 3:
            guess = (left + up[at]) // 2
        else:
            guess = _paeth(left, up[at], up[at - step])
        out[at] = (out[at] + guess) & 0xFF
    return bytes(out[step:])


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    near = abs(guess - left), abs(guess - above), abs(guess - corner)
    return (left, above, corner)[near.index(min(near))]
