"""EXIF: what a block says, and a block that says more.

A block is the TIFF structure by itself, without the ``Exif\0\0`` that some containers put before it. piexif only
builds a fresh one, from values of ours; it never parses the picture's bytes and never rewrites a block that is there
(security F13, P10): that is `tiff_edit`. All must run before signing: any later change of metadata breaks the
signature (metadata.md §3).

`Credit`, `insertion` and `spliced` put a fresh block into a JPEG that has none.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import field
from typing import BinaryIO

import piexif

from provenance.container.model import Limits
from provenance.container.source import MalformedError, Source, StoppedError
from provenance.errors import AssetError
from provenance.metadata.blocks import LEAVE, MOST, Blocks, Change
from provenance.metadata.fields import FIELDS
from provenance.metadata.model import Carrier, Private, PrivateKind, Value
from provenance.metadata.tiff_block import ASCII, EXIF_IFD, GPS_IFD, Directory, Structure
from provenance.metadata.tiff_edit import Setting, applied, changes
from provenance.record import dataclass

HEADER = b"Exif\0\0"
_PLACES = {place.exif: place for place in FIELDS if place.exif}
NAMES = {
    270: "ImageDescription", 271: "Make", 272: "Model", 305: "Software", 306: "ModifyDate", 315: "Artist",
    316: "HostComputer", 33432: "Copyright", 50735: "CameraSerialNumber", 50740: "DNGPrivateData",
}  # fmt: skip
BELOW = {
    37500: "MakerNote", 37510: "UserComment", 42032: "CameraOwnerName", 42033: "BodySerialNumber",
    42037: "LensSerialNumber",
}  # fmt: skip
PRIVATE = {
    42032: PrivateKind.OWNER, 42033: PrivateKind.SERIAL, 42037: PrivateKind.SERIAL, 50735: PrivateKind.SERIAL,
    37500: PrivateKind.MAKER_NOTE, 50740: PrivateKind.MAKER_NOTE,
}  # fmt: skip
_COMMENT = 37510
_GPS_VERSION = 0  # cameras without a receiver write this tag alone
_THUMBNAIL = (513, 273)
_FREE = 16  # bytes between the header and the directory of a block of ours


@dataclass(frozen=True, slots=True)
class Exif:
    """What an EXIF block says."""

    values: tuple[Value, ...] = ()
    software: str = ""
    modified: str = ""
    user_comment: str = ""
    texts: dict[str, str] = field(default_factory=dict)  # of the first directory, by name: Make, Model, Software…
    private: tuple[Private, ...] = ()
    problems: tuple[str, ...] = ()


NOTHING = Exif()


def read(block: bytes, limits: Limits) -> Exif:
    """Return what *block* says; what cannot be read is a problem, and the rest is read all the same."""
    texts: dict[str, str] = {}
    private: list[Private] = []
    problems: list[str] = []
    try:
        structure = Structure(Source(io.BytesIO(block)), limits)
        first = structure.directory(structure.first)
        values = dict(_values(structure, first, NAMES, problems))
    except (MalformedError, StoppedError) as problem:
        return Exif(problems=(f"EXIF: {problem}",))
    below: dict[int, bytes] = {}
    try:
        pointers = structure.found(first, (EXIF_IFD, GPS_IFD))
        if EXIF_IFD in pointers and (at := structure.pointer(pointers[EXIF_IFD])):
            below = dict(_values(structure, structure.directory(at), BELOW, problems))
        if GPS_IFD in pointers and (at := structure.pointer(pointers[GPS_IFD])) and _located(structure, at):
            private.append(Private(PrivateKind.LOCATION, "EXIF GPSInfo"))
        if first.following and structure.found(structure.directory(first.following), _THUMBNAIL):
            private.append(Private(PrivateKind.PREVIEW, "EXIF thumbnail"))
    except (MalformedError, StoppedError) as problem:
        problems.append(f"EXIF: {problem}")
    for tag, name in NAMES.items():
        if tag in values and (text := decoded(values[tag])):
            texts[name] = text
    for tag, kind in PRIVATE.items():
        if values.get(tag, below.get(tag, b"")).strip(b"\0 "):
            private.append(Private(kind, f"EXIF {NAMES.get(tag) or BELOW[tag]}"))
    return Exif(
        tuple(
            Value(place.field, Carrier.EXIF, (texts[place.exif_name],), f"EXIF {place.exif_name}")
            for place in _PLACES.values()
            if place.exif_name in texts
        ),
        texts.get("Software", ""),
        texts.get("ModifyDate", ""),
        comment(below.get(_COMMENT, b""), structure.order),
        texts,
        tuple(private),
        tuple(problems),
    )


def decoded(value: bytes) -> str:
    """Return the text of an ASCII value, UTF-8 or else Latin-1; several, a NUL between them, on lines of their own."""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = value.decode("latin-1")
    return "\n".join(filter(None, (part.strip() for part in text.split("\0"))))


def comment(value: bytes, order: str) -> str:
    """Return a user comment; its first eight bytes name the character set (Exif 3.0 §4.6.5.1), JIS is not decoded."""
    code, text = value[:8].rstrip(b"\0 "), value[8:]
    if code == b"UNICODE":
        return text.decode(_utf_16(text, order), "replace").lstrip("\ufeff").rstrip("\0").strip()
    return "" if code == b"JIS" else decoded(text)


def _utf_16(text: bytes, order: str) -> str:
    """Return the byte order of *text*: writers take that of the block, or always the other one."""
    if text[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16-le" if text[0] == 0xFF else "utf-16-be"
    even, odd = text[::2].count(0), text[1::2].count(0)  # of Latin text the high byte is 0
    if even == odd:
        return f"utf-16-{order[0]}e"
    return "utf-16-be" if even > odd else "utf-16-le"


def _values(
    structure: Structure, directory: Directory, tags: Iterable[int], problems: list[str]
) -> Iterator[tuple[int, bytes]]:
    for tag, entry in structure.found(directory, frozenset(tags)).items():
        try:
            yield tag, structure.value(entry, MOST if tag not in PRIVATE else 64)
        except MalformedError as problem:
            problems.append(f"EXIF: {problem}")


def _located(structure: Structure, at: int) -> bool:
    return any(entry.tag != _GPS_VERSION for entry in structure.entries(structure.directory(at)))


def fresh(tags: Iterable[tuple[int, bytes]]) -> bytes:
    """Return a block that holds *tags*, ASCII values in UTF-8, and nothing else.

    Its directory stands at byte 24. At byte 8, where writers put it, exiftool (12.57, 13.58) reads nothing in a signed
    PNG: it counts positions from each chunk, meets one at which a box of the credentials began, and takes it for a
    loop. Between 16 and 46 none begins, whatever the credentials hold.
    """
    built: bytes = piexif.dump({"0th": dict(tags)})
    return _moved(built.removeprefix(HEADER), _FREE)


def _moved(block: bytes, gap: int) -> bytes:
    """Return *block*, one big-endian directory of ASCII values, with *gap* bytes more in front of the directory."""
    end = 10 + 12 * int.from_bytes(block[8:10], "big")
    entries = [block[at : at + 12] for at in range(10, end, 12)]
    moved = [
        entry if int.from_bytes(entry[4:8], "big") <= 4  # a value that short stands in the entry
        else entry[:8] + (int.from_bytes(entry[8:], "big") + gap).to_bytes(4, "big")
        for entry in entries
    ]  # fmt: skip
    return block[:4] + (8 + gap).to_bytes(4, "big") + bytes(gap) + block[8:10] + b"".join(moved) + block[end:]


def appended(
    block: bytes, tags: Iterable[tuple[int, bytes]], *, without: Iterable[str] = (), limits: Limits | None = None
) -> bytes:
    """Return *block* with *tags* set, and without what is private; no byte that stays is moved.

    A tag that has exactly that value already changes nothing.

    Args:
        without: of `tiff_edit.PRIVATE` and `tiff_edit.THUMBNAIL`; their bytes become zeros.

    Raises:
        AssetError: if the block is damaged.
    """
    settings = {tag: Setting(ASCII, text + b"\0") for tag, text in tags}
    edits = changes(Source(io.BytesIO(block)), limits or Limits(), settings, without=without, block=True)
    return applied(block, edits)


def changed(found: Blocks, change: Change, limits: Limits) -> bytes | None:
    """Return the block that *change* makes of the one that was *found*; None where nothing changes.

    Raises:
        AssetError: if the block is damaged or too large to be read, or what is private may stand in a second one.
    """
    if found.exif is None:
        if found.exif_spans and (change.exif or change.exif_without):
            raise AssetError("EXIF", f"is larger than the {MOST} bytes that are read", LEAVE)
        return fresh(change.exif) if change.exif else None
    if change.exif_without and len(found.exif_spans) > 1:
        raise AssetError("EXIF", "stands in the file more than once; what is private there cannot be taken out")
    made = appended(found.exif, change.exif, without=change.exif_without, limits=limits)
    return made if made != found.exif else None


# --- a fresh block in a JPEG that has none -------------------------------------------------------------------------
_SOI = b"\xff\xd8"
_APP0, _APP1, _SOS = 0xE0, 0xE1, 0xDA
_STANDALONE = {0x01, *range(0xD0, 0xD9)}
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
        start = jpeg.read(min(length, len(HEADER))) if length else b""
        if marker == _APP1 and start.startswith(HEADER[:4]):
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
