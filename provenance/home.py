"""Where the user's things lie.

    HOME/
    ├── identities/NAME/     profile.toml, authority and leaf keys (credentials.identities knows the files)
    ├── trust/               pins.toml, deny.toml, lists/ with their dates and hashes
    └── config.toml          limits, interpreter of the worker

HOME is ``--home``, else ``PROVENANCE_HOME``, else the platform's user data directory.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from provenance.record import dataclass

DEFAULT_IDENTITY = "default"


@dataclass(frozen=True, slots=True)
class Home:
    """The user's directory; nothing is created by naming it."""

    path: Path

    @property
    def trust(self) -> Path:
        return self.path / "trust"

    @property
    def config(self) -> Path:
        return self.path / "config.toml"

    @property
    def identities(self) -> Path:
        return self.path / "identities"

    def identity(self, name: str = DEFAULT_IDENTITY) -> Path:
        return self.identities / name


def locate(chosen: Path | None = None) -> Home:
    """Return *chosen*, else ``PROVENANCE_HOME``, else the platform's user data directory for "provenance"."""
    if chosen is not None:
        return Home(chosen.expanduser())
    if named := os.environ.get("PROVENANCE_HOME"):
        return Home(Path(named).expanduser())
    return Home(_platform_directory())


def _platform_directory() -> Path:
    # The two common cases by hand: platformdirs costs a one-shot verify 10 ms of import on Windows alone.
    if sys.platform == "win32":
        import platformdirs  # asks the registry; loaded on Windows only

        return Path(platformdirs.user_data_dir("provenance", appauthor=False))
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "provenance"
    base = os.environ.get("XDG_DATA_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".local" / "share") / "provenance"
