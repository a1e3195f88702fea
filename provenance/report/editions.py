"""Editions of a report: for a juror, for the entrant; `blind`, which leaves out whatever names anyone."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from enum import StrEnum
from typing import Any

from provenance.report.blinding import WITHHELD, blind
from provenance.report.wording import Catalogue
from provenance.terms import Level
from provenance.verification.model import TrustHit, Verification

__all__ = ["WITHHELD", "Edition", "blind", "for_entrant", "in_words"]

_OURS = re.compile(rf"(CN=|https://)?(?:{WITHHELD}( \d+)?|Signer ([A-Z]+))")


class Edition(StrEnum):
    """For whom a case file is made."""

    JUROR = "juror"
    ENTRANT = "entrant"  # without the reader's own names for people, and without room for notes


def for_entrant(found: Verification) -> Verification:
    """Return *found* with the reader's own names for people taken out: how a jury calls somebody is its own affair.

    So is why it denied a certificate; that it did is kept.
    """
    return replace(
        found,
        manifests=tuple(
            replace(
                manifest,
                signer=replace(
                    manifest.signer,
                    hits=tuple(map(_unnamed, manifest.signer.hits)),
                    withdrawn=WITHHELD if manifest.signer.withdrawn else "",
                ),
                identities=tuple(
                    replace(identity, hits=tuple(map(_unnamed, identity.hits))) for identity in manifest.identities
                ),
            )
            for manifest in found.manifests
        ),
    )


def _unnamed(hit: TrustHit) -> TrustHit:
    # The reader's own identity is one whom they know; that it is their own is nobody else's affair.
    return replace(hit, name="", tier="pin") if hit.level is Level.KNOWN else hit


def in_words(found: Verification, say: Catalogue) -> Verification:
    """Return an edition with our words in place of names, "withheld" and "Signer A", in the language of *say*."""
    said: Verification = _worded(found, say)
    return said


def _worded(value: Any, say: Catalogue) -> Any:
    if isinstance(value, str):
        ours = _OURS.fullmatch(value)
        if not ours:
            return value
        word = say("casefile.blind.signer", letter=ours[3]) if ours[3] else say("casefile.blind.withheld")
        return (ours[1] or "") + word + (ours[2] or "")
    if isinstance(value, tuple):
        return tuple(_worded(item, say) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _worded(getattr(value, field.name), say) for field in fields(value)})
    return value
