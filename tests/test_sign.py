"""One picture and one declaration -> one signed file, whole or not at all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from provenance.container.prescan import prescan
from provenance.credentials.credential import Credential
from provenance.declaration.model import Declaration
from provenance.errors import AssetError, ProvenanceError, TimeStampError
from provenance.metadata.model import Carrier, Field
from provenance.metadata.writing import Conflict
from provenance.signing.options import Options
from provenance.signing.sign import sign
from provenance.terms import Integrity, TimeKind
from provenance.trust.model import Purpose, Tier, Trust, TrustList
from provenance.verification.check import check
from provenance.verification.model import Verification
from provenance.verification.options import Options as CheckOptions
from tests.support import pictures
from tests.support.environment import corpus, exiftool, needs_corpus, needs_exiftool
from tests.support.pki import Authority
from tests.support.signing import http_service
from tests.support.tsa import time_stamp_authority

DRAWN = {"title": "Dusk", "authors": [{"name": "nightjar"}], "origin": "blank-canvas", "tools": ["Krita 5.2.6"]}
CREDIT_ONLY = {"authors": [{"name": "nightjar"}], "permissions": {"generative_training": "no"}}


@pytest.fixture(scope="module")
def credential(pki: Authority) -> Credential:
    issued = pki.issue("nightjar", with_root=True)
    return Credential.of(issued.chain, issued.key)


@pytest.fixture(scope="module")
def artist(pki: Authority) -> Credential:
    issued = pki.issue("Mika", with_root=True)
    return Credential.of(issued.chain, issued.key)


def said(data: dict[str, Any] | None = None, **more: Any) -> Declaration:
    return Declaration.from_dict((DRAWN if data is None else data) | more)


def verified(path: Path, trust: Trust | None = None) -> Verification:
    return check(path, options=CheckOptions(trust=trust) if trust else CheckOptions())


def refused(asset: Path, credential: Credential, declaration: Declaration | None = None, **options: Any) -> str:
    """Return the message with which signing is refused; the folder is as it was."""
    before = {path: path.read_bytes() for path in asset.parent.iterdir() if path.is_file()}
    with pytest.raises(ProvenanceError) as caught:
        sign(asset, declaration or said(), credential=credential, options=Options(**options))
    assert {path: path.read_bytes() for path in asset.parent.iterdir() if path.is_file()} == before
    return str(caught.value)


def keys(notes: tuple[Any, ...]) -> list[str]:
    return [note.key.removeprefix("sign.") for note in notes]


# --- formats -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", pictures.DRAWN)
def test_every_format_carries_its_own_manifest(name: str, tmp_path: Path, credential: Credential) -> None:
    """Each comes out intact under our own verification, in its own format, with the same pixels."""
    drawn = pictures.DRAWN[name]
    asset = drawn.at(tmp_path)
    original = asset.read_bytes()

    signed = sign(asset, said(), credential=credential)

    assert signed.path == tmp_path / f"picture.signed{drawn.extension}"
    assert asset.read_bytes() == original
    found = verified(signed.path)
    assert found.integrity is Integrity.INTACT
    assert found.active == signed.manifest
    assert found.coverage.checked
    assert not found.coverage.excluded
    if drawn.decodable:
        assert pictures.pixels(signed.path) == pictures.pixels(asset)


BESIDE = {"bmp": "beside_kind", "jxl_naked": "beside_naked", "tiff_pages": "beside_pages", "big_tiff": "beside_big"}


@pytest.mark.parametrize(("name", "note"), BESIDE.items(), ids=BESIDE.keys())
def test_what_cannot_carry_a_manifest_gets_a_sidecar(
    name: str, note: str, tmp_path: Path, credential: Credential
) -> None:
    """The picture stays as it is, the sidecar lies beside it under its whole name, and the reason is said."""
    asset = pictures.BESIDE[name].at(tmp_path)
    original = asset.read_bytes()

    signed = sign(asset, said(), credential=credential)

    assert signed.sidecar
    assert signed.path.name == asset.name + ".c2pa"
    assert asset.read_bytes() == original
    assert keys(signed.notes)[0] == note
    assert verified(asset).integrity is Integrity.INTACT


def test_a_sidecar_can_be_asked_for(tmp_path: Path, credential: Credential) -> None:
    """A JPEG can be left as it is, too; nothing is explained, because it was asked for."""
    asset = pictures.jpeg(tmp_path / "a.jpg")
    original = asset.read_bytes()

    signed = sign(asset, said(), credential=credential, options=Options(sidecar=True))

    assert signed.path.name == "a.jpg.c2pa"
    assert asset.read_bytes() == original
    assert keys(signed.notes) == ["until"]


def test_pages_are_embedded_on_demand(tmp_path: Path, credential: Credential) -> None:
    """With embed, a TIFF of several pages carries its manifest inside."""
    asset = pictures.tiff_pages(tmp_path / "a.tif")

    signed = sign(asset, said(), credential=credential, options=Options(embed=True))

    assert signed.path.name == "a.signed.tif"
    assert verified(signed.path).integrity is Integrity.INTACT


def test_a_naked_jpeg_xl_is_wrapped_on_demand(tmp_path: Path, credential: Credential) -> None:
    """With wrap, the codestream stands in a container, byte for byte."""
    asset = pictures.jxl_naked(tmp_path / "a.jxl")

    signed = sign(asset, said(), credential=credential, options=Options(wrap=True))

    assert signed.path.name == "a.signed.jxl"
    assert asset.read_bytes() in signed.path.read_bytes()
    assert verified(signed.path).integrity is Integrity.INTACT


def test_a_cameras_raw_file_is_left_alone(tmp_path: Path, credential: Credential) -> None:
    """A TIFF under a name that we do not know is somebody's own format: it gets a sidecar."""
    asset = pictures.tiff(tmp_path / "a.tif").rename(tmp_path / "IMG_1.NEF")

    signed = sign(asset, said(), credential=credential)

    assert signed.path.name == "IMG_1.NEF.c2pa"
    assert keys(signed.notes)[0] == "beside_camera"


