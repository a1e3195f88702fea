"""Whom a run trusts, read once, and as one sum: a different list, pin or denial makes a different one."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from provenance.home import Home
from provenance.trust.lists import load
from provenance.trust.model import Trust
from provenance.verification.options import Options


def with_trust(options: Options) -> Options:
    """Return *options* with what their home trusts, read once: a run keeps to what it trusted when it began.

    Raises:
        TrustError: if what lies there is damaged.
    """
    return replace(options, trust=options.trust.joined(_trust(options.home)), home="") if options.home else options


@lru_cache(maxsize=2)
def _trust(home: str) -> Trust:
    return load(Home(Path(home)))


@lru_cache(maxsize=4)
def fingerprint(trust: Trust) -> str:
    """Return a SHA-256 over everything in *trust*: lists, pins, denials, products."""
    return hashlib.sha256(repr(trust).encode("utf-8", "backslashreplace")).hexdigest()
