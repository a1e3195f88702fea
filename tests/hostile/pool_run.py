"""Verify the files of a folder in the pool, from a process of its own, and print what came and what it took.

``python -m tests.hostile.pool_run FOLDER [LIMITS]``: LIMITS lifts the limits of the walk to that number, so that
the limits of the worker are the only ones left.
"""

from __future__ import annotations

import json
import resource
import sys
from dataclasses import fields
from pathlib import Path
from time import monotonic

from provenance.container.model import Limits
from provenance.verification.files import verify_files
from provenance.verification.model import Verification
from provenance.verification.options import Options


def main(folder: str, lifted: str = "") -> None:
    limits = Limits(**{field.name: int(lifted) for field in fields(Limits)}) if lifted else Limits()
    paths = sorted(Path(folder).iterdir())
    found: dict[str, dict[str, object]] = {}
    before = monotonic()
    for path, outcome in verify_files(paths, options=Options(limits=limits), slots=2):
        assert isinstance(outcome, Verification), outcome
        found[path.stem] = {
            "integrity": outcome.integrity.value,
            "stops": [stop.limit for stop in outcome.stops],
            "problem": outcome.problem,
        }
    print(json.dumps({"files": found, "mib": _peak_mib(), "seconds": monotonic() - before}))


def _peak_mib() -> float:
    """Return the most memory this process had; on Linux not by getrusage, which also counts who started us."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (1 << 20 if sys.platform == "darwin" else 1 << 10)


if __name__ == "__main__":
    main(*sys.argv[1:])
