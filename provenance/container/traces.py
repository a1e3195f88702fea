"""What AI tools leave in ordinary metadata, outside of any manifest: a table of structural rules (metadata.md §5).

Only what such a tool writes in a form of its own counts, and only in the field where it writes it: a word in a
caption is no sign. Whoever wrote it did not sign a statement, and anybody can write it or take it out: it is a reason
to ask, never an answer. No XML and no EXIF is parsed: bounded runs of bytes are compared with what the rules name.
Prompts are not handed on.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from provenance import terms
from provenance.container import xmp
from provenance.container.model import Kind
from provenance.container.parts import Layout, Part
from provenance.container.source import Source

Trace = tuple[str, str]  # (field, what it says), as in `Verification.traces`

FIELD = 1024 * 1024  # of one field, this much is looked at
FIELDS = 64  # of one file
_INFLATED = 256 * 1024
_VALUE = 200
_IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/"
_TC260 = "http://www.tc260.org.cn/ns/AIGC/1.0/"
_GENERATIVE = frozenset(found.rpartition("/")[2] for found in terms.GENERATIVE_SOURCE_TYPES)
_CREDITS = ("Made with Google AI", "Edited with Google AI", "Apple Photos Clean Up")
_KEYWORD = re.compile(rb"([^\0]{1,79})\0", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Rule:
    """A text that one tool writes, in the fields where it does."""

    tool: str
    pattern: re.Pattern[bytes]
    keys: frozenset[str] = frozenset()  # keywords of PNG text; none: free comments (EXIF, JPEG COM) as well


_A1111 = re.compile(rb"Steps: \d{1,5}, (?:Sampler|Schedule type|Size|CFG scale): ")
_COMFY = re.compile(rb"^\s{0,16}\{.{0,65536}\"class_type\"\s{0,8}:", re.DOTALL)
RULES = (
    Rule("AUTOMATIC1111 parameters", _A1111, frozenset({"parameters"})),
    Rule("AUTOMATIC1111 parameters", _A1111),
    Rule("SwarmUI parameters", re.compile(rb"\"sui_image_params\"\s{0,8}:"), frozenset({"parameters"})),
    Rule("SwarmUI parameters", re.compile(rb"\"sui_image_params\"\s{0,8}:")),
    Rule("Fooocus parameters", re.compile(rb"^(?:fooocus|a1111)$"), frozenset({"fooocus_scheme"})),
    Rule("ComfyUI prompt", _COMFY, frozenset({"prompt"})),
    Rule("ComfyUI workflow", re.compile(rb"\"last_node_id\"\s{0,8}:"), frozenset({"workflow"})),
    Rule("InvokeAI metadata", re.compile(rb"^\s{0,16}\{"), frozenset({"invokeai_metadata", "sd-metadata"})),
    Rule("NovelAI", re.compile(rb"^NovelAI$"), frozenset({"Software"})),
    Rule("AIGC label (TC260)", re.compile(rb"\"Label\"\s{0,8}:"), frozenset({"AIGC"})),
    Rule("AIGC label (TC260)", re.compile(rb"\{\s{0,8}\"AIGC\"\s{0,8}:\s{0,8}\{")),
)  # fmt: skip
_KEYS = frozenset(key for rule in RULES for key in rule.keys)


def find(source: Source, kind: Kind, layout: Layout, packets: Iterable[bytes]) -> tuple[Trace, ...]:
    """Return what stands in the XMP *packets*, in PNG text, EXIF, IPTC and comments of a file, each once."""
    found: dict[Trace, None] = {}
    for packet in packets:
        found |= dict.fromkeys(_in_xmp(packet))
    fields = 0
    for part in layout.parts:
        if part.name not in _READERS.get(kind, ()):
            continue
        fields += 1
        if fields > FIELDS:
            break
        found |= dict.fromkeys(_in_part(source, kind, part))
    return tuple(found)


_READERS: dict[Kind, tuple[str, ...]] = {
    Kind.PNG: ("tEXt", "zTXt", "iTXt", "eXIf"),
    Kind.JPEG: ("APP1", "APP13", "COM"),
    Kind.WEBP: ("EXIF",),
}


def _in_xmp(packet: bytes) -> Iterator[Trace]:
    for value in xmp.values(packet, _IPTC, "DigitalSourceType"):
        name = value.rstrip("/").rpartition("/")[2].rpartition(":")[2]
        if name in _GENERATIVE:
            yield "XMP Iptc4xmpExt:DigitalSourceType", name
    for value in xmp.values(packet, _IPTC, "AISystemUsed"):
        yield "XMP Iptc4xmpExt:AISystemUsed", value[:_VALUE]
    for value in xmp.values(packet, _PHOTOSHOP, "Credit"):
        if value in _CREDITS:
            yield "XMP photoshop:Credit", value
    if any(True for _ in xmp.values(packet, _TC260, "AIGC")):
        yield "XMP TC260:AIGC", "AIGC label (TC260)"


def _in_part(source: Source, kind: Kind, part: Part) -> Iterator[Trace]:
    if kind is Kind.PNG and part.name != "eXIf":
        yield from _in_png_text(source, part)
        return
    body = source.read(part.body.start, min(part.body.length, FIELD))
    match part.name:
        case "APP13":
            yield from _in_iptc(body)
        case "COM":
            yield from _matching("JPEG comment", body)
        case "APP1" if not body.startswith(b"Exif\0"):
            return
        case _:
            # UserComment is ASCII, or UTF-16 in either order: without the zeros all are alike.
            yield from _matching("EXIF UserComment", body.replace(b"\0", b""))


def _in_png_text(source: Source, part: Part) -> Iterator[Trace]:
    head = _KEYWORD.match(source.read(part.body.start, 80))
    key = head[1].decode("latin-1") if head else ""
    if head is None or key not in _KEYS:
        return
    text = _png_text(part.name, source.read(part.body.start + head.end(), min(part.body.length - head.end(), FIELD)))
    for rule in RULES:
        if key in rule.keys and rule.pattern.search(text):
            yield f"PNG text {key}", rule.tool


def _png_text(name: str, rest: bytes) -> bytes:
    """Return the text of a chunk behind its keyword (PNG 3rd edition §11.3.3)."""
    packed = name == "zTXt"
    if name == "zTXt":
        rest = rest[1:]
    elif name == "iTXt":
        packed, rest = rest[:1] == b"\1", rest[2:].partition(b"\0")[2].partition(b"\0")[2]
    if not packed:
        return rest
    try:
        return zlib.decompressobj().decompress(rest, _INFLATED)
    except zlib.error:
        return b""


def _in_iptc(body: bytes) -> Iterator[Trace]:
    """Find the credit (IIM 2:110) by its whole data set: marker, length, text."""
    for credit in _CREDITS:
        if b"\x1c\x02\x6e" + len(credit).to_bytes(2, "big") + credit.encode() in body:
            yield "IPTC Credit", credit


def _matching(where: str, body: bytes) -> Iterator[Trace]:
    for rule in RULES:
        if not rule.keys and rule.pattern.search(body):
            yield where, rule.tool
