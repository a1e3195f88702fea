"""What of a folder is whole, and what is done: the clock is a number here, the files are files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from provenance.batch.journal import Journal
from provenance.batch.watching import Memory, Watch, mark_of, wanted
from provenance.errors import AssetError


@pytest.mark.parametrize(
    ("name", "is_wanted"),
    {
        "a.jpg": True, "ä b.PNG": True, "parts.png": True, "temple.tif": True, "a.signed.jpg": False,
        "a.jpg.part": False, "a.jpg~": False, "~$a.png": False, "a.part.png": False, "a.tmp.jpg": False,
        "a.autosave.png": False, "a.txt": False, "a.c2pa": False, "a": False,
    }.items(),
)  # fmt: skip
def test_names(name: str, is_wanted: bool) -> None:
    """Pictures by their ending; never what a program or a browser has not finished, nor results of ours."""
    assert wanted(name) is is_wanted


def test_a_picture_is_whole_when_it_has_stayed_the_same(tmp_path: Path) -> None:
    """Growth, a touch or another file under the name begin the wait anew; then it is handed out once."""
    watch, path = Watch(tmp_path, settle=2), tmp_path / "a.jpg"

    path.write_bytes(b"1")
    assert watch.ready(0) == watch.ready(1) == []
    path.write_bytes(b"12")
    assert watch.ready(2) == watch.ready(3) == []
    os.utime(path, ns=(5, 5))
    assert watch.ready(4) == watch.ready(5) == []
    (tmp_path / "b.tmp").write_bytes(b"34")
    (tmp_path / "b.tmp").rename(path)
    assert watch.ready(6) == watch.ready(7.9) == []
    assert watch.ready(8) == [path]
    assert watch.ready(9) == watch.ready(99) == []


def test_what_is_never_looked_at(tmp_path: Path) -> None:
    """Empty files, hidden ones, links, what lies behind links, and the folder for results."""
    outside, inside, results = tmp_path / "outside", tmp_path / "in", tmp_path / "in" / "out"
    for folder in (outside, inside, results, inside / ".hidden", inside / "deep"):
        folder.mkdir()
    for path in (outside / "a.jpg", results / "b.jpg", inside / ".hidden" / "c.jpg", inside / ".d.jpg"):
        path.write_bytes(b"x")
    (inside / "empty.jpg").touch()
    (inside / "link.jpg").symlink_to(outside / "a.jpg")
    (inside / "folder").symlink_to(outside)
    (inside / "deep" / "e.jpg").write_bytes(b"x")
    watch = Watch(inside, settle=1, apart=results)

    watch.ready(0)

    assert watch.ready(1) == [inside / "deep" / "e.jpg"]


def test_a_picture_that_is_done_may_be_renamed(tmp_path: Path) -> None:
    """Neither a new name nor a restart makes it new; another content does."""
    path, state = tmp_path / "a.jpg", tmp_path / "state"
    path.write_bytes(b"x")
    with Journal(state, {}, resume=True) as journal:
        Memory(journal).add(mark_of(path))
    moved = path.rename(tmp_path / "b.jpg")
    with Journal(state, {}, resume=True) as journal:
        watch = Watch(tmp_path, settle=1, known=Memory(journal).marks)

    watch.ready(0)
    first = watch.ready(1)
    moved.write_bytes(b"xy")
    watch.ready(2)

    assert first == []
    assert watch.ready(3) == [moved]


def test_only_what_we_wrote_may_be_replaced(tmp_path: Path) -> None:
    """A result that somebody else has touched since is theirs, and one that was written for another file stays."""
    source, result = tmp_path / "a.jpg", tmp_path / "a.signed.jpg"
    source.write_bytes(b"x")
    result.write_bytes(b"y")
    with Journal(tmp_path / "state", {}, resume=True) as journal:
        memory = Memory(journal)
        memory.add(mark_of(source), result=str(result), source=str(source))
    with Journal(tmp_path / "state", {}, resume=True) as journal:
        memory = Memory(journal)

    mine, anothers = memory.ours(result, source), memory.ours(result, tmp_path / "sub" / "a.jpg")
    result.write_bytes(b"z!")

    assert mine
    assert not anothers
    assert not memory.ours(result, source)
    assert not memory.ours(source, source)


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    """Nobody waits for ever on what is not there."""
    with pytest.raises(AssetError, match=r"^gone: cannot be read \(No such file or directory\)$"):
        Watch(tmp_path / "gone", settle=1).ready(0)
