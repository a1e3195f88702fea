"""The ledger: every declared step over the whole chain, classified, attributed, never silently dropped."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provenance.report.build import build
from provenance.report.declared import Origin, Part, Step, StepKind
from provenance.terms import ACTIONS, ACTIONS_V1, C2PA_DST, DST, INGREDIENT, Integrity, Strength
from provenance.verification.model import Ai, Ingredient, Region, Verification
from tests.support.report import (
    AI_FILL,
    CREATED,
    CROPPED,
    GENERATED,
    NOW,
    OPENED,
    action,
    ai_edit_on_top,
    broken_ancestor,
    framed,
    legacy_hint,
    listed,
    manifest,
    parent,
    pinned,
    stranger,
    unsigned_trace,
    verification,
)


def steps_of(found: Verification) -> tuple[Step, ...]:
    return build(found, now=NOW).ledger


KINDS = {
    "generated": (action(*GENERATED), StepKind.GENERATED),
    "generated, https": (
        action("c2pa.created", "https://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"),
        StepKind.GENERATED,
    ),
    "generated, v1 assertion": (action(*GENERATED, assertion=ACTIONS_V1), StepKind.GENERATED),
    "generated, second instance": (action(*GENERATED, assertion=ACTIONS + "__1"), StepKind.GENERATED),
    "generated, by a template": (action(*GENERATED, templated=True), StepKind.GENERATED),
    "generated, gathered": (action(*GENERATED, created=False), StepKind.GENERATED),
    "generated data": (action("c2pa.created", C2PA_DST + "trainedAlgorithmicData"), StepKind.GENERATED),
    "generated data, old word": (action("c2pa.created", "c2pa.trainedAlgorithmicData"), StepKind.GENERATED),
    "generative edit": (action(*AI_FILL), StepKind.GENERATIVE_EDIT),
    "synthetic composite": (action("c2pa.edited", DST + "compositeSynthetic"), StepKind.GENERATIVE_EDIT),
    "generated part placed": (action("c2pa.placed", GENERATED[1]), StepKind.GENERATIVE_EDIT),
    "non-editorial action with a generative type": (action("c2pa.converted", AI_FILL[1]), StepKind.GENERATIVE_EDIT),
    "our parameter says generative": (
        action("c2pa.edited", DST + "humanEdits", ai=Ai("inpainting", "yes")),
        StepKind.GENERATIVE_EDIT,
    ),
    "our parameter does not know": (
        action("c2pa.edited", DST + "algorithmicallyEnhanced", ai=Ai("object removal", "unknown")),
        StepKind.POSSIBLY,
    ),
    "our parameter says no, the type yes": (action(*AI_FILL, ai=Ai("denoising", "no")), StepKind.GENERATIVE_EDIT),
    "denoised": (
        action("c2pa.edited", DST + "algorithmicallyEnhanced", ai=Ai("denoising", "no")),
        StepKind.ALGORITHMIC,
    ),
    "AI as a reference": (
        action("c2pa.drawing", DST + "humanEdits", ai=Ai("reference or idea", "yes")),
        StepKind.POSSIBLY,
    ),
    "composite": (action("c2pa.created", DST + "composite"), StepKind.POSSIBLY),
    "screen capture": (action("c2pa.created", DST + "screenCapture"), StepKind.POSSIBLY),
    "virtual recording": (action("c2pa.created", DST + "virtualRecording"), StepKind.POSSIBLY),
    "digital art, retired": (action("c2pa.created", DST + "digitalArt"), StepKind.POSSIBLY),
    "software image, retired": (action("c2pa.created", DST + "softwareImage"), StepKind.POSSIBLY),
    "minor human edits, retired": (action("c2pa.edited", DST + "minorHumanEdits"), StepKind.HUMAN),
    "human edits": (action(*CROPPED), StepKind.HUMAN),
    "film": (action("c2pa.created", DST + "negativeFilm"), StepKind.CAPTURE),
    "empty canvas": (action(*CREATED), StepKind.BLANK),
    "opened": (action(*OPENED), StepKind.HANDLING),
    "cropped, how not stated": (action("c2pa.cropped"), StepKind.UNKNOWN),
    "created, how not stated": (action("c2pa.created"), StepKind.UNKNOWN),
    "somebody's own action": (action("com.example.magic"), StepKind.UNKNOWN),
    "near miss of a type": (action("c2pa.created", GENERATED[1] + "s"), StepKind.UNKNOWN),
    "homoglyph type": (action("c2pa.created", DST + "trainedAlgorithmi\u0441Media"), StepKind.UNKNOWN),
}


@pytest.mark.parametrize(("declared", "kind"), KINDS.values(), ids=KINDS.keys())
def test_step_is_classified(declared, kind):
    """What is generative, possibly so, or unknown is told from any assertion, version, spelling and field."""
    (step,) = steps_of(verification(manifest(declared)))

    assert step.kind is kind


def test_unknown_source_type_is_unrecognised_and_kept():
    """A source type that nobody knows is shown as it stands, never taken for a no."""
    (step,) = steps_of(verification(manifest(action("c2pa.created", DST + "dreamt"))))

    assert (step.recognised, step.ai) == (False, "")
    assert "does not recognise, “http://cv.iptc.org/newscodes/digitalsourcetype/dreamt”" in step.what


def test_oldest_manifest_comes_first_and_order_inside_is_kept():
    """Steps stand oldest manifest first, within one as they are given."""
    found = [(step.depth, step.action) for step in steps_of(ai_edit_on_top())]

    assert found == [
        (1, "c2pa.created"),
        (1, "c2pa.drawing"),
        (1, "c2pa.cropped"),
        (0, "c2pa.opened"),
        (0, "c2pa.edited"),
    ]


def test_structured_ai_parameters_are_kept():
    """Kind, model, extent and tool of an AI step reach the report as data."""
    step = steps_of(ai_edit_on_top())[-1]

    assert (step.ai_kind, step.generative, step.model, step.model_version) == ("inpainting", "yes", "Firefly", "4")
    assert (step.tool, step.tool_version, step.extent) == ("Photoshop", "27.1", "the sky")


def test_region_and_time_are_kept_as_the_signers_word():
    """Where and when stand beside the step."""
    touched = action(*AI_FILL, regions=(Region("spatial", "x 1, y 2"),), when="2026-11-01T00:00:00Z")

    (step,) = steps_of(verification(manifest(touched)))

    assert (step.regions, step.when) == (("x 1, y 2",), "2026-11-01T00:00:00Z")


STRENGTHS = {
    "listed": (verification(manifest(AI_FILL, signer=listed())), Strength.SIGNED_TRUSTED, True),
    "pinned": (verification(manifest(AI_FILL, signer=pinned())), Strength.SIGNED_TRUSTED, True),
    "unknown": (verification(manifest(AI_FILL, signer=stranger())), Strength.SIGNED_UNKNOWN, True),
    "broken": (verification(manifest(AI_FILL, integrity=Integrity.ALTERED)), Strength.SIGNED_BROKEN, False),
    "not covered": (verification(manifest(AI_FILL, integrity=Integrity.NOT_COVERED)), Strength.SIGNED_BROKEN, False),
    "expired": (verification(manifest(AI_FILL, integrity=Integrity.EXPIRED)), Strength.SIGNED_BROKEN, False),
    "unsigned": (unsigned_trace(), Strength.UNSIGNED, False),
}


@pytest.mark.parametrize(("found", "strength", "attributable"), STRENGTHS.values(), ids=STRENGTHS.keys())
def test_strength_of_the_evidence(found, strength, attributable):
    """Signed and trusted, signed by somebody unknown, broken, or not signed at all: each step says which."""
    (step,) = steps_of(found)

    assert (step.strength, step.attributable) == (strength, attributable)


def test_statement_of_a_broken_manifest_is_attributed_to_nobody():
    """From a manifest that is not intact nothing is attributed, and the sentence says so."""
    step = steps_of(broken_ancestor())[0]

    assert step.kind is StepKind.GENERATED
    assert step.sentence.text.startswith("Someone wrote into the file:")
    assert step.caveat is not None
    assert step.caveat.id == "report.caveat.broken"


def test_home_made_midjourney_is_an_unknown_signer_calling_itself_so():
    """Anyone can sign as "Midjourney": the name is never said without "calling itself"."""
    (step,) = steps_of(framed())

    assert step.sentence.text.startswith("An unknown signer calling itself “Midjourney” states:")
    assert step.caveat is not None
    assert "not necessarily the one who shows it to you" in step.caveat.text


def test_statement_of_an_earlier_listed_signer_is_not_the_presenters():
    """A listed generator below an artist's manifest speaks for itself only."""
    below = manifest(GENERATED, label="old", depth=1, signer=listed("Adobe Inc."))
    top = manifest(OPENED, signer=pinned(), ingredients=(parent("old"),))

    step = steps_of(verification(top, below))[0]

    assert (step.by_presenter, step.attributable) == (False, True)
    assert step.caveat is not None
    assert step.caveat.id == "report.caveat.other"


