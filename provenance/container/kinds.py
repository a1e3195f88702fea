"""What kind of file it is, by content, against an allow-list (security P1); the name is only a hint."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import BinaryIO

from provenance.container.model import Kind
from provenance.container.source import Source

_HEAD = 64 * 1024
_EXTENSIONS: dict[Kind, tuple[str, ...]] = {  # the usual one first
    Kind.JPEG: (".jpg", ".jpeg", ".jpe", ".jfif"),
    Kind.PNG: (".png", ".apng"),
    Kind.WEBP: (".webp",),
    Kind.TIFF: (".tif", ".tiff"),
    Kind.GIF: (".gif",),
    Kind.AVIF: (".avif", ".avifs"),
    Kind.HEIC: (".heic", ".heics", ".hif"),
    Kind.HEIF: (".heif", ".heifs"),
    Kind.DNG: (".dng",),
    Kind.SVG: (".svg",),
    Kind.JXL: (".jxl",),
    Kind.JXL_NAKED: (".jxl",),
    Kind.BMP: (".bmp", ".dib"),
    Kind.PSD: (".psd", ".psb"),
    Kind.OPENEXR: (".exr",),
    Kind.KRITA: (".kra",),
    Kind.OPENRASTER: (".ora",),
    Kind.C2PA: (".c2pa",),
    Kind.OTHER: (),
}
_BY_EXTENSION = {
    extension: kind for kind, names in reversed(_EXTENSIONS.items()) for extension in names
}  # reversed, so that .jxl means the container
_FAMILIES = (  # one name is right for every kind of the family
    frozenset({Kind.JXL, Kind.JXL_NAKED}),
    frozenset({Kind.HEIC, Kind.HEIF}),
)
_AVIF = frozenset({b"avif", b"avis"})
_HEIC = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs"})
_HEIF = frozenset({b"mif1", b"msf1", b"mif2", b"heif"})
_DNG_VERSION = 50706
_ZIP_KINDS = {b"application/x-krita": Kind.KRITA, b"image/openraster": Kind.OPENRASTER}
_BEFORE_SVG = re.compile(
    rb"(?:\s+|<\?[^>]{0,4096}>|<!--.{0,16384}?-->|<!DOCTYPE[^>\[]{0,1024}(?:\[[^\]]{0,16384}\])?\s{0,64}>)", re.DOTALL
)
_SVG = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,31}:)?svg[\s>/]")


def sniff(stream: BinaryIO) -> Kind:
    """Return the kind of the file in *stream*; `Kind.OTHER` for anything that is not in the list."""
    return sniff_source(Source(stream))


def sniff_source(source: Source) -> Kind:
    """Return the kind of the file behind *source*."""
    head = source.read(0, 64)
    if head.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Kind.WEBP
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return Kind.GIF
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return Kind.DNG if _is_dng(source, head) else Kind.TIFF
    if head[4:8] == b"ftyp":
        return _by_brand(source, int.from_bytes(head[:4], "big"))
    if head.startswith(b"\0\0\0\x0cJXL \r\n\x87\n"):
        return Kind.JXL
    return _other(source, head)


def suggested(name: str) -> Kind | None:
    """Return the kind that the extension of *name* stands for, or None if it says nothing to us."""
    return _BY_EXTENSION.get(PurePath(name).suffix.lower())


def extensions(kind: Kind) -> tuple[str, ...]:
    """Return the extensions of *kind* in lower case with their dot, the usual one first."""
    return _EXTENSIONS[kind]


def fits(name: str, kind: Kind) -> bool:
    """Whether the extension of *name* is right for a file of *kind*."""
    said = suggested(name)
    return said is kind or any(kind in family and said in family for family in _FAMILIES)


def right_name(name: str, kind: Kind) -> str:
    """Return *name* with the usual extension of *kind*; unchanged where it is right already."""
    usual = extensions(kind)
    if fits(name, kind) or not usual:
        return name
    path = PurePath(name)
    return f"{path.stem if suggested(name) else path.name}{usual[0]}"


def _by_brand(source: Source, length: int) -> Kind:
    brands = source.read(8, min(max(length - 8, 8), 1024))
    every = [brands[:4], *(brands[at : at + 4] for at in range(8, len(brands) - 3, 4))]
    for brand in every[:1]:  # the major brand decides, if it says which codec
        if brand in _AVIF:
            return Kind.AVIF
        if brand in _HEIC:
            return Kind.HEIC
    for known, kind in ((_AVIF, Kind.AVIF), (_HEIC, Kind.HEIC), (_HEIF, Kind.HEIF)):
        if known.intersection(every):
            return kind
    return Kind.OTHER


def _is_dng(source: Source, head: bytes) -> bool:
    """Whether the first directory holds a DNGVersion tag; reads that directory only."""
    order = "little" if head[:2] == b"II" else "big"
    big = head[2:4] in (b"+\0", b"\0+")
    width, entry = (8, 20) if big else (2, 12)
    at = int.from_bytes(head[8:16] if big else head[4:8], order)  # type: ignore[arg-type]  # one of two literals
    count = int.from_bytes(source.read(at, width), order)  # type: ignore[arg-type]  # as above
    entries = source.read(at + width, min(count, 4096) * entry)
    wanted = _DNG_VERSION.to_bytes(2, order)  # type: ignore[arg-type]  # as above
    return any(entries[place : place + 2] == wanted for place in range(0, len(entries), entry))


def _other(source: Source, head: bytes) -> Kind:
    if head.startswith((b"\xff\x0a",)):
        return Kind.JXL_NAKED
    if head[4:8] == b"jumb" and head[12:20] == b"jumdc2pa":
        return Kind.C2PA
    if head.startswith(b"8BPS"):
        return Kind.PSD
    if head.startswith(b"\x76\x2f\x31\x01"):
        return Kind.OPENEXR
    if head.startswith(b"BM") and head[6:10] == b"\0\0\0\0" and head[15:18] == b"\0\0\0":
        return Kind.BMP
    if head.startswith(b"PK\x03\x04") and head[30:38] == b"mimetype":
        held = source.read(38, 64)
        return next((kind for name, kind in _ZIP_KINDS.items() if held.startswith(name)), Kind.OTHER)
    return Kind.SVG if _is_svg(source, head) else Kind.OTHER


def _is_svg(source: Source, head: bytes) -> bool:
    """Whether the first element is ``svg``, after a byte order mark, comments and a document type; no XML is parsed."""
    if not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return False
    text = source.read(0, _HEAD).removeprefix(b"\xef\xbb\xbf")
    at = 0
    while found := _BEFORE_SVG.match(text, at):
        at = found.end()
    return _SVG.match(text, at) is not None
