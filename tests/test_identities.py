"""Identities: made whole or not at all, renewed under the same authority, never written over, backed up and restored."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from provenance.credentials import backup, identities, keystore, lifecycle, system
from provenance.credentials.identities import Files
from provenance.errors import CredentialError
from provenance.home import Home
from tests.support import odd_certificates as odd
from tests.support.credentials import PASSPHRASE, PROFILE, make_identity
from tests.support.pki import KEYS, Authority, midnight

OTHER = "another passphrase"
KEY_MODE = "can be read by others (mode 0644); run `chmod 600 key.pem`, or say --insecure-key-permissions"


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_identity_is_made_whole(home: Home) -> None:
    """Two keys, two certificates and the profile lie in their places; the credential signs."""
    made = make_identity(home)

    assert set(everything(home.identity())) == {
        "profile.toml", "authority.pem", "authority-key.pem", "signing/chain.pem", "signing/key.pem",
    }  # fmt: skip
    assert (made.name, made.own, made.encrypted) == ("Nightjar", True, True)
    assert identities.names(home) == ("default",)
    assert identities.verify_self(home) == ()
    credential = identities.load(home, "default", PASSPHRASE)
    credential.test()
    assert credential.warnings == ()
    assert credential.authority_fingerprint == made.authority_fingerprint
    assert len(credential.chain) == 2  # the authority goes along, so that a reader can pin it


def test_two_identities_have_nothing_in_common(home: Home) -> None:
    """Authorities, keys, serials and key identifiers differ."""
    first, second = make_identity(home), make_identity(home, "other", handle="Kestrel")

    texts = [set(one.files.chain.read_text().split()) for one in (first, second)]

    assert texts[0] & texts[1] == {"-----BEGIN", "-----END", "CERTIFICATE-----"}
    assert first.authority_fingerprint != second.authority_fingerprint


NAMES = {
    "climbs out": "../elsewhere",
    "slash": "a/b",
    "backslash": "a\\b",
    "hidden": ".mine",
    "dash first": "-x",
    "empty": "",
    "device": "CON",
    "numbered device": "com1",
    "too long": "x" * 65,
    "line break": "a\n",
    "dot": "a.b",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_name_that_is_no_folder_name_is_refused(name: str, home: Home) -> None:
    """No name leads out of the home, and none fails on another system."""
    with pytest.raises(CredentialError) as caught:
        make_identity(home, name)

    shown = name.replace("\n", "\\u{000A}")
    assert (
        str(caught.value) == f"identity '{shown}': is not a name that can be used; letters, digits, - and _, at most 64"
    )
    assert not home.path.exists()


def test_existing_identity_is_not_written_over(home: Home) -> None:
    """Without replace nothing changes; with it the old one is kept whole, beside the new one, each time."""
    first = make_identity(home)
    before = everything(home.identity())

    with pytest.raises(CredentialError) as caught:
        make_identity(home)
    assert str(caught.value) == (
        "identity 'default': exists already; say --replace to move it aside, or choose another --identity"
    )
    assert everything(home.identity()) == before

    make_identity(home, replace=True, today=midnight().date())
    make_identity(home, replace=True, today=midnight().date())
    day = odd.day(midnight())
    assert everything(home.identities / f"default.replaced-{day}") == before
    assert (home.identities / f"default.replaced-{day}-2").is_dir()
    assert identities.describe(home).authority_fingerprint != first.authority_fingerprint
    assert identities.names(home) == ("default",)


def test_failed_init_leaves_nothing(home: Home) -> None:
    """A passphrase that is too short stops it before there is an identity, or a part of one."""
    with pytest.raises(CredentialError):
        make_identity(home, passphrase="short")

    assert identities.names(home) == ()
    assert not list(home.path.rglob("*.pem"))


def test_renewal_keeps_the_authority(home: Home) -> None:
    """A new key and leaf of the same name and length come under the same authority; the old pair is kept."""
    made = make_identity(home, years=3)
    before = everything(made.files.signing)

    renewed = lifecycle.renew(home, "default", PASSPHRASE)

    assert renewed.authority_fingerprint == made.authority_fingerprint
    assert renewed.leaf.subject == made.leaf.subject
    assert renewed.leaf.public_key() != made.leaf.public_key()
    assert renewed.leaf.not_valid_after_utc == made.leaf.not_valid_after_utc
    assert everything(made.files.folder / "old" / odd.day(midnight()) / "signing") == before
    identities.load(home, "default", PASSPHRASE).test()


def test_expired_identity_does_not_sign_but_can_be_renewed(home: Home) -> None:
    """An expired leaf is refused when signing, with the cure; the authority outlives it (security K9)."""
    made = make_identity(home, today=midnight(-400).date())
    day = odd.day(made.leaf.not_valid_after_utc)

    with pytest.raises(CredentialError) as caught:
        identities.load(home, "default", PASSPHRASE)

    assert str(caught.value) == (
        f"chain.pem: the certificate expired on {day}; run `provenance keys renew`, or import a new one"
    )
    lifecycle.renew(home, "default", PASSPHRASE)
    identities.load(home, "default", PASSPHRASE).test()


def test_near_end_is_a_warning(home: Home) -> None:
    """Thirty days before the end a warning comes, and not a day earlier (security K9)."""
    made = make_identity(home)
    end = made.leaf.not_valid_after_utc
    day = odd.day(end)

    near = identities.load(home, "default", PASSPHRASE, at=end - timedelta(days=29))
    far = identities.load(home, "default", PASSPHRASE, at=end - timedelta(days=31))

    assert [str(one) for one in near.warnings] == [f"the certificate ends on {day}; run `provenance keys renew`"]
    assert far.warnings == ()


def test_unencrypted_key_is_a_warning(home: Home) -> None:
    """A key without a passphrase opens without one, and says so each time."""
    made = make_identity(home, passphrase="")

    credential = identities.load(home, "default", lambda: pytest.fail("nobody is asked"))

    assert not made.encrypted
    assert [str(one) for one in credential.warnings] == [
        "key.pem is not encrypted: whoever has the file can sign as you; "
        "`provenance keys backup FILE` and `provenance init --restore FILE --replace` give it a passphrase"
    ]


def test_stopped_renewal_is_finished(home: Home) -> None:
    """After a crash between its two moves, the new pair, which is whole, takes its place."""
    made = make_identity(home)
    expected = everything(made.files.signing)
    made.files.signing.rename(made.files.next)

    identities.load(home, "default", PASSPHRASE).test()

    assert everything(made.files.signing) == expected
    assert not made.files.next.exists()


_RENEW_FOR_EVER = """
import pathlib, sys
from provenance.credentials import lifecycle
from provenance.home import Home
print("ready", flush=True)
while True:
    lifecycle.renew(Home(pathlib.Path(sys.argv[1])), "default")
