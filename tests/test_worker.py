"""The worker: every way a child can end costs one job, and nothing else."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from provenance.errors import AssetError, EngineError, WorkerError
from provenance.verification.model import Verification
from provenance.worker import early, limits
from provenance.worker.pool import Died, Job, Pool
from provenance.worker.process import PYTHON, interpreter
from provenance.worker.settings import Settings, load

JOBS = "tests.support.jobs"
ROOT = Path(__file__).parents[1]
CPU = Settings(cpu_seconds=1, wall_seconds=120)  # a busy machine gives a second of CPU time late
WALL = Settings(wall_seconds=1)
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="this limit is Linux's")


def job(name: str, returns: type = object) -> Job:
    return Job(f"{JOBS}:{name}", returns)


@pytest.fixture
def pool():
    """Two slots with the limits of every day."""
    with Pool(2, preload=JOBS) as made:
        yield made


DEATHS = {
    "memory that Python asks for": ("swallow", "memory"),
    "memory that a library asks for": ("swallow_natively", "memory"),
    "cpu time": ("spin", "cpu", CPU),
    "time on the wall": ("sleep_long", "wall", WALL),
    "abort": ("abort", "signal 6"),
    "exit": ("leave", "exit 3"),
    "an exception nobody foresaw": ("bug", "bug"),
    "a frame that is none": ("nonsense", "protocol"),
}


@pytest.mark.parametrize("case", DEATHS.values(), ids=DEATHS.keys())
def test_a_death_is_a_value(case):
    """Whatever ends a child comes back as the reason for that one job."""
    name, reason, *limits_of_the_case = case

    with Pool(1, preload=JOBS, settings=next(iter(limits_of_the_case), Settings())) as pool:
        ((argument, found),) = pool.run(job(name), ["a.jpg"])

    assert argument == "a.jpg"
    assert isinstance(found, Died)
    assert found.reason == reason


def test_a_bug_tells_its_line_and_not_the_file():
    """An unforeseen exception names our line; its message, which may be the file's, stays in the child."""
    with Pool(1, preload=JOBS) as pool:
        ((_, found),) = pool.run(job("bug"), [0])

    assert found.detail.startswith("KeyError in jobs.py:")
    assert "what stood" not in found.detail


def test_neighbours_of_a_death_are_unharmed(pool):
    """Jobs before and after a fatal one are answered, in the order asked."""
    asked = [{"do": do, "n": n} for n, do in enumerate(["echo", "abort", "echo", "leave", "echo", "swallow", "echo"])]

    found = list(pool.run(job("mixed"), asked))

    assert [argument for argument, _ in found] == asked
    assert [outcome if isinstance(outcome, int) else outcome.reason for _, outcome in found] == [
        0, "signal 6", 2, "exit 3", 4, "memory", 6,
    ]  # fmt: skip


def test_a_hundred_hostile_jobs_leave_the_parent_small():
    """A hundred jobs at once, half of them fatal: every one answered, and the parent grows by less than 100 MB."""
    kinds = ["echo", "swallow", "echo", "abort", "echo", "leave", "fill", "echo", "raise", "echo"]
    asked = [{"do": kinds[n % 10], "n": n} for n in range(100)]
    before = _resident_kib()

    with Pool(4, preload=JOBS) as pool:
        found = {argument["n"]: outcome for argument, outcome in pool.run(job("mixed"), asked, ordered=False)}

    assert len(found) == 100
    assert all(found[n] == n for n in range(100) if kinds[n % 10] in {"echo", "fill"})
    assert {found[n].reason for n in range(1, 100, 10)} == {"memory"}
    assert all(isinstance(found[n], AssetError) for n in range(8, 100, 10))
    assert _resident_kib() - before < 100 * 1024


def _resident_kib() -> int:
    """Return what this process holds; 0 where the system does not say."""
    status = Path("/proc/self/status")
    return int(status.read_text().split("VmRSS:")[1].split()[0]) if status.exists() else 0


def test_our_errors_cross_whole(pool):
    """An error of ours arrives with its class, place, problem and cure."""
    ((_, found),) = pool.run(job("refuse"), ["x.jpg"])

    assert isinstance(found, AssetError)
    assert (found.where, found.problem, found.cure) == ("x.jpg", "is no picture", "try another")


def test_noise_does_not_reach_the_protocol(pool):
    """What a job or a library prints on any channel goes nowhere, and the next job is answered."""
    found = [outcome for _, outcome in pool.run(job("noise"), [1, 2, 3])]

    assert found == ["quiet"] * 3


