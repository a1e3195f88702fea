"""All of a file or none of it."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from provenance.errors import OutputError
from provenance.signing import platform
from provenance.signing.files import replacing, sweep, write_new

OLD, NEW = b"old " * 1000, b"new " * 5000


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "picture.jpg"
    path.write_bytes(OLD)
    path.chmod(0o640)
    return path


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


def refusal(target: Path, source: Path, **options: bool) -> str:
    """Return the message with which writing *target* is refused."""
    with pytest.raises(OutputError) as caught, replacing(target, source=source, **options) as pending:
        pending.stream.write(NEW)
    return str(caught.value)


def test_a_new_file_is_whole_and_has_the_mode_of_its_source(source: Path) -> None:
    """The result stands under its name, with the source's mode; the source is untouched."""
    target = source.with_name("signed.jpg")

    with replacing(target, source=source) as pending:
        pending.stream.write(NEW)
        assert not target.exists()
        assert pending.path.stat().st_mode & 0o777 == 0o600

    assert target.read_bytes() == NEW
    assert target.stat().st_mode & 0o777 == 0o640
    assert source.read_bytes() == OLD
    assert leftovers(source.parent) == []


def test_in_place_replaces_the_source(source: Path) -> None:
    """In place, the name leads to the new bytes."""
    with replacing(source, source=source, in_place=True) as pending:
        pending.stream.write(NEW)

    assert source.read_bytes() == NEW
    assert source.stat().st_mode & 0o777 == 0o640
    assert leftovers(source.parent) == []


@pytest.mark.parametrize("failure", [ValueError("no"), KeyboardInterrupt(), OutputError("a", "b")])
def test_a_failure_changes_nothing(failure: BaseException, source: Path) -> None:
    """Whatever is raised while writing, the target is what it was and nothing is left."""
    with (
        pytest.raises(type(failure)),
        replacing(source, source=source, in_place=True) as pending,
    ):
        pending.stream.write(NEW)
        raise failure

    assert source.read_bytes() == OLD
    assert leftovers(source.parent) == []


def test_an_existing_file_is_kept(source: Path) -> None:
    """Without permission an existing file is not replaced; with it, it is."""
    target = source.with_name("signed.jpg")
    target.write_bytes(b"precious")

    assert refusal(target, source) == (
        "signed.jpg: exists already; allow it with --overwrite, or choose another with --output"
    )
    assert target.read_bytes() == b"precious"

    write_new(target, NEW, source=source, overwrite=True)
    assert target.read_bytes() == NEW


def test_a_file_that_appears_meanwhile_is_kept(source: Path) -> None:
    """A name that was free at the start is not clobbered at the end."""
    target = source.with_name("signed.jpg")

    with pytest.raises(OutputError, match="exists already"), replacing(target, source=source) as pending:
        pending.stream.write(NEW)
        target.write_bytes(b"precious")

    assert target.read_bytes() == b"precious"
    assert leftovers(source.parent) == []


def test_the_hard_link_fallback_never_clobbers(source: Path) -> None:
    """Where the system has no exclusive rename, a hard link does the same."""
    target = source.with_name("signed.jpg")
    temporary = source.with_name("temporary")
    temporary.write_bytes(NEW)

    platform.rename_by_link(temporary, target)

    assert target.read_bytes() == NEW
    assert not temporary.exists()
    with pytest.raises(FileExistsError):
        platform.rename_by_link(source, target)


def test_the_source_is_found_through_links(source: Path) -> None:
    """The picture itself is recognised under another name, and nothing is lost."""
    hard = source.with_name("hard.jpg")
    hard.hardlink_to(source)
    soft = source.with_name("soft.jpg")
    soft.symlink_to(source)
    cure = "is the picture itself; sign it where it lies with --in-place"

    assert refusal(source, source, overwrite=True) == f"picture.jpg: {cure}"
    assert refusal(hard, source, overwrite=True) == f"hard.jpg: {cure}"
    assert refusal(soft, source, overwrite=True) == "soft.jpg: is a symbolic link; name the file itself"
    assert refusal(soft, soft, in_place=True) == "soft.jpg: is a symbolic link; name the file itself"
    assert source.read_bytes() == OLD


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes")
def test_what_is_no_file_is_never_replaced(source: Path) -> None:
    """A pipe or a device (/dev/null, said with --overwrite by root) stays what it is."""
    pipe = source.with_name("pipe.jpg")
    os.mkfifo(pipe)

    problem = refusal(pipe, source, overwrite=True)

    assert problem == "pipe.jpg: is no file that can be replaced; choose another with --output"
    assert pipe.is_fifo()


def test_other_hard_links_keep_the_old_bytes(source: Path) -> None:
    """In place, a file with a second name is replaced under one name, not rewritten under both."""
    hard = source.with_name("hard.jpg")
    hard.hardlink_to(source)

    with replacing(source, source=source, in_place=True) as pending:
        pending.stream.write(NEW)

    assert source.read_bytes() == NEW
    assert hard.read_bytes() == OLD


def test_a_source_changed_meanwhile_is_not_overwritten(source: Path) -> None:
    """In place, bytes that someone else wrote meanwhile are not lost."""
    with (
        pytest.raises(OutputError, match="was changed while it was being signed; sign it again"),
        replacing(source, source=source, in_place=True) as pending,
    ):
        pending.stream.write(NEW)
        source.write_bytes(b"edited elsewhere")

    assert source.read_bytes() == b"edited elsewhere"


