"""`dataclass(frozen=True, slots=True)`, made in a third of the time.

For what a one-shot `verify` or `sign` loads (ADR 0012): a hundred such classes are made before a byte is read, and the
standard decorator compiles six functions for each. Here one is compiled, `__init__`, when the first instance is made,
which few of them ever have; the others are the same for every record. `dataclasses.fields`, `replace`, `asdict`,
``match``, copying and pickling work as ever. What no model of ours uses (``kw_only``, ``init=False``, fields not
compared) is refused.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(plain: Any = None, /, *, frozen: bool = False, slots: bool = False, **other: Any) -> Any:
        """Decorate a class as the standard `dataclass` does."""
        if plain is not None or not (frozen and slots) or other:
            raise TypeError("here only @dataclass(frozen=True, slots=True); else use the standard one")
        return _record


def _record(plain: type) -> Any:
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(plain)
    for field in dataclasses.fields(made):
        if not (field.init and field.repr and field.compare) or field.kw_only:
            raise TypeError(f"{made.__name__}.{field.name}: use the standard dataclass")
    made.__init__ = _first_init(made)
    for name, function in _SHARED.items():
        if name not in plain.__dict__:
            setattr(made, name, function)
    return made


def _first_init(made: Any) -> Any:
    """Return what makes the first instance of *made*, and compiles what makes the others."""

    def __init__(self: Any, /, *values: Any, **named: Any) -> None:  # noqa: N807 - it is one
        made.__init__ = _init(made)
        made.__init__(self, *values, **named)

    return __init__


def _init(made: Any) -> Any:
    names: dict[str, Any] = {"_absent": dataclasses.MISSING}
    head, body = ["self"], []
    for field in dataclasses.fields(made):
        name = field.name
        names["_set_" + name] = getattr(made, name).__set__
        value = name
        if field.default is not dataclasses.MISSING:
            names["_default_" + name] = field.default
            head.append(f"{name}=_default_{name}")
        elif field.default_factory is not dataclasses.MISSING:
            names["_make_" + name] = field.default_factory
            head.append(f"{name}=_absent")
            value = f"_make_{name}() if {name} is _absent else {name}"
        else:
            head.append(name)
        body.append(f" _set_{name}(self, {value})\n")
    if hasattr(made, "__post_init__"):
        body.append(" self.__post_init__()\n")
    exec(f"def __init__({', '.join(head)}):\n{''.join(body) or ' pass'}", names)  # noqa: S102 - names and defaults of our own classes, as the standard decorator does
    return names["__init__"]


def _values(record: Any) -> tuple[Any, ...]:
    return tuple([getattr(record, name) for name in record.__match_args__])


def _eq(self: Any, other: object) -> Any:
    return _values(self) == _values(other) if other.__class__ is self.__class__ else NotImplemented


def _hash(self: Any) -> int:
    return hash(_values(self))


def _repr(self: Any) -> str:
    shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
    return f"{self.__class__.__qualname__}({shown})"


def _setattr(self: Any, name: str, value: Any) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(self: Any, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _getstate(self: Any) -> tuple[Any, ...]:
    return _values(self)


def _setstate(self: Any, state: tuple[Any, ...]) -> None:
    for name, value in zip(self.__match_args__, state, strict=True):
        object.__setattr__(self, name, value)


_SHARED = {
    "__eq__": _eq, "__hash__": _hash, "__repr__": _repr, "__setattr__": _setattr, "__delattr__": _delattr,
    "__getstate__": _getstate, "__setstate__": _setstate,
}  # fmt: skip
