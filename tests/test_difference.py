"""What changed between two files: statement, chain, metadata, pixels."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from provenance.commands.group import app
from provenance.declaration.model import Declaration
from provenance.report.build import build
from provenance.report.difference import Aspect, Difference, difference
from provenance.report.difference_text import render, to_json
from provenance.report.layout import columns
from provenance.report.model import Report
from provenance.report.pixels import Compared, Pixels, compared, job
from provenance.report.relation import Relation
from provenance.report.schema import schema
from provenance.report.wording import languages
from provenance.schemas import schema_text
from provenance.signing.derivative import Recipe, derive
from provenance.signing.geometry import parse_resize
from provenance.signing.options import Options
from provenance.signing.sign import sign
from provenance.signing.stripping import strip
from provenance.verification.check import check
from provenance.verification.options import Options as CheckOptions
from provenance.worker.settings import Settings
from tests.support import pictures
from tests.support.artist import DRAWN_BY_HAND, Artist
from tests.support.environment import CHECKOUT

NOW = datetime(2026, 11, 28, tzinfo=UTC)


def signed(asset: Path, artist: Artist, said: Declaration = DRAWN_BY_HAND, **options: Any) -> Path:
    return sign(asset, said, credential=artist.credential, options=Options(**options)).path


def report(path: Path, language: str = "en") -> Report:
    return build(check(path, options=CheckOptions()), language=language, now=NOW)


def between(first: Path, second: Path, language: str = "en") -> Difference:
    return difference(report(first, language), report(second, language), job([str(first), str(second)]))


def aspects(found: Difference) -> set[Aspect]:
    return {change.aspect for change in found.changes}


# --- the chain -----------------------------------------------------------------------------------------------------


def test_a_file_is_the_same_as_itself_and_as_its_copy(tmp_path: Path, artist: Artist) -> None:
    """The same statement and the same picture, whatever the name."""
    first = signed(pictures.jpeg(tmp_path / "a.jpg"), artist)
    second = tmp_path / "b.jpg"
    second.write_bytes(first.read_bytes())

    found = between(first, second)

    assert (found.same, found.relation, found.changes) == (True, Relation.SAME, ())
    assert found.pixels.outcome is Compared.SAME_DATA


def test_a_derivative_is_known_by_its_chain(tmp_path: Path, artist: Artist) -> None:
    """In either order; what was done stands among the steps, and the earlier picture in the history."""
    first = signed(pictures.jpeg(tmp_path / "a.jpg"), artist)
    recipe = Recipe(resize=parse_resize("50%"))
    second = derive(first, tmp_path / "b.webp", recipe, credential=artist.credential, options=Options()).path

    found = between(first, second)

    assert (found.same, found.relation) == (False, Relation.SECOND_FROM_FIRST)
    assert between(second, first).relation is Relation.FIRST_FROM_SECOND
    assert (found.pixels.outcome, found.pixels.first, found.pixels.second) == (Compared.SIZE, (96, 64), (48, 32))
    steps = next(change for change in found.changes if change.aspect is Aspect.STEPS)
    assert steps.before == () and len(steps.after) == 3
    assert Aspect.PERMISSIONS not in aspects(found) and Aspect.AI not in aspects(found)


def test_a_chain_that_does_not_hold_ties_nothing(tmp_path: Path, artist: Artist) -> None:
    """One bit of the copy changed: its chain still names the first, and only that is said."""
    first = signed(pictures.jpeg(tmp_path / "a.jpg"), artist)
    second = derive(first, tmp_path / "b.jpg", Recipe(), credential=artist.credential, options=Options()).path
    data = bytearray(second.read_bytes())
    data[-40] ^= 0x15
    second.write_bytes(data)

    found = between(first, second)

    assert found.relation is Relation.CLAIMED
    assert Aspect.INTEGRITY in aspects(found)
    assert found.same is False


def test_the_same_statement_signed_twice_is_two(tmp_path: Path, artist: Artist) -> None:
    """Two manifests of one picture say the same, and neither comes from the other."""
    asset = pictures.jpeg(tmp_path / "a.jpg")
    first = signed(asset, artist, output=tmp_path / "b.jpg")
    second = signed(asset, artist, output=tmp_path / "c.jpg")

    found = between(first, second)

    assert (found.same, found.relation, found.changes) == (False, Relation.SEPARATE, ())


# --- what is said --------------------------------------------------------------------------------------------------


def test_a_stripped_copy_lost_everything_that_was_signed(tmp_path: Path, artist: Artist) -> None:
    """The picture is the same, and so is what its metadata say; nothing signed ties them."""
    first = signed(pictures.png(tmp_path / "a.png"), artist)
    second = strip(first, metadata=False, options=Options()).path
    assert second is not None

    found = between(first, second)

    assert (found.same, found.relation) == (False, Relation.NONE)
    assert found.pixels.same is True
    assert {Aspect.INTEGRITY, Aspect.SIGNER, Aspect.STEPS, Aspect.CREDIT} <= aspects(found)
    assert Aspect.METADATA not in aspects(found)


def test_permissions_and_metadata_are_named_one_by_one(tmp_path: Path, artist: Artist) -> None:
    """Before and after, each under its name."""
    before = Declaration.from_dict({"authors": [{"name": "Mika"}], "permissions": {"generative_training": "yes"}})
    after = Declaration.from_dict({"authors": [{"name": "Zoë"}], "permissions": {"generative_training": "no"}})
    asset = pictures.jpeg(tmp_path / "a.jpg")
    first = signed(asset, artist, before, output=tmp_path / "b.jpg")
    second = signed(asset, artist, after, output=tmp_path / "c.jpg")

    found = between(first, second)

    said = {(one.aspect, one.name): (one.before, one.after) for one in found.changes}
    assert said[Aspect.PERMISSIONS, "training of generative AI"] == (("allowed",), ("notAllowed",))
    assert said[Aspect.METADATA, "creator (EXIF Artist)"] == (("Mika",), ("Zoë",))
    assert found.pixels.same is True


def test_what_could_not_be_checked_is_not_called_the_same(tmp_path: Path, artist: Artist) -> None:
    """A file that ended the child may hold anything."""
    asset = pictures.jpeg(tmp_path / "a.jpg")
    unknown = report(asset)
    pixels = Pixels(Compared.UNKNOWN, problem="the process that decodes ended (memory)")

    found = difference(unknown, unknown, pixels)

    assert found.same is None
    assert "could not be told" in render(found)


# --- pixels --------------------------------------------------------------------------------------------------------


def test_pixels_are_compared_as_they_are_seen(tmp_path: Path) -> None:
    """Turned by EXIF or by hand, in a PNG or a lossless WebP: the same picture."""
    exif = Image.Exif()
    exif[0x0112] = 6
    pictures.draw().save(tmp_path / "a.png", exif=exif)
    pictures.draw().transpose(Image.Transpose.ROTATE_270).save(tmp_path / "b.webp", lossless=True)

    found = job([str(tmp_path / "a.png"), str(tmp_path / "b.webp")])

    assert (found.outcome, found.first) == (Compared.SAME, (64, 96))


def test_the_share_of_differing_pixels_is_exact(tmp_path: Path) -> None:
    """One pixel of 6,144, by 255 of 255; in transparency, too."""
    image = Image.new("RGBA", (96, 64), (0, 0, 0, 255))
    image.save(tmp_path / "a.png")
    image.putpixel((5, 5), (0, 0, 0, 0))
    image.save(tmp_path / "b.png")

    found = job([str(tmp_path / "a.png"), str(tmp_path / "b.png")])

    assert (found.outcome, found.fraction, found.most) == (Compared.PIXELS, 1 / 6144, 255)


def test_another_profile_is_another_picture(tmp_path: Path) -> None:
    """The same numbers under another profile are other colours."""
    pictures.draw().save(tmp_path / "a.png")
    pictures.draw().save(tmp_path / "b.png", icc_profile=b"a profile")

    found = job([str(tmp_path / "a.png"), str(tmp_path / "b.png")])

    assert found.outcome is Compared.SAME and found.profiles_differ
    assert found.same is False


@pytest.mark.parametrize("name", ["gif", "svg", "jxl", "dng"])
def test_what_is_not_decoded_here_is_compared_by_its_data(name: str, tmp_path: Path, artist: Artist) -> None:
    """Signed or not, the data of the picture are the same; of a changed one nothing is known."""
    drawn = pictures.DRAWN[name]
    asset = drawn.at(tmp_path)
    other = signed(asset, artist)
    changed = asset.with_name("changed" + drawn.extension)
    data = bytearray(asset.read_bytes())
    data[-3 if name == "jxl" else len(data) // 2] ^= 1
    changed.write_bytes(data)

    same, different = job([str(asset), str(other)]), job([str(asset), str(changed)])

    assert same.outcome is Compared.SAME_DATA
    assert different.same is not True


def test_a_picture_that_cannot_be_decoded_is_named(tmp_path: Path) -> None:
    """In a child, and with the file's name."""
    pictures.jpeg(tmp_path / "a.jpg")
    (tmp_path / "b.jpg").write_bytes(b"nothing")

    found = compared(tmp_path / "a.jpg", tmp_path / "b.jpg", settings=Settings())

    assert (found.outcome, found.same) == (Compared.UNKNOWN, None)
    assert found.problem == "b.jpg: this kind of file is not decoded here"


