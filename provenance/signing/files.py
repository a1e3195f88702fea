"""All of a file or none of it (security W1–W6).

A result is written to a temporary file in the folder where it will stand, synced, and renamed; until then the
target is what it was, whatever happens. Killed at any moment, the target is the old file or the whole new one;
the temporary file is swept up by the next run, which knows by a lock, not by age, that its process is gone.

Policy: a new file gets the mode of the picture it was made from; its times are its own; extended attributes
are not copied. A symbolic link is never followed. A file with other hard links is replaced, not written through.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import stat
from collections.abc import Collection, Iterator
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from provenance.errors import AssetError, OutputError
from provenance.plain import plain
from provenance.record import dataclass
from provenance.signing import platform

# Short, so that a folder that takes the longest of names takes this one too (W4).
_PREFIX = ".provenance-"
_TEMPORARY = re.compile(r"\.provenance-[0-9a-f]{12}\.tmp")
_MODE = 0o644

FileId = tuple[int, int]  # device and number

_PROBLEMS = {
    errno.ENOSPC: ("the disk is full", "make room; nothing was changed"),
    errno.EDQUOT: ("the quota of this disk is used up", "make room; nothing was changed"),
    errno.EFBIG: ("the file would be larger than this system allows", ""),
    errno.EIO: ("the disk reports an error", "nothing was changed"),
    errno.EROFS: ("the folder is read-only", "choose another with --output"),
    errno.EACCES: ("the folder cannot be written to", "choose another with --output"),
    errno.EPERM: ("the folder cannot be written to", "choose another with --output"),
    errno.ENAMETOOLONG: ("the name is too long", "choose a shorter one with --output"),
    errno.ENOENT: ("the folder does not exist", "make it first"),
    errno.ENOTDIR: ("the folder does not exist", "make it first"),
    errno.EISDIR: ("is a folder", ""),
    errno.EEXIST: ("exists already", "allow it with --overwrite, or choose another with --output"),
    errno.ELOOP: ("is a symbolic link", "name the file itself"),
}


@dataclass(frozen=True, slots=True)
class Pending:
    """A file that is being written: its stream, and the path where it can be read back."""

    stream: BinaryIO
    path: Path


@dataclass(frozen=True, slots=True)
class _Target:
    path: Path
    replace: bool
    mode: int
    owner: tuple[int, int] | None
    stamp: tuple[int, ...]


@contextlib.contextmanager
def replacing(
    target: Path,
    *,
    source: Path | None = None,
    overwrite: bool = False,
    in_place: bool = False,
    spared: Collection[FileId] = (),
) -> Iterator[Pending]:
    """Yield a file to write; where the block ends well, it becomes *target*, and otherwise it is gone.

    Args:
        source: the file that the result is made from: gives the mode, and is never overwritten but *in_place*.
        overwrite: *target* may exist.
        in_place: *target* is *source*.
        spared: files that are not written over, whatever is allowed: those of the same run (`file_id`).

    Raises:
        OutputError: if the result cannot be written, or must not stand there; *target* is unchanged.
    """
    with _translated(target):
        goal = _goal(target, source=source, overwrite=overwrite, in_place=in_place, spared=spared)
        _sweep_once(goal.path.parent)
    with contextlib.ExitStack() as stack:
        if in_place:
            stack.enter_context(_held(goal.path))
        with _translated(target):
            descriptor, temporary = _temporary(goal.path.parent)
        stream = os.fdopen(descriptor, "w+b")
        stack.callback(_discard, stream, temporary)
        with _translated(target):
            yield Pending(stream, temporary)
            stream.flush()
            platform.take_over(stream.fileno(), mode=goal.mode, owner=goal.owner)
            os.fsync(stream.fileno())
            _install(stream, temporary, goal)


def write_new(target: Path, data: bytes, *, source: Path | None = None, overwrite: bool = False) -> None:
    """Write *data* to *target*, whole or not at all."""
    with replacing(target, source=source, overwrite=overwrite) as pending:
        pending.stream.write(data)


def sweep(folder: Path) -> int:
    """Delete what a killed run left in *folder*; return how many files. What a running process writes stays."""
    try:
        with os.scandir(folder) as entries:
            left = [Path(entry.path) for entry in entries if _TEMPORARY.fullmatch(entry.name)]
    except OSError:
        return 0
    return sum(platform.remove_if_dead(path) for path in left)


# What a killed run left is there before this one begins; a folder of thousands is not looked through for each file.
_sweep_once = lru_cache(maxsize=256)(sweep)


def same(one: Path, other: Path) -> bool:
    """Whether both names lead to the same file, through links, letter case or mounts (W2)."""
    try:
        return os.path.samestat(one.stat(), other.stat())
    except (OSError, ValueError):
        return False


def file_id(path: Path) -> tuple[FileId, ...]:
    """Return what tells the file at *path* from every other, whatever it is called; nothing if it is not there."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return ()
    return ((found.st_dev, found.st_ino),)


