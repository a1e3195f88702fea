"""`provenance verify` of folders, archives, lists, names on standard input; into a file, killed and gone on with."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tarfile
import time
from collections import Counter
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from provenance.batch.lists import ENDINGS
from provenance.batch.sources import _ARCHIVES, entries, gather
from provenance.batch.verified import verified
from provenance.commands.shared import _LISTS_AND_ARCHIVES
from provenance.container.model import Limits
from provenance.report.schema import schema
from provenance.verification.options import Options
from provenance.worker.settings import Settings
from tests.hostile.cases_limits import many_assertions
from tests.support.artist import Artist
from tests.support.environment import CHECKOUT, Ran
from tests.test_check_command import pictures as pictures
from tests.test_check_killed import fill

Run = Callable[..., Ran]


@pytest.fixture
def art(pictures: dict[str, bytes], tmp_path: Path) -> Path:
    """Signed, altered, unsigned; one of them in a folder within, and a note that is no picture."""
    folder = tmp_path / "art"
    (folder / "in").mkdir(parents=True)
    (folder / "altered.png").write_bytes(pictures["altered"])
    (folder / "signed.png").write_bytes(pictures["signed"])
    (folder / "in" / "unsigned.png").write_bytes(pictures["unsigned"])
    (folder / "notes.txt").write_text("mine")
    return folder


ALL = {"art/altered.png": "altered", "art/in/unsigned.png": "no_credentials", "art/signed.png": "intact"}


def rows(text: str) -> dict[str, str]:
    """Return what was found by name; none comes twice, and each is a report by the schema."""
    found = [json.loads(line) for line in text.splitlines()]
    for one in found:
        jsonschema.validate(one, schema("report"))
    named = {one["file"]["name"]: one["integrity"]["state"] for one in found}
    assert len(named) == len(found)
    return named


def json_of(run: Run, *arguments: str, stdin: str = "") -> tuple[int, dict[str, str], str]:
    ran = run("verify", *arguments, "--format", "json", stdin=stdin)
    return ran.exit, rows(ran.out), ran.err


# --- what it takes ------------------------------------------------------------------------------------------------


def test_a_folder_is_what_lies_in_it(art: Path, run: Run) -> None:
    """Each picture by its path, what is none left out and named, and a summary on stderr where programs read."""
    code, found, told = json_of(run, "art")

    assert (code, found) == (1, ALL)
    assert told.splitlines()[:5] == [
        "3 pictures looked at",
        "          1  intact",
        "          1  broken or altered",
        "          1  without credentials",
        "Required: intact. It holds for 1, not for 2; could not tell for 0.",
    ]
    assert told.splitlines()[-1] == "signing; name it to take it in: art/notes.txt"
    assert max(map(len, told.splitlines())) <= 80


def test_a_member_of_an_archive_says_where_it_lies(art: Path, run: Run, tmp_path: Path) -> None:
    """In text and in JSON: shard.tar!name; nothing is looked for beside it, and nothing else is said."""
    for name, mode in (("s.tar", "w"), ("s.tgz", "w:gz")):
        with tarfile.open(tmp_path / name, mode) as archive:  # type: ignore[call-overload]  # the mode is a text
            archive.add(art / "signed.png", "a/1.png")
            archive.add(art / "in" / "unsigned.png", "a/2.png")

    code, found, _ = json_of(run, "s.tar", "s.tgz")
    text = run("verify", "s.tar").out

    assert code == 1
    assert found == {
        "s.tar!a/1.png": "intact", "s.tar!a/2.png": "no_credentials",
        "s.tgz!a/1.png": "intact", "s.tgz!a/2.png": "no_credentials",
    }  # fmt: skip
    assert "\ns.tar!a/2.png · image/png · " in text
    assert "No credentials in the file; beside it none were looked for." in text


def test_lists_patterns_and_names_on_standard_input(art: Path, run: Run, tmp_path: Path) -> None:
    """As `check` takes them, each picture once; a row that leads nowhere is told and stops no other."""
    (tmp_path / "l.csv").write_text("no,scan\n1,art/signed.png\n2,art/gone.png\n3,art/signed.png\n")
    (art / "in" / "unsigned.png").rename(art / "in" / "un\nsigned.png")
    names = "art/signed.png\0art/in/un\nsigned.png\0./art/signed.png\0"

    listed = json_of(run, "l.csv", "--column", "scan")
    wild = json_of(run, "art/**/*igned.png", "art/sig*.png", "none*.png")
    lines = json_of(run, "-", stdin="art/signed.png\nart/altered.png\n\nart/signed.png\n")
    null = json_of(run, "-", "-0", stdin=names)

    assert listed[:2] == (2, {"art/signed.png": "intact", "art/gone.png": "not_checked"})
    assert "Named more than once, looked at once: 1." in listed[2]
    assert wild[:2] == (2, {
        "none*.png": "not_checked", "art/in/un\\u{000A}signed.png": "no_credentials", "art/signed.png": "intact",
    })  # fmt: skip
    assert lines[:2] == (1, {"art/signed.png": "intact", "art/altered.png": "altered"})
    assert null[:2] == (1, {"art/signed.png": "intact", "art/in/un\\u{000A}signed.png": "no_credentials"})


def test_a_list_that_is_signed_is_a_file(art: Path, artist: Artist, run: Run, tmp_path: Path) -> None:
    """Credentials beside a list are its own; without them it stands for what it lists."""
    (tmp_path / "l.csv").write_text("path\nart/signed.png\n")
    alone = json_of(run, "l.csv")
    assert run("sign", "l.csv", "--sidecar", "--home", artist.home.path).exit == 0

    assert alone[1] == {"art/signed.png": "intact"}
    assert json_of(run, "l.csv")[1] == {"l.csv": "intact"}
    assert json_of(run, "l.csv", "--sidecar", "l.csv.c2pa")[1] == {"l.csv": "intact"}


@pytest.mark.parametrize("more", [(), ("art/in/unsigned.png", "art/signed.png")], ids=["a few", "many"])
def test_what_cannot_be_read_is_a_row(more: tuple[str, ...], art: Path, run: Run) -> None:
    """However many there are: a report that says so in JSON, exit code 2, and the others are verified."""
    code, found, _ = json_of(run, "art/signed.png", "gone.png", *more)

    assert code == 2
    assert found["gone.png"] == "not_checked"
    assert found["art/signed.png"] == "intact"


def test_what_cannot_be_read_is_said_in_text(art: Path, run: Run) -> None:
    """A screen of its own that claims nothing about the file, and a line of the summary; quiet keeps the error."""
    text = run("verify", "art", "gone.png")
    quiet = run("verify", "art", "gone.png", "--quiet")

    assert text.out.startswith("Could not check\ngone.png\nIntact?     Could not tell: does not exist\n")
    assert "Not looked for: the file could not be read." in text.out.split("\n\n")[0]
    assert "Could not be checked:\n- gone.png: does not exist\n" in text.out
    assert (text.exit, text.err) == (2, "")
    assert (quiet.exit, quiet.out, quiet.err) == (2, "", "error: gone.png: does not exist\n")


def test_the_same_file_is_looked_at_once(art: Path, run: Run) -> None:
    """Two names for one file give one report, under the first name."""
    assert json_of(run, "art/signed.png", "./art/signed.png")[1] == {"art/signed.png": "intact"}


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root reads everything")
def test_a_folder_that_cannot_be_read_is_a_row(art: Path, run: Run) -> None:
    """What lies in it was not looked at, and nobody says that it was: exit code 2; the others are verified."""
    (art / "in").chmod(0)

    code, found, told = json_of(run, "art")
    (art / "in").chmod(0o700)

    assert code == 2
    assert found == {"art/altered.png": "altered", "art/signed.png": "intact", "art/in": "not_checked"}
    assert "- art/in: cannot be read (Permission denied)" in told


def test_a_list_that_says_the_same_again_and_again(art: Path, tmp_path: Path) -> None:
    """What needs no look comes in its place, however much of it there is, and at the end as well."""
    names = ["art/signed.png", *["art/signed.png"] * 3000, "art/altered.png", *["art/altered.png"] * 2500]
    (tmp_path / "l.txt.csv").write_text("\n".join(["path", *names]))

    found = list(verified(entries(gather([str(tmp_path / "l.txt.csv")])), options=Options(), settings=Settings()))

    kinds = [(kind.__name__, len(list(some))) for kind, some in groupby(found, type)]
    assert kinds == [("Input", 1), ("Verified", 1), ("LeftOut", 3000), ("Verified", 1), ("LeftOut", 2500)]


def test_exit_codes(art: Path, run: Run) -> None:
    """0 if all meet what is required, 1 if some do not, 2 if that could not be told for any."""
    signed = [f"art/{number}.png" for number in range(4)]
    for name in signed:
        Path(art.parent, name).write_bytes((art / "signed.png").read_bytes())

    codes = [
        run("verify", *arguments, "--quiet").exit
        for arguments in (signed, [*signed, "art/altered.png"], [*signed, "art/altered.png", "gone.png"])
    ]
    strict = run("verify", *signed, "--require", "known", "--quiet").exit
    stranger = run("verify", *signed, "--expect-signer", "ab" * 32, "--quiet").exit

    assert (codes, strict, stranger) == ([0, 1, 2], 1, 1)


def test_a_file_that_stalls_costs_itself_only(art: Path, run: Run, tmp_path: Path) -> None:
    """One row names the limit; the others are verified."""
    (art / "hang.png").write_bytes(many_assertions(20_000))
    lifted = "\n".join(f"{name} = {1 << 40}" for name in Limits.__match_args__)
    (tmp_path / "home").mkdir(exist_ok=True)
    (tmp_path / "home" / "config.toml").write_text(f"[limits]\n{lifted}\n[worker]\nwall_seconds = 3\ncpu_seconds = 2\n")

    code, found, told = json_of(run, "art")

    assert (code, found) == (2, ALL | {"art/hang.png": "not_checked"})
    assert "- art/hang.png: the limit " in told


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("empty",), "empty: holds no picture that is known here; name the files themselves"),
        (("-",), "-: holds no picture that is known here; name the files themselves"),
        (("art", "-o", "r.json"), "r.json: would hold a report a line, each JSON; call it NAME.jsonl"),
        (("art", "-o", "old.jsonl"), "old.jsonl: exists already; allow it with --overwrite, or choose another"),
        (("l.jsonl", "-o", "l.jsonl", "--overwrite"), "l.jsonl: is one of the files to be verified; choose another name"),
        (("l.json*", "-o", "l.jsonl", "--overwrite"), "l.jsonl: is one of the files to be verified; choose another name"),
        (("empty", "-o", "r.jsonl"), "empty: holds no picture that is known here; name the files themselves"),
        (("art", "-o", "no/r.jsonl"), "r.jsonl.journal: cannot be written (No such file or directory)"),
        (("art", "--resume"), "--resume: is for a run that writes something; say where with --output"),
        (("art/signed.png", "--overwrite"), "--overwrite: is for a run that writes something; say where with --output"),
        (("art", "--null"), "--null: is for names on standard input; name - among the paths"),
        (("art", "--column", "x"), "--column: is for lists; name a CSV, JSON Lines or Parquet file"),
        (("l.jsonl", "--column", "fil"), "l.jsonl: has no column 'fil'; did you mean 'file'?"),
        (("art", "--sidecar", "x.c2pa"), "--sidecar: belongs to one picture; verify one picture at a time"),
        (("art", "--evidence", "x.kra"), "--evidence: belongs to one picture; verify one picture at a time"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_one_line(
    arguments: tuple[str, ...], sentence: str, art: Path, run: Run, tmp_path: Path
) -> None:
    """Exit code 2 and one line; nothing is left behind, and what was there is as it was."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "old.jsonl").write_text("mine")
    (tmp_path / "l.jsonl").write_text('{"file": "art/signed.png"}\n')
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    ran = run("verify", *arguments)

    assert (ran.exit, ran.out, ran.err) == (2, "", f"error: {sentence}\n")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_one_picture_loads_nothing_of_this(art: Path, tmp_path: Path) -> None:
    """A one-shot `verify`, and one of a few files, load no module of the batch room; a folder does."""

    def loaded(*paths: str) -> bool:
        command = [sys.executable, "-X", "importtime", str(CHECKOUT / "cli.py"), "verify", *paths]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        return "provenance.batch" in done.stderr

    assert not loaded("art/signed.png")
    assert not loaded("art/signed.png", "art/altered.png", "art/in/unsigned.png")
    assert loaded("art")


