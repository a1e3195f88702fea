"""EXIF's texts, XMP and IIM in TIFF, BigTIFF and DNG."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from provenance.container.model import Kind
from provenance.container.source import Source
from provenance.container.tiff import Tiff
from provenance.container.walk import lay_out
from provenance.errors import AssetError
from provenance.metadata import exif, iim, photoshop
from provenance.metadata.blocks import MOST, Change
from provenance.metadata.carriers import tiff
from provenance.metadata.model import PrivateKind
from tests.support import metadata, pictures
from tests.support.blocks import SECRETS, Maker
from tests.support.environment import CORPUS, corpus, needs_corpus, needs_exiftool
from tests.support.metadata import EXIF, LIMITS, PACKET, edited, found

IIM = iim.edited(None, {80: ("Somebody",)})


def saved(image: Image.Image, tags: dict[int, tuple[int, Any]] | None = None, **options: Any) -> bytes:
    info = ImageFileDirectory_v2(prefix=options.pop("prefix", b"II"))
    for tag, (form, value) in (tags or {}).items():
        info.tagtype[tag] = form
        info[tag] = value
    stream = io.BytesIO()
    image.save(stream, "TIFF", tiffinfo=info, **options)
    return stream.getvalue()


def big_endian(*, strips: bytes = bytes(range(48))) -> bytes:
    """Return a TIFF of 4 × 4 pixels in big-endian order, written by hand, with a second page."""
    maker = Maker(">")

    def page(following: int = 0) -> int:
        return maker.directory(
            (256, 3, 1, b"\0\4"), (257, 3, 1, b"\0\4"), (258, 3, 3, maker.value(b"\0\x08" * 3)), (262, 3, 1, b"\0\2"),
            (259, 3, 1, b"\0\1"), (273, 4, 1, maker.value(strips)), (277, 3, 1, b"\0\3"), (278, 3, 1, b"\0\4"),
            (279, 4, 1, struct.pack(">I", len(strips))), (271, 2, 13, maker.value(b"Drawn Camera\0")),
            following=following,
        )  # fmt: skip

    return maker.block(page(page()))


def camera_file() -> bytes:
    """Return a TIFF with everything private that a camera writes."""
    maker = Maker()
    strips = bytes(range(48))
    exif_at = maker.directory(
        (37500, 7, 25, maker.value(SECRETS["maker_note"])),
        (37510, 7, 17, maker.value(SECRETS["user_comment"])),
        (42032, 2, 17, maker.value(SECRETS["owner"])),
        (42033, 2, 12, maker.value(SECRETS["serial"])),
    )
    gps = maker.directory((0, 1, 4, b"\2\3\0\0"), (29, 2, 11, maker.value(SECRETS["gps"])))
    return maker.block(
        maker.directory(
            (256, 3, 1, b"\4\0"), (257, 3, 1, b"\4\0"), (258, 3, 3, maker.value(b"\x08\0" * 3)), (262, 3, 1, b"\2\0"),
            (259, 3, 1, b"\1\0"), (273, 4, 1, maker.value(strips)), (277, 3, 1, b"\3\0"), (278, 3, 1, b"\4\0"),
            (279, 4, 1, struct.pack("<I", len(strips))), (34665, 4, 1, exif_at), (34853, 4, 1, gps),
        )
    )  # fmt: skip


def pages(**options: Any) -> bytes:
    return saved(
        pictures.draw(),
        save_all=True,
        append_images=[pictures.draw(shift=shift) for shift in range(10, 60, 10)],
        **options,
    )


MADE = {
    "plain": lambda: saved(pictures.draw()),
    "big-endian": big_endian,
    "deflated": lambda: saved(pictures.draw(), compression="tiff_adobe_deflate"),
    "CMYK": lambda: saved(pictures.draw(mode="CMYK")),
    "16 bit": lambda: saved(pictures.draw(mode="I").point(lambda value: value * 257).convert("I;16")),
    "palette": lambda: saved(pictures.draw(mode="P")),
    "alpha": lambda: saved(pictures.draw(mode="RGBA")),
    "profile": lambda: saved(pictures.draw(), icc_profile=b"profile" * 200),
    "pages": pages,
    "BigTIFF": lambda: saved(pictures.draw(), big_tiff=True),
    "BigTIFF pages": lambda: pages(big_tiff=True),
    "camera": camera_file,
    "texts there": lambda: saved(pictures.draw(), {305: (2, "Old program"), 315: (2, "Somebody"), 316: (2, "host")}),
    "XMP there": lambda: saved(pictures.draw(), {700: (7, PACKET.replace(b"Credit", b"Source"))}),
    "IIM there": lambda: saved(pictures.draw(), {33723: (7, IIM)}),
    "Photoshop": lambda: saved(pictures.draw(), {34377: (1, photoshop.with_iptc(None, IIM))}),
    "odd length": lambda: saved(pictures.draw()) + b"!",
}


@needs_exiftool
@pytest.mark.parametrize("make", MADE.values(), ids=MADE.keys())
def test_every_kind_of_tiff_takes_it_without_loss(make: Callable[[], bytes], tmp_path: Path) -> None:
    """Another reader finds our values exactly and every earlier tag of every page as it was; no old byte has moved."""
    data = make()

    made = metadata.check(data, tmp_path, ".tif")

    header = 16 if data[2:4] in (b"+\0", b"\0+") else 8
    assert made[header : len(data)] == data[header:]


@needs_corpus
@needs_exiftool
@pytest.mark.parametrize("name", sorted(path.name for path in CORPUS.glob("unsigned/*.TIF")) if CORPUS else ())
def test_pictures_of_others_keep_everything(name: str, tmp_path: Path) -> None:
    """Each corpus file keeps every tag, its profile and its pixels, and says what was written."""
    metadata.check(corpus("unsigned", name).read_bytes(), tmp_path, ".tif")


@needs_exiftool
def test_a_raw_picture_takes_it_too(tmp_path: Path) -> None:
    """A DNG is a TIFF, and nothing in it moves."""
    data = pictures.dng(tmp_path / "a.dng").read_bytes()

    made = metadata.check(data, tmp_path, ".dng")

    assert made[8 : len(data)] == data[8:]


def test_every_page_is_still_reached() -> None:
    """The new first directory points at the second page."""
    made = edited(pages(), metadata.full(pages()))

    file = Tiff(Source(io.BytesIO(made)), LIMITS)
    assert [directory.path for directory in file.directories()] == [(number,) for number in range(6)]
    assert file.damage == []


def test_what_a_file_says_is_handed_on_as_a_block() -> None:
    """EXIF reads the same from a TIFF as from the block of a JPEG; of what is private, that it is there."""
    blocks = found(edited(camera_file(), Change(exif=EXIF)))

    assert blocks.exif is not None
    read = exif.read(blocks.exif, LIMITS)
    assert read.texts == {
        "Artist": metadata.ARTIST,
        "Copyright": metadata.COPYRIGHT,
        "ImageDescription": metadata.DESCRIPTION.strip(),
    }
    assert read.user_comment == "a comment"
    assert {one.kind for one in read.private} == {
        PrivateKind.LOCATION,
        PrivateKind.SERIAL,
        PrivateKind.OWNER,
        PrivateKind.MAKER_NOTE,
    }
    assert (read.problems, blocks.problems) == ((), ())


@pytest.mark.parametrize("name", sorted(set(SECRETS) - {"thumbnail"}))
def test_what_is_private_is_gone_bytes_and_all(name: str) -> None:
    """Zeros take its place, and the file keeps its length and its picture."""
    data = camera_file()

    made = edited(data, Change(exif_without=frozenset({name})))

    assert len(made) == len(data)
    assert SECRETS[name] not in made
    assert all(secret in made for kind, secret in SECRETS.items() if kind not in (name, "thumbnail"))
    assert metadata.picture(made) == metadata.picture(data)


def test_the_second_page_of_a_file_is_no_thumbnail() -> None:
    """What takes a thumbnail out of an EXIF block leaves the pages of a file alone."""
    assert edited(pages(), Change(exif_without=frozenset({"thumbnail"}))) == pages()


# --- IIM -----------------------------------------------------------------------------------------------------------
def turned(data: bytes) -> bytes:
    """Return *data* as writers hold it that take it for 32-bit numbers of the other byte order."""
    data += bytes(-len(data) % 4)
    return b"".join(data[at : at + 4][::-1] for at in range(0, len(data), 4))


def with_iptc(form: int, value: bytes) -> bytes:
    """Return a TIFF whose IIM has this type."""
    maker = Maker()
    count = len(value) // 4 if form == 4 else len(value)
    return maker.block(maker.directory((256, 3, 1, b"\4\0"), (33723, form, count, maker.value(value))))


FORMS = {
    "undefined": (7, IIM),
    "byte": (1, IIM),
    "long": (4, IIM + bytes(-len(IIM) % 4)),
    "long, turned round": (4, turned(IIM)),
}


@pytest.mark.parametrize(("form", "value"), FORMS.values(), ids=FORMS.keys())
def test_iim_is_read_whatever_its_type_and_keeps_it(form: int, value: bytes) -> None:
    """32-bit numbers that were turned round are turned back; what is written is never turned round."""
    data = with_iptc(form, value)

    assert iim.texts(iim.read(found(data).iptc or b""), 80) == ("Somebody",)

    made = edited(data, Change(iptc=iim.edited(found(data).iptc, {80: ("Zoë",)})))

    assert iim.texts(iim.read(found(made).iptc or b""), 80) == ("Zoë",)
    file = Tiff(Source(io.BytesIO(made)), LIMITS)
    entry = next(file.directories()).entry(33723)
    assert entry is not None
    assert entry.form == form


def test_the_digest_among_photoshops_resources_follows() -> None:
    """It says that IIM is as new as XMP; the data sets themselves stay in their own tag."""
    resources = photoshop.without(photoshop.with_iptc(None, IIM), {photoshop.IPTC})
    data = saved(pictures.draw(), {33723: (7, IIM), 34377: (1, resources)})
    new = iim.edited(IIM, {80: ("Zoë",)})

    made = found(edited(data, Change(iptc=new)))

    assert made.iptc == new
    assert made.photoshop == photoshop.without(photoshop.with_iptc(None, new), {photoshop.IPTC})


def test_iim_among_photoshops_resources_is_found_and_follows() -> None:
    """Where its own tag is missing, it counts; both say the same afterwards."""
    data = saved(pictures.draw(), {34377: (1, photoshop.with_iptc(None, IIM))})
    new = iim.edited(IIM, {80: ("Zoë",)})

    made = found(edited(data, Change(iptc=new)))

    assert found(data).iptc == IIM
    assert made.iptc == new
    assert made.photoshop == photoshop.with_iptc(None, new)


def test_a_resource_is_taken_out_on_request() -> None:
    """Photoshop's thumbnail goes; other resources stay."""
    resources = photoshop.with_iptc(b"8BIM\x04\x0c\0\0\0\0\0\4JPEG", IIM)
    data = saved(pictures.draw(), {34377: (1, resources)})

    made = found(edited(data, Change(photoshop_without=frozenset({photoshop.THUMBNAIL}))))

    assert made.photoshop == photoshop.with_iptc(None, IIM)


