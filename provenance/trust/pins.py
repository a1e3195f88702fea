"""Whom this reader knows: authorities pinned under the reader's own name for a person.

``pins.toml`` is a list of ``[[pin]]`` tables with the fields of `Pin`. A person may edit it: comments and order are
kept, unknown fields and fingerprints that do not fit are refused. `pinning` makes pins from certificates; this module
does without `cryptography`, because whoever only hands files to workers loads it too.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import re
import tomllib
from collections.abc import Sequence
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from typing import Any

from provenance.errors import TrustError
from provenance.home import Home
from provenance.plain import plain
from provenance.record import dataclass

MAX_BYTES = 8 * 1024 * 1024
MIN_PREFIX = 8  # hex digits of a fingerprint that are enough to name a pin
_HEX = re.compile(rf"[0-9a-f]{{{MIN_PREFIX},64}}")
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----\s([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")
_TABLE = re.compile(r"^\[\[\s*pin\s*\]\]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Pin:
    """One pinned authority. *name* is the reader's own; *subject* is the certificate's word."""

    name: str
    sha256: str  # hex, of the authority certificate's DER
    pem: str
    subject: str  # RFC 4514, of the authority
    signer: str = ""  # common name that its leaves are expected to carry; "" if none was recorded
    added: str = ""  # ISO date
    own: bool = False  # made by `init` here


def path_of(home: Home) -> Path:
    """Return where the pins of *home* lie."""
    return home.trust / "pins.toml"


def load(path: Path) -> tuple[Pin, ...]:
    """Read the pins in *path*; no file is nobody.

    Raises:
        TrustError: naming the entry and what is wrong with it.
    """
    return _parse(_text(path), path.name)


def save(path: Path, pins: Sequence[Pin]) -> None:
    """Write *pins* to *path*, whole or not at all; what a person wrote between those that stay is kept.

    Raises:
        TrustError: if it cannot be written.
    """
    before = _text(path)
    _write(path, _rewritten(before, _parse(before, path.name), pins))


def add(path: Path, pin: Pin) -> None:
    """Add *pin* to the file *path*.

    Raises:
        TrustError: if that authority is pinned already, or the file cannot be read or written.
    """
    save(path, (*refuse_known(path, pin), pin))


def refuse_known(path: Path, pin: Pin) -> tuple[Pin, ...]:
    """Return the pins in *path*, none of which is the authority of *pin*.

    Raises:
        TrustError: if one is, or the file cannot be read.
    """
    pins = load(path)
    for other in pins:
        if other.sha256 == pin.sha256:
            raise TrustError(f"'{plain(pin.name)}'", f"this authority is pinned already, as '{plain(other.name)}'")
    return pins


def remove(path: Path, which: str) -> Pin:
    """Take out the pin whose name is *which*, or whose fingerprint starts with it; return it.

    Raises:
        TrustError: if none or more than one is meant.
    """
    pins = load(path)
    found = _named(pins, which)
    if not found:
        raise TrustError(f"'{plain(which)}'", "is not pinned", "`provenance trust list` shows who is")
    if len(found) > 1:
        prints = ", ".join(pin.sha256[:16] for pin in found)
        raise TrustError(f"'{plain(which)}'", f"means {len(found)} pins", f"give a fingerprint: {prints}")
    save(path, [pin for pin in pins if pin is not found[0]])
    return found[0]


def _named(pins: Sequence[Pin], which: str) -> list[Pin]:
    by_name = [pin for pin in pins if pin.name == which]
    prefix = which.replace(":", "").lower()
    return by_name or [pin for pin in pins if _HEX.fullmatch(prefix) and pin.sha256.startswith(prefix)]


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as exc:
        raise TrustError(path.name, f"cannot be read ({exc.strerror})") from exc
    if len(data) > MAX_BYTES:
        raise TrustError(path.name, f"is larger than {MAX_BYTES} bytes")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise TrustError(path.name, "is not text in UTF-8") from exc


def _parse(text: str, where: str) -> tuple[Pin, ...]:
    try:
        whole = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as exc:
        raise TrustError(where, f"is not TOML ({exc})") from exc
    if unknown := sorted(set(whole) - {"pin"}):
        raise TrustError(where, f"'{plain(unknown[0])}' is not a field of a list of pins", "entries are [[pin]] tables")
    entries = whole.get("pin", [])
    if not isinstance(entries, list):
        raise TrustError(where, "'pin' is not a list", "entries are [[pin]] tables")
    pins = tuple(_pin(entry, f"{where}, entry {number}") for number, entry in enumerate(entries, 1))
    prints = [pin.sha256 for pin in pins]
    for number, digest in enumerate(prints, 1):
        if prints.index(digest) + 1 != number:
            raise TrustError(f"{where}, entry {number}", f"is the same authority as entry {prints.index(digest) + 1}")
    return pins


def _pin(entry: Any, where: str) -> Pin:
    if not isinstance(entry, dict):
        raise TrustError(where, "is not a table")
    known = {field.name: field.type for field in fields(Pin)}
    if unknown := sorted(set(entry) - set(known)):
        raise TrustError(where, f"'{plain(unknown[0])}' is not a field of a pin", f"one of {', '.join(known)}")
    for name in ("name", "sha256", "pem"):
        if not entry.get(name):
            raise TrustError(where, f"has no {name}")
    for name, value in entry.items():
        if not isinstance(value, bool if name == "own" else str):
            raise TrustError(where, f"'{name}' is not {'true or false' if name == 'own' else 'a text in quotes'}")
    digest = _fingerprint(entry["pem"], where)
    if entry["sha256"].replace(":", "").lower() != digest:
        raise TrustError(where, "its sha256 is not that of its certificate", "take the entry out and pin it again")
    values: dict[str, Any] = {"subject": ""} | entry | {"sha256": digest}
    return Pin(**values)


def _fingerprint(pem: str, where: str) -> str:
    found = _CERTIFICATE.fullmatch(pem.strip())
    try:
        der = base64.b64decode("".join(found[1].split()), validate=True) if found else b""
    except binascii.Error:
        der = b""
    if not der:
        raise TrustError(where, "its pem is not one certificate", "take the entry out and pin it again")
    return hashlib.sha256(der).hexdigest()


def _rewritten(text: str, before: Sequence[Pin], after: Sequence[Pin]) -> str:
    """Return the file's text with the entries of *after*; entries that stay keep their very text."""
    starts = [match.start() for match in _TABLE.finditer(text)]
    if len(starts) == len(before):
        head = text[: starts[0]] if starts else text
        blocks = [text[start:end] for start, end in pairwise([*starts, len(text)])]
        kept = dict(zip(before, blocks, strict=True))
        new = "".join(_ended(kept[pin]) if pin in kept else _block(pin) for pin in after)
        candidate = _ended(head) + new
        if _parse(candidate, "pins.toml") == tuple(after):
            return candidate
    return "".join(map(_block, after))  # laid out in a way that we do not know: comments are lost, entries are not


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"


def _block(pin: Pin) -> str:
    lines = ["[[pin]]"]
    for field in fields(Pin):
        value = getattr(pin, field.name)
        if field.name == "pem":
            lines.append(f'pem = """\n{value.strip()}\n"""')
        elif isinstance(value, bool):
            lines.append(f"{field.name} = {str(value).lower()}")
        elif value:
            # A JSON string is a TOML basic string, but for DEL, which TOML wants escaped.
            lines.append(f"{field.name} = {json.dumps(value, ensure_ascii=False)}".replace("\x7f", "\\u007f"))
    return "\n".join(lines) + "\n\n"


def _write(path: Path, text: str) -> None:
    temporary = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as exc:
        temporary.unlink(missing_ok=True)
        raise TrustError(path.name, f"cannot be written ({exc.strerror})") from exc
