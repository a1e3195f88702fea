"""The manifest store of a file as it stands there, embedded or beside it: for a bundle, never for a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provenance.container.opening import opened
from provenance.container.prescan import prescan
from provenance.errors import AssetError
from provenance.verification import sidecars
from provenance.verification.options import Options, Request
from provenance.worker import codec
from provenance.worker.pool import Job, Pool
from provenance.worker.settings import Settings


@dataclass(frozen=True, slots=True)
class Store:
    """The bytes of a manifest store; empty if there is none."""

    data: bytes = b""


JOB = Job("provenance.verification.store:job", Store)


def job(argument: Any) -> Store:
    """Return the store of a `Request`'s file; empty too if the walk refuses the file."""
    request = codec.decode(Request, argument)
    path, options = Path(request.path), request.options
    try:
        with opened(path) as stream:
            scan = prescan(stream, options.limits)
    except OSError as exc:
        raise AssetError(path.name, f"cannot be read ({exc.strerror or exc})") from exc
    store = scan.store
    if store is None and not scan.refusals:
        store = sidecars.of(path, options).store
    return Store(store or b"")


def store_of(path: Path, *, options: Options, settings: Settings) -> bytes:
    """Return the manifest store of *path*, read in a child; empty if there is none, or none that may be read.

    Raises:
        AssetError: if the file cannot be read.
        WorkerError: if no child can be started.
    """
    with Pool(1, preload=JOB.module, settings=settings) as pool:
        answers = pool.run(JOB, [codec.encode(Request(str(path.absolute()), options))])
        answer = next(answers)[1]
    match answer:
        case Store():
            return answer.data
        case AssetError():
            raise answer
        case _:
            return b""
