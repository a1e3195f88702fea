"""The decision: the most restrictive counts, a refusal wherever it stands, a yes only where it can be relied on."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from provenance.declaration.model import Declaration
from provenance.permissions.decide import decide, sentence, survey
from provenance.permissions.model import Channel, Decision, Discount, Outcome, Purpose
from provenance.report.wording import Catalogue
from provenance.signing.options import Options
from provenance.signing.sign import sign
from provenance.terms import Integrity, Level, Mining, Use
from provenance.worker import codec
from tests.hostile.cases_chain import _without
from tests.hostile.certs import stranger
from tests.hostile.forge import Spec, actions, child, forge, ingredient
from tests.hostile.pictures import chunk
from tests.support.artist import Artist
from tests.support.permissions import MINING, NO, YES, altered, mining, picture, signed, xmp
from tests.support.pictures import jpeg

GEN = Purpose.GENERATIVE_TRAINING
G = Mining.GENERATIVE_TRAINING
TERMS = (Use.CONSTRAINED, "ask me")
ALLOWED, NOT_ALLOWED, CONSTRAINED, NOT_STATED = (
    Outcome.ALLOWED,
    Outcome.NOT_ALLOWED,
    Outcome.CONSTRAINED,
    Outcome.NOT_STATED,
)


def says(use: Use, text: str = "") -> dict[Mining, tuple[Use, str]]:
    return {G: (use, text)}


def of_a_part(use: Use) -> bytes:
    """A collage whose own credentials say nothing, over a part whose credentials say *use*."""
    part = signed(says(use))
    link = ingredient(part, "componentOf")
    return forge(Spec([actions(), link]), others=[part], asset=picture()).data


def wrapped(use: Use, *more: Any, **spec: Any) -> bytes:
    """A picture whose parent says *use*."""
    return child(signed(says(use)), *more, **spec).data


def redacted() -> bytes:
    """A picture that says yes, and took its parent's no out."""
    parent = signed(says(NO))
    uri = f"self#jumbf=/c2pa/{parent.label}/c2pa.assertions/{MINING}"
    gone = _without(parent, MINING, [actions()])
    link = ingredient(gone)
    steps = [
        {"action": "c2pa.opened", "parameters": {"ingredients": [link.reference()]}},
        {"action": "c2pa.redacted", "reason": "c2pa.PII.present", "parameters": {"redacted": uri}},
    ]
    return forge(Spec([actions(*steps), link, mining(says(YES))], redacts=[uri]), others=[gone], asset=picture()).data


