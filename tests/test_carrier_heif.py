"""`provenance.metadata.carriers.heif`: EXIF and XMP in HEIF, HEIC and AVIF."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import piexif
import pytest
from PIL import Image

from provenance.container import heif as container
from provenance.container.kinds import sniff
from provenance.container.model import Kind, Limits
from provenance.container.source import Source
from provenance.container.unchanged import difference
from provenance.errors import AssetError
from provenance.metadata import exif
from provenance.metadata.blocks import MOST, Change
from tests.support.container import box, drawn, engine_state, layout, sign, signed
from tests.support.environment import corpus, exiftool, exiftool_warnings, needs_corpus, needs_exiftool
from tests.support.heif import XMP_TYPE, Avif, Held
from tests.support.metadata import edited, found, naming, picture
from tests.support.pictures import draw

TAGS = ((315, "Zoë 山".encode()), (33432, "© 2026 Zoë".encode()))
CHANGE = Change(exif=TAGS, xmp=naming())
OLD = piexif.dump({"0th": {271: b"Drawn Camera"}, "GPS": {piexif.GPSIFD.GPSLatitude: ((47, 1), (22, 1), (0, 1))}})[6:]
SECRET = piexif.dump({"GPS": {piexif.GPSIFD.GPSAreaInformation: b"at the old mill"}})[6:]
PLAIN = bytes(4) + OLD
AS_IN_JPEG = b"\0\0\0\6Exif\0\0" + OLD


def saved(form: str, **options: object) -> bytes:
    out = io.BytesIO()
    draw().save(out, form, **options)
    return out.getvalue()


def sequence(**options: object) -> bytes:
    return saved("AVIF", save_all=True, append_images=[draw(shift=9)], **options)


def told() -> bytes:
    """Return a sequence with EXIF and XMP, which stand in its track, too."""
    return sequence(exif=SECRET, xmp=b"<x:xmpmeta/>")


def exif_item(data: bytes = PLAIN, number: int = 2, **more: object) -> Held:
    return Held(number, b"Exif", data, **({"describes": (1,)} | more))  # type: ignore[arg-type]  # fields of Held


def xmp_item(data: bytes = b"<x:xmpmeta/>", number: int = 3, **more: object) -> Held:
    held = {"describes": (1,), "content_type": XMP_TYPE} | more
    return Held(number, b"mime", data, **held)  # type: ignore[arg-type]  # fields of Held


LARGE = 70_000
FILES: dict[str, Callable[[], bytes]] = {
    "avif": lambda: drawn("avif"),
    "heic": lambda: drawn("heic"),
    "avif, signed": lambda: signed("avif"),
    "heic, signed": lambda: signed("heic"),
    "avif with EXIF and XMP": lambda: saved("AVIF", exif=OLD, xmp=b"<x:xmpmeta/>"),
    "heic with EXIF and XMP": lambda: saved("HEIF", exif=OLD, xmp=b"<x:xmpmeta/>"),
    "heic of several pictures": lambda: saved("HEIF", save_all=True, append_images=[draw(shift=9)], exif=OLD),
    "avif sequence": sequence,
    "avif sequence with EXIF": lambda: sequence(exif=OLD, xmp=b"<x:xmpmeta/>"),
    "places of version 1": lambda: Avif(iloc=1).made(),
    "places of version 2": lambda: Avif(iloc=2).made(),
    "large numbers": lambda: Avif(iloc=2, number=LARGE).made(),
    "large numbers, EXIF": lambda: Avif(iloc=2, number=LARGE, items=(exif_item(describes=(LARGE,)),)).made(),
    "EXIF in idat": lambda: Avif(iloc=1, items=(exif_item(in_idat=True), xmp_item(in_idat=True))).made(),
    "EXIF as in JPEG": lambda: Avif(items=(exif_item(AS_IN_JPEG), xmp_item())).made(),
    "EXIF that describes nothing": lambda: Avif(iref=False, items=(exif_item(describes=()),)).made(),
    "offsets in the base": lambda: Avif(base=True, items=(exif_item(),)).made(),
    "a box in front": lambda: Avif(before=(box(b"free", bytes(99)),), behind=(box(b"mpvd", b"video"),)).made(),
    "XMP in a box of its own": lambda: Avif(before=(uuid(b"<x:xmpmeta/>"),)).made(),
}


def uuid(content: bytes) -> bytes:
    return box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac") + content)


@pytest.mark.parametrize("name", FILES)
def test_exif_and_xmp_stand_beside_the_same_picture(name: str) -> None:
    """What was set is found again; the pixels are the same, before and after signing, which stays intact."""
    before = FILES[name]()
    kind = sniff(io.BytesIO(before))

    after = edited(before, CHANGE)

    blocks = found(after)
    assert blocks.exif is not None
    assert piexif.load(blocks.exif)["0th"][315] == "Zoë 山".encode()
    assert (blocks.xmp, blocks.problems) == (naming(), ())
    again = sign(after, kind)
    assert picture(before) == picture(after) == picture(again)
    assert engine_state(again, kind) == "Valid"
    assert found(again).exif == blocks.exif
    assert found(again).xmp == naming()


@pytest.mark.parametrize("name", [name for name in FILES if "EXIF" in name])
def test_what_stood_in_exif_stays(name: str) -> None:
    """The block grows at its end; its old tags are kept."""
    before = found(FILES[name]()).exif

    after = found(edited(FILES[name](), CHANGE)).exif

    assert before and after
    assert piexif.load(after)["0th"][271] == piexif.load(before)["0th"][271]
    assert piexif.load(after)["GPS"] == piexif.load(before)["GPS"]


@needs_exiftool
@pytest.mark.parametrize("name", FILES)
def test_exiftool_reads_both(name: str, tmp_path: Path) -> None:
    """An independent reader finds each text exactly, before and after signing, and nothing odd that was not there."""
    before = FILES[name]()
    kind = sniff(io.BytesIO(before))
    after = edited(before, CHANGE)
    paths = {part: tmp_path / f"{part}{'.heic' if kind is Kind.HEIC else '.avif'}" for part in ("old", "new", "signed")}
    for path, data in zip(paths.values(), (before, after, sign(after, kind)), strict=True):
        path.write_bytes(data)

    for part in ("new", "signed"):
        read = exiftool(paths[part])
        assert read["IFD0:Artist"] == "Zoë 山"
        assert read["IFD0:Copyright"] == "© 2026 Zoë"
        assert read["XMP-dc:Creator"] == ["Zoë 山"]
        old = exiftool(paths["old"])
        assert read.get("IFD0:Make") in (old.get("IFD0:Make"), "Drawn Camera")  # it does not read what is in idat
        odd = exiftool_warnings(paths[part]) - exiftool_warnings(paths["old"])
        if "in idat" not in name:
            assert not {warning for warning in odd if not warning.startswith("[minor] Odd offset")}  # piexif's


@needs_corpus
@pytest.mark.parametrize("name", ["sample1.avif", "sample1.heic"])
def test_pictures_of_somebody_else(name: str) -> None:
    """Files from elsewhere keep their pixels and their profile."""
    before = corpus("unsigned", name).read_bytes()
    kind = sniff(io.BytesIO(before))

    after = sign(edited(edited(before, CHANGE), CHANGE), kind)

    assert picture(after) == picture(before)
    assert engine_state(after, kind) == "Valid"
    with Image.open(io.BytesIO(before)) as old, Image.open(io.BytesIO(after)) as new:
        assert new.info.get("icc_profile") == old.info.get("icc_profile")


def test_nothing_to_change() -> None:
    """Without a change there is no edit, and none for what says so already."""
    once = edited(drawn("heic"), Change(exif=TAGS))

    assert edited(drawn("heic"), Change()) == drawn("heic")
    assert edited(drawn("heic"), Change(exif_without=frozenset({"gps"}))) == drawn("heic")
    assert edited(once, Change(exif=TAGS)) == once


def test_places_never_have_a_base() -> None:
    """The engine moves a base of 0 twice: where we write the table, there is none."""
    after = edited(Avif(base=True).made(), Change(xmp=naming()))

    at = after.index(b"iloc") + 8
    assert after[at : at + 2] == b"\x44\x00"


@pytest.mark.parametrize("in_idat", [False, True])
def test_what_is_private_leaves_no_byte(in_idat: bool) -> None:
    """A place that is taken out is gone from the whole file, the bytes of the old item included."""
    held = bytes(4) + SECRET
    before = Avif(iloc=1, items=(exif_item(held, in_idat=in_idat), xmp_item(b"<secret/>", in_idat=in_idat))).made()
    assert b"at the old mill" in before

    after = edited(before, Change(exif_without=frozenset({"gps"}), xmp=naming()))

    assert b"at the old mill" not in after
    assert b"secret" not in after
    assert picture(after) == picture(before)


def test_what_is_private_goes_from_every_picture() -> None:
    """The EXIF of a second picture is stripped, too, and gets no credit."""
    second = exif_item(bytes(4) + SECRET, number=4, describes=(9,))
    before = Avif(items=(exif_item(), second)).made()

    after = edited(before, Change(exif=TAGS, exif_without=frozenset({"gps"})))

    assert b"at the old mill" not in after
    assert after.count("Zoë 山".encode()) == 1
    assert b"Drawn Camera" in after


def test_the_packet_of_another_picture_is_left_alone() -> None:
    """XMP that describes a gain map is not that of the picture: it is not read, and it stays."""
    other = xmp_item(b"<gainmap/>", number=7, describes=(9,))
    before = Avif(items=(other,)).made()

    after = edited(before, Change(xmp=naming()))

    assert found(before).xmp is None
    assert found(after).xmp == naming()
    assert b"<gainmap/>" in after


def test_a_packet_in_its_own_box_becomes_an_item() -> None:
    """Nothing of the box is left, so that no two packets contradict each other."""
    before = Avif(before=(uuid(b"<old/>"),)).made()

    after = edited(before, Change(xmp=naming()))

    assert found(before).xmp == b"<old/>"
    assert b"<old/>" not in after
    assert found(after).problems == ()


def test_meta_box_without_a_length() -> None:
    """Tables that reach to the end of the file get a length when data follow them."""
    whole = Avif(items=(exif_item(in_idat=True),), iloc=1).made()
    at = whole.index(b"meta") - 4
    length = int.from_bytes(whole[at : at + 4], "big")
    meta, data = whole[at : at + length], whole[at + length :]
    places = [at + length + 8, at + 8]  # the picture stands in front of the tables then
    meta = meta.replace(places[0].to_bytes(4, "big"), places[1].to_bytes(4, "big"))
    before = whole[:at] + data + bytes(4) + meta[4:]

    after = edited(before, CHANGE)

    assert picture(after) == picture(before) == picture(whole)


def test_what_stands_in_a_track_is_changed_too() -> None:
    """Decoders of sequences look into the track first: they find the new texts there, before and after signing."""
    before = told()

    after = edited(before, CHANGE)

    for data in (after, sign(after, Kind.AVIF)):
        with Image.open(io.BytesIO(data)) as image:
            assert image.getexif().tobytes().count("Zoë 山".encode()) or image.getexif()[315]
            assert image.info["xmp"] == naming()
        assert data.count(naming()) == 2
    assert picture(after) == picture(before)


@pytest.mark.parametrize("change", [Change(xmp=naming()), Change(exif=TAGS)], ids=["XMP", "EXIF"])
def test_what_is_not_changed_in_a_track_stays(change: Change) -> None:
    """The other carrier is put where signing does not move it, and says the same."""
    before = told()

    after = edited(before, change)

    assert difference(io.BytesIO(after), io.BytesIO(sign(after, Kind.AVIF)), Kind.AVIF) == ""
    assert b"at the old mill" in after
    assert after.count(b"<x:xmpmeta/>") == (0 if change.xmp else 2)


def test_what_is_private_goes_from_a_track() -> None:
    """Nothing of it is left, neither in the track nor where the track found it before."""
    once = edited(told(), Change(xmp=naming()))

    for before in (told(), once):
        after = edited(before, Change(exif_without=frozenset({"gps"})))
        assert b"at the old mill" not in after
        assert picture(after) == picture(before)


def test_a_track_is_settled_once() -> None:
    """The same change of what was changed already changes nothing more that is seen."""
    once = edited(told(), CHANGE)
    twice = edited(once, CHANGE)

    assert picture(twice) == picture(once)
    assert found(twice).xmp == naming()


def test_a_sequence_keeps_its_offsets_right() -> None:
    """The chunks of a track are found where they were moved to."""
    before = sequence()

    after = edited(before, CHANGE)

    chunks = []
    for data in (before, after):
        parts = layout(data, Kind.AVIF).parts
        ((_, spans),) = container.samples(Source(io.BytesIO(data)), parts, Limits())
        chunks.append([data[span.start : span.end] for span in spans])
    assert chunks[0] == chunks[1]


def widened(data: bytes) -> bytes:
    """Return a sequence whose offsets take 8 bytes."""
    at = data.index(b"stco") - 4
    place = int.from_bytes(data[at + 16 : at + 20], "big") + 4
    new = box(b"co64", bytes(4) + (1).to_bytes(4, "big") + place.to_bytes(8, "big"))
    made = bytearray(data[:at] + new + data[at + 20 :])
    for name in (b"moov", b"trak", b"mdia", b"minf", b"stbl"):
        where = made.index(name) - 4
        made[where : where + 4] = (int.from_bytes(made[where : where + 4], "big") + 4).to_bytes(4, "big")
    where = made.index(b"iloc") + 18
    made[where : where + 4] = place.to_bytes(4, "big")
    return bytes(made)


def test_wide_offsets() -> None:
    """Offsets of 8 bytes are corrected like those of 4."""
    before = widened(sequence())

    after = edited(before, CHANGE)

    assert picture(after) == picture(before) == picture(sequence())


def patched(data: bytes, old: bytes, new: bytes) -> bytes:
    assert old in data
    return data.replace(old, new, 1)


def endless(data: bytes, name: bytes) -> bytes:
    """Return *data* with its last box called *name* running to the end of what it stands in."""
    at = data.rindex(name) - 4
    return data[:at] + bytes(4) + data[at + 4 :]


def in_movie(data: bytes) -> bytes:
    """Return a sequence whose track's tables stand in its media instead."""
    return patched(patched(data, b"trak", b"mdia"), b"mdia\0\0\0,mdhd", b"minf\0\0\0,mdhd")


