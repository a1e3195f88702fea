"""Whether a file is still the one that was looked at, without reading it: size, times, and which file it is.

The time at which a file's entry changed (ctime) is part of it, because no program sets that one. A file that
changed less than two seconds ago gets no stamp: it could change again within what its clock can tell apart.
"""

# ruff: noqa: PTH116 - a Path for each of a million names costs too much

from __future__ import annotations

import os
import time
from functools import lru_cache
from pathlib import Path

from provenance.batch.model import Item
from provenance.verification.stores import nearest

NONE = ""  # no stamp: read the file
_SETTLED = 2_000_000_000  # nanoseconds
_SIDECAR = ".c2pa"


def place(item: Item) -> str:
    """Return what *item* is called in a cache: its file, or the bytes of it; "" for what lies in no file."""
    if item.offset < 0:
        return item.path
    return f"{item.path}\0{item.offset}:{item.length}"


def stamp(item: Item) -> tuple[str, int]:
    """Return the stamp of *item* and of the credentials beside it, and its size; `NONE` if there can be none."""
    try:
        found = os.stat(item.path)
    except (OSError, ValueError):
        return NONE, 0
    size = found.st_size if item.offset < 0 else item.length
    text = of(found)
    if text and item.beside:
        text = _with_sidecars(text, item.path)
    return text, size


def of(found: os.stat_result) -> str:
    """Return the stamp of one file."""
    modified, changed, settled = found.st_mtime_ns, found.st_ctime_ns, time.time_ns() - _SETTLED
    if modified > settled or changed > settled:
        return NONE
    return f"{found.st_size} {modified} {changed} {found.st_dev} {found.st_ino}"


def _with_sidecars(text: str, path: str) -> str:
    """Add what lies where `verification.sidecars` looks."""
    missing = 0
    for name in (path + _SIDECAR, os.path.splitext(path)[0] + _SIDECAR):  # noqa: PTH122
        try:
            beside = of(os.stat(name))
        except (OSError, ValueError):
            beside, missing = "-", missing + 1
        if not beside:
            return NONE
        text += f"|{beside}"
    if missing == 2 and _in_store(os.path.dirname(path), int(time.monotonic())):  # noqa: PTH120 - as above
        return NONE  # what a store knows of these bytes has no stamp: go by the sum
    return text


@lru_cache(maxsize=64)
def _in_store(folder: str, second: int) -> bool:
    """Whether a store holds for *folder*; looked for again every *second*."""
    return nearest(Path(folder, "x")) is not None
