"""The JSON Schemas of what a run writes, made from the dataclasses.

For build time only, as `provenance.report.schema` is.
"""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from provenance.batch.record import SCHEMA_VERSION, Record
from provenance.batch.rows import Outcome
from provenance.batch.tables import COLUMNS
from provenance.schemas import headed

NAMES = ("permissions-record", "permissions-row")
_TEXT = {"type": "string"}
_CELLS: dict[str, dict[str, Any]] = {
    "decision": {"enum": [outcome.value for outcome in Outcome]},
    "carriers": {"type": "array", "items": _TEXT},
    "signed": {"type": "boolean"},
}


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema *name*, one of `NAMES`."""
    if name == "permissions-row":
        cells = {column: _CELLS.get(column, _TEXT) for column in COLUMNS}
        row = {
            "type": "object",
            "properties": cells,
            "required": list(COLUMNS),
            "additionalProperties": False,
        }
        return headed(row, title="One line of `provenance permissions check --format jsonl`", version=SCHEMA_VERSION)
    adapter: TypeAdapter[Any] = TypeAdapter(Record)
    found = adapter.json_schema(mode="serialization")
    return headed(found, title="The record of one run of `provenance permissions check`", version=SCHEMA_VERSION)
