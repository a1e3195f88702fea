"""What differs between systems when a file is replaced: the one place that asks which system this is.

POSIX: ``flock`` marks a temporary file as alive, ``renameat2``/``renamex_np`` or a hard link renames without
clobbering, the folder is synced. Windows: an open file cannot be deleted by others, ``os.rename`` never clobbers,
and folders cannot be synced.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import sys
from pathlib import Path

if sys.platform != "win32":
    import fcntl

POSIX = os.name == "posix"
_AT_FDCWD = -100
_RENAME_NOREPLACE = 1  # Linux, renameat2(2)
_RENAME_EXCL = 4  # macOS, renamex_np(2)
_NOT_SUPPORTED = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM, errno.EOPNOTSUPP}


def create(path: Path) -> int:
    """Create *path*, which must not exist, readable by its owner only, and return its descriptor."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    return os.open(path, flags | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOINHERIT", 0), 0o600)


def lock(descriptor: int) -> bool:
    """Mark an open file as in use, until it is closed; False if another process has marked it."""
    if sys.platform == "win32":  # the open handle itself keeps others from deleting or replacing the file
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as exc:
        # Some network file systems have no locks: then nobody else has one either.
        return exc.errno not in {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES}
    return True


def remove_if_dead(path: Path) -> bool:
    """Delete *path* unless a running process has it in use."""
    try:
        if not POSIX:
            path.unlink()
            return True
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            if not lock(descriptor):
                return False
            path.unlink()
            return True
        finally:
            os.close(descriptor)
    except OSError:
        return False


def same_file(descriptor: int, path: Path) -> bool:
    """Whether *path* still names the open file."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except FileNotFoundError:
        return False


def take_over(descriptor: int, *, mode: int, owner: tuple[int, int] | None) -> None:
    """Give an open file the *mode* and, where allowed, the *owner* of the file it replaces."""
    if not POSIX:
        return
    if owner is not None and owner != (os.geteuid(), os.getegid()):
        with contextlib.suppress(PermissionError):
            os.fchown(descriptor, *owner)
    os.fchmod(descriptor, mode & 0o777)


def rename_new(temporary: Path, target: Path) -> None:
    """Rename without ever clobbering.

    Raises:
        FileExistsError: if *target* has come into being meanwhile.
    """
    if not POSIX:
        temporary.rename(target)
    elif not _rename_exclusively(temporary, target):
        rename_by_link(temporary, target)


def rename_by_link(temporary: Path, target: Path) -> None:
    """Rename by a second hard link, which never clobbers either."""
    try:
        target.hardlink_to(temporary)
    except OSError as exc:
        if exc.errno not in _NOT_SUPPORTED:
            raise
        # FAT and the like know neither way: look, then rename. Another writer could slip in between.
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from exc
        temporary.rename(target)
    else:
        temporary.unlink()


def _rename_exclusively(temporary: Path, target: Path) -> bool:
    """Rename by the system's own call; False if it has none, or not on this file system."""
    try:
        library = ctypes.CDLL(None, use_errno=True)
        call = library.renamex_np if sys.platform == "darwin" else library.renameat2
    except (OSError, AttributeError):
        return False
    names = os.fsencode(temporary), os.fsencode(target)
    if sys.platform == "darwin":
        failed = call(*names, _RENAME_EXCL)
    else:
        failed = call(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_NOREPLACE)
    if not failed:
        return True
    number = ctypes.get_errno()
    if number in _NOT_SUPPORTED:
        return False
    raise OSError(number, os.strerror(number), str(target))


def sync_folder(folder: Path) -> None:
    """Make a rename in *folder* last, where folders can be synced."""
    if not POSIX:
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):  # some file systems refuse; the rename itself is done
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