# --- credit and thumbnail ------------------------------------------------------------------------------------------


@needs_exiftool
def test_a_jpeg_without_exif_gets_the_credit(tmp_path: Path, credential: Credential) -> None:
    """exiftool reads artist, copyright and description from the EXIF, title and the rest from IPTC and XMP."""
    asset = pictures.jpeg(tmp_path / "a.jpg")

    signed = sign(asset, said(copyright="© Zoë 山", description="A heron"), credential=credential)

    found = exiftool(signed.path)
    assert {key: found[f"IFD0:{key}"] for key in ("Artist", "Copyright", "ImageDescription")} == {
        "Artist": "nightjar",
        "Copyright": "© Zoë 山",
        "ImageDescription": "A heron",
    }
    assert (found["IPTC:ObjectName"], found["XMP-dc:Title"]) == ("Dusk", "Dusk")
    assert found["XMP-dc:Creator"] == ["nightjar"]


def test_other_words_are_not_written_over(tmp_path: Path, credential: Credential) -> None:
    """Where the file names somebody else, nothing is signed until it is said which of the two shall stand."""
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01;\0\x02\0\0\0\x05\0\0\0\x1a\0\0\0\0Else\0"
    asset = pictures.jpeg(tmp_path / "a.jpg", exif=exif)

    assert refused(asset, credential) == (
        "a.jpg: metadata: EXIF Artist says “Else”, you state “nightjar”; keep what stands there with "
        "--credit-conflict keep, or replace it with --credit-conflict replace"
    )
    kept = sign(
        asset, said(), credential=credential, options=Options(conflict=Conflict.KEEP, output=tmp_path / "k.jpg")
    )
    ours = sign(
        asset, said(), credential=credential, options=Options(conflict=Conflict.REPLACE, output=tmp_path / "r.jpg")
    )
    left = sign(asset, said(), credential=credential, options=Options(metadata=False, output=tmp_path / "l.jpg"))

    names = [dict(one.verification.manifests[0].credits)["dc:creator"] for one in (kept, ours, left)]
    assert names == ["Else", "nightjar", "nightjar"]
    found = [one.verification.carried.texts(Field.CREATOR, Carrier.EXIF) for one in (kept, ours, left)]
    assert found == [("Else",), ("nightjar",), ("Else",)]


