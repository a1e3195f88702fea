"""``provenance export``: derivatives of pictures that keep the chain; a bad file stops no other."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from provenance import home as homes
from provenance.commands.shared import Null, expand, progress
from provenance.commands.signers import (
    AcceptDamagedParent,
    NoThumbnail,
    NoTsa,
    Quiet,
    Tsa,
    TsaOptional,
    named,
    options_at,
    profile_of,
    service,
    tell,
)
from provenance.commands.unlock import (
    HomeOption,
    IdentityOption,
    Insecure,
    PassphraseFd,
    PassphraseFile,
    Secrets,
    open_credential,
)
from provenance.container.model import Kind
from provenance.credentials.credential import Credential
from provenance.errors import AssetError, OutputError, ProvenanceError
from provenance.home import DEFAULT_IDENTITY
from provenance.plain import plain
from provenance.report.wording import say
from provenance.signing.derivative import Derived, Recipe, derive
from provenance.signing.geometry import parse_crop, parse_resize
from provenance.signing.options import Note, Options

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

_FAILED = 2


class Format(StrEnum):
    """What can be written."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    TIFF = "tiff"
    AVIF = "avif"

    @property
    def kind(self) -> Kind:
        return Kind[self.name]


class Colours(StrEnum):
    """What becomes of the colours."""

    KEEP = "keep"
    SRGB = "srgb"


@app.command()
def export(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILES... TARGET", help="Pictures, and a file or folder for the copies.")
    ],
    resize: Annotated[
        str, typer.Option(metavar="SIZE", help="1600x1200 (fits in there), 1600, x1200, 50%, 1600x1200! (stretched).")
    ] = "",
    crop: Annotated[
        str, typer.Option(metavar="WxH+X+Y", help="A part of the picture as it is seen, before it is resized.")
    ] = "",
    form: Annotated[
        Format | None, typer.Option("--format", help="By default what TARGET's name says, or the picture's own.")
    ] = None,
    quality: Annotated[
        int, typer.Option(min=0, max=100, help="1 to 100; 0 is the usual: JPEG and WebP 90, AVIF 80.")
    ] = 0,
    profile: Annotated[
        Colours, typer.Option(help="Colours stay in their profile, or are converted to sRGB.")
    ] = Colours.KEEP,
    strip_private: Annotated[
        bool,
        typer.Option("--strip-private", help="Take out location, serial numbers, owner's name, previews and prompts."),
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a file that is there; never a picture that was named.")
    ] = False,
    accept_damaged_parent: AcceptDamagedParent = False,
    no_thumbnail: NoThumbnail = False,
    tsa: Tsa = None,
    no_tsa: NoTsa = False,
    tsa_optional: TsaOptional = False,
    identity: IdentityOption = DEFAULT_IDENTITY,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    insecure: Insecure = False,
    null: Null = False,
    home: HomeOption = None,
    quiet: Quiet = False,
) -> None:
    """Make smaller, cut or converted copies that keep the chain: signed, with the picture as their parent.

    Exit codes: 0 all pictures were exported, 2 some were not.
    """
    place = homes.locate(home)
    if len(files) < 2:
        raise OutputError("export", "needs a picture and a target", "provenance export FILE TARGET")
    tsa_url = service(tsa, profile_of(place, identity), none=no_tsa)
    *named, target = files
    recipe = Recipe(
        crop=parse_crop(crop) if crop else None,
        resize=parse_resize(resize) if resize else None,
        kind=form.kind if form else None,
        quality=quality,
        srgb=profile is Colours.SRGB,
    )
    pictures = expand(named, quiet=quiet, null=null)
    if len(pictures) > 1 and not target.is_dir():
        raise OutputError(
            plain(target.name), "is not a folder, and there are several pictures", "make the folder first"
        )
    if not any(map(os.path.exists, pictures)):
        raise AssetError(", ".join(plain(picture.name) for picture in pictures), "is not there")
    options = replace(
        options_at(place),
        overwrite=overwrite,
        accept_damaged_parent=accept_damaged_parent,
        thumbnail=not no_thumbnail,
        strip_private=strip_private,
        tsa_url=tsa_url,
        tsa_optional=tsa_optional,
    )
    credential = open_credential(place, identity, Secrets(passphrase_file, passphrase_fd, insecure))
    raise typer.Exit(_export_all(pictures, target, recipe, credential, options, quiet=quiet))


def _export_all(
    pictures: Sequence[Path], target: Path, recipe: Recipe, credential: Credential, options: Options, *, quiet: bool
) -> int:
    failed = 0
    told: set[Note] = set()
    taken = list(pictures)  # what must not be written over: what was named, and what was just written
    for picture in progress(pictures, total=len(pictures), label=say("derive.exporting"), quiet=quiet):
        try:
            made = derive(picture, target, recipe, credential=credential, options=options, taken=taken)
        except ProvenanceError as exc:
            failed += 1
            typer.echo(f"error: {named(picture, exc)}", err=True)
            continue
        taken.append(made.path)
        if not quiet:
            _tell(made, credential, told)
    if failed and len(pictures) > 1:
        typer.echo(say("derive.some_failed", failed=failed, total=len(pictures)), err=True)
    return _FAILED if failed else 0


def _tell(made: Derived, credential: Credential, told: set[Note]) -> None:
    width, height = made.size
    typer.echo(
        say(
            "derive.done",
            name=made.source.name,
            actions=say.join(say.term("report.action", name.removeprefix("c2pa.")) for name in made.actions),
            width=width,
            height=height,
            signer=credential.name,
            path=str(made.path),
        )
    )
    tell(made.notes, told)
