"""The JSON Schemas of what people write, made from the models.

A schema says which fields there are and what they may hold. What cannot be stated together, only
`Declaration.from_dict` says.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from provenance.declaration.model import Declaration
from provenance.declaration.problems import Written
from provenance.declaration.profile import Profile
from provenance.schemas import headed

MODELS: dict[str, type[Written]] = {"declaration": Declaration, "profile": Profile}
NAMES = tuple(MODELS)


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
    return headed(found)
