"""Credentials that lie elsewhere: fetched only when a person asked for it, by our own client (security S7)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from provenance.trust.fetch import RULES, Rules, fetch

__all__ = ["RULES", "fetched"]


@contextmanager
def fetched(url: str, rules: Rules = RULES) -> Iterator[Path]:
    """Fetch the manifest store at *url* into a private file that is gone afterwards.

    Raises:
        TrustError: if it may not, or cannot, be fetched.
    """
    store = fetch(url, rules)
    with tempfile.TemporaryDirectory(prefix="provenance-") as folder:
        path = Path(folder) / "fetched.c2pa"
        path.write_bytes(store)
        yield path
