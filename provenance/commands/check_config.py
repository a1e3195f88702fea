"""Settings of `check`: ``[check]`` of a ``provenance.toml``, or ``[tool.provenance]`` of a ``pyproject.toml``.

The nearest file upward that has such a table counts, whole (`declaration.upward` says how far; a ``provenance.toml``
may also declare something about the pictures of its folder, which is not read here). Closed: a setting that is not
known is refused, with its line and the nearest right word. What stands on the command line counts more.
"""

from __future__ import annotations

import os
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, StrictBool, ValidationError

from provenance.declaration.lines import line_of
from provenance.declaration.problems import Written, choice, dotted, first_fault
from provenance.declaration.text import fault, quoted
from provenance.declaration.upward import FOLDER, folders
from provenance.errors import PolicyError
from provenance.plain import plain
from provenance.policy.loading import ENDING, templates
from provenance.policy.predicates import Scalar
from provenance.record import dataclass
from provenance.report.wording import languages
from provenance.spelling import nearest

PROJECT = "pyproject.toml"
MAX_BYTES = 1 << 20
_TABLE, _PROJECT_TABLE = ("check",), ("tool", "provenance")


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


def _template(text: str) -> str:
    """Refuse what is neither a template nor the path of a file; whether that file is there, is seen later."""
    known = templates()
    if text and text not in known and not is_path(text):
        raise fault(*choice(text, known))
    return text


def is_path(policy: str) -> bool:
    """Whether *policy* names a file, and not a template."""
    return policy not in templates() and (policy.endswith(ENDING) or os.sep in policy or "/" in policy)


def _language(text: str) -> str:
    known = languages()
    if text and text not in known:
        raise fault(*choice(text, known))
    return text


class Settings(Written):
    """What may stand in the file; each is the option of that name."""

    noun: ClassVar[str] = "the settings"

    policy: Annotated[str, AfterValidator(_template)] = Field(
        "", description="A template's name, or a policy file, by its path from this file."
    )
    fail_on: FailOn | None = Field(None, description="The mildest decision that fails a run.")
    format: Format | None = Field(None, description="How the answer is given.")
    warn_only: StrictBool = Field(False, description="Findings fail no run.")
    blind: StrictBool = Field(False, description="Name nobody.")
    lang: Annotated[str, AfterValidator(_language)] = Field("", description="Language of the sentences.")
    context: dict[str, Scalar] = Field(default_factory=dict, description="Values for the policy.")


@dataclass(frozen=True, slots=True)
class Found:
    """Settings, and where they stand."""

    settings: Settings
    file: Path | None = None

    def beside(self, path: str) -> Path:
        """Return *path*, which the file names, by where the file lies."""
        return self.file.parent / path if self.file is not None else Path(path)

    def where(self, *path: str) -> str:
        """Return how an error names what stands at *path* in the table: the file, and the line."""
        if self.file is None:
            return ""
        name = plain(self.file.name)
        return _where(name, _text(self.file, name), [*_table(self.file), *path])


def load(chosen: Path | None, start: Path) -> Found:
    """Return the settings in *chosen*, else in the nearest file from the folder *start* upward, else none.

    Raises:
        PolicyError: if the file cannot be accepted; with its line, and the nearest right word.
    """
    if chosen is not None:
        found = _read(chosen)
        if found is None:
            table = ".".join(_table(chosen))
            raise PolicyError(plain(chosen.name), f"holds no [{table}]", "see docs/check.md")
        return Found(found, chosen)
    for folder in folders(start):
        for path in (Path(folder, FOLDER), Path(folder, PROJECT)):
            found = _read(path) if path.is_file() else None
            if found is not None:
                return Found(found, path)
    return Found(Settings.model_validate({}))


def _table(path: Path) -> tuple[str, ...]:
    return _PROJECT_TABLE if path.name == PROJECT else _TABLE


def _read(path: Path) -> Settings | None:
    name, table = plain(path.name), _table(path)
    text = _text(path, name)
    try:
        data: Any = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as exc:
        raise PolicyError(name, f"is not TOML: {plain(str(exc)[:1].lower() + str(exc)[1:])}") from exc
    if table == _TABLE:
        _refuse_misplaced(data, name, text)
    else:
        _refuse_misspelt(data, name, text)
    for part in table:
        data = data.get(part) if isinstance(data, dict) else None
    if data is None:
        return None
    try:
        return Settings.model_validate(data)
    except ValidationError as exc:
        path_in, problem, cure = first_fault(exc, Settings)
    where = _where(name, text, [*table, *path_in])
    raise PolicyError(f"{where}: {dotted(path_in)}" if path_in else where, problem, cure)


def _refuse_misplaced(data: dict[str, Any], name: str, text: str) -> None:
    """Refuse what was meant for `check` and stands where nobody reads it."""
    for word in data:
        if word in Settings.model_fields:
            cure = "write it under [check]"
            raise PolicyError(
                f"{_where(name, text, [word])}: {plain(word)}", "is a setting of check, not of a file", cure
            )
        if word not in _TABLE and nearest(word, _TABLE):
            raise PolicyError(_where(name, text, [word]), f"there is no table {quoted(word)}", "did you mean check")


def _refuse_misspelt(data: dict[str, Any], name: str, text: str) -> None:
    """Refuse a table of another tool's that was meant to be ours: its settings would count for nothing."""
    tools = data.get(_PROJECT_TABLE[0])
    for word in tools if isinstance(tools, dict) else ():
        if word != _PROJECT_TABLE[1] and nearest(word, _PROJECT_TABLE[1:]):
            where = _where(name, text, [_PROJECT_TABLE[0], word])
            raise PolicyError(where, f"there is no table {quoted('tool.' + word)}", "did you mean tool.provenance")


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
