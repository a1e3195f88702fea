"""The further pictures of a JPEG: previews, the other eye, a gain map (CIPA DC-007). They have EXIF of their own.

It is never written. What is private in it goes with what is private in the first one: zeros take its place, so that
nothing moves.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from provenance.container import jpeg
from provenance.container.model import Limits
from provenance.container.parts import Span
from provenance.container.source import MalformedError, Source
from provenance.errors import AssetError
from provenance.metadata import exif
from provenance.metadata.edits import Edit
from provenance.metadata.tiff_block import Structure

NAME = b"MPF\0"
_ENTRIES, _ENTRY = 0xB002, 16  # attributes, size, offset, and which pictures belong to it (§5.2.3.3)
_SOI = b"\xff\xd8"
_PICTURES = 64
_HEAD = 512 * 1024  # of each picture, this much is looked through for its segments


def cleared(source: Source, index: Span, without: frozenset[str], limits: Limits) -> Iterator[Edit]:
    """Yield the edits that take what *without* names out of the EXIF of the pictures that *index* lists.

    Args:
        index: the content of its segment.

    Raises:
        AssetError: if the index or the EXIF of a picture is damaged.
    """
    try:
        starts = set(_starts(source, index, limits))
    except MalformedError as problem:
        raise AssetError("picture", f"its index of further pictures is damaged: {problem}") from problem
    for start in starts:
        head = source.read(start, _HEAD)
        if not head.startswith(_SOI):
            continue  # what stands there is no picture
        for part in jpeg.lay_out(Source(io.BytesIO(head)), limits).parts:
            body = head[part.body.start : part.body.end]
            if part.name == "APP1" and body.startswith(exif.HEADER[:5]):
                block = body[len(exif.HEADER) :]
                made = exif.appended(block, (), without=without, limits=limits)
                if made != block:
                    yield Edit(start + part.body.end - len(block), len(block), made)


def _starts(source: Source, index: Span, limits: Limits) -> Iterator[int]:
    """Yield where the pictures behind the first one begin; positions count from behind the name."""
    body = source.read(index.start, index.length)[len(NAME) :]
    structure = Structure(Source(io.BytesIO(body)), limits)
    entry = structure.found(structure.directory(structure.first), (_ENTRIES,)).get(_ENTRIES)
    listed = structure.value(entry, _PICTURES * _ENTRY) if entry else b""
    for at in range(0, len(listed) - _ENTRY + 1, _ENTRY):
        if offset := structure.number(listed[at + 8 : at + 12]):
            yield index.start + len(NAME) + offset
