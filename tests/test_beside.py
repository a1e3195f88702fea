"""Declarations beside pictures: which file counts, what it says, what is refused."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from provenance.declaration.beside import find, text_of
from provenance.declaration.model import Declaration
from provenance.declaration.toml_writing import to_toml
from provenance.errors import DeclarationError
from provenance.verification.currency import Currency, currency
from tests.support.artist import DRAWN_BY_HAND
from tests.support.pictures import png

OWN = "a.png.provenance.toml"
RICH = {
    "title": 'A "quoted" \\ name\u2028'.replace("\u2028", " 日本"),
    "description": "two\nlines",
    "authors": [{"name": "Mika", "role": "editor", "identifiers": ["one", "two"]}, {"name": "Ana"}],
    "origin": "photograph",
    "tools": [{"name": "Krita", "version": "5.2.6"}, {"name": "Darkroom 7"}],
    "steps": [
        {"ai": {"kind": "inpainting", "model": {"name": "Filler", "version": "2"}, "extent": "small part"}},
        {"action": "c2pa.cropped", "region": {"x": 0.5, "y": 1.0, "width": 20.0, "height": 30.25}},
    ],
    "history_complete": True,
    "permissions": {"data_mining": "ask", "constraints": {"data_mining": "Write to me first"}},
    "licensor": {"url": "https://shop.example/x"},
}


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A picture in a project of three folders."""
    (tmp_path / ".git").mkdir()
    folder = tmp_path / "works" / "2019"
    folder.mkdir(parents=True)
    return png(folder / "a.png")


def said(picture: Path) -> str | None:
    found = find(picture)
    return found.declaration.title if found else None


def test_the_nearest_file_wins_whole(picture: Path) -> None:
    """The picture's own file counts, then its folder's, then those above up to the project; they are never mixed."""
    works = picture.parent.parent
    (works.parent / "provenance.toml").write_text('title = "project"\ncredit = "C"\n')
    first = find(picture)
    (works / "provenance.toml").write_text('title = "works"\n')
    second = find(picture)
    (picture.parent / "provenance.toml").write_text('title = "folder"\n')
    third = said(picture)
    (picture.parent / OWN).write_text('title = "own"\n')

    fourth = find(picture)

    assert first and first.declaration.credit == "C"
    assert second and (second.declaration.title, second.declaration.credit) == ("works", None)
    assert third == "folder"
    assert fourth and fourth.declaration.title == "own" and not fourth.for_folder


def test_nothing_above_the_project_counts(picture: Path) -> None:
    """A file above the folder that holds the mark of version control says nothing."""
    project = picture.parent.parent.parent
    (project / ".git").rmdir()
    (picture.parent.parent / ".git").mkdir()
    (project / "provenance.toml").write_text('title = "elsewhere"\n')

    assert find(picture) is None


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_a_folder_that_anybody_may_write_to_says_nothing(picture: Path) -> None:
    """A file planted in a folder like /tmp does not speak for the pictures below it."""
    works = picture.parent.parent
    (works / "provenance.toml").write_text('title = "planted"\n')
    works.chmod(0o777)

    assert find(picture) is None


def test_the_last_entry_that_fits_counts_over_the_fields_at_the_top(picture: Path) -> None:
    """An entry's fields take the place of the folder's, permissions answer by answer; others stay."""
    (picture.parent.parent / "provenance.toml").write_text(
        'title = "all"\ncredit = "C"\npermissions = { training = "no" }\n'
        '[[pictures]]\npath = "*.png"\ntitle = "any png"\n'
        '[[pictures]]\npath = ["2019/*.png", "x/**"]\ntitle = "2019"\npermissions = { data_mining = "yes" }\n'
        '[[pictures]]\npath = "2020/*.png"\ntitle = "2020"\n'
    )

    found = find(picture)

    assert found and found.for_folder
    assert (found.declaration.title, found.declaration.credit) == ("2019", "C")
    assert found.declaration.permissions.answers == {"training": "no", "data_mining": "yes"}


def test_a_file_that_says_nothing_about_this_picture_is_passed_over(picture: Path) -> None:
    """Entries that do not fit, and the configuration of a command, leave the word to the folder above."""
    (picture.parent / "provenance.toml").write_text(
        '[check]\npolicy = "studio"\n[[pictures]]\npath = "b.png"\ntitle = "b"\n'
    )
    (picture.parent.parent / "provenance.toml").write_text('title = "above"\n')

    assert said(picture) == "above"