def test_the_thumbnail_can_be_left_out(tmp_path: Path, credential: Credential) -> None:
    """A claim thumbnail stands in the manifest by default, and not where it is not wanted."""
    asset = pictures.jpeg(tmp_path / "a.jpg")

    def labels(**options: Any) -> set[str]:
        signed = sign(asset, said(), credential=credential, options=Options(overwrite=True, **options))
        return {found.label for found in signed.verification.manifests[0].assertions}

    assert any(label.startswith("c2pa.thumbnail.claim") for label in labels())
    assert not any("thumbnail" in label for label in labels(thumbnail=False))


# --- where it goes ---------------------------------------------------------------------------------------------------


def test_a_lone_signer_answers_for_everything(tmp_path: Path, signed_jpeg: Path, credential: Credential) -> None:
    """With one credential every assertion is created, the thumbnail and the history's ingredient included."""
    result = sign(signed_jpeg, said({"title": "Dusk"}), credential=credential).path

    with result.open("rb") as stream:
        claim = prescan(stream).manifests[-1].claim
    created = {entry["url"].rpartition("/")[2] for entry in claim["created_assertions"]}
    assert claim.get("gathered_assertions", []) == []
    assert {"c2pa.thumbnail.claim", "c2pa.ingredient.v3", "c2pa.actions.v2"} <= created


def test_in_place_signs_the_file_itself(tmp_path: Path, credential: Credential) -> None:
    """In place, the name leads to the signed picture, and nothing else appears."""
    asset = pictures.png(tmp_path / "a.png")
    before = pictures.pixels(asset)

    signed = sign(asset, said(), credential=credential, options=Options(in_place=True))

    assert signed.path == asset
    assert verified(asset).integrity is Integrity.INTACT
    assert pictures.pixels(asset) == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_an_output_can_be_a_file_or_a_folder(tmp_path: Path, credential: Credential) -> None:
    """A folder keeps the default name; a file is written as named."""
    asset = pictures.png(tmp_path / "a.png")
    (tmp_path / "out").mkdir()

    one = sign(asset, said(), credential=credential, options=Options(output=tmp_path / "out"))
    two = sign(asset, said(), credential=credential, options=Options(output=tmp_path / "b.png"))

    assert one.path == tmp_path / "out" / "a.signed.png"
    assert two.path == tmp_path / "b.png"


def test_an_existing_file_is_not_replaced(tmp_path: Path, credential: Credential) -> None:
    """The second run is refused, until overwriting is allowed."""
    asset = pictures.png(tmp_path / "a.png")
    sign(asset, said(), credential=credential)

    assert refused(asset, credential) == (
        "a.signed.png: exists already; allow it with --overwrite, or choose another with --output"
    )
    sign(asset, said(), credential=credential, options=Options(overwrite=True))


def test_names_that_lie_are_refused(tmp_path: Path, credential: Credential) -> None:
    """A picture under the wrong extension is refused with the right one; so is such an output."""
    png = pictures.png(tmp_path / "a.png").rename(tmp_path / "a.jpg")
    text = tmp_path / "b.jpg"
    text.write_text("hello")
    good = pictures.png(tmp_path / "c.png")

    assert refused(png, credential) == "a.jpg: holds image/png, its name says image/jpeg; rename it to a.png"
    assert refused(text, credential) == "b.jpg: is not what its name says"
    (tmp_path / "e.jpg").touch()
    assert refused(tmp_path / "e.jpg", credential) == "e.jpg: is empty"
    assert refused(good, credential, output=tmp_path / "d.jpg") == "d.jpg: would hold image/png; call it d.png"
    assert refused(good, credential, output=tmp_path / "d.x", sidecar=True) == (
        "d.x: a sidecar is written; end the name with .c2pa"
    )


