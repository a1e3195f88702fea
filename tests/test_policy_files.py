"""Policies as people write them: what is wrong is refused, with its line and the nearest right word."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from provenance.declaration.globs import matches
from provenance.declaration.lines import line_of
from provenance.errors import PolicyError
from provenance.policy.context import from_texts
from provenance.policy.deriving import facts_of
from provenance.policy.judge import answers, judge
from provenance.policy.loading import load, template_text, templates
from provenance.policy.schema import schema
from provenance.policy.verdict import Answer, Decision
from provenance.policy.vocabulary import TIERS
from provenance.trust.model import Tier
from tests.support import report as made
from tests.support.environment import CHECKOUT
from tests.support.policy_table import EXAMPLES

NOW = datetime(2026, 11, 28, tzinfo=UTC)
GOOD = """\
schema_version = "1"
id = "house"
title = "House rules"
evidence = "known"
mode = "enforce"

[signers]
house = ["Mika K."]

[context.shipped]
help = "Whether it is shipped."
values = [true, false]

[[requirement]]
id = "intact"
that = { integrity = { equals = "intact" } }
on_fail = "reject"

[[requirement]]
id = "ours"
on_fail = "review"
[requirement.that.signer]
any_of = [
  "@house",
]

[[conclusion]]
id = "no-ai"
when = { context = { shipped = { equals = true } } }
that = { ai_kinds = { none_of = ["generation", "inpainting"] } }
on_fail = "reject"
on_unknown = "review"
message = { en = "None.", ja = "なし。" }
link = "https://studio.example/rules"

[[override]]
paths = ["temp/**"]
rules = ["ours"]
off = true

[[waiver]]
rules = ["intact"]
paths = ["old/*.png"]
reason = "scans"
author = "R."
expires = "2027-01-31"

