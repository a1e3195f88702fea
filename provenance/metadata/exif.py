"""Credit in a JPEG that has no EXIF yet: a fresh block, put where readers look for it.

piexif only builds the block, from values of ours; it never parses the picture's bytes and never rewrites a block
that is there (security F13, P10). Every other case is left untouched. Must run before signing: any later change
of metadata breaks the signature (metadata.md §3).
"""

from __future__ import annotations

import io
from typing import BinaryIO

import piexif

from provenance.errors import AssetError
from provenance.record import dataclass

_SOI = b"\xff\xd8"
_APP0, _APP1, _SOS = 0xE0, 0xE1, 0xDA
_STANDALONE = {0x01, *range(0xD0, 0xD9)}
_EXIF = b"Exif\0\0"
_JFIF = (b"JFIF\0", b"JFXX\0")
_SEGMENT_LIMIT = 65_533  # of what follows the length field


@dataclass(frozen=True, slots=True)
class Credit:
    """What stands in the EXIF block; an empty text leaves its tag out."""

    artist: str = ""
    copyright: str = ""
    description: str = ""
    software: str = ""

    def __bool__(self) -> bool:
        return any((self.artist, self.copyright, self.description, self.software))


@dataclass(frozen=True, slots=True)
class Insertion:
    """Bytes to be put into a file at a position."""

    position: int
    data: bytes


def insertion(jpeg: BinaryIO, credit: Credit) -> Insertion | None:
    """Return the APP1 segment with *credit* and its place in *jpeg*; None where there is EXIF, or nothing to say.

    Raises:
        AssetError: if the segments before the picture data cannot be walked, or the texts are too long.
    """
    position = _place(jpeg)
    if position is None or not credit:
        return None
    payload = block(credit)
    if len(payload) > _SEGMENT_LIMIT:
        raise AssetError("credit", "is too long for EXIF", "shorten it, or leave EXIF out")
    return Insertion(position, bytes((0xFF, _APP1)) + (len(payload) + 2).to_bytes(2, "big") + payload)


def block(credit: Credit) -> bytes:
    """Return an EXIF block, ``Exif\\0\\0`` and a TIFF structure, that holds *credit* and nothing else."""
    tags = {
        piexif.ImageIFD.Artist: credit.artist,
        piexif.ImageIFD.Copyright: credit.copyright,
        piexif.ImageIFD.ImageDescription: credit.description,
        piexif.ImageIFD.Software: credit.software,
    }
    # As bytes: given text, writers turn what is not Latin-1 into question marks (metadata.md §1.4).
    built: bytes = piexif.dump({"0th": {tag: text.encode() for tag, text in tags.items() if text}})
    return built


def _place(jpeg: BinaryIO) -> int | None:
    """Return where an EXIF segment belongs, after SOI and JFIF; None if the file has one already."""
    jpeg.seek(0)
    if jpeg.read(2) != _SOI:
        raise AssetError("picture", "is not a JPEG")
    position = place = 2
    leading = True
    while True:
        marker, length = _segment(jpeg, position)
        if marker == 0xFF:  # a fill byte
            position += 1
            continue
        if marker == _SOS:
            return place
        start = jpeg.read(min(length, len(_EXIF))) if length else b""
        if marker == _APP1 and start.startswith(_EXIF[:4]):
            return None
        position += 2 + (length + 2 if marker not in _STANDALONE else 0)
        leading = leading and marker == _APP0 and start.startswith(_JFIF)
        if leading:
            place = position


def _segment(jpeg: BinaryIO, position: int) -> tuple[int, int]:
    """Return marker and payload length of the segment at *position*."""
    jpeg.seek(position)
    head = jpeg.read(4)
    if len(head) < 4 or head[0] != 0xFF:
        raise AssetError("picture", "is a damaged JPEG: a segment is missing before the picture data")
    if head[1] in _STANDALONE or head[1] == 0xFF:
        return head[1], 0
    length = int.from_bytes(head[2:4], "big")
    if length < 2:
        raise AssetError("picture", "is a damaged JPEG: a segment is shorter than its length")
    return head[1], length - 2


class Spliced(io.RawIOBase):
    """A file as it would be with an insertion, without writing it: what is signed is read once, from one file."""

    def __init__(self, stream: BinaryIO, inserted: Insertion) -> None:
        self._stream = stream
        self._inserted = inserted
        self._length = stream.seek(0, io.SEEK_END) + len(inserted.data)
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = (0, self._position, self._length)[whence]
        self._position = max(0, start + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]  # io's own stub says object-like buffer
        at, extra = self._inserted.position, self._inserted.data
        if self._position < at:
            data = self._original(self._position, min(len(view), at - self._position))
        elif self._position < at + len(extra):
            start = self._position - at
            data = extra[start : start + len(view)]
        else:
            data = self._original(self._position - len(extra), len(view))
        view[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _original(self, position: int, size: int) -> bytes:
        self._stream.seek(position)
        return self._stream.read(size)


def spliced(stream: BinaryIO, inserted: Insertion) -> BinaryIO:
    """Return a buffered stream over *stream* with *inserted* in it."""
    return io.BufferedReader(Spliced(stream, inserted), buffer_size=256 * 1024)
