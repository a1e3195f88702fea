"""`provenance.container.unchanged.picture_difference`: proof that an edit of metadata left the picture alone."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from types import ModuleType

import piexif
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from provenance.container import carriers
from provenance.container import heif as container
from provenance.container import tiff as tiff_container
from provenance.container.kinds import sniff
from provenance.container.model import Kind, Limits
from provenance.container.source import Source, StoppedError
from provenance.container.unchanged import picture_difference
from provenance.errors import AssetError
from provenance.metadata.blocks import Change
from provenance.metadata.carriers import gif, heif, jpeg, jxl, png, svg, tiff, webp
from provenance.metadata.model import Carrier
from tests.support.container import box, chunk, drawn, engine_state, layout, sign, signed
from tests.support.environment import corpus, needs_corpus
from tests.support.heif import XMP_TYPE, Avif, Held
from tests.support.metadata import edited, found, naming
from tests.support.pictures import draw

EDITORS: dict[Kind, ModuleType] = {
    Kind.JPEG: jpeg, Kind.PNG: png, Kind.WEBP: webp, Kind.TIFF: tiff, Kind.DNG: tiff, Kind.GIF: gif, Kind.AVIF: heif,
    Kind.HEIC: heif, Kind.SVG: svg, Kind.JXL: jxl,
}  # fmt: skip
IPTC = b"\x1c\x02\x50\0\3Ada"
EXIF = piexif.dump({"0th": {271: b"Drawn Camera"}, "GPS": {piexif.GPSIFD.GPSAreaInformation: b"at the old mill"}})
TAGS = ((315, "Zoë 山".encode()), (33432, b"Ada"))
WITHOUT = frozenset({"gps", "serial", "owner"})


def compared(before: bytes, after: bytes, **more: frozenset[str]) -> str:
    return picture_difference(io.BytesIO(before), io.BytesIO(after), sniff(io.BytesIO(before)), **more)  # type: ignore[arg-type]  # may_differ only


def change(kind: Kind, *, texts: frozenset[str] = frozenset()) -> Change:
    """Return a change of every carrier that files of *kind* have."""
    exif = TAGS if kind not in (Kind.GIF, Kind.SVG) else ()
    iptc = IPTC if kind in (Kind.JPEG, Kind.TIFF, Kind.DNG) else None
    return Change(exif=exif, exif_without=WITHOUT, iptc=iptc, xmp=naming(), texts_without=texts)


def changed(before: bytes, **more: frozenset[str]) -> bytes:
    kind = sniff(io.BytesIO(before))
    return edited(before, change(kind, **more))


def saved(form: str, **options: object) -> bytes:
    out = io.BytesIO()
    draw().save(out, form, **options)
    return out.getvalue()


def tagged() -> ImageFileDirectory_v2:
    tags = ImageFileDirectory_v2()
    tags[270], tags[271], tags[700] = "a hill", "Drawn Camera", naming("Ada")
    return tags


XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
FRAMES = {"save_all": True, "append_images": [draw(shift=9)]}
RICH: dict[str, Callable[[], bytes]] = {
    **{name: (lambda name=name: drawn(name)) for name in ("jpeg", "png", "webp", "tiff", "tiff_pages", "gif", "avif")},  # type: ignore[misc]  # a default that binds
    **{name: (lambda name=name: drawn(name)) for name in ("heic", "dng", "svg", "jxl")},  # type: ignore[misc]  # as above
    "jpeg with all": lambda: saved("JPEG", progressive=True, exif=EXIF, xmp=naming("Ada"), icc_profile=b"p" * 99, comment=b"c"),
    "jpeg, signed": lambda: signed("jpeg"),
    "png with all": lambda: saved("PNG", exif=EXIF[6:], icc_profile=b"p" * 99),
    "animated png": lambda: saved("PNG", **FRAMES),
    "lossy webp": lambda: saved("WEBP"),
    "webp with all": lambda: saved("WEBP", exif=EXIF, xmp=naming("Ada"), icc_profile=b"p" * 99),
    "webp with transparency": lambda: saved_as("RGBA", "WEBP", lossless=True),
    "animated webp": lambda: saved("WEBP", **FRAMES),
    "tiff with tags": lambda: saved("TIFF", tiffinfo=tagged(), icc_profile=b"p" * 99),
    "tiff with exif": lambda: saved("TIFF", exif=EXIF[6:]),
    "big tiff": lambda: saved("TIFF", big_tiff=True, tiffinfo=tagged()),
    "avif with all": lambda: saved("AVIF", exif=EXIF[6:], xmp=naming("Ada"), icc_profile=b"p" * 99),
    "avif sequence": lambda: saved("AVIF", **FRAMES),
    "avif sequence with all": lambda: saved("AVIF", exif=EXIF[6:], xmp=naming("Ada"), **FRAMES),
    "avif, signed": lambda: signed("avif"),
    "avif, packet in a box": lambda: Avif(before=(box(b"uuid", XMP_UUID + naming("Ada")),)).made(),
    "avif, EXIF in idat": lambda: Avif(iloc=1, items=(Held(2, b"Exif", bytes(4) + EXIF[6:], (1,), in_idat=True),)).made(),
    "heic with all": lambda: saved("HEIF", exif=EXIF[6:], xmp=naming("Ada")),
    "heic of several": lambda: saved("HEIF", exif=EXIF[6:], **FRAMES),
    "heic, signed": lambda: signed("heic"),
    "svg with metadata": lambda: drawn("svg").replace(b"<rect", b"<metadata><a/></metadata><rect"),
    "svg with a packet": lambda: drawn("svg").replace(b"<rect", b"<metadata>" + naming("Ada") + b"</metadata><rect"),
    "svg, signed": lambda: signed("svg"),
    "jxl with all": lambda: drawn("jxl") + box(b"Exif", bytes(4) + EXIF[6:]) + box(b"xml ", naming("Ada")),
}  # fmt: skip


def saved_as(mode: str, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    image = draw(mode=mode)
    image.putpixel((3, 3), (1, 2, 3, 4))
    image.save(out, form, **options)
    return out.getvalue()


@pytest.mark.parametrize("name", RICH)
def test_an_edit_of_metadata_changes_no_picture(name: str) -> None:
    """The original, the edited and the signed file hold the same picture, whatever the container."""
    before = RICH[name]()

    after = changed(before)
    again = sign(after, sniff(io.BytesIO(before)))

    assert after != before
    assert compared(before, after) == ""
    assert compared(before, again) == ""
    assert engine_state(again, sniff(io.BytesIO(before))) == "Valid"


@needs_corpus
@pytest.mark.parametrize("name", ["earth_apollo17.jpg", "IMG_0003.jpg", "P1000827.jpg", "libpng-test.png", "mars.webp",
    "sample1.avif", "sample1.gif", "sample1.heic", "sample1.png", "test_lossless.webp", "test_xmp.webp", "TUSCANY.TIF"])  # fmt: skip
def test_pictures_of_somebody_else(name: str) -> None:
    """So do files from elsewhere."""
    before = corpus("unsigned", name).read_bytes()

    assert compared(before, changed(before)) == ""
    assert compared(before, sign(changed(before), sniff(io.BytesIO(before)))) == ""


def picture_byte(data: bytes) -> int:
    """Return where a byte of the picture stands."""
    kind = sniff(io.BytesIO(data))
    parts = layout(data, kind, whole=True).parts
    if kind is Kind.SVG:
        return data.index(b"#78aadc") + 3
    if kind in (Kind.AVIF, Kind.HEIC):
        meta = container.meta(Source(io.BytesIO(data)), parts, Limits())
        assert meta is not None
        return next(item for item in meta.items if item.number == meta.primary).extents[0].end - 1
    names = ("SOS", "IDAT", "VP8 ", "VP8L", "ANMF", "samples", "image", "jxlc")
    span = next(part.body for part in parts if part.name in names)
    return span.start + span.length // 2


@pytest.mark.parametrize("name", RICH)
def test_another_picture_is_told(name: str) -> None:
    """One bit of the picture that changed is told, with metadata changed beside it."""
    before = RICH[name]()
    after = bytearray(changed(before))
    after[picture_byte(bytes(after))] ^= 1

    assert compared(before, bytes(after))


def swapped(data: bytes, kind: Kind, name: str) -> bytes:
    """Return *data* with the first two parts called *name* in each other's place."""
    first, second = [part.span for part in layout(data, kind).parts if part.name == name][:2]
    pieces = data[second.start : second.end], data[first.end : second.start], data[first.start : first.end]
    return data[: first.start] + b"".join(pieces) + data[second.end :]


