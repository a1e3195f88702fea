"""The examples load and run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from provenance.batch.declaring import read_sheet
from provenance.declaration.beside import find
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


def test_the_folders_declaration_and_the_sheet_are_accepted(tmp_path: Path) -> None:
    """The example of a folder's file speaks for its pictures; the sheet has no wrong cell."""
    (tmp_path / "paintings").mkdir()
    for name in ("a.jpg", "paintings/b.png", "harbour.png", "dusk.png"):
        png(tmp_path / name)
    shutil.copy(EXAMPLES / "folder" / "provenance.toml", tmp_path / "provenance.toml")

    found = [find(tmp_path / name) for name in ("a.jpg", "paintings/b.png", "dusk.png")]
    sheet = read_sheet(EXAMPLES / "sheet.csv", tmp_path, overwrite=False)

    origins = [one.declaration.origin for one in found if one]
    assert origins == ["photograph", "blank-canvas", None]
    assert (len(sheet.ready), sheet.wrong) == (2, ())


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
