"""The limits of the walk, as ``config.toml`` sets them: table ``[limits]``, the fields of `Limits`."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from pathlib import Path

from provenance.container.model import Limits
from provenance.errors import TrustError

_TABLES = ("limits", "worker")


def load(config: Path) -> Limits:
    """Return the limits of the file *config*; the defaults if there is none.

    Raises:
        TrustError: if it cannot be read, or names a limit that does not exist (security C1).
    """
    try:
        whole = tomllib.loads(config.read_text("utf-8"))
    except FileNotFoundError:
        return Limits()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise TrustError(config.name, f"cannot be read ({exc})") from exc
    if unknown := [name for name in whole if name not in _TABLES]:
        raise TrustError(config.name, f"'{unknown[0]}' is not a table of it", f"known are {', '.join(_TABLES)}")
    table = whole.get("limits", {})
    known = [field.name for field in fields(Limits)]
    if not isinstance(table, dict):
        raise TrustError(config.name, "limits must be a table")
    for name, value in table.items():
        if name not in known:
            raise TrustError(f"{config.name}: limits.{name}", "is not a limit", f"known are {', '.join(known)}")
        if type(value) is not int or value < 1:
            raise TrustError(f"{config.name}: limits.{name}", "must be a positive whole number")
    return Limits(**table)
