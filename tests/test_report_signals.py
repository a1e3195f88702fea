"""The official asset signals: letter by letter those of the published rubric."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import Any

import c2pa
import pytest

from provenance.report.signals import SIGNALS, SignalAction, SignalInput, asset_signals, signal_input
from provenance.terms import ACTIONS, ACTIONS_V1, C2PA_DST, DST, INGREDIENT
from provenance.verification.check import check
from provenance.verification.model import Assertion, Manifest
from provenance.verification.options import Options
from tests.support.environment import CORPUS, needs_corpus, needs_rubric, rubric
from tests.support.official import crjson_of
from tests.support.report import AI_FILL, CREATED, DRAWN, action, manifest, parent, verification

SIGNED = sorted(CORPUS.glob("[ac]*/*.*")) if CORPUS else []


def test_drawing_from_an_empty_canvas_has_two_signals():
    """A blank canvas and human steps give blankCanvas and perceptibleNonGenAI, and nothing is ambiguous."""
    found = asset_signals(signal_input(manifest(CREATED, DRAWN)))

    assert found == ("blankCanvas", "perceptibleNonGenAI")


BLIND = {
    "v1 label": action(*AI_FILL, assertion=ACTIONS_V1),
    "second instance": action(*AI_FILL, assertion=ACTIONS + "__1"),
    "https spelling": action("c2pa.edited", "https://" + AI_FILL[1].removeprefix("http://")),
    "template": action(*AI_FILL, templated=True),
}


@pytest.mark.parametrize("hidden", BLIND.values(), ids=BLIND.keys())
def test_rubric_is_blind_where_the_rubric_is_blind(hidden):
    """Exactly computed means: what the published expression does not see gives no generative signal here either."""
    assert "perceptibleGenAI" not in asset_signals(signal_input(manifest(hidden)))
    assert "perceptibleGenAI" in asset_signals(signal_input(manifest(AI_FILL)))


def test_gathered_actions_are_ambiguous():
    """An actions assertion that the signer only gathered makes the manifest ambiguous; a created one does not."""
    gathered = manifest(CREATED, assertions=(Assertion(ACTIONS, False, "cbor", 9),))

    assert "ambiguousActions" in asset_signals(signal_input(gathered))
    assert "ambiguousActions" not in asset_signals(signal_input(manifest(CREATED)))


def test_ingredient_without_manifest_is_unknown_provenance():
    """Only an ingredient v3 without an active manifest counts."""
    bare = manifest(CREATED, ingredients=(parent(""),))
    signed = manifest(CREATED, ingredients=(parent("urn:c2pa:old"),))

    assert "mediaUnknownProvenance" in asset_signals(signal_input(bare))
    assert "mediaUnknownProvenance" not in asset_signals(signal_input(signed))


def _official(crjson: str) -> list[str]:
    return [line.rpartition(": ")[2] for line in rubric("signals", crjson)[1]]


def _from_crjson(found: dict[str, Any]) -> SignalInput:
    assertions = found["assertions"]
    actions = assertions.get(ACTIONS)
    gathered = found.get("claim.v2", {}).get("gathered_assertions", [])
    return SignalInput(
        actions=None
        if actions is None
        else tuple(SignalAction(entry["action"], entry.get("digitalSourceType")) for entry in actions["actions"]),
        all_actions_included=bool(actions and actions.get("allActionsIncluded") is True),
        gathered_actions=any("c2pa.actions" in entry["url"] for entry in gathered),
        unknown_ingredient=INGREDIENT in assertions and "activeManifest" not in assertions[INGREDIENT],
    )


@needs_corpus
@needs_rubric
@pytest.mark.parametrize("path", SIGNED, ids=lambda path: path.name)
def test_signals_equal_the_official_rubric_on_the_corpus(path):
    """Computed from crJSON, and from what verification found, our signals are those of the official rubric."""
    try:
        crjson = c2pa.Reader(str(path)).crjson()
    except c2pa.C2paError:
        pytest.skip("the engine cannot read it")
    stores = json.loads(crjson)["manifests"]
    official = dict(zip((store["label"] for store in stores), _official(crjson), strict=True))

    from_crjson = {store["label"]: " ".join(asset_signals(_from_crjson(store))) or "-" for store in stores}
    found = check(path, options=Options())
    ours = {one.label: " ".join(asset_signals(signal_input(one))) or "-" for one in found.manifests}

    assert from_crjson == official
    assert ours == {label: official[label] for label in ours}


def _random_manifest(chance: random.Random) -> Manifest:
    names = [
        "c2pa.created",
        "c2pa.opened",
        "c2pa.edited",
        "c2pa.converted",
        "c2pa.unknown",
        "com.example.x",
        "c2pa.watermarked",
    ]
    types = ["", "foo", C2PA_DST + "empty", C2PA_DST + "trainedAlgorithmicData"] + [
        DST + name
        for name in (
            "digitalCapture", "computationalCapture", "compositeCapture", "composite", "digitalArt", "digitalCreation",
            "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "compositeSynthetic", "screenCapture",
        )
    ]  # fmt: skip
    steps = [
        action(
            chance.choice(names), chance.choice(types), index, assertion=chance.choice([ACTIONS, ACTIONS, ACTIONS_V1])
        )
        for index in range(chance.randrange(4))
    ]
    ingredients = (parent(chance.choice(["", "urn:c2pa:old"])),) if chance.random() < 0.4 else ()
    made = manifest(*steps, complete=chance.choice([None, True, True, False]), ingredients=ingredients)
    labels = {step.assertion for step in steps}
    created = chance.random() < 0.7
    return replace(made, assertions=tuple(Assertion(label, created, "cbor", 9) for label in labels))


@needs_rubric
def test_signals_equal_the_official_rubric_on_made_up_manifests():
    """Two hundred manifests drawn at random, with a fixed seed, get the same signals from both."""
    chance = random.Random(20261123)
    made = [replace(_random_manifest(chance), label=f"m{number}") for number in range(200)]
    store = json.dumps(crjson_of(verification(*made)))

    ours = [" ".join(asset_signals(signal_input(one))) or "-" for one in made]

    assert ours == _official(store)
    assert {name for line in ours for name in line.split()} - {"-"} == set(SIGNALS)
