"""The whole way: a picture is given EXIF, IPTC and XMP, signed, edited with exiftool, verified and reported on."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from provenance.container.model import Kind
from provenance.engine.context import writing_context
from provenance.engine.embed import embed
from provenance.metadata.agreement import State
from provenance.metadata.model import Carrier, Field
from provenance.permissions.decide import decide
from provenance.permissions.model import Purpose
from provenance.report.build import build
from provenance.report.export import to_json, to_markdown
from provenance.report.html import page
from provenance.report.model import Report
from provenance.report.text import render, render_full
from provenance.signing.options import Options as SigningOptions
from provenance.signing.sign import sign
from provenance.terms import CAWG_METADATA, DST, TRAINING_MINING, Integrity, Mining, SourceType
from provenance.verification.check import check
from provenance.verification.model import Verification
from provenance.verification.options import Options
from tests.hostile.cases_chain import _without
from tests.hostile.forge import Assertion, Spec, actions, forge, ingredient
from tests.support.artist import DRAWN_BY_HAND, Artist
from tests.support.environment import Ran, needs_exiftool
from tests.support.permissions import picture as xmp_picture
from tests.support.pictures import DRAWN, jpeg
from tests.support.pki import Issued
from tests.support.signing import KeyInMemory, plan

pytestmark = needs_exiftool

NOW = datetime(2026, 11, 28, tzinfo=UTC)
PLUS = "http://ns.useplus.org/ldf/vocab/"
LONG = "Mika Kestrel of the house beside the harbour, Nightjar"
CONTEXT = {"dc": "http://purl.org/dc/elements/1.1/"}
BLANK = {"action": "c2pa.created", "digitalSourceType": SourceType.EMPTY}
BY_HAND = {"action": "c2pa.drawing", "digitalSourceType": SourceType.HUMAN_EDITS}
FILL = {"action": "c2pa.edited", "digitalSourceType": SourceType.COMPOSITE_WITH_TRAINED}


def packet(creator: str = "", mining: str = "", source_type: str = "", writer: str = "") -> bytes:
    """An XMP packet that says so."""
    said = {
        "dc:creator": f"<rdf:Seq><rdf:li>{creator}</rdf:li></rdf:Seq>" if creator else "",
        "plus:DataMining": mining and PLUS + mining,
        "Iptc4xmpExt:DigitalSourceType": source_type,
        "xmp:CreatorTool": writer,
        "xmp:MetadataDate": writer and "2026-11-27T08:00:00Z",
    }
    inside = "".join(f"<{name}>{text}</{name}>" for name, text in said.items() if text)
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/"'
        ' xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">'
        f'{inside}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def edited(path: Path, *arguments: str, xmp: bytes = b"") -> Path:
    """*path*, edited by exiftool."""
    if xmp:
        beside = path.with_name("packet.xmp")
        beside.write_bytes(xmp)
        arguments = (*arguments, f"-XMP<={beside}")
    done = subprocess.run(
        ["exiftool", "-q", "-m", "-overwrite_original", "-charset", "iptc=UTF8", *arguments, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return path


def picture(folder: Path, *arguments: str, xmp: bytes = b"") -> Path:
    path = jpeg(folder / "piece.jpg")
    return edited(path, *arguments, xmp=xmp) if arguments or xmp else path


def signed(
    path: Path,
    issued: Issued,
    *actions: dict[str, Any],
    creator: str = "",
    uses: dict[Mining, str] | None = None,
    flag: str = "",
    beside: bool = False,
) -> Path:
    """*path*, signed by somebody whom nobody knows, who states *actions*, *creator* and *uses*."""
    made = plan()
    assertions = [
        {
            "label": "c2pa.actions.v2",
            "created": True,
            "data": {"actions": list(actions or (BLANK, BY_HAND)), "allActionsIncluded": True},
        }
    ]
    if creator:
        data: dict[str, Any] = {"@context": CONTEXT, "dc:creator": [creator]}
        if flag:
            data["plus:DataMining"] = PLUS + flag
        assertions.append({"label": CAWG_METADATA, "created": True, "kind": "Json", "data": data})
    if uses:
        entries = {entry.value: {"use": use} for entry, use in uses.items()}
        assertions.append({"label": TRAINING_MINING, "created": True, "data": {"entries": entries}})
    made.definition["assertions"] = assertions
    out = io.BytesIO()
    with writing_context() as context, path.open("rb") as source:
        store = embed(
            made,
            kind=Kind.JPEG,
            source=source,
            destination=None if beside else out,
            credential=KeyInMemory(issued),
            context=context,
        )
    if beside:
        path.with_suffix(path.suffix + ".c2pa").write_bytes(store)
    else:
        path.write_bytes(out.getvalue())
    return path


def verified(path: Path) -> Verification:
    return check(path, options=Options())


def reported(path: Path) -> Report:
    return build(verified(path), now=NOW)


def states(report: Report) -> dict[Field, State]:
    return {line.field: line.state for line in report.agreement}


REFUSED = {Mining.DATA_MINING: "notAllowed", Mining.TRAINING: "notAllowed", Mining.GENERATIVE_TRAINING: "notAllowed"}
AGREED = packet("Zoë Kestrel", "DMI-PROHIBITED", DST + "digitalCreation")
EVERYWHERE = ("-IFD0:Artist=Zoë Kestrel", "-IPTC:CodedCharacterSet=UTF8", "-IPTC:By-line=Zoë Kestrel")


def test_every_carrier_says_the_same(tmp_path: Path, issued: Issued) -> None:
    """Four carriers, one statement: a match in each field, and nothing of it on the first screen."""
    path = signed(picture(tmp_path, *EVERYWHERE, xmp=AGREED), issued, creator="Zoë Kestrel", uses=REFUSED)

    report = reported(path)

    assert report.integrity.state is Integrity.INTACT
    assert states(report) == dict.fromkeys((Field.CREATOR, Field.DATA_MINING, Field.SOURCE_TYPE), State.MATCH)
    carriers = {one.carrier for one in report.agreement[0].values}
    assert carriers == {Carrier.MANIFEST, Carrier.XMP, Carrier.EXIF, Carrier.IPTC}
    assert "Compare" not in render(report)


def test_creator_and_flag_changed_after_signing_are_both_named(tmp_path: Path, issued: Issued) -> None:
    """A tampered file: old and new value of each stand in every form, with the program that says it wrote last."""
    path = signed(picture(tmp_path, *EVERYWHERE, xmp=AGREED), issued, creator="Zoë Kestrel", uses=REFUSED)
    edited(path, xmp=packet("Mallory", "DMI-ALLOWED", DST + "digitalCreation", writer="Quick Editor 3"))

    report = reported(path)

    assert report.integrity.state is Integrity.ALTERED
    assert states(report)[Field.CREATOR] is State.MISMATCH
    assert states(report)[Field.DATA_MINING] is State.PERMISSION_CONFLICT
    lines = {line.field: line.sentence.text for line in report.agreement}
    assert lines[Field.CREATOR] == ("creator: was “Zoë Kestrel” (broken credentials), is now “Mallory” (XMP)")
    assert lines[Field.DATA_MINING].startswith(
        "data mining (PLUS): was nothing allowed (broken credentials), is now all allowed (XMP)."
    )
    for form in (render(report), render_full(report), to_markdown(report), page(report)):
        assert all(
            said in form for said in ("Zoë Kestrel", "Mallory", "nothing allowed", "all allowed", "Quick Editor 3")
        )
    assert all(said in to_json(report) for said in ("Zo\\u00eb Kestrel", "Mallory", "DMI-PROHIBITED", "DMI-ALLOWED"))
    assert {line.effective for line in report.permissions if line.entry in set(REFUSED)} == {"notAllowed"}


@pytest.mark.parametrize("name", ["jpeg", "png", "webp", "tiff", "avif", "gif", "svg"])
def test_what_we_sign_agrees_with_itself(name: str, tmp_path: Path, artist: Artist) -> None:
    """A picture that we signed, with metadata in every carrier of its format, has no difference to show."""
    path = DRAWN[name].at(tmp_path)

    report = reported(sign(path, DRAWN_BY_HAND, credential=artist.credential, options=SigningOptions()).path)

    found = states(report)
    assert set(found.values()) <= {State.MATCH, State.TRUNCATED}
    assert {Field.CREATOR, Field.RIGHTS, Field.CREDIT, Field.SOURCE_TYPE, Field.DATA_MINING} <= set(found)
    assert not any(line.conflict for line in report.permissions)


def test_command_shows_what_was_changed(tmp_path: Path, artist: Artist, run: Callable[..., Ran]) -> None:
    """`verify` of a signed picture whose creator and flag were changed names both values of both on its screen."""
    path = sign(
        jpeg(tmp_path / "piece.jpg"), DRAWN_BY_HAND, credential=artist.credential, options=SigningOptions()
    ).path
    edited(path, "-IFD0:Artist=Mallory", xmp=packet("Mallory", "DMI-ALLOWED", writer="Quick Editor 3"))

    done = run("verify", path)

    shown = " ".join(done.out.split())
    assert done.exit == 1
    assert "creator: was “Mika Kestrel” (broken credentials), is now “Mallory” (XMP, EXIF)" in shown
    assert "data mining (PLUS): was AI training not allowed (broken credentials), is now all allowed (XMP)" in shown
    assert "The file says “Quick Editor 3” wrote it last, 2026-11-27 08:00 UTC." in shown


def test_name_that_iptc_cuts_is_a_match(tmp_path: Path, issued: Issued) -> None:
    """IIM has 32 bytes for a name; the rest of it is not missing."""
    path = picture(tmp_path, f"-IPTC:By-line={LONG[:32]}", xmp=packet(LONG))

    report = reported(signed(path, issued, creator=LONG))

    assert states(report)[Field.CREATOR] is State.TRUNCATED


def test_another_name_in_exif_under_the_signature(tmp_path: Path, issued: Issued) -> None:
    """What EXIF said already when the file was signed is a difference, and no change after signing."""
    path = picture(tmp_path, "-IFD0:Artist=Mallory", xmp=packet("Zoë Kestrel"))

    report = reported(signed(path, issued, creator="Zoë Kestrel"))

    assert report.integrity.state is Integrity.INTACT
    assert states(report)[Field.CREATOR] is State.MISMATCH
    assert report.agreement[0].sentence.text.endswith("; the file itself says “Mallory” (EXIF)")
    assert {"carriers_differ"} <= {found.id for found in report.findings}


def test_metadata_that_is_covered_but_not_stated(tmp_path: Path, issued: Issued) -> None:
    """A signature over a file makes nobody state what stands in its XMP."""
    report = reported(signed(picture(tmp_path, xmp=packet("Mallory")), issued))

    line = report.agreement[0]
    assert (line.field, line.state, line.stated_by) == (Field.CREATOR, State.ONLY_HERE, None)
    assert line.sentence.text == "creator: “Mallory” (XMP); under the signature, but not stated by the signer"


def test_only_the_credentials_name_a_creator(tmp_path: Path, issued: Issued) -> None:
    """A statement that no other program can read is said to stand in the credentials only."""
    report = reported(signed(picture(tmp_path), issued, creator="Zoë Kestrel"))

    assert states(report)[Field.CREATOR] is State.ONLY_MANIFEST


def test_carriers_of_an_unsigned_file_contradict_one_another(tmp_path: Path) -> None:
    """Without credentials, EXIF and XMP are held against each other."""
    report = reported(picture(tmp_path, "-IFD0:Artist=Mallory", xmp=packet("Zoë Kestrel")))

    assert report.integrity.state is Integrity.NO_CREDENTIALS
    assert states(report)[Field.CREATOR] is State.INTERNAL


def test_stripped_credentials_leave_what_xmp_says(tmp_path: Path, issued: Issued) -> None:
    """Where the manifest was taken out, the flag in XMP still forbids, and is said to be nobody's statement."""
    path = signed(picture(tmp_path, xmp=AGREED), issued, creator="Zoë Kestrel", uses=REFUSED)
    edited(path, "-all=", xmp=AGREED)

    report = reported(path)

    assert report.integrity.state is Integrity.NO_CREDENTIALS
    assert states(report)[Field.CREATOR] is State.ONLY_HERE
    assert {line.entry: (line.effective, line.carrier) for line in report.permissions}[Mining.TRAINING] == (
        "notAllowed",
        "xmp",
    )


