"""``provenance permissions export``: what a site must serve to say the same as the pictures do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from provenance import home as homes
from provenance.commands.shared import LANGUAGE_HELP, told
from provenance.commands.signers import profile_of
from provenance.commands.unlock import HomeOption, IdentityOption
from provenance.declaration.documents import read_document
from provenance.declaration.flags import Flags, from_flags
from provenance.home import DEFAULT_IDENTITY
from provenance.permissions.export import EVERYWHERE, As, exported, site, write
from provenance.report.wording import Catalogue, preferred


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to write into.")],
    form: Annotated[
        list[As] | None,
        typer.Option("--as", metavar="FORM", help=f"{', '.join(As)}. Repeatable; all by default."),
    ] = None,
    declare: Annotated[
        Path | None, typer.Option(metavar="FILE.toml", help="Take the permissions of this declaration.")
    ] = None,
    location: Annotated[
        str, typer.Option(metavar="PATH", help="The part of the site that it is about, as in /art/*.")
    ] = EVERYWHERE,
    policy_url: Annotated[str, typer.Option(metavar="URL", help="Where your terms for mining can be read.")] = "",
    identity: IdentityOption = DEFAULT_IDENTITY,
    home: HomeOption = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Write over files that are there.")] = False,
    lang: Annotated[str, typer.Option(metavar="LANGUAGE", help=LANGUAGE_HELP)] = preferred(),
) -> None:
    """Write what a web site must serve to say the same as your pictures.

    It says what your profile, or a declaration, says about permissions.
    A page beside the files says where each goes, what it says, and what it cannot say.
    """
    say = Catalogue(told(lang))
    profile = profile_of(homes.locate(home), identity)
    said = from_flags(Flags(), profile=profile, declared=read_document(declare) if declare else None)
    found = exported(site(said.permissions.by_entry(), location=location, policy=policy_url), form or [As.ALL], say)
    write(folder, found, overwrite=overwrite)
    for name, _ in found.texts:
        typer.echo(name)
    for name in found.empty:
        typer.echo(say("export.empty", file=name), err=True)
