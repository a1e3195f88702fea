"""What a worker may use up, and which Python runs it.

``config.toml``, table ``[worker]``: ``python``, ``memory_mib``, ``cpu_seconds``, ``wall_seconds``, ``file_mib``,
``jobs``, ``resident_mib``. An unknown key is an error (security C1).
"""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from provenance.errors import WorkerError


@dataclass(frozen=True, slots=True)
class Settings:
    """The limits of security S1 and S2."""

    python: str = ""  # "" means: PROVENANCE_PYTHON, else the Python that runs us
    memory_mib: int = 1024  # address space
    cpu_seconds: int = 10  # for one job
    wall_seconds: float = 15.0  # for one job
    file_mib: int = 0  # a job writes no file at all
    jobs: int = 1000  # then the child is replaced
    resident_mib: int = 512  # then too

    @property
    def limits(self) -> dict[str, float]:
        """The numbers, as the child gets them."""
        return {name: value for name, value in asdict(self).items() if name != "python"}


def load(config: Path) -> Settings:
    """Return the settings of the file *config*; the defaults if there is none.

    Raises:
        WorkerError: if it cannot be read, or a value is not what it must be.
    """
    try:
        text = config.read_text("utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as exc:
        raise WorkerError(config.name, "cannot be read") from exc
    try:
        table = tomllib.loads(text).get("worker", {})
    except tomllib.TOMLDecodeError as exc:
        raise WorkerError(config.name, f"is not TOML: {exc}") from exc
    if not isinstance(table, dict):
        raise WorkerError(config.name, "worker must be a table")
    return Settings(**{name: _checked(f"{config.name}: worker.{name}", name, value) for name, value in table.items()})


def _checked(where: str, name: str, value: Any) -> Any:
    kinds = {field.name: type(field.default) for field in fields(Settings)}
    if name not in kinds:
        raise WorkerError(where, "is not a setting", "known are " + ", ".join(kinds))
    if name == "python":
        if not isinstance(value, str) or not Path(value).is_absolute():
            raise WorkerError(where, "must be the absolute path of a Python interpreter")
        return value
    if type(value) not in (int, kinds[name]) or value < (0 if name == "file_mib" else 1):
        raise WorkerError(where, "must be a positive number")
    return value
