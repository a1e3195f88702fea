"""EXIF, IPTC and XMP beside the credentials, in words: was and is, who states what, who may be held to it.

Values out of credentials that do not hold are what stood in them, attributed to nobody. Values that a signature
covers are not by that stated by the signer. A difference accuses nobody: programs rewrite metadata on every save.
"""

from __future__ import annotations

from collections.abc import Iterable

from provenance.metadata.agreement import Agreement, Ledger, State, compare, groups, same
from provenance.metadata.fields import digital_source_type
from provenance.metadata.model import AI_FIELDS, Carrier, Field, Private, Value
from provenance.plain import plain
from provenance.record import dataclass
from provenance.report.agreed import AgreementLine, CarriedBlock, CarrierValue, PrivateLine
from provenance.report.blocks import sentence
from provenance.report.declared import Origin, Step, StepKind
from provenance.report.flags import plus_phrase
from provenance.report.names import moment, name_signer, shown
from provenance.report.phrases import describe_source
from provenance.report.said import Said
from provenance.report.summary import ai_use
from provenance.report.traces import trace_line
from provenance.report.wording import Catalogue, Phrase
from provenance.terms import (
    GENERATIVE_SOURCE_TYPES,
    INCEPTION_ACTIONS,
    TRAINING_MINING,
    TRAINING_MINING_LEGACY,
    AiUse,
    Integrity,
)
from provenance.verification.model import Manifest, Verification
from provenance.verification.values import assertion_of, base

_SHORT = 80  # characters of one value in a sentence
_MOST = 64  # texts of one value in a report: a file may hold a list of any length
_VOICES = {
    Integrity.INTACT: "signed",
    Integrity.EXPIRED: "expired",
    Integrity.NOT_COVERED: "open",
    Integrity.ALTERED: "changed",
}
_BEGINS_WITHOUT_AI = frozenset({StepKind.BLANK, StepKind.CAPTURE, StepKind.HUMAN, StepKind.ALGORITHMIC})
# Where the carriers contradict one another and nobody states anything, only these are for the first screen:
# titles and descriptions of cameras and programs differ in most files.
_WEIGHTY = frozenset({Field.CREATOR, Field.RIGHTS, Field.CREDIT, Field.COPYRIGHT_OWNER, Field.DATA_MINING})


@dataclass(frozen=True, slots=True)
class _Statement:
    """What is stated about one field, and in whose voice."""

    voice: str  # "signed", "expired", "open", "changed", "unsigned"
    manifest: Manifest | None


def agreement(verification: Verification, say: Catalogue, *, steps: tuple[Step, ...]) -> tuple[AgreementLine, ...]:
    """Return one line for each field that the credentials of the file, or the file itself, say anything of."""
    stating = _stating(verification)
    stated = tuple(
        value
        for number, manifest in enumerate(stating)
        for value in manifest.stated
        if not any(value.field is other.field for earlier in stating[:number] for other in earlier.stated)
    )
    found = compare(stated, verification.carried, ledger=_ledger(verification, steps))
    return tuple(_line(one, _statement(one, verification, stating), say) for one in found)


def _stating(verification: Verification) -> tuple[Manifest, ...]:
    """Return the manifests that speak of the file as it is: the active one; of an update, what it updates, too."""
    known = {manifest.label: manifest for manifest in verification.manifests}
    found: list[Manifest] = []
    manifest = verification.active_manifest
    while manifest is not None and manifest not in found:
        found.append(manifest)
        parent = next((one.manifest for one in manifest.ingredients if one.is_parent), "")
        manifest = known.get(parent) if manifest.update else None
    return tuple(found)


def _ledger(verification: Verification, steps: tuple[Step, ...]) -> Ledger:
    declared = tuple(step for step in steps if step.origin is not Origin.TRACE)
    use = ai_use(verification, declared) if declared else AiUse.UNKNOWN
    types = frozenset(step.source_type for step in declared if step.source_type)
    if any(step.kind.generative for step in declared):
        return Ledger(True, types)
    begins = any(step.action in INCEPTION_ACTIONS and step.kind in _BEGINS_WITHOUT_AI for step in declared)
    unsure = any(step.ai for step in declared)
    return Ledger(False if (use is AiUse.NONE_DECLARED or begins) and not unsure else None, types)


