"""`check` killed at any moment and run again: each file once in the report, which is that of an unbroken run."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from provenance.batch.cache import NAME
from provenance.container.model import Limits
from tests.hostile.cases import CASES
from tests.hostile.cases_limits import CASES as LIMITS
from tests.hostile.cases_limits import many_assertions
from tests.support.environment import CHECKOUT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="process groups are POSIX")


class Runs:
    """Runs of one command over one folder, with one cache."""

    def __init__(self, place: Path, folder: Path, name: str) -> None:
        self.cache = place / f"cache-{name}"
        self.report = place / f"{name}.jsonl"
        self._command = [
            sys.executable, str(CHECKOUT / "cli.py"), "check", str(folder), "--policy", "contest-open", "--format",
            "jsonl", "--output", str(self.report), "--overwrite", "--home", str(place / "home"), "--quiet",
        ]  # fmt: skip
        self._environment = os.environ | {"PROVENANCE_CACHE": str(self.cache)}

    def start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._command, env=self._environment, start_new_session=True, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )  # fmt: skip

    def to_the_end(self) -> list[dict[str, Any]]:
        """Run to the end and return the rows."""
        process = self.start()
        _, errors = process.communicate(timeout=300)
        assert process.returncode in (0, 1, 2), errors.decode()
        return self.rows()

    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.report.read_text("utf-8").splitlines()]

    def killed_after(self, seconds: float) -> None:
        """Run, and kill the whole family after some *seconds*."""
        process = self.start()
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()

    def kept(self) -> int:
        """Return of how many places the cache knows something."""
        if not (self.cache / NAME).exists():
            return 0
        with closing(sqlite3.connect(self.cache / NAME)) as base, suppress(sqlite3.OperationalError):
            return int(base.execute("SELECT count(*) FROM files").fetchone()[0])
        return 0


def fill(folder: Path, count: int) -> None:
    """Put *count* files of a few kinds into *folder*, each with bytes of its own where that changes nothing."""
    folder.mkdir()
    kinds = [CASES[name].write(folder, f"x-{name}") for name in list(CASES)[:12]]
    for number in range(count - len(kinds)):
        source = kinds[number % len(kinds)]
        shutil.copyfile(source, folder / f"{number:05}{source.suffix}")


def goes_on(place: Path, count: int, kills: int) -> list[dict[str, Any]]:
    """Kill a run again and again, let it end, and compare its report with that of an unbroken run."""
    folder = place / "pictures"
    chance = random.Random(count)
    broken, whole = Runs(place, folder, "broken"), Runs(place, folder, "whole")
    known = [0]
    for _ in range(kills):
        broken.killed_after(chance.uniform(0.2, 2.5))
        known.append(broken.kept())

    rows = broken.to_the_end()

    assert known == sorted(known)
    files = {path.name for path in folder.iterdir() if path.suffix != ".c2pa"}
    named = Counter(Path(row["name"]).name for row in rows if "name" in row)
    assert named == Counter(dict.fromkeys(files, 1))
    assert len(files) == count
    assert rows == whole.to_the_end()
    return rows


def test_a_run_that_is_killed_goes_on(tmp_path: Path) -> None:
    """Killed twice among a hundred and twenty files."""
    fill(tmp_path / "pictures", 120)

    goes_on(tmp_path, 120, kills=2)


@pytest.mark.deep
def test_a_run_killed_twenty_times_goes_on(tmp_path: Path) -> None:
    """Two thousand files, a memory bomb and a hang among them, killed at twenty moments: three rows are theirs."""
    fill(tmp_path / "pictures", 1998)
    LIMITS["huge_bytes"].write(tmp_path / "pictures", "bomb")
    (tmp_path / "pictures" / "hang.png").write_bytes(many_assertions(20_000))
    lifted = "\n".join(f"{name} = {1 << 40}" for name in Limits.__match_args__)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "config.toml").write_text(
        f"[limits]\n{lifted}\n[worker]\nwall_seconds = 60\ncpu_seconds = 3\n"
    )

    rows = goes_on(tmp_path, 2000, kills=20)

    stopped = {Path(row["name"]).stem: row["problem"] for row in rows if "limit " in row.get("problem", "")}
    assert {"bomb", "hang"} <= stopped.keys()


def test_a_cache_of_ones_own(tmp_path: Path) -> None:
    """--cache names its file; what is no cache is refused in one line and stays; --no-cache beside it is refused."""
    fill(tmp_path / "pictures", 12)
    place = tmp_path / "own.sqlite"
    other = tmp_path / "other.png"
    other.write_bytes(b"a picture")
    command = [sys.executable, str(CHECKOUT / "cli.py"), "check", str(tmp_path / "pictures"), "--policy",
               "contest-open", "--home", str(tmp_path / "home")]  # fmt: skip

    def said(*arguments: str) -> str:
        return subprocess.run([*command, *arguments], capture_output=True, text=True, check=False).stderr

    first = said("--cache", str(place))
    refused = said("--cache", str(other)), said("--cache", str(place), "--no-cache")

    assert first == ""
    with closing(sqlite3.connect(place)) as base:
        assert base.execute("SELECT count(*) FROM facts").fetchone()[0] > 0
    assert refused == (
        "error: other.png: is no cache of this program; name another, or a new one\n",
        "error: --cache: and --no-cache exclude each other; choose one\n",
    )
    assert other.read_bytes() == b"a picture"
