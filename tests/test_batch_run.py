"""Many files: where they come from, what a poisoned one costs, and a run that goes on where it was."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from provenance.batch.allowed import Allowed
from provenance.batch.answers import GROUP
from provenance.batch.journal import Journal
from provenance.batch.model import Input, Item, LeftOut, Sort, Trouble, Why
from provenance.batch.rows import Outcome, Row
from provenance.batch.run import Done, Question, grouped, run
from provenance.batch.sources import LARGEST, count, entries, gather
from provenance.batch.summary import Summary
from provenance.errors import AssetError, OutputError
from provenance.worker.pool import Pool
from provenance.worker.settings import Settings
from tests.support.batch_jobs import DO, WORDS
from tests.test_batch_tar import packed

QUESTION = Question(DO, {})
SETTINGS = Settings(wall_seconds=5)
JPEG = b"\xff\xd8\xff\xe0 picture "
YES, NO, NOTHING = JPEG + b"=yes", JPEG + b"==no", JPEG + b"...."


@contextmanager
def pool(slots: int = 2) -> Iterator[Pool]:
    with Pool(slots, preload=QUESTION.module, settings=SETTINGS) as children:
        yield children


def done(*paths: Path | str, column: str = "", stdin: bytes = b"", journal: Journal | None = None) -> list[Done]:
    """Run over *paths* and return everything that comes out."""
    sources = gather([str(path) for path in paths], column=column)
    with pool() as children:
        return list(run(entries(sources, io.BytesIO(stdin)), QUESTION, pool=children, journal=journal))


def rows(found: Iterable[Done]) -> dict[str, str]:
    return {one.where: one.outcome.value for one in found if isinstance(one, Row)}


def put(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


# --- sources ------------------------------------------------------------------------------------------------------


def test_folders_are_walked_and_what_is_no_picture_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures by name or content, archives too; hidden files, sidecars and texts have no row."""
    monkeypatch.chdir(tmp_path)
    put(
        tmp_path / "set",
        {
            "a.jpg": YES, "b/c.png": NO, "b/without-ending": YES, "readme.txt": b"text", ".hidden.jpg": YES,
            ".git/d.jpg": YES, "a.jpg.c2pa": b"", "z.tar": packed({"in.jpg": NO, "in.txt": b"t"}),
        },
    )  # fmt: skip
    (tmp_path / "set" / "gone.jpg").symlink_to("nowhere")

    found = done("set")

    assert rows(found) == {
        "set/a.jpg": "allowed",
        "set/b/c.png": "not_allowed",
        "set/b/without-ending": "allowed",
        "set/gone.jpg": "unreadable",
        "set/z.tar!in.jpg": "not_allowed",
    }
    assert [one for one in found if isinstance(one, LeftOut)] == [LeftOut("set/readme.txt", Why.NO_PICTURE)]


def test_credentials_beside_a_picture_are_handed_on(tmp_path: Path) -> None:
    """NAME.EXT.c2pa, or NAME.c2pa, goes to the question with its picture, in a folder or by name."""
    put(tmp_path, {"a.jpg": YES, "a.jpg.c2pa": b"one", "b.jpg": YES, "b.c2pa": b"two", "c.jpg": YES})

    found = [*done(tmp_path), *done(tmp_path / "a.jpg")]

    assert [one.reason for one in found if isinstance(one, Row)] == ["one", "two", "", "one"]


def test_everything_is_looked_at_once(tmp_path: Path) -> None:
    """A file that is named, lies in a folder, in its parent and in a list twice has one row."""
    put(tmp_path, {"s/a.jpg": YES, "s/b.jpg": YES, "l.csv": b"path\ns/a.jpg\nother.jpg\nother.jpg\n", "other.jpg": NO})

    found = done(tmp_path / "s", tmp_path / "s" / "a.jpg", tmp_path / "s" / "." / "a.jpg", tmp_path / "l.csv")

    assert sorted(rows(found)) == [str(tmp_path / "s" / "a.jpg"), str(tmp_path / "s" / "b.jpg"), "other.jpg"]
    assert [one.why for one in found if isinstance(one, LeftOut)] == [Why.DUPLICATE] * 2


