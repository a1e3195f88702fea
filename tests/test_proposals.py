"""`provenance.metadata.proposals`: what traces imply in a declaration's words, and what a declaration says against them."""

from __future__ import annotations

import tomllib
from itertools import pairwise
from typing import Any

import pytest

from provenance.declaration.flags import Flags, from_flags
from provenance.declaration.kinds import AiKind
from provenance.declaration.model import Declaration
from provenance.metadata.model import ModelRole, Trace, TraceKind, TraceMode, TraceStrength, UsedModel
from provenance.metadata.proposals import conflicts, propose
from provenance.metadata.traces import rules
from tests.test_traces import FOUND, found_in

COMFY = Trace(
    "comfyui-prompt",
    "ComfyUI",
    "PNG text prompt",
    TraceKind.GENERATION,
    TraceStrength.STRUCTURED,
    models=(
        UsedModel(ModelRole.CHECKPOINT, "sd_xl_base_1.0.safetensors"),
        UsedModel(ModelRole.LORA, "inkwash.safetensors"),
    ),
    mode=TraceMode.TEXT,
)
REPAINTED = Trace(
    "comfyui-prompt", "ComfyUI", "PNG text prompt", TraceKind.EDIT, TraceStrength.STRUCTURED, mode=TraceMode.IMAGE
)
CLEAN_UP = Trace(
    "apple-clean-up", "Apple Photos Clean Up", "IPTC Credit", TraceKind.EDIT, TraceStrength.STRUCTURED,
    says="Apple Photos Clean Up",
)  # fmt: skip
SOURCE_TYPE = Trace(
    "digital-source-type", "", "XMP Iptc4xmpExt:DigitalSourceType", TraceKind.GENERATION,
    TraceStrength.STRUCTURED, says="trainedAlgorithmicMedia",
)  # fmt: skip
SOURCE_TYPE_EDIT = Trace(
    "digital-source-type-edit", "", "XMP Iptc4xmpExt:DigitalSourceType", TraceKind.EDIT,
    TraceStrength.STRUCTURED, says="compositeWithTrainedAlgorithmicMedia",
)  # fmt: skip
PLAYGROUND = Trace(
    "apple-image-playground", "Apple Image Playground", "IPTC Credit", TraceKind.GENERATION, TraceStrength.HINT
)
EXTRAS = Trace(
    "a1111-postprocessing", "", "PNG text extras", TraceKind.ENHANCEMENT,
    TraceStrength.STRUCTURED, models=(UsedModel(ModelRole.UPSCALER, "R-ESRGAN 4x+"),), mode=TraceMode.UPSCALING,
)  # fmt: skip
AT_WORK = Trace("comfyui-prompt", "ComfyUI", "PNG text prompt", TraceKind.UNKNOWN, TraceStrength.STRUCTURED)
DESPITE = 'or keep the declaration with --despite-traces "why"'


def _said(**fields: Any) -> Declaration:
    return Declaration.from_dict(fields)


def test_text_to_image() -> None:
    """A picture that was made from noise is proposed as generated, with tool, model and LoRA."""
    found = propose([COMFY])

    assert found.command == ("--origin generated --ai 'generation:ComfyUI:model sd_xl_base_1.0, LoRA inkwash'")
    assert tomllib.loads(found.toml()) == found.data() == {
        "origin": "generated",
        "steps": [
            {
                "tool": {"name": "ComfyUI"},
                "description": "LoRA inkwash",
                "ai": {"kind": "generation", "model": {"name": "sd_xl_base_1.0"}, "extent": "whole picture"},
            }
        ],
    }  # fmt: skip


def test_repainted() -> None:
    """A picture that was loaded and repainted has another beginning: only the step is proposed."""
    found = propose([REPAINTED])

    assert found.origin is None
    assert found.flags == ("--ai", "generation:ComfyUI:over a loaded picture")


def test_clean_up_is_object_removal() -> None:
    """Apple's Clean Up is proposed as what it is, once, though the source type says it too."""
    found = propose([SOURCE_TYPE_EDIT, CLEAN_UP])

    assert found.flags == ("--ai", "object removal=yes:Apple Photos Clean Up")


