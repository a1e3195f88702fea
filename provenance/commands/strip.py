"""``provenance strip``: pictures without their credentials, the picture itself untouched."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from provenance import home as homes
from provenance.commands.shared import Null, expand
from provenance.commands.unlock import HomeOption
from provenance.container.limits import load as load_limits
from provenance.errors import OutputError, ProvenanceError
from provenance.plain import plain
from provenance.report.wording import say
from provenance.signing.files import FileId, file_id
from provenance.signing.options import Options
from provenance.signing.stripping import Stripped
from provenance.signing.stripping import strip as strip_one

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

_NOTHING, _FAILED = 1, 2


@app.command()
def strip(
    files: Annotated[list[Path], typer.Argument(metavar="FILES...", help="Pictures, folders, patterns, or -.")],
    metadata: Annotated[
        bool, typer.Option("--metadata", help="Take out EXIF, IPTC, XMP, texts and comments, too.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="PATH", help="Where to write: a file, or a folder.")
    ] = None,
    in_place: Annotated[bool, typer.Option("--in-place", help="Change the file itself instead of a copy.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
    null: Null = False,
    home: HomeOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print errors only.")] = False,
) -> None:
    """Take the credentials out of pictures; not a sample of the picture changes.

    Exit codes: 0 something was taken out of every file, 1 some held nothing, 2 some could not be changed.
    """
    pictures = expand(files, quiet=quiet, null=null)
    if len(pictures) > 1 and output is not None and not output.is_dir():
        raise OutputError(
            plain(output.name), "is not a folder, and there are several pictures", "make the folder first"
        )
    limits = load_limits(homes.locate(home).config)
    spared: set[FileId] = {one for picture in pictures for one in file_id(picture)} if overwrite else set()
    options = Options(output=output, in_place=in_place, overwrite=overwrite, spared=spared, limits=limits)
    status = written = 0
    for picture in pictures:
        try:
            found = strip_one(picture, metadata=metadata, options=options)
        except ProvenanceError as exc:
            status = _FAILED
            typer.echo(f"error: {plain(exc, limit=2000)}", err=True)
            continue
        if found.path is not None:
            written += 1
            spared.update(file_id(found.path))
        status = max(status, 0 if found.path is not None else _NOTHING)
        if not quiet:
            _tell(found)
    if written and not quiet:
        typer.echo(f"note: {say('strip.says_nothing')}", err=True)
    raise typer.Exit(status)


def _tell(found: Stripped) -> None:
    if found.path is None:
        typer.echo(say("strip.nothing", name=found.asset.name))
    else:
        named = [key for key in ("manifest", "address", "metadata") if getattr(found, key)]
        what = say.join(say(f"strip.{key}") for key in named)
        typer.echo(say("strip.done", name=found.asset.name, what=what, path=str(found.path)))
    for note in found.notes:
        typer.echo(f"note: {say(note.key, **dict(note.values))}", err=True)