def without(data: bytes, kind: Kind, name: str, which: int = 0) -> bytes:
    span = [part.span for part in layout(data, kind).parts if part.name == name][which]
    return data[: span.start] + data[span.end :]


def patched(data: bytes, old: bytes, new: bytes) -> bytes:
    assert old in data
    return data.replace(old, new, 1)


def made(name: str) -> bytes:
    return changed(RICH[name]())


def looped() -> bytes:
    return saved("GIF", loop=0, **FRAMES)


SEGMENT = b"\xff\xe5\0\4hi"
AVIF = Avif(
    items=(Held(2, b"Exif", bytes(4) + EXIF[6:], (1,)), Held(3, b"mime", naming("Ada"), (1,), content_type=XMP_TYPE))
)
GAIN = Avif(items=(Held(4, b"mime", b"<gainmap/>", (9,), content_type=XMP_TYPE),))
DIFFERENT: dict[str, tuple[Callable[[], bytes], Callable[[], bytes], str]] = {
    "jpeg, profile": (RICH["jpeg with all"], lambda: patched(made("jpeg with all"), b"p" * 99, b"p" * 98 + b"q"), "APP2 differs"),
    "jpeg, profile gone": (RICH["jpeg with all"], lambda: without(made("jpeg with all"), Kind.JPEG, "APP2"), "COM stands where APP2 stood"),
    "jpeg, segment more": (RICH["jpeg"], lambda: made("jpeg")[:2] + SEGMENT + made("jpeg")[2:], "APP5 stands where APP0 stood"),
    "jpeg, EXIF twice": (
        RICH["jpeg"], lambda: made("jpeg")[:20] + b"\xff\xe1" + struct.pack(">H", len(EXIF) + 2) + EXIF + made("jpeg")[20:],
        "there is more EXIF than there was",
    ),
    "jpeg, tables swapped": (RICH["jpeg"], lambda: swapped(made("jpeg"), Kind.JPEG, "DQT"), "DQT differs"),
    "jpeg, comment more": (RICH["jpeg"], lambda: made("jpeg")[:20] + b"\xff\xfe\0\4hi" + made("jpeg")[20:], "COM stands where DQT stood"),
    "jpeg, more behind": (RICH["jpeg"], lambda: made("jpeg") + b"x", "SOS differs"),
    "png, profile": (RICH["png with all"], lambda: without(made("png with all"), Kind.PNG, "iCCP"), "IDAT stands where iCCP stood"),
    "png, text more": (RICH["png"], lambda: made("png")[:33] + chunk(b"tEXt", b"a\0b") + made("png")[33:], "tEXt stands where IDAT stood"),
    "png, frame gone": (RICH["animated png"], lambda: without(made("animated png"), Kind.PNG, "fcTL"), "IDAT stands where fcTL stood"),
    "webp, profile": (RICH["webp with all"], lambda: patched(made("webp with all"), b"p" * 99, b"p" * 98 + b"q"), "ICCP differs"),
    "webp, frames swapped": (RICH["animated webp"], lambda: swapped(made("animated webp"), Kind.WEBP, "ANMF"), "ANMF differs"),
    "webp, transparency": (RICH["webp with transparency"], lambda: flags(made("webp with transparency"), 0x10), "VP8X differs"),
    "webp, animation": (RICH["animated webp"], lambda: flags(made("animated webp"), 0x02), "VP8X differs"),
    "webp, canvas": (RICH["webp"], lambda: byte(made("webp"), 24, 1), "VP8X differs"),
    "webp, not announced": (RICH["webp"], lambda: flags(made("webp"), 0x04), "VP8X does not announce what follows"),
    "webp, header gone": (RICH["animated webp"], lambda: without(made("animated webp"), Kind.WEBP, "VP8X"), "VP8X is gone"),
    "tiff, page gone": (RICH["tiff_pages"], lambda: one_page(made("tiff_pages")), "directory 1 is gone"),
    "tiff, make": (RICH["tiff with tags"], lambda: patched(made("tiff with tags"), b"Drawn Camera", b"Other Camera"), "tag 271 of directory 0 differs"),
    "tiff, profile": (RICH["tiff with tags"], lambda: patched(made("tiff with tags"), b"p" * 99, b"p" * 98 + b"q"), "tag 34675 of directory 0 differs"),
    "tiff, tag gone": (RICH["tiff with tags"], lambda: changed(saved("TIFF", icc_profile=b"p" * 99)), "the tags of directory 0 differ"),
    "tiff, description of a page": (
        lambda: pages("a hill"), lambda: pages("a dell"), "tag 270 of directory 1 differs"
    ),
    "gif, frames swapped": (RICH["gif"], lambda: swapped(made("gif"), Kind.GIF, "image"), "image differs"),
    "gif, loop gone": (looped, lambda: without(changed(looped()), Kind.GIF, "application"), "image stands where application stood"),
    "avif, item": (AVIF.made, lambda: flipped(changed(AVIF.made())), "mdat differs"),
    "avif, profile": (RICH["avif with all"], lambda: patched(made("avif with all"), b"p" * 99, b"p" * 98 + b"q"), "iprp differs"),
    "avif, main picture": (AVIF.made, lambda: patched(changed(AVIF.made()), b"pitm\1\0\0\0\0\0\0\1", b"pitm\1\0\0\0\0\0\0\2"), "the boxes differ"),
    "avif, what it describes": (RICH["avif"], lambda: patched(made("avif"), b"cdsc\0\2\0\1\0\1", b"cdsc\0\2\0\1\0\3"), "iref differs"),
    "avif, another kind": (AVIF.made, lambda: patched(changed(AVIF.made()), b"av01\0", b"hvc1\0"), "iinf differs"),
    "avif, data more": (RICH["avif"], lambda: made("avif") + box(b"mdat", b"more"), "the boxes differ"),
    "avif, place of an item": (AVIF.made, lambda: shifted(changed(AVIF.made())), "item 1 (av01) differs"),
    "avif, another packet": (GAIN.made, lambda: patched(changed(GAIN.made()), b"<gainmap/>", b"<gainmop/>"), "mdat differs"),
    "avif, EXIF gone": (AVIF.made, lambda: changed(Avif(items=AVIF.items[1:]).made()), "iinf differs"),
    "avif sequence, frame": (
        RICH["avif sequence with all"], lambda: late_frames(made("avif sequence with all")), "the samples of track 0 differ"
    ),
    "svg, shape": (RICH["svg"], lambda: patched(made("svg"), b"#fadc78", b"#000000"), "the text differs"),
    "svg, metadata": (RICH["svg with metadata"], lambda: made("svg"), "the text differs"),
    "jxl, box more": (RICH["jxl"], lambda: made("jxl") + box(b"jumb", b""), "jumb is new"),
}  # fmt: skip


