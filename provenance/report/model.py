"""What we say about one file: a frozen tree, ready for JSON, text, a web page or a policy.

Every string from the file stands here already sanitised (`provenance.plain`). Every sentence carries the
id it has in the catalogue, so a program can act on the id and a person can read the text.

The axes of `design.md` §4 are kept apart: integrity, signer, time, identity, what is declared, what may be
done, what is covered. None of them says that a statement is true.
"""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from provenance.record import dataclass
from provenance.report.agreed import AgreementLine, CarriedBlock
from provenance.report.declared import (
    AuthorLine,
    CreditLine,
    ManifestSignals,
    PermissionLine,
    ProfileAnswer,
    StatementLine,
    Step,
)
from provenance.report.evidence import EvidenceBlock
from provenance.report.said import Entry, ListUse, Said, Who
from provenance.terms import AiUse, Integrity, Level, TimeKind

SCHEMA_VERSION = "1.0"


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """One certificate of the path, in its own words."""

    subject: str
    issuer: str
    serial: str
    sha256: str
    not_before: str
    not_after: str


@dataclass(frozen=True, slots=True)
class SignerBlock:
    """Who signed, and how this reader knows them."""

    who: Who
    level: Level
    sentence: Said
    names: tuple[str, ...] = ()  # every common name and organisation in the certificate
    issuer: str = ""
    hits: tuple[ListUse, ...] = ()
    expired: bool = False
    withdrawn: str = ""
    revocation: str = "not checked"
    product: str = ""  # record in the conforming products list
    problems: tuple[Said, ...] = ()
    path: tuple[CertificateLine, ...] = ()
    algorithm: str = ""


@dataclass(frozen=True, slots=True)
class TimeBlock:
    """When, labelled by where the time comes from."""

    kind: TimeKind
    sentence: Said
    value: str = ""
    authority: str = ""
    hits: tuple[ListUse, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One account or name that an identity issuer says it checked."""

    kind: str
    name: str
    provider: str
    checked_at: str
    uri: str = ""


@dataclass(frozen=True, slots=True)
class IdentityBlock:
    """An identity assertion; it changes neither integrity nor signer."""

    manifest: str
    assertion: str
    kind: str
    outcome: str
    sentence: Said
    roles: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    issuer: str = ""
    fingerprint: str = ""
    hits: tuple[ListUse, ...] = ()
    accounts: tuple[AccountLine, ...] = ()
    referenced: tuple[str, ...] = ()
    not_referenced: tuple[str, ...] = ()


class LinkState(StrEnum):
    """What became of one link of the chain."""

    INTACT = "intact"
    DAMAGED = "damaged"
    NOT_COVERED = "not_covered"
    EXPIRED = "expired"
    REDACTED = "redacted"
    MISSING = "missing"
    NO_CREDENTIALS = "no_credentials"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True)
class Edge:
    """From a manifest to something that it was made from."""

    assertion: str
    relationship: str
    target: str  # id of a ChainLink


@dataclass(frozen=True, slots=True)
class ChainLink:
    """The file as it is now, or something it was made from."""

    id: str  # manifest label, or "LABEL#ASSERTION" for an ingredient without one
    state: LinkState
    sentence: Said
    depth: int
    who: Who | None = None
    title: str = ""
    relationship: str = ""  # to the link nearest to the file as it is now
    generator: str = ""
    update: bool = False
    complete: bool | None = None  # whether its history is declared complete
    time: TimeBlock | None = None
    made_from: tuple[Edge, ...] = ()
    failures: tuple[Entry, ...] = ()  # status code, explanation
    redacts: tuple[Entry, ...] = ()  # what it removed, reason
    named: str = ""  # label of the manifest that is named and not here


@dataclass(frozen=True, slots=True)
class RangeLine:
    """Bytes of the file, counted from 0."""

    start: int
    length: int
    what: str = ""


@dataclass(frozen=True, slots=True)
class CoverageBlock:
    """Which bytes no hash covers."""

    checked: bool
    sentence: Said
    pixels_exposed: bool = False
    excluded: tuple[RangeLine, ...] = ()
    unsigned: tuple[RangeLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something seen, what may and may not be concluded from it, and what may fairly be asked (people §3.5)."""

    id: str
    sentence: str
    may_conclude: str
    may_not_conclude: str
    fair_next: str
    first_screen: bool = False  # belongs on the first screen


@dataclass(frozen=True, slots=True)
class ListLine:
    """A list that was asked."""

    name: str
    tier: str
    date: str
    next_update: str
    sha256: str
    age_days: int | None
    stale: bool
    sentence: Said


@dataclass(frozen=True, slots=True)
class StopLine:
    """A limit that stopped the check."""

    limit: str
    allowed: int
    found: str
    sentence: Said


@dataclass(frozen=True, slots=True)
class EnvironmentBlock:
    """What checked the file, when, with what."""

    checked_at: str
    versions: tuple[Entry, ...]
    lists: tuple[ListLine, ...]
    stops: tuple[StopLine, ...]
    isolated: bool
    missing_limits: tuple[str, ...]
    engine_below_floor: bool


@dataclass(frozen=True, slots=True)
class SourceBlock:
    """Where the credentials were found."""

    kind: str
    sentence: Said
    sidecar: str = ""
    tried: tuple[str, ...] = ()
    remote_host: str = ""
    disagreement: str = ""


@dataclass(frozen=True, slots=True)
class FileBlock:
    """The file itself. Its SHA-256 finds the same bytes again; it identifies no work and nobody."""

    name: str
    size: int
    media_type: str
    sha256: str
    name_suggests: str = ""


@dataclass(frozen=True, slots=True)
class IntegrityBlock:
    """Whether what was signed is what is here."""

    state: Integrity
    chain_intact: bool
    sentence: Said
    failures: tuple[Entry, ...] = ()  # status code, where or why
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything we say about one file."""

    schema_version: str
    language: str
    file: FileBlock
    headline: Said
    integrity: IntegrityBlock
    level: Level
    signer: SignerBlock | None
    time: TimeBlock
    ai_use: AiUse
    ai_sentence: Said
    ledger: tuple[Step, ...]
    permissions: tuple[PermissionLine, ...]
    coverage: CoverageBlock
    source: SourceBlock
    environment: EnvironmentBlock
    identities: tuple[IdentityBlock, ...] = ()
    statements: tuple[StatementLine, ...] = ()
    signals: tuple[ManifestSignals, ...] = ()
    profiles: tuple[ProfileAnswer, ...] = ()
    chain: tuple[ChainLink, ...] = ()
    authors: tuple[AuthorLine, ...] = ()
    credits: tuple[CreditLine, ...] = ()
    unreachable: int = 0
    unknowns: tuple[Said, ...] = ()
    findings: tuple[Finding, ...] = field(default=())
    agreement: tuple[AgreementLine, ...] = ()  # whether EXIF, IPTC and XMP agree with the credentials, field by field
    carried: CarriedBlock = field(default_factory=lambda: CarriedBlock(Said("", "")))
    notes: tuple[Entry, ...] = ()  # status codes that are neither success nor failure
    evidence: EvidenceBlock = field(default_factory=EvidenceBlock)  # working files, signed and shown

    @property
    def ai_steps(self) -> tuple[Step, ...]:
        """Every step that is, or may be, generative."""
        return tuple(step for step in self.ledger if step.ai)
