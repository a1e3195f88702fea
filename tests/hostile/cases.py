"""Every case, by name."""

from __future__ import annotations

from tests.hostile import (
    cases_binding,
    cases_chain,
    cases_content,
    cases_differential,
    cases_identity,
    cases_limits,
    cases_network,
    cases_stores,
    cases_strings,
    cases_trust,
)
from tests.hostile.case import Case

_SETS = (
    cases_trust.CASES, cases_binding.CASES, cases_stores.CASES, cases_chain.CASES, cases_content.CASES,
        cases_differential.CASES,
        cases_limits.CASES,
    cases_network.CASES, cases_identity.CASES, cases_strings.CASES,
)  # fmt: skip
CASES: dict[str, Case] = {name: case for found in _SETS for name, case in found.items()}
ASKED = {name: case for name, case in CASES.items() if not case.engine}  # those that the engine survives
GROUPS = {
    "TR": "trust", "TS": "time", "OC": "revocation, stapled", "RV": "withdrawal", "A": "binding", "B": "ancestors",
    "FL": "later manifests", "C": "hidden statements", "D": "statements", "E": "thumbnails", "F": "odd content",
    "FM": "boxes of AVIF", "ID": "identities", "DOS": "resources", "SS": "network", "IN": "strings",
        "MS": "missing parts",
}  # fmt: skip
assert len(CASES) == sum(map(len, _SETS)), "a name stands twice"
