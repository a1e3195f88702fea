"""From a file's folder upward: where something that holds for a whole project may lie. Light; reads no file.

Rules: at most `DEEPEST` folders; not above the folder of a project (one that holds a mark of version control), not
above the user's home, and not into a folder of somebody else, or one that anybody may write to, such as /tmp: what
lies there says nothing about a picture below it.
"""

from __future__ import annotations

# ruff: noqa: PTH100, PTH111, PTH116, PTH118, PTH120 - texts: this is asked for each of many pictures
import os
import stat
import time
from functools import lru_cache
from pathlib import Path

FOLDER = "provenance.toml"  # declares something about the pictures of a folder
BESIDE = "." + FOLDER  # after a picture's whole name: about that one
DEEPEST = 32
_MARKS = (".git", ".hg", ".svn", ".dvc", ".p4config")


def folders(start: str | Path) -> tuple[str, ...]:
    """Return the folder *start* and those above it, absolute, nearest first; looked for anew every second."""
    # links are not followed: the path is the user's own word
    return _folders(os.path.abspath(start), int(time.monotonic()))


@lru_cache(maxsize=256)
def _folders(start: str, second: int) -> tuple[str, ...]:
    found, home, owner = [start], os.path.expanduser("~"), _owner(start)
    while len(found) < DEEPEST:
        here, above = found[-1], os.path.dirname(found[-1])
        if above == here or here == home or _is_project(here):
            break
        if owner is None or _owner(above) != owner:
            break
        found.append(above)
    return tuple(found)


def files_above(whole: str, known: dict[str, tuple[Path, ...]]) -> tuple[Path, ...]:
    """Return the folders' files that may declare something about the file *whole*, nearest first.

    Args:
        known: what was found so far, by folder.
    """
    folder = os.path.dirname(whole)
    if folder not in known:
        found = (Path(above, FOLDER) for above in folders(folder))
        known[folder] = tuple(file for file in found if stamp_of(file) is not None)
    return known[folder]


def is_there(file: str) -> bool:
    """Whether something lies at *file*, be it a link that leads nowhere."""
    try:
        return os.path.lexists(file)
    except ValueError:  # a NUL in the name
        return False


def stamp_of(file: Path) -> tuple[int, int] | None:
    """Return time (nanoseconds) and size of *file*; None if there is no such regular file. No pipe is waited for."""
    try:
        found = file.stat() if file.is_file() else None
    except (OSError, ValueError):
        return None
    return (found.st_mtime_ns, found.st_size) if found else None


def _is_project(folder: str) -> bool:
    return any(os.path.lexists(os.path.join(folder, mark)) for mark in _MARKS)


def _owner(folder: str) -> int | None:
    """Return whose folder it is; None where it is not there, or anybody may write to it."""
    try:
        found = os.stat(folder)
    except (OSError, ValueError):
        return None
    return None if found.st_mode & stat.S_IWOTH and os.name == "posix" else found.st_uid
