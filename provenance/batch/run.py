"""The run itself: entries in, rows out in the same order, each picture looked at in a child with limits.

Many small files share a message to the child. A group that kills its child is run again one by one, so that a
poisoned file costs its own row only. What is under way is bounded, whatever the number of files.
"""

from __future__ import annotations

import base64
from collections import deque
from collections.abc import Iterator
from typing import Any

from provenance.batch.answers import GROUP, problem_of
from provenance.batch.journal import Journal
from provenance.batch.lines import line_of, replayed
from provenance.batch.model import Entry, Input, Item, LeftOut, Trouble, Why
from provenance.batch.rows import Answer, Answers, Outcome, Row, row
from provenance.errors import ProvenanceError
from provenance.record import dataclass
from provenance.worker.pool import Died, Job, Pool

JOB = Job("provenance.batch.child:job", Answers)
_MOVED = 1 << 20  # bytes of pictures in a message, where they travel in it
_WINDOW = 4  # groups per slot that are under way

Done = Input | Row | LeftOut
Outcomes = Answers | Died | ProvenanceError


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of each picture: a function ``module:function``, as `child` calls it; *options* are plain JSON."""

    do: str
    options: Any

    @property
    def module(self) -> str:
        return self.do.partition(":")[0]


def run(entries: Iterator[Entry], question: Question, *, pool: Pool, journal: Journal | None = None) -> Iterator[Done]:
    """Yield what became of each of *entries*, in their order; with a *journal*, nothing twice.

    Raises:
        OutputError: if the journal cannot be written, or tells of other inputs.
        WorkerError: if no child can be started.
    """
    if journal is not None:
        yield from replayed(journal, entries, _row)
    for done in _asked(entries, question, pool):
        if journal is not None:
            journal.add([_line(one) for one in done])
        yield from done


def _asked(entries: Iterator[Entry], question: Question, pool: Pool) -> Iterator[list[Done]]:
    waiting: deque[list[Entry]] = deque()

    def requests() -> Iterator[Any]:
        for group in grouped(entries):
            waiting.append(group)
            yield _request(question, [entry for entry in group if isinstance(entry, Item)])

    for _, outcome in pool.run(JOB, requests(), window=_WINDOW):
        group = waiting.popleft()
        items = [entry for entry in group if isinstance(entry, Item)]
        answers = iter(_answers(items, outcome, question, pool))
        yield [_done(entry, answers) for entry in group]


def grouped(entries: Iterator[Entry]) -> Iterator[list[Entry]]:
    """Yield *entries* in groups that grow from one picture to `GROUP`, so that a few pictures use every slot."""
    group: list[Entry] = []
    wanted, items, moved = 1, 0, 0
    for entry in entries:
        group.append(entry)
        if isinstance(entry, Item):
            items += 1
            moved += len(entry.data or b"")
        if items >= wanted or moved >= _MOVED or len(group) >= 4 * GROUP:
            yield group
            group, items, moved, wanted = [], 0, 0, min(wanted * 2, GROUP)
    if group:
        yield group


def _request(question: Question, items: list[Item]) -> dict[str, Any]:
    return {"do": question.do, "options": question.options, "items": [_packed(item) for item in items]}


def _packed(item: Item) -> list[Any]:
    if item.data is not None:
        return [base64.b64encode(item.data).decode("ascii"), item.sure]
    return [item.path, item.offset, item.length, item.beside, item.sure]


def _answers(items: list[Item], outcome: Outcomes, question: Question, pool: Pool) -> tuple[Answer, ...]:
    if isinstance(outcome, Answers) and len(outcome.answers) == len(items):
        return outcome.answers
    if len(items) <= 1:
        return tuple(Answer(Outcome.UNREADABLE, reason=problem_of(outcome, pool)) for _ in items)
    singles = (_request(question, [item]) for item in items)
    alone = (one for _, one in pool.run(JOB, singles, window=_WINDOW))
    pairs = zip(items, alone, strict=True)
    return tuple(answer for item, one in pairs for answer in _answers([item], one, question, pool))


def _done(entry: Entry, answers: Iterator[Answer]) -> Done:
    match entry:
        case Item():
            answer = next(answers)
            return row(entry.where, answer) if answer.picture else LeftOut(entry.where, Why.NO_PICTURE)
        case Trouble():
            return Row(entry.where, Outcome.UNREADABLE, reason=entry.problem)
        case _:
            return entry


# --- lines of the journal -----------------------------------------------------------------------------------------


def _line(done: Done) -> list[Any]:
    if not isinstance(done, Row):
        return line_of(done)
    return [
        "row", done.where, done.outcome, done.entry, done.carriers, done.signed, done.by, done.integrity,
        done.constraint, done.reason,
    ]  # fmt: skip


def _row(line: list[Any]) -> Row | None:
    match line:
        case ["row", str(where), str(outcome), str(entry), list(carriers), bool(signed), *texts]:
            by, integrity, constraint, reason = map(str, texts)
            carried = tuple(map(str, carriers))
            return Row(where, Outcome(outcome), entry, carried, signed, by, integrity, constraint, reason)
    return None
