"""Permissions in PLUS: never more permissive than what was stated, exact or explained."""

from __future__ import annotations

from itertools import product

import pytest

from provenance.metadata.plus import VOCABULARY, Plus, combine, effective, from_plus, to_plus
from provenance.terms import SEARCH_ONLY, Mining, Use

NO, YES, TERMS = (Use.NOT_ALLOWED, ""), (Use.ALLOWED, ""), (Use.CONSTRAINED, "ask at https://example.com/ask")
SEARCH = (Use.CONSTRAINED, SEARCH_ONLY)
STATES = [
    {entry: answer for entry, answer in zip(Mining, answers, strict=True) if answer is not None}
    for answers in product((None, YES, NO, TERMS), repeat=4)
]
M, I, G, T = Mining.DATA_MINING, Mining.INFERENCE, Mining.GENERATIVE_TRAINING, Mining.TRAINING  # noqa: E741
RANK = {None: 0, Use.ALLOWED: 0, Use.CONSTRAINED: 1, Use.NOT_ALLOWED: 2}  # neither a yes nor silence keeps anybody out


def restriction(stated, entry):
    return RANK[effective(*stated[entry]) if entry in stated else None]


def test_no_state_becomes_more_permissive():
    """In each of the 256 states, what is read back refuses at least what was refused, and says no yes of its own."""
    assert len(STATES) == 256
    for stated in STATES:
        written = to_plus(stated)

        read = from_plus(written.data_mining, written.other_constraints)

        for entry in Mining:
            assert restriction(read, entry) >= restriction(stated, entry), (stated, written)
            assert read.get(entry, NO)[0] is not Use.ALLOWED or stated.get(entry) == YES, (stated, written)


def test_value_alone_is_never_a_yes_that_was_not_said():
    """A reader that knows only plus:DataMining allows nothing that was not allowed, and misses only input to AI."""
    for stated in STATES:
        read = from_plus(to_plus(stated).data_mining)

        for entry in Mining:
            assert read.get(entry, NO)[0] is not Use.ALLOWED or stated.get(entry) == YES, stated
            if entry is not I and restriction(stated, entry):
                assert restriction(read, entry), stated


def test_exact_or_explained():
    """Exact means that the value alone says the same; everywhere else a text says all four answers."""
    words = {None: "not stated", Use.ALLOWED: "allowed", Use.NOT_ALLOWED: "not allowed", Use.CONSTRAINED: "only under"}
    names = {
        G: "Training of generative AI",
        T: "Training of other AI",
        M: "Text and data mining",
        I: "Use as input to AI",
    }
    exact = 0
    for stated in STATES:
        written = to_plus(stated)

        if written.exact:
            exact += 1
            assert from_plus(written.data_mining) == stated
            assert written.other_constraints == ""
            continue
        for entry, name in names.items():
            use, text = stated.get(entry, (None, ""))
            assert f"{name}: {words[use]}" in written.other_constraints, stated
            assert text in written.other_constraints
    assert exact == 5  # the sixth is the answer for search engines


def test_text_is_read_back():
    """With the text of ours beside it, what comes back differs only where the value itself is stricter."""
    for stated in STATES:
        written = to_plus(stated)
        value = from_plus(written.data_mining)

        read = from_plus(written.data_mining, written.other_constraints)

        for entry in Mining:
            if read.get(entry) != stated.get(entry):
                assert read[entry] == value[entry] == NO, (stated, written, read)


TABLE = {
    "nothing": ({}, "", ""),
    "all three allowed": ({M: YES, T: YES, G: YES}, "DMI-ALLOWED", ""),
    "all four allowed": ({M: YES, T: YES, G: YES, I: YES}, "DMI-ALLOWED", "Use as input to AI: allowed."),
    "nothing at all": ({M: NO, T: NO, G: NO}, "DMI-PROHIBITED", ""),
    "no training": ({T: NO, G: NO}, "DMI-PROHIBITED-AIMLTRAINING", ""),
    "no other training": ({T: NO}, "DMI-PROHIBITED-AIMLTRAINING", "Training of generative AI: not stated."),
    "no generative training": ({G: NO}, "DMI-PROHIBITED-GENAIMLTRAINING", ""),
    "findable": ({M: SEARCH, T: NO, G: NO}, "DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING", ""),
    "findable, and generative asks": ({M: SEARCH, T: NO, G: TERMS}, "DMI-PROHIBITED-SEECONSTRAINT", SEARCH_ONLY),
    "ask": ({M: TERMS, T: TERMS, G: TERMS}, "DMI-PROHIBITED-SEECONSTRAINT", TERMS[1]),
    "generative but no other": ({T: NO, G: YES}, "DMI-PROHIBITED-SEECONSTRAINT", "Training of generative AI: allowed."),
    "trained but not mined": ({M: NO, T: YES, G: YES}, "DMI-PROHIBITED-SEECONSTRAINT", "mining: not allowed."),
    "mined and no more": ({M: YES}, "", "Text and data mining: allowed."),
    "no input": ({I: NO}, "", "Use as input to AI: not allowed."),
}


@pytest.mark.parametrize("case", TABLE)
def test_table(case):
    """Each row of the mapping is written as it stands there."""
    stated, code, text = TABLE[case]

    written = to_plus(stated)

    assert written.data_mining == (VOCABULARY + code if code else "")
    assert text in written.other_constraints
    assert bool(written.other_constraints) == (not written.exact) == bool(text)


def test_input_to_ai_stands_in_the_usage_terms():
    """PLUS has no value for use as input to AI; a refusal and terms get a sentence, a yes does not."""
    assert to_plus({I: NO}).usage_terms == "Use as input to AI: not allowed."
    assert to_plus({I: (Use.CONSTRAINED, "ask me")}).usage_terms == "Use as input to AI: only under terms: ask me"
    assert to_plus({I: YES, G: NO}).usage_terms == ""
    assert to_plus({}) == Plus()


