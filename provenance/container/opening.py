"""How a file of a stranger is opened: never a pipe or a device, which would be waited for without end."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

# A pipe that nobody writes to must not be waited for; regular files do not know the difference. Windows has neither.
_FLAGS = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


def opened(path: Path) -> BinaryIO:
    """Open the regular file *path* for reading.

    Raises:
        OSError: if it cannot be opened, or is a pipe, a socket or a device.
    """
    try:
        stream = open(path, "rb", opener=_open)  # noqa: SIM115 - the caller closes it
    except ValueError as exc:
        raise OSError(errno.EINVAL, "the name contains a NUL character") from exc
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise OSError(errno.EINVAL, "it is not a regular file")
    return stream


def _open(path: str, flags: int) -> int:
    return os.open(path, flags | _FLAGS)