def test_a_result_is_the_promised_type(pool):
    """A dataclass comes back as itself; anything else in its place is refused."""
    ((_, right),) = pool.run(job("verification", Verification), ["a.jpg"])
    ((_, wrong),) = pool.run(job("wrong_type", Verification), ["a.jpg"])

    assert right == Verification("a.jpg", 1, "image/jpeg")
    assert isinstance(wrong, Died)
    assert wrong.reason == "protocol"


def test_the_child_knows_nothing_of_us(monkeypatch):
    """No secret of the environment, no open file, no main module of the host, an empty folder to stand in."""
    monkeypatch.setenv("PROVENANCE_PASSPHRASE", "secret")
    reading, writing = os.pipe()
    os.set_inheritable(writing, True)

    with Pool(1, preload=JOBS) as pool:
        ((_, found),) = pool.run(job("where"), [0])
    os.close(writing)
    os.close(reading)

    assert "PROVENANCE_PASSPHRASE" not in found["environment"]
    assert found["main"].endswith("__main__.py")
    assert Path(found["main"]).parent.name == "worker"
    assert found["folder"] == 0
    assert tuple(found["missing"]) == pool.missing_limits
    if sys.platform == "linux":
        assert found["missing"] == []
        assert found["descriptors"] == 7  # input, output, errors, two for jobs, one sink, one to list these


def test_this_process_says_that_it_has_no_limits():
    """Outside a worker there are no limits, and it is said."""
    assert limits.missing() is None


@LINUX
def test_the_child_reaches_no_network(pool):
    """Not even the loopback."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        ((_, found),) = pool.run(job("connect"), [server.getsockname()[1]])

    assert found.reason == "bug"
    assert found.detail.startswith("PermissionError")


@LINUX
def test_the_child_starts_no_program(pool):
    """A child that was taken over cannot become another program."""
    ((_, found),) = pool.run(job("become"), [0])

    assert found.detail.startswith("PermissionError")


def test_the_child_writes_no_byte(pool, tmp_path):
    """A file that a job opens for writing stays empty."""
    target = tmp_path / "file"

    ((_, found),) = pool.run(job("write"), [str(target)])

    assert found.reason == "bug"
    assert target.stat().st_size == 0


def test_a_child_serves_its_number_of_jobs():
    """After that many jobs, or when it grew too large, a fresh child goes on."""
    with Pool(1, preload=JOBS, settings=Settings(jobs=3)) as pool:
        pids = [outcome for _, outcome in pool.run(job("pid"), range(7))]

    assert len(set(pids)) == 3
    assert len(set(pids[:3])) == 1


def test_a_child_that_grew_is_replaced():
    """The most memory that it ever held counts."""
    with Pool(1, preload=JOBS, settings=Settings(resident_mib=200)) as pool:
        ((_, first),) = pool.run(job("pid"), [0])
        list(pool.run(job("fill"), [300]))
        ((_, second),) = pool.run(job("pid"), [0])

    assert first != second


@LINUX
def test_a_large_host_does_not_wear_its_children_out():
    """What the host once held is not counted as the child's: three jobs of a large host are served by one child."""
    code = (
        "from provenance.worker.pool import Job, Pool\n"
        "from provenance.worker.settings import Settings\n"
        "large = bytearray(b'x' * (400 << 20)); del large\n"
        f"with Pool(1, preload={JOBS!r}, settings=Settings(resident_mib=200)) as pool:\n"
        f"    print(len({{pid for _, pid in pool.run(Job({JOBS + ':pid'!r}, object), range(3))}}))\n"
    )

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)

    assert ran.stdout.strip() == "1"


def test_arguments_are_read_only_as_far_as_needed(pool):
    """A source of thousands is not drawn in before its first result is used."""
    drawn = []

    def source():
        for n in range(10_000):
            drawn.append(n)
            yield n

    answers = pool.run(job("echo"), source())
    next(answers)

    assert len(drawn) < 100


