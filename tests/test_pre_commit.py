"""The hooks of `.pre-commit-hooks.yaml`, run by pre-commit itself in repositories of their own.

Their environment is the one that runs the tests (``language: system``): nothing is fetched or built here.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from provenance.home import Home
from provenance.trust import pinning, pins
from tests.support.artist import Artist, make_artist
from tests.support.environment import CHECKOUT
from tests.support.gate import ENDINGS, Gate, make_gate

MANIFEST = CHECKOUT / ".pre-commit-hooks.yaml"
pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is missing")
STUDIO = ["--policy", "studio", "--context", "shipped=true", "--fail-on", "reject", "--"]
SETTINGS = """
[check]
policy = "studio"
fail_on = "reject"
context = { shipped = true }
"""
DECLARED = """
origin = "blank canvas"
history_complete = true
tools = [{ name = "Krita" }]
steps = [{ action = "c2pa.drawing" }]
"""


@pytest.fixture(scope="module")
def gate(artist: Artist, tmp_path_factory: pytest.TempPathFactory) -> Gate:
    return make_gate(tmp_path_factory.mktemp("gate"), artist)


@pytest.fixture(scope="module")
def signing(gate: Gate, tmp_path_factory: pytest.TempPathFactory) -> Gate:
    """The same pictures where somebody sits who signs, and knows themselves."""
    own = make_artist(tmp_path_factory.mktemp("own"), "kestrel")
    certificate = own.home.path.parent / "own.pem"
    certificate.write_text(own.anchor_pem)
    pins.add(pins.path_of(Home(own.home.path)), pinning.pin_of(pinning.read_certificates(certificate), "me", own=True))
    return replace(gate, home=own.home.path)


def repository(gate: Gate, folder: Path, **arguments: list[str]) -> Path:
    """Make a repository whose commits run our hooks with *arguments*, each by the last word of its id."""
    offered: list[dict[str, Any]] = yaml.safe_load(MANIFEST.read_text("utf-8"))
    hooks = [
        hook | {"language": "system", "args": arguments[hook["id"].removeprefix("provenance-")]}
        for hook in offered
        if hook["id"].removeprefix("provenance-") in arguments
    ]
    hooks.sort(key=lambda hook: hook["id"], reverse=True)  # sign, then check
    config = {"repos": [{"repo": "local", "hooks": hooks}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    gate.git("init", "-q", "-b", "main", ".", cwd=folder)
    installed = gate.run(sys.executable, "-m", "pre_commit", "install", cwd=folder, PRE_COMMIT_HOME=str(folder / ".pc"))
    assert installed.returncode == 0, installed.stdout
    (folder / ".git" / "info").mkdir(exist_ok=True)
    (folder / ".git" / "info" / "exclude").write_text(".pc\n")
    return folder


def commit(gate: Gate, folder: Path, **files: bytes) -> tuple[bool, str]:
    """Commit *files*; whether it was made, and what was said."""
    for name, data in files.items():
        (folder / name).write_bytes(data)
    gate.git("add", "-A", cwd=folder)
    done = gate.run("git", "commit", "-m", "more", cwd=folder, PRE_COMMIT_HOME=str(folder / ".pc"))
    return done.returncode == 0, done.stdout + done.stderr


def test_the_manifest_is_one_for_pre_commit() -> None:
    """pre-commit accepts the manifest; both hooks run once, on what changed, in an environment of their own."""
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-manifest", str(MANIFEST)], capture_output=True, check=False
    )
    hooks = yaml.safe_load(MANIFEST.read_text("utf-8"))

    assert done.returncode == 0, done.stdout
    assert [hook["id"] for hook in hooks] == ["provenance-check", "provenance-sign"]
    for hook in hooks:
        assert (hook["language"], hook["require_serial"], hook["pass_filenames"]) == ("python", True, True)
        assert hook["args"][-1] == "--"


def test_the_hooks_take_every_picture() -> None:
    """The hooks take the endings of all pictures that are known here, in either case, and no others."""
    for hook in yaml.safe_load(MANIFEST.read_text("utf-8")):
        (named,) = re.findall(r"\\\.\(([a-z0-9|]+)\)\$", hook["files"])

        assert {f".{ending}" for ending in named.split("|")} == ENDINGS
        assert re.search(hook["files"], "art/A.PNG")
        assert not re.search(hook["files"], "a.png.txt")
        assert not re.search(hook["files"], "art/apng")


def test_the_check_holds_a_commit_up(gate: Gate, tmp_path: Path) -> None:
    """A signed picture is committed, whatever it is called, and so is a clean one that a stranger signed as generated.

    An unsigned and a tampered one are not.
    """
    folder = repository(gate, tmp_path, check=STUDIO)

    signed = commit(gate, folder, **{"--exit-zero.png": gate.files["signed"], "clean.png": gate.files["stranger"]})
    refused, said = commit(gate, folder, **{"a.png": gate.files["unsigned"], "b.png": gate.files["tampered"]})

    assert signed[0], signed[1]
    assert not refused
    assert "exit code: 1" in said
    assert "Reject: 2" in said
    assert "- a.png" in said
    assert "- b.png" in said


def test_what_cannot_be_told_holds_a_commit_up(gate: Gate, tmp_path: Path) -> None:
    """Without a policy, and with one that is misspelt, the hook fails with exit code 2."""
    folder = repository(gate, tmp_path, check=["--"])
    without = commit(gate, folder, **{"a.png": gate.files["signed"]})
    (folder / "provenance.toml").write_text(SETTINGS.replace("studio", "studoi"))
    misspelt = commit(gate, folder, **{"b.png": gate.files["signed"]})

    assert not without[0]
    assert "exit code: 2" in without[1]
    assert "--policy" in without[1]
    assert not misspelt[0]
    assert "exit code: 2" in misspelt[1]
    assert "did you mean studio" in misspelt[1]


def test_the_sign_hook_signs_what_is_declared_once(signing: Gate, tmp_path: Path) -> None:
    """What is declared beside is signed in place, which holds the commit up once; what is signed stays as it is."""
    folder = repository(signing, tmp_path, sign=["--in-place", "--"], check=["--"])
    (folder / "provenance.toml").write_text(SETTINGS)
    first = commit(signing, folder, **{"a.png": signing.files["unsigned"]})
    untouched = (folder / "a.png").read_bytes()
    (folder / "provenance.toml").write_text(DECLARED + SETTINGS)

    held = commit(signing, folder)
    signed = (folder / "a.png").read_bytes()
    made = commit(signing, folder)

    assert not first[0]
    assert untouched == signing.files["unsigned"]
    assert not held[0]
    assert "files were modified by this hook" in held[1]
    assert signed != untouched
    assert made[0], made[1]
    assert (folder / "a.png").read_bytes() == signed


def test_what_sign_leaves_alone(signing: Gate, tmp_path: Path) -> None:
    """`sign --skip-signed any` leaves intact files alone, signs the others, and refuses what was changed after signing."""
    (tmp_path / "undeclared.png").write_bytes(signing.files["unsigned"])
    nothing = signing.run("provenance", "sign", "--declared-only", "--in-place", "undeclared.png", cwd=tmp_path)
    for name in ("signed", "unsigned", "tampered"):
        (tmp_path / f"{name}.png").write_bytes(signing.files[name])
    (tmp_path / "provenance.toml").write_text(DECLARED)
    before = (tmp_path / "tampered.png").read_bytes()

    names = ("signed.png", "unsigned.png", "tampered.png")
    done = signing.run("provenance", "sign", "--skip-signed", "any", "--in-place", *names, cwd=tmp_path)
    again = signing.run("provenance", "sign", "--skip-signed", "any", "--in-place", *names[:2], cwd=tmp_path)

    assert (nothing.returncode, nothing.stdout) == (0, "Left alone, as nothing beside them declares anything: 1.\n")
    assert (tmp_path / "undeclared.png").read_bytes() == signing.files["unsigned"]
    assert done.returncode == 2
    assert "Left alone, as signed and intact: 1." in done.stdout
    assert "unsigned.png: signed as" in done.stdout
    assert "tampered.png" in done.stderr
    assert (tmp_path / "tampered.png").read_bytes() == before
    assert (again.returncode, again.stdout) == (0, "Left alone, as signed and intact: 2.\n")
