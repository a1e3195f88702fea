"""What a generator's own data say about how it was used: models, mode, version; never the prompt itself.

Each reader takes a text that a rule of `traces` has recognised, and its JSON where it has some. It may refuse, with
None, what has the form but not the substance. Nothing here trusts a type or a length.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from provenance.metadata import comfy
from provenance.metadata.model import ModelRole, TraceKind, TraceMode
from provenance.metadata.told import NOTHING, Told, models, number

__all__ = ["NOTHING", "OF_JSON", "READERS", "TOOLS", "Told"]

TOOLS = frozenset({"AUTOMATIC1111", "ComfyUI", "Forge", "SD.Next"})  # of one family's form, told apart by a version
_PAIRS = 256  # of one infotext
_LORA_TAGS = 32
_LORA = r"<(?:lora|lyco|lycoris):([^<>:\n]{1,160})[:>]"
_PAIR = r"(?:^|, |\n)\s{0,4}([A-Z][A-Za-z0-9 _/-]{0,40}): (\"(?:[^\"\\]|\\.){0,4096}\"|[^,\n]{0,256})"
_STEPS = r"(?:^|\n|Negative prompt:)[ ]{0,4}Steps: [0-9]"
_INPAINTING = ("Mask blur", "Inpaint area", "Masked content", "Mask mode", "Masked area padding")
_HIRES = ("Hires upscale", "Hires upscaler", "Hires steps", "Hires resize")


def _a1111(text: str, _: Any) -> Told:
    starts = [found.start() for found in re.finditer(_STEPS, text)]
    settings = text[starts[-1] :].lstrip() if starts else text
    settings = settings.removeprefix("Negative prompt:").lstrip()
    said = {
        found[1]: found[2].strip('"') for found, _ in zip(re.finditer(_PAIR, settings), range(_PAIRS), strict=False)
    }
    loras = [found[1] for found, _ in zip(re.finditer(_LORA, text), range(_LORA_TAGS), strict=False)]
    upscalers = [
        said[key] for key in ("Hires upscaler", "SD upscale upscaler", "Ultimate SD upscale upscaler") if key in said
    ]
    version = said.get("Version", "")[:60]
    return Told(
        models=models(
            (ModelRole.CHECKPOINT, [said.get("Model"), said.get("Refiner")]),
            (ModelRole.LORA, loras),
            (ModelRole.UPSCALER, upscalers),
        ),
        mode=_a1111_mode(said),
        kind=TraceKind.EDIT if _a1111_mode(said) in {TraceMode.INPAINTING, TraceMode.IMAGE} else None,
        tool=_a1111_tool(version, said.get("App", "")),
        version="" if version == "ComfyUI" else version,
    )


def _civitai(text: str, data: Any) -> Told:
    return replace(_a1111(text, data), tool="Civitai")


def _a1111_mode(said: dict[str, str]) -> TraceMode:
    if any(key in said for key in _INPAINTING):
        return TraceMode.INPAINTING
    if any(key.startswith("Outpaint") for key in said):
        return TraceMode.OUTPAINTING
    strength = number(said.get("Denoising strength"))
    # Denoising strength stands in a text-to-image infotext only beside the settings of its second pass.
    if strength is not None and strength < 1 and not any(key in said for key in _HIRES):
        return TraceMode.IMAGE
    return TraceMode.TEXT


def _a1111_tool(version: str, app: str) -> str:
    if app == "SD.Next":
        return "SD.Next"
    if version == "ComfyUI":
        return "ComfyUI"
    if re.match(r"f[0-9]", version) or version.startswith("neo"):
        return "Forge"
    return "AUTOMATIC1111" if re.match(r"v?1\.[0-9]", version) else ""


def _postprocessing(text: str, _: Any) -> Told:
    said = {found[1]: found[2].strip('"') for found, _ in zip(re.finditer(_PAIR, text), range(_PAIRS), strict=False)}
    names = [said.get("Postprocess upscaler"), said.get("Postprocess upscaler 2")]
    return Told(models=models((ModelRole.UPSCALER, names)), mode=TraceMode.UPSCALING)


def _comfyui_prompt(_: str, data: Any) -> Told | None:
    graph = comfy.graph(data)
    return comfy.walk(graph) if graph else None


def _comfyui_workflow(_: str, data: Any) -> Told | None:
    graph = comfy.workflow(data)
    return comfy.walk(graph) if graph else None


_INVOKE_MODES = (
    ("outpaint", TraceMode.OUTPAINTING), ("inpaint", TraceMode.INPAINTING), ("img2img", TraceMode.IMAGE),
    ("txt2img", TraceMode.TEXT),
)  # fmt: skip


def _invokeai(_: str, data: Any) -> Told:
    mode = str(data.get("generation_mode") or _dict(data.get("image")).get("type") or "")[:60]
    found = next((known for word, known in _INVOKE_MODES if word in mode), TraceMode.UNSAID)
    loras = [_name(_dict(one).get("model") or _dict(one).get("lora")) for one in _list(data.get("loras"))]
    controls = [_name(_dict(one).get("control_model")) for one in _list(data.get("controlnets"))]
    return Told(
        models=models(
            (ModelRole.CHECKPOINT, [_name(data.get("model_weights")) or _name(data.get("model"))]),
            (ModelRole.LORA, loras),
            (ModelRole.CONTROL, controls),
        ),
        mode=found,
        kind=_edit(found),
        version=str(data.get("app_version") or "")[:40],
    )


def _fooocus(_: str, data: Any) -> Told:
    loras = [_list(one)[0] if _list(one) else _dict(one).get("name") for one in _list(data.get("loras"))]
    loras += [
        str(value).partition(" : ")[0] for key, value in data.items() if re.match(r"lora_combined_[0-9]{1,2}$", key)
    ]
    version = str(data.get("version") or "").removeprefix("Fooocus").strip()[:40]
    checkpoint = data.get("base_model") or data.get("base_model_name") or data.get("Base Model")
    refiner = data.get("refiner_model") or data.get("refiner_model_name")
    return Told(
        models=models((ModelRole.CHECKPOINT, [checkpoint, refiner]), (ModelRole.LORA, loras)),
        version=version,
    )


def _swarmui(_: str, data: Any) -> Told | None:
    said = data.get("sui_image_params")
    if not isinstance(said, dict):
        return None
    mode = (
        TraceMode.INPAINTING if said.get("maskimage") else TraceMode.IMAGE if said.get("initimage") else TraceMode.TEXT
    )
    loras = said.get("loras")
    return Told(
        models=models(
            (ModelRole.CHECKPOINT, [said.get("model"), said.get("refinermodel")]),
            (ModelRole.LORA, loras.split(",") if isinstance(loras, str) else _list(loras)),
            (ModelRole.CONTROL, [said.get("controlnetmodel")]),
        ),
        mode=mode,
        kind=_edit(mode),
        version=str(said.get("swarm_version") or "")[:40],
    )


def _easy_diffusion(_: str, data: Any) -> Told:
    checkpoint = data.get("use_stable_diffusion_model") or data.get("Stable Diffusion model")
    loras = data.get("use_lora_model") or data.get("LoRA model")
    return Told(models=models((ModelRole.CHECKPOINT, [checkpoint]), (ModelRole.LORA, [*_list(loras)] or [loras])))


def _draw_things(_: str, data: Any) -> Told:
    loras = [_dict(one).get("model") for one in _list(data.get("lora"))]
    controls = [_dict(one).get("file") for one in _list(data.get("control"))]
    return Told(
        models=models(
            (ModelRole.CHECKPOINT, [data.get("model")]),
            (ModelRole.LORA, loras),
            (ModelRole.CONTROL, controls),
            (ModelRole.UPSCALER, [data.get("upscaler")]),
        )
    )


def _novelai(_: str, data: Any) -> Told:
    kind = data.get("request_type")
    mode = {
        "PromptGenerateRequest": TraceMode.TEXT,
        "Img2ImgRequest": TraceMode.IMAGE,
        "NativeInfillingRequest": TraceMode.INPAINTING,
    }.get(kind if isinstance(kind, str) else "", TraceMode.UNSAID)
    return Told(mode=mode, kind=_edit(mode))


def _novelai_hidden(_: str, data: Any) -> Told:
    comment = data.get("Comment")
    inner = _novelai("", _object(comment)) if _object(comment) else NOTHING
    return Told(models=models((ModelRole.CHECKPOINT, [data.get("Source")])), mode=inner.mode, kind=inner.kind)


def _named_model(text: str, _: Any) -> Told:
    return Told(models=models((ModelRole.CHECKPOINT, [text])))


def _ai_system(text: str, _: Any) -> Told:
    return Told(tool=text.strip()[:100])


def _aigc(text: str, data: Any) -> Told | None:
    """Read the label of GB 45438: 1 is generated, 2 may be, 3 is suspected to be."""
    said = data.get("AIGC", data) if isinstance(data, dict) else None
    if isinstance(said, str):
        said = _object(said)
    label = str(said.get("Label", "")) if isinstance(said, dict) else ""
    if label == "1":
        return Told(kind=TraceKind.GENERATION)
    return Told(kind=TraceKind.UNKNOWN) if label in {"2", "3"} else None


def _edit(mode: TraceMode) -> TraceKind | None:
    repainted = {TraceMode.IMAGE, TraceMode.INPAINTING, TraceMode.OUTPAINTING}
    return TraceKind.EDIT if mode in repainted else None


def _name(value: Any) -> Any:
    """Return the name in *value*: a text, or an object that has one."""
    if isinstance(value, dict):
        return next((value[key] for key in ("model_name", "name", "key") if isinstance(value.get(key), str)), None)
    return value


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _object(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return _dict(value)


Reader = Callable[[str, Any], Told | None]
READERS: dict[str, Reader] = {
    "a1111": _a1111,
    "ai_system": _ai_system,
    "aigc": _aigc,
    "civitai": _civitai,
    "comfyui_prompt": _comfyui_prompt,
    "comfyui_workflow": _comfyui_workflow,
    "draw_things": _draw_things,
    "easy_diffusion": _easy_diffusion,
    "fooocus": _fooocus,
    "invokeai": _invokeai,
    "named_model": _named_model,
    "novelai": _novelai,
    "novelai_hidden": _novelai_hidden,
    "postprocessing": _postprocessing,
    "swarmui": _swarmui,
}
OF_JSON = frozenset(READERS) - {"a1111", "ai_system", "civitai", "named_model", "postprocessing"}
