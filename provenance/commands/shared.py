"""What `verify`, `inspect` and `report` share: which files, under which options, in which language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import typer

from provenance.container.limits import load as load_limits
from provenance.errors import AssetError, ProvenanceError
from provenance.home import Home
from provenance.plain import plain
from provenance.report.wording import languages
from provenance.verification.options import Options
from provenance.verification.sidecars import ENDING

LANGUAGE_HELP = f"Language of the report: {', '.join(languages())}. PROVENANCE_LANG sets it for every command."


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


def expand(files: Iterable[Path]) -> Iterator[Path]:
    """Yield *files*, and the files inside the folders among them, sorted; sidecars and hidden files are left out.

    Raises:
        AssetError: if a folder holds no file.
    """
    for path in files:
        if not path.is_dir():
            yield path
            continue
        inside = [entry for entry in sorted(path.rglob("*")) if entry.is_file() and _wanted(entry, path)]
        if not inside:
            raise AssetError(path.name or str(path), "holds no file to check")
        yield from inside


def _wanted(entry: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in entry.relative_to(folder).parts)
    return not hidden and entry.suffix != ENDING


def checking_options(place: Home, *, as_of: str = "", sidecar: Path | None = None) -> Options:
    """Return the options that these commands' flags mean."""
    return Options(
        home=str(place.path.absolute()),
        limits=load_limits(place.config),
        as_of=as_of,
        sidecar=str(sidecar.absolute()) if sidecar else "",
    )


def told(language: str) -> str:
    """Return *language* if there is a catalogue for it.

    Raises:
        AssetError: naming the languages there are.
    """
    if language in languages():
        return language
    raise AssetError("--lang", f"there is no catalogue for '{language}'", f"one of {', '.join(languages())}")
