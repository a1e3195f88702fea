"""The GitHub action: its syntax by GitHub's schemas, its scripts with the variables that a runner sets."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.artist import Artist
from tests.support.environment import CHECKOUT
from tests.support.gate import Gate, make_gate

ACTION = CHECKOUT / "action.yml"
WORKFLOW = CHECKOUT / "examples" / "github" / "provenance.yml"
needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is missing")
STUDIO = {"policy": "studio", "context": "shipped=true\n", "upload": "false"}


@pytest.fixture(scope="module")
def gate(artist: Artist, tmp_path_factory: pytest.TempPathFactory) -> Gate:
    return make_gate(tmp_path_factory.mktemp("gate"), artist)


def action() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(ACTION.read_text("utf-8"))
    return found


@dataclass(frozen=True, slots=True)
class Done:
    """What a job came to."""

    exit: int
    log: str
    outputs: dict[str, str]
    summary: str


class Runner:
    """What GitHub's runner does with the steps of a composite action that are scripts."""

    def __init__(self, gate: Gate, folder: Path) -> None:
        self.gate, self.work, self.temp = gate, folder / "work", folder / "temp"
        self.work.mkdir()
        self.temp.mkdir()
        self.outputs: dict[str, dict[str, str]] = {}

    def step(self, name: str, inputs: dict[str, str], **more: str) -> Done:
        """Run the script of one step as the runner does: `bash -e -o pipefail FILE`."""
        (step,) = (one for one in action()["runs"]["steps"] if one["name"] == name)
        files = {key: self.temp / key.lower() for key in ("GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for path in files.values():
            path.write_text("")
        script = self.temp / "script.sh"
        script.write_text(step["run"])
        values = {key: self._filled(value, inputs) for key, value in step.get("env", {}).items()}
        done = self.gate.run(
            "bash", "--noprofile", "--norc", "-e", "-o", "pipefail", script, cwd=self.work,
            RUNNER_TEMP=str(self.temp), GITHUB_ACTION_PATH=str(CHECKOUT), GITHUB_WORKSPACE=str(self.work),
            **{key: str(path) for key, path in files.items()}, **values, **more,
        )  # fmt: skip
        said = files["GITHUB_ENV"].read_text() + files["GITHUB_OUTPUT"].read_text()
        outputs = dict(line.split("=", 1) for line in said.splitlines())
        self.outputs[step.get("id", name)] = outputs
        return Done(done.returncode, done.stdout + done.stderr, outputs, files["GITHUB_STEP_SUMMARY"].read_text())

    def _filled(self, value: str, inputs: dict[str, str]) -> str:
        defaults = {key: one["default"] for key, one in action()["inputs"].items()}

        def found(match: re.Match[str]) -> str:
            kind, *path = match[1].split(".")
            if kind == "inputs":
                return (defaults | inputs)[path[0]]
            return self.outputs.get(path[0], {}).get(path[-1], "")

        return re.sub(r"\$\{\{ ([\w.-]+) \}\}", found, value)

    def check(self, **inputs: str) -> tuple[Done, int]:
        """Run the steps Check and Result; the second's exit code is the job's."""
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        done = self.step("Check", given, PROVENANCE_COMMAND=str(self.gate.bin / "provenance"))
        return done, self.step("Result", given).exit


@pytest.fixture
def runner(gate: Gate, tmp_path: Path) -> Runner:
    return Runner(gate, tmp_path)


@pytest.mark.parametrize(("schema", "path"), [("github-actions", ACTION), ("github-workflows", WORKFLOW)], ids=str)
def test_the_syntax_is_githubs(schema: str, path: Path, tmp_path: Path) -> None:
    """The action and the workflow are accepted by GitHub's schemas; a misspelt key is not."""
    broken = tmp_path / path.name
    broken.write_text(path.read_text("utf-8").replace("runs", "run", 1).replace("jobs", "job", 1))
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}"]

    right = subprocess.run([*command, str(path)], capture_output=True, encoding="utf-8", check=False)
    wrong = subprocess.run([*command, str(broken)], capture_output=True, encoding="utf-8", check=False)

    assert right.returncode == 0, right.stdout
    assert wrong.returncode == 1


def test_no_input_stands_in_a_script() -> None:
    """No expression stands in a script, where text would become commands; every input is used."""
    steps = action()["runs"]["steps"]

    assert [step["name"] for step in steps if "${{" in step.get("run", "")] == []
    used = set(re.findall(r"inputs\.([a-z-]+)", ACTION.read_text("utf-8")))
    assert used == set(action()["inputs"])
    workflow = yaml.safe_load(WORKFLOW.read_text("utf-8"))
    given = next(step["with"] for step in workflow["jobs"]["check"]["steps"] if "REPOSITORY" in step["uses"])
    assert set(given) <= used


def test_what_is_uploaded_and_when() -> None:
    """The report goes to code scanning where there is one and it is wanted; the job ends with the check's code last."""
    steps = {step["name"]: step for step in action()["runs"]["steps"]}

    assert list(steps) == ["Python", "Install", "Check", "Upload", "Result"]
    assert steps["Upload"]["uses"].startswith("github/codeql-action/upload-sarif@")
    assert steps["Upload"]["with"]["sarif_file"] == action()["outputs"]["sarif"]["value"]


@needs_bash
def test_findings_fail_the_job_after_the_report_is_written(runner: Runner) -> None:
    """An unsigned picture fails the job with 1, stands in the SARIF and in the summary; the step itself goes on."""
    (runner.work / "art").mkdir()
    (runner.work / "art" / "a b.png").write_bytes(runner.gate.files["signed"])
    (runner.work / "bad.png").write_bytes(runner.gate.files["unsigned"])

    done, code = runner.check(paths="art\nbad.png\n", **STUDIO)

    assert (done.exit, code) == (0, 1)
    assert done.outputs["exit-code"] == "1"
    sarif = json.loads(Path(done.outputs["sarif"]).read_text("utf-8"))
    located = {
        one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in sarif["runs"][0]["results"]
    }
    assert located == {"bad.png"}
    assert "2 files checked under the policy studio" in done.summary
    assert done.log.count("::stop-commands::") == 1


@needs_bash
def test_a_strangers_word_fails_no_job(runner: Runner) -> None:
    """A clean picture that a stranger signed as generated is reported, and the job passes."""
    (runner.work / "clean.png").write_bytes(runner.gate.files["stranger"])

    done, code = runner.check(**STUDIO)

    found = json.loads(Path(done.outputs["sarif"]).read_text("utf-8"))["runs"][0]["results"]
    assert code == 0
    assert found
    assert {one["level"] for one in found} <= {"warning", "note"}


@needs_bash
def test_what_cannot_be_told_fails_the_job(runner: Runner) -> None:
    """No picture, no policy, a policy that is not there: exit code 2, no report of an earlier run, never 0."""
    nothing, without_picture = runner.check(**STUDIO)
    (runner.work / "a.png").write_bytes(runner.gate.files["signed"])
    (runner.temp / "provenance.sarif").write_text("{}")
    misspelt, without_policy = runner.check(policy="studoi")
    runner.outputs.clear()
    skipped = runner.step("Result", {}).exit

    assert (without_picture, without_policy, skipped) == (2, 2, 2)
    assert "sarif" not in nothing.outputs
    assert "sarif" not in misspelt.outputs
    assert "did you mean studio" in misspelt.log


@needs_bash
def test_inputs_are_data(runner: Runner) -> None:
    """Quotes, dollars and dashes in inputs run nothing and are no options."""
    inputs = {"paths": '--exit-zero\n"; touch pwned; $(touch pwned)\n', "context": "shipped=$(touch pwned)"}

    done, code = runner.check(**(STUDIO | inputs))

    assert code == 2
    assert not (runner.work / "pwned").exists()
    assert done.exit == 0


@needs_bash
@pytest.mark.deep
def test_the_action_installs_itself(runner: Runner, tmp_path: Path) -> None:
    """The step that installs makes a command that runs, from the action's own folder and no other."""
    host = tmp_path / "host"
    venv.create(host, with_pip=True, symlinks=True)
    here = os.pathsep.join([str(host / "bin"), os.environ["PATH"]])
    # Everything but the package itself comes from where the tests run: nothing is fetched.
    done = runner.step(
        "Install", {}, PATH=here, PIP_NO_INDEX="1", PIP_NO_DEPS="1", PIP_NO_BUILD_ISOLATION="0",
        PYTHONPATH=next(path for path in sys.path if path.endswith("site-packages")),
    )  # fmt: skip

    assert done.exit == 0, done.log
    command = done.outputs["PROVENANCE_COMMAND"]
    assert Path(command).is_relative_to(runner.temp)
    told = runner.gate.run(
        command, "--version", cwd=runner.work, PYTHONPATH=next(p for p in sys.path if p.endswith("site-packages"))
    )
    assert told.stdout.startswith("provenance ")