[[example]]
file = "a.png"
expect = "pass"
"""


def written(folder: Path, text: str = GOOD) -> Path:
    path = folder / "house.toml"
    path.write_text(text, "utf-8")
    return path


TYPOS: dict[str, tuple[str, str, str]] = {  # what stands there, what is written instead, the whole message
    "a key at the top": ('mode = "enforce"', 'mod = "enforce"', "line 5: mod: is not a field of a policy; did you mean mode"),
    "a mode": ('"enforce"', '"enforced"', "line 5: mode: 'enforced' is not known here; did you mean enforce"),
    "an evidence level": ('evidence = "known"', 'evidence = "knwon"', "line 4: evidence: 'knwon' is not known here; did you mean known"),
    "a table": (
        "[[conclusion]]",
        "[[conclusoin]]",
        "line 27: conclusoin: is not a field of a policy; did you mean conclusion",
    ),
    "a key of a rule": ('on_unknown = "review"', 'on_unknow = "review"', "line 32: conclusion[0].on_unknow: is not a field of a conclusion; did you mean on_unknown"),
    "a consequence": ('on_fail = "review"', 'on_fail = "reveiw"', "line 21: requirement[1].on_fail: 'reveiw' is not known here; did you mean review"),
    "a fact": ("{ integrity =", "{ integrty =", "line 16: requirement[0].that.integrty: is not a field of a fact; did you mean integrity"),
    "a fact of a conclusion": ("{ ai_kinds =", "{ ai_kindz =", "line 30: conclusion[0].that.ai_kindz: is not a field of a fact; did you mean ai_kinds"),
    "an operator": ("none_of =", "noneof =", "line 30: conclusion[0].that.ai_kinds.noneof: is not a field of a test of a fact; did you mean none_of"),
    "a word": ('"inpainting"', '"inpaintin"', "line 30: conclusion[0].that.ai_kinds.none_of[1]: 'inpaintin' is not known here; did you mean inpainting"),
    "a word of one": ('equals = "intact"', 'equals = "intakt"', "line 16: requirement[0].that.integrity.equals: 'intakt' is not known here; did you mean intact"),
    "a group": ('"@house"', '"@hose"', "line 24: requirement[1].that.signer.any_of.@hose: there is no group of signers 'hose'; did you mean house"),
    "a context value": ("context = { shipped =", "context = { shiped =", "line 29: conclusion[0].when.context.shiped: there is no context value 'shiped'; did you mean shipped"),
    "what a context value may be": ("shipped = { equals = true }", 'shipped = { equals = "true" }', "line 29: conclusion[0].when.context.shipped.equals: 'true' is no value of shipped; use one of: true, false"),
    "a key of a context value": ("values = [true", "value = [true", "line 12: context.shipped.value: is not a field of a context value; did you mean values"),
    "a key of an override": ("off = true", "of = true", "line 39: override[0].of: is not a field of an override; did you mean off"),
    "a rule of an override": ('rules = ["ours"]', 'rules = ["our"]', "line 38: override[0].rules.our: there is no rule 'our'; did you mean ours"),
    "a rule of a waiver": ('rules = ["intact"]', 'rules = ["intakt"]', "line 42: waiver[0].rules.intakt: there is no rule 'intakt'; did you mean intact"),
    "a key of a waiver": ('author = "R."', 'autor = "R."', "line 45: waiver[0].autor: is not a field of a waiver; did you mean author"),
    "a day": ('"2027-01-31"', '"2027-02-31"', "line 46: waiver[0].expires: '2027-02-31' is not a date; write it as 2026-11-30"),
    "an expected verdict": ('expect = "pass"', 'expect = "passed"', "line 50: example[0].expect: 'passed' is not known here; did you mean pass"),
    "a language": ("ja =", "jp =", "line 33: conclusion[0].message.jp: 'jp' is not known here; use one of: en, es, ja"),
    "an id": ('id = "no-ai"', 'id = "No AI"', "line 28: conclusion[0].id: 'No AI' is not an id; use small letters, digits and hyphens"),
    "a template": ('mode = "enforce"', 'extends = "stdio"', "line 5: extends: there is no template 'stdio'; did you mean studio"),
    "a rule of the template": ('mode = "enforce"', 'extends = "studio"\nwithout = ["stampd"]', "line 6: without[0].stampd: there is no rule 'stampd'; one of: not-altered, signed, intact, known-signer, not-revoked, complete, sources-known, metadata-agree, no-generative-ai, no-possible-ai, generative-ai-noted, no-contradiction"),
    "the version": ('schema_version = "1"', 'schema_version = "2"', "line 1: schema_version: '2' is not known here; use one of: 1"),
    "a fingerprint": ('house = ["', 'house = ["abababababababababababababababababababababababababababababababa", "', "line 8: signers.house[0]: 'abababababababababababababababababababababababababababababab… +3' is no SHA-256 fingerprint; it has 63 digits, and needs 64"),
    "a type of file": ('{ integrity = { equals = "intact" } }', '{ media_type = { none_of = ["image/jpg"] } }', "line 16: requirement[0].that.media_type.none_of[0]: 'image/jpg' is not known here; did you mean image/jpeg"),
    "a kind of list": ('{ integrity = { equals = "intact" } }', '{ signer_tiers = { any_of = ["interrim"] } }', "line 16: requirement[0].that.signer_tiers.any_of[0]: 'interrim' is not known here; did you mean interim"),
    "a source type": ('{ none_of = ["generation", "inpainting"] }', '{ present = false }, source_types = { none_of = ["http://cv.iptc.org/newscodes/digitalsourcetype/digitalCaptur"] }', "line 30: conclusion[0].that.source_types.none_of[0]: 'http://cv.iptc.org/newscodes/digitalsourcetype/digitalCaptur' is not known here; did you mean digitalCapture"),
    "our own rule": ('expect = "pass"', 'expect = "pass"\nrules = ["provenance.alterd"]', "line 51: example[0].rules.provenance.alterd: there is no rule 'provenance.alterd'; did you mean provenance.altered"),
    "the kind of a rule": ("[[conclusion]]", "[[rule]]", "line 27: rule: is not a field of a policy; write [[requirement]] or [[conclusion]]"),
    "an operator that is not for the fact": ('equals = "intact"', 'at_least = "intact"', "line 16: requirement[0].that.integrity.at_least: is not a field of a test of a fact; use one of: any_of, none_of, present, equals"),
    "TOML": ("that = { integrity", "that = integrity", "is not TOML: invalid value (at line 16, column 8)"),
}  # fmt: skip

MISTAKES: dict[str, tuple[str, str, str]] = {
    "a type": ('paths = ["temp/**"]', 'paths = "temp/**"', "line 37: override[0].paths: must be a list, not text"),
    "a number for a word": ('equals = "intact"', "equals = 3", "line 16: requirement[0].that.integrity.equals: must be text in quotes, not a number"),
    "one id twice": ('id = "no-ai"', 'id = "ours"', "line 28: conclusion[0].id: there is a rule 'ours' already"),
    "an empty list": ('none_of = ["generation", "inpainting"]', "none_of = []", "line 30: conclusion[0].that.ai_kinds.none_of: is empty; name what it is about, or leave it out"),
    "an empty test": ('{ none_of = ["generation", "inpainting"] }', "{}", "line 30: conclusion[0].that.ai_kinds: asks nothing; say one of: any_of, none_of, present, all_of"),
    "text for yes or no": ('equals = "intact"', 'present = "no"', "line 16: requirement[0].that.integrity.present: must be true or false, not text"),
    "credentials and none": ('{ integrity = { equals = "intact" } }', '{ integrity = { equals = "intact" }, source = { equals = "none" } }', "line 16: requirement[0].that.integrity: can never hold: integrity and source exclude one another"),
    "an altered file with a whole history": ('{ integrity = { equals = "intact" } }', '{ integrity = { equals = "altered" }, chain_intact = { equals = true } }', "line 16: requirement[0].that.integrity: can never hold: integrity and chain_intact exclude one another"),
    "every rule off everywhere": ('paths = ["temp/**"]\nrules = ["ours"]', 'paths = ["**"]', "line 38: override[0].off: leaves no rule on for any file, and would pass everything"),
    "an empty predicate": ('{ integrity = { equals = "intact" } }', "{}", "line 16: requirement[0].that: asks nothing; name a fact, or a context value"),
    "a contradiction": ('{ equals = "intact" }', '{ equals = "intact", none_of = ["intact"] }', "line 16: requirement[0].that.integrity: can never hold: it asks for what none_of excludes"),
    "every word excluded": ('{ equals = "intact" }', '{ none_of = ["intact", "expired", "altered", "not_covered", "no_credentials", "elsewhere", "not_checked"] }', "line 16: requirement[0].that.integrity: can never hold: none_of excludes every word that there is"),
    "numbers that exclude one another": ('{ integrity = { equals = "intact" } }', "{ size = { at_least = 9, at_most = 3 } }", "line 16: requirement[0].that.size: can never hold: the numbers exclude one another"),
    "days that exclude one another": ('{ integrity = { equals = "intact" } }', '{ time = { after = "2026-05-01", before = "2026-04-01" } }', "line 16: requirement[0].that.time: can never hold: before and after exclude one another"),
    "a word, and others": ('{ equals = "intact" }', '{ equals = "intact", any_of = ["expired"] }', "line 16: requirement[0].that.integrity: can never hold: equals and any_of exclude one another"),
    "an unsigned file that states": ('{ integrity = { equals = "intact" } }', '{ source = { equals = "none" }, complete = { equals = true } }', "line 16: requirement[0].that.source: can never hold: source and complete exclude one another"),
    "an altered file whose word counts": ('{ integrity = { equals = "intact" } }', '{ integrity = { equals = "altered" }, made = { present = true } }', "line 16: requirement[0].that.integrity: can never hold: integrity and made exclude one another"),
    "a time without a stamp": ('{ integrity = { equals = "intact" } }', '{ time_kind = { equals = "claimed" }, time = { after = "2026-01-01" } }', "line 16: requirement[0].that.time_kind: can never hold: time_kind and time exclude one another"),
    "a withdrawn signer who is known": ('{ integrity = { equals = "intact" } }', '{ signer_withdrawn = { equals = true }, signer_level = { at_least = "known" } }', "line 16: requirement[0].that.signer_level: can never hold: signer_level and signer_withdrawn exclude one another"),
    "more parts than there are": ('{ integrity = { equals = "intact" } }', '{ ingredients_total = { at_most = 1 }, ingredients_with = { at_least = 1 }, ingredients_broken = { at_least = 1 } }', "line 16: requirement[0].that.ingredients_total: can never hold: ingredients_total, ingredients_with and ingredients_broken exclude one another"),
    "generative, and no kind": ('{ ai_kinds = { none_of = ["generation", "inpainting"] } }', '{ ai_kinds = { present = false }, generative_kinds = { present = true } }', "line 30: conclusion[0].that.ai_kinds: can never hold: ai_kinds and generative_kinds exclude one another"),
    "traces that count": ('{ ai_kinds = { none_of = ["generation", "inpainting"] } }', '{ traces = { present = true } }', "line 30: conclusion[0].that.traces: can never hold: traces are nobody's word, and never count for a file"),
    "every permission excluded": ('{ integrity = { equals = "intact" } }', '{ permission_training = { none_of = ["allowed", "constrained", "notAllowed"] } }', "line 16: requirement[0].that.permission_training: can never hold: none_of excludes every word that there is"),
    "unsigned, where it is signed": ('{ integrity = { equals = "intact" } }', '{ source = { equals = "none" } }\nwhen = { source = { equals = "embedded" } }', "line 14: requirement[0]: can never hold where the rule applies: source; change when, or what must hold"),
    "a part of a name": ('"@house"', '"Mika*"', "line 24: requirement[1].that.signer.any_of[0]: 'Mika*' is no name; a signer's name stands whole: * and ? stand for nothing here"),
    "no name": ('"@house"', '" "', "line 23: requirement[1].that.signer.any_of: holds an empty text; name what it is about, or leave it out"),
    "a group in a group": ('house = ["', 'house = ["@others", "', "line 8: signers.house[0]: '@others' is a group, and groups hold no groups; write its members"),
    "a value twice": ("values = [true", "values = [true, true", "line 12: context.shipped.values: says 'true' twice"),
    "no value": ("values = [true, false]", "values = []", "line 12: context.shipped.values: is empty; name what it may be, or leave it out for anything"),
    "a pattern that leaves out": ('paths = ["temp/**"]', 'paths = ["!temp/**"]', "line 37: override[0].paths[0]: '!temp/**' is not a pattern for paths; there are *, ? and **, and a list may hold several"),
    "a pattern of a shell": ('paths = ["temp/**"]', 'paths = ["*.{png,jpg}"]', "line 37: override[0].paths[0]: '*.{png,jpg}' is not a pattern for paths; there are *, ? and **, and a list may hold several"),
    "a pattern that no path has": ('paths = ["temp/**"]', 'paths = ["./temp/**"]', "line 37: override[0].paths[0]: './temp/**' is not a pattern for paths; write it as assets/temp/** or *.psd, with /"),
    "a pattern for half a folder": ('paths = ["temp/**"]', 'paths = ["temp**/a.png"]', "line 37: override[0].paths[0]: 'temp**/a.png' is not a pattern for paths; ** stands alone between /, as in assets/**/*.png"),
    "no path": ('paths = ["temp/**"]', "paths = []", "line 37: override[0].paths: is empty; name at least one"),
    "a number for the version": ('schema_version = "1"', "schema_version = 1", "line 1: schema_version: must be text in quotes, not a number"),
    "nothing, but something": ('{ integrity = { equals = "intact" } }', '{ credit_fields = { present = false, any_of = ["creator"] } }', "line 16: requirement[0].that.credit_fields: can never hold: it asks for something of what must not be there"),
    "a level that everybody has": ('{ integrity = { equals = "intact" } }', '{ signer_level = { at_least = "unverified" } }', "line 16: requirement[0].that.signer_level.at_least: asks nothing: everything is at least unverified; use intact, known or listed"),
    "a conclusion as requirement": ('{ integrity = { equals = "intact" } }', '{ ai_kinds = { none_of = ["generation"] } }', "line 16: requirement[0].that.ai_kinds: is about how the picture was made, which a requirement cannot judge; write [[conclusion]], or ask only whether it is declared: present = true"),
    "a requirement as conclusion": ('{ ai_kinds = { none_of = ["generation", "inpainting"] } }', '{ chain_intact = { equals = true } }', "line 30: conclusion[0].that.chain_intact: is not about how the picture was made; write [[requirement]]"),
    "a conclusion that rejects silence": ('on_unknown = "review"', 'on_unknown = "reject"', "line 32: conclusion[0].on_unknown: a conclusion cannot reject what is unknown; use review: what nobody vouches for decides nothing about a person"),
    "a way out of a rule": ("when = { context = { shipped = { equals = true } } }", "when = { signer_level = { at_least = \"known\" } }", "line 29: conclusion[0].when.signer_level: cannot decide whether a rule applies: a file could escape the rule by signer_level; use context, or media_type, name, name_suggests, size, source"),
    "a waiver for everything": ('paths = ["old/*.png"]\n', "", "line 41: waiver[0]: is for no file; name paths or sha256"),
    "a path of this computer": ('"temp/**"', '"/temp/**"', "line 37: override[0].paths[0]: '/temp/**' is not a pattern for paths; write it as assets/temp/** or *.psd, with /"),
    "rules of ours": ('id = "no-ai"', 'id = "provenance.altered"', "line 28: conclusion[0].id: 'provenance.altered' is kept for our own rules; choose another id"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("there", "instead", "message"), [*TYPOS.values(), *MISTAKES.values()], ids=[*TYPOS, *MISTAKES]
)
def test_a_fault_is_refused_with_line_and_nearest_word(tmp_path: Path, there: str, instead: str, message: str) -> None:
    """Wherever something is misspelt, of the wrong type, or can never hold: one message with file and line."""
    assert GOOD.count(there) == 1 or there in ('on_fail = "review"', '"inpainting"')
    path = written(tmp_path, GOOD.replace(there, instead, 1))

    with pytest.raises(PolicyError) as caught:
        load(str(path))

    separator = ": " if message.startswith("is not TOML") else ", "
    assert str(caught.value) == f"house.toml{separator}{message}"


def test_the_good_policy_is_accepted(tmp_path: Path) -> None:
    """The near miss of every fault."""
    found = load(str(written(tmp_path)))

    assert [rule.id for rule in found.rules] == ["intact", "ours", "no-ai"]


EMPTY = {
    "nothing": ("", "house.toml: is empty, and would pass everything; begin with `provenance policy show NAME`"),
    "no rule": ('schema_version = "1"\nid = "x"\n', "house.toml: holds no rule, and would pass everything; write [[requirement]] or [[conclusion]]"),
    "not text": ("\0", "house.toml: is not TOML: invalid statement (at line 1, column 1)"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), EMPTY.values(), ids=EMPTY)
def test_an_empty_policy_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """It would pass everything."""
    with pytest.raises(PolicyError) as caught:
        load(str(written(tmp_path, text)))

    assert str(caught.value) == message


def test_a_template_that_is_misspelt_is_named() -> None:
    """The nearest template is named; a file that is not there is one line."""
    with pytest.raises(PolicyError) as near:
        load("contest-opne")
    with pytest.raises(PolicyError) as gone:
        load("gone.toml")

    assert str(near.value) == "contest-opne: there is no such template; did you mean contest-open"
    assert str(gone.value) == "gone.toml: cannot be read: no such file or directory"


SHIPPED = [*sorted(EXAMPLES.glob("*.toml")), *sorted((CHECKOUT / "provenance/policy/templates").glob("*.toml"))]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_what_we_ship_fits_the_schema(path: Path) -> None:
    """An editor with the schema finds no fault in a template or an example; each says what it cannot decide."""
    data: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))

    jsonschema.validate(data, schema("policy"), cls=jsonschema.Draft202012Validator)
    assert data["id"] == path.stem
    assert "cannot decide" in data["about"] or "Not decidable here" in data["about"]
    assert "ours" not in data["title"].casefold()


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_readings_of_others_rules_are_called_so(path: Path) -> None:
    """Nobody takes our reading for the rules themselves: it is called unofficial, and has a date."""
    assert load(str(path)).title.startswith("Unofficial reading of ")
    assert load(str(path)).title.endswith(", 2026-11-28")


WRONG_UNDER_SCHEMA = [
    "a key at the top",
    "a mode",
    "a fact",
    "an operator",
    "a word",
    "a key of a waiver",
    "a consequence",
]


@pytest.mark.parametrize("typo", WRONG_UNDER_SCHEMA)
def test_an_editor_sees_the_typo(typo: str) -> None:
    """What we refuse, the schema marks while it is written."""
    there, instead, _ = TYPOS[typo]

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(GOOD.replace(there, instead, 1)), schema("policy"))


def test_a_line_is_found_in_any_spelling() -> None:
    """Dotted keys, tables in tables, arrays over lines, comments: a line is that of the nearest thing above."""
    text = '# x\n\n[[a]]\nb.c = 1\n[[a]]\n[a.d]\ne = [\n  "one",\n  "two",\n]\n'

    assert [line_of(text, path) for path in (("a", 0, "b", "c"), ("a", 1, "d", "e", "two"), ("a", 1), ("z",), ())] == [
        4,
        9,
        5,
        0,
        0,
    ]


# --- what the parts mean ------------------------------------------------------------------------------------------

DRAWN = facts_of(made.hand_drawn(), now=made.NOW)


def test_a_policy_extends_a_template(tmp_path: Path) -> None:
    """Its rules hold too, but for those that are left out or said anew."""
    text = (
        'schema_version = "1"\nid = "mine"\nextends = "contest-open"\nwithout = ["history-holds"]\n'
        '[[requirement]]\nid = "not-altered"\nthat = { size = { at_most = 3 } }\non_fail = "reject"\n'
    )

    found = load(str(written(tmp_path, text)))

    assert [rule.id for rule in found.rules] == [
        "known-signer", "no-contradiction", "generative-ai-noted", "not-altered",
    ]  # fmt: skip
    assert found.rules[-1].on_fail == "reject" and found.title == load("contest-open").title


def rules_of(tmp_path: Path, path: str, text: str = GOOD, **context: object) -> dict[str, Answer]:
    policy = load(str(written(tmp_path, text)))
    return {one.rule.id: one.answer for one in answers(DRAWN, policy, context=context, path=path)}


def test_a_rule_that_may_apply_applies(tmp_path: Path) -> None:
    """Only a context value that is said takes a file out of a rule; not saying it does not."""
    assert "no-ai" in rules_of(tmp_path, "a.png")
    assert "no-ai" in rules_of(tmp_path, "a.png", shipped=True)
    assert "no-ai" not in rules_of(tmp_path, "a.png", shipped=False)


def test_the_last_override_that_matches_wins(tmp_path: Path) -> None:
    """A folder can leave a rule out, and a folder in it take it back."""
    back = GOOD + '\n[[override]]\npaths = ["temp/kept/**"]\nrules = ["ours"]\non_fail = "note"\n'

    assert "ours" not in rules_of(tmp_path, "temp/kept/a.png")
    assert "ours" in rules_of(tmp_path, "temp/kept/a.png", back)
    assert "ours" not in rules_of(tmp_path, "temp/a.png", back)
    assert "ours" in rules_of(tmp_path, "tempo/a.png", back)


def test_a_waiver_counts_until_its_day_and_is_told(tmp_path: Path) -> None:
    """The outcome stays in the verdict, with who answers for it; after the day it counts again."""
    policy = load(str(written(tmp_path)))
    unsigned = facts_of(made.nothing(), now=made.NOW)

    def judged(day: int, month: int) -> Any:
        now = datetime(2027, month, day, tzinfo=UTC)
        verdict = judge(unsigned, policy, context={"shipped": False}, path="old/a.png", now=now)
        return verdict.decision, next(one.waived for one in verdict.outcomes if one.rule == "intact")

    assert judged(31, 1) == (Decision.REVIEW, "scans (R., until 2027-01-31)")
    assert judged(1, 2) == (Decision.REJECT, "")


def test_warn_says_so(tmp_path: Path) -> None:
    """Under "warn" the decision is the same, and marked as not enforced."""
    path = written(tmp_path, GOOD.replace('"enforce"', '"warn"'))

    verdict = judge(facts_of(made.altered(), now=made.NOW), load(str(path)), context={}, path="a", now=NOW)

    assert (verdict.decision, verdict.enforced) == (Decision.REJECT, False)


SIGNERS = {
    "the reader's own name": ("Mika K.", Answer.MET),
    "the same in other letters": ("mika k.", Answer.MET),
    "the certificate's words": ("nightjar", Answer.NOT_MET),
    "a fingerprint": (DRAWN.signer_fingerprint.upper(), Answer.MET),
    "an anchor": (DRAWN.signer_fingerprints[-1], Answer.MET),
    "another fingerprint": ("0" * 64, Answer.NOT_MET),
}


@pytest.mark.parametrize(("name", "answer"), SIGNERS.values(), ids=SIGNERS)
def test_a_signer_is_a_name_that_counts_or_a_fingerprint(tmp_path: Path, name: str, answer: Answer) -> None:
    """Anyone can write any name into a certificate, so only the reader's own names count, and fingerprints."""
    assert rules_of(tmp_path, "a.png", GOOD.replace('"Mika K."', f'"{name}"'))["ours"] is answer


