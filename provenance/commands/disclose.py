"""``provenance disclose``: from the files of a release, a draft of what to disclose about AI, for people to decide."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from provenance import home as homes
from provenance.batch import sources
from provenance.batch.model import Item, Trouble
from provenance.commands.shared import LANGUAGE_HELP, checking_options, progress, told
from provenance.container.kinds import suggested
from provenance.container.model import Kind
from provenance.declaration.beside import Beside, find
from provenance.declaration.upward import BESIDE, FOLDER
from provenance.errors import AssetError, DeclarationError, OutputError, ProvenanceError
from provenance.plain import plain
from provenance.policy.disclosure import forms
from provenance.policy.disclosure import shipped as lists
from provenance.policy.disclosure.assets import Asset, Standing, asset, untold
from provenance.policy.disclosure.draft import About, Draft, For, draft
from provenance.policy.disclosure.papers import paper
from provenance.policy.disclosure.shipped import Patterns, Shipped
from provenance.report.build import build
from provenance.report.wording import Catalogue, preferred
from provenance.signing.files import replacing
from provenance.terms import VERSION
from provenance.verification.currency import Currency, currency
from provenance.verification.files import verify_files
from provenance.verification.model import Verification
from provenance.verification.options import Options
from provenance.verification.sidecars import candidates
from provenance.worker.settings import Settings
from provenance.worker.settings import load as load_settings

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
_AT_ONCE = 512  # files that the children of one pool look at
_NONE = frozenset({Kind.OTHER, Kind.C2PA})


class Format(StrEnum):
    """What is written."""

    TEXT = "text"
    HTML = "html"
    MARKDOWN = "md"
    JSON = "json"


_ENDINGS = {
    ".html": Format.HTML, ".htm": Format.HTML, ".md": Format.MARKDOWN, ".json": Format.JSON, ".txt": Format.TEXT,
}  # fmt: skip

Listed = tuple[Shipped, Path | str]  # where it lies, or why it cannot be looked at


@app.command()
def disclose(
    shipped: Annotated[
        Path,
        typer.Option("--list", metavar="FILE|FOLDER", help="What ships: paths, a CSV with a column file, or a folder."),
    ],
    whose: Annotated[For, typer.Option("--form", help="Whose questions: steam, or generic.")] = For.GENERIC,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where the draft goes; else to stdout.")
    ] = None,
    form: Annotated[
        Format | None,
        typer.Option("--format", help="text, html, md or json; else by the ending of -o.", show_default=False),
    ] = None,
    marketing: Annotated[
        list[str] | None, typer.Option(metavar="PATTERN", help="Paths of store page and marketing. Repeatable.")
    ] = None,
    temporary: Annotated[
        list[str] | None, typer.Option(metavar="PATTERN", help="Paths of files that will be replaced. Repeatable.")
    ] = None,
    final: Annotated[
        list[str] | None, typer.Option(metavar="PATTERN", help="Paths of files that are there to stay. Repeatable.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Write over an earlier draft.")] = False,
    lang: Annotated[str, typer.Option(metavar="LANGUAGE", help=LANGUAGE_HELP, show_default=False)] = preferred(),
    home: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Where your pins and lists lie.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print no summary and no progress.")] = False,
) -> None:
    """Draft what to disclose about AI in a release, with an appendix.

    It is a draft for people to decide on. Only what signers state whom you
    know, or a public list, is presented as stated.

    Exit codes: 0 written, 2 some files could not be told, or nothing was
    written.
    """
    say = Catalogue(told(lang))
    shape = form or (_ENDINGS.get(output.suffix.lower()) if output else None) or Format.TEXT
    if output is not None and output.exists() and not overwrite:
        raise OutputError(plain(output.name), "exists already", "allow it with --overwrite, or choose another")
    place = homes.locate(home)
    patterns = Patterns(tuple(marketing or ()), tuple(temporary or ()), tuple(final or ()))
    files, others = _folder(shipped) if shipped.is_dir() else _list(shipped)
    wanted = [(patterns.applied(one), path) for one, path in files]
    found = _assets(wanted, checking_options(place), load_settings(place.config), say)
    assets = list(progress(found, total=len(wanted), label=say("run.checking"), quiet=quiet))
    made = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    about = About(whose, plain(shipped.name or shipped), made, f"provenance {VERSION}", others)
    whole = draft(assets, about, say)
    _put(_rendered(whole, shape, say), output, overwrite=overwrite)
    if not quiet and output is not None:
        typer.echo(say("disclose.written", name=output.name))
        typer.echo(paper(whole, say).share)
    raise typer.Exit(2 if whole.counts[Standing.NOT_TOLD] else 0)


# --- which files ---------------------------------------------------------------------------------------------------


def _list(path: Path) -> tuple[list[Listed], tuple[tuple[str, int], ...]]:
    """Return the pictures that the list at *path* names, and how many other files, by their ending."""
    pictures: list[Listed] = []
    others: Counter[str] = Counter()
    for one in lists.read(path):
        place = path.parent / one.path
        if _is_picture(place):
            pictures.append((one, place))
        else:
            others[place.suffix.lower()] += 1
    return pictures, tuple(others.most_common())


def _is_picture(path: Path) -> bool:
    """Whether a file has to be looked at; what is not there has, too, so that nothing is passed over."""
    kind = suggested(path.name)
    if kind is not None and kind not in _NONE:
        return True
    return not path.is_file() or any(beside.is_file() for beside in candidates(path))


def _folder(path: Path) -> tuple[list[Listed], tuple[tuple[str, int], ...]]:
    """Return the pictures in a folder, and how many other files, by their ending."""
    pictures: list[Listed] = []
    others: Counter[str] = Counter()
    for entry in sources.entries(sources.gather([str(path)])):
        if isinstance(entry, Item) and entry.data is None and entry.offset < 0:
            place = Path(entry.path)
            if _is_picture(place):
                pictures.append((Shipped(_below(path, place)), place))
            elif place.name != FOLDER and not place.name.endswith(BESIDE):
                others[place.suffix.lower()] += 1
        elif isinstance(entry, Item):
            pictures.append((Shipped(entry.where.replace(os.sep, "/")), "lies in an archive; unpack it first"))
        elif isinstance(entry, Trouble):
            pictures.append((Shipped(entry.where.replace(os.sep, "/")), entry.problem))
    if not pictures:
        raise AssetError(plain(path.name), "holds no picture that is known here", "name a list of files")
    return pictures, tuple(others.most_common())


def _below(folder: Path, place: Path) -> str:
    return place.relative_to(folder.absolute()).as_posix()


# --- what is found of them -----------------------------------------------------------------------------------------


def _assets(wanted: Sequence[Listed], options: Options, settings: Settings, say: Catalogue) -> Iterator[Asset]:
    now = datetime.now(UTC)
    checking = replace(options, digest=True)
    waiting = iter(wanted)
    while group := list(islice(waiting, _AT_ONCE)):
        paths = [place for _, place in group if isinstance(place, Path)]
        outcomes = iter(verify_files(paths, options=checking, settings=settings) if paths else ())
        for one, place in group:
            if isinstance(place, Path):
                yield _asset(one, place, next(outcomes)[1], say, now)
            else:
                yield untold(one, place)


def _asset(one: Shipped, path: Path, outcome: Verification | ProvenanceError, say: Catalogue, now: datetime) -> Asset:
    if isinstance(outcome, ProvenanceError):
        return untold(one, outcome.problem)
    try:
        beside = _beside(path, outcome.sha256)
    except DeclarationError as exc:
        return untold(one, str(exc))
    return asset(one, build(outcome, language=say.language, now=now), outcome, beside=beside)


def _beside(path: Path, sha256: str) -> tuple[Beside, Currency] | None:
    found = find(path)
    return None if found is None else (found, currency(path, found, sha256))


# --- what is written -----------------------------------------------------------------------------------------------


def _rendered(whole: Draft, shape: Format, say: Catalogue) -> Iterator[str]:
    if shape is Format.JSON:
        return forms.as_json(whole)
    said = paper(whole, say)
    if shape is Format.HTML:
        from provenance.policy.disclosure.page import page  # here: slow to load

        return page(said, say)
    lines = forms.text(said, say) if shape is Format.TEXT else forms.markdown(said, say)
    return (line + "\n" for line in lines)


def _put(pieces: Iterator[str], output: Path | None, *, overwrite: bool) -> None:
    if output is None:
        _write(pieces, sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    with replacing(output, overwrite=overwrite) as pending:
        _write(pieces, pending.stream)


def _write(pieces: Iterator[str], stream: BinaryIO) -> None:
    for piece in pieces:
        stream.write(piece.encode("utf-8", "backslashreplace"))
