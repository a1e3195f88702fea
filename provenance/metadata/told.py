"""What a reader of a generator's data tells, and how names of models are cleaned: no folders, no endless texts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from provenance.metadata.model import ModelRole, TraceKind, TraceMode, UsedModel
from provenance.record import dataclass

MODELS = 32  # of one trace
_NAME = 160
_NONE = frozenset({"", "none", "null", "undefined", "(none)", "automatic"})


@dataclass(frozen=True, slots=True)
class Told:
    """What the data say beyond that they are there."""

    models: tuple[UsedModel, ...] = ()
    mode: TraceMode = TraceMode.UNSAID
    kind: TraceKind | None = None  # instead of the rule's
    tool: str = ""  # instead of the rule's
    version: str = ""


NOTHING = Told()


def model(role: ModelRole, name: Any) -> UsedModel | None:
    """Return the model called *name*, the folders it lay in left out; None if that names nothing."""
    if not isinstance(name, str):
        return None
    last = re.split(r"[\\/]", name.strip()[-4 * _NAME :])[-1].strip()
    if last.casefold() in _NONE or "\n" in last:
        return None
    return UsedModel(role, last[:_NAME])


def models(*named: tuple[ModelRole, Iterable[Any]]) -> tuple[UsedModel, ...]:
    """Return the models that *named* holds, each once, so many at most."""
    found = (model(role, name) for role, names in named for name in names)
    return tuple(dict.fromkeys(one for one in found if one is not None))[:MODELS]


def number(value: Any) -> float | None:
    """Return *value*, a number or the text of one; None if it is neither."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None
