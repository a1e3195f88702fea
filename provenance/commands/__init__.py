"""The command line. This module is the launcher: a table of commands that loads only the one asked for.

Each command is a module with a Typer ``app``; `COMMANDS` names it with its one line of help.
Exit codes: 0 yes, 1 no, 2 could not tell. stdout is the answer, stderr is everything else.
"""

from __future__ import annotations

import importlib
from typing import Any

import typer
from typer.core import TyperGroup

from provenance.errors import ProvenanceError
from provenance.plain import plain

COMMANDS = {  # in the order of `--help`
    "init": "Make an identity: a name, keys and a profile.",
    "sign": "State how pictures were made, and sign that into them.",
    "verify": "Say what is stated in pictures, by whom, and what can be relied on.",
    "inspect": "Show everything a picture's credentials hold.",
    "report": "Write the case file of a picture, as a web page or a bundle.",
    "trust": "Say whom you know: pin, list and remove signers; update public lists.",
    "keys": "Look after the keys of an identity.",
    "ai-or-not": "Say how a program's feature counts: generative, algorithmic, or it depends.",
    "schema": "Print the JSON Schema of a file format of ours.",
    "doctor": "Check this installation.",
    "demo": "Show the whole thing on two drawn pictures.",
}


class LazyGroup(TyperGroup):
    """Loads a command when it is asked for; turns our errors into one line on stderr and exit code 2.

    Typer 0.26 and later carry a click of their own, under a private name; hence `Any` for its types.
    """

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module("provenance.commands." + cmd_name.replace("-", "_"))
        command = typer.main.get_command(module.app)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except ProvenanceError as exc:
            typer.echo(f"error: {plain(exc, limit=2000)}", err=True)
            raise typer.Exit(2) from exc


app = typer.Typer(
    cls=LazyGroup,
    help="State how a picture was made, sign that into the file, and see what others state.",
    epilog="Exit codes: 0 yes, 1 no, 2 could not tell.",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def _root() -> None:
    """State how a picture was made, sign that into the file, and see what others state."""


def main() -> None:
    """Run the command line."""
    app(prog_name="provenance")
