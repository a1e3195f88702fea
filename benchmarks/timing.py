"""Medians, taken in turn: ours, theirs, ours, theirs, so that a busy machine slows both."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Compared:
    """Median seconds of both."""

    ours: float
    theirs: float

    @property
    def ratio(self) -> float:
        return self.ours / self.theirs


def compare(ours: Work, theirs: Work, *, rounds: int = 7) -> Compared:
    """Run both in turn, *rounds* times after one round that does not count."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 1):
        for work, kept in zip((ours, theirs), times, strict=True):
            start = perf_counter()
            work()
            if number:
                kept.append(perf_counter() - start)
    return Compared(median(times[0]), median(times[1]))


def process(*arguments: str, environment: dict[str, str] | None = None) -> Work:
    """Return a function that runs Python with *arguments* to its end."""

    def run() -> None:
        command = [sys.executable, *arguments]
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)

    return run


def peak_mib(*arguments: str, environment: dict[str, str] | None = None) -> float:
    """Return the peak memory of Python with *arguments*, in MiB: of its largest process, children included."""
    script = (
        "import resource, subprocess, sys; "
        "subprocess.run([sys.executable, *sys.argv[1:]], stdout=subprocess.DEVNULL, check=True); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    unit = 1024 if sys.platform == "darwin" else 1
    return int(done.stdout) / unit / 1024


def own_peak_mib() -> float:
    """Return the most memory that this process held; not by getrusage alone, which also counts who started it."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
