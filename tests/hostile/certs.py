"""Certificates of every fault, and who signs with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.x509.oid import NameOID

from provenance.terms import EKU_C2PA_CLAIM_SIGNING, EKU_EMAIL_PROTECTION, EKU_OCSP_SIGNING, EKU_TIME_STAMPING
from tests.support.pki import KEYS, midnight

EMAIL, C2PA, STAMPING, OCSP = EKU_EMAIL_PROTECTION, EKU_C2PA_CLAIM_SIGNING, EKU_TIME_STAMPING, EKU_OCSP_SIGNING
SERVER_AUTH, ANY, DOCUMENT = "1.3.6.1.5.5.7.3.1", "2.5.29.37.0", "1.3.6.1.5.5.7.3.36"
# Name -> (COSE algorithm, hash); the names are the engine's.
COSE = {
    "es256": (-7, hashes.SHA256()), "es384": (-35, hashes.SHA384()), "es512": (-36, hashes.SHA512()),
    "ps256": (-37, hashes.SHA256()), "ed25519": (-8, None), "es256k": (-47, hashes.SHA256()),
}  # fmt: skip
_MORE: dict[str, Callable[[], Any]] = {
    "rsa1024": lambda: rsa.generate_private_key(65537, 1024),
    "rsa3072": lambda: rsa.generate_private_key(65537, 3072),
    "p224": lambda: ec.generate_private_key(ec.SECP224R1()),
    "secp256k1": lambda: ec.generate_private_key(ec.SECP256K1()),
}


def new_key(kind: str = "es256") -> Any:
    """Make a key: one of the signing algorithms' names, or one of the unfit kinds."""
    return (KEYS.get(kind) or _MORE[kind])()


@dataclass(frozen=True)
class Holder:
    """Who signs: a key, and the chain that is shown, leaf first."""

    key: Any
    chain: tuple[x509.Certificate, ...]
    algorithm: str = "es256"

    @property
    def leaf(self) -> x509.Certificate:
        return self.chain[0]

    def ders(self) -> list[bytes]:
        return [found.public_bytes(serialization.Encoding.DER) for found in self.chain]

    def sign(self, data: bytes) -> bytes:
        """Sign as COSE wants it: raw r‖s, PSS, or EdDSA."""
        digest = COSE[self.algorithm][1]
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return self.key.sign(data)
        if isinstance(self.key, rsa.RSAPrivateKey):
            pss = padding.PSS(padding.MGF1(digest), salt_length=digest.digest_size)
            return self.key.sign(data, pss, digest)
        r, s = utils.decode_dss_signature(self.key.sign(data, ec.ECDSA(digest)))
        width = (self.key.curve.key_size + 7) // 8
        return r.to_bytes(width, "big") + s.to_bytes(width, "big")


@dataclass(frozen=True)
class Profile:
    """What stands in one certificate. The default is a good leaf."""

    common_name: str | None = "Test Signer"
    organizations: tuple[str, ...] = ("Test Studio",)
    ekus: tuple[str, ...] = (EMAIL,)
    ca: bool | None = False  # None: no basic constraints
    path_length: int | None = None
    usage: str = "sign"  # "sign" | "certify" | "encipher" | "both" | "" (absent)
    days: tuple[int, int] = (-30, 365)
    ski: bool = True
    aki: bool = True
    extensions: tuple[tuple[Any, bool], ...] = ()
    hash: Any = field(default_factory=hashes.SHA256)

    def name(self) -> x509.Name:
        parts = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, found) for found in self.organizations]
        if self.common_name is not None:
            parts.append(x509.NameAttribute(NameOID.COMMON_NAME, self.common_name))
        return x509.Name(parts)


def authority_profile(name: str, **changes: Any) -> Profile:
    """Return the profile of a good authority, changed."""
    good = Profile(name, ("Test Authority",), ekus=(), ca=True, usage="certify", days=(-3650, 3650))
    return replace(good, **changes)


def certificate(profile: Profile, key: Any, issuer: tuple[x509.Name, Any] | None = None) -> x509.Certificate:
    """Issue a certificate; without *issuer* it signs itself."""
    issuer_name, issuer_key = issuer or (profile.name(), key)
    builder = (
        x509.CertificateBuilder()
        .subject_name(profile.name())
        .issuer_name(issuer_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(midnight(profile.days[0]))
        .not_valid_after(midnight(profile.days[1]))
    )
    for extension, critical in _extensions(profile, key, issuer_key):
        builder = builder.add_extension(extension, critical=critical)
    if isinstance(issuer_key, ed25519.Ed25519PrivateKey):
        return builder.sign(issuer_key, None)
    return builder.sign(issuer_key, profile.hash)


def _extensions(profile: Profile, key: Any, issuer_key: Any) -> Sequence[tuple[Any, bool]]:
    found: list[tuple[Any, bool]] = []
    if profile.ca is not None:
        found.append((x509.BasicConstraints(profile.ca, profile.path_length), True))
    if profile.usage:
        sign, certify = profile.usage in {"sign", "both"}, profile.usage in {"certify", "both"}
        encipher = profile.usage == "encipher"
        found.append((x509.KeyUsage(sign, False, encipher, False, False, certify, certify, False, False), True))
    if profile.ekus:
        found.append((x509.ExtendedKeyUsage([x509.ObjectIdentifier(oid) for oid in profile.ekus]), False))
    if profile.ski:
        found.append((x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False))
    if profile.aki:
        found.append((x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False))
    return [*found, *profile.extensions]


@dataclass(frozen=True)
class Authority:
    """A root with one intermediate that issues."""

    root: x509.Certificate
    root_key: Any
    intermediate: x509.Certificate
    key: Any

    @property
    def pem(self) -> str:
        return pem(self.root)

    def issue(self, profile: Profile | None = None, *, key: Any = None, algorithm: str = "es256") -> Holder:
        """Issue a leaf under the intermediate."""
        own = key or new_key(algorithm)
        leaf = certificate(profile or Profile(), own, (self.intermediate.subject, self.key))
        return Holder(own, (leaf, self.intermediate), algorithm)


def authority(name: str = "Test", *, root: dict[str, Any] | None = None, **intermediate: Any) -> Authority:
    """Make an authority; *root* and *intermediate* change the profiles."""
    root_key, key = new_key(), new_key()
    top = certificate(authority_profile(f"{name} Root", **(root or {})), root_key)
    middle = certificate(authority_profile(f"{name} Issuing", **intermediate), key, (top.subject, root_key))
    return Authority(top, root_key, middle, key)


def pem(found: x509.Certificate) -> str:
    """Return *found* as PEM."""
    return found.public_bytes(serialization.Encoding.PEM).decode()


@cache
def listed() -> Authority:
    """The authority that readers trust for claims."""
    return authority("Listed")


@cache
def strangers() -> Authority:
    """An authority that nobody knows."""
    return authority("Stranger")


@cache
def good() -> Holder:
    """A good signer under `listed`."""
    return listed().issue()


@cache
def stranger() -> Holder:
    """A good signer that nobody knows."""
    return strangers().issue(Profile("Somebody", ("Unknown Studio",)))
