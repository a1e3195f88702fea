"""Certificates that are wrong in one way each: `leaf` and `authority` are right by default."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from provenance.terms import SIGNING_EKUS
from tests.support.pki import PrivateKey, midnight, subject

FAR_ROOT_DAYS = 3650
_KEYS: dict[x509.Certificate, PrivateKey] = {}


def key_of(certificate: x509.Certificate) -> PrivateKey:
    """Return the key of a certificate that was made here."""
    return _KEYS[certificate]


@dataclass(frozen=True, slots=True)
class Made:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: PrivateKey


def p256() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def usage(*names: str) -> x509.KeyUsage:
    """Return a key usage with *names* set."""
    every = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{name: name in names for name in every})


def authority(
    name: str = "Odd Root",
    *,
    issuer: Made | None = None,
    key: PrivateKey | None = None,
    ca: bool = True,
    path_length: int | None = None,
    key_usage: x509.KeyUsage | None = None,
    days: tuple[int, int] = (-2, FAR_ROOT_DAYS),
    extra: Sequence[tuple[x509.ExtensionType, bool]] = (),
) -> Made:
    """Return an authority, signed by itself unless there is an *issuer*."""
    own = key or p256()
    return _build(
        subject(name), own, issuer, days,
        extensions=[
            (x509.BasicConstraints(ca=ca, path_length=path_length if ca else None), True),
            (key_usage or usage("key_cert_sign", "crl_sign"), True),
            (x509.SubjectKeyIdentifier.from_public_key(own.public_key()), False),
            *extra,
        ],
    )  # fmt: skip


def leaf(
    issuer: Made | None,
    *,
    name: x509.Name | None = None,
    key: PrivateKey | None = None,
    ekus: Sequence[str] = SIGNING_EKUS,
    key_usage: x509.KeyUsage | None = None,
    key_usage_critical: bool = True,
    without_key_usage: bool = False,
    ca: bool = False,
    key_id: bool = True,
    days: tuple[int, int] = (-1, 365),
    extra: Sequence[tuple[x509.ExtensionType, bool]] = (),
) -> Made:
    """Return a leaf under *issuer*, or one that signed itself."""
    own = key or p256()
    parent = issuer.key if issuer else own
    extensions: list[tuple[x509.ExtensionType, bool]] = [(x509.BasicConstraints(ca=ca, path_length=None), True)]
    if not without_key_usage:
        extensions.append((key_usage or usage("digital_signature"), key_usage_critical))
    if ekus:
        extensions.append((x509.ExtendedKeyUsage([x509.ObjectIdentifier(oid) for oid in ekus]), False))
    if key_id:
        extensions.append((x509.AuthorityKeyIdentifier.from_issuer_public_key(parent.public_key()), False))
    return _build(
        name if name is not None else subject("Odd Artist"), own, issuer, days,         extensions=[*extensions, *extra],
    )  # fmt: skip


def as_sha1(certificate: x509.Certificate) -> x509.Certificate:
    """Return *certificate*, signed by an RSA authority, as if with SHA-1, which nothing here signs with any more."""
    rsa_with_sha256 = bytes.fromhex("2a864886f70d01010b")
    data = certificate.public_bytes(Encoding.DER).replace(rsa_with_sha256, rsa_with_sha256[:-1] + b"\x05")
    return x509.load_der_x509_certificate(data)


def unknown(oid: str = "1.2.3.4.5") -> x509.UnrecognizedExtension:
    """Return an extension that no reader knows."""
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), b"\x05\x00")


def _build(
    name: x509.Name,
    key: PrivateKey,
    issuer: Made | None,
    days: tuple[int, int],
    *,
    extensions: Sequence[tuple[x509.ExtensionType, bool]],
) -> Made:
    start, end = (midnight(number) for number in days)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.certificate.subject if issuer else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    signing = issuer.key if issuer else key
    assert isinstance(signing, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)
    made = Made(builder.sign(signing, hashes.SHA256()), key)
    _KEYS[made.certificate] = key
    return made


def day(moment: datetime) -> str:
    return moment.date().isoformat()
