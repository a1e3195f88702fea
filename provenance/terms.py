"""The standards' words, spelt once.

Sources: C2PA Technical Specification 2.4 (April 2026) and 2.5 (October 2026), CAWG Identity 1.3,
CAWG Training and Data Mining 1.1, IPTC Digital Source Type NewsCodes (2024-09-17), RFC 5280 OIDs.
"""

from __future__ import annotations

from enum import Enum, StrEnum

SPEC_VERSION = "2.4.0"  # the shape that we write; SemVer, for claim_generator_info.specVersion
NAMESPACE = "io.github.provenance-toolkit"  # reverse-domain prefix of everything that is ours in a manifest


class Integrity(StrEnum):
    """What can be said about the bytes. Only `INTACT` is a yes."""

    INTACT = "intact"  # what was signed is what is here
    EXPIRED = "expired"  # the bytes hold; the certificate has run out, and no trusted time stamp is older
    ALTERED = "altered"  # signature, hash or structure does not hold; reasons in the statuses
    NOT_COVERED = "not_covered"  # signature holds, but not every byte that matters is under a hash
    NO_CREDENTIALS = "no_credentials"  # says nothing about origin
    ELSEWHERE = "elsewhere"  # refers to credentials stored elsewhere; not fetched
    NOT_CHECKED = "not_checked"  # could not check: limit, crash, unreadable


class Level(StrEnum):
    """How the reader knows the signer: listed > known > intact > unverified."""

    LISTED = "listed"  # in a public list that this reader loaded
    KNOWN = "known"  # pinned here, under the reader's own name
    INTACT = "intact"  # the signature holds; the signer is unknown
    UNVERIFIED = "unverified"  # nothing can be attributed to anyone

    @property
    def rank(self) -> int:
        """3 for listed down to 0 for unverified."""
        return 3 - list(Level).index(self)


class TimeKind(StrEnum):
    """Where a time comes from; never mixed."""

    TRUSTED = "trusted_time_stamp"
    UNTRUSTED = "untrusted_time_stamp"
    CLAIMED = "claimed"
    NONE = "none"


class AiUse(StrEnum):
    """Summary of declared AI use over the whole chain, one word for machines."""

    GENERATED = "generated"
    GENERATED_PARTS = "generated_parts"
    AI_EDITED = "ai_edited"
    POSSIBLY = "possibly"
    NONE_DECLARED = "none_declared"
    NONE_DECLARED_INCOMPLETE = "none_declared_incomplete"
    UNKNOWN = "unknown"


class Strength(StrEnum):
    """How strong the evidence for one step is, strongest first."""

    SIGNED_TRUSTED = "signed_and_trusted"
    SIGNED_UNKNOWN = "signed_signer_unknown"
    SIGNED_BROKEN = "signed_but_broken"
    UNSIGNED = "unsigned_metadata"


class Relationship(StrEnum):
    """C2PA 2.4 §ingredient v3."""

    PARENT_OF = "parentOf"
    COMPONENT_OF = "componentOf"
    INPUT_TO = "inputTo"


# --- labels ---------------------------------------------------------------------------------------------
ACTIONS = "c2pa.actions.v2"
ACTIONS_V1 = "c2pa.actions"
INGREDIENT = "c2pa.ingredient.v3"
AI_DISCLOSURE = "c2pa.ai-disclosure"
THUMBNAIL = "c2pa.thumbnail.claim"
CLAIM = "c2pa.claim.v2"
CLAIM_V1 = "c2pa.claim"
TRAINING_MINING = "cawg.training-mining"
TRAINING_MINING_LEGACY = "c2pa.training-mining"
CONTACT = "Iptc4xmpCore:CreatorContactInfo"  # a field of cawg.metadata: whom to ask
CAWG_METADATA = "cawg.metadata"
CAWG_IDENTITY = "cawg.identity"
STATEMENT = f"{NAMESPACE}.statement"  # our assertion: "no generative AI" and other statements of the author
AI_PARAMETERS = f"{NAMESPACE}.ai"  # our action parameter: the structured `ai` block
BASIS_PARAMETER = f"{NAMESPACE}.basis"  # our action parameter: entered | recorded | detected


