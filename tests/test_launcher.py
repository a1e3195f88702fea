"""The launcher: light, quiet, one line for an error, the right exit code."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from provenance import commands
from provenance.commands import COMMANDS
from tests.support.pictures import png

ROOT = Path(__file__).parent.parent
CLI = [sys.executable, str(ROOT / "cli.py")]
HEAVY = ("keyring", "piexif", "rich", "pydantic", "cryptography", "c2pa", "PIL", "jinja2", "multiprocessing")


def run(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    """Run the command from the checkout, somewhere else than in it."""
    return subprocess.run([*CLI, *arguments], capture_output=True, text=True, timeout=60, **options)


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_names_every_command(flag, tmp_path):
    """From a checkout, whatever the working folder is."""
    found = run(flag, cwd=tmp_path)

    assert found.returncode == 0
    assert [name for name in COMMANDS if not re.search(rf"^  {name} ", found.stdout, re.MULTILINE)] == []
    assert max(map(len, found.stdout.splitlines())) <= 80


def test_an_unknown_command_suggests_the_nearest():
    """One line says what was probably meant; exit code 2."""
    found = run("verfy")

    assert found.returncode == 2
    assert found.stdout == ""
    assert found.stderr.splitlines()[-1] == "Error: there is no command 'verfy'; did you mean 'verify'?"


def test_an_unknown_command_is_shown_safely():
    """What was typed may have been pasted."""
    found = run("\x1b[31mx")

    assert "\x1b" not in found.stderr
    assert found.stderr.splitlines()[-1] == "Error: there is no command '\\\\u{001B}[31mx'"


def test_an_error_of_ours_is_one_line(tmp_path):
    """No traceback for what a user can mend."""
    (tmp_path / "config.toml").write_text("[worker]\nmemory = 1\n")

    found = run("verify", "--home", str(tmp_path), str(tmp_path / "config.toml"))

    assert found.returncode == 2
    assert found.stdout == ""
    assert found.stderr.count("\n") == 1
    assert found.stderr.startswith("error: config.toml: worker.memory: is not a setting; known are ")


def test_a_name_that_no_file_can_have_is_one_line(tmp_path):
    """The system refuses to look there; so do we, without a traceback, wherever it is asked first."""
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff\xd9")
    options = {"cwd": tmp_path, "env": os.environ | {"PROVENANCE_HOME": str(tmp_path / "home")}}
    assert run("init", "--name", "nightjar", "--yes", "--no-passphrase", **options).returncode == 0

    found = run("export", "a.jpg", "x" * 300 + ".jpg", **options)

    assert (found.returncode, found.stdout) == (2, "")
    assert re.fullmatch(r"error: x{200}… \+104: File name too long", found.stderr.splitlines()[-1])


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root reads everything")
@pytest.mark.parametrize(
    "arguments",
    [
        ("verify", "closed/a.jpg"),
        ("verify", "a.jpg", "-o", "closed/r.jsonl", "--resume"),
        ("verify", "a.jpg", "--store", "closed/store"),
        ("export", "a.jpg", "closed/b.jpg"),
        ("permissions", "check", "a.jpg", "--for", "mining", "-o", "closed/r.jsonl"),
    ],
    ids=" ".join,
)
def test_a_folder_that_is_closed_is_one_line(arguments, tmp_path):
    """Nobody may look into it: an error, never a traceback."""
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff\xd9")
    (tmp_path / "closed").mkdir(mode=0)

    found = run(*arguments, cwd=tmp_path, env=os.environ | {"PROVENANCE_HOME": str(tmp_path / "home")})
    (tmp_path / "closed").chmod(0o700)

    assert found.returncode == 2
    assert found.stderr.splitlines()[-1].startswith("error: ")
    assert "Traceback" not in found.stderr


def test_verify_loads_no_heavy_package(tmp_path):
    """The parent of a verification has the report to show, and nothing to parse, sign or draw with."""
    script = (
        "import sys, atexit\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "from provenance.commands import main\n"
        "assert 'typer' not in sys.modules\n"
        f"sys.argv = ['provenance', 'verify', {str(tmp_path / 'a.jpg')!r}]\n"
        f"atexit.register(lambda: print(sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.__stdout__))\n"
        "main()\n"
    )
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff\xd9")

    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)

    assert found.stdout.splitlines()[-1] == "[]", found.stderr


def test_importing_the_package_starts_nothing():
    """No thread, no child, no limit, no signal handler in a host that imports us."""
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "import signal, resource, threading, os\n"
        "def state(): return ([signal.getsignal(n) for n in signal.valid_signals()],\n"
        "    [resource.getrlimit(n) for n in range(10)], threading.active_count(), os.listdir('/proc/self/task'))\n"
        "before = state()\n"
        "import provenance, provenance.worker.pool, provenance.commands.group, provenance.worker.limits\n"
        "assert state() == before\n"
    )

    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)

    assert found.stderr == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_command_names(shell):
    """Without loading any command."""
    asked = {"COMP_WORDS": "provenance ver", "COMP_CWORD": "1", "_TYPER_COMPLETE_ARGS": "provenance ver"}
    asked |= {"_PROVENANCE_COMPLETE": f"complete_{shell}", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}

    found = run(env=os.environ | asked)

    assert "verify" in found.stdout
    assert "sign" not in found.stdout.replace("signed", "")
    assert found.stderr == ""


def test_an_interrupt_is_one_line():
    """Ctrl-C: exit 130, no traceback, whatever the command is waiting for."""
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from provenance.commands import group\n"
        "import signal, time, provenance.commands, types\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a suite in the background hands on "ignore"
        "import typer\n"
        "app = typer.Typer()\n"
        "@app.command()\n"
        "def wait():\n"
        "    print('ready', flush=True)\n"
        "    time.sleep(60)\n"
        "sys.modules['provenance.commands.demo'] = types.SimpleNamespace(app=app)\n"
        "sys.argv = ['provenance', 'demo']\n"
        "provenance.commands.main()\n"
    )
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", script], **pipes) as started:
        assert started.stdout.readline() == "ready\n"

        started.send_signal(signal.SIGINT)
        _, errors = started.communicate(timeout=60)

    assert started.returncode == commands.INTERRUPTED
    assert errors == "error: interrupted\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_an_answer_that_cannot_be_written_is_one_line():
    """A full disk under stdout gives one line and exit code 2, which is never a no."""
    with Path("/dev/full").open("w") as full:
        found = subprocess.run([*CLI, "schema"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)

    assert found.returncode == 2
    assert found.stderr == "error: the answer cannot be written (No space left on device)\n"


@pytest.mark.skipif(sys.platform == "win32", reason="a folder in use cannot be deleted there")
def test_a_folder_that_is_gone_is_one_line(tmp_path):
    """Whoever deletes the folder in which a shell stands gets one line and exit code 2, before a child is begun."""
    (gone := tmp_path / "gone").mkdir()
    shell = f'cd {shlex.quote(str(gone))}; rmdir {shlex.quote(str(gone))}; exec "$@"'

    for command in (["verify", "a.png"], ["check", "/a.png", "--policy", "studio"]):
        found = subprocess.run(["sh", "-c", shell, "sh", *CLI, *command], capture_output=True, text=True, timeout=60)
        gone.mkdir()

        assert found.returncode == 2
        assert found.stderr == "error: the folder in which this runs is gone; change into another\n"


def test_a_fault_of_ours_is_no_answer():
    """A bug ends with exit code 2: 1 would say that a picture does not meet what was asked."""
    broken = "import sys; from provenance import commands; commands._run = lambda: 1 / 0; commands.main()"

    found = subprocess.run([sys.executable, "-c", broken], cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert found.returncode == 2
    assert found.stderr.splitlines()[-1] == "error: a fault in provenance itself; please report the lines above"
    assert "ZeroDivisionError" in found.stderr


def test_a_reader_who_leaves_is_no_error():
    """``provenance … | head -1`` ends without a word."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as gone:
        found = subprocess.run([*CLI, "--help"], stdout=gone, stderr=subprocess.PIPE, text=True, timeout=60)

    assert found.stderr == ""
    assert found.returncode != 0


@pytest.mark.parametrize("command", [["verify"], ["facts"], ["check", "--policy", "studio", "--format", "jsonl"]])
def test_an_answer_that_nobody_reads_is_none(command: list[str], tmp_path: Path) -> None:
    """Exit code 2: 1 would say of the picture that it does not meet what was asked."""
    picture = png(tmp_path / "a.png")
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as gone:
        found = subprocess.run(
            [*CLI, *command, str(picture)], stdout=gone, stderr=subprocess.PIPE, text=True, timeout=60,
            env=os.environ | {"PROVENANCE_HOME": str(tmp_path), "PROVENANCE_CACHE": str(tmp_path)},
        )  # fmt: skip

    assert "Traceback" not in found.stderr
    assert found.returncode == 2


def test_the_application_can_be_imported_for_tests():
    """`CliRunner` and plug-ins get it by one name."""
    from provenance.commands import app
    from provenance.commands.group import app as same

    assert app is same
    with pytest.raises(AttributeError):
        commands.nothing  # noqa: B018
