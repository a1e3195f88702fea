"""How the credentials of two files, or of two steps of one, stand to each other.

That one was made from the other is the word of whoever signed the newer. It is repeated only where both files hold,
and the credentials in the newer are those of the older: the same label, the same certificate.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from enum import StrEnum

from provenance.record import dataclass
from provenance.report.model import ChainLink, LinkState, Report
from provenance.terms import Integrity, Relationship

_WHOLE = frozenset({Integrity.INTACT, Integrity.EXPIRED})
_HOLDS = frozenset({LinkState.INTACT, LinkState.EXPIRED})
_CREDENTIALED = _WHOLE | {Integrity.ALTERED, Integrity.NOT_COVERED}


class Relation(StrEnum):
    """How the credentials of both files stand to each other."""

    SAME = "same"  # the same manifest
    SECOND_FROM_FIRST = "second_from_first"  # the second's chain holds the first's manifest
    FIRST_FROM_SECOND = "first_from_second"
    CLAIMED = "claimed"  # one chain names the other's manifest, and not both hold
    COMMON = "common"  # both chains hold the same earlier manifest
    SEPARATE = "separate"  # nothing in one chain is in the other
    NONE = "none"  # at least one has no credentials


@dataclass(frozen=True, slots=True)
class Passed:
    """A manifest that both came by: between the older and the newer, or the nearest that both were made from."""

    manifest: str  # its label
    sentence: str
    signer: str = ""
    time: str = ""  # ISO 8601; "" where none is stated


@dataclass(frozen=True, slots=True)
class Kinship:
    """How two files are related, and through what."""

    relation: Relation
    as_part: bool = False  # the older is a component or an input, not the picture that the newer was made from
    between: tuple[Passed, ...] = ()  # from the older to the newer, both left out
    common: Passed | None = None  # of COMMON: the nearest that both chains hold


def active(report: Report) -> ChainLink | None:
    """Return the link of the file as it is now; None if it has no credentials that were checked."""
    if report.integrity.state not in _CREDENTIALED:
        return None
    return next((link for link in report.chain if link.depth == 0), None)


def kinship(first: Report, second: Report) -> Kinship:
    """Return how the files of two reports are related."""
    one, other = active(first), active(second)
    if one is None or other is None:
        return Kinship(Relation.NONE)
    if _is_same(one, other):
        return Kinship(Relation.SAME)
    named = False
    whole = {first.integrity.state, second.integrity.state} <= _WHOLE
    for older, newer, relation in (
        (one, second, Relation.SECOND_FROM_FIRST),
        (other, first, Relation.FIRST_FROM_SECOND),
    ):
        held = next((link for link in newer.chain if link.id == older.id), None)
        if held is not None and whole and held.state in _HOLDS and _is_same(held, older):
            return _through(newer, older.id, relation)
        named = named or held is not None or any(link.named == older.id for link in newer.chain)
    if named:
        return Kinship(Relation.CLAIMED)
    common = _common(first, second)
    return Kinship(Relation.COMMON if common else Relation.SEPARATE, common=common)


def _is_same(one: ChainLink, other: ChainLink) -> bool:
    marks = [(link.id, link.who.fingerprint if link.who else "") for link in (one, other)]
    return marks[0] == marks[1]


def _through(newer: Report, older: str, relation: Relation) -> Kinship:
    links = {link.id: link for link in newer.chain}
    start = next(link.id for link in newer.chain if link.depth == 0)
    by_parents = _way(links, start, older, parents_only=True)
    way = by_parents or _way(links, start, older, parents_only=False)
    return Kinship(relation, not by_parents, tuple(_passed(links[label]) for label in reversed(way[1:-1])))


def _way(links: dict[str, ChainLink], start: str, end: str, *, parents_only: bool) -> list[str]:
    """Return the labels of a shortest way from *start* back to *end*, both among them; [] if there is none."""
    came: dict[str, str] = {start: ""}
    waiting = deque([start])
    while waiting:
        label = waiting.popleft()
        if label == end:
            return list(_back(came, end))
        for edge in links[label].made_from:
            follow = not parents_only or edge.relationship == Relationship.PARENT_OF
            if follow and edge.target in links and edge.target not in came:
                came[edge.target] = label
                waiting.append(edge.target)
    return []


def _back(came: dict[str, str], end: str) -> Iterator[str]:
    way = [end]
    while came[way[-1]]:
        way.append(came[way[-1]])
    return reversed(way)


def _common(first: Report, second: Report) -> Passed | None:
    """Return the nearest manifest that both chains hold, where both hold."""
    if {first.integrity.state, second.integrity.state} - _WHOLE:
        return None
    there = {link.id: link for link in second.chain if link.state in _HOLDS}
    shared = [
        link for link in first.chain if link.state in _HOLDS and link.id in there and _is_same(link, there[link.id])
    ]
    nearest = min(shared, key=lambda link: link.depth + there[link.id].depth, default=None)
    return _passed(nearest) if nearest else None


def _passed(link: ChainLink) -> Passed:
    return Passed(link.id, link.sentence.text, link.who.name if link.who else "", link.time.value if link.time else "")