def test_a_strangers_name_never_counts(tmp_path: Path) -> None:
    """A certificate that calls itself by a name of the reader's is not that signer."""
    policy = load(str(written(tmp_path)))
    posing = facts_of(made.verification(made.manifest(made.CREATED, signer=made.stranger("Mika K."))), now=made.NOW)

    found = {one.rule.id: one.answer for one in answers(posing, policy, context={}, path="a.png")}

    assert (posing.signer_called, found["ours"]) == ("Mika K.", Answer.NOT_MET)


TIMES = {
    "a trusted stamp": ("trusted_time_stamp", "2026-03-31T23:59:59+00:00", Answer.MET),
    "one a moment later": ("trusted_time_stamp", "2026-04-01T00:00:00+00:00", Answer.NOT_MET),
    "another zone": ("trusted_time_stamp", "2026-04-01T01:30:00+02:00", Answer.MET),
    "the signer's clock": ("claimed", "2026-03-31T23:59:59+00:00", Answer.UNKNOWN),
    "no time": ("none", "", Answer.UNKNOWN),
}


@pytest.mark.parametrize(("kind", "time", "answer"), TIMES.values(), ids=TIMES)
def test_only_a_trusted_time_meets_a_deadline(tmp_path: Path, kind: Any, time: str, answer: Answer) -> None:
    """A signer's own clock says nothing that counts; days are those of UTC."""
    policy = load(
        str(
            written(
                tmp_path, GOOD.replace('{ integrity = { equals = "intact" } }', '{ time = { before = "2026-04-01" } }')
            )
        )
    )
    facts = replace(DRAWN, time_kind=type(DRAWN.time_kind)(kind), time=time)

    found = next(iter(answers(facts, policy, context={}, path="a.png")))

    assert found.answer is answer


