"""What AI tools leave in a picture, made as the tools make it: texts, graphs, and pictures that hold them."""

from __future__ import annotations

import gzip
import io
import json
import random
import struct
from typing import Any

import piexif
import piexif.helper
from PIL import Image, PngImagePlugin

PROMPT = "a heron at dusk, by the pond of my aunt"
NEGATIVE = "blurry, seven fingers"
A1111 = (
    f"{PROMPT} <lora:inkwash_v2:0.8>\nNegative prompt: {NEGATIVE}\n"
    "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512, Model hash: 6ce0161689, Model: dreamshaper_8, "
    "Version: v1.10.1"
)
GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
EDITED = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
MIDJOURNEY = f"{PROMPT} --ar 2:3 --v 6.1 Job ID: 0f8fad5b-d9cb-469f-a165-70867728950e"
UUID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
_RDF = (
    '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
    ' xmlns:ext="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
    ' xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/">{}'
    '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)


def node(kind: str, **inputs: Any) -> dict[str, Any]:
    """Return a node of a ComfyUI prompt."""
    return {"class_type": kind, "inputs": inputs}


def text_to_image(**more: Any) -> dict[str, Any]:
    """Return the prompt of ComfyUI's first example, with a LoRA; *more* are nodes to add or to replace."""
    return {
        "4": node("CheckpointLoaderSimple", ckpt_name="SDXL\\sd_xl_base_1.0.safetensors"),
        "10": node("LoraLoader", model=["4", 0], clip=["4", 1], lora_name="inkwash.safetensors", strength_model=0.8),
        "5": node("EmptyLatentImage", width=64, height=64, batch_size=1),
        "6": node("CLIPTextEncode", text=PROMPT, clip=["10", 1]),
        "7": node("CLIPTextEncode", text=NEGATIVE, clip=["10", 1]),
        "3": node("KSampler", model=["10", 0], positive=["6", 0], negative=["7", 0], latent_image=["5", 0], seed=1,
                  steps=20, cfg=7, sampler_name="euler", scheduler="normal", denoise=1.0),
        "8": node("VAEDecode", samples=["3", 0], vae=["4", 2]),
        "9": node("SaveImage", images=["8", 0], filename_prefix="ComfyUI"),
    } | {key.lstrip("n"): value for key, value in more.items()}  # fmt: skip


def image_to_image(denoise: float = 0.5, **more: Any) -> dict[str, Any]:
    """Return a prompt that repaints a loaded picture."""
    sampler = text_to_image()["3"]
    sampler["inputs"] |= {"latent_image": ["12", 0], "denoise": denoise}
    loaded = {"n11": node("LoadImage", image="aunt.png"), "n12": node("VAEEncode", pixels=["11", 0], vae=["4", 2])}
    return text_to_image(**({"n3": sampler} | loaded | more))


WORKFLOW: dict[str, Any] = {
    "last_node_id": 9,
    "last_link_id": 9,
    "nodes": [
        {"id": 4, "type": "CheckpointLoaderSimple", "mode": 0, "widgets_values": ["dreamshaper_8.safetensors"]},
        {"id": 5, "type": "EmptyLatentImage", "mode": 0, "widgets_values": [64, 64, 1]},
        {"id": 6, "type": "CLIPTextEncode", "mode": 0, "widgets_values": [PROMPT], "inputs": [{"name": "clip", "link": 3}]},
        {"id": 3, "type": "KSampler", "mode": 0, "widgets_values": [1, "randomize", 20, 7, "euler", "normal", 1.0],
         "inputs": [{"name": "model", "link": 1}, {"name": "positive", "link": 4}, {"name": "latent_image", "link": 2}]},
        {"id": 8, "type": "VAEDecode", "mode": 0, "inputs": [{"name": "samples", "link": 7}]},
        {"id": 9, "type": "SaveImage", "mode": 0, "widgets_values": ["x"], "inputs": [{"name": "images", "link": 9}]},
        {"id": 20, "type": "LoraLoader", "mode": 0, "widgets_values": ["unused.safetensors", 1, 1]},
    ],
    "links": [[1, 4, 0, 3, 0, "MODEL"], [2, 5, 0, 3, 3, "LATENT"], [3, 4, 1, 6, 0, "CLIP"], [4, 6, 0, 3, 1, "COND"],
              [7, 3, 0, 8, 0, "LATENT"], [9, 8, 0, 9, 0, "IMAGE"]],
    "version": 0.4,
}  # fmt: skip


def png(
    texts: dict[str, str] | None = None, *, packed: bool = False, size: tuple[int, int] = (8, 8), **how: Any
) -> bytes:
    """Return a PNG with text chunks."""
    info = PngImagePlugin.PngInfo()
    for key, value in (texts or {}).items():
        info.add_itxt(key, value, zip=packed) if not value.isascii() else info.add_text(key, value, zip=packed)
    stream = io.BytesIO()
    Image.new("RGB", size, (200, 120, 40)).save(stream, "PNG", pnginfo=info, **how)
    return stream.getvalue()


def png_with_xmp(packet: bytes) -> bytes:
    """Return a PNG with an XMP packet."""
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", packet.decode())
    stream = io.BytesIO()
    Image.new("RGB", (8, 8)).save(stream, "PNG", pnginfo=info)
    return stream.getvalue()


def jpeg(kind: str = "JPEG", **how: Any) -> bytes:
    """Return a JPEG, or a picture of another *kind*."""
    stream = io.BytesIO()
    Image.new("RGB", (8, 8), (200, 120, 40)).save(stream, kind, **how)
    return stream.getvalue()


def exif(*, comment: str = "", **tags: str) -> bytes:
    """Return an EXIF block with a user comment in UTF-16, and *tags* of the first directory by name."""
    first = {getattr(piexif.ImageIFD, name): value.encode() for name, value in tags.items()}
    below = {piexif.ExifIFD.UserComment: piexif.helper.UserComment.dump(comment, "unicode")} if comment else {}
    block: bytes = piexif.dump({"0th": first, "Exif": below})
    return block


def xmp(inside: str) -> bytes:
    """Return a packet with the properties *inside*."""
    return _RDF.format(inside).encode()


def with_credit(picture: bytes, credit: str) -> bytes:
    """Return the JPEG *picture* with an IPTC credit."""
    iptc = b"\x1c\x02\x6e" + struct.pack(">H", len(credit)) + credit.encode()
    iptc += b"\0" * (len(iptc) % 2)
    resource = b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0" + struct.pack(">I", len(iptc)) + iptc
    return picture[:2] + b"\xff\xed" + struct.pack(">H", len(resource) + 2) + resource + picture[2:]


def with_samsung(picture: bytes, **entries: str) -> bytes:
    """Return the JPEG *picture* with entries as a Samsung phone puts them after its end."""
    data, places = b"", []
    for name, value in entries.items():
        entry = b"\0\0\xa1\x0b" + struct.pack("<I", len(name)) + name.encode() + value.encode()
        places.append((len(data), len(entry)))
        data += entry
    directory = b"SEFH" + struct.pack("<II", 107, len(places))
    for start, length in places:
        directory += b"\0\0\xa1\x0b" + struct.pack("<II", len(data) - start, length)
    return picture + data + directory + struct.pack("<I", len(directory)) + b"SEFT"


def hidden(
    text: bytes, *, mode: str = "alpha", packed: bool = True, size: tuple[int, int] = (96, 200), broken: bool = False
) -> bytes:
    """Return a PNG with *text* in the lowest bits of its pixels, over noise that no filter makes simple."""
    magic = (b"stealth_png" if mode == "alpha" else b"stealth_rgb") + (b"comp" if packed else b"info")
    body = gzip.compress(text) if packed and not broken else text
    data = magic + struct.pack(">I", len(body) * 8) + body
    bits = [byte >> shift & 1 for byte in data for shift in range(7, -1, -1)]
    channels = (3,) if mode == "alpha" else (0, 1, 2)
    width, height = size
    step = 4 if mode == "alpha" else 3
    pixels = bytearray(random.Random(7).randbytes(width * height * step))
    places = ((y * width + x) * step + c for x in range(width) for y in range(height) for c in channels)
    for place, bit in zip(places, bits, strict=False):
        pixels[place] = pixels[place] & 0xFE | bit
    stream = io.BytesIO()
    Image.frombytes("RGBA" if step == 4 else "RGB", size, bytes(pixels)).save(stream, "PNG")
    return stream.getvalue()


def novelai(**more: Any) -> dict[str, str]:
    """Return the text chunks of a picture by NovelAI."""
    comment = {"prompt": PROMPT, "steps": 28, "sampler": "k_euler", "seed": 1, "uc": NEGATIVE} | more
    return {
        "Title": "AI generated image",
        "Description": PROMPT,
        "Software": "NovelAI",
        "Source": "Stable Diffusion XL C1E1DE52",
        "Comment": json.dumps(comment),
    }
