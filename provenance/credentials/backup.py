"""One encrypted file that holds a whole identity.

    provenance backup 1
    {"kdf": "PBKDF2-HMAC-SHA256", "rounds": 600000, "salt": "…", "cipher": "AES-256-GCM", "nonce": "…"}
    base64 of the sealed JSON: {"files": {"authority-key.pem": "…", …}}

The two lines at its head are authenticated with the rest. Inside, the keys are unencrypted PKCS#8: one passphrase
opens it all. It is read back from the disk and test-signed before it is called a backup.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding

from provenance.credentials import identities, keystore, lifecycle, preflight, system
from provenance.credentials.authority import Authority
from provenance.credentials.credential import Credential
from provenance.credentials.identities import Description
from provenance.credentials.keystore import PrivateKey
from provenance.credentials.passphrase import Ask, once
from provenance.errors import CredentialError
from provenance.home import Home
from provenance.plain import plain

_MAGIC = b"provenance backup 1"
_KDF, _CIPHER = "PBKDF2-HMAC-SHA256", "AES-256-GCM"
_AUTHORITY, _AUTHORITY_KEY, _CHAIN, _KEY, _PROFILE = (
    "authority.pem", "authority-key.pem", "chain.pem", "key.pem", "profile.toml",
)  # fmt: skip
_REQUIRED, _OPTIONAL = {_CHAIN, _KEY, _PROFILE}, {_AUTHORITY, _AUTHORITY_KEY}


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds, opened and tested."""

    chain: tuple[x509.Certificate, ...]
    key: PrivateKey = field(repr=False)
    authority: Authority | None
    profile: str


def write(
    home: Home, name: str, path: Path, *, secret: str, passphrase: str | Ask = "", insecure: bool = False
) -> Contents:
    """Back identity *name* up into the new file *path*, read it back, and sign with what was read.

    Args:
        secret: the passphrase of the backup; it may be that of the identity.
        passphrase: of the identity, or what gives it.

    Raises:
        CredentialError: if something stands at *path*, or the backup could not be used. Nothing is left behind.
    """
    if len(secret) < keystore.MIN_PASSPHRASE:
        raise CredentialError("passphrase", f"is shorter than {keystore.MIN_PASSPHRASE} characters", "use a few words")
    found = identities.describe(home, name)
    files = found.files
    ask = once(passphrase)
    key = identities.open_signing_key(home, name, ask, insecure=insecure)
    contents = {
        _CHAIN: b"".join(one.public_bytes(Encoding.PEM) for one in found.chain).decode("ascii"),
        _KEY: keystore.unencrypted(key).decode("ascii"),
        _PROFILE: _text(files.profile),
    }
    if found.own:
        authority = identities.open_authority(files, ask, insecure=insecure)
        contents[_AUTHORITY] = authority.certificate.public_bytes(Encoding.PEM).decode("ascii")
        contents[_AUTHORITY_KEY] = keystore.unencrypted(authority.key).decode("ascii")
    system.create_private(path, _seal(contents, secret))
    try:
        again = read(path, secret)
        if again.chain != found.chain or (again.authority is None) is found.own:
            raise CredentialError(plain(path.name), "does not hold what was written", "try another place")
    except CredentialError:
        path.unlink()
        raise
    return again


def read(path: Path, secret: str) -> Contents:
    """Open a backup and sign with every key in it.

    Raises:
        CredentialError: if it is none, the passphrase is wrong, or its keys do not fit its certificates.
    """
    where = plain(path.name)
    parts = _open(system.read_public(path), secret, where)
    chain = preflight.read_chain(parts[_CHAIN].encode(), where)
    key = keystore.open_key(parts[_KEY].encode(), where=where)
    Credential.of(chain, key).test()
    return Contents(chain, key, _authority(parts, chain, where), parts[_PROFILE])


