"""`provenance.metadata.traces`: what AI tools leave in ordinary metadata, and what is no sign of them."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zlib
from pathlib import Path

import pytest

from provenance.container.kinds import sniff_source
from provenance.container.model import Kind, Limits
from provenance.container.parts import Span
from provenance.container.source import Source
from provenance.container.walk import lay_out
from provenance.metadata import traces
from provenance.metadata.blocks import Text
from provenance.metadata.model import ModelRole, Private, PrivateKind, Trace, TraceKind, TraceMode, TraceStrength
from provenance.metadata.reading import read
from provenance.metadata.traces import Carried, find, rules
from provenance.report.build import build
from provenance.report.declared import Origin
from provenance.report.export import to_json
from provenance.report.full import render_full
from provenance.report.html import page
from provenance.report.text import render
from provenance.terms import AiUse
from provenance.verification.check import check
from provenance.verification.model import Verification
from provenance.verification.options import Options
from provenance.worker import codec
from tests.hostile.forge import Spec, actions, forge
from tests.support import generators as made
from tests.support.container import chunk
from tests.support.generators import A1111, EDITED, GENERATED, MIDJOURNEY, PROMPT, UUID, jpeg, png, text_to_image
from tests.support.report import NOW

GENERATION, EDIT, ENHANCEMENT, UNKNOWN = TraceKind
STRUCTURED, CLEAR, HINT = TraceStrength


def found_in(data: bytes) -> tuple[Trace, ...]:
    """Return the traces that reading a file gives."""
    source = Source(io.BytesIO(data))
    kind = sniff_source(source)
    return read(source, kind, lay_out(source, kind, Limits()), Limits()).metadata.traces


def _dump(value: object) -> str:
    return json.dumps(value)


def _credit(credit: str, source_type: str = "") -> bytes:
    packet = made.xmp(f"<ext:DigitalSourceType>{source_type}</ext:DigitalSourceType>") if source_type else None
    return made.with_credit(jpeg(xmp=packet) if packet else jpeg(), credit)


def _label(value: str) -> str:
    return _dump({"Label": value, "ContentProducer": "001191110102MA", "ProduceID": "1"})


FOOOCUS = {
    "base_model": "juggernautXL_v8Rundiffusion", "base_model_hash": "aeb7e9e689", "full_prompt": [PROMPT], "steps": 30,
    "loras": [["sd_xl_offset_example-lora_1.0", 0.1, "hash"]], "metadata_scheme": "fooocus", "prompt": PROMPT,
    "version": "Fooocus v2.5.5",
}  # fmt: skip
INVOKE = {
    "app_version": "4.2.9", "generation_mode": "sdxl_img2img", "positive_prompt": PROMPT, "seed": 1,
    "model": {"key": "1-2", "name": "juggernaut-xl-v9"}, "loras": [{"model": {"name": "inkwash"}, "weight": 0.5}],
}  # fmt: skip
SWARM = {"sui_image_params": {"prompt": PROMPT, "model": "OfficialStableDiffusion/sd_xl_base_1.0", "loras": ["ink"],
                              "swarm_version": "0.9.5.0"}}  # fmt: skip
EASY = {"prompt": PROMPT, "negative_prompt": "x", "use_stable_diffusion_model": "models/sd-v1-5", "seed": 1}
DRAW_THINGS = {"c": PROMPT, "uc": "x", "model": "flux_1_dev_q8p.ckpt", "sampler": "Euler A", "steps": 20, "seed": 1,
               "lora": [{"model": "ink.ckpt", "weight": 1}]}  # fmt: skip

# name -> (file, rule, tool, kind, strength, where, names of models)
FOUND: dict[str, tuple[bytes, str, str, TraceKind, TraceStrength, str, list[str]]] = {
    "AUTOMATIC1111": (png({"parameters": A1111}), "a1111", "AUTOMATIC1111", GENERATION, STRUCTURED, "PNG text parameters",
                      ["dreamshaper_8", "inkwash_v2"]),
    "AUTOMATIC1111, packed": (png({"parameters": A1111}, packed=True), "a1111", "AUTOMATIC1111", GENERATION, STRUCTURED,
                              "PNG text parameters", ["dreamshaper_8", "inkwash_v2"]),
    "AUTOMATIC1111, JPEG": (jpeg(exif=made.exif(comment=A1111)), "a1111", "AUTOMATIC1111", GENERATION, STRUCTURED,
                            "EXIF UserComment", ["dreamshaper_8", "inkwash_v2"]),
    "AUTOMATIC1111, WebP": (jpeg("WEBP", exif=made.exif(comment=A1111)), "a1111", "AUTOMATIC1111", GENERATION, STRUCTURED,
                            "EXIF UserComment", ["dreamshaper_8", "inkwash_v2"]),
    "AUTOMATIC1111, comment": (jpeg(comment=A1111), "a1111", "AUTOMATIC1111", GENERATION, STRUCTURED, "JPEG comment",
                               ["dreamshaper_8", "inkwash_v2"]),
    "Forge": (png({"parameters": A1111.replace("v1.10.1", "f2.0.1v1.10.1-previous")}), "a1111", "Forge", GENERATION,
              STRUCTURED, "PNG text parameters", ["dreamshaper_8", "inkwash_v2"]),
    "AUTOMATIC1111, extras": (png({"postprocessing": "Postprocess upscale by: 4, Postprocess upscaler: R-ESRGAN 4x+"}),
                              "a1111-postprocessing", "", ENHANCEMENT, STRUCTURED,
                              "PNG text postprocessing", ["R-ESRGAN 4x+"]),
    "ComfyUI": (png({"prompt": _dump(text_to_image())}), "comfyui-prompt", "ComfyUI", GENERATION, STRUCTURED,
                "PNG text prompt", ["sd_xl_base_1.0.safetensors", "inkwash.safetensors"]),
    "ComfyUI, img2img": (png({"prompt": _dump(made.image_to_image())}), "comfyui-prompt", "ComfyUI", EDIT, STRUCTURED,
                         "PNG text prompt", ["sd_xl_base_1.0.safetensors", "inkwash.safetensors"]),
    "ComfyUI, workflow": (png({"workflow": _dump(made.WORKFLOW)}), "comfyui-workflow", "ComfyUI", GENERATION, STRUCTURED,
                          "PNG text workflow", ["dreamshaper_8.safetensors"]),
    "ComfyUI, WebP": (jpeg("WEBP", exif=made.exif(Model="prompt:" + _dump(text_to_image()))), "comfyui-prompt", "ComfyUI",
                      GENERATION, STRUCTURED, "EXIF Model", ["sd_xl_base_1.0.safetensors", "inkwash.safetensors"]),
    "ComfyUI, WebP workflow": (jpeg("WEBP", exif=made.exif(Make="workflow:" + _dump(made.WORKFLOW))), "comfyui-workflow",
                               "ComfyUI", GENERATION, STRUCTURED, "EXIF Make", ["dreamshaper_8.safetensors"]),
    "InvokeAI": (png({"invokeai_metadata": _dump(INVOKE)}), "invokeai", "InvokeAI", EDIT, STRUCTURED,
                 "PNG text invokeai_metadata", ["juggernaut-xl-v9", "inkwash"]),
    "InvokeAI 2": (png({"sd-metadata": _dump({"model_weights": "sd-1.5", "app_version": "v2", "image": {"type": "txt2img"}})}),
                   "invokeai", "InvokeAI", GENERATION, STRUCTURED, "PNG text sd-metadata", ["sd-1.5"]),
    "InvokeAI 1": (png({"Dream": f'"{PROMPT}" -s 50 -S 123456 -W 512 -H 512 -C 7.5 -A k_lms'}), "invokeai-dream",
                   "InvokeAI", GENERATION, STRUCTURED, "PNG text Dream", []),
    "Fooocus": (png({"parameters": _dump(FOOOCUS)}), "fooocus", "Fooocus", GENERATION, STRUCTURED, "PNG text parameters",
                ["juggernautXL_v8Rundiffusion", "sd_xl_offset_example-lora_1.0"]),
    "Fooocus, scheme": (png({"fooocus_scheme": "fooocus"}), "fooocus-scheme", "Fooocus", GENERATION, STRUCTURED,
                        "PNG text fooocus_scheme", []),
    "Fooocus, JPEG": (jpeg(comment=_dump(FOOOCUS)), "fooocus", "Fooocus", GENERATION, STRUCTURED, "JPEG comment",
                      ["juggernautXL_v8Rundiffusion", "sd_xl_offset_example-lora_1.0"]),
    "SwarmUI": (png({"parameters": _dump(SWARM)}), "swarmui", "SwarmUI", GENERATION, STRUCTURED, "PNG text parameters",
                ["sd_xl_base_1.0", "ink"]),
    "SwarmUI, JPEG": (jpeg(exif=made.exif(comment=_dump(SWARM))), "swarmui", "SwarmUI", GENERATION, STRUCTURED,
                      "EXIF UserComment", ["sd_xl_base_1.0", "ink"]),
    "Easy Diffusion": (png({"use_stable_diffusion_model": "models/sd-v1-5"}), "easy-diffusion", "Easy Diffusion", GENERATION,
                       STRUCTURED, "PNG text use_stable_diffusion_model", ["sd-v1-5"]),
    "Easy Diffusion, negative": (png({"Negative Prompt": "blurry"}), "easy-diffusion-negative", "Easy Diffusion", GENERATION,
                                 CLEAR, "PNG text Negative Prompt", []),
    "Easy Diffusion, JPEG": (jpeg(exif=made.exif(comment=_dump(EASY))), "easy-diffusion-json", "Easy Diffusion", GENERATION,
                             STRUCTURED, "EXIF UserComment", ["sd-v1-5"]),
    "Draw Things": (made.png_with_xmp(made.xmp(
        f"<exif:UserComment><rdf:Alt><rdf:li xml:lang=\"x-default\">{_dump(DRAW_THINGS)}</rdf:li></rdf:Alt></exif:UserComment>")),
                    "draw-things", "Draw Things", GENERATION, STRUCTURED, "XMP exif:UserComment", ["flux_1_dev_q8p.ckpt", "ink.ckpt"]),
    "NovelAI": (png({"Software": "NovelAI"}), "novelai", "NovelAI", GENERATION, STRUCTURED, "PNG text Software", []),
    "NovelAI, source": (png(made.novelai()), "novelai-source", "NovelAI", GENERATION, STRUCTURED, "PNG text Source",
                        ["Stable Diffusion XL C1E1DE52"]),
    "NovelAI, title": (png({"Title": "AI generated image"}), "novelai-title", "NovelAI", GENERATION, CLEAR,
                       "PNG text Title", []),
    "NovelAI, comment": (png(made.novelai(request_type="NativeInfillingRequest")), "novelai-comment", "NovelAI", EDIT,
                         STRUCTURED, "PNG text Comment", []),
    "NovelAI, hidden": (made.hidden(_dump(made.novelai()).encode()), "novelai-hidden", "NovelAI", GENERATION, STRUCTURED,
                        "pixels (stealth_pngcomp)", ["Stable Diffusion XL C1E1DE52"]),
    "AUTOMATIC1111, hidden": (made.hidden(A1111.encode(), mode="rgb", packed=False), "a1111", "AUTOMATIC1111", GENERATION,
                              STRUCTURED, "pixels (stealth_rgbinfo)", ["dreamshaper_8", "inkwash_v2"]),
    "hidden, unknown": (made.hidden(b"whatever this is"), "hidden", "", UNKNOWN,
                        STRUCTURED, "pixels (stealth_pngcomp)", []),
    "Civitai": (jpeg(exif=made.exif(comment=A1111 + ', Civitai resources: [{"type":"checkpoint","modelVersionId":1}]')),
                "civitai", "Civitai", GENERATION, CLEAR, "EXIF UserComment", ["dreamshaper_8", "inkwash_v2"]),
    "Midjourney": (png({"Description": MIDJOURNEY}), "midjourney", "Midjourney", GENERATION, CLEAR, "PNG text Description", []),
    "Midjourney, with source type": (
        jpeg(xmp=made.xmp(f"<ext:DigitalSourceType>{GENERATED}</ext:DigitalSourceType>"), exif=made.exif(ImageDescription=MIDJOURNEY)),
        "midjourney", "Midjourney", GENERATION, STRUCTURED, "EXIF ImageDescription", []),
    "Google, made": (_credit("Made with Google AI"), "google-made", "Google AI", GENERATION, STRUCTURED, "IPTC Credit", []),
    "Google, edited": (jpeg(xmp=made.xmp("<photoshop:Credit>Edited with Google AI</photoshop:Credit>")), "google-edited",
                       "Google AI", EDIT, STRUCTURED, "XMP photoshop:Credit", []),
    "Apple Clean Up": (_credit("Apple Photos Clean Up", EDITED), "apple-clean-up", "Apple Photos Clean Up", EDIT, STRUCTURED,
                       "IPTC Credit", []),
    "Apple Image Playground": (_credit("Image Playground"), "apple-image-playground", "Apple Image Playground", GENERATION,
                               HINT, "IPTC Credit", []),
    "Samsung": (made.with_samsung(jpeg(), PhotoEditor_Re_Edit_Data='{"originalPath":"/a","genAIType":2}'), "samsung-galaxy-ai",
                "Samsung Galaxy AI", EDIT, CLEAR, "PhotoEditor_Re_Edit_Data after the end of the JPEG", []),
    "Meta": (jpeg(xmp=made.xmp(f'<ext:DigitalSourceType rdf:resource="{GENERATED}"/>')), "digital-source-type",
             "", GENERATION, STRUCTURED, "XMP Iptc4xmpExt:DigitalSourceType", []),
    "source type of an edit": (jpeg(xmp=made.xmp(f"<ext:DigitalSourceType>{EDITED}</ext:DigitalSourceType>")),
                               "digital-source-type-edit", "", EDIT, STRUCTURED,
                               "XMP Iptc4xmpExt:DigitalSourceType", []),
    "Grok": (jpeg(exif=made.exif(ImageDescription="Signature: " + "aB3/" * 22 + "==", Artist=UUID)), "xai-grok", "xAI Grok",
             GENERATION, CLEAR, "EXIF ImageDescription", []),
    "TC260, XMP": (jpeg(xmp=made.xmp(f"<TC260:AIGC>{_label('1')}</TC260:AIGC>")), "tc260", "", GENERATION,
                   STRUCTURED, "XMP TC260:AIGC", []),
    "TC260, PNG": (png({"AIGC": _label("2")}), "tc260", "", UNKNOWN, STRUCTURED, "PNG text AIGC", []),
    "TC260, EXIF": (jpeg(exif=made.exif(comment='{"AIGC":' + _label("1") + "}")), "tc260", "", GENERATION,
                    STRUCTURED, "EXIF UserComment", []),
    "Hugging Face": (png({"hf-job-id": "67f0c2b1a2"}), "hugging-face-job", "Hugging Face", UNKNOWN, HINT, "PNG text hf-job-id", []),
    "IPTC 2025.1": (jpeg(xmp=made.xmp("<ext:AISystemUsed>Imagine 3</ext:AISystemUsed>")), "iptc-ai-system", "Imagine 3",
                    UNKNOWN, STRUCTURED, "XMP Iptc4xmpExt:AISystemUsed", []),
    "IPTC 2025.1, prompt": (jpeg(xmp=made.xmp(f"<ext:AIPromptInformation>{PROMPT}</ext:AIPromptInformation>")),
                            "iptc-ai-prompt", "", UNKNOWN, STRUCTURED,
                            "XMP Iptc4xmpExt:AIPromptInformation", []),
    "IPTC 2025.1, writer": (jpeg(xmp=made.xmp("<ext:AIPromptWriterName>Ada</ext:AIPromptWriterName>")), "iptc-ai-prompt-writer",
                            "", UNKNOWN, CLEAR, "XMP Iptc4xmpExt:AIPromptWriterName", []),
    "Topaz": (jpeg(exif=made.exif(Software="Topaz Photo AI 3.1.2")), "topaz", "Topaz", ENHANCEMENT, HINT, "EXIF Software", []),
    "Gigapixel": (jpeg(xmp=made.xmp("<xmp:CreatorTool>Gigapixel AI 8.0</xmp:CreatorTool>")), "topaz", "Topaz", ENHANCEMENT,
                  HINT, "XMP xmp:CreatorTool", []),
    "Remini": (jpeg(exif=made.exif(Software="Remini")), "remini", "Remini", ENHANCEMENT, HINT, "EXIF Software", []),
    "Luminar": (jpeg(exif=made.exif(Software="Luminar Neo 1.20")), "luminar", "Luminar", ENHANCEMENT, HINT, "EXIF Software", []),
    "DxO": (jpeg(exif=made.exif(Software="DxO PhotoLab 7.1")), "dxo", "DxO", ENHANCEMENT, HINT, "EXIF Software", []),
}  # fmt: skip
NO_SIGN: dict[str, bytes] = {
    "nothing": jpeg(),
    "a program's name": jpeg(exif=made.exif(Software="Imagenation VME")),
    "a camera's name": jpeg(exif=made.exif(Make="Trace", Model="Gemini11")),
    "a camera called Luminari": jpeg(exif=made.exif(Software="Luminari 5")),
    "a program called Topazio": jpeg(exif=made.exif(Software="Topazio 5")),
    "DxO's own camera": jpeg(exif=made.exif(Software="DxO ONE 3.0")),
    "algorithmicMedia": jpeg(
        xmp=made.xmp("<ext:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia</ext:DigitalSourceType>")
    ),
    "drawn": jpeg(
        xmp=made.xmp("<ext:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation</ext:DigitalSourceType>")
    ),
    "a caption about AI": png({"Description": "Not by Midjourney --v 6: my protest against Stable Diffusion, Steps: 20"}),
    "a job number": png({"Description": f"Job ID: {UUID}"}),
    "a comment about steps": jpeg(exif=made.exif(comment="Steps: I took 20 steps")),
    "steps of a recipe": png({"parameters": "Steps: 20, Oven: 180"}),
    "steps within a sentence": png({"parameters": "He counted Steps: 20, Seed: 4 of them"}),
    "credit to Google": _credit("Google"),
    "a longer credit": _credit("Ada, not Made with Google AI"),
    "a book": png({"Title": "Stable Diffusion: a book", "Source": "A book about Stable Diffusion, page 3"}),
    "a source without its program": png({"Source": "Stable Diffusion XL C1E1DE52"}),
    "JSON of another kind": png({"prompt": _dump({"prompt": "Draw a heron", "text": "by Friday"})}),
    "the word class_type alone": png({"prompt": _dump({"1": {"class_type": 5, "inputs": "none"}})}),
    "a plain prompt": png({"prompt": "Draw a cat"}),
    "somebody's workflow": png({"workflow": _dump({"nodes": 3, "owner": "studio"})}),
    "another program's parameters": png({"parameters": "exposure 1/60"}),
    "NovelAI's viewer": png({"Software": "NovelAI viewer"}),
    "the words in another field": png({"Author": A1111}),
    "a scheme of another kind": png({"fooocus_scheme": "warm colours"}),
    "a UUID as artist": jpeg(exif=made.exif(ImageDescription="Signature: Ada", Artist=UUID)),
    "a signature by Ada": jpeg(exif=made.exif(ImageDescription="Signature: " + "aB3/" * 22, Artist="Ada")),
    "Samsung without AI": made.with_samsung(jpeg(), PhotoEditor_Re_Edit_Data='{"genAIType":0}'),
    "Samsung's other entries": made.with_samsung(jpeg(), Image_UTC_Data='{"genAIType":2}'),
    "a label without a number": png({"AIGC": _dump({"Label": "none"})}),
    "an empty system": jpeg(xmp=made.xmp("<ext:AISystemUsed></ext:AISystemUsed>")),
}  # fmt: skip


@pytest.mark.parametrize(
    ("data", "rule", "tool", "kind", "strength", "where", "models"), FOUND.values(), ids=FOUND.keys()
)
def test_found(
    data: bytes, rule: str, tool: str, kind: TraceKind, strength: TraceStrength, where: str, models: list[str]
) -> None:
    """Each tool is known by the form of what it writes, in the field where it writes it."""
    found = next((trace for trace in found_in(data) if trace.rule == rule and trace.where == where), None)

    assert found is not None, found_in(data)
    assert (found.tool, found.kind, found.strength) == (tool, kind, strength)
    assert [one.name for one in found.models] == models


@pytest.mark.parametrize("data", NO_SIGN.values(), ids=NO_SIGN.keys())
def test_no_sign(data: bytes) -> None:
    """Names and words in a caption, a camera, another field or another form are no sign."""
    assert found_in(data) == ()


def test_every_rule_has_a_sample() -> None:
    """No row of the table goes untested, and no two have one name."""
    ids = [rule.id for rule in rules()]

    assert set(ids) == {rule for _, rule, *_ in FOUND.values()}
    assert len(ids) == len(set(ids))


def test_the_table_and_the_code_name_the_same_places() -> None:
    """What is looked at is what some rule asks for; every rule says where its form is described."""
    named = {place for rule in rules() for place in (*rule.places, *(place for place, _ in rule.with_places))}
    known = {f"text:{key}" for key in traces.TEXT_KEYS} | {f"exif:{tag}" for tag in traces.EXIF_TAGS}
    known |= {f"xmp:{name}" for name in traces.XMP_PROPERTIES} | {f"iptc:{name}" for name in traces.IPTC_SETS.values()}
    known |= {f"trailer:{name}" for name in traces.TRAILER_NAMES} | {"comment", "hidden"}

    assert named == known
    assert all(rule.source for rule in rules())


def test_rules_never_look_at_a_cameras_name_but_for_comfyui() -> None:
    """Make and Model are a camera's; only ComfyUI keeps its graph there, behind a word of its own."""
    assert {rule.tool for rule in rules() if {"exif:Make", "exif:Model"} & set(rule.places)} == {"ComfyUI", "SwarmUI"}


