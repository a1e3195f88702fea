"""A small, strict CBOR decoder with limits (RFC 8949).

Everything that a C2PA store holds is decoded; nothing is lost on the way, as it is in the engine's JSON (engine.md
§8): integers of any size, NaN and infinity, byte strings and arrays of numbers come out as they are. Duplicate keys,
invalid UTF-8, bytes after the item and reserved encodings are errors.
"""

from __future__ import annotations

import struct
from typing import Any

from provenance.record import dataclass

DEPTH = 64
ITEMS = 200_000
_BIGNUM = 256  # bytes; longer ones stay tagged, because Python refuses to print them


class CborError(ValueError):
    """The bytes are not one CBOR item that we accept."""


class TooManyItemsError(CborError):
    """The item is made of more items than are read."""


@dataclass(frozen=True, slots=True)
class Tagged:
    """A value under a tag that has no meaning of its own here."""

    tag: int
    value: Any


class _Break:
    """The end of something of indefinite length."""


_BREAK = _Break()
_INDEFINITE = -1
_SIMPLE = {20: False, 21: True, 22: None, 23: None}


def decode(data: bytes, *, items: int = ITEMS, depth: int = DEPTH) -> Any:
    """Return the one item that *data* holds.

    Raises:
        TooManyItemsError: beyond *items*.
        CborError: for anything else that is not well-formed, doubled, deeper than *depth* or left over.
    """
    decoder = Decoder(data, items=items, depth=depth)
    value = decoder.item(depth)
    if decoder.at != len(data):
        raise CborError(f"{len(data) - decoder.at} bytes follow the item")
    return value


class Decoder:
    """Reads items one after another from *data*."""

    __slots__ = ("_data", "_items", "at")

    def __init__(self, data: bytes, *, items: int = ITEMS, depth: int = DEPTH) -> None:
        self._data = data
        self._items = items
        self.at = 0

    @property
    def items_left(self) -> int:
        return self._items

    def item(self, depth: int) -> Any:
        """Return the next item."""
        value = self._any(depth)
        if value is _BREAK:
            raise CborError(f"a break stands alone at byte {self.at - 1}")
        return value

    def _any(self, depth: int) -> Any:
        self._items -= 1
        if self._items < 0:
            raise TooManyItemsError("too many items")
        if depth <= 0:
            raise CborError("nested too deep")
        if self.at >= len(self._data):
            raise CborError("ends too early")
        initial = self._data[self.at]
        self.at += 1
        major, info = initial >> 5, initial & 31
        argument = info if info < 24 else self._argument(major, info)
        # The commonest first: half of all items are text, most others bytes and numbers.
        if major == 3 or major == 2:
            return self._string(major, argument)
        if major == 0:
            return argument
        if major == 5:
            return self._map(argument, depth - 1)
        if major == 4:
            return self._array(argument, depth - 1)
        if major == 7:
            return self._simple(info, argument)
        if major == 1:
            return -1 - argument
        return self._tagged(argument, depth - 1)

    def _argument(self, major: int, info: int) -> int:
        if info < 28:
            return int.from_bytes(self._bytes(1 << (info - 24)), "big")
        if info == 31 and major not in (0, 1, 6):
            return _INDEFINITE
        raise CborError(f"reserved encoding at byte {self.at - 1}")

    def _bytes(self, length: int) -> bytes:
        end = self.at + length
        if end > len(self._data):
            raise CborError("ends too early")
        found = self._data[self.at : end]
        self.at = end
        return found

    def _string(self, major: int, length: int) -> bytes | str:
        if length == _INDEFINITE:
            pieces = []
            while (initial := self._bytes(1)[0]) != 0xFF:
                self._items -= 1
                if self._items < 0:
                    raise TooManyItemsError("too many items")
                if initial >> 5 != major or initial & 31 > 27:
                    raise CborError(f"a piece of another kind in a string at byte {self.at - 1}")
                info = initial & 31
                size = info if info < 24 else int.from_bytes(self._bytes(1 << (info - 24)), "big")
                pieces.append(self._text(self._bytes(size)) if major == 3 else self._bytes(size))
            return "".join(pieces) if major == 3 else b"".join(pieces)  # type: ignore[arg-type]  # all of one kind
        end = self.at + length
        if end > len(self._data):
            raise CborError("ends too early")
        found = self._data[self.at : end]
        self.at = end
        return self._text(found) if major == 3 else found

    def _text(self, data: bytes) -> str:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            raise CborError(f"text that is not UTF-8 before byte {self.at}") from None

    def _array(self, length: int, depth: int) -> list[Any]:
        if length == _INDEFINITE:
            found = []
            while (value := self._any(depth)) is not _BREAK:
                found.append(value)
            return found
        if length > len(self._data) - self.at:  # every item takes a byte at least
            raise CborError("ends too early")
        return [self.item(depth) for _ in range(length)]

    def _map(self, length: int, depth: int) -> dict[Any, Any]:
        if length != _INDEFINITE and length * 2 > len(self._data) - self.at:
            raise CborError("ends too early")
        found: dict[Any, Any] = {}
        while length == _INDEFINITE or len(found) < length:
            key = self._any(depth)
            if key is _BREAK:
                if length == _INDEFINITE:
                    return found
                raise CborError(f"a break stands alone at byte {self.at - 1}")
            if not isinstance(key, str):
                key = _hashable(key)
            if key in found:
                raise CborError(f"the key {_shown(key)} stands twice")
            found[key] = self.item(depth)
        return found

    def _tagged(self, tag: int, depth: int) -> Any:
        value = self.item(depth)
        if tag in (0, 18):  # a date as text; COSE_Sign1
            return value
        if tag in (2, 3) and isinstance(value, bytes) and len(value) <= _BIGNUM:
            number = int.from_bytes(value, "big")
            return number if tag == 2 else -1 - number
        return Tagged(tag, value)

    def _simple(self, info: int, argument: int) -> Any:
        if argument == _INDEFINITE:
            return _BREAK
        if info < 24:
            if info not in _SIMPLE:
                raise CborError(f"unassigned simple value {info}")
            return _SIMPLE[info]
        if info == 24:
            raise CborError(f"unassigned simple value {argument}")
        size = 1 << (info - 24)
        form = {2: ">e", 4: ">f", 8: ">d"}[size]
        return struct.unpack(form, self._data[self.at - size : self.at])[0]


def _hashable(key: Any) -> Any:
    if isinstance(key, list):
        return tuple(_hashable(one) for one in key)
    if isinstance(key, dict):
        raise CborError("a map as a key")
    if isinstance(key, Tagged):
        return Tagged(key.tag, _hashable(key.value))
    return key


def _shown(key: Any) -> str:
    return ascii(key)[:64]
