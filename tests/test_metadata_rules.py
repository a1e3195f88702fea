"""What happens to metadata that are there already: conflicts, what is private, and what is refused."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL.PngImagePlugin import PngInfo

from provenance.errors import AssetError
from provenance.metadata.model import Carrier, Field, PrivateKind
from provenance.metadata.writing import Conflict, Outcome
from provenance.signing.options import Options
from provenance.signing.sign import planned, sign
from tests.support import blocks, carried, permissions, pictures
from tests.support.artist import Artist
from tests.support.blocks import SECRETS
from tests.support.carried import declared
from tests.support.environment import needs_exiftool
from tests.support.exiftool import Exiftool
from tests.support.formats import FORMATS
from tests.support.metadata import PACKET

OURS = {
    "authors": [{"name": "Mika Kestrel"}],
    "credit": "Nightjar",
    "copyright": "© 2026 Mika Kestrel",
    "title": "Dusk",
    "description": "Dusk at the weir",
    "license_url": "https://nightjar.example/terms",
}
THEIRS = (
    "-Artist=Zoë Ångström",
    "-By-line=Zoë Ångström",
    "-XMP-dc:Creator=Zoë Ångström",
    "-Copyright=© Zoë",
    "-XMP-dc:Rights=© Zoë",
)
CAMERAS = [name for name in FORMATS if "camera" in name or name in {"PNG, alpha", "WebP, animated"}]
NAMES = {Field.CREATOR: "Zoë Ångström", Field.RIGHTS: "© Zoë"}


@pytest.fixture(scope="module")
def tool() -> Iterator[Exiftool]:
    process = Exiftool()
    yield process
    process.close()


def written(path: Path, *assignments: str) -> Path:
    """Let exiftool write into *path*, in UTF-8."""
    command = ["exiftool", "-q", "-overwrite_original", "-charset", "iptc=utf8", "-charset", "exif=utf8"]
    subprocess.run([*command, "-IPTC:CodedCharacterSet=UTF8", *assignments, str(path)], check=True)
    return path


def options(path: Path, **more: Any) -> Options:
    return Options(output=path.with_name(f"out{path.suffix}"), thumbnail=False, **more)


# --- a field that says something else ---------------------------------------------------------------------------------
@needs_exiftool
def test_a_contradiction_is_refused_with_both(artist: Artist, tmp_path: Path) -> None:
    """By default nothing is written; the message shows where, what stands there, and what is stated."""
    path = written(pictures.jpeg(tmp_path / "picture.jpg"), *THEIRS)

    with pytest.raises(AssetError) as caught:
        sign(path, declared(OURS), credential=artist.credential, options=options(path))

    assert str(caught.value) == (
        "picture.jpg: metadata: XMP dc:creator says “Zoë Ångström”; IPTC By-line says “Zoë Ångström”; EXIF Artist says "
        "“Zoë Ångström”, you state “Mika Kestrel”; keep what stands there with --credit-conflict keep, or replace it "
        "with --credit-conflict replace"
    )
    assert list(tmp_path.iterdir()) == [path]


@needs_exiftool
@pytest.mark.parametrize(
    ("rule", "outcome", "creator", "rights"),
    [
        (Conflict.KEEP, Outcome.KEPT, "Zoë Ångström", "© Zoë"),
        (Conflict.REPLACE, Outcome.REPLACED, "Mika Kestrel", "© 2026 Mika Kestrel"),
    ],
)
def test_one_word_stands_everywhere(
    rule: Conflict, outcome: Outcome, creator: str, rights: str, artist: Artist, tool: Exiftool, tmp_path: Path
) -> None:
    """Kept or replaced, the value is the same in every carrier and in the manifest; the preview tells the old one."""
    path = written(pictures.jpeg(tmp_path / "picture.jpg"), *THEIRS)

    rows = {row.field: row for row in planned(path, declared(OURS), options=options(path, conflict=rule)).rows}
    made = sign(path, declared(OURS), credential=artist.credential, options=options(path, conflict=rule))
    tags = tool.tags(made.path)

    for field, old in NAMES.items():
        assert rows[field].outcome is outcome
        assert {value.texts for value in rows[field].before} == {(old,)}
    assert rows[Field.CREDIT].outcome is Outcome.NEW
    says = {Field.CREATOR: (creator,), Field.RIGHTS: (rights,)}
    for found in (carried.in_xmp(tags), carried.in_exif(tags), carried.in_iptc(tags), carried.in_manifest(made.path)):
        assert {field: found[field] for field in says} == says


@needs_exiftool
def test_where_carriers_contradict_each_other_xmp_is_kept(artist: Artist, tool: Exiftool, tmp_path: Path) -> None:
    """Though XMP agrees with the statement, the others do not: that is told, and XMP's word stands in all of them."""
    path = written(pictures.jpeg(tmp_path / "picture.jpg"), *THEIRS)
    written(path, "-XMP-dc:Creator=Mika Kestrel", "-XMP-dc:Rights=")

    rows = {row.field: row for row in planned(path, declared(OURS), options=options(path, conflict=Conflict.KEEP)).rows}
    made = sign(path, declared(OURS), credential=artist.credential, options=options(path, conflict=Conflict.KEEP))
    tags = tool.tags(made.path)

    assert {value.carrier for value in rows[Field.CREATOR].before} == {Carrier.EXIF, Carrier.IPTC}
    for found in (carried.in_xmp(tags), carried.in_exif(tags), carried.in_iptc(tags), carried.in_manifest(made.path)):
        assert (found[Field.CREATOR], found[Field.RIGHTS]) == (("Mika Kestrel",), ("© Zoë",))


