"""Starting, ending and burying one child. Light: the launcher does this before any other import."""

# ruff: noqa: PTH100, PTH110, PTH117, PTH118, PTH119, PTH120 - pathlib would be loaded before the child starts

from __future__ import annotations

import os
import sys
import threading

from provenance.errors import WorkerError

if sys.platform == "win32":
    import subprocess
else:
    import fcntl

PYTHON = "PROVENANCE_PYTHON"
_MAIN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "__main__.py")
_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(_MAIN)))
# What the child may know of our surroundings: no secret of a shell reaches the process that parses hostile bytes.
_KEPT = (
    "HOME", "PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "TEMP", "TMP", "XDG_DATA_HOME",
    "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "APPDATA", "LOCALAPPDATA", "USERPROFILE",
    "PROVENANCE_HOME", "PROVENANCE_LANG",
)  # fmt: skip
# glibc gives the top of its heap back and takes it again for each picture, as chance has it, which costs a sixth of the
# time; so it keeps what one file needs. Other systems do not know these names.
_ALLOCATOR = {"MALLOC_TRIM_THRESHOLD_": str(32 << 20), "MALLOC_MMAP_THRESHOLD_": str(4 << 20)}
_OUT_OF_MEMORY = (b"memory allocation of", b"bad_alloc", b"MemoryError", b"out of memory")


def interpreter(chosen: str = "") -> str:
    """Return the Python for the child: *chosen*, else ``PROVENANCE_PYTHON``, else the one that runs us.

    Raises:
        WorkerError: if that is no path of an interpreter; a host such as Blender or Krita is none.
    """
    python = chosen or os.environ.get(PYTHON, "")
    if python:
        if not os.path.isabs(python):
            raise WorkerError("worker", f"{python} is not an absolute path", f"correct {PYTHON} or worker.python")
        return python
    name = os.path.basename(sys.executable or "").lower()
    if getattr(sys, "frozen", False) or not name.startswith(("python", "pypy")):
        raise WorkerError(
            "worker",
            "this program is not a Python interpreter",
            f"name one in {PYTHON} or in config.toml, worker.python",
        )
    return sys.executable


def _search(python: str) -> list[str]:
    """Return where we find packages, for the child to look in last; never the working folder."""
    if python != sys.executable:
        return []  # another Python: our compiled packages are not its
    here = os.path.abspath(os.curdir) if os.path.exists(os.curdir) else ""
    return [place for place in sys.path if os.path.isabs(place) and place != here]


class Child:
    """One child process and the pipes to it."""

    __slots__ = ("_lock", "_noise", "_process", "_status", "jobs", "module", "pid", "python", "results")

    def __init__(self, python: str, module: str) -> None:
        """Start *python* on our command line, to load *module*.

        Raises:
            WorkerError: if the process cannot be started.
        """
        self.python = python
        self.module = module
        self._lock = threading.Lock()
        self._status: int | None = None
        command = [python, "-I", _MAIN, _ROOT, module, *_search(python)]
        surroundings = _ALLOCATOR | {name: os.environ[name] for name in _KEPT if name in os.environ}
        try:
            self._start(command, surroundings)
        except OSError as exc:
            problem = f"{os.path.basename(python)} cannot be started: {exc.strerror}"
            raise WorkerError("worker", problem, f"see {PYTHON} and worker.python in config.toml") from exc

    if sys.platform == "win32":

        def _start(self, command: list[str], surroundings: dict[str, str]) -> None:
            self._process = subprocess.Popen(  # noqa: S603 - our own command line
                command,
                env=surroundings,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                creationflags=subprocess.CREATE_NO_WINDOW,
            )
            if self._process.stdin is None or self._process.stdout is None:
                raise OSError(0, "no pipes")
            self.jobs = self._process.stdin.fileno()
            self.results = self._process.stdout.fileno()

        def _kill(self) -> None:
            self._process.kill()

        def _wait(self) -> int:
            return self._process.wait()

        def _close(self) -> None:
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()

        def _tail(self) -> bytes:
            return b""

    else:

        def _start(self, command: list[str], surroundings: dict[str, str]) -> None:
            theirs: list[int] = []
            ours: list[int] = []
            try:
                for child_reads in (True, False, False):
                    reading, writing = _pipe()
                    theirs.append(reading if child_reads else writing)
                    ours.append(writing if child_reads else reading)
                # A library that floods its error output must not block: nobody reads it until the child is dead.
                os.set_blocking(theirs[2], False)
                actions = [(os.POSIX_SPAWN_DUP2, fd, at) for at, fd in enumerate(theirs)]
                self.pid = os.posix_spawn(command[0], command, surroundings, file_actions=actions)
            except OSError:
                for fd in ours:
                    os.close(fd)
                raise
            finally:
                for fd in theirs:
                    os.close(fd)
            self.jobs, self.results, self._noise = ours

        def _kill(self) -> None:
            os.kill(self.pid, 9)

        def _wait(self) -> int:
            try:
                return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
            except ChildProcessError:  # the host ignores SIGCHLD, so the system buried it
                return 0

        def _close(self) -> None:
            for fd in (self.jobs, self.results, self._noise):
                os.close(fd)

        def _tail(self) -> bytes:
            os.set_blocking(self._noise, False)
            try:
                return os.read(self._noise, 1 << 16)
            except BlockingIOError:
                return b""

    def kill(self) -> None:
        """End it now; harmless if it has ended."""
        with self._lock:
            if self._status is None:
                self._kill()

    def bury(self) -> str:
        """End it, and say what it had died of before: "memory", "cpu", "wall", "signal n" or "exit n"."""
        with self._lock:
            noise = b""
            if self._status is None:
                self._kill()  # its pipe has ended or it is not wanted any more; a cause of death stays what it was
                self._status = self._wait()
                noise = self._tail()
                self._close()
        return _reason(self._status, noise)


def _reason(status: int, noise: bytes) -> str:
    if status < 0 and any(word in noise for word in _OUT_OF_MEMORY):
        return "memory"
    return {-24: "cpu", -14: "wall"}.get(status, f"signal {-status}" if status < 0 else f"exit {status}")


if sys.platform != "win32":

    def _pipe() -> tuple[int, int]:
        """Return a pipe whose ends are none of 0, 1, 2, which a host without a terminal may have closed."""
        ends = os.pipe()
        if min(ends) > 2:
            return ends
        moved = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 3) for end in ends)
        for end in ends:
            os.close(end)
        return moved[0], moved[1]
