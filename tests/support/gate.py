"""What stands at the gates of a pipeline: pictures that may pass and that may not, the command on the PATH, git."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from provenance.container import kinds
from provenance.container.model import Kind
from provenance.home import Home
from provenance.signing.options import Options
from provenance.signing.sign import sign
from provenance.trust import pinning, pins
from tests.hostile.pictures import repainted
from tests.support.artist import DRAWN_BY_HAND, Artist
from tests.support.environment import CHECKOUT
from tests.support.pictures import jpeg, png
from tests.support.policy_files import KINDS

ENDINGS = {ending for kind in Kind for ending in kinds.extensions(kind)} - {".c2pa"}


@dataclass(frozen=True, slots=True)
class Gate:
    """Files by what they are, and the environment of whoever judges them: the artist is known there."""

    files: dict[str, bytes]
    home: Path
    bin: Path

    def environment(self, **more: str) -> dict[str, str]:
        """Variables for a program that runs `provenance`; nothing of the caller's own git or Python."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PROVENANCE_"))}
        return kept | {
            "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}",
            "PROVENANCE_HOME": str(self.home),
            "PROVENANCE_CACHE": str(self.bin.parent / "cache"),
            "PYTHONUTF8": "1",
            "COLUMNS": "80",
            "NO_COLOR": "1",
            "LC_ALL": "C.UTF-8",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            "GIT_AUTHOR_NAME": "Mika",
            "GIT_AUTHOR_EMAIL": "mika@example.org",
            "GIT_COMMITTER_NAME": "Mika",
            "GIT_COMMITTER_EMAIL": "mika@example.org",
            **more,
        }

    def run(self, *command: str | Path, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
        """Run *command*; its words as text."""
        return subprocess.run(
            [str(word) for word in command],
            cwd=cwd,
            env=self.environment(**more),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=120,
            check=False,
        )

    def git(self, *arguments: str | Path, cwd: Path, **more: str) -> str:
        """Run git, which has to succeed."""
        done = self.run("git", *arguments, cwd=cwd, **more)
        assert done.returncode == 0, done.stderr
        return done.stdout


def make_gate(folder: Path, artist: Artist) -> Gate:
    """Make the pictures in *folder*, and a `provenance` there that runs the checkout."""
    command = folder / "bin" / "provenance"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(str(CHECKOUT / "cli.py"))} "$@"\n')
    command.chmod(0o755)
    found = {}
    for name, draw, ending in (("photo", jpeg, ".jpg"), ("signed", png, ".png")):
        drawn = draw(folder / f"drawn{ending}")
        how = Options(output=folder / f"signed{ending}", thumbnail=False)
        found[name] = sign(drawn, DRAWN_BY_HAND, credential=artist.credential, options=how).path.read_bytes()
    found["unsigned"] = drawn.read_bytes()
    found["tampered"] = repainted(found["signed"])
    found["stranger"] = KINDS["stranger_generated"].build()
    return Gate(found, _gallery(folder, artist), command.parent)


def _gallery(folder: Path, artist: Artist) -> Path:
    """Make a home of somebody who knows the artist."""
    home, certificate = Home(folder / "home"), folder / "artist.pem"
    certificate.write_text(artist.anchor_pem)
    pins.add(pins.path_of(home), pinning.pin_of(pinning.read_certificates(certificate), "Mika Kestrel"))
    return home.path


def endings_in(text: str) -> set[str]:
    """Return the endings of pictures that a tuple called ENDINGS in the source *text* lists."""
    (listed,) = re.findall(r"^ENDINGS = tuple\((.*?)^\)", text, re.DOTALL | re.MULTILINE)
    return set(re.findall(r"\.[a-z0-9]+(?=[ \"])", listed))