@needs_exiftool
@pytest.mark.parametrize("empty", ["", "    "])
def test_an_empty_value_is_no_statement(empty: str, artist: Artist, tool: Exiftool, tmp_path: Path) -> None:
    """Cameras write tags that say nothing; they contradict nobody."""
    maker = blocks.Maker()
    value = empty.encode() + b"\0"
    entries = [(tag, 2, len(value), value if len(value) <= 4 else maker.value(value)) for tag in (270, 315, 33432)]
    path = pictures.jpeg(tmp_path / "picture.jpg", exif=b"Exif\0\0" + maker.block(maker.directory(*entries)))

    made = sign(path, declared(OURS), credential=artist.credential, options=options(path))

    assert carried.in_exif(tool.tags(made.path))[Field.CREATOR] == ("Mika Kestrel",)


@needs_exiftool
def test_the_same_word_is_no_contradiction(artist: Artist, tmp_path: Path) -> None:
    """In another normal form, cut by IIM, or with its names in one tag."""
    path = written(
        pictures.jpeg(tmp_path / "picture.jpg"),
        "-Artist=Mika Kestrel; A Very Long Name That Fills A By-line",
        "-By-line=Mika Kestrel", "-By-line=A Very Long Name That Fills A By",
        "-XMP-dc:Rights=© 2026 Zoe\u0308",
    )  # fmt: skip
    said = OURS | {
        "authors": [{"name": "Mika Kestrel"}, {"name": "A Very Long Name That Fills A By-line"}],
        "copyright": "© 2026 Zoë",
    }

    made = sign(path, declared(said), credential=artist.credential, options=options(path))

    assert carried.in_manifest(made.path)[Field.CREATOR] == ("Mika Kestrel", "A Very Long Name That Fills A By-line")