def test_lists_and_archives_are_those_of_the_batch_room() -> None:
    """What the quick way leaves to the other, without loading it, is what that takes."""
    assert set(_LISTS_AND_ARCHIVES) == {*_ARCHIVES, *ENDINGS}


# --- into a file --------------------------------------------------------------------------------------------------


def test_reports_go_into_a_file(art: Path, run: Run, tmp_path: Path) -> None:
    """A report a line, the counts on stdout; the file and its journal in the folder itself are not told of."""
    ran = run("verify", ".", "-o", "reports.jsonl")
    again = run("verify", ".", "-o", "reports.jsonl", "--overwrite", "--resume")

    assert rows((tmp_path / "reports.jsonl").read_text()) == {f"./{name}": state for name, state in ALL.items()}
    assert ran.exit == again.exit == 1
    assert ran.out.splitlines()[0] == "3 pictures looked at"
    assert ran.out.splitlines()[-1] == "Reports: reports.jsonl"
    assert "reports.jsonl.journal" not in ran.out
    assert "note: there is no reports.jsonl.journal to go on with" in again.err
    assert not (tmp_path / "reports.jsonl.journal").exists()


class Runs:
    """Runs over one folder into one file, judged as on one day, so that no line tells when it was made."""

    def __init__(self, place: Path, name: str, day: str = "2026-12-24") -> None:
        self.reports = place / f"{name}.jsonl"
        self.journal = place / f"{name}.jsonl.journal"
        self._command = [
            sys.executable, str(CHECKOUT / "cli.py"), "verify", "pictures", "-o", self.reports.name, "--as-of", day,
            "--resume", "--quiet",
        ]  # fmt: skip
        self._place = place

    def start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._command, cwd=self._place, env=os.environ | {"PROVENANCE_HOME": str(self._place / "home")},
            stderr=subprocess.PIPE,
        )  # fmt: skip

    def killed_at(self, lines: int) -> int:
        """Kill a run when its journal has so many *lines* or a few more; return how many it has then."""
        process = self.start()
        while process.poll() is None and self.lines() <= lines:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        return self.lines()

    def lines(self) -> int:
        return self.journal.read_bytes().count(b"\n") if self.journal.exists() else 0

    def to_the_end(self) -> tuple[int, str]:
        """Run to the end, and return exit code and errors."""
        process = self.start()
        _, errors = process.communicate(timeout=600)
        return process.returncode, errors.decode()


