"""``provenance sign``: flags to a declaration, one passphrase, one result a file; a bad file stops no other."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

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
from provenance.commands.stating import Stated, statements
from provenance.commands.unlock import (
    HomeOption,
    IdentityOption,
    Insecure,
    PassphraseFd,
    PassphraseFile,
    Secrets,
    open_credential,
)
from provenance.credentials import identities
from provenance.credentials.credential import Credential
from provenance.declaration.documents import placed, read_document
from provenance.declaration.flags import AI_USAGE, Flags
from provenance.declaration.model import Declaration
from provenance.engine.versions import versions
from provenance.errors import AssetError, DeclarationError, OutputError, ProvenanceError
from provenance.home import DEFAULT_IDENTITY, Home
from provenance.metadata.writing import Conflict
from provenance.plain import plain
from provenance.report.preview import Setting
from provenance.report.preview import preview as preview_lines
from provenance.report.wording import say
from provenance.signing.files import FileId, file_id
from provenance.signing.options import Note, Options, Signed
from provenance.signing.sign import planned
from provenance.signing.sign import sign as sign_one

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

_ANSWER = "no|yes|ask"
_FAILED = 2


class Skip(StrEnum):
    """What is left out as signed already; the second takes in the first."""

    MINE = "mine"  # its result is there: intact, by this identity, of this very picture
    ANY = "any"  # also what has intact credentials itself, whoever signed it


@app.command()
def sign(
    files: Annotated[list[Path], typer.Argument(metavar="FILES...", help="Pictures, folders, patterns, or -.")],
    origin: Annotated[
        str | None,
        typer.Option(
            metavar="ORIGIN", help="How it began: blank-canvas, photograph, scan, render, composite, generated."
        ),
    ] = None,
    tool: Annotated[
        list[str] | None, typer.Option(metavar="TOOL", help='A program used, "Krita 5.2.6". Repeatable.')
    ] = None,
    ai: Annotated[list[str] | None, typer.Option(metavar="STEP", help=f"What AI did: {AI_USAGE}. Repeatable.")] = None,
    no_generative_ai: Annotated[
        str | None,
        typer.Option(
            metavar="final|process", help="State that no generative AI is in the final picture, or was used at all."
        ),
    ] = None,
    complete: Annotated[bool, typer.Option("--complete", help="State that nothing that was done is left out.")] = False,
    made: Annotated[
        str | None, typer.Option(metavar="DATE", help="When you say it was made: 2019, 2019-05, 2019-05-17.")
    ] = None,
    title: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Its title. Never taken from the file's name.")
    ] = None,
    description: Annotated[str | None, typer.Option(metavar="TEXT", help="What it shows, as a caption.")] = None,
    credit: Annotated[str | None, typer.Option(metavar="TEXT", help="How you want to be credited.")] = None,
    copyright_: Annotated[
        str | None, typer.Option("--copyright", metavar="TEXT", help="Your copyright notice.")
    ] = None,
    license_url: Annotated[
        str | None, typer.Option(metavar="URL", help="Where your terms can be read: web statement of rights.")
    ] = None,
    usage_terms: Annotated[str | None, typer.Option(metavar="TEXT", help="Your terms in words.")] = None,
    training: Annotated[str | None, typer.Option(metavar=_ANSWER, help="Training of AI, generative and other.")] = None,
    generative_training: Annotated[str | None, typer.Option(metavar=_ANSWER, help="Training of generative AI.")] = None,
    other_training: Annotated[str | None, typer.Option(metavar=_ANSWER, help="Training of other AI.")] = None,
    mining: Annotated[
        str | None, typer.Option("--data-mining", "--mining", metavar=f"{_ANSWER}|search", help="Text and data mining.")
    ] = None,
    inference: Annotated[str | None, typer.Option(metavar=_ANSWER, help="As input to AI.")] = None,
    component: Annotated[
        list[str] | None, typer.Option(metavar="FILE", help="A picture that is part of it. Repeatable.")
    ] = None,
    parent: Annotated[str | None, typer.Option(metavar="FILE", help="The picture that it was made from.")] = None,
    evidence: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE", help="A working file: layers, raw, a stage, a time-lapse. Repeatable."),
    ] = None,
    declare: Annotated[
        Path | None, typer.Option(metavar="FILE.toml", help="A file that says all this and more.")
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Show every sentence that would become public, and sign nothing.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Where to write: a file, or a folder that exists.")
    ] = None,
    in_place: Annotated[bool, typer.Option("--in-place", help="Sign the file itself instead of a copy.")] = False,
    sidecar: Annotated[
        bool, typer.Option("--sidecar", help="Leave the picture as it is; write NAME.EXT.c2pa beside it.")
    ] = False,
    store: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="A store for sidecars, found by a picture's bytes: .provenance."),
    ] = None,
    embed: Annotated[
        bool, typer.Option("--embed", help="Write into a TIFF of several pages, though some programs fail then.")
    ] = False,
    wrap: Annotated[bool, typer.Option("--wrap", help="Put a bare JPEG XL into a container, without loss.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
    declared_only: Annotated[
        bool, typer.Option("--declared-only", help="Leave alone what no file beside it declares anything of.")
    ] = False,
    skip_signed: Annotated[
        Skip | None,
        typer.Option(
            show_default=False,
            help="Leave out what is signed already: mine, by this identity in an earlier run; any, by anybody.",
        ),
    ] = None,
    drop_history: Annotated[
        bool, typer.Option("--drop-history", help="Leave out what the file states already; recorded.")
    ] = False,
    accept_damaged_parent: AcceptDamagedParent = False,
    no_thumbnail: NoThumbnail = False,
    no_metadata: Annotated[
        bool, typer.Option("--no-metadata", help="Leave the picture's EXIF, IPTC and XMP as they are.")
    ] = False,
    credit_conflict: Annotated[
        Conflict, typer.Option(help="Where EXIF, IPTC or XMP say something else already.")
    ] = Conflict.REFUSE,
    strip_private: Annotated[
        bool,
        typer.Option(
            "--strip-private", help="First take out location, serial numbers, owner's name, previews and prompts."
        ),
    ] = False,
    despite_traces: Annotated[
        str | None,
        typer.Option(metavar="WHY", help="Sign although the file holds traces of AI that you do not declare; public."),
    ] = None,
    tsa: Tsa = None,
    no_tsa: NoTsa = False,
    tsa_optional: TsaOptional = False,
    null: Null = False,
    identity: IdentityOption = DEFAULT_IDENTITY,
    author_identity: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The identity of the artist for whom you sign; it vouches for their words."),
    ] = None,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    insecure: Insecure = False,
    home: HomeOption = None,
    quiet: Quiet = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Print what was written in detail.")] = False,
) -> None:
    """State how pictures were made, and sign that into them.

    Exit codes: 0 all files were signed, 2 some were not.
    """
    place = homes.locate(home)
    pictures = expand(files, results=False, quiet=quiet, null=null)
    if declared_only or skip_signed is Skip.ANY:
        from provenance.commands.leaving import declared_ones, without_signed  # here: it loads what verifies files

        if declared_only and declare is None:
            pictures = declared_ones(pictures, quiet=quiet)
        if skip_signed is Skip.ANY:
            pictures = without_signed(pictures, place, quiet=quiet)
    if not pictures:
        raise typer.Exit(0)
    if len(pictures) > 1 and output is not None and not output.is_dir():
        raise OutputError(
            plain(output.name), "is not a folder, and there are several pictures", "make the folder first"
        )
    if store is not None and str(store).startswith("-"):  # an option that would be taken for the folder
        raise OutputError("--store", f"needs a folder, and {plain(store)} follows", "write --store .provenance")
    profile = profile_of(place, author_identity or identity)
    tsa_url = service(tsa, profile, none=no_tsa)
    flags = Flags(
        title=title,
        description=description,
        credit=credit,
        copyright=copyright_,
        license_url=license_url,
        usage_terms=usage_terms,
        origin=origin,
        tools=tuple(tool or ()),
        ai=tuple(ai or ()),
        no_generative_ai=no_generative_ai,
        training=training,
        generative_training=generative_training,
        other_training=other_training,
        data_mining=mining,
        inference=inference,
        components=tuple(component or ()),
        parent=parent,
        evidence=tuple(evidence or ()),
        complete=complete,
        made=made,
        despite_traces=despite_traces,
    )
    declared = placed(read_document(declare), declare.parent) if declare else None
    stated = statements(pictures, flags, profile, declared)
    secrets = Secrets(passphrase_file, passphrase_fd, insecure)
    options = replace(
        options_at(place),
        output=output,
        in_place=in_place,
        sidecar=sidecar,
        store=store,
        embed=embed,
        wrap=wrap,
        overwrite=overwrite,
        drop_history=drop_history,
        accept_damaged_parent=accept_damaged_parent,
        thumbnail=not no_thumbnail,
        metadata=not no_metadata,
        conflict=credit_conflict,
        strip_private=strip_private,
        tsa_url=tsa_url,
        tsa_optional=tsa_optional,
        identity=open_credential(place, author_identity, secrets) if author_identity and not preview else None,
    )
    skip = skip_signed is not None
    if preview:
        raise typer.Exit(_show(stated, options, place, identity=identity, author_identity=author_identity, skip=skip))
    if not any(map(os.path.exists, pictures)):  # said before anyone types a passphrase; a NUL in a name is no error
        raise AssetError(", ".join(plain(picture.name) for picture in pictures), "is not there")
    credential = open_credential(place, identity, secrets)
    raise typer.Exit(_sign_all(stated, credential, options, skip=skip, quiet=quiet, verbose=verbose))


def _show(
    statements: Sequence[Stated],
    options: Options,
    place: Home,
    *,
    identity: str,
    author_identity: str | None,
    skip: bool,
) -> int:
    """Print what would become public; pictures of which the same would be said stand together."""
    signer = identities.describe(place, identity)
    author = identities.describe(place, author_identity).name if author_identity else ""
    until = "" if options.tsa_url else signer.leaf.not_valid_after_utc.date().isoformat()
    shown: dict[tuple[str, ...], list[str]] = {}
    failed = False
    if skip:
        from provenance.signing.already import signed_already  # here: slow to load
    for stated in statements:
        picture = stated.picture
        try:
            if skip and (earlier := signed_already(picture, signer.fingerprint, options)):
                typer.echo(say("sign.already", name=plain(picture.name), path=str(earlier)))
                continue
            found = planned(picture, _said(stated), options=options, for_author=bool(author))
        except ProvenanceError as exc:
            failed = True
            typer.echo(f"error: {named(picture, exc)}", err=True)
            continue
        for note in (*stated.notes, *found.notes):
            _warn(say(note.key, **dict(note.values)))
        setting = Setting(
            signer=signer.name,
            identity=author,
            signed_before=found.signed_before,
            rows=found.rows,
            stripped=found.stripped,
            before=found.before,
            time_stamp=plain(urlsplit(options.tsa_url).hostname or ""),
            until=until,
            engine=f"c2pa-rs {dict(versions())['c2pa-rs']}",
            valid=(
                signer.leaf.not_valid_before_utc.date().isoformat(), signer.leaf.not_valid_after_utc.date().isoformat(),
            ),
        )  # fmt: skip
        shown.setdefault(preview_lines(_said(stated), found.plan, setting=setting), []).append(plain(picture.name))
    for lines, names in shown.items():
        typer.echo("\n".join([", ".join(names), "", *lines, ""]))
    return _FAILED if failed else 0


def _sign_all(
    statements: Sequence[Stated],
    credential: Credential,
    options: Options,
    *,
    skip: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    failed = 0
    told: set[Note] = set()
    spared: set[FileId] = (
        {one for stated in statements for one in file_id(stated.picture)} if options.overwrite else set()
    )
    options = replace(options, spared=spared)
    if skip:
        from provenance.signing.already import signed_already  # here: slow to load
    for stated in progress(statements, total=len(statements), label=say("sign.signing"), quiet=quiet):
        try:
            if skip and (earlier := signed_already(stated.picture, credential.fingerprint, options)):
                spared.update(file_id(earlier))
                if not quiet:
                    typer.echo(say("sign.already", name=plain(stated.picture.name), path=str(earlier)))
                continue
            signed = sign_one(stated.picture, _said(stated), credential=credential, options=options)
        except ProvenanceError as exc:
            failed += 1
            typer.echo(f"error: {named(stated.picture, exc)}", err=True)
            continue
        spared.update(file_id(signed.path))
        if not quiet:
            _tell(
                replace(signed, notes=(*stated.notes, *signed.notes)),
                credential,
                told,
                verbose=verbose,
                store=options.store is not None,
            )
    if failed and len(statements) > 1:
        typer.echo(say("sign.some_failed", failed=failed, total=len(statements)), err=True)
    return _FAILED if failed else 0


def _said(stated: Stated) -> Declaration:
    """Return what is to be signed.

    Raises:
        ProvenanceError: that kept it from being found.
    """
    if stated.declaration is None:
        raise stated.problem or DeclarationError(plain(stated.picture.name), "nothing is declared about it")
    return stated.declaration


def _tell(signed: Signed, credential: Credential, told: set[Note], *, verbose: bool, store: bool) -> None:
    key = "sign.done_beside" if signed.sidecar else "sign.done"
    if store:
        key = "sign.done_store"
    typer.echo(say(key, name=signed.asset.name, signer=credential.name, path=str(signed.path)))
    if verbose:
        size, fingerprint = signed.path.stat().st_size, credential.fingerprint
        typer.echo(say("sign.verbose", manifest=signed.manifest, bytes=size, fingerprint=fingerprint))
    tell(signed.notes, told)


def _warn(text: str) -> None:
    typer.echo(f"note: {text}", err=True)
