"""What is handed to the engine to sign: frozen, complete, checked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from provenance.record import dataclass
from provenance.terms import Relationship


@dataclass(frozen=True, slots=True)
class PlannedIngredient:
    """One ingredient of the manifest to be written."""

    label: str  # by which actions refer to it (``ingredientIds``)
    relationship: Relationship
    path: Path | None  # None: the file being signed is its own parent
    definition: dict[str, Any]  # what the engine's add_ingredient takes: title, relationship, label, …
    media_type: str = ""  # what the engine is told that the file is; "": what it is by content
    carries: bool = False  # a working file with credentials of its own, which go along


@dataclass(frozen=True, slots=True)
class ManifestPlan:
    """A manifest definition and everything that goes with it."""

    definition: dict[str, Any]  # the engine's Builder JSON, without thumbnail
    ingredients: tuple[PlannedIngredient, ...] = ()
    identity_references: tuple[str, ...] = ()  # labels that an identity assertion vouches for; () for none
    identity_roles: tuple[str, ...] = ()
    thumbnail: bytes | None = None  # JPEG
