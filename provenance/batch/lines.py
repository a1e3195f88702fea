"""Lines of a journal that every run writes, and a run that is gone on with: the same entries again, none looked at.

Rows have lines of their own, which their run writes and reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol, TypeVar

from provenance.batch.journal import Journal
from provenance.batch.model import Entry, Input, Item, LeftOut, Sort, Trouble, Why
from provenance.errors import OutputError
from provenance.plain import plain


class Placed(Protocol):
    """A row, by what it is called."""

    @property
    def where(self) -> str: ...


R = TypeVar("R", bound=Placed)


def line_of(done: Input | LeftOut) -> list[Any]:
    """Return the line of what is no row."""
    if isinstance(done, Input):
        return ["input", done.path, done.sort, done.size, done.modified, done.column]
    return ["left", done.where, done.why]


def replayed(
    journal: Journal, entries: Iterator[Entry], read: Callable[[list[Any]], R | None]
) -> Iterator[R | Input | LeftOut]:
    """Yield what *journal* holds, and take as many of *entries*: the sources must bring what they brought.

    Args:
        read: returns the row of a line, None if it is none; it may raise ValueError.

    Raises:
        OutputError: if it is damaged, or tells of other inputs.
    """
    for line in journal.kept():
        yield _same(line, next(entries, None), journal, read)


def _same(
    line: list[Any], entry: Entry | None, journal: Journal, read: Callable[[list[Any]], R | None]
) -> R | Input | LeftOut:
    """Return what *line* tells of *entry*."""
    found = _read(line, read)
    if isinstance(found, Input):
        place, same = found.path, found == entry
    else:
        place = found.where if found is not None else ""
        same = found is not None and isinstance(entry, Item | Trouble | LeftOut) and place == entry.where
    if found is None or not same:
        problem = f"tells of inputs that have changed since (at {plain(place) or 'a line that is none of ours'})"
        raise OutputError(plain(journal.path.name), problem, "delete it to start anew")
    return found


def _read(line: list[Any], read: Callable[[list[Any]], R | None]) -> R | Input | LeftOut | None:
    try:
        match line:
            case ["input", str(path), str(sort), int(size), int(modified), str(column)]:
                return Input(Sort(sort), path, size, modified, column)
            case ["left", str(where), str(why)]:
                return LeftOut(where, Why(why))
        return read(line)
    except ValueError:
        return None
