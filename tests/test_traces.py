"""`provenance.container.traces`: what AI tools leave in ordinary metadata, and what is no sign of them."""

from __future__ import annotations

import io
import json
import struct
import zlib
from pathlib import Path

import piexif
import pytest
from PIL import Image, PngImagePlugin

from provenance.container.prescan import prescan
from provenance.container.traces import FIELDS
from provenance.report.build import build
from provenance.report.text import render
from provenance.terms import AiUse, SourceType
from provenance.verification.check import check
from provenance.verification.options import Options
from tests.hostile.forge import Spec, actions, forge
from tests.support.report import NOW

A1111 = "a cat\nNegative prompt: dog\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1"
AI = SourceType.TRAINED_ALGORITHMIC_MEDIA.value
TEXTS = {
    "AUTOMATIC1111": ("parameters", A1111, "AUTOMATIC1111 parameters"),
    "ComfyUI prompt": ("prompt", json.dumps({"3": {"class_type": "KSampler"}}), "ComfyUI prompt"),
    "ComfyUI workflow": ("workflow", json.dumps({"last_node_id": 9, "nodes": []}), "ComfyUI workflow"),
    "InvokeAI": ("invokeai_metadata", json.dumps({"model": "x"}), "InvokeAI metadata"),
    "SwarmUI": ("parameters", json.dumps({"sui_image_params": {}}), "SwarmUI parameters"),
    "Fooocus": ("fooocus_scheme", "fooocus", "Fooocus parameters"),
    "NovelAI": ("Software", "NovelAI", "NovelAI"),
    "China's label": ("AIGC", json.dumps({"Label": "1"}), "AIGC label (TC260)"),
}
NO_SIGN = {
    "a caption about AI": ("Description", "Midjourney, Stable Diffusion and Steps: 20"),
    "a program's name": ("Software", "NovelAI viewer"),
    "other parameters": ("parameters", "exposure 1/60"),
    "other steps": ("prompt", "Draw a cat"),
    "the words in another field": ("Comment", A1111),
}
RDF = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:ext="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    ' xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" {}>{}</rdf:Description></rdf:RDF></x:xmpmeta>'
)
PACKETS = {
    "attribute": (RDF.format(f'ext:DigitalSourceType="{AI}"', ""), "trainedAlgorithmicMedia"),
    "element": (RDF.format("", f"<ext:DigitalSourceType>{AI}</ext:DigitalSourceType>"), "trainedAlgorithmicMedia"),
    "resource": (RDF.format("", f'<ext:DigitalSourceType rdf:resource="{AI}/"/>'), "trainedAlgorithmicMedia"),
    "system": (RDF.format('ext:AISystemUsed="Imagine 3"', ""), "Imagine 3"),
    "credit": (RDF.format('photoshop:Credit="Made with Google AI"', ""), "Made with Google AI"),
    "drawn": (RDF.format(f'ext:DigitalSourceType="{SourceType.DIGITAL_CREATION.value}"', ""), ""),
    "other credit": (RDF.format('photoshop:Credit="Ada, not made with Google AI"', ""), ""),
    "other namespace": ('<a xmlns:ext="http://example.com/" ext:DigitalSourceType="trainedAlgorithmicMedia"/>', ""),
}


def _png(**text: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    for key, value in text.items():
        info.add_text(key, value)
    stream = io.BytesIO()
    Image.new("RGB", (8, 8)).save(stream, "PNG", pnginfo=info)
    return stream.getvalue()


def _jpeg(**how: object) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (8, 8)).save(stream, "JPEG", **how)
    return stream.getvalue()


def _traces(data: bytes) -> tuple[tuple[str, str], ...]:
    return prescan(io.BytesIO(data)).traces


@pytest.mark.parametrize(("key", "value", "tool"), TEXTS.values(), ids=TEXTS.keys())
def test_png_text(key: str, value: str, tool: str) -> None:
    """Each tool is known by the form of what it writes, in the field where it writes it."""
    assert _traces(_png(**{key: value})) == ((f"PNG text {key}", tool),)


