"""The four published profiles: answered by what they mean, with the expression's own answer beside it."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from provenance.report.build import build
from provenance.report.declared import Answer, ProfileAnswer
from provenance.terms import C2PA_DST, DST
from provenance.verification.model import Verification
from tests.support.environment import needs_rubric
from tests.support.official import crjson_of, official_profiles
from tests.support.report import (
    AI_FILL,
    CAPTURED,
    CREATED,
    CROPPED,
    DRAWN,
    GENERATED,
    NOW,
    OPENED,
    SHARPENED,
    altered,
    manifest,
    parent,
    stranger,
    verification,
)

EDITED_METADATA = ("c2pa.edited.metadata", "")


def answers(found: Verification) -> dict[str, ProfileAnswer]:
    return {profile.id: profile for profile in build(found, now=NOW).profiles}


def on_top(*steps, of, **changes) -> Verification:
    """*of*'s active manifest with another one on top."""
    below = tuple(replace(one, depth=one.depth + 1) for one in of.manifests)
    label = f"urn:c2pa:top{len(below)}"
    return verification(manifest(*steps, label=label, ingredients=(parent(below[0].label),), **changes), *below)


DRAWING = verification(manifest(CREATED, DRAWN, CROPPED))
HUMAN = {
    "drawn by hand": (DRAWING, Answer.YES),
    "corrected later by the same signer": (on_top(OPENED, EDITED_METADATA, of=DRAWING, update=True), Answer.YES),
    "a co-author went on": (on_top(OPENED, DRAWN, of=DRAWING, signer=stranger("rook")), Answer.YES),
    "resized copy, published": (on_top(OPENED, ("c2pa.published", ""), of=DRAWING), Answer.YES),
    "denoised": (verification(manifest(CREATED, DRAWN, SHARPENED)), Answer.YES),
    "one generative step among human ones": (verification(manifest(CREATED, DRAWN, AI_FILL, CROPPED)), Answer.NO),
    "generative step by somebody later": (on_top(OPENED, AI_FILL, of=DRAWING), Answer.NO),
    "generative step below": (on_top(OPENED, CROPPED, of=verification(manifest(GENERATED))), Answer.NO),
    "begins with a camera": (verification(manifest(CAPTURED, CROPPED)), Answer.NO),
    "step without source type": (verification(manifest(CREATED, ("c2pa.edited", ""))), Answer.CANNOT_TELL),
    "source type nobody knows": (verification(manifest(CREATED, ("c2pa.edited", DST + "nope"))), Answer.CANNOT_TELL),
    "opened from something unknown": (verification(manifest(OPENED, ingredients=(parent(""),))), Answer.CANNOT_TELL),
    "altered": (altered(), Answer.CANNOT_TELL),
}


@pytest.mark.parametrize(("found", "expected"), HUMAN.values(), ids=HUMAN.keys())
def test_human_illustration_by_intent(found, expected):
    """No step is generative and it starts from an empty canvas: over the chain, whoever went on with it."""
    assert answers(found)["human-illustration"].met is expected


CAPTURE = {
    "camera only": (verification(manifest(CAPTURED)), Answer.YES, Answer.YES),
    "camera, sharpened": (verification(manifest(CAPTURED, SHARPENED)), Answer.YES, Answer.YES),
    "camera, cropped by hand": (verification(manifest(CAPTURED, CROPPED)), Answer.NO, Answer.YES),
    "camera, generative fill": (verification(manifest(CAPTURED, AI_FILL)), Answer.NO, Answer.YES),
    "screen capture": (verification(manifest(("c2pa.created", DST + "screenCapture"))), Answer.NO, Answer.NO),
    "drawn": (DRAWING, Answer.NO, Answer.NO),
}


@pytest.mark.parametrize(("found", "capture", "media"), CAPTURE.values(), ids=CAPTURE.keys())
def test_capture_profiles_by_intent(found, capture, media):
    """Both want a camera at the start; only the stricter one minds what was done after."""
    assert answers(found)["real-life-capture"].met is capture
    assert answers(found)["real-media"].met is media


GENERATIVE = {
    "generated": (verification(manifest(GENERATED)), Answer.YES),
    "generated, cropped on top": (on_top(OPENED, CROPPED, of=verification(manifest(GENERATED))), Answer.YES),
    "generated, then a photograph": (verification(manifest(GENERATED, ("c2pa.edited", CAPTURED[1]))), Answer.NO),
    "drawn": (DRAWING, Answer.NO),
}


@pytest.mark.parametrize(("found", "expected"), GENERATIVE.values(), ids=GENERATIVE.keys())
def test_fully_generative_by_intent(found, expected):
    """Declared as generated from the start, and nothing captured later."""
    assert answers(found)["fully-generative-ai"].met is expected


def test_failed_condition_is_named_with_its_steps():
    """A no says which condition failed, and which step."""
    profile = answers(verification(manifest(CREATED, DRAWN, AI_FILL)))["human-illustration"]

    failed = {condition.id: condition.where for condition in profile.conditions if condition.met is not Answer.YES}
    assert failed == {"no_ai": ("s3",), "human_changes": ("s3",)}
    assert "a step is declared as generative" in profile.sentence.text


def test_literal_answer_of_the_published_expression_stands_beside():
    """The published text says no to a drawing of several steps, where its intent says yes; both are shown."""
    profile = answers(DRAWING)["human-illustration"]

    assert (profile.met, profile.literal) == (Answer.YES, False)


def _random_store(chance: random.Random) -> Verification:
    names = ["c2pa.created", "c2pa.created", "c2pa.opened", "c2pa.edited"]
    types = ["", C2PA_DST + "empty", "humanEdits", DST + "algorithmicallyEnhanced", "Capture"] + [
        DST + name for name in ("digitalCapture", "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia")
    ]
    steps = [(chance.choice(names), chance.choice(types)) for _ in range(chance.randrange(4))]
    made = manifest(*steps, label="a")
    return verification(made, *([manifest(label="b", depth=1)] if chance.random() < 0.2 else []))


@needs_rubric
def test_literal_answers_equal_the_published_expressions():
    """Three hundred stores drawn at random, with a fixed seed, get the expression's own answer from us."""
    chance = random.Random(20261123)
    stores = [_random_store(chance) for _ in range(300)]

    ours = [{name: profile.literal for name, profile in answers(store).items()} for store in stores]

    assert ours == official_profiles([crjson_of(store) for store in stores])
    assert all(any(found[name] for found in ours) for name in ours[0])
