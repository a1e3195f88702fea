"""``provenance declare``: many pictures declared from a spreadsheet, and a spreadsheet of what is declared."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from provenance import home as homes
from provenance.batch.declaring import export as exported
from provenance.batch.declaring import read_sheet, template, write_all
from provenance.commands.folders import pictures as pictures_in
from provenance.commands.shared import checking_options
from provenance.errors import AssetError, OutputError
from provenance.plain import plain
from provenance.report.wording import say
from provenance.signing.files import write_new
from provenance.worker.settings import load as load_settings

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="Declare many pictures in a spreadsheet; nothing of it is signed yet.",
)
_WRONG = 2
_SHOWN = 200  # wrong cells that are told one by one

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder of pictures, with the folders in it.")]
Output = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="SHEET.csv", help="Where to write; by default standard output.")
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace files that are there.")]


@app.callback()
def _root() -> None:
    """Declare many pictures in a spreadsheet; nothing of it is signed yet."""


@app.command("import")
def import_(
    sheet: Annotated[Path, typer.Argument(metavar="SHEET.csv", help="A sheet, saved as CSV UTF-8.")],
    folder: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where the pictures lie; by default beside the sheet.")
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Write what a sheet declares beside each picture, or tell every wrong cell.

    Nothing is written unless every row is good. Exit codes: 0 written, 2 something is wrong.
    """
    place = folder if folder is not None else sheet.parent
    if not place.is_dir():
        raise AssetError(plain(place.name), "is not a folder")
    found = read_sheet(sheet, place, overwrite=overwrite)
    name = plain(sheet.name)
    for wrong in found.wrong[:_SHOWN]:
        typer.echo(f"error: {name}: {plain(wrong, limit=2000)}", err=True)
    if found.wrong:
        typer.echo(say("declare.wrong", count=len(found.wrong)), err=True)
        raise typer.Exit(_WRONG)
    count = write_all(found.ready, overwrite=overwrite)
    typer.echo(say("declare.written", count=count))
    for key, number in (
        ("unchanged", len(found.ready) - count), ("silent", found.silent), ("elsewhere", found.elsewhere),
    ):  # fmt: skip
        if number:
            typer.echo(f"note: {say(f'declare.{key}', count=number)}", err=True)


@app.command("export")
def export(
    folder: Folder,
    output: Output = None,
    overwrite: Overwrite = False,
    home: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Where your pins and lists lie.")] = None,
) -> None:
    """Write a sheet of what is declared beside pictures, or signed into them.

    What is signed is marked as that, and is never imported as a declaration.
    """
    place = homes.locate(home)
    found = _pictures(folder)
    options, settings = checking_options(place), load_settings(place.config)
    _put(exported(found, folder, options=options, settings=settings), output, len(found), overwrite=overwrite)


@app.command("template")
def template_(folder: Folder, output: Output = None, overwrite: Overwrite = False) -> None:
    """Write an empty sheet of the pictures in a folder, to be filled in."""
    found = _pictures(folder)
    _put(template(found, folder), output, len(found), overwrite=overwrite)


def _pictures(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise AssetError(plain(folder.name), "is not a folder")
    found, _ = pictures_in([folder], results=True)
    kept = [picture for picture in found if _can_stand(picture.relative_to(folder).as_posix())]
    if len(kept) < len(found):
        typer.echo(f"note: {say('declare.names', count=len(found) - len(kept))}", err=True)
    return kept


def _can_stand(name: str) -> bool:
    """Whether a cell can hold *name*: no control characters, nothing that UTF-8 has no bytes for."""
    return plain(name, limit=len(name) + 1) == name


def _put(data: bytes, output: Path | None, count: int, *, overwrite: bool) -> None:
    if output is None:
        sys.stdout.buffer.write(data)
        return
    if output.suffix.lower() != ".csv":
        raise OutputError(plain(output.name), "would hold CSV", "end its name with .csv")
    write_new(output, data, overwrite=overwrite)
    typer.echo(say("declare.sheet", count=count, name=plain(output.name)))
