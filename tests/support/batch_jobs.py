"""Questions for the tests of the batch room, asked in a child: the end of a file's bytes says what to answer."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

from provenance.batch.rows import Answer, Outcome
from provenance.errors import AssetError

DO = "tests.support.batch_jobs:ask"
WORDS = {b"=yes": Outcome.ALLOWED, b"==no": Outcome.NOT_ALLOWED, b"=ask": Outcome.CONSTRAINED}


def ask(_: Any) -> Callable[[bytes, bytes], Answer]:
    """Return what answers as the last four bytes say; some of them end the child, or keep it from answering."""

    def answer(data: bytes, sidecar: bytes) -> Answer:
        match data[-4:]:
            case b"=die":
                os._exit(3)
            case b"hang":
                time.sleep(60)
            case b"=bug":
                raise KeyError("what stood in the file")
            case b"=odd":
                raise AssetError("picture", "is odd")
        return Answer(WORDS.get(data[-4:], Outcome.NOT_STATED), reason=sidecar.decode())

    return answer
