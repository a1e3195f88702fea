"""The official C2PA asset signals, exactly as the published rubric computes them (asset rubrics 1.0, 2026-08-06).

They read only the assertion whose label is ``c2pa.actions.v2``, compare source types letter by letter, and
see no template (standards §4.1). `ledger` sees the rest. The order of `SIGNALS` is the rubric's.
"""

from __future__ import annotations

from provenance.record import dataclass
from provenance.terms import ACTIONS, C2PA_DST, DST, INCEPTION_ACTIONS, INGREDIENT, NON_EDITORIAL_ACTIONS, SourceType
from provenance.verification.model import Manifest

NON_EDITORIAL = NON_EDITORIAL_ACTIONS | {"c2pa.watermarked"}  # the rubric still counts the deprecated name
_GENERATIVE = frozenset(
    {
        DST + "trainedAlgorithmicMedia",
        DST + "compositeWithTrainedAlgorithmicMedia",
        DST + "compositeSynthetic",
        C2PA_DST + "trainedAlgorithmicData",
    }
)
_POSSIBLY = frozenset({DST + "digitalArt", DST + "composite"})
_INCEPTIONS = {
    "blankCanvas": frozenset({SourceType.EMPTY}),
    "capturedMedia": frozenset({SourceType.DIGITAL_CAPTURE, SourceType.COMPUTATIONAL_CAPTURE}),
    "capturedMediaStitched": frozenset({SourceType.COMPOSITE_CAPTURE}),
    "compositionMayContainGenAI": frozenset({SourceType.COMPOSITE}),
    "fullyGenAIMedia": frozenset({SourceType.TRAINED_ALGORITHMIC_MEDIA}),
    "nonGenAIDigitalCreation": frozenset({SourceType.DIGITAL_CREATION}),
    "partlyGenAICreation": frozenset({SourceType.COMPOSITE_WITH_TRAINED}),
    "screenCaptureMayContainGenAI": frozenset({SourceType.SCREEN_CAPTURE}),
}
SIGNALS = (
    "blankCanvas",
    "capturedMedia",
    "capturedMediaStitched",
    "compositionMayContainGenAI",
    "fullyGenAIMedia",
    "mediaUnknownProvenance",
    "nonGenAIDigitalCreation",
    "partlyGenAICreation",
    "screenCaptureMayContainGenAI",
    "ambiguousActions",
    "nonEditorial",
    "perceptibleGenAI",
    "perceptibleNonGenAI",
    "perceptiblePossiblyGenAI",
)


@dataclass(frozen=True, slots=True)
class SignalAction:
    """One action, as it stands: no template merged, nothing normalised."""

    name: str
    source_type: str | None = None


@dataclass(frozen=True, slots=True)
class SignalInput:
    """All that the rubric looks at in one manifest."""

    actions: tuple[SignalAction, ...] | None = None  # of ``c2pa.actions.v2``; None if there is no such assertion
    all_actions_included: bool = False
    gathered_actions: bool = False  # an actions assertion among ``gathered_assertions`` of a v2 claim
    unknown_ingredient: bool = False  # ``c2pa.ingredient.v3`` without ``activeManifest``


def signal_input(manifest: Manifest) -> SignalInput:
    """Return what the rubric would see of *manifest*."""
    present = any(found.label == ACTIONS and found.size for found in manifest.assertions)
    actions = tuple(
        SignalAction(action.name, None if action.templated else action.source_type_raw or None)
        for action in manifest.actions
        if action.assertion == ACTIONS
    )
    return SignalInput(
        actions=actions if present or actions else None,
        all_actions_included=manifest.all_actions_included is True,
        gathered_actions=manifest.claim_version >= 2
        and any("c2pa.actions" in found.label and not found.created for found in manifest.assertions),
        unknown_ingredient=any(
            found.assertion == INGREDIENT and not found.manifest and not found.redacted
            for found in manifest.ingredients
        ),
    )


def asset_signals(found: SignalInput) -> tuple[str, ...]:
    """Return the official signals that one manifest carries, in the rubric's order."""
    actions = found.actions or ()
    changes = [action for action in actions if action.name not in INCEPTION_ACTIONS | NON_EDITORIAL]
    starts = {action.source_type for action in actions if action.name in INCEPTION_ACTIONS}
    changed = {action.source_type for action in changes if action.source_type is not None}
    present = {name for name, wanted in _INCEPTIONS.items() if starts & wanted}
    conditions = {
        "mediaUnknownProvenance": found.unknown_ingredient,
        "ambiguousActions": _ambiguous(found, actions),
        "nonEditorial": any(action.name in NON_EDITORIAL for action in actions),
        "perceptibleGenAI": bool(changed & _GENERATIVE),
        "perceptibleNonGenAI": bool(changed - _GENERATIVE),
        "perceptiblePossiblyGenAI": bool(changed & _POSSIBLY),
    }
    present |= {name for name, holds in conditions.items() if holds}
    return tuple(name for name in SIGNALS if name in present)


def _ambiguous(found: SignalInput, actions: tuple[SignalAction, ...]) -> bool:
    return (
        not actions
        or not found.all_actions_included
        or found.gathered_actions
        or any(not action.name.startswith("c2pa.") or action.name == "c2pa.unknown" for action in actions)
    )