@pytest.mark.parametrize("name", ["s.tar", "s.tar.gz", "s.tgz"])
def test_members_of_archives_are_looked_at_where_they_lie(name: str, tmp_path: Path) -> None:
    """Compressed or not: one row for each picture, called by shard and member; nothing is written to disk."""
    whole = packed({"1.jpg": YES, "1.json": b"{}", "2.bin": NO, "._3.jpg": NO, "4.jpg": b""})
    (tmp_path / name).write_bytes(whole if name == "s.tar" else gzip.compress(whole))

    found = done(tmp_path / name)

    where = str(tmp_path / name)
    assert rows(found) == {f"{where}!1.jpg": "allowed", f"{where}!2.bin": "not_allowed", f"{where}!4.jpg": "not_stated"}
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


def test_a_large_member_of_a_compressed_archive_is_said(tmp_path: Path) -> None:
    """What would have to be carried in memory is refused with a sentence; the same member of a plain tar is read."""
    whole = packed({"1.jpg": JPEG + bytes(LARGEST) + b"=yes"})
    put(tmp_path, {"s.tar": whole, "s.tgz": gzip.compress(whole, 1)})

    assert [*rows(done(tmp_path / "s.tar")).values()] == ["allowed"]
    assert [one.problem for one in entries(gather([str(tmp_path / "s.tgz")])) if isinstance(one, Trouble)] == [
        "is larger than 16 MiB, inside a compressed archive; unpack it first"
    ]


def test_an_archive_that_ends_early_keeps_the_rows_that_it_has(tmp_path: Path) -> None:
    """What came before the damage is decided; the damage is a row."""
    (tmp_path / "s.tar").write_bytes(packed({"1.jpg": YES, "2.jpg": NO * 99})[:2600])

    found = done(tmp_path / "s.tar")

    assert [*rows(found).values()] == ["allowed", "unreadable"]
    assert [one.reason for one in found if isinstance(one, Row)][-1] == "ends inside 2.jpg"


LISTS = {
    "a.csv": b"\xef\xbb\xbfname,Image\nx,1.jpg\ny,\"2.jpg\"\nz,\n",
    "a.tsv": b"file\tname\n1.jpg\tx\n2.jpg\ty\n\tz\n",
    "b.csv": b"path;note\r\n1.jpg;\"two\r\nlines\"\r\n2.jpg;y\r\n;z\r\n",
    "a.jsonl": b'{"file_name": "1.jpg"}\n{"file_name": "2.jpg"}\n{"other": 1}\n',
    "b.jsonl": b'"1.jpg"\n\n"2.jpg"\n[]\n',
}  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_lists_name_pictures_relative_to_themselves(name: str, tmp_path: Path) -> None:
    """CSV with its separators and quotes, and JSON Lines: usual columns are found, an empty cell is a row."""
    put(tmp_path, {"1.jpg": YES, "2.jpg": NO, name: LISTS[name]})

    found = [one for one in done(tmp_path / name) if isinstance(one, Row)]

    assert [one.outcome.value for one in found] == ["allowed", "not_allowed", "unreadable"]
    assert found[-1].reason == "names no picture"


