"""Files that other programs wrote, and what must come out of each.

The folder is found through PROVENANCE_CORPUS; nothing of it is copied. What must come out is the table in
that folder's README, row by row.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import encypher_c2pa
import pytest

from provenance.container.model import Kind
from provenance.report.build import build
from provenance.report.declared import Origin, Step, StepKind
from provenance.report.model import Report
from provenance.signing.options import Options as Signing
from provenance.signing.options import Signed
from provenance.signing.sign import sign
from provenance.terms import AiUse, Integrity, Level, SourceType, StatusLevel
from provenance.verification.check import check
from provenance.verification.model import Manifest, Verification
from provenance.verification.options import Options
from tests.support.artist import DRAWN_BY_HAND, Artist
from tests.support.environment import (
    corpus,
    crjson,
    exiftool,
    exiftool_block,
    exiftool_warnings,
    needs_corpus,
    needs_exiftool,
    needs_rubric,
    rubric,
)
from tests.support.pictures import pixels

pytestmark = needs_corpus

UNTRUSTED = "signingCredential.untrusted"
INTACT = (
    "adobe-20220124-C.jpg", "adobe-20220124-CA.jpg", "adobe-20220124-CACA.jpg", "adobe-20220124-CAI.jpg",
    "adobe-20220124-CAICA.jpg", "adobe-20220124-CI.jpg", "adobe-20220124-CICA.jpg", "adobe-20220124-CII.jpg",
    "adobe-20220124-CACAICAICICA.jpg", "legacy_ingredient_hash.jpg", "C.dng", "boxhash.jpg",
    "file_with_wrong_extension.xyz.jpg",
)  # fmt: skip
NO_MANIFEST = ("adobe-20220124-A.jpg", "adobe-20220124-I.jpg")
ALTERED = {  # name -> failures of the active manifest or the file
    "adobe-20220124-XCA.jpg": {"assertion.dataHash.mismatch"},
    "adobe-20220124-XCI.jpg": {"assertion.dataHash.mismatch"},
    "adobe-20220124-E-dat-CA.jpg": {"assertion.dataHash.mismatch"},
    "adobe-20220124-E-sig-CA.jpg": {"claimSignature.mismatch"},
    "adobe-20220124-E-uri-CA.jpg": {"assertion.hashedURI.mismatch"},
    "adobe-20220124-E-clm-CAICAI.jpg": {"ingredient.manifest.missing", "assertion.hashedURI.mismatch"},
}
BROKEN_INGREDIENT = {  # name -> failures of the ancestor
    "adobe-20220124-CIE-sig-CA.jpg": {"claimSignature.mismatch"},
    "CACAE-uri-CA.jpg": {"assertion.hashedURI.mismatch"},
    "adobe-20220124-E-uri-CIE-sig-CA.jpg": {"claimSignature.mismatch", "assertion.hashedURI.mismatch"},
}


def _look(*parts: str) -> tuple[Verification, Report]:
    verification = check(corpus(*parts), options=Options())
    return verification, build(verification, now=datetime.now(UTC))


def _failures(manifest: Manifest) -> set[str]:
    return {status.code for status in manifest.statuses if status.level is StatusLevel.FAILURE} - {UNTRUSTED}


def _all_failures(verification: Verification) -> set[str]:
    own = {status.code for status in verification.statuses if status.level is StatusLevel.FAILURE}
    active = verification.active_manifest
    return (own | (_failures(active) if active else set())) - {UNTRUSTED}


@pytest.mark.parametrize("name", INTACT)
def test_intact_chains_by_unknown_signers(name: str) -> None:
    """A sound chain is intact through all its manifests, and its signer is not known."""
    verification, report = _look("chains", name)

    assert verification.integrity is Integrity.INTACT
    assert verification.chain_intact
    assert verification.level is Level.INTACT
    assert _all_failures(verification) == set()
    assert report.level is Level.INTACT


def test_kind_comes_from_content() -> None:
    """A JPEG under another name is read as what it is."""
    verification, _ = _look("chains", "file_with_wrong_extension.xyz.jpg")

    assert verification.media_type == "image/jpeg"


@pytest.mark.parametrize("name", NO_MANIFEST)
def test_no_manifest_says_nothing(name: str) -> None:
    """A picture without credentials is just that; nothing is concluded about AI or origin."""
    verification, report = _look("chains", name)

    assert verification.integrity is Integrity.NO_CREDENTIALS
    assert verification.level is Level.UNVERIFIED
    assert verification.manifests == ()
    assert report.ai_use is AiUse.UNKNOWN


@pytest.mark.parametrize("name", ALTERED)
def test_altered_files(name: str) -> None:
    """A change under the signature is found, with the specification's code for it, and attributed to nobody."""
    verification, report = _look("chains", name)

    assert verification.integrity is Integrity.ALTERED
    assert verification.level is Level.UNVERIFIED
    assert not verification.chain_intact
    assert ALTERED[name] <= _all_failures(verification) | _ingredient_failures(verification)
    assert not any(step.attributable for step in report.ledger if step.depth == 0)