def test_patterns_are_bounded() -> None:
    """No pattern repeats without a bound, so none can be made to search for ever."""
    for rule in rules():
        for pattern in (*rule.patterns, *(pattern for _, pattern in rule.with_places)):
            assert not re.search(r"(?<!\\)[*+](?![^\[]*\])", pattern), (rule.id, pattern)


def test_prompts_are_not_handed_on() -> None:
    """Of a text that holds a prompt only its SHA-256 is handed on, and where it stands."""
    for name, (data, *_) in FOUND.items():
        for trace in found_in(data):
            assert PROMPT not in repr(trace), name
            assert made.NEGATIVE not in repr(trace), name
    found = found_in(FOUND["AUTOMATIC1111"][0])

    assert [trace.prompt_sha256 for trace in found] == [hashlib.sha256(A1111.encode()).hexdigest()]
    assert traces.private(found) == (Private(PrivateKind.PROMPT, "PNG text parameters"),)


def test_value_is_said_where_it_is_the_trace() -> None:
    """A credit or a source type is quoted, cut where it is long."""
    said = [found_in(FOUND[name][0])[0].says for name in ("Google, made", "Meta", "IPTC 2025.1")]
    long = found_in(jpeg(xmp=made.xmp(f"<ext:AISystemUsed>{'x' * 500}</ext:AISystemUsed>")))

    assert said == ["Made with Google AI", "trainedAlgorithmicMedia", "Imagine 3"]
    assert len(long[0].says) == 200


