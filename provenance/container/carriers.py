"""Which parts of a container carry ordinary metadata: what an edit may change beside the picture.

The names are those of `provenance.metadata.model.Carrier`, which this room does not know.
"""

from __future__ import annotations

from provenance.container import jpeg
from provenance.container.model import Kind
from provenance.container.parts import Part
from provenance.container.source import Source

EXIF, XMP, IPTC, TEXT = "exif", "xmp", "iptc", "text"
EVERY = frozenset({EXIF, XMP, IPTC, TEXT})
EXTENDED = "extended"  # XMP that goes on in further segments of a JPEG: never edited, taken out whole
BLANK = "blank"  # zeros that an edit of a JPEG leaves where nothing may move
_FURTHER = b"http://ns.adobe.com/xmp/extension/\0"
_JPEG = {
    "APP1": ((b"Exif\0", EXIF), (jpeg.XMP, XMP), (_FURTHER, EXTENDED)),
    "APP13": ((b"Photoshop 3.0\0", IPTC),),
    "COM": ((b"", TEXT),),
}
_PNG_XMP = b"XML:com.adobe.xmp\0"
_PNG_TEXTS = frozenset({"tEXt", "zTXt", "iTXt"})
_NAMED = {
    Kind.WEBP: {"EXIF": EXIF, "XMP ": XMP},
    Kind.GIF: {"XMP": XMP, "comment": TEXT},
    Kind.JXL: {"Exif": EXIF, "xml ": XMP},
    Kind.PNG: {"eXIf": EXIF},
}


def carrier(source: Source, part: Part, kind: Kind) -> str:
    """Return which carrier *part* of a file of *kind* is; "" for anything else."""
    if kind is Kind.JPEG:
        if part.name == "APP15":
            return BLANK if not any(block.strip(b"\0") for block in source.stream(part.body)) else ""
        known = _JPEG.get(part.name, ())
        return next((name for start, name in known if source.read(part.body.start, len(start)) == start), "")
    if kind is Kind.PNG and part.name in _PNG_TEXTS:
        packet = part.name == "iTXt" and source.read(part.body.start, len(_PNG_XMP)) == _PNG_XMP
        return XMP if packet else TEXT
    return _NAMED.get(kind, {}).get(part.name, "")
