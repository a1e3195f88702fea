"""OpenRaster and Krita: zip archives with the tree of layers in XML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import BinaryIO

from provenance.container.source import MalformedError, Source, StoppedError
from provenance.metadata.evidence.documents import elements
from provenance.metadata.evidence.model import Facts, LayerCount, LayerKind
from provenance.metadata.evidence.text import day, name, span, whole
from provenance.metadata.evidence.zips import MANIFEST, Archive, archive

_KRITA = {
    "paintlayer": LayerKind.PAINT,
    "grouplayer": LayerKind.GROUP,
    "shapelayer": LayerKind.VECTOR,
    "adjustmentlayer": LayerKind.ADJUSTMENT,
    "generatorlayer": LayerKind.FILL,
    "clonelayer": LayerKind.CLONE,
    "filelayer": LayerKind.PLACED,
    "referenceimages": None,  # pictures beside the canvas, not on it
}


def counted(base: Facts, kinds: Iterable[LayerKind]) -> Facts:
    """Return *base* with the layers of *kinds* counted."""
    found = Counter(kinds)
    return replace(
        base,
        layers=sum(count for kind, count in found.items() if kind is not LayerKind.GROUP),
        layer_kinds=tuple(LayerCount(kind, found[kind]) for kind in LayerKind if found[kind]),
    )


def openraster(base: Facts, source: Source, stream: BinaryIO) -> Facts:
    """Read an OpenRaster file (OpenRaster 0.0.6): ``stack.xml`` holds the canvas and its layers."""
    with archive(source, stream) as file:
        tree = elements(file.read("stack.xml"))
        base = replace(base, own_manifest=MANIFEST in file.names)
    image = next((found for found in tree if found.name == "image"), None)
    if image is None:
        raise MalformedError("stack.xml describes no picture")
    kinds = [LayerKind.PAINT for found in tree if found.name == "layer"]
    kinds += [LayerKind.TEXT for found in tree if found.name == "text"]
    kinds += [LayerKind.GROUP for found in tree if found.name == "stack" and found.parent == "stack"]
    size = {side: whole(image.attributes.get(letter)) for side, letter in (("width", "w"), ("height", "h"))}
    return replace(counted(base, kinds), width=size["width"], height=size["height"])


def krita(base: Facts, source: Source, stream: BinaryIO) -> Facts:
    """Read a Krita file: layers and canvas from ``maindoc.xml``, times and cycles from ``documentinfo.xml``."""
    problems: list[str] = []
    with archive(source, stream) as file:
        base = replace(base, own_manifest=MANIFEST in file.names)
        for read in (_krita_layers, _krita_times):
            try:
                base = read(base, file)
            except (MalformedError, StoppedError) as problem:
                problems.append(str(problem))
    return replace(base, problems=tuple(problems))


def _krita_layers(base: Facts, file: Archive) -> Facts:
    tree = elements(file.read("maindoc.xml"))
    image = next((found for found in tree if found.name == "IMAGE"), None)
    if image is None:
        raise MalformedError("maindoc.xml describes no picture")
    version = next((found.attributes.get("kritaVersion", "") for found in tree if found.name == "DOC"), "")
    named = [
        _KRITA.get(found.attributes.get("nodetype", found.attributes.get("layertype", "")), LayerKind.OTHER)
        for found in tree
        if found.name == "layer"
    ]
    return replace(
        counted(base, (kind for kind in named if kind is not None)),
        width=whole(image.attributes.get("width")),
        height=whole(image.attributes.get("height")),
        program=name(f"Krita {version}"),
    )


def _krita_times(base: Facts, file: Archive) -> Facts:
    about = {found.name: found.text for found in elements(file.read("documentinfo.xml")) if found.parent == "about"}
    first, last = span(day(about.get(key, "")) for key in ("creation-date", "date"))
    return replace(
        base,
        seconds=whole(about.get("editing-time")),
        cycles=whole(about.get("editing-cycles")),
        first=first,
        last=last,
    )
