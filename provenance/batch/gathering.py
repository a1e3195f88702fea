"""PATHS whatever they are: what is there as `sources` takes it, and a row of its own for what is not."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable

from provenance.batch.model import Trouble
from provenance.batch.sources import Sources, gather
from provenance.errors import AssetError

_WILD = frozenset("*?[")


def gathered(
    paths: Iterable[str], *, column: str = "", patterns: bool = False, null: bool = False
) -> tuple[Sources, tuple[Trouble, ...]]:
    """Return what *paths* name, each once, and those that cannot be looked at, which stop no other.

    Args:
        column: of lists, where their pictures stand.
        null: names on standard input are separated by NUL.
        patterns: fill in ``*``, ``?``, ``[…]`` and ``**`` where there is no file of that name.

    Raises:
        AssetError: if a list has no such column, or *null* is said and no names come on standard input.
    """
    there: list[str] = []
    missing: list[Trouble] = []
    for path in paths:
        found = matched(path) if patterns and is_pattern(path) else [path]
        if not found:
            missing.append(Trouble(path, "is a pattern that nothing matches"))
        for one in found:
            try:
                gather([one])
            except AssetError as exc:
                if not _is_file(one):  # a list, whose column is asked for below
                    missing.append(Trouble(one, exc.problem))
                    continue
            there.append(one)
    return gather(there, column=column, null=null), tuple(missing)


def is_pattern(path: str) -> bool:
    """Whether *path* is to be filled in: it looks like a pattern, and no file has that name."""
    return bool(_WILD & set(path)) and not os.path.lexists(path)


def filled(paths: Iterable[str]) -> list[str]:
    """Return *paths* with what there is of each pattern in its place; one that nothing matches stays."""
    return [one for path in paths for one in ((matched(path) if is_pattern(path) else []) or [path])]


def matched(pattern: str) -> list[str]:
    """Return what there is of *pattern*, sorted; ``**`` goes through folders."""
    return sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - a pattern may be absolute


def _is_file(path: str) -> bool:
    try:
        return os.path.isfile(path)  # noqa: PTH113 - a name with a NUL is no error here
    except ValueError:
        return False