PLUS = "http://ns.useplus.org/ldf/vocab/DMI-"
NOTHING = {"training": "no", "data_mining": "no"}
# name -> (what stands there, what is stated, what becomes of the flag, the flag then)
KEEPING = {
    "it allows": ("ALLOWED", NOTHING, Outcome.REPLACED, "PROHIBITED"),
    "it refuses": (
        "PROHIBITED",
        dict.fromkeys(("generative_training", "training", "data_mining"), "yes"),
        Outcome.KEPT,
        "PROHIBITED",
    ),
    "it refuses more": ("PROHIBITED", {"generative_training": "no"}, Outcome.KEPT, "PROHIBITED"),
    "it refuses less": ("PROHIBITED-GENAIMLTRAINING", NOTHING, Outcome.REPLACED, "PROHIBITED"),
    "an answer more is stated": ("PROHIBITED", NOTHING | {"inference": "no"}, Outcome.SAME, "PROHIBITED"),
}


@pytest.mark.parametrize(("there", "said", "outcome", "flag"), KEEPING.values(), ids=KEEPING.keys())
def test_what_is_kept_never_allows_more_than_is_stated(
    there: str, said: dict[str, str], outcome: Outcome, flag: str, artist: Artist, tmp_path: Path
) -> None:
    """Of permissions, --credit-conflict keep keeps what refuses as much; what allows more gives way."""
    path = tmp_path / "picture.jpg"
    path.write_bytes(permissions.picture(permissions.xmp(there)))
    keeping = options(path, conflict=Conflict.KEEP)

    rows = {row.field: row for row in planned(path, declared({"permissions": said}), options=keeping).rows}
    made = sign(path, declared({"permissions": said}), credential=artist.credential, options=keeping)

    assert rows[Field.DATA_MINING].outcome is outcome
    assert carried.in_manifest(made.path)[Field.DATA_MINING] == (PLUS + flag,)


def test_permissions_of_which_neither_is_the_stricter_are_not_kept(artist: Artist, tmp_path: Path) -> None:
    """Where each refuses something that the other allows, nothing is written, and both are shown."""
    path = tmp_path / "picture.jpg"
    path.write_bytes(permissions.picture(permissions.xmp("PROHIBITED-GENAIMLTRAINING")))
    said = declared({"permissions": {"generative_training": "yes", "training": "no"}})

    with pytest.raises(AssetError, match="neither is the stricter in everything; replace it with"):
        sign(path, said, credential=artist.credential, options=options(path, conflict=Conflict.KEEP))

    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("flag", ["DMI-PROHIBITED", PLUS.replace("http", "https") + "PROHIBITED", "dmi-prohibited"])
def test_flag_in_another_spelling_is_no_contradiction(flag: str, artist: Artist, tmp_path: Path) -> None:
    """Bare, with https or in small letters it says the same, and is written as the vocabulary spells it."""
    path = tmp_path / "picture.jpg"
    path.write_bytes(permissions.picture(permissions.xmp("X").replace(PLUS.encode() + b"X", flag.encode())))

    made = sign(path, declared({"permissions": NOTHING}), credential=artist.credential, options=options(path))

    assert carried.in_manifest(made.path)[Field.DATA_MINING] == (PLUS + "PROHIBITED",)


# --- what is private --------------------------------------------------------------------------------------------------
PROMPT = (
    "a heron at dusk, planted prompt\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512, Model: planted"
)
PLANTED_XMP = (
    "-XMP-aux:SerialNumber=PLANTED-SERIAL", "-XMP-aux:OwnerName=PLANTED OWNER", "-XMP-exif:GPSLatitude=48.123456",
    "-XMP-xmpMM:PreservedFileName=PLANTED-PATH.psd", "-XMP-xmp:Label=stays",
)  # fmt: skip


PLANTED = [secret for name, secret in SECRETS.items() if name != "user_comment"]  # which is no prompt


_EXIF = {
    "ExifIFD:LensSerialNumber", "ExifIFD:OwnerName", "ExifIFD:SerialNumber", "GPS:GPSDateStamp", "GPS:GPSLatitudeRef",
    "GPS:GPSVersionID", "IFD1:Compression", "IFD1:ThumbnailImage", "IFD1:ThumbnailLength",
}  # fmt: skip
PRIVATE = _EXIF | {
    "XMP-aux:OwnerName", "XMP-aux:SerialNumber", "XMP-exif:GPSLatitude", "XMP-xmpMM:PreservedFileName",
    "Photoshop:PhotoshopThumbnail",
}  # fmt: skip