def test_ai_in_xmp_against_a_drawing(tmp_path: Path, issued: Issued) -> None:
    """XMP says generated, the signer says drawn on a blank canvas, complete: a conflict, whoever is right."""
    path = picture(tmp_path, xmp=packet(source_type=DST + "trainedAlgorithmicMedia"))

    report = reported(signed(path, issued))

    assert states(report)[Field.SOURCE_TYPE] is State.AI_CONFLICT
    assert "carriers_ai" in {found.id for found in report.findings}


def test_drawing_in_xmp_against_a_generative_step(tmp_path: Path, issued: Issued) -> None:
    """XMP says drawn, the signer states a generative fill: a conflict the other way."""
    path = picture(tmp_path, xmp=packet(source_type=DST + "digitalCreation"))

    report = reported(signed(path, issued, BLANK, FILL))

    assert states(report)[Field.SOURCE_TYPE] is State.AI_CONFLICT


def test_algorithm_in_xmp_is_no_ai(tmp_path: Path, issued: Issued) -> None:
    """`algorithmicMedia` is no generative AI: a difference of words, and no AI conflict."""
    path = picture(tmp_path, xmp=packet(source_type=DST + "algorithmicMedia"))

    report = reported(signed(path, issued))

    assert states(report)[Field.SOURCE_TYPE] is State.MISMATCH


