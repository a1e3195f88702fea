"""What verification found: one frozen value per file, plain data all the way down.

It crosses a process boundary and stands in a JSON schema, so every field is a string, a number, a bool,
an enum, a tuple or a dataclass of these. Strings are *raw*: as they stood in the file. Whoever shows one
passes it through `provenance.plain.plain`.

Nothing here says that a statement is true, or that the absence of one means anything.
"""

from __future__ import annotations

from dataclasses import field

from provenance.metadata.model import Metadata, Value
from provenance.record import dataclass
from provenance.terms import Integrity, Level, Relationship, StatusLevel, TimeKind


@dataclass(frozen=True, slots=True)
class Status:
    """One status code, the specification's (C2PA 2.5 Annex D) or our own (``terms.OWN``)."""

    code: str
    level: StatusLevel
    where: str = ""  # JUMBF URI or manifest label
    explanation: str = ""
    by: str = "engine"  # "engine" | "recorded" (in an ingredient assertion) | "ours"


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate of a signer's chain; everything in it is the signer's own word unless trusted."""

    subject: str  # RFC 4514
    issuer: str
    common_names: tuple[str, ...]
    organizations: tuple[str, ...]
    serial: str  # hex
    sha256: str  # hex, of the DER
    not_before: str  # ISO 8601 UTC
    not_after: str
    self_issued: bool = False
    stray: bool = False  # sent along, but no signature leads to it from the leaf: it says nothing about the signer


@dataclass(frozen=True, slots=True)
class TrustHit:
    """Why a certificate path is known to this reader."""

    level: Level  # LISTED or KNOWN
    name: str  # the list's name, or the reader's own name for a pin
    tier: str  # "c2pa" | "tsa" | "interim" | "identity" | "pin" | "own"
    date: str = ""  # issue date of the list, or date of the pin
    next_update: str = ""
    anchor_sha256: str = ""
    stale: bool = False  # the list is past its date


@dataclass(frozen=True, slots=True)
class Signer:
    """Who holds the credential that signed a manifest, as far as this reader can tell."""

    level: Level
    chain: tuple[Certificate, ...]  # leaf first; may be empty if unreadable
    algorithm: str = ""
    hits: tuple[TrustHit, ...] = ()  # every list and pin that knows this path; () for an unknown signer
    expired: bool = False  # today, or at the trusted stamped time
    withdrawn: str = ""  # reason and date from the deny list, "" if none
    revocation: str = "not checked"  # "not checked" | "good" | "revoked" | "unknown"; never the engine's words
    problems: tuple[str, ...] = ()  # our own objections: "second_opinion.name_constraints", "pin.other_subject", …
    product: str = ""  # record of the conforming products list that this listed signer matches
    disallowed: tuple[str, ...] = ()  # official signals that the record forbids

    @property
    def leaf(self) -> Certificate | None:
        return self.chain[0] if self.chain else None


@dataclass(frozen=True, slots=True)
class SignedTime:
    """When a manifest was signed, and how that is known."""

    kind: TimeKind
    value: str = ""  # ISO 8601
    authority: str = ""  # subject of the time-stamp authority's certificate
    hits: tuple[TrustHit, ...] = ()
    problem: str = ""  # e.g. "timeStamp.mismatch"


@dataclass(frozen=True, slots=True)
class Region:
    """Which part of the picture an action touched."""

    kind: str  # "spatial" | "temporal" | "textual" | "identified" | "frame" | other
    text: str  # short description: "x 10, y 20, 300 × 200 px", or the raw JSON


@dataclass(frozen=True, slots=True)
class Ai:
    """Our own structured `ai` parameters, or an AI disclosure that an action or ingredient refers to."""

    kind: str = ""  # the declaration's kinds; "" if not stated
    generative: str = ""  # "yes" | "no" | "unknown" | ""
    model: str = ""
    model_version: str = ""
    model_type: str = ""
    oversight: str = ""
    extent: str = ""
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """One action, its templates merged in."""

    name: str
    assertion: str  # label as it stands in the file, e.g. "c2pa.actions", "c2pa.actions.v2__1"
    index: int
    created: bool  # in created_assertions (the signer's own word); False: gathered, or a v1 claim
    source_type: str = ""  # canonical spelling (terms.source_type); "" not stated
    source_type_raw: str = ""
    tool: str = ""
    tool_version: str = ""
    when: str = ""
    description: str = ""
    reason: str = ""
    regions: tuple[Region, ...] = ()
    ingredients: tuple[str, ...] = ()  # assertion labels of the ingredients it refers to
    basis: str = ""  # "entered" | "recorded" | "detected"
    ai: Ai | None = None
    parameters: tuple[tuple[str, str], ...] = ()  # other parameters, values as short JSON text
    templated: bool = False  # the source type comes from a template; the official signals do not see it


@dataclass(frozen=True, slots=True)
class Permission:
    """One entry of a training-mining assertion."""

    entry: str  # e.g. "cawg.ai_training" (legacy keys are kept as they are)
    use: str  # "allowed" | "notAllowed" | "constrained" | anything else that stood there
    constraint: str = ""
    assertion: str = ""
    created: bool = False


@dataclass(frozen=True, slots=True)
class Ingredient:
    """An ingredient assertion of one manifest."""

    assertion: str
    relationship: str  # Relationship values; anything else is kept as it stood
    manifest: str = ""  # label of its manifest in this store, "" if it has none
    manifest_present: bool = False
    title: str = ""
    media_type: str = ""
    source_type: str = ""
    redacted: bool = False
    recorded: tuple[Status, ...] = ()  # as the next signer wrote them
    deltas: tuple[Status, ...] = ()  # what differs today
    metadata: tuple[tuple[str, str], ...] = ()
    ai: Ai | None = None  # c2pa.ai-disclosure.ingredient

    @property
    def is_parent(self) -> bool:
        return self.relationship == Relationship.PARENT_OF


@dataclass(frozen=True, slots=True)
class VerifiedIdentity:
    """One ``verifiedIdentities`` entry of an identity claims aggregation (CAWG Identity 1.3 §8.2)."""

    kind: str
    name: str = ""
    username: str = ""
    uri: str = ""
    provider: str = ""
    verified_at: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """A ``cawg.identity`` assertion: an axis of its own; it never changes integrity or signer."""

    assertion: str
    kind: str  # "cawg.x509.cose" | "cawg.identity_claims_aggregation" | other
    outcome: str  # "trusted" | "well_formed" | "revoked" | "broken" | "not_checked"
    roles: tuple[str, ...] = ()
    chain: tuple[Certificate, ...] = ()
    hits: tuple[TrustHit, ...] = ()
    issuer: str = ""  # of an aggregated credential (a DID)
    verified: tuple[VerifiedIdentity, ...] = ()
    referenced: tuple[str, ...] = ()  # assertion labels it vouches for
    not_referenced: tuple[str, ...] = ()  # other assertions of the same claim
    statuses: tuple[Status, ...] = ()


@dataclass(frozen=True, slots=True)
class Author:
    """A person or organisation named in ``cawg.metadata``, schema.org or IPTC assertions: named, not proven."""

    name: str
    assertion: str
    url: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One of our own statements of the author, e.g. "no generative AI in the final picture"."""

    kind: str
    value: str
    assertion: str
    created: bool


