"""An XMP packet, edited without loss: text is cut out and put in, nothing is parsed and written anew.

* Every occurrence of a property that is set or removed is cut: an element with the white space before it, an attribute
  likewise, and a description that has nothing left, not even a comment.
* What is set goes into one new ``rdf:Description`` at the end of the ``rdf:RDF``, with its own namespace declarations,
  so that whatever the file binds its prefixes to does not matter.
* All else stays byte for byte: unknown namespaces, comments, order, padding, the packet's wrapper.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from provenance.errors import AssetError
from provenance.metadata.fields import FORMS, NAMESPACES, Form, Node
from provenance.metadata.xmp_reading import PADDING, RDF, Element, Packet, canonical, parsed, properties, syntax

STALE = "dcterms:provenance"  # where a manifest lay that the signature about to be made does not know (C2PA 2.4 §11.5)
_FRESH = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
    f' <rdf:RDF xmlns:rdf="{RDF}">\n </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end="w"?>'
).encode()
_DEFAULT = "x-default"

# Only ever matched where expat has found a start tag, so each of them ends.
_TAG = re.compile(rb"<([^\s/>]++)((?:[^\"'>]++|\"[^\"]*+\"|'[^']*+')*+)>")
_ATTRIBUTE = re.compile(rb"\s++([^\s=]++)\s*+=\s*+(\"[^\"]*+\"|'[^']*+')")
_SPACE = b" \t\r\n"
_FORBIDDEN = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"  # XML 1.0 §2.2
_LANGUAGE = r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,8}"
_LOCAL = r"[^\W\d][\w.-]*+"
_KNOWN = "|".join(NAMESPACES)

_Splice = tuple[int, int, bytes]


def edited(packet: bytes | None, values: Mapping[str, Node], *, without: Collection[str] = ()) -> bytes:
    """Return *packet* with the properties *values*, and without those that *without* names (``exif:GPS*`` names many).

    A language alternative keeps the languages that the value does not give, except that a text equal to the old default
    is the same statement and follows it, as in Adobe's SetLocalizedText. A ``dcterms:provenance`` always goes. Without
    a packet, a fresh one is made. What is in UTF-16 or UTF-32 becomes UTF-8.

    Raises:
        AssetError: if the packet cannot be read, or a text holds a character that XML cannot.
    """
    packet = packet if packet and packet.strip(PADDING) else _FRESH
    source = parsed(packet)
    cut = _Names((*values, *without, STALE))
    splices = [splice for root in source.roots for node in root.children for splice in _cuts(source.data, node, cut)]
    old = properties(source.roots) if any(FORMS.get(name) is Form.ALT for name in values) else {}
    new = {name: _merged(node, old.get(name)) if FORMS.get(name) is Form.ALT else node for name, node in values.items()}
    if new := {name: node for name, node in new.items() if node != {}}:
        splices.append(_added(source, new))
    return b"".join(_spliced(source.data, splices)) + source.tail if splices else packet


class _Names:
    """The names that are cut, some of them ending in an asterisk."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = frozenset(names)
        self._stems = tuple(name[:-1] for name in names if name.endswith("*"))

    def __contains__(self, name: str) -> bool:
        found = canonical(name)
        return found in self._names or found.startswith(self._stems)


def _spliced(data: bytes, splices: list[_Splice]) -> Iterator[bytes]:
    at = 0
    for start, end, new in sorted(splices):
        yield data[at:start]
        yield new
        at = end
    yield data[at:]


def _cuts(data: bytes, node: Element, cut: _Names) -> list[_Splice]:
    """Return what goes of a top-level *node*: single properties, or all of it if nothing is left."""
    tag = _tag(data, node)
    properties = [name for name in node.attributes[::2] if not syntax(name)]
    attributes = [name for name in properties if name in cut]
    elements = [child for child in node.children if child.name in cut]
    if not attributes and not elements:
        return []
    spans = [_span(data, child) for child in elements]
    if len(attributes) == len(properties) and len(elements) == len(node.children):
        end = node.end if not tag[0].endswith(b"/>") else tag.end()
        content = b"".join(_spliced(data[tag.end() : end], [(a - tag.end(), b - tag.end(), b"") for a, b in spans]))
        if not content.strip(_SPACE):
            return [(*_span(data, node), b"")]
    if attributes:
        named = [found for found in _ATTRIBUTE.finditer(data, tag.start(2), tag.end(2)) if not _declares(found[1])]
        spans += [found.span() for found, name in zip(named, node.attributes[::2], strict=True) if name in cut]
    return [(start, end, b"") for start, end in spans]


def _declares(name: bytes) -> bool:
    return name == b"xmlns" or name.startswith(b"xmlns:")


def _tag(data: bytes, element: Element) -> re.Match[bytes]:
    tag = _TAG.match(data, element.start)
    if tag is None:
        raise AssertionError("expat found a tag where there is none")
    return tag


def _span(data: bytes, element: Element) -> tuple[int, int]:
    """Return where *element* stands, with the white space before it."""
    tag = _tag(data, element)
    end = tag.end() if tag[0].endswith(b"/>") else data.index(b">", element.end) + 1
    return _before(data, element.start), end


