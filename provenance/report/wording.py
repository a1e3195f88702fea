"""Every sentence we say, from one catalogue: reports, questions, previews.

The catalogue is data: ``catalogue/LANGUAGE/PART.json``, flat, key to sentence with ``{named}`` places. A
translator copies the folder ``en`` and translates the values; no code changes (``docs/translating.md``). A key
is asked for as ``PART.key``; a sentence that a language lacks falls back to English. Where a number in a
sentence is 1, the form ``KEY.one`` is said, if the language has one.

Values put into a sentence are sanitised here, so no caller can forget (security D11).

Rules for sentences: `people.md` §3.5 and §3.11, `standards.md` §13, security D1–D10. We say who states
what; never "authentic", "real", "genuine", "no AI" as our word.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any

from provenance.plain import plain

DEFAULT = "en"


@cache
def _part(language: str, part: str) -> dict[str, str]:
    file = resources.files("provenance.report") / "catalogue" / language / f"{part}.json"
    try:
        found: dict[str, str] = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return found


class Phrase(str):
    """Words of ours, every foreign value in them sanitised already; put into a sentence, they are not cut again."""

    __slots__ = ()


class Catalogue:
    """The sentences of one language."""

    def __init__(self, language: str = DEFAULT) -> None:
        self.language = language

    def __call__(self, key: str, /, **values: Any) -> Phrase:
        """Return the sentence *key* (``part.name``) with *values* filled in, each sanitised."""
        template = self.template(key, one=any(type(value) is int and value == 1 for value in values.values()))
        if not values:
            return Phrase(template)
        said = template.format_map({name: _shown(value) for name, value in values.items()})
        if template.startswith("{who}") and isinstance(values.get("who"), Phrase):
            said = said[:1].upper() + said[1:]  # "an unknown signer …" in front; a name stays as it is spelt
        return Phrase(said)

    def has(self, key: str) -> bool:
        part, _, name = key.partition(".")
        return name in _part(self.language, part) or name in _part(DEFAULT, part)

    def template(self, key: str, *, one: bool = False) -> str:
        """Return the sentence as it stands in the catalogue, or its form for *one* thing.

        A missing key is a bug, so KeyError.
        """
        part, _, name = key.partition(".")
        own = _part(self.language, part)
        found = own if name in own else _part(DEFAULT, part)
        return found.get(f"{name}.one", found[name]) if one else found[name]

    def join(self, items: Iterable[object], *, by: str = "report.join") -> Phrase:
        """Return *items*, each sanitised, as a list within a sentence."""
        return Phrase(self.template(by).join(str(_shown(item)) for item in items))

    def term(self, group: str, text: str) -> Phrase:
        """Return what *text*, a word of our own for programs, is called for people; another word as it stands."""
        key = f"{group}.{text}"
        return self(key) if self.has(key) else Phrase(plain(text))


def _shown(value: object) -> object:
    return value if isinstance(value, int | float | Phrase) else plain(value)


@cache
def languages() -> tuple[str, ...]:
    """Return the languages that have a catalogue."""
    root = resources.files("provenance.report") / "catalogue"
    return tuple(sorted(entry.name for entry in root.iterdir() if entry.is_dir()))


def preferred() -> str:
    """Return the language that ``PROVENANCE_LANG`` asks for, if there is a catalogue for it."""
    wanted = os.environ.get("PROVENANCE_LANG", DEFAULT)
    return wanted if wanted in languages() else DEFAULT


say = Catalogue(preferred())
