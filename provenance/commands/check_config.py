"""Settings of `check`: ``provenance.toml``, or ``[tool.provenance]`` of ``pyproject.toml``, nearest upward.

Closed: a setting that is not known is refused, with its line and the nearest right word. A ``provenance.toml`` may
also hold a folder's declaration, so a file with none of these settings is passed over, and so is a ``pyproject.toml``
without ``[tool.provenance]``. What stands on the command line counts more. The search ends at the root of the
repository, so that nobody's rules are changed by a file outside it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field, ValidationError

from provenance.declaration.model import Declaration
from provenance.declaration.problems import Written, dotted, first_fault, nearest
from provenance.declaration.text import quoted
from provenance.errors import PolicyError
from provenance.plain import plain
from provenance.policy.lines import line_of
from provenance.policy.predicates import Scalar
from provenance.record import dataclass

OWN, PROJECT = "provenance.toml", "pyproject.toml"
MAX_BYTES = 1 << 20
_TABLE = ("tool", "provenance")


class Format(StrEnum):
    """How the answer is given."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"
    HTML = "html"


class FailOn(StrEnum):
    """The mildest decision that fails a run."""

    REJECT = "reject"
    REVIEW = "review"
    DISCLOSE = "disclose"
    NOTE = "note"


class Settings(Written):
    """What may stand in the file; each is the option of that name."""

    noun: ClassVar[str] = "the settings"

    policy: str = Field("", description="A template's name, or a policy file, by its path from this file.")
    fail_on: FailOn | None = Field(None, description="The mildest decision that fails a run.")
    format: Format | None = Field(None, description="How the answer is given.")
    warn_only: bool = Field(False, description="Findings fail no run.")
    blind: bool = Field(False, description="Name nobody.")
    lang: str = Field("", description="Language of the sentences.")
    context: dict[str, Scalar] = Field(default_factory=dict, description="Values for the policy.")


@dataclass(frozen=True, slots=True)
class Found:
    """Settings, and where they stand."""

    settings: Settings
    file: Path | None = None

    def beside(self, path: str) -> Path:
        """Return *path*, which the file names, by where the file lies."""
        return self.file.parent / path if self.file is not None else Path(path)


def load(chosen: Path | None, start: Path) -> Found:
    """Return the settings in *chosen*, else in the nearest file from the folder *start* upward, else none.

    Raises:
        PolicyError: if the file cannot be accepted; with its line, and the nearest right word.
    """
    if chosen is not None:
        found = _read(chosen, project=chosen.name == PROJECT)
        if found is None:
            table = "[tool.provenance]" if chosen.name == PROJECT else "settings of check"
            raise PolicyError(plain(chosen.name), f"holds no {table}", "see `provenance check --help`")
        return Found(found, chosen)
    for path in _upward(start):
        found = _read(path, project=path.name == PROJECT)
        if found is not None:
            return Found(found, path)
    return Found(Settings.model_validate({}))


def _upward(start: Path) -> Iterator[Path]:
    for folder in (start, *start.parents):
        for name in (OWN, PROJECT):
            if (folder / name).is_file():
                yield folder / name
        if (folder / ".git").exists():
            return


def _read(path: Path, *, project: bool) -> Settings | None:
    name = plain(path.name)
    text = _text(path, name)
    try:
        data: Any = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as exc:
        raise PolicyError(name, f"is not TOML: {plain(str(exc)[:1].lower() + str(exc)[1:])}") from exc
    inside = _TABLE if project else ()
    for part in inside:
        data = data.get(part) if isinstance(data, dict) else None
    if not isinstance(data, dict) or not data:
        return None
    known = Settings.model_fields
    if not project:
        for word in data:
            if word not in known and word not in Declaration.model_fields:
                near = nearest(word, [*known, *Declaration.model_fields])
                cure = f"did you mean {near}" if near else f"one of: {', '.join(known)}"
                raise PolicyError(_where(name, text, [word]), f"there is no setting {quoted(word)}", cure)
        data = {word: value for word, value in data.items() if word in known}
        if not data:
            return None
    try:
        return Settings.model_validate(data)
    except ValidationError as exc:
        path_in, problem, cure = first_fault(exc, Settings)
    raise PolicyError(_where(name, text, [*inside, *path_in]) + f": {dotted(path_in)}", problem, cure)


def _where(name: str, text: str, path: list[str | int]) -> str:
    line = line_of(text, path)
    return f"{name}, line {line}" if line else name


def _text(path: Path, name: str) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as exc:
        raise PolicyError(name, f"cannot be read: {getattr(exc, 'strerror', None) or exc}") from exc
    if len(data) > MAX_BYTES:
        raise PolicyError(name, f"is longer than {MAX_BYTES} bytes")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as exc:
        raise PolicyError(name, f"is not UTF-8 text (byte {exc.start})", "save it as UTF-8") from exc