def test_parquet_names_pictures_or_holds_them(tmp_path: Path) -> None:
    """A column of paths; a column of the struct that `datasets` writes, bytes inside or a path."""
    put(tmp_path, {"1.jpg": YES})
    kind = pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())])
    images = [{"bytes": NO, "path": "x.jpg"}, {"bytes": None, "path": "1.jpg"}, {"bytes": None, "path": None}]
    table = pyarrow.table({"image": pyarrow.array(images, kind), "file": ["1.jpg", "none.jpg", None]})
    pyarrow.parquet.write_table(table, tmp_path / "t.parquet")
    where = str(tmp_path / "t.parquet")

    held, named = done(where, column="image"), done(where, column="file")

    assert rows(held) == {f"{where}!1": "not_allowed", "1.jpg": "allowed", f"{where}!3": "unreadable"}
    assert rows(named) == {"1.jpg": "allowed", "none.jpg": "unreadable", f"{where}!3": "unreadable"}


def test_names_come_on_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One a line, relative to where we are; an address is not fetched."""
    monkeypatch.chdir(put(tmp_path, {"1.jpg": YES, "a b.jpg": NO}))

    found = done("-", stdin=b"1.jpg\na b.jpg\nhttps://example.org/x.jpg\n1.jpg\n")

    assert rows(found) == {"1.jpg": "allowed", "a b.jpg": "not_allowed", "https://example.org/x.jpg": "unreadable"}


@pytest.mark.parametrize(
    ("paths", "column", "sentence"),
    [
        (["none.jpg"], "", "none.jpg: does not exist"),
        (["l.csv"], "pth", "l.csv: has no column 'pth'; did you mean 'path'?"),
        (["m.csv"], "", "m.csv: has no column that is known to hold paths; --column: url, text"),
        (["1.jpg"], "path", "--column: is for lists; name a CSV, JSON Lines or Parquet file"),
        (["t.parquet"], "", "t.parquet: is not a Parquet file that can be read"),
    ],
)
def test_what_cannot_be_begun_is_one_line(
    paths: list[str], column: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing file, an unknown column, a list without paths: said before anything is looked at."""
    put(tmp_path, {"l.csv": b"path\n1.jpg\n", "m.csv": b"url,text\n", "1.jpg": YES, "t.parquet": b"PAR1"})
    monkeypatch.chdir(tmp_path)

    with pytest.raises(AssetError) as caught:
        gather(paths, column=column)

    assert str(caught.value) == sentence


def test_counting_sees_what_the_run_sees(tmp_path: Path) -> None:
    """The number for the progress bar is that of the pictures; where only reading tells, there is none."""
    put(tmp_path, {"a.jpg": YES, "b/c.jpg": NO, "s.tar": packed({"1.jpg": YES, "1.txt": b""})})
    assert count(gather([str(tmp_path)])) == 3

    (tmp_path / "s.tgz").write_bytes(gzip.compress(packed({"1.jpg": YES})))
    assert count(gather([str(tmp_path)])) is None


# --- the run ------------------------------------------------------------------------------------------------------


def test_groups_grow_and_carry_little() -> None:
    """A few pictures are spread over the slots; many share a message; bytes that travel make it full."""
    items = [Item(str(number)) for number in range(200)]
    heavy = [Item(str(number), data=bytes(600_000)) for number in range(40)]

    assert [len(group) for group in grouped(iter(items))] == [1, 2, 4, 8, 16, GROUP, GROUP, GROUP, GROUP, GROUP, 9]
    assert max(len(group) for group in grouped(iter(heavy))) == 2


@pytest.mark.parametrize(
    ("poison", "reason"),
    [
        (b"=die", "the checking process ended (exit 3)"),
        (b"=bug", "the checking process ended (bug) KeyError in batch_jobs.py:27"),
        (b"=odd", "is odd"),
    ],
)
def test_a_poisoned_file_costs_itself_only(poison: bytes, reason: str, tmp_path: Path) -> None:
    """In the middle of many: one row says what happened, every other file is answered, in the order of names."""
    put(tmp_path, {f"{number:03}.jpg": YES if number % 3 else NO for number in range(150)})
    (tmp_path / "075.jpg").write_bytes(JPEG + poison)

    found = [one for one in done(tmp_path) if isinstance(one, Row)]

    assert [Path(one.where).name for one in found] == [f"{number:03}.jpg" for number in range(150)]
    bad = {number: one.reason for number, one in enumerate(found) if one.outcome is Outcome.UNREADABLE}
    assert bad == {75: reason}
    assert sum(one.outcome is Outcome.NOT_ALLOWED for one in found) == 49


