"""Reads the files that people write, TOML or JSON, with a limit and a place for every fault."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from provenance.declaration.text import quoted
from provenance.errors import DeclarationError
from provenance.plain import plain

MAX_BYTES = 1 << 20
KINDS = {".toml": "TOML", ".json": "JSON"}


def read_document(path: Path) -> dict[str, Any]:
    """Return the table in the TOML or JSON file *path*; the name's ending says which.

    Raises:
        DeclarationError: if it cannot be read, is longer than `MAX_BYTES`, or is neither.
    """
    kind, name = KINDS.get(path.suffix.lower()), plain(path.name)
    if kind is None:
        raise DeclarationError(name, "is neither a .toml nor a .json file")
    text = _text(path, name)
    try:
        found = tomllib.loads(text) if kind == "TOML" else _json(text, name)
    except tomllib.TOMLDecodeError as exc:
        raise DeclarationError(name, f"is not TOML: {_lower(str(exc))}") from exc
    except json.JSONDecodeError as exc:
        place = f"at line {exc.lineno}, column {exc.colno}"
        raise DeclarationError(name, f"is not JSON: {_lower(exc.msg)} ({place})") from exc
    except ValueError as exc:  # Python reads no number of more than 4,300 digits
        raise DeclarationError(name, f"is not {kind}: holds a number that is too long") from exc
    except RecursionError:
        raise DeclarationError(name, "is nested too deeply") from None
    if not isinstance(found, dict):
        raise DeclarationError(name, "must be a table of fields")
    return found


def placed(data: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return *data* with the files that a declaration names where they lie: relative to its own *folder*."""
    found = dict(data)
    if isinstance(named := data.get("ingredients"), list):
        found["ingredients"] = [_in(entry, folder) for entry in named]
    if isinstance(files := data.get("evidence"), list):
        found["evidence"] = [str(folder / entry) if isinstance(entry, str) and entry else entry for entry in files]
    return found


def _in(entry: Any, folder: Path) -> Any:
    if isinstance(entry, dict) and isinstance(entry.get("path"), str) and entry["path"]:
        return entry | {"path": str(folder / entry["path"])}
    return entry  # the model will say what is wrong with it


def _text(path: Path, name: str) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as exc:
        raise DeclarationError(name, f"cannot be read: {_lower(exc.strerror or str(exc))}") from exc
    if len(data) > MAX_BYTES:
        raise DeclarationError(name, f"is longer than {MAX_BYTES} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise DeclarationError(name, f"is not UTF-8 text (byte {exc.start})", "save it as UTF-8") from exc


def _json(text: str, name: str) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        table = dict(pairs)
        if len(table) < len(pairs):
            keys = [key for key, _ in pairs]
            double = next(key for key in keys if keys.count(key) > 1)
            raise DeclarationError(name, f"says {quoted(double)} twice")
        return table

    def refuse(constant: str) -> NoReturn:
        raise DeclarationError(name, f"holds {constant}, which is no number in JSON")

    return json.loads(text, object_pairs_hook=once, parse_constant=refuse)


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]
