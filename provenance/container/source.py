"""Bytes of a file by position, and the two ways in which a walk ends early.

Nothing here reads more than it was asked for, and nothing trusts a length that stands in the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from provenance.container.model import Refusal
from provenance.container.parts import Span

BLOCK = 64 * 1024  # one step of anything that streams
_SEARCH = 256 * 1024


class StoppedError(Exception):
    """A limit or a rule ended the walk; caught inside this room and handed on as a `Refusal`."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.explanation)
        self.refusal = refusal


class MalformedError(Exception):
    """The structure does not hold; caught inside this room and handed on as damage."""


def over(limit: str, allowed: int, found: int | str, what: str) -> StoppedError:
    """Return the exception that names the *limit* that was reached."""
    return StoppedError(Refusal("limit", limit, allowed, str(found), f"{what}: {found}, at most {allowed} are read"))


class Counter:
    """Counts the pieces of a container and stops the walk beyond the limit (security P2)."""

    __slots__ = ("_allowed", "_left", "_what")

    def __init__(self, allowed: int, what: str) -> None:
        self._allowed = allowed
        self._left = allowed
        self._what = what

    def one(self) -> None:
        """Count one more piece."""
        self._left -= 1
        if self._left < 0:
            raise over("chunks", self._allowed, f"more than {self._allowed}", self._what)


class Source:
    """A seekable stream as an array of bytes."""

    __slots__ = ("_block", "_block_start", "_stream", "size")

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.size = stream.seek(0, 2)
        self._block = b""
        self._block_start = 0

    def read(self, start: int, length: int) -> bytes:
        """Return *length* bytes from *start*; fewer only at the end of the file."""
        if length <= 0 or start < 0 or start >= self.size:
            return b""
        self._stream.seek(start)
        found = self._stream.read(min(length, self.size - start))
        while len(found) < length and (more := self._stream.read(min(length, self.size - start) - len(found))):
            found += more
        return found

    def near(self, start: int) -> tuple[bytes, int]:
        """Return a block that holds *start*, and where in it that is; the block is kept for the neighbours."""
        at = start - self._block_start
        if not 0 <= at < len(self._block):
            self._block, self._block_start, at = self.read(start, BLOCK), start, 0
        return self._block, at

    def take(self, start: int, length: int, what: str) -> bytes:
        """Return exactly *length* bytes from *start*.

        Raises:
            MalformedError: if the file ends before.
        """
        found = self.read(start, length)
        if len(found) != length:
            raise MalformedError(f"{what} is cut off at byte {start + len(found)}")
        return found

    def stream(self, span: Span) -> Iterator[bytes]:
        """Yield the bytes of *span* in blocks; stops early at the end of the file."""
        at, end = span.start, min(span.end, self.size)
        while at < end:
            block = self.read(at, min(BLOCK, end - at))
            if not block:
                return
            yield block
            at += len(block)

    def holds(self, wanted: bytes, start: int, end: int) -> bool:
        """Whether *wanted* stands anywhere in ``[start, end)``; reads in blocks, and looks through each backwards.

        CPython does that in a third of the time: of all that is done to a picture without credentials, this is most.
        """
        at, kept, edge = start, b"", len(wanted) - 1
        while at < min(end, self.size):
            block = self.read(at, min(_SEARCH, end - at))
            if not block:
                return False
            if block.rfind(wanted) >= 0 or (kept + block[:edge]).rfind(wanted) >= 0:
                return True
            kept = (kept + block[-edge:])[-edge:] if edge else b""
            at += len(block)
        return False

    def find(self, wanted: bytes, start: int, end: int) -> int:
        """Return where *wanted* first stands in ``[start, end)``, or -1; reads in blocks."""
        at, kept, edge = start, b"", len(wanted) - 1
        while at < min(end, self.size):
            block = self.read(at, min(_SEARCH, end - at))
            if not block:
                return -1
            seam = kept + block[:edge]
            if (found := seam.find(wanted)) >= 0:
                return at - len(kept) + found
            if (found := block.find(wanted)) >= 0:
                return at + found
            kept = (kept + block[-edge:])[-edge:] if edge else b""
            at += len(block)
        return -1


class Held(Source):
    """Bytes in memory as a source: nothing is copied to be searched."""

    __slots__ = ("_data",)

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size = len(data)
        self._block = b""
        self._block_start = 0

    def read(self, start: int, length: int) -> bytes:
        return self._data[start : start + length] if length > 0 and start >= 0 else b""

    def holds(self, wanted: bytes, start: int, end: int) -> bool:
        return self._data.rfind(wanted, start, end) >= 0

    def find(self, wanted: bytes, start: int, end: int) -> int:
        return self._data.find(wanted, start, end)


def second_store() -> StoppedError:
    """Return the exception for a file with two manifest stores (security P3)."""
    return StoppedError(
        Refusal(
            "second_store",
            explanation="the file holds more than one manifest store; which one counts is not defined",
        )
    )
