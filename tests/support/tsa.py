"""A time-stamp authority on the loopback, made at run time with certomancer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from asn1crypto import keys, tsp, x509  # type: ignore[import-untyped]  # it has no stubs
from certomancer.services import TimeStamper
from cryptography.hazmat.primitives import serialization
from cryptography.x509 import Certificate

from provenance.terms import EKU_TIME_STAMPING
from tests.support.pki import Authority
from tests.support.signing import http_service


def stamper(authority: Authority) -> Callable[[bytes], bytes]:
    """Return a function that answers time-stamp requests under *authority*."""
    issued = authority.issue("Test Time-stamp Authority", ekus=(EKU_TIME_STAMPING,))
    key = issued.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    service = TimeStamper(
        _asn1(issued.leaf), keys.PrivateKeyInfo.load(key), certs_to_embed=[_asn1(found) for found in issued.chain[1:]]
    )

    def answer(request: bytes) -> bytes:
        reply: bytes = service.request_tsa_response(tsp.TimeStampReq.load(request)).dump()
        return reply

    return answer


@contextmanager
def time_stamp_authority(authority: Authority) -> Iterator[str]:
    """Run the authority; yield its URL."""
    stamp = stamper(authority)
    with http_service(lambda body: (200, "application/timestamp-reply", stamp(body))) as url:
        yield url


def _asn1(certificate: Certificate) -> x509.Certificate:
    return x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
