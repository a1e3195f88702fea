"""Tar archives as spans of bytes, against the standard library's reader, and what is refused in them."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

import pytest

from provenance.batch.tar import Archive, Member, members
from provenance.errors import AssetError

LONG = "folder/" + "long-" * 40 + "name.jpg"
FORMATS = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}


def packed(files: dict[str, bytes], *, form: int = tarfile.PAX_FORMAT, **more: str) -> bytes:
    """Return a tar archive of *files*."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=form, **more) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return stream.getvalue()


def walked(path: Path) -> list[Member]:
    with Archive(path) as archive:
        return list(members(archive))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gzip"])
def test_members_are_where_the_standard_library_finds_them(form: str, compressed: bool, tmp_path: Path) -> None:
    """Names, places and bytes are those that `tarfile` reads, in all three formats, long and foreign names too."""
    names = ["a.jpg", "b.cls", "café/山.png", "empty.txt", *([LONG] if form != "ustar" else ["d/" * 60 + "x.jpg"])]
    whole = packed({name: name.encode() * 99 for name in names} | {"empty.txt": b""}, form=FORMATS[form])
    path = tmp_path / "s.tar"
    path.write_bytes(gzip.compress(whole) if compressed else whole)

    found = walked(path)

    with tarfile.open(fileobj=io.BytesIO(whole)) as archive:
        theirs = [(one.name, one.offset_data, one.size) for one in archive]
    assert [(one.name, one.data, one.size) for one in found] == theirs
    assert [one.start for one in found] == [0, *(one.end for one in found[:-1])]
    assert all(whole[one.data :].startswith(one.head) for one in found)


def test_what_is_no_file_has_no_bytes(tmp_path: Path) -> None:
    """Links and folders are met and passed over; what follows them is found."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, kind in (("d", tarfile.DIRTYPE), ("l.jpg", tarfile.SYMTYPE), ("h.jpg", tarfile.LNKTYPE)):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "a.jpg"
            archive.addfile(entry)
        entry = tarfile.TarInfo("a.jpg")
        entry.size = 3
        archive.addfile(entry, io.BytesIO(b"abc"))
    path = tmp_path / "s.tar"
    path.write_bytes(stream.getvalue())

    assert [(one.name.rstrip("/"), one.regular) for one in walked(path)] == [
        ("d", False),
        ("l.jpg", False),
        ("h.jpg", False),
        ("a.jpg", True),
    ]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("a.jpg", "a"), ("a.seg.png", "a"), ("d.e/a.b.jpg", "d.e/a"), ("d/a", "d/a"),
    ],
)  # fmt: skip
def test_a_sample_is_named_as_webdataset_names_it(name: str, key: str) -> None:
    """The key is everything before the first dot of the base name."""
    from webdataset.tariterators import base_plus_ext

    ours = Member(name, 0, 512, 0, 512, regular=True).key

    assert ours == key
    assert base_plus_ext(name)[0] in (key, None)


def test_a_header_for_all_is_told_apart(tmp_path: Path) -> None:
    """A global header belongs to no member; one that renames what follows is refused."""
    path = tmp_path / "s.tar"
    path.write_bytes(packed({"a.jpg": b"x"}, pax_headers={"comment": "who made it"}))
    assert [one.shared for one in walked(path)] == [True, False]

    path.write_bytes(packed({"a.jpg": b"x"}, pax_headers={"path": "other"}))
    with pytest.raises(AssetError, match=r"^s\.tar: holds a global header that renames its members$"):
        walked(path)


def _sparse(whole: bytearray) -> None:
    whole[156:157] = b"S"


def _wrong_sum(whole: bytearray) -> None:
    whole[0:1] = b"b"


def _sum_of(whole: bytearray) -> None:
    whole[148:156] = b" " * 8
    whole[148:156] = b"%06o\0 " % sum(whole[:512])


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (_sparse, "holds a sparse file or is one part of several; neither is read"),
        (_wrong_sum, "is no tar archive, or is damaged, at byte 0"),
        (lambda whole: whole.__delitem__(slice(700, None)), "ends inside a.jpg"),
    ],
)
def test_what_does_not_hold_is_said(change: object, problem: str, tmp_path: Path) -> None:
    """A wrong sum, a sparse file and an archive that ends early are one sentence each."""
    whole = bytearray(packed({"a.jpg": b"x" * 600}, form=tarfile.USTAR_FORMAT))
    change(whole)  # type: ignore[operator]
    if change is _sparse:
        _sum_of(whole)
    path = tmp_path / "s.tar"
    path.write_bytes(whole)

    with pytest.raises(AssetError) as caught:
        walked(path)

    assert str(caught.value) == f"s.tar: {problem}"


def test_a_long_header_is_not_read(tmp_path: Path) -> None:
    """A name of two megabytes is refused before it is in memory."""
    path = tmp_path / "s.tar"
    path.write_bytes(packed({"x" * (2 << 20): b""}, form=tarfile.GNU_FORMAT))

    with pytest.raises(AssetError, match=r"^s\.tar: holds an extended header of 2097153 bytes at byte 0$"):
        walked(path)


def test_broken_compression_is_said(tmp_path: Path) -> None:
    """A gzip stream that is cut off ends in one sentence, after the members that came whole."""
    path = tmp_path / "s.tar.gz"
    path.write_bytes(gzip.compress(packed({"a.jpg": b"x" * 600}))[:-20])

    with pytest.raises(AssetError, match=r"^s\.tar\.gz: "):
        walked(path)
