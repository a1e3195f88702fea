"""Whether manifest, XMP, EXIF and IPTC say the same: each class of agreement, and the near miss of each."""

from __future__ import annotations

import json

import pytest

from provenance.metadata.agreement import Ledger, State, compare, groups
from provenance.metadata.fields import PLACES, texts
from provenance.metadata.model import Carrier, Field, Metadata, Value
from provenance.metadata.plus import to_plus
from provenance.terms import Mining, SourceType, Use

PLUS = "http://ns.useplus.org/ldf/vocab/"
LONG = "Mika Kestrel, of the house beside the harbour in Nightjar Bay"  # more than the 32 bytes of an IIM By-line
WIDE = "鳥" * 20  # three bytes each: 32 bytes hold ten, and two are left over


def value(carrier: Carrier, *texts: str, field: Field = Field.CREATOR, where: str = "") -> Value:
    """What *carrier* says."""
    return Value(field, carrier, texts, where or f"{carrier} {field}")


def manifest(*texts: str, **more: object) -> Value:
    return value(Carrier.MANIFEST, *texts, **more)  # type: ignore[arg-type]


def xmp(*texts: str, **more: object) -> Value:
    return value(Carrier.XMP, *texts, **more)  # type: ignore[arg-type]


def exif(*texts: str) -> Value:
    return value(Carrier.EXIF, *texts)


def iptc(*texts: str) -> Value:
    return value(Carrier.IPTC, *texts)


NAMES = {
    "the same everywhere": ((manifest("Zoë"),), (xmp("Zoë"), exif("Zoë"), iptc("Zoë")), State.MATCH),
    "another normalisation": ((manifest("Zoë"),), (xmp("Zoe\u0308"),), State.MATCH),
    "spaces around": ((manifest("Zoë"),), (xmp("  Zoë \n"),), State.MATCH),
    "other capitals": ((manifest("Zoë"),), (xmp("zoë"),), State.MISMATCH),
    "another order": ((manifest("Ann", "Bo"),), (xmp("Bo", "Ann"),), State.MATCH),
    "one less": ((manifest("Ann", "Bo"),), (xmp("Ann"),), State.MISMATCH),
    "several in one EXIF tag": ((manifest("Ann", "Bo"),), (exif("Ann; Bo"),), State.MATCH),
    "cut for IPTC": ((manifest(LONG),), (xmp(LONG), iptc(LONG[:32])), State.TRUNCATED),
    "cut for IPTC between wide letters": ((manifest(WIDE),), (iptc("鳥" * 10),), State.TRUNCATED),
    "one of several cut for IPTC": ((manifest("Ann", LONG),), (iptc("Ann", LONG[:32]),), State.TRUNCATED),
    "cut shorter than IPTC must": ((manifest(LONG),), (iptc(LONG[:12]),), State.MISMATCH),
    "cut in XMP, which has room": ((manifest(LONG),), (xmp(LONG[:32]),), State.MISMATCH),
    "as long as a cut, but another text": ((manifest(LONG),), (iptc("M" + LONG[:31]),), State.MISMATCH),
    "only the manifest": ((manifest("Zoë"),), (), State.ONLY_MANIFEST),
    "only the file": ((), (xmp("Zoë"), exif("Zoë")), State.ONLY_HERE),
    "only the file, cut": ((), (xmp(LONG), iptc(LONG[:32])), State.ONLY_HERE),
    "one carrier differs": ((manifest("Zoë"),), (xmp("Zoë"), exif("Mallory")), State.MISMATCH),
    "the file contradicts itself": ((), (xmp("Zoë"), exif("Mallory")), State.INTERNAL),
    "two statements, one of them carried": ((manifest("Zoë"), manifest("Z. K.")), (xmp("Z. K."),), State.MATCH),
    "half a surrogate pair": ((manifest("\ud83d" + LONG),), (iptc(LONG[:32]),), State.MISMATCH),
}


@pytest.mark.parametrize(("stated", "carried", "state"), NAMES.values(), ids=NAMES.keys())
def test_each_way_to_agree(stated: tuple[Value, ...], carried: tuple[Value, ...], state: State) -> None:
    """Texts are the same whatever their normalisation, order and room; anything else is said to differ."""
    (found,) = compare(stated, Metadata(carried))

    assert found.state is state
    assert found.values == stated + carried


def test_field_of_which_nothing_is_said_has_no_line() -> None:
    """Silence on both sides is no agreement, and an empty text is silence."""
    assert compare((), Metadata((xmp("  "),))) == ()


def flag(carrier: Carrier, code: str) -> Value:
    return value(carrier, code, field=Field.DATA_MINING)


MINING = {
    "the same": ("DMI-PROHIBITED", "DMI-PROHIBITED", State.MATCH, ()),
    "a bare code": (PLUS + "DMI-PROHIBITED", "DMI-PROHIBITED", State.MATCH, ()),
    "XMP allows": ("DMI-PROHIBITED", "DMI-ALLOWED", State.PERMISSION_CONFLICT, (Carrier.MANIFEST,)),
    "XMP forbids": ("DMI-ALLOWED", "DMI-PROHIBITED", State.PERMISSION_CONFLICT, (Carrier.XMP,)),
    "XMP forbids less": (
        "DMI-PROHIBITED-AIMLTRAINING",
        "DMI-PROHIBITED-GENAIMLTRAINING",
        State.PERMISSION_CONFLICT,
        (Carrier.MANIFEST,),
    ),
    "neither is the strictest": (
        "DMI-PROHIBITED-SEECONSTRAINT",
        "DMI-PROHIBITED-AIMLTRAINING",
        State.PERMISSION_CONFLICT,
        (),
    ),
    "a value that nobody knows": ("DMI-ALLOWED", "DMI-SOMETIMES", State.PERMISSION_CONFLICT, (Carrier.XMP,)),
}


