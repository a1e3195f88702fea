"""Typed looks into what a stranger's boxes hold: every shape is possible, none raises."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from provenance.verification.model import Ingredient

SHORT = 400


def reachable(start: str, ingredients: Mapping[str, Iterable[Ingredient]]) -> dict[str, int]:
    """Return label -> depth of every manifest there is that *start* was made from, by any relationship.

    Breadth first; cycles end.

    Args:
        ingredients: of each manifest there is, by its label.
    """
    depths = {start: 0}
    waiting = deque([start])
    while waiting:
        label = waiting.popleft()
        for ingredient in ingredients[label]:
            if ingredient.manifest in ingredients and ingredient.manifest not in depths:
                depths[ingredient.manifest] = depths[label] + 1
                waiting.append(ingredient.manifest)
    return depths


def table(value: Any) -> dict[Any, Any]:
    """Return *value* if it is a map, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """Return *value* if it is a list, [value] for a lone map or string, else nothing."""
    if isinstance(value, list | tuple):
        return list(value)
    return [value] if isinstance(value, dict | str) else []


def text(value: Any) -> str:
    """Return *value* as text: strings as they are, language alternatives by their default, the rest as short JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        for key in ("x-default", "en", "@value", "value"):
            if isinstance(value.get(key), str):
                return str(value[key])
    if isinstance(value, list) and value and all(isinstance(entry, str) for entry in value):
        return ", ".join(value)
    return short(value)


def short(value: Any) -> str:
    """Return *value* as JSON of at most `SHORT` characters; bytes, tags and odd numbers as typed text (V14)."""
    try:
        whole = json.dumps(value, ensure_ascii=False, default=_odd, separators=(", ", ": "), allow_nan=True)
    except (TypeError, ValueError, RecursionError):
        whole = f"<{type(value).__name__}>"
    return whole if len(whole) <= SHORT else f"{whole[:SHORT]}…"


def _odd(value: Any) -> str:
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    tag = getattr(value, "tag", None)
    return f"<tag {tag}>" if tag is not None else f"<{type(value).__name__}>"


def base(label: str) -> str:
    """Return *label* without its instance number: ``c2pa.actions__1`` gives ``c2pa.actions``."""
    head, mark, number = label.rpartition("__")
    return head if mark and number.isdigit() and head else label


def assertion_of(url: Any) -> str:
    """Return the assertion label that a JUMBF URI (or a hashed URI map) points to, or ""."""
    target = table(url).get("url", url) if isinstance(url, dict) else url
    if not isinstance(target, str):
        return ""
    for store in ("c2pa.assertions/", "c2pa.databoxes/", "c2pa.credentials/"):
        _, found, rest = target.rpartition(store)
        if found:
            return rest
    return ""


def manifest_of(url: Any) -> str:
    """Return the manifest label that an absolute JUMBF URI (or a hashed URI map) points to, or ""."""
    target = table(url).get("url", url) if isinstance(url, dict) else url
    if not isinstance(target, str):
        return ""
    _, found, rest = target.partition("self#jumbf=/c2pa/")
    return rest.split("/", 1)[0] if found else ""
