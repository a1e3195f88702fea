"""What a report says about EXIF, IPTC and XMP, and whether they agree with the credentials: plain frozen values."""

from __future__ import annotations

from provenance.metadata.agreement import State
from provenance.metadata.model import Carrier, Field, PrivateKind, TraceKind, TraceStrength
from provenance.record import dataclass
from provenance.report.said import Said, Who


@dataclass(frozen=True, slots=True)
class CarrierValue:
    """What one place says, sanitised."""

    carrier: Carrier
    where: str
    texts: tuple[str, ...]
    phrase: str  # the same for people


@dataclass(frozen=True, slots=True)
class AgreementLine:
    """One field: how what is said about it agrees, and every value."""

    field: Field
    name: str  # the field in plain words
    state: State
    sentence: Said
    values: tuple[CarrierValue, ...]  # what the credentials state comes first
    stated_by: Who | None = None  # None: no credentials state it, or they do not hold
    strictest: tuple[Carrier, ...] = ()  # of a permission conflict
    first_screen: bool = False


@dataclass(frozen=True, slots=True)
class PrivateLine:
    """Something private that stands in the file: what and where, never the value."""

    kind: PrivateKind
    name: str
    where: str


@dataclass(frozen=True, slots=True)
class TraceLine:
    """What an AI tool left: found, not signed. Hints and enhancements stand here only; the others are steps too."""

    rule: str
    tool: str
    where: str
    kind: TraceKind
    strength: TraceStrength
    sentence: Said
    models: tuple[str, ...] = ()
    prompt_sha256: str = ""


@dataclass(frozen=True, slots=True)
class CarriedBlock:
    """EXIF, IPTC and XMP as a whole."""

    sentence: Said  # what can be said of them, given the credentials
    wrote: Said | None = None  # which program says that it wrote the file last; its own word
    writer: str = ""
    written: str = ""
    redacted: Said | None = None
    private: tuple[PrivateLine, ...] = ()
    traces: tuple[TraceLine, ...] = ()
    problems: tuple[str, ...] = ()
