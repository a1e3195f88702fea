"""`provenance.metadata.comfy`: what a ComfyUI graph did, by the nodes that lead to the saved picture."""

from __future__ import annotations

from typing import Any

import pytest

from provenance.metadata import comfy
from provenance.metadata.model import ModelRole, TraceKind, TraceMode
from provenance.metadata.told import MODELS
from tests.support.generators import WORKFLOW, image_to_image, node, text_to_image

_SECOND_PASS = {
    "n20": node("LatentUpscale", samples=["3", 0]),
    "n21": node(
        "KSampler", model=["10", 0], latent_image=["20", 0], denoise=0.4, sampler_name="euler", steps=10, cfg=7
    ),
    "n8": node("VAEDecode", samples=["21", 0], vae=["4", 2]),
}
_MASKED = node("VAEEncodeForInpaint", pixels=["11", 0], mask=["11", 1], vae=["4", 2])
_ADVANCED = {
    "n3": node("SamplerCustomAdvanced", guider=["30", 0], sigmas=["31", 0], latent_image=["12", 0]),
    "n30": node("BasicGuider", model=["10", 0], conditioning=["6", 0]),
    "n31": node("BasicScheduler", model=["10", 0], scheduler="simple", steps=20, denoise=0.6),
}
_EDITING = {
    "n40": node("LoadImage", image="aunt.png"),
    "n41": node("VAEEncode", pixels=["40", 0], vae=["4", 2]),
    "n6": node("ReferenceLatent", conditioning=["7", 0], latent=["41", 0]),
}
MODES: dict[str, tuple[dict[str, Any], TraceMode, TraceKind]] = {
    "from noise": (text_to_image(), TraceMode.TEXT, TraceKind.GENERATION),
    "a second pass over its own picture": (text_to_image(**_SECOND_PASS), TraceMode.TEXT, TraceKind.GENERATION),
    "a loaded picture": (image_to_image(), TraceMode.IMAGE, TraceKind.EDIT),
    "a loaded picture, wholly painted over": (image_to_image(1.0), TraceMode.TEXT, TraceKind.GENERATION),
    "a mask": (image_to_image(n12=_MASKED), TraceMode.INPAINTING, TraceKind.EDIT),
    "a wider canvas": (
        image_to_image(n13=node("ImagePadForOutpaint", image=["11", 0]), n12=node("VAEEncodeForInpaint", pixels=["13", 0])),
        TraceMode.OUTPAINTING,
        TraceKind.EDIT,
    ),
    "a scheduler says how much": (image_to_image(**_ADVANCED), TraceMode.IMAGE, TraceKind.EDIT),
    "a picture shown to an editing model": (text_to_image(**_EDITING), TraceMode.IMAGE, TraceKind.EDIT),
    "an upscaler alone": (
        {
            "1": node("LoadImage", image="aunt.png"),
            "2": node("UpscaleModelLoader", model_name="4x-UltraSharp.pth"),
            "3": node("ImageUpscaleWithModel", upscale_model=["2", 0], image=["1", 0]),
            "4": node("SaveImage", images=["3", 0]),
        },
        TraceMode.UPSCALING,
        TraceKind.ENHANCEMENT,
    ),
    "nothing that is known": (
        {"1": node("LoadImage", image="x"), "2": node("MyOwnNode", image=["1", 0]), "3": node("SaveImage", images=["2", 0])},
        TraceMode.UNSAID,
        TraceKind.UNKNOWN,
    ),
}  # fmt: skip


def _walked(prompt: Any) -> Any:
    return comfy.walk(comfy.graph(prompt))


@pytest.mark.parametrize(("prompt", "mode", "kind"), MODES.values(), ids=MODES.keys())
def test_mode(prompt: dict[str, Any], mode: TraceMode, kind: TraceKind) -> None:
    """How the sampler was fed tells whether a picture was made, repainted or only enlarged."""
    told = _walked(prompt)

    assert (told.mode, told.kind) == (mode, kind)


