"""The report for programs and for pasting: the same facts, a versioned schema, nothing that acts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from provenance.report.build import build
from provenance.report.export import to_dict, to_json, to_markdown
from provenance.report.model import SCHEMA_VERSION
from provenance.report.schema import schema
from provenance.report.text import render_full
from provenance.schemas import schema_text
from tests.support.report import CASES, NOW, ai_edit_on_top, hand_drawn, hostile

CHECKOUT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("name", ["report", "verification"])
def test_schema_in_the_repository_is_the_one_of_the_models(name):
    """``make schemas`` was run after the last change."""
    assert (CHECKOUT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8") == schema_text(schema(name))


@pytest.mark.parametrize("name", CASES)
def test_json_is_valid_under_its_schema(name):
    """Every report, of whatever file, is what the schema promises."""
    found = json.loads(to_json(build(CASES[name](), now=NOW)))

    jsonschema.validate(found, schema("report"), cls=jsonschema.Draft202012Validator)
    assert found["schema_version"] == SCHEMA_VERSION


def test_schema_refuses_what_is_no_report():
    """A missing axis, or a word that is none, is refused."""
    found = to_dict(build(hand_drawn(), now=NOW))

    for broken in ({**found, "ai_use": "no"}, {key: value for key, value in found.items() if key != "integrity"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(broken, schema("report"), cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize("name", CASES)
def test_json_is_ascii(name):
    """No terminal takes anything in it for anything else, and nothing is lost."""
    report = build(CASES[name](), now=NOW)

    assert to_json(report).isascii()
    assert json.loads(to_json(report)) == to_dict(report)


def test_sentences_carry_their_ids():
    """A program acts on the id, a person reads the text; both stand there."""
    found = to_dict(build(ai_edit_on_top(), now=NOW))

    assert found["headline"] == {"id": "report.headline.intact", "text": "Signed by an unknown signer"}
    assert found["ai_use"] == "ai_edited"
    assert found["ai_sentence"]["id"] == "report.ai.ai_edited.unknown"


@pytest.mark.parametrize("name", CASES)
def test_text_says_every_sentence_of_the_json(name):
    """The full text has the facts of the JSON: each of its sentences can be found there."""
    report = build(CASES[name](), now=NOW)
    shown = "".join(render_full(report).split())

    said = [report.headline, report.integrity.sentence, report.ai_sentence, report.coverage.sentence, *report.unknowns]
    said += [link.sentence for link in report.chain] + [line.sentence for line in report.permissions]
    said += [step.caveat for step in report.ledger if step.caveat]
    said += [profile.sentence for profile in report.profiles]
    texts = [one.text for one in said] + [step.what for step in report.ledger]
    texts += [found.may_not_conclude for found in report.findings]
    for text in texts:
        assert "".join(text.split()) in shown


def test_markdown_has_the_same_facts():
    """Headline, every step and every finding stand in the Markdown."""
    report = build(ai_edit_on_top(), now=NOW)

    shown = to_markdown(report)

    assert shown.startswith("# Signed by an unknown signer\n")
    assert all(step.tool in shown for step in report.ledger)
    assert all(found.fair_next in shown for found in report.findings)


def test_markdown_has_no_markup_from_the_file():
    """Tags, links and emphasis from a file are shown, not acted on."""
    shown = to_markdown(build(hostile(), now=NOW))

    assert "<b>" not in shown.replace("\\<b\\>", "")
    assert "\x1b" not in shown


def test_report_is_built_without_pydantic():
    """The schema is made at build time: a one-shot `verify` does not pay for it."""
    code = "import sys; import provenance.report.build, provenance.report.text, provenance.report.export; print('pydantic' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


def test_same_findings_give_the_same_report():
    """A report depends on nothing but what was found, the language and the moment given."""
    assert build(hand_drawn(), now=NOW) == build(hand_drawn(), now=NOW)