def preview() -> bytes:
    """Return a small JPEG that stands nowhere else."""
    stream = io.BytesIO()
    pictures.draw((32, 24), shift=5).save(stream, "JPEG")
    return stream.getvalue()


def camera_jpeg(path: Path) -> Path:
    """Write what a camera and two programs leave behind, with a preview in EXIF and one in the Photoshop resources."""
    thumbnail = preview()
    pictures.draw().save(path, "JPEG", exif=b"Exif\0\0" + blocks.camera())
    written(path, *PLANTED_XMP)
    data = path.read_bytes()
    held = b"\0\0\0\1" + bytes(24) + thumbnail
    resource = b"8BIM\x04\x0c\0\0" + len(held).to_bytes(4, "big") + held + bytes(len(held) % 2)
    body = b"Photoshop 3.0\0" + resource + b"8BIM\x03\xed\0\0\0\0\0\x10" + bytes(16)
    segment = b"\xff\xed" + (len(body) + 2).to_bytes(2, "big") + body
    path.write_bytes(data[:2] + segment + data[2:])
    return path


@needs_exiftool
def test_what_is_private_is_gone_and_nothing_else(artist: Artist, tool: Exiftool, tmp_path: Path) -> None:
    """Place, serial numbers, owner, previews, comment, maker note: not in the bytes, not for another reader."""
    path = camera_jpeg(tmp_path / "picture.jpg")
    before, planted = tool.tags(path), [*PLANTED, preview(), b"PLANTED", b"48,7.40736"]
    assert [one for one in planted if one not in path.read_bytes()] == []

    made = sign(path, declared(OURS), credential=artist.credential, options=options(path, strip_private=True))
    data, gone = made.path.read_bytes(), carried.changed(before, tool.tags(made.path))

    assert [one for one in planted if one in data] == []
    assert gone.keys() == PRIVATE
    assert all(new is None for _, new in gone.values())
    assert carried.frames(made.path) == carried.frames(path)


@needs_exiftool
def test_it_stays_unless_it_is_asked_for(artist: Artist, tmp_path: Path) -> None:
    """Without --strip-private the file keeps what it has; the preview names it."""
    path = camera_jpeg(tmp_path / "picture.jpg")

    found = planned(path, declared(OURS), options=options(path))
    made = sign(path, declared(OURS), credential=artist.credential, options=options(path))

    assert found.stripped == ()
    assert {one.kind for one in found.before.private} == set(PrivateKind) - {PrivateKind.PROMPT}
    assert all(secret in made.path.read_bytes() for secret in SECRETS.values())


@needs_exiftool
def test_prompts_go_too(artist: Artist, tool: Exiftool, tmp_path: Path) -> None:
    """What a generator was asked is taken out of its text chunk; what another program wrote beside it stays."""
    path = tmp_path / "picture.png"
    info = PngInfo()
    info.add_text("parameters", PROMPT)
    info.add_itxt("Software", "Painter 5")
    pictures.draw().save(path, "PNG", pnginfo=info, exif=b"Exif\0\0" + blocks.camera())
    before = tool.tags(path)
    said = OURS | {"origin": "generated", "despite_traces": "planted"}

    made = sign(path, declared(said), credential=artist.credential, options=options(path, strip_private=True))
    data, gone = made.path.read_bytes(), carried.changed(before, tool.tags(made.path))

    assert b"planted prompt" not in data
    assert [one for one in PLANTED if one in data] == []
    assert gone.keys() == _EXIF | {"PNG:Parameters"}
    assert all(new is None for _, new in gone.values())


