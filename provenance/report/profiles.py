"""The four published C2PA profiles, answered by what they mean, over the whole chain.

The published expressions look at the first ``c2pa.actions.v2`` of one manifest and demand that there is no
second; one generative step among human ones passes them, and a correction, a later time stamp or a co-author
fails them (standards §4.1, "Defects"). So each is answered by its intent, every failed condition is named,
and the expression's own answer stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from provenance.record import dataclass
from provenance.report.declared import Answer, Condition, Origin, Part, ProfileAnswer, Step, StepKind
from provenance.report.said import Said
from provenance.report.summary import taken_away
from provenance.report.wording import Catalogue
from provenance.terms import ACTIONS, C2PA_DST, DST, INCEPTION_ACTIONS, SourceType
from provenance.verification.evidence import is_working_file
from provenance.verification.model import Action, Verification

_CAPTURES = frozenset({SourceType.DIGITAL_CAPTURE, SourceType.COMPUTATIONAL_CAPTURE, SourceType.COMPOSITE_CAPTURE})
_GENERATED = frozenset({SourceType.TRAINED_ALGORITHMIC_MEDIA, SourceType.TRAINED_ALGORITHMIC_DATA})
_HUMAN_KINDS = frozenset({StepKind.HUMAN, StepKind.ALGORITHMIC, StepKind.HANDLING, StepKind.BLANK})
_ENHANCED_KINDS = frozenset({StepKind.ALGORITHMIC, StepKind.HANDLING})


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the conditions are asked of."""

    verification: Verification
    steps: tuple[Step, ...]
    starts: tuple[Step, ...]  # the inception steps that made the picture and its parts: c2pa.created
    changes: tuple[Step, ...]  # every other action, in any manifest of the picture or its parts


_Finding = tuple[Answer, tuple[str, ...]]
_Condition = Callable[[_Facts], _Finding]


def profiles(verification: Verification, say: Catalogue, *, steps: tuple[Step, ...]) -> tuple[ProfileAnswer, ...]:
    """Return the answer of each published profile. Without a manifest there is nothing to ask."""
    if not verification.manifests:
        return ()
    facts = _facts(verification, steps)
    return tuple(_answer(name, conditions, facts, say) for name, conditions in _PROFILES.items())


def _facts(verification: Verification, steps: tuple[Step, ...]) -> _Facts:
    inside = [step for step in steps if step.origin is Origin.ACTION and step.part is not Part.INPUT]
    return _Facts(
        verification=verification,
        steps=steps,
        starts=tuple(step for step in inside if step.action == "c2pa.created"),
        changes=tuple(step for step in inside if step.action not in INCEPTION_ACTIONS),
    )


def _answer(name: str, conditions: dict[str, _Condition], facts: _Facts, say: Catalogue) -> ProfileAnswer:
    found = tuple(_condition(id_, ask(facts), say) for id_, ask in conditions.items())
    met = {condition.met for condition in found}
    verdict = Answer.NO if Answer.NO in met else Answer.CANNOT_TELL if Answer.CANNOT_TELL in met else Answer.YES
    title = say(f"report.profile.{name}")
    key = f"report.profile.answer.{verdict}"
    failed = say.join(
        (condition.sentence.text for condition in found if condition.met is not Answer.YES), by="report.join.clauses"
    )
    return ProfileAnswer(
        id=name,
        title=title,
        met=verdict,
        literal=_LITERAL[name](facts.verification),
        sentence=Said(key, say(key, title=title, failed=failed)),
        conditions=found,
    )


def _condition(id_: str, finding: _Finding, say: Catalogue) -> Condition:
    met, where = finding
    key = f"report.condition.{id_}.{met}"
    return Condition(id=id_, met=met, sentence=Said(key, say(key)), where=where)


# --- conditions -------------------------------------------------------------------------------------------------


def _intact(facts: _Facts) -> _Finding:
    broken = tuple(found.label for found in facts.verification.manifests if not found.attributable)
    return (Answer.CANNOT_TELL if broken or not facts.verification.chain_intact else Answer.YES), broken


def _known_origin(facts: _Facts) -> _Finding:
    """Nothing that the picture was made from is of unknown origin, missing or taken away."""
    unknown = tuple(
        f"{manifest.label}#{found.assertion}"
        for manifest in facts.verification.manifests
        for found in manifest.ingredients
        if found.redacted
        or (not found.manifest_present if found.manifest else not (found.source_type or is_working_file(found)))
    )
    unknown += tuple(uri for manifest in facts.verification.manifests for uri in taken_away(manifest))
    return (Answer.CANNOT_TELL if unknown else Answer.YES), unknown