def _ingredient_failures(verification: Verification) -> set[str]:
    return {
        status.code
        for manifest in verification.manifests
        for ingredient in manifest.ingredients
        for status in (*ingredient.recorded, *ingredient.deltas)
        if status.level is StatusLevel.FAILURE
    }


@pytest.mark.parametrize("name", BROKEN_INGREDIENT)
def test_a_broken_ingredient_is_named(name: str) -> None:
    """An ancestor that is broken is named as such, nothing it says is attributed, and the chain is not intact."""
    expected = BROKEN_INGREDIENT[name]

    verification, report = _look("chains", name)

    assert verification.integrity is Integrity.INTACT
    assert not verification.chain_intact
    broken = [manifest for manifest in verification.manifests[1:] if manifest.integrity is Integrity.ALTERED]
    assert broken
    assert expected <= set().union(*map(_failures, broken)) | _ingredient_failures(verification)
    labels = {manifest.label for manifest in broken}
    assert not any(step.attributable for step in report.ledger if step.manifest in labels)
    assert not report.integrity.chain_intact
    assert any(finding.first_screen for finding in report.findings)


def test_an_identity_with_an_unknown_certificate() -> None:
    """An identity assertion that holds, by a certificate that nobody listed, is well formed and no more."""
    verification, _ = _look("chains", "C_with_CAWG_data.jpg")

    assert verification.integrity is Integrity.INTACT
    active = verification.active_manifest
    assert active is not None
    (identity,) = active.identities
    assert (identity.kind, identity.outcome, identity.hits) == ("cawg.x509.cose", "well_formed", ())


def test_a_manifest_elsewhere_is_not_fetched() -> None:
    """A picture that only names a remote manifest is reported with the host, and unchecked."""
    verification, report = _look("chains", "cloud.jpg")

    assert verification.integrity is Integrity.ELSEWHERE
    assert verification.manifests == ()
    assert report.source.kind == "remote"
    assert report.source.remote_host


@dataclass(frozen=True, slots=True)
class Told:
    """A step that a reader must be told of."""

    kind: StepKind
    source_type: str = ""
    origin: Origin = Origin.ACTION
    mentions: str = ""  # somewhere in what is stated, the tool or the model
    raw: str = ""  # how the source type begins, as it stands in the file

    def matches(self, step: Step) -> bool:
        text = " ".join((step.what, step.tool, step.model, step.assertion, step.description))
        return (
            step.kind is self.kind
            and (not self.source_type or step.source_type == self.source_type)
            and step.source_type_raw.startswith(self.raw)
            and step.origin is self.origin
            and self.mentions.lower() in text.lower()
        )


@dataclass(frozen=True, slots=True)
class Ai:
    """A row of the second table."""

    use: AiUse
    told: tuple[Told, ...] = ()


