"""Verdicts of a contest that wait for the last file, as only then is known what entries share.

They wait in a file of their own; of each only its name, its entries, its hash and its key are kept in memory, so that
a hundred thousand files take some tens of megabytes.
"""

from __future__ import annotations

import json
import tempfile
from types import TracebackType
from typing import Self

from provenance.policy.comparing import compared
from provenance.policy.entry_form import Entry
from provenance.policy.facts import Facts
from provenance.policy.verdict import Outcome, Verdict
from provenance.record import dataclass
from provenance.report.wording import Catalogue
from provenance.terms import Level
from provenance.worker import codec

_IN_MEMORY = 4 << 20


@dataclass(frozen=True, slots=True)
class Seen:
    """One file that was judged."""

    path: str  # with /
    verdict: Verdict
    facts: Facts | None = None  # None if it could not be looked at


@dataclass(frozen=True, slots=True)
class Held:
    """What is kept in memory of a file while the others are judged."""

    path: str
    name: str
    entries: tuple[Entry, ...]
    sha256: str  # "" if it could not be looked at
    key: str  # as `key_of` has it
    listed: bool  # whether a public list knows the key
    at: int  # where its verdict begins


class Waiting:
    """Verdicts that wait for the last file, in a file of their own; in memory while they are few."""

    def __init__(self) -> None:
        self.held: list[Held] = []
        self._keys: dict[str, str] = {}
        self._end = 0
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed in __exit__

    def add(self, seen: Seen, entries: tuple[Entry, ...], say: Catalogue, *, blind: bool) -> None:
        """Keep one file, and how it differs from the one entry that it belongs to."""
        differences: list[Outcome] = []
        sha256, key, listed = "", "", False
        if seen.facts is not None:
            for entry in entries if len(entries) == 1 else ():
                differences += compared(entry, seen.facts, say, blind=blind)
            sha256, key = seen.facts.sha256, key_of(seen.facts)
            listed = seen.facts.signer_level is Level.LISTED
        held = Held(seen.path, seen.verdict.name, entries, sha256, self._keys.setdefault(key, key), listed, self._end)
        self.held.append(held)
        line = json.dumps([codec.encode(seen.verdict), [codec.encode(one) for one in differences]])
        self._file.seek(self._end)
        self._end += self._file.write(line.encode("ascii") + b"\n")

    def of(self, held: Held) -> tuple[Verdict, list[Outcome]]:
        """Return the verdict of one file, and how it differs from the form."""
        self._file.seek(held.at)
        verdict, differences = json.loads(self._file.readline())
        return codec.decode(Verdict, verdict), [codec.decode(Outcome, one) for one in differences]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def key_of(facts: Facts) -> str:
    """Return what two files have in common if one key signed both; "" where no signature holds.

    A signer whom the reader pinned is one signer under every certificate that the pin vouches for.
    """
    if facts.signer_level.rank < Level.INTACT.rank or not facts.signer_fingerprint:
        return ""
    pinned = facts.signer_level is Level.KNOWN and facts.signer and "pin" in facts.signer_tiers
    return f"pin {facts.signer}" if pinned else facts.signer_fingerprint
