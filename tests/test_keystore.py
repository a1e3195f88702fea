"""Private keys at rest: how they are written, what opens them, and what is refused or said to be weak."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)

from provenance.credentials import der, keystore, system
from provenance.credentials.keystore import PrivateKey
from provenance.errors import CredentialError
from tests.support.credentials import PASSPHRASE
from tests.support.environment import needs_openssl
from tests.support.pki import KEYS

NUMBERS = ec.generate_private_key(ec.SECP256R1())


def openssl(*arguments: str, stdin: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *arguments], input=stdin, capture_output=True, check=True).stdout


@pytest.mark.parametrize("kind", KEYS)
def test_key_survives_encryption(kind: str) -> None:
    """What is encrypted here opens here and in `cryptography`, for every kind of key that signs."""
    key = KEYS[kind]()

    sealed = keystore.encrypt(key, PASSPHRASE)

    assert keystore.unencrypted(keystore.open_key(sealed, PASSPHRASE)) == keystore.unencrypted(key)
    other = load_pem_private_key(sealed, PASSPHRASE.encode())
    assert other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) == keystore.unencrypted(key)


@needs_openssl
@pytest.mark.parametrize("passphrase", [PASSPHRASE, "pässword 日本 🐦"])
def test_openssl_opens_the_key(passphrase: str, tmp_path: Path) -> None:
    """`openssl pkey` opens what we write, and sees the parameters that we mean (security K1)."""
    file = tmp_path / "key.pem"
    system.create_private(file, keystore.encrypt(NUMBERS, passphrase))

    opened = openssl("pkey", "-in", str(file), "-passin", "stdin", stdin=passphrase.encode())
    layout = openssl("asn1parse", "-in", str(file)).decode()

    assert opened == keystore.unencrypted(NUMBERS)
    assert "PBES2" in layout and "PBKDF2" in layout and "hmacWithSHA256" in layout and "aes-256-cbc" in layout
    assert f":{600_000:06X}" in layout


def test_own_encryption_is_not_weak() -> None:
    """What we write is not among what we warn about; nothing of the key stands in it."""
    sealed = keystore.encrypt(NUMBERS, PASSPHRASE)

    assert keystore.inspect(sealed) == keystore.Protection("ENCRYPTED PRIVATE KEY", True, "", 600_000)
    assert sealed != keystore.encrypt(NUMBERS, PASSPHRASE)  # salt and vector are new each time


def _openssl_key(*options: str) -> bytes:
    return openssl("pkcs8", "-topk8", *options, "-passout", "pass:" + PASSPHRASE, stdin=keystore.unencrypted(NUMBERS))


WEAK: dict[str, tuple[Callable[[], bytes], str]] = {
    "cryptography's own": (
        lambda: NUMBERS.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSPHRASE.encode())),
        "only 2,048 rounds of PBKDF2",
    ),
    "few rounds": (
        lambda: _openssl_key("-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA256", "-iter", "9999"),
        "only 9,999 rounds of PBKDF2",
    ),
    "SHA-1": (
        lambda: _openssl_key("-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA1", "-iter", "600000"),
        "PBKDF2 with SHA-1",
    ),
    "triple DES": (
        lambda: _openssl_key("-v2", "des3", "-v2prf", "hmacWithSHA256", "-iter", "600000"),
        "an old cipher",
    ),
    "PBES1": (lambda: _openssl_key("-v1", "PBE-SHA1-3DES"), "an old encryption (PBES1)"),
    "small scrypt": (
        lambda: _openssl_key("-scrypt", "-scrypt_N", "1024", "-scrypt_r", "8", "-scrypt_p", "1"),
        "a scrypt that is quick to guess",
    ),
    "SEC1": (
        lambda: NUMBERS.private_bytes(
            Encoding.PEM, PrivateFormat.TraditionalOpenSSL, BestAvailableEncryption(PASSPHRASE.encode())
        ),
        "an old encryption with one round of MD5",
    ),
}


@needs_openssl
@pytest.mark.parametrize(("make", "weakness"), WEAK.values(), ids=WEAK.keys())
def test_weak_encryption_is_named(make: Callable[[], bytes], weakness: str) -> None:
    """A key file that is quick to guess is opened all the same, and said to be weak."""
    data = make()

    found = keystore.inspect(data)

    assert (found.encrypted, found.weakness) == (True, weakness)
    assert keystore.unencrypted(keystore.open_key(data, PASSPHRASE)) == keystore.unencrypted(NUMBERS)


@needs_openssl
def test_strong_encryption_of_others_is_not_weak() -> None:
    """OpenSSL's encryption with our parameters, and a scrypt that costs memory, pass without a word."""
    same = _openssl_key("-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA256", "-iter", "600000")
    scrypt = _openssl_key("-scrypt", "-scrypt_N", "16384", "-scrypt_r", "8", "-scrypt_p", "1")

    assert keystore.inspect(same).weakness == ""
    assert keystore.inspect(scrypt).weakness == ""