"""


@pytest.mark.deep
def test_renewal_may_be_killed_at_any_moment(home: Home) -> None:
    """Whenever it dies, the identity signs: with the old pair or the new one, never with half of each."""
    make_identity(home, passphrase="")
    moments = random.Random(7)

    for _ in range(20):
        process = subprocess.Popen([sys.executable, "-c", _RENEW_FOR_EVER, str(home.path)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(moments.random() * 0.05)
        process.kill()
        process.communicate()

        identities.load(home).test()


def test_leftovers_of_a_stopped_renewal_do_not_stop_the_next(home: Home) -> None:
    """Half a new folder is cleared away; the identity in use is not touched by it."""
    made = make_identity(home)
    system.make_private_directory(made.files.next)
    system.create_private(made.files.next / "key.pem", b"half")

    identities.load(home, "default", PASSPHRASE).test()
    lifecycle.renew(home, "default", PASSPHRASE)

    identities.load(home, "default", PASSPHRASE).test()


def _other_key(files: Files) -> None:
    files.key.unlink()
    system.create_private(files.key, keystore.encrypt(odd.p256(), PASSPHRASE))


def _no_chain(files: Files) -> None:
    files.chain.unlink()


SPOILT: dict[str, tuple[Callable[[Files], object], str, str]] = {
    "nothing there": (
        lambda files: shutil.rmtree(files.folder),
        PASSPHRASE,
        "identity 'default': is not there; make it with `provenance init`",
    ),
    "wrong passphrase": (lambda files: None, OTHER, "key.pem: cannot be opened with this passphrase"),
    "no passphrase": (lambda files: None, "", "key.pem: is encrypted, and no passphrase was given"),
    "another key": (_other_key, PASSPHRASE, "key: does not belong to the certificate; name the key it was made for"),
    "no certificates": (_no_chain, PASSPHRASE, "chain.pem: is not there"),
    "no key": (lambda files: files.key.unlink(), PASSPHRASE, "key.pem: is not there"),
    "open to others": (lambda files: files.key.chmod(0o644), PASSPHRASE, f"key.pem: {KEY_MODE}"),
    "certificates cut": (
        lambda files: files.chain.write_bytes(files.chain.read_bytes()[:100]),
        PASSPHRASE,
        "chain.pem: holds a certificate that cannot be read; the file is damaged",
    ),
}


@pytest.mark.skipif(not system.POSIX, reason="modes are POSIX")
@pytest.mark.parametrize(("spoil", "passphrase", "message"), SPOILT.values(), ids=SPOILT.keys())
def test_spoilt_identity_is_named(spoil: Callable[[Files], object], passphrase: str, message: str, home: Home) -> None:
    """What keeps an identity from signing is one line that says which file."""
    spoil(make_identity(home).files)

    with pytest.raises(CredentialError) as caught:
        identities.load(home, "default", passphrase)

    assert str(caught.value) == message


def test_request_holds_the_name_and_nothing_else(home: Home) -> None:
    """A certificate request is signed by the leaf's key and names its handle."""
    made = make_identity(home)

    request = x509.load_pem_x509_csr(lifecycle.csr(home, "default", PASSPHRASE).encode())

    assert request.is_signature_valid
    assert request.public_key() == made.leaf.public_key()
    assert request.subject == made.leaf.subject
    assert len(request.extensions) == 0


