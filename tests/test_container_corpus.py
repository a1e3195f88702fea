"""Other people's files, walked: what we read in the boxes is what the engine reads."""

from __future__ import annotations

import json
from pathlib import Path

import c2pa
import pytest

from provenance.container.coverage import uncovered
from provenance.container.kinds import suggested
from provenance.container.model import Kind, Prescan
from provenance.container.prescan import prescan
from tests.support.container import context
from tests.support.environment import CORPUS, needs_corpus

pytestmark = needs_corpus
FILES = {
    f"{folder}/{path.name}": path
    for folder in ("chains", "ai", "unsigned")
    for path in sorted(CORPUS.joinpath(folder).iterdir() if CORPUS else ())
}
WITHOUT = ("adobe-20220124-A.jpg", "adobe-20220124-I.jpg", "cloud.jpg")


def scan(path: Path) -> Prescan:
    with path.open("rb") as stream:
        return prescan(stream)


def signed(name: str) -> bool:
    return not name.startswith("unsigned/") and not name.endswith(WITHOUT)


@pytest.mark.parametrize("name", FILES)
def test_real_files_are_walked(name: str) -> None:
    """Nothing in a real file is refused or called damaged, and a store is found exactly where there is one."""
    found = scan(FILES[name])

    assert (found.refusals, found.damage) == ((), ())
    assert bool(found.manifests) is signed(name)
    assert all(not held.errors and not held.signature.error for held in found.manifests)
    assert all(not held.error for one in found.manifests for held in one.assertions)
    assert found.kind is suggested(name) or found.kind is Kind.HEIC


@pytest.mark.parametrize("name", [name for name in FILES if signed(name)])
def test_labels_are_those_that_the_engine_reads(name: str) -> None:
    """Manifests and their assertions carry the labels that the engine's detailed report lists."""
    found = scan(FILES[name])
    with FILES[name].open("rb") as stream, c2pa.Reader(found.kind.value, stream, context=context()) as reader:
        detailed = json.loads(reader.detailed_json())

    assert {held.label: sorted(one.label for one in held.assertions) for held in found.manifests} == {
        label: sorted(held["assertion_store"]) for label, held in detailed["manifests"].items()
    }


@pytest.mark.parametrize("name", [name for name in FILES if signed(name)])
def test_signatures_are_taken_apart(name: str) -> None:
    """Every real signature has an algorithm and certificates; all padding is zero."""
    for held in scan(FILES[name]).manifests:
        assert isinstance(held.signature.algorithm, int)
        assert held.signature.certificates
        assert all(der.startswith(b"\x30\x82") for der in held.signature.certificates)
        assert all(token[4:6] == b"\x06\x09" for token in held.signature.time_stamps)
        assert held.signature.nonzero_padding == 0


@pytest.mark.parametrize("name", [name for name in FILES if signed(name)])
def test_real_bindings_leave_nothing_out(name: str) -> None:
    """No real file has exclusions beyond its manifest."""
    found = scan(FILES[name])
    with FILES[name].open("rb") as stream:
        left = uncovered(stream, found, found.manifests[-1])

    assert (left.checked, left.excluded, left.unsigned) == (True, (), ())
    assert not (left.pixels_exposed or left.missing_binding)


def test_remote_manifest_is_told() -> None:
    """A file whose manifest is elsewhere says where."""
    assert scan(FILES["chains/cloud.jpg"]).remote_url.startswith("https://cai-manifests.adobe.com/manifests/")
