"""What the caller of a policy says: ``NAME=VALUE``, by the names and values that the policy declares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from provenance.declaration.text import quoted
from provenance.errors import PolicyError
from provenance.plain import plain
from provenance.policy.loading import Policy, context_problem

_FLAGS = {"true": True, "yes": True, "false": False, "no": False}
_WHERE = "--context"


def from_texts(texts: Iterable[str], policy: Policy) -> dict[str, object]:
    """Return what *texts* say, each value in the type that *policy* declares for it.

    Raises:
        PolicyError: for a name or a value that the policy does not declare, with the nearest right word.
    """
    found: dict[str, object] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise PolicyError(_WHERE, f"{quoted(plain(text))} has no value", "write NAME=VALUE")
        if name in found:
            raise PolicyError(_WHERE, f"says {quoted(plain(name))} twice")
        found[name] = _typed(value, policy.context[name].values) if name in policy.context else value
    return checked(found, policy, where=_WHERE)


def checked(values: Mapping[str, object], policy: Policy, *, where: str) -> dict[str, object]:
    """Return *values*, which *policy* declares.

    Raises:
        PolicyError: for a name or a value that it does not, with the nearest right word, after *where*.
    """
    if problem := context_problem(values, policy):
        raise PolicyError(f"{where} {plain(problem[0])}", *problem[1:])
    return dict(values)


def _typed(value: str, allowed: tuple[object, ...]) -> object:
    if value in allowed:
        return value
    if any(isinstance(one, bool) for one in allowed) and value.casefold() in _FLAGS:
        return _FLAGS[value.casefold()]
    if any(type(one) is int for one in allowed) and value.isascii() and value.isdigit():
        return int(value[:19])
    return value
