"""How long what was found of a file holds: until the first date that might change it, a month at the most.

Without the network, time changes three things: certificates come into force and run out (those of signers and
identities, and the anchors of lists and pins), lists fall due, and a time stamp from the future comes to lie in the
past. Every such date that lies ahead counts, whether it would change this file or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache

from provenance.trust.model import Trust
from provenance.trust.paths import parse_pem
from provenance.verification.model import Certificate, Verification
from provenance.verification.times import SKEW

LONGEST = 30 * 24 * 3600


def until(verification: Verification, trust: Trust, *, now: datetime, fixed: bool) -> int:
    """Return the second since 1970 from which on *verification* must be made anew.

    Args:
        fixed: certificates were judged at a moment that the caller chose, which does not pass.
    """
    moment = now.timestamp()
    dates = [moment + LONGEST, *_of_trust(trust)]
    if not fixed:
        dates += _of_file(verification)
    return int(min(date for date in dates if date >= moment))


@lru_cache(maxsize=4)
def _of_trust(trust: Trust) -> tuple[float, ...]:
    texts = [text for found in trust.lists for text in (found.pem, found.allowed)] + [pin.pem for pin in trust.pins]
    anchors = [one for text in texts for one in parse_pem(text)]
    dates = {date.timestamp() for one in anchors for date in (one.not_valid_before_utc, one.not_valid_after_utc)}
    return (*dates, *(_seconds(found.next_update) for found in trust.lists if found.next_update))


def _of_file(verification: Verification) -> Iterator[float]:
    for manifest in verification.manifests:
        for chain in (manifest.signer.chain, *(found.chain for found in manifest.identities)):
            for certificate in chain:
                yield from _of_certificate(certificate)
        if manifest.time.value:
            yield _seconds(manifest.time.value) - SKEW.total_seconds()
            yield _seconds(manifest.time.value)


@lru_cache(maxsize=256)
def _of_certificate(certificate: Certificate) -> tuple[float, ...]:
    return tuple(_seconds(text) for text in (certificate.not_before, certificate.not_after) if text)


def _seconds(text: str) -> float:
    found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