# --- digital source types (IPTC, and C2PA's own) ----------------------------------------------------------
DST = "http://cv.iptc.org/newscodes/digitalsourcetype/"
C2PA_DST = "http://c2pa.org/digitalsourcetype/"


class SourceType(StrEnum):
    """Digital source types in force, by full URI."""

    EMPTY = C2PA_DST + "empty"
    TRAINED_ALGORITHMIC_DATA = C2PA_DST + "trainedAlgorithmicData"
    DIGITAL_CAPTURE = DST + "digitalCapture"
    COMPUTATIONAL_CAPTURE = DST + "computationalCapture"
    NEGATIVE_FILM = DST + "negativeFilm"
    POSITIVE_FILM = DST + "positiveFilm"
    PRINT = DST + "print"
    HUMAN_EDITS = DST + "humanEdits"
    COMPOSITE_WITH_TRAINED = DST + "compositeWithTrainedAlgorithmicMedia"
    ALGORITHMICALLY_ENHANCED = DST + "algorithmicallyEnhanced"
    DIGITAL_CREATION = DST + "digitalCreation"
    DATA_DRIVEN = DST + "dataDrivenMedia"
    TRAINED_ALGORITHMIC_MEDIA = DST + "trainedAlgorithmicMedia"
    ALGORITHMIC_MEDIA = DST + "algorithmicMedia"
    SCREEN_CAPTURE = DST + "screenCapture"
    VIRTUAL_RECORDING = DST + "virtualRecording"
    COMPOSITE = DST + "composite"
    COMPOSITE_CAPTURE = DST + "compositeCapture"
    COMPOSITE_SYNTHETIC = DST + "compositeSynthetic"


RETIRED_SOURCE_TYPES = {  # readable, never written: retired URI -> what replaced it (None: nothing definite)
    DST + "minorHumanEdits": SourceType.HUMAN_EDITS,
    DST + "digitalArt": None,
    DST + "softwareImage": None,
    "c2pa.trainedAlgorithmicData": SourceType.TRAINED_ALGORITHMIC_DATA,
}
GENERATIVE_SOURCE_TYPES = frozenset(
    {
        SourceType.TRAINED_ALGORITHMIC_MEDIA,
        SourceType.COMPOSITE_WITH_TRAINED,
        SourceType.COMPOSITE_SYNTHETIC,
        SourceType.TRAINED_ALGORITHMIC_DATA,
    }
)
POSSIBLY_GENERATIVE_SOURCE_TYPES = frozenset(
    {
        SourceType.COMPOSITE,
        SourceType.SCREEN_CAPTURE,
        SourceType.VIRTUAL_RECORDING,
        DST + "digitalArt",
        DST + "softwareImage",
    }
)


def source_type(text: str) -> str:
    """Return *text* in its canonical spelling: trimmed, ``http`` for ``https``; unknown text comes back trimmed."""
    trimmed = text.strip()
    for prefix in (DST, C2PA_DST):
        secure = prefix.replace("http://", "https://", 1)
        if trimmed.startswith(secure):
            return prefix + trimmed[len(secure) :]
    return trimmed


# --- actions (C2PA 2.4 Table 4) -----------------------------------------------------------------------------
INCEPTION_ACTIONS = frozenset({"c2pa.created", "c2pa.opened"})
NON_EDITORIAL_ACTIONS = frozenset(
    "c2pa." + name
    for name in (
        "converted",
        "edited.metadata",
        "enhanced",
        "published",
        "redacted",
        "repackaged",
        "resized.proportional",
        "transcoded",
        "watermarked.bound",
        "watermarked.unbound",
    )
)
EDITORIAL_ACTIONS = frozenset(
    "c2pa." + name
    for name in (
        "addedText",
        "adjustedColor",
        "changedSpeed",
        "cropped",
        "deleted",
        "drawing",
        "dubbed",
        "edited",
        "filtered",
        "mastered",
        "mixed",
        "orientation",
        "remixed",
        "resized",
        "translated",
        "trimmed",
    )
)
WRITABLE_ACTIONS = INCEPTION_ACTIONS | NON_EDITORIAL_ACTIONS | EDITORIAL_ACTIONS | {"c2pa.placed"}
READ_ONLY_ACTIONS = frozenset(
    "c2pa." + name
    for name in (
        "modified",
        "rendered",
        "reviewed",
        "unknown",
        "color_adjustments",
        "watermarked",
        "removed",
        "copied",
        "formatted",
        "version_updated",
        "printed",
        "managed",
        "produced",
        "saved",
    )
)