def test_source_type_alone() -> None:
    """Where no tool is named, the step names none."""
    assert propose([SOURCE_TYPE]).flags == ("--origin", "generated", "--ai", "generation")
    assert propose([SOURCE_TYPE_EDIT]).flags == ("--ai", "other=yes")


def test_upscaler_alone() -> None:
    """An upscaler is a step of its own, and no beginning."""
    assert propose([EXTRAS]).flags == ("--ai", "upscaling::model R-ESRGAN 4x+")


def test_hints_propose_nothing() -> None:
    """A hint, and a tool of which nobody knows what it did, propose no step."""
    assert not propose([PLAYGROUND])
    assert not propose([AT_WORK])
    assert propose([]).toml() == ""


@pytest.mark.parametrize("data", [entry[0] for entry in FOUND.values()], ids=FOUND.keys())
def test_what_is_proposed_can_be_declared(data: bytes) -> None:
    """Whatever a tool left, the proposal is accepted as a file and as flags, says the same kinds, and ends the conflict."""
    traces = found_in(data)
    found = propose(traces)
    words = list(found.flags)
    flags = Flags(
        origin=words[1] if words[:1] == ["--origin"] else None,
        ai=tuple(word for before, word in pairwise(words) if before == "--ai"),
    )

    declared, typed = Declaration.from_dict(found.data()), from_flags(flags)

    kinds = [step.ai.kind for step in declared.steps if step.ai]
    assert kinds == [step.ai.kind for step in typed.steps if step.ai]
    assert tomllib.loads(found.toml()) == found.data()
    assert conflicts(traces, declared) == conflicts(traces, typed) == ()


def test_names_that_are_made_to_hurt() -> None:
    """A model's name cannot end a quotation, turn the reading direction or fill the declaration."""
    name = '"\n]]\u202eevil\x00' + "x" * 5000
    trace = Trace("comfyui-prompt", name, "PNG text prompt", TraceKind.GENERATION, TraceStrength.STRUCTURED,
                  models=(UsedModel(ModelRole.CHECKPOINT, name),), mode=TraceMode.TEXT)  # fmt: skip

    found = propose([trace])

    assert tomllib.loads(found.toml()) == found.data()
    assert Declaration.from_dict(found.data()).steps[0].ai is not None