def byte(data: bytes, at: int, bits: int) -> bytes:
    return data[:at] + bytes([data[at] ^ bits]) + data[at + 1 :]


def flags(data: bytes, bits: int) -> bytes:
    return byte(data, data.index(b"VP8X") + 8, bits)


def flipped(data: bytes) -> bytes:
    return byte(data, picture_byte(data), 1)


def late_frames(data: bytes) -> bytes:
    """Return a sequence whose frames begin one byte on."""
    parts = layout(data, Kind.AVIF).parts
    ((_, spans),) = container.samples(Source(io.BytesIO(data)), parts, Limits())
    at = data.index(b"stco") + 12
    return data[:at] + (spans[0].start + 1).to_bytes(4, "big") + data[at + 4 :]


def one_page(data: bytes) -> bytes:
    """Return a TIFF whose first directory leads to no other."""
    file = tiff_container.Tiff(Source(io.BytesIO(data)), Limits())
    span = next(file.directories()).span
    return data[: span.end - 4] + bytes(4) + data[span.end :]


def pages(text: str) -> bytes:
    """Return a TIFF whose second page is described as *text*."""
    first, out = draw(), io.BytesIO()
    second = draw(shift=9)
    second.encoderinfo = {"tiffinfo": {270: text}}
    first.save(out, "TIFF", save_all=True, append_images=[second], tiffinfo={270: "the first"})
    return out.getvalue()


