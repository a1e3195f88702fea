"""Photoshop's image resources: IIM and its digest put among them, all others untouched."""

from __future__ import annotations

import hashlib

import pytest

from provenance.errors import AssetError
from provenance.metadata import photoshop
from provenance.metadata.photoshop import Resource

IIM = b"\x1c\x02\x50\x00\x03Zoe"
DIGEST = hashlib.md5(IIM).digest()


def resource(number: int, data: bytes, *, name: bytes = b"", signature: bytes = b"8BIM") -> bytes:
    """Return one resource as Photoshop writes it."""
    named = bytes((len(name),)) + name
    named += b"\0" * (len(named) % 2)
    padded = data + b"\0" * (len(data) % 2)
    return signature + number.to_bytes(2, "big") + named + len(data).to_bytes(4, "big") + padded


RESOLUTION = resource(0x03ED, bytes(16), name=b"odd")
PATH = resource(0x07D0, b"\1\2\3", name=b"even")
FOREIGN = resource(0x0404, b"not IIM", signature=b"AgHg")
THUMBNAIL = resource(0x040C, b"\xff\xd8\xff\xd9")


def test_resources_are_read() -> None:
    """Signature, number, name and data are read, names and data padded to even; zero bytes at the end are padding."""
    found = photoshop.read(RESOLUTION + PATH + FOREIGN + b"\0\0")

    assert found == (
        Resource(b"8BIM", 0x03ED, b"odd", bytes(16), RESOLUTION),
        Resource(b"8BIM", 0x07D0, b"even", b"\1\2\3", PATH),
        Resource(b"AgHg", 0x0404, b"", b"not IIM", FOREIGN),
    )


def test_iptc_is_replaced_in_its_place() -> None:
    """Data sets and digest take the place of the old ones; everything else stays byte for byte, in order."""
    old = RESOLUTION + resource(0x0425, bytes(16)) + PATH + resource(0x0404, b"old") + FOREIGN + THUMBNAIL

    found = photoshop.with_iptc(old, IIM)

    assert found == RESOLUTION + resource(0x0425, DIGEST) + PATH + resource(0x0404, IIM) + FOREIGN + THUMBNAIL


def test_iptc_is_added() -> None:
    """Without IIM so far, data sets and digest go behind the rest, the last resource made even before."""
    assert photoshop.with_iptc(PATH[:-1], IIM) == PATH + resource(0x0404, IIM) + resource(0x0425, DIGEST)
    assert photoshop.with_iptc(None, IIM) == resource(0x0404, IIM) + resource(0x0425, DIGEST)


def test_of_two_blocks_one_is_left() -> None:
    """A second IIM block, which other readers might prefer, goes."""
    old = resource(0x0404, b"a") + PATH + resource(0x0404, b"b")

    assert photoshop.with_iptc(old, IIM) == resource(0x0404, IIM) + PATH + resource(0x0425, DIGEST)


def test_iptc_goes() -> None:
    """Empty data sets take the resource and its digest out."""
    old = RESOLUTION + resource(0x0404, b"a") + resource(0x0425, bytes(16)) + FOREIGN

    assert photoshop.with_iptc(old, b"") == RESOLUTION + FOREIGN
    assert photoshop.with_iptc(None, b"") == b""


def test_named_resources_go() -> None:
    """What is named goes, of Photoshop's own resources only; the others stay byte for byte."""
    old = RESOLUTION + THUMBNAIL + FOREIGN + PATH

    assert photoshop.without(old, {0x040C, 0x0404}) == RESOLUTION + FOREIGN + PATH
    assert photoshop.without(old, ()) == old


DAMAGED = {
    "garbage": (PATH + b"8BIX", f"Photoshop: holds something that is no image resource at byte {len(PATH)}"),
    "half-a-head": (PATH + b"8BIM\4", f"Photoshop: ends inside the image resource at byte {len(PATH)}"),
    "signature-only": (b"8BIM", "Photoshop: ends inside the image resource at byte 0"),
    "name-too-long": (b"8BIM\4\4\xffab", "Photoshop: ends inside the image resource at byte 0"),
    "data-too-short": (PATH[:-2], "Photoshop: ends inside the image resource at byte 0"),
    "many": (resource(1, b"") * 1001, "Photoshop: has more than the 1000 image resources that are read"),
    "large": (bytes(4_194_305), "Photoshop: is longer than the 4194304 bytes that are read"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_resources_are_refused(name: str) -> None:
    """What is not a row of whole resources is refused, in reading and in writing."""
    data, sentence = DAMAGED[name]

    for attempt in (
        photoshop.read,
        lambda data: photoshop.with_iptc(data, IIM),
        lambda data: photoshop.without(data, ()),
    ):
        with pytest.raises(AssetError) as refused:
            attempt(data)

        assert str(refused.value) == sentence
