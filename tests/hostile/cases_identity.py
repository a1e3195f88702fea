"""ID: identity assertions (CAWG Identity 1.3), which are an axis of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes

from provenance.terms import Integrity, Level
from provenance.trust.model import Denial
from provenance.verification.model import Verification
from tests.hostile import certs
from tests.hostile.boxes import Tag, cbor
from tests.hostile.case import Case, Reader
from tests.hostile.certs import COSE, Holder, Profile, listed
from tests.hostile.forge import Assertion, Spec, actions, child, forge, mining

INTACT, ALTERED = Integrity.INTACT, Integrity.ALTERED
LISTED, UNVERIFIED = Level.LISTED, Level.UNVERIFIED
KNOWS = Reader(identity=lambda: _people().pem)


@cache
def _people() -> certs.Authority:
    """The authority that readers trust for identities."""
    return certs.authority("People")


@cache
def _person() -> Holder:
    return _people().issue(Profile("Ada Lovelace", ("People",), ekus=(certs.DOCUMENT,)))


@cache
def _expired() -> Holder:
    return _people().issue(Profile("Ada Lovelace", ("People",), ekus=(certs.DOCUMENT,), days=(-300, -10)))


def _deny_person() -> tuple[Denial, ...]:
    return (Denial("stolen", sha256=_person().leaf.fingerprint(hashes.SHA256()).hex()),)


@cache
def _claim_signer() -> Holder:
    return listed().issue(Profile("Ada Lovelace", ("Studio",), ekus=(certs.DOCUMENT,)))


@cache
def _stranger() -> Holder:
    return certs.strangers().issue(Profile("Ada Lovelace", ("Nowhere",), ekus=(certs.DOCUMENT,)))


def identity(
    holder: Callable[[], Holder] = _person,
    *,
    flip: bool = False,
    references: Callable[[list[dict[str, Any]]], list[dict[str, Any]]] = list,
    pad: bytes = bytes(8),
    sig_type: str = "cawg.x509.cose",
    **how: Any,
) -> Callable[[Sequence[Assertion]], Sequence[Assertion]]:
    """Return what makes an identity assertion about the assertions before it."""

    def make(before: Sequence[Assertion]) -> Sequence[Assertion]:
        who = holder()
        payload = {
            "referenced_assertions": references([found.reference() for found in before]),
            "sig_type": sig_type,
            "role": ["cawg.creator"],
        }
        protected = cbor({1: COSE[who.algorithm][0], 33: who.ders()})
        signature = who.sign(cbor(["Signature1", protected, b"", cbor(payload)]))
        if flip:
            signature = bytes([signature[0] ^ 1]) + signature[1:]
        data = {"signer_payload": payload, "signature": cbor(Tag(18, [protected, {}, None, signature])), "pad1": pad}
        return [Assertion("cawg.identity", data, **({"created": False} | how))]

    return make


def _signed(**how: Any) -> Callable[[], bytes]:
    parts = [actions(), Assertion("cawg.training-mining", mining(ai_training="notAllowed"), created=False)]
    return lambda: forge(Spec(parts, late=identity(**how))).data


def _in_parent(**how: Any) -> Callable[[], bytes]:
    return lambda: child(forge(Spec([actions()], late=identity(**how)))).data


def _says(*outcomes: str) -> Callable[[Verification], bool]:
    def check(found: Verification) -> bool:
        return tuple(one.outcome for manifest in found.manifests for one in manifest.identities) == outcomes

    return check


def _without_binding(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in found if "c2pa.hash" not in one["url"]]


def _wrong_hash(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one | {"hash": bytes(32)} if "training" in one["url"] else one for one in found]


def _only_binding(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in found if "c2pa.hash" in one["url"]]


def _case(does: str, build: Callable[[], bytes], outcome: str, **more: Any) -> Case:
    return Case("ID", does, build, INTACT, LISTED, (f"identity.{outcome}",), check=_says(outcome), reader=KNOWS, **more)


CASES = {
    "identity_good": _case("a person of a listed authority vouches", _signed(), "trusted"),
    "identity_stranger": _case("the person's authority is known to nobody", _signed(holder=_stranger), "well_formed"),
    "identity_claim_list": _case("the person's authority is listed for claims only", _signed(holder=_claim_signer),
        "well_formed"),
    "identity_expired": _case("the person's certificate has run out", _signed(holder=_expired), "well_formed"),
    "identity_denied": Case("ID", "the reader has put the person's certificate on the deny list", _signed(), INTACT, LISTED,
        ("identity.revoked",), check=_says("revoked"),
        reader=Reader(identity=lambda: _people().pem, denied=_deny_person)),
    "identity_flipped": _case("the person's signature is broken", _signed(flip=True), "broken"),
    "identity_not_bound": _case("it does not refer to the picture", _signed(references=_without_binding), "broken"),
    "identity_wrong_hash": _case("a statement that it vouches for is another", _signed(references=_wrong_hash),
        "broken"),
    "identity_narrow": _case("it vouches for the picture, and for no statement", _signed(references=_only_binding),
        "trusted"),
    "identity_padding": _case("bytes hidden in its padding", _signed(pad=b"hidden.."), "broken"),
    "identity_type": _case("a kind of signature that nobody knows", _signed(sig_type="org.example.rot13"), "broken"),
    "identity_edited": Case("ID", "the identity assertion itself was edited after signing", _signed(wrong_hash=True),
        ALTERED, UNVERIFIED,
        ("assertion.hashedURI.mismatch",), reader=KNOWS),
    "identity_parent": _case("an ancestor's identity holds", _in_parent(), "trusted"),
    "identity_parent_flipped": _case("an ancestor's identity is broken",
        _in_parent(flip=True), "broken"),
}  # fmt: skip
