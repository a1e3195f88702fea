"""Whether a response that is stapled to a signature revokes its certificate (RFC 6960), by our own check (T8, F10).

A staple lies outside of what is signed, so anybody can put one there; and the engine takes the word of every
certificate of the same authority. So a response counts only if the issuer signed it, or someone whom the issuer named
for it. "Good" is never concluded: whoever staples chooses what to staple.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from provenance.trust.paths import issued

MAX_RESPONSES = 8
_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)


def revoked_at(responses: Sequence[bytes], chain: Sequence[x509.Certificate]) -> datetime | None:
    """Return since when the leaf of *chain* is revoked, as the earliest of *responses* that count says, or None."""
    found = [at for response in responses[:MAX_RESPONSES] for at in _revocations(response, chain)]
    return min(found, default=None)


def _revocations(response: bytes, chain: Sequence[x509.Certificate]) -> Iterator[datetime]:
    try:
        whole = ocsp.load_der_ocsp_response(response)
        if whole.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            return
        for issuer in chain[1:]:
            if issued(chain[0], issuer) and _by(whole, issuer):
                yield from _of(whole, chain[0], issuer)
                return
    except _UNREADABLE:
        return


def _of(whole: ocsp.OCSPResponse, leaf: x509.Certificate, issuer: x509.Certificate) -> Iterator[datetime]:
    for single in whole.responses:
        asked = ocsp.OCSPRequestBuilder().add_certificate(leaf, issuer, single.hash_algorithm).build()
        same = (single.serial_number, single.issuer_key_hash) == (asked.serial_number, asked.issuer_key_hash)
        if same and single.certificate_status is ocsp.OCSPCertStatus.REVOKED and single.revocation_time_utc:
            yield single.revocation_time_utc


def _by(whole: ocsp.OCSPResponse, issuer: x509.Certificate) -> bool:
    """Whether *issuer*, or a responder whom it named for this purpose, signed the response (RFC 6960 §4.2.2.2)."""
    named = (one for one in whole.certificates[:MAX_RESPONSES] if _may_respond(one) and issued(one, issuer))
    return any(_signed(whole, one) for one in (issuer, *named))


def _may_respond(certificate: x509.Certificate) -> bool:
    try:
        usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in usages


def _signed(whole: ocsp.OCSPResponse, certificate: x509.Certificate) -> bool:
    key, algorithm = certificate.public_key(), whole.signature_hash_algorithm
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(whole.signature, whole.tbs_response_bytes)
        elif algorithm is None or isinstance(algorithm, hashes.SHA1 | hashes.MD5):
            return False
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(whole.signature, whole.tbs_response_bytes, ec.ECDSA(algorithm))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(whole.signature, whole.tbs_response_bytes, padding.PKCS1v15(), algorithm)
        else:
            return False
    except InvalidSignature:
        return False
    return True
