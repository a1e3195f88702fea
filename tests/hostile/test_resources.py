"""No file takes the verifier down: each is answered or stopped at a limit, and the next one is not affected."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from provenance.terms import Integrity
from provenance.worker.settings import Settings
from tests.hostile.cases import CASES
from tests.hostile.cases_limits import CASES as LIMITS
from tests.hostile.cases_limits import many_assertions
from tests.support.environment import CHECKOUT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="resource limits are POSIX")
PARENT_MIB = 300


def _verified(folder: Path, *arguments: str) -> dict[str, Any]:
    """Verify the files of *folder* in a process of its own, whose memory is that of a parent and nothing else."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.hostile.pool_run", str(folder), *arguments],
        cwd=CHECKOUT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _integrities(answer: dict[str, Any]) -> dict[str, str]:
    return {name: found["integrity"] for name, found in answer["files"].items()}


def test_every_bomb_is_answered(tmp_path: Path) -> None:
    """The resource cases get their verdicts in the pool; good files between them do too; the parent stays small."""
    wanted: dict[str, str] = {}
    for number, (name, case) in enumerate(LIMITS.items()):
        case.write(tmp_path, name)
        CASES["good"].write(tmp_path, f"good_{number}")
        wanted |= {name: case.integrity.value, f"good_{number}": Integrity.INTACT.value}

    answer = _verified(tmp_path)

    assert _integrities(answer) == wanted
    assert answer["mib"] < PARENT_MIB


def test_worker_stops_what_the_walk_lets_through(tmp_path: Path) -> None:
    """With the walk's limits lifted, the child's memory limit stops the engine, for that file alone."""
    LIMITS["huge_bytes"].write(tmp_path, "a_bomb")
    CASES["good"].write(tmp_path, "b_good")

    answer = _verified(tmp_path, str(1 << 40))

    assert _integrities(answer) == {"a_bomb": "not_checked", "b_good": "intact"}
    assert answer["files"]["a_bomb"]["stops"] == ["memory_mib"]
    assert answer["mib"] < PARENT_MIB


@pytest.mark.deep
def test_worker_stops_what_takes_too_long(tmp_path: Path) -> None:
    """With the walk's limits lifted, the child's CPU or clock limit stops the engine's quadratic walk (F3)."""
    (tmp_path / "a_bomb.png").write_bytes(many_assertions(20_000))
    CASES["good"].write(tmp_path, "b_good")

    answer = _verified(tmp_path, str(1 << 40))

    assert _integrities(answer) == {"a_bomb": "not_checked", "b_good": "intact"}
    assert answer["files"]["a_bomb"]["stops"][0] in {"cpu_seconds", "wall_seconds"}
    assert answer["seconds"] < Settings().wall_seconds + 5


@pytest.mark.deep
def test_a_hundred_at_once(tmp_path: Path) -> None:
    """A hundred bombs in one run are all answered, and the parent stays small."""
    kinds = sorted(LIMITS)
    first = {name: LIMITS[name].write(tmp_path, name) for name in kinds}
    for number in range(100 - len(kinds)):
        path = first[kinds[number % len(kinds)]]
        shutil.copyfile(path, path.with_name(f"{path.stem}_{number}{path.suffix}"))

    answer = _verified(tmp_path)

    wanted = {path.stem: LIMITS[_kind(path.stem)].integrity.value for path in tmp_path.iterdir()}
    assert len(wanted) == 100
    assert _integrities(answer) == wanted
    assert answer["mib"] < PARENT_MIB


def _kind(stem: str) -> str:
    return stem if stem in LIMITS else stem.rpartition("_")[0]
