"""Working files -> their facts, each read in a child process with limits (security S1, S2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from provenance.errors import AssetError, ProvenanceError
from provenance.metadata.evidence.model import Facts
from provenance.plain import plain
from provenance.worker.pool import Died, Job, Pool
from provenance.worker.settings import Settings

JOB = Job("provenance.metadata.evidence.facts:job", Facts)
# Hashing a video of many gigabytes takes its time; what is parsed is small.
_CPU, _WALL = 300, 600.0


def facts_of(paths: Iterable[Path], *, settings: Settings | None = None) -> tuple[Facts, ...]:
    """Return what each of *paths* tells about itself, in their order; nothing is parsed in this process.

    Raises:
        AssetError: naming the first file that cannot be read, or that ended the child.
        WorkerError: if no child can be started.
    """
    wanted = list(paths)
    if not wanted:
        return ()
    given = settings or Settings()
    limits = replace(given, cpu_seconds=max(given.cpu_seconds, _CPU), wall_seconds=max(given.wall_seconds, _WALL))
    with Pool(1, preload=JOB.module, settings=limits) as pool:
        answers = pool.run(JOB, [str(path.absolute()) for path in wanted])
        return tuple(_settled(path, answer) for path, (_, answer) in zip(wanted, answers, strict=True))


def _settled(path: Path, answer: Facts | Died | ProvenanceError) -> Facts:
    match answer:
        case Facts():
            return answer
        case Died():
            raise AssetError(plain(path.name), f"cannot be read: the checking process ended ({answer.reason})")
        case _:
            raise answer
