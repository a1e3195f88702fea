"""What the caller says, ``NAME=VALUE``, as the values that the policy declares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from provenance.declaration.text import quoted
from provenance.errors import PolicyError
from provenance.plain import plain
from provenance.policy.loading import Policy, context_problem

_FLAGS = {"true": True, "false": False}
_DIGITS = 15


def supplied(pairs: Iterable[str], policy: Policy, *, base: Mapping[str, object] | None = None) -> dict[str, object]:
    """Return the values that *pairs* of ``NAME=VALUE`` say, over those of *base*, checked against *policy*.

    Raises:
        PolicyError: naming the pair, and the nearest name or value that the policy knows.
    """
    found = dict(base or {})
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name:
            raise PolicyError("--context", f"{quoted(pair)} is not NAME=VALUE", "write it as shipped=true")
        found[name] = _value(text, policy.context[name].values if name in policy.context else ())
    return checked(found, policy, where="--context")


def checked(values: Mapping[str, object], policy: Policy, *, where: str) -> dict[str, object]:
    """Return *values*, which *policy* knows.

    Raises:
        PolicyError: naming *where*, the value, and the nearest that the policy knows.
    """
    problem = context_problem(values, policy)
    if problem is not None:
        name, what, cure = problem
        raise PolicyError(f"{where}: {plain(name)}", what, cure)
    return dict(values)


def _value(text: str, allowed: tuple[object, ...]) -> object:
    """Return *text* as a value: as one of the *allowed* if it reads as one, else as a flag, a number or text."""
    readings: list[object] = [text]
    if text in _FLAGS:
        readings.insert(0, _FLAGS[text])
    elif text.removeprefix("-").isdecimal() and text.isascii() and len(text) <= _DIGITS:
        readings.insert(0, int(text))
    for reading in readings:
        if any(type(reading) is type(one) and reading == one for one in allowed):
            return reading
    return readings[0]
