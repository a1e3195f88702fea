"""Sidecars in a store, found by a picture's bytes: renamed, changed, planted, and any type of file."""

from __future__ import annotations

import json
import os
import shutil
import struct
import wave
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from provenance.declaration.model import Declaration
from provenance.errors import AssetError, OutputError
from provenance.report.build import build
from provenance.signing.options import Options, Signed
from provenance.signing.sign import sign
from provenance.terms import Integrity
from provenance.verification import stores
from provenance.verification.check import check
from provenance.verification.model import Verification
from provenance.verification.options import Options as CheckOptions
from tests.support.artist import DRAWN_BY_HAND, Artist
from tests.support.environment import Ran
from tests.support.pictures import png

NOW = datetime.now(UTC)
AGAIN = Declaration.from_dict({"credit": "Mika"})
Run = Callable[..., Ran]


def wav(path: Path) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(range(256)) * 8)
    return path


def glb(path: Path) -> Path:
    text = json.dumps({"asset": {"version": "2.0"}, "scenes": [{"nodes": []}]}).encode()
    text += b" " * (-len(text) % 4)
    path.write_bytes(struct.pack("<4sIII4s", b"glTF", 2, 20 + len(text), len(text), b"JSON") + text)
    return path


def psd(path: Path) -> Path:
    header = struct.pack(">4sH6xHIIHH", b"8BPS", 1, 3, 4, 4, 8, 3)
    path.write_bytes(header + struct.pack(">III", 0, 0, 0) + b"\0\0" + bytes(range(48)))
    return path


def exr(path: Path) -> Path:
    path.write_bytes(b"\x76\x2f\x31\x01\x02\0\0\0channels\0chlist\0\x01\0\0\0\0" + bytes(range(200)))
    return path


TYPES = {"WAV": (".wav", wav), "GLB": (".glb", glb), "PSD": (".psd", psd), "EXR": (".exr", exr), "PNG": (".png", png)}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a store in it."""
    (tmp_path / stores.NAME).mkdir()
    (tmp_path / "art").mkdir()
    return tmp_path


def signed_into(project: Path, asset: Path, artist: Artist, declaration: Declaration = DRAWN_BY_HAND) -> Signed:
    return sign(asset, declaration, credential=artist.credential, options=Options(store=project / stores.NAME))


def seen(asset: Path, **options: str) -> Verification:
    return check(asset, options=CheckOptions(**options))


@pytest.mark.parametrize("name", TYPES)
def test_any_file_is_signed_into_the_store_and_found_by_its_bytes(name: str, project: Path, artist: Artist) -> None:
    """The file stays as it is; renamed and moved it is intact; with one byte changed the store does not know it."""
    ending, make = TYPES[name]
    asset = make(project / "art" / f"a{ending}")
    data = asset.read_bytes()
    signed = signed_into(project, asset, artist)
    moved = asset.rename(project / f"moved{ending}")

    found = seen(moved)
    changed = bytearray(data)
    changed[-1] ^= 1
    moved.write_bytes(changed)
    other = seen(moved)

    assert signed.sidecar and signed.path.is_relative_to(project / stores.NAME / "sha256")
    assert (found.integrity, found.source.kind) == (Integrity.INTACT, "sidecar")
    assert other.integrity is Integrity.NO_CREDENTIALS
    assert (other.source.kind, other.source.store) == ("none", stores.NAME)
    assert "No credentials for these bytes" in build(other, now=NOW).source.sentence.text


@pytest.mark.parametrize("name", [name for name in TYPES if name != "PNG"])
def test_any_file_is_signed_beside_itself_and_tampering_shows(name: str, tmp_path: Path, artist: Artist) -> None:
    """Beside a file that cannot carry credentials they are intact, and altered once a byte of the file is another."""
    ending, make = TYPES[name]
    asset = make(tmp_path / f"a{ending}")
    signed = sign(asset, DRAWN_BY_HAND, credential=artist.credential)
    before = seen(asset)
    data = bytearray(asset.read_bytes())
    data[-1] ^= 1
    asset.write_bytes(data)

    after = seen(asset)

    assert signed.path == tmp_path / f"a{ending}.c2pa"
    assert (before.integrity, after.integrity) == (Integrity.INTACT, Integrity.ALTERED)


def test_the_newest_of_several_counts_and_the_others_are_listed(project: Path, artist: Artist) -> None:
    """Signed again, the first statement stays as its history; the report names the older entries."""
    asset = png(project / "art" / "a.png")
    first = signed_into(project, asset, artist)
    second = signed_into(project, asset, artist, AGAIN)

    found = seen(asset)

    assert [path.path.name[:5] for path in (first, second)] == ["0001-", "0002-"]
    assert found.active == second.manifest != first.manifest
    assert {manifest.label for manifest in found.manifests} == {first.manifest, second.manifest}
    assert [name.rsplit("/", 1)[1] for name in found.source.others] == [first.path.name]
    assert first.path.name in build(found, now=NOW).source.sentence.text


def test_a_manifest_of_other_bytes_is_told(project: Path, artist: Artist) -> None:
    """Put under the sum of another picture, a manifest is altered: the store's word counts for nothing."""
    one, other = png(project / "a.png"), png(project / "b.png", shift=9)
    signed = signed_into(project, one, artist)
    planted = stores.new_entry(project / stores.NAME, stores.sha256_of(other))
    planted.parent.mkdir(parents=True)
    shutil.copy(signed.path, planted)

    found = seen(other)

    assert found.integrity is Integrity.ALTERED