def _goal(target: Path, *, source: Path | None, overwrite: bool, in_place: bool, spared: Collection[FileId]) -> _Target:
    try:
        found = target.lstat()
    except FileNotFoundError:
        if not target.parent.is_dir():
            raise OutputError(plain(target.parent.name or str(target.parent)), *_PROBLEMS[errno.ENOENT]) from None
        found = None
    if target.is_symlink():
        raise OutputError(plain(target.name), *_PROBLEMS[errno.ELOOP])
    if target.is_dir():
        raise OutputError(plain(target.name), *_PROBLEMS[errno.EISDIR])
    if found is not None and not stat.S_ISREG(found.st_mode):  # a device, a pipe: renamed over, it would be gone
        raise OutputError(plain(target.name), "is no file that can be replaced", "choose another with --output")
    if found is not None and not in_place:
        if source is not None and same(source, target):
            raise OutputError(plain(target.name), "is the picture itself", "sign it where it lies with --in-place")
        if not overwrite:
            raise OutputError(plain(target.name), *_PROBLEMS[errno.EEXIST])
        if (found.st_dev, found.st_ino) in spared:
            raise OutputError(
                plain(target.name),
                "is one of the pictures, or was made from another of them",
                "choose another folder, or rename one of them",
            )
    origin = source.stat() if source is not None else None
    mode = origin.st_mode if origin else _MODE
    owner = (found.st_uid, found.st_gid) if found is not None and in_place else None
    return _Target(target, overwrite or in_place, mode, owner, _stamp(found) if found and in_place else ())


def _stamp(found: os.stat_result) -> tuple[int, ...]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _temporary(folder: Path) -> tuple[int, Path]:
    """Create a temporary file that is marked as alive before any other run can take it for a dead one."""
    while True:
        path = folder / f"{_PREFIX}{secrets.token_hex(6)}.tmp"
        descriptor = platform.create(path)
        if platform.lock(descriptor) and platform.same_file(descriptor, path):
            return descriptor, path
        os.close(descriptor)  # a sweeper was quicker


@contextlib.contextmanager
def _held(path: Path) -> Iterator[None]:
    """Keep a second process from signing the same file in place at the same time."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    except OSError as exc:
        raise AssetError(plain(path.name), f"cannot be read ({exc.strerror})") from exc
    try:
        if not platform.lock(descriptor):
            raise OutputError(plain(path.name), "is being signed by another process", "try again later")
        yield
    finally:
        os.close(descriptor)


def _install(stream: BinaryIO, temporary: Path, goal: _Target) -> None:
    """Rename the temporary file to the target."""
    if goal.stamp and (not goal.path.exists() or _stamp(goal.path.lstat()) != goal.stamp):
        raise OutputError(plain(goal.path.name), "was changed while it was being signed", "sign it again")
    if not platform.POSIX:
        stream.close()  # Windows does not rename an open file
    if goal.replace:
        temporary.replace(goal.path)
    else:
        platform.rename_new(temporary, goal.path)
    platform.sync_folder(goal.path.parent)


def _discard(stream: BinaryIO, temporary: Path) -> None:
    with contextlib.suppress(OSError):  # closing flushes, and a full disk fails once more
        stream.close()
    with contextlib.suppress(OSError):
        temporary.unlink()


@contextlib.contextmanager
def _translated(target: Path) -> Iterator[None]:
    """Turn what the system says into one line."""
    try:
        yield
    except OSError as exc:
        raise OutputError(plain(target.name), *_said(exc)) from exc
    except ValueError as exc:
        if "null" not in str(exc):
            raise
        raise OutputError(plain(target.name), "a name cannot contain a NUL character") from exc


def _said(exc: OSError) -> tuple[str, str]:
    number = exc.errno or 0
    return _PROBLEMS.get(number, (f"cannot be written ({exc.strerror or exc})", "nothing was changed"))
