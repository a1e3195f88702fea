"""The manifest store of a file as it stands there."""

from __future__ import annotations

from pathlib import Path

import pytest

from provenance.container.prescan import prescan
from provenance.errors import AssetError
from provenance.verification.options import Options
from provenance.verification.store import store_of
from provenance.worker.settings import Settings
from tests.support.artist import Artist
from tests.support.casefile import sign_drawing
from tests.support.pictures import png


def store(path: Path) -> bytes:
    return store_of(path, options=Options(), settings=Settings())


def test_embedded_store(artist: Artist, tmp_path: Path) -> None:
    """The store inside a picture comes as the very bytes that the walk finds."""
    sign_drawing(png(tmp_path / "a.png"), artist, output=tmp_path / "b.png")

    found = store(tmp_path / "b.png")

    with (tmp_path / "b.png").open("rb") as stream:
        assert found == prescan(stream).store
    assert found[4:8] == b"jumb"


def test_store_beside_the_picture(artist: Artist, tmp_path: Path) -> None:
    """A sidecar is the store."""
    sign_drawing(png(tmp_path / "a.png"), artist, sidecar=True)

    assert store(tmp_path / "a.png") == (tmp_path / "a.png.c2pa").read_bytes()


def test_no_store(tmp_path: Path) -> None:
    """Without credentials there is nothing, and without a file an error."""
    assert store(png(tmp_path / "a.png")) == b""
    with pytest.raises(AssetError, match=r"b\.png: cannot be read"):
        store(tmp_path / "b.png")
