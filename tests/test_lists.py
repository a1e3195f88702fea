"""Public trust lists: read, installed, never older than what is there; the deny list."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from provenance.errors import TrustError
from provenance.home import Home
from provenance.trust import deny
from provenance.trust.lists import install, load, parse_lote
from provenance.trust.model import Denial, Purpose, Tier
from provenance.trust.update import update
from tests.support.pki import Authority, authority

LIST = "C2PA-TRUST-LIST.json"
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def lote(
    who: Authority, *, name: str = "C2PA Trust List", date: str = "2026-08-05T00:00:00Z", status: str = "trusted"
) -> bytes:
    """Return a list of trusted entities with the root of *who*."""
    der = base64.b64encode(who.root.public_bytes(Encoding.DER)).decode()
    service = {
        "ServiceName": [{"lang": "en", "value": "root"}],
        "ServiceDigitalIdentity": {"X509Certificates": [{"val": der}]},
        "ServiceStatus": f"http://c2pa.org/conformance/trust-list/{status}",
    }
    head = {
        "SchemeName": [{"lang": "en", "value": name}],
        "ListIssueDateTime": date,
        "NextUpdate": "2027-08-05T00:00:00Z",
    }
    entity = {"TrustedEntityServices": [{"ServiceInformation": service}]}
    return json.dumps({"LoTE": {"ListAndSchemeInformation": head, "TrustedEntitiesList": [entity]}}).encode()


def test_an_installed_list_says_where_it_is_from_and_is_read_back(home: Home, pki: Authority) -> None:
    """The list has its purpose, its date and its hash; the index has source and day."""
    data = lote(pki)

    done = install(home, LIST, data, source="https://lists.example", now=NOW)
    found = load(home).lists[0]

    assert done.changed
    assert (found.tier, found.purpose, found.date) == (Tier.C2PA, Purpose.CLAIM, "2026-08-05T00:00:00Z")
    assert found.sha256 == hashlib.sha256(data).hexdigest()
    index = json.loads((home.trust / "lists" / "index.json").read_text())
    assert index[LIST] == {
        "date": "2026-08-05T00:00:00Z", "fetched": "2026-11-23T00:00:00Z",
        "sha256": found.sha256, "source": "https://lists.example",
    }  # fmt: skip


def test_a_list_never_goes_back(home: Home, pki: Authority) -> None:
    """An older list is refused, and the newer one stays (T11)."""
    install(home, LIST, lote(pki), source="here")

    with pytest.raises(TrustError) as caught:
        install(home, LIST, lote(authority(), date="2026-08-04T00:00:00Z"), source="there")

    assert str(caught.value) == (
        f"{LIST}: is older (2026-08-04) than the list that is there (2026-08-05); nothing was changed"
    )
    assert load(home).lists[0].pem.count("BEGIN") == 1


def test_a_list_that_was_changed_on_disk_is_refused(home: Home, pki: Authority) -> None:
    """The index holds the hash of what was installed."""
    install(home, LIST, lote(pki), source="here")
    (home.trust / "lists" / LIST).write_bytes(lote(authority()))

    with pytest.raises(TrustError) as caught:
        load(home)

    assert str(caught.value) == (
        f"trust/lists/{LIST}: is not the file that was installed; run `provenance trust update`"
    )


def test_an_entry_that_is_not_trusted_is_left_out(pki: Authority) -> None:
    """A withdrawn entity is no anchor."""
    with pytest.raises(TrustError) as caught:
        parse_lote(lote(pki, status="withdrawn"), LIST)

    assert str(caught.value) == f"{LIST}: holds no trusted certificate"


def test_a_time_stamp_list_vouches_for_stamps_only(pki: Authority) -> None:
    """Its purpose is told by its name, and no signer of claims is known by it (T1)."""
    found = parse_lote(lote(pki, name="C2PA TSA Trust List"), "C2PA-TSA-TRUST-LIST.json")

    assert (found.tier, found.purpose) == (Tier.TSA, Purpose.TIME_STAMP)


WRONG_LISTS: dict[str, tuple[str, bytes, str]] = {
    "not JSON": (LIST, b"<html>", f"{LIST}: is not JSON"),
    "another document": (LIST, b'{"a": 1}', f"{LIST}: is not a list of trusted entities (ETSI TS 119 602)"),
    "not a list that we know": ("mine.json", b"{}", "mine.json: is not a list that this program knows; one of C2PA-TRUST-LIST.json, C2PA-TSA-TRUST-LIST.json, conforming-products-list.json, itl-anchors.pem, itl-allowed.pem, identity-*.pem"),
    "not PEM": ("itl-anchors.pem", b"hello", "itl-anchors.pem: holds no certificate"),
    "not text": ("itl-anchors.pem", b"\xff", "itl-anchors.pem: is not a PEM file"),
    "not the products": ("conforming-products-list.json", b'[{"x": 1}]', "conforming-products-list.json: is not the conforming products list"),
}  # fmt: skip


@pytest.mark.parametrize(("file", "data", "message"), WRONG_LISTS.values(), ids=WRONG_LISTS.keys())
def test_what_is_no_list_is_named_and_not_kept(home: Home, file: str, data: bytes, message: str) -> None:
    """The message says what it is not, and nothing is written."""
    with pytest.raises(TrustError) as caught:
        install(home, file, data, source="here")

    assert str(caught.value) == message
    assert not (home.trust / "lists").exists()


HASH = "ab" * 32
DENIALS: dict[str, tuple[str, str]] = {
    "no reason": (f'[[deny]]\nsha256 = "{HASH}"', "deny.toml, entry 1: has no reason; say in a few words why"),
    "no certificate": ('[[deny]]\nreason = "stolen"', "deny.toml, entry 1: must name one certificate; by sha256, or by serial and issuer"),
    "both": (f'[[deny]]\nreason = "x"\nsha256 = "{HASH}"\nserial = "1"\nissuer = "CN=a"', "deny.toml, entry 1: must name one certificate; by sha256, or by serial and issuer"),
    "a word unknown": (f'[[deny]]\nreason = "x"\nsha256 = "{HASH}"\nfrom = "2026-01-01"', "deny.toml, entry 1: 'from' is not a field of an entry"),
    "no date": (f'[[deny]]\nreason = "x"\nsha256 = "{HASH}"\nsince = "May"', "deny.toml, entry 1: since: 'May' is not a date; write it as 2026-11-23"),
    "another table": ("[allow]\na = 1", "deny.toml: 'allow' is not a field of a deny list; entries are [[deny]] tables"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), DENIALS.values(), ids=DENIALS.keys())
def test_a_deny_list_with_a_fault_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """A misspelt entry is an error, never an entry that quietly does nothing (C1)."""
    path = tmp_path / "deny.toml"
    path.write_text(text)

    with pytest.raises(TrustError) as caught:
        deny.load(path)

    assert str(caught.value) == message


def test_update_takes_lists_from_a_folder(home: Home, pki: Authority, tmp_path: Path) -> None:
    """What the folder lacks is left alone; a list that is refused stops no other."""
    (tmp_path / LIST).write_bytes(lote(pki))
    (tmp_path / "itl-anchors.pem").write_bytes(b"hello")

    outcomes = list(update(home, folder=tmp_path))

    assert [type(outcome).__name__ for outcome in outcomes] == ["Installed", "TrustError"]
    assert [found.name for found in load(home).lists] == ["C2PA Trust List"]


@pytest.fixture
def public_lists() -> Path:
    """The public lists, where the environment has them."""
    folder = os.environ.get("PROVENANCE_TRUST_LISTS")
    if not folder:
        pytest.skip("PROVENANCE_TRUST_LISTS is not set")
    return Path(folder)


def test_the_public_lists_install_and_keep_their_tiers(home: Home, public_lists: Path) -> None:
    """Claim signers, time-stamp authorities and the interim list stay tellable from each other."""
    outcomes = list(update(home, folder=public_lists))
    trust = load(home)

    found: dict[str, Any] = {entry.tier: (entry.pem.count("BEGIN"), entry.date[:10]) for entry in trust.lists}
    assert not [outcome for outcome in outcomes if isinstance(outcome, TrustError)]
    assert found == {
        Tier.C2PA: (30, "2026-08-05"),
        Tier.TSA: (22, "2026-08-05"),
        Tier.INTERIM: (18, "2026-01-01"),
    }
    assert trust.allowed.count("BEGIN") == 86
    assert len(trust.products) == 153


def test_an_entry_is_put_at_the_end_and_what_a_person_wrote_stays(home: Home) -> None:
    """Comments survive; the same certificate is not named twice."""
    path = deny.path_of(home)
    path.parent.mkdir(parents=True)
    path.write_text(f'# by hand\n[[deny]]\nreason = "stolen"\nsha256 = "{HASH}"\n')

    deny.add(path, Denial('said to be "lost"', sha256="cd" * 32, since="2026-05-01"))

    assert path.read_text().startswith("# by hand\n")
    assert deny.load(path) == (
        Denial("stolen", sha256=HASH),
        Denial('said to be "lost"', sha256="cd" * 32, since="2026-05-01"),
    )
    with pytest.raises(TrustError) as caught:
        deny.add(path, Denial("again", sha256=HASH))
    assert str(caught.value) == "deny.toml: names this certificate already; change the entry there"


def test_authorities_for_identities_come_from_a_folder(home: Home, pki: Authority, tmp_path: Path) -> None:
    """A file named identity-NAME.pem vouches for identities, and for nothing else."""
    (tmp_path / "identity-press.pem").write_bytes(pki.root.public_bytes(Encoding.PEM))

    (done,) = update(home, folder=tmp_path)
    (found,) = load(home).lists

    assert not isinstance(done, TrustError)
    assert (done.title, found.name) == ("identities: press", "identities: press")
    assert (found.tier, found.purpose) == (Tier.IDENTITY, Purpose.IDENTITY)


def test_what_is_no_certificate_is_not_installed(home: Home, tmp_path: Path) -> None:
    """Verifying would meet it later, far from whoever could mend it."""
    body = base64.encodebytes(b"no certificate").decode()
    pem = f"-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n"
    (tmp_path / "identity-press.pem").write_text(pem)
    (tmp_path / "itl-anchors.pem").write_text(pem)

    outcomes = list(update(home, folder=tmp_path))

    assert [str(one) for one in outcomes] == [
        "itl-anchors.pem: holds a certificate that cannot be read",
        "identity-press.pem: holds a certificate that cannot be read",
    ]
    assert load(home).lists == ()
