"""The documents keep up with the program."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from pathlib import Path

import pytest

from provenance import terms
from provenance.commands import COMMANDS
from provenance.declaration.words import STEP_ACTIONS
from tests.support.environment import CHECKOUT

DOCUMENTS = sorted(
    [
        *CHECKOUT.glob("*.md"),
        *CHECKOUT.glob("docs/**/*.md"),
        *CHECKOUT.glob("keys/*.md"),
        *CHECKOUT.glob("examples/*.md"),
    ]
)
DECISIONS = sorted((CHECKOUT / "docs" / "adr").glob("[0-9]*.md"))
SECTIONS = ["Problem", "Options", "Outcome", "Negative consequences"]


def _name(path: Path) -> str:
    return path.relative_to(CHECKOUT).as_posix()


def test_decisions_are_numbered_without_holes() -> None:
    """Decisions are numbered from 1, each number once."""
    numbers = [int(path.name[:4]) for path in DECISIONS]

    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_is_a_page(path: Path) -> None:
    """A decision fits on a page and has the four sections, in order; its title carries its number."""
    text = path.read_text("utf-8")

    assert len(text.splitlines()) <= 45
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS
    assert text.startswith(f"# {path.name[:4]} ")


def test_the_index_lists_every_decision() -> None:
    """The index of decisions names each one, with its title, and nothing else."""
    index = (CHECKOUT / "docs" / "adr" / "README.md").read_text("utf-8")

    listed = re.findall(r"\| \[(\d{4})\]\(([^)]+)\) \| (.+) \|", index)

    titles = [path.read_text("utf-8").splitlines()[0].split(" ", 2)[2] for path in DECISIONS]
    assert listed == [(path.name[:4], path.name, title) for path, title in zip(DECISIONS, titles, strict=True)]


@pytest.mark.parametrize("path", DOCUMENTS, ids=_name)
def test_links_lead_somewhere(path: Path) -> None:
    """Every relative link of a document leads to a file that is there."""
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text("utf-8"))

    missing = [link for link in links if not (path.parent / link).exists()]

    assert missing == []


def _console(text: str) -> list[list[str]]:
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    lines = [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]
    return [shlex.split(line, comments=True) for line in lines if re.match(r"(\$ )?(make|provenance) ", line)]


def test_documents_name_commands_that_exist() -> None:
    """Every `make` target and `provenance` command in a console block of the documents exists."""
    targets = set(re.findall(r"^([a-z-]+):.*## ", (CHECKOUT / "Makefile").read_text("utf-8"), re.MULTILINE))
    known = {"make": targets, "provenance": set(COMMANDS) | {"--help"}}

    unknown = [
        words for path in DOCUMENTS for words in _console(path.read_text("utf-8")) if words[1] not in known[words[0]]
    ]

    assert unknown == []


def test_contributing_lists_targets_that_exist() -> None:
    """CONTRIBUTING names make targets only, and each of them is there."""
    text = (CHECKOUT / "CONTRIBUTING.md").read_text("utf-8")
    makefile = (CHECKOUT / "Makefile").read_text("utf-8")

    named = re.findall(r"`make ([a-z-]+)`", text)

    assert [name for name in named if not re.search(rf"^{name}:", makefile, re.MULTILINE)] == []
    assert {"test", "check", "deep", "demo", "bench"} <= set(named)


def test_the_readme_says_what_is_not_claimed() -> None:
    """The README says what nothing here proves, and which claims are not made."""
    text = (CHECKOUT / "README.md").read_text("utf-8")

    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)

    assert {"How trust works", "What it does not prove", "What we do not claim"} <= set(headings)


def test_notices_name_every_dependency() -> None:
    """Every dependency in pyproject.toml stands in the third-party notices."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]
    notices = (CHECKOUT / "THIRD-PARTY-NOTICES.md").read_text("utf-8").lower()

    names = [re.split(r"[<>=!~\[ ]", line)[0].lower() for line in project["dependencies"]]

    assert [name for name in names if f"| {name}" not in notices] == []


@pytest.mark.parametrize("path", sorted((CHECKOUT / "schemas").glob("*.json")), ids=lambda path: path.stem)
def test_schemas_are_json_schemas(path: Path) -> None:
    """Every file in schemas/ is a JSON Schema with a title."""
    schema = json.loads(path.read_text("utf-8"))

    assert schema.get("title")
    assert schema.get("$schema", "").startswith("https://json-schema.org/")


def _spelt(text: str, heading: str) -> set[str]:
    (section,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return set(re.findall(r"`([^`]+)`", section))


STANDARDS = {
    "Actions": terms.WRITABLE_ACTIONS | terms.READ_ONLY_ACTIONS,
    "Digital source types": {found.rsplit("/", 1)[1] for found in terms.SourceType}
    | {found.rsplit("/", 1)[-1] for found in terms.RETIRED_SOURCE_TYPES},
    "Permissions": set(terms.Mining) | set(terms.Use),
    "Signatures and certificates": set(terms.Algorithm) | set(terms.Role),
    "Assertions that we write": {
        terms.ACTIONS,
        terms.INGREDIENT,
        terms.AI_DISCLOSURE,
        terms.THUMBNAIL,
        terms.TRAINING_MINING,
        terms.CAWG_METADATA,
        terms.STATEMENT,
        terms.CAWG_IDENTITY,
        terms.AI_PARAMETERS,
        terms.BASIS_PARAMETER,
        terms.CLAIM,
    }
    | set(terms.Relationship),
}


@pytest.mark.parametrize("heading", STANDARDS)
def test_the_standards_page_spells_every_term(heading: str) -> None:
    """Every label and value that the program knows stands on the page of implemented standards."""
    text = (CHECKOUT / "docs" / "implemented-standards.md").read_text("utf-8")

    assert STANDARDS[heading] - _spelt(text, heading) == set()


@pytest.mark.parametrize("heading", ["Actions", "Permissions"])
def test_the_standards_page_invents_nothing(heading: str) -> None:
    """Every action and permission on the page is one that the program knows."""
    text = (CHECKOUT / "docs" / "implemented-standards.md").read_text("utf-8")

    named = {word for word in _spelt(text, heading) if word.startswith(("c2pa.", "cawg."))}
    assert named - STANDARDS[heading] - {terms.ACTIONS, terms.ACTIONS_V1} == set()


def test_the_standards_page_tells_written_from_read() -> None:
    """The actions that the page calls written are those that a declaration can lead to."""
    text = (CHECKOUT / "docs" / "implemented-standards.md").read_text("utf-8")

    (line,) = re.findall(r"^Written: (.+)$", text, re.MULTILINE)

    assert set(re.findall(r"`([^`]+)`", line)) == STEP_ACTIONS | {"c2pa.created", "c2pa.opened", "c2pa.placed"}
