"""A declaration's history, as the actions of one ``c2pa.actions.v2`` assertion (C2PA 2.4 §actions).

The first action is ``c2pa.created``, with its source type, or ``c2pa.opened``, without one. Every editorial
action carries a source type (conformance 0.2). What is ours stands under our namespace, and holds no list of
numbers: the engine's own JSON turns those into bytes (engine.md §8).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from provenance.declaration.dates import as_tdate
from provenance.declaration.kinds import AiKind
from provenance.declaration.model import Declaration
from provenance.declaration.parts import Ai, Basis, Region, Step
from provenance.declaration.tool import Tool
from provenance.declaration.words import Origin
from provenance.record import dataclass
from provenance.terms import AI_PARAMETERS, BASIS_PARAMETER, SourceType

_ABOUT_THE_WORK = frozenset({Origin.BLANK_CANVAS, Origin.RENDER, Origin.SCAN, Origin.COMPOSITE, Origin.GENERATED})


@dataclass(frozen=True, slots=True)
class Links:
    """Labels of the ingredients that actions refer to."""

    parent: str = ""  # "" for a picture that begins here
    components: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()


def actions_data(said: Declaration, links: Links, *, metadata: bool) -> dict[str, Any]:
    """Return the data of the actions assertion for *said*.

    Args:
        metadata: whether credit, permissions or statements are written beside it.
    """
    steps = list(said.steps)
    first = _opened(links, steps) if links.parent else _created(said, links, _maker(said, steps))
    actions = [first, *(_placed(label) for label in links.components), *_drawn(said), *map(_step, steps)]
    if links.parent and (metadata or len(actions) == 1):
        actions.append(_action("c2pa.edited.metadata"))
    return {"actions": actions, "allActionsIncluded": said.history_complete} | _agents(said, actions)


def _maker(said: Declaration, steps: list[Step]) -> Step | None:
    """Take the step that made the whole picture out of *steps*: it is the beginning itself."""
    if said.origin is not Origin.GENERATED:
        return None
    for step in steps:
        if step.ai is not None and step.ai.kind is AiKind.GENERATION and not (step.action or step.region):
            steps.remove(step)
            return step
    return None


def _opened(links: Links, steps: list[Step]) -> dict[str, Any]:
    # A program that recorded all that was done, recorded what it began with.
    recorded = bool(steps) and all(step.basis is Basis.RECORDED for step in steps)
    return _action("c2pa.opened", ingredients=[links.parent], basis=Basis.RECORDED if recorded else Basis.ENTERED)


def _created(said: Declaration, links: Links, maker: Step | None) -> dict[str, Any]:
    made = _step(maker) if maker else _action("c2pa.created")
    made |= {"action": "c2pa.created", "digitalSourceType": str(said.inception_type)}
    if links.inputs:
        made["parameters"]["ingredientIds"] = list(links.inputs)
    if "softwareAgent" not in made and said.tools and said.origin in _ABOUT_THE_WORK:
        made["softwareAgent"] = _agent(said.tools[0])
    return made


def _placed(label: str) -> dict[str, Any]:
    return _action("c2pa.placed", ingredients=[label])


def _drawn(said: Declaration) -> Iterator[dict[str, Any]]:
    """Say that the named programs were drawn with: that is what a blank canvas and a program mean together."""
    if said.origin is not Origin.BLANK_CANVAS:
        return
    if any(step.c2pa_action == "c2pa.drawing" for step in said.steps):
        return
    helpers = {step.tool for step in said.steps if step.ai is not None}
    for tool in said.tools:
        if tool not in helpers:
            yield _action("c2pa.drawing", source_type=SourceType.DIGITAL_CREATION) | {"softwareAgent": _agent(tool)}


def _step(step: Step) -> dict[str, Any]:
    action = _action(step.c2pa_action, source_type=step.c2pa_source_type, basis=step.basis)
    if step.tool is not None:
        action["softwareAgent"] = _agent(step.tool)
    if step.when is not None:
        action["when"] = as_tdate(step.when)
    if step.description is not None:
        action["description"] = step.description
    if step.region is not None:
        action["changes"] = [_region(step.region)]
    if step.ai is not None:
        action["parameters"][AI_PARAMETERS] = _ai(step.ai)
    return action


def _action(
    name: str,
    *,
    source_type: SourceType | None = None,
    ingredients: Sequence[str] = (),
    basis: Basis = Basis.ENTERED,
) -> dict[str, Any]:
    parameters: dict[str, Any] = {BASIS_PARAMETER: basis.value}
    if ingredients:
        parameters["ingredientIds"] = list(ingredients)
    action: dict[str, Any] = {"action": name, "parameters": parameters}
    return action | ({"digitalSourceType": str(source_type)} if source_type else {})


def _ai(ai: Ai) -> dict[str, str]:
    said = {
        "kind": ai.kind.value,
        "generative": ai.is_generative.value,
        "model": ai.model.name if ai.model else None,
        "model_version": ai.model.version if ai.model else None,
        "model_url": ai.model_url,
        "oversight": ai.oversight.value if ai.oversight else None,
        "extent": ai.extent.value if ai.extent else None,
        "prompt": ai.prompt if ai.public else None,
    }
    return {key: value for key, value in said.items() if value is not None}


def _region(region: Region) -> dict[str, Any]:
    shape = {
        "type": "rectangle",
        "unit": region.unit.value,
        "origin": {"x": region.x, "y": region.y},
        "width": region.width,
        "height": region.height,
    }
    whole: dict[str, Any] = {"region": [{"type": "spatial", "shape": shape}]}
    return whole | ({"description": region.description} if region.description else {})


def _agent(tool: Tool) -> dict[str, str]:
    return {"name": tool.name} | ({"version": tool.version} if tool.version else {})


def _agents(said: Declaration, actions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the programs that no action names, listed for the whole."""
    named = [action.get("softwareAgent") for action in actions]
    left = [agent for tool in said.tools if (agent := _agent(tool)) not in named]
    return {"softwareAgents": left} if left else {}
