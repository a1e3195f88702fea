"""Entries in, facts out in the same order: from the cache where they stand there and hold, else from a child.

Many small files share a message. A group that kills its child is asked again one by one, so that a poisoned file costs
itself only. What is under way is bounded, whatever the number of files. A file whose size the cache knows may be one
that was only moved or touched: its sum is asked for first.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from provenance.batch import stamps
from provenance.batch.answers import GROUP, problem_of
from provenance.batch.cache import Cache, Entry, content
from provenance.batch.found import NO_PICTURE, Found, Group, Known, cleaned, known_of
from provenance.batch.model import Entry as Source
from provenance.batch.model import Input, Item, LeftOut, Trouble, Why
from provenance.plain import plain
from provenance.record import dataclass as record
from provenance.worker import codec
from provenance.worker.pool import Job, Pool

JOB: Job[Any] = Job("provenance.batch.looking:job", Group)
_AT_ONCE = 256  # entries that are looked up together
_LONGEST = 1024  # entries of a group, most of them from the cache
_LARGE = 32 << 20  # bytes of the files of a message: its time is limited
_MOVED = 1 << 20  # bytes of pictures that travel in a message
_WINDOW = 4  # groups per slot that are under way
_SUM = re.compile(r"[0-9a-f]{64}")
_ANY = 1 << 24  # characters


@record(frozen=True, slots=True)
class Looked:
    """One file, and what is known of it: facts, packed, or why there are none."""

    where: str
    name: str  # without folders
    known: Known | None = None
    problem: str = ""
    read: bool = True  # False: an earlier run had looked at it
    path: str = ""  # absolute; "" for what is no file of its own
    declared: bool = True  # False: nothing of its own is declared beside it


@dataclass(slots=True)
class _Slot:
    """An entry on its way."""

    entry: Source
    name: str = ""
    stamp: str = ""
    size: int = 0
    known: Known | None = None
    problem: str = ""
    sums: bool = False  # ask for the sums first
    asked: bool = False  # a child has to be asked


Done = Looked | Input | LeftOut


def looked(
    entries: Iterator[Source], options: Any, *, pool: Pool, cache: Cache | None, trust: str, rehash: bool = False
) -> Iterator[Done]:
    """Yield what is known of each of *entries*, in their order.

    Args:
        options: `Options`, encoded.
        trust: fingerprint of what the run trusts; what a child finds under another is told and not kept.
        rehash: believe no stamp: read each file, and look only its sum up.

    Raises:
        WorkerError: if no child can be started.
    """
    run = _Run(options, pool, cache, trust, rehash)
    groups = _grouped(run.looked_up(entries))
    for group in groups:
        if _has_work(group):
            yield from run.stretch(chain([group], groups))
            if run.behind:
                yield from map(_done, run.behind)
                run.behind = []
        else:
            yield from map(_done, group)


def _has_work(group: list[_Slot]) -> bool:
    return any(slot.asked for slot in group)


def _grouped(slots: Iterator[_Slot]) -> Iterator[list[_Slot]]:
    """Yield groups with up to `GROUP` files for a child, growing from one so that a few files use every slot."""
    group: list[_Slot] = []
    wanted, items, large, moved = 1, 0, 0, 0
    for slot in slots:
        group.append(slot)
        if slot.asked:
            items += 1
            large += slot.size
            moved += len(slot.entry.data or b"") if isinstance(slot.entry, Item) else 0
        if items >= wanted or large >= _LARGE or moved >= _MOVED or len(group) >= _LONGEST:
            yield group
            if items:
                wanted = min(wanted * 2, GROUP)
            group, items, large, moved = [], 0, 0, 0
    if group:
        yield group


class _Run:
    """What stays the same for a run."""

    def __init__(self, options: Any, pool: Pool, cache: Cache | None, trust: str, rehash: bool) -> None:
        self._options = options
        self._pool = pool
        self._cache = cache
        self._trust = trust
        self._rehash = rehash
        self.behind: list[_Slot] = []  # a group without work that ended a stretch

    # --- the cache ----------------------------------------------------------------------------------------------

    def looked_up(self, entries: Iterator[Source]) -> Iterator[_Slot]:
        """Yield *entries* with what the cache knows of them."""
        while some := list(islice(entries, _AT_ONCE)):
            slots = [_slot(entry) for entry in some]
            if self._cache is not None:
                self._fill(self._cache, slots)
            for slot in slots:
                slot.asked = type(slot.entry) is Item and slot.known is None
            yield from slots

    def _fill(self, cache: Cache, slots: list[_Slot]) -> None:
        if not self._rehash:
            stamped = {stamps.place(slot.entry): slot for slot in slots if slot.stamp}  # type: ignore[arg-type]  # only items are stamped
            for place, stamp, known in cache.by_place(list(stamped)):
                if (slot := stamped.get(place)) is not None and slot.stamp == stamp:
                    slot.known = known
        rest = [slot for slot in slots if slot.known is None and slot.size and isinstance(slot.entry, Item)]
        if not rest:
            return
        moved = {_content_of(slot.entry): slot for slot in rest if slot.entry.data}  # type: ignore[arg-type,union-attr]  # items alone
        for name, known in cache.by_content(list(moved)).items():
            moved[name].known = known
        sizes = cache.sizes(slot.size for slot in rest)
        for slot in rest:
            slot.sums = slot.size in sizes and slot.entry.data is None  # type: ignore[union-attr]  # items alone

    # --- the children -------------------------------------------------------------------------------------------

    def stretch(self, groups: Iterator[list[_Slot]]) -> Iterator[Done]:
        """Yield what becomes of *groups*, up to the first in which there is no work; that one is `behind`."""
        waiting: deque[list[_Slot]] = deque()

        def requests() -> Iterator[Any]:
            for group in groups:
                if not _has_work(group):
                    self.behind = group
                    return
                waiting.append(group)
                yield self._request([slot for slot in group if slot.asked])

        for _, outcome in self._pool.run(JOB, requests(), window=_WINDOW):
            group = waiting.popleft()
            self._settle([slot for slot in group if slot.asked], outcome)
            yield from map(_done, group)

    def _request(self, slots: Sequence[_Slot], *, sums: bool = True) -> dict[str, Any]:
        return {"options": self._options, "items": [_packed(slot, sums=sums and slot.sums) for slot in slots]}

    def _settle(self, slots: list[_Slot], outcome: object, *, sums: bool = True) -> None:
        """Write into *slots* what the child said of them; ask again where it did not answer for all."""
        commons = _commons(outcome) if isinstance(outcome, Group) else None
        if not isinstance(outcome, Group) or commons is None or not _sound(outcome, len(slots)):
            if len(slots) > 1:
                singles = (self._request([slot], sums=sums) for slot in slots)
                for slot, (_, one) in zip(slots, self._pool.run(JOB, singles, window=_WINDOW), strict=True):
                    self._settle([slot], one, sums=sums)
            else:
                for slot in slots:
                    slot.problem = plain(problem_of(outcome, self._pool), limit=_ANY)
            return
        again: list[_Slot] = []
        kept: list[Entry] = []
        pairs = list(zip(slots, outcome.found, strict=True))
        known = self._known_contents(pairs) if sums else {}
        for slot, found in pairs:
            if found.problem:
                slot.problem = plain(found.problem)
                continue
            name = content(found.sha256, found.sidecar, _suffix(slot.name))
            if found.common < 0:
                slot.known = known.get(name)
                if slot.known is None:
                    again.append(slot)
                    continue
                until = 0  # stands there already; only its place is new
            else:
                slot.known = known_of(commons[found.common], found)
                until = found.until
            if outcome.trust == self._trust and (until or found.common < 0):
                place = stamps.place(slot.entry) if isinstance(slot.entry, Item) else ""
                kept.append(Entry(place, slot.stamp, name, slot.known, until))
        if self._cache is not None and kept:
            self._cache.add(kept)
        for start in range(0, len(again), GROUP):
            some = again[start : start + GROUP]
            for _, one in self._pool.run(JOB, [self._request(some, sums=False)], window=_WINDOW):
                self._settle(some, one, sums=False)

    def _known_contents(self, pairs: Iterable[tuple[_Slot, Found]]) -> dict[str, Known]:
        names = [content(one.sha256, one.sidecar, _suffix(slot.name)) for slot, one in pairs if one.common < 0]
        return self._cache.by_content(names) if self._cache is not None and names else {}


def _slot(entry: Source) -> _Slot:
    if type(entry) is not Item:
        return _Slot(entry, problem=entry.problem if isinstance(entry, Trouble) else "")
    if entry.data is not None:
        return _Slot(entry, _name(entry), "", len(entry.data))
    return _Slot(entry, _name(entry), *stamps.stamp(entry))


def _name(item: Item) -> str:
    """Return the file's name without folders; of a member of an archive, the member's."""
    if item.path and item.offset < 0:
        return item.path[item.path.rfind(os.sep) + 1 :]
    return item.where.rpartition("!")[2].rpartition("/")[2]


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1]  # noqa: PTH122


def _content_of(item: Item) -> str:
    return content(hashlib.sha256(item.data or b"").hexdigest(), "", _suffix(_name(item)))


def _packed(slot: _Slot, *, sums: bool) -> list[Any]:
    item = slot.entry
    assert isinstance(item, Item)  # noqa: S101 - nothing else is asked about
    if item.data is not None:
        return [base64.b64encode(item.data).decode("ascii"), item.sure, slot.name]
    return [item.path, item.offset, item.length, item.beside, item.sure, slot.name, sums]


def _done(slot: _Slot) -> Done:
    entry, known = slot.entry, slot.known
    if type(entry) is Item:
        if known is not None and known.common == NO_PICTURE:
            return LeftOut(entry.where, Why.NO_PICTURE)
        path = entry.path if entry.offset < 0 else ""
        return Looked(entry.where, slot.name, known, slot.problem, slot.asked, path, entry.declared)
    if isinstance(entry, Trouble):
        return Looked(entry.where, entry.where.rpartition("/")[2], None, slot.problem)
    assert not isinstance(entry, Item)  # noqa: S101 - no class is derived from it
    return entry


# --- what a child says ------------------------------------------------------------------------------------------------


def _sound(group: Group, count: int) -> bool:
    """Whether a group is an answer to what was asked; its child may be in hostile hands."""
    return len(group.found) == count and all(
        found.problem
        or (
            -1 <= found.common < len(group.commons)
            and found.size >= 0
            and _SUM.fullmatch(found.sha256) is not None
            and (not found.sidecar or _SUM.fullmatch(found.sidecar) is not None)
            and plain(found.time, limit=64) == found.time
        )
        for found in group.found
    )


def _commons(group: Group) -> list[str] | None:
    try:
        return [cleaned(text) for text in group.commons]
    except codec.CodecError:
        return None
