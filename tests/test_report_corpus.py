"""What the reports of other people's files must say (the tables of the corpus)."""

from __future__ import annotations

from functools import cache

import pytest

from provenance.report.build import build
from provenance.report.declared import Origin, StepKind
from provenance.report.layout import columns
from provenance.report.model import Report
from provenance.report.text import render
from provenance.terms import AiUse
from provenance.verification.check import check
from provenance.verification.options import Options
from tests.support.environment import CORPUS, corpus, needs_corpus
from tests.support.report import NOW

pytestmark = needs_corpus
FILES = sorted(CORPUS.glob("[ac]*/*.*")) if CORPUS else []


@cache
def report(name: str) -> Report:
    return build(check(corpus(name), options=Options(digest=True)), now=NOW)


AI = {
    "ai/firefly-1.jpg": (AiUse.POSSIBLY, StepKind.POSSIBLY, Origin.HINT, "Adobe Firefly"),
    "ai/gen-fill.jpg": (AiUse.GENERATED_PARTS, StepKind.GENERATIVE_EDIT, Origin.ACTION, "Adobe Firefly"),
    "ai/composite-dst.jpg": (AiUse.AI_EDITED, StepKind.GENERATIVE_EDIT, Origin.ACTION, "Adobe Firefly"),
    "ai/amazon-titan-g1.png": (AiUse.GENERATED, StepKind.GENERATED, Origin.ACTION, "Titan Image Generator G1"),
    "ai/genai-actions-v2.jpg": (AiUse.GENERATED, StepKind.GENERATED, Origin.ACTION, "Adobe Firefly"),
    "ai/ChatGPT_Image.png": (AiUse.GENERATED, StepKind.GENERATED, Origin.ACTION, "GPT-4o"),
    "ai/PXL_20250818_155024632~4.jpg": (AiUse.AI_EDITED, StepKind.GENERATIVE_EDIT, Origin.ACTION, ""),
}


@pytest.mark.parametrize(("name", "expected"), AI.items(), ids=AI.keys())
def test_ai_step_is_told(name, expected):
    """Also the four files that the official rubric misses are told, each by the evidence that there is."""
    found = report(name)

    use, kind, origin, tool = expected
    assert found.ai_use is use
    assert (kind, origin, tool) in [(step.kind, step.origin, step.tool) for step in found.ai_steps]


@pytest.mark.parametrize("name", ["ai/PXL_20260208_202351558.jpg", "ai/cai-open-source.jpg"])
def test_no_ai_step_is_invented(name):
    """Captures with algorithmic and human edits have no generative step."""
    found = report(name)

    assert found.ai_steps == ()
    assert found.ai_use is AiUse.NONE_DECLARED_INCOMPLETE


def test_expired_certificate_is_said():
    """The report of a file whose certificate ran out without a stamp says that this is why."""
    found = report("ai/ChatGPT_Image.png")

    assert "signingCredential.expired" in [failure.key for failure in found.integrity.failures]
    assert "signingCredential.expired" in render(found)


def test_legacy_and_present_permissions_are_one_answer():
    """``cawg.training-mining`` and ``c2pa.training-mining`` of one file agree, and both are named."""
    lines = {line.entry: line for line in report("ai/cai-open-source.jpg").permissions}

    line = lines["cawg.ai_generative_training"]
    assert (line.effective, line.conflict) == ("notAllowed", False)
    assert {source.assertion for source in line.sources} == {"cawg.training-mining", "c2pa.training-mining"}


BROKEN_BELOW = ("CIE-sig-CA", "E-uri-CIE-sig-CA")


@pytest.mark.parametrize(
    "name", [f"chains/adobe-20220124-{name}.jpg" for name in BROKEN_BELOW] + ["chains/CACAE-uri-CA.jpg"]
)
def test_broken_ingredient_is_on_the_first_screen(name):
    """Where the engine says `Valid`, the headline and the first screen name the damaged part."""
    found = report(name)

    assert "part of its history is damaged" in found.headline.text
    assert "Damaged: an element" in render(found)
    assert not any(step.attributable for step in found.ledger if step.strength == "signed_but_broken")


def test_remote_reference_is_said_and_not_fetched():
    """A manifest that is elsewhere is named by host."""
    found = report("chains/cloud.jpg")

    assert found.headline.id == "report.headline.elsewhere"
    assert "Nothing was fetched." in found.source.sentence.text


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_report_keeps_to_eighty_columns(path):
    """No line of any real file's screen is wider than eighty columns, and few need more than thirty-two lines."""
    lines = render(report(str(path))).splitlines()

    assert max(columns(line) for line in lines) <= 80
    assert len(lines) <= 36
