"""The operators of a test, on plain values: what a fact has, compared with what a policy asks."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

from provenance.policy.vocabulary import Shape
from provenance.terms import Level


def holds(shape: Shape, operator: str, asked: Any, value: Any) -> bool:
    """Return whether *value* is as *asked*; free text without regard to case, with ``*`` and ``?``."""
    match operator:
        case "present":
            return (value not in (None, "", ())) is bool(asked)
        case "at_least" if shape is Shape.LEVEL:
            return bool(Level(value).rank >= Level(asked).rank)
        case "at_least":
            return bool(value >= asked)
        case "at_most":
            return bool(value <= asked)
        case "equals" if shape not in (Shape.TEXT, Shape.TEXTS):
            return type(asked)(value) == asked if isinstance(asked, str) else bool(value == asked)
    values = value if isinstance(value, tuple) else (value,)
    wanted = asked if isinstance(asked, tuple) else (asked,)
    if operator == "all_of":
        return all(any(matches(one, (word,)) for one in values) for word in wanted)
    hit = any(matches(str(one), wanted) for one in values)
    return not hit if operator == "none_of" else hit


def matches(value: str, wanted: Iterable[str]) -> bool:
    """Whether *value* is one of *wanted*."""
    folded = value.casefold()
    return any(fnmatchcase(folded, word.casefold().replace("[", "[[]")) for word in wanted)


def in_time(operator: str, day: str, value: str) -> bool | None:
    """Return whether *value* is before *day* begins, or after it ends (UTC); None if that is not certain.

    *value* is an ISO time or day, or a month or a year, of which any day may be meant.
    """
    try:
        first, last = _first_and_last(value)
    except ValueError:
        return None
    if operator == "before":
        return True if last < day else False if first >= day else None
    return True if first > day else False if last <= day else None


def _first_and_last(value: str) -> tuple[str, str]:
    if len(value) == 4:
        return f"{datetime.date(int(value), 1, 1)}", f"{value}-12-31"
    if len(value) == 7:
        first = datetime.date.fromisoformat(f"{value}-01")
        return f"{first}", f"{value}-{calendar.monthrange(first.year, first.month)[1]}"
    then = datetime.datetime.fromisoformat(value)
    on = f"{(then if then.tzinfo is None else then.astimezone(datetime.UTC)).date()}"
    return on, on
