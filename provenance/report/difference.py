"""What changed between two files: their reports side by side, and their pictures compared.

Only what differs is in `changes`. That one was made from the other is said only where its chain holds, and the
credentials in it are those of the other: the same label, the same certificate. Nothing here says which one is right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum

from provenance.record import dataclass
from provenance.report.model import ChainLink, Report
from provenance.report.permissions import NOT_STATED
from provenance.report.pixels import Pixels
from provenance.terms import AiUse, Integrity, Level

SCHEMA_VERSION = "1.0"
_WHOLE = frozenset({Integrity.INTACT, Integrity.EXPIRED})
_CREDENTIALED = _WHOLE | {Integrity.ALTERED, Integrity.NOT_COVERED}


class Relation(StrEnum):
    """How the credentials of both files stand to each other."""

    SAME = "same"  # the same manifest
    SECOND_FROM_FIRST = "second_from_first"  # the second's chain holds the first's manifest
    FIRST_FROM_SECOND = "first_from_second"
    CLAIMED = "claimed"  # one chain names the other's manifest, and does not hold
    SEPARATE = "separate"  # neither chain holds the other's
    NONE = "none"  # at least one has no credentials


class Aspect(StrEnum):
    """What a change is about, in the order it is told."""

    INTEGRITY = "integrity"
    SIGNER = "signer"
    TIME = "time"
    AI = "ai"
    STEPS = "steps"
    HISTORY = "history"
    PERMISSIONS = "permissions"
    CREDIT = "credit"
    METADATA = "metadata"
    PRIVATE = "private"
    TRACES = "traces"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the files."""

    name: str
    sha256: str
    integrity: Integrity
    level: Level
    signer: str
    manifest: str  # label of the active one
    ai_use: AiUse


