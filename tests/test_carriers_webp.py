"""EXIF and XMP in WebP."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from provenance.errors import AssetError
from provenance.metadata import exif
from provenance.metadata.blocks import MOST, Change
from tests.support import metadata, pictures
from tests.support.blocks import SECRETS, camera
from tests.support.environment import CORPUS, corpus, needs_corpus, needs_exiftool
from tests.support.metadata import EXIF, LIMITS, PACKET, edited, found


def saved(image: Image.Image, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "WEBP", **options)
    return stream.getvalue()


def transparent(size: tuple[int, int] = (97, 63)) -> Image.Image:
    image = pictures.draw(size, mode="RGBA")
    image.putalpha(Image.linear_gradient("L").resize(size))
    return image


def with_chunk(data: bytes, kind: bytes, body: bytes, *, padded: bool = True) -> bytes:
    """Return *data* with one more chunk at its end."""
    added = kind + len(body).to_bytes(4, "little") + body + bytes(len(body) % 2 if padded else 0)
    return b"RIFF" + (len(data) + len(added) - 8).to_bytes(4, "little") + data[8:] + added


def chunks(data: bytes) -> dict[bytes, bytes]:
    """Return the chunks of *data* by kind, after checking that they fill the file exactly."""
    assert int.from_bytes(data[4:8], "little") == len(data) - 8
    found: dict[bytes, bytes] = {}
    at = 12
    while at < len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        found[data[at : at + 4]] = data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
    assert at == len(data)
    return found


MADE = {
    "lossy": lambda: saved(pictures.draw((97, 63))),
    "lossless": lambda: saved(pictures.draw((97, 63)), lossless=True),
    "lossless alpha": lambda: saved(transparent(), lossless=True),
    "lossy alpha": lambda: saved(transparent()),
    "profile": lambda: saved(pictures.draw(), icc_profile=b"profile" * 21),
    "camera": lambda: saved(pictures.draw(), exif=b"Exif\0\0" + camera()),
    "XMP": lambda: saved(pictures.draw(), xmp=PACKET.replace(b"Credit", b"Source")),
    "all": lambda: saved(
        transparent(),
        exif=b"Exif\0\0" + camera(">"),
        xmp=PACKET.replace(b"Credit", b"Source"),
        icc_profile=b"profile" * 21,
    ),
    "animated": lambda: saved(
        transparent(), save_all=True, append_images=[pictures.draw((97, 63), shift=30, mode="RGBA")], duration=100
    ),
    "unknown chunk": lambda: with_chunk(saved(transparent()), b"ABCD", b"something"),
    "trailer": lambda: saved(pictures.draw()) + b"a trailer",
}


@needs_exiftool
@pytest.mark.parametrize("make", MADE.values(), ids=MADE.keys())
def test_every_kind_of_webp_takes_it_without_loss(make: Callable[[], bytes], tmp_path: Path) -> None:
    """Another reader finds our values exactly and every earlier tag as it was; frames, alpha and profile are equal."""
    metadata.check(make(), tmp_path, ".webp")


@needs_corpus
@needs_exiftool
@pytest.mark.parametrize("name", sorted(path.name for path in CORPUS.glob("unsigned/*.webp")) if CORPUS else ())
def test_pictures_of_others_keep_everything(name: str, tmp_path: Path) -> None:
    """Each corpus file keeps every tag, its profile and its pixels, and says what was written."""
    metadata.check(corpus("unsigned", name).read_bytes(), tmp_path, ".webp")


SIMPLE = {"lossy": 0x00, "lossless": 0x00, "lossless alpha": 0x10}


@pytest.mark.parametrize(("name", "alpha"), SIMPLE.items(), ids=SIMPLE.keys())
def test_a_simple_file_gets_the_header_that_announces_them(name: str, alpha: int) -> None:
    """It comes first, with the size of the picture, its transparency, and the bits of what was written."""
    made = chunks(edited(MADE[name](), Change(exif=EXIF, xmp=PACKET)))

    assert next(iter(made)) == b"VP8X"
    assert made[b"VP8X"] == bytes((0x0C | alpha, 0, 0, 0, 96, 0, 0, 62, 0, 0))
    assert list(made)[-2:] == [b"EXIF", b"XMP "]


@pytest.mark.parametrize("name", ["lossy alpha", "profile", "animated", "all", "unknown chunk"])
def test_no_other_bit_of_the_header_changes(name: str) -> None:
    """The bits of transparency, animation and profile stay; those of EXIF and XMP are set."""
    data = MADE[name]()

    before, after = chunks(data)[b"VP8X"], chunks(edited(data, Change(exif=EXIF, xmp=PACKET)))[b"VP8X"]

    assert after == bytes((before[0] | 0x0C,)) + before[1:]


def test_a_header_that_others_put_before_exif_is_kept() -> None:
    """It is no part of the block, and stays; a new block has none."""
    data = with_chunk(saved(transparent()), b"EXIF", b"Exif\0\0" + camera())

    made = edited(data, Change(exif=EXIF))

    assert found(data).exif == camera()
    assert exif.read(found(made).exif or b"", LIMITS).texts["Artist"] == metadata.ARTIST
    assert chunks(made)[b"EXIF"].startswith(b"Exif\0\0")
    assert chunks(edited(saved(transparent()), Change(exif=EXIF)))[b"EXIF"].startswith(b"MM\0*")


@pytest.mark.parametrize("kind", [b"EXIF", b"ABCD", b"XMP "])
def test_a_last_chunk_without_padding_gets_it(kind: bytes) -> None:
    """What is put behind it begins on an even byte, and the length of the file is right."""
    body = {b"EXIF": camera() + b"!", b"ABCD": b"odd", b"XMP ": PACKET.ljust(len(PACKET) // 2 * 2 + 1)}[kind]
    data = with_chunk(saved(transparent()), kind, body, padded=False)

    made = edited(data, Change(exif=EXIF if kind != b"EXIF" else (), xmp=PACKET if kind != b"XMP " else None))

    assert found(made).problems == ()
    assert kind in chunks(made)
    assert metadata.picture(made) == metadata.picture(saved(transparent()))


def test_what_is_private_goes_and_the_file_keeps_its_length() -> None:
    """Zeros take its place."""
    data = saved(pictures.draw(), exif=b"Exif\0\0" + camera())

    made = edited(data, Change(exif_without=frozenset(SECRETS)))

    assert len(made) == len(data)
    assert not [secret for secret in SECRETS.values() if secret in made]


REFUSED = {
    "IIM": (lambda: saved(pictures.draw()), Change(iptc=b""), "IPTC: has no place in a WebP; write XMP"),
    "XMP too large": (
        lambda: with_chunk(saved(transparent()), b"XMP ", bytes(MOST + 2)),
        Change(xmp=PACKET),
        "XMP: stands in the file and cannot be read; leave the picture's metadata as it is with --no-metadata",
    ),
    "cut": (lambda: saved(pictures.draw())[:-40], Change(xmp=PACKET), "picture: is a damaged WebP"),
    "no size": (
        lambda: saved(pictures.draw()).replace(b"\x9d\x01\x2a", b"\x9d\x01\x2b"),
        Change(xmp=PACKET),
        "picture: is a damaged WebP: its size cannot be read",
    ),
}


@pytest.mark.parametrize(("make", "change", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_done_is_refused(make: Callable[[], bytes], change: Change, message: str) -> None:
    """The message says what is wrong."""
    data = make()

    with pytest.raises(AssetError) as caught:
        edited(data, change)

    assert str(caught.value) == message
