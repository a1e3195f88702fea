"""An ancestor's signature and hashes, checked here: nobody's word about them is enough (V4).

The engine leaves out of its report whatever the next signer has recorded under the same code, whichever list it
stands in, so a liar decides what is seen of an ancestor. What its signature is over lies in the file; so we look.
Nothing is said about the picture that an ancestor was made for: that is not here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from provenance.container.cose import byte_string
from provenance.container.model import RawManifest
from provenance.terms import StatusLevel
from provenance.verification.model import Status
from provenance.verification.signers import certificates
from provenance.verification.values import assertion_of, items, manifest_of, table

SIGNATURE = "claimSignature.mismatch"
HASH = "assertion.hashedURI.mismatch"
_DIGESTS: dict[str, Callable[[memoryview | bytes], Any]] = {
    "sha256": hashlib.sha256,
    "sha384": hashlib.sha384,
    "sha512": hashlib.sha512,
}
_ECDSA: dict[Any, hashes.HashAlgorithm] = {-7: hashes.SHA256(), -35: hashes.SHA384(), -36: hashes.SHA512()}
_PSS: dict[Any, hashes.HashAlgorithm] = {-37: hashes.SHA256(), -38: hashes.SHA384(), -39: hashes.SHA512()}
_EDDSA = frozenset({-8, -19})


def faults(raw: RawManifest, redacted: frozenset[str], *, holds: bool | None) -> Iterator[Status]:
    """Yield what is wrong with *raw* itself: its signature over its claim, its claim's hashes over its assertions.

    Args:
        redacted: labels of assertions that a later signer removed.
        holds: what `signature_holds` says.
    """
    if holds is False:
        where = f"self#jumbf=/c2pa/{raw.label}/c2pa.signature"
        yield Status(SIGNATURE, StatusLevel.FAILURE, where, "the signature is not over this claim", "ours")
    for label in _edited(raw, redacted):
        where = f"self#jumbf=/c2pa/{raw.label}/c2pa.assertions/{label}"
        yield Status(HASH, StatusLevel.FAILURE, where, "the assertion is not the one that the claim names", "ours")


def signature_holds(raw: RawManifest) -> bool | None:
    """Whether the first certificate's key signed the claim of *raw* (RFC 9052 §4.4); None if that cannot be told.

    Says nothing about whose key it is, or whether the certificate may sign.
    """
    chain = certificates(raw.signature)
    if not chain or not raw.claim_bytes or not raw.signature.protected:
        return None
    signed = b"\x84\x6aSignature1" + byte_string(raw.signature.protected) + b"\x40" + byte_string(raw.claim_bytes)
    try:
        return _verified(chain[0].public_key(), raw.signature.algorithm, raw.signature.signature, signed)
    except InvalidSignature:
        return False
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None


def _verified(key: object, algorithm: int | str | None, signature: bytes, signed: bytes) -> bool | None:
    """Verify, or return None for an algorithm that C2PA 2.4 §13.2 does not know.

    Raises:
        InvalidSignature: if the signature does not hold.
    """
    if isinstance(key, ec.EllipticCurvePublicKey) and algorithm in _ECDSA:
        half = len(signature) // 2
        r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
        key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(_ECDSA[algorithm]))
    elif isinstance(key, rsa.RSAPublicKey) and algorithm in _PSS:
        digest = _PSS[algorithm]
        key.verify(signature, signed, padding.PSS(padding.MGF1(digest), padding.PSS.AUTO), digest)
    elif isinstance(key, ed25519.Ed25519PublicKey) and algorithm in _EDDSA:
        key.verify(signature, signed)
    else:
        return None
    return True


def _edited(raw: RawManifest, redacted: frozenset[str]) -> Iterator[str]:
    present = {found.label: found.content for found in raw.assertions}
    usual = raw.claim.get("alg")
    for key in ("created_assertions", "gathered_assertions", "assertions"):
        for reference in items(raw.claim.get(key)):
            named = table(reference)
            label = assertion_of(named)
            if label in redacted or label not in present or manifest_of(named) not in {"", raw.label}:
                continue  # what is missing is told elsewhere
            digest = _DIGESTS.get(str(named.get("alg") or usual or "sha256"))
            if digest is not None and digest(present[label]).digest() != named.get("hash"):
                yield label
