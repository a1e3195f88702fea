"""What changed between two steps of one file's chain, and how two files of one chain are told."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import c2pa
import jsonschema
import pytest
from typer.testing import CliRunner, Result

from provenance.commands.group import app
from provenance.container.model import Kind
from provenance.declaration.model import Declaration
from provenance.demo_pictures import change_one_pixel
from provenance.report.layout import columns
from provenance.report.pixels import Compared
from provenance.report.relation import Relation
from provenance.report.schema import schema
from provenance.report.stepping import between_steps
from provenance.report.wording import languages
from provenance.signing.derivative import Recipe, derive
from provenance.signing.geometry import parse_resize
from provenance.signing.options import Options
from provenance.signing.sign import sign
from provenance.terms import AiUse
from provenance.verification.model import Verification
from provenance.verification.steps import parents, seen_at
from tests.support import container, pictures
from tests.support.artist import DRAWN_BY_HAND, Artist, make_artist
from tests.support.policy_files import KINDS as FILES
from tests.support.report import AI_FILL, NOW, OPENED, long_chain, manifest, parent, redacted_permission, verification

STRICTER = {"permissions": {"generative_training": "no", "training": "no", "inference": "no"}}
GRADED = Declaration.from_dict({"steps": [{"action": "c2pa.adjustedColor"}]} | STRICTER)


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a drawing, its grading by a studio, and a small copy; and one copy of the drawing."""
    folder = tmp_path_factory.mktemp("chain")
    artist, studio = make_artist(folder, "nightjar"), make_artist(folder, "studio")
    drawing = pictures.png(folder / "drawing.png")
    one = signed(drawing, DRAWN_BY_HAND, artist, folder / "one.png")
    two = signed(one, GRADED, studio, folder / "two.png")
    half = Recipe(resize=parse_resize("50%"))
    derive(two, folder / "three.webp", half, credential=artist.credential, options=Options())
    derive(one, folder / "other.jpg", half, credential=studio.credential, options=Options())
    return folder


def signed(asset: Path, said: Declaration, artist: Artist, output: Path) -> Path:
    return sign(asset, said, credential=artist.credential, options=Options(output=output)).path


def run(folder: Path, *arguments: str) -> Result:
    files = [str(folder / one) if "." in one and not one.startswith(("-", "urn")) else one for one in arguments]
    return CliRunner().invoke(app, ["diff", *files, "--home", str(folder / "home")], terminal_width=80)


def told(folder: Path, *arguments: str) -> dict[str, Any]:
    """Return what the command prints as JSON, valid under its schema."""
    found: dict[str, Any] = json.loads(run(folder, *arguments, "--format", "json").stdout)
    jsonschema.validate(found, schema("difference"))
    return found


def head(folder: Path, *arguments: str) -> str:
    """Return the first sentence that the command prints."""
    return " ".join(run(folder, *arguments).stdout.split()).partition(". ")[0]


# --- steps of one file ---------------------------------------------------------------------------------------------


def test_one_file_is_compared_with_what_it_was_made_from(chain: Path) -> None:
    """Who signed, and what was done; the exit code says that there is a difference."""
    answer = run(chain, "three.webp")
    found = told(chain, "three.webp")

    assert answer.exit_code == 1
    assert answer.stdout.startswith("three.webp: step 0 was made from step 1, says who signed it;")
    assert (found["relation"], found["first"]["step"], found["second"]["step"]) == ("second_from_first", "1", "0")
    steps = next(one for one in found["changes"] if one["aspect"] == "steps")
    assert [text.partition(" (")[0] for text in steps["after"]] == [
        "opened an earlier picture", "resized in proportion", "file format changed",
    ]  # fmt: skip
    assert {"signer", "steps", "history"} == {one["aspect"] for one in found["changes"]}


def test_the_picture_of_an_earlier_step_is_not_known(chain: Path) -> None:
    """The thumbnail in an ingredient is no picture to compare, and metadata are not called changed."""
    text, found = run(chain, "three.webp").stdout, told(chain, "three.webp")

    assert found["pixels"]["outcome"] == "not_here" and found["same"] is False
    assert found["not_compared"] == ["metadata", "private", "traces"]
    assert (found["first"]["sha256"], len(found["second"]["sha256"])) == ("", 64)
    assert "Not known: of an earlier step the file holds the credentials" in " ".join(text.split())
    assert "Not known   EXIF, IPTC, XMP" in text


def test_any_two_steps_are_compared_by_number_or_label(chain: Path) -> None:
    """What the studio changed is between the drawing and the grading, in the order asked for."""
    found = told(chain, "three.webp", "--step", "2", "--step", "1")
    label = found["first"]["manifest"]
    backwards = told(chain, "three.webp", "--step", "1", "--step", label)

    said = {(one["aspect"], one["name"]): (one["before"], one["after"]) for one in found["changes"]}
    assert said["permissions", "use as input to AI"] == ([], ["notAllowed"])
    assert [text.partition(" (")[0] for text in said["steps", ""][1]][1].startswith("colours adjusted")
    assert (backwards["relation"], backwards["second"]["step"]) == ("first_from_second", "2")
    assert [one["after"] for one in backwards["changes"]] == [one["before"] for one in found["changes"]]