RAW = "Raw profile type xmp"
SEGMENT = b"http://ns.adobe.com/xap/1.0/\0"
UNREADABLE = xmp("ALLOWED").replace(b"</rdf:Description>", b"</rdf:Wrong>")
TABLE: dict[str, tuple[Callable[[], bytes], Outcome]] = {
    "nothing": (lambda: picture(), NOT_STATED),
    "XMP no": (lambda: picture(xmp("PROHIBITED")), NOT_ALLOWED),
    "XMP no to generative": (lambda: picture(xmp("PROHIBITED-GENAIMLTRAINING")), NOT_ALLOWED),
    "XMP no to any training": (lambda: picture(xmp("PROHIBITED-AIMLTRAINING")), NOT_ALLOWED),
    "XMP search only": (lambda: picture(xmp("PROHIBITED-EXCEPTSEARCHENGINEINDEXING")), NOT_ALLOWED),
    "XMP terms": (lambda: picture(xmp("PROHIBITED-SEECONSTRAINT", "ask")), CONSTRAINED),
    "XMP yes": (lambda: picture(xmp("ALLOWED")), ALLOWED),
    "XMP yes with a text": (lambda: picture(xmp("ALLOWED", "not on Sundays")), CONSTRAINED),
    "XMP unspecified": (lambda: picture(xmp("UNSPECIFIED")), NOT_STATED),
    "XMP unknown value": (lambda: picture(xmp("WHATEVER")), CONSTRAINED),
    "XMP in a PNG": (lambda: picture_png(xmp("PROHIBITED")), NOT_ALLOWED),
    "XMP in a WebP": (lambda: picture(xmp("PROHIBITED"), kind="WEBP"), NOT_ALLOWED),
    "XMP no in an SVG": (lambda: drawing(xmp("PROHIBITED")), NOT_ALLOWED),
    "XMP yes in an SVG": (lambda: drawing(xmp("ALLOWED")), ALLOWED),
    "XMP terms in an SVG": (lambda: drawing(xmp("PROHIBITED-SEECONSTRAINT", "ask")), CONSTRAINED),
    "XMP no in a text of PNG that is not iTXt": (lambda: png_text("XML:com.adobe.xmp", xmp("PROHIBITED")), NOT_ALLOWED),
    "XMP no behind a long history": (lambda: picture_png(long_before(xmp("PROHIBITED"), 3)), NOT_ALLOWED),
    "XMP terms behind a long history": (
        lambda: drawing(long_before(xmp("PROHIBITED-SEECONSTRAINT", "ask"), 3)), CONSTRAINED),
    "XMP no behind more than is parsed": (lambda: picture_png(long_before(xmp("PROHIBITED"), 6)), NOT_ALLOWED),
    "the same, compressed": (lambda: png_text("XML:com.adobe.xmp", xmp("PROHIBITED"), packed=True), NOT_ALLOWED),
    "another text of PNG": (lambda: png_text("Comment", xmp("PROHIBITED")), NOT_STATED),
    "XMP no as ImageMagick writes it": (lambda: png_text(RAW, profile(xmp("PROHIBITED")), packed=True), NOT_ALLOWED),
    "the same, cut off": (lambda: png_text(RAW, profile(xmp("PROHIBITED"))[:-80], packed=True), NOT_ALLOWED),
    "the same, not hexadecimal": (lambda: png_text(RAW, b"\nxmp\n  4\nwxyz\n"), NOT_STATED),
    "XMP yes as ImageMagick keeps that of a JPEG": (
        lambda: png_text("Raw profile type APP1", profile(SEGMENT + xmp("ALLOWED"), b"APP1")), ALLOWED),
    "EXIF as ImageMagick keeps it, and a yes": (
        lambda: png_text("Raw profile type APP1", profile(b"Exif\0\0II*\0", b"APP1"), to=picture_png(xmp("ALLOWED"))), ALLOWED),
    "XMP no in EXIF, out of a TIFF": (lambda: picture(exif=in_exif(xmp("PROHIBITED"))), NOT_ALLOWED),
    "XMP yes, and no in EXIF": (lambda: picture(xmp("ALLOWED"), exif=in_exif(xmp("PROHIBITED"))), NOT_ALLOWED),
    "broken XMP that says yes": (lambda: picture(UNREADABLE), NOT_STATED),
    "broken XMP that says no": (lambda: picture(UNREADABLE.replace(b"ALLOWED", b"PROHIBITED")), NOT_ALLOWED),
    "XMP yes, credentials elsewhere": (lambda: picture(xmp("ALLOWED", remote="https://example.com/m.c2pa")), NOT_STATED),
    "XMP no, credentials elsewhere": (lambda: picture(xmp("PROHIBITED", remote="https://example.com/m.c2pa")), NOT_ALLOWED),
    "XMP yes in half a file": (lambda: picture(xmp("ALLOWED"))[:900], NOT_STATED),
    "signed yes": (lambda: signed(says(YES)).data, ALLOWED),
    "signed no": (lambda: signed(says(NO)).data, NOT_ALLOWED),
    "signed terms": (lambda: signed(says(*TERMS)).data, CONSTRAINED),
    "signed terms without terms": (lambda: signed(says(Use.CONSTRAINED)).data, NOT_ALLOWED),
    "signed, says nothing of it": (lambda: signed({Mining.TRAINING: (NO, "")}).data, NOT_STATED),
    "signed yes by a stranger": (lambda: signed(says(YES), signer=stranger()).data, ALLOWED),
    "signed no by a stranger": (lambda: signed(says(NO), signer=stranger()).data, NOT_ALLOWED),
    "altered yes": (lambda: altered(signed(says(YES)).data), NOT_STATED),
    "altered no": (lambda: altered(signed(says(NO)).data), NOT_ALLOWED),
    "altered terms": (lambda: altered(signed(says(*TERMS)).data), CONSTRAINED),
    "broken signature, yes": (lambda: signed(says(YES), signature=lambda found: bytes(len(found))).data, NOT_STATED),
    "broken signature, no": (lambda: signed(says(NO), signature=lambda found: bytes(len(found))).data, NOT_ALLOWED),
    "signed yes, XMP no": (lambda: signed(says(YES), xmp("PROHIBITED")).data, NOT_ALLOWED),
    "signed no, XMP yes": (lambda: signed(says(NO), xmp("ALLOWED")).data, NOT_ALLOWED),
    "signed without it, XMP yes": (lambda: signed({}, xmp("ALLOWED")).data, ALLOWED),
    "altered without it, XMP yes": (lambda: altered(signed({}, xmp("ALLOWED")).data), NOT_STATED),
    "altered without it, XMP no": (lambda: altered(signed({}, xmp("PROHIBITED")).data), NOT_ALLOWED),
    "altered yes, XMP no": (lambda: altered(signed(says(YES), xmp("PROHIBITED")).data), NOT_ALLOWED),
    "a part says yes": (lambda: of_a_part(YES), NOT_STATED),
    "a part says no": (lambda: of_a_part(NO), NOT_ALLOWED),
    "the parent says yes": (lambda: wrapped(YES), ALLOWED),
    "the parent says no": (lambda: wrapped(NO), NOT_ALLOWED),
    "the parent says no, the picture yes": (lambda: wrapped(NO, mining(says(YES))), NOT_ALLOWED),
    "the parent says yes, the picture no": (lambda: wrapped(YES, mining(says(NO))), NOT_ALLOWED),
    "the parent's no was taken out": (redacted, NOT_STATED),
    "no file": (lambda: b"", NOT_STATED),
    "no picture": (lambda: b"%PDF-1.7 not a picture", NOT_STATED),
    "two stores, and a no in XMP": (lambda: twice(xmp("PROHIBITED")), NOT_ALLOWED),
    "two stores, and a yes in XMP": (lambda: twice(xmp("ALLOWED")), NOT_STATED),
}  # fmt: skip