def test_own_ai_step_of_a_known_presenter_needs_no_caveat():
    """What the known signer of the file declares is simply quoted."""
    (step,) = steps_of(verification(manifest(AI_FILL)))

    assert step.caveat is None
    assert step.sentence.text == "Mika K. states: edited: using generative AI"


RELATIONSHIPS = {"parentOf": Part.WHOLE, "componentOf": Part.PART, "inputTo": Part.INPUT, "nonsense": Part.PART}


@pytest.mark.parametrize(("relationship", "part"), RELATIONSHIPS.items())
def test_ingredients_source_type_is_a_step(relationship, part):
    """An element from a tool without credentials says what it is; that is a step, about the right part."""
    element = Ingredient(INGREDIENT, relationship, title="sky.png", source_type=GENERATED[1])

    steps = steps_of(verification(manifest(OPENED, ingredients=(element,))))

    assert [(step.origin, step.kind, step.part) for step in steps if step.ai] == [
        (Origin.INGREDIENT, StepKind.GENERATED, part)
    ]


def test_disclosure_of_an_ingredient_is_a_step():
    """``c2pa.ai-disclosure.ingredient`` is read; what the model did is not stated, so it is "possibly"."""
    element = Ingredient(INGREDIENT, "componentOf", title="sky.png", ai=Ai(model="SDXL"))

    (step,) = [step for step in steps_of(verification(manifest(OPENED, ingredients=(element,)))) if step.ai]

    assert (step.kind, step.model) == (StepKind.POSSIBLY, "SDXL")


