"""From a declaration to the plan of a manifest. Pure: nothing is read, nothing is written.

Rules (ADR 0005, 0011; C2PA 2.4; conformance 0.2):

* one actions assertion, created, ``allActionsIncluded`` always said, first action created or opened;
* without an origin the picture is opened as its own parent of unknown history, and nothing is called complete;
* an AI disclosure for each model of a generative step, and never otherwise;
* what the signer states is created, ingredients included (`engine.context`); with an identity, the
  author's own words are gathered and stand under that identity.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from provenance.declaration.kinds import AiKind
from provenance.declaration.model import Declaration
from provenance.declaration.parts import Ai, Ingredient, Part
from provenance.errors import DeclarationError
from provenance.record import dataclass
from provenance.signing.actions import Links, actions_data
from provenance.signing.carrying import stated
from provenance.signing.credit import DERIVED, permission_data, properties, statement_data
from provenance.signing.plan import ManifestPlan, PlannedIngredient
from provenance.terms import (
    ACTIONS,
    AI_DISCLOSURE,
    CAWG_METADATA,
    GENERATIVE_SOURCE_TYPES,
    SPEC_VERSION,
    STATEMENT,
    TRAINING_MINING,
    Relationship,
    Role,
)

GENERATOR = "provenance-toolkit"
MODEL_TYPE = "c2pa.types.model"  # artists do not know their model's framework (people.md §2.6)


class ParentKind(StrEnum):
    """What the file that is signed carries already."""

    NONE = "none"  # no statement: the picture may begin here
    UNKNOWN = "unknown"  # its history is not known, whatever the declaration says: opened, not created
    SIGNED = "signed"  # a manifest, which stays its parent


@dataclass(frozen=True, slots=True)
class Component:
    """The file behind one ingredient of the declaration."""

    path: Path
    has_manifest: bool = False


def plan(
    declaration: Declaration,
    *,
    generator_version: str,
    parent: ParentKind = ParentKind.NONE,
    components: Sequence[Component] = (),
    evidence: Sequence[PlannedIngredient] = (),
    credit: dict[str, Any] | None = None,
    identity: bool = False,
    history_dropped: bool = False,
) -> ManifestPlan:
    """Return the manifest that states *declaration*.

    Args:
        generator_version: of this program, without the system it runs on.
        parent: what the file itself carries.
        components: one for each of the declaration's ingredients, in their order.
        evidence: working files, as `signing.evidence` made them.
        credit: ``cawg.metadata`` as it was read back from the picture; None where nothing was written into one.
        identity: another credential signs for the author: their own words are gathered under it.
        history_dropped: the file carried a manifest that is left out on purpose.

    Raises:
        DeclarationError: if the declaration does not go with what the files carry.
    """
    _check(declaration, parent, components)
    ingredients = (*_ingredients(declaration, parent, components), *evidence)
    credit = stated(properties(declaration)) if credit is None else credit
    permissions = permission_data(declaration.permissions)
    statement = statement_data(declaration, history_dropped=history_dropped)
    actions = actions_data(declaration, _links(ingredients), metadata=bool(credit or permissions or statement))
    said = {TRAINING_MINING: permissions, CAWG_METADATA: credit, STATEMENT: statement}
    said = {label: data for label, data in said.items() if data}
    # What follows from the history alone, a digital source type, is no word of the author's to vouch for.
    own = [label for label in said if label != CAWG_METADATA or not credit.keys() <= DERIVED]
    assertions = [
        {"label": ACTIONS, "created": True, "data": actions},
        *({"label": AI_DISCLOSURE, "created": True, "data": data} for data in _disclosures(declaration)),
        *(
            {"label": label, "created": not (identity and label in own), "data": data} | _kind(label)
            for label, data in said.items()
        ),
    ]
    return ManifestPlan(
        definition=_definition(declaration, generator_version) | {"assertions": assertions},
        ingredients=ingredients,
        identity_references=tuple(own) if identity else (),
        identity_roles=(Role.CREATOR.value,) if identity and own else (),
    )


def _kind(label: str) -> dict[str, str]:
    """Ask for a JSON box where the standard wants one: the engine writes CBOR unless told (CAWG Metadata 1.1)."""
    return {"kind": "Json"} if label == CAWG_METADATA else {}


def _definition(said: Declaration, version: str) -> dict[str, Any]:
    generator = {"name": GENERATOR, "version": version, "specVersion": SPEC_VERSION}
    return {"claim_version": 2, "claim_generator_info": [generator]} | ({"title": said.title} if said.title else {})


def _check(said: Declaration, parent: ParentKind, components: Sequence[Component]) -> None:
    if len(components) != len(said.ingredients):
        raise ValueError("one component for each ingredient")
    named = next((one for one in said.ingredients if one.relationship is Part.PARENT), None)
    if parent is ParentKind.SIGNED and said.origin is not None:
        problem = f"is {said.origin.value}, but the picture already carries a statement of how it was made"
        raise DeclarationError("origin", problem, "leave origin out, or drop the picture's history")
    if parent is ParentKind.SIGNED and named is not None:
        problem = "name a parent, but the picture already carries a statement of its own"
        raise DeclarationError("ingredients", problem, "leave the parent out, or drop the picture's history")
    for index, (one, file) in enumerate(zip(said.ingredients, components, strict=True)):
        if file.has_manifest and one.source_type is not None:
            problem = "is said, but the picture carries a statement of its own"
            raise DeclarationError(f"ingredients[{index}].source_type", problem, "leave source_type out")
    known = said.origin is not None or parent is ParentKind.SIGNED or _is_known(said, components)
    if said.history_complete and (not known or parent is ParentKind.UNKNOWN):
        raise DeclarationError("history_complete", "is true, but how the picture began is not said", "say origin")


def _is_known(said: Declaration, components: Sequence[Component]) -> bool:
    pairs = zip(said.ingredients, components, strict=True)
    parents = [(one, file) for one, file in pairs if one.relationship is Part.PARENT]
    return any(file.has_manifest or one.source_type is not None for one, file in parents)


def _ingredients(said: Declaration, parent: ParentKind, components: Sequence[Component]) -> Iterator[PlannedIngredient]:
    named = any(one.relationship is Part.PARENT for one in said.ingredients)
    if not named and (said.origin is None or parent is not ParentKind.NONE):
        definition = {"relationship": Relationship.PARENT_OF.value, "label": "parent"}
        yield PlannedIngredient("parent", Relationship.PARENT_OF, None, definition)
    for number, (one, file) in enumerate(zip(said.ingredients, components, strict=True), 1):
        relationship = one.relationship.relationship
        label = "parent" if relationship is Relationship.PARENT_OF else f"{one.relationship.value}-{number}"
        yield PlannedIngredient(label, relationship, file.path, _named(one, label, relationship))


def _named(one: Ingredient, label: str, relationship: Relationship) -> dict[str, Any]:
    definition: dict[str, Any] = {"relationship": relationship.value, "label": label}
    if one.title is not None:
        definition["title"] = one.title
    if one.source_type is not None:
        definition["digital_source_type"] = one.source_type.value
    return definition


def _links(ingredients: Sequence[PlannedIngredient]) -> Links:
    def labels(relationship: Relationship) -> tuple[str, ...]:
        return tuple(one.label for one in ingredients if one.relationship is relationship)

    return Links(
        parent=next(iter(labels(Relationship.PARENT_OF)), ""),
        components=labels(Relationship.COMPONENT_OF),
        inputs=labels(Relationship.INPUT_TO),
    )


def _disclosures(said: Declaration) -> Iterator[dict[str, Any]]:
    """Yield one AI disclosure for each model and degree of oversight (C2PA 2.4 §ai-disclosure)."""
    seen: list[dict[str, Any]] = []
    for ai in _generative(said):
        data: dict[str, Any] = {"modelType": MODEL_TYPE}
        if ai is not None and ai.model is not None:
            data["modelName"] = str(ai.model)
        if ai is not None and ai.model_url is not None:
            data["modelIdentifier"] = ai.model_url
        if ai is not None and ai.oversight is not None:
            data["contentProfile"] = {"humanOversightLevel": ai.oversight.value}
        if data not in seen:
            seen.append(data)
    # One that names nothing adds nothing beside one that does.
    yield from [data for data in seen if len(data) > 1] or seen[:1]


def _generative(said: Declaration) -> Iterator[Ai | None]:
    steps = [step for step in said.steps if step.c2pa_source_type in GENERATIVE_SOURCE_TYPES]
    yield from (step.ai for step in steps)
    if said.inception_type in GENERATIVE_SOURCE_TYPES and not any(
        step.ai is not None and step.ai.kind is AiKind.GENERATION for step in steps
    ):
        yield None
