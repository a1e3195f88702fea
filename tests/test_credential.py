"""A credential signs as COSE wants it, only with its own key, and never shows or gives away the key."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import c2pa
import encypher_c2pa
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import NameOID, ObjectIdentifier

from provenance.credentials import authority, keystore, preflight, system
from provenance.credentials.credential import Credential
from provenance.engine.context import Anchors, reading_context
from provenance.errors import CredentialError
from provenance.terms import SIGNING_EKUS, Algorithm
from tests.support import odd_certificates as odd
from tests.support.credentials import sign_bare
from tests.support.pictures import jpeg
from tests.support.pki import KEYS, Authority, midnight, pem

LENGTHS = {"es256": 64, "es384": 96, "es512": 132, "ps256": 256, "ed25519": 64}


@pytest.mark.parametrize("kind", KEYS)
def test_every_algorithm_signs_and_both_readers_accept_it(kind: str, pki: Authority, tmp_path: Path) -> None:
    """P-256, P-384, P-521, RSA-PSS and Ed25519 give signatures that the engine and an independent reader trust."""
    issued = pki.issue(key=KEYS[kind]())
    credential = Credential.of(issued.chain, issued.key)

    credential.test()
    signed = sign_bare(credential, jpeg(tmp_path / "a.jpg"), tmp_path / "b.jpg")

    assert credential.algorithm is Algorithm(kind)
    assert len(credential.sign(b"data")) == LENGTHS[kind]
    assert _readers_trust(signed, pki.anchor_pem.decode())


@pytest.mark.parametrize("years", [1, 5])
def test_own_authority_is_trusted_by_both_readers(years: int, tmp_path: Path) -> None:
    """What `init` makes is trusted under its authority, by the engine's default purposes too."""
    made = authority.make_authority("Nightjar")
    key = KEYS["es256"]()
    leaf = authority.issue(made, "Nightjar", key.public_key(), years=years)
    signed = sign_bare(Credential.of((leaf, made.certificate), key), jpeg(tmp_path / "a.jpg"), tmp_path / "b.jpg")
    anchor = pem(made.certificate).decode()

    assert _readers_trust(signed, anchor)
    plain_settings = {
        "trust": {"anchors": [{"trust_anchors": anchor, "trust_kind": "manifest", "trust_uri": "urn:test"}]},
        "verify": {"remote_manifest_fetch": False},
    }
    with signed.open("rb") as stream:
        reader = c2pa.Reader("image/jpeg", stream, context=c2pa.Context.from_dict(plain_settings))
        assert reader.get_validation_state() == "Trusted"


def _readers_trust(signed: Path, anchor: str) -> bool:
    with signed.open("rb") as stream:
        engine = c2pa.Reader("image/jpeg", stream, context=reading_context(Anchors(claim=anchor)))
        state = engine.get_validation_state()
    other: Any = encypher_c2pa.verify(str(signed), trust_pem=anchor, no_default_trust=True, telemetry=False)
    answers = other["integrity"], other["signature"], other["hard_binding"], other["trust"]["status"]
    return state == "Trusted" and answers == ("valid", "valid", "match", "valid_for_supplied_material")


def test_certificates_say_the_handle_and_nothing_else() -> None:
    """One name in each subject, random serials, validity from midnight UTC, two different subjects."""
    made = authority.make_authority("Nightjar")
    leaf = authority.issue(made, "Nightjar", KEYS["es256"]().public_key())
    both = (leaf, made.certificate)

    assert [[(part.oid, part.value) for part in one.subject] for one in both] == [
        [(NameOID.COMMON_NAME, "Nightjar")],
        [(NameOID.COMMON_NAME, "Nightjar (signing authority)")],
    ]
    assert all(one.not_valid_before_utc == midnight() for one in both)
    assert leaf.not_valid_after_utc.time() == midnight().time()
    assert min(one.serial_number.bit_length() for one in both) > 100
    assert made.certificate.not_valid_after_utc.year == midnight().year + 20
    assert preflight.check(both, own=True) == ()
    usages = leaf.extensions.get_extension_for_oid(ObjectIdentifier("2.5.29.37")).value
    assert [usage.dotted_string for usage in usages] == list(SIGNING_EKUS)  # type: ignore[attr-defined]


HANDLES = {
    "empty": ("", "name: is empty; a handle is enough"),
    "spaces": ("   ", "name: is empty; a handle is enough"),
    "space at the end": (
        "Mika ",
        "name: has spaces at its ends, or characters that cannot be seen; 'Mika '",
    ),
    "turned round": (
        "Mika\u202eakiM",
        "name: has spaces at its ends, or characters that cannot be seen; 'Mika\\u{202E}akiM'",
    ),
    "too long": ("x" * 45, "name: is longer than 44 bytes; choose a shorter one"),
    "e-mail": ("mika@example.org", "name: is an e-mail address, and would be public for good; a handle is enough"),
}


