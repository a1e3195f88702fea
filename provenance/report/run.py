"""What several files of one run have in common."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from provenance.report.layout import fill
from provenance.report.wording import Catalogue, Phrase
from provenance.verification.model import Verification

_NAMED = 6


def same_signer(found: Iterable[Verification], say: Catalogue, *, width: int = 80) -> Iterator[str]:
    """Yield a sentence for each certificate that signed several intact files: the same key, whoever holds it."""
    groups: dict[str, list[str]] = defaultdict(list)
    for verification in found:
        active = verification.active_manifest
        if active and active.attributable and active.signer.leaf:
            groups[active.signer.leaf.sha256].append(verification.name)
    for fingerprint, names in groups.items():
        if len(names) > 1:
            rest = f" +{len(names) - _NAMED}" if len(names) > _NAMED else ""
            shown = Phrase(say.join(names[:_NAMED]) + rest)
            sentence = say("run.same_signer", count=len(names), fingerprint=fingerprint[:16], names=shown)
            yield from fill(sentence, width, indent="  ").split("\n")
