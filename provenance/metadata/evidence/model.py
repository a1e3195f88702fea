"""What a working file tells: frozen, small, and nothing that names anybody.

Anyone can make a file that tells all this, so it is "consistent with" work, and no more. Names of layers and
files, authors, paths and serial numbers are never taken; of times only the day.
"""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from provenance.record import dataclass


class SourceKind(StrEnum):
    """What a working file is, by content."""

    PSD = "psd"
    PSB = "psb"
    ORA = "ora"
    KRA = "kra"
    PROCREATE = "procreate"
    CLIP = "clip"
    DNG = "dng"
    RAW = "raw"  # another camera's own format
    PICTURE = "picture"  # a stage of the work, as any program saves it
    VIDEO = "video"  # a time-lapse or a recording of the screen
    OTHER = "other"  # only its bytes count


class LayerKind(StrEnum):
    """What a layer holds, where the format tells."""

    PAINT = "paint"
    VECTOR = "vector"
    TEXT = "text"
    ADJUSTMENT = "adjustment"
    FILL = "fill"
    PLACED = "placed"  # a smart object, a linked file
    CLONE = "clone"
    GROUP = "group"  # not counted as a layer
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class LayerCount:
    """How many layers of one kind."""

    kind: LayerKind
    count: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that is told about one working file; None and "" mean that it does not tell."""

    kind: SourceKind
    media_type: str
    size: int  # bytes
    sha256: str  # hex
    width: int | None = None  # pixels of the canvas
    height: int | None = None
    layers: int | None = None  # groups not counted
    layer_kinds: tuple[LayerCount, ...] = ()  # the groups among them
    seconds: int | None = None  # of editing, as the program measured it
    cycles: int | None = None  # how often it was opened and saved
    strokes: int | None = None
    first: str = ""  # earliest and latest day that it names, 2026-03-01
    last: str = ""
    program: str = ""
    camera: str = ""  # make and model
    film_seconds: int | None = None  # length of the time-lapse
    film_parts: int | None = None  # pieces of a time-lapse inside the file
    traces: tuple[str, ...] = ()  # AI tools whose traces stand in a picture; never signed, anyone can write them
    own_manifest: bool = False  # it is an archive or a video that carries credentials
    problems: tuple[str, ...] = field(default=())  # what could not be read; never signed
