"""What a policy may ask about: every fact by name, its shape, its words, and what kind of knowledge it is.

Three kinds of knowledge decide what an answer may do:

- *found*: we looked. It counts as it is, for and against.
- *stated*: the word of whoever signed. It counts for a file only with the evidence that the policy asks for.
- *made*: how the picture was made. Only a `[[conclusion]]` may judge it; a `[[requirement]]` may ask only whether it is
  declared at all.
"""

from __future__ import annotations

from enum import StrEnum

from provenance.container.model import Kind
from provenance.metadata.model import Field
from provenance.policy import kinds
from provenance.policy.facts import CREDIT_FIELDS, FAMILIES
from provenance.record import dataclass
from provenance.terms import RETIRED_SOURCE_TYPES, AiUse, Integrity, Level, Mining, Role, SourceType, TimeKind, Use


class Shape(StrEnum):
    """What can be asked of a fact."""

    WORD = "word"  # one of a closed list
    WORDS = "words"  # several of a closed list
    TEXT = "text"  # free text, compared without regard to case; * and ? stand for letters
    TEXTS = "texts"
    SIGNER = "signer"  # a name of the reader's own, a fingerprint, or @group of the policy
    FLAG = "flag"
    NUMBER = "number"
    DATE = "date"
    LEVEL = "level"

    @property
    def several(self) -> bool:
        return self in {Shape.WORDS, Shape.TEXTS}


class About(StrEnum):
    """What kind of knowledge a fact is."""

    FOUND = "found"
    STATED = "stated"
    MADE = "made"


@dataclass(frozen=True, slots=True)
class Asked:
    """One fact, as a policy may ask about it."""

    shape: Shape
    about: About
    help: str
    words: tuple[str, ...] = ()


_USES = (AiUse.GENERATED, AiUse.GENERATED_PARTS, AiUse.AI_EDITED, AiUse.POSSIBLY)
SOURCE_TYPES = tuple(
    dict.fromkeys(found.rpartition("/")[2].rpartition(".")[2] for found in (*SourceType, *RETIRED_SOURCE_TYPES))
)
STATEMENTS = ("no_generative_ai:final", "no_generative_ai:process", "made", "history_dropped", "despite_traces")
PROFILES = ("human-illustration", "fully-generative-ai", "real-life-capture", "real-media")
OVERSIGHT = ("fully_autonomous", "prompt_guided", "human_validated")
DECLARED_BESIDE = ("declared", "stale", "older", "signed_since", "unreadable")
TIERS = ("c2pa", "tsa", "interim", "identity", "custom", "pin", "own")  # `trust.model.Tier`, and pins
_PERMISSIONS = tuple(use.value for use in Use)
_FIELDS = tuple(field.value for field in Field)
_CREDIT = tuple(field.value for field in CREDIT_FIELDS)


def _found(shape: Shape, help_: str, *words: str) -> Asked:
    return Asked(shape, About.FOUND, help_, words)


def _stated(shape: Shape, help_: str, *words: str) -> Asked:
    return Asked(shape, About.STATED, help_, words)


def _made(shape: Shape, help_: str, *words: str) -> Asked:
    return Asked(shape, About.MADE, help_, words)


