"""Files -> facts, each parsed in a child process with limits; only the facts cross the pipe.

What is declared beside a file joins them here: no engine reads it, and it is bounded text.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from provenance.errors import ProvenanceError
from provenance.policy.beside import with_beside
from provenance.policy.deriving import facts_of
from provenance.policy.facts import Facts
from provenance.verification.files import could_not_check
from provenance.verification.options import Options, Request
from provenance.worker import codec
from provenance.worker.pool import Died, Job, Pool
from provenance.worker.settings import Settings

FACTS = Job("provenance.policy.child:job", Facts)


def facts_files(
    paths: Iterable[Path], *, options: Options, slots: int | None = None, settings: Settings | None = None
) -> Iterator[tuple[Path, Facts | ProvenanceError]]:
    """Yield each of *paths* with its facts, or with the error that kept it from being read.

    A file that kills or stalls its child has facts, too: that it could not be checked.

    Raises:
        WorkerError, EngineError: if nothing can be checked here.
    """
    limits = settings or Settings()
    wanted = list(paths)
    count = max(1, slots or min(len(wanted), os.cpu_count() or 1))
    with Pool(count, preload=FACTS.module, settings=limits) as pool:
        same = codec.encode(Request("", replace(options, digest=True)))
        requests = (same | {"path": str(path.absolute())} for path in wanted)
        answers = pool.run(FACTS, requests)
        folders: dict[str, tuple[Path, ...]] = {}
        for path, (_, answer) in zip(wanted, answers, strict=True):
            if isinstance(answer, Died):
                yield path, facts_of(could_not_check(path, answer, limits), now=datetime.now(UTC))
            else:
                yield path, answer if isinstance(answer, ProvenanceError) else with_beside(answer, path, folders)
