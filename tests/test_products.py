"""A product's record says what it may not claim; a signature of it that claims it is told (disallowedSignals)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from provenance.report.build import build
from provenance.report.signals import asset_signals, signal_input
from provenance.trust.model import Product, Trust
from provenance.verification.check import check
from provenance.verification.options import Options
from tests.hostile.case import DEFAULT, NOBODY
from tests.hostile.forge import GENERATED, Spec, actions, forge
from tests.support.report import NOW


def _signed(folder: Path) -> Path:
    path = folder / "piece.png"
    path.write_bytes(forge(Spec([actions({"action": "c2pa.created", "digitalSourceType": GENERATED})])).data)
    return path


def _record(*disallowed: str, name: str = "Test Signer", organization: str = "Test Signer") -> Product:
    return Product("record-1", name, organization, disallowed)


def _found(path: Path, trust: Trust) -> set[str]:
    return {one.id for one in build(check(path, options=Options(trust=trust)), now=NOW).findings}


def test_what_a_product_may_not_claim_is_told(tmp_path: Path) -> None:
    """The record is found by the names that a listed certificate carries, and its contradiction is a finding."""
    path = _signed(tmp_path)
    leaf = check(path, options=Options()).manifests[0].signer.leaf
    assert leaf is not None
    (name,), (organization,) = leaf.common_names, leaf.organizations
    (signal, *_) = asset_signals(signal_input(check(path, options=Options()).manifests[0]))

    told = _found(path, replace(DEFAULT.trust(), products=(_record(signal, name=name, organization=organization),)))
    fine = _found(path, replace(DEFAULT.trust(), products=(_record("other", name=name, organization=organization),)))

    assert "disallowed" in told
    assert "disallowed" not in fine


def test_names_alone_make_no_product(tmp_path: Path) -> None:
    """A certificate that nobody lists is no product, whatever it calls itself."""
    path = _signed(tmp_path)
    leaf = check(path, options=Options()).manifests[0].signer.leaf
    assert leaf is not None
    record = _record("fullyGenAIMedia", name=leaf.common_names[0], organization=leaf.organizations[0])

    found = check(path, options=Options(trust=replace(NOBODY.trust(), products=(record,))))

    assert found.manifests[0].signer.product == ""