def picture_png(packet: bytes) -> bytes:
    from PIL.PngImagePlugin import PngInfo

    from tests.support.pictures import draw

    info, out = PngInfo(), io.BytesIO()
    info.add_itxt("XML:com.adobe.xmp", packet.decode(), zip=True)
    draw().save(out, "PNG", pnginfo=info)
    return out.getvalue()


def png_text(key: str, text: bytes, *, packed: bool = False, to: bytes = b"") -> bytes:
    png = to or picture(kind="PNG")
    kind, body = (b"zTXt", b"\0" + zlib.compress(text)) if packed else (b"tEXt", text)
    return png[:33] + chunk(kind, key.encode() + b"\0" + body) + png[33:]


def profile(data: bytes, name: bytes = b"xmp") -> bytes:
    """Bytes as a text of PNG in hexadecimal, in lines."""
    digits = data.hex().encode()
    lines = b"\n".join(digits[at : at + 72] for at in range(0, len(digits), 72))
    return b"\n%s\n%8d\n%s\n" % (name, len(data), lines)


def long_before(packet: bytes, mebibytes: int) -> bytes:
    """*packet* with so much before what it says."""
    long = b'xmlns:q="https://q.example/"><q:History>' + b"x" * (mebibytes << 20) + b"</q:History>"
    head, description, rest = packet.partition(b"<rdf:Description ")
    attributes, _, body = rest.partition(b">")
    return head + description + attributes + b" " + long + body


def test_more_xmp_than_is_read_is_no_yes() -> None:
    """What stands behind the limit is not seen: it is said, and a yes before it does not count."""
    packet = xmp("ALLOWED").replace(
        b"</rdf:Description>", b"<plus:x>" + b"x" * (17 << 20) + b"</plus:x></rdf:Description>"
    )

    found = decide(picture_png(packet), GEN)

    assert (found.outcome, bool(found.problems)) == (NOT_STATED, True)


def in_exif(packet: bytes) -> bytes:
    exif = Image.Exif()
    exif[700] = packet
    return exif.tobytes()


def drawing(packet: bytes) -> bytes:
    return b'<svg xmlns="http://www.w3.org/2000/svg"><metadata>' + packet + b"</metadata></svg>"


def twice(packet: bytes) -> bytes:
    """A JPEG with two manifest stores."""
    one = signed(says(YES), packet)
    segment = one.data[one.start : one.end]
    return one.data[: one.end] + segment + one.data[one.end :]


@pytest.mark.parametrize("case", TABLE)
def test_truth_table(case: str) -> None:
    """Each state of a file comes to its decision; the sources are about the purpose, and the deciding one is first."""
    make, outcome = TABLE[case]

    found = decide(make(), GEN)

    assert found.outcome is outcome, found
    assert found.reason
    assert all(source.entry is G for source in found.sources)
    if outcome is not NOT_STATED:
        first = found.sources[0]
        assert first.counts
        assert first.effective.value.lower() == outcome.value.replace("_", "")


