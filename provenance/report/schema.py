"""The JSON Schemas of what we answer, made from the dataclasses: ``python -m provenance.report.schema``.

For build time only. Nothing imports this module when the program runs: pydantic would cost a one-shot
`verify` more than the engine does.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from provenance.report.difference import Difference
from provenance.report.model import SCHEMA_VERSION, Report
from provenance.verification.model import Verification

_TITLES = {
    "report": (Report, "What `provenance verify --format json` says about one file"),
    "difference": (Difference, "What `provenance diff --format json` says about two files"),
    "verification": (Verification, "What verification found about one file, before it is put in words"),
}


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema *name*: "report", "difference" or "verification"."""
    model, title = _TITLES[name]
    adapter: TypeAdapter[Any] = TypeAdapter(model)
    found = adapter.json_schema(mode="serialization")
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": f"schema version {SCHEMA_VERSION}; generated, do not edit",
    }
    return head | found | {"title": title}


def schema_text(name: str) -> str:
    """Return the schema as it stands in its file."""
    return json.dumps(schema(name), indent=2, sort_keys=True) + "\n"


def write(folder: Path) -> None:
    """Write every schema into *folder*."""
    for name in _TITLES:
        (folder / f"{name}.schema.json").write_text(schema_text(name), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "schemas"))
