"""EXIF blocks written by hand, so that each position in them is known, and each rule can be broken alone."""

from __future__ import annotations

import struct

Entry = tuple[int, int, int, bytes]  # tag, type, count, value


class Maker:
    """Puts directories and values one after another; an entry whose value is an int points at it."""

    def __init__(self, order: str = "<") -> None:
        self.order = order
        self.data = bytearray((b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, 0))

    def value(self, data: bytes) -> int:
        """Put *data*, and return where."""
        self.data += bytes(len(self.data) % 2)
        at = len(self.data)
        self.data += data
        return at

    def directory(self, *entries: tuple[int, int, int, int | bytes], following: int = 0) -> int:
        """Put a directory of (tag, type, count, position or inline bytes), and return where."""
        packed = b"".join(
            struct.pack(self.order + "HHI", tag, form, count)
            + (value.ljust(4, b"\0") if isinstance(value, bytes) else struct.pack(self.order + "I", value))
            for tag, form, count, value in sorted(entries, key=lambda one: one[0])
        )
        return self.value(
            struct.pack(self.order + "H", len(entries)) + packed + struct.pack(self.order + "I", following)
        )

    def block(self, first: int) -> bytes:
        """Return the whole with *first* as its first directory."""
        self.data[4:8] = struct.pack(self.order + "I", first)
        return bytes(self.data)


THUMBNAIL = b"\xff\xd8thumbnail of somebody\xff\xd9"
SECRETS = {  # what may be private -> bytes that stand in `camera` for it
    "gps": b"2026:01:02\0",
    "serial": b"SERIAL-4711\0",
    "owner": b"Somebody Private\0",
    "maker_note": b"maker note with position ",
    "thumbnail": THUMBNAIL,
    "user_comment": b"ASCII\0\0\0a comment",
}


def camera(order: str = "<") -> bytes:
    """Return a block as a camera writes it: with every private thing, and a maker note that holds an absolute position."""
    maker = Maker(order)
    make = maker.value(b"Drawn Camera\0")
    target = maker.value(b"TARGET")
    note = SECRETS["maker_note"] + struct.pack(order + "I", target)
    comment = SECRETS["user_comment"]
    exif = maker.directory(
        (33434, 5, 1, maker.value(struct.pack(order + "II", 1, 125))),
        (37500, 7, len(note), maker.value(note)),
        (37510, 7, len(comment), maker.value(comment)),
        (42032, 2, len(SECRETS["owner"]), maker.value(SECRETS["owner"])),
        (42033, 2, len(SECRETS["serial"]), maker.value(SECRETS["serial"])),
        (42037, 2, 3, b"L7\0"),
    )
    gps = maker.directory(
        (0, 1, 4, b"\2\3\0\0"), (1, 2, 2, b"N\0"), (29, 2, len(SECRETS["gps"]), maker.value(SECRETS["gps"]))
    )
    thumbnail = maker.directory(
        (259, 3, 1, struct.pack(order + "H", 6)),
        (513, 4, 1, maker.value(THUMBNAIL)),
        (514, 4, 1, struct.pack(order + "I", len(THUMBNAIL))),
    )
    first = maker.directory(
        (271, 2, 13, make),
        (305, 2, 4, b"Old\0"),
        (34665, 4, 1, exif),
        (34853, 4, 1, gps),
        following=thumbnail,
    )
    return maker.block(first)