def test_many_threads_share_one_pool(pool):
    """Each gets its own answers."""
    found: dict[int, list] = {}

    def use(n: int) -> None:
        found[n] = [outcome for _, outcome in pool.run(job("echo"), [n * 100 + k for k in range(50)])]

    threads = [threading.Thread(target=use, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == {n: [n * 100 + k for k in range(50)] for n in range(6)}


def test_an_abandoned_run_does_not_harm_the_next(pool):
    """Whoever stops listening leaves the pool usable."""
    answers = pool.run(job("echo"), range(100))
    next(answers)
    answers.close()

    assert [outcome for _, outcome in pool.run(job("echo"), [1, 2])] == [1, 2]


def test_an_argument_that_is_no_json_is_the_callers_error(pool):
    """It is raised where it was given, and the pool goes on."""
    with pytest.raises(TypeError, match="not JSON serializable"):
        list(pool.run(job("echo"), [Path("a.jpg")]))

    assert [outcome for _, outcome in pool.run(job("echo"), [1])] == [1]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_nobody_waits_for_a_slot_that_met_a_bug(pool):
    """A type that cannot travel is our bug: it shows its traceback, and the caller is told."""
    with pytest.raises(WorkerError) as caught:
        list(pool.run(job("echo", complex), range(10)))

    assert str(caught.value) == "worker: the pool is closed"


def test_a_closed_pool_refuses(pool):
    """A job for a closed pool is an error, not a wait."""
    pool.close()

    with pytest.raises(WorkerError) as caught:
        list(pool.run(job("echo"), [1]))

    assert str(caught.value) == "worker: the pool is closed"


def test_no_child_outlives_the_pool():
    """Leaving the pool ends its children at once, whatever they do."""
    with Pool(1, preload=JOBS) as pool:
        ((_, pid),) = pool.run(job("pid"), [0])
        answers = pool.run(job("sleep_long"), [0])
        threading.Thread(target=lambda: list(_quietly(answers)), daemon=True).start()

    assert not _alive(pid)


@pytest.mark.parametrize("what", ["sleep", "spin"])
def test_no_orphan_after_the_parent_is_killed(what):
    """A child whose parent is gone ends by itself at once, even in the middle of a job."""
    script = (
        "from provenance.worker.pool import Pool, Job\n"
        f"pool = Pool(1, preload='{JOBS}')\n"
        f"run = pool.run(Job('{JOBS}:pid_or', object), ['pid', '{what}', '{what}'])\n"
        "print(next(run)[1], flush=True)\n"
        "next(run)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=_root())
    child = int(parent.stdout.readline())

    parent.send_signal(signal.SIGKILL)
    parent.wait()

    assert _gone(child)


def test_a_module_that_does_not_load_is_said_once():
    """`run` raises: that is no fault of a file."""
    with Pool(1, preload="tests.support.not_there") as pool, pytest.raises(WorkerError) as caught:
        list(pool.run(job("echo"), [1]))

    assert str(caught.value) == (
        "worker: tests.support.not_there cannot be loaded: "
        "ModuleNotFoundError: No module named 'tests.support.not_there'"
    )


def test_an_early_child_that_could_not_load_is_heard(monkeypatch):
    """It has ended long before the pool asks; its reason is still the one that is told."""
    monkeypatch.setitem(early._MODULES, "verify", "tests.support.not_there")
    early.start(["verify", "a.jpg"])
    os.waitid(os.P_PID, early._waiting[0].pid, os.WEXITED | os.WNOWAIT)

    with Pool(1, preload="tests.support.not_there") as pool, pytest.raises(WorkerError, match="cannot be loaded"):
        list(pool.run(job("echo"), [1]))


def test_a_copy_found_by_the_search_path_alone_serves_too(tmp_path):
    """A plug-in's folder on PYTHONPATH: the child is told where we lie, though it reads no such variable."""
    shutil.copytree(_root() / "provenance", tmp_path / "provenance")
    (tmp_path / "own_job.py").write_text("import provenance\ndef where(_):\n    return provenance.__file__\n")
    script = (
        "from provenance.worker.pool import Pool, Job\n"
        "with Pool(1, preload='own_job') as pool:\n"
        "    print(next(pool.run(Job('own_job:where', object), [0]))[1])\n"
    )
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}

    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd="/", env=environment)

    assert found.stdout.strip() == str(tmp_path / "provenance" / "__init__.py"), found.stderr


def test_the_working_folder_is_no_place_to_find_modules(tmp_path):
    """A folder with hostile files may hold a ``json.py`` or a ``c2pa.py`` too."""
    (tmp_path / "c2pa.py").write_text("raise SystemExit('taken over')\n")
    (tmp_path / "unknown_module.py").write_text("")
    script = (
        f"import sys; sys.path[:1] = ['', {str(tmp_path)!r}, {str(_root())!r}]\n"
        "from provenance.worker.pool import Pool, Job\n"
        "with Pool(1, preload='unknown_module') as pool:\n"
        "    next(pool.run(Job('unknown_module:x', object), [0]))\n"
    )

    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path)

    assert "No module named 'unknown_module'" in found.stderr


def test_an_engine_error_while_loading_keeps_its_class():
    """A module that finds no usable engine says so with our own error."""
    with Pool(1, preload="tests.support.jobs_without_engine") as pool, pytest.raises(EngineError) as caught:
        list(pool.run(job("echo"), [1]))

    assert str(caught.value) == "c2pa-python: is missing; install it"


