"""Private keys at rest (security K1, K2).

We write encrypted PKCS#8: PBES2 with PBKDF2-HMAC-SHA256, 600,000 rounds, and AES-256-CBC, by ourselves, because
`cryptography`'s own encryption stops at 2,048 rounds. `openssl pkey` and `cryptography` open it. We read whatever
`cryptography` reads, and say what is weak about it.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
)

from provenance.credentials import der, system
from provenance.errors import CredentialError
from provenance.record import dataclass

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey
PublicKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey

ROUNDS = 600_000
MAX_ROUNDS = 20_000_000  # more would only keep the reader waiting
MIN_PASSPHRASE = 8
_MIN_SCRYPT_BYTES = 16 * 1024 * 1024

_PBES2, _PBKDF2 = "1.2.840.113549.1.5.13", "1.2.840.113549.1.5.12"
_HMAC_SHA256, _AES_256_CBC = "1.2.840.113549.2.9", "2.16.840.1.101.3.4.1.42"
_SCRYPT = "1.3.6.1.4.1.11591.4.11"
_STRONG_PRFS = {_HMAC_SHA256, "1.2.840.113549.2.10", "1.2.840.113549.2.11"}  # HMAC with SHA-256, 384, 512
_STRONG_CIPHERS = {"2.16.840.1.101.3.4.1.2", "2.16.840.1.101.3.4.1.22", _AES_256_CBC}  # AES-CBC
_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----(.*?)-----END \1-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Protection:
    """How a key file is protected, as far as it says."""

    label: str  # of the PEM block: "PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "EC PRIVATE KEY", …; "DER"
    encrypted: bool
    weakness: str = ""  # what is weak about the encryption, "" if nothing is
    rounds: int = 0


def encrypt(key: PrivateKey, passphrase: str) -> bytes:
    """Return *key* as PEM, encrypted under *passphrase*."""
    salt, iv = os.urandom(16), os.urandom(16)
    padder = padding.PKCS7(algorithms.AES.block_size).padder()
    clear = padder.update(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())) + padder.finalize()
    cipher = Cipher(algorithms.AES(derive(passphrase, salt)), modes.CBC(iv)).encryptor()
    sealed = cipher.update(clear) + cipher.finalize()
    derivation = der.sequence(
        der.object_id(_PBKDF2),
        der.sequence(
            der.encode(der.OCTET_STRING, salt),
            der.integer(ROUNDS),
            der.sequence(der.object_id(_HMAC_SHA256), der.encode(der.NULL)),
        ),
    )
    encryption = der.sequence(der.object_id(_AES_256_CBC), der.encode(der.OCTET_STRING, iv))
    scheme = der.sequence(der.object_id(_PBES2), der.sequence(derivation, encryption))
    return _pem("ENCRYPTED PRIVATE KEY", der.sequence(scheme, der.encode(der.OCTET_STRING, sealed)))


def derive(passphrase: str, salt: bytes, rounds: int = ROUNDS) -> bytes:
    """Return 32 bytes of key for *passphrase* (PBKDF2-HMAC-SHA256)."""
    return PBKDF2HMAC(hashes.SHA256(), 32, salt, rounds).derive(passphrase.encode("utf-8"))


def unencrypted(key: PrivateKey) -> bytes:
    """Return *key* as PKCS#8 PEM that anyone who has the file can use."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def seal(key: PrivateKey, passphrase: str) -> bytes:
    """Return what a key file holds: encrypted, or with an empty *passphrase* not.

    Raises:
        CredentialError: if the passphrase is too short to protect anything.
    """
    if not passphrase:
        return unencrypted(key)
    if len(passphrase) < MIN_PASSPHRASE:
        raise CredentialError("passphrase", f"is shorter than {MIN_PASSPHRASE} characters", "use a few words")
    return encrypt(key, passphrase)


def read(path: Path, *, insecure: bool = False) -> bytes:
    """Read a key file that nobody else could read.

    Raises:
        CredentialError: with what is wrong and what to do.
    """
    return system.read_private(path, insecure=insecure)


def inspect(data: bytes, where: str = "key") -> Protection:
    """Say how the key in *data* is protected, without opening it.

    Raises:
        CredentialError: if it is no private key, or would take for ever to open.
    """
    block = _PEM.search(data)
    if block is None or block[1] == b"OPENSSH PRIVATE KEY":
        return _inspect_other(data, where)
    label = block[1].decode("ascii")
    if label != "ENCRYPTED PRIVATE KEY":
        legacy = b"Proc-Type: 4,ENCRYPTED" in block[2]
        return Protection(label, legacy, "an old encryption with one round of MD5" if legacy else "")
    try:
        return _read_scheme(base64.b64decode(b"".join(block[2].split()), validate=True))
    except (binascii.Error, ValueError, IndexError) as exc:
        raise CredentialError(where, "is not a private key that can be read", "the file is damaged") from exc


