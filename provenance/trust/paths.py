"""Certificate paths: ours, and a second opinion by `cryptography` (security T1–T3).

The engine accepts violated name constraints, unknown critical extensions in authorities, odd basic
constraints and expired roots (F7, F11). So a signer counts as listed or known only if two path checks that
do not share code both hold, against anchors of the right purpose.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import verification
from cryptography.x509.oid import ExtensionOID

from provenance import terms
from provenance.record import dataclass
from provenance.trust.model import Purpose, Tier, TrustList

MAX_PATH = 8
MIN_RSA_BITS = 2048
# What every reader of certificates must know to accept a critical extension.
_UNDERSTOOD = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE, ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME, ExtensionOID.CERTIFICATE_POLICIES,
        ExtensionOID.AUTHORITY_KEY_IDENTIFIER, ExtensionOID.SUBJECT_KEY_IDENTIFIER,
    }
)  # fmt: skip


_LATE = (
    "subject", "issuer", "extensions", "serial_number", "not_valid_before_utc", "not_valid_after_utc",
    "signature_algorithm_oid",
)  # fmt: skip
_UNREADABLE = (
    ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Path:
    """A path from a leaf to an anchor that our own check accepts; *dissent* is what the second opinion objects to."""

    certificates: tuple[x509.Certificate, ...]  # leaf first, anchor last
    anchor_sha256: str
    dissent: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no path: "no_path" (unknown signer) or an objection to the one that was found."""

    reason: str


@cache
def parse_pem(text: str) -> tuple[x509.Certificate, ...]:
    """Return the certificates of a PEM text; an empty text holds none."""
    return tuple(x509.load_pem_x509_certificates(text.encode())) if text.strip() else ()


@cache
def parse_der(der: bytes) -> x509.Certificate | None:
    """Return the certificate that *der* holds, or None if any part that is looked at later cannot be read.

    `cryptography` parses late: a stranger's certificate may be opened and then raise at its issuer or its dates.
    """
    try:
        found = x509.load_der_x509_certificate(der)
        for part in _LATE:
            getattr(found, part)
    except _UNREADABLE:
        return None
    return found


def anchors_of(found: TrustList, purpose: Purpose) -> tuple[x509.Certificate, ...]:
    """Return the anchors of *found* that vouch for *purpose*; () if it has none.

    The interim list holds claim signers and time-stamp authorities in one file; the latter are told by
    their extended key usage.
    """
    if found.tier is not Tier.INTERIM:
        return parse_pem(found.pem) if found.purpose is purpose else ()
    if purpose is Purpose.IDENTITY:
        return ()
    stamps = purpose is Purpose.TIME_STAMP
    return tuple(anchor for anchor in parse_pem(found.pem) if _only_stamps(anchor) is stamps)


def _only_stamps(anchor: x509.Certificate) -> bool:
    usages = _value(anchor.extensions, x509.ExtendedKeyUsage)
    return usages is not None and {usage.dotted_string for usage in usages} == {terms.EKU_TIME_STAMPING}


def sha256(certificate: x509.Certificate) -> str:
    """Return the SHA-256 fingerprint as hex."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def find_path(
    leaf: x509.Certificate,
    others: Sequence[x509.Certificate],
    anchors: Iterable[x509.Certificate],
    *,
    at: datetime,
    ekus: Sequence[str],
) -> Path | Failure:
    """Find a path from *leaf* over *others* to one of *anchors* that holds at the time *at*.

    A leaf is never its own anchor here: single leaves are allowed by list, elsewhere. Nothing is said about
    revocation, and nothing about who the subject is.

    Args:
        ekus: extended key usages of which the leaf needs one, as dotted OIDs.
    """
    by_subject: dict[bytes, list[x509.Certificate]] = {}
    for anchor in anchors:
        by_subject.setdefault(anchor.subject.public_bytes(), []).append(anchor)
    reason = leaf_fault(leaf, at=at, ekus=ekus)
    if reason:
        return Failure(reason)
    objections: list[str] = []
    for chain in _chains(leaf, others[:MAX_PATH], by_subject):
        fault = _chain_fault(chain, at)
        if fault:
            objections.append(fault)
            continue
        return Path(chain, sha256(chain[-1]), _second_opinion(chain, at))
    return Failure(objections[0] if objections else "no_path")


def leaf_fault(leaf: x509.Certificate, *, at: datetime, ekus: Sequence[str]) -> str:
    """Return what forbids *leaf* to sign, or "" (C2PA 2.4 §14.5.1)."""
    if not leaf.not_valid_before_utc <= at <= leaf.not_valid_after_utc:
        return "expired"
    try:
        extensions = leaf.extensions
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return "malformed_extensions"
    if any(ext.critical and ext.oid not in _UNDERSTOOD for ext in extensions):
        return "unknown_critical_extension"
    usages = _value(extensions, x509.ExtendedKeyUsage)
    oids = {usage.dotted_string for usage in usages} if usages else set()
    if not oids & set(ekus) or terms.EKU_ANY in oids:
        return "wrong_purpose"
    if oids & {terms.EKU_TIME_STAMPING, terms.EKU_OCSP_SIGNING} and len(oids) > 1:
        return "mixed_purposes"
    usage = _value(extensions, x509.KeyUsage)
    if usage is None or not (usage.digital_signature or usage.content_commitment):
        return "key_usage"
    basic = _value(extensions, x509.BasicConstraints)
    if basic is not None and basic.ca:
        return "authority_as_leaf"
    return _key_fault(leaf)


def _chains(
    leaf: x509.Certificate, others: Sequence[x509.Certificate], anchors: dict[bytes, list[x509.Certificate]]
) -> Iterable[tuple[x509.Certificate, ...]]:
    """Yield chains whose signatures hold, shortest first; bounded by `MAX_PATH` and by what was handed in."""
    grown: list[tuple[x509.Certificate, ...]] = [(leaf,)]
    for _ in range(MAX_PATH):
        following: list[tuple[x509.Certificate, ...]] = []
        for chain in grown:
            for anchor in anchors.get(chain[-1].issuer.public_bytes(), ()):
                if issued(chain[-1], anchor):
                    yield (*chain, anchor)
            following += [
                (*chain, other)
                for other in others
                if other not in chain and chain[-1].issuer == other.subject and issued(chain[-1], other)
            ]
        grown = following[:32]
        if not grown:
            return


def issued(child: x509.Certificate, parent: x509.Certificate) -> bool:
    """Whether *parent*'s name and key stand behind *child*; nothing about whether it may issue."""
    try:
        child.verify_directly_issued_by(parent)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _chain_fault(chain: tuple[x509.Certificate, ...], at: datetime) -> str:
    below = 0  # non-self-issued intermediates below, for pathLenConstraint (RFC 5280 §6.1.4 l, m)
    for authority in chain[1:]:
        fault = _authority_fault(authority, at, below)
        if fault:
            return fault
        if authority.subject != authority.issuer:
            below += 1
    return ""


