"""`provenance permissions check`: a mixed data set against its truth table, what it writes, and how it goes on."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pyarrow.parquet
import pytest

from provenance.batch.schema import NAMES, schema
from provenance.schemas import schema_text
from tests.support.dataset import BAD, KINDS, YES, Kind, make
from tests.support.environment import CHECKOUT, Ran
from tests.test_batch_tar import packed

Run = Callable[..., Ran]
CHECK = ("permissions", "check")
FOR = ("--for", "generative-training")
MIXED = 3 * len(KINDS)


def by_name(text: str) -> dict[str, dict[str, Any]]:
    found = [json.loads(line) for line in text.splitlines()]
    assert len({row["picture"] for row in found}) == len(found)
    return {row["picture"].replace("!", "/").rpartition("/")[2]: row for row in found}


def agree(rows: dict[str, dict[str, Any]], truth: dict[str, Kind], *, mining: bool = False) -> None:
    """Assert that every row is what the truth table says."""
    said = {
        name: (row["decision"], row["signed"], row["integrity"], *([] if mining else [tuple(row["carriers"])]))
        for name, row in rows.items()
    }
    true = {
        name: (
            kind.mining if mining else kind.generative,
            kind.signed, kind.intact, *([] if mining else [kind.carriers]),
        )
        for name, kind in truth.items()
    }  # fmt: skip
    assert said == true


def shard(folder: Path, truth: dict[str, Kind], path: Path) -> None:
    """Pack the pictures of *folder* as samples: each with its number and a caption."""
    files: dict[str, bytes] = {}
    for name in sorted(truth):
        files[name] = (folder / name).read_bytes()
        files[name.split(".")[0] + ".json"] = json.dumps({"name": name}).encode()
    path.write_bytes(packed(files))


def samples(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as archive:
        return {one.name: archive.extractfile(one).read() for one in archive}  # type: ignore[union-attr]


# --- decisions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", ["generative-training", "mining"])
def test_every_decision_is_that_of_the_truth_table(purpose: str, run: Run, tmp_path: Path) -> None:
    """Signed, stripped, conflicting, broken, altered, silent, unreadable: row by row, with carrier and integrity."""
    truth = make(tmp_path / "set", MIXED)

    ran = run(*CHECK, "set", "--for", purpose, "--format", "jsonl")

    assert ran.exit == 2
    agree(by_name(ran.out), truth, mining=purpose == "mining")
    for line in ran.out.splitlines():
        jsonschema.validate(json.loads(line), schema("permissions-row"))


@pytest.mark.parametrize("silence", ["skip", "take"])
def test_a_filtered_shard_holds_exactly_the_allowed(silence: str, run: Run, tmp_path: Path) -> None:
    """Whole samples, the same bytes; silence counts as leave only where it was said so; a broken file never."""
    truth = make(tmp_path / "set", MIXED)
    shard(tmp_path / "set", truth, tmp_path / "s.tar")

    ran = run(*CHECK, "s.tar", *FOR, "--write-allowed", "out", "--not-stated", silence)

    takes = {YES, "not_stated"} if silence == "take" else {YES}
    kept = {name.split(".")[0] for name, kind in truth.items() if kind.generative in takes}
    assert ran.exit == 2, ran.err
    assert samples(tmp_path / "out" / "s.tar") == {
        name: data for name, data in samples(tmp_path / "s.tar").items() if name.split(".")[0] in kept
    }


@pytest.mark.deep
def test_two_thousand_mixed_pictures(run: Run, tmp_path: Path) -> None:
    """Every decision right, in a folder and in a shard; the filtered shard holds exactly the allowed ones."""
    truth = make(tmp_path / "set", 2000)
    shard(tmp_path / "set", truth, tmp_path / "s.tar")

    loose = run(*CHECK, "set", *FOR, "--format", "jsonl", timeout=600)
    packed_up = run(*CHECK, "s.tar", *FOR, "-o", "rows.jsonl", "--write-allowed", "out", timeout=600)

    agree(by_name(loose.out), truth)
    agree(by_name((tmp_path / "rows.jsonl").read_text()), truth)
    kept = {name for name in samples(tmp_path / "out" / "s.tar") if not name.endswith(".json")}
    assert kept == {name for name, kind in truth.items() if kind.generative == YES}
    assert packed_up.exit == 2


def test_patterns_and_names_with_nul(run: Run, tmp_path: Path) -> None:
    """What a pattern matches, and names that end with NUL; one that nothing matches is not there."""
    for name in ("a.jpg", "b\nc.jpg", "d.png"):
        (tmp_path / name).write_bytes(KINDS["nothing"].make())

    wild = run(*CHECK, "*.jpg", *FOR, "--format", "jsonl")
    null = run(*CHECK, "-", "--null", *FOR, "--format", "jsonl", stdin="b\nc.jpg\0a.jpg\0")
    none = run(*CHECK, "*.tif", *FOR)

    assert [json.loads(line)["picture"] for line in wild.out.splitlines()] == ["a.jpg", "b\nc.jpg"]
    assert [json.loads(line)["picture"] for line in null.out.splitlines()] == ["b\nc.jpg", "a.jpg"]
    assert (none.exit, none.err) == (2, "error: *.tif: does not exist\n")


# --- what is written ----------------------------------------------------------------------------------------------


def test_a_run_leaves_a_record(run: Run, tmp_path: Path) -> None:
    """Versions, settings, inputs, counts, and the rows with their SHA-256: valid under the schema that is shipped."""
    truth = make(tmp_path / "set", MIXED)
    shard(tmp_path / "set", truth, tmp_path / "s.tar")

    ran = run(*CHECK, "s.tar", *FOR, "-o", "rows.csv", "--write-allowed", "out")

    record = json.loads((tmp_path / "rows.csv.record.json").read_text())
    jsonschema.validate(record, schema("permissions-record"))
    counts = {one["what"]: one["number"] for one in record["outcomes"]}
    assert counts == Counter(kind.generative for kind in truth.values())
    assert (record["pictures"], record["taken"]) == (MIXED, counts[YES])
    assert record["asked"] == {
        "purpose": "generative-training", "entry": "cawg.ai_generative_training", "not_stated": "skip",
        "paths": ["s.tar"], "column": "",
    }  # fmt: skip
    (given,) = record["inputs"]
    assert (given["path"], given["sort"], given["pictures"]) == ("s.tar", "archive", MIXED)
    assert {"provenance", "c2pa-python", "c2pa-rs"} <= {name for name, _ in record["versions"]}
    rows = (tmp_path / "rows.csv").read_bytes()
    assert record["rows"]["sha256"] == hashlib.sha256(rows).hexdigest()
    assert [Path(one["path"]).name for one in record["allowed"]] == ["s.tar"]
    assert not (tmp_path / "rows.csv.record.journal").exists()
    assert ran.exit == 2
    assert "Record: rows.csv.record.json" in ran.out


@pytest.mark.parametrize("name", NAMES)
def test_the_written_schema_is_the_models(name: str) -> None:
    """What stands in ``schemas/`` is what the models say; `make schemas` writes it anew."""
    assert (CHECKOUT / "schemas" / f"{name}.schema.json").read_text("utf-8") == schema_text(schema(name))


def test_rows_are_the_same_in_every_form(run: Run, tmp_path: Path) -> None:
    """CSV, JSON Lines and Parquet tell the same; into a folder they go under a name of ours."""
    make(tmp_path / "set", len(KINDS))
    (tmp_path / "out").mkdir()

    for form in ("csv", "jsonl", "parquet"):
        ran = run(*CHECK, "set", *FOR, "--format", form, "-o", "out", "--record", f"{form}.json")
        assert ran.exit == 2, ran.err

    with (tmp_path / "out" / "permissions.csv").open(newline="") as stream:
        table = [
            row | {"carriers": row["carriers"].split(), "signed": row["signed"] == "yes"}
            for row in csv.DictReader(stream)
        ]
    lines = [json.loads(line) for line in (tmp_path / "out" / "permissions.jsonl").read_text().splitlines()]
    columns = pyarrow.parquet.read_table(tmp_path / "out" / "permissions.parquet").to_pylist()
    assert table == lines == columns


def test_no_cell_is_a_formula(run: Run, tmp_path: Path) -> None:
    """A name that a spreadsheet would run is shown as text (D15); JSON Lines keep it as it is."""
    (tmp_path / "=cmd|' !A1.jpg").write_bytes(KINDS["nothing"].make())

    table = run(*CHECK, ".", *FOR, "--format", "csv")
    lines = run(*CHECK, "=cmd|' !A1.jpg", *FOR, "--format", "jsonl")
    named = run(*CHECK, "=cmd|' !A1.jpg", *FOR, "--format", "csv")

    assert [row[0] for row in csv.reader(io.StringIO(named.out))][1] == "'=cmd|' !A1.jpg"
    assert [row[0] for row in csv.reader(io.StringIO(table.out))][1] == "./=cmd|' !A1.jpg"
    assert json.loads(lines.out)["picture"] == "=cmd|' !A1.jpg"
    assert lines.exit == 0


def test_the_summary_says_where_silence_went(run: Run, tmp_path: Path) -> None:
    """Counts for each decision; a few pictures are named; silence is not taken, and how it would be is said."""
    (tmp_path / "a.jpg").write_bytes(KINDS["nothing"].make())
    (tmp_path / "b.jpg").write_bytes(KINDS["xmp-prohibited"].make())

    ran = run(*CHECK, "a.jpg", "b.jpg", *FOR)

    assert ran.exit == 0
    assert ran.out.startswith("a.jpg: Nothing is stated about this use. That is not a yes.\nb.jpg: Not allowed: ")
    assert (
        "\n          1  not allowed\n          1  nothing stated\n             not taken; silence is no yes." in ran.out
    )
    assert "--not-stated take" in ran.out
    assert "May be taken: 0" in ran.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("a.jpg", "--for", "trainin"), "--for: there is no purpose 'trainin'; did you mean 'training'?"),
        (("none.jpg", *FOR), "none.jpg: does not exist"),
        (("empty", *FOR), "empty: holds no picture that is known here; name the files themselves"),
        (("l.csv", *FOR), "l.csv: holds no picture that is known here; name the files themselves"),
        (("l.csv", *FOR, "--column", "imge"), "l.csv: has no column 'imge'; did you mean 'image'?"),
        (("a.jpg", *FOR, "-o", "rows.txt"), "rows.txt: does not say how rows are written; say it with --format"),
        (("a.jpg", *FOR, "-o", "r.csv", "--format", "jsonl"), "r.csv: would hold jsonl; change its ending, or --format"),
        (("a.jpg", *FOR, "-o", "l.csv"), "l.csv: exists already; allow it with --overwrite, or choose another"),
        (("a.jpg", *FOR, "--format", "parquet"), "--format parquet: is not written to a terminal; say where with --output"),
        (("s.tar", *FOR, "--write-allowed", "x.csv"), "x.csv: archives are written into a folder; name one, without such an ending"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_one_line(arguments: tuple[str, ...], sentence: str, run: Run, tmp_path: Path) -> None:
    """Exit code 2 and one line; nothing is left behind but what was there."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.jpg").write_bytes(KINDS["nothing"].make())
    (tmp_path / "l.csv").write_bytes(b"image\n")
    (tmp_path / "s.tar").write_bytes(packed({"a.jpg": KINDS["nothing"].make()}))
    before = {path.name for path in tmp_path.iterdir()}

    ran = run(*CHECK, *arguments)

    assert (ran.exit, ran.out) == (2, "")
    assert ran.err == f"error: {sentence}\n"
    assert {path.name for path in tmp_path.iterdir() if not path.name.endswith(".journal")} == before


