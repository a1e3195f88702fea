"""XMP of a picture: read, edited without loss, and what is said with it elsewhere.

`read` and `edited` are in modules of their own; everything else here is pure and works on what `read` returns.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from provenance.metadata.fields import NAMESPACES, Node
from provenance.metadata.model import Private, PrivateKind
from provenance.metadata.xmp_reading import may_hold as may_hold
from provenance.metadata.xmp_reading import read as read
from provenance.metadata.xmp_writing import edited as edited

# What is nobody's business, by kind; an asterisk stands for any ending.
PRIVATE = {
    PrivateKind.LOCATION: (
        "exif:GPS*",
        "Iptc4xmpExt:LocationCreated",
        "Iptc4xmpExt:LocationShown",
        "drone-dji:Gps*",
        "drone-dji:GPS*",
        "drone-dji:AbsoluteAltitude",
    ),
    PrivateKind.SERIAL: (
        "aux:SerialNumber",
        "aux:LensSerialNumber",
        "exifEX:BodySerialNumber",
        "exifEX:LensSerialNumber",
        "exif:BodySerialNumber",
        "exif:LensSerialNumber",
        "MicrosoftPhoto:CameraSerialNumber",
        "drone-dji:CameraSerialNumber",
        "drone-dji:DroneSerialNumber",
    ),
    PrivateKind.OWNER: ("aux:OwnerName", "exifEX:CameraOwnerName", "exif:CameraOwnerName"),
    PrivateKind.PREVIEW: ("xmp:Thumbnails", "xmpGImg:*"),
    PrivateKind.PROMPT: ("exif:UserComment", "Iptc4xmpExt:AIPromptInformation"),
    PrivateKind.MAKER_NOTE: ("exif:MakerNote",),
    PrivateKind.HISTORY: (  # with names and paths of files, and times of day
        "xmpMM:History",
        "xmpMM:DerivedFrom",
        "xmpMM:ManagedFrom",
        "xmpMM:Ingredients",
        "xmpMM:Pantry",
        "xmpMM:PreservedFileName",
        "photoshop:DocumentAncestors",
        "photoshop:History",
        "crs:RawFileName",
    ),
}
_KINDS = {name: kind for kind, names in PRIVATE.items() for name in names}
_EXACT = {name: kind for name, kind in _KINDS.items() if not name.endswith("*")}
_STEMS = {name[:-1]: kind for name, kind in _KINDS.items() if name.endswith("*")}


def private(properties: Mapping[str, Node]) -> tuple[Private, ...]:
    """Return what of *properties* is private, in the order of the packet."""
    found = ((name, _kind(name)) for name in properties)
    return tuple(Private(kind, f"XMP {name}") for name, kind in found if kind)


def _kind(name: str) -> PrivateKind | None:
    if kind := _EXACT.get(name):
        return kind
    return next((kind for stem, kind in _STEMS.items() if name.startswith(stem)), None)


def json_ld(properties: Mapping[str, Node], names: Collection[str]) -> dict[str, Any]:
    """Return those of *properties* that *names* holds, as ``cawg.metadata`` states them (CAWG Metadata 1.1).

    One flat object; its ``@context`` has the prefixes that are used, those inside structures among them.
    """
    context: dict[str, str] = {}
    flat = {_short(name, context): _named(node, context) for name, node in properties.items() if name in names}
    return {"@context": context, **flat}


def _named(node: Node, context: dict[str, str]) -> Any:
    if isinstance(node, list):
        return [_named(entry, context) for entry in node]
    if isinstance(node, dict):
        return {_short(name, context): _named(entry, context) for name, entry in node.items()}
    return node


def _short(name: str, context: dict[str, str]) -> str:
    """Return *name* with a prefix, which goes into *context*; a language has none."""
    if name.startswith("{"):
        uri, _, local = name[1:].rpartition("}")
        prefix = next((known for known, bound in context.items() if bound == uri), f"ns{len(context) + 1}")
    else:
        prefix, colon, local = name.partition(":")
        if not colon:
            return name
        uri = NAMESPACES[prefix]
    context[prefix] = uri
    return f"{prefix}:{local}"


def writer(properties: Mapping[str, Node]) -> tuple[str, str]:
    """Return the program that says it wrote the file last, and when it says it did; ("", "") if none does."""
    history = properties.get("xmpMM:History")
    for entry in reversed(history if isinstance(history, list) else []):
        if isinstance(entry, dict) and (agent := _text(entry, "stEvt:softwareAgent")):
            return agent, _text(entry, "stEvt:when")
    tool = _text(properties, "xmp:CreatorTool")
    when = _text(properties, "xmp:ModifyDate") or _text(properties, "xmp:MetadataDate")
    return (tool, when) if tool else ("", "")


def _text(node: Mapping[str, Node], name: str) -> str:
    found = node.get(name)
    return found if isinstance(found, str) else ""
