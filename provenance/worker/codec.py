"""Frozen dataclasses as JSON and back, by their type hints; fields at their default are left out.

Takes str, int, float, bool, enums, bytes, None, tuples and dataclasses of these, and ``X | None``. Decoding
believes nothing: the other side may be a child that hostile bytes took over. A wrong type, an unknown
field or an unknown word raises CodecError.
"""

from __future__ import annotations

import base64
import sys
import types
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar, Union, get_args, get_origin

T = TypeVar("T")
Convert = Callable[[Any], Any]


class CodecError(ValueError):
    """The data is not the promised type."""


def encode(value: Any) -> Any:
    """Return *value*, a dataclass or plain JSON, as plain JSON."""
    kind = type(value)
    if not is_dataclass(kind):
        return value
    hint: Any = kind  # mypy does not see that a dataclass can be a key
    return _encoder(hint)(value)


def decode(kind: type[T], data: Any) -> T:
    """Return *data*, as `encode` wrote it, as a *kind*; ``object`` stands for plain JSON as it is.

    Raises:
        CodecError: if it is anything else.
    """
    if kind is object:
        return data  # type: ignore[no-any-return]  # the caller asked for plain JSON
    hint: Any = kind
    convert = _decoder(hint)
    try:
        result: T = convert(data)
    except (TypeError, AttributeError, RecursionError) as exc:
        raise CodecError(f"not a {kind.__name__}") from exc
    return result


def prepare(kind: Any) -> None:
    """Build what `decode` needs for *kind*, once; it takes two milliseconds for a large model."""
    if kind is not object:
        _decoder(kind)


def _same(value: Any) -> Any:
    return value


def _hint(kind: Any, each: Any) -> Any:
    return _evaluated(each.type, kind.__module__) if isinstance(each.type, str) else each.type


@cache
def _evaluated(annotation: str, module: str) -> Any:
    """Return what `typing.get_type_hints` would, each spelling once a module: a third of the time of the first job."""
    return eval(annotation, vars(sys.modules[module]))  # noqa: S307 - annotations of our own classes, no data


@cache
def _encoder(hint: Any) -> Convert:
    if is_dataclass(hint):
        return _dataclass_encoder(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return attrgetter("value")
    if hint is bytes:
        return lambda value: base64.b64encode(value).decode("ascii")
    if optional := _optional(hint):
        inner = _encoder(optional)
        return _same if inner is _same else lambda value: None if value is None else inner(value)
    if get_origin(hint) is tuple:
        return _tuple_encoder(get_args(hint))
    if hint in (str, int, float, bool):
        return _same
    raise TypeError(f"no JSON for {hint!r}")


def _dataclass_encoder(kind: Any) -> Convert:
    rows = tuple((each.name, _default(each), _encoder(_hint(kind, each))) for each in fields(kind) if each.init)
    names = tuple(name for name, _, _ in rows)
    # One call for all fields; attrgetter of one name would not give a tuple.
    several = attrgetter(*names) if len(names) > 1 else None

    def get(value: Any) -> Any:
        return several(value) if several else tuple(getattr(value, name) for name in names)

    def convert(value: Any) -> dict[str, Any]:
        return {
            name: inner(item)
            for item, (name, default, inner) in zip(get(value), rows, strict=True)
            if item is not default and item != default
        }

    return convert


def _default(each: Any) -> Any:
    if each.default is not MISSING:
        return each.default
    return each.default_factory() if each.default_factory is not MISSING else MISSING


def _tuple_encoder(kinds: tuple[Any, ...]) -> Convert:
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        inner = _encoder(kinds[0])
        return list if inner is _same else lambda value: [inner(item) for item in value]
    inners = tuple(_encoder(kind) for kind in kinds)
    return lambda value: [inner(item) for inner, item in zip(inners, value, strict=True)]


@cache
def _decoder(hint: Any) -> Convert:
    if is_dataclass(hint):
        return _dataclass_decoder(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _enum_decoder(hint)
    if hint is bytes:
        return _bytes
    if optional := _optional(hint):
        inner = _decoder(optional)
        return lambda data: None if data is None else inner(data)
    if get_origin(hint) is tuple:
        return _tuple_decoder(get_args(hint))
    if hint in (str, int, bool):
        return _exact(hint)
    if hint is float:
        return _float
    raise TypeError(f"no JSON for {hint!r}")


def _optional(hint: Any) -> Any:
    """Return X of ``X | None``, else None."""
    if get_origin(hint) not in (Union, types.UnionType):
        return None
    kinds = [kind for kind in get_args(hint) if kind is not type(None)]
    return kinds[0] if len(kinds) == 1 else None


def _exact(kind: type) -> Convert:
    def convert(data: Any) -> Any:
        if type(data) is not kind:  # True is no number here
            raise CodecError(f"expected {kind.__name__}, found {type(data).__name__}")
        return data

    return convert


def _float(data: Any) -> float:
    if type(data) not in (int, float):
        raise CodecError(f"expected float, found {type(data).__name__}")
    return float(data)


def _bytes(data: Any) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except ValueError as exc:
        raise CodecError("not base64") from exc


def _enum_decoder(kind: type[Enum]) -> Convert:
    known = {member.value: member for member in kind}

    def convert(data: Any) -> Enum:
        try:
            return known[data]
        except KeyError:
            raise CodecError(f"not a {kind.__name__}") from None

    return convert


def _tuple_decoder(kinds: tuple[Any, ...]) -> Convert:
    repeated = len(kinds) == 2 and kinds[1] is Ellipsis
    inners = tuple(_decoder(kind) for kind in kinds if kind is not Ellipsis)

    def convert(data: Any) -> tuple[Any, ...]:
        if type(data) is not list or (not repeated and len(data) != len(inners)):
            raise CodecError("not the promised list")
        if repeated:
            return tuple(map(inners[0], data))
        return tuple(inner(item) for inner, item in zip(inners, data, strict=True))

    return convert


def _dataclass_decoder(kind: Any) -> Convert:
    inners = {each.name: _decoder(_hint(kind, each)) for each in fields(kind) if each.init}

    def convert(data: Any) -> Any:
        try:
            return kind(**{name: inners[name](item) for name, item in data.items()})
        except KeyError as exc:
            raise CodecError(f"{kind.__name__} has no such field") from exc

    return convert
