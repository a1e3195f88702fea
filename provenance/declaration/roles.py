"""What somebody did for a work, in plain words for the roles of CAWG Identity 1.3 §8.1.1."""

from __future__ import annotations

from enum import StrEnum

from provenance.terms import Role


class AuthorRole(StrEnum):
    """What an author did."""

    CREATOR = "creator"
    CONTRIBUTOR = "contributor"
    EDITOR = "editor"
    PRODUCER = "producer"
    PUBLISHER = "publisher"
    SPONSOR = "sponsor"
    TRANSLATOR = "translator"

    @property
    def standard(self) -> Role:
        """The standard's word for it."""
        return Role(f"cawg.{self.value}")
