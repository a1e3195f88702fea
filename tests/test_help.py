"""Every command of the table that `provenance --help` shows is there and explains itself."""

from __future__ import annotations

import re

import pytest
from typer.testing import CliRunner

from provenance.commands import COMMANDS
from provenance.commands.group import app


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_explains_itself(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command's own help starts as its line in the table does, and no line is wider than 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")

    result = CliRunner().invoke(app, [name, "--help"], prog_name="provenance")

    assert result.exit_code == 0, result.output
    usage, _, text = result.output.partition("\n\n")
    assert usage.startswith(f"Usage: provenance {name}")
    assert text.split()[0] == COMMANDS[name].split()[0]
    assert [line for line in result.output.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("group", ["trust", "keys", "permissions", "policy"])
def test_a_group_says_each_of_its_commands_in_one_whole_sentence(group: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No line of a group's list is cut off, and each command in it has a help of its own within 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    listed = CliRunner().invoke(app, [group, "--help"], prog_name="provenance").output.partition("Commands:")[2]

    assert "..." not in listed
    for name in re.findall(r"^  ([a-z]+)  ", listed, flags=re.MULTILINE):
        shown = CliRunner().invoke(app, [group, name, "--help"], prog_name="provenance").output
        assert shown.split("\n\n")[1].strip().endswith("."), name
        assert [line for line in shown.splitlines() if len(line) > 80] == []
