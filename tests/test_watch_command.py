"""``provenance watch`` as a process: what an export drops in is signed once, whatever happens meanwhile."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from provenance.terms import Integrity
from provenance.verification.check import check
from provenance.verification.options import Options
from tests.support.artist import Artist, make_artist
from tests.support.environment import CHECKOUT, Ran
from tests.support.pictures import draw

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
_PATIENCE = 60.0


class Process:
    """One that watches."""

    def __init__(self, folder: Path, artist: Artist, *arguments: str | Path) -> None:
        command = [sys.executable, str(CHECKOUT / "cli.py"), "watch", folder, "--settle", "0.4", "--every", "0.1",
                   "--home", artist.home.path, *arguments]  # fmt: skip
        self.out = folder.parent / f"out{time.monotonic_ns()}"
        with self.out.open("wb") as stream:
            self.running = subprocess.Popen(list(map(str, command)), cwd=folder.parent, stdout=stream, stderr=stream)
        self.wait_for("watching ")

    def text(self) -> str:
        return self.out.read_text("utf-8")

    def wait_for(self, words: str, count: int = 1) -> None:
        """Wait until *words* stand in what was printed *count* times."""
        end = time.monotonic() + _PATIENCE
        while self.text().count(words) < count:
            assert self.running.poll() is None or self.text().count(words) >= count, self.text()
            assert time.monotonic() < end, self.text()
            time.sleep(0.05)

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.running.send_signal(number)
        return self.running.wait(_PATIENCE)


@contextmanager
def watching(folder: Path, artist: Artist, *arguments: str | Path) -> Iterator[Process]:
    process = Process(folder, artist, *arguments)
    try:
        yield process
    finally:
        if process.running.poll() is None:
            process.running.kill()
        process.running.wait()


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    """The folder that an export writes into."""
    folder = tmp_path / "drop"
    folder.mkdir()
    return folder


def picture(path: Path, size: int = 40) -> Path:
    draw((size, size)).save(path)
    return path


def intact(path: Path) -> bool:
    return check(path, options=Options()).integrity is Integrity.INTACT


def test_pictures_are_signed_as_they_come(drop: Path, tmp_path: Path, artist: Artist) -> None:
    """A slow writer, a rename into place, a temporary name, a rename afterwards, a newer version, a bad file."""
    whole = picture(tmp_path / "whole.png").read_bytes()
    with watching(drop, artist, "--state", tmp_path / "state") as process:
        with (drop / "slow.png").open("wb") as stream:
            for start in range(0, len(whole), len(whole) // 8 + 1):
                stream.write(whole[start : start + len(whole) // 8 + 1])
                stream.flush()
                time.sleep(0.15)
        process.wait_for("slow.png: signed")
        (drop / "later.png.part").write_bytes(whole)
        (drop / "later.png.part").rename(drop / "later.png")
        process.wait_for("later.png: signed")
        (drop / "left.tmp.png").write_bytes(whole)
        (drop / "later.png").rename(drop / "renamed.png")
        (drop / "bad.png").write_bytes(b"no picture")
        process.wait_for("error: bad.png")
        picture(drop / "slow.png", 48)
        process.wait_for("slow.png: signed", 2)
        code = process.stop(signal.SIGINT)

    assert code == 0
    assert process.text().count(": signed as") == 3
    assert process.text().endswith("note: stopped; what was done is noted, and a restart does nothing twice\n")
    assert sorted(path.name for path in drop.iterdir()) == [
        "bad.png", "later.signed.png", "left.tmp.png", "renamed.png", "slow.png", "slow.signed.png",
    ]  # fmt: skip
    assert intact(drop / "slow.signed.png")
    assert intact(drop / "later.signed.png")


@pytest.mark.parametrize("arguments", [(), ("--in-place",), ("--sidecar",)], ids=["copy", "in place", "beside"])
def test_a_watch_that_is_killed_goes_on_where_it_was(
    arguments: tuple[str, ...], drop: Path, tmp_path: Path, artist: Artist
) -> None:
    """Killed at some moment among six pictures, begun again: each is signed once, and carries one manifest."""
    state = ("--state", tmp_path / "state")
    for number in range(6):
        picture(drop / f"{number}.png", 40 + number)
    with watching(drop, artist, *state, *arguments) as process:
        process.wait_for(": signed", 2)
        process.running.kill()
        process.running.wait()

    with watching(drop, artist, *state, *arguments) as again:
        picture(drop / "last.png")
        again.wait_for("last.png: signed")
        again.stop()

    signed = process.text().count(": signed as") + again.text().count(": signed as")
    assert signed in (7, 6)  # the one at which it was killed may be signed and not yet told
    assert signed + again.text().count("is signed already") >= 7
    sources = [path for path in sorted(drop.glob("*.png")) if ".signed" not in path.name]
    results = [path.with_name(f"{path.stem}.signed.png") for path in sources] if not arguments else sources
    assert len(results) == 7
    for path in results:
        found = check(path, options=Options())
        assert (found.integrity, len(found.manifests)) == (Integrity.INTACT, 1), path.name


def test_pictures_are_checked_as_they_come(drop: Path, tmp_path: Path, artist: Artist) -> None:
    """One line a file with what the policy says; nothing is written into the folder, and a restart repeats nothing."""
    arguments = ("--then", "check", "--policy", "contest-open")
    with watching(drop, artist, *arguments) as process:
        picture(drop / "a.png")
        process.wait_for("a.png: ")
        process.stop()
    with watching(drop, artist, *arguments) as again:
        picture(drop / "b.png")
        again.wait_for("b.png: ")
        again.stop()

    assert process.text().splitlines()[1].startswith("a.png: pass, with a note. ")
    assert "a.png" not in again.text()
    assert sorted(path.name for path in drop.iterdir()) == ["a.png", "b.png"]


def test_pictures_of_one_name_do_not_take_each_others_place(drop: Path, tmp_path: Path, artist: Artist) -> None:
    """Two folders, one for results: the second picture of a name is an error, a newer version of the first is not."""
    (results := tmp_path / "results").mkdir()
    for name in ("a", "b"):
        (drop / name).mkdir()
    with watching(drop, artist, "--state", tmp_path / "state", "--output", results) as process:
        picture(drop / "a" / "x.png")
        process.wait_for("x.png: signed")
        first = (results / "x.signed.png").read_bytes()
        picture(drop / "b" / "x.png", 44)
        process.wait_for("x.signed.png: exists already")
        kept = (results / "x.signed.png").read_bytes()
        picture(drop / "a" / "x.png", 48)
        process.wait_for("x.png: signed", 2)

    assert kept == first
    assert (results / "x.signed.png").read_bytes() != first


def test_two_of_them_do_not_sign_the_same_folder(drop: Path, tmp_path: Path, artist: Artist) -> None:
    """The second is refused in one line."""
    state = tmp_path / "state"
    with watching(drop, artist, "--state", state):
        command = [sys.executable, str(CHECKOUT / "cli.py"), "watch", str(drop), "--home", str(artist.home.path),
                   "--state", str(state)]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_PATIENCE)

    assert (done.returncode, done.stderr) == (2, "error: state: is in use by another run; wait for it\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["none"], "none: is not a folder; name the one that an export writes into"),
        (["drop", "--output", "none"], "none: is not a folder; make it first"),
        (["drop", "--then", "check"], "--policy: is not given, and nothing is judged without one"),
        (["drop", "--policy", "contest-open"], "--policy: is for --then check"),
        (["drop", "--then", "check", "--policy", "contest-open", "--in-place"],
         "--then check: writes nothing; leave --declare, --output, --in-place and --sidecar out"),
    ],
)  # fmt: skip
def test_what_cannot_be_begun_is_one_line(
    arguments: list[str], sentence: str, drop: Path, run: Callable[..., Ran]
) -> None:
    """Said before a passphrase is asked for."""
    done = run("watch", *arguments)

    assert drop.is_dir()
    assert (done.exit, done.err) == (2, f"error: {sentence}\n")


def test_sign_leaves_out_what_it_has_signed(
    drop: Path, tmp_path: Path, artist: Artist, run: Callable[..., Ran]
) -> None:
    """With --skip-signed mine a stopped run goes on; what is another picture, or somebody else's, is no result of it."""
    for number in range(3):
        picture(drop / f"{number}.png", 40 + number)
    home = ("--home", artist.home.path)
    run("sign", drop / "0.png", drop / "1.png", *home)
    before = (drop / "0.signed.png").stat().st_mtime_ns
    shutil.copy(drop / "0.signed.png", drop / "1.signed.png")  # of another picture

    again = run("sign", drop, "--skip-signed", "mine", *home)
    in_place = [run("sign", drop / "2.png", "--in-place", "--skip-signed", "mine", *home) for _ in range(2)]

    assert again.exit == 2
    assert "0.png: is signed already, in " in again.out
    assert "1.signed.png: exists already" in again.err
    assert (drop / "2.signed.png").is_file()
    assert (drop / "0.signed.png").stat().st_mtime_ns == before
    assert [": signed as" in done.out for done in in_place] == [True, False]
    assert len(check(drop / "2.png", options=Options()).manifests) == 1


