"""Where a passphrase comes from, in this order: descriptor, file, environment, keyring, terminal (security K3).

Never from the command line, which every process can read. The environment is read, because some build systems
offer nothing else, and the caller is told, so that it warns.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from provenance.credentials import system
from provenance.errors import CredentialError
from provenance.plain import plain

VARIABLE = "PROVENANCE_PASSPHRASE"
SERVICE = "provenance-toolkit"  # the name in the keyring; the entry is the fingerprint of the authority
MAX_BYTES = 4096


Ask = Callable[[], str]  # gives a passphrase; called only when a key is encrypted


class Origin(StrEnum):
    """Where a passphrase came from."""

    DESCRIPTOR = "descriptor"
    FILE = "file"
    ENVIRONMENT = "environment"
    KEYRING = "keyring"
    PROMPT = "prompt"


@dataclass(frozen=True, slots=True)
class Passphrase:
    """A passphrase; it shows itself to nobody."""

    text: str = field(repr=False)
    origin: Origin


@dataclass(frozen=True, slots=True)
class Sources:
    """What may be asked. *prompt* asks a person, and belongs to the command line."""

    descriptor: int | None = None
    file: Path | None = None
    prompt: Callable[[], str] | None = None
    insecure: bool = False  # --insecure-key-permissions, for *file*


def obtain(sources: Sources, *, entry: str = "", environment: Mapping[str, str] = os.environ) -> Passphrase:
    """Return the passphrase from the first source that is there.

    Args:
        entry: the name to look for in the keyring, which is asked for nothing else.

    Raises:
        CredentialError: if a named source gives none, or nothing is left to ask.
    """
    if sources.descriptor is not None:
        return Passphrase(_from_descriptor(sources.descriptor), Origin.DESCRIPTOR)
    if sources.file is not None:
        data = system.read_private(sources.file, insecure=sources.insecure)
        return Passphrase(_one_line(data, plain(sources.file.name)), Origin.FILE)
    if found := environment.get(VARIABLE, ""):
        return Passphrase(found, Origin.ENVIRONMENT)
    if entry and (found := recall(entry)):
        return Passphrase(found, Origin.KEYRING)
    if sources.prompt is not None and (found := sources.prompt()):
        return Passphrase(found, Origin.PROMPT)
    raise CredentialError("passphrase", "none was given", "say --passphrase-file or --passphrase-fd")


def once(passphrase: str | Ask) -> Ask:
    """Return what asks a person at most once."""
    if isinstance(passphrase, str):
        return lambda: passphrase
    known: list[str] = []

    def ask() -> str:
        if not known:
            known.append(passphrase())
        return known[0]

    return ask


def recall(entry: str) -> str:
    """Return what the system's keyring keeps under *entry*, or ""."""
    import keyring  # here: slow to load, and only those who use it pay
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(SERVICE, entry) or ""
    except KeyringError:  # locked, or there is none: as good as empty, a person can still be asked
        return ""


def remember(entry: str, passphrase: str) -> None:
    """Keep *passphrase* in the system's keyring under *entry*.

    Raises:
        CredentialError: if this system has no keyring, or it refuses.
    """
    import keyring  # here: slow to load, and only those who use it pay
    from keyring.errors import KeyringError

    try:
        keyring.set_password(SERVICE, entry, passphrase)
    except KeyringError as exc:
        raise CredentialError("keyring", "did not take the passphrase", "leave out --keyring") from exc


def _from_descriptor(descriptor: int) -> str:
    """Read one line and no more: a second identity finds its passphrase on the next one."""
    where = f"descriptor {descriptor}"
    data = b""
    try:
        while not data.endswith(b"\n") and len(data) <= MAX_BYTES and (more := os.read(descriptor, 1)):
            data += more
    except OSError as exc:
        raise CredentialError(where, f"cannot be read ({exc.strerror})") from exc
    return _one_line(data, where)


def _one_line(data: bytes, where: str) -> str:
    """Return the passphrase in *data*: one line of UTF-8, its end not part of it."""
    if len(data) > MAX_BYTES:
        raise CredentialError(where, f"holds more than {MAX_BYTES} bytes", "a passphrase is one line")
    try:
        text = data.decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as exc:
        raise CredentialError(where, "is not text in UTF-8") from exc
    if not text:
        raise CredentialError(where, "holds no passphrase", "it is empty")
    if "\n" in text or "\r" in text:
        raise CredentialError(where, "holds more than one line", "a passphrase is one line")
    return text
