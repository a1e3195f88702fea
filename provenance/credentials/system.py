"""What differs between systems: private files, and keeping a process's memory to itself (security K2, K5).

POSIX has owners and modes. Windows has neither: a folder made with mode 0700 gets an access list for its owner
alone (Python 3.11.10, 3.12.4 and later), and what is created inside inherits it. So `read_private` refuses a link
there, and checks no owner; `harden` names what it cannot do.
"""

from __future__ import annotations

import ctypes
import os
import stat
import sys
from pathlib import Path

from provenance.errors import CredentialError
from provenance.plain import plain

if sys.platform != "win32":
    import resource

POSIX = os.name == "posix"
MAX_BYTES = 1024 * 1024  # no key, chain or backup of ours is larger
_NOFOLLOW, _NONBLOCK = getattr(os, "O_NOFOLLOW", 0), getattr(os, "O_NONBLOCK", 0)
_PR_SET_DUMPABLE = 4


def make_private_directory(path: Path) -> None:
    """Make *path*, and what is missing above it, for this user alone.

    Raises:
        CredentialError: if the system refuses.
    """
    for folder in (*reversed(path.parents), path):
        try:
            if not folder.is_dir():
                folder.mkdir(mode=0o700)
        except FileExistsError as exc:
            if not folder.is_dir():  # else another process was quicker
                raise CredentialError(plain(folder.name), "cannot hold an identity (Not a directory)") from exc
        except OSError as exc:
            raise CredentialError(plain(folder.name), f"cannot be made ({exc.strerror})") from exc


def create_private(path: Path, data: bytes) -> None:
    """Write a new file that only this user can read, down to the disk; never over an existing one.

    Raises:
        CredentialError: if something stands there already, or it cannot be written.
    """
    try:
        with open(path, "xb", opener=_create) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError as exc:
        raise CredentialError(plain(path.name), "exists already, and is not written over") from exc
    except OSError as exc:
        raise CredentialError(plain(path.name), f"cannot be written ({exc.strerror})") from exc


def read_private(path: Path, *, insecure: bool = False) -> bytes:
    """Read a secret, and refuse one that others could have read or put there.

    Args:
        insecure: read it whatever its owner and mode are; a link is refused all the same.

    Raises:
        CredentialError: with what is wrong and what to do.
    """
    where = plain(path.name)
    if path.is_symlink():
        raise CredentialError(where, "is a link", "name the file itself")
    try:
        with open(path, "rb", opener=_open) as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise CredentialError(where, "is not a file")
            if not insecure:
                _check_private(found, where)
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError as exc:
        raise CredentialError(where, "is not there") from exc
    except OSError as exc:
        raise CredentialError(where, f"cannot be read ({exc.strerror})") from exc
    if len(data) > MAX_BYTES:
        raise CredentialError(where, f"is larger than {MAX_BYTES} bytes")
    return data


def read_public(path: Path) -> bytes:
    """Read a certificate or another file that holds no secret.

    Raises:
        CredentialError: if it cannot be read, or is too large to be one.
    """
    where = plain(path.name)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError as exc:
        raise CredentialError(where, "is not there") from exc
    except OSError as exc:
        raise CredentialError(where, f"cannot be read ({exc.strerror})") from exc
    if len(data) > MAX_BYTES:
        raise CredentialError(where, f"is larger than {MAX_BYTES} bytes")
    return data


def sync_directory(path: Path) -> None:
    """Bring the names in *path* to the disk. Windows has no such call, and needs none."""
    if not POSIX:
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def harden() -> tuple[str, ...]:
    """Keep this process's memory out of core files and away from other processes of this user, where possible.

    For commands, while a key is open; a library must not do this to the program that uses it.

    Returns:
        What this system lacks: "core files", "debuggers". Nothing here erases a key from memory: Python cannot.
    """
    missing = []
    if sys.platform == "win32":
        return "core files", "debuggers"
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ValueError, OSError):
        missing.append("core files")
    try:
        undumpable = ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0
    except (AttributeError, OSError):  # no prctl outside Linux
        undumpable = False
    if not undumpable:
        missing.append("debuggers")
    return tuple(missing)


def _create(name: str, flags: int) -> int:
    return os.open(name, flags | _NOFOLLOW, 0o600)


def _open(name: str, flags: int) -> int:
    return os.open(name, flags | _NOFOLLOW | _NONBLOCK)  # a pipe without a writer would wait for ever


def _check_private(found: os.stat_result, where: str) -> None:
    if not POSIX:
        return
    if found.st_uid != os.geteuid():
        raise CredentialError(where, "belongs to another user", "or say --insecure-key-permissions")
    if found.st_mode & 0o077:
        raise CredentialError(
            where,
            f"can be read by others (mode {stat.S_IMODE(found.st_mode):04o})",
            f"run `chmod 600 {where}`, or say --insecure-key-permissions",
        )