@pytest.mark.parametrize("kind", KEYS)
def test_foreign_credential_is_taken_over(kind: str, home: Home, pki: Authority) -> None:
    """A chain with its key of any kind becomes an identity without an authority, its key encrypted."""
    issued = pki.issue("Studio", key=KEYS[kind]())

    made = lifecycle.import_(home, "studio", chain=issued.chain, key=issued.key, passphrase=PASSPHRASE, profile=PROFILE)

    assert (made.name, made.own, made.encrypted) == ("Studio", False, True)
    identities.load(home, "studio", PASSPHRASE).test()
    with pytest.raises(CredentialError) as caught:
        lifecycle.renew(home, "studio", PASSPHRASE)
    assert str(caught.value) == (
        "identity 'studio': has no authority of its own; ask whoever issued its certificate for a new one"
    )


def test_import_moves_what_was_in_use_aside(home: Home, pki: Authority) -> None:
    """With replace the old pair and the authority go to old/, whole; the profile stays."""
    made = make_identity(home)
    before, issued = everything(made.files.folder), pki.issue("Studio")

    with pytest.raises(CredentialError):
        lifecycle.import_(home, "default", chain=issued.chain, key=issued.key, passphrase=OTHER, profile="")
    assert everything(made.files.folder) == before

    lifecycle.import_(home, "default", chain=issued.chain, key=issued.key, passphrase=OTHER, profile="", replace=True)
    kept = everything(made.files.folder / "old" / odd.day(midnight()))
    assert kept | {"profile.toml": PROFILE.encode()} == before
    assert made.files.profile.read_text() == PROFILE
    assert identities.load(home, "default", OTHER).name == "Studio"


def test_import_checks_first(home: Home, pki: Authority) -> None:
    """A certificate that would not verify, or a key that is not its own, is refused before anything is written."""
    issued, bad = pki.issue(), pki.issue(ekus=("1.3.6.1.5.5.7.3.1",))

    with pytest.raises(CredentialError) as purpose:
        lifecycle.import_(home, "x", chain=bad.chain, key=bad.key, passphrase=PASSPHRASE, profile=PROFILE)
    with pytest.raises(CredentialError) as key:
        lifecycle.import_(home, "x", chain=issued.chain, key=bad.key, passphrase=PASSPHRASE, profile=PROFILE)

    assert str(purpose.value) == (
        "certificates: the certificate is for other purposes (1.3.6.1.5.5.7.3.1); "
        "ask whoever issued it for emailProtection, documentSigning or C2PA claim signing"
    )
    assert str(key.value) == "key: does not belong to the certificate; name the key it was made for"
    assert identities.names(home) == ()


def test_backup_restores_the_identity_elsewhere(home: Home, tmp_path: Path) -> None:
    """Another home gets the same authority, leaf and profile, its keys under a passphrase of its own."""
    made = make_identity(home)
    file, elsewhere = tmp_path / "backup", Home(tmp_path / "elsewhere")

    backup.write(home, "default", file, secret=OTHER, passphrase=PASSPHRASE)
    restored = backup.restore(elsewhere, "default", file, secret=OTHER, passphrase=PASSPHRASE)

    assert restored.chain == made.chain
    assert restored.files.profile.read_text() == PROFILE
    identities.load(elsewhere, "default", PASSPHRASE).test()
    lifecycle.renew(elsewhere, "default", PASSPHRASE)  # the authority came along
    assert file.stat().st_mode & 0o077 == 0


