"""The engine room's signing: what goes in comes out, and what goes wrong is told apart."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import c2pa
import pytest
from c2pa import c2pa as binding

from provenance.container.model import Kind
from provenance.engine import identity, versions
from provenance.engine.context import Anchors, reading_context, writing_context
from provenance.engine.embed import check_tsa_url, embed
from provenance.errors import AssetError, CredentialError, EngineError, TimeStampError
from provenance.signing.plan import PlannedIngredient
from provenance.terms import ACTIONS, Algorithm, Relationship
from tests.support import pictures
from tests.support import pki as make_pki
from tests.support.pki import KEYS, Authority, Issued
from tests.support.signing import KeyInMemory, http_service, plan
from tests.support.tsa import time_stamp_authority

KINDS = {
    "jpeg": Kind.JPEG, "png": Kind.PNG, "webp": Kind.WEBP, "tiff": Kind.TIFF, "gif": Kind.GIF, "avif": Kind.AVIF,
    "heic": Kind.HEIC, "dng": Kind.DNG, "svg": Kind.SVG, "jxl": Kind.JXL,
}  # fmt: skip
BESIDE = {"bmp": Kind.BMP, "jxl_naked": Kind.JXL_NAKED, "tiff_pages": Kind.TIFF}


def sign(path: Path, kind: Kind, credential: Any, **more: Any) -> tuple[bytes, bytes]:
    """Sign *path* in memory; return the store and the signed bytes."""
    out = io.BytesIO()
    with writing_context() as context, path.open("rb") as source:
        manifest = more.pop("plan", None) or plan()
        destination = None if more.pop("beside", False) else out
        store = embed(
            manifest,
            kind=kind,
            source=source,
            destination=destination,
            credential=credential,
            context=context,
            **more,
        )
    return store, out.getvalue()


def state(signed: bytes, kind: Kind, anchors: Anchors, *, store: bytes | None = None) -> tuple[str, dict[str, Any]]:
    """Return the engine's state of *signed* and its whole report."""
    with (
        reading_context(anchors) as context,
        c2pa.Reader(kind.value, io.BytesIO(signed), store, context=context) as reader,
    ):
        found = json.loads(reader.json())
    return found["validation_state"], found


@pytest.fixture(scope="module")
def anchors(pki: Authority) -> Anchors:
    return Anchors(claim=pki.anchor_pem.decode())


@pytest.mark.parametrize("name", KINDS)
def test_every_format_signs_and_reads_back(name: str, tmp_path: Path, issued: Issued, anchors: Anchors) -> None:
    """Each format that can carry a manifest comes out trusted under the signer's authority."""
    path = pictures.DRAWN[name].at(tmp_path)

    _, signed = sign(path, KINDS[name], KeyInMemory(issued))

    assert state(signed, KINDS[name], anchors)[0] == "Trusted"


@pytest.mark.parametrize("name", BESIDE)
def test_a_picture_can_be_signed_beside_itself(name: str, tmp_path: Path, issued: Issued, anchors: Anchors) -> None:
    """Without a destination the store comes back and belongs to the untouched bytes."""
    path = pictures.BESIDE[name].at(tmp_path)

    store, signed = sign(path, BESIDE[name], KeyInMemory(issued), beside=True)

    assert signed == b""
    assert state(path.read_bytes(), BESIDE[name], anchors, store=store)[0] == "Trusted"


OPENED = {"action": "c2pa.opened", "parameters": {"ingredientIds": ["parent"]}}
PARENT = PlannedIngredient("parent", Relationship.PARENT_OF, None, {"label": "parent", "relationship": "parentOf"})


def test_a_file_becomes_its_own_parent(tmp_path: Path, issued: Issued, anchors: Anchors) -> None:
    """An ingredient without a path is the file being signed; its manifest stays in the store."""
    path = pictures.jpeg(tmp_path / "a.jpg")
    path.write_bytes(sign(path, Kind.JPEG, KeyInMemory(issued))[1])

    _, signed = sign(path, Kind.JPEG, KeyInMemory(issued), plan=plan(OPENED, ingredients=(PARENT,)))

    found_state, report = state(signed, Kind.JPEG, anchors)
    assert (found_state, len(report["manifests"])) == ("Trusted", 2)


def test_a_parent_in_a_sidecar_is_kept(tmp_path: Path, issued: Issued, anchors: Anchors) -> None:
    """A store that lies beside the picture becomes part of the new one, with its results."""
    path = pictures.bmp(tmp_path / "a.bmp")
    first, _ = sign(path, Kind.BMP, KeyInMemory(issued), beside=True)

    store, _ = sign(
        path,
        Kind.BMP,
        KeyInMemory(issued),
        beside=True,
        plan=plan(OPENED, ingredients=(PARENT,)),
        stores={"parent": first},
    )

    found_state, report = state(path.read_bytes(), Kind.BMP, anchors, store=store)
    assert (found_state, len(report["manifests"])) == ("Trusted", 2)
    (ingredient,) = report["manifests"][report["active_manifest"]]["ingredients"]
    assert ingredient["active_manifest"] in report["manifests"]
    assert ingredient["validation_results"]["activeManifest"]["success"]


