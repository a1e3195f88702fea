"""EXIF, XMP and comments in a JPEG."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from provenance.container.model import Kind
from provenance.container.source import Source
from provenance.container.walk import lay_out
from provenance.errors import AssetError
from provenance.metadata import exif
from provenance.metadata.blocks import Change
from provenance.metadata.carriers import jpeg
from tests.support import metadata, pictures
from tests.support.blocks import SECRETS, camera
from tests.support.environment import CORPUS, corpus, needs_corpus, needs_exiftool
from tests.support.metadata import EXIF, LIMITS, PACKET, WANTED, edited, found

CHANGE = Change(exif=EXIF, xmp=PACKET)


def saved(image: Image.Image, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "JPEG", **options)
    return stream.getvalue()


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body


def with_segments(data: bytes, *segments: bytes) -> bytes:
    """Return *data* with *segments* behind SOI and JFIF."""
    return data[:20] + b"".join(segments) + data[20:]


MADE = {
    "plain": lambda: saved(pictures.draw()),
    "progressive": lambda: saved(pictures.draw(), progressive=True),
    "CMYK": lambda: saved(pictures.draw(mode="CMYK")),
    "gray": lambda: saved(pictures.draw(mode="L")),
    "profile": lambda: saved(pictures.draw(), icc_profile=b"profile" * 20_000),
    "camera": lambda: saved(pictures.draw(), exif=b"Exif\0\0" + camera(">")),
    "XMP there": lambda: saved(pictures.draw(), exif=b"Exif\0\0" + camera(), xmp=PACKET.replace(b"Credit", b"Source")),
    "comment": lambda: saved(pictures.draw(), comment=b"A comment"),
    "trailer": lambda: saved(pictures.draw()) + b"a trailer of some program",
    "no JFIF": lambda: b"\xff\xd8" + saved(pictures.draw())[20:],
}


@needs_exiftool
@pytest.mark.parametrize("make", MADE.values(), ids=MADE.keys())
def test_every_kind_of_jpeg_takes_it_without_loss(make: Callable[[], bytes], tmp_path: Path) -> None:
    """Another reader finds our values exactly and every earlier tag as it was; the picture data is the same."""
    data = make()

    made = metadata.check(data, tmp_path, ".jpg")

    assert made[made.index(b"\xff\xda") :] == data[data.index(b"\xff\xda") :]


@needs_corpus
@needs_exiftool
@pytest.mark.parametrize("name", sorted(path.name for path in CORPUS.glob("unsigned/*.jpg")) if CORPUS else ())
def test_pictures_of_others_keep_everything(name: str, tmp_path: Path) -> None:
    """Each corpus file keeps every tag, its profile and its pixels, and says what was written."""
    metadata.check(corpus("unsigned", name).read_bytes(), tmp_path, ".jpg")


def test_what_is_written_is_found(tmp_path: Path) -> None:
    """EXIF stands behind JFIF, XMP behind EXIF, and both come back as they were written."""
    data = saved(pictures.draw(), comment=b"A comment")

    blocks = found(edited(data, CHANGE))

    assert blocks.exif is not None
    assert exif.read(blocks.exif, LIMITS).texts["Artist"] == metadata.ARTIST
    assert blocks.xmp == PACKET
    assert blocks.exif_spans[0].start == 20
    assert blocks.xmp_spans[0].start == blocks.exif_spans[0].end
    assert [(text.key, text.data) for text in blocks.texts] == [("comment", b"A comment")]


def test_nothing_to_change_changes_nothing() -> None:
    """A second time no edit is left, but for XMP, which is given whole."""
    data = edited(saved(pictures.draw()), CHANGE)

    assert edited(data, Change(exif=EXIF)) == data
    assert edited(data, CHANGE) == data
    assert edited(data, Change()) == data


def test_what_is_private_goes_and_the_file_keeps_its_length() -> None:
    """Zeros take its place."""
    data = saved(pictures.draw(), exif=b"Exif\0\0" + camera())

    made = edited(data, Change(exif_without=frozenset(SECRETS)))

    assert len(made) == len(data)
    assert not [secret for secret in SECRETS.values() if secret in made]


def test_a_comment_is_taken_out_on_request() -> None:
    """Every comment, not the first alone, and nothing else."""
    plain = saved(pictures.draw())
    data = with_segments(plain, segment(0xFE, b"one"), segment(0xFE, b"two"))

    assert edited(data, Change(texts_without=frozenset({"comment"}))) == plain
    assert edited(data, Change(texts_without=frozenset({"parameters"}))) == data


# --- a file of several pictures ------------------------------------------------------------------------------------
def several(*behind: bytes, ahead: tuple[bytes, ...] = (), second: bytes = b"") -> bytes:
    """Return a multi-picture file: its index says where the second picture is, counted from the index itself."""
    first, second = saved(pictures.draw()), second or saved(pictures.draw(shift=30))
    entries = struct.pack("<IIIHH", 0x030000, 0, 0, 0, 0), struct.pack("<IIIHH", 0, len(second), 0xFFFFFFFF, 0, 0)

    def index(offset: int) -> bytes:
        table = b"".join(entries).replace(b"\xff\xff\xff\xff", struct.pack("<I", offset))
        directory = struct.pack("<H", 3) + b"".join(
            (
                struct.pack("<HHI4s", 0xB000, 7, 4, b"0100"),
                struct.pack("<HHII", 0xB001, 4, 1, 2),
                struct.pack("<HHII", 0xB002, 7, 32, 50),
            )
        )
        return segment(0xE2, b"MPF\0II*\0\x08\0\0\0" + directory + bytes(4) + table)

    before = with_segments(first, *ahead)
    place = 20 + sum(map(len, ahead))
    length = len(before) + len(index(0)) + sum(map(len, behind))
    return before[:place] + index(length - place - 8) + b"".join(behind) + before[place:] + second


OLD_EXIF = segment(0xE1, b"Exif\0\0" + camera())
OLD_XMP = segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + PACKET.replace(b"Credit", b"Source"))
SEVERAL = {
    "nothing there": ((), ()),
    "in front": ((OLD_EXIF, OLD_XMP), ()),
    "EXIF behind": ((), (OLD_EXIF,)),
    "both behind": ((), (OLD_EXIF, OLD_XMP, segment(0xFE, b"comment"))),
}


@needs_exiftool
@pytest.mark.parametrize(("ahead", "behind"), SEVERAL.values(), ids=SEVERAL.keys())
def test_the_second_picture_is_still_found(ahead: tuple[bytes, ...], behind: tuple[bytes, ...], tmp_path: Path) -> None:
    """The index counts from itself: what grows stands in front of it, and both pictures decode as before."""
    data = several(*behind, ahead=ahead)
    after = tmp_path / "after.jpg"

    made = edited(data, Change(exif=EXIF, xmp=metadata.packet(found(data).xmp), texts_without=frozenset({"comment"})))
    after.write_bytes(made)

    assert len(metadata.picture(data)) == 2
    assert metadata.picture(made) == metadata.picture(data)
    tags = metadata.every_tag(after)
    assert {name: tags.get(name) for name in WANTED} == WANTED
    assert tags["MPImage2:MPImageLength"] == len(saved(pictures.draw(shift=30)))
    blocks = found(made)
    index = made.index(b"MPF\0")
    assert (blocks.problems, blocks.texts) == ((), ())
    assert max(span.end for span in (*blocks.exif_spans, *blocks.xmp_spans)) < index


def test_what_keeps_its_length_stays_where_it_is() -> None:
    """Private bytes become zeros behind the index, too."""
    data = several(OLD_EXIF)

    made = edited(data, Change(exif_without=frozenset({"gps"})))

    assert len(made) == len(data)
    assert SECRETS["gps"] not in made
    assert found(made).exif_spans == found(data).exif_spans


def test_what_is_private_in_the_second_picture_goes_too() -> None:
    """A preview has EXIF of its own, with the same place and the same serial numbers."""
    data = several(OLD_EXIF, second=saved(pictures.draw(shift=30), exif=b"Exif\0\0" + camera(">")))

    made = edited(data, Change(exif=((271, b"Other"),), exif_without=frozenset(SECRETS)))

    assert not [secret for secret in SECRETS.values() if secret in made]
    assert made.count(b"Drawn Camera") == 2
    assert metadata.picture(made) == metadata.picture(data)


def test_an_index_that_cannot_be_read_hides_no_private_data() -> None:
    """Where further pictures cannot be found, they cannot be cleared either, and that is said."""
    data = several(OLD_EXIF).replace(b"MPF\0II*\0", b"MPF\0XX*\0")

    with pytest.raises(AssetError) as caught:
        edited(data, Change(exif_without=frozenset({"gps"})))

    assert str(caught.value) == (
        "picture: its index of further pictures is damaged: it does not begin as a TIFF structure does"
    )
    edited(data, CHANGE)


def test_a_second_picture_inside_the_first_is_refused() -> None:
    """An index that points into a segment of the first picture makes nobody write twice over the same bytes."""
    inner = b"\xff\xd8" + segment(0xE1, b"Exif\0\0" + camera())
    outer = segment(0xE1, b"Exif\0\0" + camera() + inner)
    data = several(outer)
    entry = data.index(inner)
    start = data.index(b"MPF\0") + 4
    at = start + 50 + 16 + 8
    data = data[:at] + struct.pack("<I", entry - start) + data[at + 4 :]

    with pytest.raises(AssetError) as caught:
        edited(data, Change(exif_without=frozenset({"gps"})))

    assert str(caught.value) == "picture: is damaged: two of its parts share bytes"


# --- refused -------------------------------------------------------------------------------------------------------
BIG = b"x" * 65_400
REFUSED = {
    "EXIF too long": (
        lambda: saved(pictures.draw(), exif=b"Exif\0\0" + camera()),
        Change(exif=((270, BIG),)),
        "EXIF: would be larger than a JPEG segment can be; leave the picture's metadata as it is with --no-metadata",
    ),
    "XMP too long": (
        lambda: saved(pictures.draw()),
        Change(xmp=b"x" * 65_503),
        "XMP: would be larger than a JPEG segment can be; shorten what is stated",
    ),
    "XMP in several segments": (
        lambda: with_segments(
            saved(pictures.draw()), OLD_XMP, segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + bytes(40))
        ),
        Change(xmp=PACKET),
        "XMP: goes on in further segments of the JPEG, and is not edited; leave the picture's metadata as it is with --no-metadata",
    ),
    "private EXIF twice": (
        lambda: with_segments(saved(pictures.draw()), OLD_EXIF, OLD_EXIF),
        Change(exif_without=frozenset({"gps"})),
        "EXIF: stands in the file more than once; what is private there cannot be taken out",
    ),
    "damaged EXIF": (
        lambda: with_segments(saved(pictures.draw()), segment(0xE1, b"Exif\0\0rubbish!")),
        Change(exif=EXIF),
        "EXIF: is damaged: it does not begin as a TIFF structure does; leave the picture's metadata as it is with --no-metadata",
    ),
    "no picture": (
        lambda: saved(pictures.draw())[:200],
        Change(xmp=PACKET),
        "picture: is a damaged JPEG: it has no picture data",
    ),
}


@pytest.mark.parametrize(("make", "change", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_done_without_loss_is_refused(make: Callable[[], bytes], change: Change, message: str) -> None:
    """The message says which carrier, and what is wrong."""
    data = make()

    with pytest.raises(AssetError) as caught:
        edited(data, change)

    assert str(caught.value) == message


def test_the_largest_that_fits_is_written() -> None:
    """XMP of exactly the length that a segment can hold, and EXIF that fills its own."""
    data = saved(pictures.draw())
    packet = PACKET.ljust(65_502)
    room = 65_533 - len(exif.HEADER) - len(exif.fresh(((270, b"x" * 10),))) + 10

    made = edited(data, Change(exif=((270, b"x" * room),), xmp=packet))

    assert found(made).xmp == packet
    assert found(made).exif_spans[0].length == 65_537
    with pytest.raises(AssetError):
        edited(data, Change(exif=((270, b"x" * (room + 2)),)))
    assert metadata.picture(made) == metadata.picture(data)


def test_whoever_writes_can_ask_first() -> None:
    """`fits` names the carrier that cannot hold it, so that the others are written all the same."""
    data = saved(pictures.draw(), exif=b"Exif\0\0" + camera())

    with pytest.raises(AssetError) as caught:
        jpeg.fits(found(data), Change(exif=((270, BIG),), xmp=PACKET), LIMITS)

    assert caught.value.where == "EXIF"
    jpeg.fits(found(data), Change(exif=((270, BIG[:40_000]),), xmp=PACKET), LIMITS)


def test_what_is_read_is_bounded() -> None:
    """Of very many comments the first are read, and the rest is named."""
    data = with_segments(saved(pictures.draw()), *[segment(0xFE, b"x")] * 100)

    blocks = found(data)

    assert len(blocks.texts) == 64
    assert blocks.problems == ("JPEG: it holds more than the 64 comments that are read",)


def test_every_cut_is_read_without_an_exception() -> None:
    """A file that ends anywhere has carriers or none; nothing is raised."""
    data = edited(saved(pictures.draw(), exif=b"Exif\0\0" + camera()), CHANGE)

    for end in range(4, 6000, 37):
        source = Source(io.BytesIO(data[:end]))
        blocks = jpeg.find(source, lay_out(source, Kind.JPEG, LIMITS), LIMITS)
        if blocks.exif:
            exif.read(blocks.exif, LIMITS)