def _statement(found: Agreement, verification: Verification, stating: tuple[Manifest, ...]) -> _Statement:
    manifest = next(
        (one for one in stating if any(value.field is found.field for value in one.stated)),
        verification.active_manifest,
    )
    if manifest is None:
        return _Statement("unsigned", None)
    return _Statement(_VOICES.get(verification.integrity, "changed"), manifest)


# --- one field ----------------------------------------------------------------------------------------------------


def _line(found: Agreement, statement: _Statement, say: Catalogue) -> AgreementLine:
    name = say(f"metadata.field.{found.field}")
    who = name_signer(statement.manifest, say) if statement.manifest else None
    ours = tuple(value for value in found.values if value.carrier is Carrier.MANIFEST)
    attributable = statement.voice == "signed" and (bool(ours) or found.state is State.AI_CONFLICT)
    key, values = _sentence(found, statement, who.name if who else "", say)
    return AgreementLine(
        field=found.field,
        name=name,
        state=found.state,
        sentence=sentence(say, f"agreement.{key}", field=name, **values),
        values=tuple(_shown(value, say) for value in found.values),
        stated_by=who if attributable else None,
        strictest=found.strictest,
        first_screen=found.state.disagrees and (found.state is not State.INTERNAL or found.field in _WEIGHTY),
    )


def _shown(value: Value, say: Catalogue) -> CarrierValue:
    # A prompt stays private unless somebody looks for it in the file.
    texts = () if value.field is Field.AI_PROMPT else tuple(shown(text) for text in value.texts[:_MOST])
    return CarrierValue(value.carrier, shown(value.where), texts, _phrase(value, say))


def _sentence(found: Agreement, statement: _Statement, who: str, say: Catalogue) -> tuple[str, dict[str, object]]:
    ours = tuple(value for value in found.values if value.carrier is Carrier.MANIFEST)
    theirs = tuple(value for value in found.values if value.carrier is not Carrier.MANIFEST)
    voice = statement.voice
    changed = ".changed" if voice == "changed" else ""
    here = _joined(groups(theirs), say)
    match found.state:
        case State.MATCH | State.TRUNCATED:
            carriers = dict.fromkeys((Carrier.MANIFEST, *(value.carrier for value in theirs)))  # the steps, at least
            return found.state.value, {"carriers": _names(carriers, say)}
        case State.ONLY_MANIFEST:
            return f"only_manifest{changed}", {"stated": _stated(ours, voice, who, say)}
        case State.ONLY_HERE:
            return f"only_here.{voice}", {"here": here}
        case State.INTERNAL:
            return "internal", {"here": here}
        case State.AI_CONFLICT:
            return f"ai_conflict{changed}", {"stated": _of_ledger(found, theirs, voice, who, say), "here": here}
        case State.MISMATCH:
            others = tuple(value for value in theirs if not any(same(value, stated) for stated in ours))
            here = _joined(groups(others or theirs), say)
            return f"mismatch{changed}", {"stated": _stated(ours, voice, who, say), "here": here}
    return _permission_conflict(found, ours, theirs, voice, who, say)


def _permission_conflict(
    found: Agreement, ours: tuple[Value, ...], theirs: tuple[Value, ...], voice: str, who: str, say: Catalogue
) -> tuple[str, dict[str, object]]:
    counts = say("agreement.strictest.each")
    if found.strictest:
        counts = say("agreement.strictest", carriers=_names(found.strictest, say))
    here = _joined(groups(theirs), say)
    several = len(groups(ours)) > 1
    if not ours or (not theirs and not several):
        return "permission_conflict.internal", {"here": here or _joined(groups(ours), say), "counts": counts}
    stated = _placed(ours, theirs, voice, who, say) if several else _stated(ours, voice, who, say)
    if several and all(any(same(value, one) for one in ours) for value in theirs):
        # Kept from the file into the signed fields: the credentials differ in themselves, the file says nothing else.
        return "permission_conflict.within", {"stated": stated}
    changed = ".changed" if voice == "changed" else ""
    return f"permission_conflict{changed}", {"stated": stated, "here": here, "counts": counts}


def _placed(ours: tuple[Value, ...], theirs: tuple[Value, ...], voice: str, who: str, say: Catalogue) -> Phrase:
    """Return what the credentials state in several ways: each with where in them, and where else it stands."""
    clauses = []
    for group in groups(ours):
        others = dict.fromkeys(value.carrier for value in theirs if same(value, group[0]))
        places = dict.fromkeys(_part(value, say) for value in group)
        where = say.join((*places, *(say(f"metadata.carrier.{carrier}") for carrier in others)))
        clauses.append(say("agreement.value", text=_phrase(group[0], say), carriers=where))
    return say(f"agreement.stated.{voice}", old=say.join(clauses, by="report.join.clauses"), who=who)


