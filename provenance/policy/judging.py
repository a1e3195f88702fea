"""One policy for many files: judged as `judge` does, what it does not look at left aside.

Most files of a folder differ in nothing that a policy asks about, so an answer is kept for the next of the same kind:
ten times as many files a second, and the same verdicts.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from provenance.declaration.globs import matches
from provenance.policy.deriving import SUFFIX
from provenance.policy.facts import Facts, digest
from provenance.policy.judge import judge
from provenance.policy.loading import Policy
from provenance.policy.verdict import Verdict
from provenance.policy.vocabulary import SPLIT
from provenance.report.wording import DEFAULT
from provenance.terms import Integrity

_KEPT = 4096
_ALWAYS = (  # what every answer may rest on
    "integrity", "chain_intact", "signer_level", "lowest_level", "complete", "permissions_unsigned",
)  # fmt: skip
_ALL = frozenset(Facts.__match_args__)
_BESIDE = ("_beside",)
_WITH = {
    "signer": ("signer", "signer_fingerprint", "signer_fingerprints"),
    "time": ("time", "time_kind"),
    "profiles": ("profiles", "profiles_not_met"),
    "credit_fields": ("credit_fields", "credit_fields_unsigned"),
}


class Judging:
    """A policy, ready for many files."""

    def __init__(
        self, policy: Policy, *, context: Mapping[str, object], now: datetime.datetime, language: str = DEFAULT
    ) -> None:
        self.policy = policy
        self._said: dict[str, Any] = {"context": dict(context), "now": now, "language": language}
        self._asked = attrgetter(*dict.fromkeys((*_ALWAYS, *_fields(policy))))
        self._kept: dict[object, Verdict] = {}

    def __call__(self, facts: Facts, path: str, *, facts_sha256: str = "") -> Verdict:
        """Return the verdict on one file.

        Args:
            path: where the file lies, with ``/``, for overrides and waivers.
            facts_sha256: `digest` of the facts, where the caller has it already.
        """
        known = facts_sha256 or digest(facts)
        if facts.integrity is Integrity.NOT_CHECKED:
            return judge(facts, self.policy, path=path, facts_sha256=known, **self._said)
        key = (self._asked(facts), self._by_path(facts, path))
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            found = judge(facts, self.policy, path=path, facts_sha256=known, **self._said)
            self._kept[key] = found
            return found
        return Verdict(path, found.policy, found.decision, found.outcomes, known, enforced=found.enforced)

    def _by_path(self, facts: Facts, path: str) -> tuple[bool, ...]:
        policy = self.policy
        return (
            *(matches(path, one.paths) for one in policy.overrides),
            *(matches(path, one.paths) or facts.sha256 in one.sha256 for one in policy.waivers),
        )


def _fields(policy: Policy) -> list[str]:
    names: list[str] = []
    for rule in policy.rules:
        for predicate in (*rule.predicates(), *((rule.when,) if rule.when else ())):
            for name, _ in predicate.tests():
                split = (name + suffix for suffix in (*SUFFIX.values(), *_BESIDE))
                names += [one for one in split if one in _ALL] if name in SPLIT else _WITH.get(name, (name,))
    return names
