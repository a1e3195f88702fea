"""Every format that can carry metadata, in each of its shapes, made at run time. `FORMATS`: name -> `Drawn`."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageCms

from tests.support import blocks, pictures
from tests.support.container import chunk
from tests.support.pictures import SIZE, Drawn, draw

ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
_EXIF = b"Exif\0\0"
_FRAMES = {"save_all": True, "duration": 120, "loop": 3}


def _saved(form: str, image: Callable[[], Image.Image] = draw, /, **options: object) -> Callable[[Path], Path]:
    def write(path: Path) -> Path:
        more = {"append_images": [draw(shift=20), draw(shift=40)]} if options.get("save_all") else {}
        image().save(path, form, **more, **options)
        return path

    return write


def _two_pictures(path: Path) -> Path:
    """Write a JPEG whose index names a second picture behind the first, with a gap between its parts."""
    draw().save(path, "MPO", save_all=True, append_images=[draw(shift=20)], icc_profile=ICC)
    return path


def _deep_png(path: Path) -> Path:
    """Write a PNG of 16 bits a channel, which Pillow does not do in colour."""
    width, height = SIZE
    rows = b"".join(b"\0" + bytes((x * y + c) & 255 for x in range(width) for c in range(6)) for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    data = chunk(b"IHDR", header) + chunk(b"tEXt", b"Title\0A title of its own")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + data + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
    return path


def _tiff(order: str) -> Callable[[Path], Path]:
    """Return what writes a TIFF by hand, in the byte order *order*."""

    def write(path: Path) -> Path:
        maker = blocks.Maker(order)
        width, height = SIZE
        pixels = draw().tobytes()

        def short(value: int) -> bytes:
            return struct.pack(order + "H", value)

        strips = maker.value(pixels)
        page = maker.directory(
            (256, 3, 1, short(width)), (257, 3, 1, short(height)), (258, 3, 3, maker.value(short(8) * 3)),
            (259, 3, 1, short(1)), (262, 3, 1, short(2)), (271, 2, 13, maker.value(b"Drawn Camera\0")),
            (273, 4, 1, strips), (277, 3, 1, short(3)), (278, 3, 1, short(height)),
            (279, 4, 1, struct.pack(order + "I", len(pixels))), (34675, 7, len(ICC), maker.value(ICC)),
        )  # fmt: skip
        path.write_bytes(maker.block(page))
        return path

    return write


def _alpha() -> Image.Image:
    image = draw(mode="RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    return image


def _deep() -> Image.Image:
    return draw(mode="I").point(lambda value: value * 257).convert("I;16")


CAMERA = _EXIF + blocks.camera()
FORMATS = {
    "JPEG": Drawn(".jpg", _saved("JPEG", quality=90)),
    "JPEG, progressive, with a profile": Drawn(".jpg", _saved("JPEG", progressive=True, icc_profile=ICC)),
    "JPEG, grey": Drawn(".jpg", _saved("JPEG", lambda: draw(mode="L"))),
    "JPEG, CMYK": Drawn(".jpg", _saved("JPEG", lambda: draw(mode="CMYK"))),
    "JPEG of a camera, with a maker note": Drawn(".jpg", _saved("JPEG", exif=CAMERA, comment=b"of the camera")),
    "JPEG with a second picture (MPF)": Drawn(".jpg", _two_pictures),
    "PNG": Drawn(".png", _saved("PNG", icc_profile=ICC)),
    "PNG, 16 bits": Drawn(".png", _deep_png),
    "PNG, palette": Drawn(".png", _saved("PNG", lambda: draw(mode="P"))),
    "PNG, alpha": Drawn(".png", _saved("PNG", _alpha, exif=CAMERA)),
    "PNG, animated": Drawn(".png", _saved("PNG", **_FRAMES)),
    "WebP": Drawn(".webp", _saved("WEBP", quality=80)),
    "WebP, lossless": Drawn(".webp", _saved("WEBP", lossless=True)),
    "WebP, alpha": Drawn(".webp", _saved("WEBP", _alpha, lossless=True, icc_profile=ICC)),
    "WebP, animated": Drawn(".webp", _saved("WEBP", exif=CAMERA, **_FRAMES)),
    "TIFF, little-endian": Drawn(".tif", _tiff("<")),
    "TIFF, big-endian": Drawn(".tif", _tiff(">")),
    "TIFF, deflated, 16 bits": Drawn(".tif", _saved("TIFF", _deep, compression="tiff_adobe_deflate")),
    "TIFF, CMYK, with a profile": Drawn(".tif", _saved("TIFF", lambda: draw(mode="CMYK"), icc_profile=ICC)),
    "TIFF, three pages": Drawn(".tif", _saved("TIFF", save_all=True)),
    "BigTIFF": Drawn(".tif", _saved("TIFF", big_tiff=True)),
    "DNG": Drawn(".dng", pictures.dng),
    "AVIF": Drawn(".avif", _saved("AVIF", quality=80, icc_profile=ICC)),
    "AVIF of a camera": Drawn(".avif", _saved("AVIF", quality=80, exif=CAMERA)),
    "AVIF, animated": Drawn(".avif", _saved("AVIF", quality=80, **_FRAMES)),
    "HEIC": Drawn(".heic", _saved("HEIF", quality=80)),
    "HEIC of a camera": Drawn(".heic", _saved("HEIF", quality=80, exif=CAMERA)),
    "GIF": Drawn(".gif", _saved("GIF", lambda: draw(mode="P"))),
    "GIF, animated": Drawn(".gif", _saved("GIF", **_FRAMES)),
    "SVG": Drawn(".svg", pictures.svg, decodable=False),
    "JPEG XL, in its container": Drawn(".jxl", pictures.jxl, decodable=False),
}
PAGES = "TIFF, three pages"  # gets a sidecar unless it is asked for otherwise
BIG = "BigTIFF"  # gets a sidecar
