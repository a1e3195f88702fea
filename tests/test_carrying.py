"""The statement in the picture's own metadata: order, rules, traces, what is private."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from provenance.credentials.credential import Credential
from provenance.declaration.model import Declaration
from provenance.errors import AssetError
from provenance.metadata.exif import fresh
from provenance.metadata.model import Carrier, Field
from provenance.report.build import build
from provenance.report.declared import Origin
from provenance.signing.credit import properties
from provenance.signing.options import Options
from provenance.signing.sign import planned, sign
from provenance.verification.check import check
from provenance.verification.options import Options as CheckOptions
from tests.support import pictures
from tests.support.pki import Authority
from tests.support.report import NOW

SECRET = "a heron over the harbour"
GRAPH = {
    "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "dreamshaper_8.safetensors"}},
    "2": {"class_type": "LoraLoader", "inputs": {"lora_name": "ink.safetensors", "model": ["1", 0], "clip": ["1", 1]}},
    "3": {"class_type": "CLIPTextEncode", "inputs": {"text": SECRET, "clip": ["2", 1]}},
    "4": {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 64}},
    "5": {
        "class_type": "KSampler",
        "inputs": {
            "model": ["2", 0],
            "positive": ["3", 0],
            "negative": ["3", 0],
            "latent_image": ["4", 0],
            "denoise": 1,
        },
    },
    "6": {"class_type": "VAEDecode", "inputs": {"samples": ["5", 0], "vae": ["1", 2]}},
    "7": {"class_type": "SaveImage", "inputs": {"images": ["6", 0]}},
}
INFOTEXT = (
    f"{SECRET}\nNegative prompt: bad\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 64x64, Model: ink"
)
MIDJOURNEY = f"{SECRET} --v 6.1 Job ID: 3b5f1c1e-93b1-4d0b-8c5a-2f9f3f6f0a11"
BY_HAND = {"authors": [{"name": "Nightjar"}], "origin": "blank-canvas", "tools": ["Krita 5.2.6"]}
AS_MADE = "--origin generated --ai 'generation:ComfyUI:model dreamshaper_8, LoRA ink'"


@pytest.fixture(scope="module")
def credential(pki: Authority) -> Credential:
    issued = pki.issue("nightjar", with_root=True)
    return Credential.of(issued.chain, issued.key)


@pytest.fixture
def comfy(tmp_path: Path) -> Path:
    """A PNG as ComfyUI saves it, with the graph that made it."""
    info = PngImagePlugin.PngInfo()
    info.add_text("prompt", json.dumps(GRAPH))
    path = tmp_path / "comfy.png"
    Image.new("RGB", (64, 64), (30, 60, 90)).save(path, pnginfo=info)
    return path


def said(**more: Any) -> Declaration:
    return Declaration.from_dict(BY_HAND | more)


def test_a_generated_picture_is_not_signed_as_drawn(comfy: Path, credential: Credential) -> None:
    """A ComfyUI graph under a blank canvas is refused; the message names place, model, LoRA and kind, never the prompt."""
    before = comfy.read_bytes()

    with pytest.raises(AssetError) as caught:
        sign(comfy, said(), credential=credential)

    assert str(caught.value) == (
        "comfy.png: PNG text prompt says that ComfyUI made a picture (found, not signed), but the declared origin is "
        "blank-canvas, and no step says that generative AI was used; declare it "
        f'({AS_MADE}), or keep the declaration with --despite-traces "why"'
    )
    assert (comfy.read_bytes(), list(comfy.parent.iterdir())) == (before, [comfy])


def test_despite_traces_is_part_of_the_statement(comfy: Path, credential: Credential) -> None:
    """With a reason it is signed, and the reason stands in the manifest for every reader."""
    why = "A test of a workflow that I painted over"

    signed = sign(comfy, said(despite_traces=why), credential=credential)

    (statement,) = signed.verification.manifests[0].statements
    assert (statement.kind, statement.value, statement.created) == ("despite_traces", why, True)
    assert [trace.tool for trace in signed.verification.carried.traces] == ["ComfyUI"]


def test_what_is_left_open_is_proposed(comfy: Path, credential: Credential) -> None:
    """Where nothing is said about the making, it is signed, and the words that would declare the traces are shown."""
    signed = sign(comfy, Declaration.from_dict({"title": "Heron"}), credential=credential)

    note = next(note for note in signed.notes if note.key == "sign.traces")
    assert dict(note.values) == {"name": "comfy.png", "tools": "ComfyUI (PNG text prompt)", "command": AS_MADE}


def test_a_prompt_stays_private(comfy: Path, credential: Credential) -> None:
    """The prompt is in no part of what is signed but the artist's own chunk, and not even there once stripped."""
    generated = Declaration.from_dict({"origin": "generated", "steps": [{"ai": {"kind": "generation"}}]})
    options = Options(strip_private=True)

    stripped = sign(comfy, generated, credential=credential, options=options)

    assert SECRET.encode() not in stripped.path.read_bytes()
    assert SECRET.encode() in comfy.read_bytes()
    assert [found.where for found in planned(comfy, generated, options=options).stripped] == ["PNG text prompt"]
    assert pictures.pixels(stripped.path) == pictures.pixels(comfy)


