"""The statement in every carrier of every format: pixels, profile and earlier tags as they were, each field exact."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from provenance.container.kinds import sniff
from provenance.container.model import Kind, Limits
from provenance.container.source import Source
from provenance.container.walk import lay_out
from provenance.errors import ProvenanceError
from provenance.metadata.carriers import find
from provenance.metadata.model import Field
from provenance.metadata.writing import Conflict, Outcome
from provenance.signing.options import Options
from provenance.signing.sign import planned, sign
from provenance.terms import Integrity
from tests import metadata_page
from tests.support import carried
from tests.support.artist import Artist
from tests.support.carried import FULL, LEAST, LEAST_SAYS, SAYS, declared
from tests.support.environment import CORPUS, needs_corpus, needs_exiftool
from tests.support.exiftool import Exiftool
from tests.support.formats import BIG, FORMATS, PAGES
from tests.support.proof import prove, prove_format, signed

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


@pytest.mark.parametrize("name", [name for name in FORMATS if name != BIG])
def test_every_format_says_everything(name: str, artist: Artist, exiftool: Exiftool, tmp_path: Path) -> None:
    """All fields, in scripts of all kinds and longer than IIM takes; the picture is the same, and the page says so."""
    found = prove_format(name, tmp_path, artist, exiftool)

    assert metadata_page.row(name, found.counts) in metadata_page.PAGE.read_text("utf-8")


def test_the_page_lists_every_field() -> None:
    """The table of fields in docs/metadata.md is that of the code, and no format is in the other table but these."""
    text = metadata_page.PAGE.read_text("utf-8")

    assert metadata_page.fields() in text
    assert len(re.findall(r"^\| .* \| yes \|$", text, re.MULTILINE)) == len(FORMATS) - 1


@needs_corpus
@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.name)
def test_pictures_of_others_say_everything(path: Path, artist: Artist, exiftool: Exiftool, tmp_path: Path) -> None:
    """What other programs wrote stays, tag for tag."""
    copy = Path(shutil.copy(path, tmp_path))

    made = prove(copy, FULL, SAYS, artist, exiftool, conflict=REPLACE)

    assert carried.frames(made.path) == carried.frames(copy)


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

    assert carried.frames(made.path) == carried.frames(copy)


@needs_corpus
@pytest.mark.parametrize(
    "path", [path for path in (*OTHERS, *SIGNED) if path.name not in REFUSED], ids=lambda path: path.name
)
def test_the_least_statement_stands_beside_what_was_there(
    path: Path, artist: Artist, exiftool: Exiftool, tmp_path: Path
) -> None:
    """One address, in XMP: nothing else is touched, whatever stood in the other carriers."""
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


AGAIN = ("JPEG of a camera, with a maker note", "PNG", "WebP", "TIFF, big-endian", "AVIF", "GIF", "SVG")


@pytest.mark.parametrize(
    "name", [name if name in AGAIN else pytest.param(name, marks=pytest.mark.deep) for name in FORMATS if name != BIG]
)
def test_the_same_statement_again_touches_nothing(
    name: str, artist: Artist, exiftool: Exiftool, tmp_path: Path
) -> None:
    """Signed once more with the same words, all three carriers are what they were, byte for byte."""
    first = signed(FORMATS[name].at(tmp_path), FULL, artist, embed=name == PAGES).path
    rows = planned(first, declared(CHILD), options=Options(embed=name == PAGES)).rows

    made = prove(first, CHILD, SAYS, artist, exiftool, embed=name == PAGES)

    assert {row.outcome for row in rows} == {Outcome.SAME}
    assert blocks(made.path) == blocks(first)


def blocks(path: Path) -> tuple[bytes | None, bytes | None, bytes | None]:
    """Return EXIF, IIM and XMP as they stand in the file; of a TIFF, whose EXIF is all of it, only the others."""
    with path.open("rb") as stream:
        source, kind = Source(stream), sniff(stream)
        found = find(source, kind, lay_out(source, kind, Limits()), Limits())
    return None if kind in (Kind.TIFF, Kind.DNG) else found.exif, found.iptc, found.xmp


@pytest.mark.deep
@pytest.mark.parametrize("rule", list(Conflict))
@pytest.mark.parametrize("name", [name for name in FORMATS if name != BIG])
def test_every_format_under_every_rule(
    name: str, rule: Conflict, artist: Artist, exiftool: Exiftool, tmp_path: Path
) -> None:
    """What another statement of ours says is kept, replaced or refused in every carrier that the format has."""
    first = signed(FORMATS[name].at(tmp_path), FULL, artist, embed=name == PAGES).path
    other = CHILD | {"authors": [{"name": "Somebody Else"}], "credit": "Elsewhere"}
    says = SAYS if rule is Conflict.KEEP else SAYS | {Field.CREATOR: ("Somebody Else",), Field.CREDIT: ("Elsewhere",)}
    gone = {Field.IMAGE_CREATOR, Field.IMAGE_CREATOR_ID, Field.CONTRIBUTOR}  # the other statement says none of them
    says = {field: texts for field, texts in says.items() if field not in gone}
    if rule is Conflict.REFUSE:
        with pytest.raises(ProvenanceError, match="you state “Somebody Else”"):
            signed(first, other, artist, embed=name == PAGES)
        return

    prove(first, other, says, artist, exiftool, embed=name == PAGES, conflict=rule)
