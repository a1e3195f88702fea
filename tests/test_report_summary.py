"""AI use in one word and one sentence: never hiding an ancestor, never accusing on weak evidence."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from provenance.report.build import build
from provenance.terms import DST, INGREDIENT, AiUse, Integrity
from provenance.verification.model import Ai, Ingredient, Statement
from tests.support.report import (
    AI_FILL,
    CREATED,
    CROPPED,
    DRAWN,
    GENERATED,
    HOSTILE,
    NOW,
    OPENED,
    action,
    altered,
    broken_ancestor,
    expired,
    framed,
    hand_drawn,
    legacy_hint,
    listed,
    long_chain,
    manifest,
    missing_ancestor,
    nothing,
    parent,
    redacted_permission,
    remote_only,
    stopped,
    stranger,
    unsigned_trace,
    verification,
)


def chained(top, below, relationship="parentOf"):
    """*below* under *top*."""
    return verification(
        replace(top, ingredients=(parent("below", relationship=relationship),)), replace(below, label="below", depth=1)
    )


ELEMENT = Ingredient(INGREDIENT, "componentOf", title="sky", source_type=GENERATED[1])
USES = {
    "generated": (verification(manifest(GENERATED)), AiUse.GENERATED),
    "generated below human edits": (chained(manifest(OPENED, CROPPED), manifest(GENERATED)), AiUse.GENERATED),
    "generated and edited with AI": (chained(manifest(OPENED, AI_FILL), manifest(GENERATED)), AiUse.GENERATED),
    "wrapped": (chained(manifest(), manifest(GENERATED), "componentOf"), AiUse.GENERATED),
    "component generated": (
        chained(manifest(CREATED, ("c2pa.placed", "")), manifest(GENERATED), "componentOf"),
        AiUse.GENERATED_PARTS,
    ),
    "component without credentials": (verification(manifest(CREATED, ingredients=(ELEMENT,))), AiUse.GENERATED_PARTS),
    "generated part placed": (verification(manifest(CREATED, ("c2pa.placed", GENERATED[1]))), AiUse.GENERATED_PARTS),
    "created as composite": (verification(manifest(("c2pa.created", AI_FILL[1]))), AiUse.GENERATED_PARTS),
    "edited with AI": (verification(manifest(CREATED, AI_FILL)), AiUse.AI_EDITED),
    "AI edit far below": (long_chain(), AiUse.AI_EDITED),
    "input generated": (chained(manifest(CREATED, DRAWN), manifest(GENERATED), "inputTo"), AiUse.POSSIBLY),
    "AI as a reference": (
        verification(manifest(CREATED, action(*DRAWN, 1, ai=Ai("reference or idea", "yes")))),
        AiUse.POSSIBLY,
    ),
    "composite": (verification(manifest(("c2pa.created", DST + "composite"))), AiUse.POSSIBLY),
    "legacy hint": (legacy_hint(), AiUse.POSSIBLY),
    "unsigned trace": (unsigned_trace(), AiUse.POSSIBLY),
    "broken ancestor generated": (broken_ancestor(), AiUse.GENERATED),
    "expired, generated": (expired(), AiUse.GENERATED),
    "by hand, complete": (hand_drawn(), AiUse.NONE_DECLARED),
    "chain complete": (chained(manifest(OPENED, CROPPED), manifest(CREATED, DRAWN)), AiUse.NONE_DECLARED),
    "permission redacted": (redacted_permission(), AiUse.NONE_DECLARED),
    "not declared complete": (verification(manifest(CREATED, DRAWN, complete=None)), AiUse.NONE_DECLARED_INCOMPLETE),
    "declared incomplete": (verification(manifest(CREATED, complete=False)), AiUse.NONE_DECLARED_INCOMPLETE),
    "ancestor incomplete": (
        chained(manifest(OPENED), manifest(CREATED, complete=None)),
        AiUse.NONE_DECLARED_INCOMPLETE,
    ),
    "ancestor of unknown origin": (
        verification(manifest(OPENED, ingredients=(parent(""),))),
        AiUse.NONE_DECLARED_INCOMPLETE,
    ),
    "a step without source type": (
        verification(manifest(CREATED, ("c2pa.edited", ""))),
        AiUse.NONE_DECLARED_INCOMPLETE,
    ),
    "history dropped when signing": (
        verification(manifest(CREATED, statements=(Statement("history_dropped", "by the signer", "x", True),))),
        AiUse.NONE_DECLARED_INCOMPLETE,
    ),
    "certificate expired": (
        verification(manifest(CREATED, DRAWN, integrity=Integrity.EXPIRED)),
        AiUse.NONE_DECLARED_INCOMPLETE,
    ),
    "unrecognised source type": (verification(manifest(CREATED, ("c2pa.edited", DST + "dreamt"))), AiUse.UNKNOWN),
    "altered": (altered(), AiUse.UNKNOWN),
    "ancestor broken, no AI in it": (
        chained(manifest(OPENED), manifest(CREATED, integrity=Integrity.ALTERED)),
        AiUse.UNKNOWN,
    ),
    "ancestor missing": (missing_ancestor(), AiUse.UNKNOWN),
    "ancestor redacted": (verification(manifest(OPENED, ingredients=(parent("x", redacted=True),))), AiUse.UNKNOWN),
    "no credentials": (nothing(), AiUse.UNKNOWN),
    "credentials elsewhere": (remote_only(), AiUse.UNKNOWN),
    "could not check": (stopped(), AiUse.UNKNOWN),
}


@pytest.mark.parametrize(("found", "use"), USES.values(), ids=USES.keys())
def test_ai_use_in_one_word(found, use):
    """The word for machines covers the whole chain, and silence never counts as a no."""
    assert build(found, now=NOW).ai_use is use


def test_gathered_and_incomplete_alone_are_no_sign_of_ai():
    """What the rubric calls ambiguous is nearly every real file: by itself it is no warning."""
    found = build(verification(manifest(CREATED, DRAWN, complete=None)), now=NOW)

    assert "ambiguousActions" in found.signals[0].signals
    assert found.ai_steps == ()
    assert [finding.id for finding in found.findings] == ["intact_known"]


VOICES = {
    "known presenter": (
        verification(manifest(GENERATED)),
        "Mika K. states that the picture was made using generative AI: made using generative AI",
    ),
    "another listed signer": (
        chained(manifest(OPENED), manifest(GENERATED, signer=listed("Adobe Inc."))),
        "An earlier signer, “Adobe Inc.”, states that the picture was made using generative AI: made using generative "
        "AI. It is not necessarily a statement of the one who shows it to you.",
    ),
    "unknown": (
        framed(),
        "Someone wrote into the file that the picture was made using generative AI (an unknown signer calling itself "
        "“Midjourney”: made using generative AI · Midjourney); not necessarily the one who shows it to you, and not "
        "necessarily so.",
    ),
    "broken": (
        broken_ancestor(),
        "Someone wrote into the file that the picture was made using generative AI (made using generative AI). That "
        "part does not hold: it cannot be attributed to anyone, and is not necessarily so.",
    ),
    "unsigned": (
        unsigned_trace(),
        "A sign of generative AI stands in ordinary metadata, PNG text parameters: “AUTOMATIC1111” (structured data). "
        "Someone wrote it into the file; not necessarily the one who shows it to you, and not necessarily so.",
    ),
    "none, complete": (
        hand_drawn(),
        "No AI step is declared, and the history is declared complete (by Mika K.).",
    ),
    "none": (nothing(), "Does not state AI use in a way that can be relied on."),
}


@pytest.mark.parametrize(("found", "sentence"), VOICES.values(), ids=VOICES.keys())
def test_ai_use_in_one_sentence(found, sentence):
    """Only a known presenter is simply quoted; anything weaker is "someone wrote this into the file"."""
    assert build(found, now=NOW).ai_sentence.text == sentence


def test_strongest_evidence_speaks_and_the_rest_is_counted():
    """Among several AI steps the best attributed one is quoted, with the number of the others."""
    below = manifest(GENERATED, signer=stranger("rook"))
    found = build(chained(manifest(OPENED, GENERATED, AI_FILL), below), now=NOW)

    assert found.ai_sentence.text.startswith("Mika K. states that the picture was made using generative AI")
    assert found.ai_sentence.text.endswith("(+2 more steps that may be AI)")


WEAK = {"framed": framed, "broken": broken_ancestor, "expired": expired, "trace": unsigned_trace, "hint": legacy_hint}


@pytest.mark.parametrize("case", WEAK.values(), ids=WEAK.keys())
def test_weak_evidence_accuses_nobody(case):
    """No sentence about weak evidence states it as a fact or names the one who presents the file."""
    found = build(case(), now=NOW)

    assert re.search("Someone wrote|may include", found.ai_sentence.text, re.IGNORECASE)
    assert not any(finding.id == "ai_by_presenter" for finding in found.findings)
    for step in found.ai_steps:
        assert step.caveat is not None


def test_hostile_words_stay_inert_in_the_sentence():
    """Nothing that a terminal would act on comes through."""
    found = build(verification(manifest(action(*GENERATED, tool=HOSTILE))), now=NOW)

    assert "\\u{001B}" in found.ai_sentence.text
    assert found.ai_sentence.text.isprintable()
