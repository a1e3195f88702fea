"""The JSON Schemas of what a run writes, made from the dataclasses: ``python -m provenance.batch.schema``.

For build time only, as `provenance.report.schema` is.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from provenance.batch.record import SCHEMA_VERSION, Record
from provenance.batch.rows import Outcome
from provenance.batch.tables import COLUMNS

NAMES = ("permissions-record", "permissions-row")
_TEXT = {"type": "string"}
_CELLS: dict[str, dict[str, Any]] = {
    "decision": {"enum": [outcome.value for outcome in Outcome]},
    "carriers": {"type": "array", "items": _TEXT},
    "signed": {"type": "boolean"},
}


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema *name*, one of `NAMES`."""
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": f"schema version {SCHEMA_VERSION}; generated, do not edit",
    }
    if name == "permissions-row":
        cells = {column: _CELLS.get(column, _TEXT) for column in COLUMNS}
        return head | {
            "title": "One line of `provenance permissions check --format jsonl`",
            "type": "object",
            "properties": cells,
            "required": list(COLUMNS),
            "additionalProperties": False,
        }
    adapter: TypeAdapter[Any] = TypeAdapter(Record)
    found = adapter.json_schema(mode="serialization")
    return head | found | {"title": "The record of one run of `provenance permissions check`"}


def schema_text(name: str) -> str:
    """Return the schema as it stands in its file."""
    return json.dumps(schema(name), indent=2, sort_keys=True) + "\n"


def write(folder: Path) -> None:
    """Write every schema into *folder*."""
    for name in NAMES:
        (folder / f"{name}.schema.json").write_text(schema_text(name), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "schemas"))
