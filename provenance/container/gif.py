"""GIF: blocks; the store in an application extension ``C2PA_GIF`` (C2PA 2.4 §A.3.3)."""

from __future__ import annotations

from provenance.container.model import Limits
from provenance.container.parts import Coding, Layout, Part, Placed, Role, Span
from provenance.container.source import Counter, MalformedError, Source, second_store

VERSION = "version"
_C2PA = b"C2PA_GIF"
_XMP = b"XMP DataXMP"
_IMAGE, _EXTENSION, _TRAILER = 0x2C, 0x21, 0x3B
_CONTROL, _COMMENT, _TEXT, _APPLICATION = 0xF9, 0xFE, 0x01, 0xFF
_NAMES = {_CONTROL: "graphic control", _COMMENT: "comment", _TEXT: "plain text"}
_SHORT = (
    64  # sub-blocks are cut at 254 or 255 bytes; only shorter ones count as pieces, or a long animation would not pass
)


def lay_out(source: Source, limits: Limits) -> Layout:
    """Return the blocks of a GIF."""
    counter = Counter(limits.chunks, "blocks of the GIF")
    parts: list[Part] = []
    stores: list[Placed] = []
    xmp: list[Span] = []
    damage: list[str] = []
    try:
        screen = source.take(0, 13, "the screen descriptor")
        at = 13 + _table(screen[10])
        parts.append(Part(VERSION, Span(0, 6), Span(0, 6), Role.STRUCTURE))
        parts.append(Part("screen", Span(6, at - 6), Span(6, at - 6), Role.PICTURE))
        while True:
            counter.one()
            part = _block(source, at, counter)
            parts.append(part)
            at = part.span.end
            if part.name == "trailer":
                break
            if part.role is Role.MANIFEST:
                if stores:
                    raise second_store()
                stores.append(Placed((part.span,), (part.body,), (part.span,), Coding.SUB_BLOCKS))
            elif part.name == "XMP":
                xmp.append(part.body)
        if at < source.size:
            rest = Span(at, source.size - at)
            parts.append(Part("after the trailer", rest, rest, Role.TRAILER))
            damage.append(f"{rest.length} bytes follow the end of the GIF")
    except MalformedError as problem:
        damage.append(str(problem))
    return Layout(tuple(parts), tuple(stores), tuple(xmp), damage=tuple(damage))


def joined(data: bytes) -> bytes:
    """Return the content of the sub-blocks in *data*."""
    pieces, at = [], 0
    while at < len(data) and data[at]:
        pieces.append(data[at + 1 : at + 1 + data[at]])
        at += 1 + data[at]
    return b"".join(pieces)


def _block(source: Source, at: int, counter: Counter) -> Part:
    block, here = source.near(at)
    head = block[here : here + 14] if here + 14 <= len(block) else source.read(at, 14)
    if not head:
        raise MalformedError("the GIF has no end")
    if head[0] == _TRAILER:
        return Part("trailer", Span(at, 1), Span(at, 1), Role.STRUCTURE)
    if head[0] == _IMAGE and len(head) >= 10:
        data = at + 10 + _table(head[9]) + 1  # and the size of a code
        end = _sub_blocks(source, data, counter)
        # The body is the whole block: place, size and colours of the frame stand in front of its data.
        return Part("image", Span(at, end - at), Span(at, end - at), Role.PICTURE)
    if head[0] != _EXTENSION or len(head) < 3:
        raise MalformedError(f"no GIF block at byte {at}")
    if head[1] != _APPLICATION:
        end = _sub_blocks(source, at + 2, counter)
        role = Role.METADATA if head[1] == _COMMENT else Role.PICTURE
        return Part(_NAMES.get(head[1], "extension"), Span(at, end - at), Span(at, end - at), role)
    data = at + 3 + head[2]
    end = _sub_blocks(source, data, counter)
    whole, body = Span(at, end - at), Span(data, end - data)
    if head[3:11] == _C2PA:
        return Part("C2PA", whole, body, Role.MANIFEST)
    if head[3:14] == _XMP:
        return Part("XMP", whole, body, Role.METADATA)
    # Loops and colours change what is seen.
    seen = head[3:14] in (b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012")
    return Part("application", whole, whole, Role.PICTURE if seen else Role.METADATA)


def _table(flags: int) -> int:
    """Return the size of the colour table that *flags* announce."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _sub_blocks(source: Source, at: int, counter: Counter) -> int:
    """Return where the sub-blocks that begin at *at* end, their end mark included."""
    while True:
        block, here = source.near(at)
        size, start = len(block), here
        if here >= size:
            raise MalformedError("the GIF is cut off")
        while here < size:
            length = block[here]
            here += 1 + length
            if length < _SHORT:
                if not length:
                    return at + here - start
                counter.one()
        at += here - start
