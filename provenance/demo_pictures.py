"""The pictures of `provenance demo`: drawn, so that the package carries none, and small."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

_SCALE = 2  # drawn larger, then scaled down: smooth edges
_ILLUSTRATION = (480, 320)
_PHOTOGRAPH = (600, 400)
_BUOY = (0.62, 0.66)  # where it floats, in parts of width and height
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def draw_illustration(path: Path) -> None:
    """Write a PNG of hills at dusk, with a moon and a lit house."""
    width, height = (side * _SCALE for side in _ILLUSTRATION)
    image = _gradient((width, height), top=(38, 40, 84), bottom=(236, 150, 110))
    pen = ImageDraw.Draw(image)
    chance = Random(11)  # noqa: S311 - a drawing, not a secret
    for _ in range(90):
        x, y, size = chance.randrange(width), chance.randrange(height // 2), chance.choice((1, 2, 3))
        pen.ellipse((x, y, x + size, y + size), fill=(240, 232, 214))
    pen.ellipse((width * 0.72, height * 0.12, width * 0.82, height * 0.27), fill=(250, 240, 208))
    for row, colour in enumerate(((92, 74, 118), (66, 56, 96), (40, 38, 70))):
        pen.polygon(_ridge(chance, width, height, top=0.52 + 0.13 * row), fill=colour)
    _draw_house(pen, width, height)
    image.resize(_ILLUSTRATION, Image.Resampling.LANCZOS).save(path, "PNG", optimize=True)


def draw_photograph(path: Path, *, buoy: bool = True) -> None:
    """Write a JPEG that looks like a photograph of a calm sea, with a buoy or without."""
    width, height = _PHOTOGRAPH
    horizon = height * 45 // 100
    image = _gradient((width, height), top=(128, 160, 196), bottom=(222, 226, 224))
    image.paste(_gradient((width, height - horizon), top=(118, 142, 152), bottom=(34, 62, 78)), (0, horizon))
    waves = _noise((width // 24, height // 3), seed=5).resize((width, height), Image.Resampling.BICUBIC)
    sea = Image.new("L", (width, height), 0)
    sea.paste(60, (0, horizon, width, height))
    lit = ImageChops.overlay(image, Image.merge("RGB", (waves, waves, waves)))
    image = Image.composite(lit, image, sea)
    if buoy:
        _draw_buoy(ImageDraw.Draw(image), width, height)
    image = image.filter(ImageFilter.GaussianBlur(0.8))
    grain = _noise((width, height), seed=3)
    image = Image.blend(image, ImageChops.soft_light(image, Image.merge("RGB", (grain, grain, grain))), 0.12)
    image.save(path, "JPEG", quality=88)


def change_one_pixel(source: Path, destination: Path) -> None:
    """Copy the PNG *source* to *destination* with one pixel changed, and every chunk but the pixels as it was."""
    with Image.open(source) as opened:
        image = opened.convert("RGB")
    middle = (image.width // 2, image.height // 2)
    red, green, blue = image.crop((*middle, middle[0] + 1, middle[1] + 1)).tobytes()
    image.putpixel(middle, (red ^ 1, green, blue))
    rows = image.tobytes()
    stride = 3 * image.width
    # Filter 0 before each row: the samples as they are, so that one sample is one pixel.
    unfiltered = b"".join(b"\0" + rows[at : at + stride] for at in range(0, len(rows), stride))
    chunks = _chunks(source.read_bytes())
    first = next(index for index, (kind, _) in enumerate(chunks) if kind == b"IDAT")
    kept = [(kind, body) for kind, body in chunks if kind != b"IDAT"]
    kept.insert(first, (b"IDAT", zlib.compress(unfiltered, 9)))
    destination.write_bytes(_PNG_SIGNATURE + b"".join(_chunk(kind, body) for kind, body in kept))


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    found, position = [], len(_PNG_SIGNATURE)
    while position < len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        found.append((kind, data[position + 8 : position + 8 + length]))
        position += 12 + length
    return found


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _gradient(size: tuple[int, int], *, top: tuple[int, int, int], bottom: tuple[int, int, int]) -> Image.Image:
    column = Image.linear_gradient("L").resize(size)
    return Image.composite(Image.new("RGB", size, bottom), Image.new("RGB", size, top), column)


def _noise(size: tuple[int, int], *, seed: int) -> Image.Image:
    return Image.frombytes("L", size, Random(seed).randbytes(size[0] * size[1]))  # noqa: S311 - not a secret


def _ridge(chance: Random, width: int, height: int, *, top: float) -> list[tuple[float, float]]:
    points = [(width * step / 12, height * (top + chance.uniform(-0.06, 0.06))) for step in range(13)]
    return [(0, height), *points, (width, height)]


def _draw_house(pen: ImageDraw.ImageDraw, width: int, height: int) -> None:
    left, floor, size = width * 0.22, height * 0.86, width * 0.09
    pen.rectangle((left, floor - size * 0.7, left + size, floor), fill=(24, 22, 44))
    roof = [(left - size * 0.15, floor - size * 0.7), (left + size / 2, floor - size * 1.25)]
    pen.polygon([*roof, (left + size * 1.15, floor - size * 0.7)], fill=(30, 20, 40))
    window = (left + size * 0.35, floor - size * 0.5, left + size * 0.65, floor - size * 0.2)
    pen.rectangle(window, fill=(255, 214, 120))


def _draw_buoy(pen: ImageDraw.ImageDraw, width: int, height: int) -> None:
    x, y = width * _BUOY[0], height * _BUOY[1]
    pen.ellipse((x - 30, y + 12, x + 30, y + 20), fill=(30, 48, 58))
    pen.polygon([(x - 16, y + 16), (x - 8, y - 26), (x + 8, y - 26), (x + 16, y + 16)], fill=(186, 58, 44))
    pen.rectangle((x - 3, y - 40, x + 3, y - 26), fill=(70, 60, 58))
