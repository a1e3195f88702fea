"""A module of jobs that finds no engine when it is loaded."""

from provenance.errors import EngineError

raise EngineError("c2pa-python", "is missing", "install it")
