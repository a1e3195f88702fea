"""Each format of `check`: what its readers demand of it, and what a file's name cannot do to it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit
from xml.etree.ElementTree import Element, fromstring

import jsonschema
import pytest
from junitparser import Error, Failure, JUnitXml

from provenance.policy.blinded import blinded
from provenance.policy.formats import document, github, junit, lines, sarif, table, text
from provenance.policy.formats.schema import NAMES, schema
from provenance.policy.ranked import GROUPS, Ranked, group_of
from provenance.policy.tally import Tally
from provenance.policy.verdict import Decision, Verdict
from provenance.report.layout import columns
from provenance.report.wording import Catalogue, languages
from provenance.schemas import schema_text
from tests.support.environment import CHECKOUT
from tests.support.verdicts import HOSTILE, NO_FILL, NOTED, ONE_OF_EACH, SIGNED, WAIVED, about, ranked, unread, verdict

SAY = Catalogue("en")
SARIF = json.loads((CHECKOUT / "tests" / "vectors" / "sarif-2.1.0-rtm.5.json").read_text("utf-8"))
ATTACKS = tuple(verdict(name, replace(SIGNED, sentence=f"It names {name}")) for name in HOSTILE)


def check_sarif(log: Any) -> None:
    jsonschema.Draft4Validator(SARIF, format_checker=jsonschema.FormatChecker()).validate(log)


def log_of(verdicts: tuple[Verdict, ...], **changes: Any) -> Any:
    kept, tally = ranked(verdicts)
    return json.loads("".join(sarif.render(kept, about(**changes), tally, SAY)))


# --- order and counts ---------------------------------------------------------------------------------------------


def test_the_worst_comes_first() -> None:
    """Rejected, not judged, for a person, to disclose, noted, passed; within a group in the order of the files."""
    kept, _ = ranked((*ONE_OF_EACH, verdict("z.png", SIGNED)))

    assert [one.name for one in kept] == [
        "art/unsigned.png", "z.png", "art/locked.png", "art/fill.png", "art/told.png", "art/noted.png", "art/clean.png",
        "art/waived.png",
    ]  # fmt: skip
    assert [group_of(one) for one in kept] == sorted(map(group_of, kept), key=GROUPS.index)


def test_what_is_kept_is_what_was_added() -> None:
    """A verdict comes back as it was, names that are no text included, in memory and from disk."""
    many = tuple(replace(one, name=f"{name}-{number}") for number in range(9) for name in HOSTILE for one in ATTACKS)

    with Ranked() as kept:
        for one in many:
            kept.add(one)

        assert tuple(kept) == many
        assert tuple(kept) == many


EXITS = {
    "nothing found": ((verdict("a"),), Decision.REVIEW, False, 0),
    "a note is no finding by default": ((verdict("a", NOTED),), Decision.REVIEW, False, 0),
    "a note, if asked for": ((verdict("a", NOTED),), Decision.NOTE, False, 1),
    "a review": ((verdict("a", NO_FILL),), Decision.REVIEW, False, 1),
    "a review, where only reject counts": ((verdict("a", NO_FILL),), Decision.REJECT, False, 0),
    "a reject": ((verdict("a", SIGNED),), Decision.REJECT, False, 1),
    "a waived reject": ((verdict("a", WAIVED),), Decision.NOTE, False, 0),
    "a policy that only warns": ((verdict("a", SIGNED, enforced=False),), Decision.NOTE, False, 0),
    "exit zero": ((verdict("a", SIGNED),), Decision.REVIEW, True, 0),
    "not judged": ((verdict("a"), unread("b")), Decision.REJECT, False, 2),
    "exit zero does not hide it": ((verdict("a", SIGNED), unread("b")), Decision.REJECT, True, 2),
    "a warning policy does not hide it": ((replace(unread("b"), enforced=False),), Decision.REJECT, False, 2),
    "no file at all": ((), Decision.REVIEW, True, 2),
}


@pytest.mark.parametrize(("verdicts", "fail_on", "exit_zero", "code"), EXITS.values(), ids=EXITS.keys())
def test_exit_code(verdicts: tuple[Verdict, ...], fail_on: Decision, exit_zero: bool, code: int) -> None:
    """0 pass, 1 findings, 2 could not tell, which nothing hides."""
    _, tally = ranked(verdicts, fail_on)

    assert tally.exit_code(exit_zero=exit_zero) == code


# --- JSON ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_the_written_schema_is_the_models(name: str) -> None:
    """What stands in ``schemas/`` is what the models say; `make schemas` writes it anew."""
    assert (CHECKOUT / "schemas" / f"{name}.schema.json").read_text("utf-8") == schema_text(schema(name))
    jsonschema.Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize("verdicts", [ONE_OF_EACH, ATTACKS, ()], ids=["one of each", "attacks", "none"])
def test_json_is_as_its_schema_says(verdicts: tuple[Verdict, ...]) -> None:
    """The document and each line of JSON Lines fit their schemas; a field that is not known does not."""
    kept, tally = ranked(verdicts)

    found = json.loads("".join(document.render(kept, about(), tally)))

    jsonschema.validate(found, schema("check"))
    assert [one["name"] for one in found["files"]] == [one.name for one in kept]
    for one in verdicts:
        line = lines.line(one)
        assert line.isascii()
        assert line.count("\n") == 1
        jsonschema.validate(json.loads(line), schema("verdict"))
    for damaged in (found | {"more": 1}, found | {"files": [{"name": "x"}]}, found | {"fail_on": "pass"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(damaged, schema("check"))


def test_json_counts_everything() -> None:
    """Decisions, what could not be judged, waivers and conclusions that were held back: each has its number."""
    kept, tally = ranked(ONE_OF_EACH)

    found = json.loads("".join(document.render(kept, about(), tally)))["summary"]

    assert found == {
        "files": 7, "decisions": {"pass": 2, "note": 1, "disclose": 1, "review": 1, "reject": 1}, "could_not_judge": 1,
        "findings": 2, "waived": 1, "waived_files": 1, "limited": 2, "left_out": 0,
        "rules": {"no-fill": 2, "noted": 3, "signed": 1, "told": 1},
    }  # fmt: skip


# --- CSV ----------------------------------------------------------------------------------------------------------


def test_no_cell_is_a_formula() -> None:
    """Whatever a file is called, a spreadsheet shows it and computes nothing (security D15)."""
    found = list(csv.reader(io.StringIO("".join(table.render(ATTACKS)), newline="")))

    assert found[0] == list(table.COLUMNS)
    assert len(found) == len(ATTACKS) + 1
    assert [cell for row in found for cell in row if cell.startswith(tuple("=+-@\t\r＝＋－＠"))] == []
    assert [row[0] for row in found[1:4]] == ["'=cmd|'/C calc'!A0.png", "'-1+1.png", "'@SUM(A1).png"]


def test_csv_has_a_row_a_file() -> None:
    """Name, decision, the rules that are not met, why, what was held back, what was waived."""
    rows = {row["file"]: row for row in csv.DictReader(io.StringIO("".join(table.render(ONE_OF_EACH)), newline=""))}

    assert [row["decision"] for row in rows.values()] == [
        "pass", "note", "disclose", "review", "reject", "pass", "unjudged",
    ]  # fmt: skip
    assert rows["art/unsigned.png"]["rules"] == "signed no-fill"
    assert rows["art/fill.png"]["limited"] == NO_FILL.limited
    assert (rows["art/waived.png"]["rules"], rows["art/waived.png"]["waived"]) == ("", f"signed: {WAIVED.waived}")
    assert rows["art/locked.png"]["problem"] == "cannot be read (Permission denied)"


# --- SARIF --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verdicts", [ONE_OF_EACH, ATTACKS, ()], ids=["one of each", "attacks", "none"])
def test_sarif_is_valid_under_the_schema(verdicts: tuple[Verdict, ...]) -> None:
    """The log is SARIF 2.1.0, whatever the files are called."""
    check_sarif(log_of(verdicts))


def test_the_sarif_schema_finds_what_it_is_for() -> None:
    """The instrument can fail: a level or a field that SARIF does not know is refused."""
    log = log_of(ONE_OF_EACH)
    result = log["runs"][0]["results"][0]

    for wrong in ({"level": "reject"}, {"colour": "red"}, {"message": {}}, {"ruleIndex": -2}):
        with pytest.raises(jsonschema.ValidationError):
            check_sarif(log | {"runs": [log["runs"][0] | {"results": [result | wrong]}]})


def test_sarif_says_what_the_verdicts_say() -> None:
    """A result for each rule that is not met; reject is an error, review a warning, the rest notes; rules by number."""
    log = log_of(ONE_OF_EACH)
    run = log["runs"][0]

    assert [(one["ruleId"], one["level"]) for one in run["results"]] == [
        ("signed", "error"), ("no-fill", "warning"), ("provenance.could-not-judge", "error"), ("no-fill", "warning"),
        ("noted", "note"), ("told", "note"), ("noted", "note"), ("noted", "note"), ("signed", "error"),
    ]  # fmt: skip
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in run["results"])
    assert rules[0]["helpUri"] == SIGNED.link
    github_wants = {"id", "shortDescription", "fullDescription", "help"}
    assert [rule for rule in rules if not github_wants <= set(rule)] == []
    assert [one.get("suppressions") for one in run["results"]][-1] == [
        {"kind": "external", "status": "accepted", "justification": WAIVED.waived}
    ]
    assert run["invocations"][0]["executionSuccessful"] is False
    assert run["invocations"][0]["exitCode"] == 2
    assert len({json.dumps(one["partialFingerprints"]) for one in run["results"]}) == len(run["results"])


def test_sarif_of_a_policy_that_warns_has_no_error() -> None:
    """Code scanning fails a check on errors; what only warns is none."""
    log = log_of((verdict("a.png", SIGNED, enforced=False),), enforced=False)

    assert [one["level"] for one in log["runs"][0]["results"]] == ["warning"]


PLACES = {
    "art/a b.png": ("art/a%20b.png", "%SRCROOT%"),
    "./a.png": ("a.png", "%SRCROOT%"),
    "画.png": ("%E7%94%BB.png", "%SRCROOT%"),
    "a#b?c%.png": ("a%23b%3Fc%25.png", "%SRCROOT%"),
    "a:b.png": ("a%3Ab.png", "%SRCROOT%"),
    "/art/a.png": ("file:///art/a.png", None),
    "C:\\art\\a.png": ("file:///C:/art/a.png", None),
    "x\udc80y.png": ("x%80y.png", "%SRCROOT%"),
}


@pytest.mark.parametrize(("name", "place"), PLACES.items(), ids=PLACES.keys())
def test_a_file_is_named_by_a_uri(name: str, place: tuple[str, str | None]) -> None:
    """A path is a URI reference that leads back to the very path, relative to the checkout where it can be."""
    found = log_of((verdict(name, SIGNED),))["runs"][0]["results"][0]["locations"][0]["physicalLocation"]

    artifact = found["artifactLocation"]
    assert (artifact["uri"], artifact.get("uriBaseId")) == place
    assert urlsplit(artifact["uri"]).query == ""
    if not name.startswith(("./", "C:")):
        assert unquote_to_bytes(urlsplit(artifact["uri"]).path) == name.encode("utf-8", "surrogateescape")


def test_a_message_holds_no_place_and_no_link() -> None:
    """Braces are doubled and brackets escaped, so that a name in a sentence becomes neither (§3.11.5, §3.11.6)."""
    name = "{0} [x](https://evil.example).png"

    found = log_of((verdict(name, replace(SIGNED, sentence=name)),))["runs"][0]["results"][0]

    assert found["message"]["text"] == "{{0}} \\[x\\](https://evil.example).png"


# --- JUnit --------------------------------------------------------------------------------------------------------


def test_junit_is_read_by_its_readers() -> None:
    """A case a file: findings are failures, what could not be judged an error, the rest passes."""
    kept, tally = ranked(ONE_OF_EACH)

    found = JUnitXml.fromstring("".join(junit.render(kept, about(), tally, SAY)).encode())

    (suite,) = list(found)
    said = suite._elem.findtext("system-out")
    assert (suite.name, suite.tests, suite.failures, suite.errors) == ("house", 7, 2, 1)
    cases = {case.name: case for case in suite}
    assert [type(one) for one in cases["art/unsigned.png"].result] == [Failure]
    assert [type(one) for one in cases["art/fill.png"].result] == [Failure]
    assert [type(one) for one in cases["art/locked.png"].result] == [Error]
    passed = {name for name, case in cases.items() if case.is_passed}
    assert passed == {"art/clean.png", "art/noted.png", "art/told.png", "art/waived.png"}
    assert f"art/waived.png: reject: signed: {WAIVED.sentence} {WAIVED.waived}" in said
    assert "art/fill.png" not in said
    assert cases["art/fill.png"].classname == "art"
    found.update_statistics()
    assert (found.tests, found.failures, found.errors) == (7, 2, 1)


def test_junit_of_a_policy_that_warns_fails_nothing() -> None:
    """What only warns is output of the suite."""
    kept, tally = ranked((verdict("a.png", SIGNED, enforced=False),))

    (suite,) = list(JUnitXml.fromstring("".join(junit.render(kept, about(enforced=False), tally, SAY)).encode()))

    assert (suite.tests, suite.failures, [case.is_passed for case in suite]) == (1, 0, [True])
    assert suite._elem.findtext("system-out").startswith("a.png: reject: signed: ")


# What two schemas let stand: of each element the attributes, those that must be there with a "!", and the children in
# their order. Jenkins' junit-10.xsd (xunit-plugin) and Ant's JUnit.xsd (windyroad/JUnit-Schema).
JUNIT: dict[str, dict[str, tuple[str, str]]] = {
    "Jenkins": {
        "testsuites": ("name time tests failures errors", "testsuite"),
        "testsuite": (
            "name! tests! failures! errors! group time skipped timestamp hostname id package file log url",
            "properties testcase system-out system-err",
        ),
        "properties": ("", "property"), "property": ("name! value!", ""),
        "testcase": ("name! time classname group", "skipped error failure system-out system-err"),
        "failure": ("type message", ""), "error": ("type message", ""), "system-out": ("", ""), "system-err": ("", ""),
    },
    "Ant": {
        "testsuites": ("", "testsuite"),
        "testsuite": (
            "name! package! id! timestamp! hostname! tests! failures! errors! time! skipped",
            "properties! testcase system-out! system-err!",
        ),
        "properties": ("", "property"), "property": ("name! value!", ""),
        "testcase": ("name! classname! time!", "skipped error failure"),
        "failure": ("type! message", ""), "error": ("type! message", ""), "system-out": ("", ""), "system-err": ("", ""),
    },
}  # fmt: skip


def against(element: Element, rules: dict[str, tuple[str, str]]) -> Iterator[str]:
    """Yield what in *element* the *rules* of a schema do not let stand."""
    attributes, children = ({word.strip("!"): "!" in word for word in text.split()} for text in rules[element.tag])
    found = list(dict.fromkeys(child.tag for child in element))
    yield from (f"{element.tag}/@{name}" for name in element.attrib.keys() - attributes.keys())
    yield from (
        f"{element.tag} without @{name}" for name, must in attributes.items() if must and name not in element.attrib
    )
    yield from (f"{element.tag} without {name}" for name, must in children.items() if must and name not in found)
    if found != [name for name in children if name in found]:
        yield f"{element.tag}: {found}"
    for child in element:
        if child.tag in rules:
            yield from against(child, rules)


@pytest.mark.parametrize("name", JUNIT)
@pytest.mark.parametrize("verdicts", [ONE_OF_EACH, ATTACKS, (verdict("a"),)], ids=["one of each", "attacks", "passed"])
def test_junit_is_valid_under_the_schemas_that_there_are(verdicts: tuple[Verdict, ...], name: str) -> None:
    """Each element, its attributes and its children in their order; a moment without a zone, and whole numbers."""
    kept, tally = ranked(verdicts)

    root = fromstring("".join(junit.render(kept, about(), tally, SAY)))

    assert list(against(root, JUNIT[name])) == []
    (suite,) = root
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.attrib["timestamp"])
    assert all(len(case) <= 1 for case in suite.iter("testcase"))
    suite.set("disabled", "0")
    assert list(against(root, JUNIT[name])) == ["testsuite/@disabled"]


def test_junit_stays_xml_whatever_a_file_is_called() -> None:
    """No name ends an attribute or an element, and none is lost."""
    kept, tally = ranked(ATTACKS)

    found = JUnitXml.fromstring("".join(junit.render(kept, about(), tally, SAY)).encode())

    (suite,) = list(found)
    assert len(list(suite)) == len(ATTACKS)
    assert next(case for case in suite if "script" in case.name).name == "<script>alert(1)</script>.png"


# --- GitHub -------------------------------------------------------------------------------------------------------


def runner(text_: str) -> list[tuple[str, dict[str, str], str]]:
    """Read workflow commands as the runner does (actions/runner, ActionCommand.TryParseV2)."""
    found = []
    for line in re.split(r"\r\n|\r|\n", text_):
        if not line.lstrip().startswith("::"):
            continue
        head, _, data = line.lstrip()[2:].partition("::")
        name, _, rest = head.partition(" ")
        properties = dict(pair.split("=", 1) for pair in rest.split(",") if "=" in pair)
        shown = {key: _unescaped(value, {"%3A": ":", "%2C": ","}) for key, value in properties.items()}
        found.append((name, shown, _unescaped(data, {})))
    return found


def _unescaped(text_: str, more: dict[str, str]) -> str:
    for escape, char in ({"%0D": "\r", "%0A": "\n"} | more).items():
        text_ = text_.replace(escape, char)
    return text_.replace("%25", "%")


def test_github_gets_one_annotation_a_file() -> None:
    """The counts come first; reject is an error, review a warning, the rest notices, waived ones too."""
    kept, tally = ranked(ONE_OF_EACH)

    found = runner("".join(github.render(kept, about(), tally, SAY)))

    assert [(name, values.get("file"), values["title"]) for name, values, _ in found] == [
        ("notice", None, "house"), ("error", "art/unsigned.png", "house: signed (+1)"),
        ("error", "art/locked.png", "could not be judged"), ("warning", "art/fill.png", "house: no-fill (+1)"),
        ("notice", "art/told.png", "house: told (+1)"), ("notice", "art/noted.png", "house: noted"),
        ("notice", "art/waived.png", "house: signed"),
    ]  # fmt: skip
    assert found[0][2] == (
        "Files checked: 7; with findings: 2; could not be judged: 1\n"
        "Answers waived: 1; files concerned: 1. Waivers are counted in every summary."
    )


def test_the_other_rules_stand_in_the_text_of_the_annotation() -> None:
    """The gravest first, without its name, which is the title; each other one in a line with its name."""
    kept, tally = ranked((verdict("a.png", WAIVED, SIGNED, NO_FILL, NOTED),))

    (_, (kind, values, text_)) = runner("".join(github.render(kept, about(), tally, SAY)))

    assert (kind, values["title"]) == ("error", "house: signed (+2)")
    assert [line.partition(": ")[0] for line in text_.splitlines()[1:]] == [NO_FILL.rule, NOTED.rule, WAIVED.rule]
    assert text_.splitlines()[0].startswith(SIGNED.sentence) and WAIVED.waived in text_.splitlines()[-1]


@pytest.mark.parametrize(("errors", "notices", "more"), [(10, 9, 0), (11, 9, 1), (10, 10, 1), (25, 30, 36)])
def test_what_github_drops_is_counted(errors: int, notices: int, more: int) -> None:
    """Of each kind it shows ten; the counts are a notice, too, and come before the others."""
    files = tuple(verdict(f"{number}.png", SIGNED) for number in range(errors))
    kept, tally = ranked((*files, *(verdict(f"n{number}.png", NOTED) for number in range(notices))))

    found = runner("".join(github.render(kept, about(), tally, SAY)))

    said = found[0][2].splitlines()[1:]
    assert len(found) == errors + notices + 1
    assert [line.split(": ")[1].split()[0] for line in said] == ([str(more)] if more else [])


def test_no_name_is_a_command_of_its_own() -> None:
    """Each file is one line and one command of ours, and the runner reads back the very file."""
    kept, tally = ranked(ATTACKS)

    found = runner("".join(github.render(kept, about(), tally, SAY)))

    assert {name for name, _, _ in found} == {"error", "notice"}
    assert len(found) == len(ATTACKS) + 1
    assert {"::error::owned.png", "a%0Ab,c:d.png", "ünï-画像.png"} <= {values.get("file") for _, values, _ in found}


@pytest.mark.parametrize("form", [github, text])
def test_the_older_commands_are_read_by_no_runner(form: Any) -> None:
    """``##[`` counts anywhere in a line that is no newer command (actions/runner, ActionCommand.TryParse)."""
    kept, tally = ranked(ATTACKS)

    lines_ = "".join(form.render(kept, about(), tally, SAY)).splitlines()

    read = [line for line in lines_ if not line.lstrip().startswith("::") and ("##[" in line or "##vso[" in line)]
    assert read == []
    assert any("[error]owned.png" in line for line in lines_)