def goes_on(place: Path, count: int, moments: list[int]) -> None:
    """Kill a run at those *moments*, let it end, and compare its reports with those of an unbroken run."""
    broken, whole = Runs(place, "broken"), Runs(place, "whole")
    reached = [broken.killed_at(moment) for moment in moments]
    assert not broken.reports.exists()

    ended, unbroken = broken.to_the_end(), whole.to_the_end()

    assert reached == sorted(reached)
    assert reached[-1] > moments[-1]
    assert ended[0] == unbroken[0] in (1, 2), ended[1]
    assert broken.reports.read_bytes() == whole.reports.read_bytes()
    named = Counter(json.loads(line)["file"]["name"] for line in broken.reports.read_text().splitlines())
    files = [path for path in (place / "pictures").iterdir() if path.suffix != ".c2pa"]
    assert named == Counter(f"pictures/{path.name}" for path in files)
    assert len(named) == count
    assert not broken.journal.exists()
    assert [path.name for path in place.iterdir() if path.name.startswith(".provenance-")] == []


def test_a_killed_run_goes_on(tmp_path: Path) -> None:
    """Killed three times among a hundred and fifty files, once while it began: each once, the reports unbroken."""
    fill(tmp_path / "pictures", 150)

    goes_on(tmp_path, 150, [0, 40, 90])