@pytest.mark.skipif(os.name != "posix", reason="symbolic links")
def test_nothing_outside_the_store_is_read(
    project: Path, artist: Artist, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Links in a store that lead out of it, for a manifest or for a folder, and a store that is a link: nothing."""
    outside = tmp_path_factory.mktemp("outside")
    asset = png(project / "a.png")
    entry = signed_into(project, asset, artist).path
    away = shutil.move(entry, outside / entry.name)
    entry.symlink_to(away)
    by_file = seen(asset)
    entry.unlink()
    shutil.move(entry.parent, outside / "folder")
    shutil.move(away, outside / "folder" / entry.name)
    entry.parent.symlink_to(outside / "folder")
    by_folder = seen(asset)
    entry.parent.unlink()
    shutil.move(outside / "folder", entry.parent)
    whole = seen(asset)
    shutil.move(project / stores.NAME, outside / stores.NAME)
    (project / stores.NAME).symlink_to(outside / stores.NAME)

    by_store = seen(asset)

    assert whole.integrity is Integrity.INTACT
    assert {found.integrity for found in (by_file, by_folder, by_store)} == {Integrity.NO_CREDENTIALS}
    assert (
        seen(asset, store=str(outside / stores.NAME)).integrity is Integrity.INTACT
    )  # named, it is the reader's choice


def test_a_store_is_bounded(project: Path) -> None:
    """Of an entry with thousands of names a bounded number is looked at; other names are nothing."""
    sha256 = "ab" * 32
    folder = stores.new_entry(project / stores.NAME, sha256).parent
    folder.mkdir(parents=True)
    for number in range(1, 400):
        (folder / f"{number:04}-00000000.c2pa").touch()
    (folder.parent / ("cd" * 31)).mkdir()
    (folder.parent / ("cd" * 31) / "0001-../../x.c2pa".replace("/", "_")).touch()

    assert len(stores.look(project / stores.NAME, sha256).names) <= 200
    assert stores.look(project / stores.NAME, "ab" + "cd" * 31).names == ()
    with pytest.raises(OutputError, match="holds too many manifests"):
        stores.new_entry(project / stores.NAME, sha256)


def test_a_sidecar_beside_would_be_found_first(project: Path, artist: Artist) -> None:
    """With credentials beside the picture nothing goes into the store, and nothing is left in it."""
    asset = png(project / "a.png")
    sign(asset, DRAWN_BY_HAND, credential=artist.credential, options=Options(sidecar=True))

    with pytest.raises(AssetError, match=r"has credentials beside it, in a\.png\.c2pa, which would be found first"):
        signed_into(project, asset, artist)

    assert list((project / stores.NAME).iterdir()) == []


def test_a_failed_signing_leaves_no_folder(project: Path, artist: Artist) -> None:
    """What excludes a store is refused; the store stays empty."""
    asset = png(project / "a.png")

    with pytest.raises(OutputError, match="leave --output, --in-place and --embed out"):
        sign(asset, DRAWN_BY_HAND, credential=artist.credential,
             options=Options(store=project / stores.NAME, in_place=True))  # fmt: skip

    assert list((project / stores.NAME).iterdir()) == []


def test_every_command_finds_the_store(run: Run, tmp_path: Path) -> None:
    """`sign --store` makes it; verify, inspect, report, facts and check find it after a rename."""
    assert run("init", "--name", "nightjar", "--yes", "--no-passphrase").exit == 0
    (tmp_path / "art").mkdir()
    png(tmp_path / "art" / "a.png")

    signed = run(
        "sign", "art/a.png", "--origin", "blank-canvas", "--tool", "Krita 5", "--sidecar", "--store", ".provenance"
    )
    (tmp_path / "art" / "a.png").rename(tmp_path / "b.png")

    assert signed.exit == 0, signed.err
    assert "Found by its bytes, whatever it is called." in signed.out and "by itself" not in signed.err
    assert run("verify", "b.png").exit == 0
    assert "in a store, as" in " ".join(run("inspect", "b.png").out.split())
    assert run("report", "b.png", "--format", "md").exit == 0
    assert json.loads(run("facts", "b.png").out)["source"] == "sidecar"
    assert run("inspect", "b.png", "--raw").exit == 0
    png(tmp_path / "b.png", shift=8)
    assert run("verify", "b.png").exit == 1
    assert "No credentials for these bytes" in " ".join(run("inspect", "b.png").out.split())
