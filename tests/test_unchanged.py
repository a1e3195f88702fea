"""`provenance.container.unchanged`: proof, without decoding, that signing left a picture as it was."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import c2pa
import piexif
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from provenance.container.comparison import same
from provenance.container.model import Kind
from provenance.container.parts import Span
from provenance.container.source import Source
from provenance.container.unchanged import difference
from tests.support.container import KINDS, box, chunk, drawn, engine_state, layout, sign, signed
from tests.support.pictures import draw

EXIF = piexif.dump({"0th": {piexif.ImageIFD.Artist: b"Ada"}})


def compared(before: bytes, after: bytes, kind: Kind) -> str:
    return difference(io.BytesIO(before), io.BytesIO(after), kind)


def saved(form: str, **options: object) -> bytes:
    """Return a drawn picture, saved by Pillow with *options*."""
    out = io.BytesIO()
    draw().save(out, form, **options)
    return out.getvalue()


@pytest.mark.parametrize("name", KINDS)
def test_signing_changes_nothing(name: str) -> None:
    """What the engine signs is the same picture, once and twice."""
    again = sign(signed(name), KINDS[name], intent=c2pa.C2paBuilderIntent.EDIT)

    assert compared(drawn(name), signed(name), KINDS[name]) == ""
    assert compared(signed(name), again, KINDS[name]) == ""


def tagged() -> ImageFileDirectory_v2:
    tags = ImageFileDirectory_v2()
    tags[271] = "Drawn Camera"
    tags[33432] = "Ada"
    return tags


RICH: dict[str, tuple[Callable[[], bytes], Kind]] = {
    "jpeg, progressive": (lambda: saved("JPEG", progressive=True, exif=EXIF, icc_profile=b"profile" * 9), Kind.JPEG),
    "jpeg with a tail": (lambda: drawn("jpeg") + b"tail" * 99, Kind.JPEG),
    "png with metadata": (lambda: drawn("png")[:33] + chunk(b"tEXt", b"Title\0x") + drawn("png")[33:], Kind.PNG),
    "animated png": (lambda: saved("PNG", save_all=True, append_images=[draw(shift=9)]), Kind.PNG),
    "lossy webp with metadata": (lambda: saved("WEBP", exif=EXIF[6:], xmp=b"<x/>", icc_profile=b"p" * 7), Kind.WEBP),
    "animated webp": (lambda: saved("WEBP", save_all=True, append_images=[draw(shift=9)]), Kind.WEBP),
    "tiff in strips": (lambda: saved("TIFF", compression="tiff_lzw", tiffinfo=tagged(), strip_size=512), Kind.TIFF),
    "tiff with exif": (lambda: saved("TIFF", exif=Image.Exif()), Kind.TIFF),
    "big tiff": (lambda: saved("TIFF", big_tiff=True), Kind.TIFF),
    "tiff of several pages": (lambda: drawn("tiff_pages"), Kind.TIFF),
    "avif with metadata": (lambda: saved("AVIF", exif=EXIF[6:], xmp=b"<x/>", icc_profile=b"p" * 40), Kind.AVIF),
    "avif sequence": (lambda: saved("AVIF", save_all=True, append_images=[draw(shift=9)]), Kind.AVIF),
    "heic with metadata": (lambda: saved("HEIF", exif=EXIF[6:], xmp=b"<x/>"), Kind.HEIC),
    "heic of several pictures": (lambda: saved("HEIF", save_all=True, append_images=[draw(shift=9)]), Kind.HEIC),
    "svg with metadata": (lambda: drawn("svg").replace(b"<rect", b"<metadata><a/></metadata><rect"), Kind.SVG),
    "svg with empty metadata": (lambda: drawn("svg").replace(b"<rect", b"<metadata></metadata><rect"), Kind.SVG),
    "jxl with metadata": (lambda: drawn("jxl") + box(b"Exif", bytes(4) + EXIF[6:]), Kind.JXL),
}


@pytest.mark.parametrize(("make", "kind"), RICH.values(), ids=RICH.keys())
def test_metadata_survive(make: Callable[[], bytes], kind: Kind) -> None:
    """Pictures of every make come out unchanged, with their metadata."""
    before = make()

    assert compared(before, sign(before, kind), kind) == ""


@pytest.mark.parametrize("name", KINDS)
def test_another_picture_is_told(name: str) -> None:
    """A byte of the picture that changed after signing is told, wherever it stands."""
    after = bytearray(signed(name))
    # In these three the manifest comes last; everywhere else the picture does.
    after[{"tiff": 5000, "dng": 5000, "webp": 100}.get(name, -40)] ^= 1

    assert compared(drawn(name), bytes(after), KINDS[name])


def heic(exif: bytes) -> bytes:
    return saved("HEIF", exif=exif)


DIFFERENT: dict[str, tuple[Callable[[], bytes], Callable[[], bytes], Kind, str]] = {
    "jpeg, scan": (lambda: drawn("jpeg"), lambda: signed("jpeg")[:-9] + bytes(9), Kind.JPEG, "SOS differs"),
    "jpeg, segment gone": (lambda: saved("JPEG", comment=b"x"), lambda: signed("jpeg"), Kind.JPEG, "DQT stands where COM stood"),
    "jpeg, more behind": (lambda: drawn("jpeg"), lambda: signed("jpeg") + b"x", Kind.JPEG, "SOS differs"),
    "jpeg, nothing behind": (lambda: drawn("jpeg"), lambda: signed("jpeg")[:700], Kind.JPEG, "the rest of the file stands where DQT stood"),
    "png, chunk gone": (
        lambda: drawn("png")[:33] + chunk(b"tEXt", b"a\0b") + drawn("png")[33:], lambda: signed("png"), Kind.PNG, "IDAT stands where tEXt stood"
    ),
    "png, check sum": (lambda: drawn("png"), lambda: signed("png")[:-1] + b"x", Kind.PNG, "IEND differs"),
    "png, chunk behind": (lambda: drawn("png"), lambda: signed("png") + b"x", Kind.PNG, "after IEND is new"),
    "webp, flags": (
        lambda: saved("WEBP", exif=EXIF[6:]), lambda: saved("WEBP", exif=EXIF[6:]).replace(b"VP8X\n\0\0\0\x08", b"VP8X\n\0\0\0\x00"), Kind.WEBP, "VP8X differs"
    ),
    "tiff, samples": (
        lambda: drawn("tiff"), lambda: drawn("tiff")[:-1] + b"\1", Kind.TIFF, "the samples of directory 0 differ (tag 273)"
    ),
    "tiff, tag": (
        lambda: saved("TIFF", tiffinfo=tagged()), lambda: saved("TIFF", tiffinfo=tagged()).replace(b"Drawn Camera", b"Other Camera"), Kind.TIFF,
        "tag 271 of directory 0 differs",
    ),
    "tiff, tag gone": (
        lambda: saved("TIFF", tiffinfo=tagged()), lambda: drawn("tiff"), Kind.TIFF, "the tags of directory 0 differ"
    ),
    "tiff, page gone": (lambda: drawn("tiff_pages"), lambda: drawn("tiff"), Kind.TIFF, "directory 1 is gone"),
    "avif, item": (
        lambda: drawn("avif"), lambda: signed("avif")[:-1] + b"\0", Kind.AVIF, "mdat differs"
    ),
    "avif, property": (
        lambda: drawn("avif"), lambda: signed("avif").replace(b"ispe\0\0\0\0\0\0\0\x60", b"ispe\0\0\0\0\0\0\0\x50"), Kind.AVIF, "iprp differs"
    ),
    "avif, box more": (lambda: drawn("avif"), lambda: signed("avif") + box(b"free", b""), Kind.AVIF, "the boxes differ"),
    "svg, text": (lambda: drawn("svg"), lambda: signed("svg").replace(b"#fadc78", b"#000000"), Kind.SVG, "the text differs"),
    "svg, metadata": (
        lambda: drawn("svg").replace(b"<rect", b"<metadata><a/></metadata><rect"), lambda: signed("svg"), Kind.SVG, "the text differs"
    ),
    "gif, frame": (lambda: drawn("gif"), lambda: signed("gif")[:-9] + b"\0" + signed("gif")[-8:], Kind.GIF, "image differs"),
    "jxl, box": (lambda: drawn("jxl"), lambda: signed("jxl") + box(b"Exif", bytes(8)), Kind.JXL, "Exif is new"),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after", "kind", "said"), DIFFERENT.values(), ids=DIFFERENT.keys())
def test_differences_are_named(before: Callable[[], bytes], after: Callable[[], bytes], kind: Kind, said: str) -> None:
    """What differs is named by its place in the container."""
    assert compared(before(), after(), kind) == said


def trapped() -> bytes:
    """Return a HEIC whose item offsets stand in the extents, beside a wide base offset of 0."""
    data = drawn("heic")
    at = data.index(b"iloc") + 16
    base, count, offset = data[at : at + 4], data[at + 4 : at + 6], data[at + 6 : at + 10]
    assert offset == bytes(4)
    return data[:at] + offset + count + base + data[at + 10 :]


def test_item_that_the_engine_corrupts_is_told(tmp_path: Path) -> None:
    """The engine moves such offsets twice and calls the result valid; the comparison tells (metadata.md §3)."""
    before = trapped()
    (tmp_path / "a.heic").write_bytes(before)
    with Image.open(tmp_path / "a.heic") as image:
        image.load()
    assert compared(drawn("heic"), before, Kind.HEIC) == ""

    after = sign(before, Kind.HEIC)

    assert engine_state(after, Kind.HEIC) == "Valid"
    assert compared(before, after, Kind.HEIC) == "item 1 (hvc1) differs"


def test_item_in_a_track_that_the_engine_loses_is_told() -> None:
    """The engine does not correct where the items of a track stand, and calls the result valid."""
    before = saved("AVIF", save_all=True, append_images=[draw(shift=9)], exif=EXIF[6:], xmp=b"<x/>")

    after = sign(before, Kind.AVIF)

    assert engine_state(after, Kind.AVIF) == "Valid"
    assert compared(before, before, Kind.AVIF) == ""
    assert compared(before, after, Kind.AVIF) == "in a track, item 2 (Exif) differs"


def test_sequence_whose_offsets_are_wrong_is_told() -> None:
    """The samples of a track are compared through its tables."""
    before = saved("AVIF", save_all=True, append_images=[draw(shift=9)])
    at = before.index(b"stco") + 12
    after = before[:at] + struct.pack(">I", struct.unpack(">I", before[at : at + 4])[0] + 1) + before[at + 4 :]

    assert compared(before, after, Kind.AVIF) == "the samples of track 0 differ"


def test_other_files_are_compared_whole() -> None:
    """A file that carries no manifest is the same only byte for byte."""
    assert compared(drawn("bmp"), drawn("bmp"), Kind.BMP) == ""
    assert compared(drawn("bmp"), drawn("bmp") + b"x", Kind.BMP) == "the rest of the file differs"


@given(st.binary(min_size=1, max_size=60), st.lists(st.integers(0, 60)), st.lists(st.integers(0, 60)))
def test_joined_spans_compare_as_their_bytes(data: bytes, left: list[int], right: list[int]) -> None:
    """However bytes are cut into spans, they compare as one run."""

    def cut(at: list[int]) -> list[Span]:
        edges = [0, *sorted(min(one, len(data)) for one in at), len(data)]
        return [Span(a, b - a) for a, b in pairwise(edges)]

    changed = data[:-1] + bytes([data[-1] ^ 1])

    assert same(Source(io.BytesIO(data)), cut(left), Source(io.BytesIO(data)), cut(right))
    assert not same(Source(io.BytesIO(data)), cut(left), Source(io.BytesIO(changed)), cut(right))


def test_the_place_of_a_gif_frame_is_part_of_the_picture() -> None:
    """The descriptor of a frame, in front of its data, is compared like the data."""
    after = bytearray(signed("gif"))
    at = after.index(b"\x2c", layout(signed("gif"), Kind.GIF).stores[0].spans[0].end)
    after[at + 1] ^= 1

    assert compared(drawn("gif"), bytes(after), Kind.GIF) == "image differs"


@pytest.mark.parametrize("name", KINDS)
@given(data=st.data())
def test_no_byte_outside_the_manifest_changes_unseen(name: str, data: st.DataObject) -> None:
    """A changed byte outside the manifest is told; only bytes that say where things stand are left out."""
    spans = [span for placed in layout(signed(name), KINDS[name]).stores for span in placed.spans]
    after = bytearray(signed(name))
    at = data.draw(st.integers(64, len(after) - 1))
    after[at] ^= data.draw(st.integers(1, 255))

    found = compared(drawn(name), bytes(after), KINDS[name])

    assert isinstance(found, str)
    if name in ("jpeg", "png", "gif", "svg"):
        inside = any(span.start <= at < span.end for span in spans)
        assert found or inside or b"xmlns:c2pa" in signed(name)[max(0, at - 45) : at + 45]
