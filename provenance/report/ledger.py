"""The AI ledger: every step that any reachable manifest declares, who states it, and how strong that is.

A superset of the official signals (`signals`, standards §4.1). It reads every actions assertion, old and new
and every instance, with templates merged; source types of ingredients; AI disclosures; non-editorial actions
that carry a generative type; our own structured `ai` parameters; and, as weak hints, the legacy signs.

The order is: oldest manifest first, within a manifest as it stands. Nothing says that this is the order in
which things happened (C2PA 2.4 §actions). An unknown source type is "unrecognised", never a no.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from provenance.record import dataclass
from provenance.report import traces
from provenance.report.declared import Origin, Part, Step, StepKind
from provenance.report.names import name_signer, same_signer, shown
from provenance.report.phrases import ai_phrase, describe_action, describe_source, relationship_phrase
from provenance.report.said import Said, Who
from provenance.report.tools import known_generator
from provenance.report.wording import Catalogue
from provenance.terms import (
    GENERATIVE_SOURCE_TYPES,
    INCEPTION_ACTIONS,
    NON_EDITORIAL_ACTIONS,
    POSSIBLY_GENERATIVE_SOURCE_TYPES,
    RETIRED_SOURCE_TYPES,
    Integrity,
    Level,
    Relationship,
    SourceType,
    Strength,
)
from provenance.verification.model import Action, Ai, Ingredient, Manifest, Verification

_SILENT_ACTIONS = NON_EDITORIAL_ACTIONS | {  # say nothing about how a picture was made
    "c2pa.opened", "c2pa.placed", "c2pa.removed", "c2pa.reviewed", "c2pa.copied", "c2pa.formatted",
    "c2pa.version_updated", "c2pa.printed", "c2pa.managed", "c2pa.produced", "c2pa.saved", "c2pa.watermarked",
}  # fmt: skip
_KINDS: dict[str, StepKind] = {
    SourceType.EMPTY: StepKind.BLANK,
    SourceType.DIGITAL_CAPTURE: StepKind.CAPTURE,
    SourceType.COMPUTATIONAL_CAPTURE: StepKind.CAPTURE,
    SourceType.COMPOSITE_CAPTURE: StepKind.CAPTURE,
    SourceType.NEGATIVE_FILM: StepKind.CAPTURE,
    SourceType.POSITIVE_FILM: StepKind.CAPTURE,
    SourceType.PRINT: StepKind.CAPTURE,
    SourceType.HUMAN_EDITS: StepKind.HUMAN,
    SourceType.DIGITAL_CREATION: StepKind.HUMAN,
    SourceType.ALGORITHMICALLY_ENHANCED: StepKind.ALGORITHMIC,
    SourceType.ALGORITHMIC_MEDIA: StepKind.ALGORITHMIC,
    SourceType.DATA_DRIVEN: StepKind.ALGORITHMIC,
}
_WHOLLY_GENERATED = frozenset({SourceType.TRAINED_ALGORITHMIC_MEDIA, SourceType.TRAINED_ALGORITHMIC_DATA})
_UNSAID = Said("", "")  # every step gets its sentence in `_finish`


@dataclass(frozen=True, slots=True)
class _Source:
    """A manifest and what every step of it shares."""

    manifest: Manifest
    who: Who
    strength: Strength
    by_presenter: bool
    part: Part


def ledger(verification: Verification, say: Catalogue) -> tuple[Step, ...]:
    """Return every declared step, oldest manifest first, then what no signature covers."""
    oldest_first = sorted(verification.manifests, key=lambda manifest: -manifest.depth)
    parts = parts_of(verification)
    steps: list[Step] = []
    for manifest in oldest_first:
        source = _source(manifest, verification, parts[manifest.label], say)
        steps += _manifest_steps(source, say)
    steps += _traces(verification, say)
    return tuple(replace(step, id=f"s{number}") for number, step in enumerate(steps, 1))


def parts_of(verification: Verification) -> dict[str, Part]:
    """Return what each manifest is to the picture: the whole (any parent chain), a part of it, or an input.

    A manifest that declares nothing itself and has one ingredient hands that ingredient on whole, as some
    services do when they wrap their own output.
    """
    known = {manifest.label: manifest for manifest in verification.manifests}
    parts = dict.fromkeys(known, Part.INPUT)
    queue = [(verification.manifests[0].label, Part.WHOLE)] if verification.manifests else []
    seen: set[tuple[str, Part]] = set()
    while queue:
        label, part = queue.pop()
        if label not in known or (label, part) in seen:
            continue
        seen.add((label, part))
        parts[label] = _larger(parts[label], part)
        manifest = known[label]
        wraps = not manifest.actions and len(manifest.ingredients) == 1
        for ingredient in manifest.ingredients:
            own = Part.WHOLE if wraps else part_of_ingredient(ingredient)
            queue.append((ingredient.manifest, _smaller(part, own)))
    return parts


_SIZE = (Part.INPUT, Part.PART, Part.WHOLE)


def _larger(one: Part, other: Part) -> Part:
    return max(one, other, key=_SIZE.index)


def _smaller(one: Part, other: Part) -> Part:
    return min(one, other, key=_SIZE.index)


def part_of_ingredient(ingredient: Ingredient) -> Part:
    """Return what an ingredient is to the picture; an unknown relationship is taken for a part of it."""
    if ingredient.is_parent:
        return Part.WHOLE
    return Part.INPUT if ingredient.relationship == Relationship.INPUT_TO else Part.PART


def strength_of(manifest: Manifest) -> Strength:
    """Return how strong the evidence is for what *manifest* says."""
    if not manifest.attributable:
        return Strength.SIGNED_BROKEN
    if manifest.signer.level in {Level.LISTED, Level.KNOWN}:
        return Strength.SIGNED_TRUSTED
    return Strength.SIGNED_UNKNOWN


def _source(manifest: Manifest, verification: Verification, part: Part, say: Catalogue) -> _Source:
    active = verification.manifests[0]
    return _Source(
        manifest=manifest,
        who=name_signer(manifest, say),
        strength=strength_of(manifest),
        by_presenter=manifest.attributable and active.attributable and same_signer(manifest.signer, active.signer),
        part=part,
    )


def _manifest_steps(source: _Source, say: Catalogue) -> list[Step]:
    steps = [_ingredient_step(source, found, say) for found in source.manifest.ingredients if _says_origin(found)]
    steps += [_action_step(source, action, say) for action in source.manifest.actions]
    if not any(step.ai for step in steps):
        steps += _tool_hints(source, say)
    steps += _disclosures(source, steps, say)
    steps += _legacy_hints(source, say)
    return steps


def _finish(step: Step, source: _Source, say: Catalogue) -> Step:
    """Give *step* its sentence and, where it needs one, its caveat."""
    sentence = Said("report.states", say("report.states", who=step.who.name, what=step.what))
    if not step.attributable and not step.expired:
        sentence = Said("report.written", say("report.written", what=step.what))
    return replace(step, sentence=sentence, caveat=caveat(step, say))


def caveat(step: Step, say: Catalogue) -> Said | None:
    """Return why an AI statement must not be held against whoever shows the file (people m5, §3.5)."""
    if not step.ai:
        return None
    if step.origin is Origin.TRACE:
        key = "report.caveat.trace"
    elif not step.attributable:
        key = "report.caveat.expired" if step.expired else "report.caveat.broken"
    elif step.strength is Strength.SIGNED_UNKNOWN:
        key = "report.caveat.unknown"
    elif not step.by_presenter:
        key = "report.caveat.other"
    else:
        return None
    return Said(key, say(key, who=step.who.name))


def _blank(source: _Source, origin: Origin, what: str, kind: StepKind) -> Step:
    return Step(
        id="",
        kind=kind,
        origin=origin,
        what=what,
        sentence=_UNSAID,
        who=source.who,
        strength=source.strength,
        attributable=source.manifest.attributable,
        by_presenter=source.by_presenter,
        expired=source.manifest.integrity is Integrity.EXPIRED,
        part=source.part,
        manifest=shown(source.manifest.label),
        depth=source.manifest.depth,
    )


# --- actions ------------------------------------------------------------------------------------------------


def _action_step(source: _Source, action: Action, say: Catalogue) -> Step:
    kind = classify(action)
    step = replace(
        _blank(source, Origin.ACTION, describe_action(action, say), kind),
        assertion=shown(action.assertion),
        action=shown(action.name),
        created=action.created,
        gathered=not action.created and source.manifest.claim_version >= 2,
        basis=shown(action.basis),
        source_type=shown(action.source_type),
        source_type_raw=shown(action.source_type_raw),
        recognised=recognised(action.source_type),
        retired=action.source_type in RETIRED_SOURCE_TYPES,
        tool=shown(action.tool),
        tool_version=shown(action.tool_version),
        when=shown(action.when),
        regions=tuple(shown(region.text) for region in action.regions),
        description=shown(action.description),
        reason=shown(action.reason),
    )
    return _finish(_with_ai(step, action.ai), source, say)


def _with_ai(step: Step, ai: Ai | None) -> Step:
    if ai is None:
        return step
    return replace(
        step,
        model=shown(ai.model),
        model_version=shown(ai.model_version),
        ai_kind=shown(ai.kind),
        generative=shown(ai.generative),
        oversight=shown(ai.oversight),
        prompt=shown(ai.prompt),
        extent=shown(ai.extent),
    )


def recognised(source_type: str) -> bool:
    """Whether *source_type* is one of the standards' words, in force or retired; saying nothing is fine too."""
    return not source_type or source_type in RETIRED_SOURCE_TYPES or source_type in set(SourceType)


