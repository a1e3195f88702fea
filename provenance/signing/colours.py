"""Colours that a picture describes without an ICC profile, which Pillow neither reads nor writes.

* From PNG to PNG the chunks go along as they stand: ``cICP``, ``gAMA``, ``cHRM``, ``sRGB``, what HDR adds (PNG third
  edition §11.3.2). The samples are those of the source, or their means, so that the description still fits.
* Otherwise the description is lost, and its name is returned so that this is said. One that says sRGB loses nothing:
  that is what readers take for granted. Where a profile goes along, ``gAMA`` and ``cHRM`` count for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from provenance.container.bmff import boxes
from provenance.container.model import Kind, Limits
from provenance.container.parts import Layout, Part, Span
from provenance.container.source import Counter, MalformedError, Source, StoppedError
from provenance.metadata.edits import Edit, spliced
from provenance.record import dataclass

_CHUNKS = ("cICP", "mDCV", "mDCv", "cLLI", "cLLi", "sRGB", "gAMA", "cHRM")
_FALLBACK = frozenset({"gAMA", "cHRM"})  # a profile, cICP and sRGB count more
_MOST = 64  # bytes of one of them
_AFTER_HEADER = 33  # IHDR is the first chunk, and has 13 bytes
_SRGB = {  # what each says of sRGB
    "gAMA": (45455).to_bytes(4),
    "cHRM": b"".join(n.to_bytes(4) for n in (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)),
    "cICP": bytes((1, 13, 0, 1)),
}
_SRGB_NCLX = frozenset({(1, 13), (1, 1), (1, 2), (2, 2), (2, 13)})  # primaries, transfer (ITU-T H.273); 2: not said
_NCLX = b"nclx"


@dataclass(frozen=True, slots=True)
class Described:
    """What a file says of its colours beside an ICC profile."""

    chunks: bytes = b""  # of a PNG, as they stand
    lost: tuple[str, ...] = ()  # names of what another format does not get
    beside_profile: tuple[str, ...] = ()  # those of them that count more than a profile


def described(source: Source, kind: Kind, layout: Layout, limits: Limits) -> Described:
    """Return how a picture describes its colours; of a damaged one what can be read."""
    if kind is Kind.PNG:
        return _of_png(source, layout)
    if kind in (Kind.AVIF, Kind.HEIC, Kind.HEIF):
        try:
            named = tuple(dict.fromkeys(_nclx(source, layout, limits)))
        except (MalformedError, StoppedError):
            return Described()
        return Described(lost=named)
    return Described()


def _of_png(source: Source, layout: Layout) -> Described:
    parts: dict[str, Part] = {}
    for part in layout.parts:
        if part.name == "IDAT":
            break
        if part.name in _CHUNKS and part.body.length <= _MOST:
            parts.setdefault(part.name, part)
    data = {name: source.read(part.body.start, part.body.length) for name, part in parts.items()}
    lost = [name for name in parts if name != "sRGB" and data[name] != _SRGB.get(name)]
    if "sRGB" in parts or "cICP" in parts:
        lost = [name for name in lost if name not in _FALLBACK]
    chunks = b"".join(source.read(part.span.start, part.span.length) for part in parts.values())
    return Described(chunks, tuple(lost), tuple(name for name in lost if name not in _FALLBACK))


def _nclx(source: Source, layout: Layout, limits: Limits) -> Iterator[str]:
    counter = Counter(limits.chunks, "boxes of colours")
    for part in layout.parts:
        if part.name == "meta":
            for properties in _inside(source, Span(part.body.start + 4, part.body.length - 4), "iprp", counter):
                for container in _inside(source, properties.body, "ipco", counter):
                    for colour in _inside(source, container.body, "colr", counter):
                        head = source.read(colour.body.start, 8)
                        said = (int.from_bytes(head[4:6]), int.from_bytes(head[6:8]))
                        if head[:4] == _NCLX and said not in _SRGB_NCLX:
                            yield f"nclx {said[0]}/{said[1]}"


def _inside(source: Source, within: Span, name: str, counter: Counter) -> Iterator[Part]:
    return (part for part in boxes(source, within, counter) if part.name == name)


def with_chunks(bare: BinaryIO, chunks: bytes) -> BinaryIO:
    """Return the PNG *bare*, as we wrote it, with *chunks* where the standard wants them: behind the header."""
    return spliced(bare, [Edit(_AFTER_HEADER, 0, chunks)]) if chunks else bare
