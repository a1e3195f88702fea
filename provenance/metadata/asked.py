"""What was asked of a model, read in a child process for somebody who asks for it: prompts are private otherwise."""

from __future__ import annotations

from pathlib import Path

from provenance.errors import AssetError
from provenance.plain import plain
from provenance.record import dataclass
from provenance.worker.pool import Died, Job, Pool
from provenance.worker.settings import Settings


@dataclass(frozen=True, slots=True)
class Prompts:
    """What was asked of a model, as it stands in the file."""

    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()


JOB = Job("provenance.metadata.structure:job", Prompts)


def prompts_of(picture: Path, *, settings: Settings | None = None) -> Prompts:
    """Return the prompts that *picture* holds; nothing of it is parsed in this process.

    Raises:
        AssetError: if ``sd-parsers`` is not installed, or the picture cannot be read.
        WorkerError: if no child can be started.
    """
    with Pool(1, preload=JOB.module, settings=settings or Settings()) as pool:
        ((_, answer),) = pool.run(JOB, [str(picture.absolute())])
    match answer:
        case Prompts():
            return answer
        case Died():
            raise AssetError(plain(picture.name), f"cannot be read: the checking process ended ({answer.reason})")
        case _:
            raise answer
