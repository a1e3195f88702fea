"""Names in a policy that are nearly those of somebody whom the reader knows, or of a list that they have.

A policy may name whom this reader does not know, so that such a name is no fault; one letter beside a known one it is
probably a slip, which would let a rule hold for nobody, or for everybody. It is told, and not refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from provenance.policy.loading import Policy
from provenance.spelling import nearest


def misspelt(policy: Policy, *, signers: Iterable[str], lists: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each name of *policy* that none of *signers* or *lists* has, and the one that was probably meant."""
    yield from _near((*named(policy, "signer"), *(one for group in policy.signers.values() for one in group)), signers)
    yield from _near(named(policy, "signer_lists"), lists)


def named(policy: Policy, fact: str) -> tuple[str, ...]:
    """Return the words by which the rules of *policy* ask of *fact*, groups left out."""
    found: dict[str, None] = {}
    for rule in policy.rules:
        for predicate in rule.predicates():
            for name, _, given in predicate.asked():
                if name == fact:
                    found |= dict.fromkeys(given if isinstance(given, tuple) else (given,))
    return tuple(word for word in found if isinstance(word, str) and not word.startswith("@"))


def _near(words: Iterable[str], known: Iterable[str]) -> Iterator[tuple[str, str]]:
    folded = {one.casefold(): one for one in known}
    for word in dict.fromkeys(words):
        near = nearest(word, folded) if word.casefold() not in folded and not set("*?") & set(word) else ""
        if near:
            yield word, folded[near]
