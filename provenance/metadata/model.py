"""What ordinary metadata of one file says: EXIF, IPTC-IIM and XMP, as plain frozen values.

Nobody signed any of it: a signature may cover the bytes, but it states only what stands in the manifest.
Every string is the file's own word, not yet sanitised (`provenance.plain` is for whoever shows it).
"""

from __future__ import annotations

from enum import StrEnum

from provenance.record import dataclass


class Carrier(StrEnum):
    """Where a statement stands."""

    MANIFEST = "manifest"  # cawg.metadata, cawg.training-mining, actions
    XMP = "xmp"
    EXIF = "exif"
    IPTC = "iptc"  # IPTC-IIM, record 2
    TEXT = "text"  # text chunks and comments of the container


class Field(StrEnum):
    """A statement that may stand in several carriers (metadata.md §2.1). `fields.FIELDS` says where each goes."""

    CREATOR = "creator"
    RIGHTS = "rights"
    CREDIT = "credit"
    WEB_STATEMENT = "web_statement"
    USAGE_TERMS = "usage_terms"
    LICENSOR_NAME = "licensor_name"
    LICENSOR_URL = "licensor_url"
    LICENSOR_EMAIL = "licensor_email"
    COPYRIGHT_OWNER = "copyright_owner"
    IMAGE_CREATOR = "image_creator"
    IMAGE_CREATOR_ID = "image_creator_id"
    CONTACT_EMAIL = "contact_email"
    CONTACT_URL = "contact_url"
    CONTRIBUTOR = "contributor"
    TITLE = "title"
    DESCRIPTION = "description"
    SOURCE_TYPE = "source_type"
    DATA_MINING = "data_mining"
    OTHER_CONSTRAINTS = "other_constraints"
    AI_SYSTEM = "ai_system"
    AI_SYSTEM_VERSION = "ai_system_version"
    AI_PROMPT = "ai_prompt"
    AI_PROMPT_WRITER = "ai_prompt_writer"


AI_FIELDS = frozenset({Field.AI_SYSTEM, Field.AI_SYSTEM_VERSION, Field.AI_PROMPT, Field.AI_PROMPT_WRITER})


@dataclass(frozen=True, slots=True)
class Value:
    """What one carrier says in one field. An empty text is no statement and is not kept."""

    field: Field
    carrier: Carrier
    texts: tuple[str, ...]  # in order; several only where the field is a list
    where: str  # for people: "XMP dc:creator", "EXIF Artist", "IPTC By-line"


class TraceStrength(StrEnum):
    """How clear a trace is (metadata.md §5); all are forgeable, and their absence proves nothing."""

    STRUCTURED = "structured"  # data in a form that only this tool writes
    CLEAR = "clear"  # clear, but free text or undocumented
    HINT = "hint"


class TraceKind(StrEnum):
    """What a trace says was done."""

    GENERATION = "generation"
    EDIT = "edit"  # generative editing of an existing picture
    ENHANCEMENT = "enhancement"  # upscaling, denoising: not generation
    UNKNOWN = "unknown"  # a generative tool was at work; what it did is not said


class TraceMode(StrEnum):
    """How a generator was used, where what it left tells."""

    TEXT = "text_to_image"  # from noise; nothing was loaded that is still to be seen
    IMAGE = "image_to_image"  # a loaded picture was repainted
    INPAINTING = "inpainting"  # within a mask
    OUTPAINTING = "outpainting"
    UPSCALING = "upscaling"  # nothing but an upscaler
    UNSAID = "unsaid"


class ModelRole(StrEnum):
    """What a model did in a generator."""

    CHECKPOINT = "checkpoint"  # the model itself
    LORA = "lora"
    CONTROL = "controlnet"
    UPSCALER = "upscaler"


@dataclass(frozen=True, slots=True)
class UsedModel:
    """A model that a trace names: the file's own word, without the folders it lay in."""

    role: ModelRole
    name: str


@dataclass(frozen=True, slots=True)
class Trace:
    """What an AI tool left in ordinary metadata: found, not signed; anybody can write it or take it out."""

    rule: str  # id of the rule in traces.json
    tool: str  # "ComfyUI"; "" where the form belongs to no tool by itself
    where: str  # "PNG text prompt"
    kind: TraceKind
    strength: TraceStrength
    models: tuple[UsedModel, ...] = ()
    prompt_sha256: str = ""  # of the whole text that holds a prompt, in UTF-8; the text itself stays private
    says: str = ""  # a short value that stood there, where that is the trace ("trainedAlgorithmicMedia")
    mode: TraceMode = TraceMode.UNSAID
    version: str = ""  # of the tool, where it says so


class PrivateKind(StrEnum):
    """What may stand in a picture and be nobody's business."""

    LOCATION = "location"
    SERIAL = "serial"
    OWNER = "owner"
    PREVIEW = "preview"
    PROMPT = "prompt"
    MAKER_NOTE = "maker_note"  # undocumented; often holds serial numbers
    HISTORY = "history"  # paths and times of an editor's history


@dataclass(frozen=True, slots=True)
class Private:
    """Something private that was found."""

    kind: PrivateKind
    where: str  # "EXIF GPSInfo", "XMP aux:SerialNumber", "PNG text parameters"


@dataclass(frozen=True, slots=True)
class Metadata:
    """Everything that was read. What could not be read is in `problems`, never silently missing."""

    values: tuple[Value, ...] = ()
    writer: str = ""  # the program that says it wrote the file last, "" if none does
    written: str = ""  # when it says it did, as it stands
    private: tuple[Private, ...] = ()
    traces: tuple[Trace, ...] = ()
    problems: tuple[str, ...] = ()

    def texts(self, field: Field, carrier: Carrier) -> tuple[str, ...]:
        """Return what *carrier* says in *field*; () if nothing."""
        return next((found.texts for found in self.values if (found.field, found.carrier) == (field, carrier)), ())
