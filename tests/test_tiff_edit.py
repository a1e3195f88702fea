"""Changes of an EXIF block that move no old byte."""

from __future__ import annotations

import io
import struct

import pytest

from provenance.container.model import Limits
from provenance.container.source import Source
from provenance.errors import AssetError
from provenance.metadata import exif
from provenance.metadata.blocks import Blocks, Change
from provenance.metadata.tiff_block import Structure
from provenance.metadata.tiff_edit import PRIVATE, THUMBNAIL
from tests.support.blocks import SECRETS, Maker, camera

LIMITS = Limits()
TAGS = ((315, "Zoë 山 🎨".encode()), (33432, b"(c) Zoe"))
ORDERS = {"little": "<", "big": ">"}
orders = pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS.keys())


@orders
def test_no_old_byte_moves(order: str) -> None:
    """Behind the header's pointer, the old block stands in the new one as it was: a maker note keeps its positions."""
    block = camera(order)

    made = exif.appended(block, TAGS)

    assert made[:4] == block[:4]
    assert made[8 : len(block)] == block[8:]


@orders
def test_every_old_entry_is_taken_over_in_order(order: str) -> None:
    """The new first directory holds the old entries as they were, and ours, sorted, and points at the same thumbnail."""
    block = camera(order)

    made = exif.appended(block, TAGS)

    old, new = (Structure(Source(io.BytesIO(one)), LIMITS) for one in (block, made))
    before, after = old.directory(old.first), new.directory(new.first)
    assert [new.tag(raw) for raw in after.raw] == [271, 305, 315, 33432, 34665, 34853]
    assert set(before.raw) < set(after.raw)
    assert after.following == before.following != 0
    assert new.first % 2 == 0


@orders
def test_values_read_back_exactly(order: str) -> None:
    """Each value is UTF-8 with one NUL, the short ones inside their entry."""
    made = exif.appended(camera(order), (*TAGS, (270, b"Hi")))

    found = exif.read(made, LIMITS)
    assert found.texts == {
        "ImageDescription": "Hi",
        "Make": "Drawn Camera",
        "Software": "Old",
        "Artist": "Zoë 山 🎨",
        "Copyright": "(c) Zoe",
    }
    assert made.count("Zoë 山 🎨\0".encode()) == 1


def test_a_value_that_stands_there_changes_nothing() -> None:
    """Writing twice is writing once."""
    once = exif.appended(camera(), TAGS)

    assert exif.appended(once, TAGS) == once
    assert exif.appended(camera(), ((305, b"Old"),)) == camera()


def test_a_different_value_takes_the_place_of_the_old_one() -> None:
    """A tag stands once, with its last value."""
    made = exif.appended(exif.appended(camera(), TAGS), ((315, b"Somebody"),))

    structure = Structure(Source(io.BytesIO(made)), LIMITS)
    assert [structure.tag(raw) for raw in structure.directory(structure.first).raw].count(315) == 1
    assert exif.read(made, LIMITS).texts["Artist"] == "Somebody"


@orders
@pytest.mark.parametrize("name", SECRETS)
def test_what_is_private_is_gone_bytes_and_all(order: str, name: str) -> None:
    """Its bytes are zeros, everything else stands where it stood, and the block is as long as before."""
    block = camera(order)

    made = exif.appended(block, (), without={name})

    assert len(made) == len(block)
    assert SECRETS[name] not in made
    assert all(other in made for kind, other in SECRETS.items() if kind != name)
    assert exif.read(made, LIMITS).texts == exif.read(block, LIMITS).texts
    left = {found.kind for found in exif.read(block, LIMITS).private} - {
        found.kind for found in exif.read(made, LIMITS).private
    }
    assert len(left) == (0 if name == "user_comment" else 1)


def test_everything_private_goes_at_once_and_credit_comes() -> None:
    """Both in one change; nothing private is left in the bytes, the short serial number inside its entry neither."""
    made = exif.changed(Blocks(exif=camera()), Change(exif=TAGS, exif_without=frozenset({*PRIVATE, THUMBNAIL})), LIMITS)

    assert made is not None
    found = exif.read(made, LIMITS)
    assert (found.private, found.problems, found.user_comment) == ((), (), "")
    assert found.texts["Artist"] == "Zoë 山 🎨"
    assert not [secret for secret in (*SECRETS.values(), b"L7\0") if secret in made]


def test_private_bytes_that_others_use_are_not_overwritten() -> None:
    """A serial number that shares its bytes with the make is refused, and not wiped from under it."""
    maker = Maker()
    shared = maker.value(b"SERIAL-4711\0")
    below = maker.directory((42033, 2, 12, shared))
    block = maker.block(maker.directory((271, 2, 12, shared), (34665, 4, 1, below)))

    with pytest.raises(AssetError) as caught:
        exif.appended(block, (), without={"serial"})

    assert str(caught.value) == (
        "EXIF: is damaged: what is private stands in bytes that other tags use; leave the picture's metadata as it is with --no-metadata"
    )


DAMAGED = {
    "empty": (
        b"",
        "EXIF: is damaged: the header is cut off at byte 0; leave the picture's metadata as it is with --no-metadata",
    ),
    "not TIFF": (
        b"XX*\0\x08\0\0\0" + bytes(16),
        "EXIF: is damaged: it does not begin as a TIFF structure does; leave the picture's metadata as it is with --no-metadata",
    ),
    "raw, not TIFF": (
        b"IIU\0\x08\0\0\0" + bytes(16),
        "EXIF: is damaged: it does not begin as a TIFF structure does; leave the picture's metadata as it is with --no-metadata",
    ),
    "pointer outside": (
        b"II*\0\xff\0\0\0",
        "EXIF: is damaged: a directory is cut off at byte 255; leave the picture's metadata as it is with --no-metadata",
    ),
    "too many entries": (
        b"II*\0\x08\0\0\0\x09\0" + bytes(16),
        "EXIF: is damaged: the directory at byte 8 does not fit; leave the picture's metadata as it is with --no-metadata",
    ),
}


