"""The examples load and run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from provenance.declaration.model import Declaration
from provenance.declaration.profile import Profile
from provenance.signing.sign import sign
from provenance.terms import SourceType
from tests.support.artist import Artist
from tests.support.environment import CHECKOUT
from tests.support.pictures import png

EXAMPLES = CHECKOUT / "examples"
DECLARATIONS = sorted(set(EXAMPLES.glob("*.toml")) - {EXAMPLES / "profile.toml"})


@pytest.mark.parametrize("path", DECLARATIONS, ids=lambda path: path.stem)
def test_declarations_sign(path: Path, artist: Artist, tmp_path: Path) -> None:
    """Every example of a declaration is accepted and can be signed."""
    declaration = Declaration.load(path)

    signed = sign(png(tmp_path / "picture.png"), declaration, credential=artist.credential)

    assert signed.verification.integrity == "intact"


def test_a_fill_is_told_from_denoising(artist: Artist, tmp_path: Path) -> None:
    """The photograph's denoising is an algorithmic enhancement, its fill a generative edit."""
    declaration = Declaration.load(EXAMPLES / "photograph-with-ai.toml")

    signed = sign(png(tmp_path / "picture.png"), declaration, credential=artist.credential)

    active = signed.verification.active_manifest
    assert active is not None
    types = [action.source_type for action in active.actions if action.ai]
    assert types == [SourceType.ALGORITHMICALLY_ENHANCED, SourceType.COMPOSITE_WITH_TRAINED]


def test_the_profile_loads() -> None:
    """The example of a profile is accepted, and survives being written out."""
    profile = Profile.load(EXAMPLES / "profile.toml")

    assert profile.name == "Nightjar"


def test_the_program_runs(artist: Artist, tmp_path: Path) -> None:
    """The example program signs and prints what a reader is told."""
    picture = png(tmp_path / "picture.png")
    settings = os.environ | {"PROVENANCE_HOME": str(artist.home.path), "PYTHONPATH": str(CHECKOUT), "PYTHONUTF8": "1"}

    done = subprocess.run(
        [sys.executable, str(EXAMPLES / "sign_and_verify.py"), str(picture)],
        env=settings,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "empty canvas" in done.stdout
