"""One statement that fills every field, what each carrier must say then, and how another reader finds it there.

Nothing here asks our own table of fields: the names are those of exiftool, the texts are written out.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from PIL import Image, ImageSequence

from provenance.container.prescan import prescan_store
from provenance.declaration.model import Declaration
from provenance.metadata.fields import PLACES, texts
from provenance.metadata.model import Carrier, Field
from provenance.terms import CAWG_METADATA
from tests.support.environment import crjson
from tests.support.exiftool import Tags

Said = dict[Field, tuple[str, ...]]
DST = "http://cv.iptc.org/newscodes/digitalsourcetype/"
PLUS = "http://ns.useplus.org/ldf/vocab/"
FAMILY = "👩🏽‍🎨"  # one character to people, 15 bytes to IIM
DESCRIPTION = (
    "Dämmerung am Fluß; 夕暮れ; שקיעה.\nA second line & <more>. " + "Ein Reiher steht im Schilf und wartet. " * 80
)
FULL = {
    "title": f"The Heron at the Weir, as it stood there in the first days of winter {FAMILY}",
    "description": DESCRIPTION.strip(),
    "authors": [
        {"name": f"Zoë Ångström-Núñez the younger {FAMILY}", "url": "https://zoe.example/æ"},
        {"name": "山本 さくら"},
        {"name": "נועה לוי"},
        {"name": "Wren", "role": "editor"},
    ],
    "credit": "Ångström / 山本写真事務所 / Bildagentur Süd, Zürich",
    "copyright": "© 2026 Zoë Ångström-Núñez; " + "tous droits réservés à l’auteure, sauf mention contraire écrite. " * 3,
    "copyright_owner": "Bildagentur Süd GmbH & Co. KG",
    "license_url": "https://zoe.example/licence?picture=7&lang=de",
    "usage_terms": "Nur mit schriftlicher Zustimmung. 許可が必要です。",
    "licensor": {"name": "Agence “Rivière”", "url": "https://agence.example/get?id=7&x=1", "email": "get@agence.example"},
    "contact": "ask@zoe.example",
    "origin": "photograph",
    "steps": [
        {
            "action": "c2pa.edited",
            "tool": "Photoshop 27.1",
            "ai": {
                "kind": "inpainting", "model": "Firefly 4", "prompt": "une rue vide, sans réverbère",
                "prompt_writer": "Wren Ö.", "public": True,
            },
        }
    ],
    "permissions": {"generative_training": "no", "training": "no", "data_mining": "no", "inference": "no"},
}  # fmt: skip
FULL["copyright"] = FULL["copyright"].strip()  # type: ignore[attr-defined]
_REFUSED = "Use as input to AI: not allowed."
SAYS: Said = {
    Field.CREATOR: (f"Zoë Ångström-Núñez the younger {FAMILY}", "山本 さくら", "נועה לוי"),
    Field.RIGHTS: (str(FULL["copyright"]),),
    Field.CREDIT: (str(FULL["credit"]),),
    Field.WEB_STATEMENT: ("https://zoe.example/licence?picture=7&lang=de",),
    Field.USAGE_TERMS: (f"{FULL['usage_terms']} {_REFUSED}",),
    Field.LICENSOR_NAME: ("Agence “Rivière”",),
    Field.LICENSOR_URL: ("https://agence.example/get?id=7&x=1",),
    Field.LICENSOR_EMAIL: ("get@agence.example",),
    Field.COPYRIGHT_OWNER: ("Bildagentur Süd GmbH & Co. KG",),
    Field.IMAGE_CREATOR: (f"Zoë Ångström-Núñez the younger {FAMILY}",),
    Field.IMAGE_CREATOR_ID: ("https://zoe.example/æ",),
    Field.CONTACT_EMAIL: ("ask@zoe.example",),
    Field.CONTRIBUTOR: ("Wren",),
    Field.TITLE: (str(FULL["title"]),),
    Field.DESCRIPTION: (str(FULL["description"]),),
    Field.SOURCE_TYPE: (DST + "compositeWithTrainedAlgorithmicMedia",),
    Field.DATA_MINING: (PLUS + "DMI-PROHIBITED",),
    Field.OTHER_CONSTRAINTS: (
        "Training of generative AI: not allowed. Training of other AI: not allowed. "
        f"Text and data mining: not allowed. {_REFUSED}",
    ),
    Field.AI_SYSTEM: ("Firefly via Photoshop",),
    Field.AI_SYSTEM_VERSION: ("4",),
    Field.AI_PROMPT: ("une rue vide, sans réverbère",),
    Field.AI_PROMPT_WRITER: ("Wren Ö.",),
}
LEAST = {"contact": "https://zoe.example/ask"}
LEAST_SAYS = {Field.CONTACT_URL: ("https://zoe.example/ask",)}
GOOGLE = frozenset({Field.CREATOR, Field.CREDIT, Field.RIGHTS, Field.WEB_STATEMENT, Field.LICENSOR_URL})

_XMP = {
    Field.CREATOR: ("XMP-dc:Creator",),
    Field.RIGHTS: ("XMP-dc:Rights",),
    Field.CREDIT: ("XMP-photoshop:Credit",),
    Field.WEB_STATEMENT: ("XMP-xmpRights:WebStatement",),
    Field.USAGE_TERMS: ("XMP-xmpRights:UsageTerms",),
    Field.LICENSOR_NAME: ("XMP-plus:Licensor", "LicensorName"),
    Field.LICENSOR_URL: ("XMP-plus:Licensor", "LicensorURL"),
    Field.LICENSOR_EMAIL: ("XMP-plus:Licensor", "LicensorEmail"),
    Field.COPYRIGHT_OWNER: ("XMP-plus:CopyrightOwner", "CopyrightOwnerName"),
    Field.IMAGE_CREATOR: ("XMP-plus:ImageCreator", "ImageCreatorName"),
    Field.IMAGE_CREATOR_ID: ("XMP-plus:ImageCreator", "ImageCreatorID"),
    Field.CONTACT_EMAIL: ("XMP-iptcCore:CreatorContactInfo", "CiEmailWork"),
    Field.CONTACT_URL: ("XMP-iptcCore:CreatorContactInfo", "CiUrlWork"),
    Field.CONTRIBUTOR: ("XMP-iptcExt:Contributor", "Name"),
    Field.TITLE: ("XMP-dc:Title",),
    Field.DESCRIPTION: ("XMP-dc:Description",),
    Field.SOURCE_TYPE: ("XMP-iptcExt:DigitalSourceType",),
    Field.DATA_MINING: ("XMP-plus:DataMining",),
    Field.OTHER_CONSTRAINTS: ("XMP-plus:OtherConstraints",),
    Field.AI_SYSTEM: ("XMP-iptcExt:AISystemUsed",),
    Field.AI_SYSTEM_VERSION: ("XMP-iptcExt:AISystemVersionUsed",),
    Field.AI_PROMPT: ("XMP-iptcExt:AIPromptInformation",),
    Field.AI_PROMPT_WRITER: ("XMP-iptcExt:AIPromptWriterName",),
}
_EXIF = {Field.CREATOR: "Artist", Field.RIGHTS: "Copyright", Field.DESCRIPTION: "ImageDescription"}
_IPTC = {
    Field.CREATOR: ("IPTC:By-line", 32),
    Field.RIGHTS: ("IPTC:CopyrightNotice", 128),
    Field.CREDIT: ("IPTC:Credit", 32),
    Field.TITLE: ("IPTC:ObjectName", 64),
    Field.DESCRIPTION: ("IPTC:Caption-Abstract", 2000),
}
OURS = frozenset(  # tags that the statement may change
    {
        *(path[0] for path in _XMP.values()),
        *(f"IFD0:{name}" for name in _EXIF.values()),
        *(name for name, _ in _IPTC.values()),
        # What goes with them: the character set of IIM, its digest, an address of older credentials.
        "IPTC:CodedCharacterSet", "IPTC:EnvelopeRecordVersion", "IPTC:ApplicationRecordVersion",
        "Photoshop:IPTCDigest", "File:CurrentIPTCDigest", "XMP-dcterms:Provenance",
    }
)  # fmt: skip
# What a file says as a file, what exiftool works out, and what the credentials are.
_GROUPS = frozenset({"", "System", "ExifTool", "Composite", "JUMBF", "CBOR", "JSON", "Jpeg2000", "SVG-c2pa"})
_CREDENTIALS = "base64:2P7D1hsOSDySl1goh37EgQ"  # how the uuid of their box in HEIF begins
_PLACES = frozenset(  # where something stands, and which carriers a container says that it has
    {
        "IFD0:StripOffsets", "IFD1:StripOffsets", "IFD2:StripOffsets", "IFD1:ThumbnailOffset",
        "MPImage1:MPImageStart", "MPImage2:MPImageStart", "MPImage3:MPImageStart",
        "File:FileType", "RIFF:ImageWidth", "RIFF:ImageHeight",  # VP8X says them once more; the pixels are compared
        "Track1:ChunkOffset", "QuickTime:MediaData", "QuickTime:MediaDataOffset", "QuickTime:MediaDataSize",
        "RIFF:WebP_Flags", "File:ExifByteOrder", "GIF:GIFVersion", "XMP-x:XMPToolkit",
    }
)  # fmt: skip


def declared(said: dict[str, Any]) -> Declaration:
    return Declaration.model_validate(said)


def others(tags: Tags) -> Tags:
    """Return the tags that neither the statement nor its signature may change."""
    return {
        name: values
        for name, values in tags.items()
        if name not in OURS
        and name not in _PLACES
        and name.partition(":")[0] not in _GROUPS
        and not name.endswith(("_C2PA", "_0xcd41"))
        and not (name == "QuickTime:UUID-Unknown" and all(value.startswith(_CREDENTIALS) for value in values))
    }


def changed(before: Tags, after: Tags) -> dict[str, tuple[Any, Any]]:
    """Return every other tag that is not what it was: old and new."""
    old, new = others(before), others(after)
    return {name: (old.get(name), new.get(name)) for name in old.keys() | new.keys() if old.get(name) != new.get(name)}


def in_xmp(tags: Tags) -> Said:
    """Return what exiftool finds in XMP."""
    found = {field: _leaves(tags.get(path[0], []), path[1:]) for field, path in _XMP.items()}
    return {field: said for field, said in found.items() if said}


def _leaves(node: Any, path: tuple[str, ...]) -> tuple[str, ...]:
    if isinstance(node, list):
        return tuple(text for entry in node for text in _leaves(entry, path))
    if isinstance(node, dict):
        return _leaves(node.get(path[0]), path[1:]) if path else ()
    return () if node is None or path else (_text(node),)


def in_exif(tags: Tags) -> Said:
    """Return what exiftool finds in the first directory."""
    found = {field: tuple(map(_text, tags.get(f"IFD0:{name}", []))) for field, name in _EXIF.items()}
    return {field: said for field, said in found.items() if said}


def in_iptc(tags: Tags) -> Said:
    """Return what exiftool finds in IIM."""
    found = {field: _leaves(tags.get(name, []), ()) for field, (name, _) in _IPTC.items()}
    return {field: said for field, said in found.items() if said}


def _text(value: Any) -> str:
    text = str(value)
    return base64.b64decode(text[7:]).decode() if text.startswith("base64:") else text


def exif_says(said: Said) -> Said:
    """Return what EXIF must say: several names stand in one tag."""
    return {field: ("; ".join(said[field]),) for field in _EXIF if field in said}


def iptc_says(said: Said) -> Said:
    """Return what IIM must say: as many whole characters as fit."""
    return {
        field: tuple(_cut(text, most) for text in said[field]) for field, (_, most) in _IPTC.items() if field in said
    }


def _cut(text: str, most: int) -> str:
    short = text.encode()[:most].decode(errors="ignore")
    whole = text[: text.rfind(FAMILY)] if FAMILY in text else text  # the only one here of several code points
    return short if len(short) <= len(whole) or short == text else whole


def in_manifest(path: Path) -> Said:
    """Return what ``cawg.metadata`` of the active manifest states, in a picture or a sidecar."""
    if path.suffix == ".c2pa":
        held = prescan_store(path.read_bytes()).manifests[-1].assertion(CAWG_METADATA)
        data = held.data if held else {}
    else:
        data = json.loads(crjson(path))["manifests"][0]["assertions"].get(CAWG_METADATA, {})
    found = {field: texts(data, place) for field, place in PLACES.items()}
    return {field: said for field, said in found.items() if said}


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame or page, decoded, with its colour profile."""

    mode: str
    size: tuple[int, int]
    samples: bytes
    profile: bytes | None


def frames(path: Path, most: int = 1000) -> list[Frame]:
    """Return the first *most* frames of *path*."""
    with Image.open(path) as image:
        return [
            Frame(frame.mode, frame.size, frame.tobytes(), frame.info.get("icc_profile"))
            for frame in islice(ImageSequence.Iterator(image), most)
        ]


CARRIERS: Iterable[tuple[Carrier, Any, Any]] = (
    (Carrier.XMP, in_xmp, dict),
    (Carrier.EXIF, in_exif, exif_says),
    (Carrier.IPTC, in_iptc, iptc_says),
)


def without_credentials(path: Path) -> Path:
    """Write a PNG once more without the chunk of its credentials, and return where."""
    data, at, kept = path.read_bytes(), 8, [path.read_bytes()[:8]]
    while at < len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] != b"caBX":
            kept.append(data[at:end])
        at = end
    target = path.with_name("bare.png")
    target.write_bytes(b"".join(kept))
    return target
