"""A report as one screen of text, what `verify` prints. The first line is the headline; nothing is said by colour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby

from provenance.metadata.agreement import State
from provenance.metadata.model import AI_FIELDS, Field
from provenance.plain import plain
from provenance.report.agreed import AgreementLine
from provenance.report.declared import Origin, PermissionLine, Step
from provenance.report.layout import Page, columns, pad
from provenance.report.model import LinkState, Report
from provenance.report.permissions import NOT_STATED, with_carrier
from provenance.report.wording import Catalogue, Phrase
from provenance.terms import CONTACT, Integrity, Level, Strength, Use

NARROWEST = 40
_STEPS = 8
_NOTE = 60
_WIDEST_LABEL = 16
_REASONS = 2
_ANCESTORS = 3
_UNKNOWNS = 3
_CONTACTS = 2
_FINDINGS = 3
_DIFFERENCES = 3
_MISSING = 6  # names of fields
_OPEN = frozenset({Integrity.ALTERED, Integrity.NOT_COVERED})
_FIRST = (Field.CREATOR, Field.DATA_MINING, Field.SOURCE_TYPE, Field.RIGHTS)
_EVIDENCE = 2
_LABELS = (
    "intact", "source", "signer", "time", "identity", "ai", "steps", "statements", "history", "careful", "carriers",
    "permissions", "unknown",
)  # fmt: skip
_MARK = 3
_SAID_ABOVE = frozenset(
    {"history_damaged", "history_missing", "not_covered", "not_checked", "expired", "unsigned_trace"}
)
_PERMISSION_ORDER = (Use.NOT_ALLOWED, Use.CONSTRAINED, Use.ALLOWED, NOT_STATED)


def render(report: Report, *, width: int = 80) -> str:
    """Return *report* as one screen of text, no line wider than *width* columns (at least 40)."""
    say = Catalogue(report.language)
    page = Page(max(width, NARROWEST), margin=_margin(say))
    page.line(report.headline.text)
    page.line(file_line(report, say))
    page.row(say("report.label.intact"), report.integrity.sentence.text)
    _reasons(page, report, say)
    if report.signer is None:
        page.row(say("report.label.source"), report.source.sentence.text)
        _careful(page, report, say)
        _traces(page, report, say)
        _carriers(page, report, say)
        if any(line.sources for line in report.permissions):
            _permissions(page, report, say)
        _evidence(page, report, say)
        _unknown(page, report, say)
        return page.text()
    _signer(page, report, say)
    page.row(say("report.label.ai"), report.ai_sentence.text)
    _steps(page, report, say)
    _statements(page, report, say)
    _history(page, report, say)
    _evidence(page, report, say)
    _careful(page, report, say)
    _carriers(page, report, say)
    _permissions(page, report, say)
    _unknown(page, report, say)
    return page.text()


def file_line(report: Report, say: Catalogue) -> Phrase:
    """Return name, kind and size of the file; of one that could not be read, its name."""
    found = report.file
    if not found.media_type:
        return Phrase(plain(found.name))
    return say("report.text.size", name=found.name, type=found.media_type, size=f"{found.size:,}")


def _margin(say: Catalogue) -> int:
    labels = [say("evidence.label"), *(say(f"report.label.{name}") for name in _LABELS)]
    return min(_WIDEST_LABEL, max(map(columns, labels))) + 1


def _reasons(page: Page, report: Report, say: Catalogue) -> None:
    if report.integrity.state in {Integrity.INTACT, Integrity.EXPIRED}:
        return
    found = report.integrity.failures
    for failure in found[:_REASONS]:
        line = say("report.full.status", code=failure.key, text=failure.text or say("report.integrity.no_reason"))
        page.more(_cut(line), mark="-")
    _and_more(page, len(found) - _REASONS, say)


def _signer(page: Page, report: Report, say: Catalogue) -> None:
    signer = report.signer
    if signer is None:
        return
    page.row(say("report.label.signer"), signer.sentence.text)
    if signer.who.fingerprint:
        page.more(signer.who.fingerprint)
    if signer.level is not Level.UNVERIFIED:
        page.more(say("report.full.revocation", text=say.term("report.revocation", signer.revocation)))
    page.row(say("report.label.time"), report.time.sentence.text)
    if report.identities:
        page.row(say("report.label.identity"), report.identities[0].sentence.text)
        _and_more(page, len(report.identities) - 1, say)
    if report.source.kind == "sidecar":
        page.row(say("report.label.source"), report.source.sentence.text)


def _steps(page: Page, report: Report, say: Catalogue) -> None:
    if not report.ledger:
        page.row(say("report.label.steps"), say("report.text.steps_none"))
        return
    shown = fold(report.ledger)
    label = say("report.label.steps")
    for _, group in groupby(shown, key=lambda step: (step.manifest, step.gathered, step.origin is Origin.TRACE)):
        steps = list(group)
        page.row(label, heading(steps[0], say))
        for (line, mark), same in groupby(steps, key=lambda step: (_line(step, say), mark_of(step, say))):
            page.more(_times(line, len(list(same)), say), mark=mark)
        label = Phrase("")
    _and_more(page, len(report.ledger) - len(shown), say)


def _line(step: Step, say: Catalogue) -> str:
    """Return what a step says, where in the picture, and the signer's note, each cut to fit a screen."""
    parts = [_cut(step.what)]
    if step.regions:
        more = f" +{len(step.regions) - 1}" if len(step.regions) > 1 else ""
        parts.append(say("report.ledger.region", text=plain(step.regions[0], limit=_NOTE) + more))
    if step.description and step.origin is Origin.ACTION:
        parts.append(say("report.ledger.note", text=Phrase(plain(step.description, limit=_NOTE))))
    return " · ".join(parts)


