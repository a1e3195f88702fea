"""Credentials are taken out of every container, and nothing else is."""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from provenance.container.kinds import sniff
from provenance.container.model import Limits
from provenance.container.prescan import prescan
from provenance.container.source import Source
from provenance.container.walk import lay_out
from provenance.declaration.model import Declaration
from provenance.errors import ProvenanceError
from provenance.metadata.reading import Reading, read
from provenance.metadata.writing import Conflict
from provenance.signing.options import Options
from provenance.signing.sign import sign
from provenance.signing.stripping import strip
from provenance.terms import Integrity
from provenance.verification.check import check
from provenance.verification.options import Options as CheckOptions
from tests.support import pictures
from tests.support.artist import Artist
from tests.support.blocks import camera
from tests.support.environment import Ran, corpus, exiftool, needs_corpus, needs_exiftool
from tests.support.permissions import xmp

SAID = Declaration.from_dict({"origin": "generated", "title": "Dusk", "authors": [{"name": "nightjar"}]})
BARE = Options()


def reading(path: Path) -> Reading:
    with path.open("rb") as stream:
        source, kind = Source(stream), sniff(stream)
        return read(source, kind, lay_out(source, kind, Limits()), Limits())


def signed(asset: Path, artist: Artist, **options: Any) -> Path:
    return sign(asset, SAID, credential=artist.credential, options=Options(**options)).path


def integrity(path: Path) -> Integrity:
    return check(path, options=CheckOptions()).integrity


def refused(asset: Path, *, metadata: bool = False, **options: object) -> str:
    before = {path: path.read_bytes() for path in asset.parent.iterdir() if path.is_file()}
    with pytest.raises(ProvenanceError) as caught:
        strip(asset, metadata=metadata, options=Options(**options))  # type: ignore[arg-type]
    assert {path: path.read_bytes() for path in asset.parent.iterdir() if path.is_file()} == before
    return str(caught.value)


# --- credentials -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", pictures.DRAWN)
def test_what_was_signed_without_metadata_becomes_what_it_was(name: str, tmp_path: Path, artist: Artist) -> None:
    """No store, no label of one, the same samples; byte for byte the file from before where its format allows that."""
    drawn = pictures.DRAWN[name]
    asset = drawn.at(tmp_path)
    source = signed(asset, artist, metadata=False)

    found = strip(source, metadata=False, options=BARE)

    assert found.path == tmp_path / f"picture.signed.stripped{drawn.extension}"
    assert found.manifest and not found.metadata
    data = found.path.read_bytes()
    assert b"urn:c2pa" not in data and b"c2pa.claim" not in data
    assert integrity(found.path) is Integrity.NO_CREDENTIALS
    if drawn.decodable:
        assert pictures.pixels(found.path) == pictures.pixels(asset)
    if name in {"jpeg", "png", "svg", "jxl"}:
        assert data == asset.read_bytes()
    assert integrity(source) is Integrity.INTACT  # which stays


@pytest.mark.parametrize("name", pictures.DRAWN)
def test_the_metadata_stay_unless_that_is_asked_for(name: str, tmp_path: Path, artist: Artist) -> None:
    """What EXIF, IPTC and XMP say is what they said."""
    source = signed(pictures.DRAWN[name].at(tmp_path), artist)

    found = strip(source, metadata=False, options=BARE)

    assert found.path is not None
    assert reading(found.path).metadata == reading(source).metadata


def test_a_tiff_of_several_pages_loses_the_directory_of_its_credentials(tmp_path: Path, artist: Artist) -> None:
    """Every page stays; the directory that only held credentials does not."""
    asset = pictures.tiff_pages(tmp_path / "a.tif")
    source = signed(asset, artist, embed=True)

    found = strip(source, metadata=False, options=BARE)

    assert found.path is not None
    assert pictures.pixels(found.path) == pictures.pixels(asset)
    assert integrity(found.path) is Integrity.NO_CREDENTIALS


def test_it_can_be_signed_again(tmp_path: Path, artist: Artist) -> None:
    """A stripped picture is a picture like any other."""
    for name in ("jpeg", "heic", "tiff"):
        found = strip(signed(pictures.DRAWN[name].at(tmp_path), artist), metadata=True, options=BARE)
        assert found.path is not None

        assert integrity(signed(found.path, artist)) is Integrity.INTACT