FAULTS = {
    "field": ('titel = "x"', "provenance.toml, line 1: titel: is not a field of a folder's file; did you mean title"),
    "table": (
        '[chek]\npolicy = "x"',
        "provenance.toml, line 1: chek: is not a field of a folder's file; did you mean check",
    ),
    "entry": (
        'credit = "C"\n\n[[pictures]]\npath = "*"\norigim = "scan"',
        "provenance.toml, line 5: pictures[0].origim: is not a field of an entry of pictures; did you mean origin",
    ),
    "inside": (
        '[[pictures]]\npath = "*"\nsteps = [\n  { action = "crop" },\n  { acton = "crop" },\n]',
        "provenance.toml, line 5: pictures[0].steps[1].acton: is not a field of a step; did you mean action",
    ),
    "word": (
        'title = "x"\norigin = "photo graf"',
        "provenance.toml, line 2: origin: 'photo graf' is not known here; did you mean photograph",
    ),
    "no path": ('[[pictures]]\ntitle = "x"', "provenance.toml, line 1: pictures[0].path: is missing"),
    "outside": (
        '[[pictures]]\npath = "../*.png"',
        "provenance.toml, line 2: pictures[0].path: '../*.png' is no pattern for pictures; "
        'write it as in "sketches/*.png", below this folder',
    ),
    "sum": (
        'picture_sha256 = "00"',
        "provenance.toml, line 1: picture_sha256: belongs to one picture, not to a folder; "
        "write NAME.EXT.provenance.toml for one picture",
    ),
    "contradiction": (
        'origin = "generated"\n[[pictures]]\npath = "*"\nno_generative_ai = "final"',
        "provenance.toml, line 4: pictures[0].no_generative_ai: is stated, but the origin is generative AI; "
        "leave one of them out",
    ),
    "toml": ('title = "x', None),
    "reaching out": (
        'evidence = ["../../secret.psd"]',
        "provenance.toml, line 1: evidence[0]: lies outside this folder; "
        "name it on the command line, or in a file for --declare",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_refused_with_its_line(name: str, picture: Path) -> None:
    """A misspelt field, an unknown word, a contradiction: refused with file, line, and the nearest right word."""
    text, message = FAULTS[name]
    (picture.parent / "provenance.toml").write_text(text + "\n")

    with pytest.raises(DeclarationError) as caught:
        find(picture)

    assert message is None or str(caught.value) == message
    assert str(caught.value).startswith("provenance.toml")


def test_an_own_file_is_closed_too(picture: Path) -> None:
    """A misspelt field, or a sum that is none, in a picture's own file is refused with its line."""
    own = picture.parent / OWN
    own.write_text('title = "x"\ncredt = "y"\n')
    with pytest.raises(
        DeclarationError, match=r"line 2: credt: is not a field of a declaration beside a picture; did you mean credit"
    ):
        find(picture)
    own.write_text('picture_sha256 = "beef"\n')

    with pytest.raises(DeclarationError, match="line 1: picture_sha256: is not a SHA-256"):
        find(picture)


@pytest.mark.parametrize("data", [RICH, DRAWN_BY_HAND.to_dict(), {}], ids=["rich", "drawn", "empty"])
def test_what_is_written_is_read_back(data: dict[str, object], picture: Path) -> None:
    """A declaration that we write beside a picture is found again, equal in every field, with the picture's sum."""
    declaration = Declaration.from_dict(data)
    sha256 = hashlib.sha256(picture.read_bytes()).hexdigest()
    (picture.parent / OWN).write_text(text_of(declaration, sha256), encoding="utf-8")

    found = find(picture)

    assert found and found.declaration == declaration
    assert found.sha256 == sha256


def test_toml_has_nothing_for_nothing() -> None:
    """What TOML cannot say is an error, not a guess."""
    with pytest.raises(TypeError):
        to_toml({"a": None})


def test_a_picture_that_was_saved_again_makes_its_declaration_stale(picture: Path) -> None:
    """With the picture's sum, other bytes are stale and the same bytes current, whatever the times say."""
    sha256 = hashlib.sha256(picture.read_bytes()).hexdigest()
    own = picture.parent / OWN
    own.write_text(text_of(DRAWN_BY_HAND, sha256), encoding="utf-8")
    os.utime(own, (1, 1))
    before = find(picture)
    assert before
    now = currency(picture, before)
    png(picture, shift=9)

    then = currency(picture, before)

    assert (now, then) == (Currency.CURRENT, Currency.STALE)


def test_without_a_sum_times_are_a_weak_sign(picture: Path) -> None:
    """Written by hand, without a sum: older than the picture, or nothing told; a folder's file goes by no time."""
    own = picture.parent / OWN
    own.write_text('title = "x"\n')
    fresh = find(picture)
    os.utime(own, (1, 1))
    old = find(picture)
    own.rename(picture.parent / "provenance.toml")
    os.utime(picture.parent / "provenance.toml", (1, 1))

    folder = find(picture)

    assert fresh and old and folder
    found = [currency(picture, one) for one in (fresh, old, folder)]
    assert found == [Currency.UNTOLD, Currency.OLDER, Currency.UNTOLD]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes")
def test_a_pipe_is_not_waited_for(picture: Path) -> None:
    """Something by that name that is no regular file is passed over."""
    os.mkfifo(picture.parent / "provenance.toml")
    (picture.parent / OWN).mkdir()

    assert find(picture) is None
