"""Whom this reader knows: authorities pinned under the reader's own name for a person."""

from __future__ import annotations

from dataclasses import dataclass


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