@pytest.mark.parametrize(("block", "message"), DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_block_is_not_written_into(block: bytes, message: str) -> None:
    """The message says what is wrong with it."""
    with pytest.raises(AssetError) as caught:
        exif.appended(block, TAGS)

    assert str(caught.value) == message


@pytest.mark.parametrize("block", [block for block, _ in DAMAGED.values()], ids=DAMAGED.keys())
def test_a_damaged_block_says_nothing_and_its_problem_is_named(block: bytes) -> None:
    """Reading raises nothing."""
    found = exif.read(block, LIMITS)

    assert found.values == ()
    assert len(found.problems) == 1


def test_a_value_outside_is_a_problem_and_the_rest_is_read() -> None:
    """One tag that points nowhere hides no other."""
    maker = Maker()
    block = maker.block(maker.directory((271, 2, 4, b"Cam\0"), (315, 2, 99, 4000)))

    found = exif.read(block, LIMITS)

    assert found.texts == {"Make": "Cam"}
    assert found.problems == ("EXIF: the value of tag 315 does not fit",)


def test_a_directory_that_points_at_itself_ends() -> None:
    """No circle keeps the reader, and what is private there cannot be taken out twice."""
    maker = Maker()
    at = len(maker.data)
    block = maker.block(maker.directory((34665, 4, 1, at), (34853, 4, 1, at), following=at))

    assert exif.read(block, LIMITS).texts == {}
    with pytest.raises(AssetError, match="is damaged"):
        exif.appended(block, (), without={"gps", THUMBNAIL})


COMMENTS = {
    "ASCII": (b"ASCII\0\0\0plain", "plain"),
    "ASCII that is UTF-8": (b"ASCII\0\0\0" + "Zoë".encode(), "Zoë"),
    "unnamed": (bytes(8) + b"Zo\xeb", "Zoë"),
    "UTF-16 as the block": (b"UNICODE\0" + "Steps: 20 山".encode("utf-16-le"), "Steps: 20 山"),
    "UTF-16 the other way": (b"UNICODE\0" + "Steps: 20 山".encode("utf-16-be"), "Steps: 20 山"),
    "UTF-16 with a mark": (b"UNICODE\0\xfe\xff" + "山水".encode("utf-16-be"), "山水"),
    "UTF-16 without a hint": (b"UNICODE\0" + "山水".encode("utf-16-le"), "山水"),
    "JIS": (b"JIS\0\0\0\0\0\x1b$B", ""),
    "blank": (b"ASCII\0\0\0          \0", ""),
    "cut": (b"ASC", ""),
}


@pytest.mark.parametrize(("value", "text"), COMMENTS.values(), ids=COMMENTS.keys())
def test_a_user_comment_is_decoded_by_its_prefix(value: bytes, text: str) -> None:
    """Either byte order of UTF-16 is understood; JIS is left alone."""
    maker = Maker()
    below = maker.directory((37510, 7, len(value), maker.value(value)))
    block = maker.block(maker.directory((34665, 4, 1, below)))

    assert exif.read(block, LIMITS).user_comment == text


TEXTS = {
    "UTF-8": ("Zoë 山".encode() + b"\0", "Zoë 山"),
    "Latin-1": (b"Zo\xeb Zo\xeb\0", "Zoë Zoë"),
    "blank": (b"     \0\0\0", None),
    "photographer and editor": (b"Zoe\0Editor\0", "Zoe\nEditor"),
    "editor only": (b" \0Editor\0", "Editor"),
}


@pytest.mark.parametrize(("value", "text"), TEXTS.values(), ids=TEXTS.keys())
def test_a_text_is_utf_8_or_else_latin_1(value: bytes, text: str | None) -> None:
    """NULs are taken off, and what is empty says nothing."""
    maker = Maker()
    block = maker.block(maker.directory((33432, 2, len(value), maker.value(value))))

    assert exif.read(block, LIMITS).texts.get("Copyright") == text


def test_a_receiver_that_found_nothing_is_no_location() -> None:
    """Cameras without a receiver write the version of GPS alone; that tells no place."""
    maker = Maker()
    gps = maker.directory((0, 1, 4, b"\2\3\0\0"))
    block = maker.block(maker.directory((34853, 4, 1, gps)))

    assert exif.read(block, LIMITS).private == ()


def test_a_fresh_block_holds_what_is_said_and_nothing_else() -> None:
    """No date, no host, no program; a value that fits stands in its entry. The directory does not stand at byte 8."""
    assert exif.fresh(((315, "Zoë".encode()), (270, b"Dog"))) == (
        b"MM\0*\0\0\0\x18" + bytes(16) + b"\0\x02\x01\x0e\0\x02\0\0\0\x04Dog\0"
        b"\x01;\0\x02\0\0\0\x05\0\0\0\x36\0\0\0\0" + "Zoë".encode() + b"\0"
    )
    assert exif.changed(Blocks(), Change(exif_without=frozenset({"gps"})), LIMITS) is None


def test_many_entries_are_refused() -> None:
    """A directory with more tags than are allowed is not taken apart."""
    block = b"II*\0\x08\0\0\0" + struct.pack("<H", 300) + bytes(300 * 12 + 4)

    assert exif.read(block, Limits(chunks=100)).problems == ("EXIF: the directory at byte 8 does not fit",)