def test_backup_shows_nothing(home: Home, tmp_path: Path) -> None:
    """No name, no certificate and no key can be read in it without the passphrase."""
    made = make_identity(home, passphrase="")
    file = tmp_path / "backup"

    backup.write(home, "default", file, secret=OTHER)
    data = file.read_bytes()

    secrets = [made.files.key, made.files.authority_key, made.files.chain]
    assert not any(line in data for path in secrets for line in path.read_bytes().splitlines())
    assert b"Nightjar" not in data
    assert json.loads(data.splitlines()[1])["rounds"] == 600_000


def _cut(file: Path) -> None:
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-2]))


def _turn_a_bit(file: Path) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    lines[3] = lines[3].swapcase()
    file.write_bytes(b"".join(lines))


def _fewer_rounds(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b'"rounds": 600000', b'"rounds": 600001'))


def _many_rounds(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b'"rounds": 600000', b'"rounds": 600000000000'))


CLOSED = "backup: cannot be opened: the passphrase is wrong, or the file is damaged"
NO_BACKUP: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "wrong passphrase": (lambda file: None, PASSPHRASE, CLOSED),
    "cut": (_cut, OTHER, CLOSED),
    "bits turned": (_turn_a_bit, OTHER, CLOSED),
    "head changed": (_fewer_rounds, OTHER, CLOSED),
    "endless rounds": (
        _many_rounds,
        OTHER,
        "backup: is encrypted in a way that this version does not know",
    ),
    "no head": (
        lambda file: file.write_bytes(b"provenance backup 1\n\n"),
        OTHER,
        "backup: is damaged; use another copy",
    ),
    "another file": (
        lambda file: file.write_bytes(b"hello"),
        OTHER,
        "backup: is not a backup that this version can read; `provenance keys backup` makes one",
    ),
    "nothing": (Path.unlink, OTHER, "backup: is not there"),
}


@pytest.mark.parametrize(("spoil", "secret", "message"), NO_BACKUP.values(), ids=NO_BACKUP.keys())
def test_spoilt_backup_is_named(
    spoil: Callable[[Path], object], secret: str, message: str, home: Home, tmp_path: Path
) -> None:
    """A backup that is not whole restores nothing."""
    make_identity(home, passphrase="")
    file, elsewhere = tmp_path / "backup", Home(tmp_path / "elsewhere")
    backup.write(home, "default", file, secret=OTHER)
    spoil(file)

    with pytest.raises(CredentialError) as caught:
        backup.restore(elsewhere, "default", file, secret=secret, passphrase=PASSPHRASE)

    assert str(caught.value) == message
    assert not elsewhere.path.exists()


def test_backup_and_restore_never_write_over(home: Home, tmp_path: Path) -> None:
    """A file that is there, and an identity that is there, stay as they are."""
    make_identity(home, passphrase="")
    file = tmp_path / "backup"
    backup.write(home, "default", file, secret=OTHER)
    before = file.read_bytes(), everything(home.identity())

    with pytest.raises(CredentialError) as again:
        backup.write(home, "default", file, secret=OTHER)
    with pytest.raises(CredentialError) as restored:
        backup.restore(home, "default", file, secret=OTHER, passphrase=PASSPHRASE)

    assert str(again.value) == "backup: exists already, and is not written over"
    assert str(restored.value) == (
        "identity 'default': exists already; say --replace to move it aside, or choose another --identity"
    )
    assert (file.read_bytes(), everything(home.identity())) == before


def test_backup_of_a_spoilt_identity_is_refused(home: Home, tmp_path: Path) -> None:
    """What could not be restored is never called a backup, and no file is left."""
    made = make_identity(home)
    _other_key(made.files)

    with pytest.raises(CredentialError) as caught:
        backup.write(home, "default", tmp_path / "backup", secret=OTHER, passphrase=PASSPHRASE)

    assert str(caught.value) == "key: does not belong to the certificate; name the key it was made for"
    assert not (tmp_path / "backup").exists()


def test_backup_of_an_imported_credential(home: Home, pki: Authority, tmp_path: Path) -> None:
    """An identity without an authority of its own is backed up and restored as what it is."""
    issued = pki.issue("Studio", key=KEYS["ed25519"]())
    lifecycle.import_(home, "studio", chain=issued.chain, key=issued.key, passphrase=PASSPHRASE, profile=PROFILE)
    file, elsewhere = tmp_path / "backup", Home(tmp_path / "elsewhere")

    backup.write(home, "studio", file, secret=OTHER, passphrase=PASSPHRASE)
    restored = backup.restore(elsewhere, "studio", file, secret=OTHER, passphrase=OTHER)

    assert (restored.own, restored.chain) == (False, issued.chain)
    assert restored.files.chain.read_bytes() == b"".join(one.public_bytes(Encoding.PEM) for one in issued.chain)
