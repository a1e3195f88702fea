"""What runs in the child: one picture, verified as `verify` does it, wherever it lies.

The argument: ``{"options": …, "name": …, "item": […]}``, an item being ``[path]``, ``[path, offset, length]`` or
``[base64]`` with a None before it.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from provenance.batch.child import read
from provenance.errors import AssetError
from provenance.verification.check import check, check_bytes
from provenance.verification.model import Verification
from provenance.verification.options import Options
from provenance.worker import codec


def job(argument: Any) -> Verification:
    """Verify one picture; beside a member of an archive no credentials are looked for."""
    options, name = codec.decode(Options, argument["options"]), argument["name"]
    match argument["item"]:
        case [str(path)]:
            return check(Path(path), options=options)
        case [str(path), int(offset), int(length)]:
            return check_bytes(_bytes(path, offset, length, name), name=name, options=options)
        case _:
            return check_bytes(base64.b64decode(argument["item"][1]), name=name, options=options)


def _bytes(path: str, offset: int, length: int, name: str) -> bytes:
    try:
        return read(path, offset, length)
    except OSError as exc:
        raise AssetError(name, f"cannot be read ({exc.strerror or exc})") from exc
