"""The JSON Schemas of facts and policies, made from the models: ``python -m provenance.policy.schema``.

For build time only, as `provenance.report.schema` is. An editor that knows ``policy.schema.json`` (Taplo, Even Better
TOML) completes names of facts and words, shows what each means, and marks what is misspelt.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from provenance.policy.facts import SCHEMA_VERSION as FACTS_VERSION
from provenance.policy.facts import Facts
from provenance.policy.model import SCHEMA_VERSION as POLICY_VERSION
from provenance.policy.model import PolicyFile

NAMES = ("facts", "policy")


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema *name*, one of `NAMES`."""
    if name == "facts":
        adapter: TypeAdapter[Any] = TypeAdapter(Facts)
        found, version = adapter.json_schema(mode="serialization"), FACTS_VERSION
        found |= {"required": list(Facts.__match_args__), "additionalProperties": False}
        title = "One line of `provenance facts`: what a policy may ask about one file"
    else:
        found, version = PolicyFile.model_json_schema(), POLICY_VERSION
        title = "A policy: what must hold of pictures, and what follows where it does not"
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": f"schema version {version}; generated, do not edit",
    }
    return head | found | {"title": title}


def schema_text(name: str) -> str:
    """Return the schema as it stands in its file."""
    return json.dumps(schema(name), indent=2, sort_keys=True) + "\n"


def write(folder: Path) -> None:
    """Write every schema into *folder*."""
    for name in NAMES:
        (folder / f"{name}.schema.json").write_text(schema_text(name), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "schemas"))
