"""Files -> verdicts: each file checked in a child with limits, its facts judged here.

A file that cannot be read is a verdict of its own, which could not be told; it stops no other.
"""

from __future__ import annotations

import glob
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from provenance.batch.model import Entry, Input, Item, LeftOut, Trouble, Why
from provenance.batch.sources import Sources, entries, gather
from provenance.container.kinds import sniff
from provenance.container.model import Kind
from provenance.container.opening import opened
from provenance.errors import AssetError, ProvenanceError
from provenance.plain import MACHINE, plain
from provenance.policy.deriving import facts_of
from provenance.policy.facts import Facts
from provenance.policy.judge import judge, unjudged
from provenance.policy.loading import Policy
from provenance.policy.verdict import Verdict
from provenance.record import dataclass
from provenance.report.wording import DEFAULT
from provenance.verification.files import verify_files
from provenance.verification.model import Verification
from provenance.verification.options import Options
from provenance.worker.settings import Settings

_WILD = frozenset("*?[")
_AT_ONCE = 512  # files that the children of one pool look at
_NONE = frozenset({Kind.OTHER, Kind.C2PA})

Judged = tuple[Item | Trouble | LeftOut, Verdict | None, Facts | None]


@dataclass(frozen=True, slots=True)
class Judging:
    """What is judged, and by what."""

    sources: Sources
    policy: Policy
    context: Mapping[str, object]  # what the caller says
    checking: Options
    settings: Settings
    now: datetime  # for the expiry of waivers
    missing: tuple[Trouble, ...] = ()  # what was named and is not there
    language: str = DEFAULT
    stdin: BinaryIO | None = None
    slots: int = 0  # 0: one a processor


def gathered(paths: Iterable[str], *, column: str = "", patterns: bool = False) -> tuple[Sources, tuple[Trouble, ...]]:
    """Return what *paths* name, each once, and those that cannot be looked at, which stop no other.

    Args:
        column: of lists, where their pictures stand.
        patterns: fill in ``*``, ``?``, ``[…]`` and ``**`` where there is no file of that name.

    Raises:
        AssetError: if a list has no such column.
    """
    there: list[str] = []
    missing: list[Trouble] = []
    for path in paths:
        wild = patterns and _WILD & set(path) and not os.path.lexists(path)
        matched = _matched(path) if wild else [path]
        if not matched:
            missing.append(Trouble(path, "is a pattern that nothing matches"))
        for one in matched:
            try:
                gather([one])
            except AssetError as exc:
                if not _is_file(one):  # a list, whose column is asked for below
                    missing.append(Trouble(one, exc.problem))
                    continue
            there.append(one)
    return gather(there, column=column), tuple(missing)


def _matched(pattern: str) -> list[str]:
    return sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - a pattern may be absolute


def _is_file(path: str) -> bool:
    try:
        return os.path.isfile(path)  # noqa: PTH113 - a name with a NUL is no error here
    except ValueError:
        return False


def judged(asked: Judging) -> Iterator[Judged]:
    """Yield each entry in its order: with a verdict and the facts it rests on, or without both if it was left out.

    Raises:
        WorkerError: if no child can be started.
        EngineError: if the engine here cannot be used.
    """
    for trouble in asked.missing:
        yield trouble, _unread(trouble.where, trouble.problem, asked), None
    found = entries(asked.sources, asked.stdin)
    while group := list(islice(found, _AT_ONCE)):
        yield from _group([entry for entry in group if not isinstance(entry, Input)], asked)


def _group(group: list[Item | Trouble | LeftOut], asked: Judging) -> Iterator[Judged]:
    with tempfile.TemporaryDirectory(prefix="provenance-") as folder:
        places = [_place(entry, Path(folder) / str(number)) for number, entry in enumerate(group)]
        paths = [place for place in places if isinstance(place, Path)]
        slots, checking = asked.slots or None, replace(asked.checking, digest=True)  # a waiver may name a hash
        answers = iter(verify_files(paths, options=checking, settings=asked.settings, slots=slots))
        for entry, place in zip(group, places, strict=True):
            if isinstance(place, Path):
                yield _judged(entry, next(answers)[1], asked)
            elif isinstance(entry, LeftOut) or place is Why.NO_PICTURE:
                yield entry if isinstance(entry, LeftOut) else LeftOut(entry.where, Why.NO_PICTURE), None, None
            else:
                yield entry, _unread(entry.where, str(place), asked), None


def _place(entry: Entry, spare: Path) -> Path | Why | str:
    """Return where the file lies, or why it cannot be looked at; a member of an archive is put into *spare*."""
    if isinstance(entry, Trouble):
        return entry.problem
    if not isinstance(entry, Item):
        return Why.DUPLICATE
    try:
        if entry.data is None and entry.offset < 0:
            path = Path(entry.path)
        else:
            path = spare.with_suffix(Path(entry.where).suffix)
            path.write_bytes(_bytes(entry))
        if not entry.sure and not entry.beside:
            with opened(path) as stream:
                if sniff(stream) in _NONE:
                    return Why.NO_PICTURE
    except OSError as exc:
        return f"cannot be read ({exc.strerror or exc})"
    return path


def _bytes(entry: Item) -> bytes:
    if entry.data is not None:
        return entry.data
    with Path(entry.path).open("rb") as stream:
        stream.seek(entry.offset)
        return stream.read(entry.length)


def _judged(entry: Item | Trouble | LeftOut, outcome: Verification | ProvenanceError, asked: Judging) -> Judged:
    if isinstance(outcome, ProvenanceError):
        return entry, _unread(entry.where, outcome.problem, asked), None
    facts = facts_of(outcome, now=asked.now)
    path = path_of(entry.where)
    verdict = judge(facts, asked.policy, context=asked.context, path=path, now=asked.now, language=asked.language)
    return entry, replace(verdict, name=entry.where), facts


def _unread(where: str, problem: str, asked: Judging) -> Verdict:
    return unjudged(where, asked.policy, plain(problem, limit=MACHINE))


def path_of(where: str) -> str:
    """Return how overrides and waivers call a file: from here if it lies below, with ``/``."""
    if os.path.isabs(where):  # noqa: PTH117 - a Path for each of a million names costs too much
        here = os.getcwd() + os.sep  # noqa: PTH109 - as text
        where = where.removeprefix(here)
    return where.replace(os.sep, "/").removeprefix("./")