def _before(data: bytes, at: int) -> int:
    while data[at - 1] in _SPACE:
        at -= 1
    return at


def _added(source: Packet, values: Mapping[str, Node]) -> _Splice:
    """Return the new description and its place, the end of the first ``rdf:RDF``."""
    data, root = source.data, source.roots[0]
    tag = _tag(data, root)
    own = b"" if tag[1] == b"rdf:RDF" else f' xmlns:rdf="{RDF}"'.encode()
    about = next(filter(None, (_about(data, node) for node in root.children)), b'""')
    written = _Writing()
    lines = [f"\n   {written.element(name, node)}" for name, node in values.items()]
    declared = "".join(f'\n    xmlns:{prefix}="{_escaped(uri)}"' for uri, prefix in written.prefixes.items())
    head = b"\n  <rdf:Description" + own + b" rdf:about=" + about + declared.encode() + b">"
    new = head + "".join(lines).encode() + b"\n  </rdf:Description>"
    if tag[0].endswith(b"/>"):
        return tag.end() - 2, tag.end(), b">" + new + b"\n </" + tag[1] + b">"
    at = _before(data, root.end)
    return at, at, new


def _about(data: bytes, node: Element) -> bytes:
    """Return what *node* is about, as it stands, with its quotes: all nodes of a packet are about the same."""
    tag = _tag(data, node)
    named = [found for found in _ATTRIBUTE.finditer(data, tag.start(2), tag.end(2)) if not _declares(found[1])]
    pairs = zip(named, node.attributes[::2], strict=True)
    return next((found[2] for found, name in pairs if name in {f"{RDF}}}about", "about"}), b"")


def _merged(node: Node, old: Node) -> dict[str, str]:
    """Return the alternatives *node* with the other languages of *old*, the default first."""
    new, before = _languages(node), _languages(old)
    same = before.get(_DEFAULT)
    follows = {language: new[_DEFAULT] for language, text in before.items() if text == same and _DEFAULT in new}
    found = before | follows | new
    return {language: found[language] for language in sorted(found, key=lambda one: one != _DEFAULT)}


def _languages(node: Node) -> dict[str, str]:
    """Return texts by language; of a property that stands in the file in another form, what fits."""
    if isinstance(node, list):
        return dict(pair for entry in reversed(node) for pair in _languages(entry).items())
    if isinstance(node, dict):
        return {language: text for language, text in node.items() if isinstance(text, str)}
    return {_DEFAULT: node} if isinstance(node, str) else {}


class _Writing:
    """Writes nodes as elements and remembers the prefixes that they need."""

    def __init__(self) -> None:
        self.prefixes: dict[str, str] = {}  # by URI

    def element(self, name: str, node: Node) -> str:
        """Return the property *name* as an element, in the form that `FORMS` gives it, else in that of the node."""
        tag, form = self._qualified(name), FORMS.get(name, Form.TEXT)
        if form is Form.ALT and isinstance(node, str):
            node = {_DEFAULT: node}
        elif form in {Form.SEQ, Form.BAG} and not isinstance(node, list):
            node = [node]
        return self._tagged(tag, "", node, form)

    def _tagged(self, tag: str, attributes: str, node: Node, form: Form) -> str:
        if isinstance(node, str):
            return f"<{tag}{attributes}>{_escaped(node)}</{tag}>"
        if isinstance(node, list):
            kind = "Seq" if form is Form.SEQ else "Bag"
            items = "".join(self._tagged("rdf:li", "", item, Form.TEXT) for item in node)
            return f"<{tag}{attributes}><rdf:{kind}>{items}</rdf:{kind}></{tag}>"
        if form is Form.ALT or (node and not any(":" in name for name in node)):
            texts = "".join(
                self._tagged("rdf:li", f' xml:lang="{_checked(language, _LANGUAGE)}"', text, Form.TEXT)
                for language, text in node.items()
            )
            return f"<{tag}{attributes}><rdf:Alt>{texts}</rdf:Alt></{tag}>"
        members = "".join(self.element(name, member) for name, member in node.items())
        return f'<{tag}{attributes} rdf:parseType="Resource">{members}</{tag}>'

    def _qualified(self, name: str) -> str:
        if name.startswith("{"):
            uri, _, local = name[1:].rpartition("}")
            prefix = self.prefixes.setdefault(uri, f"ns{len(self.prefixes) + 1}")
        else:
            prefix, _, local = name.partition(":")
            prefix = self.prefixes.setdefault(NAMESPACES[_checked(prefix, _KNOWN)], prefix)
        return f"{prefix}:{_checked(local, _LOCAL)}"


def _checked(name: str, form: str) -> str:
    if re.fullmatch(form, name) is None:
        raise AssetError("XMP", f"has no place for the name or language {name[:40]!r}")
    return name


def _escaped(text: str) -> str:
    # Nearly every text is printable; to compile the pattern takes as long as to write the packet.
    if not text.isprintable() and (found := re.search(_FORBIDDEN, text)):
        raise AssetError("XMP", f"cannot hold the character U+{ord(found[0]):04X}", "take it out of the text")
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return text.replace("\r", "&#13;")  # a bare one would be read as a line feed (XML 1.0 §2.11)