def shifted(data: bytes) -> bytes:
    """Return *data* with the place of the first item one byte on."""
    at = data.index(b"iloc") + 18
    return data[:at] + (int.from_bytes(data[at : at + 4], "big") + 1).to_bytes(4, "big") + data[at + 4 :]


@pytest.mark.parametrize(("before", "after", "said"), DIFFERENT.values(), ids=DIFFERENT.keys())
def test_differences_are_named(before: Callable[[], bytes], after: Callable[[], bytes], said: str) -> None:
    """Whatever differs beside the metadata is named by its place in the container."""
    assert compared(before(), after()) == said


def test_texts_may_only_be_gone() -> None:
    """A comment or a text that was taken out is no difference; one that says something else is."""
    before = RICH["jpeg with all"]()
    texts = saved("PNG")[:33] + chunk(b"tEXt", b"a\0b") + chunk(b"tEXt", b"c\0d") + saved("PNG")[33:]

    assert compared(before, changed(before, texts=frozenset({"comment"}))) == ""
    assert compared(texts, changed(texts, texts=frozenset({"a"}))) == ""
    assert compared(texts, changed(texts, texts=frozenset({"c"}))) == ""
    assert compared(texts, changed(texts, texts=frozenset({"a"})), may_differ=carriers.EVERY - {carriers.TEXT})
    assert compared(texts, changed(patched(texts, chunk(b"tEXt", b"c\0d"), chunk(b"tEXt", b"c\0e"))))


