"""`provenance check`, run as a command: what it says of real files, where it writes, how it exits."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from PIL import Image
from typer.testing import CliRunner

import provenance
from provenance.commands.group import app
from provenance.declaration.model import Declaration
from provenance.home import Home
from provenance.policy.formats.schema import schema
from provenance.signing.options import Options
from provenance.signing.sign import sign
from tests.support.artist import DRAWN_BY_HAND, Artist
from tests.support.environment import CHECKOUT, Ran
from tests.support.pictures import png

Run = Callable[..., Ran]

POLICY = """
schema_version = "1"
id = "house"
title = "The house's own"
evidence = "intact"

[context.shipped]
help = "Whether players get to see it."
values = [true, false]

[context.department]
values = ["art", "marketing"]

[[requirement]]
id = "signed"
that = { integrity = { any_of = ["intact"] } }
when = { context = { shipped = { equals = true } } }
on_fail = "reject"
message = "It must be signed."
link = "https://studio.example/rules"

[[conclusion]]
id = "no-generative"
that = { generative_kinds = { present = false } }
on_fail = "review"
on_unknown = "note"
message = "Generative AI is looked at."
"""
FILLED = Declaration.model_validate(
    {
        "origin": "blank canvas",
        "tools": [{"name": "Photoshop"}],
        "steps": [{"action": "c2pa.edited", "ai": {"kind": "inpainting", "generative": "yes"}}],
        "history_complete": True,
    }
)
WAIVER = """
[[waiver]]
rules = ["signed"]
paths = ["art/*"]
reason = "contract 7"
author = "Ada K."
expires = "2999-12-31"
"""


@pytest.fixture
def run(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command, in this process, inside `tmp_path`: what a process of its own adds is tested at the end."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("PROVENANCE_CACHE", str(tmp_path / "home" / "cache"))
    monkeypatch.delenv("PROVENANCE_LANG", raising=False)

    def call(*arguments: str, stdin: str = "") -> Ran:
        done = CliRunner().invoke(app, [*arguments], input=stdin, prog_name="provenance")
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Ran(done.exit_code, done.stdout, done.stderr)

    return call


@pytest.fixture(scope="module")
def pictures(artist: Artist, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A drawing that is signed, one with a declared generative step, one altered, one unsigned."""
    folder = tmp_path_factory.mktemp("pictures")
    found = {}
    for name, said in (("signed", DRAWN_BY_HAND), ("filled", FILLED)):
        target = folder / f"{name}.png"
        sign(
            png(folder / "drawn.png"),
            said,
            credential=artist.credential,
            options=Options(output=target, thumbnail=False),
        )
        found[name] = target.read_bytes()
    found["unsigned"] = (folder / "drawn.png").read_bytes()
    changed = bytearray(found["signed"])
    at = changed.rindex(b"IDAT")
    changed[at + 12] ^= 1
    found["altered"] = bytes(changed)
    return found


@pytest.fixture
def art(pictures: dict[str, bytes], tmp_path: Path) -> Path:
    """A folder with those four, and a policy beside it."""
    folder = tmp_path / "art"
    folder.mkdir()
    for name, data in pictures.items():
        (folder / f"{name}.png").write_bytes(data)
    (tmp_path / "house.toml").write_text(POLICY, encoding="utf-8")
    return folder


CHECK = ("check", "art", "--policy", "house.toml")
SHIPPED = (*CHECK, "--context", "shipped=true")


def decisions(ran: Ran) -> dict[str, str]:
    return {one["name"]: one["decision"] for one in map(json.loads, ran.out.splitlines())}


# --- verdicts and exit codes --------------------------------------------------------------------------------------


