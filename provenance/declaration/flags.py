"""From flags and the profile to a declaration.

The profile gives name, credit, usual tools and permissions. It never gives origin, AI steps or completeness,
and its tools count only where the author says how the picture began.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from provenance.declaration.kinds import AiKind
from provenance.declaration.model import Declaration
from provenance.declaration.problems import choice
from provenance.declaration.profile import Profile
from provenance.declaration.text import quoted
from provenance.errors import DeclarationError
from provenance.plain import plain
from provenance.record import dataclass

_PLACE = re.compile(r"((?:steps|ingredients)\[\d+\])(?:\.\w+)*")
_ANSWERS = ("yes", "no", "unknown")
_CREDIT = ("credit", "copyright", "copyright_owner", "license_url", "usage_terms", "licensor", "contact")
AI_USAGE = "KIND[:TOOL[:NOTE]], where KIND may end in =yes, =no or =unknown"


@dataclass(frozen=True, slots=True)
class Flags:
    """What was said on the command line; a field left alone says nothing."""

    title: str | None = None
    description: str | None = None
    credit: str | None = None
    copyright: str | None = None
    license_url: str | None = None
    usage_terms: str | None = None
    origin: str | None = None
    tools: tuple[str, ...] = ()
    ai: tuple[str, ...] = ()
    no_generative_ai: str | None = None
    training: str | None = None  # generative and other training alike
    generative_training: str | None = None
    other_training: str | None = None
    data_mining: str | None = None
    inference: str | None = None
    components: tuple[str, ...] = ()
    parent: str | None = None
    evidence: tuple[str, ...] = ()
    complete: bool = False
    made: str | None = None
    despite_traces: str | None = None


def parse_ai(text: str) -> dict[str, Any]:
    """Return the step that ``--ai`` *text* says.

    Raises:
        DeclarationError: if it is not `AI_USAGE`.
    """
    head, _, rest = text.partition(":")
    tool, _, note = (part.strip() for part in rest.partition(":"))
    kind, said, generative = (part.strip() for part in head.partition("="))
    if not kind:
        raise DeclarationError("--ai", f"{quoted(text)} names no kind", f"write {AI_USAGE}")
    try:
        ai: dict[str, Any] = {"kind": AiKind(kind).value}
    except ValueError:
        raise DeclarationError("--ai", *choice(kind, [member.value for member in AiKind])) from None
    if said:
        if generative.casefold() not in _ANSWERS:
            raise DeclarationError("--ai", *choice(generative, _ANSWERS))
        ai["generative"] = generative.casefold()
    return {"ai": ai} | ({"tool": tool} if tool else {}) | ({"description": note} if note else {})


def from_flags(
    flags: Flags, *, profile: Profile | None = None, declared: Mapping[str, Any] | None = None
) -> Declaration:
    """Return what *flags* say, over what the file of ``--declare`` says, over the *profile*.

    A flag that is given takes the place of the file's field; AI steps and components are added to the file's.

    Raises:
        DeclarationError: naming the field and the fault.
    """
    data: dict[str, Any] = dict(declared or {})
    data |= _given(flags)
    named = _named(flags, data)
    for key, added in (
        ("steps", [parse_ai(text) for text in flags.ai]),
        ("ingredients", _pictures(flags)),
        ("evidence", list(flags.evidence)),
    ):
        if added:
            data[key] = [*_list(data.get(key, []), key), *added]
    if answers := _permissions(flags):
        data["permissions"] = dict(_table(data.get("permissions", {}), "permissions")) | answers
    try:
        return Declaration.from_dict(_under(data, profile) if profile else data)
    except DeclarationError as exc:
        raise DeclarationError(*(_by_flag(text, named) for text in (exc.where, exc.problem, exc.cure))) from exc


def _named(flags: Flags, data: Mapping[str, Any]) -> dict[str, str]:
    """Return for the place of each step and picture that a flag adds to *data* what was typed there."""
    typed = {
        "steps": [f"--ai {shlex.quote(text)}" for text in flags.ai],
        "ingredients": [f"--{picture['relationship']} {shlex.quote(picture['path'])}" for picture in _pictures(flags)],
    }
    return {
        f"{key}[{len(_list(data.get(key, []), key)) + number}]": plain(text)
        for key, texts in typed.items()
        for number, text in enumerate(texts)
    }


def _by_flag(text: str, named: Mapping[str, str]) -> str:
    """Return the message *text* with each place that a flag added called by that flag."""
    return _PLACE.sub(lambda found: named.get(found[1], found[0]), text)


def _given(flags: Flags) -> dict[str, Any]:
    said = {
        "title": flags.title,
        "description": flags.description,
        "credit": flags.credit,
        "copyright": flags.copyright,
        "license_url": flags.license_url,
        "usage_terms": flags.usage_terms,
        "origin": flags.origin,
        "tools": list(flags.tools) or None,
        "no_generative_ai": flags.no_generative_ai,
        "history_complete": True if flags.complete else None,
        "made": flags.made,
        "despite_traces": flags.despite_traces,
    }
    return {key: value for key, value in said.items() if value is not None}


def _pictures(flags: Flags) -> list[dict[str, str]]:
    parent = [{"path": flags.parent, "relationship": "parent"}] if flags.parent is not None else []
    return [*parent, *({"path": path, "relationship": "component"} for path in flags.components)]


def _permissions(flags: Flags) -> dict[str, str]:
    said = {
        "generative_training": flags.generative_training or flags.training,
        "training": flags.other_training or flags.training,
        "data_mining": flags.data_mining,
        "inference": flags.inference,
    }
    return {entry: answer for entry, answer in said.items() if answer is not None}


def _under(data: dict[str, Any], profile: Profile) -> dict[str, Any]:
    """Return *data* with what it leaves open taken from *profile*."""
    own = profile.model_dump(mode="json", exclude_none=True)
    author = {"name": own["name"], "role": own["role"]} | ({"url": own["website"]} if profile.website else {})
    below: dict[str, Any] = {"authors": [author]}
    below |= {key: own[key] for key in _CREDIT if key in own}
    if data.get("origin") is not None:
        below["tools"] = own["tools"]
    answers = dict(own["permissions"])
    texts = answers.pop("constraints", {})
    said = _table(data.get("permissions", {}), "permissions")
    kept = {entry: text for entry, text in texts.items() if said.get(entry, "ask") == "ask"}
    constraints = kept | dict(_table(said.get("constraints", {}), "permissions.constraints"))
    below["permissions"] = answers | dict(said) | ({"constraints": constraints} if constraints else {})
    return data | {key: value for key, value in below.items() if key == "permissions" or key not in data}


def _list(value: Any, where: str) -> Sequence[Any]:
    if isinstance(value, list | tuple):
        return value
    raise DeclarationError(where, "must be a list")


def _table(value: Any, where: str) -> Mapping[str, Any]:
    if isinstance(value, dict):
        return value
    raise DeclarationError(where, "must be a table of fields")
