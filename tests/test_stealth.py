"""`provenance.metadata.stealth`: what a generator hid in the pixels, found without decoding the picture."""

from __future__ import annotations

import io
import json
import zlib

import pytest
from PIL import Image

from provenance.container.kinds import sniff_source
from provenance.container.model import Limits
from provenance.container.source import Source
from provenance.container.walk import lay_out
from provenance.metadata import stealth
from provenance.metadata.stealth import Hidden
from tests.support.generators import A1111, hidden, novelai, png

TEXT = json.dumps(novelai()).encode()


def _read(data: bytes) -> Hidden | None:
    source = Source(io.BytesIO(data))
    kind = sniff_source(source)
    return stealth.read(source, kind, lay_out(source, kind, Limits()))


def _recoded(data: bytes, **how: object) -> bytes:
    stream = io.BytesIO()
    Image.open(io.BytesIO(data)).save(stream, **how)
    return stream.getvalue()


@pytest.mark.parametrize("size", [(96, 200), (400, 40), (3000, 7)], ids=["high", "low", "flat"])
@pytest.mark.parametrize("packed", [True, False], ids=["packed", "plain"])
@pytest.mark.parametrize("mode", ["alpha", "rgb"])
def test_four_magics(mode: str, packed: bool, size: tuple[int, int]) -> None:
    """Each of the four magics is found, in alpha and in colour, however many columns the text takes."""
    found = _read(hidden(TEXT, mode=mode, packed=packed, size=size))

    magic = f"stealth_{'png' if mode == 'alpha' else 'rgb'}{'comp' if packed else 'info'}"
    assert found == Hidden(magic, TEXT.decode())


def test_every_filter() -> None:
    """The columns are read whatever filters the rows have, the smooth picture of a drawing among them."""
    noisy = Image.open(io.BytesIO(hidden(A1111.encode())))
    smooth = Image.linear_gradient("L").resize(noisy.size)
    drawn = Image.merge("RGBA", [smooth] * 4)
    pixels = bytes(one & 0xFE | bit & 1 for one, bit in zip(drawn.tobytes(), noisy.tobytes(), strict=True))
    stream = io.BytesIO()
    Image.frombytes("RGBA", noisy.size, pixels).save(stream, "PNG", optimize=True)
    rows = zlib.decompress(_idat(stream.getvalue()))[:: 1 + noisy.width * 4]

    found = _read(stream.getvalue())

    assert len(set(rows)) > 1  # several filters are at work
    assert found is not None
    assert found.text == A1111


def _idat(data: bytes) -> bytes:
    source = Source(io.BytesIO(data))
    layout = lay_out(source, sniff_source(source), Limits())
    return b"".join(source.read(part.body.start, part.body.length) for part in layout.parts if part.name == "IDAT")


def test_near_misses() -> None:
    """One wrong bit of the magic, a length that the picture cannot hold, and a broken packing are nothing."""
    data = hidden(TEXT)
    picture = Image.open(io.BytesIO(data))
    red, green, blue, alpha = picture.getpixel((0, 0))
    picture.putpixel((0, 0), (red, green, blue, alpha ^ 1))
    stream = io.BytesIO()
    picture.save(stream, "PNG")

    assert _read(stream.getvalue()) is None
    assert _read(hidden(b"x" * 20000, packed=False, size=(20, 200))) is None
    assert _read(hidden(TEXT, broken=True)) is None
    assert _read(png()) is None


def test_bomb_stays_small() -> None:
    """A text that unpacks without end is read up to the limit."""
    found = _read(hidden(bytes(8 * 1024 * 1024), size=(400, 400)))

    assert found is not None
    assert len(found.text) == stealth.TEXT


def test_cut_off() -> None:
    """A picture that ends early holds what it holds, and nothing is raised."""
    data = hidden(TEXT)

    assert all(_read(data[:length]) is None for length in range(40, len(data) // 4, 997))


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "GIF"])
def test_other_formats(kind: str) -> None:
    """Only PNG is looked into."""
    assert _read(_recoded(png(), format=kind)) is None
