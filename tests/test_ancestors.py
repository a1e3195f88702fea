"""`provenance.verification.ancestors` and `codes`: an ancestor is judged by its own bytes."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from provenance.container.model import RawManifest
from provenance.container.prescan import prescan
from provenance.terms import StatusLevel
from provenance.verification.ancestors import HASH, SIGNATURE, faults, signature_holds
from provenance.verification.codes import FAILURES, level_of
from tests.hostile.certs import Holder, Profile, listed
from tests.hostile.forge import Assertion, Spec, actions, forge

ALGORITHMS = ("es256", "es384", "es512", "ps256", "ed25519")


def _raw(spec: Spec) -> RawManifest:
    return prescan(io.BytesIO(forge(spec).data)).manifests[-1]


def _holder(algorithm: str) -> Holder:
    return listed().issue(Profile("Ada", ("Studio",)), algorithm=algorithm)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_good_signatures_hold(algorithm: str) -> None:
    """Every algorithm that a camera or a program signs with is verified, and one changed bit is seen."""
    raw = _raw(Spec(signer=_holder(algorithm)))
    signature = raw.signature.signature
    changed = replace(raw.signature, signature=signature[:-1] + bytes([signature[-1] ^ 1]))

    assert signature_holds(raw) is True
    assert signature_holds(replace(raw, signature=changed)) is False
    assert signature_holds(replace(raw, claim_bytes=raw.claim_bytes + b"\0")) is False


def test_what_cannot_be_verified_is_no_yes() -> None:
    """An algorithm that nobody knows, a chain that cannot be read: neither holds nor is broken."""
    raw = _raw(Spec())

    assert signature_holds(replace(raw, signature=replace(raw.signature, algorithm=-257))) is None
    assert signature_holds(replace(raw, signature=replace(raw.signature, certificates=(b"x",)))) is None
    assert signature_holds(replace(raw, claim_bytes=b"")) is None


def test_faults_name_what_is_wrong() -> None:
    """A broken signature and an edited assertion are named; one that was redacted is not called edited."""
    raw = _raw(Spec([actions(), Assertion("org.example.note", {"text": "x"}, wrong_hash=True)]))
    label = raw.label

    assert [(one.code, one.where) for one in faults(raw, frozenset(), holds=True)] == [
        (HASH, f"self#jumbf=/c2pa/{label}/c2pa.assertions/org.example.note")
    ]
    assert [one.code for one in faults(raw, frozenset({"org.example.note"}), holds=False)] == [SIGNATURE]


def test_a_failure_is_one_in_every_list() -> None:
    """A code that the specification calls a failure is one wherever it is filed; an unknown one is what was said."""
    assert level_of("claimSignature.mismatch", StatusLevel.SUCCESS) is StatusLevel.FAILURE
    assert level_of("com.example.new", StatusLevel.INFORMATIONAL) is StatusLevel.INFORMATIONAL
    assert level_of("timeStamp.mismatch", StatusLevel.INFORMATIONAL) is StatusLevel.INFORMATIONAL
    assert not {code for code in FAILURES if code.endswith((".validated", ".match", ".trusted", "insideValidity", "."))}
