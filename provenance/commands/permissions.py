"""``provenance permissions``: what may be done with pictures, checked and published. Loads only what is asked for."""

from __future__ import annotations

import importlib
from typing import Any

import typer
from typer.core import TyperGroup

_COMMANDS = ("check", "export")
_PLAIN: dict[str, Any] = {"add_completion": False, "rich_markup_mode": None, "pretty_exceptions_enable": False}


class _Group(TyperGroup):
    """`check` reads many files and `export` a profile; neither wants to wait for the other's modules."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"provenance.commands.permissions_{cmd_name}")
        alone = typer.Typer(**_PLAIN)
        alone.command(cmd_name)(getattr(module, cmd_name))
        return typer.main.get_command(alone)


app = typer.Typer(
    cls=_Group, no_args_is_help=True, help="Heed what pictures say may be done with them, and publish it.", **_PLAIN
)


@app.callback()
def _root() -> None:
    """Heed what pictures say may be done with them, and publish it."""