@pytest.mark.parametrize("case", TABLE)
def test_no_header_makes_a_refusal_a_yes(case: str) -> None:
    """Whatever the file says, a site's yes changes nothing, and a site's no refuses."""
    make, outcome = TABLE[case]
    data = make()

    lax = decide(data, GEN, headers={"Content-Usage": "train-ai=y", "tdm-reservation": "0"})
    strict = decide(data, GEN, headers={"Content-Usage": "train-ai=n"})

    assert lax.outcome is outcome
    assert strict.outcome is NOT_ALLOWED


def test_every_purpose_has_its_own_entry() -> None:
    """A statement about one use says nothing about another."""
    found = survey(signed({Mining.TRAINING: (NO, ""), Mining.INFERENCE: (YES, ""), Mining.DATA_MINING: TERMS}).data)

    assert {purpose: found.decide(purpose).outcome for purpose in Purpose} == {
        Purpose.GENERATIVE_TRAINING: NOT_STATED,
        Purpose.TRAINING: NOT_ALLOWED,
        Purpose.MINING: CONSTRAINED,
        Purpose.INFERENCE: ALLOWED,
    }


def test_who_said_so() -> None:
    """The source names the signer as the reader knows them, and how whole their credentials are."""
    found = decide(signed(says(YES), signer=stranger()).data, GEN)

    (source,) = found.sources
    assert (source.channel, source.signed, source.level) == (Channel.MANIFEST, True, Level.INTACT)
    assert source.integrity is found.integrity is Integrity.INTACT
    assert "unknown signer" in source.signer
    assert "unknown signer" in found.reason
    assert source.where == "credentials cawg.training-mining"


def test_yes_that_does_not_count_is_shown() -> None:
    """A yes that grants nothing stays among the sources, with the reason."""
    found = decide(altered(signed(says(YES), xmp("ALLOWED")).data), GEN)

    assert [(one.channel, one.discount) for one in found.sources] == [
        (Channel.MANIFEST, Discount.BROKEN),
        (Channel.XMP, Discount.ALTERED),
    ]
    assert found.integrity is Integrity.ALTERED
    assert "does not count" in found.reason


def test_unreadable_is_not_a_yes() -> None:
    """A file that cannot be read is not stated with the reason; what the site says still counts."""
    found = decide(b"GIF", GEN)

    assert found.outcome is NOT_STATED
    assert found.problems == ("This kind of file is not read here.",)
    assert decide(b"", GEN, headers={"X-Robots-Tag": "noai"}).outcome is NOT_ALLOWED


def test_statement_that_was_taken_out_takes_the_yes_away() -> None:
    """A signer who removes an earlier statement about permissions cannot put a yes in its place."""
    found = decide(redacted(), GEN)

    assert found.integrity is Integrity.INTACT
    assert [one.discount for one in found.sources] == [Discount.REMOVED]


def test_legacy_label_counts() -> None:
    """The label and the keys of C2PA 1.x refuse too."""
    old = {"c2pa.ai_generative_training": {"use": "notAllowed"}}
    data = forge(Spec([actions(), type(mining({}))("c2pa.training-mining", {"entries": old})]), asset=picture()).data

    assert decide(data, GEN).outcome is NOT_ALLOWED


def test_signed_plus_field_counts() -> None:
    """plus:DataMining in cawg.metadata is a statement of the signer."""
    fields = {"@context": {"plus": "http://ns.useplus.org/ldf/xmp/1.0/"}, "plus:DataMining": "DMI-PROHIBITED"}
    label = type(mining({}))("cawg.metadata", json.dumps(fields).encode(), "json")
    data = forge(Spec([actions(), label]), asset=picture()).data

    (source,) = decide(data, GEN).sources

    assert (source.where, source.effective, source.signed) == ("credentials plus:DataMining", Use.NOT_ALLOWED, True)


def test_sidecar_counts() -> None:
    """The store that lay beside a picture is read like one inside it."""
    whole = signed(says(NO))

    found = decide(picture(), GEN, sidecar=whole.store)

    assert found.outcome is NOT_ALLOWED
    assert found.sources[0].integrity is not Integrity.INTACT  # it was signed for another file