G, E, H = StepKind.GENERATED, StepKind.GENERATIVE_EDIT, StepKind.HUMAN
AI = {
    "firefly-1.jpg": Ai(
        AiUse.POSSIBLY, (Told(StepKind.POSSIBLY, origin=Origin.HINT, mentions="com.adobe.generative-ai"),)
    ),
    "gen-fill.jpg": Ai(
        AiUse.GENERATED_PARTS, (Told(E, SourceType.TRAINED_ALGORITHMIC_MEDIA, mentions="c2pa.actions"),)
    ),
    "composite-dst.jpg": Ai(AiUse.AI_EDITED, (Told(E, SourceType.COMPOSITE_WITH_TRAINED, raw="https://"),)),
    "amazon-titan-g1.png": Ai(
        AiUse.GENERATED, (Told(G, SourceType.TRAINED_ALGORITHMIC_MEDIA, mentions="Titan Image Generator"),)
    ),
    "genai-actions-v2.jpg": Ai(
        AiUse.GENERATED, (Told(G, SourceType.TRAINED_ALGORITHMIC_MEDIA), Told(E, SourceType.COMPOSITE_WITH_TRAINED))
    ),
    "ChatGPT_Image.png": Ai(AiUse.GENERATED, (Told(G, SourceType.TRAINED_ALGORITHMIC_MEDIA, mentions="GPT-4o"),)),
    "PXL_20250818_155024632~4.jpg": Ai(
        AiUse.AI_EDITED, (Told(StepKind.CAPTURE), Told(E, SourceType.COMPOSITE_WITH_TRAINED), Told(H))
    ),
    "PXL_20260208_202351558.jpg": Ai(
        AiUse.NONE_DECLARED_INCOMPLETE, (Told(StepKind.CAPTURE), Told(StepKind.ALGORITHMIC), Told(H))
    ),
    "cai-open-source.jpg": Ai(AiUse.NONE_DECLARED_INCOMPLETE),
}


@pytest.mark.parametrize("name", AI)
def test_ai_steps_are_told(name: str) -> None:
    """Every step that the file declares is in the ledger, and the summary hides none."""
    row = AI[name]

    _, report = _look("ai", name)

    assert report.ai_use is row.use
    missing = [told for told in row.told if not any(map(told.matches, report.ledger))]
    assert missing == []


@pytest.mark.parametrize("name", [name for name, row in AI.items() if row.use is AiUse.NONE_DECLARED_INCOMPLETE])
def test_no_ai_step_where_none_is_declared(name: str) -> None:
    """Where no generative step is declared, none is told."""
    _, report = _look("ai", name)

    assert report.ai_steps == ()


@pytest.mark.parametrize("name", ["ChatGPT_Image.png", "PXL_20250818_155024632~4.jpg"])
def test_an_expired_signer_without_a_time_stamp(name: str) -> None:
    """A certificate that has expired, without a time stamp, is not intact today, and the report says why."""
    verification, report = _look("ai", name)

    assert verification.integrity in {Integrity.EXPIRED, Integrity.ALTERED}
    assert report.signer is not None
    assert report.signer.expired
    assert "signingCredential.expired" in {entry.key for entry in report.integrity.failures}


def test_permissions_and_an_aggregated_identity() -> None:
    """Permissions of the newer and the older kind are both read; an aggregated identity stands on its own axis."""
    verification, report = _look("ai", "cai-open-source.jpg")

    entries = {line.entry for line in report.permissions if line.sources}
    labels = {source.assertion for line in report.permissions for source in line.sources}
    assert entries
    assert {"cawg.training-mining", "c2pa.training-mining"} <= labels
    active = verification.active_manifest
    assert active is not None
    assert "cawg.identity_claims_aggregation" in {identity.kind for identity in active.identities}
    soft = [found.label for found in active.assertions if found.label.startswith("c2pa.soft-binding")]
    assert len(soft) == 2


def test_reading_changes_nothing(tmp_path: Path) -> None:
    """Looking at a file leaves it as it was."""
    source = corpus("chains", "adobe-20220124-CA.jpg")
    copy = tmp_path / source.name
    copy.write_bytes(source.read_bytes())
    before = hashlib.sha256(copy.read_bytes()).digest()

    check(copy, options=Options())

    assert hashlib.sha256(copy.read_bytes()).digest() == before
    assert [path.name for path in tmp_path.iterdir()] == [copy.name]


# --- pictures of other people, signed by us ---------------------------------------------------------------------

