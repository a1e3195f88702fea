"""Entries in, Verifications out in the same order, each made in a child with limits (`verify` of many files).

A file that kills or stalls its child, and one that cannot be read, is the finding "could not check", for that file
alone. What is under way is bounded, whatever the number of files.
"""

from __future__ import annotations

import base64
import os
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from provenance.batch.model import Entry, Input, Item, LeftOut, Trouble, Why
from provenance.container.model import Kind
from provenance.record import dataclass
from provenance.terms import Integrity
from provenance.verification.files import CHECK, Outcome, followed, settled
from provenance.verification.model import Verification
from provenance.verification.options import Options
from provenance.worker import codec
from provenance.worker.pool import Job, Pool
from provenance.worker.settings import Settings

if TYPE_CHECKING:
    from provenance.trust.fetch import Rules

JOB = Job("provenance.batch.verifying:job", Verification)
_NONE = frozenset({Kind.OTHER.value, Kind.C2PA.value})
_WINDOW = 4  # pictures per slot that are under way; some travel in the message
_IDLE = 1024  # entries that need no look, between two that do


@dataclass(frozen=True, slots=True)
class Verified:
    """One picture: what it is called, and what was found; the finding is called the same."""

    where: str
    found: Verification


Done = Verified | Input | LeftOut


def verified(
    entries: Iterator[Entry], *, options: Options, settings: Settings, fetch: bool | Rules = False, slots: int = 0
) -> Iterator[Done]:
    """Yield what was found of each of *entries*, in their order; nothing is raised for a file.

    Args:
        fetch: also fetch the credentials of a file that says they lie elsewhere, as `verify_files` does.
        slots: children; 0 is one a processor.

    Raises:
        WorkerError: if no child can be started.
        EngineError: if the engine here cannot be used.
    """
    encoded = codec.encode(options)
    waiting: deque[Entry] = deque()
    ended = False

    def requests() -> Iterator[dict[str, Any]]:
        nonlocal ended
        idle = 0
        for entry in entries:
            waiting.append(entry)
            if isinstance(entry, Item):
                idle = 0
                yield {"options": encoded, "name": _name(entry), "item": _packed(entry)}
            elif (idle := idle + 1) >= _IDLE:
                return
        ended = True

    # The module of the one-shot command: the launcher has started a child with it.
    with Pool(slots or os.cpu_count() or 1, preload=CHECK.module, settings=settings) as pool:
        while not ended:
            for _, outcome in pool.run(JOB, requests(), window=_WINDOW):
                while not isinstance(entry := waiting.popleft(), Item):
                    yield _untouched(entry)
                found = settled(Path(entry.path if _own(entry) else entry.where), outcome, settings)
                if _own(entry):
                    found = followed(Path(entry.path), found, options, pool, settings, fetch=fetch)
                yield _done(entry, found)
            while waiting:
                yield _untouched(waiting.popleft())  # type: ignore[arg-type]  # every item was answered


def _name(item: Item) -> str:
    return "" if _own(item) else item.where.rpartition("!")[2].rpartition("/")[2]


def _packed(item: Item) -> list[Any]:
    if _own(item):
        return [item.path]
    if item.data is not None:
        return [None, base64.b64encode(item.data).decode("ascii")]
    return [item.path, item.offset, item.length]


def _own(item: Item) -> bool:
    """Whether *item* is a file of its own."""
    return item.data is None and item.offset < 0


def _done(item: Item, outcome: Outcome) -> Done:
    if not isinstance(outcome, Verification):
        return _unread(item.where, outcome.problem)
    if not item.sure and outcome.media_type in _NONE and outcome.source.kind == "none":
        return LeftOut(item.where, Why.NO_PICTURE)
    return Verified(item.where, replace(outcome, name=item.where))


def _untouched(entry: Input | Trouble | LeftOut) -> Done:
    return _unread(entry.where, entry.problem) if isinstance(entry, Trouble) else entry


def _unread(where: str, problem: str) -> Verified:
    return Verified(where, Verification(where, 0, "", integrity=Integrity.NOT_CHECKED, problem=problem))