# --- going on -----------------------------------------------------------------------------------------------------


def _killed(folder: Path, home: Path, lines: int) -> int:
    """Run over *folder*/set, kill it when its journal has so many lines, and return how many it had then."""
    journal = folder / "rows.jsonl.record.journal"
    command = [sys.executable, str(CHECKOUT / "cli.py"), *CHECK, "set", *FOR, "-o", "rows.jsonl", "--resume"]
    child = subprocess.Popen(
        command, cwd=folder, env=os.environ | {"PROVENANCE_HOME": str(home)}, stdout=subprocess.DEVNULL
    )
    while child.poll() is None and (not journal.exists() or journal.read_bytes().count(b"\n") <= lines):
        time.sleep(0.002)
    child.send_signal(signal.SIGKILL)
    child.wait()
    return journal.read_bytes().count(b"\n") if journal.exists() else -1


def _goes_on(run: Run, tmp_path: Path, pictures: int, moments: list[int]) -> None:
    truth = make(tmp_path / "set", pictures)
    unbroken = run(*CHECK, "set", *FOR, "--format", "jsonl", timeout=600)
    reached = [_killed(tmp_path, tmp_path / "home", moment) for moment in moments]
    journal = (tmp_path / "rows.jsonl.record.journal").read_bytes()

    ran = run(*CHECK, "set", *FOR, "-o", "rows.jsonl", "--resume", timeout=600)

    assert reached == sorted(reached)
    assert journal.count(b"\n") >= moments[-1]
    assert ran.exit == 2, ran.err
    assert (tmp_path / "rows.jsonl").read_text() == unbroken.out
    agree(by_name(unbroken.out), truth)
    record = json.loads((tmp_path / "rows.jsonl.record.json").read_text())
    assert (record["pictures"], record["resumed"]) == (pictures, True)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".provenance-")] == []


