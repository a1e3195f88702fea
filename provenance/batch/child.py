"""What runs in the child: a group of pictures, each read once and put to one function.

The argument: ``{"do": "module:function", "options": …, "items": […]}``, an item being ``[path, offset, length, beside,
sure]`` or ``[base64, sure]``. The function gets the options once for the group, and returns what is asked of each
picture: a function of its bytes, and those of credentials that lie beside it (b"" if there are none).
"""

from __future__ import annotations

import base64
import importlib
import io
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from provenance.batch.rows import Answer, Answers, Outcome
from provenance.container.kinds import sniff
from provenance.container.model import Kind, Limits
from provenance.container.opening import opened
from provenance.errors import AssetError, ProvenanceError
from provenance.verification import sidecars

LARGEST = 256 << 20
_LIMITS = Limits()
_NO_PICTURE = Answer(picture=False)
_NONE = frozenset({Kind.OTHER, Kind.C2PA})
_shard: dict[str, BinaryIO] = {}  # the archive that was read last

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
        data = base64.b64decode(item[0]) if len(item) == 2 else _read(item[0], item[1], item[2])
        if not item[-1] and sniff(io.BytesIO(data)) in _NONE:
            return _NO_PICTURE
        sidecar = sidecars.find(Path(item[0]), _LIMITS).store if len(item) > 2 and item[3] else b""
        return ask(data, sidecar)
    except OSError as exc:
        return Answer(Outcome.UNREADABLE, reason=f"cannot be read ({exc.strerror or exc})")
    except ProvenanceError as exc:
        return Answer(Outcome.UNREADABLE, reason=exc.problem)


def _read(path: str, offset: int, length: int) -> bytes:
    if offset < 0:
        with opened(Path(path)) as stream:
            return _whole(stream, os.fstat(stream.fileno()).st_size)
    if path not in _shard:
        for one in _shard.values():
            one.close()
        _shard.clear()
        _shard[path] = opened(Path(path))
    _shard[path].seek(offset)
    data = _whole(_shard[path], length)
    if len(data) < length:
        raise AssetError(path, "ends inside this picture")
    return data


def _whole(stream: BinaryIO, size: int) -> bytes:
    if size > LARGEST:
        raise AssetError("picture", f"is larger than {LARGEST >> 20} MiB")
    return stream.read(size)
