"""Derivatives keep the chain: what was done is recorded, the source is the parent, its metadata go along."""

from __future__ import annotations

import itertools
import struct
import subprocess
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo
from typer.testing import CliRunner

from provenance.commands.group import app
from provenance.container.kinds import sniff
from provenance.container.model import Kind, Limits
from provenance.container.source import Source
from provenance.container.walk import lay_out
from provenance.credentials.credential import Credential
from provenance.declaration.model import Declaration
from provenance.errors import ProvenanceError
from provenance.metadata.model import Carrier, Field, Metadata
from provenance.metadata.reading import read
from provenance.report.build import build
from provenance.signing.derivative import Derived, Recipe, derive
from provenance.signing.geometry import Crop, in_proportion, parse_crop, parse_resize
from provenance.signing.options import Options
from provenance.signing.sign import sign
from provenance.terms import AiUse, Integrity
from provenance.verification.check import check
from provenance.verification.options import Options as CheckOptions
from provenance.worker.settings import Settings
from tests.support import pictures
from tests.support.artist import Artist
from tests.support.blocks import camera
from tests.support.container import chunk
from tests.support.environment import (
    Ran,
    corpus,
    crjson,
    exiftool,
    needs_corpus,
    needs_exiftool,
    needs_rubric,
    rubric,
)
from tests.support.permissions import xmp

KINDS = {"jpeg": Kind.JPEG, "png": Kind.PNG, "webp": Kind.WEBP, "tiff": Kind.TIFF, "avif": Kind.AVIF}
GENERATED = {
    "origin": "generated",
    "title": "Dämmerung",
    "authors": [{"name": "Zoë 山"}],
    "copyright": "© 2026 Zoë 山",
    "permissions": {"generative_training": "no"},
}
PARAMETERS = "a bird\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 96x64, Model: m"
HALF = Recipe(resize=parse_resize("50%"))
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.fixture(scope="module")
def credential(artist: Artist) -> Credential:
    return artist.credential


def signed(asset: Path, credential: Credential, **said: Any) -> Path:
    declaration = Declaration.from_dict(said or GENERATED)
    return sign(asset, declaration, credential=credential, options=Options(thumbnail=False)).path


def derived(source: Path, target: Path, credential: Credential, recipe: Recipe = HALF, **options: Any) -> Derived:
    return derive(source, target, recipe, credential=credential, options=Options(thumbnail=False, **options))


def refused(source: Path, target: Path, credential: Credential, recipe: Recipe = HALF, **options: Any) -> str:
    """Return the message of a refusal, after which nothing has changed in the folder."""
    before = {path: path.read_bytes() for path in source.parent.iterdir() if path.is_file()}
    with pytest.raises(ProvenanceError) as caught:
        derived(source, target, credential, recipe, **options)
    assert {path: path.read_bytes() for path in source.parent.iterdir() if path.is_file()} == before
    return str(caught.value)


def actions(made: Derived) -> list[tuple[str, str, str]]:
    """Return the recorded actions: name, the last word of the source type, basis."""
    manifest = made.verification.active_manifest
    assert manifest is not None
    return [(one.name.removeprefix("c2pa."), one.source_type.rpartition("/")[2], one.basis) for one in manifest.actions]


def notes(made: Derived) -> list[str]:
    return [note.key for note in made.notes]


def metadata(path: Path) -> Metadata:
    with path.open("rb") as stream:
        source, kind = Source(stream), sniff(stream)
        return read(source, kind, lay_out(source, kind, Limits()), Limits()).metadata


def paired(first: list[str], second: list[str]) -> list[Any]:
    """Return every pair; each of either side once in the usual run, the rest where what takes long is run."""
    usual = {(first[at % len(first)], second[at % len(second)]) for at in range(max(len(first), len(second)))}
    return [
        pytest.param(*pair, marks=[] if pair in usual else pytest.mark.deep, id="-".join(pair))
        for pair in itertools.product(first, second)
    ]


FORMATS = paired(["jpeg", "png", "webp", "tiff", "avif", "heic"], ["tiff", "webp", "jpeg", "png", "avif"])


