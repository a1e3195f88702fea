"""RFC 3161 time-stamp tokens and OCSP responses, good and bad."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.x509 import ocsp

from tests.hostile.certs import OCSP, STAMPING, Authority, Holder, Profile, authority, new_key
from tests.support.pki import midnight

_RSA = new_key("ps256")  # one key: its signatures have one length, which keeps layouts stable


@dataclass(frozen=True)
class Stamp:
    """How a token is made. *authority* holds an RSA key, so that tokens have one length."""

    holder: Holder
    at: datetime
    wrong_imprint: bool = False
    garbage: bool = False
    copies: int = 1

    def tokens(self, over: bytes) -> list[bytes]:
        """Return the tokens over *over*."""
        if self.garbage:
            return [b"\x30\x03\x02\x01\x01"]
        imprint = hashlib.sha256(b"something else" if self.wrong_imprint else over).digest()
        return [token(self.holder, imprint, self.at)] * self.copies


def stamper(issuer: Authority, **profile: Any) -> Holder:
    """Issue a time-stamp authority's certificate under *issuer*."""
    usages = x509.ExtendedKeyUsage([x509.ObjectIdentifier(STAMPING)])
    made = Profile("Test Stamps", ("Test Stamps",), ekus=(), extensions=((usages, True),), days=(-3650, 3650))
    changed = Profile(**({name: getattr(made, name) for name in made.__dataclass_fields__} | profile))
    return issuer.issue(changed, key=_RSA, algorithm="ps256")


@cache
def stamps() -> Authority:
    """The authority that readers trust for time stamps."""
    return authority("Stamps")


@cache
def good_stamper() -> Holder:
    """A time-stamp authority under `stamps`."""
    return stamper(stamps())


def token(holder: Holder, imprint: bytes, at: datetime) -> bytes:
    """Return a TimeStampToken (RFC 3161 §2.4.2) over *imprint*."""
    info = tsp.TSTInfo(
        {
            "version": "v1",
            "policy": "1.2.3.4.1",
            "message_imprint": {
                "hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
                "hashed_message": imprint,
            },
            "serial_number": 0x7777777777,
            "gen_time": at,
        }
    )
    content = info.dump()
    chain = [asn1_x509.Certificate.load(der) for der in holder.ders()]
    leaf = chain[0]
    signing = tsp.SigningCertificateV2({"certs": [tsp.ESSCertIDv2({"cert_hash": leaf.sha256})]})
    attributes = cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": ["tst_info"]}),
            cms.CMSAttribute({"type": "message_digest", "values": [hashlib.sha256(content).digest()]}),
            cms.CMSAttribute({"type": "signing_certificate_v2", "values": [signing]}),
        ]
    )
    signature = holder.key.sign(attributes.dump(), padding.PKCS1v15(), hashes.SHA256())
    identifier = cms.IssuerAndSerialNumber({"issuer": leaf.issuer, "serial_number": leaf.serial_number})
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier({"issuer_and_serial_number": identifier}),
            "digest_algorithm": {"algorithm": "sha256"},
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": "rsassa_pkcs1v15"},
            "signature": signature,
        }
    )
    signed = cms.SignedData(
        {
            "version": "v3",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(content)},
            "certificates": chain,
            "signer_infos": [signer],
        }
    )
    return cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump()


def ocsp_response(
    subject: Holder, responder: Holder, status: ocsp.OCSPCertStatus, *, revoked_days: int = -5, stale: bool = False
) -> bytes:
    """Return an OCSP response about *subject*'s leaf, signed by *responder*."""
    revoked = status is ocsp.OCSPCertStatus.REVOKED
    this = midnight(-200 if stale else 0)
    built = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            subject.leaf, subject.chain[1], hashes.SHA1(), status,
            this, this + timedelta(days=7),
            midnight(revoked_days) if revoked else None,
            x509.ReasonFlags.key_compromise if revoked else None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, responder.leaf)
        .certificates([responder.leaf])
        .sign(responder.key, hashes.SHA256())
    )  # fmt: skip
    return built.public_bytes(serialization.Encoding.DER)


def responder(issuer: Authority, *, ekus: tuple[str, ...] = (OCSP,)) -> Holder:
    """Issue a delegated responder under *issuer*."""
    return issuer.issue(Profile("Test Responder", ("Test Responder",), ekus=ekus))
