"""Which engine runs here, and whether it is new enough.

Two floors: own files are signed from native 0.91.0, the newest that has a Windows wheel; strangers' files are
read below 0.91.3 all the same, but every report then says so (security C3).
"""

from __future__ import annotations

import platform
import re
from importlib import metadata

import c2pa
import cryptography

from provenance.errors import EngineError

SIGNING_FLOOR = (0, 91, 0)
READING_FLOOR = (0, 91, 3)

Version = tuple[int, int, int]


def native() -> Version:
    """Return the version of the native library, c2pa-rs; (0, 0, 0) if it does not say."""
    return parse(c2pa.sdk_version())


def parse(text: str) -> Version:
    """Return the first three numbers of *text*; (0, 0, 0) if there are none, so that nothing unknown passes a floor."""
    found = re.match(r"\s*(\d+)\.(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2]), int(found[3])) if found else (0, 0, 0)


def below_reading_floor(version: Version | None = None) -> bool:
    """Whether reports must say that the engine here misses fixes for strangers' files."""
    return (native() if version is None else version) < READING_FLOOR


def require_signing(version: Version | None = None) -> None:
    """Refuse to sign with an engine below the floor.

    Raises:
        EngineError: naming both versions.
    """
    found = native() if version is None else version
    if found < SIGNING_FLOOR:
        raise EngineError(
            "c2pa-python",
            f"its native library is {_dotted(found)}, signing needs {_dotted(SIGNING_FLOOR)} or newer",
            "upgrade c2pa-python",
        )


def versions() -> tuple[tuple[str, str], ...]:
    """Return name and version of everything that takes part in checking a file (security C4)."""
    return (
        ("provenance", _own()),
        ("c2pa-python", c2pa.__version__),
        ("c2pa-rs", c2pa.sdk_version()),
        ("cryptography", cryptography.__version__),
        ("python", platform.python_version()),
    )


def _own() -> str:
    try:
        return metadata.version("provenance-toolkit")
    except metadata.PackageNotFoundError:
        return "not installed as a package"


def _dotted(version: Version) -> str:
    return ".".join(map(str, version))
