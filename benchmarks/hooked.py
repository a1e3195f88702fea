"""A pre-commit run on one changed picture: pre-commit, git and `provenance check` together, against one `verify`."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks import bare
from benchmarks.timing import Compared, Work, compare, process
from tests.support.pictures import draw

COMMAND = "from provenance.commands import main; main()"


def compared(folder: Path) -> tuple[Compared, Compared]:
    """Return the times of the whole run, and of our command in it, each against `verify` of the same picture."""
    cache, repository = folder / "cache", folder / "repository"
    environment = os.environ | {
        "PROVENANCE_HOME": str(folder / "home"), "PROVENANCE_CACHE": str(cache), "PYTHONPATH": str(Path.cwd()),
        "PRE_COMMIT_HOME": str(folder / "pre-commit"),
    }  # fmt: skip
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode
    repository.mkdir()
    picture = repository / "picture.jpg"
    draw((320, 240)).save(folder / "plain.jpg", "JPEG")
    bare.sign(folder / "plain.jpg", picture)
    words = ["check", "--policy", "contest-open", "--fail-on", "reject", "--"]
    hook = {"id": "check", "name": "check", "language": "system", "files": "jpg$", "args": words,
            "entry": shlex.join([sys.executable, "-c", COMMAND])}  # fmt: skip
    config = {"repos": [{"repo": "local", "hooks": [hook]}]}
    (repository / ".pre-commit-config.yaml").write_text(json.dumps(config))  # JSON is YAML
    for git in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", "-C", str(repository), *git], check=True)
    verifying = process("-c", COMMAND, "verify", str(picture), environment=environment)
    checking = process("-c", COMMAND, *words, str(picture), environment=environment)
    hooked = process("-c", f"import os, runpy, sys; os.chdir({str(repository)!r}); sys.argv = ['pre-commit', 'run']; "
                     "runpy.run_module('pre_commit', run_name='__main__')", environment=environment)  # fmt: skip

    def fresh(work: Work) -> Work:
        """Return *work* on a picture that is in no cache."""

        def run() -> None:
            shutil.rmtree(cache, ignore_errors=True)
            work()

        return run

    return compare(fresh(hooked), verifying, rounds=9), compare(fresh(checking), verifying, rounds=9)
