"""XML inside a working file: no entity, no internal subset, so deep and so long and no further.

Krita writes a document type with the address of a DTD; it is not fetched, and nothing is taken from it.
"""

from __future__ import annotations

from xml.parsers import expat

from provenance.container.source import MalformedError
from provenance.record import dataclass

DEPTH = 256  # groups in groups, each two elements
ELEMENTS = 200_000
_TEXT = 200


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its name without prefix, the name of what it stands in, its attributes, the text in it."""

    name: str
    parent: str
    attributes: dict[str, str]
    text: str


def elements(data: bytes) -> list[Element]:
    """Return every element of *data*, in the order of their ends.

    Raises:
        MalformedError: if it is no XML, or holds what is refused.
    """
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.EntityDeclHandler = reader.entity
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError) as exc:  # ValueError: an encoding that nobody knows
        raise MalformedError("a document inside is not well-formed XML") from exc
    return reader.found


class _Reader:
    def __init__(self) -> None:
        self.found: list[Element] = []
        self._open: list[tuple[str, dict[str, str], list[str]]] = []

    def doctype(self, name: str, system: str | None, public: str | None, internal: bool) -> None:
        if internal:
            raise MalformedError("a document inside declares a document type of its own, which is not read")

    def entity(self, *_: object) -> None:
        raise MalformedError("a document inside declares entities, which are not read")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= DEPTH or len(self.found) + len(self._open) >= ELEMENTS:
            raise MalformedError("a document inside is nested too deep, or too long")
        self._open.append((name.rpartition(":")[2], attributes, []))

    def end(self, _: str) -> None:
        name, attributes, text = self._open.pop()
        parent = self._open[-1][0] if self._open else ""
        self.found.append(Element(name, parent, attributes, "".join(text)[:_TEXT].strip()))

    def characters(self, data: str) -> None:
        if self._open and sum(map(len, self._open[-1][2])) < _TEXT:
            self._open[-1][2].append(data[:_TEXT])
