"""What `verify`, `inspect` and `report` share: which files, under which options, in which language."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from provenance.container.limits import load as load_limits
from provenance.errors import AssetError, OutputError, ProvenanceError
from provenance.home import Home
from provenance.plain import plain
from provenance.report.wording import Catalogue, languages
from provenance.verification.evidence import Presented
from provenance.verification.options import Options, moment
from provenance.worker.settings import Settings

LANGUAGE_HELP = f"Language of the report: {', '.join(languages())}. PROVENANCE_LANG sets it for every command."
STORE_HELP = "A store of sidecars; by default the nearest .provenance upward."
EVIDENCE_HELP = "A working file: is it one that was signed with the picture? Repeatable."
_FEW = 3  # files, above which progress is shown
_LISTS_AND_ARCHIVES = (".tar", ".tar.gz", ".tgz", ".csv", ".tsv", ".jsonl", ".ndjson", ".parquet")  # as in `batch`
_WILD = frozenset("*?[")

Value = TypeVar("Value")

PATHS_HELP = "Pictures, folders, tar archives, lists (CSV, JSONL, Parquet), patterns, - for names on standard input."
Column = Annotated[str, typer.Option(metavar="NAME", help="The column of a list that holds the pictures.")]
Null = Annotated[bool, typer.Option("--null", "-0", help="Names on standard input end with NUL, as of find -print0.")]


class Answers:
    """What was found for each file, for the exit code; errors go to stderr as they come."""

    def __init__(self) -> None:
        self.given: list[bool | None] = []

    def add(self, answer: bool | None) -> None:
        self.given.append(answer)

    def error(self, path: Path, problem: ProvenanceError) -> None:
        """Say in one line what kept *path* from being checked."""
        self.given.append(None)
        typer.echo(f"error: {plain(problem, limit=2000)}", err=True)


def expand(files: Sequence[Path], *, results: bool = True, quiet: bool = False, null: bool = False) -> list[Path]:
    """Return *files*, with the pictures in the folders among them, and those that a pattern or ``-`` stands for.

    A file that is named is always taken, once however often it is named.

    Args:
        results: also take what `sign` wrote beside a picture of the same folder.
        quiet: do not say on stderr what was left out.
        null: names on standard input are separated by NUL.

    Raises:
        AssetError: if a folder holds no picture, or standard input no name.
    """
    if null and Path("-") not in files:
        raise AssetError("--null", "is for names on standard input", "name - among the paths")
    if len(files) == 1 and os.path.isfile(files[0]):  # noqa: PTH113 - a NUL in a name is no error here
        return list(files)
    from provenance.commands.folders import pictures  # here: one picture needs no folder

    found, others = pictures(files, results=results, null=null)
    if others and not quiet:
        typer.echo(f"note: {others}", err=True)
    return found


def are_many(paths: Sequence[str]) -> bool:
    """Whether *paths* are more than a few files, each named once: what only `batch` reads, which is slow to load."""
    return len(paths) > _FEW or len(set(map(_place, paths))) < len(paths) or any(map(_holds_others, paths))


def _place(path: str) -> str:
    return path if "\0" in path else os.path.realpath(path)


def _holds_others(path: str) -> bool:
    if path.lower().endswith(_LISTS_AND_ARCHIVES):
        return not os.path.lexists(path + ".c2pa")  # credentials beside it are those of the file itself
    if path == "-" or os.path.isdir(path):  # noqa: PTH112 - a folder above it that is closed is no error here
        return True
    return not _WILD.isdisjoint(path) and not os.path.lexists(path)


def progress(
    found: Iterable[Value], *, total: int, label: str, quiet: bool = False, answers: bool = False
) -> Iterator[Value]:
    """Yield what is *found*, with progress on a terminal's stderr where it is more than a few.

    Args:
        answers: every file gets an answer on stdout as it comes; on a terminal that is progress enough.
    """
    if quiet or total <= _FEW or not sys.stderr.isatty() or (answers and sys.stdout.isatty()):
        yield from found
        return
    from rich.console import Console  # here: slow to load, and one picture needs none
    from rich.progress import track

    yield from track(found, description=label, total=total, console=Console(stderr=True), transient=True)


def counted(
    answers: Iterable[Value], total: Callable[[], int | None], say: Catalogue, *, quiet: bool
) -> Iterator[Value]:
    """Yield *answers*, with how many a second and the time that is left on a terminal's stderr.

    Args:
        total: how many will come, None where only looking tells; asked once the bar is there, as counting takes time.
    """
    if quiet or not sys.stderr.isatty():
        yield from answers
        return
    from rich.console import Console  # here: slow to load, and a pipe needs none
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(say("check.counting"), total=None, rate="")
        bar.reset(task, total=total(), description=say("check.checking"), rate="")
        since = 0
        for answer in answers:
            yield answer
            since += 1
            if since >= 32:
                speed = bar.tasks[0].speed or 0
                bar.update(task, advance=since, rate=f"{speed:,.0f}/s")
                since = 0


def tell_begun_anew(journal: Path | None, say: Catalogue, *, quiet: bool) -> None:
    """Say that there is no *journal* that --resume could go on with: another --output was given, or none.

    Raises:
        OutputError: if the run writes nothing, so that it keeps no journal.
    """
    if journal is None:
        raise OutputError("--resume", "is for a run that writes something", "say where with --output")
    if not quiet and not os.path.lexists(journal):
        typer.echo(f"note: {say('check.begun_anew', name=plain(journal.name))}", err=True)


def checking_options(
    place: Home, *, as_of: str = "", sidecar: Path | None = None, store: Path | None = None
) -> Options:
    """Return the options that these commands' flags mean.

    Raises:
        AssetError: if *as_of* is no date, or *store* no folder: what it holds would count as absent.
    """
    if as_of:
        moment(as_of)
    if store is not None and not os.path.isdir(store):  # noqa: PTH112 - a closed folder above it is none either
        raise AssetError("--store", f"'{plain(store)}' is not a folder")
    return Options(
        home=str(place.path.absolute()),
        limits=load_limits(place.config),
        as_of=as_of,
        sidecar=str(sidecar.absolute()) if sidecar else "",
        store=str(store.absolute()) if store else "",
    )


def shown_files(files: Sequence[Path], settings: Settings) -> tuple[Presented, ...]:
    """Return *files*, which somebody shows as working material, read in a child.

    Raises:
        AssetError: if one cannot be read.
    """
    if not files:
        return ()
    from provenance.metadata.evidence.files import facts_of  # here: few are asked about working files

    found = facts_of(files, settings=settings)
    return tuple(Presented(path.name, facts) for path, facts in zip(files, found, strict=True))


def told(language: str) -> str:
    """Return *language* if there is a catalogue for it.

    Raises:
        AssetError: naming the languages there are.
    """
    if language in languages():
        return language
    raise AssetError("--lang", f"there is no catalogue for '{language}'", f"one of {', '.join(languages())}")
