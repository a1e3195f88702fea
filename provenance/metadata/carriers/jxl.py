"""EXIF and XMP in the container of JPEG XL: the boxes ``Exif`` and ``xml `` (ISO/IEC 18181-2 §9).

Compressed boxes (``brob``) are named and left alone: nothing here inflates Brotli. New boxes stand in front of the
codestream, where libjxl writes them, because the codestream may reach to the end of the file without a length.
"""

from __future__ import annotations

from collections.abc import Iterator

from provenance.container import items
from provenance.container.model import Limits
from provenance.container.parts import Layout, Span
from provenance.container.source import Source
from provenance.errors import AssetError
from provenance.metadata.blocks import MOST, Blocks, Change
from provenance.metadata.carriers import exif_payload, moved
from provenance.metadata.edits import Edit

_EXIF, _XMP = "Exif", "xml "
_NAMES = {_EXIF: "EXIF", _XMP: "XMP"}
_STREAM = frozenset({"jxlc", "jxlp"})
_RECONSTRUCTION = "jbrd"


def find(source: Source, layout: Layout, limits: Limits) -> Blocks:
    """Return what the first box of each kind holds."""
    problems: list[str] = []
    held = {name: _held(source, layout, name, problems) for name in _NAMES}
    exif = held[_EXIF]
    block = exif_payload.block(exif) if exif is not None else None
    if exif is not None and block is None:
        problems.append("the EXIF of the picture has no header that can be read")
    return Blocks(
        exif=block,
        exif_spans=_spans(layout, _EXIF),
        xmp=held[_XMP],
        xmp_spans=_spans(layout, _XMP),
        problems=(*problems, *_compressed(source, layout)),
    )


def place(source: Source, layout: Layout, found: Blocks, change: Change, limits: Limits) -> tuple[Edit, ...]:
    """Return the edits that make *change*.

    Raises:
        AssetError: if what stands there is compressed, cannot be read, or belongs to a JPEG that can be restored.
    """
    return tuple(_edits(source, layout, found, change))


def _edits(source: Source, layout: Layout, found: Blocks, change: Change) -> Iterator[Edit]:
    if found.exif_spans and (change.exif or change.exif_without):
        span = found.exif_spans[0]
        held = source.read(span.start, span.length) if found.exif is not None else b""
        made = exif_payload.changed(held, change.exif, without=change.exif_without)
        if made is None:
            raise AssetError("picture", "has EXIF that cannot be read, and that is not overwritten")
        if made != held:
            yield _box(source, layout, _EXIF, made)
    elif change.exif:
        yield _box(source, layout, _EXIF, exif_payload.built(change.exif, identifier=False))
    if change.xmp is not None:
        if found.xmp_spans and found.xmp is None:
            raise AssetError("picture", "has XMP that cannot be read, and that is not overwritten")
        yield _box(source, layout, _XMP, change.xmp)


def _box(source: Source, layout: Layout, name: str, content: bytes) -> Edit:
    """Return the edit that puts *content* into the first box *name*, or into a new one before the codestream."""
    problem = next(_compressed(source, layout), None)
    if problem is not None:
        raise AssetError("picture", f"keeps its metadata as they are ({problem})")
    old = next((part for part in layout.parts if part.name == name), None)
    if old is not None:
        if any(part.name == _RECONSTRUCTION for part in layout.parts):
            raise AssetError("picture", f"was a JPEG and can be restored only with its {_NAMES[name]} as it is")
        return Edit(old.span.start, old.span.length, items.box(name, content))
    stream = next((part for part in layout.parts if part.name in _STREAM), None)
    if stream is None:
        raise moved.refused("is damaged (it has no codestream)")
    return Edit(stream.span.start, 0, items.box(name, content))


def _held(source: Source, layout: Layout, name: str, problems: list[str]) -> bytes | None:
    found = [part for part in layout.parts if part.name == name]
    if len(found) > 1:
        problems.append(f"a further box of {_NAMES[name]} stands in the file")
    if not found:
        return None
    if found[0].body.length > MOST:
        problems.append(f"the {_NAMES[name]} of the picture is larger than is read")
        return None
    return source.read(found[0].body.start, found[0].body.length)


def _spans(layout: Layout, name: str) -> tuple[Span, ...]:
    return tuple(part.body for part in layout.parts if part.name == name)[:1]


def _compressed(source: Source, layout: Layout) -> Iterator[str]:
    for part in layout.parts:
        name = source.read(part.body.start, 4).decode("latin-1") if part.name == "brob" else ""
        if name in _NAMES:
            yield f"the {_NAMES[name]} of the picture is compressed, and is not read"