def test_a_stale_address_goes_with_the_credentials(tmp_path: Path) -> None:
    """Where credentials lie elsewhere, their address is what ties the picture to them; the flag beside it stays."""
    asset = tmp_path / "a.jpg"
    pictures.draw().save(asset, xmp=xmp("PROHIBITED", remote="https://example.org/a.c2pa"))

    found = strip(asset, metadata=False, options=BARE)

    assert found.path is not None and found.address and not found.manifest
    assert b"example.org" not in found.path.read_bytes()
    assert b"DMI-PROHIBITED" in found.path.read_bytes()
    assert pictures.pixels(found.path) == pictures.pixels(asset)


# --- metadata ----------------------------------------------------------------------------------------------------


@needs_exiftool
@pytest.mark.parametrize("name", ["jpeg", "png", "webp", "tiff", "gif", "avif", "heic", "svg", "jxl"])
def test_all_metadata_can_go_along(name: str, tmp_path: Path, artist: Artist) -> None:
    """Nobody reads anything from EXIF, IPTC and XMP then; the samples are the same."""
    drawn = pictures.DRAWN[name]
    source = signed(drawn.at(tmp_path), artist)

    found = strip(source, metadata=True, options=BARE)

    assert found.path is not None and found.metadata
    assert reading(found.path).metadata.values == ()
    assert b"nightjar" not in found.path.read_bytes() and b"Dusk" not in found.path.read_bytes()
    left = exiftool(found.path)
    assert [tag for tag in left if tag.startswith(("IPTC", "XMP-dc", "XMP-plus", "IFD0:Artist"))] == []
    if drawn.decodable:
        assert pictures.pixels(found.path) == pictures.pixels(source)


@needs_exiftool
@pytest.mark.parametrize("name", ["jpg", "webp", "png"])
def test_the_picture_is_seen_as_it_was(name: str, tmp_path: Path) -> None:
    """How it is turned stands in EXIF; that stays, and of the camera's nothing does."""
    asset = tmp_path / f"a.{name}"
    exif = Image.Exif()
    exif.load(b"Exif\0\0" + camera())
    exif[0x0112] = 6
    pictures.draw().save(asset, exif=exif.tobytes())

    found = strip(asset, metadata=True, options=BARE)

    assert found.path is not None
    assert exiftool(found.path, "-n", "-EXIF:all", "-GPS:all").keys() - {"SourceFile"} == {"IFD0:Orientation"}
    assert exiftool(found.path, "-n")["IFD0:Orientation"] == 6
    assert pictures.pixels(found.path) == pictures.pixels(asset)


def test_a_cameras_secrets_are_in_no_byte_of_a_tiff(tmp_path: Path) -> None:
    """Directories of a TIFF stay where they stand, emptied; the values are zeros."""
    asset = tmp_path / "a.tif"
    exif = Image.Exif()
    exif.load(b"Exif\0\0" + camera())
    pictures.draw().save(asset, exif=exif)
    assert b"SERIAL-4711" in asset.read_bytes()

    found = strip(asset, metadata=True, options=BARE)

    assert found.path is not None
    assert not [text for text in (b"SERIAL-4711", b"Somebody", b"Drawn Camera") if text in found.path.read_bytes()]
    assert pictures.pixels(found.path) == pictures.pixels(asset)


SECRETS = {
    "-EXIF:Artist": "ZQARTIST", "-EXIF:ImageDescription": "ZQCAPTION", "-EXIF:SerialNumber": "ZQSERIAL",
    "-GPS:GPSAreaInformation": "ZQPLACE", "-EXIF:Make": "ZQMAKE", "-XMP-dc:Description": "ZQXMP",
    "-IPTC:Caption-Abstract": "ZQIPTC", "-Comment": "ZQCOMMENT",
}  # fmt: skip


@needs_exiftool
@pytest.mark.parametrize("name", pictures.DRAWN)
def test_nothing_of_what_was_taken_out_is_in_any_byte(
    name: str, run: Callable[..., Ran], artist: Artist, tmp_path: Path
) -> None:
    """Neither what stands in the metadata, nor what signing had left behind of earlier ones; exiftool reads no more."""
    drawn = pictures.DRAWN[name]
    asset = drawn.at(tmp_path)
    said = [f"{tag}={text}" for tag, text in SECRETS.items()]
    subprocess.run(["exiftool", "-q", "-overwrite_original", *said, str(asset)], check=False, capture_output=True)
    source = signed(asset, artist, conflict=Conflict.KEEP)
    held = source.read_bytes()

    ran = run("strip", source.name, "--metadata", "-o", f"bare{asset.suffix}")

    assert ran.exit == 0, ran.err
    bare = tmp_path / f"bare{asset.suffix}"
    assert b"ZQ" in held or name == "svg"  # which exiftool does not write
    assert b"ZQ" not in bare.read_bytes() and "ZQ".encode("utf-16-le") not in bare.read_bytes()
    assert b"nightjar" not in bare.read_bytes() and b"Dusk" not in bare.read_bytes()
    assert "ZQ" not in str(exiftool(bare, "-u"))
    if drawn.decodable:
        assert pictures.pixels(bare) == pictures.pixels(asset)


