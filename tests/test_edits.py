"""A file as it would be after some edits, without writing it."""

from __future__ import annotations

import io

import pytest

from provenance.errors import AssetError
from provenance.metadata.edits import Edit, apart, spliced

BASE = bytes(range(60))
EDITS = {
    "put in between": (Edit(20, 0, b"INSERTED"),),
    "put in front": (Edit(0, 0, b"INSERTED"),),
    "put at the end": (Edit(60, 0, b"INSERTED"),),
    "replaced": (Edit(20, 5, b"REPLACED"),),
    "taken out": (Edit(20, 5, b""),),
    "several, in no order": (Edit(40, 3, b"LAST"), Edit(0, 2, b"FIRST"), Edit(20, 5, b"")),
    "two at one place": (Edit(20, 0, b"ONE"), Edit(20, 0, b"TWO"), Edit(20, 4, b"THREE")),
    "neighbours": (Edit(20, 5, b"ONE"), Edit(25, 5, b"TWO")),
    "none": (),
}


def whole(edits: tuple[Edit, ...]) -> bytes:
    """Return the base after *edits*, made from its end."""
    data = BASE
    for edit in reversed(apart(edits, "picture")):
        data = data[: edit.start] + edit.data + data[edit.start + edit.length :]
    return data


@pytest.mark.parametrize("edits", EDITS.values(), ids=EDITS.keys())
def test_a_spliced_stream_reads_like_the_file_it_stands_for(edits: tuple[Edit, ...]) -> None:
    """Any seek and any size give the bytes that the whole would have."""
    expected = whole(edits)

    for start in range(len(expected) + 2):
        for size in (1, 7, 25, 100):
            stream = spliced(io.BytesIO(BASE), edits)
            stream.seek(start)
            assert stream.read(size) == expected[start : start + size]
    assert spliced(io.BytesIO(BASE), edits).seek(0, io.SEEK_END) == len(expected)


OVERLAPS = {
    "one inside the other": (Edit(10, 20, b""), Edit(15, 2, b"")),
    "the same twice": (Edit(10, 2, b""), Edit(10, 2, b"")),
    "one byte shared": (Edit(10, 5, b""), Edit(14, 5, b"")),
    "put into what is replaced": (Edit(10, 5, b""), Edit(12, 0, b"x")),
}


@pytest.mark.parametrize("edits", OVERLAPS.values(), ids=OVERLAPS.keys())
def test_edits_that_overlap_are_refused(edits: tuple[Edit, ...]) -> None:
    """Where a file makes two of its parts share bytes, that is said; a stream of such edits is our own mistake."""
    with pytest.raises(AssetError) as caught:
        apart(edits, "EXIF")

    assert str(caught.value) == "EXIF: is damaged: two of its parts share bytes"
    with pytest.raises(ValueError, match="overlap"):
        spliced(io.BytesIO(BASE), edits)


def test_edits_beyond_the_file_are_refused() -> None:
    """Nothing is read that is not there."""
    with pytest.raises(ValueError, match="beyond the file"):
        spliced(io.BytesIO(BASE), (Edit(58, 5, b""),))
