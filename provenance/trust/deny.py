"""The deny list: credentials that this reader no longer takes, with a window and a reason (security T7).

``HOME/trust/deny.toml`` holds ``[[deny]]`` tables with the fields of `Denial`. It works offline and beats every
list, pin and time stamp; only a *trusted* stamp outside an entry's window lets a signature stand.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

from provenance.errors import TrustError
from provenance.home import Home
from provenance.trust.model import Denial

_HEAD = "# Credentials that are not taken any more. See `provenance trust deny --help`.\n"


def path_of(home: Home) -> Path:
    """Return where the deny list of *home* lies."""
    return home.trust / "deny.toml"


def add(path: Path, entry: Denial) -> None:
    """Put *entry* at the end of the list, and leave what a person wrote there as it is.

    Raises:
        TrustError: if the list cannot be read, the entry is not acceptable, or it stands there already.
    """
    given = {field.name: value for field in fields(Denial) if (value := getattr(entry, field.name))}
    checked = _denial(given, path.name)
    if any(
        (known.sha256, known.serial, known.issuer) == (checked.sha256, checked.serial, checked.issuer)
        for known in load(path)
    ):
        raise TrustError(path.name, "names this certificate already", "change the entry there")
    before = (
        path.read_text("utf-8")
        if path.exists()
        else "# Credentials that are not taken any more. See `provenance trust deny --help`.\n"
    )
    lines = [f"{key} = {json.dumps(value, ensure_ascii=True)}" for key, value in given.items()]
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(path.name + ".new")
    temporary.write_text(before.rstrip("\n") + "\n\n[[deny]]\n" + "\n".join(lines) + "\n", "utf-8")
    temporary.replace(path)


def load(path: Path) -> tuple[Denial, ...]:
    """Read ``deny.toml``: ``[[deny]]`` tables with the fields of `Denial`. No file is an empty list."""
    try:
        whole = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise TrustError(path.name, f"cannot be read ({exc})") from exc
    if unknown := set(whole) - {"deny"}:
        raise TrustError(path.name, f"'{min(unknown)}' is not a field of a deny list", "entries are [[deny]] tables")
    return tuple(_denial(entry, f"{path.name}, entry {n}") for n, entry in enumerate(whole.get("deny", ()), 1))


def _denial(entry: dict[str, Any], where: str) -> Denial:
    if unknown := set(entry) - set(Denial.__dataclass_fields__):
        raise TrustError(where, f"'{min(unknown)}' is not a field of an entry")
    values = {key: str(value) for key, value in entry.items()}
    if not values.get("reason"):
        raise TrustError(where, "has no reason", "say in a few words why")
    if bool(values.get("sha256")) == bool(values.get("serial") and values.get("issuer")):
        raise TrustError(where, "must name one certificate", "by sha256, or by serial and issuer")
    for key in ("sha256", "serial"):
        if key in values:
            values[key] = values[key].replace(":", "").lower()
    for key in ("since", "until", "noted"):
        if values.get(key):
            _iso(values[key], f"{where}: {key}")
    return Denial(**values)


def _iso(text: str, where: str) -> None:
    try:
        datetime.fromisoformat(text)
    except ValueError as exc:
        raise TrustError(where, f"'{text}' is not a date", "write it as 2026-11-23") from exc


def _named(entry: Denial) -> tuple[str, str, str]:
    return entry.sha256, entry.serial, entry.issuer