def test_an_interpreter_that_is_none_is_said(tmp_path):
    """A path that is no program is an error with a cure."""
    settings = Settings(python=str(tmp_path / "python"))

    with Pool(1, preload=JOBS, settings=settings) as pool, pytest.raises(WorkerError) as caught:
        list(pool.run(job("echo"), [1]))

    assert str(caught.value) == (
        "worker: python cannot be started: No such file or directory; "
        "see PROVENANCE_PYTHON and worker.python in config.toml"
    )


def test_a_host_that_is_no_python_is_not_started(monkeypatch):
    """Inside Blender or Krita, ``sys.executable`` is the host; starting it again would open a second window."""
    monkeypatch.delenv(PYTHON, raising=False)
    monkeypatch.setattr(sys, "executable", "/opt/blender/blender")

    with pytest.raises(WorkerError) as caught:
        interpreter()

    assert str(caught.value) == (
        "worker: this program is not a Python interpreter; name one in PROVENANCE_PYTHON or in config.toml, worker.python"
    )


def test_the_environment_names_the_interpreter(monkeypatch):
    """``PROVENANCE_PYTHON`` counts where nothing was chosen."""
    monkeypatch.setenv(PYTHON, sys.executable)

    assert interpreter() == sys.executable
    assert interpreter("/chosen/python") == "/chosen/python"


def test_an_early_child_is_used(monkeypatch):
    """The child that the launcher started is the first slot's, and only with the same module."""
    monkeypatch.setitem(early._MODULES, "verify", JOBS)
    early.start(["verify", "a.jpg"])
    started = early._waiting[0].pid

    with Pool(1, preload=JOBS) as pool:
        ((_, pid),) = pool.run(job("pid"), [0])

    assert pid == started
    assert early.take(sys.executable, JOBS) is None


NOT_EARLY = {
    "another command": ["sign", "a.jpg"],
    "help": ["verify", "--help"],
    "no command": [],
}


@pytest.mark.parametrize("arguments", NOT_EARLY.values(), ids=NOT_EARLY.keys())
def test_no_child_is_started_for_nothing(arguments):
    """Only a command that verifies starts a child."""
    early.start(arguments)

    assert not early._waiting


def test_a_completing_shell_starts_no_child(monkeypatch):
    """Pressing the tabulator key parses nothing."""
    monkeypatch.setenv("_PROVENANCE_COMPLETE", "complete_bash")

    early.start(["verify", "a.jpg"])

    assert not early._waiting


WRONG_SETTINGS = {
    "unknown key": ("[worker]\nmemory = 1\n", "config.toml: worker.memory: is not a setting; known are "
                    "python, memory_mib, cpu_seconds, wall_seconds, file_mib, jobs, resident_mib"),
    "no number": ('[worker]\njobs = "many"\n', "config.toml: worker.jobs: must be a positive number"),
    "no limit at all": ("[worker]\nmemory_mib = 0\n", "config.toml: worker.memory_mib: must be a positive number"),
    "bool": ("[worker]\njobs = true\n", "config.toml: worker.jobs: must be a positive number"),
    "relative python": ('[worker]\npython = "python3"\n',
                        "config.toml: worker.python: must be the absolute path of a Python interpreter"),
    "no table": ("worker = 1\n", "config.toml: worker must be a table"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), WRONG_SETTINGS.values(), ids=WRONG_SETTINGS.keys())
def test_wrong_settings_are_named(tmp_path, text, message):
    """A misspelt or senseless limit is refused, never ignored."""
    config = tmp_path / "config.toml"
    config.write_text(text)

    with pytest.raises(WorkerError) as caught:
        load(config)

    assert str(caught.value) == message


def test_settings_are_read(tmp_path):
    """What stands in the file counts; what does not has its default."""
    config = tmp_path / "config.toml"
    config.write_text("[worker]\nmemory_mib = 2048\nwall_seconds = 2.5\n[other]\nx = 1\n")

    assert load(config) == Settings(memory_mib=2048, wall_seconds=2.5)
    assert load(tmp_path / "none.toml") == Settings()


def _quietly(answers):
    try:
        yield from answers
    except WorkerError:
        return


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A dead child of a dead parent stays a zombie where nobody buries it.
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


def _gone(pid: int) -> bool:
    for _ in range(200):
        if not _alive(pid):
            return True
        time.sleep(0.05)
    return False


def _root() -> Path:
    return Path(__file__).parent.parent