# --- formats -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "target"), FORMATS)
def test_every_format_becomes_every_format(name: str, target: str, tmp_path: Path, credential: Credential) -> None:
    """The copy is intact, half as large, has the source as its parent, and still says that AI generated it."""
    source = signed(pictures.DRAWN[name].at(tmp_path), credential)
    before = check(source, options=CheckOptions())

    made = derived(source, tmp_path / f"copy.{target}", credential, Recipe(resize=HALF.resize, kind=KINDS[target]))

    found = check(made.path, options=CheckOptions())
    assert found.integrity is Integrity.INTACT
    assert made.size == (48, 32) and Image.open(made.path).size == (48, 32)
    assert [one.manifest for one in found.active_manifest.ingredients if one.is_parent] == [before.active]
    last = "c2pa.transcoded" if name == target else "c2pa.converted"
    assert made.actions == ("c2pa.resized.proportional", last)
    assert build(found, now=datetime.now(UTC)).ai_use is AiUse.GENERATED
    assert metadata(made.path).texts(Field.DATA_MINING, Carrier.XMP)[0].endswith("DMI-PROHIBITED-GENAIMLTRAINING")
    assert metadata(made.path).texts(Field.SOURCE_TYPE, Carrier.XMP)[0].endswith("trainedAlgorithmicMedia")
    assert metadata(made.path).texts(Field.CREATOR, Carrier.EXIF) == ("Zoë 山",)


@needs_rubric
@pytest.mark.parametrize("size", ["50%", "40x40!"])
def test_the_official_rubric_passes(size: str, tmp_path: Path, credential: Credential) -> None:
    """Conformance 0.2: every editorial action has a digital source type, and what must be populated is."""
    exif = Image.Exif()
    exif[0x0112] = 6
    source = signed(pictures.jpeg(tmp_path / "picture.jpg", exif=exif.tobytes()), credential)
    recipe = Recipe(crop=parse_crop("40x60+2+3"), resize=parse_resize(size))

    made = derived(source, tmp_path / "copy.png", credential, recipe)

    assert rubric("conformance", crjson(made.path)) == (0, ["31 requirements, 0 failed"])


# --- what is recorded ----------------------------------------------------------------------------------------------


def test_what_was_done_is_recorded_in_its_order(tmp_path: Path, credential: Credential) -> None:
    """Opened without a source type, the editorial steps with one, the others without; recorded, not entered."""
    exif = Image.Exif()
    exif[0x0112] = 6
    source = signed(pictures.jpeg(tmp_path / "picture.jpg", exif=exif.tobytes()), credential)
    recipe = Recipe(crop=parse_crop("40x60+2+3"), resize=parse_resize("20x20!"), srgb=True)

    made = derived(source, tmp_path / "copy.webp", credential, recipe)

    assert actions(made) == [
        ("opened", "", "recorded"),
        ("orientation", "humanEdits", "recorded"),
        ("cropped", "humanEdits", "recorded"),
        ("resized", "humanEdits", "recorded"),
        ("converted", "", "recorded"),
    ]
    assert made.size == (20, 20)


def test_a_copy_in_the_same_format_is_transcoded(tmp_path: Path, credential: Credential) -> None:
    """Where nothing but the encoding changed, no editorial action is stated."""
    source = signed(pictures.jpeg(tmp_path / "picture.jpg"), credential)

    made = derived(source, tmp_path / "copy.jpg", credential, Recipe(quality=40))

    assert actions(made) == [("opened", "", "recorded"), ("transcoded", "", "recorded")]
    assert made.path.stat().st_mode == source.stat().st_mode


def test_the_history_is_complete_only_where_the_parents_is_known(tmp_path: Path, credential: Credential) -> None:
    """Of a picture without credentials nobody knows what was done before; it is opened as an unknown parent."""
    known = derived(signed(pictures.png(tmp_path / "a.png"), credential), tmp_path / "b.png", credential)
    unknown = derived(pictures.png(tmp_path / "c.png"), tmp_path / "d.png", credential)

    for made, complete in ((known, True), (unknown, False)):
        manifest = made.verification.active_manifest
        assert manifest is not None
        assert manifest.all_actions_included is complete
        assert [one.is_parent for one in manifest.ingredients] == [True]
    assert build(unknown.verification, now=datetime.now(UTC)).ai_use is AiUse.NONE_DECLARED_INCOMPLETE


