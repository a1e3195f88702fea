"""Where a passphrase comes from, in which order, and what is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring

from provenance.credentials import passphrase, system
from provenance.credentials.passphrase import VARIABLE, Origin, Passphrase, Sources, obtain
from provenance.errors import CredentialError
from tests.support.credentials import PASSPHRASE, MemoryKeyring


@pytest.fixture
def memory() -> Iterator[MemoryKeyring]:
    """A keyring of this test's own in the place of the system's."""
    before, mine = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(mine)
    yield mine
    keyring.set_keyring(before)


def descriptor(data: bytes) -> int:
    reading, writing = os.pipe()
    os.write(writing, data)
    os.close(writing)
    return reading


def written(path: Path, data: bytes, mode: int = 0o600) -> Path:
    system.create_private(path, data)
    path.chmod(mode)
    return path


def test_sources_are_asked_in_order(memory: MemoryKeyring, tmp_path: Path) -> None:
    """Descriptor before file before environment before keyring before a person (security K3)."""
    passphrase.remember("abc", "from keyring")
    file = written(tmp_path / "pass", b"from file\n")

    def everything(*, number: int | None, path: Path | None, variable: str, entry: str) -> Passphrase:
        return obtain(
            Sources(number, path, lambda: "from person"),
            entry=entry,
            environment={VARIABLE: variable} if variable else {},
        )

    found = [
        everything(number=descriptor(b"from descriptor\n"), path=file, variable="from environment", entry="abc"),
        everything(number=None, path=file, variable="from environment", entry="abc"),
        everything(number=None, path=None, variable="from environment", entry="abc"),
        everything(number=None, path=None, variable="", entry="abc"),
        everything(number=None, path=None, variable="", entry="unknown"),
    ]

    assert [(one.text, one.origin) for one in found] == [
        ("from descriptor", Origin.DESCRIPTOR),
        ("from file", Origin.FILE),
        ("from environment", Origin.ENVIRONMENT),
        ("from keyring", Origin.KEYRING),
        ("from person", Origin.PROMPT),
    ]


LINES = {
    "unix": (b"two words\n", "two words"),
    "windows": (b"two words\r\n", "two words"),
    "no end": (b"two words", "two words"),
    "byte order mark": (b"\xef\xbb\xbftwo words\n", "two words"),
    "spaces count": (b" two words \n", " two words "),
}


@pytest.mark.parametrize(("data", "text"), LINES.values(), ids=LINES.keys())
def test_one_line_is_the_passphrase(data: bytes, text: str) -> None:
    """The end of the line is not part of it; everything else is."""
    assert obtain(Sources(descriptor(data))).text == text


def test_each_identity_takes_its_line_of_a_descriptor() -> None:
    """A studio that signs for an artist hands two passphrases over one pipe."""
    number = descriptor(b"the studio\nthe artist\n")

    assert [obtain(Sources(number)).text for _ in range(2)] == ["the studio", "the artist"]
    with pytest.raises(CredentialError) as caught:
        obtain(Sources(number))
    assert str(caught.value) == f"descriptor {number}: holds no passphrase; it is empty"


WRONG = {
    "empty": (b"", 0o600, "pass: holds no passphrase; it is empty"),
    "an empty line": (b"\n", 0o600, "pass: holds no passphrase; it is empty"),
    "two lines": (b"one\ntwo\n", 0o600, "pass: holds more than one line; a passphrase is one line"),
    "not text": (b"\xff\xfe\xfd", 0o600, "pass: is not text in UTF-8"),
    "very long": (b"x" * 5000, 0o600, "pass: holds more than 4096 bytes; a passphrase is one line"),
    "readable by others": (
        b"secret words\n",
        0o644,
        "pass: can be read by others (mode 0644); run `chmod 600 pass`, or say --insecure-key-permissions",
    ),
}


@pytest.mark.skipif(not system.POSIX, reason="modes are POSIX")
@pytest.mark.parametrize(("data", "mode", "message"), WRONG.values(), ids=WRONG.keys())
def test_wrong_passphrase_file_is_named(data: bytes, mode: int, message: str, tmp_path: Path) -> None:
    """A file that holds no single line, or that others can read, is refused."""
    path = written(tmp_path / "pass", data, mode)

    with pytest.raises(CredentialError) as caught:
        obtain(Sources(file=path))

    assert str(caught.value) == message


def test_insecure_flag_covers_the_passphrase_file(tmp_path: Path) -> None:
    """`--insecure-key-permissions` takes a passphrase file that others can read."""
    path = written(tmp_path / "pass", b"secret words\n", 0o644)

    assert obtain(Sources(file=path, insecure=True)).text == "secret words"


def test_nothing_to_ask_is_an_error() -> None:
    """Without any source, and with a person who gives none, the message says which options there are."""
    for sources in (Sources(), Sources(prompt=lambda: "")):
        with pytest.raises(CredentialError) as caught:
            obtain(sources, environment={})

        assert str(caught.value) == "passphrase: none was given; say --passphrase-file or --passphrase-fd"


def test_closed_descriptor_is_named() -> None:
    """A descriptor that is not open is said to be so."""
    with pytest.raises(CredentialError) as caught:
        obtain(Sources(descriptor=987))

    assert str(caught.value) == "descriptor 987: cannot be read (Bad file descriptor)"


def test_missing_keyring_is_no_obstacle_to_reading() -> None:
    """Where the system has no keyring, the next source is asked; to keep something in it is an error."""
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    try:
        found = obtain(Sources(prompt=lambda: "from person"), entry="abc", environment={})
        with pytest.raises(CredentialError) as caught:
            passphrase.remember("abc", PASSPHRASE)
    finally:
        keyring.set_keyring(before)

    assert found.origin is Origin.PROMPT
    assert str(caught.value) == "keyring: did not take the passphrase; leave out --keyring"


def test_passphrase_does_not_show_itself() -> None:
    """Neither a repr nor a traceback of ours shows it."""
    assert PASSPHRASE not in repr(Passphrase(PASSPHRASE, Origin.FILE))


def test_keyring_is_loaded_only_when_it_is_asked() -> None:
    """Importing the room, and reading a passphrase from a descriptor, leave `keyring` alone."""
    code = (
        "import sys\nfrom provenance.credentials import identities, passphrase\n"
        "passphrase.obtain(passphrase.Sources(descriptor=0))\nprint('keyring' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], input=b"two words\n", capture_output=True, check=True)

    assert done.stdout.strip() == b"False"