@pytest.mark.parametrize("algorithm", KEYS)
def test_every_algorithm_signs(algorithm: str, tmp_path: Path, pki: Authority, anchors: Anchors) -> None:
    """Each kind of key signs through the callback."""
    path = pictures.jpeg(tmp_path / "a.jpg")
    credential = KeyInMemory(pki.issue(key=KEYS[algorithm]()), Algorithm(algorithm))

    _, signed = sign(path, Kind.JPEG, credential)

    assert state(signed, Kind.JPEG, anchors)[0] == "Trusted"


class Broken(KeyInMemory):
    """A key that raises *failure*, or gives back its bytes."""

    def __init__(self, issued: Issued, failure: BaseException | bytes) -> None:
        super().__init__(issued)
        self.answer = failure

    def sign(self, data: bytes) -> bytes:
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


@pytest.mark.parametrize("failure", [CredentialError("token", "was pulled out"), KeyboardInterrupt("^C")])
def test_what_the_key_raises_comes_back(failure: BaseException, tmp_path: Path, issued: Issued) -> None:
    """The engine swallows the key's own exception; the caller gets it all the same."""
    path = pictures.jpeg(tmp_path / "a.jpg")

    with pytest.raises(type(failure)) as caught:
        sign(path, Kind.JPEG, Broken(issued, failure))

    assert caught.value is failure


def test_a_signature_of_a_wrong_length_is_refused(tmp_path: Path, issued: Issued) -> None:
    """What cannot be a signature of the algorithm never reaches the file."""
    path = pictures.jpeg(tmp_path / "a.jpg")

    with pytest.raises(CredentialError) as caught:
        sign(path, Kind.JPEG, Broken(issued, b"\x01" * 63))

    assert str(caught.value) == "key: gave 63 bytes where es256 signatures have 64"


def test_a_full_disk_is_the_disks_error(tmp_path: Path, issued: Issued) -> None:
    """What the destination raised comes back, not the engine's guess about the picture."""

    class Full(io.BytesIO):
        def write(self, _: Any) -> int:
            raise OSError(28, "No space left on device")

    path = pictures.jpeg(tmp_path / "a.jpg")
    with writing_context() as context, path.open("rb") as source, pytest.raises(OSError, match="No space") as caught:
        embed(
            plan(),
            kind=Kind.JPEG,
            source=source,
            destination=Full(),
            credential=KeyInMemory(issued),
            context=context,
        )

    assert caught.value.errno == 28


def test_short_writes_are_errors(tmp_path: Path, issued: Issued) -> None:
    """A stream that takes fewer bytes than given is not called signed."""

    class Short(io.BytesIO):
        def write(self, data: Any) -> int:
            return super().write(data[:1])

    path = pictures.jpeg(tmp_path / "a.jpg")
    with writing_context() as context, path.open("rb") as source, pytest.raises(OSError, match="short write"):
        embed(
            plan(), kind=Kind.JPEG, source=source, destination=Short(), credential=KeyInMemory(issued), context=context
        )


def test_garbage_is_the_pictures_error(tmp_path: Path, issued: Issued) -> None:
    """Bytes that are no picture are refused as such."""
    path = tmp_path / "a.jpg"
    path.write_bytes(b"\xff\xd8\xff\x00garbage")

    with pytest.raises(AssetError, match=r"^picture: the engine cannot sign it"):
        sign(path, Kind.JPEG, KeyInMemory(issued))


FAILING = {
    "500": lambda _: (500, "text/plain", b"no"),
    "garbage": lambda _: (200, "application/timestamp-reply", b"garbage"),
    "empty": lambda _: (200, "application/timestamp-reply", b""),
}


@pytest.mark.parametrize("answer", FAILING.values(), ids=FAILING.keys())
def test_a_failing_time_stamp_service_is_named(answer: Any, tmp_path: Path, issued: Issued) -> None:
    """A service that gives no stamp is a time-stamp error that names its host."""
    path = pictures.jpeg(tmp_path / "a.jpg")

    with http_service(answer) as url, pytest.raises(TimeStampError, match=r"^127\.0\.0\.1:\d+: gave no time stamp"):
        sign(path, Kind.JPEG, KeyInMemory(issued), tsa_url=url)


def test_an_unreachable_time_stamp_service_is_named(tmp_path: Path, issued: Issued) -> None:
    """Nobody listening is a time-stamp error too."""
    path = pictures.jpeg(tmp_path / "a.jpg")

    with pytest.raises(TimeStampError, match=r"^127\.0\.0\.1:9: gave no time stamp"):
        sign(path, Kind.JPEG, KeyInMemory(issued), tsa_url="http://127.0.0.1:9/")