# --- damage and limits -----------------------------------------------------------------------------------------------
class Huge(io.RawIOBase):
    """A classic TIFF as large as one can be, all zeros behind its beginning."""

    def __init__(self, beginning: bytes, size: int) -> None:
        self._beginning, self._size, self._at = beginning, size, 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = (0, self._at, self._size)[whence] + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        length = max(0, min(len(buffer), self._size - self._at))
        data = self._beginning[self._at : self._at + length].ljust(length, b"\0")
        buffer[:length] = data
        self._at += length
        return length


def test_a_file_that_would_outgrow_its_offsets_is_refused() -> None:
    """Classic TIFF ends at 4 GiB; just below, a short value still fits."""
    data = saved(pictures.draw())

    def edit(size: int) -> object:
        source = Source(Huge(data, size))  # type: ignore[arg-type]  # a raw stream that reads like any other
        layout = lay_out(source, Kind.TIFF, LIMITS)
        return tiff.place(source, layout, tiff.find(source, layout, LIMITS), Change(xmp=PACKET), LIMITS)

    with pytest.raises(AssetError) as caught:
        edit(2**32 - 100)

    assert str(caught.value) == ("TIFF: would be larger than 4 GiB, which its offsets cannot say; save it as a BigTIFF")
    assert edit(2**32 - 2000)


