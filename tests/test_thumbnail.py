"""Our own thumbnail."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from provenance.container.model import Kind
from provenance.signing.thumbnail import thumbnail
from tests.support import pictures

DECODED = {
    "jpeg": Kind.JPEG, "png": Kind.PNG, "webp": Kind.WEBP, "tiff": Kind.TIFF, "gif": Kind.GIF, "avif": Kind.AVIF,
}  # fmt: skip


def made(image: Image.Image, **options: object) -> Image.Image:
    """Return the thumbnail of *image* saved as PNG."""
    stream = io.BytesIO()
    image.save(stream, "PNG", **options)
    found = thumbnail(stream, Kind.PNG)
    assert found is not None
    return Image.open(io.BytesIO(found), formats=["JPEG"])


@pytest.mark.parametrize("name", DECODED)
def test_every_decodable_format_gets_one(name: str, tmp_path: Path) -> None:
    """The thumbnail is a JPEG of the picture's own size where that is small."""
    with pictures.DRAWN[name].at(tmp_path).open("rb") as stream:
        found = thumbnail(stream, DECODED[name])

    assert found is not None
    assert Image.open(io.BytesIO(found), formats=["JPEG"]).size == pictures.SIZE


def test_the_longest_edge_is_512() -> None:
    """Large pictures are made smaller, small ones never larger."""
    assert made(pictures.draw((2000, 1000))).size == (512, 256)
    assert made(pictures.draw((100, 3000))).size == (17, 512)
    assert made(pictures.draw((40, 30))).size == (40, 30)


def test_it_stands_upright() -> None:
    """EXIF orientation is applied, because the thumbnail has no EXIF."""
    exif = Image.Exif()
    exif[0x0112] = 6

    assert made(pictures.draw((200, 100)), exif=exif).size == (100, 200)


def test_nothing_but_the_picture_gets_in() -> None:
    """No EXIF, no profile, no comment, no text of the picture is in the thumbnail."""
    exif = Image.Exif()
    exif[0x013B] = "Secret Name"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    stream = io.BytesIO()
    pictures.draw((300, 200)).save(stream, "JPEG", exif=exif, icc_profile=profile, comment="Secret Name")

    found = thumbnail(stream, Kind.JPEG)

    assert found is not None
    assert b"Secret" not in found
    assert {marker for marker in range(0xE1, 0xF0) if bytes((0xFF, marker)) in found[:600]} == set()
    assert set(Image.open(io.BytesIO(found)).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


MODES = ["1", "L", "P", "RGB", "RGBA", "LA", "I;16"]


@pytest.mark.parametrize("mode", MODES)
def test_every_kind_of_samples_is_understood(mode: str) -> None:
    """Palettes, transparency, sixteen bits and two colours come out as ordinary pictures."""
    picture = Image.new("I;16", (64, 64), 40_000) if mode == "I;16" else pictures.draw().convert(mode)

    assert made(picture).mode in {"L", "RGB"}


def test_transparent_parts_are_white() -> None:
    """What is transparent looks like paper, not like a hole."""
    pixel = made(Image.new("RGBA", (16, 16), (255, 0, 0, 0))).getpixel((8, 8))

    assert pixel == (255, 255, 255)


def test_what_cannot_be_decoded_gets_none(tmp_path: Path) -> None:
    """No thumbnail is no error: formats that Pillow does not read, and damaged files."""
    assert thumbnail(io.BytesIO(b"<svg/>"), Kind.SVG) is None
    assert thumbnail(io.BytesIO(b"\xff\xd8garbage"), Kind.JPEG) is None
    half = pictures.png(tmp_path / "a.png").read_bytes()[:200]
    assert thumbnail(io.BytesIO(half), Kind.PNG) is None


def test_the_content_must_be_what_it_is_said_to_be(tmp_path: Path) -> None:
    """A picture of another kind is not decoded by a decoder that nobody asked for."""
    with pictures.png(tmp_path / "a.png").open("rb") as stream:
        assert thumbnail(stream, Kind.JPEG) is None