WRONG = {
    "in place and output": (
        {"in_place": True, "output": Path("x.png")},
        "x.png: an output and --in-place exclude each other; choose one",
    ),
    "beside and inside": (
        {"sidecar": True, "embed": True},
        "--sidecar: says beside the picture, --embed inside it; choose one",
    ),
    "time stamp address": (
        {"tsa_url": "ftp://a"},
        "ftp://a: is not the address of a time-stamp service; it starts with http:// or https://",
    ),
}


@pytest.mark.parametrize(("options", "message"), WRONG.values(), ids=WRONG.keys())
def test_wrong_options_are_refused(
    options: dict[str, Any], message: str, tmp_path: Path, credential: Credential
) -> None:
    """What contradicts itself is refused before anything is read."""
    assert refused(pictures.png(tmp_path / "a.png"), credential, **options) == message


def test_files_that_cannot_be_read_are_one_line(tmp_path: Path, credential: Credential) -> None:
    """Missing, a folder, a NUL in the name, a sidecar: each is said."""
    assert refused(tmp_path / "none.jpg", credential) == "none.jpg: cannot be read (No such file or directory)"
    assert refused(tmp_path / "a\0b.jpg", credential) == (
        "a\\u{0000}b.jpg: cannot be read (the name contains a NUL character)"
    )
    (tmp_path / "folder.jpg").mkdir()
    assert refused(tmp_path / "folder.jpg", credential) == "folder.jpg: cannot be read (Is a directory)"
    asset = pictures.bmp(tmp_path / "a.bmp")
    sidecar = sign(asset, said(), credential=credential).path
    assert refused(sidecar, credential) == "a.bmp.c2pa: is a sidecar; sign the picture that it belongs to"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path, credential: Credential) -> None:
    """A pipe that nobody writes to is refused in one line, by signing and by verifying, not waited for."""
    pipe = tmp_path / "picture.png"
    os.mkfifo(pipe)
    why = "picture.png: cannot be read (it is not a regular file)"

    assert refused(pipe, credential) == why
    with pytest.raises(AssetError) as caught:
        verified(pipe)
    assert str(caught.value) == why


def test_embedding_where_nothing_can_be_embedded_is_refused(tmp_path: Path, credential: Credential) -> None:
    """A BMP cannot carry a manifest, whoever insists."""
    asset = pictures.bmp(tmp_path / "a.bmp")

    assert refused(asset, credential, embed=True) == (
        "a.bmp: image/bmp cannot carry a manifest; leave --embed out for a sidecar"
    )


@pytest.mark.parametrize("name", ["avif", "heic"])
@pytest.mark.parametrize("box", [b"free", b"skip"])
def test_pixels_in_a_free_box_are_refused(name: str, box: bytes, tmp_path: Path, credential: Credential) -> None:
    """A picture that lies where any program may write is not vouched for."""
    asset = pictures.DRAWN[name].at(tmp_path)
    asset.write_bytes(asset.read_bytes().replace(b"mdat", box))

    assert refused(asset, credential) == (
        f"{asset.name}: keeps picture data in a box that programs may overwrite; "
        "export it again from the program that made it"
    )


@pytest.mark.parametrize("name", ["avif", "heic"])
def test_free_boxes_are_covered(name: str, tmp_path: Path, credential: Credential) -> None:
    """Nothing can be put into, or behind, a HEIF that we signed without breaking it."""
    signed = sign(pictures.DRAWN[name].at(tmp_path), said(), credential=credential)

    signed.path.write_bytes(signed.path.read_bytes() + b"\0\0\0\x10freeHello!!!")

    assert verified(signed.path).integrity is Integrity.ALTERED