def test_a_declared_absence_of_ai_stays_what_it_was(tmp_path: Path, credential: Credential) -> None:
    """A picture that was drawn, its history declared complete, is that in the copy, too: no more, and no less."""
    drawn = {"origin": "blank-canvas", "tools": ["Krita 5.2.6"], "history_complete": True}
    source = signed(pictures.png(tmp_path / "a.png"), credential, **drawn)

    made = derived(source, tmp_path / "b.jpg", credential)

    assert build(check(source, options=CheckOptions()), now=datetime.now(UTC)).ai_use is AiUse.NONE_DECLARED
    assert build(made.verification, now=datetime.now(UTC)).ai_use is AiUse.NONE_DECLARED


def test_a_copy_of_a_copy_keeps_the_whole_chain(tmp_path: Path, credential: Credential) -> None:
    """Every step adds one manifest and loses none."""
    first = signed(pictures.jpeg(tmp_path / "a.jpg"), credential)
    second = derived(first, tmp_path / "b.tif", credential)
    third = derived(second.path, tmp_path / "c.avif", credential)

    labels = {one.label for one in third.verification.manifests}
    assert len(labels) == 3
    assert {one.label for one in second.verification.manifests} < labels


def test_a_sidecar_of_the_source_is_its_history(tmp_path: Path, credential: Credential) -> None:
    """A BMP cannot carry credentials; those beside it become the parent of a copy that can."""
    asset = pictures.bmp(tmp_path / "a.bmp")
    beside = sign(asset, Declaration.from_dict(GENERATED), credential=credential)

    made = derived(asset, tmp_path / "b.png", credential)

    assert beside.sidecar
    assert beside.manifest in {one.manifest for one in made.verification.active_manifest.ingredients}  # type: ignore[union-attr]
    assert build(made.verification, now=datetime.now(UTC)).ai_use is AiUse.GENERATED


# --- metadata ------------------------------------------------------------------------------------------------------


@needs_exiftool
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("name", KINDS)
def test_a_cameras_exif_goes_along(name: str, order: str, tmp_path: Path, credential: Credential) -> None:
    """Exposure, owner and place are there in every format, in either byte order; the small preview, which shows what
    was cut away, is not."""
    source = pictures.jpeg(tmp_path / "a.jpg", exif=b"Exif\0\0" + camera(order))
    before = exiftool(source, "-EXIF:all", "-GPS:all")

    made = derived(source, tmp_path / f"b.{name}", credential)

    after = exiftool(made.path, "-EXIF:all", "-GPS:all")
    kept = {tag for tag in before if tag.startswith(("ExifIFD:", "GPS:", "IFD0:Make", "IFD0:Artist"))}
    assert {tag: after.get(tag) for tag in kept} == {tag: before[tag] for tag in kept}
    assert len(kept) > 5
    assert b"thumbnail of somebody" not in made.path.read_bytes()
    assert ("derive.lost" in notes(made)) is (name == "tiff")  # its maker note, which has no place there


@needs_exiftool
def test_exif_comes_back_out_of_a_tiff(tmp_path: Path, credential: Credential) -> None:
    """A TIFF holds EXIF in directories of its own; what came from a JPEG is the same in a JPEG again."""
    source = pictures.jpeg(tmp_path / "a.jpg", exif=b"Exif\0\0" + camera(">"))
    before = exiftool(source, "-EXIF:all", "-GPS:all")

    middle = derived(source, tmp_path / "b.tif", credential, Recipe())
    made = derived(middle.path, tmp_path / "c.jpg", credential, Recipe())

    after = exiftool(made.path, "-EXIF:all", "-GPS:all")
    kept = {tag for tag in before if tag.startswith(("ExifIFD:", "GPS:")) and "Maker" not in tag}
    assert {tag: after.get(tag) for tag in kept} == {tag: before[tag] for tag in kept}


