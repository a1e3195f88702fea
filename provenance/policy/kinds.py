"""Which kinds of AI help a step or a trace names, and whether they made picture content.

The words are the declaration's own (`declaration.kinds.AiKind`), and three for what others sign without a kind: a
digital source type says "generative edit" or "enhancement", a hint says "possibly generative". Upscaling and denoising
are enhancement unless they are declared generative. The more generative of source type and stated kind counts, so a
kind that plays a step down does not hide it.
"""

from __future__ import annotations

from collections.abc import Iterator

from provenance.metadata.model import Trace, TraceKind, TraceMode
from provenance.report.declared import Part, Step, StepKind
from provenance.terms import SourceType

GENERATION, EDIT, ENHANCEMENT, POSSIBLY = "generation", "generative edit", "enhancement", "possibly generative"
REFERENCE, OTHER = "reference or idea", "other"
STATED = (  # `AiKind`, in its order; a test compares: that module costs a worker pydantic
    GENERATION, "inpainting", "outpainting", "object removal", "background removal", "selection or masking",
    "relighting", "pose or composition change", "style transfer", "text", "texture", "upscaling", "denoising",
    "sharpening", "colour", REFERENCE, OTHER,
)  # fmt: skip
WORDS = (*STATED, EDIT, ENHANCEMENT, POSSIBLY)

GENERATIVE_GROUP, POSSIBLY_GROUP, NO_GROUP = "generative_kinds", "possibly_kinds", ""
_BY_TRACE = {
    TraceKind.GENERATION: (GENERATION, GENERATIVE_GROUP),
    TraceKind.EDIT: (EDIT, GENERATIVE_GROUP),
    TraceKind.ENHANCEMENT: (ENHANCEMENT, NO_GROUP),
    TraceKind.UNKNOWN: (POSSIBLY, POSSIBLY_GROUP),
}
_BY_MODE = {
    TraceMode.INPAINTING: "inpainting",
    TraceMode.OUTPAINTING: "outpainting",
    TraceMode.UPSCALING: "upscaling",
}


def step_kinds(step: Step) -> Iterator[tuple[str, str]]:
    """Yield each kind that *step* names, and its group: one of the two, or "" for what made no content."""
    if step.part is Part.INPUT:  # it stood beside the work; nothing says that any of it is in the picture
        if step.ai:
            yield REFERENCE, POSSIBLY_GROUP
        return
    stated = _stated(step.ai_kind)
    match step.kind:
        case StepKind.GENERATED:
            yield from _both(stated, GENERATION, GENERATIVE_GROUP)
        case StepKind.GENERATIVE_EDIT:
            yield from _both(stated, EDIT, GENERATIVE_GROUP)
        case StepKind.POSSIBLY:
            yield stated or POSSIBLY, POSSIBLY_GROUP
        case _ if stated:
            yield stated, NO_GROUP
        case StepKind.ALGORITHMIC if step.source_type == SourceType.ALGORITHMICALLY_ENHANCED:
            yield ENHANCEMENT, NO_GROUP


def _both(stated: str, always: str, group: str) -> Iterator[tuple[str, str]]:
    yield always, group
    if stated and stated != always:
        yield stated, group


def _stated(kind: str) -> str:
    if not kind:
        return ""
    folded = " ".join(kind.casefold().replace("_", " ").replace("-", " ").split())
    return folded if folded in STATED else OTHER


def trace_kinds(trace: Trace) -> Iterator[tuple[str, str]]:
    """Yield each kind that *trace* speaks of, and its group."""
    kind, group = _BY_TRACE[trace.kind]
    yield kind, group
    if mode := _BY_MODE.get(trace.mode):
        yield mode, group
