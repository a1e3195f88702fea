"""Sizes and rectangles as people write them, and what they mean for one picture. Pure.

    --resize 1600x1200   as large as fits in there, in proportion
             1600x1200!  exactly that, out of proportion if it must be
             1600  x1200  so wide, so high, in proportion
             50%
    --crop   800x600+100+50   so wide and high, from there; pixels of the picture as it is seen, before it is resized

In proportion a picture is made smaller, never larger: pixels that nobody made are not invented in passing.
"""

from __future__ import annotations

import re

from provenance.errors import AssetError, OutputError
from provenance.plain import plain
from provenance.record import dataclass

MOST = 65_500  # the longest side; of a JPEG it is the most there is
_RESIZE = re.compile(r"(?:(\d{1,5})(?:x(\d{1,5})?)?|x(\d{1,5}))(!)?", re.ASCII)
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,4})?)%", re.ASCII)
_CROP = re.compile(r"(\d{1,6})x(\d{1,6})\+(\d{1,6})\+(\d{1,6})", re.ASCII)

Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Resize:
    """What size is wanted; 0 is whatever follows from the other."""

    width: int = 0
    height: int = 0
    exact: bool = False
    percent: float = 0.0

    def of(self, size: Size) -> Size:
        """Return the size that a picture of *size* gets."""
        if self.exact:
            return self.width, self.height
        scales = [wanted / has for wanted, has in zip((self.width, self.height), size, strict=True) if wanted]
        scale = self.percent / 100 if self.percent else min(scales)
        if scale >= 1:
            return size
        return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


@dataclass(frozen=True, slots=True)
class Crop:
    """A rectangle of pixels."""

    width: int
    height: int
    x: int
    y: int

    def box(self, size: Size, name: str) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom in the picture *name* of *size*.

        Raises:
            AssetError: if it reaches beyond the picture.
        """
        right, bottom = self.x + self.width, self.y + self.height
        if right > size[0] or bottom > size[1]:
            problem = f"is {size[0]}x{size[1]} pixels, and {self} reaches beyond that"
            raise AssetError(name, problem, "name a part of the picture")
        return self.x, self.y, right, bottom

    def __str__(self) -> str:
        return f"{self.width}x{self.height}+{self.x}+{self.y}"


def parse_resize(text: str) -> Resize:
    """Return what *text* asks for.

    Raises:
        OutputError: if it is none of the forms above.
    """
    if found := _PERCENT.fullmatch(text.strip()):
        percent = float(found[1])
        if 0 < percent <= 100:
            return Resize(percent=percent)
        raise OutputError("--resize", f"{plain(text)} would not make it smaller", "from 1% to 100%")
    found = _RESIZE.fullmatch(text.strip())
    if found is None:
        raise OutputError("--resize", f"'{plain(text)}' is no size", "1600x1200, 1600, x1200 or 50%")
    width, height = int(found[1] or 0), int(found[2] or found[3] or 0)
    exact = found[4] is not None
    if exact and not (width and height):
        raise OutputError("--resize", f"'{plain(text)}' is exact, and names one side", "name both: 1600x1200!")
    if not (width or height) or max(width, height) > MOST:
        raise OutputError("--resize", f"'{plain(text)}' is no size", f"sides are 1 to {MOST} pixels")
    return Resize(width, height, exact)


def parse_crop(text: str) -> Crop:
    """Return the rectangle that *text* names.

    Raises:
        OutputError: if it names none.
    """
    found = _CROP.fullmatch(text.strip())
    if found is None or not (int(found[1]) and int(found[2])):
        raise OutputError("--crop", f"'{plain(text)}' is no part of a picture", "WxH+X+Y, in pixels: 800x600+100+50")
    return Crop(*(int(number) for number in found.groups()))


def in_proportion(before: Size, after: Size) -> bool:
    """Whether *after* is *before* made smaller or larger, up to what whole pixels allow."""
    wide, high = before[0] * after[1], before[1] * after[0]
    return abs(wide - high) <= max(*before, *after)