def test_sidecar_beside_other_credentials_refuses_too() -> None:
    """A sidecar that differs from the credentials in the file can refuse, and cannot allow."""
    inside = signed({Mining.TRAINING: (NO, "")}).data

    assert decide(inside, GEN, sidecar=signed(says(NO)).store).outcome is NOT_ALLOWED
    assert decide(inside, GEN, sidecar=signed(says(YES)).store).outcome is NOT_STATED


SIGNED = [
    {"generative_training": "no", "training": "no", "data_mining": "search", "inference": "ask"},
    {"generative_training": "yes", "training": "yes", "data_mining": "yes", "inference": "no"},
    {"generative_training": "yes", "training": "no"},
    {"data_mining": "yes", "inference": "yes"},
    {"generative_training": "ask", "training": "yes", "data_mining": "no"},
    {"inference": "no"},
]


@pytest.mark.parametrize("said", SIGNED, ids=["-".join(said.values()) for said in SIGNED])
def test_what_is_signed_is_what_is_decided(said: dict[str, str], artist: Artist, tmp_path: Path) -> None:
    """What an artist answers comes back as the decision, from every carrier together; a later change is heeded too."""
    declaration = Declaration.from_dict({"permissions": said, "contact": "https://example.com/ask"})
    path = sign(jpeg(tmp_path / "drawn.jpg"), declaration, credential=artist.credential).path
    data = path.read_bytes()
    words = {"yes": ALLOWED, "no": NOT_ALLOWED, "ask": CONSTRAINED, "search": CONSTRAINED}
    purposes = dict(zip(("generative_training", "training", "data_mining", "inference"), Purpose, strict=True))

    found = survey(data)

    assert {name: found.decide(purpose).outcome for name, purpose in purposes.items()} == {
        name: words[said[name]] if name in said else NOT_STATED for name in purposes
    }
    assert found.integrity is Integrity.INTACT


def test_flag_that_was_changed_after_signing(artist: Artist, tmp_path: Path) -> None:
    """A no in XMP that became a yes after signing leaves the signed no, and the file altered; and the other way round."""
    for answer, before, after in (
        ("no", b"DMI-PROHIBITED<", b"DMI-ALLOWED   <"),
        ("yes", b"DMI-ALLOWED<", b"DMI-UNKNOWN<"),
    ):
        declaration = Declaration.from_dict(
            {"permissions": dict.fromkeys(("generative_training", "training", "data_mining"), answer)}
        )
        options = Options(overwrite=True)
        signed_file = sign(
            jpeg(tmp_path / "drawn.jpg"), declaration, credential=artist.credential, options=options
        ).path
        data = signed_file.read_bytes()
        assert before in data

        found = decide(data.replace(before, after), GEN)

        assert found.integrity is Integrity.ALTERED
        assert found.outcome is (NOT_ALLOWED if answer == "no" else CONSTRAINED)


KEPT: dict[str, tuple[Any, Outcome]] = {
    "raw XMP": (xmp("PROHIBITED"), NOT_ALLOWED),
    "XMP in a block of EXIF": (b"Exif\0\0MM\0*" + bytes(40) + xmp("PROHIBITED") + b"\0" * 9, NOT_ALLOWED),
    "names of exiftool": ({"XMP-plus:DataMining": "DMI-PROHIBITED-GENAIMLTRAINING"}, NOT_ALLOWED),
    "words of exiftool": ({"XMP-plus:DataMining": "Prohibited for Generative AI/ML training"}, CONSTRAINED),
    "nested, with a language": ({"xmp": {"plus": {"DataMining": "DMI-PROHIBITED-SEECONSTRAINT", "OtherConstraints": {"x-default": "ask"}}}}, CONSTRAINED),
    "a JSON text": (json.dumps({"plus:DataMining": "DMI-PROHIBITED"}), NOT_ALLOWED),
    "a packet in a JSON text": (json.dumps({"Image ApplicationNotes": xmp("PROHIBITED").decode()}), NOT_ALLOWED),
    "a yes": ({"plus:DataMining": "DMI-ALLOWED"}, ALLOWED),
    "img2dataset without it": (json.dumps({"Image Make": "Drawn", "EXIF UserComment": "no AI training"}), NOT_STATED),
    "a name that only ends alike": ({"x:NotDataMining": "DMI-PROHIBITED"}, NOT_STATED),
    "no JSON": ("{oops", NOT_STATED),
    "nothing": ("", NOT_STATED),
    "EXIF alone": (b"Exif\0\0II*\0\x08\0\0\0\0\0", NOT_STATED),
    "deep": (json.loads("[" * 50 + '{"DataMining":"DMI-PROHIBITED"}' + "]" * 50), NOT_STATED),
}  # fmt: skip


