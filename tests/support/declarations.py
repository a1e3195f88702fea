"""Declarations of every shape, and what their manifests come out as when the engine signs them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import c2pa

from provenance.container.model import Kind
from provenance.declaration.kinds import AiKind
from provenance.declaration.model import Declaration
from provenance.engine.context import reading_context, writing_context
from provenance.engine.embed import embed
from provenance.signing.plan import ManifestPlan
from tests.support import pictures
from tests.support.pki import Issued
from tests.support.signing import KeyInMemory

NIGHTJAR = {"name": "Nightjar", "url": "https://nightjar.example", "identifiers": ["https://orcid.org/0000-0001"]}
CREDIT: dict[str, Any] = {
    "title": "Heron at dusk",
    "authors": [NIGHTJAR, {"name": "Wren", "role": "editor", "url": "https://wren.example"}],
    "credit": "Nightjar / Studio",
    "copyright": "© 2026 Nightjar",
    "license_url": "https://nightjar.example/terms",
    "contact": "https://nightjar.example/ask",
}
PERMISSIONS: dict[str, Any] = {
    "generative_training": "no",
    "training": "ask",
    "data_mining": "ask",
    "inference": "yes",
    "constraints": {"data_mining": "search indexing only"},
}
BY_HAND: dict[str, Any] = {
    "origin": "blank-canvas",
    "tools": ["Krita 5.2.6"],
    "steps": [
        {"action": "colour", "tool": "Krita 5.2.6", "when": "2026-11-20"},
        {"ai": {"kind": "denoising"}, "tool": "Krita 5.2.6"},
        {"action": "c2pa.filtered", "basis": "recorded"},
    ],
    "history_complete": True,
}
EVERY_STEP = [
    {"action": action}
    for action in (
        "draw", "edit", "crop", "colour", "filter", "add text", "delete", "rotate", "resize", "stretch", "enhance",
        "convert", "edit metadata", "publish", "c2pa.trimmed", "c2pa.watermarked.unbound", "c2pa.transcoded",
    )
]  # fmt: skip
FILL: dict[str, Any] = {
    "tool": "Photoshop 27.1",
    "when": "2026-11-20T14:30:00+09:00",
    "description": "removed a lamp post",
    "region": {"x": 10.5, "y": 20, "width": 30, "height": 40, "description": "upper left"},
    "ai": {
        "kind": "inpainting",
        "model": "Firefly 4",
        "model_url": "https://models.example/firefly-4",
        "oversight": "human_validated",
        "extent": "small part",
        "prompt": "empty street",
        "public": True,
    },
}
DECLARATIONS: dict[str, dict[str, Any]] = {
    "nothing said": {},
    "credit and permissions": CREDIT | {"permissions": PERMISSIONS},
    "by hand": BY_HAND | CREDIT | {"no_generative_ai": "process", "made": "2019-05"},
    "blank canvas alone": {"origin": "blank-canvas"},
    "photograph": {"origin": "photograph", "origin_source_type": "phone photograph", "tools": ["Lightroom 14"]},
    "scan": {"origin": "scan", "origin_source_type": "negative", "steps": [{"action": "retouch"}]},
    "render": {"origin": "render", "tools": ["Blender 5.0", "GIMP 3"], "steps": [{"ai": {"kind": "denoising"}}]},
    "composite": {"origin": "composite", "history_complete": True},
    "generated": {
        "origin": "generated",
        "steps": [{"ai": {"kind": "generation", "model": "Midjourney 7", "oversight": "prompt_guided"}}],
        "history_complete": True,
    },
    "generated, nothing more": {"origin": "generated"},
    "filled": {"origin": "photograph", "steps": [FILL], "permissions": {"training": "no"}},
    "every action": {"origin": "scan", "steps": EVERY_STEP},
    "steps without an origin": {"steps": [FILL, {"action": "crop"}]},
    "all kinds": {
        "origin": "blank-canvas",
        "steps": [{"ai": {"kind": kind.value}} for kind in AiKind],
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """What the engine made of a plan."""

    crjson: str
    picture: bytes

    @property
    def active(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.crjson)["manifests"][0]
        return found

    @property
    def actions(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.active["assertions"]["c2pa.actions.v2"]["actions"]
        return found

    @property
    def failures(self) -> set[str]:
        return {status["code"] for status in self.active["validationResults"]["failure"]}

    def labels(self, which: str) -> list[str]:
        """Return the labels in the claim's *which* (created or gathered) assertions."""
        return [one["url"].rsplit("/", 1)[1] for one in self.active["claim.v2"].get(f"{which}_assertions", [])]


def written(plan: ManifestPlan, issued: Issued, picture: Path, *, identity: Issued | None = None) -> Written:
    """Sign *plan* into a copy of the JPEG *picture* and read it back."""
    with picture.open("rb") as source, io.BytesIO() as destination:
        embed(
            plan,
            kind=Kind.JPEG,
            source=source,
            destination=destination,
            credential=KeyInMemory(issued),
            context=writing_context(),
            identity=KeyInMemory(identity) if identity else None,
        )
        destination.seek(0)

        with c2pa.Reader(Kind.JPEG.value, destination, context=reading_context()) as reader:
            return Written(reader.crjson(), destination.getvalue())


def declaration(name: str) -> Declaration:
    """Return the named one of `DECLARATIONS`."""
    return Declaration.from_dict(DECLARATIONS[name])


def signed_picture(plan: ManifestPlan, issued: Issued, folder: Path, name: str = "signed.jpg") -> Path:
    """Draw a picture, sign *plan* into it, and return its path."""
    drawn = pictures.jpeg(folder / f"drawn-{name}")
    path = folder / name
    path.write_bytes(written(plan, issued, drawn).picture)
    return path


def attacks(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield file name and text of each line in the ``.attack`` files of *folder*."""
    for file in sorted(folder.glob("*.attack")):
        for text in file.read_bytes().decode("utf-8", "surrogateescape").split("\n"):
            if text.strip():
                yield file.stem, text
