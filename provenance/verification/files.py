"""Files -> Verifications, each parsed in a child process with limits (security S1, S2).

A file that kills or stalls its child is the finding "could not check", for that file alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from provenance.errors import AssetError, ProvenanceError
from provenance.terms import Integrity
from provenance.verification.model import Stop, Verification
from provenance.verification.options import Options, Request
from provenance.worker import codec
from provenance.worker.pool import Died, Job, Pool
from provenance.worker.settings import Settings

if TYPE_CHECKING:
    from provenance.trust.fetch import Rules

CHECK = Job("provenance.verification.check:job", Verification)
RAW: Job[str] = Job("provenance.verification.check:raw_job", str)
Outcome = Verification | ProvenanceError


def verify_files(
    paths: Iterable[Path],
    *,
    options: Options,
    slots: int | None = None,
    settings: Settings | None = None,
    fetch: bool | Rules = False,
) -> Iterator[tuple[Path, Outcome]]:
    """Verify *paths* in their order, in *slots* children (by default one per processor, at most as many as files).

    Yields each path with its Verification, or with the error that kept it from being read.

    Args:
        fetch: also fetch the credentials of a file that says they lie elsewhere, by the usual rules or by the given
            ones; the only use of a network.

    Raises:
        WorkerError: if no child can be started.
        EngineError: if the engine here cannot be used.
    """
    limits = settings or Settings()
    wanted = list(paths)
    count = max(1, slots or min(len(wanted), os.cpu_count() or 1))
    with Pool(count, preload=CHECK.module, settings=limits) as pool:
        same = codec.encode(Request("", options))
        requests = (same | {"path": str(path.absolute())} for path in wanted)
        answers = pool.run(CHECK, requests)
        for path, (_, answer) in zip(wanted, answers, strict=True):
            yield path, followed(path, settled(path, answer, limits), options, pool, limits, fetch=fetch)


def raw_report(path: Path, *, options: Options, settings: Settings | None = None) -> str:
    """Return the engine's crJSON for *path*, read in a child; nothing in it is judged by us.

    Raises:
        AssetError: if there is no manifest store that the engine can read, or the child ended at it.
    """
    limits = settings or Settings()
    with Pool(1, preload=RAW.module, settings=limits) as pool:
        answers = pool.run(RAW, [codec.encode(Request(str(path.absolute()), options))])
        outcome = next(answers)[1]
    match outcome:
        case str():
            return outcome
        case Died():
            raise AssetError(path.name, f"cannot be read: {could_not_check(path, outcome, limits).problem}")
        case _:
            raise outcome


def followed(
    path: Path, outcome: Outcome, options: Options, pool: Pool, limits: Settings, *, fetch: bool | Rules
) -> Outcome:
    """Return *outcome*; with *fetch*, where it refers to credentials elsewhere, the finding with those.

    Args:
        fetch: as in `verify_files`.
    """
    if not fetch or not isinstance(outcome, Verification) or outcome.integrity is not Integrity.ELSEWHERE:
        return outcome
    return _from_elsewhere(path, outcome, None if fetch is True else fetch, options, pool, limits)


def _from_elsewhere(
    path: Path, outcome: Verification, rules: Rules | None, options: Options, pool: Pool, limits: Settings
) -> Outcome:
    from provenance.verification.remote import RULES, fetched  # an HTTP client, 20 ms, for the one flag that needs it

    try:
        with fetched(outcome.source.remote_url, rules or RULES) as store:
            request = codec.encode(Request(str(path.absolute()), replace(options, sidecar=str(store))))
            answers = pool.run(CHECK, [request])
            found = settled(path, next(iter(answers))[1], limits)
    except ProvenanceError as exc:
        return exc
    if isinstance(found, Verification):
        return replace(found, source=replace(found.source, kind="remote", sidecar=""))
    return found


def settled(path: Path, outcome: Verification | Died | ProvenanceError, limits: Settings) -> Outcome:
    """Return *outcome*, where the child died the finding that this file could not be checked."""
    return could_not_check(path, outcome, limits) if isinstance(outcome, Died) else outcome


def could_not_check(path: Path, died: Died, limits: Settings) -> Verification:
    """Return the finding on a file whose child *died*: it could not be checked, and why."""
    name = died.limit
    stops = (Stop(name, int(getattr(limits, name)), died.reason),) if name else ()
    why = f"the limit {name} was reached" if name else f"the checking process ended ({died.reason})"
    size = path.stat().st_size if path.exists() else 0
    return Verification(
        path.name, size, "", integrity=Integrity.NOT_CHECKED, stops=stops, problem=f"{why}; {died.detail}".rstrip("; ")
    )
