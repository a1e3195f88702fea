"""CBOR and JUMBF as bytes, written here so that nothing of the product is its own witness.

The encoder writes what it is told, well-formed or not: `Raw` puts bytes in place, `Wide` an integer of fixed width.
"""

from __future__ import annotations

import hashlib
import struct
import subprocess
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Tag:
    """A tagged CBOR value."""

    number: int
    value: Any


@dataclass(frozen=True, slots=True)
class Raw:
    """CBOR bytes put in place as they are."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Wide:
    """An unsigned integer in eight bytes, so that its value does not change the length."""

    value: int


def cbor(value: Any) -> bytes:
    """Encode *value*; maps keep their order."""
    match value:
        case Raw(data):
            return data
        case Wide(number):
            return b"\x1b" + struct.pack(">Q", number)
        case Tag(number, inner):
            return _head(6, number) + cbor(inner)
        case None:
            return b"\xf6"
        case bool():
            return b"\xf5" if value else b"\xf4"
        case int():
            return _head(0, value) if value >= 0 else _head(1, -1 - value)
        case float():
            return b"\xfb" + struct.pack(">d", value)
        case bytes():
            return _head(2, len(value)) + value
        case str():
            text = value.encode("utf-8", "surrogatepass")
            return _head(3, len(text)) + text
        case list() | tuple():
            return _head(4, len(value)) + b"".join(map(cbor, value))
        case dict():
            return _head(5, len(value)) + b"".join(cbor(key) + cbor(item) for key, item in value.items())
    raise TypeError(type(value))


def _head(major: int, number: int) -> bytes:
    for code, form, limit in ((23, "", 24), (24, ">B", 1 << 8), (25, ">H", 1 << 16), (26, ">I", 1 << 32)):
        if number < limit:
            return bytes([major << 5 | (code if form else number)]) + (struct.pack(form, number) if form else b"")
    return bytes([major << 5 | 27]) + struct.pack(">Q", number)


def box(kind: bytes, payload: bytes) -> bytes:
    """Return one ISO box."""
    return struct.pack(">I", 8 + len(payload)) + kind + payload


def _uuid(kind: bytes) -> bytes:
    return kind + bytes.fromhex("00110010800000aa00389b71")


EMBEDDED_FILE = bytes.fromhex("40cb0c32bb8a489da70b2ad6f47f4369")


def superbox(kind: bytes, label: str | bytes, *content: bytes, salt: bytes = b"", toggles: int = 3) -> bytes:
    """Return a JUMBF superbox; *kind* is the four letters of its type, or a whole UUID."""
    name = label if isinstance(label, bytes) else label.encode("utf-8", "surrogatepass")
    private = box(b"c2sh", salt) if salt else b""
    description = (kind if len(kind) == 16 else _uuid(kind)) + bytes([toggles | (16 if salt else 0)])
    return box(b"jumb", box(b"jumd", description + name + b"\0" + private) + b"".join(content))


def digest(whole: bytes) -> bytes:
    """Return the SHA-256 that a hashed URI holds: of a superbox without its own header (C2PA 2.4 §8.4.2)."""
    return hashlib.sha256(whole[8:]).digest()


def brotli(data: bytes) -> bytes:
    """Compress *data* with Node's Brotli; Python has none."""
    program = "process.stdout.write(require('zlib').brotliCompressSync(require('fs').readFileSync(0)))"
    return subprocess.run(["node", "-e", program], input=data, capture_output=True, check=True).stdout
