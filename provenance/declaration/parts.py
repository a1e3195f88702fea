"""The pieces of a declaration: an author, a step with its AI block, a region, another picture."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar, Self

from pydantic import BeforeValidator, Field, StrictBool, WithJsonSchema, model_validator

from provenance.declaration.dates import When
from provenance.declaration.kinds import AiKind, Extent, Generative, Oversight, action_of, generative_of, source_type_of
from provenance.declaration.problems import Written
from provenance.declaration.roles import AuthorRole
from provenance.declaration.text import EmailAddress, FilePath, Line, Name, Paragraph, WebAddress, fault
from provenance.declaration.tool import Tool
from provenance.declaration.words import (
    ACTION_WORDS,
    SOURCE_WORDS,
    STEP_ACTIONS,
    PlainWord,
    parse_action,
    parse_source_type,
)
from provenance.terms import EDITORIAL_ACTIONS, Relationship, SourceType

SourceWord = Annotated[
    SourceType,
    BeforeValidator(parse_source_type),
    WithJsonSchema(
        {"anyOf": [{"enum": sorted(SourceType)}, {"enum": sorted(SOURCE_WORDS)}, {"type": "string", "maxLength": 60}]}
    ),
]
ActionWord = Annotated[
    str,
    BeforeValidator(parse_action),
    WithJsonSchema({"enum": sorted(STEP_ACTIONS) + sorted(ACTION_WORDS)}),
]
_USUAL_TYPES = {  # of a human step that says no source type
    "c2pa.drawing": SourceType.DIGITAL_CREATION,
    "c2pa.filtered": SourceType.ALGORITHMICALLY_ENHANCED,
    "c2pa.enhanced": SourceType.ALGORITHMICALLY_ENHANCED,
}


class Basis(PlainWord):
    """How a step came to be stated."""

    ENTERED = "entered"
    RECORDED = "recorded"
    DETECTED = "detected"


class NoGenerativeAi(StrEnum):
    """What "no generative AI" is said about: the final picture, or everything on the way to it."""

    FINAL = "final"
    PROCESS = "process"


class Unit(StrEnum):
    """What a region is measured in."""

    PERCENT = "percent"
    PIXEL = "pixel"


class Part(PlainWord):
    """What another picture is to this one."""

    PARENT = "parent"
    COMPONENT = "component"
    INPUT = "input"

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        standard = {kind.value: cls(kind.value.removesuffix("Of").removesuffix("To")) for kind in Relationship}
        return standard.get(str(value)) or super()._missing_(value)

    @property
    def relationship(self) -> Relationship:
        """The standard's word for it."""
        return {
            Part.PARENT: Relationship.PARENT_OF,
            Part.COMPONENT: Relationship.COMPONENT_OF,
            Part.INPUT: Relationship.INPUT_TO,
        }[self]


class Author(Written):
    """Somebody who made the work, as the signer names them."""

    noun: ClassVar[str] = "an author"

    name: Name
    role: AuthorRole = AuthorRole.CREATOR
    url: WebAddress | None = None
    identifiers: tuple[Line, ...] = Field(default=(), max_length=10)


class Licensor(Written):
    """Who grants licences: what image searches show as "Get this image on" (PLUS Licensor)."""

    noun: ClassVar[str] = "a licensor"

    name: Name | None = None
    url: WebAddress | None = None
    email: EmailAddress | None = None

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not (self.name or self.url or self.email):
            raise fault("names nobody", "give a name, a url or an email, or leave it out")
        return self


class Region(Written):
    """A rectangle of the picture."""

    noun: ClassVar[str] = "a region"

    x: float = Field(strict=True, ge=0, allow_inf_nan=False)
    y: float = Field(strict=True, ge=0, allow_inf_nan=False)
    width: float = Field(strict=True, gt=0, allow_inf_nan=False)
    height: float = Field(strict=True, gt=0, allow_inf_nan=False)
    unit: Unit = Unit.PERCENT
    description: Line | None = None

    @model_validator(mode="after")
    def _inside(self) -> Self:
        if self.unit is Unit.PERCENT and (self.x + self.width > 100 or self.y + self.height > 100):
            raise fault("reaches beyond the picture", 'set unit = "pixel" if these are pixels')
        return self


class Ai(Written):
    """What AI did in a step."""

    noun: ClassVar[str] = "an ai block"

    kind: AiKind
    """What AI was used for."""
    generative: Generative | None = None
    """Whether a model made picture content. Left out: what the kind usually is."""
    model: Tool | None = None
    """The model, with its version."""
    model_url: WebAddress | None = None
    """Where the model is described."""
    oversight: Oversight | None = None
    """How much a person looked after the result."""
    extent: Extent | None = None
    """How much of the picture it made or changed."""
    prompt: Paragraph | None = None
    """What the model was asked; written only if public is true."""
    prompt_writer: Name | None = None
    """Who wrote the prompt; not to be taken for who made the picture. Written only if public is true."""
    public: StrictBool = False
    """Whether the prompt may be published."""

    @property
    def is_generative(self) -> Generative:
        """What is said, or what the kind usually is."""
        return generative_of(self.kind, self.generative)


class Step(Written):
    """One thing that was done."""

    noun: ClassVar[str] = "a step"

    action: ActionWord | None = None
    """A plain word or the standard's name; may be left out where an ai block says what was done."""
    tool: Tool | None = None
    """The program that was used."""
    source_type: SourceWord | None = None
    """The standard's digital source type, or a plain word for it; left out, what the step usually is."""
    when: When | None = None
    """A day; a time of day with its zone only if it may become public."""
    description: Paragraph | None = None
    """What was done, in the author's words."""
    region: Region | None = None
    """Where in the picture."""
    basis: Basis = Basis.ENTERED
    """Whether a person entered this step, a program recorded it, or a program detected it."""
    ai: Ai | None = None
    """What AI did in this step."""

    @property
    def c2pa_action(self) -> str:
        """The action that is written."""
        if self.action is not None:
            return self.action
        return action_of(self.ai.kind, self.ai.is_generative) if self.ai else "c2pa.edited"

    @property
    def c2pa_source_type(self) -> SourceType | None:
        """The digital source type that is written; None where the action needs none."""
        if self.source_type is not None:
            return self.source_type
        if self.ai is not None:
            return source_type_of(self.ai.kind, self.ai.is_generative, self.ai.extent)
        usual = SourceType.HUMAN_EDITS if self.c2pa_action in EDITORIAL_ACTIONS else None
        return _USUAL_TYPES.get(self.c2pa_action, usual)


class Ingredient(Written):
    """Another picture that this one is made from."""

    noun: ClassVar[str] = "an ingredient"

    path: FilePath
    """Where the file is; read, and never written into anything."""
    relationship: Part = Part.COMPONENT
    """What it is to this picture: its parent, a component of it, or an input such as a reference."""
    title: Line | None = None
    """Becomes public. Left out, the picture has no name."""
    source_type: SourceWord | None = None
    """How it was made, if it carries no statement of its own."""
