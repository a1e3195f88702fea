"""What `sign` states about each picture: flags over what is declared beside it, over the profile.

A file of ``--declare`` is chosen, so nothing beside the picture is looked for then. A declaration that was written
about other bytes is not signed: whoever saved the picture again may have done more to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from provenance.declaration.beside import Beside, find
from provenance.declaration.flags import Flags, from_flags
from provenance.declaration.model import Declaration
from provenance.declaration.profile import Profile
from provenance.errors import DeclarationError, ProvenanceError
from provenance.plain import plain
from provenance.record import dataclass
from provenance.signing.options import Note
from provenance.verification.currency import Currency, currency


@dataclass(frozen=True, slots=True)
class Stated:
    """What is to be signed into one picture, or why nothing is."""

    picture: Path
    declaration: Declaration | None = None
    problem: ProvenanceError | None = None
    notes: tuple[Note, ...] = ()


def statements(
    pictures: Sequence[Path], flags: Flags, profile: Profile | None, declared: Mapping[str, Any] | None
) -> list[Stated]:
    """Return what is stated about each of *pictures*.

    Raises:
        DeclarationError: if there is nothing beside any of them, and what is said of all cannot be accepted.
    """

    @cache
    def common() -> Declaration:
        return from_flags(flags, profile=profile, declared=declared)

    def stated(picture: Path) -> Stated:
        try:
            beside = find(picture) if declared is None else None
            if beside is None:
                return Stated(picture, common())
            _refuse_stale(picture, beside)
            return Stated(
                picture, from_flags(flags, profile=profile, declared=beside.data), notes=_notes(picture, beside)
            )
        except ProvenanceError as exc:
            return Stated(picture, problem=exc)

    found = [stated(picture) for picture in pictures]
    if found and all(one.problem for one in found) and not any(is_declared(picture) for picture in pictures):
        common()
    return found


def is_declared(picture: Path) -> bool:
    """Whether a file beside *picture* declares something of it, or cannot be read."""
    try:
        return find(picture) is not None
    except DeclarationError:
        return True


def _refuse_stale(picture: Path, beside: Beside) -> None:
    if currency(picture, beside) is Currency.STALE:
        raise DeclarationError(
            plain(beside.file.name),
            "was written about other bytes: the picture was saved again since",
            "look whether it still holds; then give it the new picture_sha256, or take that line out",
        )


def _notes(picture: Path, beside: Beside) -> tuple[Note, ...]:
    place = beside.file.parent.name
    file = plain(f"{place}/{beside.file.name}" if beside.for_folder and place else beside.file.name)
    if beside.for_folder:
        return (Note("sign.declared_folder", (("file", file),)),)
    values = (("name", plain(picture.name)), ("file", file))
    older = (Note("sign.declared_older", values),) if currency(picture, beside) is Currency.OLDER else ()
    return (Note("sign.declared_beside", values), *older)
