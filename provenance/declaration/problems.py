"""Turns what pydantic found into our one line: where, what is wrong, what to do."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from enum import Enum
from types import UnionType
from typing import Any, ClassVar, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from provenance.declaration.text import quoted
from provenance.errors import DeclarationError
from provenance.plain import plain
from provenance.spelling import nearest

_WANTED = {  # pydantic's error type -> the shape that was wanted
    "string_type": "text in quotes",
    "enum": "text in quotes",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "tuple_type": "a list",
    "model_type": "a table of fields",
    "model_attributes_type": "a table of fields",
}
_FEW = 8  # fields that a message lists
_QUOTED = re.compile("'([^']*)'")
_BOUND = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than_equal": ("le", "at most"),
}


class Written(BaseModel):
    """Base of everything that people write: frozen, and no field that we do not know."""

    # Built at first use, each model with those inside it: most of a program's are never used, and building takes time.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    noun: ClassVar[str] = "a table"  # how a message calls it


Model = TypeVar("Model", bound=Written)


def accept(model: type[Model], data: Any, *, where: str = "") -> Model:
    """Return *data* as *model*; *where* names the document in front of every message.

    Raises:
        DeclarationError: naming the first fault, a misspelt field before everything else.
    """
    try:
        return model.model_validate(data)
    except ValidationError as exc:
        path, problem, cure = first_fault(exc, model)
    # The cause adds nothing: pydantic's text is ours, longer and with the whole input in it.
    raise DeclarationError(": ".join(filter(None, (where, dotted(path)))) or model.noun, problem, cure) from None


def first_fault(found: ValidationError, model: type[Written]) -> tuple[list[str | int], str, str]:
    """Return where, what and the cure of the first fault, a misspelt field before everything else."""
    faults = found.errors(include_url=False)
    first = next((fault for fault in faults if fault["type"] == "extra_forbidden"), faults[0])
    return _told(first, model)


def every_fault(found: ValidationError, model: type[Written]) -> list[tuple[list[str | int], str, str]]:
    """Return where, what and the cure of each fault."""
    return [_told(fault, model) for fault in found.errors(include_url=False)]


def _told(fault: ErrorDetails, model: type[Written]) -> tuple[list[str | int], str, str]:
    path = [part for part in (*fault["loc"], *fault.get("ctx", {}).get("path", [])) if part != "[key]"]
    return (path, *_problem(fault, model))


def choice(word: str, known: Iterable[str]) -> tuple[str, str]:
    """Return problem and cure for a *word* that is none of *known*."""
    values = list(known)
    if near := nearest(word, values) or nearest(word.rpartition("/")[2], values):
        return f"{quoted(word)} is not known here", f"did you mean {near}"
    return f"{quoted(word)} is not known here", f"use one of: {', '.join(values)}"


def _problem(fault: ErrorDetails, model: type[Written]) -> tuple[str, str]:
    """Return what is wrong, and what to do about it."""
    kind, given, context = fault["type"], fault["input"], fault.get("ctx", {})
    if kind == "provenance":
        return context["problem"], context["cure"]
    if kind == "extra_forbidden":
        *above, name = fault["loc"]
        owner = _annotation(model, above)
        near = nearest(str(name), owner.model_fields)
        few = f"use one of: {', '.join(owner.model_fields)}" if len(owner.model_fields) <= _FEW else ""
        return f"is not a field of {owner.noun}", f"did you mean {near}" if near else few
    if kind == "enum" and isinstance(given, str):
        known: type[Enum] = _annotation(model, fault["loc"])
        return choice(given, [member.value for member in known])
    if kind == "float_type" and type(given) is int:
        return "is too large", ""
    if kind == "literal_error" and not isinstance(given, str):
        return f"must be text in quotes, not {_shape(given)}", ""
    if kind == "literal_error":
        return choice(given, _QUOTED.findall(context["expected"]))
    if kind in _WANTED:
        return f"must be {_WANTED[kind]}, not {_shape(given)}", ""
    if kind in _BOUND:
        key, words = _BOUND[kind]
        return f"is {given:g}, but must be {words} {context[key]:g}", ""
    if kind == "too_long":
        return f"has {context['actual_length']} entries, of at most {context['max_length']}", ""
    if kind == "too_short" and not context["actual_length"]:
        return "is empty", "name at least one"
    if kind == "missing":
        return "is missing", ""
    return fault["msg"][:1].lower() + fault["msg"][1:], ""


def dotted(path: Iterable[str | int]) -> str:
    """Return *path* as people write it: steps[0].tool."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{plain(part, limit=60)}" for part in path)
    return text.removeprefix(".")


def _annotation(model: type[Written], path: Iterable[str | int]) -> Any:
    """Return the model or enum that stands at *path* below *model*."""
    found: Any = model
    for part in path:
        if isinstance(part, str):
            mapped = _mapped(found)  # a key there is the writer's own
            found = mapped if mapped is not None else _named(found).model_fields[part].annotation
    return _named(found)


def _mapped(annotation: Any) -> Any:
    """Return what the values are of the ``dict[str, …]`` that *annotation* is, or may be; None if it is none."""
    if get_origin(annotation) is dict:
        return get_args(annotation)[1]
    if get_origin(annotation) in (Union, UnionType):
        return next((found for one in get_args(annotation) if (found := _mapped(one)) is not None), None)
    return None


def _named(annotation: Any) -> Any:
    """Return the model or enum inside *annotation*, through ``tuple[…]`` and ``… | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel | Enum):
        return annotation
    inner = (_named(argument) for argument in get_args(annotation))
    return next((one for one in inner if one is not None), None)


def _shape(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value) if isinstance(value, float) and not math.isfinite(value) else "a number"
    if isinstance(value, str):
        return "text"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, dict):
        return "a table of fields"
    return "nothing" if value is None else "a date"