def test_only_what_was_to_differ_may() -> None:
    """A carrier that was not changed must be the same, byte for byte."""
    before = RICH["jpeg with all"]()
    xmp = edited(before, Change(xmp=naming()))
    exif = edited(before, Change(exif=TAGS))

    assert compared(before, xmp, may_differ=frozenset({Carrier.XMP})) == ""
    assert compared(before, xmp, may_differ=frozenset({Carrier.EXIF, Carrier.IPTC, Carrier.TEXT})) == "APP1 differs"
    assert compared(before, exif, may_differ=frozenset({Carrier.EXIF})) == ""
    assert compared(before, exif, may_differ=frozenset({Carrier.XMP})) == "APP1 differs"
    sequence = RICH["avif sequence with all"]()
    packets = edited(sequence, Change(xmp=naming()))
    assert compared(sequence, packets, may_differ=frozenset({Carrier.XMP})) == ""
    assert compared(sequence, packets, may_differ=frozenset({Carrier.EXIF})) == "the boxes differ"
    assert frozenset({Carrier.EXIF, Carrier.XMP, Carrier.IPTC, Carrier.TEXT}) == carriers.EVERY


@pytest.mark.parametrize("name", ["jpeg with all", "png with all", "webp with all", "gif", "jxl with all"])
@given(data=st.data())
def test_no_byte_of_what_must_stay_changes_unseen(name: str, data: st.DataObject) -> None:
    """A bit that changed in any part but the carriers of metadata is told."""
    before = RICH[name]()
    kind = sniff(io.BytesIO(before))
    after = changed(before)
    source, parts = Source(io.BytesIO(after)), layout(after, kind).parts
    kept = [part.body for part in parts if not carriers.carrier(source, part, kind) and part.body.length]
    span = data.draw(st.sampled_from([body for body in kept if body.start >= 12]))
    at = data.draw(st.integers(span.start, span.end - 1))

    assert compared(before, byte(after, at, 1 << data.draw(st.integers(0, 7))))


OURS = [name for name in RICH if name.split()[0].rstrip(",") in ("avif", "heic", "gif", "svg", "jxl")]


@pytest.mark.parametrize("name", OURS)
@given(data=st.data())
def test_damaged_files_raise_nothing_but_our_errors(name: str, data: st.DataObject) -> None:
    """Whatever bytes stand in the tables: the carriers are found or not, changed or refused."""
    damaged = bytearray(RICH[name]())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(12, min(len(damaged), 1400) - 1))
        damaged[at] = data.draw(st.sampled_from([0, 1, 2, 127, 255]) | st.integers(0, 255))
    before = bytes(damaged)
    kind = sniff(io.BytesIO(before))
    if EDITORS.get(kind) is not EDITORS[sniff(io.BytesIO(RICH[name]()))]:
        return

    try:
        after = changed(before)
    except (AssetError, StoppedError):  # the walk itself stops at a second manifest
        return

    assert found(after).xmp == naming()
