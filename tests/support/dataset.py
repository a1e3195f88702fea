"""A data set of mixed pictures, made at run time, with a truth table that was written by hand.

Each kind has a few base pictures; copies of them get other names. What every kind comes to is in `KINDS`, for
generative training and for data mining: the words stand here, no code of ours is asked for them.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from provenance.terms import Mining, Use
from tests.support.permissions import altered, picture, signed, xmp

YES, NO, TERMS, NOTHING, BAD = "allowed", "not_allowed", "constrained", "not_stated", "unreadable"
_BOTH = (Mining.GENERATIVE_TRAINING, Mining.DATA_MINING)
_TEXT = "write to studio@example.org"


def _answers(use: Use) -> dict[Mining, tuple[Use, str]]:
    return dict.fromkeys(_BOTH, (use, _TEXT if use is Use.CONSTRAINED else ""))


def _signed(use: Use, packet: bytes = b"") -> bytes:
    return signed(_answers(use), packet).data


def broken(data: bytes) -> bytes:
    """Return the signed JPEG *data* with one bit of its signature changed."""
    at = data.rindex(b"signature", 0, data.index(b"\xff\xda"))
    at = data.index(b"\x58\x40", at) + 10  # in the 64 bytes of the ES256 signature
    return data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]


def stripped(data: bytes) -> bytes:
    """Return the picture of *data* as a program writes it that keeps nothing else."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(data)) as image:
        image.save(out, "JPEG")
    return out.getvalue()


def commented(data: bytes, text: bytes) -> bytes:
    """Return the JPEG *data* with a comment, so that copies of an unsigned picture differ."""
    return data[:2] + b"\xff\xfe" + struct.pack(">H", len(text) + 2) + text + data[2:]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of picture, and what it comes to."""

    make: Callable[[], bytes]
    generative: str
    mining: str
    signed: bool = False
    intact: str = ""
    carriers: tuple[str, ...] = ()
    suffix: str = ".jpg"


def _plus(code: str, generative: str, mining: str, other: str = "") -> Kind:
    said = ("xmp",) if generative != NOTHING else ()
    return Kind(lambda: picture(xmp(code, other)), generative, mining, carriers=said)


_ALLOWED, _REFUSED, _TERMS = Use.ALLOWED, Use.NOT_ALLOWED, Use.CONSTRAINED
_MANIFEST = ("manifest",)
KINDS = {
    "signed-yes": Kind(lambda: _signed(_ALLOWED), YES, YES, True, "intact", _MANIFEST),
    "signed-no": Kind(lambda: _signed(_REFUSED), NO, NO, True, "intact", _MANIFEST),
    "signed-terms": Kind(lambda: _signed(_TERMS), TERMS, TERMS, True, "intact", _MANIFEST),
    "signed-silent": Kind(lambda: signed({}).data, NOTHING, NOTHING, True, "intact"),
    "signature-broken-yes": Kind(lambda: broken(_signed(_ALLOWED)), NOTHING, NOTHING, True, "altered"),
    "signature-broken-no": Kind(lambda: broken(_signed(_REFUSED)), NO, NO, True, "altered", _MANIFEST),
    "signature-broken-terms": Kind(lambda: broken(_signed(_TERMS)), TERMS, TERMS, True, "altered", _MANIFEST),
    "altered-yes": Kind(lambda: altered(_signed(_ALLOWED)), NOTHING, NOTHING, True, "altered"),
    "altered-no": Kind(lambda: altered(_signed(_REFUSED)), NO, NO, True, "altered", _MANIFEST),
    "altered-terms": Kind(lambda: altered(_signed(_TERMS)), TERMS, TERMS, True, "altered", _MANIFEST),
    "stripped": Kind(lambda: stripped(_signed(_REFUSED)), NOTHING, NOTHING),
    "signed-yes-xmp-no": Kind(lambda: _signed(_ALLOWED, xmp("PROHIBITED")), NO, NO, True, "intact", ("xmp",)),
    "signed-no-xmp-yes": Kind(lambda: _signed(_REFUSED, xmp("ALLOWED")), NO, NO, True, "intact", _MANIFEST),
    "signed-silent-xmp-yes": Kind(lambda: signed({}, xmp("ALLOWED")).data, YES, YES, True, "intact", ("xmp",)),
    "altered-silent-xmp-yes": Kind(
        lambda: altered(signed({}, xmp("ALLOWED")).data), NOTHING, NOTHING, True, "altered"
    ),
    "xmp-unspecified": _plus("UNSPECIFIED", NOTHING, NOTHING),
    "xmp-allowed": _plus("ALLOWED", YES, YES),
    "xmp-no-training": Kind(lambda: picture(xmp("PROHIBITED-AIMLTRAINING")), NO, NOTHING, carriers=("xmp",)),
    "xmp-no-generative": Kind(lambda: picture(xmp("PROHIBITED-GENAIMLTRAINING")), NO, NOTHING, carriers=("xmp",)),
    "xmp-search": _plus("PROHIBITED-EXCEPTSEARCHENGINEINDEXING", NO, TERMS),
    "xmp-prohibited": _plus("PROHIBITED", NO, NO),
    "xmp-see-text": _plus("PROHIBITED-SEECONSTRAINT", TERMS, TERMS, _TEXT),
    "xmp-see-embedded": _plus("PROHIBITED-SEEEMBEDDEDRIGHTSEXPR", TERMS, TERMS),
    "xmp-see-linked": _plus("PROHIBITED-SEELINKEDRIGHTSEXPR", TERMS, TERMS),
    "nothing": Kind(picture, NOTHING, NOTHING),
    "nothing-bmp": Kind(lambda: picture(kind="BMP"), NOTHING, NOTHING, suffix=".bmp"),
    "nothing-png": Kind(lambda: picture(kind="PNG"), NOTHING, NOTHING, suffix=".png"),
    "xmp-no-webp": Kind(
        lambda: picture(xmp("PROHIBITED"), kind="WEBP"), NO, NO, carriers=("xmp",), suffix=".webp"
    ),
    "cut-off": Kind(lambda: picture()[:200], BAD, BAD),
    "empty": Kind(lambda: b"", BAD, BAD),
    "noise": Kind(lambda: b"no picture, though its name says so", BAD, BAD),
}  # fmt: skip
_BASES = 2


def make(folder: Path, count: int) -> dict[str, Kind]:
    """Write *count* pictures into *folder*, the kinds in turn, and some files that are none; return kinds by name."""
    bases = {name: [kind.make() for _ in range(_BASES)] for name, kind in KINDS.items()}
    names = list(KINDS)
    truth: dict[str, Kind] = {}
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        name = names[number % len(names)]
        kind = KINDS[name]
        data = bases[name][number // len(names) % _BASES]
        if not kind.signed and data[:2] == b"\xff\xd8":
            data = commented(data, b"number %d" % number)
        path = folder / f"{number:05}{kind.suffix}"
        path.write_bytes(data)
        truth[path.name] = kind
        if number % 50 == 0:
            (folder / f"{number:05}.txt").write_text("a caption", "utf-8")
    return truth