def test_each_file_gets_its_verdict(art: Path, run: Run) -> None:
    """Unsigned and altered files are rejected by the rule of form, a declared fill is reviewed, the drawing passes."""
    ran = run(*SHIPPED, "--format", "jsonl", "--quiet")

    assert decisions(ran) == {
        "art/altered.png": "reject", "art/filled.png": "review", "art/signed.png": "pass", "art/unsigned.png": "reject",
    }  # fmt: skip
    assert (ran.exit, ran.err) == (1, "")
    for line in ran.out.splitlines():
        jsonschema.validate(json.loads(line), schema("verdict"))


def test_the_terminal_is_told_the_worst_first(art: Path, run: Run) -> None:
    """Counts, then rejected files, then those for a person; what passes is counted only."""
    ran = run(*SHIPPED)

    assert ran.out.startswith("4 files checked under the policy house\n        2  reject: does not meet")
    assert ran.out.index("- art/altered.png") < ran.out.index("- art/unsigned.png") < ran.out.index("- art/filled.png")
    assert "- art/signed.png" not in ran.out
    assert ran.out.endswith("\n3 files fail this run (--fail-on review).\n")
    assert ran.exit == 1


NOTED = ("check", "art/unsigned.png", "--policy", "house.toml", "--context", "shipped=false")
EXITS: dict[str, tuple[tuple[str, ...], int]] = {
    "findings": ((*SHIPPED,), 1),
    "all that was checked passes": (("check", "art/signed.png", "--policy", "house.toml"), 0),
    "a note, asked for": ((*NOTED, "--fail-on", "note"), 1),
    "a note": (NOTED, 0),
    "review below reject": (("check", "art/filled.png", "--policy", "house.toml", "--fail-on", "reject"), 0),
    "warn only": ((*SHIPPED, "--warn-only"), 0),
    "exit zero": ((*SHIPPED, "--exit-zero"), 0),
    "exit zero does not hide what is not there": ((*SHIPPED, "gone.png", "--exit-zero"), 2),
    "nor does warn only": ((*SHIPPED, "gone.png", "--warn-only"), 2),
    "no picture at all": (("check", "empty", "--policy", "house.toml", "--exit-zero"), 2),
    "no such policy": (("check", "art", "--policy", "hous.toml"), 2),
}


def test_exit_codes(art: Path, run: Run, tmp_path: Path) -> None:
    """0 pass, 1 findings, 2 could not tell, which nothing hides."""
    (tmp_path / "empty").mkdir()

    found = {name: run(*arguments).exit for name, (arguments, _) in EXITS.items()}

    assert found == {name: code for name, (_, code) in EXITS.items()}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk here")
def test_an_answer_that_nobody_gets_is_no_pass(art: Path, tmp_path: Path) -> None:
    """Where the answer cannot be written, the exit code is 2 and nothing else."""
    command = [sys.executable, str(CHECKOUT / "cli.py"), "check", "art/signed.png", "--policy", "house.toml"]
    environment = os.environ | {"PROVENANCE_HOME": str(tmp_path / "home"), "PROVENANCE_CACHE": str(tmp_path / "cache")}

    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, cwd=tmp_path, env=environment, stdout=full, stderr=subprocess.PIPE, check=False)

    shut = ["sh", "-c", 'exec "$@" >&-', "sh", *command]
    closed = subprocess.run(shut, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, check=False)

    assert (done.returncode, closed.returncode) == (2, 2)
    assert b"error: " in done.stderr
    assert closed.stderr.endswith(b"error: the answer cannot be written (Bad file descriptor)\n")


def test_quiet_says_nothing(art: Path, run: Run) -> None:
    """Only the exit code answers; a report that a program reads is still printed."""
    assert run(*SHIPPED, "--quiet") == Ran(1, "", "")
    assert run(*SHIPPED, "--quiet", "--format", "json").out.startswith("{")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="permissions do not keep root out")
def test_a_locked_file_is_a_row(art: Path, run: Run) -> None:
    """A file that may not be read is told, and the others are judged."""
    (art / "signed.png").chmod(0)

    ran = run(*SHIPPED, "--format", "json", "--quiet")

    assert ran.exit == 2
    assert json.loads(ran.out)["summary"]["could_not_judge"] == 1


