"""What `sign`, `export` and `watch` share beside the key: whose profile, what went wrong with which picture, notes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import typer

from provenance.credentials import identities
from provenance.declaration.profile import Profile
from provenance.errors import ProvenanceError
from provenance.home import Home
from provenance.plain import plain
from provenance.report.wording import say
from provenance.signing.options import Note


def profile_of(home: Home, name: str) -> Profile | None:
    """Return the profile of the identity *name*; None if it has none."""
    path = identities.locate(home, name).profile
    return Profile.load(path) if path.exists() else None


def named(picture: Path, problem: ProvenanceError) -> str:
    """Return *problem* in one line that names the picture."""
    text, name = plain(problem, limit=2000), plain(picture.name)
    return text if name in text else f"{name}: {text}"


def tell(notes: Iterable[Note], told: set[Note]) -> None:
    """Say each of *notes* that was not *told* yet, on stderr."""
    for note in notes:
        if note not in told:
            told.add(note)
            typer.echo(f"note: {say(note.key, **dict(note.values))}", err=True)