def test_credentials_beside_the_file(tmp_path: Path, issued: Issued) -> None:
    """A sidecar covers EXIF, IPTC and XMP as credentials inside would, and the report says where it is."""
    path = signed(picture(tmp_path, xmp=AGREED), issued, creator="Zoë Kestrel", uses=REFUSED, beside=True)

    report = reported(path)

    assert report.integrity.state is Integrity.INTACT
    assert states(report)[Field.CREATOR] is State.MATCH
    assert report.carried.sentence.id == "agreement.carried.sidecar"


def test_certificate_that_has_expired(tmp_path: Path, issued: Issued) -> None:
    """After the certificate's end the same fields agree still; that nobody can be held to them is said."""
    path = signed(picture(tmp_path, xmp=AGREED), issued, creator="Zoë Kestrel", uses=REFUSED)

    report = build(check(path, options=Options(as_of="2199-01-01")), now=NOW)

    assert report.integrity.state is Integrity.EXPIRED
    assert states(report)[Field.CREATOR] is State.MATCH
    assert report.carried.sentence.id == "agreement.carried.expired"


def test_picture_data_changed_and_metadata_not(tmp_path: Path, issued: Issued) -> None:
    """Where only other bytes changed, the fields are not said to have changed."""
    path = signed(picture(tmp_path, xmp=AGREED), issued, creator="Zoë Kestrel", uses=REFUSED)
    edited(path, "-Comment=a note")

    report = reported(path)

    assert report.integrity.state is Integrity.ALTERED
    assert not any(line.state.disagrees for line in report.agreement)
    assert "Compare" not in render(report)


