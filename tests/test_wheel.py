"""The wheel, built and installed as a user gets it."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.support.environment import CHECKOUT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "--wheel-dir", str(folder), str(CHECKOUT)], check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts folder of a fresh environment that holds the wheel; the dependencies are lent to it."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=False)
    scheme = {"base": str(folder), "platbase": str(folder)}
    scripts = Path(sysconfig.get_path("scripts", "venv", scheme))
    packages = Path(sysconfig.get_path("purelib", "venv", scheme))
    python = scripts / Path(sys.executable).name
    pip = [sys.executable, "-m", "pip", "--python", str(python)]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel)], check=True)
    (packages / "lent.pth").write_text(sysconfig.get_path("platlib") + "\n", encoding="utf-8")
    return scripts


def _names(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def test_one_import_name(wheel: Path) -> None:
    """The wheel holds the package `provenance`, its own metadata, and nothing else."""
    tops = {name.split("/", 1)[0] for name in _names(wheel)}

    assert {top for top in tops if not top.endswith(".dist-info")} == {"provenance"}


def test_the_wheel_carries_its_data(wheel: Path) -> None:
    """Schemas, the catalogue, the type marker and both licences are in the wheel."""
    names = _names(wheel)

    schemas = [f"provenance/_schemas/{path.name}" for path in (CHECKOUT / "schemas").glob("*.json")]
    sentences = [
        path.relative_to(CHECKOUT).as_posix() for path in (CHECKOUT / "provenance/report/catalogue").rglob("*.json")
    ]
    assert schemas
    assert sentences
    assert set(schemas + sentences + ["provenance/py.typed"]) <= set(names)
    licences = {name.rsplit("/", 1)[1] for name in names if ".dist-info/licenses/" in name}
    assert licences == {"LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY-NOTICES.md"}


def test_no_key_and_no_test_in_the_wheel(wheel: Path) -> None:
    """Neither tests nor anything that looks like a key is in the wheel."""
    suspicious = [
        name
        for name in _names(wheel)
        if "test" in name.replace("contest", "") or name.endswith((".pem", ".key", ".p8", ".crt"))
    ]

    assert suspicious == []


def test_the_command_runs_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    """Installed from the wheel, `provenance --help` answers, away from any checkout."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    done = subprocess.run(
        [str(installed / "provenance"), "--help"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "Usage: provenance" in done.stdout


def test_schemas_are_found_in_the_wheel(installed: Path, tmp_path: Path) -> None:
    """Installed from the wheel, `provenance schema declaration` prints the schema that the checkout holds."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    done = subprocess.run(
        [str(installed / "provenance"), "schema", "declaration"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    expected = (CHECKOUT / "schemas" / "declaration.schema.json").read_text("utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == expected
