"""``provenance schema``: print the JSON Schema of a file format of ours, as it was shipped."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Annotated

import typer

import provenance
from provenance.errors import OutputError
from provenance.schemas import schema_text

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
_PACKAGE = Path(provenance.__file__).parent
_FOLDERS = (_PACKAGE / "_schemas", _PACKAGE.parent / "schemas")  # in a wheel; in a checkout
_ENDING = ".schema.json"
# They build the schemas from the models, which costs their import: only where they are written anew.
_MAKERS = (
    "provenance.declaration.schema", "provenance.report.schema", "provenance.batch.schema", "provenance.policy.schema",
    "provenance.policy.formats.schema", "provenance.policy.disclosure.schema",
)  # fmt: skip


@app.command()
def schema(
    name: Annotated[str, typer.Argument(metavar="NAME", help="One of those that `provenance schema` lists.")] = "",
    write_all: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write every schema anew from the models.", hidden=True)
    ] = None,
) -> None:
    """Print the JSON Schema called NAME; without a NAME, list them."""
    if write_all is not None:
        for maker in map(importlib.import_module, _MAKERS):
            for one in maker.NAMES:
                (write_all / f"{one}{_ENDING}").write_text(
                    schema_text(maker.schema(one)), encoding="utf-8", newline="\n"
                )
        return
    found = shipped()
    if not name:
        typer.echo("\n".join(found))
        return
    if name not in found:
        raise OutputError(name, "is not a schema of ours", f"use one of: {', '.join(found)}")
    typer.echo(found[name].read_text("utf-8"), nl=False)


def shipped() -> dict[str, Path]:
    """Return the schemas that are installed, by name.

    Raises:
        OutputError: if there are none.
    """
    for folder in _FOLDERS:
        if files := sorted(folder.glob(f"*{_ENDING}")):
            return {file.name.removesuffix(_ENDING): file for file in files}
    raise OutputError("schemas", "are missing from this installation", "install the package again")
