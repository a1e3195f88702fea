"""Files -> Verifications, each parsed in a child process with limits (security S1, S2).

A file that kills or stalls its child is the finding "could not check", for that file alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from provenance.errors import ProvenanceError
from provenance.terms import Integrity
from provenance.verification.model import Stop, Verification
from provenance.verification.options import Options, Request
from provenance.worker import codec
from provenance.worker.pool import Died, Job, Pool
from provenance.worker.settings import Settings

CHECK = Job("provenance.verification.check:job", Verification)
_LIMITS = {"memory": "memory_mib", "cpu": "cpu_seconds", "wall": "wall_seconds"}


def verify_files(
    paths: Iterable[Path],
    *,
    options: Options,
    slots: int | None = None,
    settings: Settings | None = None,
) -> Iterator[tuple[Path, Verification | ProvenanceError]]:
    """Verify *paths* in their order, in *slots* children (by default one per processor, at most as many as files).

    Yields each path with its Verification, or with the error that kept it from being read.

    Raises:
        WorkerError: if no child can be started.
        EngineError: if the engine here cannot be used.
    """
    limits = settings or Settings()
    wanted = list(paths)
    count = slots or min(len(wanted), os.cpu_count() or 1)
    with Pool(max(1, count), preload=CHECK.module, settings=limits) as pool:
        requests = (codec.encode(Request(str(path.absolute()), options)) for path in wanted)
        answers = pool.run(CHECK, requests)
        for path, (_, outcome) in zip(wanted, answers, strict=True):
            yield path, _settled(path, outcome, limits, pool.missing_limits)


def _settled(
    path: Path, outcome: Verification | Died | ProvenanceError, limits: Settings, missing: tuple[str, ...]
) -> Verification | ProvenanceError:
    match outcome:
        case Verification():
            return replace(outcome, environment=replace(outcome.environment, isolated=True, missing_limits=missing))
        case Died():
            return _could_not_check(path, outcome, limits)
        case _:
            return outcome


def _could_not_check(path: Path, died: Died, limits: Settings) -> Verification:
    name = _LIMITS.get(died.reason, "")
    stops = (Stop(name, int(getattr(limits, name)), died.reason),) if name else ()
    why = f"the limit {name} was reached" if name else f"the checking process ended ({died.reason})"
    size = path.stat().st_size if path.exists() else 0
    return Verification(
        path.name, size, "", integrity=Integrity.NOT_CHECKED, stops=stops, problem=f"{why}; {died.detail}".rstrip("; ")
    )
