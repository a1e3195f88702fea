"""What cannot be stated together: each check yields where, what is wrong, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from provenance.declaration.kinds import KINDS, AiKind, Generative
from provenance.declaration.parts import Author, Ingredient, NoGenerativeAi, Part, Step
from provenance.declaration.permissions import Permissions
from provenance.declaration.tool import Tool
from provenance.declaration.words import ORIGIN_TYPES, Origin
from provenance.record import dataclass
from provenance.terms import GENERATIVE_SOURCE_TYPES, SourceType

Path = tuple[str | int, ...]
_HUMAN_TYPES = frozenset({SourceType.DIGITAL_CREATION, SourceType.HUMAN_EDITS, SourceType.ALGORITHMICALLY_ENHANCED})


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two statements that cannot both be meant."""

    path: Path
    problem: str
    cure: str = ""


def of_people(authors: Sequence[Author], permissions: Permissions, *, contact: str | None) -> Iterator[Contradiction]:
    """Yield authors named twice, and answers that nobody can act on."""
    names = [author.name for author in authors]
    for index, name in enumerate(names):
        if name in names[:index]:
            yield Contradiction(("authors", index, "name"), "is named twice", "name each author once")
    for where, problem, cure in permissions.contradictions(contact=contact):
        yield Contradiction(("permissions", *where.split(".")), problem, cure)


def of_beginning(
    origin: Origin | None, source_type: SourceType | None, ingredients: Sequence[Ingredient]
) -> Iterator[Contradiction]:
    """Yield what is wrong about how the picture began."""
    if origin is None and source_type is not None:
        yield Contradiction(("origin_source_type",), "is said, but origin is not", "say origin too")
    if origin is not None and source_type not in (None, *ORIGIN_TYPES[origin]):
        names = ", ".join(kind.rsplit("/", 1)[1] for kind in ORIGIN_TYPES[origin])
        problem = f"does not go with the origin {origin.value}"
        yield Contradiction(("origin_source_type",), problem, f"use {names}, or another origin")
    parents = [index for index, one in enumerate(ingredients) if one.relationship is Part.PARENT]
    if parents and origin is not None:
        problem = f"is {origin.value}, but the picture is also said to be made from a parent"
        yield Contradiction(("origin",), problem, "leave one of them out")
    for index in parents[1:]:
        yield Contradiction(
            ("ingredients", index), "is a second parent", "a picture has one; the others are components"
        )


def of_step(step: Step, path: Path) -> Iterator[Contradiction]:
    """Yield what is wrong within one step."""
    if step.action is None and step.ai is None:
        yield Contradiction(path, "says neither an action nor an ai block", "say what was done")
    if step.source_type is SourceType.EMPTY:
        cure = 'say origin = "blank-canvas"'
        yield Contradiction((*path, "source_type"), "is how a picture begins, not what was done", cure)
    if step.ai is None:
        return
    ai, kind = (*path, "ai"), step.ai.kind.value
    generative = step.ai.is_generative
    if generative not in KINDS[step.ai.kind].possible:
        only = next(iter(KINDS[step.ai.kind].possible)).value
        problem = f"is {generative.value}, but {kind} is {_always(only)}"
        yield Contradiction((*ai, "generative"), problem, "choose another kind, or leave generative out")
    if step.ai.prompt is not None and not step.ai.public:
        cure = "set public = true to publish it, or leave the prompt out"
        yield Contradiction((*ai, "prompt"), "would become public", cure)
    if step.ai.prompt_writer is not None and step.ai.prompt is None:
        yield Contradiction((*ai, "prompt_writer"), "is named, but no prompt is published", "leave it out")
    if step.source_type is None or step.ai.kind is AiKind.REFERENCE:
        return
    shown = step.source_type.rsplit("/", 1)[1]
    if generative is Generative.YES and step.source_type not in GENERATIVE_SOURCE_TYPES:
        problem = f"{shown} says no generative AI made this, but the ai block says it did"
        yield Contradiction((*path, "source_type"), problem, "leave source_type out")
    if generative is Generative.NO and step.source_type in GENERATIVE_SOURCE_TYPES:
        problem = f"{shown} says generative AI made this, but the ai block says it did not"
        yield Contradiction((*path, "source_type"), problem, "leave source_type out")
    if generative is Generative.UNKNOWN and step.source_type in GENERATIVE_SOURCE_TYPES | _HUMAN_TYPES:
        problem = f"{shown} says whether generative AI made this, but the ai block says it is unknown"
        yield Contradiction((*path, "source_type"), problem, "leave source_type out, or say generative = yes or no")


def _always(answer: str) -> str:
    return "always generative" if answer == "yes" else "never generative: it makes no picture content"


def of_completeness(
    origin: Origin | None, steps: Sequence[Step], ingredients: Sequence[Ingredient], tools: Sequence[Tool]
) -> Iterator[Contradiction]:
    """Yield why a history that is called complete cannot be."""
    where: Path = ("history_complete",)
    parent = any(one.relationship is Part.PARENT for one in ingredients)
    if origin is None and not parent and not steps:
        yield Contradiction(where, "is true, but nothing is said about how the picture was made", "say origin")
    if origin is Origin.BLANK_CANVAS and not (steps or tools or ingredients):
        problem = "is true, but nothing is said to have been done on the empty canvas"
        yield Contradiction(where, problem, "name a tool or a step")


def of_no_generative_ai(
    scope: NoGenerativeAi, *, inception: SourceType | None, steps: Sequence[Step], ingredients: Sequence[Ingredient]
) -> Iterator[Contradiction]:
    """Yield what speaks against the author's statement that no generative AI was used."""
    where: Path = ("no_generative_ai",)
    either = "leave one of them out"
    if inception in GENERATIVE_SOURCE_TYPES:
        yield Contradiction(where, "is stated, but the origin is generative AI", either)
    for index, step in enumerate(steps):
        if step.ai is not None and step.ai.kind is AiKind.REFERENCE:
            if scope is NoGenerativeAi.PROCESS and step.ai.is_generative is not Generative.NO:
                problem = f"is stated, but steps[{index}] took a reference or idea from generative AI"
                yield Contradiction(where, problem, 'say "final" for the picture alone, or leave one of them out')
        elif step.ai is not None and step.ai.is_generative is Generative.UNKNOWN:
            problem = f"is stated, but steps[{index}] may be generative AI ({step.ai.kind.value})"
            yield Contradiction(where, problem, f"say whether it was generative (=yes or =no) in steps[{index}].ai")
        elif step.c2pa_source_type in GENERATIVE_SOURCE_TYPES:
            yield Contradiction(where, f"is stated, but steps[{index}] is a generative AI step", either)
    for index, one in enumerate(ingredients):
        counts = scope is NoGenerativeAi.PROCESS or one.relationship is not Part.INPUT
        if counts and one.source_type in GENERATIVE_SOURCE_TYPES:
            problem = f"is stated, but ingredients[{index}] is said to be made with generative AI"
            yield Contradiction(where, problem, either)