def test_steps_between_two_are_listed(chain: Path) -> None:
    """From the first drawing to the copy there is one signature more."""
    found = told(chain, "three.webp", "--step", "2")

    assert [one["signer"] for one in found["between"]] == ["an unknown signer calling itself “studio”"]


ASKED = {
    "no such step": (("three.webp", "--step", "3"), "three.webp: has no step 3; the steps are 0 to 2"),
    "not a number": (("three.webp", "--step", "-1"), "three.webp: has no step -1;"),
    "three": (("three.webp", "--step", "1", "--step", "2", "--step", "0"), "--step: is given 3 times;"),
    "the same twice": (("three.webp", "--step", "1", "--step", "1"), "three.webp: is asked for the same step twice;"),
    "the file itself": (("three.webp", "--step", "0"), "three.webp: is asked for the same step twice;"),
    "one step": (("one.png",), "one.png: holds one step only: its credentials name no picture that it was made from;"),
    "unsigned": (("drawing.png",), "drawing.png: holds no credentials, so it has no steps;"),
    "two files": (("one.png", "two.png", "--step", "1"), "--step: compares steps of one file, and two are named;"),
}


@pytest.mark.parametrize("case", ASKED)
def test_what_cannot_be_compared_is_said_in_one_line(case: str, chain: Path) -> None:
    """With what would do instead; nothing on stdout, exit code 2."""
    arguments, said = ASKED[case]

    answer = run(chain, *arguments)

    assert (answer.exit_code, answer.stdout) == (2, "")
    assert answer.stderr.startswith(f"error: {said}") and answer.stderr.count("\n") == 1


def test_a_parent_without_credentials_is_no_step(tmp_path: Path) -> None:
    """The chain names it, and says nothing of it."""
    data = container.sign(container.drawn("png"), Kind.PNG, intent=c2pa.C2paBuilderIntent.EDIT)
    (tmp_path / "edited.png").write_bytes(data)

    answer = run(tmp_path, "edited.png")

    assert "the picture that it was made from had no credentials" in answer.stderr


def test_an_update_changes_credentials_only(tmp_path: Path) -> None:
    """The hash of the step before still binds the picture, so it is the same; of an edit that is not known."""
    actions = {"label": "c2pa.actions.v2", "created": True, "data": {"actions": [{"action": "c2pa.edited.metadata"}]}}
    once = container.signed("png")
    update = container.sign(once, Kind.PNG, intent=c2pa.C2paBuilderIntent.UPDATE, assertions=[actions])
    edit = container.sign(once, Kind.PNG, intent=c2pa.C2paBuilderIntent.EDIT)
    (tmp_path / "update.png").write_bytes(update)
    (tmp_path / "edit.png").write_bytes(edit)

    outcomes = [told(tmp_path, name)["pixels"]["outcome"] for name in ("update.png", "edit.png")]

    assert outcomes == ["update", "not_here"]


def test_a_damaged_ancestor_is_not_called_the_origin(tmp_path: Path) -> None:
    """The chain names it and does not hold; both its rows say what became of it."""
    (tmp_path / "broken.png").write_bytes(FILES["broken_ancestor"].build())

    answer, found = run(tmp_path, "broken.png"), told(tmp_path, "broken.png")

    assert found["relation"] == "claimed"
    assert "but not both hold" in " ".join(answer.stdout.split()) and "Damaged: an earlier version" in answer.stdout


def test_a_component_is_a_step_by_its_label(tmp_path: Path) -> None:
    """It is a part, not the picture that the file was made from, and is said to be."""
    (tmp_path / "collage.png").write_bytes(FILES["collage"].build())
    json_form = ["verify", str(tmp_path / "collage.png"), "--format", "json", "--home", str(tmp_path)]
    report = json.loads(CliRunner().invoke(app, json_form).stdout)
    label = next(link["id"] for link in report["chain"] if link["depth"] == 1)

    alone, found = run(tmp_path, "collage.png"), told(tmp_path, "collage.png", "--step", label)

    assert alone.exit_code == 2 and "holds one step only" in alone.stderr
    assert (found["relation"], found["as_part"], found["first"]["step"]) == ("second_from_first", True, label)
    assert "as a part" in head(tmp_path, "collage.png", "--step", label)