def test_what_is_not_there_is_a_row_and_stops_no_other(art: Path, run: Run) -> None:
    """A missing name and a pattern without a match are rows that could not be told; all others have their verdicts."""
    ran = run(*SHIPPED, "gone.png", "none/*.png", "--format", "json", "--quiet")

    found = json.loads(ran.out)
    jsonschema.validate(found, schema("check"))
    assert found["summary"]["files"] == 6
    assert {one["name"]: one["problem"] for one in found["files"] if one["problem"]} == {
        "gone.png": "does not exist",
        "none/*.png": "is a pattern that nothing matches",
    }


def test_a_waiver_is_counted_and_fails_nothing(art: Path, run: Run, tmp_path: Path) -> None:
    """What somebody answers for no longer rejects; it is counted, with reason and author; an altered file is reviewed."""
    (tmp_path / "house.toml").write_text(POLICY + WAIVER, encoding="utf-8")

    ran = run(*SHIPPED, "--format", "jsonl")

    assert decisions(ran)["art/unsigned.png"] in {"pass", "note"}
    assert decisions(ran)["art/altered.png"] == "review"
    assert "Answers waived: 2; files concerned: 2." in ran.err
    assert "contract 7" in ran.out
    assert "Ada K." in ran.out


def test_a_waiver_that_ran_out_is_told(art: Path, run: Run, tmp_path: Path) -> None:
    """It no longer counts, and whoever wonders why a file fails today is told."""
    (tmp_path / "house.toml").write_text(POLICY + WAIVER.replace("2999", "2020"), encoding="utf-8")

    ran = run(*SHIPPED, "--format", "jsonl")

    assert decisions(ran)["art/unsigned.png"] == "reject"
    assert "A waiver ran out on 2020-12-31" in " ".join(ran.err.split())


# --- where files come from ----------------------------------------------------------------------------------------


def test_folders_patterns_lists_archives_and_names_on_stdin(art: Path, run: Run, tmp_path: Path) -> None:
    """Each names the same four pictures, and each picture is judged once."""
    with tarfile.open(tmp_path / "all.tar", "w") as archive:
        for path in sorted(art.iterdir()):
            archive.add(path, path.name)
    (tmp_path / "list.csv").write_text(
        "path,by\n" + "".join(f"art/{path.name},Mika\n" for path in art.iterdir()), encoding="utf-8"
    )
    names = "".join(f"art/{path.name}\n" for path in art.iterdir())
    more = ("--policy", "house.toml", "--context", "shipped=true", "--format", "jsonl", "--quiet")
    expected = sorted(decisions(run("check", "art", *more)).values())

    for given in (["all.tar"], ["list.csv"], ["art/*.png"], ["**/*.png"], ["art", "art/signed.png", "./art"]):
        assert sorted(decisions(run("check", *given, *more)).values()) == expected, given
    assert sorted(decisions(run("check", "-", *more, stdin=names + names)).values()) == expected


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes")
def test_what_leads_nowhere_is_a_row_and_stops_no_other(art: Path, run: Run) -> None:
    """A link to nothing, links in a circle, a pipe, a folder linked into itself: the pictures beside them are judged."""
    for name, target in (("gone.png", "nowhere"), ("one.png", "two.png"), ("two.png", "one.png"), ("loop", ".")):
        (art / name).symlink_to(target)
    os.mkfifo(art / "pipe.png")
    os.mkfifo(art / "pipe")

    ran = run(*SHIPPED, "--format", "jsonl", "--quiet")

    rows = {one["name"]: one["problem"] for one in map(json.loads, ran.out.splitlines())}
    assert [name for name, problem in rows.items() if not problem] == [
        "art/altered.png", "art/filled.png", "art/signed.png", "art/unsigned.png",
    ]  # fmt: skip
    assert [name for name, problem in rows.items() if problem] == [
        "art/gone.png", "art/one.png", "art/pipe.png", "art/two.png",
    ]  # fmt: skip
    assert "Too many levels of symbolic links" in rows["art/one.png"]
    assert ran.exit == 2


