"""IPTC-IIM data sets: read, and edited so that every reader sees the old texts and the new ones."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from provenance.errors import AssetError
from provenance.metadata import iim, photoshop
from provenance.metadata.iim import DataSet
from tests.support.environment import exiftool, needs_exiftool

UTF8 = b"\x1b%G"


def written(record: int, number: int, data: bytes) -> bytes:
    """Return one data set with a plain length."""
    return bytes((0x1C, record, number)) + len(data).to_bytes(2, "big") + data


def extended(record: int, number: int, data: bytes, *, wide: int = 4) -> bytes:
    """Return one data set with an extended length of *wide* bytes."""
    head = bytes((0x1C, record, number)) + (0x8000 | wide).to_bytes(2, "big")
    return head + len(data).to_bytes(wide, "big") + data


def jpeg(path: Path, block: bytes) -> Path:
    """Write a picture with *block* in its Photoshop segment."""
    Image.new("RGB", (8, 8)).save(path)
    payload = b"Photoshop 3.0\0" + photoshop.with_iptc(None, block)
    segment = b"\xff\xed" + (len(payload) + 2).to_bytes(2, "big") + payload
    data = path.read_bytes()
    path.write_bytes(data[:2] + segment + data[2:])
    return path


ENVELOPE = written(1, 0, b"\0\4") + written(1, 90, UTF8)
VERSION = written(2, 0, b"\0\4")
LATIN = written(2, 0, b"\0\2") + written(2, 25, "Zürich".encode("cp1252")) + written(2, 80, "Zoë “Z”".encode("cp1252"))


def test_data_sets_are_read() -> None:
    """Record, number and bytes of each data set are read, extended lengths too; zero bytes at the end are padding."""
    block = (
        ENVELOPE + written(2, 80, b"a") + extended(2, 120, b"b" * 40_000) + extended(2, 121, b"c", wide=2) + b"\0\0\0"
    )

    found = iim.read(block)

    assert found == (
        DataSet(1, 0, b"\0\4"),
        DataSet(1, 90, UTF8),
        DataSet(2, 80, b"a"),
        DataSet(2, 120, b"b" * 40_000, 4),
        DataSet(2, 121, b"c", 2),
    )


DAMAGED = {
    "garbage": (VERSION + b"\0x", "IPTC: holds something that is no data set at byte 7"),
    "half-a-head": (VERSION + b"\x1c\2", "IPTC: ends inside the data set at byte 7"),
    "too-short": (VERSION + written(2, 80, b"abc")[:-1], "IPTC: ends inside the data set at byte 7"),
    "length-without-bytes": (b"\x1c\2\x50\x80\0abc", "IPTC: has a length that cannot be read at byte 0"),
    "length-of-nine-bytes": (extended(2, 80, b"a", wide=9), "IPTC: has a length that cannot be read at byte 0"),
    "enormous": (b"\x1c\2\x50\x80\x08" + b"\xff" * 8 + b"abc", "IPTC: ends inside the data set at byte 0"),
    "many": (written(2, 25, b"") * 10_001, "IPTC: has more than the 10000 data sets that are read"),
    "large": (b"\0" * 4_194_305, "IPTC: is longer than the 4194304 bytes that are read"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_blocks_are_refused(name: str) -> None:
    """What is not a row of whole data sets is refused, in reading and in writing."""
    block, sentence = DAMAGED[name]

    for attempt in (lambda: iim.read(block), lambda: iim.edited(block, {80: ("a",)})):
        with pytest.raises(AssetError) as refused:
            attempt()

        assert str(refused.value) == sentence


TEXTS = {
    "stated-utf8": (ENVELOPE + written(2, 80, "Zoë".encode()), ("Zoë",)),
    "unstated-utf8": (written(2, 80, "Zoë 山".encode()), ("Zoë 山",)),
    "unstated-latin": (written(2, 80, "Zoë “Z”".encode("cp1252")), ("Zoë “Z”",)),
    "stated-utf8-but-latin": (ENVELOPE + written(2, 80, "Zoë Z".encode("cp1252")), ("Zoë Z",)),
    "not-windows": (written(2, 80, b"a\x81"), ("a\x81",)),
    "cut-inside-a-character": (ENVELOPE + written(2, 80, "Zoë 山".encode()[:-1]), ("Zoë ",)),
    "zero-at-the-end": (written(2, 80, b"Zoe\0"), ("Zoe",)),
    "several": (written(2, 80, b"a") + written(2, 25, b"k") + written(2, 80, b"b"), ("a", "b")),
    "other-record": (written(3, 80, b"a"), ()),
}


@pytest.mark.parametrize("name", TEXTS)
def test_texts_are_read_in_their_character_set(name: str) -> None:
    """A text is read as UTF-8 where it is, else as Windows-1252; other records say nothing."""
    block, expected = TEXTS[name]

    assert iim.texts(iim.read(block), 80) == expected


def test_a_fresh_block_is_complete() -> None:
    """A new block states its versions and its character set, and holds the data sets in order."""
    found = iim.edited(None, {116: ("© Zoë",), 80: ("Zoë", "山")})

    assert found == (
        ENVELOPE + VERSION + written(2, 80, "Zoë".encode()) + written(2, 80, "山".encode()) + written(2, 116, "© Zoë".encode())
    )  # fmt: skip


def test_other_data_sets_stay_byte_for_byte() -> None:
    """What is not set stays as it is and where it is: other records, extended lengths, what nobody knows."""
    before = ENVELOPE + VERSION + extended(2, 5, "Titel ä".encode(), wide=2)
    after = (
        written(2, 120, b"Text") + written(2, 25, b"out of order") + written(3, 20, b"\xff\0") + written(8, 10, b"\xfe")
    )

    found = iim.edited(before + written(2, 80, b"Old") + after, {80: ("New",)})

    assert found == before + written(2, 80, b"New") + after


def test_a_data_set_goes() -> None:
    """An empty value takes the data set out and touches nothing else; where there is none, nothing changes."""
    assert iim.edited(LATIN + b"\0", {80: ()}) == LATIN[: LATIN.index(b"\x1c\x02\x50")]
    assert iim.edited(LATIN + b"\0", {105: ()}) == LATIN + b"\0"
    assert iim.edited(None, {}) == b""


def test_old_texts_become_utf8() -> None:
    """When the character set becomes UTF-8, the texts that were in another one are written in it."""
    found = iim.read(iim.edited(LATIN + written(2, 202, b"\xff\xd8"), {116: ("©",)}))

    assert iim.texts(found, 25) == ("Zürich",)
    assert [dataset.data.decode() for dataset in found if dataset.key in {(2, 25), (2, 80)}] == ["Zürich", "Zoë “Z”"]
    assert DataSet(2, 0, b"\0\2") in found
    assert DataSet(2, 202, b"\xff\xd8") in found


def test_an_unknown_character_set_is_not_guessed() -> None:
    """Texts in a character set that we do not know are not rewritten; if they are ASCII, they are safe."""
    stated = written(1, 90, b"\x1b$B")

    with pytest.raises(AssetError) as refused:
        iim.edited(stated + written(2, 25, b"\xb0\xa1"), {80: ("Zoë",)})

    assert (
        str(refused.value)
        == "IPTC: is in a character set that is not known here; leave the picture's metadata as it is with --no-metadata"
    )
    assert iim.texts(iim.read(iim.edited(stated + written(2, 25, b"ok"), {80: ("Zoë",)})), 25) == ("ok",)


CUTS = {
    "fits": ("a" * 32, "a" * 32),
    "ascii": ("a" * 33, "a" * 32),
    "two-bytes": ("a" + "ë" * 20, "a" + "ë" * 15),
    "three-bytes": ("山" * 20, "山" * 10),
    "accent": ("a" * 30 + "e\u0301\u0323x", "a" * 30),
    "family": ("a" * 20 + "👩\u200d👩\u200d👧", "a" * 20),
    "skin": ("a" * 28 + "👍🏽", "a" * 28),
    "one-long-character": ("e" + "\u0301" * 40, "e" + "\u0301" * 15),
}


@pytest.mark.parametrize("name", CUTS)
def test_a_text_is_cut_between_characters(name: str) -> None:
    """A text is cut at 32 bytes, never inside a character, nor between a letter and its accents."""
    text, expected = CUTS[name]

    assert iim.cut(text, 32) == expected
    assert iim.texts(iim.read(iim.edited(None, {80: (text,)})), 80) == (expected,)


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(4, 64))
def test_a_cut_is_known_as_one(text: str, limit: int) -> None:
    """What `cut` leaves fits, begins the text, and is taken for a cut exactly where something is missing."""
    short = iim.cut(text, limit)

    assert len(short.encode()) <= limit
    assert text.startswith(short)
    assert iim.is_cut(short, text, limit) == (short != text)


NOT_CUT = {
    "another-text": ("b" * 32, "a" * 40),
    "too-early": ("a" * 31, "a" * 40),
    "whole-fits": ("a" * 20, "a" * 32),
    "too-long": ("a" * 33, "a" * 40),
    "empty": ("", "a" * 40),
}


@pytest.mark.parametrize("name", NOT_CUT)
def test_a_beginning_alone_is_not_a_cut(name: str) -> None:
    """A text that merely begins another one is a different statement."""
    assert not iim.is_cut(*NOT_CUT[name], 32)


def test_cuts_of_other_programs_are_known() -> None:
    """A program that counts characters, or that drops the space at the end, has cut too."""
    assert iim.is_cut("ë" * 32, "ë" * 40, 32)
    assert iim.is_cut("a" * 31, "a" * 31 + " b", 32)


def test_half_a_character_is_refused() -> None:
    """A text that is not Unicode cannot be written."""
    with pytest.raises(AssetError) as refused:
        iim.edited(None, {80: ("\ud83d",)})

    assert str(refused.value) == "IPTC: cannot hold the character U+D83D; take it out"


@needs_exiftool
def test_exiftool_reads_old_and_new(tmp_path: Path) -> None:
    """An independent reader sees the old text as before, the new ones exactly, and a digest that fits."""
    before = exiftool(jpeg(tmp_path / "old.jpg", LATIN), "-IPTC:all")

    after = exiftool(
        jpeg(tmp_path / "new.jpg", iim.edited(LATIN, {80: ("Zoë", "山田"), 120: ("長い" * 400,)})),
        "-IPTC:all", "-Photoshop:IPTCDigest", "-File:CurrentIPTCDigest", "-warning",
    )  # fmt: skip

    assert before["IPTC:Keywords"] == after["IPTC:Keywords"] == "Zürich"
    assert after["IPTC:By-line"] == ["Zoë", "山田"]
    assert after["IPTC:Caption-Abstract"] == ("長い" * 400)[:666]
    assert after["IPTC:CodedCharacterSet"] == "UTF8"
    assert after["Photoshop:IPTCDigest"] == after["File:CurrentIPTCDigest"]
    assert "ExifTool:Warning" not in after


def test_the_digest_is_that_of_the_block() -> None:
    """The resource 0x0425 is the MD5 of the data sets, without padding."""
    block = iim.edited(None, {80: ("Zoë",)})

    found = {resource.id: resource.data for resource in photoshop.read(photoshop.with_iptc(None, block))}

    assert found == {0x0404: block, 0x0425: hashlib.md5(block).digest()}
