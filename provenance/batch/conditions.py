"""What a journal begins with: everything that the answers depend on beside the pictures."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from importlib import metadata
from typing import Any

from provenance.batch.trusting import fingerprint
from provenance.trust.model import Trust
from provenance.verification.options import Options
from provenance.worker import codec


def conditions(paths: Sequence[str], column: str, checking: Options, trust: Trust) -> dict[str, Any]:
    """Return what holds for every run: what was asked for, from where, with which versions, trusting whom."""
    return {
        "paths": list(paths),
        "folder": os.getcwd(),  # noqa: PTH109 - as text
        "column": column,
        "versions": [version("provenance-toolkit"), version("c2pa-python")],
        "lists": [f"{one.name} {one.date} {one.sha256}" for one in trust.lists],
        "pins": [pin.sha256 for pin in trust.pins],
        "denied": [one.sha256 or f"{one.issuer} {one.serial}" for one in trust.denied],
        "trust": fingerprint(trust),  # names of pins, products: whatever else a list says
        "limits": codec.encode(checking.limits),
    }


@lru_cache(maxsize=4)
def version(distribution: str) -> str:
    """Return the version that is installed of *distribution*; "" if it is not."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""
