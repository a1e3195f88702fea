"""The picture for a page: decoded in a worker and encoded anew, so that nothing of the file but its look gets out.

Rules (security P9, D14): formats from an allow-list, by content; limits on pixels and frames; truncated data is
refused; no metadata and no profile is passed on; SVG is never rendered. What cannot be decoded is left out.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from provenance.container.kinds import sniff
from provenance.signing.thumbnail import thumbnail
from provenance.worker.pool import Job, Pool
from provenance.worker.settings import Settings

LONGEST_EDGE = 1200
MAX_PIXELS = 50_000_000
MAX_FRAMES = 10
JOB: Job[str] = Job("provenance.report.picture:job", str)
_SOI = b"\xff\xd8\xff"


def job(argument: Any) -> str:
    """Return the picture at the path *argument* as a JPEG in base64, upright; "" if there is none.

    Its longest edge is 1200 px at most, or that of ``[path, edge]``.
    Runs in a worker: the bytes may be hostile to the decoder.
    """
    path, edge = argument if isinstance(argument, list) else (argument, LONGEST_EDGE)
    try:
        with Path(str(path)).open("rb") as stream:
            found = thumbnail(stream, sniff(stream), edge=edge, most_pixels=MAX_PIXELS, most_frames=MAX_FRAMES)
    except OSError:
        return ""
    return base64.b64encode(found or b"").decode("ascii")


def picture_of(path: Path, *, settings: Settings) -> bytes | None:
    """Return the picture at *path* as a new JPEG, decoded in a child; None where it could not be decoded there.

    Raises:
        WorkerError: if no child can be started.
    """
    (found,) = pictures_of([path], edge=LONGEST_EDGE, settings=settings)
    return found


def pictures_of(paths: Sequence[Path], *, edge: int, settings: Settings) -> Iterator[bytes | None]:
    """Yield each picture of *paths* as a new JPEG, its longest edge at most *edge*, as `picture_of` does.

    Raises:
        WorkerError: if no child can be started.
    """
    if not paths:
        return
    with Pool(min(len(paths), os.cpu_count() or 1), preload=JOB.module, settings=settings) as pool:
        for _, answer in pool.run(JOB, [[str(path.absolute()), edge] for path in paths]):
            yield _jpeg(answer)


def _jpeg(answer: object) -> bytes | None:
    if not isinstance(answer, str):
        return None
    try:
        data = base64.b64decode(answer, validate=True)
    except ValueError:
        return None
    return data if data.startswith(_SOI) else None  # whatever took the child over: a page gets a JPEG or nothing