# --- how it is told ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", languages())
def test_it_fits_one_screen(language: str, tmp_path: Path, artist: Artist) -> None:
    """At most 40 lines of 80 columns, in every language, however much differs."""
    first = signed(pictures.jpeg(tmp_path / "a.jpg"), artist)
    second = pictures.png(tmp_path / "b.png", shift=20)

    text = render(between(first, second, language))

    assert "notAllowed" not in text
    assert len(text.splitlines()) <= 40
    assert max(map(columns, text.splitlines())) <= 80


def test_what_a_file_says_is_no_text_of_ours(tmp_path: Path, artist: Artist) -> None:
    """Control characters of a title reach neither screen nor JSON."""
    said = Declaration.from_dict({"title": "Dusk", "authors": [{"name": "Mika"}]})
    first = signed(pictures.png(tmp_path / "a.png"), artist, said)
    evil = Image.open(tmp_path / "a.png")
    exif = Image.Exif()
    exif[315] = "\x1b[31mred\x07"
    evil.save(tmp_path / "b.png", exif=exif)

    found = between(first, tmp_path / "b.png")

    assert "\x1b" not in render(found) and "\\u001b" not in to_json(found)


def test_the_written_schema_is_the_models(tmp_path: Path, artist: Artist) -> None:
    """`make schemas` was run after the last change, and what is printed is valid under it."""
    first = signed(pictures.jpeg(tmp_path / "a.jpg"), artist)

    found = json.loads(to_json(between(first, tmp_path / "a.jpg")))

    jsonschema.validate(found, schema("difference"))
    assert (CHECKOUT / "schemas" / "difference.schema.json").read_text("utf-8") == schema_text(schema("difference"))


def test_the_command_answers_with_its_exit_code(
    artist: Artist, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """0 the same, 1 different, 2 could not tell or no such file."""
    monkeypatch.chdir(tmp_path)
    first = signed(pictures.jpeg(tmp_path / "a.jpg"), artist)
    pictures.gif(tmp_path / "c.gif")
    pictures.gif(tmp_path / "d.gif")
    (tmp_path / "d.gif").write_bytes((tmp_path / "d.gif").read_bytes()[:-40] + bytes(39) + b";")

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["diff", *arguments, "--home", str(tmp_path / "home")])

    same = run(first.name, first.name)
    other = run(first.name, "a.jpg", "--format", "json")
    missing = run(first.name, "none.jpg")
    unknown = run("c.gif", "d.gif")

    said = "a.signed.jpg and a.signed.jpg: the same statement and the same picture."
    assert (same.exit_code, same.stdout.splitlines()[0]) == (0, said)
    assert (other.exit_code, json.loads(other.stdout)["relation"]) == (1, "none")
    assert (missing.exit_code, missing.stdout, missing.stderr.count("\n")) == (2, "", 1)
    assert unknown.exit_code == 2