MODES = {
    "img2img": ("Denoising strength: 0.55", TraceMode.IMAGE, EDIT),
    "second pass": ("Denoising strength: 0.55, Hires upscale: 2, Hires upscaler: Latent", TraceMode.TEXT, GENERATION),
    "inpainting": ("Denoising strength: 0.75, Mask blur: 4, Inpaint area: Only masked", TraceMode.INPAINTING, EDIT),
    "whole repaint": ("Denoising strength: 1", TraceMode.TEXT, GENERATION),
}


@pytest.mark.parametrize(("settings", "mode", "kind"), MODES.values(), ids=MODES.keys())
def test_infotext_mode(settings: str, mode: TraceMode, kind: TraceKind) -> None:
    """The settings of AUTOMATIC1111's line tell whether a picture was repainted."""
    found = found_in(png({"parameters": f"{A1111}, {settings}"}))

    assert [(trace.mode, trace.kind) for trace in found] == [(mode, kind)]


def test_strongest_first() -> None:
    """What only one tool writes stands before hints."""
    packet = made.xmp("<xmp:CreatorTool>Topaz Photo AI</xmp:CreatorTool>")

    found = found_in(jpeg(exif=made.exif(comment=A1111, Software="Remini"), xmp=packet))

    assert [trace.strength for trace in found] == [STRUCTURED, HINT, HINT]


