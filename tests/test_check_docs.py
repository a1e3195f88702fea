"""docs/check.md: its examples are what the formats print, and its lists are whole."""

from __future__ import annotations

import json
import re

import pytest

from provenance.commands.check_config import FailOn, Format, Settings
from provenance.policy.formats import document, github, junit, lines, sarif, table, text
from provenance.policy.tally import Tally
from provenance.policy.verdict import Decision
from provenance.report.wording import Catalogue
from tests.support.environment import CHECKOUT
from tests.support.verdicts import NO_FILL, SIGNED, about, ranked, unread, verdict

PAGE = (CHECKOUT / "docs" / "check.md").read_text("utf-8")
SAY = Catalogue("en")
FILES = (
    verdict("art/key.png"),
    verdict("art/fill.png", NO_FILL),
    verdict("art/old.png", SIGNED),
    unread("art/lost.png", "does not exist"),
)


def examples() -> dict[str, str]:
    """What each format prints of four files; of SARIF the first result, as the whole is long."""
    kept, tally = ranked(FILES)
    rules = about()
    log = json.loads("".join(sarif.render(kept, rules, tally, SAY)))
    return {
        "text": "".join(text.render(kept, rules, tally, SAY)),
        "jsonl": lines.line(FILES[1]),
        "json": "".join(document.render((), rules, Tally(Decision.REVIEW))),
        "csv": "".join(table.render(kept)).replace("\r\n", "\n"),
        "sarif": json.dumps(log["runs"][0]["results"][0], indent=2) + "\n",
        "junit": "".join(junit.render(kept, rules, tally, SAY)),
        "github": "".join(github.render(kept, rules, tally, SAY)),
    }


@pytest.mark.parametrize(("name", "printed"), examples().items())
def test_an_example_is_what_is_printed(name: str, printed: str) -> None:
    """Under the heading of each format stands what it prints of the same four files."""
    section = PAGE.partition(f"\n### {name}\n")[2].partition("\n### ")[0]
    found = re.search(r"```\w+\n(.*?)```", section, re.DOTALL)

    assert found is not None
    assert found[1] == printed


def test_every_format_and_setting_has_its_place() -> None:
    """No format, setting or decision is left out."""
    for form in Format:
        assert f"\n### {form.value}\n" in PAGE
    for name in Settings.model_fields:
        assert f"`{name}`" in PAGE
    for word in (*FailOn, *Decision):
        assert f"`{word.value}`" in PAGE
