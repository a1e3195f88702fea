"""A case as one file: what goes in comes out, and nothing that does not belong there is believed."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from provenance.container.model import Limits
from provenance.errors import AssetError
from provenance.report.build import build
from provenance.report.bundle import Case, differences, pack, safe_name, unpack
from provenance.report.export import to_json
from provenance.terms import Integrity
from provenance.trust.model import Denial, Purpose, Tier, Trust, TrustList
from provenance.trust.pins import Pin
from provenance.verification.options import Options
from tests.support.report import CASES, NOW, altered, hand_drawn

PICTURE = b"\x89PNG\r\n\x1a\n not really"
TRUST = Trust(
    lists=(TrustList("C2PA trust list", Tier.C2PA, Purpose.CLAIM, "PEM", "2026-10-20", sha256="cd" * 32),),
    pins=(Pin("Mika K.", "ab" * 32, "PEM", "CN=nightjar"),),
    denied=(Denial("stolen", sha256="ef" * 32),),
)


def case(**changes: object) -> Case:
    found = hand_drawn()
    options = Options(trust=TRUST, limits=replace(Limits(), manifests=7), as_of="2026-11-23T12:00:00Z")
    made = Case(to_json(build(found, now=NOW)), found, options, b"store", PICTURE, hashlib.sha256(PICTURE).hexdigest())
    return replace(made, **changes)  # type: ignore[arg-type]


def written(folder: Path, data: bytes) -> Path:
    path = folder / "case.zip"
    path.write_bytes(data)
    return path


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    """Report, findings, trust, limits, moment, store and picture are the same after a way through a file."""
    assert unpack(written(tmp_path, pack(case()))) == case()


def test_the_same_case_gives_the_same_bytes() -> None:
    """A bundle holds no time of its own."""
    assert pack(case()) == pack(case())


def test_a_bundle_without_the_picture(tmp_path: Path) -> None:
    """A picture that was left out stays out; its hash stays."""
    data = pack(case(picture=None))

    assert PICTURE not in data
    assert unpack(written(tmp_path, data)) == case(picture=None)


def changed(**parts: bytes | None) -> bytes:
    """Return a bundle in which the *parts* are other bytes, or missing; the index agrees."""
    with zipfile.ZipFile(io.BytesIO(pack(case()))) as archive:
        whole = {name: archive.read(name) for name in archive.namelist()}
    for name, data in parts.items():
        spelt = name.replace("__", "/").replace("_json", ".json")
        if data is None:
            del whole[spelt]
        else:
            whole[spelt] = data
    index = {
        name: {"sha256": hashlib.sha256(data).hexdigest()} for name, data in whole.items() if name != "manifest.json"
    }
    if "manifest_json" not in parts:
        whole["manifest.json"] = json.dumps({"format": "1", "files": index}).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in whole.items():
            archive.writestr(name, data)
    return out.getvalue()


def _index_of_another() -> bytes:
    with zipfile.ZipFile(io.BytesIO(pack(case()))) as archive:
        return archive.read("manifest.json")


def _doubled() -> bytes:
    out = io.BytesIO(pack(case()))
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("report.json", b"{}")
    return out.getvalue()


def _flipped() -> bytes:
    data = bytearray(pack(case(picture=bytes(range(256)) * 64)))
    data[len(data) // 2] ^= 0xFF
    return bytes(data)


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "no zip": (lambda: b"PK\x03\x04", "cannot be read as a case bundle"),
    "empty": (lambda: b"", "cannot be read as a case bundle"),
    "another file in it": (lambda: changed(evil=b"x"), "holds a file that no case bundle has"),
    "a path out of it": (lambda: changed(**{"..__evil": b"x"}), "holds a file that no case bundle has"),
    "twice the same": (_doubled, "holds more than a case bundle does"),
    "a part is missing": (lambda: changed(trust_json=None), "lacks trust.json"),
    "the index is missing": (lambda: changed(manifest_json=None), "lacks manifest.json"),
    "another format": (
        lambda: changed(manifest_json=b'{"format": "9", "files": {}}'),
        "has format 9, this program reads 1",
    ),
    "an index that is none": (lambda: changed(manifest_json=b"[]"), "has an index that cannot be understood"),
    "a deep index": (lambda: changed(manifest_json=b"[" * 100_000), "has an index that cannot be understood"),
    "a part that was changed": (
        lambda: changed(report_json=b"{}", manifest_json=_index_of_another()),
        "report.json in it is not the file that its index names",
    ),
    "another picture": (
        lambda: changed(**{"picture__piece.png": b"another"}),
        "the picture in it is not the one that was checked",
    ),
    "findings that are none": (
        lambda: changed(verification_json=b'{"name": 1}'),
        "holds a part that cannot be understood",
    ),
    "findings too deep": (lambda: changed(verification_json=b"[" * 100_000), "holds a part that cannot be understood"),
    "settings that are none": (lambda: changed(settings_json=b"[]"), "holds a part that cannot be understood"),
    "a report that is none": (lambda: changed(report_json=b"[]"), "holds a part that cannot be understood"),
}


@pytest.mark.parametrize(("data", "problem"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_bundle_is_refused(data: Callable[[], bytes], problem: str, tmp_path: Path) -> None:
    """Whatever else is in the file, or missing, is one line and nothing is used of it."""
    with pytest.raises(AssetError) as caught:
        unpack(written(tmp_path, data()))

    assert str(caught.value) == f"case.zip: {problem}"


def test_a_damaged_archive_is_one_line(tmp_path: Path) -> None:
    """A flipped bit anywhere is a refusal, never a traceback."""
    with pytest.raises(AssetError):
        unpack(written(tmp_path, _flipped()))


def test_a_picture_name_leads_nowhere() -> None:
    """The name of a picture in a bundle is a name, whatever the file was called."""
    assert safe_name("../../etc/passwd") == "_.._etc_passwd"
    assert {safe_name(name) for name in ("", ".", "..")} == {"picture"}
    assert safe_name("ñ" * 300 + ".png") == "_" * 96 + ".png"


@pytest.mark.parametrize("found", CASES.values(), ids=CASES.keys())
def test_the_same_findings_differ_in_nothing(found: Callable[..., object]) -> None:
    """A second check that finds the same says so, whatever it was that was found."""
    verification = found()
    report = to_json(build(verification, now=NOW))  # type: ignore[arg-type]

    assert differences(Case(report, verification, Options()), verification, report=report) == ()  # type: ignore[arg-type]


def test_every_difference_is_named() -> None:
    """A file that was intact and is altered now differs in headline, integrity, history, level and codes."""
    now = altered()

    found = differences(case(), now, report=to_json(build(now, now=NOW)))

    named = {one.what: (one.before, one.after) for one in found}
    assert named["integrity"] == (Integrity.INTACT, Integrity.ALTERED)
    assert named["headline"] == ("report.headline.known", "report.headline.altered")
    assert named["failures"] == ("", "assertion.dataHash.mismatch")
    assert {"chain_intact", "level", "manifests"} <= set(named)
