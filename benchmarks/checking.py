"""What `check` of many pictures costs: a first run, a second from the cache, another policy; the parent's memory.

Also run as a program, for the memory of the parent: ``python -m benchmarks.checking FOLDER``.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import pictures
from benchmarks.heeding import CORES
from benchmarks.timing import own_peak_mib
from provenance.batch.judged import Judged, judged, opened_cache
from provenance.batch.sources import entries, gather
from provenance.policy.loading import Policy, load
from provenance.verification.options import Options
from provenance.worker.settings import Settings
from tests.support.environment import CHECKOUT

COUNT = 2_000
_SETTLED = 2.1  # seconds after which a file is known by its times


def signed(folder: Path, *, time_stamps: str = "") -> list[Path]:
    """Return `COUNT` small signed pictures that have lain there for a while."""
    first = pictures.small_signed_jpegs(folder, time_stamps=time_stamps)
    made = [*first, *(path.with_name(f"again-{path.name}") for path in first)]
    for source, path in zip(first, made[len(first) :], strict=True):
        shutil.copyfile(source, path)
    time.sleep(_SETTLED)
    return made


def policy(name: str) -> Policy:
    """Return a policy of ours that asks for much."""
    return load(name)


def other_policy(folder: Path) -> Policy:
    """Return one that nobody has judged by yet."""
    text = (CHECKOUT / "provenance/policy/templates/contest-open.toml").read_text("utf-8")
    path = folder / f"other-{time.monotonic_ns()}.toml"
    path.write_text(text.replace('id = "contest-open"', 'id = "another"'), "utf-8")
    return load(str(path))


def run(made: Path, rules: Policy, cache: Path) -> int:
    """Check every picture of *made* under *rules*, as the command does; return how many had a verdict."""
    options = Options(home=str(cache.parent / "home"))
    with opened_cache(cache, options) as known:
        found = judged(
            entries(gather([str(made)])), rules, options=options, settings=Settings(), context={}, cache=known,
            slots=CORES, now=datetime.now(UTC),
        )  # fmt: skip
        return sum(isinstance(one, Judged) and not one.verdict.problem for one in found)


def parent_mib(folder: Path) -> float:
    """Return the peak memory of a process that checks *folder*; its children are not counted."""
    command = [sys.executable, "-m", "benchmarks.checking", str(folder)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _peak(folder: Path) -> float:
    with tempfile.TemporaryDirectory() as place:
        run(folder, policy("contest-open"), Path(place, "facts.sqlite"))
    return own_peak_mib()


if __name__ == "__main__":
    print(_peak(Path(sys.argv[1])))
