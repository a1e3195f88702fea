"""Pictures to measure with, drawn in the folder of the run."""

from __future__ import annotations

import random
from pathlib import Path

from PIL import Image

from benchmarks import bare
from tests.support.pictures import draw

SMALL = 1000


def large_jpeg(folder: Path) -> Path:
    """A JPEG of 24 megapixels with the grain of a photograph."""
    path = folder / "large.jpg"
    photograph((6000, 4000)).save(path, "JPEG", quality=90)
    return path


def photograph(size: tuple[int, int]) -> Image.Image:
    """A landscape with the grain of a photograph."""
    width, height = size[0] // 2, size[1] // 2
    grain = Image.frombytes("L", (width, height), random.Random(1).randbytes(width * height)).resize(size)
    return Image.blend(draw(size), grain.convert("RGB"), 0.15)


def large_tiff(folder: Path) -> Path:
    """An uncompressed TIFF of 100 MB."""
    side = 5774  # 3 bytes a pixel
    path = folder / "large.tif"
    draw((side, side)).save(path, "TIFF")
    return path


def small_signed_jpegs(folder: Path, *, time_stamps: str = "") -> list[Path]:
    """A thousand JPEGs of about 250 kB, each signed by the bare engine, and time-stamped if an authority is named."""
    made = folder / ("stamped" if time_stamps else "small")
    made.mkdir()
    plain = folder / "plain.jpg"
    photograph((1200, 800)).save(plain, "JPEG", quality=90)
    paths = []
    for number in range(SMALL):
        path = made / f"{number:04}.jpg"
        bare.sign(plain, path, time_stamps=time_stamps)
        paths.append(path)
    return paths