def test_what_is_signed_is_what_stands_in_xmp(tmp_path: Path, credential: Credential) -> None:
    """``cawg.metadata`` says what a reader of the XMP finds, and the file is intact."""
    asset = pictures.jpeg(tmp_path / "a.jpg")
    rich = said(
        title="Dusk", description="Ein Reiher\nüber dem Hafen", copyright="© 山 2026", usage_terms="Ask first",
        licensor={"name": "Shop", "url": "https://shop.example"}, license_url="https://n.example/terms",
        copyright_owner="Nightjar Ltd", contact="ask@n.example", permissions={"training": "no"},
    )  # fmt: skip

    signed = sign(asset, rich, credential=credential)

    found = check(signed.path, options=CheckOptions())
    stated = dict(found.manifests[0].credits)
    assert stated["dc:rights"] == "© 山 2026"
    for field, key in ((Field.CREATOR, "dc:creator"), (Field.RIGHTS, "dc:rights"), (Field.TITLE, "dc:title")):
        assert found.carried.texts(field, Carrier.XMP) == (stated[key],)
    assert found.carried.texts(Field.LICENSOR_URL, Carrier.XMP) == ("https://shop.example",)
    assert found.carried.texts(Field.DATA_MINING, Carrier.XMP) == (stated["plus:DataMining"],)


def test_your_terms_and_what_is_added_to_them_are_two_sentences() -> None:
    """Use as input to AI follows the author's terms, apart from them, whether or not they end with a stop."""
    for words in ("Ask first", "Ask first."):
        terms = properties(said(usage_terms=words, permissions={"inference": "no"}))["xmpRights:UsageTerms"]
        assert terms == {"x-default": "Ask first. Use as input to AI: not allowed."}
    assert properties(said(usage_terms="Ask first"))["xmpRights:UsageTerms"] == {"x-default": "Ask first"}


def test_signing_twice_changes_nothing_that_stands(tmp_path: Path, credential: Credential) -> None:
    """The same words a second time are no conflict, and every row says that it stands there already."""
    first = sign(pictures.jpeg(tmp_path / "a.jpg"), said(title="Dusk"), credential=credential)
    again = Declaration.from_dict({"authors": [{"name": "Nightjar"}], "title": "Dusk"})

    rows = planned(first.path, again).rows

    assert {row.outcome.value for row in rows} == {"same"}
    assert sign(first.path, again, credential=credential).verification.chain_intact


def test_generative_ai_in_a_file_is_not_talked_away(tmp_path: Path, credential: Credential) -> None:
    """A source type that names generative AI stays in XMP, whatever is stated beside it and whatever the rule."""
    made = sign(pictures.jpeg(tmp_path / "a.jpg"), said(origin="generated"), credential=credential)
    bare = tmp_path / "bare.jpg"
    bare.write_bytes(made.path.read_bytes())

    rows = planned(
        bare,
        said(despite_traces="borrowed"),
        options=Options(drop_history=True, conflict="replace"),  # type: ignore[arg-type]  # an enum of strings
    ).rows

    kept = next(row for row in rows if row.field is Field.SOURCE_TYPE)
    assert (kept.outcome.value, kept.texts[0].rpartition("/")[2]) == ("kept", "trainedAlgorithmicMedia")


