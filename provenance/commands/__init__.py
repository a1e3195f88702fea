"""The command line. This module is the launcher: it starts the worker, then loads what was asked for.

A one-shot `verify` lives from the overlap: the child loads the engine while we load Typer, so nothing that is
not needed for that stands above. `group` holds the Typer application, a module here each command.
Exit codes: 0 yes, 1 no, 2 could not tell. stdout is the answer, stderr is everything else.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import os
import sys

from provenance.worker import early

TYPE_CHECKING = False  # `typing` itself is loaded later, when the child has been started
if TYPE_CHECKING:
    from typing import Any

    from provenance.commands.group import app as app

COMMANDS = {  # in the order of `--help`
    "init": "Make an identity: a name, keys and a profile.",
    "sign": "State how pictures were made, and sign that into them.",
    "declare": "Declare many pictures in a spreadsheet; nothing of it is signed yet.",
    "verify": "Say what is stated in pictures, by whom, and what can be relied on.",
    "inspect": "Show everything a picture's credentials hold.",
    "export": "Make smaller, cut or converted copies that keep the chain.",
    "strip": "Take the credentials out of pictures; not a sample of the picture changes.",
    "diff": "Say what changed between two files: statement, signer, metadata, pixels.",
    "report": "Write the case file of a picture, as a web page or a bundle.",
    "check": "Say of each picture what a policy says about it, and why.",
    "disclose": "Draft what to disclose about AI in a release, with an appendix.",
    "facts": "Print what a policy may ask about pictures, one line of JSON each.",
    "policy": "Say what a policy asks of pictures, and keep one under test.",
    "permissions": "Heed what pictures say may be done with them, and publish it.",
    "watch": "Sign, or check, what is dropped into a folder, as soon as it is whole.",
    "trust": "Say whom you know: pin, list and remove signers; update public lists.",
    "keys": "Look after the keys of an identity.",
    "ai-or-not": "Say how a program's feature counts: generative, algorithmic, or it depends.",
    "schema": "Print the JSON Schema of a file format of ours.",
    "doctor": "Check this installation.",
    "demo": "Show the whole thing on two drawn pictures.",
}

INTERRUPTED = 130


def main() -> None:
    """Run the command line."""
    _open_streams()
    try:
        os.getcwd()  # noqa: PTH109 - nothing else is loaded yet
        early.start(sys.argv[1:])
        gc.disable()  # until the command is loaded: loading makes no garbage, and looking for it takes time
        # Nor does pydantic look through every installed package for plug-ins, which could change what a declaration
        # says.
        os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
        status = _run()
        sys.stdout.flush()
    except KeyboardInterrupt:  # before Typer could take it
        print("error: interrupted", file=sys.stderr)
        status = INTERRUPTED
    except BrokenPipeError:
        status = hang_up()
    except Exception as exc:  # noqa: BLE001 - Python's own exit code for it, 1, would read as "no"
        status = _fault(exc)
    _leave(status)


def _open_streams() -> None:
    """Put something where a caller closed a standard stream: no file of ours may get its number, nor Python's None.

    What is written to a closed stdout fails, as an answer that nobody gets is no pass.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, os.O_WRONLY if name == "stderr" else os.O_RDONLY)
            if descriptor != number:
                os.dup2(descriptor, number)
                os.close(descriptor)
            setattr(sys, name, open(number, "r" if name == "stdin" else "w", closefd=False))  # noqa: SIM115


def _leave(status: Any) -> None:
    """End at once: what we opened is closed; taking every module apart again is a tenth of a one-shot verify."""
    atexit._run_exitfuncs()  # whoever asked to be told of the end is told
    sys.stderr.flush()
    os._exit(status if isinstance(status, int) else 0 if status is None else 2)


def _fault(exc: Exception) -> int:
    """Say what ended this run without an answer: a folder that is gone, stdout that takes no more, or a bug."""
    if isinstance(exc, FileNotFoundError) and not exc.filename and not _is_somewhere():
        print("error: the folder in which this runs is gone; change into another", file=sys.stderr)
    elif isinstance(exc, OSError) and exc.filename is None:
        print(f"error: the answer cannot be written ({exc.strerror or exc})", file=sys.stderr)
    else:
        import traceback  # here: slow to load

        traceback.print_exception(exc)
        print("error: a fault in provenance itself; please report the lines above", file=sys.stderr)
    return hang_up()


def _is_somewhere() -> bool:
    try:
        os.getcwd()  # noqa: PTH109 - as above
    except OSError:
        return False
    return True


def hang_up() -> int:
    """Let nothing more be written to a reader who has gone; return the exit code for that."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 2


def _run() -> Any:
    for stream in (sys.stdout, sys.stderr):
        # A console that lacks a letter shows its number; a report does not end in a traceback for it.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # not in a TextIO's type
    try:
        return __getattr__("app")(prog_name="provenance")
    except SystemExit as end:
        return end.code


def __getattr__(name: str) -> Any:
    if name == "app":
        return importlib.import_module("provenance.commands.group").app
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
