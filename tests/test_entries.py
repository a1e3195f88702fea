"""An entry form's spreadsheet and a folder of files: what goes together, what differs, and that nobody is condemned."""

from __future__ import annotations

import codecs
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from provenance.errors import AssetError
from provenance.policy import comparing, entries
from provenance.policy.answers import Declared
from provenance.policy.deriving import facts_of
from provenance.policy.entries import Joined, Seen, context_of, joined, refuse_names
from provenance.policy.entry_form import Entry, Form, parse, read
from provenance.policy.facts import Facts
from provenance.policy.judge import judge
from provenance.policy.loading import Policy, load
from provenance.policy.verdict import Decision, RuleKind
from provenance.report.wording import Catalogue, Phrase
from provenance.verification.model import Verification
from tests.support import report as made

NOW = datetime(2026, 11, 28, tzinfo=UTC)
POLICY = load("contest-open")
SAY = Catalogue("en")
HEAD = "entry,file,declared AI use,key\n"


def form(*rows: str) -> Form:
    return parse(HEAD + "\n".join(rows), "entries.csv")


def facts(found: Verification) -> Facts:
    return facts_of(found, now=made.NOW)


def seen(path: str, found: Facts) -> Seen:
    return Seen(path, judge(found, POLICY, context={}, path=path, now=NOW), found)


def run(rows: tuple[str, ...], *files: Seen, blind: bool = False) -> list[Joined]:
    return list(joined(form(*rows), files, POLICY, SAY, blind=blind))


def told(one: Joined) -> dict[str, str]:
    """What we added to a verdict, by rule."""
    ours = {found.rule: found for found in one.verdict.outcomes if found.rule.startswith("provenance.")}
    return {rule: found.sentence for rule, found in ours.items()}


# --- reading -------------------------------------------------------------------------------------------------------


def test_a_form_is_read_as_spreadsheets_write_it(tmp_path: Path) -> None:
    """Semicolons, a byte-order mark, other names of columns, other columns: read, and the others kept."""
    path = tmp_path / "form.csv"
    path.write_bytes(codecs.BOM_UTF8 + b"Entry ID;Artist;Filename;AI used?\r\n12;Ana;a.png;No\r\n")

    found = read(path)

    assert found.entries == (Entry("12", "a.png", Declared.NO, "", 2, ("Ana",)),)
    assert (found.columns, found.asks_ai, found.asks_key) == (("Artist",), True, False)


def test_a_form_may_be_utf16_and_say_its_separator(tmp_path: Path) -> None:
    """Excel's “Unicode text”, and the first line that it writes for itself; lines are counted with it."""
    path = tmp_path / "form.csv"
    path.write_bytes("sep=;\r\nentry;file\r\n7;b.png\r\n".encode("utf-16"))

    assert read(path).entries == (Entry("7", "b.png", line=3),)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("NO.", Declared.NO),
        ("no_generative", Declared.NO_GENERATIVE),
        ("Sí", Declared.YES),
        ("いいえ", Declared.NO),
        ("Not sure", Declared.UNSURE),
        ("AI-generated", Declared.GENERATED),
        ("", Declared.NOT_SAID),
    ],
)
def test_an_answer_is_read_in_the_words_of_forms(text: str, answer: Declared) -> None:
    """Case, width, hyphens and a full stop do not count; an empty cell is no answer, and no no."""
    assert form(f"1,a.png,{text},").entries[0].declared is answer


