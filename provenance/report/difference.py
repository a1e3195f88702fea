"""What changed between two files, or two steps of a chain: their reports side by side, their pictures compared.

Only what differs is in `changes`; what cannot be known of an earlier step is in `not_compared`. How the two are related
is judged in `relation`. Nothing here says which one is right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum

from provenance.record import dataclass
from provenance.report.model import Report
from provenance.report.permissions import NOT_STATED
from provenance.report.pixels import Pixels
from provenance.report.relation import Passed, Relation, active, kinship
from provenance.terms import AiUse, Integrity, Level

SCHEMA_VERSION = "1.0"


class Aspect(StrEnum):
    """What a change is about, in the order it is told."""

    INTEGRITY = "integrity"
    SIGNER = "signer"
    TIME = "time"
    AI = "ai"
    STEPS = "steps"
    HISTORY = "history"
    REDACTED = "redacted"
    PERMISSIONS = "permissions"
    CREDIT = "credit"
    METADATA = "metadata"
    PRIVATE = "private"
    TRACES = "traces"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the files, or one of the steps."""

    name: str  # of the file
    sha256: str  # of the file; "" for an earlier step, whose file is not here
    integrity: Integrity
    level: Level
    signer: str
    manifest: str  # label of the active one
    ai_use: AiUse
    step: str = ""  # its number along the parents, "0" the file as it is now, else its label; "" for a whole file
    sentence: str = ""  # of a step: what it is, and what became of it


@dataclass(frozen=True, slots=True)
class Change:
    """What only one side says, or both say differently."""

    aspect: Aspect
    name: str  # which permission, field or place; "" where the aspect says it
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that differs between two files, or two steps."""

    schema_version: str
    language: str
    first: Side
    second: Side
    relation: Relation
    same: bool | None  # the same statement and the same picture; None: could not be told
    pixels: Pixels
    changes: tuple[Change, ...] = ()
    as_part: bool = False  # the older is a component or an input, not the picture that the newer was made from
    between: tuple[Passed, ...] = ()  # from the older to the newer, both left out
    common: Passed | None = None  # of two with a common ancestor: the nearest
    not_compared: tuple[Aspect, ...] = ()  # what is not known of an earlier step


def difference(first: Report, second: Report, pixels: Pixels, *, not_compared: tuple[Aspect, ...] = ()) -> Difference:
    """Return what differs between the files of two reports in the same language, but for what is *not_compared*."""
    changes = tuple(change for change in _changes(first, second) if change.aspect not in not_compared)
    found = kinship(first, second)
    return Difference(
        SCHEMA_VERSION,
        first.language,
        _side(first),
        _side(second),
        found.relation,
        _same(first, second, changes, pixels),
        pixels,
        changes,
        found.as_part,
        found.between,
        found.common,
        not_compared,
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


def _label(report: Report) -> str:
    link = active(report)
    return link.id if link else ""


# --- changes -------------------------------------------------------------------------------------------------------
def _changes(first: Report, second: Report) -> Iterator[Change]:
    reports = (first, second)
    yield from _told(Aspect.INTEGRITY, *([report.integrity.sentence.text] for report in reports), only=_states(reports))
    yield from _told(Aspect.SIGNER, *(_signer(report) for report in reports))
    yield from _told(Aspect.TIME, *([report.time.sentence.text] for report in reports))
    yield from _told(Aspect.AI, *([report.ai_sentence.text] for report in reports), only=_uses(reports))
    yield from _told(Aspect.STEPS, *(_steps(report) for report in reports), apart=True)
    yield from _told(Aspect.HISTORY, *(_history(report) for report in reports), apart=True)
    yield from _told(Aspect.REDACTED, *(_redacted(report) for report in reports), apart=True)
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
    return [f"{link.sentence.text} ({short(link.id)})" for link in report.chain if link.depth > 0]


def short(label: str) -> str:
    """Return enough of a manifest's label to find it again."""
    return label.partition("#")[0].rpartition(":")[2][:8]


def _redacted(report: Report) -> list[str]:
    """Return what was taken out of earlier manifests, and why."""
    found = (entry for link in report.chain for entry in link.redacts)
    return [f"{entry.key}: {entry.text}" if entry.text else entry.key for entry in found]


def _permissions(report: Report) -> dict[str, tuple[str, ...]]:
    return {
        line.name: (f"{line.effective}: {line.constraint}" if line.constraint else line.effective,)
        for line in report.permissions
        if line.effective != NOT_STATED
    }


def _credits(report: Report) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in report.credits:
        found[line.key] = tuple(dict.fromkeys((*found.get(line.key, ()), line.text)))  # a chain says it again and again
    return found


def _carriers(report: Report) -> dict[str, tuple[str, ...]]:
    return {
        f"{line.name} ({value.where})": value.texts
        for line in report.agreement
        for value in line.values
        if value.carrier != "manifest"
    }
