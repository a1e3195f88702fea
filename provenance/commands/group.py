"""The Typer application: a table of commands that loads only the one asked for."""

from __future__ import annotations

import errno
import gc
import importlib
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from provenance.commands import COMMANDS, INTERRUPTED, hang_up
from provenance.errors import ProvenanceError
from provenance.plain import plain
from provenance.spelling import nearest

# Asking whether such a file is there fails already, wherever a command does it first (`Path.exists`, to Python 3.13).
_NOT_OURS = frozenset({errno.EACCES, errno.EPERM, errno.ENAMETOOLONG})


class LazyGroup(TyperGroup):
    """Loads a command when it is asked for; turns our errors into one line on stderr and exit code 2.

    Typer 0.26 and later carry a click of their own, under a private name; hence `Any` for its types.
    """

    _completing = False

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        if self._completing:  # the name and its line are all that a shell shows
            return TyperCommand(cmd_name, help=COMMANDS[cmd_name])
        command = typer.main.get_command(_module(cmd_name).app)
        gc.freeze()
        gc.enable()
        command.name = cmd_name
        return command

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        self._completing = True
        try:
            return super().shell_complete(ctx, incomplete)
        finally:
            self._completing = False

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0] if args else ""
        if name and name not in COMMANDS and not name.startswith("-"):
            near = nearest(name, COMMANDS)
            ctx.fail(f"there is no command {plain(name)!r}" + (f"; did you mean {near!r}?" if near else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except ProvenanceError as exc:
            typer.echo(f"error: {plain(exc, limit=2000)}", err=True)
            raise typer.Exit(2) from exc
        except KeyboardInterrupt as exc:
            typer.echo("error: interrupted", err=True)
            raise typer.Exit(INTERRUPTED) from exc
        except BrokenPipeError as exc:
            raise typer.Exit(hang_up()) from exc
        except OSError as exc:
            if exc.errno not in _NOT_OURS or exc.filename is None:
                raise
            typer.echo(f"error: {plain(exc.filename)}: {exc.strerror}", err=True)
            raise typer.Exit(2) from exc


def _module(command: str) -> Any:
    return importlib.import_module("provenance.commands." + command.replace("-", "_"))


app = typer.Typer(
    cls=LazyGroup,
    help="State how a picture was made, sign that into the file, and see what others state.",
    epilog="Exit codes: 0 yes, 1 no, 2 could not tell.",
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"provenance {_module('examination').own_version()}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """State how a picture was made, sign that into the file, and see what others state."""
