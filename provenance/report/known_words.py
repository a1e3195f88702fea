"""Words that stand in files of everybody, and so name nobody: what a blind edition may show as it stands.

Anything that is not one of these may be a name. Programs are kept, because what was used is what a jury
judges: but only the part that is a known program's name, never what somebody put around it.
"""

from __future__ import annotations

import re
import tomllib
from datetime import datetime
from functools import cache
from importlib import resources

from provenance.declaration.features import table
from provenance.report.tools import known_name
from provenance.terms import (
    NAMESPACE,
    READ_ONLY_ACTIONS,
    RETIRED_SOURCE_TYPES,
    WRITABLE_ACTIONS,
    SourceType,
    source_type,
)

WITHHELD = "withheld"

_PARTS_OF_CODE = re.compile(r"[a-z0-9]+|[A-Z][a-z0-9]+|[A-Z]+")
_SEPARATORS = re.compile(r"[A-Za-z0-9._]+")
_NUMBERS = re.compile(r"\d+(?:\.\d+){0,3}")


@cache
def _words(name: str) -> frozenset[str]:
    text = (resources.files("provenance.report") / "known_words.toml").read_text("utf-8")
    return frozenset(tomllib.loads(text)[name])


@cache
def _program() -> re.Pattern[str]:
    names = {*_words("programs"), *(feature.program for feature in table().features)}
    longest_first = sorted(names, key=len, reverse=True)
    joined = "|".join(re.escape(name).replace(r"\ ", "[ _]").replace("_", "[ _]") for name in longest_first)
    return re.compile(rf"(?<![A-Za-z0-9])(?:{joined})(?![A-Za-z0-9])", re.IGNORECASE)


def program(text: str) -> str:
    """Return the known program's or model's name in *text*; "withheld" if there is other text only."""
    found = _program().search(text)
    return known_name(text) or (found[0] if found else withheld(text))


def version(text: str) -> str:
    """Return the numbers at the start of a version; what follows may be anything."""
    found = _NUMBERS.match(text)
    return found[0] if found else ""


def withheld(text: str) -> str:
    """Return that there was a text, without it."""
    return WITHHELD if text else ""


def word(text: str, known: frozenset[str]) -> str:
    """Return *text* if it is one of the *known* words."""
    return text if text in known else withheld(text)


def action(text: str) -> str:
    return word(text, WRITABLE_ACTIONS | READ_ONLY_ACTIONS)


def kind_of_source(text: str) -> str:
    """Return a digital source type in its canonical spelling, if it is one."""
    spelt = source_type(text)
    return word(spelt, frozenset(SourceType) | frozenset(RETIRED_SOURCE_TYPES))


def day(text: str) -> str:
    """Return an ISO time as it stands; nothing else."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return ""
    return text


def standard_label(text: str) -> bool:
    """Whether an assertion's label is a standard's, an instance number aside."""
    return re.sub(r"__\d{1,4}$", "", text) in _words("labels")


def code(text: str) -> str:
    """Return a status code if every word in it is one that codes are made of."""
    bare = text.removeprefix(f"{NAMESPACE}.")
    known = all(part.casefold() in _words("code_words") for part in _PARTS_OF_CODE.findall(bare))
    return text if known and _SEPARATORS.fullmatch(bare) else withheld(text)
