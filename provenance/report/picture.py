"""The picture for a page: decoded in a worker and encoded anew, so that nothing of the file but its look gets out.

Rules (security P9, D14): formats from an allow-list, by content; limits on pixels and frames; truncated data is
refused; no metadata and no profile is passed on; SVG is never rendered. What cannot be decoded is left out.
"""

from __future__ import annotations

import base64
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
    """Return the picture at the path *argument* as a JPEG in base64, upright, at most 1200 px; "" if there is none.

    Runs in a worker: the bytes may be hostile to the decoder.
    """
    try:
        with Path(str(argument)).open("rb") as stream:
            limits = {"edge": LONGEST_EDGE, "most_pixels": MAX_PIXELS, "most_frames": MAX_FRAMES}
            found = thumbnail(stream, sniff(stream), **limits)
    except OSError:
        return ""
    return base64.b64encode(found or b"").decode("ascii")


def picture_of(path: Path, *, settings: Settings) -> bytes | None:
    """Return the picture at *path* as a new JPEG, decoded in a child; None where it could not be decoded there.

    Raises:
        WorkerError: if no child can be started.
    """
    with Pool(1, preload=JOB.module, settings=settings) as pool:
        answers = pool.run(JOB, [str(path.absolute())])
        answer = next(answers)[1]
    if not isinstance(answer, str):
        return None
    try:
        data = base64.b64decode(answer, validate=True)
    except ValueError:
        return None
    return data if data.startswith(_SOI) else None  # whatever took the child over: a page gets a JPEG or nothing
