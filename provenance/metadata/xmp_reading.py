"""An XMP packet, read (ISO 16684-1): which top-level properties it holds, and where each stands.

expat reads the XML; everything about it is hostile:

* a document type, and with it every entity but the five of XML, is refused at its first byte;
* depth, number of elements and attributes, and length are limited, and no step is slower than linear;
* nothing outside the packet is ever looked at.

A node of RDF becomes what `fields` calls a Node. What XMP knows and a Node does not (qualifiers, the kind of an array)
stays in the bytes, which writing never parses and puts together again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from xml.parsers import expat

from provenance.errors import AssetError
from provenance.metadata.blocks import MOST
from provenance.metadata.fields import NAMESPACES, Node
from provenance.record import dataclass

DEPTH = 100  # of elements; the masks of raw converters, the deepest known, need about 25
PIECES = 100_000  # elements and attributes
_USUAL = 128  # characters of a name; longer ones are not remembered
PADDING = b"\0 \t\r\n"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XML = "http://www.w3.org/XML/1998/namespace"
_AGAIN = "have the program that wrote it write it again"

# Names are "URI}local": expat refuses a URI that holds the separator, so no two names are confused.
_LIST = {f"{RDF}}}Bag", f"{RDF}}}Seq"}
_ALT, _VALUE, _RESOURCE, _PARSE, _ROOT = (f"{RDF}}}{name}" for name in ("Alt", "value", "resource", "parseType", "RDF"))
_LANGUAGE = f"{_XML}}}lang"
_SYNTAX = (RDF + "}", _XML + "}")
_PREFIXES = {uri: prefix for prefix, uri in NAMESPACES.items()}

_ENCODINGS = (  # of a packet that is not UTF-8, by how it begins: a byte order mark, or the "<" (ISO 16684-1 §7.3.2)
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_HEADER = 1024  # characters: where the XML declaration and the packet's header stand
_HEAD = re.compile(r"<\?(?:xml|xpacket)\s[^?]{0,400}\?>")
_ENCODING = re.compile(r"(\sencoding\s{0,8}=\s{0,8})(?:\"[\w.-]{0,32}\"|'[\w.-]{0,32}')")


class Element:
    """An XML element; *end* is where its end tag begins, or, of an empty-element tag, where that ends."""

    __slots__ = ("attributes", "children", "end", "name", "start", "text")

    def __init__(self, name: str, attributes: list[str], start: int) -> None:
        self.name = name
        self.attributes = attributes  # name, value, name, value…, as they stand, without the xmlns
        self.start = self.end = start
        self.children: list[Element] = []
        self.text = ""  # only where there are no children


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet as UTF-8, the ``rdf:RDF`` elements in it, and the zero bytes that stood behind it."""

    data: bytes
    roots: tuple[Element, ...]
    tail: bytes


def read(packet: bytes) -> dict[str, Node]:
    """Return the top-level properties of *packet* by their names, ``dc:creator`` or ``{uri}name``.

    A property that stands there several times, which XMP forbids, is the list of all that it says: nothing hides.

    Raises:
        AssetError: if it is not the XML of an XMP packet, has a document type or an entity of its own, or is larger or
            deeper than what is read.
    """
    return properties(parsed(packet).roots) if packet.strip(PADDING) else {}


def may_hold(packet: bytes, names: Iterable[str]) -> bool:
    """Whether *packet* could hold one of the properties *names*; False is certain, and comes without parsing.

    A name of XML stands in UTF-8 as it is, since neither entities nor references may be part of it.
    """
    return b"\0" in packet[:4] or any(_local(name).encode() in packet for name in names)


def _local(name: str) -> str:
    return name.rpartition("}" if name.startswith("{") else ":")[2]


def parsed(packet: bytes) -> Packet:
    """Return the elements of *packet*.

    Raises:
        AssetError: as `read`.
    """
    if len(packet) > MOST:
        raise AssetError("XMP", f"is longer than the {MOST} bytes that are read")
    text = _utf8(packet)
    data = text.rstrip(b"\0")
    roots = tuple(_roots(_document(data)))
    if not roots:
        raise AssetError("XMP", "holds no rdf:RDF", _AGAIN)
    return Packet(data, roots, text[len(data) :])


def _utf8(packet: bytes) -> bytes:
    """Return *packet* in UTF-8, in which everything of it can be said."""
    encoding = next((name for start, name in _ENCODINGS if packet.startswith(start)), "")
    if not encoding:
        return packet
    try:
        text = packet.decode(encoding).removeprefix("\ufeff")
        head = _HEAD.sub(lambda found: _ENCODING.sub(r'\1"UTF-8"', found[0]), text[:_HEADER])
        return (head + text[_HEADER:]).encode()
    except UnicodeError as error:
        raise AssetError("XMP", f"is not the {encoding.upper()} that it begins as", _AGAIN) from error


