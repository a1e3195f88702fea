"""`provenance.container.xmp.values`: one property of a packet, without parsing XML."""

from __future__ import annotations

import pytest

from provenance.container.xmp import values

EXT = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
FORMS = {
    "attribute": ('<r xmlns:ext="{ns}" ext:Said="a &amp; b"/>', ["a & b"]),
    "attribute, apostrophes": ("<r xmlns:ext='{ns}' ext:Said='a'/>", ["a"]),
    "element": ('<r xmlns:ext="{ns}"><ext:Said>a</ext:Said></r>', ["a"]),
    "resource": ('<r xmlns:ext="{ns}"><ext:Said rdf:resource="a"/></r>', ["a"]),
    "another prefix": ('<r xmlns:x="{ns}" x:Said="a"/>', ["a"]),
    "another namespace": ('<r xmlns:ext="http://example.com/" ext:Said="a"/>', []),
    "another property": ('<r xmlns:ext="{ns}" ext:Unsaid="a"/>', []),
}


@pytest.mark.parametrize(("packet", "said"), FORMS.values(), ids=FORMS.keys())
def test_values(packet: str, said: list[str]) -> None:
    """A property counts under its own namespace, whatever its prefix and form."""
    assert list(values(packet.replace("{ns}", EXT).encode(), EXT, "Said")) == said