# --- text ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", languages())
def test_text_keeps_to_its_width_and_to_three_lines_a_file(language: str) -> None:
    """No line is wider than 80 columns, no file longer than three lines, in every language, whatever it is called."""
    long = verdict("x/" * 90 + "end.png", replace(SIGNED, sentence="word " * 60), NO_FILL)
    wide = verdict("画" * 90 + ".png", replace(SIGNED, sentence="画像" * 90))
    kept, tally = ranked((*ONE_OF_EACH, *ATTACKS, long, wide))

    found = "".join(text.render(kept, about(), tally, Catalogue(language), few=99))

    assert [line for line in found.splitlines() if columns(line) > 80] == []
    for entry in re.findall(r"^- .*\n(?:    .*\n)*", found, re.MULTILINE):
        assert entry.count("\n") <= 3
    assert found.count("\n- ") == sum(tally.decisions[one] for one in Decision if one is not Decision.PASSED) + 1


def test_text_says_the_worst_first_and_folds() -> None:
    """Counts, then groups from the worst; what is more than a few is counted, and says where all of it is."""
    kept, tally = ranked([verdict(f"{number}.png", NO_FILL) for number in range(5)] + [verdict("bad.png", SIGNED)])

    found = "".join(text.render(kept, about(), tally, SAY, few=2))

    assert found.index("- bad.png") < found.index("- 0.png") < found.index("- 1.png")
    assert "- 2.png" not in found
    assert "… and 3 more of these; -o FILE.html or -o FILE.csv has all of them" in found


