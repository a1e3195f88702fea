"""Keys and certificates, made at run time: no private key lies in git.

An `Authority` is a root with one intermediate; `issue` makes a leaf under it with the EKUs, key and dates
asked for. Everything is valid by default, so a test names only what it makes wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import NameOID

from provenance.terms import EKU_TIME_STAMPING, SIGNING_EKUS

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey

KEYS: dict[str, Callable[[], PrivateKey]] = {  # the engine's name of the algorithm -> how to make a key for it
    "es256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "es384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "es512": lambda: ec.generate_private_key(ec.SECP521R1()),
    "ps256": lambda: rsa.generate_private_key(65537, 2048),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
}
DAY = timedelta(days=1)


def midnight(days: int = 0) -> datetime:
    """Return today's UTC midnight, moved by *days*."""
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + days * DAY


def subject(common_name: str, organization: str = "") -> x509.Name:
    """Return a name with a common name and, where given, an organisation."""
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    if organization:
        parts.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    return x509.Name(parts)


@dataclass(frozen=True, slots=True)
class Issued:
    """A key with its chain, leaf first."""

    key: PrivateKey
    chain: tuple[x509.Certificate, ...]

    @property
    def leaf(self) -> x509.Certificate:
        return self.chain[0]

    @property
    def chain_pem(self) -> bytes:
        return b"".join(map(pem, self.chain))

    @property
    def fingerprint(self) -> str:
        return self.leaf.fingerprint(hashes.SHA256()).hex()

    def key_pem(self, passphrase: bytes = b"") -> bytes:
        """Return the key as PKCS#8 PEM, encrypted where a passphrase is given."""
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption(),
        )


@dataclass(frozen=True, slots=True)
class Authority:
    """A root and an intermediate that issue leaves."""

    root_key: PrivateKey
    root: x509.Certificate
    key: PrivateKey
    intermediate: x509.Certificate

    @property
    def anchor_pem(self) -> bytes:
        return pem(self.root)

    def issue(
        self,
        common_name: str = "Test Artist",
        *,
        organization: str = "",
        ekus: Sequence[str] = SIGNING_EKUS,
        key: PrivateKey | None = None,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
        ca: bool = False,
        with_root: bool = False,
    ) -> Issued:
        """Return a leaf for *common_name*; without *ekus* the extension is left out."""
        own = key or KEYS["es256"]()
        leaf = _certificate(
            subject(common_name, organization),
            own,
            issuer=self.intermediate,
            issuer_key=self.key,
            ca=ca,
            ekus=ekus,
            not_before=not_before or midnight(-1),
            not_after=not_after or midnight(365),
        )
        return Issued(own, (leaf, self.intermediate, self.root) if with_root else (leaf, self.intermediate))


def authority(name: str = "Test Authority", *, algorithm: str = "es256", organization: str = "") -> Authority:
    """Make a root and an intermediate, valid from yesterday for ten years."""
    root_key, key = KEYS[algorithm](), KEYS[algorithm]()
    start, end = midnight(-1), midnight(3650)
    root = _certificate(subject(f"{name} Root", organization), root_key, ca=True, not_before=start, not_after=end)
    intermediate = _certificate(
        subject(f"{name} Intermediate", organization),
        key,
        issuer=root,
        issuer_key=root_key,
        ca=True,
        not_before=start,
        not_after=end,
    )
    return Authority(root_key, root, key, intermediate)


def self_signed(common_name: str = "Test Artist", *, ca: bool = False) -> Issued:
    """Return a certificate that signed itself."""
    key = KEYS["es256"]()
    made = _certificate(
        subject(common_name), key, ca=ca, ekus=SIGNING_EKUS, not_before=midnight(-1), not_after=midnight(365)
    )
    return Issued(key, (made,))


def pem(certificate: x509.Certificate) -> bytes:
    """Return *certificate* as PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def _certificate(
    name: x509.Name,
    key: PrivateKey,
    *,
    not_before: datetime,
    not_after: datetime,
    issuer: x509.Certificate | None = None,
    issuer_key: PrivateKey | None = None,
    ca: bool = False,
    ekus: Sequence[str] = (),
) -> x509.Certificate:
    signing_key = issuer_key or key
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.subject if issuer else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(_usage(ca=ca), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()), critical=False)
    )
    if ekus:
        usages = [x509.ObjectIdentifier(oid) for oid in ekus]
        stamps = EKU_TIME_STAMPING in ekus  # RFC 3161 §2.3: then it is critical
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=stamps)
    if isinstance(signing_key, ed25519.Ed25519PrivateKey):
        return builder.sign(signing_key, None)
    if isinstance(signing_key, rsa.RSAPrivateKey):
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), salt_length=hashes.SHA256.digest_size)
        return builder.sign(signing_key, hashes.SHA256(), rsa_padding=pss)
    return builder.sign(signing_key, hashes.SHA256())


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )
