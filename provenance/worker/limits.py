"""The limits a worker sets on itself after its imports, before the first hostile byte (security S1, S7).

Each platform's half stands here, and nowhere else. A limit that could not be set is named, and the name
travels with every result: no limit is claimed that is not in force.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

if sys.platform != "win32":
    import resource
    import signal

MEMORY = "memory"
CPU = "cpu time"
FILES = "file size"
CORE = "core dumps"
FOLDER = "working folder"
NETWORK = "network"
LIMITS = (FOLDER, MEMORY, CPU, FILES, CORE, NETWORK)  # in the order they are set: the folder is written

_GRACE = 1.0  # the parent's own clock comes first
_state: dict[str, tuple[str, ...]] = {}


def missing() -> tuple[str, ...] | None:
    """Return the limits that this process could not set; None if it is no worker and has none at all."""
    return _state.get("missing")


def apply(limits: Mapping[str, float]) -> tuple[str, ...]:
    """Set every limit that this platform has; return the names of the others."""
    steps = _WINDOWS if sys.platform == "win32" else _POSIX
    lacking = tuple(name for name in LIMITS if name not in steps or not _works(steps[name], limits))
    _state["missing"] = lacking
    return lacking


def _works(step: Callable[[Mapping[str, float]], bool], limits: Mapping[str, float]) -> bool:
    try:
        return step(limits)
    except (OSError, ValueError, AttributeError):  # refused, beyond the hard limit, not in this libc
        return False


if sys.platform != "win32":

    def begin(limits: Mapping[str, float]) -> None:
        """Start the clocks of one job: CPU time, and a last alarm should the parent be gone."""
        soft = int(time.process_time() + limits["cpu_seconds"]) + 1
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (soft if hard < 0 else min(soft, hard), hard))
        signal.setitimer(signal.ITIMER_REAL, limits["wall_seconds"] + _GRACE)

    def end() -> None:
        """Stop the alarm of the job."""
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _peak() -> float:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)

    # Linux hands the peak of the host on to a child; a large host's would have every child replaced after one job.
    _INHERITED = _peak()

    def resident_mib() -> float:
        """Return the most memory this process ever held."""
        peak = _peak()
        if peak > _INHERITED:
            return peak
        try:
            status = Path("/proc/self/status").read_bytes()
            return int(status.partition(b"VmHWM:")[2].split()[0]) / (1 << 10)
        except (OSError, IndexError, ValueError):
            return 0.0

    def settle() -> None:
        """Undo what the host left: its open files, its ignored and blocked signals. Ctrl-C is the parent's."""
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        for number in (signal.SIGXCPU, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def _set(kind: int, value: int) -> bool:
        _, hard = resource.getrlimit(kind)
        wanted = value if hard < 0 else min(value, hard)
        resource.setrlimit(kind, (wanted, wanted))
        return True

    def _memory(limits: Mapping[str, float]) -> bool:
        # macOS takes RLIMIT_AS and does not enforce it.
        return sys.platform != "darwin" and _set(resource.RLIMIT_AS, int(limits["memory_mib"]) << 20)

    def _cpu(limits: Mapping[str, float]) -> bool:
        begin(limits)
        end()
        return True

    def _files(limits: Mapping[str, float]) -> bool:
        return _set(resource.RLIMIT_FSIZE, int(limits["file_mib"]) << 20)

    def _core(_: Mapping[str, float]) -> bool:
        return _set(resource.RLIMIT_CORE, 0)

    def _folder(_: Mapping[str, float]) -> bool:
        # A folder that is removed while we stand in it stays empty for ever and needs no cleaning up.
        place = tempfile.mkdtemp()
        os.chdir(place)
        Path(place).rmdir()
        return True

    def _network(_: Mapping[str, float]) -> bool:
        return sys.platform == "linux" and _forbid_system_calls()

    _POSIX = {
        MEMORY: _memory, CPU: _cpu, FILES: _files, CORE: _core, FOLDER: _folder, NETWORK: _network,
    }  # fmt: skip
    _WINDOWS: dict[str, Callable[[Mapping[str, float]], bool]] = {}

    # Per machine: the audit number, then socket, io_uring_setup, execve, execveat, ptrace, and seccomp itself.
    _MACHINES = {
        "x86_64": (0xC000003E, (41, 425, 59, 322, 101), 317),
        "aarch64": (0xC00000B7, (198, 425, 221, 281, 117), 277),
    }
    _X32 = 0x40000000  # x86-64's second table of calls; the same calls under other numbers
    _LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
    _ALLOW, _KILL, _EPERM = 0x7FFF0000, 0x80000000, 0x00050001
    _NO_NEW_PRIVILEGES, _FILTER, _ALL_THREADS = 38, 1, 1

    def _forbid_system_calls() -> bool:
        """No socket, no other program, no tracing: a filter that needs no privilege (seccomp(2))."""
        machine = _MACHINES.get(platform.machine())
        if machine is None:
            return False
        audit, calls, number = machine
        steps = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, audit), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, 0)]
        steps.append((_AT_LEAST, len(calls) + 1, 0, _X32))
        steps += [(_EQUAL, len(calls) - at, 0, call) for at, call in enumerate(calls)]
        steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _EPERM)]
        code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
        program = struct.pack("@HP", len(steps), ctypes.addressof(code))
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
            return False
        return bool(libc.syscall(ctypes.c_long(number), _FILTER, _ALL_THREADS, program) == 0)

else:
    from ctypes import wintypes

    def begin(limits: Mapping[str, float]) -> None:
        """The parent's clock is the only one here."""

    def end() -> None:
        """Nothing was started."""

    def resident_mib() -> float:
        """Not known; the child is replaced after its number of jobs."""
        return 0.0

    def settle() -> None:
        """Python passes no handle on, and the child has no console: nothing to undo."""

    class _Basic(ctypes.Structure):
        _fields_ = (
            ("PerProcessUserTimeLimit", ctypes.c_int64),
            ("PerJobUserTimeLimit", ctypes.c_int64),
            ("LimitFlags", wintypes.DWORD),
            ("MinimumWorkingSetSize", ctypes.c_size_t),
            ("MaximumWorkingSetSize", ctypes.c_size_t),
            ("ActiveProcessLimit", wintypes.DWORD),
            ("Affinity", ctypes.c_size_t),
            ("PriorityClass", wintypes.DWORD),
            ("SchedulingClass", wintypes.DWORD),
        )

    class _Extended(ctypes.Structure):
        _fields_ = (
            ("Basic", _Basic),
            ("IoInfo", ctypes.c_uint64 * 6),
            ("ProcessMemoryLimit", ctypes.c_size_t),
            ("JobMemoryLimit", ctypes.c_size_t),
            ("PeakProcessMemoryUsed", ctypes.c_size_t),
            ("PeakJobMemoryUsed", ctypes.c_size_t),
        )

    _EXTENDED_LIMITS = 9
    _ONE_PROCESS, _PROCESS_MEMORY, _DIE_QUIETLY, _KILL_ON_CLOSE = 0x8, 0x100, 0x400, 0x2000

    def _memory(limits: Mapping[str, float]) -> bool:
        """Put this process into a job object of its own; the handle is held until the process ends."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.CreateJobObjectW.restype = wintypes.HANDLE
        kernel.GetCurrentProcess.restype = wintypes.HANDLE
        job = wintypes.HANDLE(kernel.CreateJobObjectW(None, None))
        wanted = _Extended()
        wanted.Basic.LimitFlags = _ONE_PROCESS | _PROCESS_MEMORY | _DIE_QUIETLY | _KILL_ON_CLOSE
        wanted.Basic.ActiveProcessLimit = 1
        wanted.ProcessMemoryLimit = int(limits["memory_mib"]) << 20
        size = ctypes.sizeof(wanted)
        return bool(
            kernel.SetInformationJobObject(job, _EXTENDED_LIMITS, ctypes.byref(wanted), size)
            and kernel.AssignProcessToJobObject(job, wintypes.HANDLE(kernel.GetCurrentProcess()))
        )

    def _folder(_: Mapping[str, float]) -> bool:
        # A folder in use cannot be removed here; an empty one stays in the system's temporary folder.
        os.chdir(tempfile.mkdtemp())
        return True

    _WINDOWS = {MEMORY: _memory, FOLDER: _folder}
    _POSIX: dict[str, Callable[[Mapping[str, float]], bool]] = {}