def test_a_tiff_whose_offsets_are_not_all_known_keeps_what_nothing_points_at(
    run: Callable[..., Ran], tmp_path: Path
) -> None:
    """Samples without sizes would be taken for a gap; that old bytes may be left is said."""
    asset = pictures.tiff(tmp_path / "a.tif")
    data = bytearray(asset.read_bytes())
    at = data.index(struct.pack("<HHI", 279, 4, 1))  # StripByteCounts, under a number that nobody knows
    data[at : at + 2] = struct.pack("<H", 280)
    asset.write_bytes(bytes(data) + b"ZQLEFT")
    whole = pictures.tiff(tmp_path / "b.tif")
    whole.write_bytes(whole.read_bytes() + b"ZQLEFT")

    unknown = run("strip", "a.tif", "--metadata", "-o", "c.tif")
    known = run("strip", "b.tif", "--metadata", "-o", "d.tif")

    assert "a.tif: holds offsets that are not read here" in unknown.err and "b.tif" not in known.err
    assert (tmp_path / "c.tif").read_bytes() == bytes(data) + b"ZQLEFT"
    assert (tmp_path / "d.tif").read_bytes().endswith(bytes(6))
    assert pictures.pixels(tmp_path / "d.tif") == pictures.pixels(whole)


def test_texts_and_comments_are_metadata(tmp_path: Path) -> None:
    """A prompt in a text chunk is one; colour profile and resolution are not."""
    texts = PngInfo()
    texts.add_text("parameters", "a bird\nSteps: 20")
    asset = tmp_path / "a.png"
    pictures.draw().save(asset, pnginfo=texts, dpi=(300, 300), icc_profile=b"a profile")

    found = strip(asset, metadata=True, options=BARE)

    assert found.path is not None
    assert b"Steps" not in found.path.read_bytes()
    with Image.open(found.path) as image:
        assert set(image.info) == {"dpi", "icc_profile"}


def test_behind_the_index_of_a_multi_picture_file_nothing_moves(tmp_path: Path) -> None:
    """The second picture of a phone's JPEG is found by its position; zeros keep it."""
    asset = tmp_path / "a.jpg"
    pictures.draw().save(asset, "MPO", save_all=True, append_images=[pictures.draw(shift=30)])
    data = asset.read_bytes()
    index = data.index(b"MPF\0")
    end = index - 2 + int.from_bytes(data[index - 2 : index], "big")
    comment = b"\xff\xfe\0\x09comment"
    later = data[:end] + comment + data[end:]
    # Written for a file with the comment in it: the position of the second picture counts from the index.
    at = later.index((data.index(b"\xff\xd8", 2) - index - 4).to_bytes(4, "little"), index)
    moved = (int.from_bytes(later[at : at + 4], "little") + len(comment)).to_bytes(4, "little")
    asset.write_bytes(later[:at] + moved + later[at + 4 :])

    found = strip(asset, metadata=True, options=BARE)

    assert found.path is not None
    assert b"comment" not in found.path.read_bytes()
    assert found.path.stat().st_size == asset.stat().st_size
    assert len(pictures.pixels(found.path)) == 2
    assert pictures.pixels(found.path) == pictures.pixels(asset)


# --- near misses ---------------------------------------------------------------------------------------------------


def test_nothing_is_written_where_there_is_nothing(tmp_path: Path) -> None:
    """A picture without credentials gets no copy."""
    asset = pictures.png(tmp_path / "a.png")

    found = strip(asset, metadata=False, options=BARE)

    assert found.path is None
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_the_original_stays_unless_that_is_asked_for(tmp_path: Path, artist: Artist) -> None:
    """--in-place changes the file; an existing target is not replaced, an output of another kind is refused."""
    source = signed(pictures.jpeg(tmp_path / "a.jpg"), artist)
    (tmp_path / "b.jpg").write_bytes(b"something")

    assert refused(source, output=tmp_path / "b.jpg").startswith("b.jpg: exists already")
    assert refused(source, output=tmp_path / "b.png") == "b.png: would hold image/jpeg; call it b.jpg"
    assert "exclude each other" in refused(source, output=tmp_path / "c.jpg", in_place=True)
    assert refused(source, output=source).startswith("a.signed.jpg: is the picture itself")
    found = strip(source, metadata=False, options=Options(in_place=True))
    assert found.path == source and integrity(source) is Integrity.NO_CREDENTIALS


