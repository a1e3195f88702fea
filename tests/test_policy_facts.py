"""Facts: flat, the same in every language, and apart by how far they can be relied on."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
import pytest

from provenance.declaration.kinds import AiKind
from provenance.policy import kinds
from provenance.policy.deriving import facts, facts_of
from provenance.policy.facts import Facts, digest, from_dict, to_dict, to_line
from provenance.policy.schema import NAMES, schema
from provenance.report.build import build
from provenance.schemas import schema_text
from provenance.terms import Level
from provenance.verification.model import Ai, Verification
from provenance.worker import codec
from tests.support import report as made
from tests.support.environment import CHECKOUT

CASES = {
    one.__name__: one
    for one in (
        made.hand_drawn, made.framed, made.altered, made.ai_edit_on_top, made.broken_ancestor, made.expired,
        made.nothing, made.remote_only, made.unsigned_trace, made.redacted_permission, made.legacy_hint, made.sidecar,
        made.aggregated_identity,
    )
}  # fmt: skip


def of(found: Verification) -> Facts:
    return facts_of(found, now=made.NOW)


@pytest.mark.parametrize("name", NAMES)
def test_the_written_schema_is_the_models(name: str) -> None:
    """What stands in ``schemas/`` is what the models say; `make schemas` writes it anew."""
    assert (CHECKOUT / "schemas" / f"{name}.schema.json").read_text("utf-8") == schema_text(schema(name))


@pytest.mark.parametrize("case", CASES)
def test_facts_are_one_valid_line_and_come_back(case: str) -> None:
    """Each line fits the schema, and the codec of the workers gives the same facts back."""
    found = of(CASES[case]())

    line = to_line(found)

    assert "\n" not in line and line.isascii()
    jsonschema.validate(json.loads(line), schema("facts"), cls=jsonschema.Draft202012Validator)
    assert from_dict(to_dict(found)) == codec.decode(Facts, codec.encode(found)) == found


@pytest.mark.parametrize("case", CASES)
def test_facts_do_not_depend_on_a_language(case: str) -> None:
    """A report in Japanese gives the same facts, and so the same hash, as one in English."""
    found = CASES[case]()

    japanese = facts(build(found, language="ja", now=made.NOW), found)

    assert digest(japanese) == digest(of(found))


def test_kinds_are_the_declarations_own() -> None:
    """The words for kinds of AI help are those of a declaration, in its order."""
    assert tuple(kind.value for kind in AiKind) == kinds.STATED


def test_a_strangers_word_stands_apart() -> None:
    """What an unknown signer states is nowhere among what a known one states."""
    found = of(made.framed())

    assert (found.ai_kinds, found.ai_kinds_unknown_signer) == ((), ("generation",))
    assert (found.signer, found.signer_called) == ("", "Midjourney")
    assert "ai_kinds_unknown_signer" in found.unverified


def test_a_listed_ancestor_behind_a_stranger_has_only_the_strangers_word() -> None:
    """Whoever names a generator's signed picture as parent of somebody's drawing does not make it generated."""
    below = made.manifest(made.GENERATED, signer=made.listed(), label="urn:c2pa:dream", depth=1)
    top = made.manifest(made.OPENED, signer=made.stranger("rook"), ingredients=(made.parent(below.label),))
    known = replace(top, signer=made.pinned())

    assert of(made.verification(top, below)).ai_kinds_unknown_signer == ("generation",)
    assert of(made.verification(known, below)).ai_kinds == ("generation",)


def test_the_weakest_signer_of_a_chain_is_told() -> None:
    """A known signer on top of a stranger's picture: the chain is known no better than the stranger is."""
    below = made.manifest(made.CAPTURED, signer=made.stranger(), label="urn:c2pa:photo", depth=1)
    top = made.manifest(made.OPENED, ingredients=(made.parent(below.label),))

    found = of(made.verification(top, below))

    assert (found.signer_level, found.lowest_level) == (Level.KNOWN, Level.INTACT)


KINDS = {
    "denoising, not generative": (Ai("denoising", "no"), made.SHARPENED[1], ("denoising",), ()),
    "denoising, declared generative": (
        Ai("denoising", "yes"), made.AI_FILL[1], ("denoising", "generative edit"), ("denoising", "generative edit"),
    ),
    "nothing but the source type": (None, made.AI_FILL[1], ("generative edit",), ("generative edit",)),
    "an enhancement without a kind": (None, made.SHARPENED[1], ("enhancement",), ()),
    "a kind of somebody's own": (Ai("dreaming", "yes"), made.AI_FILL[1], ("generative edit", "other"), ("generative edit", "other")),
    "a hand's work": (None, made.DRAWN[1], (), ()),
}  # fmt: skip


@pytest.mark.parametrize(("ai", "source_type", "all_kinds", "generative"), KINDS.values(), ids=KINDS)
def test_a_kind_is_generative_if_declared_so(ai, source_type, all_kinds, generative) -> None:
    """Upscaling and denoising are enhancement unless declared generative; the source type is never played down."""
    step = made.action("c2pa.edited", source_type, 1, ai=ai)

    found = of(made.verification(made.manifest(made.CREATED, step)))

    assert (found.ai_kinds, found.generative_kinds) == (all_kinds, generative)


def test_what_was_only_an_input_is_a_reference() -> None:
    """A generated picture that stood beside the work is no part of it."""
    below = made.manifest(made.GENERATED, label="urn:c2pa:mood", depth=1)
    beside = made.parent(below.label, relationship="inputTo")
    top = made.manifest(made.CREATED, made.DRAWN, ingredients=(beside,))

    found = of(made.verification(top, below))

    assert (found.ai_kinds, found.generative_kinds, found.possibly_kinds) == (
        ("reference or idea",), (), ("reference or idea",)
    )  # fmt: skip


def test_a_contradiction_is_as_strong_as_its_weaker_half() -> None:
    """ "No generative AI", and a generative step: signed by one who is known, that is the signer's own contradiction."""
    drawn = made.hand_drawn().manifests[0]
    both = replace(drawn, actions=(*drawn.actions, made.action(*made.AI_FILL, 3)))

    assert of(made.verification(both)).contradictions == ("no_generative_ai",)
    assert of(made.verification(replace(both, signer=made.stranger()))).contradictions == ()
