"""One child started before anything else, so that its imports overlap ours (one-shot `verify`).

The launcher calls `start` as its first act; the first slot of the first pool takes what it finds. A child
that nobody takes ends with us: its pipe does.
"""

from __future__ import annotations

import os

from provenance.errors import WorkerError
from provenance.worker.process import Child, interpreter

CHECK = "provenance.verification.check"
_MODULES = {  # command -> the module whose jobs its pool runs
    "verify": CHECK,
    "inspect": CHECK,
    "report": CHECK,
    "check": "provenance.batch.looking",
}
_waiting: list[Child] = []


def start(arguments: list[str]) -> None:
    """Start the child if *arguments*, a command line, will need it. Never raises: the pool will say what is wrong."""
    if not arguments or arguments[0] not in _MODULES or "--help" in arguments or "-h" in arguments:
        return
    if "_PROVENANCE_COMPLETE" in os.environ:  # a shell asks for words; nothing is verified
        return
    try:
        _waiting.append(Child(interpreter(), _MODULES[arguments[0]]))
    except WorkerError:
        return


def take(python: str, module: str) -> Child | None:
    """Return the child that waits, if it runs *module* under *python*; end it otherwise."""
    try:
        child = _waiting.pop()
    except IndexError:
        return None
    if (child.python, child.module) == (python, module):
        return child
    child.bury()
    return None
