"""Mutants of good and hostile files: saved seeds in every run, new ones for minutes in `make deep`."""

from __future__ import annotations

import os
import random

import pytest

from tests.hostile import fuzz


def test_saved_seeds() -> None:
    """Every seed that once showed a fault, and a few hundred more, show none."""
    assert list(fuzz.faults([*fuzz.saved(), *range(300)])) == []


def test_a_fault_is_noticed() -> None:
    """The oracle is awake: a file whose pixels differ from its base would be told."""
    other = fuzz.picture(shift=9)

    assert fuzz._pixels(other) not in {None, fuzz._pixels(fuzz.picture())}


@pytest.mark.deep
def test_new_mutants() -> None:
    """Minutes of new mutants show no fault; the seed is printed, so that a fault can be replayed."""
    seconds = float(os.environ.get("PROVENANCE_FUZZ_SECONDS", "120"))
    tried, found = fuzz.run(seconds, random.SystemRandom().getrandbits(40))

    assert tried > 0
    assert found == []
