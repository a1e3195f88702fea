"""The picture for a page: made anew in a worker, or left out."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from PIL import Image

from provenance.report.picture import LONGEST_EDGE, job
from tests.support.casefile import Outline, paged
from tests.support.report import (
    hand_drawn,
)


def decoded(path: Path) -> Image.Image | None:
    data = base64.b64decode(job(str(path)))
    return Image.open(io.BytesIO(data)) if data else None


def test_picture_is_made_anew(tmp_path: Path) -> None:
    """The page gets a JPEG of at most 1200 pixels, upright, without anything that the file said."""
    source = Image.new("RGB", (2000, 1000), "teal")
    exif = Image.Exif()
    exif[0x0112], exif[0x013B] = 6, "Mika Kestrel"
    source.save(tmp_path / "a.jpg", exif=exif, comment=b"Mika Kestrel")

    found = decoded(tmp_path / "a.jpg")

    assert found is not None
    assert (found.format, found.size) == ("JPEG", (LONGEST_EDGE // 2, LONGEST_EDGE))
    assert b"Mika" not in base64.b64decode(job(str(tmp_path / "a.jpg")))
    assert "exif" not in found.info


def test_frames_up_to_ten(tmp_path: Path) -> None:
    """Ten frames are decoded, the first is shown; eleven are refused (security P9)."""
    frames = [Image.new("RGB", (8, 8), (20 * number, 0, 0)) for number in range(11)]
    frames[0].save(tmp_path / "ten.gif", save_all=True, append_images=frames[1:10], duration=100)
    frames[0].save(tmp_path / "eleven.gif", save_all=True, append_images=frames[1:11], duration=100)

    assert decoded(tmp_path / "ten.gif") is not None
    assert decoded(tmp_path / "eleven.gif") is None


NOT_DECODED = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>',
    "html in a jpeg's name": b"<script>alert(1)</script>",
    "cut": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x08\0\0\0\x08\x08\x02\0\0\0",
    "nothing": b"",
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
}


@pytest.mark.parametrize("data", NOT_DECODED.values(), ids=NOT_DECODED.keys())
def test_what_is_no_allowed_picture_is_left_out(data: bytes, tmp_path: Path) -> None:
    """SVG is never rendered, and nothing but the allow-list is decoded; the page says that it shows no picture."""
    (tmp_path / "a.jpg").write_bytes(data)

    assert job(str(tmp_path / "a.jpg")) == ""
    assert "The picture is not shown" in Outline(paged(hand_drawn)).text


def test_too_many_pixels_are_left_out(tmp_path: Path) -> None:
    """A picture of more than 50 million pixels is not decoded."""
    Image.new("1", (10_000, 5_001)).save(tmp_path / "a.png")

    assert job(str(tmp_path / "a.png")) == ""