@pytest.mark.parametrize(
    "steps",
    [
        [{"tool": "Upscaler 2", "ai": {"kind": "upscaling"}}],
        [{"tool": "Painter 3", "ai": {"kind": "inpainting", "model": "Ink 1.0"}}],
    ],
    ids=["may be generative", "generative"],
)
def test_what_the_signer_states_is_no_trace(tmp_path: Path, credential: Credential, steps: list[Any]) -> None:
    """The AI system that signing puts into XMP is the signer's statement, not something found beside it."""
    path = tmp_path / "drawn.png"
    Image.new("RGB", (64, 64), (30, 60, 90)).save(path)

    report = build(sign(path, said(steps=steps), credential=credential).verification, now=NOW)

    assert {line.rule for line in report.carried.traces} >= {"iptc-ai-system"}
    assert [step for step in report.ledger if step.origin is Origin.TRACE] == []


def test_exif_without_room_stays_and_the_rest_is_written(tmp_path: Path, credential: Credential) -> None:
    """A JPEG whose EXIF fills its segment is signed all the same; EXIF stays byte for byte, XMP and IPTC say it."""
    block = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x0f\0\x02" + (65_490).to_bytes(4, "big") + b"\0\0\0\x1a\0\0\0\0"
    block += b"M" * 65_489 + b"\0"
    asset = pictures.jpeg(tmp_path / "a.jpg", exif=block)

    signed = sign(asset, said(), credential=credential)

    note = next(note for note in signed.notes if note.key == "sign.carrier_left")
    assert dict(note.values)["carrier"] == "EXIF"
    assert block in signed.path.read_bytes()
    carried = signed.verification.carried
    assert (carried.texts(Field.CREATOR, Carrier.XMP), carried.texts(Field.CREATOR, Carrier.IPTC)) == (
        ("Nightjar",),
        ("Nightjar",),
    )


def test_xmp_with_a_doctype_is_not_written_into(tmp_path: Path, credential: Credential) -> None:
    """What a parser could be fooled with is refused in one sentence that says what to do; nothing is signed."""
    packet = b'<!DOCTYPE x><x:xmpmeta xmlns:x="adobe:ns:meta/"/>'
    asset = tmp_path / "a.jpg"
    Image.new("RGB", (16, 16)).save(asset, xmp=packet)

    with pytest.raises(AssetError) as caught:
        sign(asset, said(), credential=credential)

    assert str(caught.value) == (
        "a.jpg: XMP: has a document type, in which entities could be hidden; "
        "take the DOCTYPE out, or leave the picture's metadata as it is with --no-metadata"
    )
    assert list(tmp_path.iterdir()) == [asset]
    assert sign(asset, said(), credential=credential, options=Options(metadata=False)).verification.chain_intact


PROMPTED = {
    "a JPEG comment": lambda path: Image.new("RGB", (16, 16)).save(path, comment=INFOTEXT.encode()),
    "the description in EXIF": lambda path: pictures.jpeg(path, exif=b"Exif\0\0" + fresh([(270, MIDJOURNEY.encode())])),
}


@pytest.mark.parametrize("save", PROMPTED.values(), ids=PROMPTED.keys())
def test_a_prompt_goes_wherever_it_stands(save: Any, tmp_path: Path, credential: Credential) -> None:
    """Stripped, no byte of the prompt is left in the file, and a caption of one's own takes its place without a question."""
    asset = tmp_path / "a.jpg"
    save(asset)
    generated = {"origin": "generated", "description": "A heron", "steps": [{"ai": {"kind": "generation"}}]}

    signed = sign(asset, Declaration.from_dict(generated), credential=credential, options=Options(strip_private=True))

    assert SECRET.encode() in asset.read_bytes()
    assert SECRET.encode() not in signed.path.read_bytes()
    assert signed.verification.carried.texts(Field.DESCRIPTION, Carrier.EXIF) == ("A heron",)
