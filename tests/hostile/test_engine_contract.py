"""What we rely on in the engine, and what we make up for. On an upgrade, read what fails here before anything else.

Each test names the finding (security.md, engine.md) and where in `provenance` we act on it. A behaviour that became
better is good news: then the compensation may go, in a commit of its own.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import c2pa
import pytest

from tests.hostile import table
from tests.hostile.boxes import Raw
from tests.hostile.case import Says, engine_says
from tests.hostile.cases import ASKED
from tests.hostile.cases_limits import CASES as LIMITS
from tests.hostile.certs import C2PA, DOCUMENT, EMAIL, Profile, good, listed, pem, stranger
from tests.hostile.forge import Assertion, Spec, actions, child, forge
from tests.hostile.pictures import picture, with_xmp

DRAWN = {
    "action": "c2pa.created",
    "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation",
}


def _read(data: bytes, **settings: Any) -> dict[str, Any]:
    core = {"allowed_network_hosts": []} | settings.pop("core", {})
    context = c2pa.Context.from_dict({"core": core} | settings)
    with c2pa.Reader("image/png", io.BytesIO(data), context=context) as reader:
        found: dict[str, Any] = json.loads(reader.json())
        return found


def _state(data: bytes, **settings: Any) -> str:
    return str(_read(data, **settings)["validation_state"])


def _anchors(kind: str = "manifest", **more: str) -> dict[str, Any]:
    return {"anchors": [{"trust_anchors": listed().pem, "trust_kind": kind, "trust_uri": "urn:x"} | more]}


@pytest.mark.parametrize("name", sorted(ASKED))
def test_engine_says_what_it_said(name: str) -> None:
    """The engine alone says of each hostile file what was recorded, which `docs/verdicts.md` shows."""
    before = table.recorded().get(name)
    now = str(engine_says(ASKED[name]))

    assert now == before, (
        f"c2pa-rs {table.engine_version()} says '{now}' of the case '{name}'; c2pa-rs {table.recorded_version()} said "
        f"'{before}'. See that tests/hostile/test_verdicts.py still passes, then run: python -m tests.hostile.table"
    )


def test_record_is_of_this_engine() -> None:
    """The record names the engine that is installed, so that an upgrade is not overlooked."""
    assert table.recorded_version() == table.engine_version(), "the engine is another: python -m tests.hostile.table"


# --- trust: provenance.trust.paths, verification.signers -----------------------------------------------------------------


def test_state_takes_any_kind_of_anchor() -> None:
    """F7: an anchor for time stamps or identities makes a claim signer "Trusted"; `signers` checks purposes itself."""
    data = forge().data

    assert [_state(data, trust=_anchors(kind)) for kind in ("manifest", "tsa", "cawg")] == ["Trusted"] * 3


def test_unknown_settings_are_ignored() -> None:
    """F8: a misspelt key and garbage PEM raise nothing; `engine.context` is the only place that spells them."""
    data = forge().data

    assert _state(data, trust={"anchor": [], "allowed_list": pem(good().leaf)}, verfy={"x": 1}) == "Valid"
    assert _state(data, trust={"anchors": [{"trust_anchors": "garbage", "trust_kind": "manifest"}]}) == "Valid"


EKUS = {"email": (EMAIL, "Trusted"), "c2pa": (C2PA, "Invalid"), "documents": (DOCUMENT, "Invalid")}


@pytest.mark.parametrize(("eku", "alone"), EKUS.values(), ids=EKUS.keys())
def test_purposes_need_top_level_trust_config(eku: str, alone: str) -> None:
    """F8, T6: C2PA and document signing are accepted only with the top-level ``trust_config``, on each context."""
    data = forge(Spec(signer=listed().issue(Profile(ekus=(eku,))))).data

    assert _state(data, trust=_anchors()) == alone
    assert _state(data, trust=_anchors() | {"trust_config": eku}) == "Trusted"


def test_without_trust_nothing_fails() -> None:
    """With ``verify_trust`` off an unknown signer leaves no failure at all: that setting is never used (T10)."""
    found = _read(forge(Spec(signer=stranger())).data, verify={"verify_trust": False})

    assert found["validation_state"] == "Valid"
    assert found["validation_results"]["activeManifest"]["failure"] == []


def test_issuer_is_the_subjects_organization() -> None:
    """The engine's "issuer" is the signer's own word, the last of several: we show subject and issuer ourselves (T5)."""
    data = forge(Spec(signer=listed().issue(Profile(organizations=("Home", "Famous Camera"))))).data

    manifest = next(iter(_read(data)["manifests"].values()))
    assert manifest["signature_info"]["issuer"] == "Famous Camera"


# --- chain: provenance.verification.chain -----------------------------------------------------------------------------------


def test_admitted_failures_vanish() -> None:
    """F9: a failure that the ingredient assertion records is in no delta; `chain` joins recorded results and deltas."""
    assert engine_says(ASKED["parent_signature"]).state == "Invalid"
    assert engine_says(ASKED["parent_signature_admitted"]) == Says("Trusted")


def test_undecodable_manifest_is_dropped() -> None:
    """V2: a manifest with an assertion that cannot be decoded disappears from JSON; `chain` says so (NOT_REPORTED)."""
    data = forge(Spec([actions(), Assertion("org.example.n", Raw(b"\xff\xff\xff"))])).data
    context = c2pa.Context.from_dict({})

    with c2pa.Reader("image/png", io.BytesIO(data), context=context) as reader:
        found = json.loads(reader.json())
        assert found.get("manifests", {}) == {}
        with pytest.raises(KeyError):
            reader.get_active_manifest()


def test_json_damages_numbers() -> None:
    """V14: lists of numbers become base64 in ``json()``; statements are read from the boxes (`container.jumbf`)."""
    data = forge(Spec([actions(), Assertion("org.example.n", {"n": [1, 300, -2]})])).data

    (manifest,) = _read(data)["manifests"].values()
    value = next(found["data"] for found in manifest["assertions"] if found["label"] == "org.example.n")
    assert value["n"] == "ASw="


def test_foreign_labels_become_standard_ones() -> None:
    """V10: ``x/c2pa.training-mining`` is reported as the standard label; labels come from the walk of the boxes."""
    data = forge(Spec([actions(), Assertion("x/c2pa.training-mining", {"entries": {}})])).data

    (manifest,) = _read(data)["manifests"].values()
    assert "c2pa.training-mining" in {found["label"] for found in manifest["assertions"]}


# --- limits and network: provenance.engine.context ----------------------------------------------------------------------------


def test_no_host_means_no_call() -> None:
    """F4: an empty list of hosts stops the fetch of a remote manifest before a connection, with an error."""
    data = with_xmp(picture(), "http://127.0.0.1:9/x")

    with pytest.raises(c2pa.C2paError, match=r"^Remote: .*not permitted by the allowed list"):
        _read(data)


@pytest.mark.skipif("bomb" not in LIMITS, reason="Node, which packs the bomb, is missing")
def test_decompression_stops_at_the_setting() -> None:
    """F2: the limit on decompressed manifests is honoured, and its message is the one that `engine.read` knows."""
    with pytest.raises(c2pa.C2paError, match="output exceeds maximum size"):
        _read(LIMITS["bomb"].build(), core={"max_decompressed_manifest_size_in_mb": 1})


# --- signing: provenance.engine.embed, provenance.signing ---------------------------------------------------------------------------


def _builder(*found: dict[str, Any], **settings: Any) -> c2pa.Builder:
    steps = {"label": "c2pa.actions", "data": {"actions": list(found or (DRAWN,))}}
    definition = {"claim_generator_info": [{"name": "x"}], "assertions": [steps]}
    context = c2pa.Context.from_dict({"builder": {"thumbnail": {"enabled": False}}} | settings)
    return c2pa.Builder(definition, context=context)


def _signer() -> c2pa.Signer:
    chain = "".join(map(pem, good().chain))
    return c2pa.Signer.from_callback(good().sign, c2pa.C2paSigningAlg.ES256, chain, None)


def _sign(builder: c2pa.Builder, asset: bytes) -> bytes:
    made = io.BytesIO()
    with builder:
        builder.sign(_signer(), "image/png", io.BytesIO(asset), made)
    return made.getvalue()


def test_signing_in_place_destroys_the_file(tmp_path: Path) -> None:
    """F1: source and destination the same file leaves nothing of it; `signing.files` never hands the engine a path."""
    path = tmp_path / "picture.png"
    path.write_bytes(picture())

    with pytest.raises(c2pa.C2paError), _builder() as builder:
        builder.sign_file(str(path), str(path), _signer())

    assert path.stat().st_size == 0


def test_resigning_drops_history() -> None:
    """The engine drops what was there, silently; `signing.history` makes it the parent (W8)."""
    again = _sign(_builder(), child(forge()).data)

    assert len(_read(again)["manifests"]) == 1


def test_statements_are_gathered_by_default() -> None:
    """W9: without ``created`` an assertion is attributed to nobody; `signing.manifest` marks each."""
    data = _sign(_builder(), picture())

    context = c2pa.Context.from_dict({})
    with c2pa.Reader("image/png", io.BytesIO(data), context=context) as reader:
        (manifest,) = json.loads(reader.detailed_json())["manifests"].values()
    created = [found["url"] for found in manifest["claim"]["created_assertions"]]
    assert [label for label in created if "actions" in label] == []


def test_nonsense_is_signed() -> None:
    """The engine signs any source type and action; our own models are the only gate (`declaration`)."""
    nonsense = {"action": "c2pa.created", "digitalSourceType": "human-made!!"}

    assert _state(_sign(_builder(nonsense, {"action": "brush"}), picture()), trust=_anchors()) == "Trusted"
