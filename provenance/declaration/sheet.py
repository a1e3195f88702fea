"""A declaration as one row of a spreadsheet, and back.

Rules:

- An empty cell says nothing. Several things in one cell are separated by ``|``.
- ``authors``: ``Name`` or ``Name (editor)``. ``tools``: ``Krita 5.2.6``. ``ai``: what ``--ai`` takes. The four
  permissions: ``yes``, ``no``, ``ask``, or ``ask: what to do``; ``data_mining`` also ``search``.
- What no column can hold stands in ``more``, as JSON with the names of the declaration: to write a row and to read
  it again gives the same declaration, always.
- Every wrong cell is told, not only the first one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from provenance.declaration.beside import OUTSIDE, outside
from provenance.declaration.flags import parse_ai
from provenance.declaration.model import Declaration
from provenance.declaration.parts import Step
from provenance.declaration.permissions import ENTRIES
from provenance.declaration.problems import dotted, every_fault
from provenance.declaration.roles import AuthorRole
from provenance.declaration.text import quoted
from provenance.declaration.tool import Tool
from provenance.errors import DeclarationError
from provenance.record import dataclass

FILE, STATE, SUM, MORE = "file", "state", "picture_sha256", "more"
_TEXTS = (
    "title", "description", "origin", "origin_source_type", "no_generative_ai", "made", "credit", "copyright",
    "copyright_owner", "license_url", "usage_terms", "contact", "despite_traces",
)  # fmt: skip
_PERMISSIONS = tuple(ENTRIES)
COLUMNS = (
    FILE, STATE, "title", "authors", "origin", "origin_source_type", "tools", "ai", "no_generative_ai", "complete",
    "made", *_PERMISSIONS, "credit", "copyright", "copyright_owner", "license_url", "usage_terms", "contact",
    "description", "parent", "components", "evidence", "despite_traces", SUM, MORE,
)  # fmt: skip
_ROLE = re.compile(r"(?P<name>.*\S)\s*\((?P<role>\w+)\)", re.DOTALL)
_COLUMN_OF = {"steps": "ai", "history_complete": "complete"}
_YES, _NO = frozenset({"yes", "true", "x"}), frozenset({"no", "false"})
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Wrong:
    """One cell that cannot be accepted."""

    column: str  # "": the row as a whole
    problem: str
    cure: str = ""


# --- one row -> a declaration --------------------------------------------------------------------------------------


def from_row(cells: Mapping[str, str]) -> tuple[Declaration | None, list[Wrong]]:
    """Return what a row says, or everything that is wrong with it. Columns about the file itself are not read."""
    wrong: list[Wrong] = []
    data: dict[str, Any] = {}
    for column, text in cells.items():
        if column in (FILE, STATE, SUM) or not text.strip():
            continue
        try:
            for field, value in _READERS[column](text.strip()).items():
                _add(data, field, value)
        except DeclarationError as exc:
            wrong.append(Wrong(column, exc.problem, exc.cure))
    try:
        declaration = Declaration.model_validate(data)
        reaching = {str(where[0]) for where in outside(declaration.to_dict())}
        return declaration, [*wrong, *(Wrong(_named(field, data), *OUTSIDE) for field in sorted(reaching))]
    except ValidationError as exc:
        for (path, problem, cure), fault in zip(every_fault(exc, Declaration), exc.errors(), strict=True):
            if wrong and not fault["loc"]:
                continue  # what does not hold together may do so once the cells are right
            wrong.append(_placed(path, problem, cure, data))
    return None, wrong


def _add(data: dict[str, Any], field: str, value: Any) -> None:
    known = data.get(field)
    if isinstance(known, dict) and isinstance(value, dict):
        for name, one in value.items():
            _add(known, name, one)
    elif field == "ingredients" and isinstance(known, list) and isinstance(value, list):
        known += value
    elif field in data:
        raise DeclarationError(MORE, f"says {quoted(field)}, which another column says too", "say it once")
    else:
        data[field] = value


def _placed(path: list[str | int], problem: str, cure: str, data: Mapping[str, Any]) -> Wrong:
    field = str(path[0]) if path else ""
    rest = path[1:] if field != "permissions" else []
    column = _named(field, data)
    if field == "permissions":
        column = str(path[-1]) if path[-1] in COLUMNS else MORE
    place = [one + 1 if isinstance(one, int) else one for one in rest]  # people count from 1
    if place and column != MORE:
        what = f"number {place[0]}" if isinstance(place[0], int) else dotted(place)
        return Wrong(column, f"{what}: {problem}", cure)
    return Wrong(column, problem if column != MORE or not path else f"{dotted(path)}: {problem}", cure)


def _named(field: str, data: Mapping[str, Any]) -> str:
    if field == "ingredients":
        whole = data.get(field, [])
        return "parent" if len(whole) == 1 and "relationship" in whole[0] else "components"
    column = _COLUMN_OF.get(field, field)
    return column if column in COLUMNS or not column else MORE


def _several(text: str) -> list[str]:
    return [part for part in map(str.strip, text.split("|")) if part]


def _author(text: str) -> dict[str, Any]:
    found = _ROLE.fullmatch(text)
    if found is None:
        return {"name": text}
    try:
        role = AuthorRole(found["role"].casefold())
    except ValueError:
        return {"name": text}
    return {"name": found["name"]} | ({"role": role.value} if role is not AuthorRole.CREATOR else {})


def _tool(text: str) -> dict[str, Any]:
    try:
        return Tool.model_validate(text).model_dump(mode="json", exclude_defaults=True)
    except ValidationError as exc:
        _, problem, cure = every_fault(exc, Tool)[0]
        raise DeclarationError("tools", problem, cure) from None


def _ai(text: str) -> dict[str, Any]:
    return parse_ai(text)


def _complete(text: str) -> dict[str, Any]:
    if text.casefold() in _YES:
        return {"history_complete": True}
    if text.casefold() in _NO:
        return {}
    raise DeclarationError("complete", f"{quoted(text)} is no answer", "write yes, or leave it empty")


def _permission(entry: str) -> Callable[[str], dict[str, Any]]:
    def read(text: str) -> dict[str, Any]:
        answer, colon, more = (part.strip() for part in text.partition(":"))
        found: dict[str, Any] = {entry: answer.casefold()}
        if more:
            found["constraints"] = {entry: more}
        elif colon:
            raise DeclarationError(entry, f"{quoted(text)} ends with a colon", "write what to do after it")
        return {"permissions": found}

    return read


def _text(field: str) -> Callable[[str], dict[str, Any]]:
    return lambda text: {field: text}


def _pictures(relationship: str) -> Callable[[str], dict[str, Any]]:
    more = {"relationship": relationship} if relationship != "component" else {}

    def read(text: str) -> dict[str, Any]:
        found = _several(text)
        if relationship == "parent" and len(found) > 1:
            raise DeclarationError("parent", "names more than one picture", "a picture has one parent; use components")
        return {"ingredients": [{"path": path} | more for path in found]}

    return read


def _more(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or _too_deep(found):
        raise DeclarationError(MORE, "is not a table in JSON", "leave it as it was exported, or empty")
    return found


def _too_deep(value: Any, depth: int = 0) -> bool:
    if depth > _DEEPEST:
        return True
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_too_deep(one, depth + 1) for one in inner)


_READERS: dict[str, Callable[[str], dict[str, Any]]] = {
    **{field: _text(field) for field in _TEXTS},
    **{entry: _permission(entry) for entry in _PERMISSIONS},
    "authors": lambda text: {"authors": [_author(one) for one in _several(text)]},
    "tools": lambda text: {"tools": [_tool(one) for one in _several(text)]},
    "ai": lambda text: {"steps": [_ai(one) for one in _several(text)]},
    "complete": _complete,
    "parent": _pictures("parent"),
    "components": _pictures("component"),
    "evidence": lambda text: {"evidence": _several(text)},
    MORE: _more,
}


# --- a declaration -> one row --------------------------------------------------------------------------------------


def to_row(declaration: Declaration) -> dict[str, str]:
    """Return the cells that say *declaration*; `from_row` gives it back."""
    data = declaration.to_dict()
    cells: dict[str, str] = {}
    more: dict[str, Any] = {}
    for field, value in data.items():
        written = dict(_cells(field, value))
        if written and _reads_as(written, field, value):
            cells |= written
        else:
            more[field] = value
    if more:
        cells[MORE] = json.dumps(more, ensure_ascii=False)
    return cells


def _reads_as(cells: Mapping[str, str], field: str, value: Any) -> bool:
    found: dict[str, Any] = {}
    try:
        for column in sorted(cells, key=COLUMNS.index):
            for name, one in _READERS[column](cells[column]).items():
                _add(found, name, one)
    except DeclarationError:
        return False
    if field == "steps":
        try:
            found["steps"] = [
                Step.model_validate(one).model_dump(mode="json", exclude_defaults=True) for one in found["steps"]
            ]
        except ValidationError:
            return False
    return found == {field: value} and all(text == text.strip() for text in cells.values())


def _cells(field: str, value: Any) -> Iterator[tuple[str, str]]:
    match field:
        case "authors":
            yield "authors", " | ".join(_author_text(one) for one in value)
        case "tools":
            yield "tools", " | ".join(_tool_text(one) for one in value)
        case "steps":
            yield "ai", " | ".join(_ai_text(one) for one in value)
        case "history_complete":
            yield "complete", "yes"
        case "evidence":
            yield "evidence", " | ".join(value)
        case "ingredients":
            for column, relationship in (("parent", "parent"), ("components", None)):
                paths = [one["path"] for one in value if one.get("relationship") == relationship]
                if paths:
                    yield column, " | ".join(paths)
        case "permissions":
            for entry in _PERMISSIONS:
                if answer := value.get(entry):
                    text = value.get("constraints", {}).get(entry)
                    yield entry, f"{answer}: {text}" if text else answer
        case _ if field in _TEXTS:
            yield field, value


def _author_text(one: Mapping[str, Any]) -> str:
    return f"{one['name']} ({one['role']})" if "role" in one else str(one["name"])


def _tool_text(one: Mapping[str, Any]) -> str:
    return f"{one['name']} {one['version']}" if "version" in one else str(one["name"])


def _ai_text(step: Mapping[str, Any]) -> str:
    ai = step.get("ai", {})
    head = f"{ai.get('kind', '')}={ai['generative']}" if "generative" in ai else str(ai.get("kind", ""))
    tool = _tool_text(step["tool"]) if "tool" in step else ""
    note = step.get("description", "")
    return f"{head}:{tool}:{note}" if note else f"{head}:{tool}" if tool else head
