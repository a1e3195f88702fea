"""The pyblish validator, run by pyblish itself; Ayon by modules of the same names."""

from __future__ import annotations

import ast
import json
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.artist import Artist
from tests.support.environment import CHECKOUT
from tests.support.gate import ENDINGS, Gate, endings_in, make_gate

FOLDER = CHECKOUT / "examples" / "pyblish"
VALIDATOR = FOLDER / "validate_provenance.py"
ADDON = CHECKOUT / "examples" / "ayon" / "provenance_addon.py"

# What a host does: it registers the folder, collects one instance, and publishes. It runs in a process of its own,
# because pyblish keeps what was registered.
HOST = """
import json, sys
import pyblish.api, pyblish.util

asked = json.load(sys.stdin)
pyblish.api.register_plugin_path(asked["folder"])

class Collect(pyblish.api.ContextPlugin):
    order = pyblish.api.CollectorOrder
    def process(self, context):
        for data in asked["instances"]:
            context.create_instance(data.pop("name"), **data)

pyblish.api.register_plugin(Collect)
pyblish.api.register_discovery_filter(lambda plugins: [
    setattr(one, "policy_context", ["shipped=true"]) for one in plugins if one.__name__ == "ValidateProvenance"
] and None)
context = pyblish.util.publish()
results = [r for r in context.data["results"] if r["plugin"].__name__ == "ValidateProvenance"]
print(json.dumps([{
    "instance": r["instance"].data["name"],
    "error": str(r["error"]) if r["error"] else "",
    "kind": type(r["error"]).__module__ if r["error"] else "",
    "title": getattr(r["error"], "title", ""),
    "description": getattr(r["error"], "description", ""),
    "log": [x.getMessage() for x in r["records"] if x.levelname == "WARNING"],
    "verdicts": {v["name"].rsplit("/", 1)[-1]: v["decision"] for v in r["instance"].data.get("provenance", [])},
} for r in results]))
"""
AYON = {
    "ayon_core/__init__.py": "",
    "ayon_core/addon.py": "class AYONAddon: ...\nclass IPluginPaths: ...\n",
    "ayon_core/pipeline/__init__.py": "",
    "ayon_core/pipeline/publish.py": (
        "class PublishValidationError(Exception):\n"
        "    def __init__(self, message, title=None, description=None, detail=None):\n"
        "        super().__init__(message)\n"
        "        self.message, self.title, self.description, self.detail = message, title, description, detail\n"
    ),
}


@pytest.fixture(scope="module")
def gate(artist: Artist, tmp_path_factory: pytest.TempPathFactory) -> Gate:
    return make_gate(tmp_path_factory.mktemp("gate"), artist)


