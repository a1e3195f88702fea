"""The statement in every carrier of every format: pixels, profile and earlier tags as they were, each field exact."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from provenance.errors import ProvenanceError
from provenance.metadata.writing import Conflict, carriers_of
from provenance.signing.options import Options, Signed
from provenance.signing.sign import sign
from provenance.terms import Integrity
from tests.support import carried
from tests.support.artist import Artist
from tests.support.carried import CARRIERS, FULL, LEAST, LEAST_SAYS, SAYS, Said, declared
from tests.support.environment import CORPUS, needs_corpus, needs_exiftool
from tests.support.exiftool import Exiftool
from tests.support.formats import BIG, FORMATS, PAGES

pytestmark = needs_exiftool
OTHERS = sorted(CORPUS.joinpath("unsigned").iterdir()) if CORPUS else []
SIGNED = sorted(path for room in ("ai", "chains") for path in CORPUS.joinpath(room).iterdir()) if CORPUS else []
REPLACE = Conflict.REPLACE
CHILD = {name: value for name, value in FULL.items() if name != "origin"}  # the parent says how it began
_EXTENDED = "XMP: goes on in further segments (ExtendedXMP), and is not edited"
REFUSED = {  # what is not signed, and why
    "PXL_20250818_155024632~4.jpg": _EXTENDED,
    "PXL_20260208_202351558.jpg": _EXTENDED,
    "adobe-20220124-E-clm-CAICAI.jpg": "does not pass our own check: ingredient.manifest.missing",
}
# exiftool takes the first directory of EXIF in a PNG for a box of the credentials in front of it and reads nothing;
# where EXIF is written, the directory moves, and it is read again.
HIDDEN = {"sample1.png"}


@pytest.fixture(scope="module")
def exiftool() -> Iterator[Exiftool]:
    """One exiftool for all files of this module."""
    process = Exiftool()
    yield process
    process.close()


def signed(path: Path, said: dict[str, Any], artist: Artist, **options: Any) -> Signed:
    chosen = Options(output=path.with_name(f"out{path.suffix}"), thumbnail=False, **options)
    return sign(path, declared(said), credential=artist.credential, options=chosen)


def prove(
    path: Path,
    said: dict[str, Any],
    says: Said,
    artist: Artist,
    tool: Exiftool,
    *,
    hidden: bool = False,
    **options: Any,
) -> Path:
    """Sign *said* into *path*, and look at everything that must have changed, and must not; return what was made."""
    before = tool.tags(path)
    made = signed(path, said, artist, **options)
    after = tool.tags(carried.without_credentials(made.path) if hidden else made.path)
    available = carriers_of(made.kind)

    assert made.verification.integrity is Integrity.INTACT
    assert carried.changed(before, after) == {}
    assert carried.in_manifest(made.path) == says
    for carrier, read, expected in CARRIERS:
        found, wanted = read(after), expected(says) if carrier in available else {}
        assert {field: found.get(field, ()) for field in wanted} == wanted
    return made.path


@pytest.mark.parametrize("name", [name for name in FORMATS if name != BIG])
def test_every_format_says_everything(name: str, artist: Artist, exiftool: Exiftool, tmp_path: Path) -> None:
    """All fields, in scripts of all kinds and longer than IIM takes; frame by frame the picture is the same."""
    path = FORMATS[name].at(tmp_path)

    made = prove(path, FULL, SAYS, artist, exiftool, embed=name == PAGES)

    if FORMATS[name].decodable:
        drawn = carried.frames(path)
        assert carried.frames(made, len(drawn)) == drawn


@needs_corpus
@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.name)
def test_pictures_of_others_say_everything(path: Path, artist: Artist, exiftool: Exiftool, tmp_path: Path) -> None:
    """What other programs wrote stays, tag for tag."""
    copy = Path(shutil.copy(path, tmp_path))

    made = prove(copy, FULL, SAYS, artist, exiftool, conflict=REPLACE)

    drawn = carried.frames(copy)
    assert carried.frames(made, len(drawn)) == drawn


@needs_corpus
@pytest.mark.parametrize("path", SIGNED, ids=lambda path: path.name)
def test_signed_pictures_of_others_say_everything(
    path: Path, artist: Artist, exiftool: Exiftool, tmp_path: Path
) -> None:
    """Our statement becomes the child of theirs; a word of theirs that a model made it stands above ours."""
    copy = Path(shutil.copy(path, tmp_path))
    if path.name in REFUSED:
        with pytest.raises(ProvenanceError, match=re.escape(REFUSED[path.name])):
            signed(copy, CHILD, artist, conflict=REPLACE, accept_damaged_parent=True)
        assert list(tmp_path.iterdir()) == [copy]
        return

    made = prove(copy, CHILD, SAYS, artist, exiftool, conflict=REPLACE, accept_damaged_parent=True)

    assert carried.frames(made) == carried.frames(copy)


@needs_corpus
@pytest.mark.parametrize("path", [*OTHERS, *SIGNED], ids=lambda path: path.name)
def test_the_least_statement_stands_beside_what_was_there(
    path: Path, artist: Artist, exiftool: Exiftool, tmp_path: Path
) -> None:
    """One address, in XMP: nothing else is touched, whatever stood in the other carriers."""
    if path.name in REFUSED:
        pytest.skip("is refused")
    copy = Path(shutil.copy(path, tmp_path))

    prove(copy, LEAST, LEAST_SAYS, artist, exiftool, hidden=path.name in HIDDEN, accept_damaged_parent=True)


@pytest.mark.parametrize("name", [PAGES, BIG])
def test_beside_a_picture_the_manifest_says_everything(name: str, artist: Artist, tmp_path: Path) -> None:
    """A picture that gets a sidecar stays as it is, byte for byte; the statement stands in the manifest alone."""
    path = FORMATS[name].at(tmp_path)
    before = path.read_bytes()

    made = sign(path, declared(FULL), credential=artist.credential)

    assert made.sidecar
    assert path.read_bytes() == before
    assert made.verification.integrity is Integrity.INTACT
    assert carried.in_manifest(made.path) == SAYS
