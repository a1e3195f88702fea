"""What a report says about EXIF, IPTC and XMP: who states what, what was and is, and nobody is accused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from provenance.metadata.model import Carrier, Field, Metadata, Private, PrivateKind
from provenance.report.build import build
from provenance.report.editions import blind, in_words
from provenance.report.export import to_json, to_markdown
from provenance.report.html import page
from provenance.report.model import Report
from provenance.report.text import render, render_full
from provenance.report.wording import Catalogue
from provenance.terms import CAWG_METADATA, DST, Integrity, Mining
from provenance.verification.model import Source, Verification
from tests.support.report import (
    AI_FILL,
    CAPTURED,
    NOW,
    PLUS,
    altered,
    carrying,
    credit_changed,
    hand_drawn,
    manifest,
    nothing,
    parent,
    permission,
    value,
    verification,
)

XMP, EXIF, MANIFEST = Carrier.XMP, Carrier.EXIF, Carrier.MANIFEST


MIKA, MALLORY = value(Field.CREATOR, MANIFEST, "Mika"), value(Field.CREATOR, XMP, "Mallory")
HERE = value(Field.CREATOR, XMP, "Mika")
NO, YES = (value(Field.DATA_MINING, carrier, PLUS + code) for carrier, code in (
    (MANIFEST, "DMI-PROHIBITED"), (XMP, "DMI-ALLOWED"),
))  # fmt: skip
GENERATIVE = Mining.GENERATIVE_TRAINING
GENERATED = value(Field.SOURCE_TYPE, XMP, DST + "trainedAlgorithmicMedia")
TAMPERED = credit_changed()


def expired() -> Verification:
    found = hand_drawn()
    return replace(
        found,
        integrity=Integrity.EXPIRED,
        manifests=(replace(found.manifests[0], integrity=Integrity.EXPIRED),),
    )


def uncovered() -> Verification:
    return replace(hand_drawn(), integrity=Integrity.NOT_COVERED)


def photo_with_fill() -> Verification:
    return verification(manifest(CAPTURED, AI_FILL))


SENTENCES: dict[str, tuple[Verification, str]] = {
    "the same": (carrying(hand_drawn(), MIKA, HERE), "creator: the same in credentials, XMP"),
    "signed, differs": (
        carrying(hand_drawn(), MIKA, MALLORY),
        "creator: “Mika”, states Mika K.; the file itself says “Mallory” (XMP)",
    ),
    "changed after signing": (
        carrying(altered(), MIKA, MALLORY),
        "creator: was “Mika” (broken credentials), is now “Mallory” (XMP)",
    ),
    "expired": (
        carrying(expired(), MIKA, MALLORY),
        "creator: “Mika”, say credentials that have expired; the file itself says “Mallory” (XMP)",
    ),
    "not covered": (
        carrying(uncovered(), MIKA, MALLORY),
        "creator: “Mika”, say credentials that do not cover all of the file; the file itself says “Mallory” (XMP)",
    ),
    "only stated": (
        carrying(hand_drawn(), MIKA),
        "creator: “Mika”, states Mika K.; EXIF, IPTC and XMP do not say it",
    ),
    "taken out": (
        carrying(altered(), MIKA),
        "creator: was “Mika” (broken credentials); EXIF, IPTC and XMP do not say it now",
    ),
    "covered, but not stated": (
        carrying(hand_drawn(), HERE),
        "creator: “Mika” (XMP); under the signature, but not stated by the signer",
    ),
    "unsigned": (carrying(nothing(), HERE), "creator: “Mika” (XMP); nobody signed it"),
    "put in after signing": (
        carrying(altered(), HERE),
        "creator: “Mika” (XMP); not in the broken credentials",
    ),
    "contradicts itself": (
        carrying(nothing(), MALLORY, value(Field.CREATOR, EXIF, "Mika")),
        "creator: the file says several things, “Mallory” (XMP); “Mika” (EXIF); "
        "nobody states any of them under a signature",
    ),
    "permission": (
        carrying(hand_drawn(), NO, YES),
        "data mining (PLUS): nothing allowed, states Mika K.; the file itself says "
        "all allowed (XMP). The strictest counts: credentials.",
    ),
    "AI in XMP only": (
        carrying(hand_drawn(), GENERATED),
        "digital source type: made using generative AI (XMP); but no AI step is declared by Mika K.",
    ),
    "AI in the steps only": (
        carrying(photo_with_fill(), value(Field.SOURCE_TYPE, XMP, DST + "digitalCreation")),
        "digital source type: made by a person with non-generative tools (XMP); "
        "but an AI step is declared by Mika K.",
    ),
    "a prompt": (
        carrying(nothing(), value(Field.AI_PROMPT, XMP, "a secret heron")),
        "prompt: (a text that is not shown here) (XMP); nobody signed it",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("found", "sentence"), SENTENCES.values(), ids=SENTENCES.keys())
def test_each_situation_has_its_sentence(found: Verification, sentence: str) -> None:
    """What is stated is said in the name of whoever may be held to it, and of nobody else."""
    (line,) = build(found, now=NOW).agreement

    assert line.sentence.text == sentence


FORMS: dict[str, Callable[[Report], str]] = {
    "screen": render,
    "inspect": render_full,
    "json": to_json,
    "markdown": to_markdown,
    "page": page,
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_tampered_file_shows_old_and_new_in_every_form(form: Callable[[Report], str]) -> None:
    """Creator and flag that were changed after signing stand with both values, and who says to have written last."""
    text = form(build(TAMPERED, now=NOW))

    for said in ("Mika", "Mallory", "nothing allowed", "all allowed", "XMP Core 6"):
        assert said in text


def test_values_of_broken_credentials_are_nobodys() -> None:
    """What stood in credentials that do not hold is attributed to nobody; what an intact file states is."""
    broken = build(carrying(altered(), MIKA, MALLORY), now=NOW).agreement[0]
    whole = build(carrying(hand_drawn(), MIKA, MALLORY), now=NOW).agreement[0]

    assert broken.stated_by is None
    assert whole.stated_by is not None
    assert whole.stated_by.name == "Mika K."


FINDINGS = {
    "changed": (TAMPERED, {"carriers_changed", "carriers_permission"}),
    "signed so": (carrying(hand_drawn(), MIKA, MALLORY), {"carriers_differ"}),
    "AI": (carrying(hand_drawn(), GENERATED), {"carriers_ai"}),
    "itself": (carrying(nothing(), MALLORY, value(Field.CREATOR, EXIF, "Mika")), {"carriers_internal"}),
    "the same": (carrying(hand_drawn(), MIKA, HERE), set()),
}


@pytest.mark.parametrize(("found", "ids"), FINDINGS.values(), ids=FINDINGS.keys())
def test_each_difference_is_a_finding_for_jurors(found: Verification, ids: set[str]) -> None:
    """Each class of difference says what may and may not be concluded; agreement needs no word."""
    made = build(found, now=NOW).findings

    assert {one.id for one in made if one.id.startswith("carriers_")} == ids


def test_conflict_between_flag_and_signature_is_one_finding() -> None:
    """What the flag in XMP says against the credentials is said once; two signers who differ are said as well."""
    below = (permission(GENERATIVE, "allowed"), permission(GENERATIVE, "notAllowed"))
    signers = carrying(verification(manifest(permissions=below)), NO, YES)

    flag, both = (
        {one.id for one in build(found, now=NOW).findings if "permission" in one.id}
        for found in (carrying(hand_drawn(), NO, YES), signers)
    )

    assert flag == {"carriers_permission"}
    assert both == {"carriers_permission", "permission_conflict"}


def test_screen_shows_at_most_three_differences() -> None:
    """Creator and data mining come first; the rest is counted."""
    fields = (Field.TITLE, Field.CREDIT, Field.RIGHTS, Field.DESCRIPTION, Field.CREATOR)
    changes = [value(field, carrier, text) for field in fields for carrier, text in ((MANIFEST, "old"), (XMP, "new"))]

    text = render(build(carrying(altered(), *changes), now=NOW))

    lines = text.splitlines()
    assert lines[[line[:7] for line in lines].index("Compare")].startswith("Compare     creator: was “old”")
    assert " ".join(text.split()).count("is now “new”") == 3
    assert "+2 more" in text
    assert max(map(len, lines)) <= 80


def test_agreement_is_not_on_the_screen() -> None:
    """Where all say the same, the first screen has no line of it."""
    assert "Compare" not in render(build(carrying(hand_drawn(), MIKA, HERE), now=NOW))


def test_statement_of_an_updated_manifest_counts() -> None:
    """An update that says nothing of a field leaves what it updates in force, in its signer's name."""
    below = replace(hand_drawn().manifests[0], depth=1, stated=(MIKA,))
    top = manifest(label="urn:c2pa:two", update=True, ingredients=(parent(below.label),))
    found = replace(verification(top, below), carried=Metadata((MALLORY,)))

    (line,) = build(found, now=NOW).agreement

    assert line.state == "mismatch"