@dataclass(frozen=True, slots=True)
class Change:
    """What only one side says, or both say differently."""

    aspect: Aspect
    name: str  # which permission, field or place; "" where the aspect says it
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that differs between two files."""

    schema_version: str
    language: str
    first: Side
    second: Side
    relation: Relation
    same: bool | None  # the same statement and the same picture; None: could not be told
    pixels: Pixels
    changes: tuple[Change, ...] = ()


def difference(first: Report, second: Report, pixels: Pixels) -> Difference:
    """Return what differs between the files of two reports in the same language."""
    changes = tuple(_changes(first, second))
    return Difference(
        SCHEMA_VERSION,
        first.language,
        _side(first),
        _side(second),
        _relation(first, second),
        _same(first, second, changes, pixels),
        pixels,
        changes,
    )


def _same(first: Report, second: Report, changes: tuple[Change, ...], pixels: Pixels) -> bool | None:
    if Integrity.NOT_CHECKED in (first.integrity.state, second.integrity.state):
        return None
    if changes or pixels.same is False or _label(first) != _label(second):
        return False
    return pixels.same


def _side(report: Report) -> Side:
    return Side(
        report.file.name,
        report.file.sha256,
        report.integrity.state,
        report.level,
        report.signer.who.name if report.signer else "",
        _label(report),
        report.ai_use,
    )


def _active(report: Report) -> ChainLink | None:
    if report.integrity.state not in _CREDENTIALED:
        return None
    return next((link for link in report.chain if link.depth == 0), None)


def _label(report: Report) -> str:
    active = _active(report)
    return active.id if active else ""


def _relation(first: Report, second: Report) -> Relation:
    one, other = _active(first), _active(second)
    if one is None or other is None:
        return Relation.NONE
    if _is_same(one, other):
        return Relation.SAME
    named = False
    for link, chain, relation in (
        (one, second, Relation.SECOND_FROM_FIRST),
        (other, first, Relation.FIRST_FROM_SECOND),
    ):
        held = next((found for found in chain.chain if found.id == link.id), None)
        if held is not None and chain.integrity.state in _WHOLE and _is_same(held, link):
            return relation
        named = named or held is not None
    return Relation.CLAIMED if named else Relation.SEPARATE


def _is_same(one: ChainLink, other: ChainLink) -> bool:
    marks = [(link.id, link.who.fingerprint if link.who else "") for link in (one, other)]
    return marks[0] == marks[1]


# --- changes -------------------------------------------------------------------------------------------------------
def _changes(first: Report, second: Report) -> Iterator[Change]:
    reports = (first, second)
    yield from _told(Aspect.INTEGRITY, *([report.integrity.sentence.text] for report in reports), only=_states(reports))
    yield from _told(Aspect.SIGNER, *(_signer(report) for report in reports))
    yield from _told(Aspect.TIME, *([report.time.sentence.text] for report in reports))
    yield from _told(Aspect.AI, *([report.ai_sentence.text] for report in reports), only=_uses(reports))
    yield from _told(Aspect.STEPS, *(_steps(report) for report in reports), apart=True)
    yield from _told(Aspect.HISTORY, *(_history(report) for report in reports), apart=True)
    yield from _named(Aspect.PERMISSIONS, *(_permissions(report) for report in reports))
    yield from _named(Aspect.CREDIT, *(_credits(report) for report in reports))
    yield from _named(Aspect.METADATA, *(_carriers(report) for report in reports))
    private = ([f"{line.name} ({line.where})" for line in report.carried.private] for report in reports)
    yield from _told(Aspect.PRIVATE, *private, apart=True)
    traces = ([f"{line.tool} ({line.where})" for line in report.carried.traces] for report in reports)
    yield from _told(Aspect.TRACES, *traces, apart=True)


def _states(reports: Iterable[Report]) -> bool:
    return len({(report.integrity.state, report.integrity.chain_intact) for report in reports}) > 1


def _uses(reports: Iterable[Report]) -> bool:
    return len({report.ai_use for report in reports}) > 1


def _told(
    aspect: Aspect, before: list[str], after: list[str], *, only: bool = True, apart: bool = False
) -> Iterator[Change]:
    """Yield how *before* and *after* differ; *apart*: of lists, what only one of them holds."""
    if not only or before == after:
        return
    if not apart:
        yield Change(aspect, "", tuple(before), tuple(after))
        return
    gone, new = _without(before, after), _without(after, before)
    if gone or new:
        yield Change(aspect, "", gone, new)


def _without(these: list[str], those: list[str]) -> tuple[str, ...]:
    left = list(those)
    found = []
    for one in these:
        if one in left:
            left.remove(one)
        else:
            found.append(one)
    return tuple(found)


def _named(aspect: Aspect, before: dict[str, tuple[str, ...]], after: dict[str, tuple[str, ...]]) -> Iterator[Change]:
    for name in dict.fromkeys((*before, *after)):
        one, other = before.get(name, ()), after.get(name, ())
        if one != other:
            yield Change(aspect, name, one, other)


def _signer(report: Report) -> list[str]:
    return [f"{report.signer.who.name} ({report.signer.who.fingerprint[:16]})"] if report.signer else []


def _steps(report: Report) -> list[str]:
    return [f"{step.what} ({step.who.name})" for step in report.ledger]


def _history(report: Report) -> list[str]:
    return [link.title or link.id for link in report.chain if link.depth > 0]


def _permissions(report: Report) -> dict[str, tuple[str, ...]]:
    return {
        line.name: (f"{line.effective}: {line.constraint}" if line.constraint else line.effective,)
        for line in report.permissions
        if line.effective != NOT_STATED
    }


def _credits(report: Report) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in report.credits:
        found[line.key] = (*found.get(line.key, ()), line.text)
    return found


def _carriers(report: Report) -> dict[str, tuple[str, ...]]:
    return {
        f"{line.name} ({value.where})": value.texts
        for line in report.agreement
        for value in line.values
        if value.carrier != "manifest"
    }
