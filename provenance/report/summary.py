"""AI use over the whole chain, in one word for machines and one sentence for people.

No ancestor is hidden, no silence counts as a no. `NONE_DECLARED` needs every reachable manifest intact, its
history declared complete, every step with a source type that we know, and nothing of unknown origin.
"Ambiguous" by itself is never a warning: nearly every real file is.
"""

from __future__ import annotations

from provenance.report.declared import Origin, Part, Step, StepKind
from provenance.report.said import Said
from provenance.report.wording import Catalogue
from provenance.terms import ACTIONS_V1, AI_DISCLOSURE, AiUse, Integrity, SourceType, Strength
from provenance.verification.evidence import is_working_file
from provenance.verification.model import Manifest, Verification
from provenance.verification.values import assertion_of

HISTORY_DROPPED = "history_dropped"  # our own statement: an earlier history was left out when this was signed
_ORDER = (AiUse.GENERATED, AiUse.GENERATED_PARTS, AiUse.AI_EDITED, AiUse.POSSIBLY)
# Assertions in which AI may be named: who takes one of these out of the history takes out its silence, too.
_TELLING = ("c2pa.ingredient", ACTIONS_V1, AI_DISCLOSURE, "com.adobe.generative-ai")
_STRONGEST_FIRST = list(Strength)
_MAKES_PARTS = frozenset(
    {SourceType.TRAINED_ALGORITHMIC_MEDIA, SourceType.TRAINED_ALGORITHMIC_DATA, SourceType.COMPOSITE_SYNTHETIC}
)


def use_of(step: Step) -> AiUse | None:
    """Return what *step* alone means for the picture as it is now, or None if it is no sign of AI."""
    if step.kind is StepKind.POSSIBLY or (step.kind.generative and step.part is Part.INPUT):
        return AiUse.POSSIBLY
    if step.kind is StepKind.GENERATED:
        return AiUse.GENERATED if step.part is Part.WHOLE else AiUse.GENERATED_PARTS
    if step.kind is StepKind.GENERATIVE_EDIT:
        makes_parts = step.source_type in _MAKES_PARTS or step.action in {"c2pa.created", "c2pa.placed"}
        return AiUse.GENERATED_PARTS if makes_parts or step.origin is Origin.INGREDIENT else AiUse.AI_EDITED
    return None


def ai_use(verification: Verification, steps: tuple[Step, ...]) -> AiUse:
    """Return the one word for the whole chain."""
    found = {use for step in steps if (use := use_of(step))}
    for use in _ORDER:
        if use in found:
            return use
    if not _readable(verification) or any(not step.recognised for step in steps):
        return AiUse.UNKNOWN
    return AiUse.NONE_DECLARED if complete(verification, steps) else AiUse.NONE_DECLARED_INCOMPLETE


def _readable(verification: Verification) -> bool:
    """Whether every manifest is the bytes that were signed, and nothing that could name AI is missing or taken away."""
    return bool(verification.manifests) and all(
        manifest.integrity in {Integrity.INTACT, Integrity.EXPIRED}
        and not taken_away(manifest)
        and not any(found.redacted or (found.manifest and not found.manifest_present) for found in manifest.ingredients)
        for manifest in verification.manifests
    )


def taken_away(manifest: Manifest) -> tuple[str, ...]:
    """Return what *manifest* redacted of an earlier one that may have named AI, or an origin."""
    return tuple(uri for uri in manifest.redacts if assertion_of(uri).startswith(_TELLING))


def complete(verification: Verification, steps: tuple[Step, ...]) -> bool:
    """Whether the history is declared complete over every manifest, and nothing in it is of unknown origin."""
    return (
        _readable(verification)
        and all(_declares_complete(manifest) for manifest in verification.manifests)
        and not any(step.kind is StepKind.UNKNOWN for step in steps)
        and not any(
            not found.manifest and not found.source_type and not is_working_file(found)
            for manifest in verification.manifests
            for found in manifest.ingredients
        )
    )


def _declares_complete(manifest: Manifest) -> bool:
    dropped = any(found.kind == HISTORY_DROPPED for found in manifest.statements)
    return manifest.attributable and manifest.all_actions_included is True and not dropped


def ai_sentence(use: AiUse, steps: tuple[Step, ...], *, presenter: str, say: Catalogue) -> Said:
    """Return the sentence for people: who states it; and where nobody can be held to it, that this is so."""
    shown = [step for step in steps if use_of(step) is use]
    if not shown:
        key = f"report.ai.{use}"
        return Said(key, say(key, who=presenter))
    step = min(shown, key=lambda step: _STRONGEST_FIRST.index(step.strength))
    others = len([step for step in steps if step.ai]) - 1
    key = f"report.ai.{use}.{_voice(step)}"
    text = say(key, who=step.who.name, what=step.what)
    if others:
        text = say("report.ai.and_more", text=text, n=others)
    return Said(key, text)


def _voice(step: Step) -> str:
    """Return how an AI statement may be worded: only a presenter who is known is simply quoted."""
    if step.origin is Origin.TRACE:
        return "trace"
    if not step.attributable:
        return "expired" if step.expired else "broken"
    if step.strength is Strength.SIGNED_UNKNOWN:
        return "unknown"
    return "presenter" if step.by_presenter else "other"
