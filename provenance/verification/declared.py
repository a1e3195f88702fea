"""What one manifest declares, read from its raw boxes: actions, ingredients, permissions, names, statements.

Templates are merged, every instance and version of an assertion is read, labels are compared byte for byte
(V10, V11). Nothing here is verified: whether it can be attributed is for `chain` to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from provenance import terms
from provenance.container.model import RawAssertion, RawManifest
from provenance.metadata.model import Value
from provenance.record import dataclass
from provenance.terms import StatusLevel
from provenance.verification.codes import level_of
from provenance.verification.model import (
    Action,
    Ai,
    Assertion,
    Author,
    Ingredient,
    Permission,
    Region,
    Statement,
    Status,
)
from provenance.verification.people import authors, credit_lines, permissions, statements
from provenance.verification.stated import stated
from provenance.verification.values import assertion_of, base, items, manifest_of, short, table, text

_ACTIONS = frozenset({terms.ACTIONS, terms.ACTIONS_V1})
_INGREDIENTS = frozenset({"c2pa.ingredient", "c2pa.ingredient.v2", terms.INGREDIENT})
_DISCLOSURE_INGREDIENT = terms.AI_DISCLOSURE + ".ingredient"
_GENERATIVE_AI_LEGACY = "com.adobe.generative-ai"
_REFERENCES = frozenset({"ingredient", "ingredients", "ingredientIds", "instanceId"})


@dataclass(frozen=True, slots=True)
class Declared:
    """Everything that one manifest says; the fields of `model.Manifest` that come from its boxes."""

    claim_version: int
    generator: str
    generator_version: str
    title: str
    media_type: str
    instance_id: str
    all_actions_included: bool | None
    actions: tuple[Action, ...]
    ingredients: tuple[Ingredient, ...]
    permissions: tuple[Permission, ...]
    authors: tuple[Author, ...]
    statements: tuple[Statement, ...]
    credits: tuple[tuple[str, str], ...]
    stated: tuple[Value, ...]
    assertions: tuple[Assertion, ...]
    disclosures: tuple[Ai, ...]
    hints: tuple[tuple[str, str], ...]
    redacts: tuple[str, ...]
    redaction_reasons: tuple[tuple[str, str], ...]


def declared(raw: RawManifest) -> Declared:
    """Read what *raw* declares."""
    claim = raw.claim
    created = frozenset(_labels(claim.get("created_assertions")))
    version = 2 if raw.claim_label == terms.CLAIM else 1
    sets = [found for found in raw.assertions if base(found.label) in _ACTIONS]
    disclosures = {found.label: _disclosure(table(found.data)) for found in raw.assertions if _is_disclosure(found)}
    actions = tuple(action for found in sets for action in _actions(found, raw, created, disclosures))
    generator, generator_version = _generator(claim)
    allowed = tuple(permissions(raw, created))
    return Declared(
        claim_version=version,
        generator=generator,
        generator_version=generator_version,
        title=text(claim.get("dc:title")),
        media_type=text(claim.get("dc:format")),
        instance_id=text(claim.get("instanceID")),
        all_actions_included=_complete(sets),
        actions=actions,
        ingredients=tuple(_ingredients(raw, disclosures)),
        permissions=allowed,
        authors=tuple(authors(raw)),
        statements=tuple(statements(raw, created)),
        credits=tuple(credit_lines(raw)),
        stated=tuple(stated(raw, actions, allowed)),
        assertions=tuple(_assertions(raw, created)),
        disclosures=tuple(
            found
            for label, found in disclosures.items()
            if base(label) == terms.AI_DISCLOSURE and not any(action.ai == found for action in actions)
        ),
        hints=tuple(_hints(raw)),
        redacts=tuple(text(uri) for uri in items(claim.get("redacted_assertions"))),
        redaction_reasons=tuple(_redaction_reasons(sets)),
    )


def _labels(references: Any) -> Iterator[str]:
    for reference in items(references):
        if label := assertion_of(reference):
            yield label


def _generator(claim: dict[str, Any]) -> tuple[str, str]:
    info = claim.get("claim_generator_info")
    first = table(items(info)[0]) if items(info) else {}
    if first.get("name"):
        return text(first["name"]), text(first.get("version"))
    name, _, version = text(claim.get("claim_generator")).partition(" ")[0].partition("/")
    return name.replace("_", " "), version


def _assertions(raw: RawManifest, created: frozenset[str]) -> Iterator[Assertion]:
    present = set()
    for found in raw.assertions:
        present.add(found.label)
        yield Assertion(found.label, found.label in created, found.kind, found.size)
    redacted = {assertion_of(uri) for uri in items(raw.claim.get("redacted_assertions"))}
    for key in ("created_assertions", "gathered_assertions", "assertions"):
        for label in _labels(raw.claim.get(key)):
            if label not in present:
                present.add(label)
                yield Assertion(label, label in created, "redacted" if label in redacted else "missing")


# --- actions ----------------------------------------------------------------------------------------------


def _complete(sets: list[RawAssertion]) -> bool | None:
    stated = [value for found in sets if isinstance(value := table(found.data).get("allActionsIncluded"), bool)]
    return all(stated) and len(stated) == len(sets) if stated else None


def _actions(
    found: RawAssertion, raw: RawManifest, created: frozenset[str], disclosures: dict[str, Ai]
) -> Iterator[Action]:
    whole = table(found.data)
    templates = [table(template) for template in items(whole.get("templates"))]
    agents = items(whole.get("softwareAgents"))
    for index, entry in enumerate(items(whole.get("actions"))):
        merged = _merged(table(entry), templates)
        action = _action(merged, found.label, index, found.label in created, agents, raw, disclosures)
        yield replace(action, templated=bool(action.source_type_raw) and not table(entry).get("digitalSourceType"))


def _merged(entry: dict[Any, Any], templates: list[dict[Any, Any]]) -> dict[Any, Any]:
    """Apply the ``*`` templates, then those of the same name, then the action itself (C2PA 2.4 §actions, templates)."""
    name = entry.get("action")
    matching = [t for t in templates if t.get("action") == "*"] + [t for t in templates if t.get("action") == name]
    result: dict[Any, Any] = {}
    parameters: dict[Any, Any] = {}
    for part in [*matching, entry]:
        parameters |= table(part.get("templateParameters")) | table(part.get("parameters"))
        result |= part
    return result | {"action": name, "parameters": parameters}


def _action(
    entry: dict[Any, Any],
    label: str,
    index: int,
    created: bool,
    agents: list[Any],
    raw: RawManifest,
    disclosures: dict[str, Ai],
) -> Action:
    parameters = table(entry.get("parameters"))
    tool, tool_version = _agent(entry, agents)
    source = text(entry.get("digitalSourceType"))
    return Action(
        name=text(entry.get("action")),
        assertion=label,
        index=index,
        created=created,
        source_type=terms.source_type(source),
        source_type_raw=source,
        tool=tool,
        tool_version=tool_version,
        when=text(entry.get("when")) or text(entry.get("whenStart")),
        description=text(entry.get("description")),
        reason=text(entry.get("reason")),
        regions=tuple(_regions(entry)),
        ingredients=tuple(_references(entry, parameters, raw)),
        basis=text(parameters.get(terms.BASIS_PARAMETER)),
        ai=_ai(parameters, disclosures),
        parameters=tuple(
            (str(key), text(value))
            for key, value in parameters.items()
            if key not in _REFERENCES | {terms.AI_PARAMETERS, terms.BASIS_PARAMETER, "relatedAssertions"}
        ),
    )


def _agent(entry: dict[Any, Any], agents: list[Any]) -> tuple[str, str]:
    agent = entry.get("softwareAgent")
    index = entry.get("softwareAgentIndex")
    if agent is None and isinstance(index, int) and 0 <= index < len(agents):
        agent = agents[index]
    if isinstance(agent, str):
        return agent, ""
    return text(table(agent).get("name")), text(table(agent).get("version"))


def _references(entry: dict[Any, Any], parameters: dict[Any, Any], raw: RawManifest) -> Iterator[str]:
    for reference in [*items(parameters.get("ingredients")), *items(parameters.get("ingredient"))]:
        if label := assertion_of(reference):
            yield label
    instance = entry.get("instanceId") or parameters.get("instanceId")
    if instance:
        for found in raw.assertions:
            if base(found.label) in _INGREDIENTS and table(found.data).get("instanceID") == instance:
                yield found.label


def _ai(parameters: dict[Any, Any], disclosures: dict[str, Ai]) -> Ai | None:
    related = [disclosures[label] for label in _labels(parameters.get("relatedAssertions")) if label in disclosures]
    disclosed = related[0] if related else Ai()
    own = table(parameters.get(terms.AI_PARAMETERS))
    if not own:
        return disclosed if related else None
    return Ai(
        kind=text(own.get("kind")),
        generative=text(own.get("generative")),
        model=text(own.get("model")) or disclosed.model,
        model_version=text(own.get("model_version")) or disclosed.model_version,
        model_type=disclosed.model_type,
        oversight=text(own.get("oversight")) or disclosed.oversight,
        extent=text(own.get("extent")),
        prompt=text(own.get("prompt")),
    )


def _regions(entry: dict[Any, Any]) -> Iterator[Region]:
    for change in items(entry.get("changes")):
        ranges = items(table(change).get("region")) or [change]
        for found in ranges:
            kind = text(table(found).get("type")) or "region"
            shape = table(table(found).get("shape"))
            said, where = text(table(change).get("description")), _shape(shape)
            yield Region(kind, f"{said} ({where})" if said and where else said or where or short(found))
    legacy = entry.get("changed")
    if isinstance(legacy, str) and legacy:
        yield Region("named", legacy.replace(";", ", "))


def _shape(shape: dict[Any, Any]) -> str:
    origin = table(shape.get("origin"))
    if not {"x", "y"} <= set(origin):
        return ""
    unit = "%" if shape.get("unit") == "percent" else " px"
    x, y, width, height = map(_number, (origin["x"], origin["y"], shape.get("width"), shape.get("height")))
    size = f", {width} × {height}{unit}" if width and height else ""
    return f"{text(shape.get('type')) or 'shape'} at {x}, {y}{unit}{size}"


def _number(value: Any) -> str:
    """Return *value* as people write it: 30, not 30.0; what is no number as it stands."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, int | float) else text(value)


