"""SS: files that would have us call somebody. `URL` is filled in by the test that listens."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from provenance.terms import Integrity, Level
from tests.hostile.boxes import Tag, cbor
from tests.hostile.case import Case
from tests.hostile.forge import Assertion, Spec, actions, forge
from tests.hostile.pictures import picture, with_xmp

ELSEWHERE, ALTERED, INTACT = Integrity.ELSEWHERE, Integrity.ALTERED, Integrity.INTACT
LISTED, UNVERIFIED = Level.LISTED, Level.UNVERIFIED
HOST = {"address": "127.0.0.1:9"}  # nobody listens there until a test says who does


def url(path: str, scheme: str = "http") -> str:
    return f"{scheme}://{HOST['address']}/{path}"


def _points(path: str, scheme: str = "http") -> Any:
    return lambda: with_xmp(picture(), url(path, scheme))


def _signed_and_points() -> bytes:
    return forge(asset=with_xmp(picture(), url("extra"))).data


def _did() -> bytes:
    """An identity whose issuer is a name on the web that would have to be asked; good up to that point."""

    def late(before: Sequence[Assertion]) -> Sequence[Assertion]:
        references = [found.reference() for found in before]
        kind = "cawg.identity_claims_aggregation"
        shown = [one | {"hash": base64.b64encode(one["hash"]).decode()} for one in references]
        person = {
            "type": "cawg.social_media",
            "username": "ada",
            "uri": "https://example.org/ada",
            "verifiedAt": "2026-01-01T00:00:00Z",
            "provider": {"id": "https://example.org", "name": "Example"},
        }
        credential = {
            "@context": ["https://www.w3.org/ns/credentials/v2", "https://cawg.io/identity/1.1/ica/context/"],
            "type": ["VerifiableCredential", "IdentityClaimsAggregationCredential"],
            "issuer": f"did:web:{HOST['address'].replace(':', '%3A')}",
            "validFrom": "2026-01-01T00:00:00Z",
            "credentialSubject": {
                "verifiedIdentities": [person],
                "c2paAsset": {"referenced_assertions": shown, "sig_type": kind},
            },
        }
        protected = cbor({1: -8, 3: "application/vc"})
        signature = cbor(Tag(18, [protected, {}, json.dumps(credential).encode(), bytes(64)]))
        payload = {"referenced_assertions": references, "sig_type": kind}
        data = {"signer_payload": payload, "signature": signature, "pad1": bytes(8)}
        return [Assertion("cawg.identity", data, created=False)]

    return forge(Spec(late=late)).data


def _cloud_data() -> bytes:
    data = {
        "label": "org.example.far",
        "size": 9,
        "location": {"url": url("cloud"), "hash": bytes(32)},
        "content_type": "application/cbor",
    }
    return forge(Spec([actions(), Assertion("c2pa.cloud-data", data)])).data


def _external() -> bytes:
    data = {"location": {"url": url("reference"), "hash": bytes(32), "alg": "sha256"}, "description": "far"}
    return forge(Spec([actions(), Assertion("c2pa.external-reference", data, created=False)])).data


def _ingredient_url() -> bytes:
    part = {
        "relationship": "inputTo",
        "dc:title": "far",
        "informationalURI": url("info"),
        "data": {"url": url("data"), "hash": bytes(32)},
    }
    return forge(Spec([actions(), Assertion("c2pa.ingredient.v3", part)])).data


CASES = {
    "xmp": Case("SS", "XMP points to a manifest elsewhere", _points("manifest.c2pa"), ELSEWHERE, UNVERIFIED,
        ("source.remote",)),
    "xmp_https": Case("SS", "the same, by https", _points("manifest.c2pa", "https"), ELSEWHERE, UNVERIFIED,
        ("source.remote",)),
    "xmp_redirect": Case("SS", "the same; the host would send us on", _points("redirect"), ELSEWHERE, UNVERIFIED,
        ("source.remote",)),
    "xmp_endless": Case("SS", "the same; the answer would never end", _points("endless"), ELSEWHERE, UNVERIFIED,
        ("source.remote",)),
    "xmp_slow": Case("SS", "the same; the answer would never begin", _points("slow"), ELSEWHERE, UNVERIFIED,
        ("source.remote",)),
    "signed_and_xmp": Case("SS", "signed, and XMP points elsewhere as well", _signed_and_points, INTACT, LISTED,
        ("source.embedded",)),
    "did_web": Case("SS", "an identity whose issuer would have to be asked", _did, INTACT, LISTED,
        ("identity.not_checked", "cawg.ica.did_unavailable")),
    "cloud_data": Case("SS", "an assertion that lies elsewhere", _cloud_data, ALTERED, UNVERIFIED),
    "external": Case("SS", "a reference to something elsewhere", _external, INTACT, LISTED),
    "ingredient_url": Case("SS", "an ingredient whose data lie elsewhere", _ingredient_url, INTACT, LISTED),
}  # fmt: skip
