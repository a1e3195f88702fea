"""What a ComfyUI graph did: walked from the nodes that save a picture, so that what stands unused does not count.

Two forms hold a graph: the prompt that was run (node number → class and inputs), and the workflow as the editor drew it
(nodes, links, values by position). Both become `Graph`. Every walk is bounded and meets each node once, so circles end.
What a node of somebody's own does, nobody knows; only forms that are common are read, and the rest tells nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from provenance.metadata.model import ModelRole, TraceKind, TraceMode
from provenance.metadata.told import Told, models, number
from provenance.record import dataclass

NODES = 4096
_INPUTS = 256  # of one node
_SAMPLERS = 16  # whose beginnings are looked for
_SAVING = r"^(?:SaveImage|PreviewImage|SaveAnimated(?:WEBP|PNG)|SaveImageWebsocket)$|^(?:Image ?Save|Save ?Image)"
_SAMPLING = r"Sampler(?!Select)|^(?:FaceDetailer|UltimateSDUpscale|DetailerForEach)"
_NOT_SAMPLING = r"Select|Scheduler|Provider|Config|Settings|Params"
_LOADING = r"^(?:LoadImage|Load Image|Image Load|ETN_LoadImage|easy loadImage|LoadImageFrom|VHS_LoadImage)"
_MASKED = frozenset({"VAEEncodeForInpaint", "SetLatentNoiseMask", "InpaintModelConditioning", "LatentCompositeMasked"})
_WIDENED = frozenset({"ImagePadForOutpaint"})
_SHOWN = frozenset({"ReferenceLatent", "TextEncodeQwenImageEdit", "TextEncodeQwenImageEditPlus",
                    "InstructPixToPixConditioning", "InpaintModelConditioning"})  # fmt: skip
_LATENT = r"^(?:latent(?:_image|s)?|samples[0-9]?|pixels|image[0-9]?|images|mask)$"
_CHECKPOINT = r"^(?:ckpt_name|unet_name|base_ckpt_name|refiner_ckpt_name|checkpoint_name)$"
_LORA = r"^lora_name(?:_[0-9]{1,2})?$"
_POWER_LORA = r"^lora_[0-9]{1,3}$"
_WIDGETS = {  # names of the values that a workflow keeps by position
    "CheckpointLoaderSimple": ("ckpt_name",),
    "CheckpointLoader": ("config_name", "ckpt_name"),
    "UNETLoader": ("unet_name",),
    "UnetLoaderGGUF": ("unet_name",),
    "LoraLoader": ("lora_name", "strength_model", "strength_clip"),
    "LoraLoaderModelOnly": ("lora_name", "strength_model"),
    "UpscaleModelLoader": ("model_name",),
    "ControlNetLoader": ("control_net_name",),
    "KSampler": ("seed", "control_after_generate", "steps", "cfg", "sampler_name", "scheduler", "denoise"),
    "BasicScheduler": ("scheduler", "steps", "denoise"),
}
_MUTED, _BYPASSED = 2, 4


@dataclass(frozen=True, slots=True)
class Node:
    """One node: a link among its inputs is the name of another node."""

    kind: str
    values: dict[str, Any]
    links: dict[str, str]
    counts: bool = True  # whether it did anything: not if it was bypassed


Graph = dict[str, Node]


def graph(data: Any) -> Graph:
    """Return the prompt in *data*; empty if it is none, or beyond the limits."""
    if not isinstance(data, dict) or len(data) > NODES:
        return {}
    found: Graph = {}
    for name, raw in data.items():
        if isinstance(raw, dict) and isinstance(raw.get("class_type"), str) and isinstance(raw.get("inputs"), dict):
            inputs = list(raw["inputs"].items())[:_INPUTS]
            links = {key: str(value[0]) for key, value in inputs if _is_link(value)}
            found[name] = Node(
                raw["class_type"][:120], {key: value for key, value in inputs if key not in links}, links
            )
    return found


def _is_link(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str | int) and isinstance(value[1], int)


def workflow(data: Any) -> Graph:
    """Return the workflow in *data* in the form of a prompt; empty if it is none, or beyond the limits."""
    nodes = data.get("nodes") if isinstance(data, dict) else None
    links = data.get("links") if isinstance(data, dict) else None
    if not isinstance(nodes, list) or not isinstance(links, list) or len(nodes) > NODES or len(links) > 4 * NODES:
        return {}
    origins = {str(link[0]): str(link[1]) for link in links if isinstance(link, list) and len(link) >= 4}
    found: Graph = {}
    for raw in nodes:
        if not isinstance(raw, dict) or not isinstance(raw.get("type"), str) or raw.get("mode") == _MUTED:
            continue
        inputs = [one for one in raw.get("inputs") or () if isinstance(one, dict)][:_INPUTS]
        joined = {
            str(one.get("name")): origins[str(one.get("link"))] for one in inputs if str(one.get("link")) in origins
        }
        kind = raw["type"][:120]
        values = _widgets(kind, raw.get("widgets_values"))
        found[str(raw.get("id"))] = Node(kind, values, joined, raw.get("mode") != _BYPASSED)
    return found


def _widgets(kind: str, values: Any) -> dict[str, Any]:
    if isinstance(values, dict):
        return dict(list(values.items())[:_INPUTS])
    if not isinstance(values, list):
        return {}
    if kind.startswith("Power Lora Loader"):
        return {f"lora_{place}": value for place, value in enumerate(values[:_INPUTS]) if isinstance(value, dict)}
    return dict(zip(_WIDGETS.get(kind, ()), values, strict=False))


def walk(nodes: Graph) -> Told:
    """Return what the nodes that lead to a saved picture say."""
    used = [nodes[name] for name in _reached(nodes, _outputs(nodes)) if nodes[name].counts]
    samplers = [node for node in used if _samples(node)]
    upscalers = list(_named(used, ModelRole.UPSCALER))
    if samplers:
        mode = _mode([_sampler_mode(nodes, node) for node in samplers[:_SAMPLERS]])
    else:
        mode = TraceMode.UPSCALING if upscalers else TraceMode.UNSAID
    return Told(
        models=models(
            *((role, _named(used, role)) for role in (ModelRole.CHECKPOINT, ModelRole.LORA, ModelRole.CONTROL)),
            (ModelRole.UPSCALER, upscalers),
        ),
        mode=mode,
        kind=_KINDS[mode],
    )


_KINDS = {
    TraceMode.TEXT: TraceKind.GENERATION,
    TraceMode.IMAGE: TraceKind.EDIT,
    TraceMode.INPAINTING: TraceKind.EDIT,
    TraceMode.OUTPAINTING: TraceKind.EDIT,
    TraceMode.UPSCALING: TraceKind.ENHANCEMENT,
    TraceMode.UNSAID: TraceKind.UNKNOWN,
}


def _outputs(nodes: Graph) -> list[str]:
    """Return the nodes that save or show a picture; where none is known, those that nothing comes after."""
    saving = [name for name, node in nodes.items() if node.counts and re.search(_SAVING, node.kind)]
    if saving:
        return saving
    followed = {link for node in nodes.values() for link in node.links.values()}
    return [name for name in nodes if name not in followed] or list(nodes)


def _reached(nodes: Graph, start: list[str], only: str = "") -> Iterator[str]:
    """Yield every node that leads to *start*, those included, each once; by inputs whose name fits *only*."""
    waiting, seen = list(start), set(start)
    while waiting:
        name = waiting.pop()
        if name not in nodes:
            continue
        yield name
        for key, link in nodes[name].links.items():
            if link not in seen and (not only or re.search(only, key)):
                seen.add(link)
                waiting.append(link)


def _samples(node: Node) -> bool:
    return bool(re.search(_SAMPLING, node.kind)) and not re.search(_NOT_SAMPLING, node.kind)


def _mode(modes: list[TraceMode]) -> TraceMode:
    """Return the mode of all samplers together: one that begins from noise decides."""
    if TraceMode.TEXT in modes:
        return TraceMode.TEXT
    order = (TraceMode.OUTPAINTING, TraceMode.INPAINTING, TraceMode.IMAGE)
    return next((mode for mode in order if mode in modes), TraceMode.UNSAID)


def _sampler_mode(nodes: Graph, sampler: Node) -> TraceMode:
    """Return how one sampler was used: what it began from, and how much of that it repainted."""
    start = [link for key, link in sampler.links.items() if re.search(_LATENT, key)]
    before = [nodes[name] for name in _reached(nodes, start, _LATENT)]
    shown = list(_shown(nodes, sampler))
    if not any(re.search(_LOADING, node.kind) for node in (*before, *shown)):
        return TraceMode.TEXT
    kinds = {node.kind for node in (*before, *shown)}
    if kinds & _WIDENED:
        return TraceMode.OUTPAINTING
    if kinds & _MASKED:
        return TraceMode.INPAINTING
    if any(re.search(_LOADING, node.kind) for node in shown):
        return TraceMode.IMAGE
    return TraceMode.TEXT if _denoise(nodes, sampler) >= 1 else TraceMode.IMAGE


def _shown(nodes: Graph, sampler: Node) -> Iterator[Node]:
    """Yield what leads to nodes that show a whole picture to the model, as editing models are given it."""
    hints = [link for key, link in sampler.links.items() if not re.search(_LATENT, key)]
    showing = [name for name in _reached(nodes, hints) if nodes[name].kind in _SHOWN]
    for name in _reached(nodes, showing):
        yield nodes[name]


def _denoise(nodes: Graph, sampler: Node) -> float:
    """Return how much was repainted, as the sampler or the scheduler it is joined to says; unsaid is not all."""
    start = number(sampler.values.get("start_at_step"))
    if start is not None:
        return 1.0 if start == 0 else 0.5
    hints = [link for key, link in sampler.links.items() if not re.search(_LATENT, key)]
    near = [sampler, *(nodes[name] for name in _reached(nodes, hints) if "Scheduler" in nodes[name].kind)]
    found = (number(node.values.get("denoise")) for node in near)
    return next((value for value in found if value is not None), 0.5)


def _named(used: list[Node], role: ModelRole) -> Iterator[Any]:
    for node in used:
        for key, value in node.values.items():
            if _role(node.kind, key) is role and _on(node, key, value):
                yield _plain(value)


def _role(kind: str, key: str) -> ModelRole | None:
    if key == "model_name":
        return ModelRole.UPSCALER if "Upscale" in kind else None
    if re.search(_CHECKPOINT, key):
        return ModelRole.CHECKPOINT
    if re.search(_LORA, key) or (re.search(_POWER_LORA, key) and "Lora" in kind):
        return ModelRole.LORA
    return ModelRole.CONTROL if key == "control_net_name" else None


def _on(node: Node, key: str, value: Any) -> bool:
    """Whether a model counts: a switch that is off, or a weight of 0, takes it out."""
    if node.values.get(f"switch_{key.rpartition('_')[2]}") == "Off":
        return False
    if isinstance(value, dict):
        return value.get("on") is not False and number(value.get("strength")) != 0
    weights = [number(node.values[key]) for key in ("strength_model", "strength_clip") if key in node.values]
    return not weights or any(weight != 0 for weight in weights)


def _plain(value: Any) -> Any:
    """Return the name in *value*: some nodes keep it in an object."""
    if isinstance(value, dict):
        return value.get("lora") or value.get("content")
    return value
