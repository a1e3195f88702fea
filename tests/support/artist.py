"""An artist with an identity of their own, made once a session, and what they state about a drawing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from provenance.credentials import identities, lifecycle
from provenance.credentials.credential import Credential
from provenance.declaration.model import Declaration
from provenance.declaration.profile import Profile
from provenance.home import Home
from tests.support.pki import pem

DRAWN_BY_HAND = Declaration.model_validate(
    {
        "title": "Dusk",
        "authors": [{"name": "Mika Kestrel"}],
        "credit": "Mika Kestrel / Nightjar",
        "copyright": "© 2026 Mika Kestrel",
        "origin": "blank canvas",
        "tools": [{"name": "Krita", "version": "5.2.6"}],
        "steps": [{"action": "c2pa.drawing"}],
        "history_complete": True,
        "permissions": {"generative_training": "no", "training": "no"},
    }
)


@dataclass(frozen=True, slots=True)
class Artist:
    """An identity: where it lies, what signs, and the certificate that galleries pin."""

    home: Home
    credential: Credential
    anchor_pem: str


def make_artist(folder: Path, handle: str = "nightjar") -> Artist:
    """Make an identity without a passphrase in *folder*."""
    home = Home(folder / handle)
    profile = Profile(name=handle).to_toml()
    made = lifecycle.create(home, "default", handle=handle, passphrase="", profile=profile)
    return Artist(home, identities.load(home), pem(made.authority).decode())