FLAGS = {
    "unsigned": (None, "DMI-ALLOWED"),
    "unsigned, search only": (None, "DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING"),
    "signed": (REFUSED, "DMI-PROHIBITED"),
    "signed, XMP allows": (REFUSED, "DMI-ALLOWED"),
    "signed, XMP forbids": (dict.fromkeys(REFUSED, "allowed"), "DMI-PROHIBITED"),
    "signed, silent": ({}, "DMI-ALLOWED"),
    "signed, XMP silent": (dict.fromkeys(REFUSED, "allowed"), ""),
}
OUTCOMES = {"allowed": "allowed", "notAllowed": "not_allowed", "constrained": "constrained", "not stated": "not_stated"}


@pytest.mark.parametrize("changed", [False, True], ids=["as it was", "changed"])
@pytest.mark.parametrize(("uses", "flag"), FLAGS.values(), ids=FLAGS.keys())
def test_report_and_decision_are_one(
    uses: dict[Mining, str] | None, flag: str, changed: bool, tmp_path: Path, issued: Issued
) -> None:
    """A report says of each use what `permissions check` decides about the same bytes."""
    path = picture(tmp_path, xmp=packet("Zoë", flag))
    if uses is not None:
        signed(path, issued, uses=uses)
    if changed:
        edited(path, "-Comment=a note")

    report = {line.entry: OUTCOMES[line.effective] for line in reported(path).permissions}

    assert report == {purpose.entry: decide(path.read_bytes(), purpose).outcome for purpose in Purpose}


