"""XMP: packets as programs write them, edited without touching what is not ours; hostile ones refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from provenance.errors import AssetError
from provenance.metadata import xmp
from provenance.metadata.fields import FORMS, NAMESPACES, Form
from provenance.metadata.model import Private, PrivateKind
from tests.support.environment import CORPUS, exiftool, exiftool_block, needs_corpus, needs_exiftool

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
AGAIN = "have the program that wrote it write it again"


def packet(*descriptions: str, declared: str = f'xmlns:rdf="{RDF}"') -> bytes:
    """Return a packet with its wrapper and padding, around *descriptions*."""
    inner = "\n  ".join(descriptions)
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Other">\n'
        f" <rdf:RDF {declared}>\n  {inner}\n </rdf:RDF>\n</x:xmpmeta>\n{' ' * 99}\n{' ' * 99}\n"
        '<?xpacket end="w"?>'
    ).encode()


def described(properties: str, *, attributes: str = "", prefixes: tuple[str, ...] = ("dc", "photoshop", "xmp")) -> str:
    """Return one description with *properties* as elements and *attributes*."""
    declared = " ".join(f'xmlns:{prefix}="{NAMESPACES[prefix]}"' for prefix in prefixes)
    return f'<rdf:Description rdf:about="" {declared}{attributes}>{properties}</rdf:Description>'


PHOTOSHOP = packet(
    described(
        """
   <xmp:CreatorTool>Adobe Photoshop 25.0 (Windows)</xmp:CreatorTool>
   <!-- kept -->
   <dc:creator>
    <rdf:Seq>
     <rdf:li>Old Name</rdf:li>
    </rdf:Seq>
   </dc:creator>
   <?keep this?>
   <xmpMM:History>
    <rdf:Seq>
     <rdf:li stEvt:action="created" stEvt:when="2024-01-01T10:00:00+01:00" stEvt:softwareAgent="Adobe Photoshop 24"/>
     <rdf:li rdf:parseType="Resource">
      <stEvt:action>saved</stEvt:action>
      <stEvt:when>2024-02-02T10:00:00+01:00</stEvt:when>
      <stEvt:softwareAgent>Adobe Photoshop 25.0 (Windows)</stEvt:softwareAgent>
     </rdf:li>
    </rdf:Seq>
   </xmpMM:History>
   <photoshop:DocumentAncestors><rdf:Bag><rdf:li>uuid:1</rdf:li></rdf:Bag></photoshop:DocumentAncestors>
  """,
        prefixes=("dc", "xmp", "xmpMM", "stEvt", "photoshop"),
    )
)
LIGHTROOM = packet(
    "<rdf:Description rdf:about='uuid:a\"b'\n"
    '    xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"\n'
    "    xmlns:plus='http://ns.useplus.org/ldf/xmp/1.0/'\n"
    '    xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"\n'
    "   photoshop:Credit='Old > \"credit\"'\n"
    '   crs:Version = "16.0"\n'
    '   plus:DataMining="http://ns.useplus.org/ldf/vocab/DMI-ALLOWED"\n'
    '   crs:RawFileName="IMG_1.CR3"/>'
)
DARKTABLE = packet(
    '<rdf:Description rdf:about="" xmlns:darktable="http://darktable.sf.net/" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"'
    ' xmpMM:DerivedFrom="IMG_1.NEF" darktable:xmp_version="5"><darktable:history><rdf:Seq>'
    '<rdf:li darktable:num="0" darktable:operation="rawprepare" darktable:params="gz12"/></rdf:Seq></darktable:history>'
    "</rdf:Description>"
)
GETTY = packet(
    '<rdf:Description rdf:about="" xmlns:d="http://purl.org/dc/elements/1.1/"><d:rights><rdf:Alt>'
    '<rdf:li xml:lang="x-default">© Old</rdf:li><rdf:li xml:lang="en-US">© Old</rdf:li>'
    '<rdf:li xml:lang="de">© Alt &amp; Co</rdf:li></rdf:Alt></d:rights></rdf:Description>',
    '<rdf:Description rdf:about="" xmlns:pl="http://ns.useplus.org/ldf/xmp/1.0/"'
    ' xmlns:GettyImagesGIFT="http://xmp.gettyimages.com/gift/1.0/" GettyImagesGIFT:AssetID="123">'
    '<pl:DataMining rdf:resource="http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING"/>'
    "<pl:Licensor><rdf:Seq><rdf:li><rdf:Description><pl:LicensorURL>https://example.org/?a=1&amp;b=2</pl:LicensorURL>"
    "</rdf:Description></rdf:li></rdf:Seq></pl:Licensor></rdf:Description>",
)
MISLEADING = packet(  # a known prefix for something else, and ours under another
    '<rdf:Description rdf:about="" xmlns:dc="urn:not-dublin-core" xmlns:real="http://purl.org/dc/elements/1.1/"'
    ' dc:creator="foreign"><dc:title>foreign</dc:title><real:creator>Old</real:creator></rdf:Description>'
)
PACKETS = {
    "photoshop": PHOTOSHOP, "lightroom": LIGHTROOM, "darktable": DARKTABLE, "getty": GETTY, "misleading": MISLEADING,
    "empty-rdf": packet().replace(b">\n  \n </rdf:RDF>", b" />"),
    "other-rdf-prefix": PHOTOSHOP.replace(b"rdf:", b"r:").replace(b"xmlns:rdf=", b"xmlns:r="),
    "no-wrapper": re.sub(rb"<\?xpacket[^?]*\?>", b"", LIGHTROOM).strip(),
    "bom": b"\xef\xbb\xbf" + LIGHTROOM,
    "declaration": b'<?xml version="1.0" encoding="UTF-8"?>\n' + DARKTABLE,
    "zero-padding": GETTY + b"\0\0\0",
}  # fmt: skip
NEW: dict[str, Any] = {
    "dc:creator": ["Zoë Ångström", "山田 太郎"],
    "photoshop:Credit": "a < b & \"c\" 'd' > e\r\nf\t",
    "plus:DataMining": "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED",
    "plus:Licensor": [{"plus:LicensorName": "L", "plus:LicensorURL": "https://example.org/?a&b"}],
    "Iptc4xmpCore:CreatorContactInfo": {"Iptc4xmpCore:CiEmailWork": "z@example.org"},
    "Iptc4xmpExt:Contributor": [
        {"Iptc4xmpExt:Name": {"x-default": "N"}, "Iptc4xmpExt:Role": ["r"], "xmp:Identifier": ["i"]}
    ],
}
ADDED = re.compile(
    rb"\n  <rdf:Description(?: xmlns:rdf=\"[^\"]*\")? rdf:about=[^>]*>\n   <.*?\n  </rdf:Description>", re.S
)


def foreign(found: bytes) -> bytes:
    """Return *found* without the description that was put in last."""
    *_, last = ADDED.finditer(found)
    return found[: last.start()] + found[last.end() :]


@pytest.mark.parametrize("name", PACKETS)
def test_values_are_read_back(name: str) -> None:
    """What is set reads back exactly, and every other property reads as before."""
    before = xmp.read(PACKETS[name])

    after = xmp.read(xmp.edited(PACKETS[name], NEW))

    assert {key: after[key] for key in NEW} == NEW
    assert {key: after[key] for key in after if key not in NEW} == {
        key: before[key] for key in before if key not in NEW
    }


@pytest.mark.parametrize("name", PACKETS)
def test_editing_twice_changes_nothing(name: str) -> None:
    """The same edit once more gives the same bytes: nothing piles up."""
    once = xmp.edited(PACKETS[name], NEW)

    twice = xmp.edited(once, NEW)

    assert twice == once


@pytest.mark.parametrize("name", PACKETS)
def test_nothing_to_do_leaves_every_byte(name: str) -> None:
    """Without values and without a stale address, the packet comes back as it is."""
    assert xmp.edited(PACKETS[name], {}) == PACKETS[name]
    assert xmp.edited(PACKETS[name], {}, without=("xmp:Nickname", "exif:GPS*")) == PACKETS[name]


@pytest.mark.parametrize("name", sorted(set(PACKETS) - {"empty-rdf", "other-rdf-prefix"}))
def test_a_new_property_leaves_every_byte_outside(name: str) -> None:
    """A property that was not there is one description more; without it, the bytes are the old ones."""
    found = xmp.edited(PACKETS[name], {"xmpRights:WebStatement": "https://example.org/"})

    assert foreign(found) == PACKETS[name]


def test_elements_are_cut_exactly() -> None:
    """Of a packet with comments and instructions, only the element that is replaced goes, with the space before it."""
    old = PHOTOSHOP.index(b"\n   <dc:creator>")
    end = PHOTOSHOP.index(b"</dc:creator>") + len(b"</dc:creator>")

    found = xmp.edited(PHOTOSHOP, {"dc:creator": ["New"]})

    assert foreign(found) == PHOTOSHOP[:old] + PHOTOSHOP[end:]


def test_attributes_are_cut_exactly() -> None:
    """Of a start tag, only the attributes that are replaced go; the other quotes and spaces stay, and so does about."""
    expected = LIGHTROOM.replace(b"\n   photoshop:Credit='Old > \"credit\"'", b"")

    found = xmp.edited(LIGHTROOM, {"photoshop:Credit": "New"})

    assert foreign(found) == expected
    assert b"<rdf:Description rdf:about='uuid:a\"b'\n    xmlns:photoshop=" in found
    assert found.count(b"rdf:about='uuid:a\"b'") == 2


def test_prefixes_mean_nothing() -> None:
    """A property is known by its namespace: ours under a foreign prefix is replaced, a foreign one under ours stays."""
    found = xmp.edited(MISLEADING, {"dc:creator": ["New"], "dc:title": "T"})

    assert foreign(found) == MISLEADING.replace(b"<real:creator>Old</real:creator>", b"")
    assert xmp.read(found) == {
        "{urn:not-dublin-core}creator": "foreign",
        "{urn:not-dublin-core}title": "foreign",
        "dc:creator": ["New"],
        "dc:title": {"x-default": "T"},
    }


def test_other_languages_stay() -> None:
    """The default is replaced, with what merely repeats it; another language stays as it is."""
    found = xmp.read(xmp.edited(GETTY, {"dc:rights": {"x-default": "© New"}}))

    assert found["dc:rights"] == {"x-default": "© New", "en-US": "© New", "de": "© Alt & Co"}


def test_a_default_joins_a_single_language() -> None:
    """Where only one other language stands, the default is added before it."""
    old = packet(described('<dc:title><rdf:Alt><rdf:li xml:lang="fr">Le titre</rdf:li></rdf:Alt></dc:title>'))

    found = xmp.read(xmp.edited(old, {"dc:title": {"x-default": "Title"}}))

    assert list(found["dc:title"].items()) == [("x-default", "Title"), ("fr", "Le titre")]


def test_a_title_in_another_form_is_replaced() -> None:
    """A plain text where alternatives belong is read as text, and replaced by alternatives."""
    old = packet(described("", attributes=' dc:title="Old"'))

    found = xmp.edited(old, {"dc:title": "New"})

    assert xmp.read(old) == {"dc:title": "Old"}
    assert xmp.read(found) == {"dc:title": {"x-default": "New"}}


def test_a_stale_address_goes() -> None:
    """dcterms:provenance goes with every edit, as attribute and as element, under any prefix; a near miss stays."""
    terms = 'xmlns:t="http://purl.org/dc/terms/"'
    old = packet(
        f'<rdf:Description rdf:about="" {terms} t:provenance="https://example.org/a" t:created="2024"/>',
        f'<rdf:Description rdf:about="" {terms}><t:provenance>https://example.org/b</t:provenance></rdf:Description>',
    )

    found = xmp.edited(old, {})

    assert xmp.read(found) == {"dcterms:created": "2024"}
    assert found.count(b"<rdf:Description") == 1


def test_a_packet_in_utf16_becomes_utf8() -> None:
    """A packet in UTF-16 or UTF-32 is read, and written as UTF-8, its header saying so."""
    text = LIGHTROOM.decode().replace('c9d"?>', 'c9d" encoding="UTF-16LE"?>', 1)
    for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        for mark in ("", "\ufeff"):
            old = ('<?xml version="1.0" encoding="UTF-16"?>' + text).encode(encoding)

            found = xmp.edited((mark.encode(encoding)) + old, {"dc:creator": ["Zoë"]})

            assert foreign(found).decode() == '<?xml version="1.0" encoding="UTF-8"?>' + text.replace(
                "UTF-16LE", "UTF-8"
            )
            assert xmp.read(found)["dc:creator"] == ["Zoë"]


def test_a_fresh_packet_has_its_wrapper() -> None:
    """Without a packet, or with nothing but padding, one is made that may be edited in place later."""
    for nothing in (None, b"", b" \n\0\0"):
        found = xmp.edited(nothing, NEW)

        assert found.startswith('<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'.encode())
        assert found.endswith(b'<?xpacket end="w"?>')
        assert xmp.read(found) == NEW


FORMS_OF_RDF = {
    "element": ("<photoshop:Credit>a</photoshop:Credit>", "a"),
    "resource": ('<photoshop:Credit rdf:resource="urn:a"/>', "urn:a"),
    "empty": ("<photoshop:Credit/>", ""),
    "cdata": ("<photoshop:Credit><![CDATA[<a>&]]>b<!-- c -->d</photoshop:Credit>", "<a>&bd"),
    "character-reference": ("<photoshop:Credit>&#x5C71;&lt;</photoshop:Credit>", "山<"),
    "parse-type": ('<photoshop:Credit rdf:parseType="Resource"><dc:x>1</dc:x></photoshop:Credit>', {"dc:x": "1"}),
    "nested": ("<photoshop:Credit><rdf:Description dc:y='2'><dc:x>1</dc:x></rdf:Description></photoshop:Credit>", {"dc:y": "2", "dc:x": "1"}),
    "shorthand": ('<photoshop:Credit dc:x="1" dc:y="2"/>', {"dc:x": "1", "dc:y": "2"}),
    "qualified": ("<photoshop:Credit rdf:parseType='Resource'><rdf:value>a</rdf:value><dc:q>1</dc:q></photoshop:Credit>", "a"),
    "qualified-shorthand": ("<photoshop:Credit rdf:value='a' dc:q='1'/>", "a"),
    "language": ('<photoshop:Credit xml:lang="en">a</photoshop:Credit>', "a"),
    "bag-of-bags": ("<photoshop:Credit><rdf:Bag><rdf:li><rdf:Bag><rdf:li>a</rdf:li></rdf:Bag></rdf:li></rdf:Bag></photoshop:Credit>", [["a"]]),
    "alternatives-without-language": ("<photoshop:Credit><rdf:Alt><rdf:li>a</rdf:li></rdf:Alt></photoshop:Credit>", ["a"]),
    "twice": ("<photoshop:Credit>a</photoshop:Credit><photoshop:Credit>b</photoshop:Credit>", ["a", "b"]),
    "twice-the-same": ("<photoshop:Credit>a</photoshop:Credit><photoshop:Credit>a</photoshop:Credit>", "a"),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS_OF_RDF)
def test_every_form_of_rdf_is_read(name: str) -> None:
    """XMP's ways to write a value are one value; what stands twice hides nothing."""
    written, expected = FORMS_OF_RDF[name]

    assert xmp.read(packet(described(written))) == {"photoshop:Credit": expected}


