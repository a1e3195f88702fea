"""A picture as a stage of the work: its size, who wrote it last and when, and traces of AI tools in it."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from provenance.container.kinds import sniff_source
from provenance.container.model import Limits
from provenance.container.source import MalformedError, Source, StoppedError
from provenance.container.walk import lay_out
from provenance.metadata.evidence.model import Facts
from provenance.metadata.evidence.text import day, name
from provenance.metadata.reading import read

_FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF")


def picture(base: Facts, source: Source, stream: BinaryIO) -> Facts:
    """Read a picture."""
    return _measured(_said(base, source), stream)


def _said(base: Facts, source: Source) -> Facts:
    """Return *base* with what ordinary metadata says: the same reading as of any other picture."""
    kind = sniff_source(source)
    try:
        found = read(source, kind, lay_out(source, kind, Limits()), Limits()).metadata
    except (MalformedError, StoppedError) as problem:
        return replace(base, problems=(str(problem),))
    when = day(found.written)
    tools = tuple(dict.fromkeys(name(trace.tool) for trace in found.traces))
    return replace(base, program=name(found.writer), first=when, last=when, traces=tools, problems=found.problems)


def _measured(base: Facts, stream: BinaryIO) -> Facts:
    """Return *base* with the size of the canvas; no pixel is decoded for it."""
    stream.seek(0)
    most, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None  # a large canvas is no attack: it is not decoded
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of damage in metadata, which is nothing to us
            with Image.open(stream, formats=[found for found in _FORMATS if found in _known()]) as image:
                width, height = image.size
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, TypeError):
        return base  # a kind that is only recognised: HEIC, SVG, JPEG XL
    finally:
        Image.MAX_IMAGE_PIXELS = most
    return replace(base, width=width, height=height)


def _known() -> frozenset[str]:
    Image.init()
    return frozenset(Image.ID)