def test_redacted_credit_is_said() -> None:
    """Where the credit was taken out of the credentials, the report says so, and by whom."""
    below = replace(hand_drawn().manifests[0], depth=1)
    uri = f"self#jumbf=/c2pa/{below.label}/c2pa.assertions/{CAWG_METADATA}"
    top = manifest(label="urn:c2pa:two", update=True, ingredients=(parent(below.label),), redacts=(uri,))
    found = replace(verification(top, below), carried=Metadata((MALLORY,)))

    redacted = build(found, now=NOW).carried.redacted

    assert redacted is not None
    assert "taken out of the credentials by Mika K." in redacted.text


SITUATIONS = {
    "unsigned": (carrying(nothing(), HERE), "unsigned"),
    "nothing": (nothing(), "nothing"),
    "signed": (carrying(hand_drawn(), HERE), "signed"),
    "sidecar": (carrying(hand_drawn(source=Source("sidecar", "piece.c2pa")), HERE), "sidecar"),
    "expired": (carrying(expired(), HERE), "expired"),
    "not covered": (carrying(uncovered(), HERE), "open"),
    "altered": (carrying(altered(), HERE), "changed"),
    "elsewhere": (carrying(replace(nothing(), integrity=Integrity.ELSEWHERE), HERE), "elsewhere"),
    "not checked": (carrying(replace(nothing(), integrity=Integrity.NOT_CHECKED), HERE), "not_checked"),
}