def _document(data: bytes) -> Element:
    top = Element("", [], 0)
    stack, pieces, left = [top], [""], PIECES
    parser = expat.ParserCreate("utf-8", "}")

    def start(name: str, attributes: list[str]) -> None:
        nonlocal left
        left -= 1 + len(attributes) // 2
        if left < 0:
            raise AssetError("XMP", f"has more than the {PIECES} elements and attributes that are read")
        if len(stack) > DEPTH:
            raise AssetError("XMP", f"is nested deeper than the {DEPTH} levels that are read")
        element = Element(name, attributes, parser.CurrentByteIndex)
        stack[-1].children.append(element)
        stack.append(element)
        pieces.clear()

    def end(_: str) -> None:
        element = stack.pop()
        element.end = parser.CurrentByteIndex
        if not element.children:
            element.text = "".join(pieces)
        pieces.clear()

    parser.ordered_attributes = True
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = pieces.append
    parser.StartDoctypeDeclHandler = _no_doctype
    parser.XmlDeclHandler = _only_utf8
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        where = f"line {error.lineno}, column {error.offset + 1}"
        raise AssetError("XMP", f"is not well-formed XML ({reason}, {where})", _AGAIN) from error
    finally:  # the parser and its handlers hold each other
        parser.StartElementHandler = parser.EndElementHandler = parser.CharacterDataHandler = None
    return top


def _no_doctype(*_: object) -> None:
    raise AssetError("XMP", "has a document type, in which entities could be hidden", "take the DOCTYPE out")


def _only_utf8(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding and encoding.upper() not in {"UTF-8", "UTF8", "US-ASCII"}:
        raise AssetError("XMP", "declares a character encoding that XMP does not know", _AGAIN)


def _roots(element: Element) -> Iterable[Element]:
    for child in element.children:
        if child.name == _ROOT:
            yield child
        else:
            yield from _roots(child)


def properties(roots: Iterable[Element]) -> dict[str, Node]:
    """Return what stands in the top-level nodes below *roots*."""
    found: dict[str, list[Node]] = {}
    for root in roots:
        for node in root.children:
            pairs = iter(node.attributes)
            for name, text in zip(pairs, pairs, strict=True):
                if not syntax(name):
                    found.setdefault(canonical(name), []).append(text)
            for child in node.children:
                found.setdefault(canonical(child.name), []).append(_value(child))
    return {name: nodes[0] if len(nodes) == 1 else _several(nodes) for name, nodes in found.items()}


def syntax(name: str) -> bool:
    """Whether an attribute *name* belongs to RDF or XML, or to no namespace: it is no property then."""
    return name.startswith(_SYNTAX) or "}" not in name


def canonical(name: str) -> str:
    """Return ``prefix:local`` with the prefix of `fields.NAMESPACES`, whatever the file's own; else ``{uri}local``."""
    return _canonical(name) if len(name) <= _USUAL else _canonical.__wrapped__(name)


@lru_cache(maxsize=4096)
def _canonical(name: str) -> str:
    uri, _, local = name.rpartition("}")
    prefix = _PREFIXES.get(uri)
    return f"{prefix}:{local}" if prefix else f"{{{uri}}}{local}"


def _several(nodes: list[Node]) -> Node:
    if all(node == nodes[0] for node in nodes):
        return nodes[0]
    return [entry for node in nodes for entry in (node if isinstance(node, list) else [node])]


def _value(element: Element) -> Node:
    """Return what a property element holds (ISO 16684-1 §7.4 to §7.9, annex C.2.5 to C.2.12)."""
    children = element.children
    if not element.attributes:
        return _resource(children[0]) if children else element.text
    members, given = _attributes(element)
    if _PARSE in given:
        return _structure(children, members) if given[_PARSE] == "Resource" else element.text
    if children:
        return _resource(children[0])
    text = given.get(_RESOURCE, given.get(_VALUE))
    if text is not None:
        return text
    return members if members and not element.text.strip() else element.text


def _resource(element: Element) -> Node:
    """Return what a node element holds: an array, alternatives, or a structure."""
    if element.name in _LIST:
        return [_value(item) for item in element.children]
    if element.name == _ALT:
        return _alternatives(element.children)
    members, given = _attributes(element)
    return given[_VALUE] if _VALUE in given else _structure(element.children, members)


def _attributes(element: Element) -> tuple[dict[str, Node], dict[str, str]]:
    """Return the attributes that are members of a structure, and those of RDF and XML."""
    members: dict[str, Node] = {}
    given: dict[str, str] = {}
    pairs = iter(element.attributes)
    for name, text in zip(pairs, pairs, strict=True):
        if syntax(name):
            given[name] = text
        else:
            members[canonical(name)] = text
    return members, given


def _structure(children: list[Element], members: dict[str, Node]) -> Node:
    for child in children:
        if child.name == _VALUE:  # the others are its qualifiers
            return _value(child)
        members.setdefault(canonical(child.name), _value(child))
    return members


def _alternatives(items: list[Element]) -> Node:
    """Return texts by language where the items have one; else the list of them."""
    values = [_value(item) for item in items]
    languages = [_language(item) for item in items]
    if not any(languages) or not all(isinstance(value, str) for value in values):
        return values
    found: dict[str, Node] = {}
    for language, value in zip(languages, values, strict=True):
        found.setdefault(language or "x-default", value)
    return found


def _language(item: Element) -> str:
    pairs = iter(item.attributes)
    found = next((text for name, text in zip(pairs, pairs, strict=True) if name == _LANGUAGE), "")
    return found.lower() if found.lower() == "x-default" else found
