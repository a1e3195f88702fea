"""`provenance.metadata.trailer`: what Samsung's phones put after the end of a JPEG."""

from __future__ import annotations

import io
import random

import pytest

from provenance.container.model import Kind
from provenance.container.source import Source
from provenance.metadata.trailer import samsung
from tests.support.generators import jpeg, with_samsung

NAMES = ("PEg_Info",)
SAID = with_samsung(jpeg(), Image_UTC_Data="1", PEg_Info='{"genAIType":1}')


def _read(data: bytes, kind: Kind = Kind.JPEG) -> dict[str, str]:
    return samsung(Source(io.BytesIO(data)), kind, NAMES)


def test_entry() -> None:
    """The entries that are asked for are read, and no others."""
    assert _read(SAID) == {"PEg_Info": '{"genAIType":1}'}


NOTHING = {
    "no trailer": jpeg(),
    "the words alone": jpeg() + b'PEg_Info{"genAIType":1}',
    "something behind it": SAID + b"\0",
    "a directory that reaches before the file": SAID[:-8] + b"\xff\xff\xff\x7fSEFT",
    "no directory": SAID[:-8] + b"\0\0\0\0SEFT",
    "only the end": b"SEFT",
}


@pytest.mark.parametrize("data", NOTHING.values(), ids=NOTHING.keys())
def test_near_misses(data: bytes) -> None:
    """What is not such a trailer, whole and at the end, holds nothing."""
    assert _read(data) == {}


def test_only_in_jpeg() -> None:
    """Other formats are not looked at."""
    assert _read(SAID, Kind.PNG) == {}


def test_damage_is_survived() -> None:
    """Lengths and distances that lie raise nothing."""
    chance = random.Random(5)
    start = len(jpeg())
    for _ in range(300):
        data = bytearray(SAID)
        data[chance.randrange(start, len(data) - 4)] = chance.randrange(256)
        assert set(_read(bytes(data))) <= set(NAMES)