@pytest.mark.parametrize(("found", "key"), SITUATIONS.values(), ids=SITUATIONS.keys())
def test_whole_has_a_sentence_for_each_situation(found: Verification, key: str) -> None:
    """What can be said of EXIF, IPTC and XMP depends on what the credentials are worth."""
    assert build(found, now=NOW).carried.sentence.id == f"agreement.carried.{key}"


def test_list_of_any_length_is_cut() -> None:
    """A file that names a hundred thousand creators fills no report."""
    found = carrying(nothing(), value(Field.CREATOR, XMP, *(f"creator {n}" for n in range(100_000))))

    assert len(to_json(build(found, now=NOW))) < 20_000


@pytest.mark.parametrize("language", ["es", "ja"])
def test_blind_values_are_said_in_the_readers_language(language: str) -> None:
    """ "withheld" and "withheld 2" are our words, and translated."""
    say = Catalogue(language)
    found = in_words(blind(TAMPERED), say)

    texts = [one.texts[0] for line in build(found, language=language, now=NOW).agreement[:1] for one in line.values]

    withheld = say("casefile.blind.withheld")
    assert texts == [withheld, f"{withheld} 2", withheld]


def test_private_data_is_named_to_its_owner_without_its_value() -> None:
    """`inspect` says that a location stands there; screen, page and blind edition do not."""
    found = carrying(hand_drawn(), private=(Private(PrivateKind.LOCATION, "EXIF GPSInfo"),))
    report = build(found, now=NOW)

    assert "The file also holds: location" in render_full(report)
    assert all("GPSInfo" not in form for form in (render(report), page(report)))
    assert "GPSInfo" not in to_json(build(blind(found), now=NOW))


@pytest.mark.parametrize("found", [TAMPERED, *(found for found, _ in SENTENCES.values())])
def test_blind_edition_keeps_what_agrees_and_what_does_not(found: Verification) -> None:
    """Without any value, what differed differs still, and the flag and source types stay readable."""
    open_, closed = (build(one, now=NOW) for one in (found, blind(found)))

    assert [line.state for line in closed.agreement] == [line.state for line in open_.agreement]
    assert [line.effective for line in closed.permissions] == [line.effective for line in open_.permissions]
    assert all(name not in to_json(closed) for name in ("Mika", "Mallory"))


def effective(found: Verification, entry: str = GENERATIVE) -> tuple[str, str, bool]:
    line = {line.entry: line for line in build(found, now=NOW).permissions}[entry]
    return line.effective, line.carrier, line.conflict


def signed(use: str) -> Verification:
    return verification(manifest(permissions=(permission(GENERATIVE, use),)))


def flagged(found: Verification, code: str) -> Verification:
    return carrying(found, value(Field.DATA_MINING, XMP, PLUS + code))


