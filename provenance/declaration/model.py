"""What an author states about one picture.

The models are the only gate: the engine signs any nonsense. What is not said is not written; nothing here has
a default that says something about how the picture was made.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import Field, StrictBool, model_validator

from provenance.declaration.contradictions import (
    Contradiction,
    of_beginning,
    of_completeness,
    of_no_generative_ai,
    of_people,
    of_step,
)
from provenance.declaration.dates import Claimed
from provenance.declaration.documents import read_document
from provenance.declaration.parts import Author, Ingredient, Licensor, NoGenerativeAi, SourceWord, Step
from provenance.declaration.permissions import Permissions
from provenance.declaration.problems import Written, accept
from provenance.declaration.text import Contact, FilePath, Line, Name, Paragraph, WebAddress, fault
from provenance.declaration.tool import Tool
from provenance.declaration.words import ORIGIN_TYPES, Origin
from provenance.plain import plain
from provenance.terms import SourceType

MAX_AUTHORS, MAX_STEPS, MAX_INGREDIENTS, MAX_TOOLS, MAX_EVIDENCE = 50, 500, 60, 50, 60


class Declaration(Written):
    """Everything that an author states about one picture."""

    noun: ClassVar[str] = "a declaration"

    title: Line | None = None
    """The work's title; never taken from a file name."""
    description: Paragraph | None = None
    """What the picture shows, as a caption."""
    authors: tuple[Author, ...] = Field(default=(), max_length=MAX_AUTHORS)
    credit: Line | None = None
    copyright: Line | None = None
    copyright_owner: Name | None = None
    """Who holds the copyright, where that is not the author."""
    license_url: WebAddress | None = None
    """Where the terms can be read; image searches mark such a picture as one that can be licensed."""
    usage_terms: Paragraph | None = None
    """The terms themselves, in words."""
    licensor: Licensor | None = None
    """Who grants licences."""
    contact: Contact | None = None
    origin: Origin | None = None
    """How the picture began; left out, nothing is said about it."""
    origin_source_type: SourceWord | None = None
    tools: tuple[Tool, ...] = Field(default=(), max_length=MAX_TOOLS)
    """Programs that were used; a step may name its own."""
    steps: tuple[Step, ...] = Field(default=(), max_length=MAX_STEPS)
    history_complete: StrictBool = False
    """Whether these are all the steps."""
    made: Claimed | None = None
    """When the work was made, as the author claims it: a year, a month or a day."""
    no_generative_ai: NoGenerativeAi | None = None
    """The author's own statement that no generative AI was used: for the final picture, or in the whole process."""
    permissions: Permissions = Permissions()
    ingredients: tuple[Ingredient, ...] = Field(default=(), max_length=MAX_INGREDIENTS)
    evidence: tuple[FilePath, ...] = Field(default=(), max_length=MAX_EVIDENCE)
    """Working files that the picture came from: layered files, raw files, stages, a time-lapse. Their hash and a few
    facts become public, their names do not."""
    despite_traces: Line | None = None
    """Why the file holds traces of an AI tool that this declaration does not name; becomes public."""

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        for found in self._contradictions():
            raise fault(found.problem, found.cure, path=found.path)
        return self

    def _contradictions(self) -> Iterator[Contradiction]:
        yield from of_people(self.authors, self.permissions, contact=self.contact)
        yield from of_beginning(self.origin, self.origin_source_type, self.ingredients)
        for index, step in enumerate(self.steps):
            yield from of_step(step, ("steps", index))
        if self.history_complete:
            yield from of_completeness(self.origin, self.steps, self.ingredients, self.tools)
        if self.no_generative_ai is not None:
            yield from of_no_generative_ai(
                self.no_generative_ai, inception=self.inception_type, steps=self.steps, ingredients=self.ingredients
            )

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return the declaration in the TOML or JSON file *path*.

        Raises:
            DeclarationError: naming the file, the field and the fault.
        """
        return cls.from_dict(read_document(path), where=plain(path.name))

    @classmethod
    def from_dict(cls, data: Any, where: str = "") -> Self:
        """Return *data* as a declaration; *where* stands in front of every message.

        Raises:
            DeclarationError: naming the field and the fault.
        """
        return accept(cls, data, where=where)

    def to_dict(self) -> dict[str, Any]:
        """Return what `from_dict` takes, without what is not said."""
        return self.model_dump(mode="json", exclude_defaults=True)

    @property
    def inception_type(self) -> SourceType | None:
        """The digital source type that the picture began with; None if the origin is not said."""
        if self.origin is None:
            return None
        return self.origin_source_type or ORIGIN_TYPES[self.origin][0]