def test_a_killed_run_goes_on(run: Run, tmp_path: Path) -> None:
    """Killed in the middle, and gone on with: each picture once, the rows those of an unbroken run."""
    _goes_on(run, tmp_path, 300, [120])


@pytest.mark.deep
def test_a_run_killed_again_and_again_goes_on(run: Run, tmp_path: Path) -> None:
    """Killed at twenty moments of one run over two thousand pictures: each picture exactly once."""
    _goes_on(run, tmp_path, 2000, [90 * number for number in range(1, 21)])


def test_another_purpose_does_not_go_on(run: Run, tmp_path: Path) -> None:
    """A journal belongs to its question; without --resume it is not touched."""
    make(tmp_path / "set", 300)
    _killed(tmp_path, tmp_path / "home", 40)

    plain = run(*CHECK, "set", *FOR, "-o", "rows.jsonl")
    other = run(*CHECK, "set", "--for", "mining", "-o", "rows.jsonl", "--resume")

    name = "rows.jsonl.record.journal"
    assert plain.err == f"error: {name}: is the journal of a run that did not end; --resume goes on with it\n"
    assert other.err.startswith(f'error: {name}: was begun with another purpose ("generative-training", now "mining")')
    assert (plain.exit, other.exit) == (2, 2)
    assert BAD in {kind.generative for kind in KINDS.values()}


def test_going_on_with_nothing_is_said(run: Run, tmp_path: Path) -> None:
    """Another output has another journal: the run begins anew and says so; a run that writes nothing has none."""
    make(tmp_path / "set", 300)
    _killed(tmp_path, tmp_path / "home", 40)

    other = run(*CHECK, "set", *FOR, "-o", "other.jsonl", "--resume", "--quiet")
    told = run(*CHECK, "set/00000.jpg", *FOR, "-o", "third.jsonl", "--resume")
    nowhere = run(*CHECK, "set", *FOR, "--resume")

    assert (tmp_path / "other.jsonl").read_bytes().count(b"\n") == 300
    assert other.err == ""
    assert told.err.startswith("note: there is no third.jsonl.record.journal to go on with; the run begins anew.")
    assert (nowhere.exit, nowhere.out) == (2, "")
    assert nowhere.err == "error: --resume: is for a run that writes something; say where with --output\n"
    assert (tmp_path / "rows.jsonl.record.journal").exists()
