"""Slots with one supervised child each: jobs in, results or the cause of a death out.

A death costs one job: the one that the child was at. Those already sent behind it go to the next child.
Nothing a child says is believed beyond its type (`codec`).
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

import provenance.errors as errors
from provenance.errors import ProvenanceError, WorkerError
from provenance.plain import plain
from provenance.worker import codec, early, frames
from provenance.worker.process import Child, interpreter
from provenance.worker.settings import Settings

T = TypeVar("T")
A = TypeVar("A")

_AHEAD = 3  # jobs sent before the first is answered, so that a child never waits for us
_WINDOW = 16  # jobs per slot that are under way or wait for an earlier one in their order
_START_SECONDS = 60.0
_TICK = 0.2
_PROTOCOL = "protocol"
_DEFAULTS = Settings()
_LIMITS = {"memory": "memory_mib", "cpu": "cpu_seconds", "wall": "wall_seconds"}


@dataclass(frozen=True, slots=True)
class Job(Generic[T]):
    """A function of one JSON value: ``module:function``, and the type of its result (``object``: plain JSON)."""

    name: str
    returns: type[T]

    @property
    def module(self) -> str:
        return self.name.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Died:
    """The child ended, or could not go on, at one job: the file "could not be checked".

    *reason* is "memory", "cpu", "wall", "signal n", "exit n", "bug" (an exception nobody foresaw; *detail* says
    in which line) or "protocol" (an answer that is none).
    """

    reason: str
    detail: str = ""

    @property
    def limit(self) -> str:
        """The field of `Settings` that was reached; "" if the child ended for another reason."""
        return _LIMITS.get(self.reason, "")


@dataclass(slots=True)
class _Run:
    """One call of `Pool.run`: where its answers go."""

    returns: Any
    name: str
    answers: SimpleQueue[tuple[int, Any]]
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class _Task:
    number: int
    frame: bytes  # made by whoever asks: what is no JSON is their error, not a slot's
    run: _Run


@dataclass(frozen=True, slots=True)
class _NoStart:
    """The child could not be started at all: not the fault of a file, so `run` raises it."""

    error: ProvenanceError


class Pool:
    """*slots* children that answer jobs; use it as a context manager. Every method may be called from any thread.

    The module of the jobs, *preload*, is loaded before the limits are set; a first child that the launcher
    started early is used.
    """

    def __init__(self, slots: int, *, preload: str, settings: Settings = _DEFAULTS) -> None:
        """Start nothing yet: the first job does.

        Raises:
            WorkerError: if there is no interpreter for the children.
        """
        self.settings = settings
        self.tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._closed = threading.Event()
        self.slots = tuple(_Slot(self, interpreter(settings.python), preload) for _ in range(max(1, slots)))
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._submitted = 0
        self.missing_limits: tuple[str, ...] = ()  # known with the first answer

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed.is_set()

    def run(
        self, job: Job[T], arguments: Iterable[A], *, ordered: bool = True, window: int = _WINDOW
    ) -> Iterator[tuple[A, T | Died | ProvenanceError]]:
        """Yield each argument with its result, in the order of *arguments* or as they come.

        Reads *arguments* only as far ahead as the slots need, *window* for each of them. Paths in them must be
        absolute. An error that the job raised is yielded, as it concerns that argument alone.

        Raises:
            WorkerError: if a child cannot be started, or the pool is closed meanwhile.
            EngineError: if the job's module finds no usable engine.
        """
        run = _Run(job.returns, job.name, SimpleQueue())
        waiting: dict[int, A] = {}
        early_ones: dict[int, Any] = {}
        rest = iter(enumerate(arguments))
        following = 0
        try:
            while True:
                self._submit(run, rest, waiting, len(early_ones), window)
                if not waiting:
                    return
                number, outcome = run.answers.get()
                if isinstance(outcome, _NoStart):
                    raise outcome.error
                if not ordered:
                    yield waiting.pop(number), outcome
                    continue
                early_ones[number] = outcome
                while following in early_ones:
                    yield waiting.pop(following), early_ones.pop(following)
                    following += 1
        finally:
            run.cancelled = True

    def _submit(
        self, run: _Run, rest: Iterator[tuple[int, A]], waiting: dict[int, A], answered: int, window: int
    ) -> None:
        while len(waiting) < window * len(self.slots):
            if (following := next(rest, None)) is None:
                return
            number, argument = following
            waiting[number] = argument
            if self.closed:
                raise _closed()
            self.tasks.put(_Task(number, frames.encode([number, run.name, argument]), run))
            self._ensure(len(waiting) - answered)
            if self.closed:  # since we looked; no slot may be left to answer
                self._turn_away()

    def _ensure(self, wanted: int) -> None:
        """Have a thread for each slot that there is work for, and one that watches the clocks."""
        if len(self._threads) > min(wanted, len(self.slots)):
            return
        with self._lock:
            if not self._threads:
                self._threads.append(threading.Thread(target=self._watch, daemon=True))
                self._threads[0].start()
            while len(self._threads) - 1 < min(wanted, len(self.slots)):
                slot = self.slots[len(self._threads) - 1]
                self._threads.append(threading.Thread(target=slot.work, daemon=True))
                self._threads[-1].start()

    def _watch(self) -> None:
        while not self._closed.wait(_TICK):
            now = time.monotonic()
            for slot in self.slots:
                slot.check(now)

    def close(self) -> None:
        """End every child. Jobs under way are given up."""
        self._closed.set()
        for slot in self.slots:
            self.tasks.put(None)
            slot.stop()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()
        self._turn_away()

    def fail(self) -> None:
        """End everything because a slot met a bug of ours: nobody may wait for ever for its answer."""
        self._closed.set()
        self._turn_away()
        for slot in self.slots:
            self.tasks.put(None)
            slot.stop()

    def _turn_away(self) -> None:
        with suppress(Empty):
            while True:
                if (task := self.tasks.get_nowait()) is not None:
                    task.run.answers.put((task.number, _NoStart(_closed())))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Slot:
    """One thread's view: the child it has now, and the jobs that this child was sent, oldest first."""

    def __init__(self, pool: Pool, python: str, module: str) -> None:
        self._pool = pool
        self._python = python
        self._module = module
        self._child: Child | None = None
        self._pending: deque[_Task] = deque()
        self._sent = 0
        self._deadline = 0.0  # 0: nothing is due
        self._overdue = 0.0  # the deadline for which the child was killed

    def work(self) -> None:
        """Answer tasks until the pool closes."""
        try:
            self._serve()
        finally:
            if not self._pool.closed:
                self._pool.fail()
            for task in self._pending:
                task.run.answers.put((task.number, _NoStart(_closed())))
            if self._child is not None:
                self._child.bury()

    def _serve(self) -> None:
        while self._fetch():
            task = self._pending[0]
            while (outcome := self._attempt()) is None:
                continue
            self._pending.popleft()
            if self._pool.closed:
                outcome = _NoStart(_closed())
            task.run.answers.put((task.number, outcome))

    def check(self, now: float) -> None:
        """Kill the child if its time is up; called by the pool's clock."""
        if (due := self._deadline) and now > due:
            self._overdue = due
            self.stop()

    def stop(self) -> None:
        """Kill the child, whatever it does."""
        if (child := self._child) is not None:
            child.kill()

    def _fetch(self) -> bool:
        """Take jobs: one, and further ones only while no other slot is short of work."""
        tasks = self._pool.tasks
        while not self._pool.closed and len(self._pending) < _AHEAD:
            if self._pending and tasks.qsize() < len(self._pool.slots):
                return True
            try:
                task = tasks.get(block=not self._pending)
            except Empty:
                return True
            if task is None:
                return False
            if not task.run.cancelled:
                self._pending.append(task)
        return not self._pool.closed

    def _attempt(self) -> Any:
        """Return the answer to the oldest job; None if it must be asked again."""
        try:
            child = self._child or self._begin()
        except ProvenanceError as exc:
            return _NoStart(exc)
        due = self._deadline = time.monotonic() + self._pool.settings.wall_seconds
        try:
            self._send(child)
            codec.prepare(self._pending[0].run.returns)  # while the child works
            message = frames.read(child.results)
            if message is not None:
                return self._understood(message)
            died = self._lost()
            if not self._overdue:
                return died
            # Killed for its last job, which was answered in the same moment: this one is not to blame.
            return Died("wall") if self._overdue == due else None
        except (frames.FrameError, codec.CodecError) as exc:
            self._lost()
            return Died(_PROTOCOL, str(exc))
        finally:
            self._deadline = 0.0

    def _begin(self) -> Child:
        """Start a child and wait until it is ready."""
        child = early.take(self._python, self._module) or Child(self._python, self._module)
        self._child, self._sent, self._overdue = child, 0, 0.0
        if self._pool.closed:
            child.kill()  # it came after `Pool.close` had looked
        self._deadline = time.monotonic() + _START_SECONDS
        # A child that could not load its module has said so and may be gone: what it said is still to be read.
        with suppress(OSError):
            frames.write(child.jobs, self._pool.settings.limits)
        try:
            message = frames.read(child.results)
        except frames.FrameError:
            message = None
        self._deadline = 0.0
        match message:
            case ["ready", list(missing)]:
                self._pool.missing_limits = tuple(plain(name) for name in missing)
                return child
            case ["failed", str(name), str(where), str(problem), str(cure)]:
                self._lost()
                raise _error(name, where, problem, cure)
            case _:
                reason = self._lost().reason
                if self._pool.closed:
                    raise _closed()
                raise WorkerError("worker", f"the child process ended before it was ready ({reason})")

    def _send(self, child: Child) -> None:
        """Send what this child has not been sent. A child that is gone shows when it is read from."""
        with suppress(OSError):
            while self._sent < len(self._pending):
                self._sent += 1
                frames.send(child.jobs, self._pending[self._sent - 1].frame)

    def _lost(self) -> Died:
        """Bury the child; the jobs that it leaves will be sent to the next one."""
        assert self._child is not None  # noqa: S101 - only called with one
        reason = self._child.bury()
        self._child, self._sent = None, 0
        return Died(reason)

    def _understood(self, message: Any) -> Any:
        task = self._pending[0]
        match message:
            case [number, str(kind), list(payload), bool(last)] if number == task.number:
                self._sent -= 1
                outcome = _outcome(kind, payload, task.run.returns)
            case _:
                raise frames.FrameError("not an answer to what was asked")
        if last:
            self._lost()
        return outcome


def _outcome(kind: str, payload: list[Any], returns: Any) -> Any:
    match kind, payload:
        case "done", [data]:
            return codec.decode(returns, data)
        case "error", [str(name), str(where), str(problem), str(cure)]:
            return _error(name, where, problem, cure)
        case "died", [("memory" | "bug") as reason, str(detail)]:
            return Died(reason, plain(detail))
        case _:
            raise frames.FrameError("not an answer")


def _error(name: str, where: str, problem: str, cure: str) -> ProvenanceError:
    kind = getattr(errors, name, None)
    if not (isinstance(kind, type) and issubclass(kind, ProvenanceError)):
        raise frames.FrameError("not one of our errors")
    return kind(where, problem, cure)


def _closed() -> WorkerError:
    return WorkerError("worker", "the pool is closed")
