"""What runs in the child: a file is read with limits, and only its facts come back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from provenance.policy.deriving import facts_of
from provenance.policy.facts import Facts
from provenance.verification import check


def job(argument: Any) -> Facts:
    """Answer a request of `verification.options`, as a worker gets it.

    Raises:
        AssetError: if the file cannot be read at all.
    """
    return facts_of(check.job(argument), now=datetime.now(UTC))
