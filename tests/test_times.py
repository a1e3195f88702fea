"""`provenance.verification.times`: which stamps count."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from provenance.container.model import RawManifest
from provenance.container.prescan import prescan
from provenance.terms import TimeKind
from provenance.trust.model import Denial, Purpose, Tier, Trust, TrustList
from provenance.verification.times import DENIED, parse, signed_time
from tests.hostile.certs import EMAIL, STAMPING, Holder
from tests.hostile.forge import Spec, forge
from tests.hostile.stamps import Stamp, good_stamper, stamper, stamps
from tests.support.pki import midnight

NOW = datetime.now(UTC)
SAID = frozenset({"timeStamp.validated"})


def _trust() -> Trust:
    return Trust((TrustList("Stamps", Tier.TSA, Purpose.TIME_STAMP, stamps().pem),))


def _raw(holder: Holder) -> RawManifest:
    return prescan(io.BytesIO(forge(Spec(stamp=Stamp(holder, midnight(-1)))).data)).manifests[-1]


def _usages(*names: str, critical: bool) -> Holder:
    usage = x509.ExtendedKeyUsage([x509.ObjectIdentifier(name) for name in names])
    return stamper(stamps(), extensions=((usage, critical),))


def test_a_stamp_over_this_signature_counts() -> None:
    """A listed authority's stamp over the signature is trusted, once the engine has verified the stamp itself."""
    raw = _raw(good_stamper())

    found = signed_time(raw.signature, raw.claim_bytes, SAID, _trust(), NOW)

    assert (found.kind, found.problem) == (TimeKind.TRUSTED, "")
    assert signed_time(raw.signature, raw.claim_bytes, frozenset(), _trust(), NOW).kind is TimeKind.UNTRUSTED


def test_a_stamp_over_something_else_never_counts() -> None:
    """A stamp that belongs to another signature is a mismatch, even if all the rest of the world calls it validated."""
    raw, other = _raw(good_stamper()), _raw(good_stamper())
    moved = replace(raw.signature, time_stamps=other.signature.time_stamps)

    found = signed_time(moved, raw.claim_bytes, SAID, _trust(), NOW)

    assert (found.kind, found.problem) == (TimeKind.UNTRUSTED, "timeStamp.mismatch")


USAGES = {
    "not critical": ((STAMPING,), False),
    "another purpose besides": ((STAMPING, EMAIL), True),
    "another purpose": ((EMAIL,), True),
}


@pytest.mark.parametrize(("names", "critical"), USAGES.values(), ids=USAGES.keys())
def test_only_authorities_for_stamps_count(names: tuple[str, ...], critical: bool) -> None:
    """RFC 3161: time stamping is the only purpose of the certificate, and critical."""
    raw = _raw(_usages(*names, critical=critical))

    found = signed_time(raw.signature, raw.claim_bytes, SAID, _trust(), NOW)

    assert (found.kind, found.hits) == (TimeKind.UNTRUSTED, ())


@pytest.mark.parametrize("named", ["leaf", "authority"])
def test_a_denied_authority_stamps_nothing(named: str) -> None:
    """The deny list holds for time-stamp authorities, too: theirs is the power to date back."""
    raw = _raw(good_stamper())
    certificate = good_stamper().leaf if named == "leaf" else stamps().root
    denial = Denial("stolen", sha256=certificate.fingerprint(hashes.SHA256()).hex())
    trust = replace(_trust(), denied=(denial,))

    found = signed_time(raw.signature, raw.claim_bytes, SAID, trust, NOW)

    assert (found.kind, found.problem) == (TimeKind.UNTRUSTED, DENIED)


def test_garbage_is_no_token() -> None:
    """What is cut off, empty or something else is no stamp, and no exception."""
    whole = _raw(good_stamper()).signature.time_stamps[0]

    assert parse(whole) is not None
    for end in range(0, len(whole), 7):
        assert parse(whole[:end]) is None
    assert parse(b"\x30\x03\x02\x01\x01") is None