@pytest.mark.parametrize(("handle", "message"), HANDLES.values(), ids=HANDLES.keys())
def test_wrong_handle_is_named(handle: str, message: str) -> None:
    """A name that would be public for good is looked at first."""
    with pytest.raises(CredentialError) as caught:
        authority.make_authority(handle)

    assert str(caught.value) == message


def test_handles_of_every_script_are_taken() -> None:
    """Near misses of the above: an @ in front, the longest name, other scripts."""
    for handle in ("@mika", "x" * 44, "ミカ", "Мика К."):
        made = authority.make_authority(handle).certificate
        assert authority.handle_of(made) == handle


def test_leaf_never_outlives_its_authority() -> None:
    """Five years at most, and never longer than the authority; an expired one issues nothing."""
    start = midnight(-365 * 19).date()
    made = authority.make_authority("Nightjar", today=start)
    public = KEYS["es256"]().public_key()

    leaf = authority.issue(made, "Nightjar", public, years=5)

    assert leaf.not_valid_after_utc == made.certificate.not_valid_after_utc
    with pytest.raises(CredentialError) as caught:
        authority.issue(made, "Nightjar", public, years=6)
    assert str(caught.value) == "years: 6 is not 1 to 5"
    old = authority.make_authority("Nightjar", today=midnight(-365 * 21).date())
    with pytest.raises(CredentialError) as caught:
        authority.issue(old, "Nightjar", public)
    day = odd.day(old.certificate.not_valid_after_utc)
    assert str(caught.value) == f"authority: expired on {day}; make a new identity"


def test_key_of_another_certificate_is_refused(pki: Authority) -> None:
    """The engine would sign with it (security K7); we do not."""
    with pytest.raises(CredentialError) as caught:
        Credential.of(pki.issue().chain, KEYS["es256"]())

    assert str(caught.value) == "key: does not belong to the certificate; name the key it was made for"


UNFIT = {
    "coin curve": (
        ec.generate_private_key(ec.SECP256K1()),
        "key: lies on the curve secp256k1; use P-256, P-384 or P-521",
    ),
    "short RSA": (rsa.generate_private_key(65537, 1024), "key: is RSA with 1024 bits; use 2048 or more"),
}


@pytest.mark.parametrize(("key", "message"), UNFIT.values(), ids=UNFIT.keys())
def test_unfit_key_is_refused(key: keystore.PrivateKey, message: str) -> None:
    """C2PA has no algorithm for it, so there is no credential."""
    made = odd.leaf(odd.authority(), key=key)

    with pytest.raises(CredentialError) as caught:
        Credential.of([made.certificate], key)

    assert str(caught.value) == message


def test_credential_neither_shows_nor_gives_away_its_key(pki: Authority) -> None:
    """Its repr holds a fingerprint; it is not pickled, and not copied."""
    issued = pki.issue()
    credential = Credential.of(issued.chain, issued.key)

    assert repr(credential) == f"Credential(es256, sha256={issued.fingerprint})"
    for take in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError) as caught:
            take(credential)
        assert str(caught.value) == "a credential is not copied or pickled, because its key would be"
    assert (credential.name, credential.fingerprint) == ("Test Artist", issued.fingerprint)
    assert credential.authority_fingerprint == pki.intermediate.fingerprint(hashes.SHA256()).hex()


def test_two_files_are_a_credential(pki: Authority, tmp_path: Path) -> None:
    """A program loads a chain and an encrypted key; a passphrase is asked for only where one is needed."""
    issued = pki.issue()
    (tmp_path / "chain.pem").write_bytes(issued.chain_pem)
    system.create_private(tmp_path / "key.pem", keystore.encrypt(issued.key, "two long words"))
    system.create_private(tmp_path / "open.pem", keystore.unencrypted(issued.key))
    asked: list[str] = []

    def ask() -> str:
        asked.append("asked")
        return "two long words"

    sealed = Credential.load(tmp_path / "chain.pem", tmp_path / "key.pem", ask)
    unsealed = Credential.load(tmp_path / "chain.pem", tmp_path / "open.pem", ask)

    assert sealed == unsealed
    assert asked == ["asked"]
    assert ([one.id for one in sealed.warnings], [one.id for one in unsealed.warnings]) == ([], ["key.unencrypted"])