@pytest.mark.parametrize(("key", "value"), NO_SIGN.values(), ids=NO_SIGN.keys())
def test_words_are_no_sign(key: str, value: str) -> None:
    """Names and words in a caption, or in another field, are no sign."""
    assert _traces(_png(**{key: value})) == ()


def test_packed_text() -> None:
    """Compressed text is inflated up to a limit; what cannot be inflated is no sign."""
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", A1111, zip=True)
    stream = io.BytesIO()
    Image.new("RGB", (8, 8)).save(stream, "PNG", pnginfo=info)
    broken = stream.getvalue().replace(b"parameters\0\0", b"parameters\0\0\0", 1)

    assert _traces(stream.getvalue()) == (("PNG text parameters", "AUTOMATIC1111 parameters"),)
    assert _traces(broken) == ()


@pytest.mark.parametrize("coding", ["ascii", "utf-16-be", "utf-16-le"])
def test_exif_comment(coding: str) -> None:
    """A tool's parameters in an EXIF comment are found in every coding that is in use."""
    head = b"ASCII\0\0\0" if coding == "ascii" else b"UNICODE\0"
    exif = piexif.dump({"Exif": {piexif.ExifIFD.UserComment: head + A1111.encode(coding)}})

    assert _traces(_jpeg(exif=exif)) == (("EXIF UserComment", "AUTOMATIC1111 parameters"),)


def test_jpeg_comment_and_credit() -> None:
    """A comment and the IPTC credit of a JPEG are looked at."""
    credit = b"Edited with Google AI"
    iptc = b"\x1c\x02\x6e" + struct.pack(">H", len(credit)) + credit
    resource = b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0" + struct.pack(">I", len(iptc)) + iptc
    segment = b"\xff\xed" + struct.pack(">H", len(resource) + 2) + resource
    data = _jpeg(comment=A1111)

    assert _traces(data[:2] + segment + data[2:]) == (
        ("IPTC Credit", "Edited with Google AI"),
        ("JPEG comment", "AUTOMATIC1111 parameters"),
    )


@pytest.mark.parametrize(("packet", "says"), PACKETS.values(), ids=PACKETS.keys())
def test_xmp(packet: str, says: str) -> None:
    """Properties count under their own namespace, with a value that speaks of generative AI; no XML is parsed."""
    assert [text for _, text in _traces(_jpeg(xmp=packet.encode()))] == ([says] if says else [])


def test_many_fields_end() -> None:
    """Only so many fields are looked at, and a bomb in one of them stays small."""
    bomb = zlib.compress(bytes(1 << 24))
    body = b"parameters\0\0" + bomb
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    data = _png()

    assert _traces(data[:33] + chunk * (FIELDS + 20) + data[33:]) == ()


def test_wording(tmp_path: Path) -> None:
    """An unsigned file with such a sign is reported as what someone wrote, never as a fact about who shows it."""
    path = tmp_path / "cat.png"
    path.write_bytes(_png(parameters=A1111))

    report = build(check(path, options=Options()), now=NOW)

    assert report.ai_use is AiUse.POSSIBLY
    shown = render(report)
    assert "AUTOMATIC1111 parameters" in shown
    assert "not necessarily the one who shows it to you" in " ".join(shown.split())
    assert "a cat" not in shown


def test_beside_a_manifest(tmp_path: Path) -> None:
    """Beside a signed statement of generative AI a sign is no news; beside a signed silence it is told."""
    data = _png(parameters=A1111)
    silent, outspoken = tmp_path / "silent.png", tmp_path / "outspoken.png"
    silent.write_bytes(forge(asset=data).data)
    outspoken.write_bytes(forge(Spec([actions({"action": "c2pa.created", "digitalSourceType": AI})]), asset=data).data)

    assert [text for _, text in check(silent, options=Options()).traces] == ["AUTOMATIC1111 parameters"]
    assert check(outspoken, options=Options()).traces == ()