FACTS: dict[str, Asked] = {
    "name": _found(Shape.TEXT, "The file's name, without folders."),
    "size": _found(Shape.NUMBER, "The file's size in bytes."),
    "media_type": _found(Shape.TEXT, "What the file is, by content, as in image/png.", *Kind),
    "name_suggests": _found(Shape.TEXT, "What the name's ending says, where the content is something else.", *Kind),
    "integrity": _found(Shape.WORD, "Whether what was signed is what is here.", *Integrity),
    "chain_intact": _found(Shape.FLAG, "Whether the file, and everything that it was made from, holds."),
    "source": _found(Shape.WORD, "Where the credentials were found.", "embedded", "sidecar", "remote", "none"),
    "sidecar_disagrees": _found(Shape.FLAG, "Whether a sidecar says something else than the file does."),
    "coverage": _found(
        Shape.WORD, "Which bytes the signature covers.", "full", "partial", "pixels_exposed", "unchecked", "none"
    ),
    "redactions": _found(Shape.NUMBER, "How many assertions were taken out of the history."),
    "signer_level": _found(Shape.LEVEL, "How the signer is known: listed, known, intact, unverified."),
    "lowest_level": _found(Shape.LEVEL, "The same of whoever is known least in the whole chain."),
    "signer": _found(Shape.SIGNER, "Who signed: your own name for them, a SHA-256 fingerprint, or @group."),
    "signer_lists": _found(Shape.TEXTS, "Names of the public lists that know the signer."),
    "signer_tiers": _found(Shape.TEXTS, "Kinds of those lists: c2pa, interim; pin and own for your own.", *TIERS),
    "signer_expired": _found(Shape.FLAG, "Whether the certificate had run out."),
    "signer_withdrawn": _found(Shape.FLAG, "Whether the deny list names the signer."),
    "revocation": _found(Shape.WORD, "What is known of a revocation.", "good", "revoked", "unknown", "not checked"),
    "time_kind": _found(Shape.WORD, "Where the time of signing comes from.", *TimeKind),
    "time": _found(Shape.DATE, "When it was signed; only a trusted time stamp counts."),
    "identity_roles": _found(Shape.WORDS, "Roles of identities that a list, or you, know.", *Role),
    "identity_names": _found(Shape.TEXTS, "Names in certificates of such identities."),
    "permission_conflicts": _found(Shape.WORDS, "Permissions that are stated in two ways.", *Mining),
    "carrier_conflicts": _found(Shape.WORDS, "Fields in which EXIF, IPTC or XMP contradict the rest.", *_FIELDS),
    "carrier_missing": _found(Shape.WORDS, "Fields that are signed, and not in EXIF, IPTC or XMP.", *_FIELDS),
    "declared_beside": _found(
        Shape.WORD, "Whether something is declared beside the file; never as good as signed.", *DECLARED_BESIDE
    ),
    "complete": _stated(Shape.FLAG, "Whether everyone who signed says that every step is named."),
    "statements": _stated(Shape.WORDS, "What else is stated about the file as it is now.", *STATEMENTS),
    "made": _stated(Shape.DATE, "When the signer says it was made."),
    "steps": _stated(Shape.NUMBER, "How many steps are declared."),
    "ingredients_total": _stated(Shape.NUMBER, "How many things it was made from."),
    "ingredients_with": _stated(Shape.NUMBER, "How many of them have credentials that hold."),
    "ingredients_without": _stated(Shape.NUMBER, "How many of them have none."),
    "ingredients_broken": _stated(Shape.NUMBER, "How many of them have credentials that do not hold."),
    "ingredients_missing": _stated(Shape.NUMBER, "How many of them are named, but taken out or absent."),
    "evidence_count": _stated(Shape.NUMBER, "How many working files were signed with it."),
    "credit_fields": _stated(Shape.WORDS, "Which credit fields the credentials state.", *_CREDIT),
    "generator": _stated(Shape.TEXT, "The program that wrote the newest manifest."),
    "permission_data_mining": _stated(Shape.WORD, "Data mining.", *_PERMISSIONS),
    "permission_inference": _stated(Shape.WORD, "Use as input of a trained model.", *_PERMISSIONS),
    "permission_generative_training": _stated(Shape.WORD, "Training of generative models.", *_PERMISSIONS),
    "permission_training": _stated(Shape.WORD, "Training of other models.", *_PERMISSIONS),
    "ai_uses": _made(Shape.WORDS, "What AI use is declared for the picture.", *_USES),
    "ai_kinds": _made(Shape.WORDS, "Kinds of AI help that are declared.", *kinds.WORDS),
    "generative_kinds": _made(Shape.WORDS, "Those of the kinds that made picture content.", *kinds.WORDS),
    "possibly_kinds": _made(Shape.WORDS, "Those of the kinds that may have.", *kinds.WORDS),
    "source_types": _made(Shape.WORDS, "Digital source types that are declared.", *SOURCE_TYPES),
    "tools": _made(Shape.TEXTS, "Programs that are named in the steps."),
    "models": _made(Shape.TEXTS, "Models that are named in the steps."),
    "oversight": _made(Shape.WORDS, "How a person watched over the AI steps.", *OVERSIGHT),
    "contradictions": _made(Shape.WORDS, "What is said of AI against itself.", "no_generative_ai", "metadata"),
    "traces": _made(Shape.TEXTS, "AI tools whose traces stand in ordinary metadata; nobody signed them."),
    "profiles": _made(Shape.WORDS, "Published profiles that the declared history meets.", *PROFILES),
}

SPLIT = frozenset(FAMILIES)  # facts that stand apart by how far they can be relied on
LEVELS = tuple(level.value for level in Level)
EVIDENCE = (Level.LISTED, Level.KNOWN, Level.INTACT)
