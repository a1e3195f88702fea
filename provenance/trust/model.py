"""Whom a reader trusts, and for what: plain values, so that a worker can be handed them.

Each list has one purpose. The engine does not keep purposes apart (F7), so `verification.signers` checks
every path against the lists of its purpose alone.
"""

from __future__ import annotations

from enum import StrEnum

from provenance.record import dataclass
from provenance.trust.pins import Pin


class Purpose(StrEnum):
    """What a trust anchor vouches for."""

    CLAIM = "claim"  # signers of claims
    TIME_STAMP = "time_stamp"  # time-stamp authorities
    IDENTITY = "identity"  # CAWG identities


class Tier(StrEnum):
    """Which kind of list; the frozen interim list is always told apart from the current one."""

    C2PA = "c2pa"
    TSA = "tsa"
    INTERIM = "interim"
    IDENTITY = "identity"
    CUSTOM = "custom"  # anchors that a caller handed in


@dataclass(frozen=True, slots=True)
class TrustList:
    """One list of trust anchors, with what a report says about it."""

    name: str
    tier: Tier
    purpose: Purpose
    pem: str  # the anchors
    date: str = ""  # ISO; when it was issued
    next_update: str = ""
    sha256: str = ""  # of the file it was read from
    allowed: str = ""  # PEM of single leaves that the list names (interim list)
    fetched: str = ""


@dataclass(frozen=True, slots=True)
class Denial:
    """One entry of the deny list (T7). It beats every list, pin and time stamp.

    Exactly one of *sha256* (a certificate anywhere in the chain) and *serial* with *issuer* is set.
    """

    reason: str
    sha256: str = ""
    serial: str = ""  # hex
    issuer: str = ""  # RFC 4514
    since: str = ""  # ISO date; signatures with a trusted time before it stand
    until: str = ""
    noted: str = ""  # ISO date of the entry


@dataclass(frozen=True, slots=True)
class Product:
    """One record of the conforming products list: what a product may not claim."""

    record: str
    common_name: str
    organization: str
    disallowed: tuple[str, ...]  # official signal names


@dataclass(frozen=True, slots=True)
class Trust:
    """Everything a reader trusts."""

    lists: tuple[TrustList, ...] = ()
    pins: tuple[Pin, ...] = ()
    denied: tuple[Denial, ...] = ()
    products: tuple[Product, ...] = ()

    def __hash__(self) -> int:
        """Go by the sums of lists and pins: what is remembered for a reader is asked for with every file."""
        return hash((*(found.sha256 for found in self.lists), *(pin.sha256 for pin in self.pins), len(self.denied)))

    def pem(self, purpose: Purpose) -> str:
        """Return the anchors of every list of *purpose*, joined; pins count as claim signers."""
        parts = [found.pem for found in self.lists if found.purpose is purpose]
        if purpose is Purpose.CLAIM:
            parts += [pin.pem for pin in self.pins]
        return "\n".join(parts)

    def joined(self, other: Trust) -> Trust:
        """Return everything that this reader and *other* trust and deny."""
        return Trust(
            (*self.lists, *other.lists),
            (*self.pins, *other.pins),
            (*self.denied, *other.denied),
            (*self.products, *other.products),
        )

    @property
    def allowed(self) -> str:
        """Return the single leaves that lists name, as PEM."""
        return "\n".join(found.allowed for found in self.lists if found.allowed)


NOBODY = Trust()
