"""Editing of ordinary metadata in tests: find and place in one step, and what another reader finds afterwards."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

from PIL import Image, ImageSequence

from provenance.container.kinds import sniff
from provenance.container.model import Kind, Limits
from provenance.container.parts import Layout
from provenance.container.source import Source
from provenance.container.walk import lay_out
from provenance.metadata import iim
from provenance.metadata.blocks import Blocks, Change
from provenance.metadata.carriers import gif, heif, jpeg, jxl, png, svg, tiff, webp
from provenance.metadata.edits import spliced

LIMITS = Limits()
_RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
EDITORS: dict[Kind, ModuleType] = {
    Kind.JPEG: jpeg, Kind.PNG: png, Kind.WEBP: webp, Kind.TIFF: tiff, Kind.DNG: tiff, Kind.AVIF: heif,
    Kind.HEIC: heif, Kind.HEIF: heif, Kind.GIF: gif, Kind.SVG: svg, Kind.JXL: jxl,
}  # fmt: skip
# What a file says about itself as a file, and where things stand in it.
_OF_THE_FILE = frozenset({"File", "System", "ExifTool", "Composite"})
_PLACES = frozenset(
    {"StripOffsets", "ThumbnailOffset", "PreviewImageStart", "MPImageStart", "IPTCDigest", "WebP_Flags"}
)
PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:Credit="Zoë 山 🎨"/>'
    '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
).encode()
_ADDED = (
    '<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" rdf:about="" '
    'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:Credit="Zoë 山 🎨"/>'
).encode()
ARTIST, COPYRIGHT, DESCRIPTION = "Zoë 山 🎨", "© 2026 Zoë", "A long landscape, ÄÖÜ. " * 200
EXIF = ((315, ARTIST.encode()), (33432, COPYRIGHT.encode()), (270, DESCRIPTION.strip().encode()))
WANTED = {
    "IFD0:Artist": ARTIST,
    "IFD0:Copyright": COPYRIGHT,
    "IFD0:ImageDescription": DESCRIPTION.strip(),
    "XMP-photoshop:Credit": ARTIST,
}


def packet(there: bytes | None) -> bytes:
    """Return a packet with a credit line, which keeps what *there* says."""
    if there is None or b"</rdf:RDF>" not in there:
        return PACKET
    return there.replace(b"</rdf:RDF>", _ADDED + b"</rdf:RDF>", 1)


def naming(creator: str = "Zoë 山") -> bytes:
    """Return an XMP packet that names *creator*, with its wrapper."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF {_RDF}><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>'
        f"<rdf:Seq><rdf:li>{creator}</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>\n"
        '<?xpacket end="w"?>'
    ).encode()


IPTC = {"IPTC:By-line": ARTIST, "IPTC:CopyrightNotice": COPYRIGHT}
_WITH_IPTC = frozenset({Kind.JPEG, Kind.TIFF, Kind.DNG})


def full(data: bytes) -> Change:
    """Return the change that writes into every carrier that the file *data* has a place for."""
    blocks = found(data)
    sets = {80: (ARTIST,), 116: (COPYRIGHT,)}
    iptc = iim.edited(blocks.iptc, sets) if sniff(io.BytesIO(data)) in _WITH_IPTC else None
    return Change(exif=EXIF, xmp=packet(blocks.xmp), iptc=iptc)


def check(data: bytes, folder: Path, suffix: str) -> bytes:
    """Write into every carrier of *data*, and return the result, which must have lost nothing and say it all.

    The oracle for tags is exiftool, the one for pixels and the colour profile of every frame is Pillow.
    """
    change = full(data)
    wanted = WANTED | (IPTC if change.iptc is not None else {})
    before, after = folder / f"before{suffix}", folder / f"after{suffix}"
    before.write_bytes(data)

    made = edited(data, change)
    after.write_bytes(made)

    tags = every_tag(after)
    assert {name: tags.get(name) for name in wanted} == wanted
    assert lost(every_tag(before), tags, (*wanted, "IPTC2:By-line")) == {}
    assert picture(made) == picture(data)
    assert edited(made, change) == made
    return made


def found(data: bytes, limits: Limits = LIMITS) -> Blocks:
    """Return what stands in the file *data*."""
    return _with(data, lambda editor, source, layout: editor.find(source, layout, limits))


def edited(data: bytes, change: Change, limits: Limits = LIMITS) -> bytes:
    """Return *data* after *change*."""

    def edit(editor: ModuleType, source: Source, layout: Layout) -> bytes:
        edits = editor.place(source, layout, editor.find(source, layout, limits), change, limits)
        return spliced(io.BytesIO(data), edits).read()

    return _with(data, edit)


def _with(data: bytes, function: Callable[[ModuleType, Source, Layout], Any]) -> Any:
    source = Source(io.BytesIO(data))
    kind = sniff(io.BytesIO(data))
    return function(EDITORS[kind], source, lay_out(source, kind, LIMITS))


def every_tag(path: Path, *arguments: str) -> dict[str, Any]:
    """Return all that exiftool reads from *path* but what it says about the file itself; a tag may stand twice."""
    command = ["exiftool", "-json", "-G1", "-a", "-struct", "-charset", "exif=utf8", "-charset", "iptc=utf8"]
    done = subprocess.run([*command, *arguments, str(path)], capture_output=True, text=True, check=False)
    (tags,) = json.loads(done.stdout)
    return {
        name: value
        for name, value in tags.items()
        if name.partition(":")[0] not in _OF_THE_FILE and name.partition(":")[2] not in _PLACES and ":" in name
    }


def lost(before: dict[str, Any], after: dict[str, Any], ours: Iterable[str] = WANTED) -> dict[str, Any]:
    """Return the tags of *before* that *after* does not hold as they were, but for *ours*."""
    return {
        name: (value, after.get(name))
        for name, value in before.items()
        if after.get(name) != value and name not in ours
    }


def picture(data: bytes) -> list[tuple[str, tuple[int, int], bytes, bytes | None]]:
    """Return every frame of *data*, decoded: mode, size, samples, colour profile."""
    with Image.open(io.BytesIO(data)) as image:
        return [
            (frame.mode, frame.size, frame.tobytes(), frame.info.get("icc_profile"))
            for frame in ImageSequence.Iterator(image)
        ]