# --- permissions (CAWG TDM 1.1) ---------------------------------------------------------------------------------
class Use(StrEnum):
    """What may be done. Silence is none of these."""

    ALLOWED = "allowed"
    NOT_ALLOWED = "notAllowed"
    CONSTRAINED = "constrained"


class Mining(StrEnum):
    """The four entries of ``cawg.training-mining``."""

    DATA_MINING = "cawg.data_mining"
    INFERENCE = "cawg.ai_inference"
    GENERATIVE_TRAINING = "cawg.ai_generative_training"
    TRAINING = "cawg.ai_training"


SEARCH_ONLY = "For indexing by search engines only."  # our text of a constrained data mining that search may do


# --- certificates ----------------------------------------------------------------------------------------------------
EKU_EMAIL_PROTECTION = "1.3.6.1.5.5.7.3.4"
EKU_DOCUMENT_SIGNING = "1.3.6.1.5.5.7.3.36"
EKU_C2PA_CLAIM_SIGNING = "1.3.6.1.4.1.62558.2.1"
EKU_TIME_STAMPING = "1.3.6.1.5.5.7.3.8"
EKU_OCSP_SIGNING = "1.3.6.1.5.5.7.3.9"
EKU_MICROSOFT = "1.3.6.1.4.1.311.76.59.1.9"  # signers under the interim list carry it
EKU_ANY = "2.5.29.37.0"
SIGNING_EKUS = (EKU_EMAIL_PROTECTION, EKU_DOCUMENT_SIGNING, EKU_C2PA_CLAIM_SIGNING)
PROGRAMME_ARC = "1.3.6.1.4.1.62558"  # the conformance programme's own arc; only its EKU may stand in a self-made leaf


class Algorithm(StrEnum):
    """COSE signature algorithms that C2PA 2.4 §13.2 allows, by the engine's names."""

    ES256 = "es256"
    ES384 = "es384"
    ES512 = "es512"
    PS256 = "ps256"
    PS384 = "ps384"
    PS512 = "ps512"
    ED25519 = "ed25519"


class Role(StrEnum):
    """CAWG Identity 1.3 §8.1.1 roles."""

    CREATOR = "cawg.creator"
    CONTRIBUTOR = "cawg.contributor"
    EDITOR = "cawg.editor"
    PRODUCER = "cawg.producer"
    PUBLISHER = "cawg.publisher"
    SPONSOR = "cawg.sponsor"
    TRANSLATOR = "cawg.translator"


class StatusLevel(Enum):
    """The list of a validation result that a status code arrived in."""

    SUCCESS = "success"
    INFORMATIONAL = "informational"
    FAILURE = "failure"


# --- status codes that our own checks emit ---------------------------------------------------------------------------
# The specification's where it has one (C2PA 2.5 Annex D); ours, under our namespace, where it has none.
SIGNER_UNTRUSTED = "signingCredential.untrusted"
SIGNER_INVALID = "signingCredential.invalid"
SIGNER_EXPIRED = "signingCredential.expired"
SIGNER_REVOKED = "signingCredential.ocsp.revoked"
OWN = NAMESPACE + "."  # prefix of our own status codes, e.g. OWN + "coverage.exclusions"

VERSION = "0.1.0"  # of this package; pyproject.toml says the same, a test compares