def test_text_keeps_the_reason() -> None:
    """Rules beside the first are a number, so that its reason has two lines; what does not fit ends with a mark."""
    sentence = (
        "No generative AI may be recorded. Declared generative AI: asked for is that there is none; found: inpainting."
    )
    kept, tally = ranked([
        verdict("a.png", replace(NO_FILL, sentence=sentence, limited=""), SIGNED),
        verdict("b.png", replace(NO_FILL, sentence="word " * 60, limited="")),
    ])  # fmt: skip

    found = "".join(text.render(kept, about(), tally, SAY)).splitlines()
    at, after = found.index("- a.png"), found.index("- b.png")

    assert " ".join(line.strip() for line in found[at + 1 : after]).startswith(f"no-fill (+1): {sentence}")
    assert len(found) == after + 3 and found[-1].endswith(" …")
    assert max(map(len, found)) <= 80


def test_text_gives_no_runner_a_command() -> None:
    """A line of text that a CI runner would take for a command of its own is marked."""
    sentence = "word " * 14 + "::set-output name=x::y ##[error]z"
    kept, tally = ranked([verdict("::error::x.png", replace(SIGNED, rule="s", sentence=sentence))])

    found = "".join(text.render(kept, about(), tally, SAY))

    assert [line for line in found.splitlines() if line.lstrip().startswith(("::", "##["))] == []
    assert "\\::set-output" in found


