"""Working files signed with a picture, and shown again: what is written, what is said, what counts."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from provenance.declaration.model import Declaration
from provenance.errors import AssetError, OutputError
from provenance.metadata.evidence.files import facts_of
from provenance.metadata.evidence.model import SourceKind
from provenance.metadata.evidence.signed import PREFIX, as_metadata, from_metadata
from provenance.report.build import build
from provenance.report.editions import blind
from provenance.report.model import Report
from provenance.signing.evidence import audit
from provenance.signing.options import Options
from provenance.signing.sign import planned, sign
from provenance.terms import AiUse, Integrity, SourceType
from provenance.verification.check import check
from provenance.verification.evidence import Match, Presented, all_match, signed
from provenance.verification.model import Verification
from provenance.verification.options import Options as CheckOptions
from tests.support import pictures, sources
from tests.support.artist import Artist
from tests.support.container import chunk
from tests.support.environment import Ran, crjson, needs_rubric, rubric

NOW = datetime(2026, 11, 28, tzinfo=UTC)
DRAWN = {
    "authors": [{"name": "nightjar"}],
    "origin": "blank-canvas",
    "tools": ["Krita 5.2.6"],
    "history_complete": True,
}
MAKERS = {
    "psd": sources.psd, "ora": sources.openraster, "kra": sources.krita, "procreate": sources.procreate,
    "clip": sources.clip, "dng": sources.dng, "mp4": sources.mp4, "webm": sources.webm, "jpg": pictures.jpeg,
}  # fmt: skip


def said(*files: Path, **more: Any) -> Declaration:
    return Declaration.from_dict(DRAWN | {"evidence": [str(file) for file in files]} | more)


def checked(path: Path) -> Verification:
    return check(path, options=CheckOptions())


def reported(path: Path, *shown: Path, language: str = "en") -> Report:
    return build(checked(path), language=language, now=NOW, presented=presented(*shown))


def presented(*shown: Path) -> tuple[Presented, ...]:
    return tuple(Presented(path.name, facts) for path, facts in zip(shown, facts_of(shown), strict=True))


def made(kind: str, folder: Path) -> Path:
    path = folder / f"secret-name.{kind}"
    MAKERS[kind](path)
    return path


# --- signing -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", MAKERS)
def test_hash_and_facts_of_each_kind_are_signed(kind: str, artist: Artist, tmp_path: Path) -> None:
    """Each becomes an input with its hash and its facts, which a reader finds again; never with its name."""
    work = made(kind, tmp_path)

    result = sign(pictures.png(tmp_path / "a.png"), said(work), credential=artist.credential)

    found = checked(result.path)
    (one,) = signed(found)
    (facts,) = facts_of([work])
    assert found.integrity is Integrity.INTACT
    assert replace(one.facts, media_type="") == replace(facts, media_type="", own_manifest=False)
    assert (one.ingredient.relationship, one.ingredient.title) == ("inputTo", "")
    assert one.ingredient.media_type == facts.media_type
    assert b"secret-name" not in result.path.read_bytes()


def test_a_working_file_without_credentials_is_no_missing_ancestor(artist: Artist, tmp_path: Path) -> None:
    """What is concluded about AI, the chain, what is unknown and the profiles is the same as without it."""
    asset = pictures.png(tmp_path / "a.png")
    plain = sign(asset, said(), credential=artist.credential, options=Options(output=tmp_path / "plain.png"))
    shown = sign(asset, said(made("kra", tmp_path)), credential=artist.credential)

    without, found = reported(plain.path), reported(shown.path)

    assert found.ai_use is without.ai_use is AiUse.NONE_DECLARED
    assert len(found.chain) == len(without.chain) == 1
    assert found.chain[0].made_from == ()
    assert [one.id for one in found.unknowns] == [one.id for one in without.unknowns]
    assert [one.id for one in found.findings] == [one.id for one in without.findings]
    assert [one.met for one in found.profiles] == [one.met for one in without.profiles]


def test_another_input_without_credentials_still_is_unknown(artist: Artist, tmp_path: Path) -> None:
    """Near miss: an input that is no working file leaves the history incomplete, as ever."""
    other = pictures.jpeg(tmp_path / "other.jpg")
    declaration = said(ingredients=[{"path": str(other), "relationship": "input"}])

    found = reported(sign(pictures.png(tmp_path / "a.png"), declaration, credential=artist.credential).path)

    assert found.ai_use is AiUse.NONE_DECLARED_INCOMPLETE
    assert len(found.chain) == 2


def test_a_component_with_our_names_is_no_working_file(artist: Artist, tmp_path: Path) -> None:
    """Near miss: only an input is one; a part of the picture keeps its unknown origin, whatever it calls itself."""
    result = sign(pictures.png(tmp_path / "a.png"), said(made("kra", tmp_path)), credential=artist.credential)
    found = checked(result.path)
    (manifest,) = found.manifests
    (one,) = manifest.ingredients

    as_part = replace(found, manifests=(replace(manifest, ingredients=(replace(one, relationship="componentOf"),)),))

    assert signed(as_part) == ()
    assert build(as_part, language="en", now=NOW).ai_use is AiUse.NONE_DECLARED_INCOMPLETE


def test_official_signal_of_a_bare_working_file_is_known_before(artist: Artist, tmp_path: Path) -> None:
    """The official rubric takes a first input without credentials for unknown media; signed first, it does not."""
    asset = pictures.png(tmp_path / "a.png")
    work = made("kra", tmp_path)
    bare = sign(asset, said(work), credential=artist.credential, options=Options(output=tmp_path / "bare.png"))
    sign(work, Declaration.from_dict(DRAWN), credential=artist.credential)  # beside it: a sidecar
    carried = sign(asset, said(work), credential=artist.credential)

    before, after = reported(bare.path), reported(carried.path)

    assert "mediaUnknownProvenance" in before.signals[0].signals
    assert "mediaUnknownProvenance" not in after.signals[0].signals
    assert after.ai_use is AiUse.NONE_DECLARED
    assert [link.state.value for link in after.chain] == ["intact", "intact"]
    assert len(after.evidence.signed) == 1


@needs_rubric
def test_official_rubric_passes_a_picture_with_working_files(artist: Artist, tmp_path: Path) -> None:
    """The conformance rubric finds no fault in what is written."""
    files = [made(kind, tmp_path) for kind in MAKERS]

    result = sign(pictures.png(tmp_path / "a.png"), said(*files), credential=artist.credential)

    assert rubric("conformance", crjson(result.path)) == (0, ["31 requirements, 0 failed"])


def test_a_stage_made_with_ai_shows_as_an_input(artist: Artist, tmp_path: Path) -> None:
    """Credentials of a working picture go along: what they declare about AI is in the ledger, as an input."""
    stage = pictures.jpeg(tmp_path / "stage.jpg")
    generated = Declaration.from_dict({"origin": "generated", "steps": [{"ai": {"kind": "generation"}}]})
    stage = sign(stage, generated, credential=artist.credential).path

    found = reported(sign(pictures.png(tmp_path / "a.png"), said(stage), credential=artist.credential).path)

    assert found.ai_use is AiUse.POSSIBLY
    assert [step.source_type for step in found.ai_steps] == [SourceType.TRAINED_ALGORITHMIC_MEDIA]
    assert [line.facts.kind for line in found.evidence.signed] == [SourceKind.PICTURE]


def test_traces_of_ai_tools_in_a_stage_are_said_and_never_signed(artist: Artist, tmp_path: Path) -> None:
    """Whoever signs a stage with traces is told, and whoever is shown it reads them; the signed facts hold none."""
    said_to_tool = PngInfo()
    said_to_tool.add_text(
        "parameters", "a fox\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 64x64, Model: x"
    )
    stage = tmp_path / "stage.png"
    Image.new("RGB", (64, 64)).save(stage, pnginfo=said_to_tool)

    result = sign(pictures.png(tmp_path / "a.png"), said(stage), credential=artist.credential)

    (facts,) = facts_of([stage])
    found = reported(result.path, stage)
    assert facts.traces
    assert {note.key: dict(note.values) for note in result.notes}["sign.evidence_traces"]["name"] == "stage.png"
    assert found.evidence.signed[0].facts.traces == ()
    assert "found, not signed; anyone can write or remove them" in found.evidence.presented[0].sentence.text


@pytest.mark.parametrize("kind", ["mp4", "ora"])
def test_credentials_inside_a_video_or_an_archive_go_along(kind: str, artist: Artist, tmp_path: Path) -> None:
    """What the engine can read of a signed video or archive becomes an ancestor."""
    work = sources.signed_by_engine(made(kind, tmp_path), tmp_path / f"signed.{kind}", artist.credential)

    result = sign(pictures.png(tmp_path / "a.png"), said(work), credential=artist.credential)

    found = checked(result.path)
    assert found.integrity is Integrity.INTACT
    assert len(found.manifests) == 2
    assert found.manifests[1].attributable
    assert result.notes == tuple(note for note in result.notes if "evidence" not in note.key)


def test_an_archive_that_the_engine_cannot_read_is_said(artist: Artist, tmp_path: Path) -> None:
    """Credentials that cannot be read are named in a note, and the file counts by its hash."""
    work = sources.zipped(
        tmp_path / "work.ora",
        {"mimetype": "image/openraster", "stack.xml": sources.STACK, "META-INF/content_credential.c2pa": b"broken"},
    )

    result = sign(pictures.png(tmp_path / "a.png"), said(work), credential=artist.credential)

    assert "sign.evidence_unread" in [note.key for note in result.notes]
    assert len(signed(checked(result.path))) == 1


def test_what_cannot_be_read_is_a_note(artist: Artist, tmp_path: Path) -> None:
    """A hostile or broken working file is signed by its hash, and what was not read is said."""
    work = sources.clip(tmp_path / "work.clip", b"no database")

    result = sign(pictures.png(tmp_path / "a.png"), said(work), credential=artist.credential)

    notes = {note.key: dict(note.values) for note in result.notes}
    assert notes["sign.evidence_problem"] == {
        "name": "work.clip", "problem": "layers not counted: the database inside cannot be read",
    }  # fmt: skip
    assert signed(checked(result.path))[0].facts.layers is None


REFUSED = {
    "the picture itself": (lambda folder: folder / "a.png", "a.png: is the picture itself, not what it was made from; leave it out"),
    "an empty file": (lambda folder: _written(folder / "empty.kra", b""), "empty.kra: is empty"),
    "a file that is not there": (lambda folder: folder / "gone.kra", "gone.kra: cannot be read (No such file or directory)"),
}  # fmt: skip


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(("make", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_working_file_is_refused(
    make: Callable[[Path], Path], message: str, artist: Artist, tmp_path: Path
) -> None:
    """Nothing is written if a named file cannot be one."""
    asset = pictures.png(tmp_path / "a.png")

    with pytest.raises(AssetError) as caught:
        sign(asset, said(make(tmp_path)), credential=artist.credential)

    assert str(caught.value) == message
    assert not (tmp_path / "a.signed.png").exists()


def test_a_stage_with_damaged_credentials_is_refused(artist: Artist, tmp_path: Path) -> None:
    """A working picture whose credentials do not hold is refused, as any other picture is."""
    stage = sign(pictures.jpeg(tmp_path / "stage.jpg"), said(), credential=artist.credential).path
    stage.write_bytes(stage.read_bytes() + b"more")

    with pytest.raises(AssetError) as caught:
        sign(pictures.png(tmp_path / "a.png"), said(stage), credential=artist.credential)

    assert str(caught.value).startswith("stage.signed.jpg: carries credentials that are damaged (")


def test_own_check_finds_a_fact_that_was_not_written(artist: Artist, tmp_path: Path) -> None:
    """If what was signed lacks what a file told, signing fails; nothing of it is believed unread."""
    asset = pictures.png(tmp_path / "a.png")
    plan = planned(asset, said(made("kra", tmp_path))).plan
    result = sign(asset, said(), credential=artist.credential)

    with pytest.raises(OutputError) as caught:
        audit(result.verification.manifests[0], plan.ingredients)

    assert "it lacks what a working file told" in str(caught.value)


# --- the signed facts --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", MAKERS)
def test_signed_facts_read_back_as_they_were(kind: str, tmp_path: Path) -> None:
    """What is written is read back, but for what never is written."""
    (facts,) = facts_of([made(kind, tmp_path)])

    found = from_metadata(as_metadata(facts).items(), facts.media_type)

    assert found == replace(facts, problems=(), own_manifest=False)


def test_signed_nonsense_is_left_out() -> None:
    """Whoever signs can write anything; what cannot be a fact is none, and a file of no kind is no working file."""
    wrong = {
        "kind": "kra", "sha256": "AB", "layers": "-4", "seconds": "1e9", "strokes": "9" * 40, "first": "soon",
        "layer_kinds": "paint 3, magic 9", "program": "Krita\x00\x1b[31m (on my Mac)",
    }  # fmt: skip

    found = from_metadata((PREFIX + key, value) for key, value in wrong.items())

    assert found is not None
    assert (found.sha256, found.layers, found.seconds, found.strokes, found.first) == ("", None, None, None, "")
    assert [one.count for one in found.layer_kinds] == [3]
    assert found.program == "Krita [31m"
    assert from_metadata([(PREFIX + "kind", "painting")]) is None
    assert from_metadata([("org.example.kind", "kra")]) is None


# --- showing a file ----------------------------------------------------------------------------------------------


def test_the_right_file_a_changed_one_and_a_strangers(artist: Artist, tmp_path: Path) -> None:
    """Only the very file that was signed is the same; one byte more, or other work, is none of them."""
    work = made("kra", tmp_path)
    result = sign(pictures.png(tmp_path / "a.png"), said(work), credential=artist.credential)
    changed = _written(tmp_path / "changed.kra", work.read_bytes() + b"\0")
    stranger = sources.krita(tmp_path / "stranger.kra", seconds=99)

    found = reported(result.path, work, changed, stranger)

    assert [line.match for line in found.evidence.presented] == [Match.SAME, Match.NONE, Match.NONE]
    assert [one.id for one in found.findings if one.id.startswith("material")] == ["material_same"] + [
        "material_other"
    ] * 2
    assert found.evidence.presented[0].sentence.text == (
        "“secret-name.kra” is, byte for byte, the file that was signed as working material "
        "(a Krita file, 4 layers, 3 h 20 min of editing, from 2026-03-01 to 2026-03-09)."
    )
    assert all_match(checked(result.path), presented(work))
    assert not all_match(checked(result.path), presented(work, changed))


def test_a_hash_under_a_broken_signature_does_not_count(artist: Artist, tmp_path: Path) -> None:
    """If the manifest does not hold, nobody said that the file was working material."""
    work = made("kra", tmp_path)
    result = sign(pictures.png(tmp_path / "a.png"), said(work), credential=artist.credential)
    data = bytearray(result.path.read_bytes())
    data[data.rindex(b"IDAT") + 8] ^= 1
    result.path.write_bytes(data)

    found = reported(result.path, work)

    assert found.integrity.state is Integrity.ALTERED
    assert found.evidence.presented[0].match is Match.NOT_COUNTED
    assert not found.evidence.signed[0].attributable
    assert found.evidence.signed[0].sentence.id == "evidence.written"
    assert not all_match(checked(result.path), presented(work))


def test_a_picture_without_working_files_can_be_compared_with_nothing(artist: Artist, tmp_path: Path) -> None:
    """That no working file was signed is said, and is no match."""
    result = sign(pictures.png(tmp_path / "a.png"), said(), credential=artist.credential)

    found = reported(result.path, made("kra", tmp_path))

    assert found.evidence.presented[0].sentence.id == "evidence.presented.nothing"
    assert found.evidence.presented[0].match is Match.NONE


def test_what_was_signed_is_said_with_its_limits(artist: Artist, tmp_path: Path) -> None:
    """The sentence says whose word it is, that it is consistent with work, and that anyone can make such a file."""
    result = sign(pictures.png(tmp_path / "a.png"), said(made("kra", tmp_path)), credential=artist.credential)

    (line,) = reported(result.path).evidence.signed

    assert line.sentence.text == (
        "An unknown signer calling itself “nightjar” signed as working material: a Krita file, 4 layers, "
        "3 h 20 min of editing, from 2026-03-01 to 2026-03-09, by the file's own word. "
        "Consistent with work in layers over some time; anyone can make such a file."
    )


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("language", ["es", "ja"])
def test_every_kind_is_said_in_every_language(kind: str, language: str, artist: Artist, tmp_path: Path) -> None:
    """No phrase is missing, whatever the file tells."""
    work = made(kind, tmp_path)
    result = sign(pictures.png(tmp_path / "a.png"), said(work), credential=artist.credential)

    found = reported(result.path, work, language=language)

    assert found.evidence.signed[0].sentence.text
    assert found.evidence.presented[0].match is Match.SAME


def test_a_blind_edition_keeps_what_names_nobody(artist: Artist, tmp_path: Path) -> None:
    """Counts and days stay, the verdict is the same; hash and camera, which lead to somebody, go."""
    files = [made("kra", tmp_path), made("dng", tmp_path)]
    result = sign(pictures.png(tmp_path / "a.png"), said(*files), credential=artist.credential)
    found = checked(result.path)

    hidden = build(blind(found), language="en", now=NOW)

    lines = hidden.evidence.signed
    assert [(line.facts.layers, line.facts.seconds) for line in lines] == [(4, 12_000), (None, None)]
    assert {(line.facts.sha256, line.facts.camera) for line in lines} == {("", "")}
    assert hidden.ai_use is build(found, language="en", now=NOW).ai_use


def test_a_flattened_file_is_a_stage_and_no_more(artist: Artist, tmp_path: Path) -> None:
    """A layered format with nothing in layers is not called work in layers."""
    work = sources.psd(tmp_path / "flat.psd", [])
    result = sign(pictures.png(tmp_path / "a.png"), said(work), credential=artist.credential)

    (line,) = reported(result.path).evidence.signed

    assert line.facts.layers == 0
    assert "Consistent with a stage of the work" in line.sentence.text


# --- the command -------------------------------------------------------------------------------------------------


@pytest.fixture
def command(run: Callable[..., Ran]) -> Callable[..., Ran]:
    assert run("init", "--name", "nightjar", "--yes", "--no-passphrase").exit == 0
    return run


def test_sign_and_verify_as_typed(command: Callable[..., Ran], tmp_path: Path) -> None:
    """A right file answers 0, a changed one 1, one that is not there 2; several pictures are refused."""
    pictures.png(tmp_path / "a.png")
    work = made("kra", tmp_path)
    _written(tmp_path / "changed.kra", work.read_bytes()[:-1] + b"x")

    signing = command("sign", "a.png", "--origin", "blank-canvas", "--evidence", work.name, "--quiet")
    right = command("verify", "a.signed.png", "--evidence", work.name)
    wrong = command("verify", "a.signed.png", "--evidence", work.name, "--evidence", "changed.kra", "--format", "json")
    gone = command("verify", "a.signed.png", "--evidence", "gone.kra")
    several = command("verify", "a.signed.png", "a.png", "--evidence", work.name)

    assert (signing.exit, right.exit, wrong.exit, gone.exit, several.exit) == (0, 0, 1, 2, 2), signing.err
    assert "byte for byte" in " ".join(right.out.split())
    block = json.loads(wrong.out)["evidence"]
    assert [line["match"] for line in block["presented"]] == ["same", "none"]
    assert block["signed"][0]["facts"]["layers"] == 4
    assert "belongs to one picture" in several.err


def test_a_declaration_names_files_that_lie_beside_it(command: Callable[..., Ran], tmp_path: Path) -> None:
    """Working files in a declaration lie where the declaration lies; a flag adds to them."""
    folder = tmp_path / "work"
    folder.mkdir()
    sources.krita(folder / "one.kra")
    sources.psd(tmp_path / "two.psd")
    pictures.png(tmp_path / "a.png")
    (folder / "said.toml").write_text('origin = "blank-canvas"\nevidence = ["one.kra"]\n', "utf-8")

    ran = command("sign", "a.png", "--declare", "work/said.toml", "--evidence", "two.psd")

    assert ran.exit == 0, ran.err
    kinds = [one.facts.kind for one in signed(checked(tmp_path / "a.signed.png"))]
    assert kinds == [SourceKind.KRA, SourceKind.PSD]


def test_the_preview_says_which_facts_become_public(command: Callable[..., Ran], tmp_path: Path) -> None:
    """Every fact, the hash, and that the name does not; and what other programs will make of it."""
    pictures.png(tmp_path / "a.png")
    work = made("kra", tmp_path)

    ran = command("sign", "a.png", "--origin", "blank-canvas", "--evidence", work.name, "--preview")

    shown = " ".join(ran.out.split())
    (facts,) = facts_of([work])
    for text in ("a Krita file", "4 layers", "3 h 20 min of editing", "from 2026-03-01 to 2026-03-09", facts.sha256):
        assert text in shown
    assert "not its name, its layers' names or its authors" in shown
    assert "“media of unknown provenance”" in shown
    assert work.stem not in shown


def test_the_preview_says_what_cannot_be_read(command: Callable[..., Ran], tmp_path: Path) -> None:
    """A note about a working file comes with the preview, before anything is signed."""
    pictures.png(tmp_path / "a.png")
    sources.clip(tmp_path / "work.clip", b"no database")

    ran = command("sign", "a.png", "--origin", "blank-canvas", "--evidence", "work.clip", "--preview")

    assert ran.exit == 0
    assert "note: work.clip: not everything in it could be read" in ran.err


def test_the_case_file_lists_the_material(command: Callable[..., Ran], tmp_path: Path) -> None:
    """The page has a section of its own, with what it does not show."""
    pictures.png(tmp_path / "a.png")
    command("sign", "a.png", "--origin", "blank-canvas", "--evidence", made("kra", tmp_path).name)

    ran = command("report", "a.signed.png", "-o", "case.html")
    shown = command("report", "a.signed.png", "-o", "shown.html", "--evidence", "secret-name.kra")
    hidden = command("report", "a.signed.png", "-o", "hidden.html", "--evidence", "secret-name.kra", "--blind")
    inspected = command("inspect", "a.signed.png", "--evidence", "secret-name.kra")

    page, with_file = ((tmp_path / name).read_text("utf-8") for name in ("case.html", "shown.html"))
    assert (ran.exit, shown.exit, hidden.exit, inspected.exit) == (0, 0, 2, 0), ran.err + shown.err
    assert "Working material" in page and "Anyone can make such files." in page
    assert "byte for byte" in with_file and "byte for byte" not in page
    assert not (tmp_path / "hidden.html").exists()
    assert "byte for byte" in " ".join(inspected.out.split())


def test_a_large_canvas_is_a_stage_too(tmp_path: Path) -> None:
    """A picture larger than Pillow decodes without a warning is measured all the same: nothing is decoded."""
    path = tmp_path / "large.png"
    small = pictures.png(tmp_path / "small.png").read_bytes()
    path.write_bytes(small[:8] + chunk(b"IHDR", struct.pack(">II", 20_000, 10_000) + small[24:29]) + small[33:])

    (facts,) = facts_of([path])

    assert (facts.width, facts.height) == (20_000, 10_000)
