"""The JSON Schemas of what we answer, made from the dataclasses.

For build time only. Nothing imports this module when the program runs: pydantic would cost a one-shot
`verify` more than the engine does.
"""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from provenance.report.difference import Difference
from provenance.report.model import SCHEMA_VERSION, Report
from provenance.schemas import headed
from provenance.verification.model import Verification

_TITLES = {
    "report": (Report, "What `provenance verify --format json` says about one file"),
    "difference": (Difference, "What `provenance diff --format json` says about two files, or two steps of one"),
    "verification": (Verification, "What verification found about one file, before it is put in words"),
}
NAMES = tuple(_TITLES)


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema *name*: "report", "difference" or "verification"."""
    model, title = _TITLES[name]
    adapter: TypeAdapter[Any] = TypeAdapter(model)
    found = adapter.json_schema(mode="serialization")
    return headed(found, title=title, version=SCHEMA_VERSION)