REFUSED, ALLOWED = "DMI-PROHIBITED", "DMI-ALLOWED"
EMBEDDED = {
    "unsigned refusal": (flagged(nothing(), REFUSED), ("notAllowed", "xmp", False)),
    "unsigned leave": (flagged(nothing(), ALLOWED), ("allowed", "xmp", False)),
    "refusal under a signature that is silent": (flagged(verification(manifest()), REFUSED), ("notAllowed", "xmp", False)),
    "refusal beside signed leave": (flagged(signed("allowed"), REFUSED), ("notAllowed", "xmp", True)),
    "leave beside a signed refusal": (flagged(signed("notAllowed"), ALLOWED), ("notAllowed", "manifest", True)),
    "the same twice": (flagged(signed("notAllowed"), REFUSED), ("notAllowed", "manifest", False)),
    "leave in a changed file": (flagged(altered(), ALLOWED), ("notAllowed", "manifest", True)),
    "leave in a changed file that stated nothing": (
        flagged(replace(verification(manifest(integrity=Integrity.ALTERED))), ALLOWED),
        ("not stated", "", False),
    ),
    "unspecified": (flagged(nothing(), "DMI-UNSPECIFIED"), ("not stated", "", False)),
    "a value that nobody knows": (flagged(nothing(), "DMI-SURE"), ("constrained", "xmp", False)),
}  # fmt: skip


@pytest.mark.parametrize(("found", "expected"), EMBEDDED.values(), ids=EMBEDDED.keys())
def test_flag_in_xmp_may_forbid_and_overrules_nothing(found: Verification, expected: tuple[str, str, bool]) -> None:
    """An unsigned refusal counts as one; unsigned leave changes no refusal, and is none in a changed file."""
    assert effective(found) == expected


def test_screen_says_that_a_refusal_is_not_signed() -> None:
    """A file without credentials shows its flag, and that nobody signed it; a silent file has no such line."""
    text = render(build(flagged(nothing(), REFUSED), now=NOW))

    assert "May be used text and data mining, training of generative AI, other AI training:\n" in text
    assert "not allowed (stands in XMP, no signer states it)" in text
    assert "May be used" not in render(build(nothing(), now=NOW))


def test_a_flag_that_was_kept_is_told_apart_from_what_the_signer_says_of_permissions() -> None:
    """The signed fields took it over from XMP: the credentials differ in themselves, and the file says nothing else."""
    flag, kept = (value(Field.DATA_MINING, carrier, PLUS + "DMI-PROHIBITED") for carrier in (MANIFEST, XMP))
    field = replace(flag, where="cawg.metadata plus:DataMining")
    permissions = replace(flag, texts=(PLUS + "DMI-PROHIBITED-AIMLTRAINING",))

    (line,) = build(carrying(hand_drawn(), field, permissions, kept), now=NOW).agreement

    assert line.sentence.text == (
        "data mining (PLUS): said in several ways: nothing allowed (signed metadata fields, XMP); AI training not "
        "allowed (signed permissions), states Mika K.; the strictest of them counts."
    )


def test_what_the_file_says_otherwise_stands_beside_what_is_signed_in_several_ways() -> None:
    """Three statements, each with its place."""
    flag = value(Field.DATA_MINING, MANIFEST, PLUS + "DMI-PROHIBITED-AIMLTRAINING")
    field = replace(flag, texts=(PLUS + "DMI-PROHIBITED",), where="cawg.metadata plus:DataMining")

    (line,) = build(carrying(hand_drawn(), field, flag, YES), now=NOW).agreement

    assert (
        "nothing allowed (signed metadata fields); AI training not allowed (signed permissions)" in line.sentence.text
    )
    assert "the file itself says all allowed (XMP)" in line.sentence.text


@pytest.mark.parametrize("language", ["en", "es", "ja"])
def test_what_was_taken_out_after_signing_is_named_once(language: str) -> None:
    """On the first screen, in one row, and nobody is said to have done it; a file that holds never said more."""
    flag = value(Field.DATA_MINING, MANIFEST, PLUS + "DMI-PROHIBITED")
    gone = build(carrying(altered(), MIKA, flag), language=language, now=NOW)
    never = build(carrying(hand_drawn(), MIKA, flag), language=language, now=NOW)
    there = build(carrying(altered(), MIKA, HERE), language=language, now=NOW)

    names = [f"metadata.field.{field}" for field in (Field.CREATOR, Field.DATA_MINING)]
    said = Catalogue(language)("agreement.missing", what="").partition("EXIF")[0]
    flowed = ["".join(render(one).split()) for one in (gone, never, there)]
    assert [text.count("".join(said.split())) for text in flowed] == [1, 0, 0]
    assert all("".join(Catalogue(language)(name).split()) in flowed[0] for name in names)
