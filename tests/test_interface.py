"""What `import provenance` offers to programs."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

import provenance
from tests.support.artist import Artist
from tests.support.pictures import png


@pytest.mark.parametrize("name", provenance.__all__)
def test_every_public_name_explains_itself(name: str) -> None:
    """Each comes when asked for, has a docstring of its own, and its functions are typed throughout."""
    found = getattr(provenance, name)

    assert inspect.getdoc(found)
    if inspect.isfunction(found):
        assert set(inspect.signature(found).parameters) | {"return"} == set(found.__annotations__)


def test_the_public_names_do_the_whole_job(artist: Artist, tmp_path: Path) -> None:
    """A program opens an identity, signs and verifies with public names alone; paths may be text."""
    picture = png(tmp_path / "picture.png")
    said = provenance.Declaration.from_dict({"origin": "blank-canvas", "tools": ["Krita 5.2.6"]})

    credential = provenance.open_identity(home=artist.home)
    signed = provenance.sign(str(picture), said, credential=credential, options=provenance.Options(thumbnail=False))
    report = provenance.verify(str(signed.path), home=artist.home)

    assert report.level == "intact"
    assert report.ai_use == "none_declared_incomplete"


def test_what_cannot_be_done_is_one_error_of_ours(artist: Artist, tmp_path: Path) -> None:
    """Every obstacle is a ProvenanceError, whose text is one line."""
    said = provenance.Declaration.from_dict({"title": "Dusk"})

    for attempt in (
        lambda: provenance.sign(str(tmp_path / "none.png"), said, credential=artist.credential),
        lambda: provenance.verify(tmp_path / "none.png"),
        lambda: provenance.verify("a\0b.png"),
        lambda: provenance.open_identity("nobody", home=artist.home),
    ):
        with pytest.raises(provenance.ProvenanceError) as caught:
            attempt()
        assert "\n" not in str(caught.value)


def test_another_name_is_no_attribute() -> None:
    """A typing slip is told at once."""
    with pytest.raises(AttributeError, match="no attribute 'verfy'"):
        provenance.verfy  # noqa: B018
