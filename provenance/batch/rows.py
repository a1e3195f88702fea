"""One row for each picture: what was decided, and who said so. Light: the child loads it."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

from provenance.plain import MACHINE, plain
from provenance.record import dataclass


class Outcome(StrEnum):
    """What may be done with one picture; the first four are decisions."""

    ALLOWED = "allowed"
    NOT_ALLOWED = "not_allowed"
    CONSTRAINED = "constrained"
    NOT_STATED = "not_stated"
    UNREADABLE = "unreadable"  # could not be read or decided: never taken


@dataclass(frozen=True, slots=True)
class Answer:
    """What a child says of one picture."""

    outcome: Outcome = Outcome.NOT_STATED
    entry: str = ""  # the entry of the standard that was asked for
    carriers: tuple[str, ...] = ()  # which of them decided
    signed: bool = False  # whether a manifest stands behind it, whatever it is worth
    by: str = ""
    integrity: str = ""  # of the manifest: intact, altered …; "" if there is none
    constraint: str = ""
    reason: str = ""
    picture: bool = True  # False: its content is no picture at all


@dataclass(frozen=True, slots=True)
class Answers:
    """What a child says of a group."""

    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One picture."""

    where: str
    outcome: Outcome
    entry: str = ""
    carriers: tuple[str, ...] = ()
    signed: bool = False
    by: str = ""
    integrity: str = ""
    constraint: str = ""
    reason: str = ""


def row(where: str, answer: Answer) -> Row:
    """Return *answer*, its texts sanitised, as the row of *where*."""
    return Row(
        where, answer.outcome, _shown(answer.entry), tuple([_shown(name) for name in answer.carriers]), answer.signed,
        _shown(answer.by), _shown(answer.integrity), _shown(answer.constraint), _shown(answer.reason),
    )  # fmt: skip


@lru_cache(maxsize=1024)
def _shown(text: str) -> str:
    """Sanitise a text; a data set says the same few things again and again."""
    return plain(text, limit=MACHINE)
