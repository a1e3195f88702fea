"""What is wrong with a certificate, its chain or its key, before anything is signed: every fault, each with a cure.

The engine says "the certificate is invalid" and no more. The rules are C2PA 2.4 §14.5.1 and RFC 5280 as the engine
and other readers apply them (`reference`: the engine, finding 2): a fault that *blocks* makes some of them refuse
the file; one that does not is worth knowing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtensionOID, NameOID, SignatureAlgorithmOID

from provenance.credentials import keystore
from provenance.credentials.keystore import PrivateKey
from provenance.errors import CredentialError
from provenance.plain import plain
from provenance.record import dataclass
from provenance.terms import (
    EKU_ANY,
    EKU_C2PA_CLAIM_SIGNING,
    EKU_EMAIL_PROTECTION,
    EKU_OCSP_SIGNING,
    EKU_TIME_STAMPING,
    PROGRAMME_ARC,
    SIGNING_EKUS,
)

MIN_RSA_BITS = 2048
WARN_BEFORE = timedelta(days=30)  # security K9
_CURVES = {"secp256r1", "secp384r1", "secp521r1"}
_FORMS = {"EC PRIVATE KEY": "old SEC1", "RSA PRIVATE KEY": "old PKCS#1", "DER": "binary (DER)"}
_ASK = "ask whoever issued it"
# `cryptography` parses late: a damaged certificate may be opened, and raise when one of these is asked for.
_LATE = ("subject", "issuer", "serial_number", "not_valid_before_utc", "not_valid_after_utc", "signature_algorithm_oid")
_UNDERSTOOD = {
    ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE, ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME, ExtensionOID.CERTIFICATE_POLICIES,
    ExtensionOID.AUTHORITY_KEY_IDENTIFIER, ExtensionOID.SUBJECT_KEY_IDENTIFIER,
}  # fmt: skip
_UNDERSTOOD_IN_AUTHORITIES = _UNDERSTOOD | {ExtensionOID.NAME_CONSTRAINTS, ExtensionOID.POLICY_CONSTRAINTS}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: *id* for machines, *problem* and *cure* as fragments of a sentence."""

    id: str
    problem: str
    cure: str = ""
    blocks: bool = True

    def __str__(self) -> str:
        return self.problem + (f"; {self.cure}" if self.cure else "")


def read_chain(data: bytes, where: str = "certificates") -> tuple[x509.Certificate, ...]:
    """Return the certificates of a PEM or DER file, in its order.

    Raises:
        CredentialError: if there is none, or one cannot be read.
    """
    if b"-----BEGIN CERTIFICATE-----" in data:
        load: Callable[[], list[x509.Certificate]] = lambda: x509.load_pem_x509_certificates(data)  # noqa: E731
    elif b"PRIVATE KEY-----" in data:
        raise CredentialError(where, "holds a private key and no certificate", "name the file with the certificates")
    elif b"-----BEGIN CERTIFICATE REQUEST-----" in data:
        raise CredentialError(where, "is a request, not a certificate", "have it signed by an authority first")
    elif data[:1] == b"\x30":
        load = lambda: [x509.load_der_x509_certificate(data)]  # noqa: E731
    else:
        raise CredentialError(where, "holds no certificate", "a PEM file has -----BEGIN CERTIFICATE----- in it")
    try:
        found = tuple(load())
        for certificate in found:
            for part in _LATE:
                getattr(certificate, part)
    except (ValueError, TypeError, x509.InvalidVersion) as exc:
        raise CredentialError(where, "holds a certificate that cannot be read", "the file is damaged") from exc
    return found


def check(chain: Sequence[x509.Certificate], *, at: datetime | None = None, own: bool = False) -> tuple[Fault, ...]:
    """Return every fault of *chain*, leaf first; () means: engine and other readers will accept its profile.

    That anyone trusts the authority at its end is not established, nor that nothing was revoked.

    Args:
        at: the time to judge validity at; now by default.
        own: the leaf was made by ourselves, so nothing of the conformance programme may stand in it.
    """
    if not chain:
        return (Fault("chain.empty", "there is no certificate", "name a file with the chain, leaf first"),)
    now = at or datetime.now(UTC)
    return *_leaf(chain[0], now, own=own), *_chain(chain, now)


def check_key(data: bytes, key: PrivateKey, chain: Sequence[x509.Certificate]) -> tuple[Fault, ...]:
    """Return what is wrong with the key file *data*, which holds *key*, for *chain*, leaf first.

    A form that only the engine cannot read does not block: `provenance keys import` writes it anew.
    """
    return tuple(_key_file(keystore.inspect(data), key, chain))


