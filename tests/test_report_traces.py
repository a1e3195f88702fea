"""`provenance.report.traces`: what AI tools left, in words that accuse nobody."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provenance.metadata.model import (
    Carrier,
    Field,
    Metadata,
    ModelRole,
    Trace,
    TraceKind,
    TraceStrength,
    UsedModel,
)
from provenance.report.blinding import blind
from provenance.report.build import build
from provenance.report.declared import Origin
from provenance.report.full import render_full
from provenance.report.known_words import WITHHELD
from provenance.report.wording import languages
from provenance.terms import AiUse
from provenance.verification.model import Verification
from tests.support.report import NOW, ai_edit_on_top, altered, carrying, hand_drawn, nothing, value

GENERATION, EDIT, ENHANCEMENT, UNKNOWN = TraceKind
STRUCTURED, CLEAR, HINT = TraceStrength


def _trace(rule: str, tool: str, kind: TraceKind, strength: TraceStrength, **more: object) -> Trace:
    return Trace(rule, tool, "EXIF Software", kind, strength, **more)  # type: ignore[arg-type]


COMFY = _trace("comfyui-prompt", "ComfyUI", GENERATION, STRUCTURED)
TOPAZ = _trace("topaz", "Topaz", ENHANCEMENT, HINT, says="Topaz Photo AI 3")
EXTRAS = _trace("a1111-postprocessing", "", ENHANCEMENT, STRUCTURED)
PLAYGROUND = _trace("apple-image-playground", "Apple Image Playground", GENERATION, HINT)


def _with(found: Verification, *traces: Trace) -> Verification:
    return replace(found, carried=Metadata(traces=traces))


@pytest.mark.parametrize("kind", [GENERATION, EDIT, UNKNOWN])
def test_a_trace_says_possibly_at_most(kind: TraceKind) -> None:
    """Nothing that nobody signed makes a picture generated."""
    report = build(_with(nothing(), replace(COMFY, kind=kind)), now=NOW)

    assert report.ai_use is AiUse.POSSIBLY
    assert [step.what for step in report.ledger] == ["ordinary metadata, EXIF Software: “ComfyUI” (structured data)"]


@pytest.mark.parametrize("trace", [TOPAZ, EXTRAS, PLAYGROUND], ids=["enhancement hint", "enhancement", "hint"])
def test_hints_and_enhancement_make_no_step(trace: Trace) -> None:
    """They are listed, and change neither the ledger nor the summary."""
    report = build(_with(nothing(), trace), now=NOW)

    assert report.ledger == ()
    assert report.ai_use is AiUse.UNKNOWN
    assert [line.rule for line in report.carried.traces] == [trace.rule]


def test_the_list_says_how_strong_and_that_nobody_signed() -> None:
    """The full report lists what was found, with its strength, and what that is worth."""
    model = UsedModel(ModelRole.CHECKPOINT, "sd_xl_base_1.0")
    shown = render_full(
        build(_with(nothing(), replace(COMFY, models=(model,), prompt_sha256="0f" * 32), TOPAZ), now=NOW), width=10_000
    )

    assert "Left by AI tools: found, not signed; anyone can write or remove it." in shown
    assert (
        "ComfyUI made a picture (EXIF Software; structured data), with sd_xl_base_1.0; "
        f"SHA-256 of that text, which may hold a prompt: {'0f' * 32}"
    ) in shown
    assert "Topaz enlarged or enhanced a picture (EXIF Software; a hint only)" in shown


def test_one_tool_is_one_step() -> None:
    """Several texts of one tool are one step, which names each place."""
    workflow = replace(COMFY, rule="comfyui-workflow", where="PNG text workflow")

    (step,) = build(_with(nothing(), COMFY, workflow), now=NOW).ledger

    assert step.what == "ordinary metadata, EXIF Software, PNG text workflow: “ComfyUI” (structured data)"


def test_beside_a_signed_statement_a_trace_is_no_news() -> None:
    """A signed AI step makes the trace no step of its own; a signed silence, or a broken signature, does not."""
    outspoken, silent, broken = (_with(found, COMFY) for found in (ai_edit_on_top(), hand_drawn(), altered()))

    said = [[step.what for step in build(found, now=NOW).ledger if "ComfyUI" in step.what] for found in
            (outspoken, silent, broken)]  # fmt: skip
    assert [len(found) for found in said] == [0, 1, 1]
    assert build(outspoken, now=NOW).carried.traces


def test_a_field_that_the_credentials_state_is_no_step_of_its_own() -> None:
    """An AI system that the signer names too is the signer's statement; in a file that was changed it is a trace."""
    system = Trace(
        "iptc-ai-system", "Upscaler 2", "XMP Iptc4xmpExt:AISystemUsed", UNKNOWN, STRUCTURED, says="Upscaler 2"
    )
    said = value(Field.AI_SYSTEM, Carrier.MANIFEST, "Upscaler 2")

    stated, changed, silent = (
        build(replace(carrying(found, *values), carried=Metadata(traces=(system,))), now=NOW)
        for found, values in ((hand_drawn(), [said]), (altered(), [said]), (hand_drawn(), []))
    )

    found = [[step.description for step in report.ledger if step.origin is Origin.TRACE] for report in
             (stated, changed, silent)]  # fmt: skip
    assert found == [[], ["Upscaler 2"], ["Upscaler 2"]]


@pytest.mark.parametrize("language", languages())
def test_a_rule_that_nobody_knows_has_words(language: str) -> None:
    """What comes from a newer table, or from a child that was taken over, is called an AI tool."""
    report = build(_with(nothing(), _trace("of tomorrow", "", GENERATION, CLEAR)), language=language, now=NOW)

    assert report.ledger[0].what
    assert report.carried.traces[0].sentence.text


def test_blind() -> None:
    """A blind edition keeps words of the table, and nothing that the file wrote."""
    named = replace(
        COMFY,
        models=(UsedModel(ModelRole.LORA, "style_of_ada"),),
        prompt_sha256="0f" * 32,
        says="by Ada",
        version="1.2 Ada",
    )
    odd = Trace("rule of Ada", "Ada's tool", "place of Ada", GENERATION, CLEAR)

    kept, hidden = blind(_with(nothing(), named, odd)).carried.traces

    assert kept == replace(
        named, models=(UsedModel(ModelRole.LORA, WITHHELD),), prompt_sha256="", says=WITHHELD, version="1.2"
    )
    assert (hidden.rule, hidden.tool, hidden.where) == (WITHHELD, WITHHELD, WITHHELD)
