"""What `sign` leaves alone where nobody watches: in a hook, in a build."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from provenance.commands.shared import checking_options
from provenance.commands.stating import is_declared
from provenance.home import Home
from provenance.report.wording import say
from provenance.terms import Integrity
from provenance.verification.files import verify_files
from provenance.verification.model import Verification
from provenance.worker.settings import load as load_worker


def declared_ones(pictures: Sequence[Path], *, quiet: bool) -> list[Path]:
    """Return those of *pictures* beside which a file declares something, or tries to."""
    left = [picture for picture in pictures if is_declared(picture)]
    _tell("sign.left_undeclared", len(pictures) - len(left), quiet=quiet)
    return left


def without_signed(pictures: Sequence[Path], place: Home, *, quiet: bool) -> list[Path]:
    """Return *pictures* but for those whose credentials, inside or beside them, are intact; whoever signed them.

    What cannot be read stays, so that signing it says why.
    """
    if not pictures:
        return []
    outcomes = verify_files(pictures, options=checking_options(place), settings=load_worker(place.config))
    left = [
        path
        for path, found in outcomes
        if not (isinstance(found, Verification) and found.integrity is Integrity.INTACT)
    ]
    _tell("sign.left_signed", len(pictures) - len(left), quiet=quiet)
    return left


def _tell(key: str, number: int, *, quiet: bool) -> None:
    if number and not quiet:
        typer.echo(say(key, n=number))
