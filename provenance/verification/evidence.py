"""Working files that a signer named: which stand in the manifests, and whether a presented file is one of them.

That a file is the one that was signed says nothing about how it came about: anyone can make such a file. Its
worth is the hash, the time of the signature, and whether everything goes together.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from provenance.metadata.evidence.model import Facts
from provenance.metadata.evidence.signed import from_metadata
from provenance.record import dataclass
from provenance.terms import Relationship
from provenance.verification.model import Ingredient, Manifest, Verification


class Match(StrEnum):
    """What a presented file is to what was signed."""

    SAME = "same"  # byte for byte the file that was signed as working material
    NOT_COUNTED = "not_counted"  # its hash stands there, but the manifest does not hold, so nobody said so
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Presented:
    """A file that somebody shows as working material."""

    name: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Signed:
    """A working file as it stands in one manifest."""

    manifest: Manifest
    ingredient: Ingredient
    facts: Facts


def facts_in(ingredient: Ingredient) -> Facts | None:
    """Return what *ingredient* says about a working file; None if it is something else."""
    if ingredient.relationship != Relationship.INPUT_TO or ingredient.redacted:
        return None
    return from_metadata(ingredient.metadata, ingredient.media_type)


def is_working_file(ingredient: Ingredient) -> bool:
    """Whether *ingredient* is a working file without credentials: no ancestor whose history is missing."""
    return not ingredient.manifest and facts_in(ingredient) is not None


def signed(verification: Verification) -> tuple[Signed, ...]:
    """Return every working file that a reachable manifest names, the newest manifest first."""
    return tuple(
        Signed(manifest, ingredient, facts)
        for manifest in verification.manifests
        for ingredient in manifest.ingredients
        if (facts := facts_in(ingredient)) is not None
    )


def match(presented: Presented, among: Iterable[Signed]) -> tuple[Match, Signed | None]:
    """Return what *presented* is to the working files that were signed; one that is attributable counts first."""
    same = [one for one in among if one.facts.sha256 and one.facts.sha256 == presented.facts.sha256]
    held = next((one for one in same if one.manifest.attributable), None)
    if held is not None:
        return Match.SAME, held
    return (Match.NOT_COUNTED, same[0]) if same else (Match.NONE, None)


def all_match(verification: Verification, presented: Iterable[Presented]) -> bool:
    """Whether every file of *presented* is the same file that was signed as working material."""
    among = signed(verification)
    return all(match(one, among)[0] is Match.SAME for one in presented)