def _with_rounds(rounds: int) -> bytes:
    """Return an encrypted key whose parameters ask for *rounds*."""
    salt = der.encode(der.OCTET_STRING, bytes(16))
    derivation = der.sequence(der.object_id("1.2.840.113549.1.5.12"), der.sequence(salt, der.integer(rounds)))
    cipher = der.sequence(der.object_id("2.16.840.1.101.3.4.1.42"), salt)
    scheme = der.sequence(der.object_id("1.2.840.113549.1.5.13"), der.sequence(derivation, cipher))
    return _pem("ENCRYPTED PRIVATE KEY", base64.b64encode(der.sequence(scheme, salt)).decode())


def _pem(label: str, body: str) -> bytes:
    return f"-----BEGIN {label}-----\n{body}\n-----END {label}-----\n".encode()


UNREADABLE = "key.pem: is not a private key that can be read; the file is damaged"
WRONG: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "wrong passphrase": (
        lambda: keystore.encrypt(NUMBERS, PASSPHRASE),
        "another one",
        "key.pem: cannot be opened with this passphrase",
    ),
    "no passphrase": (
        lambda: keystore.encrypt(NUMBERS, PASSPHRASE),
        "",
        "key.pem: is encrypted, and no passphrase was given",
    ),
    "empty file": (lambda: b"", PASSPHRASE, "key.pem: holds no private key; a key file starts with -----BEGIN"),
    "text": (lambda: b"my key", PASSPHRASE, "key.pem: holds no private key; a key file starts with -----BEGIN"),
    "damaged": (lambda: _pem("PRIVATE KEY", "AAAA"), "", UNREADABLE),
    "damaged, encrypted": (lambda: _pem("ENCRYPTED PRIVATE KEY", "AAAA"), PASSPHRASE, UNREADABLE),
    "not base64": (lambda: _pem("ENCRYPTED PRIVATE KEY", "%%%"), PASSPHRASE, UNREADABLE),
    "certificate": (
        lambda: _pem("CERTIFICATE", "AAAA"),
        "",
        "key.pem: holds a certificate and no private key; name the file with the key",
    ),
    "public key": (
        lambda: _pem("PUBLIC KEY", "AAAA"),
        "",
        "key.pem: is not a private key for certificates; name a PKCS#8 file",
    ),
    "key of SSH": (
        lambda: ed25519.Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()),
        "",
        "key.pem: is not a private key for certificates; name a PKCS#8 file",
    ),
    "PKCS#12": (
        lambda: pkcs12.serialize_key_and_certificates(b"me", NUMBERS, None, None, NoEncryption()),
        "",
        "key.pem: is a PKCS#12 bundle; take it apart with `openssl pkcs12 -in key.pem -nocerts -out key.pem`",
    ),
    "DSA": (
        lambda: dsa.generate_private_key(2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        "",
        "key.pem: is of a kind that cannot sign here; use P-256, P-384, P-521, Ed25519, or RSA with 2048 bits",
    ),
    "endless rounds": (
        lambda: _with_rounds(2_000_000_000),
        PASSPHRASE,
        "key.pem: asks for 2,000,000,000 rounds to open it; at most 20,000,000",
    ),
}


@pytest.mark.parametrize(("make", "passphrase", "message"), WRONG.values(), ids=WRONG.keys())
def test_wrong_key_is_named(make: Callable[[], bytes], passphrase: str, message: str) -> None:
    """The message says what the file is, and never what stands in it."""
    with pytest.raises(CredentialError) as caught:
        keystore.open_key(make(), passphrase, where="key.pem")

    assert str(caught.value) == message


OLD_FORMS: dict[str, tuple[PrivateKey, Encoding, PrivateFormat]] = {
    "SEC1": (NUMBERS, Encoding.PEM, PrivateFormat.TraditionalOpenSSL),
    "PKCS#1": (rsa.generate_private_key(65537, 2048), Encoding.PEM, PrivateFormat.TraditionalOpenSSL),
    "DER": (NUMBERS, Encoding.DER, PrivateFormat.PKCS8),
}