def test_disclosure_alone_is_possibly_and_with_a_step_says_the_model():
    """``c2pa.ai-disclosure`` names a model; only a step says what it did."""
    alone = manifest(CREATED, disclosures=(Ai(model="Krea", oversight="human_validated"),))
    beside = manifest(CREATED, AI_FILL, disclosures=(Ai(model="Krea", oversight="human_validated"),))

    assert steps_of(verification(alone))[-1].kind is StepKind.POSSIBLY
    assert steps_of(verification(beside))[-1].kind is StepKind.GENERATIVE_EDIT
    assert "the result approved by a person" in steps_of(verification(beside))[-1].what


def test_disclosure_that_repeats_a_step_is_one_line():
    """The disclosure that our own signing writes beside a step is not a second AI step."""
    fill = action(*AI_FILL, ai=Ai("inpainting", "yes", "Firefly", "4"))

    steps = steps_of(verification(manifest(CREATED, fill, disclosures=(Ai(model="Firefly 4"),))))

    assert len([step for step in steps if step.ai]) == 1


def test_legacy_signs_are_hints():
    """`com.adobe.generative-ai` without a source type is "possible, not declared in the standard's field"."""
    (hint,) = [step for step in steps_of(legacy_hint()) if step.ai]

    assert (hint.origin, hint.kind) == (Origin.HINT, StepKind.POSSIBLY)
    assert "possible, not declared in the standard's field: “Adobe Firefly”" in hint.what


HINTED = {
    "generator": manifest(CREATED, generator="Midjourney"),
    "generator, underscores": manifest(CREATED, generator="Adobe_Firefly"),
    "tool of an action": manifest(action(*CREATED, tool="DALL·E 3")),
}
NOT_HINTED = {
    "another program": manifest(action(*CREATED, tool="Krita"), generator="provenance"),
    "part of a word": manifest(CREATED, generator="Imagenet viewer"),
    "declared already": manifest(action(*GENERATED, tool="Midjourney")),
}


@pytest.mark.parametrize("hinted", HINTED.values(), ids=HINTED.keys())
def test_name_of_a_known_generator_is_a_hint(hinted):
    """A program's name is a weak hint."""
    assert [step.origin for step in steps_of(verification(hinted)) if step.ai] == [Origin.HINT]


@pytest.mark.parametrize("quiet", NOT_HINTED.values(), ids=NOT_HINTED.keys())
def test_near_miss_of_a_generator_is_no_hint(quiet):
    """Other names, and a step that already says it, give no hint."""
    assert Origin.HINT not in [step.origin for step in steps_of(verification(quiet))]


def test_wrapper_without_actions_hands_its_one_ingredient_on_whole():
    """A service that wraps its own output in a manifest without actions does not turn it into a part."""
    below = manifest(GENERATED, label="inner", depth=1)
    wrapper = manifest(ingredients=(parent("inner", relationship="componentOf"),))

    assert steps_of(verification(wrapper, below))[0].part is Part.WHOLE


def test_part_is_the_largest_that_any_way_gives():
    """A picture used as input and as parent is the whole picture."""
    below = manifest(GENERATED, label="old", depth=1)
    twice = (parent("old", relationship="inputTo"), parent("old", assertion=INGREDIENT + "__1"))

    assert steps_of(verification(manifest(OPENED, ingredients=twice), below))[0].part is Part.WHOLE


def test_cycle_of_ingredients_ends():
    """Manifests that name each other are walked once."""
    one = manifest(OPENED, label="one", ingredients=(parent("two"),))
    two = replace(manifest(OPENED, label="two", ingredients=(parent("one"),)), depth=1)

    assert len(steps_of(verification(one, two))) == 2
