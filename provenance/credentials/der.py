"""The little DER that key files need: written by hand, read with bounds.

`cryptography` writes encrypted keys with 2,048 rounds only (security K1), and its ASN.1 module is not in every
version that we accept.
"""

from __future__ import annotations

from provenance.record import dataclass

INTEGER, OCTET_STRING, NULL, OBJECT_ID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30


@dataclass(frozen=True, slots=True)
class Node:
    """One value: its tag and its content."""

    tag: int
    content: bytes

    def children(self) -> tuple[Node, ...]:
        """Return what a constructed value holds.

        Raises:
            ValueError: if it is not DER.
        """
        return parse(self.content)

    def number(self) -> int:
        return int.from_bytes(self.content, "big", signed=True)

    def dotted(self) -> str:
        """Return an object identifier in its dotted form."""
        arcs = [0]
        for byte in self.content:
            arcs[-1] = (arcs[-1] << 7) | (byte & 0x7F)
            if not byte & 0x80:
                arcs.append(0)
        first = min(arcs[0] // 40, 2)
        return ".".join(map(str, [first, arcs[0] - 40 * first, *arcs[1:-1]]))


def parse(data: bytes) -> tuple[Node, ...]:
    """Return the values that stand one after another in *data*.

    Raises:
        ValueError: if it is not DER.
    """
    found = []
    while data:
        if len(data) < 2:
            raise ValueError("truncated")
        tag, length, start = data[0], data[1], 2
        if length & 0x80:
            count = length & 0x7F
            start += count
            if not 1 <= count <= 4 or len(data) < start:
                raise ValueError("bad length")
            length = int.from_bytes(data[2:start], "big")
        if len(data) < start + length:
            raise ValueError("truncated")
        found.append(Node(tag, data[start : start + length]))
        data = data[start + length :]
    return tuple(found)


def encode(tag: int, *parts: bytes) -> bytes:
    """Return the value with *tag* whose content is *parts*, joined."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def sequence(*parts: bytes) -> bytes:
    return encode(SEQUENCE, *parts)


def integer(value: int) -> bytes:
    """Return a number that is not negative."""
    return encode(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def object_id(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    return encode(OBJECT_ID, *map(_base128, (first * 40 + second, *rest)))


def _base128(arc: int) -> bytes:
    out = [arc & 0x7F]
    while arc := arc >> 7:
        out.append(0x80 | (arc & 0x7F))
    return bytes(reversed(out))