@needs_exiftool
@pytest.mark.parametrize("name", CAMERAS)
def test_what_is_private_is_gone_from_every_container(
    name: str, artist: Artist, tool: Exiftool, tmp_path: Path
) -> None:
    """EXIF of a camera: its planted strings and its thumbnail are not in the signed file, and all else is."""
    path = FORMATS[name].at(tmp_path)
    before = tool.tags(path)
    assert [one for one in PLANTED if one not in path.read_bytes()] == []

    made = sign(path, declared(OURS), credential=artist.credential, options=options(path, strip_private=True))
    data, gone = made.path.read_bytes(), carried.changed(before, tool.tags(made.path))

    assert [one for one in PLANTED if one in data] == []
    assert gone.keys() == _EXIF
    assert all(new is None for _, new in gone.values())
    assert carried.frames(made.path) == carried.frames(path)


# --- what is refused --------------------------------------------------------------------------------------------------
XMP = b"http://ns.adobe.com/xap/1.0/\0"
DOCTYPE = PACKET.replace(b"<x:xmpmeta", b'<!DOCTYPE x [<!ENTITY e "e">]><x:xmpmeta', 1)
OF_OTHERS = PACKET.replace(b"Credit", b"Source")
_LEAVE = "leave the picture's metadata as it is with --no-metadata"


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body


def large_exif() -> bytes:
    maker = blocks.Maker()
    below = maker.directory((37500, 7, 65_400, maker.value(b"n" * 65_400)))
    return maker.block(maker.directory((34665, 4, 1, below)))


REFUSED = {  # segments behind the first, and what is said
    "XMP that goes on elsewhere": (
        [segment(0xE1, XMP + OF_OTHERS), segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + bytes(40) + b"<x/>")],
        f"XMP: goes on in further segments (ExtendedXMP), and is not edited; {_LEAVE}",
    ),
    "a document type": (
        [segment(0xE1, XMP + DOCTYPE)],
        f"XMP: has a document type, in which entities could be hidden; take the DOCTYPE out, or {_LEAVE}",
    ),
}


@pytest.mark.parametrize(("segments", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_edited_is_refused(segments: list[bytes], message: str, artist: Artist, tmp_path: Path) -> None:
    """Nothing is written; left as they are, such metadata keep nobody from signing."""
    path = tmp_path / "picture.jpg"
    data = pictures.jpeg(path).read_bytes()
    path.write_bytes(data[:2] + b"".join(segments) + data[2:])

    with pytest.raises(AssetError) as caught:
        sign(path, declared(OURS), credential=artist.credential, options=options(path))

    assert str(caught.value) == f"picture.jpg: {message}"
    assert list(tmp_path.iterdir()) == [path]

    left = sign(path, declared(OURS), credential=artist.credential, options=options(path, metadata=False))

    assert b"".join(segments) in left.path.read_bytes()


def test_exif_without_room_stays_as_it_is(artist: Artist, tool: Exiftool, tmp_path: Path) -> None:
    """A block of nearly 64 kB cannot grow in a JPEG: it is left, which is said, and XMP and IPTC carry the statement.

    Where something private would stay in it, nothing is written.
    """
    block = segment(0xE1, b"Exif\0\0" + large_exif())
    path = tmp_path / "picture.jpg"
    data = pictures.jpeg(path).read_bytes()
    path.write_bytes(data[:2] + block + data[2:])

    made = sign(path, declared(OURS), credential=artist.credential, options=options(path))
    tags = tool.tags(made.path)

    assert block in made.path.read_bytes()
    assert ("sign.carrier_left", "EXIF") in {(note.key, dict(note.values).get("carrier")) for note in made.notes}
    assert carried.in_xmp(tags)[Field.CREATOR] == carried.in_iptc(tags)[Field.CREATOR] == ("Mika Kestrel",)
    assert carried.in_exif(tags) == {}

    made.path.unlink()
    with pytest.raises(AssetError, match="EXIF: would be larger than a JPEG segment can be"):
        sign(path, declared(OURS), credential=artist.credential, options=options(path, strip_private=True))
    assert list(tmp_path.iterdir()) == [path]
