"""A picture as a stage of the work: its size, and the day that its own metadata names."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from provenance.container.source import Source
from provenance.metadata.evidence.model import Facts

_FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF")


def picture(base: Facts, source: Source, stream: BinaryIO) -> Facts:
    """Read the size of a picture; no pixel is decoded."""
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