def _part(value: Value, say: Catalogue) -> Phrase:
    mining = base(value.where.partition(" ")[0]) in (TRAINING_MINING, TRAINING_MINING_LEGACY)
    return say(f"agreement.part.{'permissions' if mining else 'fields'}")


def _stated(ours: tuple[Value, ...], voice: str, who: str, say: Catalogue) -> Phrase:
    old = say.join(dict.fromkeys(_phrase(group[0], say) for group in groups(ours)))
    return say(f"agreement.stated.{voice}", old=old, who=who)


def _of_ledger(found: Agreement, theirs: tuple[Value, ...], voice: str, who: str, say: Catalogue) -> Phrase:
    """Return what the declared steps say against what the file says of AI."""
    none = found.field in AI_FIELDS or _says_generative(theirs)
    return say(f"agreement.steps.{'none' if none else 'some'}.{voice}", who=who)


def _says_generative(values: tuple[Value, ...]) -> bool:
    return any(digital_source_type(text) in GENERATIVE_SOURCE_TYPES for value in values for text in value.texts)


def _joined(found: Iterable[tuple[Value, ...]], say: Catalogue) -> Phrase:
    return say.join(
        (say("agreement.value", text=_phrase(group[0], say), carriers=_carriers(group, say)) for group in found),
        by="report.join.clauses",
    )


def _phrase(value: Value, say: Catalogue) -> Phrase:
    """Return what a value says, for people: in quotes what somebody wrote, in words what a standard's code means."""
    first = value.texts[0] if value.texts else ""
    if value.field is Field.AI_PROMPT:
        return say("agreement.withheld")
    if value.field is Field.SOURCE_TYPE:
        return Phrase(plain(describe_source(digital_source_type(first), say)))
    if value.field is Field.DATA_MINING:
        return plus_phrase(first, say)
    return say("report.quoted", text=Phrase(plain("; ".join(value.texts), limit=_SHORT)))


def _carriers(values: Iterable[Value], say: Catalogue) -> Phrase:
    return _names(dict.fromkeys(value.carrier for value in values), say)


def _names(carriers: Iterable[Carrier], say: Catalogue) -> Phrase:
    return say.join(say(f"metadata.carrier.{carrier}") for carrier in carriers)


# --- the whole --------------------------------------------------------------------------------------------------


def carried(verification: Verification, say: Catalogue) -> CarriedBlock:
    """Return what can be said of EXIF, IPTC and XMP as a whole, given the credentials."""
    found = verification.carried
    return CarriedBlock(
        sentence=sentence(say, f"agreement.carried.{_situation(verification)}"),
        wrote=_wrote(verification, say),
        writer=shown(found.writer),
        written=shown(found.written),
        redacted=_redacted(verification, say),
        private=tuple(_private(one, say) for one in dict.fromkeys(found.private)),
        traces=tuple(trace_line(one, say) for one in found.traces),
        problems=tuple(shown(problem) for problem in found.problems),
    )


def _situation(verification: Verification) -> str:
    voice = _VOICES.get(verification.integrity)
    if voice is None or not verification.manifests:
        known = {Integrity.ELSEWHERE: "elsewhere", Integrity.NOT_CHECKED: "not_checked"}
        return known.get(verification.integrity, "unsigned" if verification.carried.values else "nothing")
    if not verification.carried.values:
        return "nothing"
    beside = verification.source.kind == "sidecar" and voice == "signed"
    return "sidecar" if beside else voice


def _wrote(verification: Verification, say: Catalogue) -> Said | None:
    found = verification.carried
    if not found.writer:
        return None
    if not found.written:
        return sentence(say, "agreement.wrote", program=found.writer)
    return sentence(say, "agreement.wrote_at", program=found.writer, time=moment(found.written))


def _redacted(verification: Verification, say: Catalogue) -> Said | None:
    """Say that the signer's credit fields were taken out of the credentials, and by whom."""
    for manifest in verification.manifests:
        if any(assertion_of(uri).partition("__")[0].endswith(".metadata") for uri in manifest.redacts):
            return sentence(say, "agreement.redacted", who=name_signer(manifest, say).name)
    return None


def _private(found: Private, say: Catalogue) -> PrivateLine:
    return PrivateLine(found.kind, say(f"metadata.private.{found.kind}"), shown(found.where))
