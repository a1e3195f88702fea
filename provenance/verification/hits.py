"""Why a path is known, as the value that a report shows."""

from __future__ import annotations

from datetime import UTC, datetime

from provenance.terms import Level
from provenance.trust.model import TrustList
from provenance.trust.pins import Pin
from provenance.verification.model import ListInUse, TrustHit


def hit_of_list(found: TrustList, anchor_sha256: str, now: datetime) -> TrustHit:
    return TrustHit(
        level=Level.LISTED,
        name=found.name,
        tier=found.tier.value,
        date=found.date,
        next_update=found.next_update,
        anchor_sha256=anchor_sha256,
        stale=stale(found, now),
    )


def hit_of_pin(pin: Pin) -> TrustHit:
    return TrustHit(Level.KNOWN, pin.name, "own" if pin.own else "pin", date=pin.added, anchor_sha256=pin.sha256)


def in_use(found: TrustList, now: datetime) -> ListInUse:
    return ListInUse(found.name, found.tier.value, found.date, found.next_update, found.sha256, stale(found, now))


def stale(found: TrustList, now: datetime) -> bool:
    """Whether *found* is past its own date."""
    if not found.next_update:
        return False
    due = datetime.fromisoformat(found.next_update.replace("Z", "+00:00"))
    return now > (due if due.tzinfo else due.replace(tzinfo=UTC))
