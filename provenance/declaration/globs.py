"""Whether a path is one of some patterns: ``*`` and ``?`` within a folder, ``**`` over folders.

A pattern without ``/`` is for a file's name in any folder, as in .gitignore; with ``/`` it is for the whole path.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase


def matches(path: str, patterns: Iterable[str]) -> bool:
    """Whether *path*, with ``/``, is one of *patterns*. Letters' case counts."""
    parts = tuple(part for part in path.replace("\\", "/").split("/") if part not in ("", "."))
    return any(_match(parts, pattern) for pattern in patterns)


def _match(parts: tuple[str, ...], pattern: str) -> bool:
    if "/" not in pattern:
        return bool(parts) and fnmatchcase(parts[-1], pattern)
    # Which lengths of the path the pattern so far can stand for: no search that goes back.
    reached = {0}
    wanted = [part for part in pattern.split("/") if part]
    for number, want in enumerate(wanted):
        if want == "**":
            last = number == len(wanted) - 1
            reached = {n for start in reached for n in range(start + last, len(parts) + 1)}
        else:
            reached = {n + 1 for n in reached if n < len(parts) and fnmatchcase(parts[n], want)}
    return len(parts) in reached