def classify(action: Action) -> StepKind:
    """Return what kind of step *action* declares. The more generative of source type and `ai` block counts."""
    by_source = classify_source(action.source_type, inception=action.name in INCEPTION_ACTIONS)
    if by_source.generative:
        return by_source
    generative = action.ai.generative.casefold() if action.ai else ""
    if action.ai and action.ai.kind.startswith("reference") and generative != "no":
        return StepKind.POSSIBLY  # AI stood beside the work; nothing says that any of it is in the picture
    if generative == "yes":
        return StepKind.GENERATED if action.name == "c2pa.created" else StepKind.GENERATIVE_EDIT
    if generative == "unknown" or (action.ai and not generative and by_source is not StepKind.ALGORITHMIC):
        return StepKind.POSSIBLY
    if by_source is StepKind.UNKNOWN and generative == "no":
        return StepKind.ALGORITHMIC
    if not action.source_type and action.name in _SILENT_ACTIONS:
        return StepKind.HANDLING
    return by_source


def classify_source(source_type: str, *, inception: bool) -> StepKind:
    """Return what kind of step a digital source type means."""
    current = RETIRED_SOURCE_TYPES.get(source_type) or source_type
    if current in GENERATIVE_SOURCE_TYPES:
        return StepKind.GENERATED if inception and current in _WHOLLY_GENERATED else StepKind.GENERATIVE_EDIT
    if current in POSSIBLY_GENERATIVE_SOURCE_TYPES:
        return StepKind.POSSIBLY
    return _KINDS.get(current, StepKind.UNKNOWN)