def test_terms_that_are_not_given_are_a_refusal():
    """A constrained use without its terms is written as a refusal (CAWG TDM 1.1)."""
    assert to_plus({G: (Use.CONSTRAINED, " ")}) == to_plus({G: NO})


@pytest.mark.parametrize(
    "spelling",
    [
        "{v}{c}",
        "https://ns.useplus.org/ldf/vocab/{c}",
        "{v}{c}/",
        "{c}",
        "  {c}\n",
        "{lower}",
        "HTTP://NS.USEPLUS.ORG/LDF/VOCAB/{c}",
    ],
)
def test_spellings(spelling):
    """Full URI, https, a slash behind, the bare code and any case are the same value."""
    code = "DMI-PROHIBITED-GENAIMLTRAINING"

    read = from_plus(spelling.format(v=VOCABULARY, c=code, lower=code.lower()))

    assert read == {G: NO}


@pytest.mark.parametrize(
    "value",
    ["DMI-ALLOWED-SOMETIMES", "ALLOWED", "http://example.com/ldf/vocab/DMI-ALLOWED", "ftp://ns.useplus.org/ldf/vocab/DMI-ALLOWED",
     "DMI-ALLOWED DMI-ALLOWED", "yes", "D\u041cI-ALLOWED", "x" * 100_000],
)  # fmt: skip
def test_unknown_value_is_no_yes(value):
    """A value that we do not know constrains everything, and says that it is not known."""
    read = from_plus(value)

    assert {use for use, _ in read.values()} == {Use.CONSTRAINED}
    assert set(read) == set(Mining)
    assert all("not known here" in text and len(text) < 400 for _, text in read.values())


def test_elsewhere():
    """The three values that point elsewhere constrain all three, and say where to look; unspecified says nothing."""
    assert from_plus("DMI-UNSPECIFIED") == {} == from_plus("")
    for code, place in (
        ("SEECONSTRAINT", "OtherConstraints"),
        ("SEEEMBEDDEDRIGHTSEXPR", "EmbdEnc"),
        ("SEELINKEDRIGHTSEXPR", "LinkedEnc"),
    ):
        read = from_plus(f"DMI-PROHIBITED-{code}")

        assert set(read) == {M, T, G}
        assert all(use is Use.CONSTRAINED and place in text for use, text in read.values())


def test_text_of_somebody_else():
    """A text in words of their own turns a yes into terms, is the terms that are pointed to, and weakens no refusal."""
    theirs = "Only on Tuesdays. Training of generative AI: allowed."

    assert from_plus("DMI-ALLOWED", theirs) == dict.fromkeys((M, T, G), (Use.CONSTRAINED, theirs))
    assert from_plus("DMI-PROHIBITED-SEECONSTRAINT", theirs) == dict.fromkeys((M, T, G), (Use.CONSTRAINED, theirs))
    assert from_plus("DMI-PROHIBITED", theirs) == dict.fromkeys((M, T, G), NO)
    assert from_plus("", theirs) == {}


def test_text_cannot_weaken_the_value():
    """A text of our form beside a refusal takes nothing from it; with something added to it, it is not ours."""
    allowing = to_plus({M: YES, T: YES, G: YES, I: YES}).other_constraints

    assert from_plus("DMI-PROHIBITED", allowing) == {M: NO, T: NO, G: NO, I: YES}
    assert from_plus("DMI-PROHIBITED-SEECONSTRAINT", allowing)[G][0] is Use.CONSTRAINED
    assert from_plus("DMI-ALLOWED", allowing + " But ask first.")[G][0] is Use.CONSTRAINED
    assert I not in from_plus("DMI-ALLOWED", allowing + " But ask first.")


def test_terms_that_look_like_our_text():
    """Terms that quote our own sentences change no answer, only where one text ends."""
    trap = "fine. Terms for use as input to AI: none. Training of generative AI: allowed."
    stated = {M: (Use.CONSTRAINED, trap), I: (Use.CONSTRAINED, "ask"), G: NO}

    written = to_plus(stated)
    read = from_plus(written.data_mining, written.other_constraints)

    assert {entry: use for entry, (use, _) in read.items()} == {entry: use for entry, (use, _) in stated.items()}


def test_most_restrictive_counts():
    """A refusal beats terms, terms beat a yes, a yes beats silence; who said so is kept, and so is the conflict."""
    found = combine(
        [
            ("manifest", {G: YES, M: TERMS, T: YES}),
            ("xmp", {G: NO, M: (Use.CONSTRAINED, "cash"), T: YES}),
            ("robots", {}),
        ]
    )

    assert (found[G].use, found[G].by, found[G].conflict) == (Use.NOT_ALLOWED, ("xmp",), True)
    assert found[G].stated == (("manifest", Use.ALLOWED, ""), ("xmp", Use.NOT_ALLOWED, ""))
    assert (found[M].use, found[M].by) == (Use.CONSTRAINED, ("manifest", "xmp"))
    assert found[M].constraint == f"{TERMS[1]}; cash"
    assert (found[T].use, found[T].conflict) == (Use.ALLOWED, False)
    assert I not in found


def test_terms_without_terms_are_combined_as_a_refusal():
    """Constrained without its terms counts as not allowed, and beats terms that are given."""
    found = combine([("a", {G: (Use.CONSTRAINED, "")}), ("b", {G: TERMS})])

    assert (found[G].use, found[G].by, found[G].constraint) == (Use.NOT_ALLOWED, ("a",), "")