def test_what_is_no_picture_is_counted_as_left_out(art: Path, run: Run) -> None:
    """A text in a folder gets no verdict, and the summary says so."""
    (art / "notes.txt").write_text("notes", encoding="utf-8")

    ran = run(*SHIPPED, "--format", "json")

    assert json.loads(ran.out)["summary"]["left_out"] == 1
    assert "1 left out" in ran.err


# --- what earlier runs found --------------------------------------------------------------------------------------


def test_what_was_found_is_kept_unless_it_is_forbidden(art: Path, run: Run, tmp_path: Path) -> None:
    """Facts are kept between runs, verdicts are not: another policy judges anew; --no-cache leaves nothing behind."""
    form, kept = ("--format", "jsonl", "--quiet"), tmp_path / "home" / "cache"
    lenient = POLICY.replace('id = "house"', 'id = "lenient"').replace('on_fail = "reject"', 'on_fail = "note"')
    (tmp_path / "lenient.toml").write_text(lenient, encoding="utf-8")

    first = run(*SHIPPED, *form, "--no-cache")
    before = kept.exists()
    second, third = run(*SHIPPED, *form), run(*SHIPPED, *form, "--rehash")
    other = run(*(word.replace("house", "lenient") for word in SHIPPED), *form)

    assert not before
    assert kept.exists()
    assert first.out == second.out == third.out
    assert decisions(other)["art/unsigned.png"] == "note"


# --- where the report goes ----------------------------------------------------------------------------------------


ENDINGS = {
    "a.json": "{",
    "a.jsonl": "{",
    "a.csv": "file,decision",
    "a.sarif": "{",
    "a.xml": "<?xml",
    "a.txt": "4 files",
}


def test_the_ending_says_the_format(art: Path, run: Run, tmp_path: Path) -> None:
    """A file's ending chooses its format; the summary on the terminal says where it is."""
    for name, begins in ENDINGS.items():
        ran = run(*SHIPPED, "-o", name)

        assert (tmp_path / name).read_text("utf-8").startswith(begins)
        assert ran.out.endswith(f"3 files fail this run (--fail-on review).\nReport: {name}\n")
        assert ran.exit == 1


def test_a_report_is_not_written_over(art: Path, run: Run, tmp_path: Path) -> None:
    """What stands there stays, unless it is said; a picture, a policy and settings never become a report."""
    (tmp_path / "a.csv").write_text("mine", encoding="utf-8")
    picture = (art / "signed.png").read_bytes()
    (tmp_path / "provenance.toml").write_text("[check]\nblind = false\n", encoding="utf-8")

    refused = run(*SHIPPED, "-o", "a.csv", "--quiet")
    taken = run("check", "art/signed.png", "--policy", "house.toml", "-o", "art/signed.png", "--overwrite")
    below = run(*SHIPPED, "-o", "art/signed.png", "--overwrite", "--format", "json")
    read = [run(*SHIPPED, "-o", name, "--overwrite", "--format", "json") for name in ("house.toml", "provenance.toml")]
    allowed = run(*SHIPPED, "-o", "a.csv", "--overwrite")

    assert (refused.exit, refused.err) == (
        2, "error: a.csv: exists already; allow it with --overwrite, or choose another\n",
    )  # fmt: skip
    assert (taken.exit, below.exit, (art / "signed.png").read_bytes()) == (2, 2, picture)
    assert "error: signed.png: is called as a picture is; end the name with one of .txt, .json" in below.err
    assert ["is read by this run" in ran.err for ran in read] == [True, True]
    assert (tmp_path / "house.toml").read_text("utf-8") == POLICY
    assert allowed.exit == 1
    assert (tmp_path / "a.csv").read_text("utf-8").startswith("file,decision")