def _texts(**texts: str) -> Carried:
    return Carried(Kind.PNG, tuple(Text(key, value.encode(), Span(0, 0)) for key, value in texts.items()))


HOSTILE = {
    "deep JSON": _texts(prompt='{"a":' * 100_000 + '"class_type":', workflow='{"nodes":[' * 100_000),
    "deep JSON that closes": _texts(prompt='{"class_type":' * 50_000 + "1" + "}" * 50_000),
    "numbers without end": _texts(prompt='{"1":{"class_type":"KSampler","inputs":{"denoise":' + "9" * 100_000 + "}}}"),
    "half a million nodes": _texts(
        prompt=json.dumps({str(n): {"class_type": "a", "inputs": {}} for n in range(40_000)})
    ),
    "one long word": _texts(**dict.fromkeys(sorted(traces.TEXT_KEYS), "Negative prompt:" * 50_000)),
    "spaces": _texts(**dict.fromkeys(sorted(traces.TEXT_KEYS), " " * 1_000_000)),
    "open quotes": _texts(parameters="Steps: 1, Seed: 2" + ', Ab: "x' * 100_000),
    "tags without end": _texts(parameters="<lora:" * 100_000 + "\nSteps: 1, Seed: 2"),
    "wrong types": _texts(
        invokeai_metadata='{"positive_prompt":1,"model":[],"loras":{"a":1},"image":7,"generation_mode":[]}',
        parameters='{"sui_image_params":[]}',
        Comment='{"v4_prompt":1,"request_type":{}}',
    ),
    "not UTF-8": Carried(Kind.PNG, (Text("parameters", b"\xff\xfe\x00" * 1000, Span(0, 0), utf8=True),)),
    "deep XMP": Carried(xmp={"photoshop:Credit": [[[[[[[["Made with Google AI"]]]]]]]]}),
}


