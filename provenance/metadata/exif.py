"""EXIF: what a block says, and a block that says more.

A block is the TIFF structure by itself, without the ``Exif\0\0`` that some containers put before it. piexif only
builds a fresh one, from values of ours; it never parses the picture's bytes and never rewrites a block that is there
(security F13, P10): that is `tiff_edit`. All must run before signing: any later change of metadata breaks the
signature (metadata.md §3).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import field

from provenance.container.model import Limits
from provenance.container.source import MalformedError, Source, StoppedError
from provenance.errors import AssetError
from provenance.metadata.blocks import LEAVE, MOST, Blocks, Change
from provenance.metadata.fields import FIELDS
from provenance.metadata.model import Carrier, Private, PrivateKind, Value
from provenance.metadata.tiff_block import ASCII, EXIF_IFD, GPS_IFD, Directory, Structure
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
    import piexif  # here: only a file without EXIF needs it, and everything else that reads metadata would load it

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
    from provenance.metadata.tiff_edit import Setting, applied, changes  # here: reading needs nothing of it

    settings = {tag: Setting(ASCII, text + b"\0") for tag, text in tags}
    edits = changes(Source(io.BytesIO(block)), limits or Limits(), settings, without=without, block=True)
    return applied(block, edits)


def changed(found: Blocks, change: Change, limits: Limits) -> bytes | None:
    """Return the block that *change* makes of the one that was *found*; None where nothing changes.

    Raises:
        AssetError: if the block is damaged or too large to be read, or what is private may stand in a second one.
    """
    if change.block is not None:
        return appended(change.block, change.exif, without=change.exif_without, limits=limits)
    if found.exif is None:
        if found.exif_spans and (change.exif or change.exif_without):
            raise AssetError("EXIF", f"is larger than the {MOST} bytes that are read", LEAVE)
        return fresh(change.exif) if change.exif else None
    if change.exif_without and len(found.exif_spans) > 1:
        raise AssetError("EXIF", "stands in the file more than once; what is private there cannot be taken out")
    made = appended(found.exif, change.exif, without=change.exif_without, limits=limits)
    return made if made != found.exif else None