def test_a_report_is_whole_or_not_there(art: Path, run: Run, tmp_path: Path) -> None:
    """Where nothing can be judged no report appears, and none of its parts."""
    (tmp_path / "empty").mkdir()
    for arguments in (("--policy", "hous.toml"), ("--policy", "house.toml", "--context", "shiped=true")):
        assert run("check", "art", *arguments, "-o", "a.json").exit == 2
    assert run("check", "empty", "--policy", "house.toml", "-o", "a.json").exit == 2

    assert {path.name for path in tmp_path.iterdir()} <= {"art", "empty", "home", "house.toml"}


def test_the_log_says_how_the_run_ends(art: Path, run: Run) -> None:
    """SARIF holds when the run began and the exit code that the program gives, with `--exit-zero` too."""
    plain, zero = run(*SHIPPED, "--format", "sarif"), run(*SHIPPED, "--format", "sarif", "--exit-zero")

    (said,), (silent,) = (json.loads(ran.out)["runs"][0]["invocations"] for ran in (plain, zero))
    assert (plain.exit, said["exitCode"]) == (1, 1)
    assert (zero.exit, silent["exitCode"], silent["executionSuccessful"]) == (0, 0, True)
    assert datetime.fromisoformat(said["startTimeUtc"]) <= datetime.now(UTC)


def test_an_annotation_names_a_file_as_the_workspace_does(art: Path, run: Run) -> None:
    """`check .` brings ``./art/…``, which no file of a commit is called."""
    ran = run("check", ".", "--policy", "house.toml", "--format", "github")

    assert "::error file=art/altered.png," in ran.out
    assert "file=./" not in ran.out


def test_github_and_junit_go_to_stdout_alone(art: Path, run: Run) -> None:
    """What a machine reads is on stdout, what people read on stderr."""
    for form, begins in (("github", "::notice title=house::"), ("junit", "<?xml"), ("sarif", "{")):
        ran = run(*SHIPPED, "--format", form)

        assert ran.out.startswith(begins)
        assert "files checked" in ran.err


LANGUAGES = {"es": "4 archivos examinados", "ja": "4 個のファイルを方針"}


def test_an_unsigned_file_is_one_annotation(run: Run, tmp_path: Path) -> None:
    """However many rules it does not meet, and whatever it is called, under every template."""
    png(tmp_path / "art,a::b%0A##[error]c.png")

    done = run("check", "art,a::b%0A##[error]c.png", "--policy", "vendor-delivery", "--format", "github")

    counts, annotation = done.out.splitlines()
    assert counts.startswith("::notice title=vendor-delivery::Files checked: 1;")
    assert annotation.startswith("::error file=art%2Ca%3A%3Ab%250A##[error]c.png,title=vendor-delivery%3A ")
    assert annotation.count("%0A") > 3


def test_the_answer_is_in_the_language_asked_for(art: Path, run: Run) -> None:
    """`--lang` chooses the language of every sentence."""
    for language, begins in LANGUAGES.items():
        assert run(*SHIPPED, "--lang", language).out.startswith(begins)


# --- what is refused ----------------------------------------------------------------------------------------------


REFUSED: dict[str, tuple[tuple[str, ...], str]] = {
    "no policy": (("check", "art"), "error: --policy: is not given, and nothing is judged without one; "),
    "a context value that is not known": (
        (*CHECK, "--context", "shiped=true"),
        "error: --context shiped: there is no context value 'shiped'; did you mean shipped\n",
    ),
    "a value that it cannot have": (
        (*CHECK, "--context", "department=art_"),
        "error: --context department: 'art_' is no value of department; did you mean art\n",
    ),
    "no value": ((*CHECK, "--context", "shipped"), "error: --context: 'shipped' has no value; write NAME=VALUE\n"),
    "a page without a place": (
        (*CHECK, "--format", "html"),
        "error: --format html: is a page with case files beside it; say where with --output FILE.html\n",
    ),
    "a language": ((*CHECK, "--lang", "xx"), "error: --lang: there is no catalogue for 'xx'; one of en, es, ja\n"),
}


