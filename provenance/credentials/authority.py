"""An own authority and the leaves under it: the identity is the authority's key, leaves come and go.

What stands in the certificates, and nothing else:

- leaf: the chosen handle as its common name; authority: the handle and `SUFFIX`. Two subjects, because some readers
  refuse the same subject twice. No organisation, country, e-mail, host.
- random serials, validity from midnight UTC, so that no time of day is told.
- leaf: digitalSignature (critical), the three purposes that readers ask for, key identifiers, no authority.
- nothing of the conformance programme but its signing purpose: we are not in it (C2PA 2.4 §14.5.1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from provenance.credentials.keystore import PublicKey
from provenance.errors import CredentialError
from provenance.plain import plain
from provenance.terms import SIGNING_EKUS

SUFFIX = " (signing authority)"
AUTHORITY_YEARS = 20
MAX_YEARS = 5
MAX_HANDLE_BYTES = 64 - len(SUFFIX)  # X.520: a common name has at most 64
_EMAIL = re.compile(r"\S+@[^\s.@]+\.\S+")


@dataclass(frozen=True, slots=True)
class Authority:
    """An own authority, able to issue."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey = field(repr=False)


def check_handle(handle: str) -> str:
    """Return *handle* if it can stand in a certificate, for good.

    Raises:
        CredentialError: with what is wrong.
    """
    where = "name"
    if not handle.strip():
        raise CredentialError(where, "is empty", "a handle is enough")
    if handle != handle.strip() or plain(handle) != handle:
        raise CredentialError(where, "has spaces at its ends, or characters that cannot be seen", f"'{plain(handle)}'")
    if len(handle.encode("utf-8")) > MAX_HANDLE_BYTES:
        raise CredentialError(where, f"is longer than {MAX_HANDLE_BYTES} bytes", "choose a shorter one")
    if _EMAIL.fullmatch(handle):
        raise CredentialError(where, "is an e-mail address, and would be public for good", "a handle is enough")
    return handle


def make_authority(handle: str, *, today: date | None = None) -> Authority:
    """Make the authority of *handle*: a new P-256 key and its certificate, for 20 years."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(check_handle(handle) + SUFFIX)
    start = today or datetime.now(UTC).date()
    builder = (
        _builder(name, name, key.public_key(), start, years_after(start, AUTHORITY_YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
    )
    return Authority(builder.sign(key, hashes.SHA256()), key)


def issue(
    authority: Authority, handle: str, public_key: PublicKey, *, years: int = 1, today: date | None = None
) -> x509.Certificate:
    """Issue a leaf for *handle* under *authority*, never longer than the authority itself.

    Raises:
        CredentialError: if *years* is not 1 to 5, or the authority has expired.
    """
    if not 1 <= years <= MAX_YEARS:
        raise CredentialError("years", f"{years} is not 1 to {MAX_YEARS}")
    start = today or datetime.now(UTC).date()
    limit = authority.certificate.not_valid_after_utc.date()
    if limit <= start:
        raise CredentialError("authority", f"expired on {limit.isoformat()}", "make a new identity")
    usages = x509.ExtendedKeyUsage([x509.ObjectIdentifier(oid) for oid in SIGNING_EKUS])
    end = min(years_after(start, years), limit)
    builder = (
        _builder(_name(check_handle(handle)), authority.certificate.subject, public_key, start, end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(usages, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)
    )
    return builder.sign(authority.key, hashes.SHA256())


def handle_of(certificate: x509.Certificate) -> str:
    """Return the handle that an authority of ours signs for, or "" if it is not one of ours by its looks.

    Anyone can make a certificate that looks so: this says which name to expect, never who someone is.
    """
    names = [attribute.value for attribute in certificate.subject]
    if len(names) != 1 or certificate.subject != certificate.issuer:
        return ""
    text = str(names[0])
    return text.removesuffix(SUFFIX) if text.endswith(SUFFIX) else ""


def common_name(certificate: x509.Certificate) -> str:
    """Return the last common name of the subject, or ""."""
    found = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[-1].value) if found else ""


def years_after(start: date, years: int) -> date:
    """Return the same day *years* later; 29 February becomes 1 March."""
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return date(start.year + years, 3, 1)


def _builder(subject: x509.Name, issuer: x509.Name, key: PublicKey, start: date, end: date) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.combine(start, time(), UTC))
        .not_valid_after(datetime.combine(end, time(), UTC))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