@pytest.mark.parametrize(("key", "encoding", "form"), OLD_FORMS.values(), ids=OLD_FORMS.keys())
def test_old_forms_are_read(key: PrivateKey, encoding: Encoding, form: PrivateFormat) -> None:
    """Keys that the engine cannot read are read here."""
    data = key.private_bytes(encoding, form, NoEncryption())

    assert keystore.unencrypted(keystore.open_key(data)) == keystore.unencrypted(key)


def test_short_passphrase_is_refused() -> None:
    """Seven characters protect nothing; eight are taken; none at all is a choice that the caller makes."""
    with pytest.raises(CredentialError) as caught:
        keystore.seal(NUMBERS, "sevench")

    assert str(caught.value) == "passphrase: is shorter than 8 characters; use a few words"
    assert keystore.inspect(keystore.seal(NUMBERS, "eight ch")).encrypted
    assert not keystore.inspect(keystore.seal(NUMBERS, "")).encrypted


posix = pytest.mark.skipif(not system.POSIX, reason="modes and owners are POSIX")


@posix
def test_private_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Files are 0600 and folders 0700, whatever the umask says."""
    before = os.umask(0)
    try:
        system.make_private_directory(tmp_path / "a" / "b")
        system.create_private(tmp_path / "a" / "b" / "key.pem", b"secret")
    finally:
        os.umask(before)

    modes = [(tmp_path / part).stat().st_mode & 0o777 for part in ("a", "a/b", "a/b/key.pem")]
    assert modes == [0o700, 0o700, 0o600]


def test_private_file_is_never_written_over(tmp_path: Path) -> None:
    """A file that is there stays as it is, also one that a link leads to."""
    there, link = tmp_path / "key.pem", tmp_path / "link.pem"
    system.create_private(there, b"old")
    link.symlink_to(tmp_path / "elsewhere")

    for path in (there, link):
        with pytest.raises(CredentialError) as caught:
            system.create_private(path, b"new")
        assert str(caught.value) == f"{path.name}: exists already, and is not written over"

    assert there.read_bytes() == b"old"
    assert not (tmp_path / "elsewhere").exists()


def _mode(mode: int) -> Callable[[Path], None]:
    return lambda path: path.chmod(mode)


def _link(path: Path) -> None:
    path.rename(path.with_name("real.pem"))
    path.symlink_to(path.with_name("real.pem"))


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir(mode=0o700)


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o600)


def _foreign(path: Path) -> None:
    os.chown(path, 12345, -1)


CURE = "or say --insecure-key-permissions"
OPEN_TO_OTHERS: dict[str, tuple[Callable[[Path], None], str, bool]] = {
    "group may read": (
        _mode(0o640),
        f"key.pem: can be read by others (mode 0640); run `chmod 600 key.pem`, {CURE}",
        True,
    ),
    "everyone may read": (
        _mode(0o644),
        f"key.pem: can be read by others (mode 0644); run `chmod 600 key.pem`, {CURE}",
        True,
    ),
    "group may write": (
        _mode(0o620),
        f"key.pem: can be read by others (mode 0620); run `chmod 600 key.pem`, {CURE}",
        True,
    ),
    "another owner": (_foreign, f"key.pem: belongs to another user; {CURE}", True),
    "a link": (_link, "key.pem: is a link; name the file itself", False),
    "a folder": (_folder, "key.pem: cannot be read (Is a directory)", False),
    "a pipe": (_pipe, "key.pem: is not a file", False),
    "nothing": (Path.unlink, "key.pem: is not there", False),
    "too large": (
        lambda path: path.write_bytes(bytes(1024 * 1024 + 1)) and None,
        "key.pem: is larger than 1048576 bytes",
        False,
    ),
}


@posix
@pytest.mark.parametrize(("spoil", "message", "overridden"), OPEN_TO_OTHERS.values(), ids=OPEN_TO_OTHERS.keys())
def test_key_file_that_others_reach_is_refused(
    spoil: Callable[[Path], None], message: str, overridden: bool, tmp_path: Path
) -> None:
    """Group, world, foreign owners and links are refused (security K2); the flag overrides modes and owners only."""
    path = tmp_path / "key.pem"
    system.create_private(path, b"secret")
    if spoil is _foreign and os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    spoil(path)

    with pytest.raises(CredentialError) as caught:
        keystore.read(path)

    assert str(caught.value) == message
    if overridden:
        assert keystore.read(path, insecure=True) == b"secret"
    else:
        with pytest.raises(CredentialError):
            keystore.read(path, insecure=True)