PATHS = {
    "*.png": ({"a.png", "x/y/a.png"}, {"a.jpg", "a.png/b"}),
    "temp/*": ({"temp/a"}, {"temp/a/b", "x/temp/a", "temp"}),
    "temp/**": ({"temp/a", "temp/a/b"}, {"temp", "tempo/a"}),
    "**/wip/*.psd": ({"wip/a.psd", "x/y/wip/a.psd"}, {"wip/x/a.psd", "a.psd"}),
    "a/**/b": ({"a/b", "a/x/b", "a/x/y/b"}, {"a", "b"}),
}


@pytest.mark.parametrize("pattern", PATHS)
def test_a_pattern_is_for_these_paths(pattern: str) -> None:
    """``*`` stays in a folder, ``**`` goes over folders, a name alone is for any folder."""
    inside, outside = PATHS[pattern]

    assert {path for path in inside | outside if matches(path, [pattern])} == inside


def test_a_pattern_of_many_stars_is_answered_at_once() -> None:
    """No pattern and no path makes matching go back and forth."""
    assert not matches("a/" * 300 + "x", ["**/" * 30 + "a*" * 20 + "b"])


CONTEXT = {
    "no value": (["shipped"], "--context: 'shipped' has no value; write NAME=VALUE"),
    "a name": (["shiped=true"], "--context shiped: there is no context value 'shiped'; did you mean shipped"),
    "a value": (["shipped=maybe"], "--context shipped: 'maybe' is no value of shipped; use one of: true, false"),
    "twice": (["shipped=yes", "shipped=no"], "--context: says 'shipped' twice"),
}


@pytest.mark.parametrize(("texts", "message"), CONTEXT.values(), ids=CONTEXT)
def test_a_wrong_context_is_refused(tmp_path: Path, texts: list[str], message: str) -> None:
    """What the caller says goes by the names and values that the policy declares."""
    policy = load(str(written(tmp_path)))

    with pytest.raises(PolicyError) as caught:
        from_texts(texts, policy)

    assert str(caught.value) == message
    assert from_texts(["shipped=yes"], policy) == {"shipped": True}


@pytest.mark.parametrize("name", templates())
def test_a_template_says_its_rules_in_every_language(name: str) -> None:
    """A message of a template stands in English, Spanish and Japanese, and its text is what `show` prints."""
    assert all(set(rule.message) == {"en", "es", "ja"} for rule in load(name).rules)
    assert template_text(name).startswith('schema_version = "1"')


def test_the_kinds_of_lists_are_those_that_there_are() -> None:
    """Every kind of list that a reader can have, and the two kinds of pins."""
    assert (*Tier, "pin", "own") == TIERS
