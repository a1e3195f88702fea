"""The examples for those who build data sets, run for real."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from tests.support.dataset import KINDS, YES
from tests.support.environment import CHECKOUT
from tests.test_batch_tar import packed

EXAMPLES = CHECKOUT / "examples"
SOME = ("signed-yes", "signed-no", "xmp-allowed", "xmp-prohibited", "nothing", "cut-off", "altered-yes")
ALLOWED = [name for name in SOME if KINDS[name].generative == YES]


def ran(example: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    settings = os.environ | {"PYTHONPATH": str(CHECKOUT), "PYTHONUTF8": "1", "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, str(EXAMPLES / example), *map(str, arguments)]
    return subprocess.run(command, env=settings, capture_output=True, encoding="utf-8", check=True)


def module(name: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    return importlib.import_module(name)


def needs(name: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(importlib.util.find_spec(name) is None, reason=f"{name} is not installed")


@needs("webdataset")
def test_a_download_keeps_the_decision_with_the_sample(tmp_path: Path) -> None:
    """Decided on the bytes that came; the sample was resized and says nothing any more, its JSON does."""
    for name in SOME:
        (tmp_path / "in" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "in" / f"{name}.jpg").write_bytes(KINDS[name].make())

    done = ran("img2dataset_permissions.py", tmp_path / "in", tmp_path / "out.tar")

    with tarfile.open(tmp_path / "out.tar") as archive:
        files = {one.name: archive.extractfile(one).read() for one in archive}  # type: ignore[union-attr]
    notes = [json.loads(data) for name, data in files.items() if name.endswith(".json")]
    assert sorted(note["file"] for note in notes) == sorted(f"{name}.jpg" for name in ALLOWED)
    assert {note["permissions"]["decision"] for note in notes} == {"allowed"}
    assert {note["permissions"]["credentials"] for note in notes} == {"intact", "no_credentials"}
    assert not any(b"DataMining" in data or b"jumb" in data for name, data in files.items() if name.endswith(".jpg"))
    assert done.stdout == f"{len(ALLOWED)} taken\n"
    assert done.stderr.count("not taken: ") == len(SOME) - len(ALLOWED)


def test_the_hook_takes_the_places_of_resizer_and_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    """What img2dataset calls goes through the hook; a download that failed is given no decision."""
    hook = module("img2dataset_permissions", monkeypatch)
    written: list[dict[str, Any]] = []

    class Writer:
        def __init__(self, *_: Any) -> None: ...
        def write(self, *sample: Any) -> None:
            written.append(sample[3])

        def close(self) -> None: ...

    class Main:
        WebDatasetSampleWriter = FilesSampleWriter = ParquetSampleWriter = Writer

        @staticmethod
        def Resizer(**_: Any) -> Any:
            return lambda stream, boxes: (stream.read(), 1, 1, 1, 1, None)

    hook.install(Main)
    resizer, writer = Main.Resizer(image_size=256), Main.WebDatasetSampleWriter(0, "out")
    data = KINDS["signed-yes"].make()

    assert resizer(hook.io.BytesIO(data), None)[0] == data
    writer.write(data, "0", "", {"status": "success"})
    writer.write(None, "1", "", {"status": "failed_to_download"})

    assert [note.get("permissions", {}).get("decision") for note in written] == ["allowed", None]


@needs("img2dataset")
def test_img2dataset_has_what_the_hook_replaces(monkeypatch: pytest.MonkeyPatch) -> None:
    """The names that the hook replaces are there."""
    hook = module("img2dataset_permissions", monkeypatch)

    hook.install(importlib.import_module("img2dataset.main"))


@needs("webdataset")
def test_a_loader_leaves_out_what_may_not_be_used(tmp_path: Path) -> None:
    """The keys of what may be used come out; what was left out is counted."""
    files = {f"{name}.{ending}": data for name in SOME for ending, data in (("jpg", KINDS[name].make()), ("txt", b"x"))}
    (tmp_path / "s.tar").write_bytes(packed(files))

    done = ran("webdataset_loader.py", tmp_path / "s.tar")

    assert done.stdout.split() == ALLOWED
    assert "'not_allowed': 2" in done.stderr


def test_a_row_of_a_data_set_is_decided_undecoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The row's own bytes, or those at its path."""
    example = module("datasets_filter", monkeypatch)
    (tmp_path / "a.jpg").write_bytes(KINDS["xmp-allowed"].make())

    assert example.allowed({"image": {"bytes": KINDS["signed-yes"].make(), "path": None}})
    assert example.allowed({"image": {"bytes": None, "path": str(tmp_path / "a.jpg")}})
    assert not example.allowed({"image": {"bytes": KINDS["nothing"].make(), "path": None}})


@needs("datasets")
def test_a_data_set_is_filtered(tmp_path: Path) -> None:
    """The rows that may be used, and no others, are in the new file."""
    kind = pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())])
    images = pyarrow.array([{"bytes": KINDS[name].make(), "path": f"{name}.jpg"} for name in SOME], kind)
    pyarrow.parquet.write_table(pyarrow.table({"image": images, "name": list(SOME)}), tmp_path / "in.parquet")

    ran("datasets_filter.py", tmp_path / "in.parquet", tmp_path / "out.parquet")

    assert pyarrow.parquet.read_table(tmp_path / "out.parquet")["name"].to_pylist() == ALLOWED
