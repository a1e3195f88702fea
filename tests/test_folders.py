"""FILES of the commands that take pictures one by one: folders, patterns, names on standard input, each once."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from provenance.batch import gathering
from provenance.commands.folders import pictures as taken
from provenance.errors import AssetError
from tests.support import pictures
from tests.support.environment import Ran

Run = Callable[..., Ran]
COMMANDS = {
    "verify": ("--format", "json", "--quiet"),
    "facts": (),
    "sign": ("--origin", "blank-canvas", "--quiet"),
}


@pytest.fixture
def show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two pictures, one of them further below; the command runs beside it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "show" / "more").mkdir(parents=True)
    pictures.png(tmp_path / "show" / "a.png")
    pictures.png(tmp_path / "show" / "more" / "b.png")
    return tmp_path / "show"


def names(*files: str) -> list[str]:
    return [path.as_posix() for path in taken(map(Path, files), results=True)[0]]


BOTH = ["show/a.png", "show/more/b.png"]
GIVEN: dict[str, tuple[tuple[str, ...], list[str]]] = {
    "a folder": (("show",), BOTH),
    "a pattern": (("show/*.png",), BOTH[:1]),
    "a pattern through folders": (("show/**/*.png",), BOTH),
    "names on standard input": (("-",), ["show/more/b.png", "show/a.png"]),
    "a file twice": (("show/a.png", "./show/a.png", "show/more/../a.png"), BOTH[:1]),
    "a folder and what is in it": (("show/more/b.png", "show", "show/more"), BOTH[::-1]),
    "all of it": (("-", "show", "show/*.png"), BOTH[::-1]),
    "a pattern that nothing matches": (("show/*.tif",), ["show/*.tif"]),
    "what is not there": (("gone.png",), ["gone.png"]),
}


@pytest.mark.parametrize(("given", "expected"), GIVEN.values(), ids=GIVEN.keys())
def test_each_picture_comes_once(
    given: tuple[str, ...], expected: list[str], show: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However it is named, and however often; what is not there stays, to be named in an error."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"show/more/b.png\n\nshow/a.png\r\n")))

    assert names(*given) == expected


def test_a_file_that_is_called_as_a_pattern_is_that_file(show: Path) -> None:
    """Where there is a file of that name, nothing else is meant."""
    (show / "a.png").rename(show / "[a]*.png")

    assert names("show/[a]*.png") == ["show/[a]*.png"]
    assert gathering.matched("show/**/b.*") == ["show/more/b.png"]


def test_names_may_end_with_nul(show: Path, run: Run) -> None:
    """As ``find -print0`` writes them: any name can be told; --null without standard input is refused."""
    assert run("init", "--name", "nightjar", "--yes", "--no-passphrase").exit == 0
    (show / "a.png").rename(show / "a\nb.png")

    good = run("sign", "-", "--null", "--origin", "blank-canvas", "--quiet", stdin="show/a\nb.png\0show/a\nb.png\0")
    bad = run("sign", "show", "-0", "--origin", "blank-canvas")

    assert good.exit == 0, good.err
    assert (show / "a\nb.signed.png").is_file()
    assert (bad.exit, bad.err) == (2, "error: --null: is for names on standard input; name - among the paths\n")


def test_no_name_on_standard_input_is_an_error(show: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty list is not a list of nothing to object to."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\n\n")))

    with pytest.raises(AssetError, match="-: no name came on standard input"):
        names("-")


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes")
def test_what_cannot_be_looked_at_is_not_passed_over(show: Path) -> None:
    """A link that leads nowhere or in a circle, a pipe with a picture's name; other pipes are no pictures."""
    for name, target in (("gone.png", "nowhere"), ("one.png", "two.png"), ("two.png", "one.png"), ("loop", ".")):
        (show / name).symlink_to(target)
    for name in ("pipe.png", "pipe"):
        os.mkfifo(show / name)

    assert names("show") == [
        "show/a.png", "show/gone.png", "show/more/b.png", "show/one.png", "show/pipe.png", "show/two.png",
    ]  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root reads everything")
def test_a_folder_that_cannot_be_read_is_an_error(show: Path) -> None:
    """What lies in it was not looked at, and nobody says that it was; so with a link into it."""
    (show / "link.png").symlink_to("more/b.png")
    (show / "more").chmod(0)

    found = names("show")
    (show / "more").chmod(0o700)

    assert found == ["show/a.png", "show/link.png", "show/more"]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_takes_them_all(command: str, run: Run, show: Path) -> None:
    """Patterns and standard input through the command itself; an exit code that says so where one is not there."""
    if command == "sign":
        assert run("init", "--name", "nightjar", "--yes", "--no-passphrase").exit == 0
    more = COMMANDS[command]

    good = run(command, "show/*.png", "-", *more, stdin="show/more/b.png\nshow/a.png\n")
    bad = run(command, "-", *more, stdin="show/more/b.png\ngone.png\n")

    assert "error" not in good.err
    assert (good.exit, bad.exit) == (1 if command == "verify" else 0, 2)  # unsigned pictures meet nothing
    assert "gone.png" in bad.err
    if command == "facts":
        assert len(good.out.splitlines()) == 2
    if command == "sign":
        assert sorted(path.name for path in show.rglob("*.signed.png")) == ["a.signed.png", "b.signed.png"]