def restore(
    home: Home,
    name: str,
    path: Path,
    *,
    secret: str,
    passphrase: str,
    replace: bool = False,
    today: date | None = None,
) -> Description:
    """Put the identity of a backup back, as identity *name*, its keys encrypted under *passphrase*.

    Raises:
        CredentialError: as `read`; and if an identity of that name exists and *replace* is not given.
    """
    files = identities.locate(home, name)
    identities.refuse_existing(files, replace=replace)
    found = read(path, secret)
    return lifecycle.put(
        files, key=found.key, chain=found.chain, authority=found.authority, passphrase=passphrase,
        profile=found.profile, replace=replace, today=today,
    )  # fmt: skip


def _authority(parts: Mapping[str, str], chain: tuple[x509.Certificate, ...], where: str) -> Authority | None:
    if _AUTHORITY_KEY not in parts:
        return None
    (certificate, *_) = preflight.read_chain(parts[_AUTHORITY].encode(), where)
    key = keystore.open_key(parts[_AUTHORITY_KEY].encode(), where=where)
    Credential.of((certificate,), key).test()
    try:
        chain[0].verify_directly_issued_by(certificate)
    except (ValueError, TypeError, InvalidSignature) as exc:
        raise CredentialError(where, "holds an authority that did not issue its certificate") from exc
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise CredentialError(where, "holds an authority of a kind that we do not make")
    return Authority(certificate, key)


def _seal(files: Mapping[str, str], secret: str) -> bytes:
    salt, nonce = os.urandom(16), os.urandom(12)
    options = {
        "kdf": _KDF, "rounds": keystore.ROUNDS, "salt": salt.hex(), "cipher": _CIPHER, "nonce": nonce.hex(),
    }  # fmt: skip
    head = _MAGIC + b"\n" + json.dumps(options).encode("ascii")
    body = json.dumps({"files": dict(files)}).encode("utf-8")
    sealed = AESGCM(keystore.derive(secret, salt)).encrypt(nonce, body, head)
    return head + b"\n" + base64.encodebytes(sealed)


def _open(data: bytes, secret: str, where: str) -> dict[str, str]:
    magic, _, rest = data.partition(b"\n")
    line, _, body = rest.partition(b"\n")
    if magic != _MAGIC:
        raise CredentialError(where, "is not a backup that this version can read", "`provenance keys backup` makes one")
    damaged = "is damaged"
    try:
        options: dict[str, Any] = json.loads(line)
        rounds = int(options["rounds"])
        salt, nonce = bytes.fromhex(options["salt"]), bytes.fromhex(options["nonce"])
        sealed = base64.b64decode(b"".join(body.split()), validate=True)
        known = options["kdf"] == _KDF and options["cipher"] == _CIPHER and 1 <= rounds <= keystore.MAX_ROUNDS
        cipher = AESGCM(keystore.derive(secret, salt, rounds)) if known else None
    except (ValueError, KeyError, TypeError, binascii.Error) as exc:
        raise CredentialError(where, damaged, "use another copy") from exc
    if cipher is None:
        raise CredentialError(where, "is encrypted in a way that this version does not know")
    try:
        files = json.loads(cipher.decrypt(nonce, sealed, magic + b"\n" + line))["files"]
    except InvalidTag as exc:
        raise CredentialError(where, "cannot be opened: the passphrase is wrong, or the file is damaged") from exc
    except (ValueError, KeyError, TypeError) as exc:
        raise CredentialError(where, damaged, "use another copy") from exc
    if not _REQUIRED <= set(files) <= _REQUIRED | _OPTIONAL or len(set(files) & _OPTIONAL) == 1:
        raise CredentialError(where, "does not hold a whole identity", "use another copy")
    return {name: str(text) for name, text in files.items()}


def _text(path: Path) -> str:
    try:
        return system.read_public(path).decode("utf-8")
    except UnicodeDecodeError as exc:
        raise CredentialError(plain(path.name), "is not text in UTF-8") from exc