@pytest.mark.deep
def test_a_run_killed_twenty_times_goes_on(tmp_path: Path) -> None:
    """Two thousand files, one that hangs among them, killed at twenty moments that chance chooses."""
    fill(tmp_path / "pictures", 1999)
    (tmp_path / "pictures" / "hang.png").write_bytes(many_assertions(20_000))
    lifted = "\n".join(f"{name} = {1 << 40}" for name in Limits.__match_args__)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "config.toml").write_text(f"[limits]\n{lifted}\n[worker]\nwall_seconds = 4\ncpu_seconds = 3\n")

    goes_on(tmp_path, 2000, sorted(random.Random(20).sample(range(1900), 20)))


def test_a_run_that_was_killed_at_its_very_end(art: Path, run: Run, tmp_path: Path) -> None:
    """Reports that stand there with their journal are those of the run; without one they are somebody's."""
    (tmp_path / "pictures").symlink_to(art)
    one = Runs(tmp_path, "one")
    assert one.killed_at(2) > 2
    journal = one.journal.read_bytes()
    assert one.to_the_end()[0] == 1
    whole = one.reports.read_bytes()
    one.journal.write_bytes(journal)

    again = one.to_the_end()
    finished = one.to_the_end()

    assert (again[0], one.reports.read_bytes()) == (1, whole)
    assert finished == (2, "error: one.jsonl: exists already; allow it with --overwrite, or choose another\n")


def test_another_question_is_not_gone_on_with(tmp_path: Path) -> None:
    """Another day, another trust, a file that is gone: refused in one line, and the journal stays."""
    fill(tmp_path / "pictures", 60)
    one = Runs(tmp_path, "one")
    one.killed_at(20)
    line = one.journal.read_bytes()

    other = Runs(tmp_path, "one", day="2027-01-01").to_the_end()
    first: Any = json.loads(line.splitlines()[2])
    (tmp_path / first[1]).unlink()
    gone = one.to_the_end()

    assert other == (2, 'error: one.jsonl.journal: was begun with another as_of ("2026-12-24", now "2027-01-01"); '
                        "run it as it was begun, or delete the journal to start anew\n")  # fmt: skip
    assert gone[0] == 2
    assert gone[1].startswith("error: one.jsonl.journal: tells of inputs that have changed since (at ")
    assert one.journal.read_bytes() == line
