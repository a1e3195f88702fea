"""`provenance.metadata.carriers.svg`: XMP in SVG, spliced into the text."""

from __future__ import annotations

from pathlib import Path

import pytest

from provenance.container.model import Kind
from provenance.errors import AssetError
from provenance.metadata.blocks import Change
from tests.support.container import drawn, engine_state, sign, signed
from tests.support.environment import exiftool, needs_exiftool
from tests.support.metadata import edited, found, naming

NS = b'xmlns="http://www.w3.org/2000/svg"'
DECLARED = b'<?xml version="1.0" encoding="UTF-8"?>\n'
BARE = naming()[naming().index(b"<x:xmpmeta") : naming().index(b"\n<?xpacket end")]

# What stands there, and what stands there afterwards, with "@" for the packet.
PLACED = {
    "nothing": (b"<svg " + NS + b"><g/></svg>", b"<svg " + NS + b"><metadata>@</metadata><g/></svg>"),
    "a prefix": (
        b'<s:svg xmlns:s="http://www.w3.org/2000/svg" a="x>y"><s:g/></s:svg>',
        b'<s:svg xmlns:s="http://www.w3.org/2000/svg" a="x>y"><s:metadata>@</s:metadata><s:g/></s:svg>',
    ),
    "no namespace": (b"<svg><g/></svg>", b"<svg><metadata>@</metadata><g/></svg>"),
    "an empty root": (b"<svg " + NS + b" />", b"<svg " + NS + b" ><metadata>@</metadata></svg>"),
    "metadata": (
        b"<svg " + NS + b"><g/><metadata id='m'><a/></metadata></svg>",
        b"<svg " + NS + b"><g/><metadata id='m'><a/>@</metadata></svg>",
    ),
    "empty metadata": (
        b"<svg " + NS + b"><metadata/><g/></svg>", b"<svg " + NS + b"><metadata>@</metadata><metadata/><g/></svg>"
    ),
    "empty metadata at the end": (
        b"<svg " + NS + b"><metadata/></svg>", b"<svg " + NS + b"><metadata>@</metadata><metadata/></svg>"
    ),
    "metadata of a group": (
        b"<svg " + NS + b"><g><metadata>a</metadata></g></svg>",
        b"<svg " + NS + b"><metadata>@</metadata><g><metadata>a</metadata></g></svg>",
    ),
    "metadata in a comment": (
        b"<svg " + NS + b"><!-- <metadata></metadata> --></svg>",
        b"<svg " + NS + b"><metadata>@</metadata><!-- <metadata></metadata> --></svg>",
    ),
    "a packet": (
        b"<svg " + NS + b"><metadata>" + naming("Ada") + b"</metadata></svg>", b"<svg " + NS + b"><metadata>@</metadata></svg>"
    ),
    "a packet without wrapper": (
        b"<svg " + NS + b"><metadata>" + BARE + b"</metadata></svg>", b"<svg " + NS + b"><metadata>@</metadata></svg>"
    ),
    "a packet under another prefix": (
        b"<svg " + NS + b"><metadata><q:xmpmeta xmlns:q='adobe:ns:meta/'/></metadata></svg>",
        b"<svg " + NS + b"><metadata>@</metadata></svg>",
    ),
    "a packet in a comment": (
        b"<svg " + NS + b"><!--" + BARE + b"--></svg>", b"<svg " + NS + b"><metadata>@</metadata><!--" + BARE + b"--></svg>"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after"), PLACED.values(), ids=PLACED.keys())
def test_the_packet_is_spliced_in(before: bytes, after: bytes) -> None:
    """The packet goes where SVG has a place for it, and no other byte of the text changes."""
    made = edited(DECLARED + before, Change(xmp=naming()))

    assert made == DECLARED + after.replace(b"@", naming())
    assert found(made).xmp == naming()
    assert edited(made, Change(xmp=naming())) == made


def test_nothing_to_change() -> None:
    """EXIF and IPTC have no place in a drawing."""
    assert edited(drawn("svg"), Change(exif=((315, b"Ada"),), iptc=b"x")) == drawn("svg")


REFUSED = {
    "document type": (b'<!DOCTYPE svg [<!ENTITY a "b">]><svg ' + NS + b"/>", "has a document type"),
    "not closed": (DECLARED + b"<svg " + NS + b"><g></svg>", "cannot be read as XML (mismatched tag)"),
    "another encoding": (b'<?xml version="1.0" encoding="ISO-8859-1"?><svg ' + NS + b"/>", "is not in UTF-8"),
    "ASCII": (b'<?xml version="1.0" encoding="US-ASCII"?><svg ' + NS + b"/>", "is not in UTF-8"),
    "another root": (DECLARED + b'<svg xmlns="http://example.com/"/>', "is not an SVG"),
}


@pytest.mark.parametrize(("data", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_understood_is_refused(data: bytes, said: str) -> None:
    """A drawing whose text could mean something else is left alone, with the reason."""
    with pytest.raises(AssetError) as refused:
        edited(data, Change(xmp=naming()))

    assert str(refused.value) == f"picture: {said}, and its metadata cannot be changed"


def test_ascii_takes_ascii() -> None:
    """A packet of ASCII fits into a drawing of ASCII."""
    before = b'<?xml version="1.0" encoding="US-ASCII"?><svg ' + NS + b"/>"

    assert b"<x:xmpmeta/>" in edited(before, Change(xmp=b"<x:xmpmeta/>"))


def test_a_packet_beside_a_document_type_is_still_read() -> None:
    """What looks like a packet is handed on where the drawing cannot be changed, and the reason with it."""
    blocks = found(b"<!DOCTYPE svg><svg " + NS + b"><metadata>" + BARE + b"</metadata></svg>")

    assert blocks.xmp == BARE
    assert blocks.problems == ("the drawing has a document type",)


@pytest.mark.parametrize("before", [drawn("svg"), signed("svg")], ids=["drawn", "signed"])
def test_the_engine_signs_the_result(before: bytes) -> None:
    """A drawing with our packet is signed, and stays what it is."""
    after = sign(edited(before, Change(xmp=naming())), Kind.SVG)

    assert engine_state(after, Kind.SVG) == "Valid"
    assert found(after).xmp == naming()


@needs_exiftool
def test_exiftool_reads_the_packet(tmp_path: Path) -> None:
    """An independent reader finds the name; in an unsigned drawing it names the elements around it, too."""
    after = edited(drawn("svg"), Change(xmp=naming()))

    for name, data in (("edited", after), ("signed", sign(after, Kind.SVG))):
        path = tmp_path / f"{name}.svg"
        path.write_bytes(data)
        read = exiftool(path)
        held = read if "XMP-dc:Creator" in read else read["XMP:Svg"]["Metadata"]
        assert held.get("XMP-dc:Creator", held.get("Creator")) == ["Zoë 山"]
