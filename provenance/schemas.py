"""How every JSON Schema of ours begins and stands in its file; the rooms make them, `provenance schema` writes them.

A room that has some has a module ``schema`` with ``NAMES`` and ``schema(name)``. Nothing imports it when the program
runs: pydantic would cost a one-shot `verify` more than the engine does.
"""

from __future__ import annotations

import json
from typing import Any

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def headed(found: dict[str, Any], *, title: str = "", version: str = "") -> dict[str, Any]:
    """Return the schema *found* with its dialect and that it is generated, and its *title* where it has none."""
    comment = f"schema version {version}; generated, do not edit" if version else "generated, do not edit"
    return {"$schema": DIALECT, "$comment": comment} | found | ({"title": title} if title else {})


def schema_text(schema: dict[str, Any]) -> str:
    """Return *schema* as it stands in its file."""
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
