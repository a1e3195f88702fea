"""A file as it would be after some edits, without writing it: what is signed is read once, from one file."""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Iterable
from itertools import pairwise
from typing import BinaryIO

from provenance.errors import AssetError
from provenance.record import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """*data* takes the place of *length* bytes from *start*; a length of 0 puts it in between."""

    start: int
    length: int
    data: bytes


def apart(edits: Iterable[Edit], where: str) -> tuple[Edit, ...]:
    """Return *edits* in order: at one place, what is put in between comes before what is replaced.

    Raises:
        AssetError: if two of them overlap, which happens where a file says that two of its parts share bytes.
    """
    ordered = sorted(edits, key=lambda one: (one.start, one.length))
    for edit, following in pairwise(ordered):
        if edit.start + edit.length > following.start:
            raise AssetError(where, "is damaged: two of its parts share bytes")
    return tuple(ordered)


def spliced(stream: BinaryIO, edits: Iterable[Edit]) -> BinaryIO:
    """Return a buffered stream over *stream* as it would be after *edits*, which must not overlap.

    Raises:
        ValueError: if two edits overlap, or one reaches beyond the file.
    """
    return io.BufferedReader(_Spliced(stream, edits), buffer_size=256 * 1024)


class _Spliced(io.RawIOBase):
    def __init__(self, stream: BinaryIO, edits: Iterable[Edit]) -> None:
        self._stream = stream
        size = stream.seek(0, io.SEEK_END)
        # Pieces in order: where each begins in the result, and either its bytes or its place in the file.
        self._begins: list[int] = []
        self._pieces: list[tuple[int, bytes | int]] = []
        self._length = at = 0
        for edit in sorted(edits, key=lambda one: (one.start, one.length)):
            if edit.start < at or edit.start + edit.length > size:
                raise ValueError("edits overlap, or reach beyond the file")
            self._add(edit.start - at, at)
            self._add(len(edit.data), edit.data)
            at = edit.start + edit.length
        self._add(size - at, at)
        self._position = 0

    def _add(self, length: int, piece: bytes | int) -> None:
        if length:
            self._begins.append(self._length)
            self._pieces.append((length, piece))
            self._length += length

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
        if self._position >= self._length:
            return 0
        number = bisect_right(self._begins, self._position) - 1
        length, piece = self._pieces[number]
        skipped = self._position - self._begins[number]
        wanted = min(len(view), length - skipped)
        if isinstance(piece, int):
            self._stream.seek(piece + skipped)
            data = self._stream.read(wanted)
        else:
            data = piece[skipped : skipped + wanted]
        view[: len(data)] = data
        self._position += len(data)
        return len(data)
