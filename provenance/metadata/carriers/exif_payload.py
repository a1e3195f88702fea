"""EXIF as HEIF and JPEG XL hold it: where the TIFF structure begins, and that structure (ISO/IEC 23008-12 Annex A)."""

from __future__ import annotations

from collections.abc import Iterable

from provenance.metadata import exif

_TIFF = (b"II*\0", b"MM\0*")
_IDENTIFIER = b"Exif\0\0"


def block(payload: bytes) -> bytes | None:
    """Return the TIFF structure in *payload*, or None if there is none."""
    start = _start(payload)
    return None if start is None else payload[start:]


def changed(
    payload: bytes, tags: Iterable[tuple[int, bytes]], *, without: frozenset[str] = frozenset()
) -> bytes | None:
    """Return *payload* with *tags* set and what *without* names taken out; None if it holds no TIFF structure.

    Raises:
        AssetError: if the structure is damaged.
    """
    start = _start(payload)
    if start is None:
        return None
    offset = (start - 4).to_bytes(4, "big")
    return offset + payload[4:start] + exif.appended(payload[start:], tags, without=without)


def built(tags: Iterable[tuple[int, bytes]], *, identifier: bool) -> bytes:
    """Return a payload that holds *tags* and nothing else.

    Args:
        identifier: put ``Exif`` in front, as readers of HEIF want that know it from JPEG.
    """
    return held(exif.fresh(tags), (), identifier=identifier)


def held(whole: bytes, tags: Iterable[tuple[int, bytes]], *, identifier: bool) -> bytes:
    """Return a payload that holds the block *whole* with *tags* set; *identifier* as in `built`.

    Raises:
        AssetError: if the block is damaged.
    """
    head = _IDENTIFIER if identifier else b""
    return len(head).to_bytes(4, "big") + head + exif.appended(whole, tags)


def _start(payload: bytes) -> int | None:
    """Return where the TIFF structure begins; some writers count from elsewhere."""
    start = 4 + int.from_bytes(payload[:4], "big")
    if payload[start : start + 4] in _TIFF:
        return start
    start = 4 + len(_IDENTIFIER)
    return start if payload[4:start] == _IDENTIFIER and payload[start : start + 4] in _TIFF else None
