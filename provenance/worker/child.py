"""The child: loads the job's module, sets its limits, answers jobs in order until the pipe ends.

Messages in: the limits once, then ``[number, "module:function", argument]``. Messages out: ``["ready", missing]``
or ``["failed", error…]`` once, then ``[number, kind, payload, last]`` for each job. Standard input and output are
moved away first, so no noise of a library reaches the protocol.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from provenance.errors import ProvenanceError
from provenance.worker import codec, frames, limits

DONE, ERROR, DIED = "done", "error", "died"
READY, FAILED = "ready", "failed"
MEMORY, BUG = "memory", "bug"
_STACK = 256 << 10  # the reader needs little; a thread's default stack counts against the memory limit


def serve(module: str) -> None:
    """Answer jobs from standard input on standard output; *module* is loaded before the limits are set."""
    jobs_in, jobs_out = _pipes()
    try:
        importlib.import_module(module)
    except ProvenanceError as exc:
        return frames.write(jobs_out, [FAILED, *_error(exc)])
    except (ImportError, OSError, RuntimeError) as exc:  # a missing package; a native library that does not load
        problem = f"{module} cannot be loaded: {type(exc).__name__}: {exc}"
        return frames.write(jobs_out, [FAILED, "WorkerError", "worker", problem, ""])
    gc.freeze()
    gc.enable()
    if (numbers := frames.read(jobs_in)) is None:
        return None
    queue = _reader(jobs_in)
    missing = limits.apply(numbers)
    frames.write(jobs_out, [READY, missing])
    _answer(queue, jobs_out, numbers)
    os._exit(0)  # nothing here needs an orderly end, and the engine's takes time


def _pipes() -> tuple[int, int]:
    """Take the protocol away from descriptors 0 and 1, and leave an empty input and a sink there."""
    limits.settle()
    jobs_in, jobs_out = os.dup(0), os.dup(1)
    sink = os.open(os.devnull, os.O_RDWR)
    os.dup2(sink, 0)
    os.dup2(sink, 1)
    sys.stdout = sys.stderr = os.fdopen(sink, "w", encoding="utf-8", errors="replace")
    return jobs_in, jobs_out


def _reader(fd: int) -> SimpleQueue[Any]:
    """Read jobs ahead in a thread, which also notices at once that the parent is gone, whatever a job does."""
    queue: SimpleQueue[Any] = SimpleQueue()

    def read() -> None:
        while (message := frames.read(fd)) is not None:
            queue.put(message)
        os._exit(0)

    before = threading.stack_size(_STACK)
    threading.Thread(target=read, daemon=True).start()
    threading.stack_size(before)
    return queue


def _answer(queue: SimpleQueue[Any], out: int, numbers: Mapping[str, float]) -> None:
    done = 0
    last = False
    while not last:
        number, name, argument = queue.get()
        limits.begin(numbers)
        try:
            kind, payload = _run(name, argument)
            done += 1
            full = done >= numbers["jobs"] or limits.resident_mib() > numbers["resident_mib"]
            last = full or (kind, payload[:1]) == (DIED, [MEMORY])
            frames.write(out, [number, kind, payload, last])
        except MemoryError:
            last = True
            frames.write(out, [number, DIED, [MEMORY, ""], last])
        limits.end()


def _run(name: str, argument: Any) -> tuple[str, Any]:
    try:
        return DONE, [codec.encode(_function(name)(argument))]
    except ProvenanceError as exc:
        return ERROR, _error(exc)
    except MemoryError:
        return DIED, [MEMORY, ""]
    except Exception as exc:  # noqa: BLE001 - hostile bytes found a hole in us: this file "could not be checked"
        return DIED, [BUG, _where(exc)]


@cache
def _function(name: str) -> Callable[[Any], Any]:
    module, _, function = name.partition(":")
    found: Callable[[Any], Any] = getattr(importlib.import_module(module), function)
    return found


def _error(exc: ProvenanceError) -> list[str]:
    return [type(exc).__name__, exc.where, exc.problem, exc.cure]


def _where(exc: Exception) -> str:
    """Say which line raised *exc*; its own text may be the file's."""
    frame = traceback.extract_tb(exc.__traceback__)[-1]
    return f"{type(exc).__name__} in {Path(frame.filename).name}:{frame.lineno}"