def test_a_file_that_cannot_be_taken_apart_is_refused(tmp_path: Path, artist: Artist) -> None:
    """Two stores in one file: which one a reader meets is not known, so nothing is guessed."""
    data = signed(pictures.png(tmp_path / "a.png"), artist).read_bytes()
    with (tmp_path / "a.signed.png").open("rb") as stream:
        span = prescan(stream).store_spans[0]
    twice = tmp_path / "b.png"
    twice.write_bytes(data[: span.end] + data[span.start : span.end] + data[span.end :])
    other = tmp_path / "c.txt"
    other.write_bytes(b"nothing")

    assert "cannot be taken apart" in refused(twice)
    assert "holds neither" in refused(other)


def test_a_heif_that_counts_bytes_in_a_way_that_is_not_read_is_refused(tmp_path: Path, artist: Artist) -> None:
    """An unknown box at the top may hold places that nobody would correct."""
    source = signed(pictures.heic(tmp_path / "a.heic"), artist)
    source.write_bytes(source.read_bytes() + b"\0\0\0\x10sidx\0\0\0\0\0\0\0\0")

    assert "that might count bytes" in refused(source)


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command_says_what_went_and_what_that_means(
    run: Callable[..., Ran], artist: Artist, tmp_path: Path
) -> None:
    """Exit 0 where something was taken out, 1 where there was nothing, 2 where that could not be."""
    signed(pictures.jpeg(tmp_path / "a.jpg"), artist)
    pictures.png(tmp_path / "plain.png")
    (tmp_path / "bad.jpg").write_bytes(b"nothing")

    done = run("strip", "a.signed.jpg", "-o", "out.jpg")
    nothing = run("strip", "plain.png")
    failed = run("strip", "bad.jpg", "plain.png", "a.signed.jpg", "--quiet")

    assert (done.exit, done.out) == (0, "a.signed.jpg: without credentials, in out.jpg\n")
    assert done.err == (
        "note: Nothing in these files says that something was taken out. A picture without credentials says nothing"
        " about how it was made.\n"
    )
    assert (nothing.exit, nothing.out) == (1, "plain.png: holds nothing to take out; nothing was written.\n")
    assert (failed.exit, failed.out, failed.err.count("\n")) == (2, "", 1)
    assert (tmp_path / "a.signed.stripped.jpg").exists()


def test_a_sidecar_stays_and_is_named(run: Callable[..., Ran], artist: Artist, tmp_path: Path) -> None:
    """What lies beside is no part of the file."""
    signed(pictures.jpeg(tmp_path / "a.jpg"), artist, sidecar=True)

    ran = run("strip", "a.jpg", "--metadata")

    assert "a.jpg: the credentials in a.jpg.c2pa beside it stay there." in ran.err


# --- files of others -------------------------------------------------------------------------------------------------

STRANGERS = [
    "ai/firefly-1.jpg",
    "ai/ChatGPT_Image.png",
    "ai/PXL_20260208_202351558.jpg",
    "chains/C.dng",
    "chains/cloud.jpg",
]


@needs_corpus
@needs_exiftool
@pytest.mark.parametrize("name", STRANGERS)
def test_credentials_of_strangers_go_and_their_metadata_stay(name: str, tmp_path: Path) -> None:
    """Written by other programs: everything that exiftool reads apart from credentials is the same."""
    asset = tmp_path / Path(name).name
    shutil.copy(corpus(*name.split("/")), asset)

    found = strip(asset, metadata=False, options=BARE)

    assert found.path is not None
    assert integrity(found.path) is Integrity.NO_CREDENTIALS
    groups = ("IFD", "Exif", "GPS", "IPTC", "XMP", "ICC", "MakerNotes")
    tags = [
        {tag: said for tag, said in exiftool(path).items() if tag.startswith(groups) and "Offset" not in tag}
        for path in (asset, found.path)
    ]
    tags[0].pop("XMP-dcterms:Provenance", None)
    tags[0].pop("XMP-xmp:Provenance", None)
    assert tags[0] == tags[1]
    if not name.endswith("dng"):
        assert pictures.pixels(found.path) == pictures.pixels(asset)
