"""Files after an edit of their metadata, for tests of the carriers of HEIF, GIF, SVG and JPEG XL."""

from __future__ import annotations

import io
from types import ModuleType

from PIL import Image, ImageSequence

from provenance.container.kinds import sniff
from provenance.container.model import Limits
from provenance.container.source import Source
from provenance.container.walk import lay_out
from provenance.metadata.blocks import Blocks, Change
from provenance.metadata.edits import spliced

_RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'


def packet(creator: str = "Zoë 山") -> bytes:
    """Return an XMP packet that names *creator*, with its wrapper."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF {_RDF}><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>'
        f"<rdf:Seq><rdf:li>{creator}</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>\n"
        '<?xpacket end="w"?>'
    ).encode()


def found(carrier: ModuleType, data: bytes) -> Blocks:
    """Return the blocks that *carrier* finds in *data*."""
    source = Source(io.BytesIO(data))
    blocks = carrier.find(source, lay_out(source, sniff(io.BytesIO(data)), Limits()), Limits())
    assert isinstance(blocks, Blocks)
    return blocks


def edited(carrier: ModuleType, data: bytes, change: Change) -> bytes:
    """Return *data* after *carrier* has made *change*."""
    source = Source(io.BytesIO(data))
    layout = lay_out(source, sniff(io.BytesIO(data)), Limits())
    edits = carrier.place(source, layout, carrier.find(source, layout, Limits()), change, Limits())
    return spliced(io.BytesIO(data), edits).read()


def frames(data: bytes) -> list[tuple[str, tuple[int, int], bytes]]:
    """Return every frame of a picture, decoded."""
    with Image.open(io.BytesIO(data)) as image:
        return [(frame.mode, frame.size, frame.tobytes()) for frame in ImageSequence.Iterator(image)]