def blocking(faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """Return those of *faults* that make a reader refuse."""
    return tuple(fault for fault in faults if fault.blocks)


def nearing_end(leaf: x509.Certificate, at: datetime | None = None) -> tuple[Fault, ...]:
    """Return a note if *leaf* ends within 30 days (security K9)."""
    now, end = at or datetime.now(UTC), leaf.not_valid_after_utc
    if not now <= end < now + WARN_BEFORE:
        return ()
    text = f"the certificate ends on {end.date().isoformat()}"
    return (Fault("leaf.ends_soon", text, "run `provenance keys renew`", blocks=False),)


def _key_file(found: keystore.Protection, key: PrivateKey, chain: Sequence[x509.Certificate]) -> Iterator[Fault]:
    cure = "`provenance keys import` writes it anew, encrypted"
    if found.label in _FORMS:
        problem = f"the key is in the {_FORMS[found.label]} form, which the engine cannot read"
        yield Fault("key.form", problem, cure, blocks=False)
    if not found.encrypted:
        yield Fault("key.unencrypted", "the key is not encrypted: whoever has the file can sign", cure, blocks=False)
    if found.weakness:
        yield Fault("key.weak", f"the key is protected by {found.weakness}", cure, blocks=False)
    yield from check_match(key, chain)


def check_match(key: PrivateKey, chain: Sequence[x509.Certificate]) -> Iterator[Fault]:
    """Yield a fault if *key* is not that of the first certificate of *chain*."""
    if chain and not keystore.same_key(_key_of(chain[0]), key.public_key()):
        if any(keystore.same_key(_key_of(other), key.public_key()) for other in chain[1:]):
            yield Fault("key.order", "the key belongs to another certificate of the chain", "put that one first")
        else:
            yield Fault("key.wrong", "the key does not belong to the certificate", "name the key it was made for")


def _key_of(certificate: x509.Certificate) -> object:
    try:
        return certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None


def _leaf(leaf: x509.Certificate, now: datetime, *, own: bool) -> Iterator[Fault]:
    yield from _validity(leaf, now)
    yield from public_key_faults(leaf, "leaf", "certificate")
    try:
        extensions = leaf.extensions
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        yield Fault("leaf.malformed", "the certificate's extensions cannot be read", f"{_ASK} for a new one")
        return
    if leaf.version is not x509.Version.v3:
        yield Fault("leaf.version", "the certificate is not of version 3", f"{_ASK} for a new one")
    if leaf.subject == leaf.issuer:
        cure = "use one that an authority issued, or `provenance init`"
        yield Fault("leaf.self_signed", "the certificate signed itself", cure)
    basic = _value(extensions, x509.BasicConstraints)
    if basic is not None and basic.ca:
        cure = f"{_ASK} for one with CA:FALSE, or put the signing certificate first"
        yield Fault("leaf.authority", "the certificate is an authority (CA:TRUE)", cure)
    yield from _key_usage(extensions)
    yield from _purposes(extensions)
    if _value(extensions, x509.AuthorityKeyIdentifier) is None:
        cure = f"{_ASK} for one with it"
        yield Fault("leaf.no_authority_key_id", "the certificate has no authority key identifier", cure)
    for extension in extensions:
        if extension.critical and extension.oid not in _UNDERSTOOD:
            problem = (
                f"the certificate has a critical extension that readers do not know ({extension.oid.dotted_string})"
            )
            yield Fault("leaf.unknown_critical", problem, f"{_ASK} for one without it")
    yield from _public_words(leaf, extensions)
    if own and (words := _programme(extensions)):
        problem = f"the certificate claims the conformance programme ({', '.join(words)})"
        yield Fault("leaf.programme", problem, "only the programme's own authorities may")


def _validity(leaf: x509.Certificate, now: datetime) -> Iterator[Fault]:
    if now < leaf.not_valid_before_utc:
        day = leaf.not_valid_before_utc.date().isoformat()
        yield Fault("leaf.not_yet_valid", f"the certificate is not valid before {day}", "check this computer's clock")
    elif now > leaf.not_valid_after_utc:
        day = leaf.not_valid_after_utc.date().isoformat()
        yield Fault(
            "leaf.expired", f"the certificate expired on {day}", "run `provenance keys renew`, or import a new one"
        )
    yield from nearing_end(leaf, now)


def public_key_faults(certificate: x509.Certificate, id_part: str, what: str) -> Iterator[Fault]:
    """Yield what is wrong with the key in *certificate*, which a message calls *what*."""
    cure = "use P-256, P-384, P-521, Ed25519, or RSA with 2048 bits"
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        yield Fault(f"{id_part}.key_kind", f"the {what} has a key of a kind that readers do not know", cure)
        return
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < MIN_RSA_BITS:
            yield Fault(f"{id_part}.rsa_short", f"the {what} has an RSA key of {key.key_size} bits", cure)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        if key.curve.name not in _CURVES:
            yield Fault(f"{id_part}.curve", f"the {what} has a key on the curve {key.curve.name}", cure)
    elif not isinstance(key, ed25519.Ed25519PublicKey):
        yield Fault(f"{id_part}.key_kind", f"the {what} has a key of a kind that readers do not know", cure)


def _key_usage(extensions: x509.Extensions) -> Iterator[Fault]:
    cure = f"{_ASK} for one with digitalSignature"
    try:
        found = extensions.get_extension_for_class(x509.KeyUsage)
    except x509.ExtensionNotFound:
        yield Fault("leaf.no_key_usage", "the certificate does not say what its key is for (key usage)", cure)
        return
    if not found.value.digital_signature:
        yield Fault("leaf.key_usage", "the certificate's key usage does not allow signatures", cure)
    if found.value.key_cert_sign:
        problem = "the certificate's key usage allows to sign certificates (keyCertSign)"
        yield Fault("leaf.key_usage_cert_sign", problem, f"{_ASK} for one without it")
    if not found.critical:
        problem = "the certificate's key usage is not marked critical"
        yield Fault("leaf.key_usage_not_critical", problem, "C2PA asks for it; most readers accept it", blocks=False)


def _purposes(extensions: x509.Extensions) -> Iterator[Fault]:
    usages = _value(extensions, x509.ExtendedKeyUsage)
    cure = f"{_ASK} for emailProtection, documentSigning or C2PA claim signing"
    if usages is None:
        yield Fault("leaf.no_purpose", "the certificate has no purpose (extended key usage)", cure)
        return
    oids = {usage.dotted_string for usage in usages}
    if EKU_ANY in oids:
        yield Fault("leaf.any_purpose", "the certificate is for any purpose (anyExtendedKeyUsage)", cure)
    elif not oids & set(SIGNING_EKUS):
        yield Fault("leaf.purpose", f"the certificate is for other purposes ({', '.join(sorted(oids))})", cure)
    for oid, name in ((EKU_TIME_STAMPING, "time stamps"), (EKU_OCSP_SIGNING, "revocation answers (OCSP)")):
        if oid in oids and len(oids) > 1:
            problem = f"the certificate is for {name} and for signing at once"
            yield Fault("leaf.mixed_purposes", problem, f"{_ASK} for one without that")
    if oids & set(SIGNING_EKUS) and not oids & {EKU_EMAIL_PROTECTION, EKU_C2PA_CLAIM_SIGNING}:
        problem = "the certificate is for documentSigning only, which many C2PA readers refuse"
        yield Fault("leaf.purpose_rare", problem, f"{_ASK} for emailProtection too", blocks=False)


def _public_words(leaf: x509.Certificate, extensions: x509.Extensions) -> Iterator[Fault]:
    """Say what beyond a name becomes public with every signature; and if there is no name at all."""
    if not leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME):
        yield Fault("leaf.no_name", "the certificate has no common name", "readers will show no name", blocks=False)
    words = [str(part.value) for part in leaf.subject if part.oid != NameOID.COMMON_NAME]
    alternative = _value(extensions, x509.SubjectAlternativeName)
    words += [str(name.value) for name in alternative or () if not isinstance(name, x509.OtherName)]
    if words:
        shown = ", ".join(f"'{plain(word)}'" for word in words)
        yield Fault("leaf.public_words", f"every signature will make public: {shown}", blocks=False)