@needs_exiftool
def test_orientation_and_sizes_are_set_right(tmp_path: Path, credential: Credential) -> None:
    """The copy is upright: its EXIF and its XMP say so, and name its own size, not that of the source."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8769).update({0xA002: 96, 0xA003: 64})
    source = pictures.jpeg(tmp_path / "a.jpg", exif=exif.tobytes())

    made = derived(source, tmp_path / "b.jpg", credential)

    found = exiftool(made.path, "-n")
    assert (found["IFD0:Orientation"], found["ExifIFD:ExifImageWidth"], found["ExifIFD:ExifImageHeight"]) == (1, 32, 48)
    assert made.size == (32, 48)


def test_what_is_private_goes_where_that_is_asked_for(tmp_path: Path, credential: Credential) -> None:
    """Place, serial number and owner are in no byte of the copy, and that metadata changed is recorded."""
    source = pictures.jpeg(tmp_path / "a.jpg", exif=b"Exif\0\0" + camera())

    made = derived(source, tmp_path / "b.jpg", credential, strip_private=True)

    data = made.path.read_bytes()
    assert not [text for text in (b"SERIAL-4711", b"Somebody Private", b"2026:01:02\0") if text in data]
    assert ("edited.metadata", "", "recorded") in actions(made)
    assert metadata(made.path).private == ()


def test_a_stale_address_of_credentials_does_not_go_along(tmp_path: Path, credential: Credential) -> None:
    """It names where the credentials of the source lie; the flag for training beside it stays."""
    source = tmp_path / "a.jpg"
    pictures.draw().save(source, xmp=xmp("PROHIBITED", remote="https://example.org/a.c2pa"))

    made = derived(source, tmp_path / "b.png", credential)

    assert b"dcterms:provenance>" not in made.path.read_bytes()
    assert metadata(made.path).texts(Field.DATA_MINING, Carrier.XMP)[0].endswith("DMI-PROHIBITED")
    assert "sign.elsewhere" in notes(made)


def without(path: Path, *arguments: str) -> Path:
    subprocess.run(["exiftool", "-q", "-overwrite_original", *arguments, str(path)], check=True)
    return path


@needs_exiftool
def test_iptc_becomes_xmp_where_it_has_no_place(tmp_path: Path, credential: Credential) -> None:
    """A PNG has no IPTC; who made the picture stands in its XMP then, and what is not said there is named."""
    source = signed(pictures.jpeg(tmp_path / "a.jpg"), credential, authors=[{"name": "Zoë"}], credit="Zoë / Nightjar")
    stripped = without(source, "-XMP:all=", "-EXIF:all=", "-IPTC:Keywords=dusk")

    made = derived(stripped, tmp_path / "b.png", credential, accept_damaged_parent=True)

    kept = derived(stripped, tmp_path / "c.jpg", credential, accept_damaged_parent=True)

    assert metadata(stripped).texts(Field.CREATOR, Carrier.XMP) == ()
    assert ("derive.lost" in notes(made), "derive.lost" in notes(kept)) == (True, False)  # the keyword
    assert metadata(made.path).texts(Field.CREATOR, Carrier.XMP) == ("Zoë",)
    assert metadata(made.path).texts(Field.CREDIT, Carrier.XMP) == ("Zoë / Nightjar",)


def test_texts_of_a_png_go_along_into_a_png_and_are_named_where_they_cannot(
    tmp_path: Path, credential: Credential
) -> None:
    """What a generator left stays in the same format; elsewhere it is lost, which is said, and so are its traces."""
    texts = PngInfo()
    texts.add_text("parameters", PARAMETERS)
    source = tmp_path / "a.png"
    pictures.draw().save(source, pnginfo=texts)

    same = derived(source, tmp_path / "b.png", credential)
    other = derived(source, tmp_path / "b.jpg", credential)

    assert metadata(same.path).traces == metadata(source).traces != ()
    assert metadata(other.path).traces == ()
    assert [key for key in notes(same) if key.startswith("derive.")] == ["derive.traces"]
    assert [key for key in notes(other) if key.startswith("derive.")] == ["derive.lost", "derive.traces"]


def test_a_prompt_does_not_go_along_without_what_is_private(tmp_path: Path, credential: Credential) -> None:
    """A prompt is private, wherever it stands; what else was written beside it stays."""
    texts = PngInfo()
    texts.add_text("parameters", PARAMETERS)
    texts.add_text("Comment", "for the spring show")
    source = tmp_path / "a.png"
    pictures.draw().save(source, pnginfo=texts)

    made = derived(source, tmp_path / "b.png", credential, strip_private=True)

    data = made.path.read_bytes()
    assert b"Sampler" not in data
    assert b"for the spring show" in data


# --- colours -------------------------------------------------------------------------------------------------------


def lab_profile() -> bytes:
    """Return a profile that is not sRGB: the same colours under another name would not do."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize("name", KINDS)
