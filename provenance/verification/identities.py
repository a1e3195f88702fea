"""CAWG identity assertions: who vouches for which statements. An axis of its own; nothing else changes by it.

CAWG Identity 1.3: X.509 signatures and aggregated credentials. Issuers that need a look-up (``did:web``)
are not looked up, and that changes nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from provenance import terms
from provenance.container.cose import decode as decode_cose
from provenance.container.model import RawManifest
from provenance.terms import StatusLevel, TimeKind
from provenance.trust.model import Purpose, Trust
from provenance.verification.model import Identity, SignedTime, Status, VerifiedIdentity
from provenance.verification.signers import certificates, denied, described, judge
from provenance.verification.values import assertion_of, base, items, table, text

X509 = "cawg.x509.cose"
REVOKED = "revoked"  # by its issuer, or on the reader's own deny list (T7)
AGGREGATED = "cawg.identity_claims_aggregation"
# Not a fault of the assertion: it says that we, offline and with these lists, cannot know.
_UNDECIDED = frozenset(
    {
        "cawg.ica.did_unavailable", "cawg.ica.did_unsupported_method", "cawg.identity.network_traffic_blocked",
        "cawg.ica.revocation.unavailable", "cawg.ica.revocation.unsupported",
    }
)  # fmt: skip
_UNTRUSTED = frozenset(
    {
        "cawg.x509.credential.untrusted",
        "cawg.ica.untrusted_issuer",
        "signingCredential.untrusted",
        "cawg.identity.untrusted",
        # A certificate that has run out breaks nothing: nobody vouches for it any more.
        "cawg.x509.signature.outside_validity",
        "signingCredential.expired",
        "claimSignature.outsideValidity",
    }
)
_REVOKED = frozenset({"cawg.identity.credential_revoked", "cawg.ica.credential.revoked", "cawg.x509.ocsp.revoked"})


def about_identity(status: Status) -> bool:
    """Whether *status* speaks about an identity signature, in the codes of CAWG 1.3 or the older, shared ones.

    What it says about the assertion as a part of its manifest (``assertion.hashedURI.mismatch``) is about the manifest.
    """
    if status.code.startswith("cawg."):
        return True
    shared = not status.code.startswith(("assertion.", "hashedURI.", "claim.", terms.OWN))
    return shared and base(assertion_of(status.where)) == terms.CAWG_IDENTITY


def identities(raw: RawManifest, statuses: Sequence[Status], trust: Trust, now: datetime) -> Iterator[Identity]:
    """Read every identity assertion of *raw*."""
    everything = {found.label for found in raw.assertions}
    for found in raw.assertions:
        if base(found.label) != terms.CAWG_IDENTITY:
            continue
        data = table(found.data)
        own = tuple(
            status
            for status in statuses
            if assertion_of(status.where) == found.label or (about_identity(status) and not assertion_of(status.where))
        )
        yield _identity(found.label, data, own, everything, trust, now)


def _identity(
    label: str, data: dict[Any, Any], statuses: tuple[Status, ...], everything: set[str], trust: Trust, now: datetime
) -> Identity:
    payload = table(data.get("signer_payload"))
    kind = text(payload.get("sig_type"))
    referenced = tuple(filter(None, (assertion_of(entry) for entry in items(payload.get("referenced_assertions")))))
    signature = data.get("signature")
    cose = decode_cose(signature) if isinstance(signature, bytes) else None
    chain = certificates(cose) if cose and kind == X509 else ()
    hits = judge(chain, trust, now, now, Purpose.IDENTITY).hits if chain else ()
    withdrawn = bool(chain) and bool(denied(chain, hits, trust, SignedTime(TimeKind.NONE)))
    credential = _credential(cose.payload if cose and kind == AGGREGATED else None)
    return Identity(
        assertion=label,
        kind=kind,
        outcome=REVOKED
        if withdrawn
        else _outcome(statuses, trusted=bool(hits), readable=cose is not None and not cose.error),
        roles=tuple(text(role) for role in items(payload.get("role"))),
        chain=described(chain),
        hits=hits,
        issuer=text(credential.get("issuer")),
        verified=tuple(_verified(credential)),
        referenced=referenced,
        not_referenced=tuple(sorted(everything - set(referenced) - {label})),
        statuses=statuses,
    )


def _outcome(statuses: Sequence[Status], *, trusted: bool, readable: bool) -> str:
    failures = {status.code for status in statuses if status.level is StatusLevel.FAILURE}
    if failures & _REVOKED:
        return REVOKED
    if not readable or failures - _UNTRUSTED - _UNDECIDED:
        return "broken"
    if failures & _UNDECIDED or not statuses:
        return "not_checked"
    return "trusted" if trusted else "well_formed"


def _credential(payload: bytes | None) -> dict[Any, Any]:
    if not payload or len(payload) > 1024 * 1024:
        return {}
    try:
        return table(json.loads(payload))
    except (ValueError, RecursionError):
        return {}


def _verified(credential: dict[Any, Any]) -> Iterator[VerifiedIdentity]:
    for entry in items(table(credential.get("credentialSubject")).get("verifiedIdentities")):
        found = table(entry)
        yield VerifiedIdentity(
            kind=text(found.get("type")),
            name=text(found.get("name")),
            username=text(found.get("username")),
            uri=text(found.get("uri")) or text(found.get("address")),
            provider=text(table(found.get("provider")).get("name")),
            verified_at=text(found.get("verifiedAt")),
        )
