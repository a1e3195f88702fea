"""Pictures drawn at run time, one maker per format that can carry a manifest, and some that cannot.

`DRAWN` maps a format's name to its `Drawn` entry: the usual extension and a function that writes the file.
`DECODABLE` are those whose pixels Pillow (with pillow-heif) can compare.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pillow_heif
from PIL import Image, ImageDraw, ImageSequence
from PIL.TiffImagePlugin import ImageFileDirectory_v2

pillow_heif.register_heif_opener()

SIZE = (96, 64)


def draw(size: tuple[int, int] = SIZE, *, shift: int = 0, mode: str = "RGB") -> Image.Image:
    """Return a small landscape: a sky, a sun, two hills. *shift* moves the sun, so that pictures differ."""
    width, height = size
    image = Image.new("RGB", size, (120, 170, 220))
    pen = ImageDraw.Draw(image)
    for y in range(height // 2):
        pen.line((0, y, width, y), fill=(90 + y * 80 // height, 150 + y * 60 // height, 225))
    left = (width // 6 + shift) % width
    pen.ellipse((left, height // 8, left + height // 4, height // 8 + height // 4), fill=(250, 220, 120))
    pen.polygon([(0, height), (0, height * 2 // 3), (width // 2, height // 3), (width, height)], fill=(60, 110, 70))
    pen.polygon([(width // 3, height), (width, height // 2), (width, height)], fill=(40, 90, 60))
    return image.convert(mode)


def jpeg(path: Path, size: tuple[int, int] = SIZE, *, shift: int = 0, exif: bytes = b"") -> Path:
    """Write a JPEG; with *exif*, that block stands in it."""
    extra = {"exif": exif} if exif else {}
    draw(size, shift=shift).save(path, "JPEG", quality=90, **extra)
    return path


def png(path: Path, size: tuple[int, int] = SIZE, *, shift: int = 0) -> Path:
    draw(size, shift=shift).save(path, "PNG")
    return path


def webp(path: Path) -> Path:
    draw().save(path, "WEBP", lossless=True)
    return path


def tiff(path: Path, size: tuple[int, int] = SIZE) -> Path:
    draw(size).save(path, "TIFF")
    return path


def tiff_pages(path: Path) -> Path:
    """Write a TIFF of two pages."""
    draw().save(path, "TIFF", save_all=True, append_images=[draw(shift=30)])
    return path


def big_tiff(path: Path) -> Path:
    draw().save(path, "TIFF", big_tiff=True)
    return path


def gif(path: Path) -> Path:
    """Write a GIF of two frames."""
    draw(mode="P").save(path, "GIF", save_all=True, append_images=[draw(shift=30, mode="P")], duration=100)
    return path


def avif(path: Path) -> Path:
    draw().save(path, "AVIF", quality=80)
    return path


def heic(path: Path) -> Path:
    draw().save(path, "HEIF", quality=80)
    return path


def dng(path: Path) -> Path:
    """Write a minimal DNG: a TIFF with the DNG version and a camera model."""
    tags = ImageFileDirectory_v2()
    tags.tagtype[50706] = 1
    tags[50706] = b"\x01\x04\x00\x00"
    tags.tagtype[50708] = 2
    tags[50708] = "Drawn Camera"
    draw().save(path, "TIFF", tiffinfo=tags)
    return path


def svg(path: Path) -> Path:
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<svg xmlns="http://www.w3.org/2000/svg" width="96" height="64" viewBox="0 0 96 64">'
        '<rect width="96" height="64" fill="#78aadc"/><circle cx="24" cy="16" r="8" fill="#fadc78"/>'
        "</svg>\n",
        encoding="utf-8",
    )
    return path


# A JPEG XL codestream of a few bytes; Pillow has no encoder for it.
_JXL = base64.b64decode("/woIELASCAgQAFwASxLFgkWAHL0xqnCBCV0qDp901Te/5QM=")


def jxl(path: Path) -> Path:
    """Write a JPEG XL in its container."""
    boxes = (b"JXL ", b"\r\n\x87\n"), (b"ftyp", b"jxl \0\0\0\0jxl "), (b"jxlc", _JXL)
    path.write_bytes(b"".join(struct.pack(">I", 8 + len(data)) + kind + data for kind, data in boxes))
    return path


def jxl_naked(path: Path) -> Path:
    """Write a JPEG XL codestream without a container."""
    path.write_bytes(_JXL)
    return path


def bmp(path: Path) -> Path:
    draw().save(path, "BMP")
    return path


@dataclass(frozen=True, slots=True)
class Drawn:
    """One format: its usual extension and what writes it."""

    extension: str
    write: Callable[[Path], Path]
    decodable: bool = True

    def at(self, folder: Path, stem: str = "picture") -> Path:
        """Draw the picture into *folder* and return its path."""
        return self.write(folder / f"{stem}{self.extension}")


DRAWN = {  # every format that embeds a manifest
    "jpeg": Drawn(".jpg", jpeg),
    "png": Drawn(".png", png),
    "webp": Drawn(".webp", webp),
    "tiff": Drawn(".tif", tiff),
    "gif": Drawn(".gif", gif),
    "avif": Drawn(".avif", avif),
    "heic": Drawn(".heic", heic),
    "dng": Drawn(".dng", dng),
    "svg": Drawn(".svg", svg, decodable=False),
    "jxl": Drawn(".jxl", jxl, decodable=False),
}
BESIDE = {  # formats that get a sidecar
    "bmp": Drawn(".bmp", bmp),
    "jxl_naked": Drawn(".jxl", jxl_naked, decodable=False),
    "tiff_pages": Drawn(".tif", tiff_pages),
    "big_tiff": Drawn(".tif", big_tiff),
}


def pixels(path: Path) -> list[tuple[str, tuple[int, int], bytes]]:
    """Return every frame of *path*, decoded: mode, size and samples."""
    with Image.open(path) as image:
        return [(frame.mode, frame.size, frame.tobytes()) for frame in ImageSequence.Iterator(image)]
