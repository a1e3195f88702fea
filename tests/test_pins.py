"""Pins: an authority for one person, under the reader's own name, in a file that a person can edit."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from provenance.credentials import authority
from provenance.credentials.keystore import unencrypted
from provenance.errors import TrustError
from provenance.trust import pinning, pins
from provenance.trust.pins import Pin
from tests.support import odd_certificates as odd
from tests.support.pki import Authority, midnight, pem

DAY = midnight().date()


def certificate(handle: str = "Nightjar") -> x509.Certificate:
    return authority.make_authority(handle).certificate


def pin(name: str = "Mika K.", handle: str = "Nightjar") -> Pin:
    return pinning.pin_of([certificate(handle)], name, today=DAY)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "trust" / "pins.toml"


def test_pin_is_found_again(file: Path) -> None:
    """What is added is loaded as it was, whatever stands in the name; no file is nobody."""
    first, second = pin(), pin('"Ōkami" \\ [[pin]]', "Ōkami\\n")

    assert pins.load(file) == ()
    pins.add(file, first)
    pins.add(file, second)

    assert pins.load(file) == (first, second)
    assert (first.signer, first.added) == ("Nightjar", DAY.isoformat())
    assert [path.name for path in file.parent.iterdir()] == ["pins.toml"]


def test_what_a_person_wrote_is_kept(file: Path) -> None:
    """Comments and order survive an addition and a removal."""
    first, second, third = pin("A"), pin("B"), pin("C")
    for one in (first, second):
        pins.add(file, one)
    text = "# our contest\n" + file.read_text().replace('name = "B"', 'name = "B"  # met in Lyon')
    file.write_text(text)

    pins.add(file, third)
    pins.remove(file, "A")

    assert pins.load(file) == (second, third)
    assert file.read_text().startswith("# our contest\n[[pin]]\n")
    assert "# met in Lyon" in file.read_text()


def test_inline_layout_loses_nobody(file: Path) -> None:
    """A file that is laid out in another way than ours keeps every entry."""
    first, second = pin("A"), pin("B")
    file.parent.mkdir()
    body = first.pem.replace("\n", "\\n")
    file.write_text(f'pin = [{{name = "A", sha256 = "{first.sha256}", pem = "{body}", subject = "{first.subject}"}}]\n')

    pins.add(file, second)

    assert [one.name for one in pins.load(file)] == ["A", "B"]


def test_fingerprint_may_be_written_with_colons(file: Path) -> None:
    """As other programs print it, in capitals, with colons."""
    one = pin()
    pins.add(file, one)
    pairs = ":".join(one.sha256[at : at + 2] for at in range(0, 64, 2)).upper()
    file.write_text(file.read_text().replace(one.sha256, pairs))

    assert pins.load(file) == (one,)
    assert pins.remove(file, pairs) == one


ENTRY = "pins.toml, entry 1: "
EDITED: dict[str, tuple[Callable[[str], str], str]] = {
    "not TOML": (
        lambda text: "[[pin]\n",
        "pins.toml: is not TOML (Expected ']]' at the end of an array declaration (at line 1, column 6))",
    ),
    "unknown table": (
        lambda text: text + "\n[friends]\n",
        "pins.toml: 'friends' is not a field of a list of pins; entries are [[pin]] tables",
    ),
    "single table": (lambda text: "[pin]\n", "pins.toml: 'pin' is not a list; entries are [[pin]] tables"),
    "not a table": (lambda text: "pin = [1]\n", ENTRY + "is not a table"),
    "unknown field": (
        lambda text: text.replace("signer =", "singer ="),
        ENTRY + "'singer' is not a field of a pin; one of name, sha256, pem, subject, signer, added, own",
    ),
    "no name": (lambda text: text.replace('name = "Mika K."', ""), ENTRY + "has no name"),
    "name is a number": (lambda text: text.replace('"Mika K."', "7"), ENTRY + "'name' is not a text in quotes"),
    "own is a text": (lambda text: text.replace("own = false", 'own = "no"'), ENTRY + "'own' is not true or false"),
    "another fingerprint": (
        lambda text: text.replace('sha256 = "', 'sha256 = "0'),
        ENTRY + "its sha256 is not that of its certificate; take the entry out and pin it again",
    ),
    "another certificate": (
        lambda text: text.replace(
            text[text.index("-----BEGIN") : text.index('"""\nsubject')], pem(certificate()).decode()
        ),
        ENTRY + "its sha256 is not that of its certificate; take the entry out and pin it again",
    ),
    "no certificate": (
        lambda text: text.replace("BEGIN CERTIFICATE", "BEGIN LETTER"),
        ENTRY + "its pem is not one certificate; take the entry out and pin it again",
    ),
    "twice": (lambda text: text + text, "pins.toml, entry 2: is the same authority as entry 1"),
}


@pytest.mark.parametrize(("edit", "message"), EDITED.values(), ids=EDITED.keys())
def test_wrong_edit_is_named(edit: Callable[[str], str], message: str, file: Path) -> None:
    """A mistake in the file is one line with the entry and what is wrong; nothing is guessed."""
    pins.add(file, pin())
    file.write_text(edit(file.read_text()))
    before = file.read_text()

    with pytest.raises(TrustError) as caught:
        pins.load(file)
    with pytest.raises(TrustError):
        pins.add(file, pin())

    assert str(caught.value) == message
    assert file.read_text() == before


