"""XMP and comments in GIF: an application extension whose packet stands there as it is (XMP part 3 §1.1.2).

The packet is not cut into sub-blocks. A reader that does not know it takes each byte for the length of a sub-block,
and the 258 bytes behind the packet bring it to the end wherever it lands in them.
"""

from __future__ import annotations

from collections.abc import Iterator

from provenance.container import gif
from provenance.container.model import Limits
from provenance.container.parts import Layout, Part
from provenance.container.source import Source
from provenance.errors import AssetError
from provenance.metadata.blocks import MOST, TEXTS, Blocks, Change, Text
from provenance.metadata.carriers import moved
from provenance.metadata.edits import Edit

COMMENT = "comment"
_HEADER = b"\x21\xff\x0bXMP DataXMP"
_TRAILER = b"\x01" + bytes(range(255, -1, -1)) + b"\0"
_FRAME = frozenset({"graphic control", "image", "plain text", "trailer"})


def find(source: Source, layout: Layout, limits: Limits) -> Blocks:
    """Return the first XMP packet and the comments."""
    packets = [part for part in layout.parts if part.name == "XMP"]
    problems = ["a further XMP packet stands in the file"] if len(packets) > 1 else []
    xmp = None
    if packets:
        if packets[0].body.length > MOST:
            problems.append("the XMP of the picture is larger than is read")
        else:
            xmp = _packet(source.read(packets[0].body.start, packets[0].body.length))
    comments = [part for part in layout.parts if part.name == COMMENT]
    if len(comments) > TEXTS:
        problems.append(f"the picture has {len(comments)} comments, of which {TEXTS} are read")
    texts = []
    for part in comments[:TEXTS]:
        if part.body.length > MOST:
            problems.append("a comment is larger than is read")
        else:
            texts.append(_comment(source, part))
    return Blocks(
        xmp=xmp, xmp_spans=tuple(part.span for part in packets[:1]), texts=tuple(texts), problems=tuple(problems)
    )


def place(source: Source, layout: Layout, found: Blocks, change: Change, limits: Limits) -> tuple[Edit, ...]:
    """Return the edits that make *change*; of EXIF and IPTC a GIF knows nothing.

    Raises:
        AssetError: if the picture is damaged, or the packet cannot stand in a GIF.
    """
    return tuple(_edits(source, layout, found, change))


def _edits(source: Source, layout: Layout, found: Blocks, change: Change) -> Iterator[Edit]:
    if COMMENT in change.texts_without:
        for part in layout.parts:
            if part.name == COMMENT:
                yield Edit(part.span.start, part.span.length, b"")
    if change.xmp is None:
        return
    if b"\0" in change.xmp:
        raise AssetError("XMP", "holds a NUL byte, which a GIF cannot carry")
    block = _HEADER + change.xmp + _TRAILER
    if found.xmp_spans:
        yield Edit(found.xmp_spans[0].start, found.xmp_spans[0].length, block)
    else:
        yield Edit(_before_frames(layout), 0, block)
    if source.read(0, 6) == b"GIF87a":  # which knows no extensions
        yield Edit(0, 6, b"GIF89a")


def _before_frames(layout: Layout) -> int:
    """Return where the first frame begins, with what controls it; loops and colours stand in front of it."""
    first = next((part for part in layout.parts if part.name in _FRAME), None)
    if first is None:
        raise moved.refused("is damaged (it has no frame)")
    return first.span.start


def _packet(body: bytes) -> bytes:
    """Return the packet; some writers cut it into sub-blocks after all."""
    return body.removesuffix(_TRAILER) if body.endswith(_TRAILER) else gif.joined(body)


def _comment(source: Source, part: Part) -> Text:
    return Text(COMMENT, gif.joined(source.read(part.body.start + 2, part.body.length - 2)), part.span)
