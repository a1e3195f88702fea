"""Kinds of AI help: what each usually is, and how the standard says it.

A kind whose tools come both ways is *unknown* until the author says: silence is never a no, and never a yes.

How a step is written (ADR 0011):

    generative   source type
    yes          compositeWithTrainedAlgorithmicMedia; trainedAlgorithmicMedia if it made the whole picture
    no           algorithmicallyEnhanced
    unknown      composite, "any of which may or may not be generative"

A reference or idea leaves no generated pixel: it is a human edit, and the AI stands in our parameters.
"""

from __future__ import annotations

from typing import Self

from provenance.declaration.words import PlainWord, folded
from provenance.record import dataclass
from provenance.terms import NON_EDITORIAL_ACTIONS, SourceType


class Generative(PlainWord):
    """Whether a model made picture content."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Extent(PlainWord):
    """How much of the picture a step made or changed."""

    WHOLE = "whole picture"
    LARGE = "large part"
    SMALL = "small part"


class Oversight(PlainWord):
    """``humanOversightLevel`` of a disclosure (C2PA 2.4 §ai-disclosure)."""

    AUTONOMOUS = "fully_autonomous"
    GUIDED = "prompt_guided"
    VALIDATED = "human_validated"


class AiKind(PlainWord):
    """What AI was used for."""

    GENERATION = "generation"
    INPAINTING = "inpainting"
    OUTPAINTING = "outpainting"
    OBJECT_REMOVAL = "object removal"
    BACKGROUND_REMOVAL = "background removal"
    SELECTION = "selection or masking"
    RELIGHTING = "relighting"
    POSE = "pose or composition change"
    STYLE = "style transfer"
    TEXT = "text"
    TEXTURE = "texture"
    UPSCALING = "upscaling"
    DENOISING = "denoising"
    SHARPENING = "sharpening"
    COLOUR = "colour"
    REFERENCE = "reference or idea"
    OTHER = "other"

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        found = super()._missing_(value)
        if found is None and isinstance(value, str) and folded(value) in _ALIASES:
            return cls(_ALIASES[folded(value)])
        return found


_ALIASES = {
    "selection": "selection or masking",
    "masking": "selection or masking",
    "mask": "selection or masking",
    "pose": "pose or composition change",
    "pose change": "pose or composition change",
    "composition": "pose or composition change",
    "composition change": "pose or composition change",
    "style": "style transfer",
    "reference": "reference or idea",
    "idea": "reference or idea",
    "color": "colour",
    "denoise": "denoising",
    "upscale": "upscaling",
    "sharpen": "sharpening",
    "fill": "inpainting",
    "expand": "outpainting",
}


@dataclass(frozen=True, slots=True)
class KindFacts:
    """What a kind usually is."""

    usual: Generative
    action: str = "c2pa.edited"
    possible: frozenset[Generative] = frozenset(Generative)  # answers that make sense for it


_YES, _NO, _UNKNOWN = Generative.YES, Generative.NO, Generative.UNKNOWN
KINDS = {
    AiKind.GENERATION: KindFacts(_YES, possible=frozenset({_YES})),
    AiKind.INPAINTING: KindFacts(_YES),
    AiKind.OUTPAINTING: KindFacts(_YES),
    AiKind.OBJECT_REMOVAL: KindFacts(_UNKNOWN),
    AiKind.BACKGROUND_REMOVAL: KindFacts(_NO),
    AiKind.SELECTION: KindFacts(_NO, possible=frozenset({_NO})),
    AiKind.RELIGHTING: KindFacts(_UNKNOWN),
    AiKind.POSE: KindFacts(_YES),
    AiKind.STYLE: KindFacts(_YES, "c2pa.filtered"),
    AiKind.TEXT: KindFacts(_YES, "c2pa.addedText"),
    AiKind.TEXTURE: KindFacts(_YES),
    AiKind.UPSCALING: KindFacts(_UNKNOWN, "c2pa.resized"),
    AiKind.DENOISING: KindFacts(_NO, "c2pa.enhanced"),
    AiKind.SHARPENING: KindFacts(_NO, "c2pa.enhanced"),
    AiKind.COLOUR: KindFacts(_NO, "c2pa.adjustedColor"),
    AiKind.REFERENCE: KindFacts(_YES),
    AiKind.OTHER: KindFacts(_UNKNOWN),
}


def action_of(kind: AiKind, generative: Generative) -> str:
    """Return the C2PA action that says a step of *kind*."""
    action = KINDS[kind].action
    # An enhancement counts as non-editorial, where the official signals do not look for generative AI.
    if generative is not Generative.NO and action in NON_EDITORIAL_ACTIONS:
        return "c2pa.edited"
    return action


def source_type_of(kind: AiKind, generative: Generative, extent: Extent | None = None) -> SourceType:
    """Return the digital source type that says a step of *kind*."""
    if kind is AiKind.REFERENCE:
        return SourceType.HUMAN_EDITS
    if generative is Generative.UNKNOWN:
        return SourceType.COMPOSITE
    if generative is Generative.NO:
        return SourceType.ALGORITHMICALLY_ENHANCED
    if kind is AiKind.GENERATION and extent is Extent.WHOLE:
        return SourceType.TRAINED_ALGORITHMIC_MEDIA
    return SourceType.COMPOSITE_WITH_TRAINED


def generative_of(kind: AiKind, said: Generative | None) -> Generative:
    """Return what was *said*, else what *kind* usually is."""
    return said or KINDS[kind].usual
