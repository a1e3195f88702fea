"""The word that was probably meant."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the one of *known* that *word* was probably meant to be, or ""; case does not count in *word*."""
    import difflib  # here: slow to load, and most words are spelt right

    return next(iter(difflib.get_close_matches(word.casefold(), list(known), n=1, cutoff=0.7)), "")