def test_authority_is_pinned_once(file: Path) -> None:
    """The same authority under a second name is refused, and the first name is said."""
    one = certificate()
    pins.add(file, pinning.pin_of([one], "Mika K."))

    with pytest.raises(TrustError) as caught:
        pins.add(file, pinning.pin_of([one], "Nightjar"))

    assert str(caught.value) == "'Nightjar': this authority is pinned already, as 'Mika K.'"


def test_removal_names_one(file: Path) -> None:
    """By name, or by the start of a fingerprint; never by a guess."""
    first, second = pin("Mika K."), pin("Mika K.")
    for one in (first, second):
        pins.add(file, one)

    with pytest.raises(TrustError) as both:
        pins.remove(file, "Mika K.")
    with pytest.raises(TrustError) as nobody:
        pins.remove(file, "Mika")
    with pytest.raises(TrustError) as short:
        pins.remove(file, first.sha256[:7])

    prints = f"{first.sha256[:16]}, {second.sha256[:16]}"
    assert str(both.value) == f"'Mika K.': means 2 pins; give a fingerprint: {prints}"
    assert str(nobody.value) == "'Mika': is not pinned; `provenance trust list` shows who is"
    assert str(short.value) == f"'{first.sha256[:7]}': is not pinned; `provenance trust list` shows who is"
    assert pins.remove(file, first.sha256[:8]) == first
    assert pins.load(file) == (second,)


def test_authority_is_chosen_from_a_chain(pki: Authority) -> None:
    """Of a chain the highest authority is pinned, and the leaf's name is expected."""
    chain = pki.issue("Studio", with_root=True).chain

    whole = pinning.pin_of(chain, "The studio")
    without_root = pinning.pin_of(chain[:2], "The studio")

    assert (whole.subject, whole.signer) == ("CN=Test Authority Root", "Studio")
    assert (without_root.subject, without_root.signer) == ("CN=Test Authority Intermediate", "Studio")
    assert pinning.pin_of(chain, "The studio", signer="Other").signer == "Other"
    assert pinning.pin_of([pki.root], "The studio").signer == ""


def _curve() -> list[x509.Certificate]:
    return [odd.authority(key=ec.generate_private_key(ec.SECP256K1())).certificate]


UNFIT: dict[str, tuple[Callable[[], list[x509.Certificate]], str]] = {
    "leaf alone": (
        lambda: [odd.leaf(odd.authority()).certificate],
        "chain.pem: holds a signing certificate without its authority; ask for the authority's, which outlives renewals",
    ),
    "self-signed leaf": (
        lambda: [odd.leaf(None).certificate],
        "chain.pem: is a certificate that signed itself and is no authority; readers will not know anyone by it",
    ),
    "two authorities": (
        lambda: [certificate("A"), certificate("B")],
        "chain.pem: holds 2 authorities; pin them one by one, each for its person",
    ),
    "expired": (
        lambda: [odd.authority(days=(-30, -1)).certificate],
        f"chain.pem: the authority expired on {odd.day(midnight(-1))}; ask for the new one",
    ),
    "short key": (
        lambda: [odd.authority(key=rsa.generate_private_key(65537, 1024)).certificate],
        "chain.pem: the authority has an RSA key of 1024 bits",
    ),
    "coin curve": (_curve, "chain.pem: the authority has a key on the curve secp256k1"),
}


@pytest.mark.parametrize(("make", "message"), UNFIT.values(), ids=UNFIT.keys())
def test_what_cannot_be_pinned_is_named(make: Callable[[], list[x509.Certificate]], message: str) -> None:
    """What is no authority, or one that nobody could rely on, is refused with the reason."""
    with pytest.raises(TrustError) as caught:
        pinning.pin_of(make(), "Mika K.", where="chain.pem")

    assert str(caught.value) == message


WRONG_NAMES = {
    "empty": ("", "--as: is empty; give your own name for this person"),
    "hidden": (
        "Mi\u200bka",
        "--as: has spaces at its ends, or characters that cannot be seen; 'Mi\\u{200B}ka'",
    ),
    "long": ("x" * 101, "--as: is longer than 100 characters"),
}


@pytest.mark.parametrize(("name", "message"), WRONG_NAMES.values(), ids=WRONG_NAMES.keys())
def test_wrong_own_name_is_named(name: str, message: str) -> None:
    """The reader's own name is shown everywhere, so it must be readable."""
    with pytest.raises(TrustError) as caught:
        pin(name)

    assert str(caught.value) == message


def test_private_key_is_not_taken_for_a_pin(tmp_path: Path) -> None:
    """A file with a private key in it is refused before anything else."""
    path = tmp_path / "authority.pem"
    made = authority.make_authority("Nightjar")
    path.write_bytes(made.certificate.public_bytes(Encoding.PEM) + unencrypted(made.key))

    with pytest.raises(TrustError) as caught:
        pinning.read_certificates(path)

    assert str(caught.value) == (
        "authority.pem: holds a private key, which nobody should hand out; ask for the certificate alone"
    )


def test_pins_load_without_cryptography(file: Path) -> None:
    """Whoever only hands files to workers does not pay for it."""
    pins.add(file, pin())
    code = (
        "import sys, pathlib\nfrom provenance.trust import pins\n"
        "print(len(pins.load(pathlib.Path(sys.argv[1]))), 'cryptography' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=True)

    assert done.stdout == "1 False\n"