WRONG = {
    "an answer that is none": (
        HEAD + "1,a.png,generatd,",
        "entries.csv, line 2: declared AI use: 'generatd' is not known here; did you mean generated",
    ),
    "an answer that says how": (
        HEAD + "1,a.png,only the sky,",
        "entries.csv, line 2: declared AI use: 'only the sky' is not known here; "
        "use one of: no, no generative, assisted, edited, generated, yes, unsure, or leave it empty",
    ),
    "no column for the file": (
        "entry,flie\n1,a.png",
        "entries.csv, line 1: has no column for the file; is it 'flie'? call it file",
    ),
    "a misspelt optional column": (
        "entry,file,declared_ai_us\n1,a.png,no",
        "entries.csv, line 1: the column 'declared_ai_us' is not known here; "
        "did you mean “declared AI use”? rename it, so that nobody's answer is passed over",
    ),
    "no entry": (HEAD + ",a.png,no,", "entries.csv, line 2: names no entry; give each entry a number of its own"),
    "a file twice": (
        HEAD + "1,a.png,no,\n1,./A.png,yes,",
        "entries.csv, line 3: entry 1 names this file in line 2 already",
    ),
    "too many cells": (
        HEAD + "1,a,b.png,no,",
        "entries.csv, line 2: has 5 cells under 4 columns; is a cell with the separator quoted?",
    ),
    "two columns about AI": (
        "entry,file,AI,Was AI used?\n1,a.png,no,yes",
        "entries.csv, line 1: 'AI' and 'Was AI used?' are both taken for the declared AI use; "
        "rename the one that is not meant, so that nobody's answer is passed over",
    ),
    "one column twice": (
        "entry,file,File\n1,a.png,b.png",
        "entries.csv, line 1: 'file' and 'File' are both taken for the file; "
        "rename the one that is not meant, so that nobody's answer is passed over",
    ),
    "nothing": ("", "entries.csv: is empty"),
    "no rows": (HEAD, "entries.csv: holds no entry below its column names"),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_understood_is_refused_with_its_line(text: str, message: str) -> None:
    """Nobody's row is passed over, and nobody's answer is guessed."""
    with pytest.raises(AssetError) as caught:
        parse(text, "entries.csv")

    assert str(caught.value) == message


# --- joining -------------------------------------------------------------------------------------------------------


def test_a_file_belongs_to_the_entry_that_names_the_end_of_its_path() -> None:
    """Windows separators, another case, an address of the upload: found; of several, the longest name counts."""
    found = form(r"1,x\a.PNG,no,", "2,a.png,no,", "3,https://example.org/up/b%20c.png?x=1,no,")
    index = entries.index(found)

    assert [one.id for one in index.of("subs/x/a.png")] == ["1"]
    assert [one.id for one in index.of("subs/y/a.png")] == ["2"]
    assert [one.id for one in index.of("subs/b c.png")] == ["3"]
    assert index.of("subs/aa.png") == ()


def test_what_does_not_go_together_is_said() -> None:
    """An entry without its file, a file without an entry, one file of two entries: for a person, never a rejection."""
    drawn = facts(made.hand_drawn())
    files = (seen("in/a.png", drawn), seen("in/c.png", replace(drawn, sha256="c" * 64)))

    found = run(("1,a.png,no,", "2,a.png,yes,", "3,b.png,no,", "4,,no,"), *files)

    assert [told(one) for one in found] == [
        {
            entries.TWO_ENTRIES: "Entries 1, 2 name this same file, so what the form says of it was not compared.",
            entries.SAME_KEY: "The same key signed entries 1, 2.",
        },
        {entries.NO_ENTRY: "No entry of the form names this file."},
        {
            entries.NO_FILE: "No file here is “b.png”, which the form names. "
            "Uploads get lost and renamed; ask for it again."
        },
        {entries.NO_FILE: "The form names no file for this entry."},
    ]
    assert {one.verdict.decision for one in found} == {Decision.REVIEW}
    assert [one.verdict.name for one in found[2:]] == ["entry 3", "entry 4"]


def test_two_files_that_fit_one_row_are_for_a_person() -> None:
    """Which of two folders the form meant, no program can tell."""
    drawn = facts(made.hand_drawn())

    found = run(("1,a.png,no,",), seen("in/x/a.png", drawn), seen("in/y/a.png", replace(drawn, sha256="d" * 64)))

    assert all(entries.SEVERAL_FILES in told(one) for one in found)


def test_the_same_key_and_the_same_bytes_are_grouped_over_entries() -> None:
    """The reader sees which entries one key signed, and which have one file under two names."""
    drawn = facts(made.hand_drawn())
    other = replace(drawn, sha256="e" * 64)

    found = run(
        ("12,a.png,no,", "31,b.png,no,", "40,c.png,no,"),
        seen("a.png", drawn), seen("b.png", other), seen("c.png", replace(other, signer="", signer_fingerprint="")),
    )  # fmt: skip

    assert told(found[0]) == {entries.SAME_KEY: "The same key signed entries 12, 31."}
    assert told(found[1])[entries.SAME_BYTES] == "Entries 31, 40 have the very same file, byte for byte."
    assert entries.SAME_KEY not in told(found[2])


def test_entries_that_share_a_key_are_named_in_their_order() -> None:
    """9 stands before 12, in whatever order the files were found."""
    drawn = facts(made.hand_drawn())

    found = run(("12,a.png,no,", "9,b.png,no,"), seen("a.png", drawn), seen("b.png", replace(drawn, sha256="e" * 64)))

    assert told(found[0])[entries.SAME_KEY] == "The same key signed entries 9, 12."


def test_a_key_of_a_program_is_no_sign_of_one_entrant() -> None:
    """What a public list knows signs many people's pictures, and the sentence says so."""
    listed = facts(made.verification(made.manifest(signer=made.listed())))

    found = run(("1,a.png,,", "2,b.png,,"), seen("a.png", listed), seen("b.png", replace(listed, sha256="f" * 64)))

    assert "stand in many people's pictures" in told(found[0])[entries.SAME_KEY]


def test_a_broken_signature_groups_nobody() -> None:
    """Whose key it was, nobody can say."""
    altered = facts(made.altered())

    found = run(("1,a.png,no,", "2,b.png,no,"), seen("a.png", altered), seen("b.png", replace(altered, sha256="a")))

    assert all(entries.SAME_KEY not in told(one) for one in found)


# --- form and file -------------------------------------------------------------------------------------------------

GENERATED = made.verification(made.manifest(made.GENERATED))
MORE = {
    "a known signer": (GENERATED, "stated under signatures that are known here (signed last by Mika K.)"),
    "a stranger": (made.framed(), "anyone can sign under any name"),
    "a trace": (made.unsigned_trace(), "found in ordinary metadata, not signed; anyone can write or remove it"),
}


@pytest.mark.parametrize(("found", "words"), MORE.values(), ids=MORE.keys())
def test_a_file_that_says_more_than_the_form_is_for_a_person(found: Verification, words: str) -> None:
    """Whoever states it, a known signer too, the entrant is asked; the sentence says whose word it is."""
    outcomes = list(comparing.compared(Entry("1", "a.png", Declared.NO), facts(found), SAY, blind=False))

    assert [(one.rule, one.kind, one.decision) for one in outcomes] == [
        (comparing.FORM_AI, RuleKind.CONCLUSION, Decision.REVIEW)
    ]
    assert outcomes[0].sentence.startswith("The form says: “no AI was used”. The file says more: ")
    assert words in outcomes[0].sentence
    assert outcomes[0].sentence.endswith("decides nothing by itself.")


@pytest.mark.parametrize("declared", [Declared.GENERATED, Declared.YES, Declared.UNSURE])
def test_a_file_that_says_no_more_than_the_form_is_no_finding(declared: Declared) -> None:
    """Who declared it in the form has declared it."""
    assert list(comparing.compared(Entry("1", "a.png", declared), facts(GENERATED), SAY, blind=False)) == []


def test_help_without_content_is_more_than_no_ai_but_not_than_no_generative_ai() -> None:
    """The two questions that forms ask are not the same one."""
    sharpened = made.verification(made.manifest(made.CREATED, made.SHARPENED))
    found = facts(sharpened)

    def rules(declared: Declared) -> list[str]:
        return [one.rule for one in comparing.compared(Entry("1", "a", declared), found, SAY, blind=False)]

    assert rules(Declared.NO) == [comparing.FORM_AI]
    assert rules(Declared.NO_GENERATIVE) == rules(Declared.ASSISTED) == []


def test_a_form_without_an_answer_is_a_remark_where_the_file_speaks() -> None:
    """Not answering is not answering no."""
    outcomes = list(comparing.compared(Entry("1", "a"), facts(GENERATED), SAY, blind=False))

    assert [one.decision for one in outcomes] == [Decision.NOTE]


def test_a_form_that_says_more_than_a_silent_file_is_no_fault() -> None:
    """An unsigned file says nothing; a signed one that names no AI has not said no."""
    entry = Entry("1", "a.png", Declared.GENERATED)
    silent = made.verification(made.manifest(made.DRAWN, complete=None))

    assert list(comparing.compared(entry, facts(made.nothing()), SAY, blind=False)) == []
    assert [one.decision for one in comparing.compared(entry, facts(silent), SAY, blind=False)] == [Decision.NOTE]


def test_a_signed_no_against_a_form_that_says_yes_is_for_a_person() -> None:
    """Only an explicit statement, or a history that is declared complete, contradicts the form."""
    entry = Entry("1", "a.png", Declared.EDITED)
    denied = replace(facts(made.hand_drawn()), statements=("no_generative_ai:final",), complete=None)
    complete = replace(denied, statements=(), complete=True)

    for found, words in ((denied, "states that no generative AI was used"), (complete, "is declared complete")):
        outcomes = list(comparing.compared(entry, found, SAY, blind=False))

        assert [one.decision for one in outcomes] == [Decision.REVIEW]
        assert words in outcomes[0].sentence


# --- the key -------------------------------------------------------------------------------------------------------


def test_the_key_of_the_form_is_compared_with_the_signature() -> None:
    """The right fingerprint, however it is written, or the reader's own name: nothing to say. Else a question."""
    drawn = facts(made.hand_drawn())
    right = drawn.signer_fingerprint
    spaced = ":".join(right[n : n + 2] for n in range(0, 64, 2)).upper()

    def found(key: str, of: Facts = drawn) -> list[tuple[str, Decision]]:
        entry = Entry("1", "a.png", Declared.NO, key)
        return [(one.rule, one.decision) for one in comparing.compared(entry, of, SAY, blind=False)]

    assert found(right) == found(spaced) == found("sha256:" + right) == found("mika k.") == []
    assert found("0" * 64) == found("Ana") == [(comparing.FORM_KEY, Decision.REVIEW)]
    assert found(right, facts(made.nothing())) == [(comparing.FORM_KEY, Decision.NOTE)]
    assert found(right, facts(made.altered()))[-1] == (comparing.FORM_KEY, Decision.REVIEW)


def test_the_name_in_a_strangers_certificate_is_not_the_key_of_the_form() -> None:
    """Anyone can write any name into a certificate; only the reader's own name for a pinned key counts."""
    stranger = facts(made.framed())

    outcomes = comparing.compared(Entry("1", "a", Declared.YES, stranger.signer_called), stranger, SAY, blind=False)

    assert [one.rule for one in outcomes] == [comparing.FORM_KEY]


# --- blind ---------------------------------------------------------------------------------------------------------


def test_a_blind_run_names_entries_only() -> None:
    """No name, path or fingerprint stands in what we add, nor in what a verdict is called."""
    files = (seen("in/Sally_Brown.png", facts(GENERATED)), seen("in/stray.png", facts(made.hand_drawn())))

    found = run((f"12,Sally_Brown.png,no,{'0' * 64}", "13,Tom.png,no,"), *files, blind=True)

    assert [one.verdict.name for one in found] == ["entry 12", "file without an entry, no. 1", "entry 13"]
    text = " ".join(sentence for one in found for sentence in told(one).values())
    assert [word for word in ("Sally", "Tom", "Mika", "nightjar", "stray", "000") if word in text] == []


def test_a_blind_run_is_in_the_order_of_the_entries() -> None:
    """The order of the files would be that of names; 9 comes before 12."""
    files = (
        seen("anna.png", facts(made.nothing())),
        seen("x.png", facts(made.nothing())),
        seen("zoe.png", facts(GENERATED)),
    )

    found = run(("12,anna.png,,", "9,zoe.png,,"), *files, blind=True)

    assert [one.verdict.name for one in found] == ["entry 9", "entry 12", "file without an entry, no. 1"]


def test_a_blind_run_refuses_entries_that_are_called_by_names() -> None:
    """What an entry is called stands on every line."""
    refuse_names(form("12,a.png,no,", "A-0013,b.png,no,", "PH 14b,c.png,no,"))

    with pytest.raises(AssetError, match="line 3: what the entry is called may be a name"):
        refuse_names(form("12,a.png,no,", "Sally Brown 1,b.png,no,"))


# --- for policies --------------------------------------------------------------------------------------------------


def policy_with(values: str) -> Policy:
    """A policy whose one rule asks for the form's answer."""
    text = f"""
schema_version = "1"
id = "asks"
[context.declared_ai]
values = {values}
[[requirement]]
id = "signed"
that = {{ integrity = {{ equals = "intact" }} }}
on_fail = "note"
"""
    path = Path(tempfile.mkdtemp()) / "asks.toml"
    path.write_text(text, encoding="utf-8")
    return load(str(path))


def test_a_policy_hears_what_the_form_says() -> None:
    """A policy that asks for yes or no gets that, one with words the word; no answer, and two entries, get nothing."""
    flags, words = policy_with("[true, false]"), policy_with('["no", "edited"]')

    def heard(policy: Policy, *declared: Declared) -> dict[str, object]:
        return context_of([Entry(str(n), "a", one) for n, one in enumerate(declared)], policy)

    assert heard(flags, Declared.NO) == heard(flags, Declared.ASSISTED) == {"declared_ai": False}
    assert heard(flags, Declared.YES) == heard(flags, Declared.EDITED) == {"declared_ai": True}
    assert heard(words, Declared.EDITED) == {"declared_ai": "edited"}
    assert heard(flags, Declared.NOT_SAID) == heard(flags, Declared.UNSURE) == heard(words, Declared.YES) == {}
    assert heard(flags, Declared.NO, Declared.YES) == heard(flags) == heard(POLICY, Declared.NO) == {}


def test_what_the_form_adds_never_makes_a_verdict_milder_and_never_rejects() -> None:
    """Whatever form and file say, ours is at most for a person to decide."""
    for build in made.CASES.values():
        found = facts(build())
        for declared in Declared:
            before = seen("a.png", found)

            after = run((f"1,a.png,{declared},{'1' * 64}",), before)[0].verdict

            ours = [one.decision for one in after.outcomes if one.rule.startswith("provenance.form")]
            assert after.decision.rank >= before.verdict.decision.rank
            assert all(decision.rank <= Decision.REVIEW.rank for decision in ours)


def test_a_key_that_signed_everything_costs_no_more_for_it() -> None:
    """A group is put in words once: ten times the files take no more than some ten times the comparisons."""
    found = facts(made.hand_drawn())
    many = [seen(f"{n}.png", replace(found, sha256=f"{n:064x}")) for n in range(1000)]
    rows = tuple(f"{n},{n}.png,no," for n in range(1000))
    counted = _Counted("en")

    told_of = list(joined(form(*rows), many, POLICY, counted, blind=False))

    said = {told(one)[entries.SAME_KEY] for one in told_of}
    assert len(said) == 1 and "+988" in said.pop()
    assert counted.joins < 1_010


class _Counted(Catalogue):
    """A catalogue that counts how often a list is put in words."""

    joins = 0

    def join(self, items: Iterable[object], *, by: str = "report.join") -> Phrase:
        self.joins += 1
        return super().join(items, by=by)