def test_two_writers_in_place_do_not_lose_each_other(source: Path) -> None:
    """While one signs in place, a second is told so at once."""
    with replacing(source, source=source, in_place=True) as pending:
        assert refusal(source, source, in_place=True) == (
            "picture.jpg: is being signed by another process; try again later"
        )
        pending.stream.write(NEW)

    assert source.read_bytes() == NEW


def test_the_last_of_many_writers_wins_whole(source: Path) -> None:
    """Writers of one target leave one of their results, never a mixture."""
    target = source.with_name("signed.jpg")
    results = [bytes([65 + number]) * 200_000 for number in range(6)]
    threads = [
        threading.Thread(target=write_new, args=(target, data), kwargs={"source": source, "overwrite": True})
        for data in results
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert target.read_bytes() in results
    assert leftovers(source.parent) == []


def test_names_of_255_bytes_work(tmp_path: Path, source: Path) -> None:
    """The temporary name is short, so the longest name that the folder takes can be written."""
    longest = "n" * 251 + ".jpg"

    write_new(tmp_path / longest, NEW, source=source)

    assert (tmp_path / longest).read_bytes() == NEW
    assert refusal(tmp_path / f"n{longest}", source).endswith(
        ": the name is too long; choose a shorter one with --output"
    )


IMPOSSIBLE = {
    "nul": ("a\0b.jpg", "a\\u{0000}b.jpg: a name cannot contain a NUL character"),
    "folder missing": ("missing/a.jpg", "missing: the folder does not exist; make it first"),
    "folder is a file": ("picture.jpg/a.jpg", "a.jpg: the folder does not exist; make it first"),
    "is a folder": (".", ": is a folder"),
}


@pytest.mark.parametrize(("name", "message"), IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_impossible_names_are_one_clear_line(name: str, message: str, source: Path) -> None:
    """Where nothing can be written the message says why."""
    assert refusal(source.parent / name, source, overwrite=True).endswith(message)


@contextmanager
def nobody() -> Iterator[None]:
    """Act as a user without rights, where the tests run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_read_only_folder_is_one_clear_line(source: Path) -> None:
    """A folder that cannot be written to is named as the problem."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "picture.jpg").write_bytes(OLD)
        folder.chmod(0o555)

        with nobody():
            message = refusal(folder / "signed.jpg", folder / "picture.jpg")

        folder.chmod(0o755)
    assert message == "signed.jpg: the folder cannot be written to; choose another with --output"


def test_a_full_disk_is_one_clear_line(source: Path) -> None:
    """When the system takes no more bytes the target is what it was, and nothing is left."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
        message = refusal(source, source, in_place=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert message == "picture.jpg: the file would be larger than this system allows"
    assert source.read_bytes() == OLD
    assert leftovers(source.parent) == []


SYSTEM = {
    errno.ENOSPC: "picture.jpg: the disk is full; make room; nothing was changed",
    errno.EDQUOT: "picture.jpg: the quota of this disk is used up; make room; nothing was changed",
    errno.EIO: "picture.jpg: the disk reports an error; nothing was changed",
    errno.EROFS: "picture.jpg: the folder is read-only; choose another with --output",
    errno.ETXTBSY: "picture.jpg: cannot be written (Text file busy); nothing was changed",
}


@pytest.mark.parametrize(("number", "message"), SYSTEM.items(), ids=map(errno.errorcode.get, SYSTEM))
def test_what_the_system_says_is_translated(number: int, message: str, source: Path) -> None:
    """Each way a disk can fail has its line."""
    with pytest.raises(OutputError) as caught, replacing(source, source=source, in_place=True):
        raise OSError(number, os.strerror(number))

    assert str(caught.value) == message
    assert source.read_bytes() == OLD


def test_only_the_temporary_files_of_the_dead_are_swept(source: Path) -> None:
    """A killed run's file goes; a running one's and other people's files stay."""
    folder = source.parent
    dead = folder / ".provenance-0123456789ab.tmp"
    dead.write_bytes(NEW)
    foreign = folder / ".provenance-notes.tmp"
    foreign.write_bytes(b"mine")

    with replacing(folder / "signed.jpg", source=source) as pending:
        assert sweep(folder) == 0
        assert pending.path.exists()
        assert not dead.exists()
        pending.stream.write(NEW)

    assert leftovers(folder) == [foreign.name]


KILLED = """
import os, signal, sys
from pathlib import Path
from provenance.signing.files import replacing
target = Path(sys.argv[1])
with replacing(target, source=target, in_place=True) as pending:
    pending.stream.write(b"half")
    pending.stream.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_writer_leaves_the_original(source: Path) -> None:
    """After kill -9 the original is whole, and the next run leaves nothing behind."""
    subprocess.run([sys.executable, "-c", KILLED, str(source)], check=False, cwd=Path(__file__).parents[1])
    assert source.read_bytes() == OLD
    assert len(leftovers(source.parent)) == 1

    write_new(source.with_name("signed.jpg"), NEW, source=source)

    assert leftovers(source.parent) == []
