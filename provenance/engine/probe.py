"""What `doctor` asks of the engine, as a job for a worker: an engine that does not load ends only its child."""

from __future__ import annotations

from typing import Any

from provenance.engine import identity
from provenance.engine.versions import native, versions
from provenance.worker import limits

JOB = "provenance.engine.probe:probe"


def probe(_: Any) -> dict[str, Any]:
    """Return versions, the native library's numbers, and what this engine and this platform lack."""
    return {
        "versions": versions(),
        "native": native(),
        "identity": identity.available(),
        "missing": limits.missing() or (),
    }