GENERATED_STEP = {"ai": {"kind": "inpainting"}}
# name -> (trace, declaration, field of the conflict; "" for none)
AGAINST: dict[str, tuple[Trace, dict[str, Any], str]] = {
    "made, under a blank canvas": (COMFY, {"origin": "blank-canvas"}, "origin"),
    "made, under a photograph": (COMFY, {"origin": "photograph"}, "origin"),
    "made, under a scan": (COMFY, {"origin": "scan"}, "origin"),
    "made, under a render": (COMFY, {"origin": "render"}, "origin"),
    "made, and the AI is denoising": (COMFY, {"origin": "photograph", "steps": [{"ai": {"kind": "denoising"}}]}, "origin"),
    "made, and the AI is a reference": (COMFY, {"origin": "blank-canvas", "steps": [{"ai": {"kind": "reference"}}]}, "origin"),
    "made, and the component is a photograph": (
        COMFY, {"origin": "blank-canvas", "ingredients": [{"path": "a", "source_type": "photo"}]}, "origin"),
    "made, and only an input": (
        COMFY, {"origin": "blank-canvas", "ingredients": [{"path": "a", "relationship": "input"}]}, "origin"),
    "made, under no generative AI": (COMFY, {"no_generative_ai": "final"}, "no_generative_ai"),
    "made, under a complete history": (COMFY, {"history_complete": True, "steps": [{"action": "edit"}]}, "history_complete"),
    "source type, under a blank canvas": (SOURCE_TYPE, {"origin": "blank-canvas"}, "origin"),
    "repainted, under a blank canvas": (REPAINTED, {"origin": "blank-canvas"}, "origin"),
    "edited, under no generative AI": (CLEAN_UP, {"no_generative_ai": "process"}, "no_generative_ai"),
    "edited, under a complete history": (
        CLEAN_UP, {"origin": "photograph", "history_complete": True}, "history_complete"),
    "at work, under no generative AI": (AT_WORK, {"no_generative_ai": "final"}, "no_generative_ai"),
    # near misses
    "made, under generated": (COMFY, {"origin": "generated"}, ""),
    "made, with a generative step": (COMFY, {"origin": "photograph", "steps": [GENERATED_STEP]}, ""),
    "made, with a step that may be": (COMFY, {"origin": "photograph", "steps": [{"ai": {"kind": "upscaling"}}]}, ""),
    "made, under a composite": (COMFY, {"origin": "composite"}, ""),
    "made, from a generated component": (
        COMFY, {"origin": "blank-canvas", "ingredients": [{"path": "a", "source_type": "generated"}]}, ""),
    "made, from a parent that speaks for itself": (COMFY, {"ingredients": [{"path": "a", "relationship": "parent"}]}, ""),
    "made, and nothing is said": (COMFY, {}, ""),
    "made, and only a title": (COMFY, {"title": "Heron"}, ""),
    "repainted, under a photograph, history open": (REPAINTED, {"origin": "photograph"}, ""),
    "edited, under a blank canvas, history open": (CLEAN_UP, {"origin": "blank-canvas"}, ""),
    "repainted, and declared": (REPAINTED, {"origin": "blank-canvas", "steps": [GENERATED_STEP]}, ""),
    "edited, history open": (CLEAN_UP, {"origin": "photograph"}, ""),
    "edited, and declared": (
        CLEAN_UP, {"origin": "photograph", "history_complete": True, "steps": [{"ai": {"kind": "object removal"}}]}, ""),
    "enhanced, under a blank canvas": (EXTRAS, {"origin": "blank-canvas"}, ""),
    "enhanced, under no generative AI": (EXTRAS, {"no_generative_ai": "final"}, ""),
    "at work, under a photograph": (AT_WORK, {"origin": "photograph"}, ""),
    "a hint, under a blank canvas": (PLAYGROUND, {"origin": "blank-canvas"}, ""),
    "a hint, under no generative AI": (PLAYGROUND, {"no_generative_ai": "final"}, ""),
}  # fmt: skip


@pytest.mark.parametrize(("trace", "said", "field"), AGAINST.values(), ids=AGAINST.keys())
def test_conflicts(trace: Trace, said: dict[str, Any], field: str) -> None:
    """Only what cannot stand beside a clear trace is a conflict; hints and enhancement never make one."""
    assert [one.path for one in conflicts([trace], _said(**said))] == ([(field,)] if field else [])


def test_sentence() -> None:
    """A conflict says what stands where, what is declared, and both ways out."""
    canvas, nothing = _said(origin="blank-canvas"), _said(no_generative_ai="final")

    assert [str(one) for one in conflicts([SOURCE_TYPE, CLEAN_UP], canvas)] == [
        "XMP Iptc4xmpExt:DigitalSourceType (trainedAlgorithmicMedia) says that generative AI made a picture "
        "(found, not signed), but the declared origin is blank-canvas, and no step says that generative AI was used; "
        f"declare it (--origin generated --ai generation), {DESPITE}"
    ]
    assert [str(one) for one in conflicts([CLEAN_UP], nothing)] == [
        "IPTC Credit says that Apple Photos Clean Up edited a picture (found, not signed), but it is declared that no "
        f"generative AI was used; leave that out, {DESPITE}"
    ]


def test_one_conflict_for_each_tool() -> None:
    """A tool that left two texts is not named twice."""
    workflow = Trace("comfyui-workflow", "ComfyUI", "PNG text workflow", TraceKind.GENERATION, TraceStrength.STRUCTURED)

    assert len(conflicts([COMFY, workflow, SOURCE_TYPE], _said(origin="scan"))) == 2


def test_every_step_of_the_table_is_a_kind() -> None:
    """What the table calls a step is a kind that a declaration knows."""
    assert {AiKind(rule.step) for rule in rules() if rule.step} == {AiKind.OBJECT_REMOVAL}