def test_a_file_that_stalls_costs_itself_only(tmp_path: Path) -> None:
    """The clock is that of the whole message, and then of each file alone: one row names the limit."""
    put(tmp_path, {f"{number}.jpg": YES for number in range(7)} | {"5.jpg": JPEG + b"hang"})
    sources = gather([str(tmp_path)])

    with Pool(1, preload=QUESTION.module, settings=Settings(wall_seconds=1)) as children:
        found = [one for one in run(entries(sources), QUESTION, pool=children) if isinstance(one, Row)]

    bad = {number: one.reason for number, one in enumerate(found) if one.outcome is Outcome.UNREADABLE}
    assert bad == {5: "the limit wall_seconds of 1 was reached"}
    assert len(found) == 7


# --- the journal --------------------------------------------------------------------------------------------------


def test_a_resumed_run_asks_nothing_twice(tmp_path: Path) -> None:
    """What the journal holds is not looked at again, even where the file has changed; the rest is."""
    put(tmp_path / "s", {f"{number}.jpg": YES for number in range(5)} | {"9.txt": b"x"})
    header, path = {"purpose": "x"}, tmp_path / "j"
    with Journal(path, header, resume=False) as journal:
        first = done(tmp_path / "s", journal=journal)
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:4]) + lines[4][:7])  # killed in the middle of a line
    put(tmp_path / "s", {f"{number}.jpg": NO for number in range(5)})

    with Journal(path, header, resume=True) as journal:
        second = done(tmp_path / "s", journal=journal)

    assert [*rows(first).values()] == ["allowed"] * 5
    assert [*rows(second).values()] == ["allowed"] * 2 + ["not_allowed"] * 3
    assert len(path.read_bytes().splitlines()) == len(lines)


def test_another_question_is_not_gone_on_with(tmp_path: Path) -> None:
    """Another purpose, another version, a journal in use, a damaged one: each is refused with a sentence."""
    path = tmp_path / "j"
    with Journal(path, {"purpose": "mining"}, resume=False) as journal:
        journal.add([["left", "a", "duplicate"]])
        with pytest.raises(OutputError, match=r"^j: is in use by another run; wait for it$"):
            Journal(path, {"purpose": "mining"}, resume=True)

    with pytest.raises(OutputError, match=r"^j: is the journal of a run that did not end; --resume goes on with it$"):
        Journal(path, {"purpose": "mining"}, resume=False)
    with pytest.raises(OutputError, match=r'^j: was begun with another purpose \("mining", now "training"\); '):
        Journal(path, {"purpose": "training"}, resume=True)
    path.write_bytes(path.read_bytes() + b"{{{\n[1]\n")
    with (
        Journal(path, {"purpose": "mining"}, resume=True) as journal,
        pytest.raises(OutputError, match=r"^j: is damaged in line 3; "),
    ):
        list(journal.kept())


def test_other_inputs_are_not_gone_on_with(tmp_path: Path) -> None:
    """A file that is gone, or a shard that was written anew, ends a resumed run before it says anything wrong."""
    put(tmp_path / "s", {f"{number}.jpg": YES for number in range(5)})
    with Journal(tmp_path / "j", {}, resume=False) as journal:
        done(tmp_path / "s", journal=journal)
    (tmp_path / "s" / "1.jpg").unlink()

    with (
        Journal(tmp_path / "j", {}, resume=True) as journal,
        pytest.raises(OutputError, match=r"^j: tells of inputs that have changed since \(at .*/1\.jpg\); delete it"),
    ):
        done(tmp_path / "s", journal=journal)


# --- what may be taken --------------------------------------------------------------------------------------------


