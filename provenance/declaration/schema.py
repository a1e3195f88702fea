"""The JSON Schemas of what people write, made from the models: ``python -m provenance.declaration.schema``.

A schema says which fields there are and what they may hold. What cannot be stated together, only
`Declaration.from_dict` says.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from provenance.declaration.model import Declaration
from provenance.declaration.problems import Written
from provenance.declaration.profile import Profile

MODELS: dict[str, type[Written]] = {"declaration": Declaration, "profile": Profile}


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema of the file format *name*."""
    found = MODELS[name].model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "generated, do not edit",
        **found,
    }


def schema_text(name: str) -> str:
    """Return the schema as it stands in its file."""
    return json.dumps(schema(name), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def write(folder: Path) -> None:
    """Write every schema into *folder*."""
    for name in MODELS:
        (folder / f"{name}.schema.json").write_text(schema_text(name), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "schemas"))
