"""Small values as working files write them: days, whole numbers, names of programs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

_DAY = r"\s{0,8}(\d{4})[-:](\d{2})[-:](\d{2})(?!\d)"
_NAME = 60
_MOST = 1 << 53  # JSON's own limit, and beyond anything that is meant
_FIRST_YEAR = 1980  # before, no such program was there; a clock that was never set says 1904 or 1970


def day(text: str) -> str:
    """Return the day that an ISO or EXIF date in *text* names, without the time of day; "" if it names none."""
    found = re.match(_DAY, text)
    if not found or int(found[1]) < _FIRST_YEAR:
        return ""
    try:
        return date(*map(int, found.groups())).isoformat()
    except ValueError:
        return ""


def span(days: Iterable[str]) -> tuple[str, str]:
    """Return the earliest and the latest of *days*, empty ones left out."""
    named = sorted(filter(None, days))
    return (named[0], named[-1]) if named else ("", "")


def whole(value: object) -> int | None:
    """Return *value*, a number or its text, as a whole number that is not negative; None if it is none."""
    if isinstance(value, str):
        value = int(value) if value.isascii() and value.isdigit() and len(value) < 16 else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _MOST:
        return None
    return int(value)


def name(text: str) -> str:
    """Return the name of a program or camera in one clean line; what stands in brackets, a system, is left out."""
    clean = "".join(character if character.isprintable() else " " for character in text[:500])
    return " ".join(clean.partition("(")[0].split())[:_NAME]
