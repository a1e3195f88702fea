"""``provenance permissions``: what may be done with pictures, checked and published."""

from __future__ import annotations

import typer

from provenance.commands.permissions_check import check

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=True,
    help="Heed what pictures say may be done with them.",
)  # fmt: skip
app.command()(check)


@app.callback()
def _root() -> None:
    """Heed what pictures say may be done with them."""
