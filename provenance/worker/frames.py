"""Frames on a pipe: four bytes of length, then UTF-8 JSON. Never pickle: the child may be in hostile hands."""

from __future__ import annotations

import json
import os
from typing import Any

_to_json = json.JSONEncoder(separators=(",", ":")).encode  # `json.dumps` would make an encoder for every message
MAX_FRAME = 64 << 20  # a reply; a raw crJSON of a store at its limits stays far below


class FrameError(ValueError):
    """The other side does not speak this protocol."""


def encode(message: Any) -> bytes:
    """Return *message* as one frame; TypeError if it is no JSON."""
    body = _to_json(message).encode("ascii")
    return len(body).to_bytes(4, "big") + body


def send(fd: int, frame: bytes) -> None:
    """Write *frame*, as `encode` made it; OSError if nobody reads any more."""
    rest = memoryview(frame)
    while rest:
        rest = rest[os.write(fd, rest) :]


def write(fd: int, message: Any) -> None:
    """Write *message* as one frame; OSError if nobody reads any more."""
    send(fd, encode(message))


def read(fd: int) -> Any:
    """Return the next message, or None at the end of the pipe.

    Raises:
        FrameError: if it is longer than `MAX_FRAME`, cut short, or not JSON.
    """
    head = _exactly(fd, 4)
    if not head:
        return None
    length = int.from_bytes(head, "big")
    if length > MAX_FRAME:
        raise FrameError(f"frame of {length} bytes")
    body = _exactly(fd, length)
    if len(head) < 4 or len(body) < length:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise FrameError("not JSON") from exc


def _exactly(fd: int, length: int) -> bytes:
    first = os.read(fd, length) if length else b""
    if len(first) == length or not first:
        return first  # nearly every frame, without a copy
    parts = [first]
    missing = length - len(first)
    while missing and (part := os.read(fd, min(missing, 1 << 20))):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)