def write(target: Path, *paths: Path, unstated: bool = False, column: str = "", overwrite: bool = False) -> Summary:
    summary = Summary(unstated)
    sources = gather([str(path) for path in paths], column=column)
    with pool() as children, Allowed(target, unstated=unstated, overwrite=overwrite) as allowed:
        for one in run(entries(sources), QUESTION, pool=children):
            summary.add(one)
            allowed.add(one)
    return summary


SHARD = {
    "1.jpg": YES, "1.json": b'{"a": 1}', "1.txt": b"one",
    "2.jpg": NO, "2.json": b"{}",
    "3.jpg": YES, "3.mask.png": NO, "3.txt": b"three",
    "4.txt": b"no picture",
    "5.jpg": NOTHING, "5.txt": b"five",
    "d/6.jpg": YES, "d/6.cls": b"6",
}  # fmt: skip


@pytest.mark.parametrize("name", ["s.tar", "s.tgz"])
@pytest.mark.parametrize("unstated", [False, True], ids=["skip", "take"])
def test_a_filtered_shard_holds_whole_samples_that_may_be_taken(name: str, unstated: bool, tmp_path: Path) -> None:
    """A sample goes if one of its pictures may not be taken; kept members are the same bytes; WebDataset reads it."""
    import webdataset

    whole = packed(SHARD)
    (tmp_path / name).write_bytes(whole if name == "s.tar" else gzip.compress(whole))

    write(tmp_path / "out", tmp_path / name, unstated=unstated)

    keys = ["1", *(["5"] if unstated else []), "d/6"]
    with tarfile.open(tmp_path / "out" / name) as archive:
        kept = {one.name: archive.extractfile(one).read() for one in archive}  # type: ignore[union-attr]
    assert kept == {name: data for name, data in SHARD.items() if name.split(".")[0] in keys}
    samples = list(webdataset.WebDataset(str(tmp_path / "out" / name), shardshuffle=False))
    assert [sample["__key__"] for sample in samples] == keys


def test_shards_of_a_folder_keep_their_places(tmp_path: Path) -> None:
    """One shard for each, empty ones too, under the same name; other pictures are listed beside them."""
    put(
        tmp_path / "in",
        {"a/0.tar": packed({"1.jpg": YES}), "b/0.tar": packed({"1.jpg": NO}), "-x.jpg": YES, "y.jpg": NO},
    )

    write(tmp_path / "out", tmp_path / "in")

    assert sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.*")) == [
        "a/0.tar", "b/0.tar", "pictures.csv",
    ]  # fmt: skip
    with tarfile.open(tmp_path / "out" / "b" / "0.tar") as archive:
        assert archive.getnames() == []
    assert (tmp_path / "out" / "pictures.csv").read_text() == f"path\n{tmp_path / 'in' / '-x.jpg'}\n"


@pytest.mark.parametrize("name", LISTS)
def test_a_filtered_list_keeps_records_as_they_were(name: str, tmp_path: Path) -> None:
    """Header and kept records are the same bytes, all columns among them."""
    put(tmp_path, {"1.jpg": YES, "2.jpg": NO, name: LISTS[name]})

    write(tmp_path / f"out{Path(name).suffix}", tmp_path / name)

    whole, kept = LISTS[name], (tmp_path / f"out{Path(name).suffix}").read_bytes()
    first = whole.index(b"2.jpg")
    start = max(whole.rfind(b"\n", 0, first) + 1, 0)
    assert kept == whole[:start].replace(b"\n\n", b"\n")


