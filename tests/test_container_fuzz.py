"""Seeded mutations of signed files through everything in `provenance.container` (security X5)."""

from __future__ import annotations

import io
import random

import pytest

from provenance.container.coverage import uncovered
from provenance.container.layout import exposed_before_signing
from provenance.container.model import Limits, Prescan, Uncovered
from provenance.container.prescan import prescan
from provenance.container.unchanged import difference
from tests.support.container import KINDS, drawn, signed

LIMITS = Limits(chunks=2_000)
NUMBERS = (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\1", b"\0\0\0\x08", b"\x80\0\0\0")


def mutated(data: bytes, dice: random.Random) -> bytes:
    """Return *data* with a few bytes changed, cut, doubled, moved, or replaced by numbers that hurt."""
    out = bytearray(data)
    for _ in range(dice.randint(1, 5)):
        at = dice.randrange(len(out))
        length = dice.choice((1, 2, 4, 8, 40))
        match dice.randrange(6):
            case 0:
                out[at] ^= 1 << dice.randrange(8)
            case 1:
                out[at : at + 4] = dice.choice(NUMBERS)
            case 2:
                del out[at : at + length]
            case 3:
                out[at:at] = out[at : at + length] * dice.randint(1, 3)
            case 4:
                to = dice.randrange(len(out))
                out[to : to + length] = out[at : at + length]
            case 5:
                out[at : at + length] = dice.randbytes(length)
        out = out or bytearray(b"\0")
    return bytes(out)


def exercise(name: str, data: bytes) -> None:
    """Walk, judge and compare *data*; whatever it is, each answers."""
    found = prescan(io.BytesIO(data), LIMITS)
    assert isinstance(found, Prescan)
    for manifest in found.manifests[-1:]:
        assert isinstance(uncovered(io.BytesIO(data), found, manifest, limits=LIMITS), Uncovered)
    said = difference(io.BytesIO(drawn(name)), io.BytesIO(data), KINDS[name], limits=LIMITS)
    assert isinstance(said, str)
    assert isinstance(exposed_before_signing(io.BytesIO(data), found.kind, LIMITS), str)


@pytest.mark.parametrize("name", KINDS)
def test_mutations_are_answered(name: str) -> None:
    """A few hundred mutations of each container are answered."""
    for seed in range(150):
        exercise(name, mutated(signed(name), random.Random(seed)))


@pytest.mark.deep
@pytest.mark.parametrize("name", KINDS)
def test_many_mutations_are_answered(name: str) -> None:
    """Ten thousand mutations of each container are answered."""
    for seed in range(10_000):
        exercise(name, mutated(signed(name), random.Random(seed)))