@pytest.mark.parametrize(("arguments", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_bad_input_is_one_clear_line(arguments: tuple[str, ...], message: str, art: Path, run: Run) -> None:
    """Exit 2, and one line that says where, what and what to do."""
    ran = run(*arguments)

    assert (ran.exit, ran.out) == (2, "")
    assert ran.err.startswith(message)
    assert ran.err.count("\n") == 1


# --- settings -----------------------------------------------------------------------------------------------------


SETTINGS = 'policy = "../house.toml"\nfail_on = "reject"\ncontext = { shipped = true }\n'


@pytest.mark.parametrize("name", ["provenance.toml", "pyproject.toml"])
def test_settings_are_found_upward(name: str, art: Path, run: Run, tmp_path: Path) -> None:
    """The nearest file counts, paths in it are from where it lies, and the command line counts more."""
    below = art / "below"
    below.mkdir()
    head = "[tool.provenance]\n" if name == "pyproject.toml" else "[check]\n"
    (art / name).write_text(head + SETTINGS, encoding="utf-8")
    here = below / "filled.png"
    here.write_bytes((art / "filled.png").read_bytes())

    found = _run_in(below, "check", "filled.png", "--format", "jsonl")
    louder = _run_in(below, "check", "filled.png", "--fail-on", "review", "--quiet")

    assert found.exit == 0
    assert f"note: settings from {name}\n" in found.err
    assert louder.exit == 1


def _run_in(folder: Path, *arguments: str) -> Ran:
    done = subprocess.run(
        [sys.executable, str(CHECKOUT / "cli.py"), *arguments],
        cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False,
        env=os.environ | {"PROVENANCE_HOME": str(folder / "home"), "PROVENANCE_CACHE": str(folder / "home"), "COLUMNS": "80"},
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr)


WRONG: dict[str, tuple[str, str, str]] = {
    "a setting": ("provenance.toml", '[check]\nfail_onn = "reject"\n', "provenance.toml, line 2: fail_onn: is not a field of the settings; did you mean fail_on"),
    "a word": ("provenance.toml", '[check]\nfail_on = "rejct"\n', "provenance.toml, line 2: fail_on: 'rejct' is not known here; did you mean reject"),
    "a template": ("provenance.toml", '[check]\npolicy = "stuido"\n', "provenance.toml, line 2: policy: 'stuido' is not known here; did you mean studio"),
    "a language": ("provenance.toml", '[check]\nlang = "enn"\n', "provenance.toml, line 2: lang: 'enn' is not known here; did you mean en"),
    "text for yes or no": ("provenance.toml", '[check]\nwarn_only = "no"\n', "provenance.toml, line 2: warn_only: must be true or false, not text"),
    "the table": ("provenance.toml", 'title = "Dusk"\n[chek]\n', "provenance.toml, line 2: there is no table 'chek'; did you mean check"),
    "outside the table": ("provenance.toml", 'policy = "house.toml"\n', "provenance.toml, line 1: policy: is a setting of check, not of a file; write it under [check]"),
    "a setting of a project": ("pyproject.toml", '[project]\nname = "x"\n[tool.provenance]\npolcy = "house.toml"\n', "pyproject.toml, line 4: polcy: is not a field of the settings; did you mean policy"),
    "a kind": ("provenance.toml", "[check]\npolicy = 3\n", "provenance.toml, line 2: policy: must be text in quotes"),
    "no table": ("provenance.toml", "check = 3\n", "provenance.toml, line 1: "),
    "the table of a project": ("pyproject.toml", '[tool.ruff]\nfix = true\n[tool.provenanc]\nblind = true\n', "pyproject.toml, line 3: there is no table 'tool.provenanc'; did you mean tool.provenance"),
    "no TOML": ("provenance.toml", "policy = \n", "provenance.toml: is not TOML: "),
}  # fmt: skip


@pytest.mark.parametrize(("name", "text", "message"), WRONG.values(), ids=WRONG.keys())
def test_a_typo_in_the_settings_is_refused(
    name: str, text: str, message: str, art: Path, run: Run, tmp_path: Path
) -> None:
    """With its line, and the nearest right word; found upward or named, it is the same."""
    (tmp_path / name).write_text(text, encoding="utf-8")

    found, named = run("check", "art"), run("check", "art", "--config", name)

    assert (found.exit, named.exit) == (2, 2)
    assert found.err.startswith(f"error: {message}")
    assert named.err == found.err
    assert found.err.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "line"),
    [("context = { department = 'art', shiped = true }", 3), ("[check.context]\nshiped = true", 4)],
    ids=["in a line", "in a table"],
)
def test_a_value_that_the_policy_does_not_ask_for_is_refused(
    text: str, line: int, art: Path, run: Run, tmp_path: Path
) -> None:
    """As everything in the settings: with its line, and the nearest right word."""
    (tmp_path / "provenance.toml").write_text(f'[check]\npolicy = "house.toml"\n{text}\n', encoding="utf-8")

    ran = run("check", "art", "--quiet")

    problem = "context shiped: there is no context value 'shiped'; did you mean shipped"
    assert (ran.exit, ran.err) == (2, f"error: provenance.toml, line {line}: {problem}\n")