def _authority_fault(authority: x509.Certificate, at: datetime, below: int) -> str:
    if not authority.not_valid_before_utc <= at <= authority.not_valid_after_utc:
        return "authority_expired"
    try:
        extensions = authority.extensions
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return "malformed_extensions"
    understood = _UNDERSTOOD | {ExtensionOID.NAME_CONSTRAINTS, ExtensionOID.POLICY_CONSTRAINTS}
    if any(ext.critical and ext.oid not in understood for ext in extensions):
        return "unknown_critical_extension"
    basic = _value(extensions, x509.BasicConstraints)
    if basic is None or not basic.ca:
        return "authority_not_ca"
    if basic.path_length is not None and below > basic.path_length:
        return "path_length"
    usage = _value(extensions, x509.KeyUsage)
    if usage is not None and not usage.key_cert_sign:
        return "authority_key_usage"
    return _key_fault(authority)


def _key_fault(certificate: x509.Certificate) -> str:
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return "unsupported_key"
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < MIN_RSA_BITS:
        return "weak_key"
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name not in {
        "secp256r1",
        "secp384r1",
        "secp521r1",
    }:
        return "unsupported_key"
    return ""


def _second_opinion(chain: tuple[x509.Certificate, ...], at: datetime) -> str:
    """Ask `cryptography`'s path validation about *chain*; return its objection in one word, or ""."""
    if _beyond_webpki(chain):
        # Its policy knows no Ed25519 and no RSA-PSS keys, so it has no opinion; name constraints then need one.
        return "name_constraints" if any(_constrained(authority) for authority in chain[1:]) else ""
    try:
        _verifier(chain[-1], at).verify(chain[0], list(chain[1:-1]))
    except verification.VerificationError as exc:
        return "name_constraints" if any(_constrained(c) for c in chain[1:]) else _objection(str(exc))
    return ""


def _verifier(anchor: x509.Certificate, at: datetime) -> verification.ClientVerifier:
    # Profiles of real signers differ in key identifiers, policies and names; what authorities may do does not.
    authority = (
        verification.ExtensionPolicy.permit_all()
        .require_present(x509.BasicConstraints, verification.Criticality.AGNOSTIC, _must_be_ca)
        .may_be_present(x509.NameConstraints, verification.Criticality.AGNOSTIC, None)
    )
    leaf = verification.ExtensionPolicy.permit_all()
    return (
        verification.PolicyBuilder()
        .store(verification.Store([anchor]))
        .time(at)
        .max_chain_depth(MAX_PATH)
        .extension_policies(ee_policy=leaf, ca_policy=authority)
        .build_client_verifier()
    )


def _must_be_ca(policy: verification.Policy, certificate: x509.Certificate, extension: x509.BasicConstraints) -> None:
    if not extension.ca:
        raise ValueError("not an authority")


def _objection(text: str) -> str:
    return "".join(char if char.isalnum() else "_" for char in text.lower())[:60].strip("_") or "refused"


def _beyond_webpki(chain: tuple[x509.Certificate, ...]) -> bool:
    for certificate in chain:
        if not isinstance(certificate.public_key(), ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
            return True
        if certificate.signature_algorithm_oid == x509.SignatureAlgorithmOID.RSASSA_PSS:
            return True
    return False


def _constrained(authority: x509.Certificate) -> bool:
    return _value(authority.extensions, x509.NameConstraints) is not None


_Ext = TypeVar("_Ext", bound=x509.ExtensionType)


def _value(extensions: x509.Extensions, kind: type[_Ext]) -> _Ext | None:
    try:
        return extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
