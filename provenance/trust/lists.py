"""Public trust lists as they lie in ``HOME/trust/lists``: read, checked, installed; never older than what is there.

lists/
├── index.json            per file: where from, when, SHA-256, issue date
├── C2PA-TRUST-LIST.json  ETSI TS 119 602 list of trusted entities, claim signers
├── C2PA-TSA-TRUST-LIST.json
├── conforming-products-list.json
├── itl-anchors.pem, itl-allowed.pem   the interim list, frozen on 2026-01-01: a tier of its own
└── identity-NAME.pem     authorities that the reader takes for identities (CAWG) alone; published nowhere for us
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from provenance.errors import TrustError
from provenance.home import Home
from provenance.record import dataclass
from provenance.trust.deny import load as load_denied
from provenance.trust.model import Product, Purpose, Tier, Trust, TrustList
from provenance.trust.pins import load as load_pins

MAX_BYTES = 8 * 1024 * 1024
INTERIM_FROZEN = "2026-01-01"
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----")


@dataclass(frozen=True, slots=True)
class Published:
    """A list that can be installed, and where it is published."""

    file: str
    url: str
    title: str


_PUBLIC = "https://raw.githubusercontent.com/c2pa-org/conformance-public/main/trust-list/"
_INTERIM = "https://contentcredentials.org/trust/"
PUBLISHED = (
    Published("C2PA-TRUST-LIST.json", _PUBLIC + "C2PA-TRUST-LIST.json", "C2PA Trust List"),
    Published("C2PA-TSA-TRUST-LIST.json", _PUBLIC + "C2PA-TSA-TRUST-LIST.json", "C2PA TSA Trust List"),
    Published(
        "conforming-products-list.json",
        "https://raw.githubusercontent.com/c2pa-org/conformance-public/main/conforming-products/conforming-products-list.json",
        "C2PA Conforming Products List",
    ),
    Published("itl-anchors.pem", _INTERIM + "anchors.pem", "interim trust list (frozen 2026-01-01)"),
    Published("itl-allowed.pem", _INTERIM + "allowed.pem", "interim trust list, single certificates"),
)
IDENTITIES = "identity-*.pem"
_IDENTITY = re.compile(r"identity-([a-z0-9-]{1,40})\.pem")
_FILES = {entry.file: entry for entry in PUBLISHED}


@dataclass(frozen=True, slots=True)
class Installed:
    """What happened to one list."""

    file: str
    title: str
    date: str
    sha256: str
    changed: bool


def load(home: Home) -> Trust:
    """Read pins, deny list and installed lists of *home*; nothing there is an empty `Trust`.

    Raises:
        TrustError: if a file is damaged, or is not the one that was installed.
    """
    folder = home.trust / "lists"
    index = _index(folder)
    lists: list[TrustList] = []
    products: tuple[Product, ...] = ()
    for file in index:
        if file == "itl-allowed.pem":
            continue
        data = _installed(folder, file, index)
        if file == "conforming-products-list.json":
            products = parse_products(data, file)
        elif file == "itl-anchors.pem":
            allowed = _installed(folder, "itl-allowed.pem", index).decode("ascii") if "itl-allowed.pem" in index else ""
            lists.append(_interim(data, allowed, index[file]))
        elif named := _IDENTITY.fullmatch(file):
            lists.append(_identities(named[1], data, index[file]))
        else:
            lists.append(parse_lote(data, file))
    return Trust(tuple(lists), load_pins(home.trust / "pins.toml"), load_denied(home.trust / "deny.toml"), products)


def install(home: Home, file: str, data: bytes, *, source: str, now: datetime | None = None) -> Installed:
    """Check *data* and keep it as list *file* of *home*, with where it came from, when, and its SHA-256.

    Raises:
        TrustError: if it is not such a list, or is older than the one that is there (T11).
    """
    if file not in _FILES and not _IDENTITY.fullmatch(file):
        raise TrustError(file, "is not a list that this program knows", f"one of {', '.join(_FILES)}, {IDENTITIES}")
    fetched = (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
    date = _date_of(file, data) or fetched
    folder = home.trust / "lists"
    index = _index(folder)
    before = index.get(file)
    if before and date < before["date"]:
        raise TrustError(
            file,
            f"is older ({date[:10]}) than the list that is there ({before['date'][:10]})",
            "nothing was changed",
        )
    digest = hashlib.sha256(data).hexdigest()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write(folder / file, data)
    index[file] = {
        "date": date, "sha256": digest, "source": source, "fetched": fetched,
    }  # fmt: skip
    _write(folder / "index.json", json.dumps(index, indent=1, sort_keys=True).encode())
    title = _FILES[file].title if file in _FILES else _identity_title(file)
    return Installed(file, title, date[:10], digest, before is None or before["sha256"] != digest)


def parse_lote(data: bytes, where: str) -> TrustList:
    """Read an ETSI TS 119 602 list of trusted entities (JSON). Entries that are not "trusted" are left out."""
    whole = _json(data, where)
    try:
        head = whole["LoTE"]["ListAndSchemeInformation"]
        name = head["SchemeName"][0]["value"]
        date, due = str(head["ListIssueDateTime"]), str(head["NextUpdate"])
        anchors = [
            _pem(entry["val"], where)
            for entity in whole["LoTE"]["TrustedEntitiesList"]
            for service in entity["TrustedEntityServices"]
            if (info := service["ServiceInformation"])["ServiceStatus"].endswith("/trusted")
            for entry in info["ServiceDigitalIdentity"]["X509Certificates"]
        ]
    except (KeyError, IndexError, TypeError, AttributeError) as exc:
        raise TrustError(where, "is not a list of trusted entities (ETSI TS 119 602)") from exc
    if not anchors:
        raise TrustError(where, "holds no trusted certificate")
    stamps = "TSA" in name
    return TrustList(
        name=name, tier=Tier.TSA if stamps else Tier.C2PA, purpose=Purpose.TIME_STAMP if stamps else Purpose.CLAIM,
        pem="".join(anchors), date=date, next_update=due, sha256=hashlib.sha256(data).hexdigest(),
    )  # fmt: skip


def parse_products(data: bytes, where: str) -> tuple[Product, ...]:
    """Read the conforming products list; only records that forbid a signal matter to us, but all are kept."""
    whole = _json(data, where)
    try:
        return tuple(
            Product(
                record=record["recordId"],
                common_name=record["product"]["DN"].get("CN", ""),
                organization=record["product"]["DN"].get("O", ""),
                disallowed=tuple(
                    signal
                    for signals in (record["product"].get("disallowedSignals") or {}).values()
                    for signal in signals or ()
                ),
            )
            for record in whole
            if record["product"]["productType"] == "generatorProduct"
        )
    except (KeyError, TypeError, AttributeError) as exc:
        raise TrustError(where, "is not the conforming products list") from exc


def _interim(data: bytes, allowed: str, entry: dict[str, str]) -> TrustList:
    return TrustList(
        name="interim trust list", tier=Tier.INTERIM, purpose=Purpose.CLAIM, pem=data.decode("ascii"),
        date=INTERIM_FROZEN, sha256=hashlib.sha256(data).hexdigest(), allowed=allowed, fetched=entry.get("fetched", ""),
    )  # fmt: skip


def _identities(name: str, data: bytes, entry: dict[str, str]) -> TrustList:
    return TrustList(
        name=_identity_title(name), tier=Tier.IDENTITY, purpose=Purpose.IDENTITY, pem=data.decode("ascii"),
        date=entry["date"], sha256=hashlib.sha256(data).hexdigest(), fetched=entry.get("fetched", ""),
    )  # fmt: skip


def _identity_title(name: str) -> str:
    return f"identities: {name.removeprefix('identity-').removesuffix('.pem')}"


def _date_of(file: str, data: bytes) -> str:
    """Return the date of a list that is one; "" where a list has none.

    Raises:
        TrustError: if it is not one, or holds what is no certificate: verifying would meet it later.
    """
    if len(data) > MAX_BYTES:
        raise TrustError(file, f"is larger than {MAX_BYTES} bytes")
    if file.endswith(".pem"):
        try:
            text = data.decode("ascii")
        except UnicodeDecodeError as exc:
            raise TrustError(file, "is not a PEM file") from exc
        if not _PEM.search(text):
            raise TrustError(file, "holds no certificate")
        _readable(text, file)
        return "" if _IDENTITY.fullmatch(file) else INTERIM_FROZEN
    if file == "conforming-products-list.json":
        parse_products(data, file)
        return max(str(record.get("dates", {}).get("lastModification", "")) for record in _json(data, file))
    found = parse_lote(data, file)
    _readable(found.pem, file)
    return found.date


def _readable(pem: str, where: str) -> None:
    try:
        from provenance.trust.paths import parse_pem  # here: slow to load, and many know no list

        parse_pem(pem)
    except ValueError as exc:
        raise TrustError(where, "holds a certificate that cannot be read") from exc


def _index(folder: Path) -> dict[str, dict[str, str]]:
    try:
        found: dict[str, dict[str, str]] = json.loads((folder / "index.json").read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as exc:
        raise TrustError("trust/lists/index.json", "cannot be read", "run `provenance trust update`") from exc
    return found


def _installed(folder: Path, file: str, index: dict[str, dict[str, str]]) -> bytes:
    try:
        data = (folder / file).read_bytes()
    except OSError as exc:
        raise TrustError(f"trust/lists/{file}", "is missing", "run `provenance trust update`") from exc
    if hashlib.sha256(data).hexdigest() != index[file]["sha256"]:
        raise TrustError(f"trust/lists/{file}", "is not the file that was installed", "run `provenance trust update`")
    return data


def _json(data: bytes, where: str) -> Any:
    try:
        return json.loads(data)
    except ValueError as exc:
        raise TrustError(where, "is not JSON") from exc


def _pem(value: str, where: str) -> str:
    try:
        der = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise TrustError(where, "holds a certificate that is not base64") from exc
    body = base64.encodebytes(der).decode("ascii")
    return f"-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n"


def _write(path: Path, data: bytes) -> None:
    temporary = path.with_name(path.name + ".new")
    temporary.write_bytes(data)
    temporary.replace(path)
