"""What `sign`, `export` and `watch` share beside the key: options, whose profile, which picture went wrong, notes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from provenance.container.limits import load as load_limits
from provenance.credentials import identities
from provenance.declaration.profile import Profile
from provenance.errors import OutputError, ProvenanceError
from provenance.home import Home
from provenance.plain import plain
from provenance.report.wording import say
from provenance.signing.options import Note, Options
from provenance.trust.lists import load as load_trust
from provenance.worker.settings import load as load_worker

AcceptDamagedParent = Annotated[
    bool, typer.Option("--accept-damaged-parent", help="Build on credentials that do not hold; recorded.")
]
NoThumbnail = Annotated[bool, typer.Option("--no-thumbnail", help="Put no small picture into the credentials.")]
Tsa = Annotated[str | None, typer.Option(metavar="URL", help="A time-stamp service; by default the profile's.")]
NoTsa = Annotated[bool, typer.Option("--no-tsa", help="Use no time-stamp service, whatever the profile says.")]
TsaOptional = Annotated[bool, typer.Option("--tsa-optional", help="Sign without a time stamp if none can be had.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print errors only.")]


def options_at(home: Home) -> Options:
    """Return the options of whoever has *home*: whom they trust, and their limits.

    Raises:
        TrustError: if what lies there is damaged.
    """
    return Options(trust=load_trust(home), limits=load_limits(home.config), worker=load_worker(home.config))


def service(chosen: str | None, profile: Profile | None, *, none: bool) -> str:
    """Return the address of the time-stamp service: the *chosen* one, else the profile's; "" is none.

    Raises:
        OutputError: if one is *chosen* and none is wanted.
    """
    if chosen and none:
        raise OutputError("--tsa", "and --no-tsa exclude each other", "choose one")
    return "" if none else chosen or (profile.tsa if profile else None) or ""


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