BASE = Avif(items=(exif_item(), xmp_item()))
NOT_CHANGED = ", and its metadata cannot be changed"
REFUSED = {
    "fragments": (lambda: Avif(behind=(box(b"moof", b""),)).made(), f"has a part ('moof') that might count bytes{NOT_CHANGED}"),
    "an index": (lambda: Avif(before=(box(b"sidx", b""),)).made(), f"has a part ('sidx') that might count bytes{NOT_CHANGED}"),
    "unknown box": (lambda: Avif(behind=(box(b"what", b""),)).made(), f"has a part ('what') that might count bytes{NOT_CHANGED}"),
    "two descriptions": (lambda: BASE.made() + box(b"meta", bytes(4)), f"describes its content twice{NOT_CHANGED}"),
    "cut off": (lambda: BASE.made()[:-9], f"is damaged (box 'mdat' at byte 406 does not fit){NOT_CHANGED}"),
    "an item without an end": (
        lambda: endless(BASE.made(), b"infe"),
        f"is damaged (an entry of the list of the items does not say where it ends){NOT_CHANGED}",
    ),
    "a table without an end": (
        lambda: endless(BASE.made(), b"iprp"),
        f"is damaged (a table does not say where it ends){NOT_CHANGED}",
    ),
    "no items": (
        lambda: box(b"ftyp", b"avif\0\0\0\0avif") + box(b"mdat", b""), "has no table of items, and no place for EXIF and XMP"
    ),
    "another file": (lambda: replace(BASE, reference=1).made(), f"keeps a part of itself in another file{NOT_CHANGED}"),
    "no length": (lambda: replace(BASE, length=False).made(), f"has an item that does not say where it ends{NOT_CHANGED}"),
    "shared bytes": (
        lambda: Avif(items=(exif_item(), xmp_item(shares=True))).made(),
        "has metadata that share their bytes with something else, and are not overwritten",
    ),
    "unknown table": (
        lambda: patched(Avif(iloc=1, items=(exif_item(),)).made(), b"iloc\1", b"iloc\3"),
        f"is damaged (a table is cut off){NOT_CHANGED}",
    ),
    "unknown sizes": (
        lambda: patched(replace(BASE, base=True).made(), b"iloc\0\0\0\0\x44\x40", b"iloc\0\0\0\0\x44\x30"),
        f"is damaged (a table is cut off){NOT_CHANGED}",
    ),
    "no EXIF in it": (
        lambda: Avif(items=(exif_item(b"nothing of the kind"),)).made(), "has EXIF that cannot be read, and that is not overwritten"
    ),
    "compressed": (
        lambda: Avif(items=(exif_item(), xmp_item(encoding=b"deflate"))).made(), "has XMP that cannot be read, and that is not overwritten"
    ),
    "too large": (
        lambda: Avif(items=(xmp_item(bytes(MOST + 1)),)).made(), "has XMP that cannot be read, and that is not overwritten"
    ),
    "samples elsewhere": (
        lambda: patched(sequence(), b"url \0\0\0\1", b"url \0\0\0\0"), f"keeps a part of itself in another file{NOT_CHANGED}"
    ),
    "items of a movie": (
        lambda: in_movie(told()), f"has items inside its tracks that are not understood{NOT_CHANGED}"
    ),
    "auxiliary offsets": (
        lambda: patched(sequence(), b"stss", b"saio"), f"has a table ('saio') that is not understood{NOT_CHANGED}"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("make", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_what_would_not_survive_is_refused(make: Callable[[], bytes], said: str) -> None:
    """What counts bytes and is not understood, or is damaged, is left alone, and the reason given in one sentence."""
    with pytest.raises(AssetError) as refused:
        edited(make(), CHANGE)

    assert str(refused.value) == f"picture: {said}"


def test_what_cannot_be_read_is_named() -> None:
    """A carrier that is not read is a problem, never silence."""
    compressed = Avif(items=(exif_item(b"nothing of the kind"), xmp_item(encoding=b"deflate")))
    twice = Avif(items=(xmp_item(),), before=(uuid(b"<other/>"),))

    assert found(compressed.made()).problems == (
        "the EXIF of the picture has no header that can be read",
        "the XMP of the picture is compressed or encrypted, and is not read",
    )
    assert found(twice.made()).problems == ("a further XMP packet stands in the file",)


def test_exif_whose_offset_is_wrong_is_put_right() -> None:
    """A block that stands behind an identifier which its offset forgets is read, and decodes again after an edit."""
    before = Avif(items=(exif_item(bytes(4) + AS_IN_JPEG[4:]),)).made()

    after = edited(before, Change(exif=TAGS))

    assert found(before).exif == OLD
    assert picture(after) == picture(drawn("avif"))
    with pytest.raises(ValueError, match="Exif"):
        picture(before)


def test_exif_that_we_build_is_found_by_every_reader() -> None:
    """A new item begins as Apple's do: with the identifier, and an offset that leads past it."""
    after = edited(drawn("avif"), Change(exif=TAGS))

    assert b"\0\0\0\6Exif\0\0" + exif.fresh(TAGS) in after
    with Image.open(io.BytesIO(after)) as image:
        assert image.getexif()[315]
