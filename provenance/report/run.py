"""What several files of one run have in common."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from provenance.report.layout import fill
from provenance.report.wording import Catalogue, Phrase
from provenance.verification.model import Verification

_NAMED = 6


def signer_of(found: Verification) -> str:
    """Return the SHA-256 of the certificate that signed an intact file; "" of any other."""
    active = found.active_manifest
    return active.signer.leaf.sha256 if active and active.attributable and active.signer.leaf else ""


class SameSigner:
    """The certificates of a run, each with how many intact files it signed and the first of their names."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._names: dict[str, list[str]] = defaultdict(list)

    def add(self, found: Verification) -> None:
        """Take note of one file; what is kept of it does not grow with the file, nor after the first few."""
        self.count(signer_of(found), found.name)

    def count(self, fingerprint: str, name: str) -> None:
        """Take note of the file *name*, by the certificate that signed it; "" is none."""
        if fingerprint:
            self._counts[fingerprint] += 1
            if len(self._names[fingerprint]) < _NAMED:
                self._names[fingerprint].append(name)

    def told(self, say: Catalogue, *, width: int = 80) -> Iterator[str]:
        """Yield a sentence for each certificate that signed several files: the same key, whoever holds it."""
        for fingerprint, count in self._counts.items():
            if count > 1:
                names = self._names[fingerprint]
                rest = f" +{count - len(names)}" if count > len(names) else ""
                shown = Phrase(say.join(names) + rest)
                sentence = say("run.same_signer", count=count, fingerprint=fingerprint[:16], names=shown)
                yield from fill(sentence, width, indent="  ").split("\n")
