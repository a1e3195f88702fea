"""Credentials that lie elsewhere: named by their host, and fetched only by someone who asks, over a real connection."""

from __future__ import annotations

import hashlib
import tarfile
from pathlib import Path

import pytest

from provenance.batch.sources import entries, gather
from provenance.batch.verified import Verified, verified
from provenance.errors import TrustError
from provenance.report.build import build
from provenance.report.text import render
from provenance.terms import Integrity, Level
from provenance.trust.fetch import Rules
from provenance.verification.files import verify_files
from provenance.verification.model import Verification
from provenance.verification.options import Options
from provenance.worker.settings import Settings
from tests.hostile.case import DEFAULT
from tests.hostile.forge import Assertion, Spec, actions, manifest, new_label, store
from tests.hostile.pictures import picture, with_xmp
from tests.support.https import Answer, Server, body, serving
from tests.support.report import NOW


def _store_of(asset: bytes) -> bytes:
    """A manifest store for *asset* that lies elsewhere."""
    value = {"exclusions": [], "name": "whole", "alg": "sha256", "hash": hashlib.sha256(asset).digest(), "pad": b""}
    return store([manifest(Spec(), new_label(), [actions(), Assertion("c2pa.hash.data", value)])])


def _pointing(folder: Path, server: Server, name: str = "piece.png") -> Path:
    path = folder / name
    path.write_bytes(with_xmp(picture(), server.url("/credentials")))
    return path


def _verified(paths: list[Path], server: Server, **rules: int) -> list[object]:
    allowed = Rules(private=True, authorities=server.authorities, **rules)
    options = Options(trust=DEFAULT.trust())
    return [found for _, found in verify_files(paths, options=options, slots=2, fetch=allowed)]


def _answering(folder: Path) -> tuple[list[bytes], Answer]:
    """An answer that is decided once the server's address, which stands in the picture, is known."""
    kept: list[bytes] = []
    return kept, lambda channel: body(kept[0])(channel)


def test_without_asking_nobody_is_called(tmp_path: Path) -> None:
    """The host is named, the address is not called."""
    with serving(tmp_path, body(b"")) as server:
        path = _pointing(tmp_path, server)
        ((_, found),) = verify_files([path], options=Options())

    assert isinstance(found, Verification)
    assert found.integrity is Integrity.ELSEWHERE
    assert "localhost" in render(build(found, now=NOW))
    assert server.asked == []


def test_fetched_credentials_are_verified_like_any(tmp_path: Path) -> None:
    """What is fetched is checked against the picture, for each file by itself; the others are not kept waiting."""
    kept, answer = _answering(tmp_path)
    with serving(tmp_path, answer) as server:
        paths = [_pointing(tmp_path, server, f"{number}.png") for number in range(3)]
        kept.append(_store_of(paths[0].read_bytes()))
        paths[1].write_bytes(with_xmp(picture(shift=5), server.url("/credentials")))
        found = _verified(paths, server)

    assert [one.integrity for one in found if isinstance(one, Verification)] == [
        Integrity.INTACT, Integrity.ALTERED, Integrity.INTACT,
    ]  # fmt: skip
    first = found[0]
    assert isinstance(first, Verification)
    assert (first.level, first.source.kind, first.source.sidecar) == (Level.LISTED, "remote", "")
    assert len(server.asked) == 3
    assert b"GET /credentials HTTP/1.1" in server.asked[0]


def test_of_a_folder_they_are_fetched_too(tmp_path: Path) -> None:
    """For each file that refers to some; a member of an archive refers to them and is left at that."""
    kept, answer = _answering(tmp_path)
    folder = tmp_path / "pictures"
    folder.mkdir()
    with serving(tmp_path, answer) as server:
        path = _pointing(folder, server)
        kept.append(_store_of(path.read_bytes()))
        with tarfile.open(folder / "s.tar", "w") as archive:
            archive.add(path, "piece.png")
        rules = Rules(private=True, authorities=server.authorities)
        checking = Options(trust=DEFAULT.trust())
        done = list(verified(entries(gather([str(folder)])), options=checking, settings=Settings(), fetch=rules))

    found = {one.where: one.found.integrity for one in done if isinstance(one, Verified)}
    assert found == {str(path): Integrity.INTACT, f"{folder}/s.tar!piece.png": Integrity.ELSEWHERE}
    assert len(server.asked) == 1


REFUSED = {
    "redirect": body(b"", status="302 Found", headers="Location: https://localhost/y\r\n"),
    "nothing there": body(b"", status="404 Not Found"),
    "too large": body(bytes(5_000)),
}


@pytest.mark.parametrize("answer", REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_fetched_is_said(answer: Answer, tmp_path: Path) -> None:
    """A redirect, an error or too much of an answer is the error of this file."""
    with serving(tmp_path, answer) as server:
        (found,) = _verified([_pointing(tmp_path, server)], server, max_bytes=4_000)

    assert isinstance(found, TrustError)
    assert found.where == "localhost"


def test_garbage_is_no_manifest(tmp_path: Path) -> None:
    """Bytes that are no manifest store are never "no credentials"."""
    with serving(tmp_path, body(b"<html>Not a store</html>")) as server:
        (found,) = _verified([_pointing(tmp_path, server)], server)

    assert isinstance(found, Verification)
    assert found.integrity is Integrity.ALTERED


def test_the_usual_rules_refuse_an_address_inside(tmp_path: Path) -> None:
    """A file cannot make us call into the reader's own network."""
    with serving(tmp_path, body(b"")) as server:
        path = _pointing(tmp_path, server)
        ((_, found),) = verify_files([path], options=Options(), fetch=True)

    assert isinstance(found, TrustError)
    assert "not a public address" in str(found)
    assert server.asked == []