DAMAGED = {
    "cut": (b"II*\0\x08\0\0\0", "TIFF: a directory is cut off at byte 8"),
    "pointer outside": (b"II*\0\xff\xff\0\0" + bytes(20), "TIFF: a directory is cut off at byte 65535"),
    "entries outside": (b"II*\0\x08\0\0\0\xff\0" + bytes(20), "TIFF: the directory at byte 8 does not fit"),
}


@pytest.mark.parametrize(("data", "problem"), DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_file_is_named_and_not_written_into(data: bytes, problem: str) -> None:
    """Reading tells the problem, writing refuses."""
    assert found(data).problems == (problem,)

    with pytest.raises(AssetError) as caught:
        edited(data, Change(exif=EXIF))

    assert str(caught.value) == f"TIFF: is damaged: {problem.removeprefix('TIFF: ')}"


def large(tag: int) -> bytes:
    maker = Maker()
    return maker.block(maker.directory((256, 3, 1, b"\4\0"), (tag, 7, MOST + 2, maker.value(bytes(MOST + 2)))))


UNREAD = {
    "XMP": (
        700,
        Change(xmp=PACKET),
        "XMP: stands in the file and cannot be read; leave the picture's metadata as it is with --no-metadata",
    ),
    "IIM": (
        33723,
        Change(iptc=IIM),
        "IPTC: stands in the file and cannot be read; leave the picture's metadata as it is with --no-metadata",
    ),
    "Photoshop": (
        34377,
        Change(iptc=IIM),
        f"Photoshop: is larger than the {MOST} bytes that are read; write XMP and EXIF only",
    ),
}


@pytest.mark.parametrize(("tag", "change", "message"), UNREAD.values(), ids=UNREAD.keys())
def test_what_could_not_be_read_is_not_written_over(tag: int, change: Change, message: str) -> None:
    """The new value would not hold what the old one says."""
    with pytest.raises(AssetError) as caught:
        edited(large(tag), change)

    assert str(caught.value) == message
    assert len(found(large(tag)).problems) == 1
    edited(large(tag), Change(exif=EXIF))


def test_a_value_outside_is_a_problem_and_the_rest_is_read() -> None:
    """One tag that points nowhere hides no other."""
    maker = Maker()
    data = maker.block(maker.directory((271, 2, 4, b"Cam\0"), (700, 1, 99, 4000), (315, 2, 99, 4000)))

    blocks = found(data)

    assert blocks.xmp is None
    assert exif.read(blocks.exif or b"", LIMITS).texts == {"Make": "Cam"}
    assert blocks.problems == ("TIFF: the value of tag 700 does not fit", "TIFF: the value of tag 315 does not fit")