def _starts_with(*wanted: str, parts: tuple[str, ...] = ()) -> _Condition:
    """The picture states a beginning of the *wanted* kind; its parts do too, or begin as *parts* allows."""

    def ask(facts: _Facts) -> _Finding:
        whole = [step for step in facts.starts if step.part is Part.WHOLE]
        other = tuple(
            step.id
            for step in facts.starts
            if step.source_type not in (wanted if step.part is Part.WHOLE else wanted + parts)
        )
        if other:
            return Answer.NO, other
        return (Answer.YES if whole else Answer.CANNOT_TELL), ()

    return ask


def _no_ai(facts: _Facts) -> _Finding:
    """No step of any kind, in the picture or in what it was made from, is or may be generative."""
    generative = tuple(step.id for step in facts.steps if step.kind.generative)
    if generative:
        return Answer.NO, generative
    unclear = tuple(step.id for step in facts.steps if step.kind is StepKind.POSSIBLY or not step.recognised)
    return (Answer.CANNOT_TELL if unclear else Answer.YES), unclear


def _changes_are(kinds: frozenset[StepKind]) -> _Condition:
    def ask(facts: _Facts) -> _Finding:
        other = tuple(step.id for step in facts.changes if step.kind not in kinds | {StepKind.UNKNOWN})
        if other:
            return Answer.NO, other
        unstated = tuple(step.id for step in facts.changes if step.kind is StepKind.UNKNOWN)
        return (Answer.CANNOT_TELL if unstated else Answer.YES), unstated

    return ask


def _no_capture(facts: _Facts) -> _Finding:
    captured = tuple(step.id for step in facts.changes if step.kind is StepKind.CAPTURE)
    return (Answer.NO if captured else Answer.YES), captured


_PROFILES: dict[str, dict[str, _Condition]] = {
    "human-illustration": {
        "intact": _intact,
        "starts_blank": _starts_with(SourceType.EMPTY, parts=(SourceType.DIGITAL_CREATION,)),
        "no_ai": _no_ai,
        "human_changes": _changes_are(_HUMAN_KINDS),
        "known_origin": _known_origin,
    },
    "fully-generative-ai": {
        "intact": _intact,
        "starts_generated": _starts_with(*_GENERATED),
        "no_capture": _no_capture,
        "known_origin": _known_origin,
    },
    "real-life-capture": {
        "intact": _intact,
        "starts_captured": _starts_with(*_CAPTURES),
        "no_ai": _no_ai,
        "enhanced_changes": _changes_are(_ENHANCED_KINDS),
        "known_origin": _known_origin,
    },
    "real-media": {
        "intact": _intact,
        "starts_captured": _starts_with(*_CAPTURES),
        "known_origin": _known_origin,
    },
}


# --- the published expressions, letter by letter -----------------------------------------------------------------


def _active_actions(verification: Verification) -> tuple[Action, ...]:
    return tuple(action for action in verification.manifests[0].actions if action.assertion == ACTIONS)


def _raw(action: Action) -> str:
    return "" if action.templated else action.source_type_raw


def _first_is_created(verification: Verification) -> bool:
    actions = _active_actions(verification)
    return bool(actions) and actions[0].name == "c2pa.created"


def _single(verification: Verification) -> bool:
    return len(verification.manifests) + verification.unreachable == 1


def _only_first_begins(verification: Verification) -> bool:
    return not any(action.name in INCEPTION_ACTIONS for action in _active_actions(verification)[1:])


def _later_has(verification: Verification, wanted: Iterable[str]) -> bool:
    """Whether there is no later action, or *any* of them has exactly one of *wanted*: json-formula's `contains`."""
    later = _active_actions(verification)[1:]
    return not later or bool({_raw(action) for action in later} & set(wanted))


def _base(verification: Verification) -> bool:
    return _single(verification) and _first_is_created(verification)


def _literal_human(verification: Verification) -> bool:
    # The bare names are compared with whole URIs, so a published file of several actions never passes.
    bare = ("digitalCreation", "humanEdits", "algorithmicallyEnhanced")
    return (
        _base(verification)
        and C2PA_DST + "empty" in _raw(_active_actions(verification)[0])
        and _later_has(verification, bare)
        and _only_first_begins(verification)
    )


def _literal_generated(verification: Verification) -> bool:
    return (
        _base(verification)
        and "trainedAlgorithmicMedia" in _raw(_active_actions(verification)[0])
        and not any(_raw(action) == "Capture" for action in _active_actions(verification)[1:])
        and _only_first_begins(verification)
    )


def _literal_capture(verification: Verification) -> bool:
    return (
        _base(verification)
        and "Capture" in _raw(_active_actions(verification)[0])
        and _later_has(verification, [DST + "algorithmicallyEnhanced"])
        and _only_first_begins(verification)
    )


def _literal_media(verification: Verification) -> bool:
    return _base(verification) and "Capture" in _raw(_active_actions(verification)[0])


_LITERAL: dict[str, Callable[[Verification], bool]] = {
    "human-illustration": _literal_human,
    "fully-generative-ai": _literal_generated,
    "real-life-capture": _literal_capture,
    "real-media": _literal_media,
}
