"""Where in a TOML text something stands: `tomllib` keeps no lines, and a fault wants one.

Only asked once something is wrong, so it may look twice: a statement ends where it first reads as TOML by itself.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence

from provenance.record import dataclass

Path = tuple[str | int, ...]
_HEADER = re.compile(r"\s*\[")
_SPAN = 200  # lines of one statement that are looked at


@dataclass(frozen=True, slots=True)
class _Statement:
    """One header, or one key and its value."""

    path: Path
    first: int
    lines: tuple[str, ...]


def line_of(text: str, path: Sequence[str | int]) -> int:
    """Return the line, counted from 1, of what stands at *path*, or of the nearest thing above it; 0 if none does."""
    wanted = tuple(path)
    best: _Statement | None = None
    depth = -1
    for statement in _statements(text):
        common = _common(statement.path, wanted)
        if common > max(depth, 0) and common in (len(statement.path), len(wanted)):
            best, depth = statement, common
    if best is None:
        return 0
    return best.first + _inside(best, wanted[depth:])


def _common(one: Path, other: Path) -> int:
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _inside(statement: _Statement, rest: Path) -> int:
    """Return how many lines below its beginning the last of *rest* stands that can be found by its spelling."""
    at = 0
    for part in rest:
        if not isinstance(part, str):
            continue
        spelt = re.compile(rf"(?<![\w-]){re.escape(part)}(?![\w-])")
        at = next((n for n in range(at, len(statement.lines)) if spelt.search(statement.lines[n])), at)
    return at


def _statements(text: str) -> Iterator[_Statement]:
    lines = text.splitlines()
    base: Path = ()
    counts: dict[Path, int] = {}
    n = 0
    while n < len(lines):
        if not lines[n].strip() or lines[n].lstrip().startswith("#"):
            n += 1
            continue
        taken, found = _one(lines, n)
        if found is None:
            n += 1
            continue
        if _HEADER.match(lines[n]):
            base = _header(found, counts)
            yield _Statement(base, n + 1, tuple(lines[n : n + taken]))
        else:
            yield _Statement((*base, *_keys(found)), n + 1, tuple(lines[n : n + taken]))
        n += taken


def _one(lines: list[str], at: int) -> tuple[int, dict[str, object] | None]:
    for taken in range(1, min(_SPAN, len(lines) - at) + 1):
        try:
            return taken, tomllib.loads("\n".join(lines[at : at + taken]))
        except (tomllib.TOMLDecodeError, ValueError, RecursionError):
            continue
    return 1, None


def _keys(found: object) -> Path:
    """Return the key of one statement; of a dotted one all of it, and nothing of an inline table but its name."""
    if isinstance(found, dict) and len(found) == 1:
        ((name, _),) = found.items()
        return (name,)
    return ()


def _header(found: object, counts: dict[Path, int]) -> Path:
    path: Path = ()
    while isinstance(found, dict) and found:
        ((name, found),) = found.items()
        path = (*path, name)
        if isinstance(found, list):
            counts[path] = counts.get(path, -1) + 1
            path, found = (*path, counts[path]), found[0]
        elif path in counts:
            path = (*path, counts[path])
    return path
