"""Our own thumbnail: a small JPEG with nothing in it but the picture (security W13).

The engine's own costs fifteen times the signature and more memory than the picture (engine.md §8, §12).
"""

from __future__ import annotations

import io
import warnings
from typing import BinaryIO

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from provenance.container.model import Kind

LONGEST_EDGE = 512
MAX_PIXELS = 100_000_000
_QUALITY = 80
# What Pillow may parse, by what the file is (security P9). Not here: no thumbnail.
_DECODERS = {
    Kind.JPEG: "JPEG",
    Kind.PNG: "PNG",
    Kind.WEBP: "WEBP",
    Kind.TIFF: "TIFF",
    Kind.GIF: "GIF",
    Kind.AVIF: "AVIF",
    Kind.BMP: "BMP",
}
_PAPER = (255, 255, 255)  # under transparent parts


def thumbnail(
    picture: BinaryIO,
    kind: Kind,
    *,
    edge: int = LONGEST_EDGE,
    most_pixels: int = MAX_PIXELS,
    most_frames: int | None = None,
) -> bytes | None:
    """Return a JPEG of *picture*, upright, its longest edge at most *edge*; None where it cannot be decoded here.

    Never larger than the picture. No EXIF, XMP, comment or ICC profile of the picture gets into it.
    """
    decoder = _DECODERS.get(kind)
    if decoder is None:
        return None
    picture.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about odd metadata and large pictures; our own limit decides
            with Image.open(picture, formats=[decoder]) as opened:
                if opened.width * opened.height > most_pixels:
                    return None
                if most_frames is not None and getattr(opened, "n_frames", 1) > most_frames:
                    return None
                return _encoded(_small(opened, edge))
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError, UnidentifiedImageError):
        return None  # a thumbnail is a courtesy; whether the picture can be signed is decided elsewhere


def _small(opened: Image.Image, edge: int) -> Image.Image:
    profile = opened.info.get("icc_profile")
    # A gap of 1 lets the JPEG decoder itself scale by 8: a 24-megapixel picture in a tenth of the time.
    opened.thumbnail((edge, edge), Image.Resampling.LANCZOS, reducing_gap=1.0)
    upright = ImageOps.exif_transpose(opened)
    return _screen_colours(_on_paper(upright), profile)


def _on_paper(image: Image.Image) -> Image.Image:
    """Return *image* in 8-bit grey, RGB or CMYK, transparent parts on white."""
    if image.mode.startswith("I;16"):
        return image.point(lambda value: value / 256).convert("L")
    if image.mode == "P" or image.mode.endswith(("A", "a")):
        opaque = image.convert("RGBA")
        paper = Image.new("RGB", opaque.size, _PAPER)
        paper.paste(opaque, mask=opaque.getchannel("A"))
        return paper
    return image if image.mode in {"L", "RGB", "CMYK"} else image.convert("RGB")


def _screen_colours(image: Image.Image, profile: object) -> Image.Image:
    """Return *image* in sRGB, so that it looks right without the profile that is left out."""
    if isinstance(profile, bytes) and profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            changed = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            changed = None
        if changed is not None:
            return changed
    return image.convert("RGB") if image.mode == "CMYK" else image


def _encoded(image: Image.Image) -> bytes:
    bare = Image.new(image.mode, image.size)
    bare.paste(image)  # a picture that never had an `info` to write
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()
