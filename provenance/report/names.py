"""How signers are named: the reader's own name first, the certificate's words second and in quotes.

A pinned authority can issue a leaf under any name it likes, and anybody can make a certificate that says
"Midjourney" (people m4, m5). So a name out of a certificate stands alone only where a public list vouches
for it; a pin's name is the reader's; every other name is what somebody *calls itself*.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime

from provenance.plain import MACHINE, plain
from provenance.report.said import ListUse, Who
from provenance.report.wording import Catalogue, Phrase
from provenance.terms import Integrity, Level
from provenance.verification.model import Certificate, Manifest, Signer, TrustHit

_LOOKALIKE_SCRIPTS = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU"})


NAME = 80  # characters of a name in a sentence; the rest is counted


def shown(text: object) -> str:
    """Return *text* sanitised for a machine-readable report."""
    return plain(text, limit=MACHINE)


def name_signer(manifest: Manifest, say: Catalogue) -> Who:
    """Return how the signer of *manifest* is named in every sentence."""
    signer = manifest.signer
    called = certificate_name(signer.leaf)
    short = Phrase(plain(called, limit=NAME))
    who = Who(
        name="",
        level=signer.level,
        certificate_name=shown(called),
        fingerprint=signer.leaf.sha256 if signer.leaf else "",
        mixed_scripts=mixed_scripts(called),
    )
    if not manifest.attributable:
        key = "broken_nameless" if not called else "expired" if manifest.integrity is Integrity.EXPIRED else "broken"
        return replace(who, name=say(f"report.who.{key}", name=called), level=Level.UNVERIFIED)
    if pin := _pin(signer):
        return replace(who, name=plain(pin.name, limit=NAME), own_name=True)
    if signer.level is Level.KNOWN:  # an edition without the reader's own names
        return replace(who, name=say("report.who.known", name=short))
    if signer.level is Level.LISTED and called:
        return replace(who, name=say("report.who.listed", name=short))
    key = "unknown" if called else "unknown_nameless"
    return replace(who, name=say(f"report.who.{key}", name=short))


def _pin(signer: Signer) -> TrustHit | None:
    if signer.level not in {Level.LISTED, Level.KNOWN}:
        return None
    return next((hit for hit in signer.hits if hit.level is Level.KNOWN and hit.name), None)


def certificate_name(leaf: Certificate | None) -> str:
    """Return what a certificate calls its holder: common names, else organisations; several are all shown."""
    if leaf is None:
        return ""
    return " / ".join(leaf.common_names or leaf.organizations)


def common_name(subject: str) -> str:
    """Return the common name of an RFC 4514 name for a sentence; the whole name if it has none."""
    found = re.search(r"(?:^|,)CN=((?:\\.|[^,\\])*)", subject)
    return found[1] if found else subject


def same_signer(one: Signer, other: Signer) -> bool:
    """Whether two manifests were signed by the same one: the same certificate, or the same pin."""
    if one.leaf and other.leaf and _holder(one.leaf) == _holder(other.leaf):
        return True
    pins = {hit.anchor_sha256 for hit in one.hits if hit.level is Level.KNOWN and hit.anchor_sha256}
    return any(hit.anchor_sha256 in pins for hit in other.hits if hit.level is Level.KNOWN)


def _holder(leaf: Certificate) -> str:
    # A blind edition has no fingerprints; there the subject is a name that we gave to one certificate only.
    return leaf.sha256 or leaf.subject


def only_interim(signer: Signer) -> bool:
    """Whether the frozen interim list is all that knows a signer; it stays tellable from the current one."""
    return bool(signer.hits) and all(hit.tier == "interim" for hit in signer.hits)


def mixed_scripts(text: str) -> bool:
    """Whether *text* mixes alphabets whose letters look alike, as in a Latin name with one Cyrillic letter."""
    if text.isascii():
        return False
    found = {unicodedata.name(char, "").split(" ")[0] for char in text if char.isalpha()}
    return len(found & _LOOKALIKE_SCRIPTS) > 1


def list_uses(hits: tuple[TrustHit, ...], now: datetime) -> tuple[ListUse, ...]:
    """Return why a path is known, with the age of every list."""
    return tuple(
        ListUse(
            name=shown(hit.name),
            level=hit.level,
            tier=hit.tier,
            date=shown(hit.date),
            age_days=age_in_days(hit.date, now),
            stale=hit.stale,
            anchor_sha256=hit.anchor_sha256,
        )
        for hit in hits
    )


def age_in_days(date: str, now: datetime) -> int | None:
    """Return how many days ago the ISO *date* was, or None if it is not one."""
    try:
        then = datetime.fromisoformat(date)
    except ValueError:
        return None
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    return max(0, (now - then).days)


def moment(text: str) -> str:
    """Return an ISO 8601 time as a person reads it, in UTC; anything else comes back sanitised."""
    try:
        then = datetime.fromisoformat(text)
    except ValueError:
        return shown(text)
    if len(text) <= len("2026-11-22"):
        return text
    if then.tzinfo is None:
        return f"{then:%Y-%m-%d %H:%M}"
    return f"{then.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def fingerprint(sha256: str) -> str:
    """Return a fingerprint in groups of four, as two people compare it aloud."""
    return " ".join(sha256[start : start + 4] for start in range(0, len(sha256), 4))
