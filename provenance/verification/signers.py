"""Who signed, as far as this reader can tell: listed > known > intact > unverified.

The engine's word on trust is not taken: it mixes the purposes of anchors (F7) and accepts paths that it
should not (F11). Every path is checked twice here (`trust.paths`), against anchors of its purpose; the deny
list beats every list, pin and time stamp (T7).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache

from cryptography import x509
from cryptography.x509.oid import NameOID

from provenance import terms
from provenance.container.model import RawSignature
from provenance.record import dataclass
from provenance.terms import Integrity, Level, TimeKind
from provenance.trust.model import Denial, Purpose, Tier, Trust, TrustList
from provenance.trust.paths import (
    Failure,
    Path,
    anchors_of,
    find_path,
    issued,
    leaf_fault,
    parse_der,
    parse_pem,
    sha256,
)
from provenance.trust.pins import Pin
from provenance.trust.revocation import revoked_at
from provenance.verification.hits import hit_of_list, hit_of_pin
from provenance.verification.model import Certificate, SignedTime, Signer, TrustHit

_COSE = {
    -7: "es256",
    -35: "es384",
    -36: "es512",
    -37: "ps256",
    -38: "ps384",
    -39: "ps512",
    -8: "ed25519",
    -19: "ed25519",
}


MAX_CERTIFICATES = 16


@dataclass(frozen=True, slots=True)
class Judged:
    """Lists, pins and objections for one certificate path."""

    hits: tuple[TrustHit, ...]
    problems: tuple[str, ...]


def certificates(signature: RawSignature) -> tuple[x509.Certificate, ...]:
    """Return the certificates of *signature* that can be read, leaf first; () if the leaf cannot."""
    return _parsed(signature.certificates[:MAX_CERTIFICATES])


@lru_cache(maxsize=256)  # the files of one signer carry one chain
def _parsed(ders: tuple[bytes, ...]) -> tuple[x509.Certificate, ...]:
    found: list[x509.Certificate] = []
    for der in ders:
        certificate = parse_der(der)
        if certificate is not None:
            found.append(certificate)
        elif not found:
            return ()
    return tuple(found)


@lru_cache(maxsize=1024)
def describe(certificate: x509.Certificate) -> Certificate:
    """Return *certificate* as plain data."""
    return Certificate(
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        common_names=_names(certificate, NameOID.COMMON_NAME),
        organizations=_names(certificate, NameOID.ORGANIZATION_NAME),
        serial=f"{certificate.serial_number:x}",
        sha256=sha256(certificate),
        not_before=_iso(certificate.not_valid_before_utc),
        not_after=_iso(certificate.not_valid_after_utc),
        self_issued=certificate.subject == certificate.issuer,
    )


@lru_cache(maxsize=256)
def described(chain: tuple[x509.Certificate, ...]) -> tuple[Certificate, ...]:
    """Return *chain* as plain data; what anybody may have put beside their own path is marked as stray."""
    path = list(chain[:1])
    for _ in chain:
        path += [other for other in chain if other not in path and any(issued(child, other) for child in path)]
    return tuple(
        describe(certificate) if certificate in path else replace(describe(certificate), stray=True)
        for certificate in chain
    )


def signer(
    signature: RawSignature, time: SignedTime, codes: frozenset[str], integrity: Integrity, trust: Trust, now: datetime
) -> Signer:
    """Judge who made *signature*. Establishes nothing about whether what they say is true.

    Args:
        codes: failure codes that the engine gave for this manifest.
        integrity: of the manifest, before its signer is judged.
    """
    chain = certificates(signature)
    algorithm = (
        _COSE.get(signature.algorithm, "") if isinstance(signature.algorithm, int) else str(signature.algorithm or "")
    )
    if not chain:
        return Signer(Level.UNVERIFIED, (), algorithm, problems=("chain.unreadable",))
    at = _moment(time, now)
    leaf = chain[0]
    expired = not leaf.not_valid_before_utc <= at <= leaf.not_valid_after_utc
    judged = judge(chain, trust, at, now, Purpose.CLAIM)
    withdrawn = denied(chain, judged.hits, trust, time)
    since = revoked_at(signature.ocsp, chain) if signature.ocsp else None
    revoked = since is not None and not (time.kind is TimeKind.TRUSTED and at < since)
    level = _level(integrity, judged, broken=expired or bool(withdrawn) or revoked or terms.SIGNER_INVALID in codes)
    product = _product(leaf, judged, trust)
    return Signer(
        level=level,
        chain=described(chain),
        algorithm=algorithm,
        hits=judged.hits,
        expired=expired,
        withdrawn=withdrawn,
        revocation="revoked" if revoked else "unknown" if terms.SIGNER_REVOKED in codes else "not checked",
        problems=judged.problems,
        product=product[0],
        disallowed=product[1],
    )


@lru_cache(maxsize=512)
def judge(chain: tuple[x509.Certificate, ...], trust: Trust, at: datetime, now: datetime, purpose: Purpose) -> Judged:
    """Ask every list of *purpose*, and every pin, whether it knows *chain* at the time *at*."""
    hits: list[TrustHit] = []
    problems: list[str] = []
    for found in trust.lists:
        hits += _list_hits(chain, found, at, now, problems, purpose)
    for pin in trust.pins:
        hits += _pin_hits(chain, pin, at, problems)
    fault = leaf_fault(chain[0], at=at, ekus=(*terms.SIGNING_EKUS, terms.EKU_MICROSOFT))
    if fault and fault != "expired":
        problems.append(f"leaf.{fault}")
    return Judged(tuple(hits), tuple(dict.fromkeys(problems)))


def _list_hits(
    chain: Sequence[x509.Certificate],
    found: TrustList,
    at: datetime,
    now: datetime,
    problems: list[str],
    purpose: Purpose,
) -> Iterator[TrustHit]:
    ekus = (*terms.SIGNING_EKUS, terms.EKU_MICROSOFT) if found.tier is Tier.INTERIM else terms.SIGNING_EKUS
    anchors = anchors_of(found, purpose)
    if not anchors and not (found.allowed and found.purpose is purpose):
        return
    allowed = {sha256(certificate) for certificate in parse_pem(found.allowed)}
    fingerprint = sha256(chain[0])
    if fingerprint in allowed and not leaf_fault(chain[0], at=at, ekus=ekus):
        yield hit_of_list(found, fingerprint, now)  # T4: a single leaf; expiry still counts
        return
    path = find_path(chain[0], chain[1:], anchors, at=at, ekus=ekus)
    if isinstance(path, Path) and not path.dissent:
        yield hit_of_list(found, path.anchor_sha256, now)
    elif objection := _objection(path):
        problems.append(objection)


def _pin_hits(chain: Sequence[x509.Certificate], pin: Pin, at: datetime, problems: list[str]) -> Iterator[TrustHit]:
    path = find_path(chain[0], chain[1:], parse_pem(pin.pem), at=at, ekus=terms.SIGNING_EKUS)
    if isinstance(path, Path) and not path.dissent:
        yield hit_of_pin(pin)
        if pin.signer and pin.signer not in _names(chain[0], NameOID.COMMON_NAME):
            problems.append("pin.other_subject")
    elif objection := _objection(path):
        problems.append(objection)


def _objection(path: Path | Failure) -> str:
    if isinstance(path, Path):
        return f"second_opinion.{path.dissent}"
    return "" if path.reason in {"no_path", "expired"} else f"path.{path.reason}"


def denied(chain: Sequence[x509.Certificate], hits: Sequence[TrustHit], trust: Trust, time: SignedTime) -> str:
    """Return reason and date of the first deny-list entry that hits any certificate of the path, or "".

    The anchor counts, too, which nobody needs to send along.
    """
    if not trust.denied:
        return ""
    anchors = {hit.anchor_sha256 for hit in hits}
    texts = (*(found.pem for found in trust.lists), *(pin.pem for pin in trust.pins))
    path = (*chain, *(one for text in texts for one in parse_pem(text) if sha256(one) in anchors))
    fingerprints = {sha256(certificate) for certificate in path} | anchors
    serials = {(certificate.serial_number, certificate.issuer.rfc4514_string()) for certificate in path}
    for entry in trust.denied:
        named = entry.sha256 in fingerprints if entry.sha256 else (_number(entry.serial), entry.issuer) in serials
        if named and not _outside(entry, time):
            return entry.reason + (f" (since {entry.since[:10]})" if entry.since else "")
    return ""


def _number(serial: str) -> int:
    try:
        return int(serial, 16)
    except ValueError:
        return -1


def _outside(entry: Denial, time: SignedTime) -> bool:
    """Whether a *trusted* stamp puts the signature outside the entry's window; a claimed time never does."""
    if time.kind is not TimeKind.TRUSTED:
        return False
    at = _utc(time.value)
    before = bool(entry.since) and at < _utc(entry.since)
    after = bool(entry.until) and at > _utc(entry.until)
    return before or after


def _level(integrity: Integrity, judged: Judged, *, broken: bool) -> Level:
    if integrity is not Integrity.INTACT or broken or any(p.startswith("leaf.") for p in judged.problems):
        return Level.UNVERIFIED
    return max((hit.level for hit in judged.hits), key=lambda level: level.rank, default=Level.INTACT)


def _product(leaf: x509.Certificate, judged: Judged, trust: Trust) -> tuple[str, tuple[str, ...]]:
    if not any(hit.tier == Tier.C2PA for hit in judged.hits):
        return "", ()
    names = set(_names(leaf, NameOID.COMMON_NAME))
    organizations = set(_names(leaf, NameOID.ORGANIZATION_NAME))
    for product in trust.products:
        if product.common_name in names and product.organization in organizations:
            return product.record, product.disallowed
    return "", ()


def _moment(time: SignedTime, now: datetime) -> datetime:
    return _utc(time.value) if time.kind is TimeKind.TRUSTED else now


def _utc(text: str) -> datetime:
    at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _names(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> tuple[str, ...]:
    return tuple(str(found.value) for found in certificate.subject.get_attributes_for_oid(oid))
