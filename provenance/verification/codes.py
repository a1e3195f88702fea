"""The failure codes of the specification, so that nobody files a failure under the successes (V1, V4).

C2PA 2.5 Annex D, what 2.4 had besides, and what the engine emits. A code that is not here counts as what the list
says in which it arrived (V2).
"""

from __future__ import annotations

from typing import Final

from provenance.terms import StatusLevel

_FAILURES: Final = """
algorithm.unsupported
assertion. action.ingredientMismatch action.malformed action.redacted action.redactionMismatch action.softBindingMissing
assertion. alternativeContentRepresentation.hashMismatch alternativeContentRepresentation.malformed
assertion. alternativeContentRepresentation.missing bmffHash.malformed bmffHash.mismatch boxesHash.malformed
assertion. boxesHash.mismatch boxesHash.unknownBox cbor.invalid cloud-data.actions cloud-data.hardBinding
assertion. cloud-data.labelMismatch cloud-data.malformed collectionHash.incorrectFileCount collectionHash.invalidURI
assertion. collectionHash.malformed collectionHash.mismatch dataHash.malformed dataHash.mismatch dataHash.redacted
assertion. external-reference.created external-reference.hashMismatch external-reference.labelMismatch
assertion. external-reference.malformed hardBinding.redacted hashedURI.mismatch inaccessible ingredient.malformed
assertion. json.invalid linkedResourceIntegrity.invalidURI linkedResourceIntegrity.malformed metadata.disallowed
assertion. linkedResourceIntegrity.notCreated metadata.malformed missing multiAssetHash.malformed required.missing
assertion. multiAssetHash.mismatch multiAssetHash.missingPart multipleHardBindings notRedacted outsideManifest
assertion. segmentHash.malformed segmentHash.mismatch segmentHash.partialCoverage segmentHash.predecessorMismatch
assertion. selfRedacted timestamp.malformed undeclared
claim. actions.missing cbor.invalid hardBindings.missing malformed missing multiple required.missing
claimSignature. mismatch missing outsideValidity
general.error
hashedURI. mismatch missing
ingredient. claimSignature.mismatch claimSignature.missing hashedURI.mismatch manifest.mismatch manifest.missing
manifest. appendOnlyText.noSentinel compressed.invalid inaccessible inaccessible.encrypted inaccessible.malformed
manifest. multipleParents timestamp.invalid timestamp.wrongParents update.invalid update.wrongParents
signingCredential. expired invalid ocsp.revoked untrusted
"""


def _spelt(lines: str) -> frozenset[str]:
    found: set[str] = set()
    for line in lines.split("\n"):
        head, *rest = line.split() or [""]
        found |= {head + tail for tail in rest} if head.endswith(".") else {head}
    return frozenset(found - {""})


FAILURES: Final = _spelt(_FAILURES)


def level_of(code: str, said: StatusLevel) -> StatusLevel:
    """Return what *code* means, where somebody *said* that it is something else."""
    return StatusLevel.FAILURE if code in FAILURES else said
