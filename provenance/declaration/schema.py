"""The JSON Schemas of what people write, made from the models: ``python -m provenance.declaration.schema``.

A schema says which fields there are and what they may hold. What cannot be stated together, only
`Declaration.from_dict` says.
"""

from __future__ import annotations

import ast
import inspect
import json
import sys
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from provenance.declaration.model import Declaration
from provenance.declaration.problems import Written
from provenance.declaration.profile import Profile

MODELS: dict[str, type[Written]] = {"declaration": Declaration, "profile": Profile}


class _Described(GenerateJsonSchema):
    """Takes the text below a field for its description.

    ``use_attribute_docstrings`` does so too, but whenever a model is loaded: 20 ms of every command that signs.
    """

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        found = super().model_schema(schema)
        for name, text in _texts(schema["cls"]):
            found["properties"][name]["description"] = text
        return found


def _texts(model: type) -> Iterator[tuple[str, str]]:
    """Yield the fields of *model* that have a text below them, each with it."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    body = definition.body if isinstance(definition, ast.ClassDef) else []
    for field, below in pairwise(body):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, inspect.cleandoc(text)


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema of the file format *name*."""
    found = MODELS[name].model_json_schema(schema_generator=_Described)
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
