"""``provenance report``: the case file of one picture, as a page, JSON, Markdown or a bundle to judge again."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from provenance import home as homes
from provenance.commands.shared import EVIDENCE_HELP, LANGUAGE_HELP, STORE_HELP, checking_options, shown_files, told
from provenance.errors import OutputError
from provenance.report.build import build
from provenance.report.bundle import pack
from provenance.report.cases import Recheck, make_case, recheck
from provenance.report.editions import Edition, blind, for_entrant, in_words
from provenance.report.export import to_json, to_markdown
from provenance.report.html import page
from provenance.report.model import Report
from provenance.report.names import moment
from provenance.report.picture import picture_of
from provenance.report.wording import Catalogue, Phrase, preferred
from provenance.signing.files import same, write_new
from provenance.terms import Integrity
from provenance.trust.lists import load as load_trust
from provenance.verification.files import verify_files
from provenance.verification.model import Verification
from provenance.worker.settings import Settings
from provenance.worker.settings import load as load_settings

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
_ENTRY = "entry"  # what a blind edition calls the file, and is called
_STDOUT = Path("-")
_EXIT = {True: 0, False: 1, None: 2}


class Format(StrEnum):
    """What is written."""

    HTML = "html"
    JSON = "json"
    MARKDOWN = "md"


@app.command()
def report(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="A picture.", show_default=False)] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Where to write; - is standard output."),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="html: a page; json, md: the same facts.")] = Format.HTML,
    hidden: Annotated[bool, typer.Option("--blind", help="Leave out whatever names anyone, file names too.")] = False,
    edition: Annotated[
        Edition, typer.Option("--for", help="juror, or entrant: without your own names for people, without notes.")
    ] = Edition.JUROR,
    bundle: Annotated[
        Path | None, typer.Option(metavar="CASE.zip", help="Also write all that is needed to judge the case again.")
    ] = None,
    without_picture: Annotated[
        bool, typer.Option("--without-picture", help="Leave the picture out of page and bundle.")
    ] = False,
    again: Annotated[
        Path | None, typer.Option("--recheck", metavar="CASE.zip", help="Judge a bundle again, and compare.")
    ] = None,
    evidence: Annotated[list[Path] | None, typer.Option(metavar="FILE", help=EVIDENCE_HELP)] = None,
    as_of: Annotated[str, typer.Option(metavar="DATE", help="Judge certificates as on this day.")] = "",
    sidecar: Annotated[Path | None, typer.Option(metavar="FILE", help="A sidecar to use.")] = None,
    store: Annotated[Path | None, typer.Option(metavar="FOLDER", help=STORE_HELP)] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
    lang: Annotated[str, typer.Option(metavar="LANGUAGE", help=LANGUAGE_HELP)] = preferred(),
    home: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Where your pins and lists lie.")] = None,
) -> None:
    """Write the case file of a picture: what is stated, by whom, and what may fairly be concluded.

    Exit codes: 0 written, 2 could not check or could not write.
    With --recheck: 0 the verdict is the same, 1 it is not, 2 could not tell.
    """
    place = homes.locate(home)
    settings = load_settings(place.config)
    say = Catalogue(told(lang))
    if again is not None:
        raise typer.Exit(_judged_again(again, file, say, settings))
    if file is None:
        raise typer.BadParameter("name a picture, or a bundle with --recheck")
    if evidence and hidden:
        raise OutputError("--evidence", "tells hashes and names of files", "make the page without --blind")
    target = _target(file, output, form=form, hidden=hidden)
    _refuse(file, target, bundle, named=not hidden and edition is Edition.JUROR, overwrite=overwrite)
    options = replace(checking_options(place, as_of=as_of, sidecar=sidecar, store=store), digest=True)
    if bundle is not None:  # the very same trust and moment that the bundle will hold
        stamp = options.as_of or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        options = replace(options, trust=load_trust(place), home="", as_of=stamp)
    _, found = next(iter(verify_files([file], options=options, settings=settings, slots=1)))
    if not isinstance(found, Verification):
        raise found
    edited = _edited(found, say, hidden=hidden, edition=edition)
    presented = shown_files(evidence or [], settings)
    shown = build(edited, language=say.language, now=datetime.now(UTC), presented=presented)
    picture = None if without_picture or form is not Format.HTML else _picture(file, found, settings)
    _put(_rendered(shown, form, edition=edition, picture=picture, hidden=hidden), target, say, overwrite=overwrite)
    if bundle is not None:
        kept = make_case(file, found, shown, options=options, settings=settings, with_picture=not without_picture)
        write_new(bundle, pack(kept), overwrite=overwrite)
        typer.echo(say("casefile.command.bundled", name=bundle.name), err=target == _STDOUT)
    if found.integrity is Integrity.NOT_CHECKED:
        raise typer.Exit(2)


def _judged_again(bundle: Path, file: Path | None, say: Catalogue, settings: Settings) -> int:
    judged = recheck(bundle, file, language=say.language, settings=settings)
    typer.echo("\n".join(_compared(judged, say)))
    return _EXIT[judged.same]


def _put(text: str, target: Path, say: Catalogue, *, overwrite: bool) -> None:
    if target == _STDOUT:
        sys.stdout.buffer.write(text.encode())  # the page says that it is UTF-8, whatever the console is
        return
    write_new(target, text.encode(), overwrite=overwrite)
    typer.echo(say("casefile.command.written", name=target.name))


def _target(file: Path, output: Path | None, *, form: Format, hidden: bool) -> Path:
    """Return where the report goes: a page into this folder, what programs read to standard output."""
    if output is not None:
        return output
    if form is not Format.HTML:
        return _STDOUT
    return Path(f"{_ENTRY}.html" if hidden else f"{file.name}.case.html")


def _refuse(file: Path, target: Path, bundle: Path | None, *, named: bool, overwrite: bool) -> None:
    """Refuse what would destroy a file, or tell more than was asked for, before anything is done."""
    if bundle is not None and not named:
        raise OutputError("--bundle", "holds every name, the reader's own too", "make it without --blind and --for")
    for path in (target, bundle):
        if path is None or path == _STDOUT:
            continue
        if same(file, path):
            raise OutputError(path.name, "is the picture itself", "choose another name")
        if path.exists() and not overwrite:
            raise OutputError(path.name, "exists already", "allow it with --overwrite, or choose another with -o")
    if bundle is not None and bundle.absolute() == target.absolute():
        raise OutputError(bundle.name, "cannot be page and bundle at once", "choose another name")


def _edited(found: Verification, say: Catalogue, *, hidden: bool, edition: Edition) -> Verification:
    entrant = edition is Edition.ENTRANT
    found = for_entrant(found) if entrant else found
    found = blind(found, entry=_ENTRY) if hidden else found
    return in_words(found, say) if hidden or entrant else found


def _picture(file: Path, found: Verification, settings: Settings) -> bytes | None:
    # What the walk refused, or what a worker died of, is not handed to another parser.
    return None if found.integrity is Integrity.NOT_CHECKED else picture_of(file, settings=settings)


def _rendered(shown: Report, form: Format, *, edition: Edition, picture: bytes | None, hidden: bool) -> str:
    match form:
        case Format.JSON:
            return to_json(shown) + "\n"
        case Format.MARKDOWN:
            return to_markdown(shown)
        case Format.HTML:
            return page(shown, edition=edition, picture=picture, blind=hidden)


def _compared(judged: Recheck, say: Catalogue) -> list[str]:
    if judged.same is None:
        lines = [say("casefile.command.unsure", why=judged.now.problem)]
    else:
        lines = [say(f"casefile.command.{'same' if judged.same else 'different'}")]
        for found in judged.differences:
            nothing = say("casefile.command.nothing")
            values = {"before": found.before or nothing, "after": found.after or nothing}
            lines.append(say("casefile.command.difference", what=say(f"casefile.fact.{found.what}"), **values))
    lines.append(say("casefile.command.verdict", text=Phrase(judged.report.headline.text)))
    lines.append(say("casefile.command.moment", time=moment(judged.as_of)))
    then, now = (
        Phrase(", ".join(f"{name} {version}" for name, version in found.environment.versions))
        for found in (judged.then, judged.now)
    )
    return [*lines, say("casefile.command.versions", then=then, now=now)]
