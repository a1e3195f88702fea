"""IPTC-IIM data sets (IIM 4.2 §1.5, §1.6): read, and edited without loss.

* What is not set stays as it is, byte for byte, in its order. What is set goes where its number belongs.
* A text is cut at its limit, never inside a character, nor between a letter and its accents.
* The character set becomes UTF-8 (1:90). Texts that were in another one are written in UTF-8 too, so that every reader
  sees the same text as before.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

from provenance.errors import AssetError
from provenance.metadata.blocks import LEAVE, MOST
from provenance.metadata.fields import FIELDS
from provenance.record import dataclass

LIMITS = {place.iptc: place.iptc_bytes for place in FIELDS if place.iptc}
PIECES = 10_000  # data sets
_UTF8 = b"\x1b%G"
_LATIN = {b"", b"\x1b,A", b"\x1b-A", b"\x1b.A", b"\x1b/A"}  # ISO 8859-1 as G0 to G3
_MARKER = 0x1C
_SHORT = 0x7FFF  # the longest that two bytes of length can say; a set top bit says how many bytes follow
_VERSION = b"\0\x04"
_CHARACTER_SET, _RECORD_VERSION = (1, 90), (2, 0)
_BINARY = {0, 125, 200, 201, 202}  # of record 2: versions, a rasterised caption, a preview


@dataclass(frozen=True, slots=True)
class DataSet:
    """One data set; *wide* is how many bytes its extended length takes, 0 if it has a plain one."""

    record: int
    number: int
    data: bytes
    wide: int = 0

    @property
    def key(self) -> tuple[int, int]:
        return self.record, self.number


def read(block: bytes) -> tuple[DataSet, ...]:
    """Return the data sets of *block*; zero bytes behind them are padding.

    Raises:
        AssetError: if something else stands between them, one is cut off, or there are too many.
    """
    if len(block) > MOST:
        raise AssetError("IPTC", f"is longer than the {MOST} bytes that are read")
    found: list[DataSet] = []
    at, end = 0, len(block)
    while at < end:
        if block[at] != _MARKER:
            if block.count(0, at) == end - at:
                break
            raise AssetError("IPTC", f"holds something that is no data set at byte {at}")
        if len(found) == PIECES:
            raise AssetError("IPTC", f"has more than the {PIECES} data sets that are read")
        length, start, wide = _length(block, at)
        if start + length > end:
            raise AssetError("IPTC", f"ends inside the data set at byte {at}")
        found.append(DataSet(block[at + 1], block[at + 2], block[start : start + length], wide))
        at = start + length
    return tuple(found)


def _length(block: bytes, at: int) -> tuple[int, int, int]:
    """Return length and start of the data of the set *at*, and how many bytes its extended length takes."""
    start = at + 5
    if start > len(block):
        raise AssetError("IPTC", f"ends inside the data set at byte {at}")
    length = int.from_bytes(block[at + 3 : start], "big")
    if length <= _SHORT:
        return length, start, 0
    wide = length & _SHORT
    if not 1 <= wide <= 8 or start + wide > len(block):
        raise AssetError("IPTC", f"has a length that cannot be read at byte {at}")
    return int.from_bytes(block[start : start + wide], "big"), start + wide, wide


def texts(datasets: Iterable[DataSet], number: int) -> tuple[str, ...]:
    """Return what the data sets *number* of record 2 say.

    Where no character set is stated, what is valid as UTF-8 is read so, everything else as Windows-1252.
    """
    datasets = tuple(datasets)
    stated = _stated(datasets)
    return tuple(_text(found.data, stated).rstrip("\0") for found in datasets if found.key == (2, number))


def _stated(datasets: Iterable[DataSet]) -> bytes:
    return next((found.data for found in datasets if found.key == _CHARACTER_SET), b"")


def _text(data: bytes, stated: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        if stated == _UTF8 and error.reason == "unexpected end of data":  # another program cut it inside a character
            return data[: error.start].decode()
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def edited(block: bytes | None, values: Mapping[int, tuple[str, ...]], *, limits: Mapping[int, int] = LIMITS) -> bytes:
    """Return *block* with the data sets *values* of record 2, each text cut at its limit; () takes a data set out.

    Raises:
        AssetError: if the block cannot be read, or is in a character set that is not known here.
    """
    datasets = read(block or b"")
    kept = [found for found in datasets if found.record != 2 or found.number not in values]
    new = [
        DataSet(2, number, _encoded(cut(text, limits.get(number, _SHORT))))
        for number in sorted(values)
        for text in values[number]
    ]
    if new:
        kept = _in_utf8(kept)
        _put(kept, DataSet(*_RECORD_VERSION, _VERSION))
    elif len(kept) == len(datasets):
        return block or b""
    for dataset in new:
        _insert(kept, dataset)
    return b"".join(map(_written, kept))


def _in_utf8(datasets: list[DataSet]) -> list[DataSet]:
    """Return *datasets* with the texts of record 2 in UTF-8, and with the data set that says so."""
    stated = _stated(datasets)
    if stated != _UTF8:
        if stated not in _LATIN and not all(found.data.isascii() for found in datasets if _is_text(found)):
            raise AssetError("IPTC", "is in a character set that is not known here", LEAVE)
        datasets = [
            DataSet(2, found.number, _text(found.data, stated).encode(), found.wide) if _is_text(found) else found
            for found in datasets
        ]
    datasets = [found for found in datasets if found.key != _CHARACTER_SET]
    _put(datasets, DataSet(1, 0, _VERSION))
    _insert(datasets, DataSet(*_CHARACTER_SET, _UTF8))
    return datasets


def _is_text(dataset: DataSet) -> bool:
    return dataset.record == 2 and dataset.number not in _BINARY


def _put(datasets: list[DataSet], new: DataSet) -> None:
    """Insert *new* unless there is one of its kind."""
    if not any(found.key == new.key for found in datasets):
        _insert(datasets, new)


def _insert(datasets: list[DataSet], new: DataSet) -> None:
    """Insert *new* before the first data set that belongs behind it."""
    places = (place for place, found in enumerate(datasets) if found.key > new.key)
    datasets.insert(next(places, len(datasets)), new)


def _written(dataset: DataSet) -> bytes:
    length = len(dataset.data)
    wide = dataset.wide or (4 if length > _SHORT else 0)
    size = (0x8000 | wide).to_bytes(2, "big") + length.to_bytes(wide, "big") if wide else length.to_bytes(2, "big")
    return bytes((_MARKER, dataset.record, dataset.number)) + size + dataset.data


def cut(text: str, limit: int) -> str:
    """Return the beginning of *text* that fits into *limit* bytes, cut where people see two characters.

    Where the first such character alone is longer than the limit, it is cut between code points.
    """
    whole = _encoded(text)
    if len(whole) <= limit:
        return text
    fits = whole[:limit].decode(errors="ignore")
    at = len(fits)
    while at and _joined(text, at):
        at -= 1
    return text[:at] or fits


def _joined(text: str, at: int) -> bool:
    """Whether the code points before and behind *at* are one character to people (UAX 29, in what matters here)."""
    behind = text[at : at + 1]
    return (
        text[at - 1] == "\u200d"
        or behind == "\u200d"
        or "\U0001f3fb" <= behind <= "\U0001f3ff"
        or unicodedata.category(behind) in {"Mn", "Me", "Mc"}
    )


def is_cut(short: str, whole: str, limit: int) -> bool:
    """Whether *short* is *whole*, cut off at *limit*, by us or by a program that counts characters or drops a space."""
    if not short or len(_encoded(whole)) <= limit or not whole.startswith(short):
        return False
    return len(cut(whole, limit).rstrip()) <= len(short) <= limit


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise AssetError("IPTC", f"cannot hold the character U+{ord(text[error.start]):04X}", "take it out") from error