def test_waivers_are_counted_in_the_summary() -> None:
    """Whatever was waived is said, and so is what was held back."""
    _, tally = ranked(ONE_OF_EACH)

    found = "\n".join(text.summary(about(), tally, SAY))

    assert "Answers waived: 1; files concerned: 1." in found
    assert "Held back: 2 conclusions went no further than review" in found


# --- blind --------------------------------------------------------------------------------------------------------


def test_a_blind_verdict_names_nobody() -> None:
    """No name, sentence, waiver, problem or hash of the file stays; the rule, the answer and the decision do."""
    secret = "Mika Kestrel"
    outcome = replace(NO_FILL, sentence=f"Signed by {secret}", waived=f"by {secret}")
    found = blinded(verdict(f"{secret}.png", outcome, SIGNED), {"no-fill": "No fill."}, SAY, entry="entry 1")
    lost = blinded(unread("x", secret), {}, SAY, entry="entry 2")

    assert secret not in repr((found, lost))
    assert found.facts_sha256 == ""
    assert [(one.rule, one.decision, one.sentence, one.waived) for one in found.outcomes] == [
        ("no-fill", "review", "No fill. (does not meet this rule)", "Waived."),
        ("signed", "reject", "does not meet this rule", ""),
    ]
    assert (found.name, lost.name, lost.problem) == ("entry 1", "entry 2", "could not be checked")


def test_a_tally_of_nothing_is_no_pass() -> None:
    """Where no file was judged, nothing passed."""
    assert Tally(Decision.REVIEW).exit_code() == 2