@pytest.mark.parametrize(("stated", "carried", "state", "strictest"), MINING.values(), ids=MINING.keys())
def test_permission_is_compared_by_what_it_means(
    stated: str, carried: str, state: State, strictest: tuple[Carrier, ...]
) -> None:
    """Where the flags differ, the carrier that is the strictest in every use is named."""
    (found,) = compare((flag(Carrier.MANIFEST, stated),), Metadata((flag(Carrier.XMP, carried),)))

    assert (found.state, found.strictest) == (state, strictest)


def test_flag_that_was_changed_is_named_though_the_text_beside_it_still_refuses() -> None:
    """A flag that now allows is a conflict, even where ``plus:OtherConstraints`` beside it says what it always said."""
    text = to_plus({Mining.DATA_MINING: (Use.NOT_ALLOWED, ""), Mining.INFERENCE: (Use.NOT_ALLOWED, "")})
    stated = flag(Carrier.MANIFEST, text.data_mining)
    beside = [value(carrier, text.other_constraints, field=Field.OTHER_CONSTRAINTS) for carrier in HERE]

    changed = compare((stated, beside[0]), Metadata((flag(Carrier.XMP, "DMI-ALLOWED"), beside[1])))
    kept = compare((stated, beside[0]), Metadata((flag(Carrier.XMP, text.data_mining), beside[1])))

    assert [(one.state, one.strictest) for one in changed] == [
        (State.PERMISSION_CONFLICT, (Carrier.MANIFEST,)),
        (State.MATCH, ()),
    ]
    assert {one.state for one in kept} == {State.MATCH}


HERE = (Carrier.MANIFEST, Carrier.XMP)
DRAWN = Ledger(False, frozenset({SourceType.EMPTY, SourceType.HUMAN_EDITS}))
FILLED = Ledger(True, frozenset({SourceType.DIGITAL_CAPTURE, SourceType.COMPOSITE_WITH_TRAINED}))
SOURCES = {
    "drawn": (DRAWN, SourceType.DIGITAL_CREATION, State.MATCH),
    "drawn, https": (DRAWN, SourceType.DIGITAL_CREATION.replace("http:", "https:"), State.MATCH),
    "drawn, XMP says generated": (DRAWN, SourceType.TRAINED_ALGORITHMIC_MEDIA, State.AI_CONFLICT),
    "drawn, XMP says generated, in short": (DRAWN, "trainedAlgorithmicMedia", State.AI_CONFLICT),
    "drawn, XMP says generated, with the name of the list": (
        DRAWN,
        "digitalsourcetype:trainedAlgorithmicMedia",
        State.AI_CONFLICT,
    ),
    "drawn, XMP says a word of another list": (DRAWN, "other:trainedAlgorithmicMedia", State.MISMATCH),
    "drawn, XMP says photographed": (DRAWN, SourceType.DIGITAL_CAPTURE, State.MISMATCH),
    "drawn, XMP says algorithm, which is no AI": (DRAWN, SourceType.ALGORITHMIC_MEDIA, State.MISMATCH),
    "AI fill": (FILLED, SourceType.COMPOSITE_WITH_TRAINED, State.MATCH),
    "AI fill, XMP says generated": (FILLED, SourceType.TRAINED_ALGORITHMIC_MEDIA, State.MATCH),
    "AI fill, XMP says drawn": (FILLED, SourceType.DIGITAL_CREATION, State.AI_CONFLICT),
    "nothing declared": (Ledger(), SourceType.TRAINED_ALGORITHMIC_MEDIA, State.ONLY_HERE),
}


@pytest.mark.parametrize(("ledger", "says", "state"), SOURCES.values(), ids=SOURCES.keys())
def test_source_type_is_held_against_the_declared_steps(ledger: Ledger, says: str, state: State) -> None:
    """Only what contradicts the steps about AI is an AI conflict; silence of the steps contradicts nothing."""
    (found,) = compare((), Metadata((xmp(says, field=Field.SOURCE_TYPE),)), ledger=ledger)

    assert found.state is state


def test_ai_field_contradicts_steps_without_ai() -> None:
    """An AI system in XMP is a conflict beside steps that begin without AI, and none where nothing can be said."""
    carried = Metadata((xmp("Firefly", field=Field.AI_SYSTEM),))

    states = [compare((), carried, ledger=ledger)[0].state for ledger in (DRAWN, Ledger())]

    assert states == [State.AI_CONFLICT, State.ONLY_HERE]


def test_lists_in_lists_are_read_to_a_depth() -> None:
    """A stranger's JSON may nest as deep as the parser goes; what no property has is not looked for."""
    place = PLACES[Field.CREATOR]
    nested = [{"dc:creator": json.loads("[" * depth + '"Zoë"' + "]" * depth)} for depth in (1, 3, 900)]

    assert [texts(one, place) for one in nested] == [("Zoë",), ("Zoë",), ()]


def test_values_are_grouped_by_what_they_say() -> None:
    """The whole text stands for the one that IPTC had to cut."""
    found = groups((iptc(LONG[:32]), xmp(LONG), exif("Mallory")))

    assert [[one.carrier for one in group] for group in found] == [[Carrier.XMP, Carrier.IPTC], [Carrier.EXIF]]