def test_a_filtered_parquet_keeps_columns_and_metadata(tmp_path: Path) -> None:
    """The schema with its metadata, which `datasets` reads its features from, is the same; rows are the allowed."""
    kind = pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())])
    images = [{"bytes": (YES, NO, NOTHING)[number % 3], "path": None} for number in range(200)]
    table = pyarrow.table({"image": pyarrow.array(images, kind), "label": list(range(200))})
    table = table.replace_schema_metadata({"huggingface": "{}"})
    pyarrow.parquet.write_table(table, tmp_path / "t.parquet", row_group_size=50)

    write(tmp_path / "out.parquet", tmp_path / "t.parquet")

    kept = pyarrow.parquet.read_table(tmp_path / "out.parquet")
    assert kept.schema.equals(table.schema, check_metadata=True)
    assert kept["label"].to_pylist() == list(range(0, 200, 3))


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet", ".txt"])
def test_pictures_that_may_be_taken_are_listed(ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names as they are; one that a spreadsheet would take for a formula leads to the same file in another spelling."""
    monkeypatch.chdir(put(tmp_path, {"=a,b.jpg": YES, "é.jpg": YES, "no.jpg": NO}))

    write(Path(f"out{ending}"), Path("=a,b.jpg"), Path("é.jpg"), Path("no.jpg"))

    whole = Path(f"out{ending}").read_bytes()
    match ending:
        case ".csv":
            names = [line["path"] for line in csv.DictReader(whole.decode().splitlines())]
        case ".jsonl":
            names = [json.loads(line)["path"] for line in whole.splitlines()]
        case ".txt":
            names = whole.decode().splitlines()
        case _:
            names = pyarrow.parquet.read_table(f"out{ending}")["path"].to_pylist()
    assert names == ["./=a,b.jpg", "é.jpg"]
    assert all(Path(name).is_file() for name in names)


def test_nothing_stands_there_before_the_end(tmp_path: Path) -> None:
    """A run that fails leaves neither a folder nor a part of it; what stood there is not written over."""
    put(tmp_path, {"s.tar": packed({"1.jpg": YES}), "out/mine.txt": b"mine"})

    with pytest.raises(OutputError, match=r"^out: exists already and is not an empty folder; name another$"):
        write(tmp_path / "out", tmp_path / "s.tar")
    with (
        pytest.raises(ZeroDivisionError),
        Allowed(tmp_path / "new", unstated=False, overwrite=False) as allowed,
    ):
        allowed.add(next(iter(entries(gather([str(tmp_path / "s.tar")])))))
        raise ZeroDivisionError
    with pytest.raises(OutputError, match=r"^x\.csv: archives are written into a folder; name one, "):
        write(tmp_path / "x.csv", tmp_path / "s.tar")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "s.tar"]


def test_a_shard_that_changed_meanwhile_is_not_filtered(tmp_path: Path) -> None:
    """Decisions belong to the bytes that were looked at."""
    path = put(tmp_path, {"s.tar": packed({"1.jpg": YES})}) / "s.tar"
    found: list[Any] = done(path)
    path.write_bytes(packed({"1.jpg": NO, "2.jpg": NO}))

    with (
        pytest.raises(OutputError, match=r"s\.tar: has changed while it was looked at; start anew$"),
        Allowed(tmp_path / "out", unstated=False, overwrite=False) as allowed,
    ):
        for one in found:
            allowed.add(one)


def test_the_summary_counts(tmp_path: Path) -> None:
    """Outcomes in all and for each input, and what may be taken."""
    put(tmp_path, {"a.jpg": YES, "b.jpg": NOTHING, "s.tar": packed({"1.jpg": YES, "2.jpg": NO})})
    summary = Summary(unstated=True)

    for one in done(tmp_path):
        summary.add(one)

    assert summary.whole.outcomes == {"allowed": 2, "not_stated": 1, "not_allowed": 1}
    assert summary.whole.taken == 3
    assert [(given.sort, counts.pictures, counts.taken) for given, counts in summary.inputs] == [
        (Sort.FOLDER, 2, 2),
        (Sort.ARCHIVE, 2, 1),
    ]
    assert isinstance(summary.inputs[0][0], Input)
    assert set(WORDS.values()) < set(Outcome)
