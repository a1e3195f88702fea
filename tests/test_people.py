"""What a manifest says about permissions, in every shape that the standard has had."""

from __future__ import annotations

from typing import Any

import pytest

from provenance.container.model import RawAssertion, RawManifest, RawSignature
from provenance.verification.people import permissions

RULE = {"use": "constrained", "constraint_info": "ask"}
SHAPES: dict[str, tuple[str, Any, list[tuple[str, str, str]]]] = {
    "1.1": ("cawg.training-mining", {"entries": {"cawg.ai_training": RULE}}, [("cawg.ai_training", "constrained", "ask")]),
    "bare, as in 1.0": ("cawg.training-mining", {"cawg.ai_training": RULE}, [("cawg.ai_training", "constrained", "ask")]),
    "the old label": (
        "c2pa.training-mining",
        {"entries": {"c2pa.ai_training": {"use": "notAllowed"}}},
        [("c2pa.ai_training", "notAllowed", "")],
    ),
    "the old label, bare, with metadata": (
        "c2pa.training-mining",
        {"c2pa.data_mining": {"use": "allowed"}, "metadata": {"dateTime": "2023-01-01"}},
        [("c2pa.data_mining", "allowed", "")],
    ),
    "the prose's name of the constraint": (
        "cawg.training-mining__1",
        {"entries": {"cawg.ai_training": {"use": "constrained", "constraints_info": "ask"}}},
        [("cawg.ai_training", "constrained", "ask")],
    ),
    "an empty constraint beside the prose's name": (
        "cawg.training-mining",
        {"entries": {"cawg.ai_training": {"use": "constrained", "constraint_info": " ", "constraints_info": "ask"}}},
        [("cawg.ai_training", "constrained", "ask")],
    ),
    "a refusal beside the wrapper": (
        "cawg.training-mining",
        {"entries": {"cawg.data_mining": {"use": "allowed"}}, "cawg.ai_training": {"use": "notAllowed"}},
        [("cawg.data_mining", "allowed", ""), ("cawg.ai_training", "notAllowed", "")],
    ),
    "a use without its table": ("cawg.training-mining", {"cawg.ai_training": "notAllowed"}, [("cawg.ai_training", "notAllowed", "")]),
    "an empty wrapper": ("cawg.training-mining", {"entries": {}}, []),
    "nothing that is a map": ("cawg.training-mining", ["notAllowed"], []),
    "another label": ("cawg.training-mining.other", {"entries": {"cawg.ai_training": RULE}}, []),
    "entries that are no map": ("cawg.training-mining", {"entries": "allowed"}, [("entries", "allowed", "")]),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_is_read(name: str) -> None:
    """Both labels, with and without the wrapper, both names of the constraint; nothing that is stated is lost."""
    label, data, expected = SHAPES[name]
    raw = RawManifest("urn:c2pa:1", "c2pa.claim.v2", {}, (RawAssertion(label, "cbor", data, 1),), RawSignature())

    found = list(permissions(raw, frozenset({label})))

    assert [(one.entry, one.use, one.constraint) for one in found] == expected
    assert all(one.assertion == label and one.created for one in found)