def test_models() -> None:
    """Checkpoints, LoRAs, ControlNets and upscalers on the way to the picture are named, without their folders."""
    prompt = text_to_image(
        n50=node("ControlNetLoader", control_net_name="control_v11p_lineart.pth"),
        n51=node("ControlNetApply", conditioning=["6", 0], control_net=["50", 0]),
        n52=node("UpscaleModelLoader", model_name="4x-UltraSharp.pth"),
        n53=node("ImageUpscaleWithModel", upscale_model=["52", 0], image=["8", 0]),
        n9=node("SaveImage", images=["53", 0]),
    )
    prompt["3"]["inputs"]["positive"] = ["51", 0]

    assert [(one.role, one.name) for one in _walked(prompt).models] == [
        (ModelRole.CHECKPOINT, "sd_xl_base_1.0.safetensors"),
        (ModelRole.LORA, "inkwash.safetensors"),
        (ModelRole.CONTROL, "control_v11p_lineart.pth"),
        (ModelRole.UPSCALER, "4x-UltraSharp.pth"),
    ]


def test_unused_nodes_do_not_count() -> None:
    """A LoRA that leads to no saved picture, one that is switched off and one of weight 0 are not named."""
    power = node("Power Lora Loader (rgthree)", model=["4", 0], lora_1={"on": True, "lora": "on.safetensors", "strength": 1},
                 lora_2={"on": False, "lora": "off.safetensors", "strength": 1})  # fmt: skip
    prompt = text_to_image(
        n10=power,
        n59=node(
            "CR LoRA Stack",
            lora_name_1="stack.safetensors",
            switch_1="On",
            lora_name_2="off2.safetensors",
            switch_2="Off",
        ),
        n60=node("LoraLoaderModelOnly", model=["4", 0], lora_name="beside.safetensors", strength_model=1),
        n61=node("LoraLoaderModelOnly", model=["10", 0], lora_name="nothing.safetensors", strength_model=0),
    )
    prompt["3"]["inputs"] |= {"model": ["61", 0], "lora_stack": ["59", 0]}

    assert [one.name for one in _walked(prompt).models if one.role is ModelRole.LORA] == [
        "stack.safetensors",
        "on.safetensors",
    ]


def test_workflow() -> None:
    """The editor's form of a graph tells the same, by links and by the places of values."""
    told = comfy.walk(comfy.workflow(WORKFLOW))

    assert (told.mode, [one.name for one in told.models]) == (TraceMode.TEXT, ["dreamshaper_8.safetensors"])


def test_bypassed_and_muted_nodes_do_not_count() -> None:
    """A node that the editor left out did nothing, though links lead through it."""
    drawn = WORKFLOW | {
        "nodes": [*(one for one in WORKFLOW["nodes"] if one["id"] != 4), {**WORKFLOW["nodes"][0], "mode": 4}],
    }

    assert comfy.walk(comfy.workflow(drawn)).models == ()


CIRCLE = {"1": node("SaveImage", images=["2", 0]), "2": node("KSampler", latent_image=["1", 0], denoise=1)}
HOSTILE: dict[str, Any] = {
    "a circle": CIRCLE,
    "a link to itself": {"1": node("KSampler", latent_image=["1", 0], model=["1", 0])},
    "links to nowhere": {"1": node("SaveImage", images=["99", 0])},
    "a name that is a list": {
        "1": node("CheckpointLoaderSimple", ckpt_name=["a"]),
        "2": node("SaveImage", images=["1", 0]),
    },
    "numbers for texts": {
        "1": node("LoraLoader", lora_name=7, strength_model="x"),
        "2": node("SaveImage", images=["1", 0]),
    },
    "a long chain": {str(n): node("KSampler", latent_image=[str(n + 1), 0]) for n in range(4000)},
    "every node of every other": {
        str(n): node("KSampler", **{f"latent{k}": [str(k), 0] for k in range(60)}) for n in range(60)
    },
}


@pytest.mark.parametrize("prompt", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_graphs_end(prompt: dict[str, Any]) -> None:
    """A graph that is made to hurt is walked to an end, and names no endless list of models."""
    assert len(_walked(prompt).models) <= MODELS


@pytest.mark.parametrize(
    "data", [None, [], "x", {}, {"1": 1}, {"1": {"class_type": 1, "inputs": {}}}, {"prompt": "a cat"}]
)
def test_no_graph(data: object) -> None:
    """JSON without nodes of a class with inputs is no prompt, and without nodes and links no workflow."""
    assert comfy.graph(data) == {}
    assert comfy.workflow(data) == {}


def test_too_large() -> None:
    """A graph beyond the limit is not walked at all."""
    assert comfy.graph({str(number): node("KSampler") for number in range(comfy.NODES + 1)}) == {}
