"""The sentences of every language, as they stand in the catalogue."""

from __future__ import annotations

import json
import string
from functools import cache
from importlib import resources
from pathlib import Path

from provenance.report.wording import DEFAULT, languages

ROOT = resources.files("provenance.report") / "catalogue"
TRANSLATIONS = tuple(language for language in languages() if language != DEFAULT)
READ_BY_JURORS = ("report", "juror", "run", "casefile", "agreement", "metadata", "evidence", "verdict")


@cache
def part(language: str, name: str) -> dict[str, str]:
    """The sentences of one part in *language*."""
    found: dict[str, str] = json.loads((ROOT / language / f"{name}.json").read_text("utf-8"))
    return found


def parts(language: str) -> tuple[str, ...]:
    """The parts that *language* has."""
    return tuple(sorted(Path(file.name).stem for file in (ROOT / language).iterdir()))


def places(text: str) -> set[str]:
    """The names of the places in a sentence."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def literal(text: str) -> list[str]:
    """What stands between the places."""
    return [text for text, _, _, _ in string.Formatter().parse(text)]
