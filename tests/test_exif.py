"""Credit in a JPEG that has no EXIF yet."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from provenance.errors import AssetError
from provenance.metadata.exif import Credit, Insertion, block, insertion, spliced
from tests.support import pictures
from tests.support.environment import exiftool, needs_exiftool

CREDIT = Credit(artist="Zoë 山", copyright="© 2026 Zoë", description="Landscape", software="Krita 5.2.6")


def inserted(path: Path, credit: Credit = CREDIT) -> bytes:
    with path.open("rb") as stream:
        found = insertion(stream, credit)
        assert found is not None
        return spliced(stream, found).read()


@needs_exiftool
def test_another_reader_reads_the_credit(tmp_path: Path) -> None:
    """exiftool finds every text, as it was written, in full."""
    path = pictures.jpeg(tmp_path / "a.jpg")
    other = tmp_path / "b.jpg"

    other.write_bytes(inserted(path))

    found = exiftool(other, "-charset", "exif=utf8")
    assert found["IFD0:Artist"] == "Zoë 山"
    assert found["IFD0:Copyright"] == "© 2026 Zoë"
    assert found["IFD0:ImageDescription"] == "Landscape"
    assert found["IFD0:Software"] == "Krita 5.2.6"
    assert pictures.pixels(other) == pictures.pixels(path)


def test_the_block_stands_after_jfif_and_everything_else_is_untouched(tmp_path: Path) -> None:
    """Without the inserted segment the file is the same, byte for byte."""
    path = pictures.jpeg(tmp_path / "a.jpg")
    with path.open("rb") as stream:
        found = insertion(stream, CREDIT)
    assert found is not None

    whole = inserted(path)

    assert found.position == 20  # SOI and the JFIF segment
    assert whole[: found.position] + whole[found.position + len(found.data) :] == path.read_bytes()


def test_a_file_with_exif_is_left_alone(tmp_path: Path) -> None:
    """A block that is there is never rewritten."""
    path = pictures.jpeg(tmp_path / "a.jpg", exif=block(Credit(artist="Somebody")))

    with path.open("rb") as stream:
        assert insertion(stream, CREDIT) is None


def test_nothing_to_say_writes_nothing(tmp_path: Path) -> None:
    """Without credit no block is made."""
    with pictures.jpeg(tmp_path / "a.jpg").open("rb") as stream:
        assert insertion(stream, Credit()) is None


def test_only_what_is_given_stands_in_the_block() -> None:
    """No date, no host, no program but the one that is named."""
    assert block(Credit(artist="Zoë")) == (
        b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01;\0\x02\0\0\0\x05\0\0\0\x1a\0\0\0\0" + "Zoë".encode() + b"\0"
    )


DAMAGED = {
    "no jpeg": (b"\x89PNG", "picture: is not a JPEG"),
    "cut": (b"\xff\xd8\xff\xe0\0\x10JFIF", "picture: is a damaged JPEG: a segment is missing before the picture data"),
    "short length": (b"\xff\xd8\xff\xe0\0\x01JFIF", "picture: is a damaged JPEG: a segment is shorter than its length"),
}


@pytest.mark.parametrize(("data", "message"), DAMAGED.values(), ids=DAMAGED.keys())
def test_damaged_files_are_refused(data: bytes, message: str) -> None:
    """What cannot be walked is not written into."""
    with pytest.raises(AssetError) as caught:
        insertion(io.BytesIO(data), CREDIT)

    assert str(caught.value) == message


def test_too_much_text_is_refused(tmp_path: Path) -> None:
    """A block that no segment can hold is not cut silently."""
    with pictures.jpeg(tmp_path / "a.jpg").open("rb") as stream, pytest.raises(AssetError, match="too long for EXIF"):
        insertion(stream, Credit(description="x" * 70_000))


def test_a_spliced_stream_reads_like_the_file_it_stands_for() -> None:
    """Any seek and any size give the bytes that the whole would have."""
    base, extra = bytes(range(50)), b"INSERTED"
    whole = base[:20] + extra + base[20:]

    for start in range(len(whole) + 2):
        for size in (1, 7, 25, 100):
            stream = spliced(io.BytesIO(base), Insertion(20, extra))
            stream.seek(start)
            assert stream.read(size) == whole[start : start + size]
