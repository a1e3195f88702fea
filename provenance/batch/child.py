"""What runs in the child: a group of pictures, each read once and put to one function.

The argument: ``{"do": "module:function", "options": …, "items": […]}``, an item being ``[path, offset, length, beside,
sure]`` or ``[base64, sure]``. The function gets the options once for the group, and returns what is asked of each
picture: a function of its bytes, and those of credentials that lie beside it (b"" if there are none).
"""

from __future__ import annotations

import base64
import errno
import importlib
import io
import os
import stat
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from provenance.batch.rows import Answer, Answers, Outcome
from provenance.container.kinds import sniff
from provenance.container.model import Kind, Limits
from provenance.errors import AssetError, ProvenanceError
from provenance.verification import sidecars

LARGEST = 256 << 20
_LIMITS = Limits()
_NO_PICTURE = Answer(picture=False)
_NONE = frozenset({Kind.OTHER, Kind.C2PA})
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_shard: dict[str, int] = {}  # the archive that was read last, open

Ask = Callable[[bytes, bytes], Answer]


def job(argument: Any) -> Answers:
    """Answer for a group, in its order."""
    ask = _function(argument["do"])(argument["options"])
    return Answers(tuple([_answer(ask, item) for item in argument["items"]]))


@cache
def _function(name: str) -> Callable[[Any], Ask]:
    module, _, function = name.partition(":")
    found: Callable[[Any], Ask] = getattr(importlib.import_module(module), function)
    return found


def _answer(ask: Ask, item: list[Any]) -> Answer:
    try:
        data = base64.b64decode(item[0]) if len(item) == 2 else read(item[0], item[1], item[2])
        if not item[-1] and sniff(io.BytesIO(data)) in _NONE:
            return _NO_PICTURE
        sidecar = sidecars.find(Path(item[0]), _LIMITS).store if len(item) > 2 and item[3] else b""
        return ask(data, sidecar)
    except OSError as exc:
        return Answer(Outcome.UNREADABLE, reason=f"cannot be read ({exc.strerror or exc})")
    except ProvenanceError as exc:
        return Answer(Outcome.UNREADABLE, reason=exc.problem)


def read(path: str, offset: int, length: int) -> bytes:
    """Return the file *path*, or *length* bytes of it from *offset*.

    Raises:
        OSError, AssetError: if that cannot be done.
    """
    if offset < 0:
        # As `opened`, without what Python puts around a file: most pictures are small.
        descriptor = os.open(path, _FLAGS)
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise OSError(errno.EINVAL, "it is not a regular file")
            return _bytes(descriptor, found.st_size)
        finally:
            os.close(descriptor)
    if path not in _shard:
        for one in _shard.values():
            os.close(one)
        _shard.clear()
        _shard[path] = os.open(path, _FLAGS)
    os.lseek(_shard[path], offset, os.SEEK_SET)
    data = _bytes(_shard[path], length)
    if len(data) < length:
        raise AssetError("picture", "is cut off: its archive ends before")
    return data


def _bytes(descriptor: int, size: int) -> bytes:
    if size > LARGEST:
        raise AssetError("picture", f"is larger than {LARGEST >> 20} MiB")
    data = os.read(descriptor, size)
    if len(data) == size:
        return data
    parts = [data]
    while (size := size - len(parts[-1])) and (part := os.read(descriptor, size)):
        parts.append(part)
    return b"".join(parts)
