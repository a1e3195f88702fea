"""`provenance.metadata.carriers.jxl`: EXIF and XMP in the container of JPEG XL."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import piexif
import pytest

from provenance.container.model import Kind
from provenance.errors import AssetError
from provenance.metadata.blocks import MOST, Change
from tests.support.container import box, drawn, engine_state, layout, sign, signed
from tests.support.environment import exiftool, needs_exiftool
from tests.support.metadata import edited, found, naming

CHANGE = Change(exif=((315, "Zoë 山".encode()),), xmp=naming())
OLD = piexif.dump({"0th": {271: b"Drawn Camera"}})[6:]
HEAD = 12 + 20  # signature and ftyp of the drawn picture


def with_boxes(*boxes: bytes) -> bytes:
    return drawn("jxl")[:HEAD] + b"".join(boxes) + drawn("jxl")[HEAD:]


FILES: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: drawn("jxl"),
    "signed": lambda: signed("jxl"),
    "EXIF and XMP": lambda: with_boxes(box(b"Exif", bytes(4) + OLD), box(b"xml ", b"<x/>")),
    "behind the picture": lambda: drawn("jxl") + box(b"xml ", b"<x/>"),
    "without a length": lambda: drawn("jxl")[:HEAD] + bytes(4) + drawn("jxl")[HEAD + 4 :],
}


@pytest.mark.parametrize("name", FILES)
def test_exif_and_xmp_stand_in_their_boxes(name: str) -> None:
    """What was set is found again, the codestream is untouched, and the engine signs the result."""
    before = FILES[name]()

    after = edited(before, CHANGE)

    blocks = found(after)
    assert blocks.exif is not None
    assert piexif.load(blocks.exif)["0th"][315] == "Zoë 山".encode()
    assert (blocks.xmp, blocks.problems) == (naming(), ())
    assert after.endswith(before[-8:]) or name == "behind the picture"
    assert streams(after) == streams(before)
    assert engine_state(sign(after, Kind.JXL), Kind.JXL) == "Valid"
    assert edited(after, CHANGE) == after


def streams(data: bytes) -> list[bytes]:
    """Return the content of every box but those of metadata."""
    parts = layout(data, Kind.JXL).parts
    return [data[part.body.start : part.span.end] for part in parts if part.name not in ("Exif", "xml ")]


def test_old_tags_stay() -> None:
    """The block grows at its end."""
    after = found(edited(FILES["EXIF and XMP"](), CHANGE)).exif

    assert after is not None
    assert piexif.load(after)["0th"][271] == b"Drawn Camera"


@needs_exiftool
@pytest.mark.parametrize("name", FILES)
def test_exiftool_reads_both(name: str, tmp_path: Path) -> None:
    """An independent reader finds each text exactly, before and after signing."""
    after = edited(FILES[name](), CHANGE)

    for stem, data in (("edited", after), ("signed", sign(after, Kind.JXL))):
        path = tmp_path / f"{stem}.jxl"
        path.write_bytes(data)
        read = exiftool(path)
        assert read["IFD0:Artist"] == "Zoë 山"
        assert read["XMP-dc:Creator"] == ["Zoë 山"]


def test_nothing_to_change() -> None:
    """Without a change there is no edit, whatever the file holds."""
    held = with_boxes(box(b"brob", b"xml \x0b"), box(b"jbrd", b""))

    assert edited(held, Change()) == held
    assert edited(drawn("jxl"), Change(exif_without=frozenset({"gps"}))) == drawn("jxl")


PROBLEMS = {
    "compressed": (
        box(b"brob", b"xml \x0b"), "the XMP of the picture is compressed, and is not read",
        "keeps its metadata as they are (the XMP of the picture is compressed, and is not read)",
    ),
    "large": (
        box(b"xml ", bytes(MOST + 1)), "the XMP of the picture is larger than is read",
        "has XMP that cannot be read, and that is not overwritten",
    ),
    "no EXIF": (
        box(b"Exif", b"nothing of the kind"), "the EXIF of the picture has no header that can be read",
        "has EXIF that cannot be read, and that is not overwritten",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("held", "problem", "said"), PROBLEMS.values(), ids=PROBLEMS.keys())
def test_what_cannot_be_read_is_named_and_kept(held: bytes, problem: str, said: str) -> None:
    """A carrier that is not read is a problem, and it is not written over."""
    with pytest.raises(AssetError) as refused:
        edited(with_boxes(held), CHANGE)

    assert found(with_boxes(held)).problems == (problem,)
    assert str(refused.value) == f"picture: {said}"


def test_a_jpeg_inside_keeps_its_metadata() -> None:
    """What JPEG bytes are restored with is not changed; what they do not hold can be added."""
    held = with_boxes(box(b"jbrd", b""), box(b"Exif", bytes(4) + OLD))

    with pytest.raises(AssetError) as refused:
        edited(held, CHANGE)

    assert str(refused.value) == "picture: was a JPEG and can be restored only with its EXIF as it is"
    assert found(edited(held, Change(xmp=naming()))).xmp == naming()


def test_a_container_without_a_picture_is_refused() -> None:
    """Where no codestream stands, nothing is added."""
    with pytest.raises(AssetError) as refused:
        edited(drawn("jxl")[:HEAD], CHANGE)

    assert str(refused.value) == "picture: is damaged (it has no codestream), and its metadata cannot be changed"
