"""A declaration as TOML: what `tomllib` reads back is equal. Long things get a table of their own, the rest a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any


def to_toml(data: Mapping[str, Any]) -> str:
    """Return *data* (text, numbers, true and false, lists and tables) as a TOML document.

    Raises:
        TypeError: for anything else, such as None, which TOML does not have.
    """
    plain = {key: value for key, value in data.items() if not _apart(value)}
    lines = [f"{_key(key)} = {_value(value)}" for key, value in plain.items()]
    for key, value in data.items():
        if _apart(value):
            lines += _tables(key, value)
    return "\n".join(lines) + "\n"


def _apart(value: Any) -> bool:
    tables = isinstance(value, list | tuple) and bool(value) and all(isinstance(one, Mapping) for one in value)
    return isinstance(value, Mapping) or tables


def _tables(key: str, value: Any) -> Iterator[str]:
    whole = isinstance(value, Mapping)
    for table in [value] if whole else value:
        yield f"\n[{_key(key)}]" if whole else f"\n[[{_key(key)}]]"
        yield from (f"{_key(name)} = {_value(one)}" for name, one in table.items())


def _key(key: str) -> str:
    bare = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if bare else _text(key)


def _value(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return repr(value)
        case str():
            return _text(value)
        case list() | tuple():
            return f"[{', '.join(map(_value, value))}]"
        case Mapping():
            inner = ", ".join(f"{_key(name)} = {_value(one)}" for name, one in value.items())
            return f"{{ {inner} }}" if inner else "{}"
        case _:
            raise TypeError(f"TOML has nothing for {type(value).__name__}")


def _text(text: str) -> str:
    # A JSON string is a TOML basic string but for DEL; and TOML knows no surrogate pairs, so all else stands as it is.
    return json.dumps(str(text), ensure_ascii=False).replace("\x7f", "\\u007f")