def test_what_a_later_step_took_out_is_not_called_silence() -> None:
    """Of the earlier step it is not known whether AI was named; and that it was taken out is a change."""
    step = manifest(AI_FILL, label="urn:c2pa:old", depth=1)
    uri = "self#jumbf=/c2pa/urn:c2pa:old/c2pa.assertions/c2pa.actions.v2"
    bare = replace(step, actions=())
    found = verification(manifest(OPENED, ingredients=(parent("urn:c2pa:old"),), redacts=(uri,)), bare)

    answer = between_steps(found, "1", "0", language="en", now=NOW)

    assert answer.first.ai_use is AiUse.UNKNOWN
    assert any(one.aspect == "redacted" and one.after == (f"{uri}",) for one in answer.changes)


def test_leave_that_was_taken_out_is_no_leave_then_either() -> None:
    """A redaction by the next signer counts for the step it was done to."""
    found = redacted_permission()

    seen = seen_at(found, found.manifests[1])

    assert seen.active == found.manifests[1].label
    assert seen.manifests[0].redacts == found.manifests[0].redacts


def test_a_circle_of_parents_ends() -> None:
    """Nobody can keep us walking."""
    one = manifest(label="urn:c2pa:a", ingredients=(parent("urn:c2pa:b"),))
    other = manifest(label="urn:c2pa:b", ingredients=(parent("urn:c2pa:a"),), depth=1)
    found: Verification = verification(one, other)

    assert [step.label for step in parents(found)] == ["urn:c2pa:a", "urn:c2pa:b"]
    assert between_steps(found, "1", "0", language="en", now=NOW).pixels.outcome is Compared.NOT_HERE


@pytest.mark.parametrize("language", languages())
def test_a_long_chain_fits_the_screen(language: str) -> None:
    """Thirty signers: at most 48 lines of 80 columns, and how many more there are."""
    from provenance.report.difference_text import render

    answer = between_steps(long_chain(), "29", "0", language=language, now=NOW)
    text = render(answer)

    assert len(answer.between) == 28 and "24" in text
    assert len(text.splitlines()) <= 48
    assert max(map(columns, text.splitlines())) <= 80


# --- two files of one chain ----------------------------------------------------------------------------------------


def test_the_first_line_says_that_one_was_made_from_the_other(chain: Path) -> None:
    """In either order, with what lies between; that this is the signer's word, too."""
    found = told(chain, "one.png", "three.webp")

    assert head(chain, "one.png", "three.webp").startswith("three.webp was made from one.png, says who signed it;")
    assert head(chain, "three.webp", "one.png").startswith("three.webp was made from one.png, says who signed it;")
    assert [one["signer"] for one in found["between"]] == ["an unknown signer calling itself “studio”"]
    assert told(chain, "two.png", "three.webp")["between"] == []


def test_the_first_line_says_that_both_come_from_one(chain: Path) -> None:
    """Two copies of one drawing are neither unrelated nor made from each other."""
    found = told(chain, "three.webp", "other.jpg")

    assert head(chain, "three.webp", "other.jpg").startswith(
        "three.webp and other.jpg have an earlier picture in common"
    )
    assert found["relation"] == Relation.COMMON and "“Dusk”" in found["common"]["sentence"]


def test_the_first_line_says_that_two_are_not_related(chain: Path, tmp_path: Path, artist: Artist) -> None:
    """As far as their credentials go; without any, there is nothing to say."""
    stranger = signed(pictures.jpeg(tmp_path / "a.jpg", shift=9), DRAWN_BY_HAND, artist, chain / "stranger.jpg")

    assert "are not related by their credentials" in head(chain, "three.webp", stranger.name)
    assert head(chain, "drawing.png", "one.png").startswith("drawing.png and one.png do not both carry credentials")


def test_nothing_was_made_from_a_picture_that_was_changed(chain: Path) -> None:
    """Credentials that a later chain holds do not fit it any longer, and so it is not what that was made from."""
    change_one_pixel(chain / "one.png", chain / "changed.png")

    assert "was made from" in head(chain, "one.png", "three.webp")
    for pair in (("changed.png", "three.webp"), ("three.webp", "changed.png")):
        assert "names the credentials of the other, but not both hold" in head(chain, *pair)
        assert told(chain, *pair)["relation"] == Relation.CLAIMED


def test_a_parent_that_is_named_and_not_here_is_claimed(tmp_path: Path) -> None:
    """The newer names the older's manifest, which its store lacks: nobody can see that it is so."""
    from provenance.report.build import build
    from provenance.report.relation import kinship

    older = verification(manifest(label="urn:c2pa:lost"))
    newer = verification(manifest(OPENED, ingredients=(parent("urn:c2pa:lost", manifest_present=False),)))
    other = verification(manifest(OPENED, ingredients=(parent("urn:c2pa:else", manifest_present=False),)))
    first, second, third = (build(one, language="en", now=NOW) for one in (older, newer, other))

    assert kinship(first, second).relation is Relation.CLAIMED
    assert kinship(first, third).relation is Relation.SEPARATE
