"""What the machine offers: other people's files, the official rubric, tools.

A test that needs one of them says so by a mark, and is skipped by name where it is missing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import c2pa
import pytest

from provenance.container.kinds import sniff
from provenance.engine.context import reading_context

CHECKOUT = Path(__file__).resolve().parents[2]


def folder(variable: str) -> Path | None:
    """Return the folder that the environment *variable* names, or None."""
    named = os.environ.get(variable, "")
    return Path(named) if named and Path(named).is_dir() else None


CORPUS = folder("PROVENANCE_CORPUS")
TRUST_LISTS = folder("PROVENANCE_TRUST_LISTS")
RUBRIC = folder("PROVENANCE_RUBRIC")

needs_corpus = pytest.mark.skipif(CORPUS is None, reason="PROVENANCE_CORPUS is not set")
needs_trust_lists = pytest.mark.skipif(TRUST_LISTS is None, reason="PROVENANCE_TRUST_LISTS is not set")
needs_rubric = pytest.mark.skipif(
    RUBRIC is None or shutil.which("node") is None, reason="PROVENANCE_RUBRIC is not set, or node is missing"
)
needs_exiftool = pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is missing")
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is missing")
needs_chromium = pytest.mark.skipif(shutil.which("chromium") is None, reason="chromium is missing")


def corpus(*parts: str) -> Path:
    """Return the path of a corpus file; only for tests marked `needs_corpus`."""
    assert CORPUS is not None
    return CORPUS.joinpath(*parts)


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command answered."""

    exit: int
    out: str
    err: str


def run_provenance(
    *arguments: str | Path, home: Path, cwd: Path, stdin: str = "", timeout: float = 120, **environment: str
) -> Ran:
    """Run the command from the checkout, in *cwd*, with *home* as the user's directory."""
    settings = {
        **os.environ,
        "PROVENANCE_HOME": str(home),
        "PROVENANCE_CACHE": str(home / "cache"),
        "COLUMNS": "80",
        "NO_COLOR": "1",
        "PYTHONUTF8": "1",
    } | environment
    done = subprocess.run(
        [sys.executable, str(CHECKOUT / "cli.py"), *map(str, arguments)],
        cwd=cwd,
        env=settings,
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def exiftool(path: Path, *arguments: str) -> dict[str, Any]:
    """Return what exiftool reads from *path*, by ``Group:Tag``."""
    done = subprocess.run(
        ["exiftool", "-json", "-G1", "-struct", *arguments, str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    (found,) = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def exiftool_block(path: Path, block: str) -> bytes:
    """Return one whole metadata block of *path*, as exiftool copies it out; empty if there is none."""
    return subprocess.run(["exiftool", "-b", f"-{block}", str(path)], capture_output=True, check=True).stdout


def exiftool_warnings(path: Path) -> set[str]:
    """Return what exiftool, asked to validate, finds odd about *path*; its own count of that apart."""
    command = ["exiftool", "-validate", "-a", "-warning", "-error", "-s", str(path)]
    lines = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    named = (line.partition(":") for line in lines)
    return {text.strip() for name, _, text in named if name.strip() in {"Warning", "Error"}}


def crjson(path: Path) -> str:
    """Return the engine's crJSON of *path*, read as our own reader reads it: offline."""
    with path.open("rb") as stream:
        found: str = c2pa.Reader(sniff(stream).value, stream, context=reading_context()).crjson()
    return found


def rubric(kind: str, crjson: str) -> tuple[int, list[str]]:
    """Run the official rubric *kind* (conformance or signals) over *crjson*; return exit code and lines."""
    assert RUBRIC is not None
    with tempfile.TemporaryDirectory() as temporary:
        file = Path(temporary, "store.crjson")
        file.write_text(crjson, encoding="utf-8")
        done = subprocess.run(
            ["node", "rubric.mjs", kind, str(file)], cwd=RUBRIC, capture_output=True, text=True, check=False
        )
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout.splitlines()
