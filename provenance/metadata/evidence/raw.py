"""Raw files of cameras: TIFF by another name. Make, model, day and size; never a serial number or an owner."""

from __future__ import annotations

from dataclasses import replace
from typing import BinaryIO

from provenance.container.model import Limits
from provenance.container.source import Source
from provenance.container.tiff import Directory, Tiff
from provenance.metadata.evidence.model import Facts
from provenance.metadata.evidence.text import day, name, span

FUJI = b"FUJIFILMCCD-RAW"
TIFFS = (b"II*\0", b"MM\0*", b"IIRO", b"IIRS", b"MMOR", b"IIU\0")  # and Olympus, Panasonic
_WIDTH, _HEIGHT, _PHOTOMETRIC, _MAKE, _MODEL, _CHANGED, _TAKEN = 256, 257, 262, 271, 272, 306, 36867
_SENSOR = frozenset({32803, 34892})  # colour filter array, linear raw
_TEXT = 64


def raw(base: Facts, source: Source, stream: BinaryIO) -> Facts:
    """Read a camera's raw file."""
    head = source.read(0, 64)
    if head.startswith(FUJI):
        return replace(base, camera=name(f"FUJIFILM {head[28:60].decode('latin-1')}"))
    if head[:4] not in TIFFS:
        return base  # boxes (CR3): its bytes count, nothing is read
    tiff = Tiff(source, Limits())
    directories = list(tiff.directories())
    make, model = (name(_text(tiff, directories, tag)) for tag in (_MAKE, _MODEL))
    first, last = span([day(_text(tiff, directories, _TAKEN) or _text(tiff, directories, _CHANGED))])
    sides = [(_number(tiff, found, _WIDTH), _number(tiff, found, _HEIGHT)) for found in directories]
    width, height = max(sides, key=lambda side: side[0] * side[1], default=(0, 0))
    return replace(
        base,
        camera=model if make and model.casefold().startswith(make.split()[0].casefold()) else f"{make} {model}".strip(),
        first=first,
        last=last,
        width=width or None,
        height=height or None,
    )


def is_sensor_data(source: Source) -> bool:
    """Whether the TIFF behind *source* holds what a sensor saw (TIFF/EP, DNG), and is no picture of a program."""
    tiff = Tiff(source, Limits())
    return any(_number(tiff, found, _PHOTOMETRIC) in _SENSOR for found in tiff.directories())


def _number(tiff: Tiff, directory: Directory, tag: int) -> int:
    entry = directory.entry(tag)
    return next(iter(tiff.numbers(entry)), 0) if entry else 0


def _text(tiff: Tiff, directories: list[Directory], tag: int) -> str:
    entries = (found.entry(tag) for found in directories)
    entry = next((found for found in entries if found is not None), None)
    if entry is None:
        return ""
    data = tiff.source.read(entry.value.start, min(entry.value.length, _TEXT))
    return data.partition(b"\0")[0].decode("utf-8", "replace")
