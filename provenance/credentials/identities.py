"""The files of an identity: where they lie, what is public about them, and how they are opened.

    identities/NAME/
    ├── profile.toml         what stays the same from picture to picture
    ├── authority.pem        the certificate that galleries pin; hand it out
    ├── authority-key.pem    the identity itself; encrypted
    ├── signing/             chain.pem (leaf first, authority last) and key.pem (encrypted)
    └── old/DATE/            what was in use before

An imported credential has no authority of its own: only ``signing/`` and the profile. `lifecycle` makes and
changes identities.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from provenance.credentials import keystore, preflight, system
from provenance.credentials.authority import Authority, common_name
from provenance.credentials.credential import Credential, open_file
from provenance.credentials.keystore import PrivateKey
from provenance.credentials.passphrase import Ask
from provenance.credentials.preflight import Fault
from provenance.errors import CredentialError
from provenance.home import DEFAULT_IDENTITY, Home
from provenance.home import locate as locate_home
from provenance.plain import plain
from provenance.record import dataclass

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_RESERVED = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]", re.IGNORECASE)  # names of devices on Windows


@dataclass(frozen=True, slots=True)
class Files:
    """Where the parts of one identity lie."""

    name: str
    folder: Path

    @property
    def profile(self) -> Path:
        return self.folder / "profile.toml"

    @property
    def authority(self) -> Path:
        return self.folder / "authority.pem"

    @property
    def authority_key(self) -> Path:
        return self.folder / "authority-key.pem"

    @property
    def signing(self) -> Path:
        return self.folder / "signing"

    @property
    def chain(self) -> Path:
        return self.signing / "chain.pem"

    @property
    def key(self) -> Path:
        return self.signing / "key.pem"

    @property
    def exists(self) -> bool:
        return self.signing.is_dir() or self.authority_key.exists() or self.next.is_dir()

    @property
    def next(self) -> Path:
        """A signing folder being made; it becomes `signing` when it is whole."""
        return self.folder / "signing.new"


@dataclass(frozen=True, slots=True)
class Description:
    """What is public about an identity; read without a passphrase."""

    files: Files
    chain: tuple[x509.Certificate, ...]
    own: bool  # it has an authority of its own, whose key lies here
    encrypted: bool

    @property
    def leaf(self) -> x509.Certificate:
        return self.chain[0]

    @property
    def fingerprint(self) -> str:
        return self.leaf.fingerprint(hashes.SHA256()).hex()

    @property
    def name(self) -> str:
        return common_name(self.leaf)

    @property
    def authority(self) -> x509.Certificate:
        """The last certificate of the chain: what others pin."""
        return self.chain[-1]

    @property
    def authority_fingerprint(self) -> str:
        return self.authority.fingerprint(hashes.SHA256()).hex()


def locate(home: Home, name: str = DEFAULT_IDENTITY) -> Files:
    """Return where identity *name* lies, whether it exists or not.

    Raises:
        CredentialError: if it cannot be the name of a folder everywhere.
    """
    if not _NAME.fullmatch(name) or _RESERVED.fullmatch(name):
        raise CredentialError(
            f"identity '{plain(name)}'", "is not a name that can be used", "letters, digits, - and _, at most 64"
        )
    return Files(name, home.identity(name))


def names(home: Home) -> tuple[str, ...]:
    """Return the identities of *home*."""
    if not home.identities.is_dir():
        return ()
    found = (entry.name for entry in home.identities.iterdir() if entry.is_dir())
    return tuple(sorted(name for name in found if _NAME.fullmatch(name) and Files(name, home.identity(name)).exists))


def describe(home: Home, name: str = DEFAULT_IDENTITY) -> Description:
    """Return what is public about identity *name*.

    Raises:
        CredentialError: if there is none, or its certificates cannot be read.
    """
    return describe_files(existing(home, name))


def describe_files(files: Files) -> Description:
    """Return what is public about the identity in *files*."""
    chain = preflight.read_chain(system.read_public(files.chain), files.chain.name)
    # Only whether it is encrypted; who can read it matters when it is opened.
    protection = keystore.inspect(system.read_private(files.key, insecure=True), files.key.name)
    own = files.authority_key.exists() and read_authority(files) == chain[-1]
    return Description(files, chain, own, protection.encrypted)


def load(
    home: Home,
    name: str = DEFAULT_IDENTITY,
    passphrase: str | Ask = "",
    *,
    insecure: bool = False,
    at: datetime | None = None,
) -> Credential:
    """Open the credential of identity *name*.

    Args:
        passphrase: or what gives it; not called if the key is not encrypted.
        insecure: accept key files that others can read or own.
        at: the time to judge the certificate at; now by default.

    Raises:
        CredentialError: if there is none, it cannot be opened, or its certificate would not verify now.
    """
    found = describe(home, name)
    files = found.files
    return Credential.load(files.chain, files.key, passphrase, insecure=insecure, at=at, own=found.own)


def open_identity(name: str = DEFAULT_IDENTITY, passphrase: str | Ask = "", *, home: Home | None = None) -> Credential:
    """Open an identity that `provenance init` made, for `sign`.

    Args:
        passphrase: or what gives it; not called if the key is not encrypted.
        home: where the identities lie; by default where the command line looks for them.

    Raises:
        CredentialError: if there is none, it cannot be opened, or its certificate would not verify now.
    """
    return load(home or locate_home(), name, passphrase)


def verify_self(home: Home, name: str = DEFAULT_IDENTITY, *, at: datetime | None = None) -> tuple[Fault, ...]:
    """Say whether signatures of identity *name* would verify: every fault of its chain; no passphrase needed.

    That key and certificate belong together is not established: `load` and `Credential.test` do.
    """
    found = describe(home, name)
    return preflight.check(found.chain, at=at, own=found.own)


def open_authority(files: Files, passphrase: str | Ask, *, insecure: bool = False) -> Authority:
    """Open the own authority in *files*.

    Raises:
        CredentialError: if there is none, or key and certificate do not belong together.
    """
    if not files.authority_key.exists():
        raise CredentialError(
            f"identity '{files.name}'",
            "has no authority of its own",
            "ask whoever issued its certificate for a new one",
        )
    certificate = read_authority(files)
    key, _ = open_file(files.authority_key, passphrase, insecure=insecure)
    Credential.of((certificate,), key)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise CredentialError(files.authority_key.name, "is not a key that we made", "restore a backup")
    return Authority(certificate, key)


def read_authority(files: Files) -> x509.Certificate:
    """Return the certificate of the own authority in *files*."""
    return preflight.read_chain(system.read_public(files.authority), files.authority.name)[0]


def open_signing_key(home: Home, name: str, passphrase: str | Ask, *, insecure: bool = False) -> PrivateKey:
    """Open the signing key alone: for an import of a certificate that was issued for its request."""
    key, _ = open_file(existing(home, name).key, passphrase, insecure=insecure)
    return key


def existing(home: Home, name: str) -> Files:
    """Return where identity *name* lies.

    Raises:
        CredentialError: if there is none.
    """
    files = locate(home, name)
    if not files.exists:
        raise CredentialError(f"identity '{name}'", "is not there", "make it with `provenance init`")
    if not files.signing.exists() and files.next.is_dir():
        move(files.next, files.signing)  # a renewal that stopped between its two moves
    return files


def refuse_existing(files: Files, *, replace: bool) -> None:
    """Refuse to write over an identity.

    Raises:
        CredentialError: if one is there and *replace* is not given.
    """
    if files.exists and not replace:
        raise CredentialError(
            f"identity '{files.name}'", "exists already", "say --replace to move it aside, or choose another --identity"
        )


def move(source: Path, target: Path) -> None:
    """Rename, within one folder of ours.

    Raises:
        CredentialError: if the system refuses.
    """
    try:
        source.rename(target)
    except OSError as exc:
        raise CredentialError(plain(target.name), f"cannot be put in place ({exc.strerror})") from exc
