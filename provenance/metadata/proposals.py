"""From traces to what an author may want to declare, and what a declaration says against them.

A trace is nobody's statement: it may be old, borrowed or put there. So nothing is declared by itself; the author is
shown what stands in the file and the words that would declare it. Hints propose nothing and contradict nothing;
upscaling and denoising contradict no beginning, a blank canvas among them.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from typing import Any

from provenance.declaration.kinds import AiKind, Extent, Generative
from provenance.declaration.model import Declaration
from provenance.declaration.parts import Part
from provenance.declaration.words import Origin
from provenance.metadata.model import ModelRole, Trace, TraceKind, TraceMode, TraceStrength
from provenance.metadata.traces import rules
from provenance.plain import plain
from provenance.record import dataclass
from provenance.terms import GENERATIVE_SOURCE_TYPES, POSSIBLY_GENERATIVE_SOURCE_TYPES

_NAME = 150
_MODELS = 8  # of one step
_KINDS = {
    TraceMode.INPAINTING: AiKind.INPAINTING,
    TraceMode.OUTPAINTING: AiKind.OUTPAINTING,
    TraceMode.IMAGE: AiKind.GENERATION,
    TraceMode.TEXT: AiKind.GENERATION,
    TraceMode.UPSCALING: AiKind.UPSCALING,
}
_REPAINTING = {TraceMode.IMAGE, TraceMode.INPAINTING, TraceMode.OUTPAINTING}  # the file is what a generator put out
_BESIDE = {ModelRole.LORA: "LoRA", ModelRole.CONTROL: "ControlNet"}
_DESPITE = 'or keep the declaration with --despite-traces "why"'


@dataclass(frozen=True, slots=True)
class ProposedStep:
    """One step in the words of a declaration."""

    kind: AiKind
    generative: Generative | None = None  # None: what the kind usually is
    tool: str = ""
    model: str = ""
    note: str = ""
    whole: bool = False  # whether it made the whole picture

    @property
    def flag(self) -> str:
        """What to write after ``--ai``; the model stands in the note, as a flag has no other place for it."""
        said = f"={self.generative.value}" if self.generative else ""
        note = ", ".join(filter(None, (f"model {self.model}" if self.model else "", self.note)))
        parts = (f"{self.kind.value}{said}", self.tool.replace(":", " "), note)
        return ":".join(parts).rstrip(":")

    def data(self) -> dict[str, Any]:
        """Return what `Declaration.from_dict` takes as a step."""
        ai: dict[str, Any] = {"kind": self.kind.value}
        if self.generative:
            ai["generative"] = self.generative.value
        if self.model:
            ai["model"] = {"name": self.model}
        if self.whole:
            ai["extent"] = Extent.WHOLE.value
        said = {"tool": {"name": self.tool} if self.tool else None, "description": self.note or None}
        return {key: value for key, value in said.items() if value is not None} | {"ai": ai}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the traces of one file imply, as pieces of a declaration; empty where they imply nothing."""

    origin: Origin | None = None
    steps: tuple[ProposedStep, ...] = ()

    def __bool__(self) -> bool:
        return self.origin is not None or bool(self.steps)

    @property
    def flags(self) -> tuple[str, ...]:
        """The command-line words that say the same, without the models."""
        origin = ("--origin", self.origin.value) if self.origin else ()
        return (*origin, *(word for step in self.steps for word in ("--ai", step.flag)))

    @property
    def command(self) -> str:
        """The flags as they are typed."""
        return shlex.join(self.flags)

    def data(self) -> dict[str, Any]:
        """Return the pieces as `Declaration.from_dict` takes them."""
        origin = {"origin": self.origin.value} if self.origin else {}
        return origin | ({"steps": [step.data() for step in self.steps]} if self.steps else {})

    def toml(self) -> str:
        """Return the pieces as a file for ``--declare`` holds them."""
        lines = [f"origin = {_quoted(self.origin.value)}"] if self.origin else []
        for step in self.steps:
            lines += ["", "[[steps]]"] if lines else ["[[steps]]"]
            lines += [f"{key} = {_value(value)}" for key, value in step.data().items()]
        return "\n".join(lines) + "\n" if lines else ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A declaration says one thing, a trace in the file another."""

    trace: Trace
    path: tuple[str | int, ...]  # of the declaration
    problem: str
    cure: str

    def __str__(self) -> str:
        return f"{self.problem}; {self.cure}"


def propose(traces: Sequence[Trace]) -> Proposal:
    """Return what *traces* imply: how the picture began where a model made it, and the steps in which AI was used.

    A trace that names no tool proposes a step only where no other does.
    """
    strong = [trace for trace in traces if trace.strength is not TraceStrength.HINT]
    named = [trace for trace in strong if trace.tool]
    steps: dict[AiKind, ProposedStep] = {}
    for trace in sorted(named, key=_told_most) or strong:
        for step in _steps(trace):
            steps.setdefault(step.kind, step)
    if len(steps) > 1 and AiKind.OTHER in steps:
        del steps[AiKind.OTHER]  # the same work, seen less clearly
    begun = any(step.whole for step in steps.values())
    return Proposal(Origin.GENERATED if begun else None, tuple(steps.values()))


def unsaid(traces: Sequence[Trace], declaration: Declaration) -> Proposal:
    """Return what *traces* imply and *declaration* leaves open; empty where it says as much, or why not."""
    if declaration.despite_traces or _says_generative(declaration):
        return Proposal()
    return propose(traces)


def conflicts(traces: Sequence[Trace], declaration: Declaration) -> tuple[Conflict, ...]:
    """Return what *declaration* says against *traces*, one for each tool and field.

    That there is none says nothing about whether the declaration is true.
    """
    found: dict[tuple[str, tuple[str | int, ...]], Conflict] = {}
    for trace in traces:
        if trace.strength is not TraceStrength.HINT:
            for conflict in _conflicts(trace, declaration):
                found.setdefault((trace.tool or trace.rule, conflict.path), conflict)
    return tuple(found.values())


def _conflicts(trace: Trace, said: Declaration) -> Iterator[Conflict]:
    made = trace.kind in (TraceKind.GENERATION, TraceKind.EDIT)
    if said.no_generative_ai is not None and (made or _certain(trace)):
        yield _conflict(trace, ("no_generative_ai",), "it is declared that no generative AI was used", "leave that out")
        return
    if not made or _says_generative(said):
        return
    proposal = propose([trace])
    cure = f"declare it ({proposal.command})" if proposal else "declare the step"
    repainted = said.origin is Origin.BLANK_CANVAS and trace.mode in _REPAINTING
    if said.origin is not None and (trace.kind is TraceKind.GENERATION or repainted):
        declared = f"the declared origin is {said.origin.value}, and no step says that generative AI was used"
        yield _conflict(trace, ("origin",), declared, cure)
    elif said.history_complete:
        declared = "the declared history is complete, and no step says that generative AI was used"
        yield _conflict(trace, ("history_complete",), declared, cure)


def _conflict(trace: Trace, path: tuple[str | int, ...], declared: str, cure: str) -> Conflict:
    left = {TraceKind.GENERATION: "made a picture", TraceKind.EDIT: "edited a picture"}.get(trace.kind, "was at work")
    tool = plain(trace.tool) or "generative AI"
    said = f" ({plain(trace.says)})" if trace.says and trace.says != trace.tool else ""
    problem = f"{plain(trace.where)}{said} says that {tool} {left} (found, not signed), but {declared}"
    return Conflict(trace, path, problem, f"{cure}, {_DESPITE}")


def _certain(trace: Trace) -> bool:
    return trace.kind is TraceKind.UNKNOWN and trace.strength is TraceStrength.STRUCTURED


def _says_generative(said: Declaration) -> bool:
    """Whether *said* leaves room for generative AI; a picture whose making is not said may itself say it."""
    open_types = GENERATIVE_SOURCE_TYPES | POSSIBLY_GENERATIVE_SOURCE_TYPES
    if said.inception_type in open_types:
        return True
    for step in said.steps:
        if step.ai is not None and step.ai.kind is not AiKind.REFERENCE and step.ai.is_generative is not Generative.NO:
            return True
        if step.ai is None and step.c2pa_source_type in open_types:
            return True
    parts = (one for one in said.ingredients if one.relationship is not Part.INPUT)
    return any(one.source_type is None or one.source_type in open_types for one in parts)


# --- steps ------------------------------------------------------------------------------------------------------


def _told_most(trace: Trace) -> tuple[int, int]:
    return (list(TraceStrength).index(trace.strength), -len(trace.models) - (trace.mode is not TraceMode.UNSAID))


def _steps(trace: Trace) -> Iterator[ProposedStep]:
    tool = _clean(f"{trace.tool} {trace.version}".strip()) if trace.tool else ""
    upscaler = next((_model(one.name) for one in trace.models if one.role is ModelRole.UPSCALER), "")
    if trace.kind in (TraceKind.GENERATION, TraceKind.EDIT):
        yield _main(trace, tool)
    if trace.kind is TraceKind.ENHANCEMENT or upscaler:
        yield ProposedStep(AiKind.UPSCALING, tool=tool, model=upscaler)


def _main(trace: Trace, tool: str) -> ProposedStep:
    checkpoint = next((_model(one.name) for one in trace.models if one.role is ModelRole.CHECKPOINT), "")
    beside = [f"{_BESIDE[one.role]} {_model(one.name)}" for one in trace.models[:_MODELS] if one.role in _BESIDE]
    if trace.mode is TraceMode.IMAGE:
        beside.insert(0, "over a loaded picture")
    kind = _kind(trace)
    return ProposedStep(
        kind,
        generative=Generative.YES if kind in (AiKind.OTHER, AiKind.OBJECT_REMOVAL) else None,
        tool=tool,
        model=checkpoint,
        note=", ".join(beside),
        whole=trace.kind is TraceKind.GENERATION and kind is AiKind.GENERATION,
    )


def _kind(trace: Trace) -> AiKind:
    rule = next((rule for rule in rules() if rule.id == trace.rule), None)
    if rule is not None and rule.step:
        return AiKind(rule.step)
    usual = AiKind.GENERATION if trace.kind is TraceKind.GENERATION else AiKind.OTHER
    return _KINDS.get(trace.mode, usual)


def _model(name: str) -> str:
    """Return the name of a model as a person says it: without the ending of its file."""
    stem, dot, ending = name.rpartition(".")
    return _clean(stem if dot and ending in {"safetensors", "ckpt", "pt", "pth", "gguf", "sft"} else name)


def _clean(text: str) -> str:
    return plain(text[:_NAME], limit=_NAME)[:_NAME].strip() or "unnamed"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(one)}" for key, one in value.items()) + " }"
    return _quoted(str(value))