def test_a_disk_that_fills_up_leaves_nothing(tmp_path: Path, credential: Credential) -> None:
    """When the system takes no more bytes while the engine writes, the folder is as it was."""
    asset = pictures.png(tmp_path / "a.png")
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
        message = refused(asset, credential, in_place=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert message == "a.png: the file would be larger than this system allows"


def test_the_longest_names_are_signed_in_place(tmp_path: Path, credential: Credential) -> None:
    """A name of 255 bytes has no room for more: in place it works, and otherwise the message says why not."""
    asset = pictures.png(tmp_path / ("n" * 251 + ".png"))

    assert refused(asset, credential) == (f"{'n' * 200}… +62: the name is too long; choose a shorter one with --output")
    assert sign(asset, said(), credential=credential, options=Options(in_place=True)).path == asset


# --- history ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def signed_jpeg(tmp_path: Path, credential: Credential) -> Path:
    asset = pictures.jpeg(tmp_path / "a.jpg")
    return sign(asset, said(), credential=credential, options=Options(in_place=True)).path


def test_what_was_stated_before_stays(signed_jpeg: Path, credential: Credential) -> None:
    """The manifest of the file becomes the parent of the new one, and its steps stay."""
    first = verified(signed_jpeg)

    signed = sign(signed_jpeg, said(CREDIT_ONLY), credential=credential)

    assert [found.label for found in signed.verification.manifests] == [signed.manifest, first.active]
    assert signed.verification.chain_intact
    assert "kept" in keys(signed.notes)


def test_no_sidecar_beside_an_embedded_manifest(tmp_path: Path, signed_jpeg: Path, credential: Credential) -> None:
    """What is inside would be found first: a statement beside it is refused, and pages go inside again."""
    assert refused(signed_jpeg, credential, said(CREDIT_ONLY), sidecar=True) == (
        "a.jpg: carries credentials inside, which a sidecar would contradict; leave --sidecar out"
    )
    pages = pictures.tiff_pages(tmp_path / "b.tif")
    sign(pages, said(), credential=credential, options=Options(embed=True, in_place=True))

    again = sign(pages, said(CREDIT_ONLY), credential=credential)

    assert not again.sidecar
    assert len(again.verification.manifests) == 2


def test_history_is_dropped_only_on_demand_and_on_record(signed_jpeg: Path, credential: Credential) -> None:
    """Dropped history is gone from the bytes, and the new manifest says that it was dropped."""
    first = verified(signed_jpeg).active

    signed = sign(signed_jpeg, said(CREDIT_ONLY), credential=credential, options=Options(drop_history=True))

    (manifest,) = signed.verification.manifests
    assert first.encode() not in signed.path.read_bytes()
    assert [(found.kind, found.value) for found in manifest.statements] == [("history_dropped", "by the signer")]
    assert "dropped" in keys(signed.notes)


def test_a_damaged_parent_is_refused_or_accepted_or_dropped(signed_jpeg: Path, credential: Credential) -> None:
    """A parent that does not hold is not built upon silently; what is wrong stays visible."""
    spoil(signed_jpeg)

    assert refused(signed_jpeg, credential, said(CREDIT_ONLY)) == (
        "a.jpg: carries credentials that are damaged (assertion.dataHash.mismatch); "
        "sign an undamaged copy, or keep them as they are with --accept-damaged-parent"
    )
    accepted = sign(signed_jpeg, said(CREDIT_ONLY), credential=credential, options=Options(accept_damaged_parent=True))
    assert accepted.verification.integrity is Integrity.INTACT
    assert not accepted.verification.chain_intact
    assert "kept_damaged" in keys(accepted.notes)
    dropped = sign(
        signed_jpeg, said(CREDIT_ONLY), credential=credential, options=Options(drop_history=True, overwrite=True)
    )
    assert len(dropped.verification.manifests) == 1


def test_a_history_in_a_sidecar_is_kept_in_the_next_one(tmp_path: Path, credential: Credential) -> None:
    """Signing again beside a picture keeps what the first sidecar said."""
    asset = pictures.bmp(tmp_path / "a.bmp")
    first = sign(asset, said(), credential=credential)

    second = sign(asset, said(CREDIT_ONLY), credential=credential, options=Options(overwrite=True))

    assert [found.label for found in second.verification.manifests] == [second.manifest, first.manifest]
    assert second.verification.chain_intact


def test_a_component_brings_its_own_history(tmp_path: Path, signed_jpeg: Path, credential: Credential) -> None:
    """A signed picture that is part of another one stays visible in it; its path and name do not."""
    secret = signed_jpeg.rename(tmp_path / "client-secret.jpg")
    asset = pictures.png(tmp_path / "b.png")
    declaration = said(origin="composite", ingredients=[{"path": str(secret)}])

    signed = sign(asset, declaration, credential=credential)

    assert len(signed.verification.manifests) == 2
    assert b"client-secret" not in signed.path.read_bytes()


def test_a_damaged_component_is_refused(tmp_path: Path, signed_jpeg: Path, credential: Credential) -> None:
    """The other picture is named, and what is wrong with it."""
    spoil(signed_jpeg)
    asset = pictures.png(tmp_path / "b.png")

    message = refused(asset, credential, said(origin="composite", ingredients=[{"path": str(signed_jpeg)}]))

    assert message.startswith("a.jpg: carries credentials that are damaged (assertion.dataHash.mismatch)")


def spoil(path: Path) -> None:
    """Change one byte of the picture."""
    data = bytearray(path.read_bytes())
    data[-20] ^= 0x01
    path.write_bytes(data)


# --- a studio signs for an artist ----------------------------------------------------------------------------------


def test_the_artists_words_stand_under_the_artists_identity(
    tmp_path: Path, credential: Credential, artist: Credential
) -> None:
    """Steps are the studio's own word; credit and permissions are gathered, and the artist vouches for them."""
    asset = pictures.jpeg(tmp_path / "a.jpg")

    signed = sign(asset, said(DRAWN | CREDIT_ONLY), credential=credential, options=Options(identity=artist))

    manifest = signed.verification.manifests[0]
    (identity,) = manifest.identities
    assert identity.roles == ("cawg.creator",)
    assert {"cawg.metadata", "cawg.training-mining"} <= set(identity.referenced)
    assert identity.chain[0].sha256 == artist.fingerprint
    assert manifest.signer.leaf is not None
    assert manifest.signer.leaf.sha256 == credential.fingerprint
    assert {found.label: found.created for found in manifest.assertions}["cawg.metadata"] is False


def test_an_identity_must_add_something(tmp_path: Path, credential: Credential, artist: Credential) -> None:
    """The signer's own key, or nothing to vouch for, is refused."""
    asset = pictures.jpeg(tmp_path / "a.jpg")

    assert refused(asset, credential, identity=credential) == (
        "author's identity: has the same key as the signer, which adds no evidence; leave it out"
    )
    assert refused(asset, credential, said({"origin": "blank-canvas"}), identity=artist) == (
        "author's identity: has nothing to vouch for; say a name, a credit or permissions"
    )


# --- time ---------------------------------------------------------------------------------------------------------


def test_a_time_stamp_is_carried_and_checked(tmp_path: Path, pki: Authority, credential: Credential) -> None:
    """With an authority the time is stamped; who lists that authority trusts it, and nobody is told an end."""
    asset = pictures.jpeg(tmp_path / "a.jpg")

    with time_stamp_authority(pki) as url:
        signed = sign(asset, said(), credential=credential, options=Options(tsa_url=url))

    assert signed.verification.manifests[0].time.kind is TimeKind.UNTRUSTED
    assert "until" not in keys(signed.notes)
    trust = Trust((TrustList("Clocks", Tier.TSA, Purpose.TIME_STAMP, pki.anchor_pem.decode()),))
    assert verified(signed.path, trust).manifests[0].time.kind is TimeKind.TRUSTED


FAILING = {
    "500": lambda _: (500, "text/plain", b"no"),
    "garbage": lambda _: (200, "application/timestamp-reply", b"garbage"),
}


@pytest.mark.parametrize("answer", FAILING.values(), ids=FAILING.keys())
def test_without_the_time_stamp_asked_for_nothing_is_written(
    answer: Any, tmp_path: Path, credential: Credential
) -> None:
    """A failing service is an error; where a stamp is optional, a note."""
    asset = pictures.jpeg(tmp_path / "a.jpg")

    with http_service(answer) as url:
        assert "gave no time stamp" in refused(asset, credential, tsa_url=url)
        signed = sign(asset, said(), credential=credential, options=Options(tsa_url=url, tsa_optional=True))

    assert verified(signed.path).integrity is Integrity.INTACT
    assert keys(signed.notes) == ["not_stamped", "until"]


@pytest.mark.deep
def test_a_service_that_hangs_is_given_up(tmp_path: Path, credential: Credential) -> None:
    """A service that never answers ends as a time-stamp error."""
    from threading import Event

    asset, never = pictures.jpeg(tmp_path / "a.jpg"), Event()

    def hang(_: bytes) -> tuple[int, str, bytes]:
        never.wait(60)
        return 200, "text/plain", b""

    with http_service(hang) as url, pytest.raises(TimeStampError):
        try:
            sign(asset, said(), credential=credential, options=Options(tsa_url=url))
        finally:
            never.set()


# --- files of others -----------------------------------------------------------------------------------------------

UNSIGNED = (
    "IMG_0003.jpg", "P1000827.jpg", "TUSCANY.TIF", "earth_apollo17.jpg", "libpng-test.png", "mars.webp",
    "sample1.avif", "sample1.gif", "sample1.heic", "sample1.png", "test_lossless.webp", "test_xmp.webp",
)  # fmt: skip
_ABOUT_THE_FILE = ("System:", "ExifTool:", "JUMBF:", "CBOR:", "JSON:", "Jpeg2000:", "SourceFile", "C2PA")


@needs_corpus
@needs_exiftool
@pytest.mark.parametrize("name", UNSIGNED)
def test_real_pictures_keep_pixels_and_metadata(name: str, tmp_path: Path, credential: Credential) -> None:
    """Every file of others signs in its own format; decoded pixels and every tag are what they were."""
    asset = tmp_path / name
    shutil.copyfile(corpus("unsigned", name), asset)

    signed = sign(asset, said(), credential=credential, options=Options(metadata=False))

    assert not signed.sidecar
    assert pictures.pixels(signed.path) == pictures.pixels(asset)
    if asset.suffix == ".png":  # exiftool does not find the EXIF behind a manifest in a PNG
        assert without_manifest(signed.path) == asset.read_bytes()
    else:
        assert own_tags(signed.path) == own_tags(asset)


def without_manifest(png: Path) -> bytes:
    """Return a PNG without its caBX chunk."""
    data = png.read_bytes()
    start = data.index(b"caBX") - 4
    return data[:start] + data[start + 12 + int.from_bytes(data[start : start + 4], "big") :]


def own_tags(path: Path) -> dict[str, Any]:
    """Return the tags of the picture itself; offsets move, and the manifest's own tags are new."""
    found = exiftool(path, "-a")
    return {
        key: value
        for key, value in found.items()
        if not key.startswith(_ABOUT_THE_FILE) and "Offset" not in key and "C2PA" not in key
    }
