"""Jobs for the worker's tests: one for every way a child can end."""

from __future__ import annotations

import ctypes
import os
import socket
import sys
import time
from pathlib import Path
from typing import Any

from provenance.errors import AssetError
from provenance.verification.model import Verification
from provenance.worker import limits


def echo(argument: Any) -> Any:
    return argument


def where(_: Any) -> dict[str, Any]:
    """What the child knows of the world."""
    return {
        "pid": os.getpid(),
        "folder": len(list(Path().iterdir())),
        "environment": sorted(os.environ),
        "missing": limits.missing(),
        "descriptors": len(list(Path("/proc/self/fd").iterdir())) if sys.platform == "linux" else 0,
        "main": sys.modules["__main__"].__file__,
    }


def pid(_: Any) -> int:
    return os.getpid()


def verification(name: str) -> Verification:
    return Verification(name, 1, "image/jpeg")


def refuse(name: str) -> None:
    raise AssetError(name, "is no picture", "try another")


def bug(_: Any) -> None:
    raise KeyError("what stood in the file")


def swallow(_: Any) -> int:
    """Ask Python for more memory than there is."""
    return len(bytearray(8 << 30))


def swallow_natively(_: Any) -> None:
    """End as the engine does when memory runs out."""
    os.write(2, b"memory allocation of 4294967296 bytes failed\n")
    os.abort()


def abort(_: Any) -> None:
    os.abort()


def leave(_: Any) -> None:
    os._exit(3)


def spin(_: Any) -> None:
    while True:
        pass


def noise(_: Any) -> str:
    """Write on every channel that a careless library could use."""
    print("Python noise" * 1000)
    print("Python noise", file=sys.stderr)
    ctypes.CDLL(None).puts(b"native noise")
    os.write(1, b"\0\0\0\2{}")
    os.write(2, b"native noise")
    return "quiet"


def nonsense(_: Any) -> None:
    """Write into the protocol, as a child that was taken over could."""
    for fd in range(3, 20):
        try:
            os.write(fd, b"\xff\xff\xff\xff")
        except OSError:
            continue
    time.sleep(30)


def wrong_type(_: Any) -> dict[str, Any]:
    return {"name": 1, "size": "large", "media_type": None}


def connect(port: int) -> None:
    socket.create_connection(("127.0.0.1", port), timeout=2)


def write(path: str) -> None:
    Path(path).write_bytes(b"a byte")


def fill(mebibytes: int) -> int:
    """Hold much memory for a moment, within the limit."""
    return len(b"\1" * (mebibytes << 20))


def sleep_long(_: Any) -> None:
    time.sleep(60)


def pid_or(what: str) -> int:
    """Say which process this is, or never answer."""
    if what == "sleep":
        time.sleep(60)
    while what == "spin":
        pass
    return os.getpid()


def become(_: Any) -> None:
    os.execv("/bin/true", ["true"])


def mixed(argument: dict[str, Any]) -> int:
    """Do what *argument* says, then answer with its number."""
    match argument["do"]:
        case "abort":
            os.abort()
        case "leave":
            os._exit(3)
        case "swallow":
            swallow(0)
        case "fill":
            fill(400)
        case "raise":
            refuse("x.jpg")
    number: int = argument["n"]
    return number