def test_what_is_not_for_check_is_passed_over(art: Path, run: Run, tmp_path: Path) -> None:
    """A folder's declaration, and a project without our table, are no settings; the root of a repository ends the search."""
    (tmp_path / "provenance.toml").write_text('title = "Dusk"\n', encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n', encoding="utf-8")
    inner = tmp_path / "repository"
    (inner / ".git").mkdir(parents=True)
    (inner / "house.toml").write_text(POLICY, encoding="utf-8")
    png(inner / "a.png")

    ran = run(*CHECK, "--config", "provenance.toml")
    (tmp_path / "provenance.toml").write_text('[check]\npolicy = "house.toml"\n', encoding="utf-8")
    outside = _run_in(inner, "check", "a.png")

    assert (ran.exit, ran.err.split(";")[0]) == (2, "error: provenance.toml: holds no [check]")
    assert run(*CHECK).exit == 1
    assert outside.exit == 2
    assert outside.err.startswith("error: --policy: is not given")


# --- blind --------------------------------------------------------------------------------------------------------


def test_blind_names_nobody(art: Path, run: Run) -> None:
    """No file name, signer or title stands in any format; entries have numbers."""
    secrets = ("altered", "unsigned", "filled", "nightjar", "mika", "dusk")
    (art / "altered.png").rename(art / "Mika-Kestrel-Dusk.png")

    for form in ("text", "json", "jsonl", "csv", "sarif", "junit", "github"):
        ran = run(*SHIPPED, "--format", form, "--blind")

        assert [word for word in secrets if word in (ran.out + ran.err).casefold()] == [], form
        assert "entry 1" in ran.out or "entry%201" in ran.out


# --- the page -----------------------------------------------------------------------------------------------------


def test_the_page_has_case_files_beside_it(art: Path, run: Run, tmp_path: Path) -> None:
    """Each row opens its case file; a second run leaves none of the first."""
    first = run(*SHIPPED, "-o", "all.html")
    odd = os.fsdecode(b"\xff #1.html")
    named_oddly = run(*SHIPPED, "-o", odd)
    (art / "altered.png").unlink()
    refused = run(*SHIPPED, "-o", "all.html")
    second = run(*SHIPPED, "-o", "all.html", "--overwrite")

    text = (tmp_path / "all.html").read_text("utf-8")
    files = sorted(path.name for path in (tmp_path / "all.files").iterdir())
    assert (first.exit, refused.exit, second.exit) == (1, 2, 1)
    assert first.out.endswith(f"Report: all.html\nCase files: all.files{os.sep}\n")
    assert files == ["0001.case.html", "0002.case.html", "0003.case.html"]
    assert [f'href="all.files/{name}"' in text for name in files] == [True] * 3
    assert text.count("data:image/jpeg;base64,") == 3
    assert named_oddly.exit == 1
    assert 'href="%FF%20%231.files/0001.case.html"' in (tmp_path / odd).read_text("utf-8")
    assert "unsigned.png" in (tmp_path / "all.files" / "0001.case.html").read_text("utf-8")


def test_the_blind_page_names_nobody(art: Path, run: Run, tmp_path: Path) -> None:
    """Neither the page nor a case file names a file, a signer or a title."""
    run(*SHIPPED, "-o", "all.html", "--blind")

    pages = [tmp_path / "all.html", *(tmp_path / "all.files").iterdir()]
    assert len(pages) == 5
    for path in pages:
        text = path.read_text("utf-8").casefold()
        assert [word for word in ("altered.png", "nightjar", "mika", "dusk") if word in text] == []


# --- Python -------------------------------------------------------------------------------------------------------


def test_programs_get_the_same_verdicts(art: Path, run: Run, artist: Artist, tmp_path: Path, monkeypatch: Any) -> None:
    """`provenance.check` yields what the command prints; what cannot be read is a verdict, not an exception."""
    monkeypatch.chdir(tmp_path)
    told = decisions(run(*SHIPPED, "--format", "jsonl"))

    found = list(provenance.check(["art", "gone.png"], "house.toml", context={"shipped": True}))
    alone = list(provenance.check("art/signed.png", "house.toml"))

    assert {one.name: one.decision for one in found if not one.problem} == told
    assert [one.name for one in alone] == ["art/signed.png"]  # its letters are no paths
    assert [(one.name, one.problem) for one in found if one.problem] == [("gone.png", "does not exist")]
    assert provenance.PolicyDecision.REJECT == "reject"
    with pytest.raises(provenance.ProvenanceError, match="context shiped"):
        provenance.check(["art"], "house.toml", context={"shiped": True})


def test_the_render_farm_holds_what_is_found(art: Path, tmp_path: Path) -> None:
    """The example prints what must not go on, and exits as the command does."""

    def farm(*paths: str) -> Ran:
        done = subprocess.run(
            [sys.executable, str(CHECKOUT / "examples" / "render_farm.py"), "house.toml", *paths],
            cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False,
            env=os.environ | {"PYTHONPATH": str(CHECKOUT), "PROVENANCE_HOME": str(tmp_path / "home"), "PYTHONUTF8": "1"},
        )  # fmt: skip
        return Ran(done.returncode, done.stdout, done.stderr)

    found, lost, clean = farm("art"), farm("art/signed.png", "gone.png"), farm("art/signed.png")

    assert (found.exit, lost.exit) == (1, 2), found.err
    assert "HOLD art/filled.png [review] Generative AI is looked at." in found.out
    assert lost.out.startswith("HOLD gone.png [review] does not exist")
    assert clean.exit in {0, 1}


def test_a_table_for_a_spreadsheet(art: Path, run: Run) -> None:
    """A hostile name stands in the table as text."""
    Image.new("RGB", (8, 8)).save(art / "=1+1.png")

    ran = run("check", "art/=1+1.png", "--policy", "house.toml", "--format", "csv", "--quiet")

    ((_, *rows),) = [list(csv.reader(io.StringIO(ran.out, newline="")))]
    assert rows[0][0] == "art/=1+1.png"
