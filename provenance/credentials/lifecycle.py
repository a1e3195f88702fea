"""Making and changing identities: create, renew, import, request a certificate.

Every change makes the new folder whole first and then moves it into place, so that a crash leaves the old identity
or the new one; what was in use before is kept.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding

from provenance.credentials import keystore, preflight, system
from provenance.credentials.authority import Authority, handle_of, issue, make_authority
from provenance.credentials.credential import Credential, open_file
from provenance.credentials.identities import (
    Description,
    Files,
    describe,
    describe_files,
    existing,
    locate,
    move,
    open_authority,
    refuse_existing,
)
from provenance.credentials.keystore import PrivateKey
from provenance.credentials.passphrase import Ask, once
from provenance.errors import CredentialError
from provenance.home import Home


def create(
    home: Home,
    name: str,
    *,
    handle: str,
    passphrase: str,
    profile: str,
    years: int = 1,
    replace: bool = False,
    today: date | None = None,
) -> Description:
    """Make identity *name*: an authority, a leaf for *handle* under it, and the text of its profile.

    Args:
        passphrase: empty stores the keys unencrypted.
        replace: move an existing identity aside, whole; without it that is an error.

    Raises:
        CredentialError: if it exists, or a value cannot be used. Nothing is left behind.
    """
    files = locate(home, name)
    refuse_existing(files, replace=replace)
    authority = make_authority(handle, today=today)
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = issue(authority, handle, key.public_key(), years=years, today=today)
    return put(
        files, key=key, chain=(leaf, authority.certificate), authority=authority, passphrase=passphrase,
        profile=profile, replace=replace, today=today,
    )  # fmt: skip


def put(
    files: Files,
    *,
    key: PrivateKey,
    chain: Sequence[x509.Certificate],
    authority: Authority | None,
    passphrase: str,
    profile: str,
    replace: bool,
    today: date | None = None,
) -> Description:
    """Write a whole identity, test its signature, and only then move it into place.

    Raises:
        CredentialError: if it exists, or would not sign. Nothing is left behind.
    """
    refuse_existing(files, replace=replace)
    _test(key, chain, authority)
    sealed_key = keystore.seal(key, passphrase)
    made = files.folder.with_name(f".{files.name}-{secrets.token_hex(4)}")
    system.make_private_directory(made / "signing")
    draft = Files(files.name, made)
    try:
        _write_signing(draft.signing, sealed_key, chain)
        if authority is not None:
            system.create_private(draft.authority, authority.certificate.public_bytes(Encoding.PEM))
            system.create_private(draft.authority_key, keystore.seal(authority.key, passphrase))
        system.create_private(draft.profile, profile.encode("utf-8"))
        if files.folder.exists():
            move(files.folder, _free(files.folder.with_name(f"{files.name}.replaced-{_day(today)}")))
        move(made, files.folder)
    finally:
        if made.exists():
            shutil.rmtree(made)
    system.sync_directory(files.folder.parent)
    return describe_files(files)


def renew(
    home: Home,
    name: str,
    passphrase: str | Ask = "",
    *,
    years: int | None = None,
    insecure: bool = False,
    today: date | None = None,
) -> Description:
    """Make a new key and leaf under the same authority, for the same name; the old pair goes to ``old/``.

    Args:
        years: how long it lasts; as long as the last one by default.

    Raises:
        CredentialError: if the identity has no authority of its own, or cannot be opened.
    """
    files = existing(home, name)
    before = describe_files(files)
    secret = once(passphrase)
    authority = open_authority(files, secret, insecure=insecure)
    key = ec.generate_private_key(ec.SECP256R1())
    handle = handle_of(authority.certificate) or before.name
    leaf = issue(authority, handle, key.public_key(), years=years or _years(before.leaf), today=today)
    chain = (leaf, authority.certificate)
    _test(key, chain, authority)
    text = secret() if before.encrypted else ""
    _swap(files, keystore.seal(key, text), chain, today)
    return describe_files(files)


def import_(
    home: Home,
    name: str,
    *,
    chain: Sequence[x509.Certificate],
    key: PrivateKey,
    passphrase: str,
    profile: str,
    replace: bool = False,
    at: datetime | None = None,
) -> Description:
    """Take over a foreign certificate chain with its key, written anew and encrypted.

    Args:
        profile: the text of its profile; an existing identity keeps its own.
        replace: move what is in use aside, into ``old/``.

    Raises:
        CredentialError: if it would not verify, or an identity is there already.
    """
    files = locate(home, name)
    refuse_existing(files, replace=replace)
    for fault in preflight.blocking(preflight.check(chain, at=at)):
        raise CredentialError("certificates", fault.problem, fault.cure)
    if not files.exists:
        return put(files, key=key, chain=chain, authority=None, passphrase=passphrase, profile=profile, replace=False)
    _test(key, chain, None)
    aside = _swap(files, keystore.seal(key, passphrase), chain, None)
    for part in (files.authority, files.authority_key):  # last: until then they only fail to match the chain
        if part.exists():
            move(part, aside / part.name)
    return describe_files(files)


def csr(home: Home, name: str, passphrase: str | Ask = "", *, insecure: bool = False) -> str:
    """Return a certificate request (PEM) for the signing key of identity *name*; nothing but its name stands in it.

    Raises:
        CredentialError: if there is none, or it cannot be opened.
    """
    found = describe(home, name)
    key, _ = open_file(found.files.key, passphrase, insecure=insecure)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, found.name)]) if found.name else x509.Name([])
    digest = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, digest)
    return request.public_bytes(Encoding.PEM).decode("ascii")


def _test(key: PrivateKey, chain: Sequence[x509.Certificate], authority: Authority | None) -> None:
    Credential.of(chain, key).test()
    if authority is not None:
        Credential.of((authority.certificate,), authority.key).test()
        chain[0].verify_directly_issued_by(authority.certificate)


def _swap(files: Files, sealed_key: bytes, chain: Sequence[x509.Certificate], today: date | None) -> Path:
    """Put a new signing folder in the place of the old one; return where the old one went.

    Between the two moves there is only ``signing.new``, whole: `identities.existing` finishes the swap.
    """
    if files.next.exists():
        shutil.rmtree(files.next)  # of an attempt that stopped earlier
    system.make_private_directory(files.next)
    _write_signing(files.next, sealed_key, chain)
    aside = _free(files.folder / "old" / _day(today))
    system.make_private_directory(aside)
    if files.signing.exists():
        move(files.signing, aside / "signing")
    move(files.next, files.signing)
    system.sync_directory(files.folder)
    return aside


def _write_signing(folder: Path, sealed_key: bytes, chain: Sequence[x509.Certificate]) -> None:
    system.create_private(folder / "key.pem", sealed_key)
    system.create_private(folder / "chain.pem", b"".join(found.public_bytes(Encoding.PEM) for found in chain))
    system.sync_directory(folder)


def _free(path: Path) -> Path:
    """Return *path*, or the first of *path*-2, -3, … where nothing is."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}-{number}")
    return free


def _day(today: date | None) -> str:
    return (today or datetime.now(UTC).date()).isoformat()


def _years(leaf: x509.Certificate) -> int:
    return min(max(round((leaf.not_valid_after_utc - leaf.not_valid_before_utc).days / 365), 1), 5)