def publish(gate: Gate, folder: Path, *instances: dict[str, Any], **more: str) -> list[dict[str, Any]]:
    """Publish *instances* in a host; what the validator said of each."""
    for name, data in gate.files.items():
        (folder / f"{name}.png").write_bytes(data)
    variables = {"PROVENANCE_COMMAND": str(gate.bin / "provenance"), "PROVENANCE_POLICY": "studio"} | more
    done = subprocess.run(
        [sys.executable, "-c", HOST],
        cwd=folder,
        env=gate.environment(**variables),
        input=json.dumps({"folder": str(FOLDER), "instances": list(instances)}),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_pyblish_publishes_what_the_policy_lets_through(gate: Gate, tmp_path: Path) -> None:
    """A signed picture passes, an unsigned and a tampered one fail, and a stranger's word is a warning."""
    (shot,) = publish(
        gate,
        tmp_path,
        {
            "name": "shot",
            "family": "render",
            "stagingDir": str(tmp_path),
            "files": [f"{n}.png" for n in gate.files if n != "photo"],
        },
    )
    clean, nothing = publish(
        gate,
        tmp_path,
        {"name": "clean", "family": "render", "files": [str(tmp_path / "signed.png"), str(tmp_path / "stranger.png")]},
        {"name": "rig", "family": "rig", "files": str(tmp_path / "rig.ma")},
    )

    assert shot["error"].startswith("2 of 4 pictures: ")
    assert shot["title"] == "Provenance"
    assert shot["description"].count("\n- ") == 2
    assert shot["verdicts"] == {
        "signed.png": "pass",
        "unsigned.png": "reject",
        "tampered.png": "reject",
        "stranger.png": "review",
    }
    assert clean["error"] == ""
    assert [line.partition(": ")[2].partition(":")[0] for line in clean["log"]] == ["stranger.png"]
    assert (nothing["error"], nothing["verdicts"]) == ("", {})


def test_what_cannot_be_told_fails_the_validation(gate: Gate, tmp_path: Path) -> None:
    """No command, no policy of that name, a missing file, an answer that lacks a picture: never a pass."""
    one = {"name": "shot", "family": "render", "files": [str(tmp_path / "signed.png")]}
    lacking = f'{sys.executable} -c \'print(chr(123) + chr(34) + "files" + chr(34) + ": []" + chr(125))\''

    (command,) = publish(gate, tmp_path, dict(one), PROVENANCE_COMMAND="/nowhere/provenance")
    (policy,) = publish(gate, tmp_path, dict(one), PROVENANCE_POLICY="studoi")
    (less,) = publish(gate, tmp_path, dict(one), PROVENANCE_COMMAND=lacking)
    (missing,) = publish(gate, tmp_path, one | {"files": [str(tmp_path / "gone.png")]})

    assert command["error"].startswith("could not tell: ")
    assert "did you mean studio" in policy["error"]
    assert less["error"] == "could not tell: not every picture has a verdict"
    assert missing["error"] == "1 of 1 pictures: gone.png: does not exist"


def test_under_ayon(gate: Gate, tmp_path: Path) -> None:
    """Under Ayon representations are judged, but those that it deletes, and the error is Ayon's own."""
    for name, text in AYON.items():
        path = tmp_path / "ayon" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    kept = {"name": "png", "ext": "png", "files": ["unsigned.png", "signed.png"], "stagingDir": str(tmp_path)}
    gone = {"name": "tmp", "ext": "png", "files": "tampered.png", "stagingDir": str(tmp_path), "tags": ["delete"]}

    (tmp_path / "ayon" / "typer.py").write_text("raise ImportError('the command saw what belongs to the host')")

    (shot,) = publish(
        gate,
        tmp_path,
        {"name": "shot", "family": "render", "representations": [kept, gone]},
        PYTHONPATH=str(tmp_path / "ayon"),
    )

    assert shot["kind"] == "ayon_core.pipeline.publish"
    assert shot["title"] == "Provenance"
    assert shot["description"].startswith("### Not as the policy asks\n\n- unsigned\\.png: The file must be signed\\. ")
    assert shot["verdicts"] == {"unsigned.png": "reject", "signed.png": "pass"}


def test_the_addon_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The addon gives Ayon the validator's folder, for the hosts that publish pictures, and for no others."""
    for name, text in AYON.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.syspath_prepend(tmp_path)

    addon = runpy.run_path(str(ADDON))["ProvenanceAddon"]()

    assert [Path(path) for path in addon.get_publish_plugin_paths("maya")] == [FOLDER]
    assert addon.get_publish_plugin_paths("shell") == []
    assert [path.name for path in FOLDER.glob("*.py")] == ["validate_provenance.py"]


def test_the_validator_is_old_python_and_knows_every_ending() -> None:
    """Validator and addon are Python 3.9, and the validator takes the endings of all pictures that are known here."""
    for path in (VALIDATOR, ADDON):
        ast.parse(path.read_text("utf-8"), feature_version=(3, 9))

    assert endings_in(VALIDATOR.read_text("utf-8")) == ENDINGS


OLD = shutil.which("python3.9") or ""


@pytest.mark.skipif(
    not OLD or subprocess.run([OLD, "-V"], capture_output=True, check=False).returncode != 0,
    reason="python3.9 is missing",
)
def test_python_3_9_loads_them(tmp_path: Path) -> None:
    """Python 3.9 itself loads the validator, with a stand-in for pyblish."""
    (tmp_path / "pyblish").mkdir()
    (tmp_path / "pyblish" / "__init__.py").write_text("")
    (tmp_path / "pyblish" / "api.py").write_text("class InstancePlugin: ...\nValidatorOrder = 1\n")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import runpy; runpy.run_path({str(VALIDATOR)!r})"

    done = subprocess.run([OLD, "-c", code], capture_output=True, encoding="utf-8", check=False)

    assert done.returncode == 0, done.stderr