def mark_of(step: Step, say: Catalogue) -> str:
    """Return what stands before a step: that it is or may be AI, or a dash."""
    return pad(ai_mark(step, say), _MARK) if step.ai else " - "


def ai_mark(step: Step, say: Catalogue) -> str:
    """Return in a reader's language that a step is or may be AI, or ""."""
    return say(f"report.mark.{step.ai}") if step.ai else ""


def heading(step: Step, say: Catalogue) -> str:
    """Return who states the steps of one manifest."""
    if step.origin is Origin.TRACE:
        return say("report.text.by_trace")
    if step.strength is Strength.SIGNED_BROKEN and not step.expired:
        return say("report.text.by_broken")
    return say(f"report.text.{'by_gathered' if step.gathered else 'by'}", who=step.who.name)


def fold(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Return at most as many steps as a screen holds; those that are or may be AI are the last to go."""
    if len(steps) <= _STEPS:
        return steps
    keep = sorted(range(len(steps)), key=lambda n: (not steps[n].kind.generative, not steps[n].ai, n))[:_STEPS]
    return tuple(steps[number] for number in sorted(keep))


def _times(text: str, n: int, say: Catalogue) -> str:
    return say("report.text.times", what=Phrase(text), n=n) if n > 1 else text


def _cut(text: str) -> str:
    return Phrase(text) if len(text) <= 150 else plain(text, limit=140)


def _traces(page: Page, report: Report, say: Catalogue) -> None:
    if report.ledger:
        page.row(say("report.label.ai"), report.ai_sentence.text)


def _statements(page: Page, report: Report, say: Catalogue) -> None:
    label = say("report.label.statements")
    for statement in report.statements[:2]:
        page.row(label, statement.sentence.text)
        label = Phrase("")


def _history(page: Page, report: Report, say: Catalogue) -> None:
    """A damaged, redacted, missing or unknown ancestor is in the first screen (D4)."""
    # An ancestor whose certificate ran out since is still what was signed; its steps say that it did.
    whole = {LinkState.INTACT, LinkState.EXPIRED}
    found = Counter(_cut(link.sentence.text) for link in report.chain if link.depth and link.state not in whole)
    label = say("report.label.history")
    troubled = [_times(text, n, say) for text, n in found.items()]
    for text in troubled[:_ANCESTORS]:
        page.row(label, text)
        label = Phrase("")
    _and_more(page, len(troubled) - _ANCESTORS, say)


def _evidence(page: Page, report: Report, say: Catalogue) -> None:
    """What was signed as working material in short, and every file that was shown."""
    label = say("evidence.label")
    shown = [line.sentence.text for line in report.evidence.presented]
    found = shown or [line.sentence.text for line in report.evidence.signed]
    for text in found if shown else found[:_EVIDENCE]:
        page.row(label, text)
        label = Phrase("")
    if not shown:
        _and_more(page, len(found) - _EVIDENCE, say)


def _careful(page: Page, report: Report, say: Catalogue) -> None:
    found = [finding for finding in report.findings if finding.first_screen and finding.id not in _SAID_ABOVE]
    label = say("report.label.careful")
    for finding in found[:_FINDINGS]:
        page.row(label, finding.sentence)
        label = Phrase("")
    _and_more(page, len(found) - _FINDINGS, say)


def _carriers(page: Page, report: Report, say: Catalogue) -> None:
    """Say where EXIF, IPTC or XMP say otherwise than the credentials, or than one another."""
    found = [line for line in report.agreement if line.first_screen]
    found.sort(key=lambda line: _FIRST.index(line.field) if line.field in _FIRST else len(_FIRST))
    label = say("report.label.carriers")
    for line in found[:_DIFFERENCES]:
        page.row(label, line.sentence.text)
        label = Phrase("")
    _and_more(page, len(found) - _DIFFERENCES, say)
    missing = missing_now(report)
    if missing:
        names = say.join(line.name for line in missing[:_MISSING])
        more = f" +{len(missing) - _MISSING}" if len(missing) > _MISSING else ""
        page.row(label, say("agreement.missing", what=Phrase(names + more)))
        label = Phrase("")
    if (found or missing) and report.carried.wrote and report.integrity.state is Integrity.ALTERED:
        page.row(label, report.carried.wrote.text)


def missing_now(report: Report) -> list[AgreementLine]:
    """Return the fields of credit and permission that the credentials state and the file does not say any more.

    A file whose bytes are those that were signed never said more: then there is nothing to tell here. What is stated of
    AI stands among the declared steps.
    """
    if report.integrity.state not in _OPEN:
        return []
    missing = [line for line in report.agreement if line.state is State.ONLY_MANIFEST]
    return [line for line in missing if line.field not in AI_FIELDS and line.field is not Field.SOURCE_TYPE]


def _permissions(page: Page, report: Report, say: Catalogue) -> None:
    label = say("report.label.permissions")
    if all(line.effective == NOT_STATED for line in report.permissions):
        page.row(label, say("report.permission.none"))
        return
    # That the file contradicts the credentials, and that the strictest counts, stands above already.
    told = any(line.state is State.PERMISSION_CONFLICT for line in report.agreement)
    lines = [replace(line, conflict=False) if told else line for line in report.permissions]
    for sentence in (*permission_sentences(lines, say), *contact_sentences(report, say)):
        page.row(label, sentence)
        label = Phrase("")


def permission_sentences(lines: Iterable[PermissionLine], say: Catalogue) -> list[str]:
    """Return one sentence for all entries that say the same, the strictest first."""
    groups: dict[tuple[str, str, bool, str], list[str]] = {}
    for line in lines:
        groups.setdefault((line.effective, line.constraint, line.conflict, line.carrier), []).append(line.name)
    said = []
    for effective, terms, conflict, carrier in sorted(groups, key=lambda key: _PERMISSION_ORDER.index(key[0])):
        key = "not_stated" if effective == NOT_STATED else effective
        names = say.join(groups[effective, terms, conflict, carrier])
        text = with_carrier(say(f"report.permission.{key}", entry=names, terms=terms), carrier, say)
        said.append(with_conflict(text, conflict, say))
    return said


def contact_sentences(report: Report, say: Catalogue) -> list[str]:
    """Return whom to ask, where something may be done under terms only."""
    if all(line.effective != Use.CONSTRAINED for line in report.permissions):
        return []
    contacts = [line for line in report.credits if line.key == CONTACT and line.attributable]
    said: list[str] = [
        say("report.permission.contact", contact=line.text, who=line.stated_by.name) for line in contacts
    ]
    return list(dict.fromkeys(said))[:_CONTACTS]


def with_conflict(sentence: str, conflict: bool, say: Catalogue) -> str:
    """Return *sentence*; where other places say otherwise, with the remark that they do."""
    if not conflict:
        return sentence
    return say("report.ledger.with", phrase=Phrase(sentence), extra=say("report.permission.conflict"))


def _unknown(page: Page, report: Report, say: Catalogue) -> None:
    label = say("report.label.unknown")
    for unknown in report.unknowns[:_UNKNOWNS]:
        page.row(label, unknown.text)
        label = Phrase("")
    _and_more(page, len(report.unknowns) - _UNKNOWNS, say)


def _and_more(page: Page, n: int, say: Catalogue) -> None:
    if n > 0:
        page.more(say("report.text.more", n=n))
