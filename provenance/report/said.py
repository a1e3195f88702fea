"""What every part of a report is built from: a sentence with its id, a name, somebody."""

from __future__ import annotations

from provenance.record import dataclass
from provenance.terms import Level


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence of ours: its id in the catalogue, and the words."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A name and what stands beside it, as the file has it."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class ListUse:
    """Why a certificate is known: a list, or the reader's own pin."""

    name: str
    level: Level
    tier: str
    date: str = ""
    age_days: int | None = None
    stale: bool = False
    anchor_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Who:
    """How we name whoever signed a manifest (people §3.6).

    *name* is the reader's own name for them, or the certificate's if a public list vouches for it, or
    "an unknown signer calling itself …". *certificate_name* is the certificate's own word.
    """

    name: str
    level: Level
    certificate_name: str = ""
    fingerprint: str = ""  # SHA-256 of the leaf certificate, hex
    own_name: bool = False  # *name* is the reader's own
    mixed_scripts: bool = False  # letters of several alphabets that look alike (security D5)
