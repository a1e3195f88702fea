"""Editions of a report: for a juror, for the entrant; `blind`, which leaves out whatever names anyone."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from provenance.report.blinding import WITHHELD, blind
from provenance.terms import Level
from provenance.verification.model import TrustHit, Verification

__all__ = ["WITHHELD", "Edition", "blind", "for_entrant"]


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
    return replace(hit, name="") if hit.level is Level.KNOWN else hit
