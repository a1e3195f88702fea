"""`provenance.metadata.carriers.gif`: XMP and comments in GIF."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from provenance.container.model import Kind
from provenance.errors import AssetError
from provenance.metadata.blocks import Change
from tests.support.container import drawn, engine_state, layout, sign, signed
from tests.support.environment import corpus, exiftool, exiftool_warnings, needs_corpus, needs_exiftool
from tests.support.metadata import edited, found, naming, picture
from tests.support.pictures import draw


def commented(*, version: bytes = b"GIF89a") -> bytes:
    out = io.BytesIO()
    draw(mode="P").save(out, "GIF", comment=b"drawn by hand " * 40)
    return version + out.getvalue()[6:]


@pytest.mark.parametrize("name", ["gif", "signed"])
def test_a_packet_stands_in_front_of_the_first_frame(name: str) -> None:
    """The packet is found again; every frame is what it was, before and after signing."""
    before = drawn("gif") if name == "gif" else signed("gif")

    after = edited(before, Change(xmp=naming()))

    names = [part.name for part in layout(after, Kind.GIF).parts]
    assert names.index("XMP") < names.index("graphic control")
    assert found(after).xmp == naming()
    assert picture(before) == picture(after) == picture(sign(after, Kind.GIF))
    assert engine_state(sign(after, Kind.GIF), Kind.GIF) == "Valid"


def test_a_packet_is_replaced_where_it_stands() -> None:
    """A second change leaves one packet, and every other byte."""
    first = edited(drawn("gif"), Change(xmp=naming("somebody else entirely")))

    after = edited(first, Change(xmp=naming()))

    assert after == edited(drawn("gif"), Change(xmp=naming()))


def test_a_gif_of_1987_becomes_one_of_1989() -> None:
    """GIF87a knows no extensions: the version is raised with the first one, and not before."""
    before = commented(version=b"GIF87a")

    assert edited(before, Change(xmp=naming()))[:6] == b"GIF89a"
    assert edited(before, Change()) == before


def test_comments_are_read_and_taken_out() -> None:
    """A comment is joined from its sub-blocks; taken out, nothing of it is left, and nothing else is missing."""
    before = commented()

    (text,) = found(before).texts
    after = edited(before, Change(texts_without=frozenset({"comment"})))

    assert (text.key, text.data, text.utf8) == ("comment", b"drawn by hand " * 40, False)
    assert after == before[: text.span.start] + before[text.span.end :]
    assert edited(before, Change(texts_without=frozenset({"Title"}))) == before


@needs_exiftool
def test_exiftool_reads_the_packet(tmp_path: Path) -> None:
    """An independent reader finds the name, before and after signing, and nothing odd."""
    after = edited(drawn("gif"), Change(xmp=naming()))

    for name, data in (("edited", after), ("signed", sign(after, Kind.GIF))):
        path = tmp_path / f"{name}.gif"
        path.write_bytes(data)
        assert exiftool(path)["XMP-dc:Creator"] in ("Zoë 山", ["Zoë 山"])
        assert not exiftool_warnings(path)


@needs_corpus
def test_a_gif_of_somebody_else() -> None:
    """A GIF from elsewhere keeps its frames."""
    before = corpus("unsigned", "sample1.gif").read_bytes()

    assert picture(edited(before, Change(xmp=naming()))) == picture(before)


def test_packet_cut_into_sub_blocks_is_read() -> None:
    """A writer that did not know the form of XMP in a GIF is understood; what we write instead has that form."""
    body = naming()
    blocks = (
        b"".join(bytes([len(body[at : at + 255])]) + body[at : at + 255] for at in range(0, len(body), 255)) + b"\0"
    )
    plain = edited(drawn("gif"), Change(xmp=b"<x/>"))
    (part,) = (part for part in layout(plain, Kind.GIF).parts if part.name == "XMP")
    odd = plain[: part.body.start] + blocks + plain[part.body.end :]

    assert found(odd).xmp == body
    assert edited(odd, Change(xmp=body)) == edited(drawn("gif"), Change(xmp=body))


REFUSED = {
    "NUL": (drawn("gif"), b"<x\0/>", "XMP: holds a NUL byte, which a GIF cannot carry"),
    "no frame": (
        drawn("gif")[:13], b"<x/>", "picture: is damaged (it has no frame), and its metadata cannot be changed"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("data", "xmp", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_written_is_refused(data: bytes, xmp: bytes, said: str) -> None:
    """Nothing is written that a reader could not find again."""
    with pytest.raises(AssetError) as refused:
        edited(data, Change(xmp=xmp))

    assert str(refused.value) == said


def test_pillow_opens_the_result() -> None:
    """The frame count and the comment stay, for a decoder that knows nothing of XMP."""
    before = commented()

    with Image.open(io.BytesIO(edited(before, Change(xmp=naming())))) as image:
        assert image.info["comment"] == b"drawn by hand " * 40
