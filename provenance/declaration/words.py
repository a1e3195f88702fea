"""The plain words that people may use, and the standard's words behind them."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Self

from provenance.declaration.problems import choice
from provenance.declaration.text import fault, quoted
from provenance.spelling import nearest
from provenance.terms import (
    C2PA_DST,
    DST,
    RETIRED_SOURCE_TYPES,
    WRITABLE_ACTIONS,
    SourceType,
    source_type,
)


def folded(word: str) -> str:
    """Return *word* as it is compared: lower case, one space for hyphens, underscores and blanks."""
    return " ".join(word.casefold().replace("_", " ").replace("-", " ").split())


class PlainWord(StrEnum):
    """An enum whose members are found however their words are joined: ``object_removal``, ``Object-removal``."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        return next((member for member in cls if folded(member.value) == folded(value)), None)


class Origin(PlainWord):
    """How a picture began."""

    BLANK_CANVAS = "blank-canvas"
    PHOTOGRAPH = "photograph"
    SCAN = "scan"
    RENDER = "render"
    COMPOSITE = "composite"
    GENERATED = "generated"


ORIGIN_TYPES = {  # the usual source type first; the others must be said
    Origin.BLANK_CANVAS: (SourceType.EMPTY,),
    Origin.PHOTOGRAPH: (SourceType.DIGITAL_CAPTURE, SourceType.COMPUTATIONAL_CAPTURE, SourceType.COMPOSITE_CAPTURE),
    Origin.SCAN: (SourceType.PRINT, SourceType.NEGATIVE_FILM, SourceType.POSITIVE_FILM),
    Origin.RENDER: (
        SourceType.DIGITAL_CREATION,
        SourceType.ALGORITHMIC_MEDIA,
        SourceType.DATA_DRIVEN,
        SourceType.SCREEN_CAPTURE,
        SourceType.VIRTUAL_RECORDING,
    ),
    Origin.COMPOSITE: (SourceType.COMPOSITE, SourceType.COMPOSITE_CAPTURE, SourceType.COMPOSITE_SYNTHETIC),
    Origin.GENERATED: (SourceType.TRAINED_ALGORITHMIC_MEDIA, SourceType.TRAINED_ALGORITHMIC_DATA),
}

SOURCE_WORDS = {
    "blank canvas": SourceType.EMPTY,
    "photograph": SourceType.DIGITAL_CAPTURE,
    "photo": SourceType.DIGITAL_CAPTURE,
    "phone photograph": SourceType.COMPUTATIONAL_CAPTURE,
    "merged photographs": SourceType.COMPUTATIONAL_CAPTURE,
    "negative": SourceType.NEGATIVE_FILM,
    "slide": SourceType.POSITIVE_FILM,
    "scan": SourceType.PRINT,
    "paper": SourceType.PRINT,
    "edited by hand": SourceType.HUMAN_EDITS,
    "edited with generative ai": SourceType.COMPOSITE_WITH_TRAINED,
    "enhanced by algorithm": SourceType.ALGORITHMICALLY_ENHANCED,
    "drawn": SourceType.DIGITAL_CREATION,
    "drawn by hand": SourceType.DIGITAL_CREATION,
    "render": SourceType.DIGITAL_CREATION,
    "data": SourceType.DATA_DRIVEN,
    "generated": SourceType.TRAINED_ALGORITHMIC_MEDIA,
    "algorithm": SourceType.ALGORITHMIC_MEDIA,
    "screenshot": SourceType.SCREEN_CAPTURE,
    "virtual recording": SourceType.VIRTUAL_RECORDING,
    "composite": SourceType.COMPOSITE,
    "composite of photographs": SourceType.COMPOSITE_CAPTURE,
    "composite with generated parts": SourceType.COMPOSITE_SYNTHETIC,
    "generated data": SourceType.TRAINED_ALGORITHMIC_DATA,
}
_SHORT = {folded(kind.value.rsplit("/", 1)[1]): kind for kind in SourceType}
_RETIRED = {uri.rsplit("/", 1)[-1]: uri for uri in RETIRED_SOURCE_TYPES}

ACTION_WORDS = {
    "draw": "c2pa.drawing",
    "paint": "c2pa.drawing",
    "edit": "c2pa.edited",
    "retouch": "c2pa.edited",
    "crop": "c2pa.cropped",
    "colour": "c2pa.adjustedColor",
    "color": "c2pa.adjustedColor",
    "filter": "c2pa.filtered",
    "write text": "c2pa.addedText",
    "add text": "c2pa.addedText",
    "delete": "c2pa.deleted",
    "rotate": "c2pa.orientation",
    "resize": "c2pa.resized.proportional",
    "stretch": "c2pa.resized",
    "enhance": "c2pa.enhanced",
    "convert": "c2pa.converted",
    "edit metadata": "c2pa.edited.metadata",
    "publish": "c2pa.published",
}
NO_STEPS = {  # actions that the standard knows, but that are not said as a step
    "c2pa.created": "say how the picture began with origin",
    "c2pa.opened": "say how the picture began with origin, or name its parent under ingredients",
    "c2pa.placed": "name the placed picture under ingredients, as a component",
    "c2pa.redacted": "a statement that is taken back is no step of the work",
    "c2pa.translated": "say it as an edit, with the languages in its description",
    "c2pa.watermarked.bound": "it needs a watermark that leads back to this statement, which is not written here",
}
STEP_ACTIONS = frozenset(WRITABLE_ACTIONS - set(NO_STEPS))


def parse_source_type(value: Any) -> Any:
    """Return the source type that *value*, a URI, its last part or a plain word, stands for."""
    if not isinstance(value, str) or isinstance(value, SourceType):
        return value
    uri = source_type(value)
    if uri in set(SourceType):
        return SourceType(uri)
    if (retired := _RETIRED.get(uri.rsplit("/", 1)[-1])) and (uri == retired or "/" not in uri):
        successor = RETIRED_SOURCE_TYPES[retired]
        cure = f"use {successor.rsplit('/', 1)[1]}" if successor else "use the exact term, such as digitalCreation"
        raise fault(f"{quoted(value)} is a retired source type", cure)
    if uri.startswith((DST, C2PA_DST)):
        near = nearest(uri, list(SourceType))
        raise fault(f"{quoted(value)} is not a source type of the standard", f"did you mean {near}" if near else "")
    word = folded(value)
    if found := SOURCE_WORDS.get(word) or _SHORT.get(word):
        return found
    raise fault(*choice(value, SOURCE_WORDS))


def parse_action(value: Any) -> Any:
    """Return the standard's name of the action that *value*, that name or a plain word, stands for."""
    if not isinstance(value, str):
        return value
    name = ACTION_WORDS.get(folded(value), value.strip())
    if name in NO_STEPS:
        raise fault(f"{quoted(value)} is not a step", NO_STEPS[name])
    if name in STEP_ACTIONS:
        return name
    known = STEP_ACTIONS if name.startswith("c2pa.") else ACTION_WORDS
    raise fault(*choice(value, sorted(known)))