@pytest.mark.parametrize("given", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_texts_are_survived(given: Carried) -> None:
    """Depth, length, wrong types and broken texts raise nothing."""
    assert all(isinstance(trace, Trace) for trace in find(given))


def test_too_long_is_not_looked_at() -> None:
    """Of a text beyond the limit nothing is said."""
    assert find(_texts(parameters=A1111 + " " * traces.LONGEST)) == ()


def test_models_have_no_folders() -> None:
    """The folders of somebody's disk are not handed on with a model's name."""
    said = A1111.replace("dreamshaper_8", r"C:\Users\ada\models\dream")

    found = found_in(png({"parameters": said}))

    assert next((one.role, one.name) for one in found[0].models) == (ModelRole.CHECKPOINT, "dream")


# --- a whole file -------------------------------------------------------------------------------------------------


def _checked(folder: Path, data: bytes) -> Verification:
    path = folder / "cat.png"
    path.write_bytes(data)
    return check(path, options=Options())


def test_wording(tmp_path: Path) -> None:
    """An unsigned file with such a sign is reported as what someone wrote, never as a fact about who shows it."""
    report = build(_checked(tmp_path, png({"parameters": A1111})), now=NOW)

    assert report.ai_use is AiUse.POSSIBLY
    shown = " ".join(render(report).split())
    assert "“AUTOMATIC1111” (structured data)" in shown
    assert "not necessarily the one who shows it to you" in shown


def test_no_output_holds_a_prompt(tmp_path: Path) -> None:
    """Neither the text, nor JSON, nor the page, nor what a worker sends has a word of a prompt."""
    every = png(
        {"parameters": A1111, "prompt": _dump(text_to_image()), "workflow": _dump(made.WORKFLOW)} | made.novelai()
    )
    verification = _checked(tmp_path, every)
    report = build(verification, now=NOW)

    outputs = [render(report), render_full(report, width=10_000), page(report), to_json(report)]
    outputs.append(json.dumps(codec.encode(verification)))

    assert {trace.tool for trace in verification.carried.traces} == {"AUTOMATIC1111", "ComfyUI", "NovelAI"}
    assert not [text for text in outputs if "heron" in text or "seven fingers" in text]


def test_beside_a_manifest(tmp_path: Path) -> None:
    """Beside a signed statement of generative AI a sign is no news; beside a signed silence it is told."""
    data = png({"parameters": A1111})
    said = Spec([actions({"action": "c2pa.created", "digitalSourceType": GENERATED})])

    silent, outspoken = (
        build(_checked(tmp_path, one.data), now=NOW) for one in (forge(asset=data), forge(said, asset=data))
    )

    assert [step.description for step in silent.ledger if step.origin is Origin.TRACE] == ["AUTOMATIC1111"]
    assert [step for step in outspoken.ledger if step.origin is Origin.TRACE] == []
    assert outspoken.carried.traces


def test_bombs_in_many_chunks(tmp_path: Path) -> None:
    """Texts that inflate without end, however many, are left, said to be so, and no trace."""
    body = b"parameters\0\0" + zlib.compress(A1111.encode() + bytes(1 << 24))
    data = png()

    found = _checked(tmp_path, data[:33] + chunk(b"zTXt", body) * 100 + data[33:]).carried

    assert found.traces == ()
    assert found.problems