def _redaction_reasons(sets: list[RawAssertion]) -> Iterator[tuple[str, str]]:
    for found in sets:
        for entry in items(table(found.data).get("actions")):
            if table(entry).get("action") == "c2pa.redacted":
                target = table(table(entry).get("parameters")).get("redacted")
                yield text(target), text(table(entry).get("reason"))


# --- AI disclosures and hints ---------------------------------------------------------------------------------


def _is_disclosure(found: RawAssertion) -> bool:
    return base(found.label) in {terms.AI_DISCLOSURE, _DISCLOSURE_INGREDIENT}


def _disclosure(data: dict[Any, Any]) -> Ai:
    profile = table(data.get("contentProfile"))
    return Ai(
        model=text(data.get("modelName")) or text(data.get("modelIdentifier")),
        model_type=text(data.get("modelType")),
        oversight=text(profile.get("humanOversightLevel")),
    )


def _hints(raw: RawManifest) -> Iterator[tuple[str, str]]:
    for found in raw.assertions:
        if base(found.label) == _GENERATIVE_AI_LEGACY:
            yield found.label, text(table(found.data).get("description")) or short(found.data)


# --- ingredients ------------------------------------------------------------------------------------------------


def _ingredients(raw: RawManifest, disclosures: dict[str, Ai]) -> Iterator[Ingredient]:
    for found in raw.assertions:
        if base(found.label) not in _INGREDIENTS:
            continue
        data = table(found.data)
        reference = data.get("activeManifest") or data.get("c2pa_manifest")
        related = [disclosures[label] for label in _labels(data.get("relatedAssertions")) if label in disclosures]
        yield Ingredient(
            assertion=found.label,
            relationship=text(data.get("relationship")),
            manifest=manifest_of(reference),
            title=text(data.get("dc:title")),
            media_type=text(data.get("dc:format")),
            source_type=terms.source_type(text(data.get("digitalSourceType"))),
            recorded=tuple(_recorded(data)),
            metadata=tuple((str(key), text(value)) for key, value in table(data.get("metadata")).items()),
            ai=related[0] if related else None,
        )


def _recorded(data: dict[Any, Any]) -> Iterator[Status]:
    for entry in items(data.get("validationStatus")):  # v1 and v2: failures and successes in one list
        yield from statuses([entry], StatusLevel.FAILURE, by="recorded", split=True)
    results = table(data.get("validationResults"))
    parts = [table(results.get("activeManifest"))]
    parts += [table(table(delta).get("validationDeltas")) for delta in items(results.get("ingredientDeltas"))]
    for part in parts:
        for level in StatusLevel:
            yield from statuses(items(part.get(level.value)), level, by="recorded")


_GOOD_ENDINGS = (".validated", ".trusted", ".match", ".insideValidity", ".accessible", ".notRevoked")


def statuses(entries: Iterable[Any], level: StatusLevel, *, by: str, split: bool = False) -> Iterator[Status]:
    """Read status entries; with *split*, success codes that an old list mixes in are told by their endings."""
    for entry in entries:
        found = table(entry)
        code = text(found.get("code"))
        if not code:
            continue
        real = level_of(code, StatusLevel.SUCCESS if split and code.endswith(_GOOD_ENDINGS) else level)
        yield Status(code, real, text(found.get("url")), text(found.get("explanation")), by)