def open_key(data: bytes, passphrase: str = "", *, where: str = "key") -> PrivateKey:
    """Open the private key in *data*, in any of the usual formats.

    Raises:
        CredentialError: if the passphrase is wrong or missing, or the key is of a kind that cannot sign here.
    """
    found = inspect(data, where)
    if found.rounds > MAX_ROUNDS:
        raise CredentialError(where, f"asks for {found.rounds:,} rounds to open it", f"at most {MAX_ROUNDS:,}")
    if found.encrypted and not passphrase:
        raise CredentialError(where, "is encrypted, and no passphrase was given")
    secret = passphrase.encode("utf-8") if found.encrypted else None
    try:
        key = load_der_private_key(data, None) if found.label == "DER" else load_pem_private_key(data, secret)
    except UnsupportedAlgorithm as exc:
        raise CredentialError(where, "is of a kind that cannot sign here", "use P-256, Ed25519 or RSA") from exc
    except (ValueError, TypeError) as exc:
        if found.encrypted:
            raise CredentialError(where, "cannot be opened with this passphrase") from exc
        raise CredentialError(where, "is not a private key that can be read", "the file is damaged") from exc
    if not isinstance(key, PrivateKey):
        raise CredentialError(
            where, "is of a kind that cannot sign here", "use P-256, P-384, P-521, Ed25519, or RSA with 2048 bits"
        )
    return key


def same_key(first: object, second: PublicKey) -> bool:
    """Tell whether two public keys are one."""
    if not isinstance(first, PublicKey):
        return False
    form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    if isinstance(first, rsa.RSAPublicKey) and isinstance(second, rsa.RSAPublicKey):
        return first.public_numbers() == second.public_numbers()  # the PSS and the plain identifier are one key
    return first.public_bytes(*form) == second.public_bytes(*form)


def _inspect_other(data: bytes, where: str) -> Protection:
    if b"-----BEGIN CERTIFICATE-----" in data:
        raise CredentialError(where, "holds a certificate and no private key", "name the file with the key")
    if b"-----BEGIN OPENSSH" in data or b"-----BEGIN PUBLIC KEY" in data:
        raise CredentialError(where, "is not a private key for certificates", "name a PKCS#8 file")
    try:
        (outer,) = der.parse(data)
        inner = outer.children()
        # PFX ::= SEQUENCE { version INTEGER (3), authSafe, … }; every private key starts with version 0 or 1.
        is_pfx = outer.tag == der.SEQUENCE and inner[0].tag == der.INTEGER and inner[0].number() == 3
        is_key = outer.tag == der.SEQUENCE and inner[0].tag == der.INTEGER and inner[0].number() in {0, 1}
    except (ValueError, IndexError):
        is_pfx = is_key = False
    if is_pfx:
        raise CredentialError(
            where, "is a PKCS#12 bundle", f"take it apart with `openssl pkcs12 -in {where} -nocerts -out key.pem`"
        )
    if not is_key:
        raise CredentialError(where, "holds no private key", "a key file starts with -----BEGIN")
    return Protection("DER", encrypted=False)


def _read_scheme(data: bytes) -> Protection:
    (outer,) = der.parse(data)
    scheme, _ = outer.children()
    name, parameters = scheme.children()
    if name.dotted() != _PBES2:
        return Protection("ENCRYPTED PRIVATE KEY", True, "an old encryption (PBES1)")
    derivation, encryption = parameters.children()
    kind, options = derivation.children()
    cipher = encryption.children()[0].dotted()
    weakness, rounds = _weakness(kind.dotted(), options.children())
    if not weakness and cipher not in _STRONG_CIPHERS:
        weakness = "an old cipher"
    return Protection("ENCRYPTED PRIVATE KEY", True, weakness, rounds)


def _weakness(kind: str, options: tuple[der.Node, ...]) -> tuple[str, int]:
    if kind == _SCRYPT:
        cost, block = options[1].number(), options[2].number()
        return ("a scrypt that is quick to guess" if cost * block * 128 < _MIN_SCRYPT_BYTES else ""), 0
    if kind != _PBKDF2:
        return "a key derivation that we do not know", 0
    rounds = options[1].number()
    last = options[-1]
    prf = last.children()[0].dotted() if last.tag == der.SEQUENCE else ""  # absent means HMAC with SHA-1
    if rounds < ROUNDS:
        return f"only {rounds:,} rounds of PBKDF2", rounds
    return ("" if prf in _STRONG_PRFS else "PBKDF2 with SHA-1"), rounds


def _pem(label: str, data: bytes) -> bytes:
    text = base64.b64encode(data)
    lines = b"\n".join(text[at : at + 64] for at in range(0, len(text), 64))
    name = label.encode("ascii")
    return b"-----BEGIN " + name + b"-----\n" + lines + b"\n-----END " + name + b"-----\n"