def test_the_colour_profile_stays(name: str, tmp_path: Path, credential: Credential) -> None:
    """Byte for byte, in every format; without one, none is added."""
    profile = lab_profile()
    source, bare = tmp_path / "a.png", tmp_path / "c.png"
    pictures.draw().save(source, icc_profile=profile)
    pictures.draw().save(bare)

    made = derived(source, tmp_path / f"b.{name}", credential)
    without = derived(bare, tmp_path / f"d.{name}", credential)

    assert Image.open(made.path).info["icc_profile"] == profile
    assert "icc_profile" not in Image.open(without.path).info


def test_cmyk_is_converted_only_where_that_is_asked_for(tmp_path: Path, credential: Credential) -> None:
    """A PNG has no CMYK: refused with what to do; in a TIFF it stays what it is."""
    source = tmp_path / "a.jpg"
    pictures.draw(mode="CMYK").save(source)

    said = refused(source, tmp_path / "b.png", credential)
    made = derived(source, tmp_path / "b.png", credential, Recipe(srgb=True))
    kept = derived(source, tmp_path / "b.tif", credential)

    assert said == "a.jpg: is CMYK, which image/png cannot hold; convert it with --profile srgb"
    assert (Image.open(made.path).mode, Image.open(kept.path).mode) == ("RGB", "CMYK")
    assert b"colours converted to sRGB" in made.path.read_bytes()


def test_transparent_parts_are_put_on_white_and_recorded(tmp_path: Path, credential: Credential) -> None:
    """A JPEG has no transparency; a WebP keeps it."""
    source = tmp_path / "a.png"
    Image.new("RGBA", (20, 20), (255, 0, 0, 0)).save(source)

    made = derived(source, tmp_path / "b.jpg", credential, Recipe())
    kept = derived(source, tmp_path / "b.webp", credential, Recipe())

    assert Image.open(made.path).getpixel((10, 10)) == (255, 255, 255)
    assert ("edited", "humanEdits", "recorded") in actions(made) and "derive.flattened" in notes(made)
    assert Image.open(kept.path).mode == "RGBA" and "derive.flattened" not in notes(kept)


MODES = ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"]
SAMPLES = paired(MODES, list(KINDS))


@pytest.mark.parametrize(("mode", "target"), SAMPLES)
def test_every_kind_of_samples_can_be_exported(mode: str, target: str, tmp_path: Path, credential: Credential) -> None:
    """Black and white, grey, palettes, transparency, 16 bits: each gives a picture, and a loss of depth is said."""
    source = tmp_path / "a.png"
    grey = pictures.draw(mode="L").convert("I").point(lambda value: value * 256)
    (grey.convert("I;16") if mode == "I;16" else pictures.draw().convert(mode)).save(source)

    made = derived(source, tmp_path / f"b.{target}", credential, Recipe(resize=parse_resize("48"), srgb=False))

    assert made.size == (48, 32)
    assert ("derive.reduced" in notes(made)) is (mode == "I;16" and target not in {"png", "tiff"})
    with Image.open(made.path) as found, pictures.draw((48, 32), mode="L") as wanted:
        deep = found.mode == "I;16"
        grey = (found.point(lambda value: value / 256) if deep else found).convert("L")
        differences = [abs(one - other) for one, other in zip(grey.tobytes(), wanted.tobytes(), strict=True)]
    assert sum(differences) < len(differences) * 20


# --- what is refused -----------------------------------------------------------------------------------------------


def test_the_source_is_never_written_over(tmp_path: Path, credential: Credential) -> None:
    """Not even where everything else may be, nor through a link."""
    source = pictures.jpeg(tmp_path / "a.jpg")
    (tmp_path / "link.jpg").hardlink_to(source)

    said = [refused(source, target, credential, overwrite=True) for target in (source, tmp_path, tmp_path / "link.jpg")]

    assert {text.partition(": ")[2] for text in said} == {
        "is the picture itself, which is never written over; choose another name"
    }


def test_what_is_there_stays_unless_that_is_allowed(tmp_path: Path, credential: Credential) -> None:
    """An existing file is replaced on demand only."""
    source, target = pictures.jpeg(tmp_path / "a.jpg"), pictures.jpeg(tmp_path / "b.jpg")

    said = refused(source, target, credential)

    assert said.startswith("b.jpg: exists already")
    assert derived(source, target, credential, overwrite=True).path == target


