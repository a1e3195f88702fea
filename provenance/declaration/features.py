"""Which program features count as which kind of AI help: a dated table, and a search in it.

The table says what a feature is by its maker's description. Where a setting decides, the table says so
instead of guessing: nobody can tell from the feature's name alone.
"""

from __future__ import annotations

import difflib
import tomllib
from enum import StrEnum
from functools import cache
from importlib import resources

from provenance.declaration.words import folded
from provenance.record import dataclass

MAX_FOUND = 8
_CLOSE = 0.78


class Answer(StrEnum):
    """Whether a feature is generative."""

    YES = "yes"
    NO = "no"
    DEPENDS = "depends"  # on the setting that was used
    UNKNOWN = "unknown"  # the maker does not say


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of one program."""

    program: str
    name: str
    also: tuple[str, ...]  # other words that people use for it
    kind: str  # an `AiKind`, or "" where it is no AI help at all
    generative: Answer
    decides: str  # what setting decides, where it depends
    source: str

    @property
    def flag(self) -> str:
        """What to write after ``--ai``; "" where there is nothing to declare."""
        if not self.kind:
            return ""
        said = {Answer.YES: "=yes", Answer.NO: "=no"}.get(self.generative, "=unknown")
        return f"{self.kind}{said}:{self.program}"


@dataclass(frozen=True, slots=True)
class Table:
    """The features known on a date."""

    date: str
    features: tuple[Feature, ...]


@cache
def table() -> Table:
    """Return the table that is shipped."""
    data = tomllib.loads((resources.files("provenance.declaration") / "features.toml").read_text("utf-8"))
    return Table(
        data["date"],
        tuple(
            Feature(
                program=one["program"],
                name=one["name"],
                also=tuple(one["also"]),
                kind="" if one["kind"] == "none" else one["kind"],
                generative=Answer(one["generative"]),
                decides=one.get("decides", ""),
                source=one["source"],
            )
            for one in data["feature"]
        ),
    )


def search(words: str, features: tuple[Feature, ...]) -> tuple[Feature, ...]:
    """Return the *features* that *words* may mean, the likeliest first; at most `MAX_FOUND`."""
    asked = _tokens(words)
    if not asked:
        return ()
    ranked = [(_score(asked, feature), -place, feature) for place, feature in enumerate(features)]
    best = max((score for score, _, _ in ranked), default=0.0)
    kept = [one for one in ranked if one[0] >= max(_CLOSE, best - 0.1)]
    return tuple(feature for _, _, feature in sorted(kept, key=lambda one: one[:2], reverse=True)[:MAX_FOUND])


def _score(asked: list[str], feature: Feature) -> float:
    """Return how well *asked* fits *feature*: every word must be found, in its name, its program or other words."""
    program = _tokens(feature.program)
    phrases = [_tokens(phrase) for phrase in (feature.name, *feature.also)]
    return max(_fit(asked, program, phrase) for phrase in (*phrases, []))


def _fit(asked: list[str], program: list[str], phrase: list[str]) -> float:
    known = [*program, *phrase]
    closeness = [max((_closeness(word, other) for other in known), default=0.0) for word in asked]
    if min(closeness) < _CLOSE:
        return 0.0
    # Of two features that hold every word, the one that says less beside them is meant.
    used = sum(any(_closeness(word, other) >= _CLOSE for word in asked) for other in phrase)
    return sum(closeness) / len(closeness) + 0.3 * (used / len(phrase) if phrase else 0.0)


def _closeness(word: str, other: str) -> float:
    if word == other:
        return 1.0
    short, long = sorted((word, other), key=len)
    if len(short) < 4:
        return 0.0
    if long.startswith(short) and len(short) > 0.6 * len(long):  # "denoise" for "denoiser", no "photo" for "photoshop"
        return 0.9
    return difflib.SequenceMatcher(None, word, other).ratio()


def _tokens(text: str) -> list[str]:
    plain = "".join(char if char.isalnum() else " " for char in folded(text).replace("'", ""))
    return plain.split()
