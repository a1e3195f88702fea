"""Dates as people write them: a day, unless a time of day is given on purpose.

Hours and zones show where somebody lives and when they sleep: a time is written in UTC, and only if asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, WithJsonSchema

from provenance.declaration.text import fault, quoted

Moment = TypeVar("Moment", bound=date)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2})?")
_CLAIMED = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_EARLIEST = 1000  # a year before this is a typing error


def parse_when(value: Any) -> Any:
    """Return *value* as ``YYYY-MM-DD``, or as ``YYYY-MM-DDThh:mm:ssZ`` if it holds a time of day."""
    text = value.isoformat() if isinstance(value, date) else value  # TOML has dates of its own; a datetime is a date
    if not isinstance(text, str):
        return text
    if _DAY.fullmatch(text):
        day = _real(text, date.fromisoformat)
        _past(day, text)
        return text
    if not (found := _TIME.fullmatch(text)):
        raise fault(f"{quoted(text)} is not a date", "write the day, as in 2026-11-20")
    moment = _real(text.upper().replace(" ", "T"), datetime.fromisoformat)
    if not found[3]:
        raise fault(f"{quoted(text)} has a time of day, but no time zone", "add Z or an offset, or write only the day")
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        raise fault(f"{quoted(text)} is not a date that exists") from None
    _past(moment.date(), text)
    return moment.replace(microsecond=0).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_claimed(value: Any) -> Any:
    """Return *value* as a claimed date: a year, a month or a day."""
    text = value.isoformat() if isinstance(value, date) and not isinstance(value, datetime) else value
    if not isinstance(text, str):
        return text
    if not (found := _CLAIMED.fullmatch(text)):
        raise fault(f"{quoted(text)} is not a year, month or day", "write 2019, 2019-05 or 2019-05-17")
    year, month, day = (int(part or 1) for part in found.groups())
    _past(_real(text, lambda _: date(year, month, day)), text)
    return text


def as_tdate(when: str) -> str:
    """Return *when* as the standard's exact moment: a day becomes its start in UTC."""
    return when if "T" in when else f"{when}T00:00:00Z"


def _real(text: str, parse: Callable[[str], Moment]) -> Moment:
    try:
        return parse(text)
    except ValueError:
        raise fault(f"{quoted(text)} is not a date that exists") from None


def _past(day: date, text: str) -> None:
    if day.year < _EARLIEST:
        raise fault(f"{quoted(text)} lies too far back")
    # Somewhere it is already tomorrow.
    if day > datetime.now(UTC).date() + timedelta(days=1):
        raise fault(f"{quoted(text)} lies in the future")


When = Annotated[
    str,
    BeforeValidator(parse_when),
    WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}", "examples": ["2026-11-20"]}),
]
Claimed = Annotated[
    str,
    BeforeValidator(parse_claimed),
    WithJsonSchema({"type": "string", "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$", "examples": ["2019-05"]}),
]