def test_a_damaged_source_is_refused_as_sign_refuses_it(tmp_path: Path, credential: Credential) -> None:
    """One bit of the picture changed after signing; accepted on demand, and then not called complete."""
    source = signed(pictures.jpeg(tmp_path / "a.jpg"), credential)
    data = bytearray(source.read_bytes())
    data[-40] ^= 0x15
    source.write_bytes(data)

    said = refused(source, tmp_path / "b.jpg", credential)
    made = derived(source, tmp_path / "b.jpg", credential, accept_damaged_parent=True)

    assert said.startswith("a.signed.jpg: carries credentials that are damaged (assertion.dataHash.mismatch)")
    assert made.verification.active_manifest.all_actions_included is False  # type: ignore[union-attr]
    assert "sign.kept_damaged" in notes(made)


FRAMES = {"gif": pictures.gif, "tiff": pictures.tiff_pages}


@pytest.mark.parametrize("name", FRAMES)
def test_several_frames_are_refused(name: str, tmp_path: Path, credential: Credential) -> None:
    """One frame of an animation or page of a document is not the picture that was signed."""
    source = FRAMES[name](tmp_path / f"a.{name}")

    said = refused(source, tmp_path / "b.png", credential)

    assert said.startswith(f"a.{name}: holds 2 frames or pages, and one would not be the picture")


def test_an_animation_in_png_and_webp_is_refused(tmp_path: Path, credential: Credential) -> None:
    """Animated PNG and WebP, too, though other programs take their first frame without a word."""
    for name in ("png", "webp"):
        source = tmp_path / f"a.{name}"
        pictures.draw().save(source, save_all=True, append_images=[pictures.draw(shift=30)], duration=100)

        assert "holds 2 frames" in refused(source, tmp_path / "b.jpg", credential)


# --- colours without a profile -------------------------------------------------------------------------------------

HDR = chunk(b"cICP", bytes((9, 16, 0, 1)))
ODD_GAMMA = chunk(b"gAMA", (100_000).to_bytes(4))
SRGB = chunk(b"gAMA", (45_455).to_bytes(4)) + chunk(b"sRGB", b"\0")


def coloured(path: Path, chunks: bytes, **options: Any) -> Path:
    """Write a PNG that describes its colours with *chunks*."""
    pictures.draw().save(path, "PNG", **options)
    data = path.read_bytes()
    path.write_bytes(data[:33] + chunks + data[33:])
    return path


def exported(*arguments: str, folder: Path, artist: Artist) -> Ran:
    ran = CliRunner().invoke(app, ["export", *(str(folder / one) if "." in one else one for one in arguments),
                                   "--home", str(artist.home.path), "--no-thumbnail", "--overwrite"])  # fmt: skip
    return Ran(ran.exit_code, ran.stdout, ran.stderr)


@pytest.mark.parametrize("chunks", [HDR, ODD_GAMMA, SRGB, HDR + ODD_GAMMA], ids=["cICP", "gAMA", "sRGB", "both"])
def test_colours_described_in_a_png_go_along_to_a_png(chunks: bytes, tmp_path: Path, artist: Artist) -> None:
    """Byte for byte, before the picture, so nothing is said; with --profile srgb they go, as the samples change."""
    coloured(tmp_path / "a.png", chunks)

    kept = exported("a.png", "b.png", "--resize", "50%", folder=tmp_path, artist=artist)
    converted = exported("a.png", "c.png", "--profile", "srgb", folder=tmp_path, artist=artist)

    assert (kept.exit, converted.exit) == (0, 0), kept.err + converted.err
    assert chunks in (tmp_path / "b.png").read_bytes().partition(b"IDAT")[0]
    assert chunks not in (tmp_path / "c.png").read_bytes()
    assert "ICC profile" not in kept.err
    with Image.open(tmp_path / "b.png") as found:
        assert found.size == (48, 32)


