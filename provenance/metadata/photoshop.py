"""Photoshop's image resources, among which IIM stands in JPEG and TIFF (Adobe Photoshop File Formats, Image Resources).

Resources that are not ours stay byte for byte, in their order.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Collection

from provenance.errors import AssetError
from provenance.metadata.blocks import MOST
from provenance.record import dataclass

IPTC, DIGEST, THUMBNAIL = 0x0404, 0x0425, 0x040C
PIECES = 1000  # resources
_OWN = b"8BIM"
_SIGNATURES = {_OWN, b"8BPS", b"AgHg", b"DCSR", b"MeSa", b"PHUT"}  # ImageReady, Photoshop Elements, PhotoDeluxe…


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource; *raw* is all of it, as it stands, with header and padding."""

    signature: bytes
    id: int
    name: bytes
    data: bytes
    raw: bytes


def read(data: bytes) -> tuple[Resource, ...]:
    """Return the resources in *data*; zero bytes behind them are padding.

    Raises:
        AssetError: if something else stands between them, one is cut off, or there are too many.
    """
    if len(data) > MOST:
        raise AssetError("Photoshop", f"is longer than the {MOST} bytes that are read")
    found: list[Resource] = []
    at, end = 0, len(data)
    while at < end:
        if data[at : at + 4] not in _SIGNATURES:
            if data.count(0, at) == end - at:
                break
            raise AssetError("Photoshop", f"holds something that is no image resource at byte {at}")
        if len(found) == PIECES:
            raise AssetError("Photoshop", f"has more than the {PIECES} image resources that are read")
        found.append(_resource(data, at))
        at += len(found[-1].raw)
    return tuple(found)


def _resource(data: bytes, at: int) -> Resource:
    named = at + 7
    sized = named + (data[at + 6] | 1 if named <= len(data) else 0)  # the name and its length byte are even together
    if sized + 4 > len(data):
        raise AssetError("Photoshop", f"ends inside the image resource at byte {at}")
    size = int.from_bytes(data[sized : sized + 4], "big")
    start = sized + 4
    if start + size > len(data):
        raise AssetError("Photoshop", f"ends inside the image resource at byte {at}")
    number = int.from_bytes(data[at + 4 : at + 6], "big")
    name = data[named : named + data[at + 6]]
    # The last one of a file may lack its padding.
    return Resource(data[at : at + 4], number, name, data[start : start + size], data[at : start + size + size % 2])


def with_iptc(data: bytes | None, iim: bytes) -> bytes:
    """Return *data* with the IIM data sets *iim* and their digest; an empty *iim* takes both out.

    The digest says to a reader that IIM is as new as XMP; a stale one, that it is not (MWG guidelines 2.0 §3.3.3).

    Raises:
        AssetError: if the resources cannot be read.
    """
    own = {IPTC: iim, DIGEST: hashlib.md5(iim, usedforsecurity=False).digest()} if iim else {}
    pieces: list[bytes] = []
    for found in read(data or b""):
        if found.signature == _OWN and found.id in {IPTC, DIGEST}:
            pieces.append(_written(found.id, own.pop(found.id)) if found.id in own else b"")
        else:
            pieces.append(_even(found.raw))
    return b"".join((*pieces, *(_written(number, content) for number, content in own.items())))


def without(data: bytes, ids: Collection[int]) -> bytes:
    """Return *data* without the resources *ids*.

    Raises:
        AssetError: if the resources cannot be read.
    """
    kept = [found for found in read(data) if found.signature != _OWN or found.id not in ids]
    return b"".join(_even(found.raw) for found in kept)


def _written(number: int, content: bytes) -> bytes:
    return _OWN + struct.pack(">HHI", number, 0, len(content)) + _even(content)


def _even(piece: bytes) -> bytes:
    return piece + b"\0" * (len(piece) % 2)