# --- ingredients, disclosures --------------------------------------------------------------------------------


def _says_origin(ingredient: Ingredient) -> bool:
    return bool(ingredient.source_type or ingredient.ai)


def _ingredient_step(source: _Source, found: Ingredient, say: Catalogue) -> Step:
    kind = classify_source(found.source_type, inception=True)
    if found.ai and not kind.generative:
        kind = StepKind.POSSIBLY
    origin = describe_source(found.source_type, say) or say("report.ledger.disclosed")
    key = "ingredient" if found.title else "ingredient_untitled"
    relation = relationship_phrase(found.relationship, say)
    what = say(f"report.ledger.{key}", title=found.title, relationship=relation, origin=origin)
    step = replace(
        _blank(source, Origin.INGREDIENT, what, kind),
        part=_smaller(source.part, part_of_ingredient(found)),
        assertion=shown(found.assertion),
        source_type=shown(found.source_type),
        source_type_raw=shown(found.source_type),
        recognised=recognised(found.source_type),
        retired=found.source_type in RETIRED_SOURCE_TYPES,
    )
    return _finish(_with_ai(step, found.ai), source, say)


def _disclosures(source: _Source, steps: list[Step], say: Catalogue) -> Iterator[Step]:
    """An AI disclosure names a model; what it did, only a step can say. Alone it is "possibly"."""
    generative = [step for step in steps if step.kind.generative]
    declared = generative[0].kind if generative else StepKind.POSSIBLY
    for ai in source.manifest.disclosures:
        if any(_adds_nothing(ai, step) for step in generative):
            continue
        step = _with_ai(_blank(source, Origin.DISCLOSURE, ai_phrase(ai, say), declared), ai)
        yield _finish(replace(step, assertion="c2pa.ai-disclosure"), source, say)


def _adds_nothing(ai: Ai, step: Step) -> bool:
    """Whether a step says all that a disclosure says; then one line is enough."""
    models = {"", step.model, f"{step.model} {step.model_version}".strip()}
    return shown(ai.model) in models and shown(ai.oversight) in {"", step.oversight}


# --- weak hints ----------------------------------------------------------------------------------------------


def _tool_hints(source: _Source, say: Catalogue) -> Iterator[Step]:
    manifest = source.manifest
    tools = (action.tool for action in manifest.actions)
    if manifest.hints:  # the legacy assertion says the same, and better
        return
    if name := known_generator(manifest.generator, *tools):
        what = say("report.ledger.hint_tool", tool=name)
        step = replace(_blank(source, Origin.HINT, what, StepKind.POSSIBLY), tool=shown(name))
        yield _finish(step, source, say)


def _legacy_hints(source: _Source, say: Catalogue) -> Iterator[Step]:
    for assertion, text in source.manifest.hints:
        what = say("report.ledger.hint_legacy", text=text, assertion=assertion)
        step = replace(_blank(source, Origin.HINT, what, StepKind.POSSIBLY), assertion=shown(assertion))
        yield _finish(replace(step, tool=shown(text)), source, say)


def _traces(verification: Verification, say: Catalogue) -> Iterator[Step]:
    nobody = Who(name=say("report.who.nobody"), level=Level.UNVERIFIED)
    found: dict[tuple[str, str], list[str]] = {}
    for trace in traces.counting(verification):
        found.setdefault((traces.noun(trace, say), trace.strength), []).append(shown(trace.where))
    for (text, strength), places in found.items():
        where = say.join(dict.fromkeys(places))
        what = say("report.ledger.trace", where=where, text=text, strength=say(f"metadata.trace.strength.{strength}"))
        step = Step(
            id="",
            kind=StepKind.POSSIBLY,
            origin=Origin.TRACE,
            what=what,
            sentence=Said("report.written", say("report.written", what=what)),
            who=nobody,
            strength=Strength.UNSIGNED,
            attributable=False,
            by_presenter=False,
            assertion=where,
            description=text,
        )
        yield replace(step, caveat=caveat(step, say))