SAID = {
    "cICP into JPEG": (HDR, {}, "b.jpg", "(cICP)"),
    "an odd gamma into JPEG": (ODD_GAMMA, {}, "b.jpg", "(gAMA)"),
    "cICP into WebP, beside a profile": (HDR + ODD_GAMMA, {"icc_profile": PROFILE}, "b.webp", "(cICP)"),
    "a gamma beside a profile": (ODD_GAMMA, {"icc_profile": PROFILE}, "b.jpg", ""),
    "sRGB": (SRGB, {}, "b.jpg", ""),
    "nothing": (b"", {}, "b.jpg", ""),
}


@pytest.mark.parametrize("case", SAID)
def test_colours_that_do_not_go_along_are_named(case: str, tmp_path: Path, artist: Artist) -> None:
    """In one line, where the copy may look different; what says sRGB, or counts for nothing, is no loss."""
    chunks, options, target, said = SAID[case]
    coloured(tmp_path / "a.png", chunks, **options)

    ran = exported("a.png", target, folder=tmp_path, artist=artist)

    lines = [line for line in ran.err.splitlines() if "without an ICC profile" in line]
    assert (ran.exit, len(lines)) == (0, bool(said)), ran.err
    assert said in "".join(lines)


@pytest.mark.parametrize(("codes", "said"), [((9, 16), "(nclx 9/16)"), ((1, 13), "")])
def test_the_nclx_of_an_avif_is_named(codes: tuple[int, int], said: str, tmp_path: Path, artist: Artist) -> None:
    """Of BT.2020 with PQ the copy has nothing; sRGB is no loss."""
    data = pictures.avif(tmp_path / "a.avif").read_bytes()
    at = data.index(b"nclx") + 4
    (tmp_path / "a.avif").write_bytes(data[:at] + struct.pack(">HH", *codes) + data[at + 4 :])

    ran = exported("a.avif", "b.png", folder=tmp_path, artist=artist)

    assert (ran.exit, "without an ICC profile" in ran.err) == (0, bool(said)), ran.err
    assert said in ran.err


WRONG = {
    "not a picture": (b"nothing", "a.jpg: this kind of file is not decoded here"),
    "half a picture": (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "a.jpg: cannot be decoded"),
    "empty": (b"", "a.jpg: is empty"),
}


