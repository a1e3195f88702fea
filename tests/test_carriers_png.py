"""EXIF, XMP and texts in PNG and APNG."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from provenance.container.kinds import Kind
from provenance.container.source import Source
from provenance.container.walk import lay_out
from provenance.errors import AssetError
from provenance.metadata import exif
from provenance.metadata.blocks import MOST, Change
from tests.support import metadata, pictures
from tests.support.blocks import SECRETS, camera
from tests.support.container import chunk
from tests.support.environment import CORPUS, corpus, needs_corpus, needs_exiftool
from tests.support.metadata import EXIF, LIMITS, PACKET, edited, found


def saved(image: Image.Image, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "PNG", **options)
    return stream.getvalue()


def with_chunks(data: bytes, *chunks: bytes) -> bytes:
    """Return *data* with *chunks* behind its header."""
    return data[:33] + b"".join(chunks) + data[33:]


def with_texts() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Title", "Zoë's picture")
    info.add_text("parameters", "Steps: 20, Sampler: Euler, Seed: 1", zip=True)
    info.add_itxt("Description", "山水", "zh", "说明", zip=True)
    return saved(pictures.draw(), pnginfo=info)


def animated() -> bytes:
    frames = [pictures.draw(shift=shift) for shift in (20, 40)]
    return saved(pictures.draw(), save_all=True, append_images=frames, duration=100)


XMP_PACKED = chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(PACKET.replace(b"Credit", b"Source")))
MADE = {
    "plain": lambda: saved(pictures.draw()),
    "16 bit": lambda: saved(pictures.draw(mode="I").point(lambda value: value * 257).convert("I;16")),
    "palette with transparency": lambda: saved(pictures.draw(mode="P"), transparency=3),
    "alpha": lambda: saved(pictures.draw(mode="RGBA")),
    "gray": lambda: saved(pictures.draw(mode="L")),
    "profile": lambda: saved(pictures.draw(), icc_profile=b"profile" * 200),
    "texts": with_texts,
    "camera": lambda: saved(pictures.draw(), exif=b"Exif\0\0" + camera(">")),
    "packed XMP": lambda: with_chunks(saved(pictures.draw()), XMP_PACKED),
    "animated": animated,
    "trailer": lambda: saved(pictures.draw()) + b"a trailer",
}


@needs_exiftool
@pytest.mark.parametrize("make", MADE.values(), ids=MADE.keys())
def test_every_kind_of_png_takes_it_without_loss(make: Callable[[], bytes], tmp_path: Path) -> None:
    """Another reader finds our values exactly and every earlier tag as it was; picture chunks stay byte for byte."""
    data = make()

    made = metadata.check(data, tmp_path, ".png")

    assert made[made.index(b"IDAT") :] == data[data.index(b"IDAT") :]
    assert [chunk for chunk in chunks(made) if chunk not in chunks(data)] == [
        chunk for chunk in chunks(made) if chunk[4:8] in (b"eXIf", b"iTXt") and chunk not in chunks(data)
    ]


def chunks(data: bytes) -> list[bytes]:
    """Return the chunks of *data*, each with a check sum that is right."""
    source = Source(io.BytesIO(data))
    found = [
        source.read(part.span.start, part.span.length)
        for part in lay_out(source, Kind.PNG, LIMITS).parts
        if len(part.name) == 4
    ]
    assert all(zlib.crc32(one[4:-4]) == int.from_bytes(one[-4:], "big") for one in found)
    return found


@needs_corpus
@needs_exiftool
@pytest.mark.parametrize("name", sorted(path.name for path in CORPUS.glob("unsigned/*.png")) if CORPUS else ())
def test_pictures_of_others_keep_everything(name: str, tmp_path: Path) -> None:
    """Each corpus file keeps every tag, its profile and its pixels, and says what was written."""
    metadata.check(corpus("unsigned", name).read_bytes(), tmp_path, ".png")


def test_texts_are_read_inflated_and_named() -> None:
    """Each kind of text comes with its keyword; the packet of XMP is no text."""
    blocks = found(with_chunks(with_texts(), XMP_PACKED))

    assert [(text.key, text.data, text.utf8) for text in blocks.texts] == [
        ("Title", "Zoë's picture".encode("latin-1"), False),
        ("parameters", b"Steps: 20, Sampler: Euler, Seed: 1", False),
        ("Description", "山水".encode(), True),
    ]
    assert blocks.xmp == PACKET.replace(b"Credit", b"Source")
    assert blocks.problems == ()


def test_texts_are_taken_out_by_keyword() -> None:
    """The named one goes whole; others, and one whose keyword only begins so, stay."""
    data = with_chunks(with_texts(), chunk(b"tEXt", b"parameters2\0x"))

    made = edited(data, Change(texts_without=frozenset({"parameters"})))

    assert [text.key for text in found(made).texts] == ["parameters2", "Title", "Description"]
    assert [one for one in chunks(data) if one not in chunks(made)] == [
        one for one in chunks(data) if one[8:19] == b"parameters\0"
    ]


def test_a_text_beyond_those_that_are_read_goes_too() -> None:
    """Of very many texts the first are read, but the named one goes wherever it stands."""
    data = with_chunks(
        saved(pictures.draw()), *[chunk(b"tEXt", b"Comment\0x")] * 100, chunk(b"tEXt", b"prompt\0secret")
    )

    assert len(found(data).texts) == 64
    assert found(data).problems == ("PNG: it holds more than the 64 texts that are read",)
    assert b"secret" not in edited(data, Change(texts_without=frozenset({"prompt"})))


ODD = {
    "bomb": (
        chunk(b"zTXt", b"prompt\0\0" + zlib.compress(bytes(MOST + 1))),
        f"PNG: text prompt is larger than the {MOST} bytes of texts that are read",
    ),
    "not zlib": (chunk(b"zTXt", b"prompt\0\0rubbish"), "PNG: text prompt is damaged"),
    "cut zlib": (chunk(b"zTXt", b"prompt\0\0" + zlib.compress(b"x" * 999)[:-6]), "PNG: text prompt is damaged"),
    "raw profile": (
        chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(b"\nexif\n 4\n4949")),
        "PNG: metadata in a form of old programs stands under Raw profile type exif; it is not read",
    ),
    "second EXIF": (
        chunk(b"eXIf", camera()) * 2,
        "PNG: EXIF stands in it more than once; the first counts",
    ),
    "second XMP": (XMP_PACKED * 2, "PNG: XMP stands in it more than once; the first counts"),
    "packed XMP that is none": (
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0rubbish"),
        "PNG: text XML:com.adobe.xmp is damaged",
    ),
}


@pytest.mark.parametrize(("odd", "problem"), ODD.values(), ids=ODD.keys())
def test_what_cannot_be_read_is_named(odd: bytes, problem: str) -> None:
    """The rest is read all the same, and the text is kept under its keyword, so that it can be taken out."""
    assert found(with_chunks(saved(pictures.draw()), odd)).problems == (problem,)


def test_all_texts_together_are_bounded() -> None:
    """Many small bombs are one large one."""
    bomb = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(MOST // 2)))

    blocks = found(with_chunks(saved(pictures.draw()), bomb, bomb, bomb, bomb))

    assert sum(len(text.data) for text in blocks.texts) <= MOST
    assert len(blocks.problems) == 2


def test_a_header_that_others_put_before_exif_is_kept() -> None:
    """Some writers put the JPEG header into the chunk; it is no part of the block, and stays."""
    data = with_chunks(saved(pictures.draw()), chunk(b"eXIf", b"Exif\0\0" + camera()))

    made = edited(data, Change(exif=EXIF))

    assert found(data).exif == camera()
    assert exif.read(found(made).exif or b"", LIMITS).texts["Artist"] == metadata.ARTIST
    assert next(one for one in chunks(made) if one[4:8] == b"eXIf")[8:14] == b"Exif\0\0"


def test_what_is_private_goes_and_the_file_keeps_its_length() -> None:
    """Zeros take its place, and the check sum is right."""
    data = saved(pictures.draw(), exif=b"Exif\0\0" + camera())

    made = edited(data, Change(exif_without=frozenset(SECRETS)))

    assert len(made) == len(data)
    assert not [secret for secret in SECRETS.values() if secret in made]
    chunks(made)


REFUSED = {
    "IIM": (
        lambda: saved(pictures.draw()),
        Change(iptc=b"\x1c\2\0\0\2\0\4"),
        "IPTC: has no place in a PNG; write XMP",
    ),
    "no picture": (
        lambda: saved(pictures.draw())[:33],
        Change(xmp=PACKET),
        "picture: is a damaged PNG: it has no picture data",
    ),
    "EXIF too large": (
        lambda: with_chunks(saved(pictures.draw()), chunk(b"eXIf", camera() + bytes(MOST))),
        Change(exif=EXIF),
        f"EXIF: is larger than the {MOST} bytes that are read; leave the picture's metadata as it is with --no-metadata",
    ),
    "XMP that cannot be read": (
        lambda: with_chunks(saved(pictures.draw()), chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0rubbish")),
        Change(xmp=PACKET),
        "XMP: stands in the file and cannot be read; leave the picture's metadata as it is with --no-metadata",
    ),
    "private EXIF twice": (
        lambda: with_chunks(saved(pictures.draw()), chunk(b"eXIf", camera()) * 2),
        Change(exif_without=frozenset({"gps"})),
        "EXIF: stands in the file more than once; what is private there cannot be taken out",
    ),
}


@pytest.mark.parametrize(("make", "change", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_done_is_refused(make: Callable[[], bytes], change: Change, message: str) -> None:
    """The message says which carrier, and what is wrong."""
    data = make()

    with pytest.raises(AssetError) as caught:
        edited(data, change)

    assert str(caught.value) == message