@dataclass(frozen=True, slots=True)
class Assertion:
    """An assertion as it stands in the file."""

    label: str
    created: bool
    kind: str  # "cbor" | "json" | "file" | "uuid" | "unknown" | "redacted" | "missing"
    size: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """One manifest reachable from the active one (or the active one itself)."""

    label: str
    integrity: Integrity  # of this manifest and, for an ancestor, of the asset it was made for (the next signer's word)
    signer: Signer
    time: SignedTime
    generator: str = ""  # claim generator: name
    generator_version: str = ""
    claim_version: int = 2
    title: str = ""
    media_type: str = ""
    instance_id: str = ""
    update: bool = False
    all_actions_included: bool | None = None  # None: not stated
    actions: tuple[Action, ...] = ()
    ingredients: tuple[Ingredient, ...] = ()
    permissions: tuple[Permission, ...] = ()
    identities: tuple[Identity, ...] = ()
    authors: tuple[Author, ...] = ()
    statements: tuple[Statement, ...] = ()
    credits: tuple[tuple[str, str], ...] = ()  # cawg.metadata and c2pa.metadata, flattened: key, text
    stated: tuple[Value, ...] = ()  # of the fields that EXIF, IPTC and XMP have too, permissions among them
    assertions: tuple[Assertion, ...] = ()
    disclosures: tuple[Ai, ...] = ()  # c2pa.ai-disclosure assertions about the asset itself
    hints: tuple[tuple[str, str], ...] = ()  # legacy signs of AI outside the standard field: (assertion, text)
    redacts: tuple[str, ...] = ()  # URIs that this manifest redacted
    redaction_reasons: tuple[tuple[str, str], ...] = ()  # (URI, reason)
    statuses: tuple[Status, ...] = ()  # failures and notes; a success is never evidence (V1) and not kept
    depth: int = 0  # 0: the active manifest

    @property
    def attributable(self) -> bool:
        """Whether what it says can be attributed to its signer at all."""
        return self.integrity is Integrity.INTACT