def _programme(extensions: x509.Extensions) -> list[str]:
    """Return the conformance programme's object identifiers that stand in *extensions*, bar its signing purpose."""
    found = [extension.oid.dotted_string for extension in extensions]
    found += [usage.dotted_string for usage in _value(extensions, x509.ExtendedKeyUsage) or ()]
    found += [policy.policy_identifier.dotted_string for policy in _value(extensions, x509.CertificatePolicies) or ()]
    return [oid for oid in found if f"{oid}.".startswith(f"{PROGRAMME_ARC}.") and oid != EKU_C2PA_CLAIM_SIGNING]


def _chain(chain: Sequence[x509.Certificate], now: datetime) -> Iterator[Fault]:
    cure = "put the signing certificate first, then whoever issued it, and so on"
    for number, (child, parent) in enumerate(pairwise(chain), 2):
        if child.issuer != parent.subject:
            misplaced = any(other.subject == child.issuer for other in chain if other is not child)
            if misplaced:
                yield Fault("chain.order", f"certificate {number} did not issue the one before it", cure)
            else:
                yield _missing(child)
        elif not _issued(child, parent):
            problem = f"certificate {number} has the issuer's name, but did not sign the one before it"
            yield Fault("chain.signature", problem, "two authorities share a name; find the right one")
        yield from _authority(parent, number, now, below=number - 2)
    last = chain[-1]
    if len(chain) == 1 and last.subject != last.issuer:
        yield _missing(last)
    subjects = [found.subject for found in chain]
    if len(set(subjects)) < len(subjects):
        problem = "two certificates of the chain have the same subject, which some readers refuse"
        yield Fault("chain.same_subject", problem, "take out the copy, or use an authority with another name")
    for number, found in enumerate(chain, 1):
        yield from _signature_algorithm(found, number)