def test_a_real_time_stamp_is_carried(tmp_path: Path, pki: Authority, issued: Issued, anchors: Anchors) -> None:
    """A stamp of an RFC 3161 authority stands in the file and is valid; trusted only where its authority is."""
    path = pictures.jpeg(tmp_path / "a.jpg")
    other = make_pki.authority("Clock")

    with time_stamp_authority(other) as url:
        _, signed = sign(path, Kind.JPEG, KeyInMemory(issued), tsa_url=url)

    _, report = state(signed, Kind.JPEG, anchors)
    results = report["validation_results"]["activeManifest"]
    assert "timeStamp.validated" in {entry["code"] for entry in results["success"]}
    assert "timeStamp.untrusted" in {entry["code"] for entry in results["informational"]}
    root = other.anchor_pem.decode()
    _, report = state(signed, Kind.JPEG, Anchors(claim=anchors.claim, time_stamp=root))
    assert "timeStamp.trusted" in {entry["code"] for entry in report["validation_results"]["activeManifest"]["success"]}


_NO_ADDRESS = "is not the address of a time-stamp service; it starts with http:// or https://"
WRONG_URLS = {
    "file": ("file:///etc/passwd", f"file:///etc/passwd: {_NO_ADDRESS}"),
    "no host": ("http://", f"http://: {_NO_ADDRESS}"),
    "no scheme": ("tsa.example", f"tsa.example: {_NO_ADDRESS}"),
    "new line": ("http://a/\r\nX: y", f"http://a/\\u{{000D}}\\u{{000A}}X: y: {_NO_ADDRESS}"),
    "port": ("http://a:x/", f"http://a:x/: {_NO_ADDRESS}"),
    "password": (
        "http://me:secret@tsa.example/",
        "tsa.example: an address with a name or password in it is not supported",
    ),
}


@pytest.mark.parametrize(("url", "message"), WRONG_URLS.values(), ids=WRONG_URLS.keys())
def test_wrong_time_stamp_addresses_are_refused(url: str, message: str) -> None:
    """Only http and https go out, and a password is never repeated."""
    with pytest.raises(TimeStampError) as caught:
        check_tsa_url(url)

    assert str(caught.value) == message


def test_an_identity_is_signed_with_its_own_key(tmp_path: Path, pki: Authority, issued: Issued) -> None:
    """The joined signer writes an identity assertion that validates, with its role and references."""
    path = pictures.jpeg(tmp_path / "a.jpg")
    artist = pki.issue("Artist")
    manifest = plan(identity_references=(ACTIONS,), identity_roles=("cawg.creator",))

    _, signed = sign(path, Kind.JPEG, KeyInMemory(issued), identity=KeyInMemory(artist), plan=manifest)

    root = pki.anchor_pem.decode()
    found_state, report = state(signed, Kind.JPEG, Anchors(claim=root, identity=root))
    assert found_state == "Trusted"
    successes = {entry["code"] for entry in report["validation_results"]["activeManifest"]["success"]}
    assert {"cawg.x509.signature.validated", "cawg.identity.well-formed"} <= successes
    manifest_json = report["manifests"][report["active_manifest"]]
    (assertion,) = [entry for entry in manifest_json["assertions"] if entry["label"] == "cawg.identity"]
    assert assertion["data"]["signer_payload"]["role"] == ["cawg.creator"]


def test_without_the_native_function_identities_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that lost what we stand on is told apart, and nothing is signed with an identity."""
    monkeypatch.delattr(binding.ManagedResource, "_consume_into")

    assert not identity.available()
    with pytest.raises(EngineError) as caught:
        identity.join(None, None, references=(), roles=())
    assert str(caught.value) == (
        "c2pa-python: this version lacks c2pa_identity_signer_create, without which nobody's identity can be signed; "
        "install a version that `provenance doctor` accepts"
    )


def test_this_engine_can_sign_identities() -> None:
    """The native function that c2pa-python does not wrap is there (a contract on upgrades)."""
    assert identity.available()


FLOORS = {"0.90.9": ((0, 90, 9), True), "0.91.0": ((0, 91, 0), False), "unknown": ((0, 0, 0), True)}


@pytest.mark.parametrize(("version", "refused"), FLOORS.values(), ids=FLOORS.keys())
def test_the_signing_floor_holds(version: tuple[int, int, int], refused: bool) -> None:
    """Below native 0.91.0 nothing is signed; a version that cannot be read counts as below."""
    if refused:
        with pytest.raises(EngineError, match=r"signing needs 0\.91\.0 or newer; upgrade c2pa-python$"):
            versions.require_signing(version)
    else:
        versions.require_signing(version)

    assert versions.below_reading_floor(version)


def test_versions_are_read_from_odd_texts() -> None:
    """Pre-releases count by their numbers; nonsense is nothing."""
    assert versions.parse("0.91.3-nightly+1") == (0, 91, 3)
    assert versions.parse("unknown") == (0, 0, 0)
    assert not versions.below_reading_floor((0, 91, 3))
    assert dict(versions.versions())["c2pa-rs"] == c2pa.sdk_version()