@pytest.mark.parametrize(("data", "message"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_decoded_is_named(data: bytes, message: str, tmp_path: Path, credential: Credential) -> None:
    """One line, and nothing is written."""
    source = tmp_path / "a.jpg"
    source.write_bytes(data)

    assert refused(source, tmp_path / "b.png", credential).startswith(message)


def test_a_picture_that_needs_too_much_memory_costs_the_child(tmp_path: Path, credential: Credential) -> None:
    """A PNG of a few kilobytes that unfolds to more pixels than are decoded is refused before it does."""
    source = tmp_path / "a.png"
    head = struct.pack(">IIBBBBB", 20_000, 20_000, 1, 0, 0, 0, 0)
    source.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND")
    )

    said = refused(source, tmp_path / "b.png", credential, worker=Settings())

    assert said == "a.png: has more than the 250000000 pixels that are decoded"


def test_quality_is_refused_where_there_is_none(tmp_path: Path, credential: Credential) -> None:
    """A PNG loses nothing, so there is nothing to choose."""
    source = pictures.jpeg(tmp_path / "a.jpg")

    said = refused(source, tmp_path / "b.png", credential, Recipe(quality=80))

    assert said == "--quality: image/png has none: nothing is lost in it; leave it out"


def test_a_crop_beyond_the_picture_is_refused(tmp_path: Path, credential: Credential) -> None:
    """By one pixel is beyond."""
    source = pictures.jpeg(tmp_path / "a.jpg")

    said = refused(source, tmp_path / "b.jpg", credential, Recipe(crop=Crop(96, 64, 1, 0)))

    assert said == "a.jpg: is 96x64 pixels, and 96x64+1+0 reaches beyond that; name a part of the picture"
    assert (
        "c2pa.cropped" not in derived(source, tmp_path / "b.jpg", credential, Recipe(crop=Crop(96, 64, 0, 0))).actions
    )


# --- sizes ---------------------------------------------------------------------------------------------------------

RESIZED = {
    "1600x1200": (1600, 1067), "100x1200": (100, 67), "1600": (1600, 1067), "x300": (450, 300), "25%": (750, 500),
    "10x10!": (10, 10), "6000": (3000, 2000), "100%": (3000, 2000), "1": (1, 1),
}  # fmt: skip


@pytest.mark.parametrize(("text", "size"), RESIZED.items())
def test_a_size_is_what_its_form_says(text: str, size: tuple[int, int]) -> None:
    """Of a picture of 3000 by 2000: in proportion and never larger, or exactly."""
    assert parse_resize(text).of((3000, 2000)) == size


@pytest.mark.parametrize("text", ["", "x", "0", "10x", "10!", "150%", "0%", "-5", "1e3", "10x10x10", "٣"])
def test_what_is_no_size_is_refused(text: str) -> None:
    """In one line, with the forms there are."""
    if text == "10x":
        assert parse_resize(text).of((20, 20)) == (10, 10)
        return
    with pytest.raises(ProvenanceError, match=r"^--resize: "):
        parse_resize(text)


@pytest.mark.parametrize("text", ["", "10x10", "0x10+0+0", "10x10-1+0", "10x10+1", "axb+0+0"])
def test_what_is_no_part_of_a_picture_is_refused(text: str) -> None:
    """In one line, with the form there is."""
    with pytest.raises(ProvenanceError, match=r"^--crop: "):
        parse_crop(text)


def test_proportion_allows_for_whole_pixels() -> None:
    """A pixel of rounding is in proportion; a stretched picture is not."""
    assert in_proportion((3000, 2000), (1600, 1067))
    assert in_proportion((1, 1000), (1, 500))
    assert not in_proportion((3000, 2000), (1600, 1069))


# --- the command ---------------------------------------------------------------------------------------------------


def test_many_pictures_go_into_a_folder(run: Callable[..., Ran], artist: Artist, tmp_path: Path) -> None:
    """Each by its own name, in the new format; a bad one stops no other, and no copy replaces another."""
    folder = tmp_path / "out"
    folder.mkdir()
    for name in ("a.jpg", "b.jpg"):
        pictures.jpeg(tmp_path / name)
    pictures.png(tmp_path / "a.png")
    (tmp_path / "bad.png").write_bytes(b"nothing")

    ran = run(
        "export", "a.jpg", "bad.png", "a.png", "b.jpg", "out", "--format", "webp", "--resize", "50%",
        "--overwrite", "--home", artist.home.path,
    )  # fmt: skip

    assert ran.exit == 2
    assert sorted(path.name for path in folder.iterdir()) == ["a.webp", "b.webp"]
    assert ran.out.splitlines()[0].startswith("a.jpg: resized in proportion, file format changed; 48 × 32 pixels")
    assert "bad.png: " in ran.err
    assert "a.png: a.webp: is one of the pictures, or a copy of another of them" in ran.err
    assert "2 of 4 pictures were not exported." in ran.err


def test_the_command_says_what_is_wrong_in_one_line(
    artist: Artist, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 2, nothing on stdout."""
    monkeypatch.chdir(tmp_path)
    pictures.jpeg(tmp_path / "a.jpg")
    home = ("--home", artist.home.path)

    wrong = {
        ("a.jpg",): "export: needs a picture and a target; provenance export FILE TARGET\n",
        ("a.jpg", "b.gif"): "a.jpg: b.gif: image/gif is not written; avif, jpg, png, tif, webp\n",
        ("a.jpg", "b.jpg", "--resize", "big"): "--resize: 'big' is no size; 1600x1200, 1600, x1200 or 50%\n",
        ("no.jpg", "b.jpg"): "no.jpg: is not there\n",
    }

    for arguments, message in wrong.items():
        ran = CliRunner().invoke(app, ["export", *arguments, *map(str, home)])
        assert (ran.exit_code, ran.stdout, ran.stderr.partition("error: ")[2]) == (2, "", message)


# --- files of others -----------------------------------------------------------------------------------------------


@needs_corpus
@pytest.mark.parametrize("name", ["adobe-20220124-CACA.jpg", "boxhash.jpg", "C_with_CAWG_data.jpg"])
def test_a_strangers_picture_keeps_its_chain(name: str, tmp_path: Path, credential: Credential) -> None:
    """Signed by another program: its manifests stand in the copy, under ours."""
    source = corpus("chains", name)

    made = derived(source, tmp_path / "b.webp", credential, Recipe(resize=parse_resize("200")))

    before = {one.label for one in check(source, options=CheckOptions()).manifests}
    assert before < {one.label for one in made.verification.manifests}
