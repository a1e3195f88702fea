"""Whatever a file says, what we print stays inert: no escape, no control, no turned direction, no markup."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hostile.cases_strings import CASES, STRINGS, everywhere
from tests.support.environment import CORPUS, Ran, needs_corpus
from tests.support.pictures import png

RAW = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff"
    "\ue000-\uf8ff\ufdd0-\ufdef\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
ONE = {"inspect": ("inspect",), "ai-or-not": ("ai-or-not",), "verify": ("verify",)}  # commands, a file at a time
MANY = {"verify": ("verify",), "verify json": ("verify", "--format", "json")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file per string, each signed with that string in every field, and one with all of them together."""
    made = tmp_path_factory.mktemp("strings")
    for name, case in CASES.items():
        case.write(made, name)
    together = "".join(text for text in STRINGS.values() if len(text) < 1_000)
    (made / "together.png").write_bytes(everywhere(together))
    return made


@pytest.mark.parametrize("command", MANY.values(), ids=MANY.keys())
def test_output_is_inert(command: tuple[str, ...], folder: Path, run: Callable[..., Ran]) -> None:
    """No report holds a character that a terminal or a person could mistake."""
    ran = run(*command, *sorted(folder.iterdir()))

    assert "Traceback" not in ran.err
    assert not RAW.search(ran.out + ran.err)


@pytest.mark.parametrize("command", ONE.values(), ids=ONE.keys())
def test_every_command_is_inert(command: tuple[str, ...], folder: Path, run: Callable[..., Ran]) -> None:
    """Nor does any other command that shows what a file says."""
    ran = run(*command, folder / "together.png")

    assert ran.exit in {0, 1, 2}
    assert "Traceback" not in ran.err
    assert not RAW.search(ran.out + ran.err)


def test_json_stays_json(folder: Path, run: Callable[..., Ran]) -> None:
    """JSON is one line a file, pure ASCII, and parses."""
    ran = run("verify", "--format", "json", *sorted(folder.iterdir()))

    lines = ran.out.splitlines()
    assert len(lines) == len(STRINGS) + 1
    assert ran.out.isascii()
    assert all(isinstance(json.loads(line), dict) for line in lines)


def test_headline_cannot_be_forged(folder: Path, run: Callable[..., Ran]) -> None:
    """A string with line breaks cannot write lines of its own: the signer's line is ours."""
    ran = run("verify", folder / "string_spoof.png")

    assert not [line for line in ran.out.splitlines() if line.startswith(("Signer: listed", "C2PA: ok"))]


def test_errors_are_inert(run: Callable[..., Ran], tmp_path: Path) -> None:
    """A file name is a string of a stranger too."""
    path = png(tmp_path / "a\x1b[31mred\u202egnp.png")

    for command in ONE.values():
        ran = run(*command, path)
        missing = run(*command, tmp_path / "not\x1b[31mthere.png")

        assert not RAW.search(ran.out + ran.err + missing.out + missing.err)


@needs_corpus
def test_attack_strings_of_others_are_inert(run: Callable[..., Ran], tmp_path: Path) -> None:
    """The strings of c2pa-attacks, in every field, come out inert."""
    assert CORPUS is not None
    for file in sorted((CORPUS / "strings").glob("*.attack")):
        for number, line in enumerate(file.read_text("utf-8").splitlines()[:8]):
            if line:
                (tmp_path / f"{file.stem}_{number}.png").write_bytes(everywhere(line[:20_000]))

    made = sorted(tmp_path.glob("*.png"))
    assert made
    ran = run("verify", *made)
    assert not RAW.search(ran.out + ran.err)