UNSIGNED = {  # name -> the kind that it has, and keeps
    "IMG_0003.jpg": Kind.JPEG,
    "P1000827.jpg": Kind.JPEG,
    "TUSCANY.TIF": Kind.TIFF,
    "earth_apollo17.jpg": Kind.JPEG,
    "libpng-test.png": Kind.PNG,
    "mars.webp": Kind.WEBP,
    "sample1.avif": Kind.AVIF,
    "sample1.gif": Kind.GIF,
    "sample1.heic": Kind.HEIC,
    "sample1.png": Kind.PNG,
    "test_lossless.webp": Kind.WEBP,
    "test_xmp.webp": Kind.WEBP,
}
OURS = ("SourceFile", "ExifTool:", "System:", "File:", "JUMBF:", "Jpeg", "CBOR:", "C2PA:", "JSON:", "XMP-c2pa:")


@pytest.fixture(params=UNSIGNED)
def signed(request: pytest.FixtureRequest, artist: Artist, tmp_path: Path) -> tuple[Path, Signed]:
    """One picture of the folder, and what came of signing a copy of it."""
    source = tmp_path / request.param
    source.write_bytes(corpus("unsigned", request.param).read_bytes())
    return source, sign(source, DRAWN_BY_HAND, credential=artist.credential, options=Signing(metadata=False))


def test_every_picture_is_signed_in_its_own_format(signed: tuple[Path, Signed], artist: Artist) -> None:
    """Every picture signs in its own format, embedded, and our verification finds it intact under that signer."""
    source, result = signed

    assert result.kind is UNSIGNED[source.name]
    assert not result.sidecar
    verification = check(result.path, options=Options())
    assert verification.integrity is Integrity.INTACT
    assert verification.coverage.checked
    assert not verification.coverage.pixels_exposed
    active = verification.active_manifest
    assert active is not None
    assert active.signer.leaf is not None
    assert active.signer.leaf.sha256 == artist.credential.fingerprint


def test_pixels_stay_as_they_were(signed: tuple[Path, Signed]) -> None:
    """The signed picture decodes to the same frames, and the source is untouched."""
    source, result = signed

    assert pixels(result.path) == pixels(source)
    assert source.read_bytes() == corpus("unsigned", source.name).read_bytes()


@needs_exiftool
@pytest.mark.parametrize("block", ["EXIF", "IPTC", "XMP", "ICC_Profile"])
def test_metadata_blocks_stay_as_they_were(block: str, signed: tuple[Path, Signed]) -> None:
    """EXIF, IPTC, XMP and the ICC profile are the same bytes before and after, as exiftool copies them out."""
    source, result = signed
    assert exiftool_block(result.path, block) == exiftool_block(source, block)


@needs_exiftool
def test_metadata_tags_stay_as_they_were(signed: tuple[Path, Signed]) -> None:
    """Every tag that exiftool reads has the same value before and after; only places in the file move."""
    source, result = signed

    before, after = exiftool(source, "-a"), exiftool(result.path, "-a")

    if any("references previous JUMBFBox" in warning for warning in exiftool_warnings(result.path)):
        pytest.skip("this exiftool takes EXIF at the address of a JUMBF box for the box itself; see the blocks")
    assert _kept(after) == _kept(before)


def _kept(tags: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in tags.items() if not key.startswith(OURS) and not key.endswith("Offset")}


@needs_rubric
def test_the_official_rubric_passes(signed: tuple[Path, Signed]) -> None:
    """The official conformance rubric finds no failed requirement in the manifest."""
    _, result = signed

    exit_code, lines = rubric("conformance", crjson(result.path))

    assert (exit_code, lines[-1].endswith(" 0 failed")) == (0, True), lines


def test_another_verifier_trusts_each(signed: tuple[Path, Signed], artist: Artist) -> None:
    """encypher-c2pa finds each picture intact and trusts it under the artist's authority."""
    _, result = signed

    found = encypher_c2pa.verify(
        result.path, trust_pem=artist.anchor_pem, telemetry=False, online=False, no_default_trust=True
    )

    assert (found["integrity"], found["validation_state"]) == ("valid", "Trusted")
    assert found["validation_results"]["failure"] == []
