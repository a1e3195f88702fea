"""Facts: what a policy may ask about one file, flat, small and versioned; derived from a report, purely.

Rules (design §4, pipelines §1.2):

- What is declared is kept apart by how far it can be relied on: ``NAME`` is attributable to a known or listed signer,
  ``NAME_unknown_signer`` to somebody with a key, ``NAME_broken`` to nobody (altered, expired, not covered), and
  ``NAME_traces`` stands in ordinary metadata, where anybody can write it, and ``NAME_beside`` in a declaration that
  lies beside the file, not signed, which whoever can write to the folder can write.
- A statement is only as strong as the weakest manifest between it and the file: a stranger who names a listed
  generator's picture as the parent of somebody's drawing has only a stranger's word for it.
- Nothing that is absent is a no: "", None and () mean that nothing says so.
- `unverified` names every fact that rests, in part, on something that nobody known vouches for.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from provenance.container.model import Kind
from provenance.metadata.model import Field
from provenance.record import dataclass
from provenance.terms import AiUse, Integrity, Level, Strength, TimeKind
from provenance.worker import codec

SCHEMA_VERSION = "1"
FAMILIES = (  # facts that stand apart by how far they can be relied on
    "ai_uses", "ai_kinds", "generative_kinds", "possibly_kinds", "source_types", "tools", "models", "oversight",
    "statements", "contradictions",
)  # fmt: skip
SUFFIX = {  # of their names
    Strength.SIGNED_TRUSTED: "",
    Strength.SIGNED_UNKNOWN: "_unknown_signer",
    Strength.SIGNED_BROKEN: "_broken",
    Strength.UNSIGNED: "_traces",
}
CREDIT_FIELDS = (
    Field.CREATOR, Field.RIGHTS, Field.CREDIT, Field.WEB_STATEMENT, Field.USAGE_TERMS, Field.LICENSOR_NAME,
    Field.LICENSOR_URL, Field.COPYRIGHT_OWNER, Field.IMAGE_CREATOR, Field.CONTRIBUTOR, Field.TITLE, Field.DESCRIPTION,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """One file, as far as a policy can ask about it; strings from the file are sanitised."""

    schema_version: str
    name: str
    size: int
    media_type: str
    integrity: Integrity
    sha256: str = ""
    name_suggests: str = ""  # media type by the name's ending, where the content is another
    problem: str = ""  # why it could not be checked
    chain_intact: bool = False  # the file as it is now, and everything it was made from
    source: str = "none"  # embedded, sidecar, remote, none
    sidecar_disagrees: bool = False
    coverage: str = "none"  # full, partial, pixels_exposed, unchecked; none: no credentials
    redactions: int = 0

    signer_level: Level = Level.UNVERIFIED
    lowest_level: Level = Level.UNVERIFIED  # of everyone who signed anything in the chain
    signer: str = ""  # the reader's own name, or the one that a public list vouches for
    signer_called: str = ""  # the certificate's own words
    signer_fingerprint: str = ""
    signer_fingerprints: tuple[str, ...] = ()  # of the whole path, and of the anchors that know it
    signer_lists: tuple[str, ...] = ()  # names of the lists that know the path
    signer_tiers: tuple[str, ...] = ()  # c2pa, interim, pin, own, …
    signer_expired: bool = False
    signer_withdrawn: bool = False
    revocation: str = "not checked"
    time_kind: TimeKind = TimeKind.NONE
    time: str = ""  # ISO 8601
    generator: str = ""  # the program that wrote the newest manifest, its own word

    ai_use: AiUse = AiUse.UNKNOWN  # the report's one word, from strong and weak evidence alike
    ai_uses: tuple[str, ...] = ()
    ai_uses_unknown_signer: tuple[str, ...] = ()
    ai_uses_broken: tuple[str, ...] = ()
    ai_uses_traces: tuple[str, ...] = ()
    ai_uses_beside: tuple[str, ...] = ()
    ai_kinds: tuple[str, ...] = ()
    ai_kinds_unknown_signer: tuple[str, ...] = ()
    ai_kinds_broken: tuple[str, ...] = ()
    ai_kinds_traces: tuple[str, ...] = ()
    ai_kinds_beside: tuple[str, ...] = ()
    generative_kinds: tuple[str, ...] = ()  # of the kinds, those that made picture content
    generative_kinds_unknown_signer: tuple[str, ...] = ()
    generative_kinds_broken: tuple[str, ...] = ()
    generative_kinds_traces: tuple[str, ...] = ()
    generative_kinds_beside: tuple[str, ...] = ()
    possibly_kinds: tuple[str, ...] = ()  # of the kinds, those that may have
    possibly_kinds_unknown_signer: tuple[str, ...] = ()
    possibly_kinds_broken: tuple[str, ...] = ()
    possibly_kinds_traces: tuple[str, ...] = ()
    possibly_kinds_beside: tuple[str, ...] = ()
    source_types: tuple[str, ...] = ()  # last part of the standard's name
    source_types_unknown_signer: tuple[str, ...] = ()
    source_types_broken: tuple[str, ...] = ()
    source_types_traces: tuple[str, ...] = ()
    source_types_beside: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    tools_unknown_signer: tuple[str, ...] = ()
    tools_broken: tuple[str, ...] = ()
    tools_traces: tuple[str, ...] = ()
    tools_beside: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    models_unknown_signer: tuple[str, ...] = ()
    models_broken: tuple[str, ...] = ()
    models_traces: tuple[str, ...] = ()
    models_beside: tuple[str, ...] = ()
    oversight: tuple[str, ...] = ()
    oversight_unknown_signer: tuple[str, ...] = ()
    oversight_broken: tuple[str, ...] = ()
    oversight_traces: tuple[str, ...] = ()
    oversight_beside: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()  # of the file as it is now: no_generative_ai:final, made, …
    statements_unknown_signer: tuple[str, ...] = ()
    statements_broken: tuple[str, ...] = ()
    statements_traces: tuple[str, ...] = ()
    statements_beside: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()  # what is stated of AI against itself
    contradictions_unknown_signer: tuple[str, ...] = ()
    contradictions_broken: tuple[str, ...] = ()
    contradictions_traces: tuple[str, ...] = ()
    complete: bool | None = None  # whether every manifest says that it names every step
    made: str = ""  # the signer's word for when
    steps: int = 0  # declared under a signature
    profiles: tuple[str, ...] = ()  # published profiles that are met
    profiles_not_met: tuple[str, ...] = ()

    permission_data_mining: str = ""  # allowed, constrained, notAllowed; "" not stated
    permission_inference: str = ""
    permission_generative_training: str = ""
    permission_training: str = ""
    permission_conflicts: tuple[str, ...] = ()
    permissions_unsigned: tuple[str, ...] = ()  # those that stand in XMP only

    ingredients_total: int = 0
    ingredients_with: int = 0  # whose own credentials hold
    ingredients_without: int = 0
    ingredients_broken: int = 0
    ingredients_missing: int = 0  # named, but taken out or not here
    evidence_count: int = 0  # working files that were signed
    identity_roles: tuple[str, ...] = ()  # of identities that a list or the reader knows
    identity_names: tuple[str, ...] = ()
    identities_unverified: int = 0
    credit_fields: tuple[str, ...] = ()  # that the credentials state
    credit_fields_unsigned: tuple[str, ...] = ()  # that stand in EXIF, IPTC or XMP only
    carrier_conflicts: tuple[str, ...] = ()  # fields in which EXIF, IPTC or XMP say something else
    carrier_missing: tuple[str, ...] = ()  # fields that the credentials state, and neither of them says
    traces: tuple[str, ...] = ()  # AI tools whose traces stand in ordinary metadata
    declared_beside: str = ""  # state of a declaration beside the file: declared, stale, older, signed_since, …
    declared_beside_by: str = ""  # picture: its own file; folder: a file for many
    unverified: tuple[str, ...] = ()
    path: str = ""  # as the caller named the file; no part of `digest`, as little as `name`


def sound(facts: Facts, least: Level) -> bool:
    """Whether what is stated in a file can be held to signers of at least that level, all along the chain."""
    return facts.integrity is Integrity.INTACT and facts.chain_intact and facts.lowest_level.rank >= least.rank


def no_picture(facts: Facts) -> bool:
    """Whether the name promises a picture and nothing is there: empty, cut off, a Git LFS pointer."""
    nothing = facts.integrity is Integrity.NO_CREDENTIALS and facts.media_type == Kind.OTHER.value
    return nothing and bool(facts.name_suggests)


def to_line(facts: Facts) -> str:
    """Return *facts* as one line of JSON in ASCII, every field in its place."""
    return json.dumps(to_dict(facts), ensure_ascii=True, allow_nan=False)


def to_dict(facts: Facts) -> dict[str, object]:
    """Return *facts* as JSON has it, fields at their default too: a query asks for a field that is there."""
    return {name: _plain(getattr(facts, name)) for name in Facts.__match_args__}


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, str) else value


def digest(facts: Facts) -> str:
    """Return the SHA-256 of *facts* as JSON without name and path: the same wherever the same file lies."""
    return hashlib.sha256(to_line(replace(facts, name="", path="")).encode("ascii")).hexdigest()


def from_dict(data: object) -> Facts:
    """Return what `to_dict` or the codec wrote.

    Raises:
        CodecError: if it is anything else.
    """
    return codec.decode(Facts, data)