def test_what_somebody_else_has_signed_is_left_out_if_asked(
    drop: Path, artist: Artist, run: Callable[..., Ran], tmp_path: Path
) -> None:
    """`mine` signs on top of what a camera has signed; `any` leaves that alone, and what is signed by oneself too."""
    other = make_artist(tmp_path / "other", "kestrel")
    for name in ("0.png", "1.png"):
        picture(drop / name, 40 + int(name[0]))
    home = ("--home", artist.home.path)
    run("sign", drop / "0.png", "--in-place", "--no-metadata", "--home", other.home.path)
    run("sign", drop / "1.png", *home)

    left = run("sign", drop / "0.png", drop / "1.png", "--skip-signed", "any", *home)
    shown = run("sign", drop / "0.png", drop / "1.png", "--skip-signed", "mine", "--preview", *home)
    signed = run("sign", drop / "0.png", drop / "1.png", "--skip-signed", "mine", *home)

    assert (left.exit, signed.exit) == (0, 0), left.err + signed.err
    assert left.out.splitlines()[0] == "Left alone, as signed and intact: 1."
    assert "1.png: is signed already, in " in left.out
    assert "0.png: signed as" in signed.out
    assert shown.out.splitlines()[0].startswith("1.png: is signed already, in ")
    assert [line for line in shown.out.splitlines() if line.endswith(".png")] == ["0.png"]
    assert "1.png: is signed already, in " in signed.out
    assert len(check(drop / "0.signed.png", options=Options()).manifests) == 2
