"""One picture signed with a statement in its metadata, and everything that must and must not have changed then."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provenance.metadata.model import Carrier
from provenance.metadata.writing import carriers_of
from provenance.signing.options import Options, Signed
from provenance.signing.sign import sign
from provenance.terms import Integrity
from tests.support import carried
from tests.support.artist import Artist
from tests.support.carried import CARRIERS, FULL, SAYS, Said, declared
from tests.support.exiftool import Exiftool
from tests.support.formats import FORMATS, PAGES


@dataclass(frozen=True, slots=True)
class Proof:
    """What was made, and how many fields another reader found in each carrier."""

    path: Path
    counts: dict[Carrier, int]


def signed(path: Path, said: dict[str, Any], artist: Artist, **options: Any) -> Signed:
    """Sign *said* into a copy of *path*, beside it."""
    chosen = Options(output=path.with_name(f"{path.stem}-signed{path.suffix}"), thumbnail=False, **options)
    return sign(path, declared(said), credential=artist.credential, options=chosen)


def prove(
    path: Path, said: dict[str, Any], says: Said, artist: Artist, tool: Exiftool, *, hidden: bool = False, **more: Any
) -> Proof:
    """Sign *said* into *path*, and check tags, fields, manifest and integrity.

    Args:
        hidden: exiftool sees EXIF only without the credentials in front of it.
    """
    before = tool.tags(path)
    made = signed(path, said, artist, **more)
    after = tool.tags(carried.without_credentials(made.path) if hidden else made.path)
    available = carriers_of(made.kind)
    counts = {}

    assert made.verification.integrity is Integrity.INTACT
    assert carried.changed(before, after) == {}
    assert carried.in_manifest(made.path) == says
    for carrier, read, expected in CARRIERS:
        found, wanted = read(after), expected(says) if carrier in available else {}
        assert {field: found.get(field, ()) for field in wanted} == wanted
        counts[carrier] = len(wanted)
    return Proof(made.path, counts)


def prove_format(name: str, folder: Path, artist: Artist, tool: Exiftool) -> Proof:
    """Prove one of `FORMATS` with the full statement; the picture in it is the same, frame by frame."""
    drawn = FORMATS[name]
    path = drawn.at(folder)
    made = prove(path, FULL, SAYS, artist, tool, embed=name == PAGES)
    if drawn.decodable:
        frames = carried.frames(path)
        assert carried.frames(made.path, len(frames)) == frames
    else:
        assert _kept(path) in _kept(made.path)
    return made


def _kept(path: Path) -> bytes:
    """Return what nobody here can decode: the drawing in an SVG, the codestream of a JPEG XL."""
    data = path.read_bytes()
    if path.suffix == ".svg":
        return re.sub(rb"<metadata>.*?</metadata>", b"", data, flags=re.DOTALL)[data.index(b"<rect") - len(data) :]
    return data[data.index(b"jxlc") - 4 :]
