"""`provenance.container.kinds`: what a file is, by content."""

from __future__ import annotations

import io
import struct

import pytest

from provenance.container.kinds import extensions, fits, right_name, sniff, suggested
from provenance.container.model import Kind
from tests.support import container
from tests.support.container import drawn

DRAWN = {
    **{name: (name, kind) for name, kind in container.KINDS.items()},
    "bmp": ("bmp", Kind.BMP),
    "jxl_naked": ("jxl_naked", Kind.JXL_NAKED),
    "tiff_pages": ("tiff_pages", Kind.TIFF),
}


def ftyp(*brands: bytes) -> bytes:
    content = brands[0] + bytes(4) + b"".join(brands[1:])
    return struct.pack(">I", len(content) + 8) + b"ftyp" + content


def zipped(kind: bytes) -> bytes:
    return b"PK\x03\x04" + bytes(22) + struct.pack("<HH", 8, 0) + b"mimetype" + kind


CONTENTS = {
    "nothing": (b"", Kind.OTHER),
    "text": (b"hello", Kind.OTHER),
    "pdf": (b"%PDF-1.7\n", Kind.OTHER),
    "html": (b"<html><svg></svg></html>", Kind.OTHER),
    "mp4": (ftyp(b"isom", b"mp42"), Kind.OTHER),
    "avif by its major brand": (ftyp(b"avif", b"mif1"), Kind.AVIF),
    "avif sequence": (ftyp(b"avis", b"msf1"), Kind.AVIF),
    "avif by a compatible brand": (ftyp(b"mif1", b"miaf", b"avif"), Kind.AVIF),
    "heic by its major brand": (ftyp(b"heic", b"mif1"), Kind.HEIC),
    "heic by a compatible brand": (ftyp(b"mif1", b"heic"), Kind.HEIC),
    "heif of another codec": (ftyp(b"mif1", b"miaf"), Kind.HEIF),
    "psd": (b"8BPS\0\1", Kind.PSD),
    "exr": (b"\x76\x2f\x31\x01\2", Kind.OPENEXR),
    "krita": (zipped(b"application/x-krita"), Kind.KRITA),
    "openraster": (zipped(b"image/openraster"), Kind.OPENRASTER),
    "another zip": (zipped(b"application/epub+zip"), Kind.OTHER),
    "manifest store": (container.store(), Kind.C2PA),
    "another jumbf": (container.superbox(b"json", "x"), Kind.OTHER),
    "svg after declaration, comment and doctype": (
        b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- <svg> -->\n<!DOCTYPE svg PUBLIC "a" "b" [<!ENTITY x "y">]>\n<svg:svg >',
        Kind.SVG,
    ),
    "svg only in a comment": (b"<!-- <svg> --><x/>", Kind.OTHER),
    "svg behind much else": (b"<!--" + b" " * 70_000 + b"--><svg/>", Kind.OTHER),
    "tiff whose directory is elsewhere": (b"II*\0\xff\xff\xff\xff", Kind.TIFF),
    "empty riff": (b"RIFF\0\0\0\0WAVE", Kind.OTHER),
}


@pytest.mark.parametrize(("name", "kind"), DRAWN.values(), ids=DRAWN.keys())
def test_drawn_pictures_are_told(name: str, kind: Kind) -> None:
    """Each real picture is told by its content."""
    assert sniff(io.BytesIO(drawn(name))) is kind


@pytest.mark.parametrize(("content", "kind"), CONTENTS.values(), ids=CONTENTS.keys())
def test_content_decides(content: bytes, kind: Kind) -> None:
    """Magic bytes decide, against an allow-list; whatever is not in it is `OTHER`."""
    assert sniff(io.BytesIO(content)) is kind


def test_name_is_a_hint() -> None:
    """The extension stands for a kind, whatever its case; an unknown one says nothing."""
    assert suggested("A.JPEG") is Kind.JPEG
    assert suggested("a.jxl") is Kind.JXL
    assert suggested("a.nef") is None
    assert suggested("a") is None


def test_every_kind_but_other_has_an_extension() -> None:
    """Each kind has extensions, and the usual one leads back to it."""
    for kind in Kind:
        names = extensions(kind)
        assert bool(names) is (kind is not Kind.OTHER)
        assert all(fits("x" + name, kind) for name in names)


def test_right_name() -> None:
    """A wrong extension is replaced, a missing one added, a right one kept."""
    assert right_name("a.png", Kind.JPEG) == "a.jpg"
    assert right_name("a.b", Kind.JPEG) == "a.b.jpg"
    assert right_name("a.JPG", Kind.JPEG) == "a.JPG"
    assert right_name("a.heif", Kind.HEIC) == "a.heif"
    assert right_name("a.bin", Kind.OTHER) == "a.bin"