CREDIT = described("<photoshop:Credit>&a;</photoshop:Credit>")
BOMB = b"<!DOCTYPE a [<!ENTITY a 'aaaa'>" + b"".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>".encode() for n in range(2, 12)
)
REFUSED = {
    "doctype": (b"<!DOCTYPE x>" + LIGHTROOM, "XMP: has a document type, in which entities could be hidden; take the DOCTYPE out"),
    "billion-laughs": (BOMB + b"]>" + packet(CREDIT), "XMP: has a document type, in which entities could be hidden; take the DOCTYPE out"),
    "external-entity": (
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + packet(CREDIT),
        "XMP: has a document type, in which entities could be hidden; take the DOCTYPE out",
    ),
    "undefined-entity": (packet(CREDIT), f"XMP: is not well-formed XML (undefined entity, line 4, column 189); {AGAIN}"),
    "truncated": (PHOTOSHOP[:900], f"XMP: is not well-formed XML (no element found, line 18, column 20); {AGAIN}"),
    "not-xml": (b"\xff\xd8\xff", f"XMP: is not well-formed XML (not well-formed (invalid token), line 1, column 1); {AGAIN}"),
    "deep": (b"<a>" * 100_000 + b"</a>" * 100_000, "XMP: is nested deeper than the 100 levels that are read"),
    "many": (b"<a>" + b"<a/>" * 100_000 + b"</a>", "XMP: has more than the 100000 elements and attributes that are read"),
    "many-attributes": (
        packet(described("", attributes="".join(f' dc:a{n}="1"' for n in range(100_000)))),
        "XMP: has more than the 100000 elements and attributes that are read",
    ),
    "large": (packet() + b" " * 4 * 1024 * 1024, "XMP: is longer than the 4194304 bytes that are read"),
    "no-rdf": (b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>', f"XMP: holds no rdf:RDF; {AGAIN}"),
    "latin-1": (b'<?xml version="1.0" encoding="ISO-8859-1"?>' + GETTY, f"XMP: declares a character encoding that XMP does not know; {AGAIN}"),
    "half-utf16": (LIGHTROOM.decode().encode("utf-16-le")[:-1], f"XMP: is not the UTF-16-LE that it begins as; {AGAIN}"),
    "unbound-prefix": (packet("<nobody:Description/>"), f"XMP: is not well-formed XML (unbound prefix, line 4, column 3); {AGAIN}"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_hostile_packets_are_refused(name: str) -> None:
    """What is not the XML of a packet is refused with one sentence, in reading and in writing."""
    hostile, sentence = REFUSED[name]

    with pytest.raises(AssetError, match=re.escape(sentence) + "$"):
        xmp.read(hostile)
    with pytest.raises(AssetError, match=re.escape(sentence) + "$"):
        xmp.edited(hostile, NEW)


@pytest.mark.parametrize("name", PACKETS)
def test_what_cannot_be_there_is_known_without_parsing(name: str) -> None:
    """A packet may hold whatever it holds, in any encoding; a name that stands nowhere in it is certainly absent."""
    held = list(xmp.read(PACKETS[name]))

    assert all(xmp.may_hold(PACKETS[name], (key,)) for key in held)
    assert all(xmp.may_hold(PACKETS[name].decode("utf-8-sig").encode("utf-16-be"), (key,)) for key in held)
    assert not xmp.may_hold(PACKETS[name], ("plus:OtherConstraints", "xmpRights:UsageTerms"))


def test_as_deep_as_allowed_is_read() -> None:
    """The deepest packet that is allowed is read and handed on as JSON-LD; one level more is refused."""
    opened, closed = "<dc:x rdf:parseType='Resource'>", "</dc:x>"
    deepest = packet(described(opened * 97 + closed * 97))
    deeper = packet(described(opened * 98 + closed * 98))

    found = xmp.read(deepest)

    assert xmp.json_ld(found, ("dc:x",))["@context"] == {"dc": NAMESPACES["dc"]}
    with pytest.raises(AssetError, match="nested deeper"):
        xmp.read(deeper)


REFUSED_TEXTS = {
    "null": ("\0", "0000"),
    "escape": ("\x1b", "001B"),
    "not-a-character": ("\uffff", "FFFF"),
    "half": ("\ud83d", "D83D"),
}


@pytest.mark.parametrize("name", REFUSED_TEXTS)
def test_what_xml_cannot_hold_is_refused(name: str) -> None:
    """A control character in a text is refused by its number, in values and in structures."""
    character, number = REFUSED_TEXTS[name]

    for values in ({"photoshop:Credit": f"a{character}"}, {"plus:Licensor": [{"plus:LicensorName": character}]}):
        with pytest.raises(AssetError) as refused:
            xmp.edited(LIGHTROOM, values)

        assert str(refused.value) == f"XMP: cannot hold the character U+{number}; take it out of the text"


@pytest.mark.parametrize("name", ["nobody:Name", "dc:a b", "dc:a><", "{urn:x}a/b", "dc:", ""])
def test_names_are_names(name: str) -> None:
    """What is no name of XML, or has no namespace, is refused and not written."""
    with pytest.raises(AssetError, match="has no place for the name or language"):
        xmp.edited(None, {"plus:Licensor": [{"plus:LicensorName": "x", name: "y"}]})


TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff") | st.sampled_from("\t\r\n")
)
STRUCTURES = st.dictionaries(st.sampled_from(["plus:LicensorName", "plus:LicensorURL", "{urn:u}n"]), TEXTS, min_size=1)
VALUES = {
    Form.TEXT: TEXTS, Form.SEQ: st.lists(TEXTS), Form.BAG: st.lists(TEXTS | STRUCTURES), Form.STRUCT: STRUCTURES,
    Form.ALT: st.dictionaries(st.sampled_from(["x-default", "en", "zh-Hant-TW"]), TEXTS, min_size=1),
}  # fmt: skip
NAMES = [
    "dc:creator",
    "dc:title",
    "photoshop:Credit",
    "plus:OtherConstraints",
    "Iptc4xmpCore:CreatorContactInfo",
    "Iptc4xmpExt:Contributor",
]


@settings(max_examples=40, deadline=None)
@given(
    st.fixed_dictionaries({}, optional={name: VALUES[FORMS.get(name, Form.TEXT)] for name in NAMES}),
    st.sampled_from(sorted(PACKETS)),
)
def test_any_text_makes_the_round_trip(values: dict[str, Any], name: str) -> None:
    """Any text that XML can hold reads back as it was given."""
    found = xmp.read(xmp.edited(PACKETS[name], values))

    assert {key: found[key] for key in values} == values


def test_private_properties_are_named_and_go() -> None:
    """Places, serial numbers, owners, previews, prompts and histories are named, and cut; a near miss stays."""
    old = packet(
        described("", attributes=' exif:GPSLatitude="1,2N" exif:GPSMapDatum="W" exif:GainControl="0" aux:SerialNumber="7"', prefixes=("exif", "aux")),
        described("<xmp:Thumbnails><rdf:Alt><rdf:li xmpGImg:image='/9j/'/></rdf:Alt></xmp:Thumbnails>", prefixes=("xmp", "xmpGImg")),
        described("<exif:UserComment><rdf:Alt><rdf:li xml:lang='x-default'>prompt</rdf:li></rdf:Alt></exif:UserComment>", prefixes=("exif",)),
        described("<exifEX:CameraOwnerName>O</exifEX:CameraOwnerName><exifEX:LensModel>L</exifEX:LensModel>", prefixes=("exifEX",)),
    )  # fmt: skip

    found = xmp.private(xmp.read(old))
    kept = xmp.edited(old, {}, without={one.where.removeprefix("XMP ") for one in found})

    assert found == (
        Private(PrivateKind.LOCATION, "XMP exif:GPSLatitude"),
        Private(PrivateKind.LOCATION, "XMP exif:GPSMapDatum"),
        Private(PrivateKind.SERIAL, "XMP aux:SerialNumber"),
        Private(PrivateKind.PREVIEW, "XMP xmp:Thumbnails"),
        Private(PrivateKind.PROMPT, "XMP exif:UserComment"),
        Private(PrivateKind.OWNER, "XMP exifEX:CameraOwnerName"),
    )
    assert xmp.read(kept) == {"exif:GainControl": "0", "exifEX:LensModel": "L"}
    assert b"/9j/" not in kept


def test_private_history_goes() -> None:
    """An editor's history, and the file that a picture was developed from, are private."""
    assert xmp.private(xmp.read(PHOTOSHOP)) == (
        Private(PrivateKind.HISTORY, "XMP xmpMM:History"),
        Private(PrivateKind.HISTORY, "XMP photoshop:DocumentAncestors"),
    )
    assert xmp.private(xmp.read(DARKTABLE)) == (Private(PrivateKind.HISTORY, "XMP xmpMM:DerivedFrom"),)
    assert xmp.private(xmp.read(LIGHTROOM)) == (Private(PrivateKind.HISTORY, "XMP crs:RawFileName"),)
    assert xmp.private(xmp.read(GETTY)) == ()


def test_json_ld_is_flat_and_has_the_prefixes_it_uses() -> None:
    """cawg.metadata gets the properties that are asked for, and the prefixes in them, those of structures too."""
    found = xmp.json_ld(NEW | {"{urn:u}n": {"{urn:v}m": "1"}}, {"dc:creator", "Iptc4xmpExt:Contributor", "{urn:u}n"})

    assert found == {
        "@context": {
            "dc": NAMESPACES["dc"],
            "Iptc4xmpExt": NAMESPACES["Iptc4xmpExt"],
            "xmp": NAMESPACES["xmp"],
            "ns4": "urn:u",
            "ns5": "urn:v",
        },
        "dc:creator": NEW["dc:creator"],
        "Iptc4xmpExt:Contributor": NEW["Iptc4xmpExt:Contributor"],
        "ns4:n": {"ns5:m": "1"},
    }


WRITERS = {
    "history": (PHOTOSHOP, ("Adobe Photoshop 25.0 (Windows)", "2024-02-02T10:00:00+01:00")),
    "tool": (packet(described("", attributes=' xmp:CreatorTool="GIMP 2.10" xmp:ModifyDate="2024" xmp:MetadataDate="2025"')), ("GIMP 2.10", "2024")),
    "metadata-date": (packet(described("", attributes=' xmp:CreatorTool="GIMP 2.10" xmp:MetadataDate="2025"')), ("GIMP 2.10", "2025")),
    "date-without-tool": (packet(described("", attributes=' xmp:ModifyDate="2024"')), ("", "")),
    "nobody": (LIGHTROOM, ("", "")),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITERS)
def test_the_program_that_wrote_last(name: str) -> None:
    """The last entry of the history that names a program counts, else the creator tool; a date alone names nobody."""
    given_packet, expected = WRITERS[name]

    assert xmp.writer(xmp.read(given_packet)) == expected


@needs_exiftool
@pytest.mark.parametrize("name", PACKETS)
def test_exiftool_reads_it_back(name: str, tmp_path: Path) -> None:
    """An independent reader finds every value: several creators, what is not ASCII, structures, long texts."""
    long = "長い文 & long text " * 500
    file = tmp_path / "picture.jpg"
    Image.new("RGB", (8, 8)).save(file, xmp=xmp.edited(PACKETS[name], NEW | {"dc:description": long}))

    found = exiftool(file, "-XMP:all")

    assert found["XMP-dc:Creator"] == NEW["dc:creator"]
    assert found["XMP-dc:Description"] == long
    assert found["XMP-plus:Licensor"] == [{"LicensorName": "L", "LicensorURL": "https://example.org/?a&b"}]
    assert found["XMP-iptcCore:CreatorContactInfo"] == {"CiEmailWork": "z@example.org"}
    assert found["XMP-iptcExt:Contributor"] == [{"Name": "N", "Role": ["r"], "Identifier": ["i"]}]


@needs_corpus
@needs_exiftool
def test_packets_of_other_programs() -> None:
    """In every picture of the corpus, what is set reads back, and all else stays: as read, and byte for byte."""
    pictures = (
        [file for file in sorted(CORPUS.glob("**/*")) if file.suffix.lower() in {".jpg", ".png", ".webp", ".dng"}]
        if CORPUS
        else []
    )
    packets = {old for file in pictures if (old := exiftool_block(file, "XMP"))}

    for old in packets:
        before = {key: node for key, node in xmp.read(old).items() if key not in NEW and key != "dcterms:provenance"}
        bare = xmp.edited(old, {})
        added = xmp.edited(bare, {"xmp:Nickname": "x"})
        found = xmp.read(xmp.edited(old, NEW))
        assert found == before | NEW
        assert foreign(added) == bare
        assert b"provenance" in old or bare == old

    assert len(packets) >= 8
