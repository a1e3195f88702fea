"""Where each statement stands: XMP property, EXIF tag, IPTC-IIM data set (metadata.md §2.1; IPTC PMD 2025.1, PLUS).

XMP values are handled in the shape that JSON-LD gives them in ``cawg.metadata``: a text, a list, a language
alternative ``{"x-default": …}`` or a structure ``{"prefix:name": …}``. That shape is a `Node` here.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from provenance.metadata.model import Field
from provenance.record import dataclass
from provenance.terms import C2PA_DST, DST, SourceType, source_type

_DEPTH = 8  # of lists in lists: what we know has one, and ``cawg.metadata`` of a stranger may have any number
Node = Any  # str | list[Node] | dict[str, Node]: recursive, and JSON

NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "xmpGImg": "http://ns.adobe.com/xap/1.0/g/img/",
    "stRef": "http://ns.adobe.com/xap/1.0/sType/ResourceRef#",
    "stEvt": "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "exifEX": "http://cipa.jp/exif/1.0/",
    "aux": "http://ns.adobe.com/exif/1.0/aux/",
    "crs": "http://ns.adobe.com/camera-raw-settings/1.0/",
    "drone-dji": "http://www.dji.com/drone-dji/1.0/",
    "MicrosoftPhoto": "http://ns.microsoft.com/photo/1.0/",
    "TC260": "http://www.tc260.org.cn/ns/AIGC/1.0/",
}


class Form(StrEnum):
    """How XMP holds a property (XMP part 1 §6.3.3, §7.7)."""

    TEXT = "text"
    ALT = "alt"  # language alternative
    SEQ = "seq"
    BAG = "bag"
    STRUCT = "struct"


FORMS = {  # of every property that we write, and of what stands inside our structures; anything else is text
    "dc:creator": Form.SEQ,
    "dc:rights": Form.ALT,
    "dc:title": Form.ALT,
    "dc:description": Form.ALT,
    "xmpRights:UsageTerms": Form.ALT,
    "plus:OtherConstraints": Form.ALT,
    "plus:Licensor": Form.SEQ,
    "plus:CopyrightOwner": Form.SEQ,
    "plus:ImageCreator": Form.SEQ,
    "Iptc4xmpCore:CreatorContactInfo": Form.STRUCT,
    "Iptc4xmpExt:Contributor": Form.BAG,
    "Iptc4xmpExt:Name": Form.ALT,
    "Iptc4xmpExt:Role": Form.BAG,
    "xmp:Identifier": Form.BAG,
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where one field stands."""

    field: Field
    path: tuple[str, ...]  # XMP property, and below it the member of the structure
    exif: int = 0  # tag of IFD0; 0: EXIF has no place for it
    exif_name: str = ""
    iptc: int = 0  # data set of record 2; 0: IIM has no place for it
    iptc_name: str = ""
    iptc_bytes: int = 0  # the most that IIM 4.2 allows

    @property
    def property(self) -> str:
        return self.path[0]


FIELDS = (
    Place(Field.CREATOR, ("dc:creator",), 315, "Artist", 80, "By-line", 32),
    Place(Field.RIGHTS, ("dc:rights",), 33432, "Copyright", 116, "CopyrightNotice", 128),
    Place(Field.CREDIT, ("photoshop:Credit",), iptc=110, iptc_name="Credit", iptc_bytes=32),
    Place(Field.WEB_STATEMENT, ("xmpRights:WebStatement",)),
    Place(Field.USAGE_TERMS, ("xmpRights:UsageTerms",)),
    Place(Field.LICENSOR_NAME, ("plus:Licensor", "plus:LicensorName")),
    Place(Field.LICENSOR_URL, ("plus:Licensor", "plus:LicensorURL")),
    Place(Field.LICENSOR_EMAIL, ("plus:Licensor", "plus:LicensorEmail")),
    Place(Field.COPYRIGHT_OWNER, ("plus:CopyrightOwner", "plus:CopyrightOwnerName")),
    Place(Field.IMAGE_CREATOR, ("plus:ImageCreator", "plus:ImageCreatorName")),
    Place(Field.IMAGE_CREATOR_ID, ("plus:ImageCreator", "plus:ImageCreatorID")),
    Place(Field.CONTACT_EMAIL, ("Iptc4xmpCore:CreatorContactInfo", "Iptc4xmpCore:CiEmailWork")),
    Place(Field.CONTACT_URL, ("Iptc4xmpCore:CreatorContactInfo", "Iptc4xmpCore:CiUrlWork")),
    Place(Field.CONTRIBUTOR, ("Iptc4xmpExt:Contributor", "Iptc4xmpExt:Name")),
    Place(Field.TITLE, ("dc:title",), iptc=5, iptc_name="ObjectName", iptc_bytes=64),
    Place(Field.DESCRIPTION, ("dc:description",), 270, "ImageDescription", 120, "Caption-Abstract", 2000),
    Place(Field.SOURCE_TYPE, ("Iptc4xmpExt:DigitalSourceType",)),
    Place(Field.DATA_MINING, ("plus:DataMining",)),
    Place(Field.OTHER_CONSTRAINTS, ("plus:OtherConstraints",)),
    Place(Field.AI_SYSTEM, ("Iptc4xmpExt:AISystemUsed",)),
    Place(Field.AI_SYSTEM_VERSION, ("Iptc4xmpExt:AISystemVersionUsed",)),
    Place(Field.AI_PROMPT, ("Iptc4xmpExt:AIPromptInformation",)),
    Place(Field.AI_PROMPT_WRITER, ("Iptc4xmpExt:AIPromptWriterName",)),
)
PLACES = {place.field: place for place in FIELDS}


def texts(properties: dict[str, Node], place: Place) -> tuple[str, ...]:
    """Return the texts that *properties*, XMP or ``cawg.metadata``, hold at *place*: of alternatives the default."""
    nodes: list[Node] = [properties.get(place.path[0])]
    for name in place.path[1:]:
        below = [entry for node in nodes for entry in (node if isinstance(node, list) else [node])]
        nodes = [node.get(name) for node in below if isinstance(node, dict)]
    return tuple(text for node in nodes for text in _leaves(node) if text)


def digital_source_type(text: str) -> str:
    """Return the URI that *text* means: XMP also holds its last word only, or that behind the name of the list."""
    uri = source_type(text)
    name = uri.rpartition(":")[2]
    scheme = uri[: -len(name)].casefold() if name else ""
    if scheme in {"", "digitalsourcetype:", "digsrctype:"}:
        return next((known for known in (DST + name, C2PA_DST + name) if known in set(SourceType)), uri)
    return uri


def _leaves(node: Node, depth: int = _DEPTH) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, list) and depth:
        for entry in node:
            yield from _leaves(entry, depth - 1)
    elif isinstance(node, dict) and node:
        found = node.get("x-default", next(iter(node.values())))
        if isinstance(found, str):
            yield found