def _missing(child: x509.Certificate) -> Fault:
    problem = f"the certificate of '{plain(child.issuer.rfc4514_string())}' is missing from the chain"
    return Fault("chain.missing_issuer", problem, "add it to the file, behind the one it issued")


def _authority(authority: x509.Certificate, number: int, now: datetime, *, below: int) -> Iterator[Fault]:
    what = f"certificate {number}"
    if not authority.not_valid_before_utc <= now <= authority.not_valid_after_utc:
        day = authority.not_valid_after_utc.date().isoformat()
        yield Fault("chain.expired", f"{what}, an authority, is not valid now (until {day})", f"{_ASK} for a new chain")
    yield from public_key_faults(authority, "chain", f"certificate at place {number}")
    try:
        extensions = authority.extensions
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        yield Fault("chain.malformed", f"the extensions of {what} cannot be read", f"{_ASK} for a new chain")
        return
    basic = _value(extensions, x509.BasicConstraints)
    usage = _value(extensions, x509.KeyUsage)
    if basic is None or not basic.ca:
        yield Fault("chain.not_authority", f"{what} is no authority (CA:TRUE is missing)", "use the one that is")
    elif basic.path_length is not None and below > basic.path_length:
        problem = f"{what} allows {basic.path_length} authorities below it, and there are {below}"
        yield Fault("chain.path_length", problem, f"{_ASK} for a shorter chain")
    if usage is not None and not usage.key_cert_sign:
        problem = f"the key usage of {what} does not allow to sign certificates"
        yield Fault("chain.key_usage", problem, f"{_ASK} for a right one")
    for extension in extensions:
        if extension.critical and extension.oid not in _UNDERSTOOD_IN_AUTHORITIES:
            problem = f"{what} has a critical extension that readers do not know ({extension.oid.dotted_string})"
            yield Fault("chain.unknown_critical", problem, f"{_ASK} for one without it")


def _signature_algorithm(certificate: x509.Certificate, number: int) -> Iterator[Fault]:
    try:
        digest = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        problem = f"certificate {number} is signed with an algorithm that readers do not know"
        yield Fault("chain.signature_algorithm", problem, f"{_ASK} for one with SHA-256")
        return
    if isinstance(digest, hashes.SHA1 | hashes.MD5) and certificate.subject != certificate.issuer:
        problem = f"certificate {number} is signed with {digest.name.upper()}, which is broken"
        yield Fault("chain.signature_algorithm", problem, f"{_ASK} for one with SHA-256")
    elif digest is None and certificate.signature_algorithm_oid != SignatureAlgorithmOID.ED25519:
        problem = f"certificate {number} is signed with an algorithm that readers do not know"
        yield Fault("chain.signature_algorithm", problem, f"{_ASK} for one with SHA-256")


def _issued(child: x509.Certificate, parent: x509.Certificate) -> bool:
    try:
        child.verify_directly_issued_by(parent)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


_Ext = TypeVar("_Ext", bound=x509.ExtensionType)


def _value(extensions: x509.Extensions, kind: type[_Ext]) -> _Ext | None:
    try:
        return extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