def test_flag_in_a_metadata_assertion_is_the_signers(tmp_path: Path, issued: Issued) -> None:
    """A signer who states the PLUS flag in cawg.metadata only has refused, under the signature."""
    path = signed(picture(tmp_path), issued, creator="Zoë", flag="DMI-PROHIBITED")

    line = {line.entry: line for line in reported(path).permissions}[Mining.GENERATIVE_TRAINING]

    assert (line.effective, line.carrier, line.sources[0].attributable) == ("notAllowed", "manifest", True)


def test_credit_that_was_redacted(tmp_path: Path) -> None:
    """Where a later signer took the credit out of the earlier credentials, XMP is compared with nothing, and that is said."""
    said = Assertion(CAWG_METADATA, {"@context": CONTEXT, "dc:creator": ["Zoë Kestrel"]})
    parent = forge(Spec([actions(), said]), asset=xmp_picture(packet("Zoë Kestrel")))
    uri = f"self#jumbf=/c2pa/{parent.label}/c2pa.assertions/{CAWG_METADATA}"
    gone = _without(parent, CAWG_METADATA, [actions()])
    link = ingredient(gone)
    steps = (
        {"action": "c2pa.opened", "parameters": {"ingredients": [link.reference()]}},
        {"action": "c2pa.redacted", "reason": "c2pa.PII.present", "parameters": {"redacted": uri}},
    )
    path = tmp_path / "piece.jpg"
    whole = Spec([actions(*steps), link], redacts=[uri])
    path.write_bytes(forge(whole, others=[gone], asset=xmp_picture(packet("Zoë Kestrel"))).data)

    report = reported(path)

    assert report.integrity.state is Integrity.INTACT
    assert states(report)[Field.CREATOR] is State.ONLY_HERE
    assert report.carried.redacted is not None
    assert report.carried.redacted.text in " ".join(render_full(report).split())


@pytest.mark.parametrize("depth", [30, 600, 950, 985])
def test_nested_metadata_of_a_stranger_ends_no_check(depth: int, tmp_path: Path) -> None:
    """Lists in lists, as deep as a parser goes, are no creator, and nothing is raised."""
    data = b'{"dc:creator":' + b"[" * depth + b'"Zoe"' + b"]" * depth + b"}"
    path = tmp_path / "piece.jpg"
    path.write_bytes(forge(Spec([actions(), Assertion(CAWG_METADATA, data, "json")]), asset=xmp_picture(b"")).data)

    found = verified(path)

    assert not [one for manifest in found.manifests for one in manifest.stated if one.field is Field.CREATOR]


def test_stated_values_are_read_from_every_assertion(tmp_path: Path, issued: Issued) -> None:
    """Creator, first step and permissions come out of the boxes as values that can be compared."""
    found = verified(signed(picture(tmp_path), issued, creator="Zoë Kestrel", uses=REFUSED))

    stated = {(one.field, one.texts, one.where) for one in found.manifests[0].stated}

    assert stated == {
        (Field.CREATOR, ("Zoë Kestrel",), "cawg.metadata dc:creator"),
        (Field.SOURCE_TYPE, (SourceType.EMPTY.value,), "c2pa.actions.v2 c2pa.created"),
        (Field.DATA_MINING, (PLUS + "DMI-PROHIBITED",), TRAINING_MINING),
    }
