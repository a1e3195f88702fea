"""One working file -> its facts, in this process. Files of strangers belong in a worker: see `evidence.files`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from provenance.container.kinds import sniff_source
from provenance.container.model import Kind
from provenance.container.opening import opened
from provenance.container.parts import Span
from provenance.container.source import MalformedError, Source, StoppedError
from provenance.errors import AssetError
from provenance.metadata.evidence.clip import clip
from provenance.metadata.evidence.layered import krita, openraster
from provenance.metadata.evidence.model import Facts, SourceKind
from provenance.metadata.evidence.photoshop import photoshop
from provenance.metadata.evidence.picture import picture
from provenance.metadata.evidence.procreate import DOCUMENT, procreate
from provenance.metadata.evidence.raw import FUJI, TIFFS, is_sensor_data, raw
from provenance.metadata.evidence.video import EBML, video
from provenance.metadata.evidence.zips import archive
from provenance.plain import plain

Reader = Callable[[Facts, Source, BinaryIO], Facts]
_READERS: dict[SourceKind, Reader] = {
    SourceKind.PSD: photoshop,
    SourceKind.PSB: photoshop,
    SourceKind.ORA: openraster,
    SourceKind.KRA: krita,
    SourceKind.PROCREATE: procreate,
    SourceKind.CLIP: clip,
    SourceKind.DNG: raw,
    SourceKind.RAW: raw,
    SourceKind.PICTURE: picture,
    SourceKind.VIDEO: video,
}
_MEDIA_TYPES = {
    SourceKind.PSD: "image/vnd.adobe.photoshop",
    SourceKind.PSB: "image/vnd.adobe.photoshop",
    SourceKind.ORA: "image/openraster",
    SourceKind.KRA: "application/x-krita",
    SourceKind.PROCREATE: "application/x-procreate",
}
_BY_KIND = {Kind.KRITA: SourceKind.KRA, Kind.OPENRASTER: SourceKind.ORA, Kind.DNG: SourceKind.DNG}
_NO_PICTURE = frozenset({Kind.C2PA, Kind.OTHER})
_MOVIE = frozenset({b"ftyp", b"moov", b"mdat", b"wide"})  # QuickTime files of old begin without a brand
_CANON = b"crx "


def facts(path: Path) -> Facts:
    """Return what the working file *path* tells about itself; what cannot be read is a problem in it.

    That anything in it is so is not established: anyone can write such a file.

    Raises:
        AssetError: if the file cannot be read at all.
    """
    try:
        with opened(path) as stream:
            return _facts(stream)
    except OSError as exc:
        raise AssetError(plain(path.name), f"cannot be read ({exc.strerror or exc})") from exc


def job(argument: Any) -> Facts:
    """Answer a path, as a worker gets it."""
    return facts(Path(str(argument)))


def _facts(stream: BinaryIO) -> Facts:
    source = Source(stream)
    kind, media_type = recognise(source, stream)
    digest = hashlib.sha256()
    for block in source.stream(Span(0, source.size)):
        digest.update(block)
    base = Facts(kind, media_type, source.size, digest.hexdigest())
    reader = _READERS.get(kind)
    if reader is None:
        return base
    try:
        return reader(base, source, stream)
    except (MalformedError, StoppedError) as problem:
        return replace(base, problems=(str(problem),))


def recognise(source: Source, stream: BinaryIO) -> tuple[SourceKind, str]:
    """Return what kind of working file it is, by content, and its media type."""
    kind = _kind(source, stream)
    sniffed = sniff_source(source)
    if kind is SourceKind.VIDEO:
        return kind, _video_type(source.read(0, 12))
    usual = sniffed.value if kind in (SourceKind.PICTURE, SourceKind.DNG) else Kind.OTHER.value
    return kind, _MEDIA_TYPES.get(kind, usual)


def _kind(source: Source, stream: BinaryIO) -> SourceKind:
    head = source.read(0, 64)
    sniffed = sniff_source(source)
    if sniffed in _BY_KIND:
        return _BY_KIND[sniffed]
    if sniffed is Kind.PSD:
        return SourceKind.PSB if head[4:6] == b"\0\2" else SourceKind.PSD
    if head.startswith(b"CSFCHUNK"):
        return SourceKind.CLIP
    if head.startswith(b"PK\x03\x04"):
        return SourceKind.PROCREATE if _is_procreate(source, stream) else SourceKind.OTHER
    if _is_raw(source, head, sniffed):
        return SourceKind.RAW
    if sniffed not in _NO_PICTURE:
        return SourceKind.PICTURE
    if head[:4] == EBML or head[4:8] in _MOVIE:
        return SourceKind.RAW if head[8:12] == _CANON else SourceKind.VIDEO
    return SourceKind.OTHER


def _is_procreate(source: Source, stream: BinaryIO) -> bool:
    try:
        with archive(source, stream) as file:
            return DOCUMENT in file.names
    except (MalformedError, StoppedError):
        return False


def _is_raw(source: Source, head: bytes, sniffed: Kind) -> bool:
    if head.startswith(FUJI) or (head[8:10] == b"CR" and head[:2] in (b"II", b"MM")):
        return True
    if sniffed is not Kind.TIFF:
        return head[:4] in TIFFS
    try:
        return is_sensor_data(source)
    except (MalformedError, StoppedError):
        return False


def _video_type(head: bytes) -> str:
    if head[:4] == EBML:
        return "video/webm"
    return "video/mp4" if head[4:8] == b"ftyp" and head[8:12] != b"qt  " else "video/quicktime"