@dataclass(frozen=True, slots=True)
class Range:
    """Bytes of a file, counted from 0."""

    start: int
    length: int
    what: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which bytes the active manifest's hash does not cover, beyond the manifest itself."""

    checked: bool = False  # False: coverage could not be determined
    excluded: tuple[Range, ...] = ()  # hard-binding exclusions that are not exactly the manifest
    pixels_exposed: bool = False  # picture data may change without notice
    unsigned: tuple[
        Range, ...
    ] = ()  # extra data outside the hash that is not picture data (non-zero padding, free boxes)


@dataclass(frozen=True, slots=True)
class ListInUse:
    """A trust list that was asked, for the report."""

    name: str
    tier: str
    date: str
    next_update: str = ""
    sha256: str = ""
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Stop:
    """A limit that stopped us, named with its value (security P1–P8, S1)."""

    limit: str
    allowed: int
    found: str = ""


@dataclass(frozen=True, slots=True)
class Environment:
    """What checked the file, and under which conditions."""

    versions: tuple[tuple[str, str], ...] = ()  # provenance, c2pa-python, c2pa-rs, cryptography, python
    engine_below_floor: bool = False
    isolated: bool = False  # parsed in a child process with limits
    missing_limits: tuple[str, ...] = ()  # limits this platform lacks
    checked_at: str = ""  # ISO 8601 UTC
    lists: tuple[ListInUse, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Where the manifest store of a file came from."""

    kind: str  # "embedded" | "sidecar" | "remote" | "none"
    sidecar: str = ""  # file name only
    tried: tuple[str, ...] = ()  # sidecar names that were looked for
    remote_url: str = ""
    disagreement: str = ""  # embedded and sidecar both present and different
    store: str = ""  # name of the store of sidecars that was looked into, by the file's bytes
    others: tuple[str, ...] = ()  # older manifests for the same bytes in that store


@dataclass(frozen=True, slots=True)
class Verification:
    """Everything found about one file. `integrity` and `level` are computed from failures, never from successes."""

    name: str  # file name without folders
    size: int
    media_type: str
    sha256: str = ""  # of the file; not an identity
    integrity: Integrity = Integrity.NOT_CHECKED
    level: Level = Level.UNVERIFIED
    chain_intact: bool = False  # the active manifest and every reachable ancestor
    active: str = ""
    manifests: tuple[Manifest, ...] = ()  # active first, then by depth; only reachable ones
    unreachable: int = 0  # manifests in the store that nothing refers to
    source: Source = field(default_factory=lambda: Source("none"))
    coverage: Coverage = field(default_factory=Coverage)
    stops: tuple[Stop, ...] = ()
    statuses: tuple[Status, ...] = ()  # about the file as a whole
    carried: Metadata = field(default_factory=Metadata)  # what EXIF, IPTC and XMP of the file say; nobody signed it
    name_suggests: str = ""  # media type that the file name suggests, when content says otherwise
    environment: Environment = field(default_factory=Environment)
    problem: str = ""  # one line, when integrity is NOT_CHECKED

    @property
    def active_manifest(self) -> Manifest | None:
        return self.manifests[0] if self.manifests else None