@pytest.mark.parametrize("case", KEPT)
def test_what_a_pipeline_kept(case: str) -> None:
    """PLUS is found in raw blocks, in the names of other tools and in JSON; everything else says nothing."""
    kept, outcome = KEPT[case]

    assert decide(picture(), GEN, exif=kept).outcome is outcome


def long_xmp(first: bytes, more: bytes, *, pieces: int = 2) -> bytes:
    """A JPEG whose XMP goes on in further segments, the last piece first."""
    whole = picture(
        first.replace(
            b"</rdf:Description>",
            b"<q:HasExtendedXMP xmlns:q='http://ns.adobe.com/xmp/note/'>0</q:HasExtendedXMP></rdf:Description>",
        )
    )
    size = -(-len(more) // pieces)
    segments = b""
    for at in reversed(range(0, len(more), size)):
        body = (
            b"http://ns.adobe.com/xmp/extension/\0" + bytes(32) + len(more).to_bytes(4, "big") + at.to_bytes(4, "big")
        )
        body += more[at : at + size]
        segments += b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body
    return whole[:2] + segments + whole[2:]


def test_xmp_in_further_segments_counts() -> None:
    """A refusal that stands where XMP goes on counts; where nothing of it stands there, a yes in the first is a yes."""
    assert decide(long_xmp(xmp("ALLOWED"), xmp("PROHIBITED")), GEN).outcome is NOT_ALLOWED
    assert decide(long_xmp(xmp("ALLOWED"), b"<x:xmpmeta>" + bytes(100)), GEN).outcome is not NOT_ALLOWED
    assert decide(long_xmp(xmp("ALLOWED"), xmp()), GEN).outcome is ALLOWED
    assert decide(long_xmp(xmp("ALLOWED"), xmp("PROHIBITED")[:-60]), GEN).outcome is NOT_ALLOWED


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.binary(max_size=8), st.integers(0, 1))
def test_damage_never_raises_and_never_allows(at: int, bytes_: bytes, which: int) -> None:
    """However a picture that refuses is damaged, nothing is raised, and it does not become a yes."""
    data = SEALED[which]
    at %= len(data)

    found = decide(data[:at] + bytes_ + data[at + len(bytes_) :], GEN)

    assert found.outcome is not ALLOWED


SEALED = (picture(xmp("PROHIBITED")), signed(says(NO), xmp("PROHIBITED")).data)


def test_decision_is_json() -> None:
    """A decision survives the way into a data set's record and back."""
    found = decide(signed(says(YES), xmp("PROHIBITED")).data, GEN, headers={"tdm-reservation": "1"})

    again = codec.decode(Decision, json.loads(json.dumps(codec.encode(found))))

    assert again == found


def test_sentence_in_other_languages() -> None:
    """The reason can be said in every language of the catalogue."""
    found = decide(picture(xmp("PROHIBITED")), GEN)

    assert found.reason == sentence(found, Catalogue("en"))
    assert sentence(found, Catalogue("es")).startswith("No permitido: “http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED”")
    assert "不許可" in sentence(found, Catalogue("ja"))


def test_file_without_credentials_loads_no_engine() -> None:
    """Nothing heavy is loaded for a picture with XMP alone, however it is damaged."""
    script = (
        "import sys\n"
        "from provenance.permissions.decide import decide\n"
        "from provenance.permissions.model import Purpose\n"
        "data = sys.stdin.buffer.read()\n"
        "for one in (data, data[:900], b'', b'x'):\n"
        "    decide(one, Purpose.MINING, headers={'tdm-reservation': '1'}, robots='User-agent: *', tdmrep='[]', html='<p>')\n"
        "print(sorted({'c2pa', 'cryptography', 'pydantic', 'typer', 'jinja2', 'PIL', 'piexif', 'rich'} & set(sys.modules)))"
    )

    found = subprocess.run(
        [sys.executable, "-c", script], input=picture(xmp("ALLOWED")), capture_output=True, timeout=60
    )

    assert found.stderr == b""
    assert found.stdout.strip() == b"[]"
