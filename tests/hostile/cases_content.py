"""C, D, E, F, MS: what is hidden from a reader, odd content, and what is missing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from provenance.terms import OWN, Integrity, Level
from provenance.verification.model import Verification
from tests.hostile.boxes import Raw, Tag
from tests.hostile.case import Case
from tests.hostile.certs import good
from tests.hostile.forge import DRAWN, GENERATED, Assertion, Spec, actions, child, forge, mining, store
from tests.hostile.pictures import embed, picture

INTACT, ALTERED = Integrity.INTACT, Integrity.ALTERED
LISTED, UNVERIFIED = Level.LISTED, Level.UNVERIFIED
MINING = "cawg.training-mining"


def _sources(found: Verification) -> set[str]:
    return {step.source_type for manifest in found.manifests for step in manifest.actions}


def _shows_generated(found: Verification) -> bool:
    return GENERATED in _sources(found)


def _uses(found: Verification) -> set[tuple[str, str]]:
    return {(entry.entry, entry.use) for manifest in found.manifests for entry in manifest.permissions}


def _said(*assertions: Assertion, **spec: Any) -> Any:
    return lambda: forge(Spec([actions(), *assertions], **spec)).data


AI_STEP = {"action": "c2pa.edited", "digitalSourceType": GENERATED}
ODD_DST = GENERATED.replace("trained", "trа" + "ined")  # a Cyrillic letter


def _gathered_ai() -> bytes:
    return forge(Spec([actions(), actions(AI_STEP, label="c2pa.actions.v2__1", created=False)])).data


def _old_ai() -> bytes:
    return forge(Spec([actions(), actions(AI_STEP, label="c2pa.actions", created=False)])).data


def _template_ai() -> bytes:
    steps = [{"action": "c2pa.created", "digitalSourceType": DRAWN}, {"action": "c2pa.edited"}]
    return forge(Spec([actions(*steps, templates=[{"action": "*", "digitalSourceType": GENERATED}])])).data


def _deep_ai() -> bytes:
    return child(child(child(forge(Spec([actions({"action": "c2pa.created", "digitalSourceType": GENERATED})]))))).data


def _step(**fields: Any) -> Any:
    first = {"action": "c2pa.created", "digitalSourceType": DRAWN}
    return lambda: forge(Spec([actions(first, {"action": "c2pa.edited"} | fields)])).data


HIDDEN = {
    "ai_gathered": Case("C", "the AI step is among the gathered statements", _gathered_ai, INTACT, LISTED,
        check=_shows_generated),
    "ai_v1": Case("C", "the AI step is in an actions assertion of version 1", _old_ai, INTACT, LISTED,
        check=_shows_generated),
    "ai_template": Case("C", "the AI step is in a template", _template_ai, INTACT, LISTED, check=_shows_generated),
    "ai_deep": Case("C", "the AI step is three manifests down", _deep_ai, INTACT, LISTED, check=_shows_generated),
    "ai_https": Case("D", "the source type is spelt with https", _step(digitalSourceType=GENERATED.replace("http:",
        "https:")), INTACT, LISTED,
        check=_shows_generated),
    "ai_homoglyph": Case("D", "the source type holds a look-alike letter", _step(digitalSourceType=ODD_DST), INTACT,
        LISTED,
        check=lambda v: ODD_DST in _sources(v) and not _shows_generated(v)),
    "ai_unknown": Case("D", "the source type is nonsense", _step(digitalSourceType="human-made!!"), INTACT, LISTED,
        check=lambda v: "human-made!!" in _sources(v)),
    "permission_twice": Case("D", "two permissions that contradict each other", _said(
        Assertion(MINING, mining(ai_training="allowed")), Assertion(MINING + "__1",
        mining(ai_training="notAllowed"))), INTACT, LISTED,
        check=lambda v: {("cawg.ai_training", "allowed"), ("cawg.ai_training", "notAllowed")} <= _uses(v)),
    "permission_alias": Case("D", "a permission under a foreign label that the engine takes for the standard one",
        _said(
        Assertion("x/c2pa.training-mining", mining(ai_training="allowed"))), ALTERED, UNVERIFIED,
        (OWN + "container.malformed",),
        check=lambda v: not _uses(v)),
    "permission_dunder": Case("D", "a permission under a label with an empty instance", _said(Assertion(MINING + "__",
        mining(ai_training="allowed"))),
        INTACT, LISTED, check=lambda v: not _uses(v)),
    "permission_nonsense": Case("D", "a permission that is no word of the standard", _said(Assertion(MINING,
        mining(ai_training="maybe"))), INTACT, LISTED,
        check=lambda v: _uses(v) == {("cawg.ai_training", "maybe")}),
    "permission_string": Case("D", "a permissions assertion that is a bare text", _said(Assertion(MINING, "allowed")),
        INTACT, LISTED, check=lambda v: not _uses(v)),
    "thumbnail_type": Case("E", "a thumbnail whose type is a path and a header", _said(
        Assertion("c2pa.thumbnail.claim", ("../../../etc/passwd\r\nX: y", b"<svg onload=alert(1)>"), "file")), INTACT,
        LISTED),
    "thumbnail_html": Case("E", "a thumbnail that is a web page", _said(
        Assertion("c2pa.thumbnail.claim", ("text/html", b"<script>alert(1)</script>"), "file")), INTACT, LISTED),
    "number_big": Case("F", "a number of 2**70", _said(Assertion("org.example.n", {"n": Tag(2, b"\x40" + bytes(8))})),
        INTACT, LISTED),
    "number_negative": Case("F", "the number -2**64", _said(Assertion("org.example.n",
        {"n": Raw(b"\x3b" + b"\xff" * 8)})), INTACT, LISTED),
    "number_nan": Case("F", "a number that is none", _said(Assertion("org.example.n", {"n": float("nan")})), INTACT,
        LISTED),
    "number_list": Case("F", "a list of numbers, which the engine turns into text", _said(Assertion("org.example.n",
        {"n": [1, 300, -2]})), INTACT, LISTED),
    "keys_numbers": Case("F", "a map whose keys are numbers", _said(Assertion("org.example.n", {1: "a", 2: "b"})),
        INTACT, LISTED),
    "key_doubled": Case("F", "a map that holds one key twice", _said(Assertion("org.example.n",
        Raw(b"\xa2\x61a\x01\x61a\x02"))), ALTERED, UNVERIFIED),
    "indefinite": Case("F", "a text of unstated length", _said(Assertion("org.example.n",
        Raw(b"\xa1\x61a\x7f\x61b\x61c\xff"))), INTACT, LISTED),
    "step_odd": Case("F", "an action whose fields have wrong types", _step(softwareAgent=5, when=7, description=[1],
        parameters="x"), ALTERED, UNVERIFIED),
    "generator_list": Case("F", "the generator is a list", lambda: forge(Spec(generator=[{"name": "a"}])).data,
        ALTERED, UNVERIFIED),
    "unknown_field": Case("F", "fields of the claim that nobody knows",
        lambda: forge(Spec(claim={"org.example.extra": {"a": 1}})).data, INTACT, LISTED),
    "claim_v1": Case("F", "a claim of version 1", lambda: forge(Spec([actions(label="c2pa.actions")], version=1)).data,
        INTACT, LISTED),
    "claim_alg": Case("F", "the claim names an unknown hash", lambda: forge(Spec(claim={"alg": "sha1"})).data, ALTERED,
        UNVERIFIED),
    "salted": Case("F", "assertions with salt", _said(Assertion("org.example.n", {"n": 1}, salt=bytes(range(16)))),
        INTACT, LISTED),
}  # fmt: skip

# --- MS: what is missing -----------------------------------------------------------------------------------------------


def _odd_list(*labels: str) -> bytes:
    found = [{"url": f"self#jumbf=c2pa.assertions/{label}", "hash": bytes(32)} for label in labels]
    return forge(Spec(claim={"created_assertions": found})).data


MISSING = {
    "undecodable": Case("MS", "an assertion that cannot be decoded", _said(Assertion("org.example.n",
        Raw(b"\xff\xff\xff"))), ALTERED, UNVERIFIED),
    "undecodable_json": Case("MS", "a JSON assertion that cannot be decoded", _said(Assertion("org.example.n",
        b"{not json", "json")), ALTERED, UNVERIFIED),
    "undecodable_actions": Case("MS", "actions that cannot be decoded",
        lambda: forge(Spec([Assertion("c2pa.actions.v2", Raw(b"\xa1\x61a"))])).data, ALTERED,
        UNVERIFIED),
    "actions_empty": Case("MS", "an empty list of actions", lambda: forge(Spec([Assertion("c2pa.actions.v2",
        {"actions": []})])).data, ALTERED, UNVERIFIED),
    "actions_none": Case("MS", "no actions at all", lambda: forge(Spec([])).data, ALTERED, UNVERIFIED),
    "no_instance": Case("MS", "the claim has no instance identifier",
        lambda: forge(Spec(claim={"instanceID": None})).data, ALTERED, UNVERIFIED),
    "no_generator": Case("MS", "the claim names no generator",
        lambda: forge(Spec(claim={"claim_generator_info": None})).data, ALTERED, UNVERIFIED),
    "no_claim": Case("MS", "a manifest without a claim", lambda: forge(Spec(claims=0)).data, ALTERED, UNVERIFIED,
        ("claim.missing",)),
    "no_signature": Case("MS", "the signature is empty", lambda: forge(Spec(signature=lambda _: b"")).data, ALTERED,
        UNVERIFIED),
    "no_assertions": Case("MS", "the claim names no assertion", lambda: _odd_list(), ALTERED, UNVERIFIED),
    "no_chain": Case("MS", "the signature carries no certificate", lambda: _no_chain(), ALTERED, UNVERIFIED),
    "signature_elsewhere": Case("MS", "the claim's signature lies in another manifest",
        lambda: forge(Spec(claim={"signature": "self#jumbf=/c2pa/urn:c2pa:other/c2pa.signature"})).data, ALTERED,
        UNVERIFIED),
    "version_3": Case("MS", "a claim of a version to come", lambda: _renamed_claim(), ALTERED, UNVERIFIED),
    "store_empty": Case("MS", "an empty manifest store", lambda: _empty_store(), ALTERED, UNVERIFIED),
}  # fmt: skip


def _no_chain() -> bytes:
    return forge(Spec(signer=replace(good(), chain=()))).data


def _renamed_claim() -> bytes:
    found = forge()
    return found.data.replace(b"c2pa.claim.v2\0", b"c2pa.claim.v3\0")


def _empty_store() -> bytes:
    return embed(picture(), store([]))[0]


CASES = HIDDEN | MISSING
