"""What a report says is declared: steps, other statements, signals, profiles, permissions, names."""

from __future__ import annotations

from enum import StrEnum

from provenance.metadata.model import Carrier
from provenance.record import dataclass
from provenance.report.said import Said, Who
from provenance.terms import Strength


class StepKind(StrEnum):
    """What kind of step is declared. `UNKNOWN` is never a no."""

    GENERATED = "generated"
    GENERATIVE_EDIT = "generative_edit"
    POSSIBLY = "possibly"
    ALGORITHMIC = "algorithmic"
    HUMAN = "human"
    CAPTURE = "capture"
    BLANK = "blank_canvas"
    HANDLING = "handling"  # opened, placed, saved, published: says nothing about how it was made
    UNKNOWN = "unknown"

    @property
    def generative(self) -> bool:
        return self in {StepKind.GENERATED, StepKind.GENERATIVE_EDIT}


class Origin(StrEnum):
    """Where in the file a step was found."""

    ACTION = "action"
    INGREDIENT = "ingredient"
    DISCLOSURE = "disclosure"
    HINT = "hint"  # in a signed manifest, but not in the standard's field
    TRACE = "trace"  # ordinary metadata: nobody stated it under a signature


class Part(StrEnum):
    """What a step is about: the picture itself, a part of it, or something that was only an input."""

    WHOLE = "whole"
    PART = "part"
    INPUT = "input"


@dataclass(frozen=True, slots=True)
class Step:
    """One declared step, who states it, and how strong the evidence for it is."""

    id: str
    kind: StepKind
    origin: Origin
    what: str  # what is stated, without who
    sentence: Said  # with who
    who: Who
    strength: Strength
    attributable: bool
    by_presenter: bool  # stated by whoever signed the file as it is now
    expired: bool = False  # not attributable only because the certificate ran out
    part: Part = Part.WHOLE
    manifest: str = ""
    depth: int = 0
    assertion: str = ""
    action: str = ""
    created: bool = False  # the signer's own word
    gathered: bool = False  # taken over from elsewhere; neither, in a claim of version 1, which does not tell
    basis: str = ""
    source_type: str = ""
    source_type_raw: str = ""
    recognised: bool = True
    retired: bool = False
    tool: str = ""
    tool_version: str = ""
    model: str = ""
    model_version: str = ""
    ai_kind: str = ""
    generative: str = ""  # our own parameter: yes, no, unknown, "" not stated
    oversight: str = ""
    prompt: str = ""
    extent: str = ""
    when: str = ""  # the signer's word, never checked
    regions: tuple[str, ...] = ()
    description: str = ""
    reason: str = ""
    caveat: Said | None = None

    @property
    def ai(self) -> str:
        """The mark beside the step: "AI", "AI?" or nothing."""
        if self.kind.generative:
            return "AI"
        return "AI?" if self.kind is StepKind.POSSIBLY else ""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A statement of the author that is not a step."""

    kind: str
    sentence: Said
    who: Who
    attributable: bool
    created: bool
    manifest: str
    contradicted: bool = False  # a declared step says otherwise


@dataclass(frozen=True, slots=True)
class ManifestSignals:
    """The official asset signals of one manifest, by their own names."""

    manifest: str
    signals: tuple[str, ...]


class Answer(StrEnum):
    """Answer to a question that a chain may leave open."""

    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a profile."""

    id: str
    met: Answer
    sentence: Said
    where: tuple[str, ...] = ()  # step ids or manifest labels


@dataclass(frozen=True, slots=True)
class ProfileAnswer:
    """A published profile, answered by its intent over the chain; *literal* is the expression's own answer."""

    id: str
    title: str
    met: Answer
    literal: bool
    sentence: Said
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class PermissionSource:
    """One place where a permission is stated."""

    manifest: str
    assertion: str
    who: Who
    use: str  # as it stands
    counts_as: str
    constraint: str
    attributable: bool
    created: bool
    carrier: Carrier = Carrier.MANIFEST  # XMP: the PLUS flag in the file, which no signer states


@dataclass(frozen=True, slots=True)
class PermissionLine:
    """One entry: what counts, and everything that was said about it."""

    entry: str
    name: str  # the entry in plain words
    effective: str  # "allowed" | "constrained" | "notAllowed" | "not stated"
    sentence: Said
    constraint: str = ""
    conflict: bool = False
    sources: tuple[PermissionSource, ...] = ()
    carrier: str = ""  # where what counts stands: "manifest", "xmp"; "" if nothing is stated


@dataclass(frozen=True, slots=True)
class AuthorLine:
    """Somebody named in the file; being named is not having signed."""

    name: str
    role: str
    url: str
    named_by: Who
    attributable: bool
    manifest: str


@dataclass(frozen=True, slots=True)
class CreditLine:
    """A credit, copyright or other field, as stated."""

    key: str
    text: str
    stated_by: Who
    attributable: bool
    manifest: str
