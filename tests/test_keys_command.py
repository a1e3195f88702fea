"""`init`, `keys` and `trust` as a person types them: what they say, what they leave, and what they never show."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import keyring
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from typer.testing import CliRunner

from provenance.commands import app
from provenance.credentials import authority, identities, system
from provenance.credentials.credential import Credential, open_file
from provenance.declaration.profile import Profile
from provenance.home import Home
from provenance.trust import pins
from tests.support import odd_certificates as odd
from tests.support.credentials import PASSPHRASE, MemoryKeyring, make_identity, sign_bare
from tests.support.environment import Ran
from tests.support.pictures import jpeg
from tests.support.pki import Authority, midnight, pem

Run = Callable[..., Ran]


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A passphrase file for its owner alone."""
    path = tmp_path / "passphrase"
    system.create_private(path, PASSPHRASE.encode() + b"\n")
    return path


def by_name(home: Home, name: str = "Mika K.") -> pins.Pin:
    (found,) = [one for one in pins.load(pins.path_of(home)) if one.name == name]
    return found


def test_whole_life_of_an_identity(run: Run, home: Home, secret: Path, tmp_path: Path) -> None:
    """Init, show, check, request, renew, back up, restore elsewhere: each works, and none shows key or passphrase."""
    passphrase = "--passphrase-file", secret
    file, elsewhere = tmp_path / "backup", tmp_path / "elsewhere"
    year = midnight().year

    made = run(
        "init", "--name", "Nightjar", "--yes", *passphrase, "--website", "https://nightjar.example",
        "--tool", "Krita 5.2.6", "--generative-training", "no", "--inference", "ask", "--contact", "https://nightjar.example/ask",
    )  # fmt: skip
    shown = run("keys", "show")
    facts = json.loads(run("keys", "show", "--format", "json").out)
    checked = run("keys", "check", *passphrase)
    request = run("keys", "csr", *passphrase)
    renewed = run("keys", "renew", "--years", "2", *passphrase)
    backed = run("keys", "backup", file, *passphrase)
    restored = run("init", "--restore", file, "--home", elsewhere, *passphrase)
    again = run("keys", "check", "--home", elsewhere, *passphrase)
    every = [made, shown, checked, request, renewed, backed, restored, again]

    assert [(one.exit, one.err) for one in every] == [(0, "")] * len(every)
    fingerprint = identities.describe(home).authority_fingerprint
    for one in (made, shown, restored):
        assert fingerprint in one.out
    assert "All pictures signed as Nightjar can be recognised as one person's." in made.out
    assert str(home.identity() / "authority.pem") in made.out
    assert "If you lose passphrase and backup, nobody can sign as Nightjar again." in made.out
    assert f"until {year + 1}-" in made.out and f"until {year + 2}-" in renewed.out
    assert (facts[0]["name"], facts[0]["authority_sha256"]) == ("Nightjar", fingerprint)
    assert identities.describe(Home(elsewhere)).authority_fingerprint == fingerprint
    assert [(one.name, one.own, one.signer) for one in pins.load(pins.path_of(home))] == [
        ("Nightjar", True, "Nightjar")
    ]
    assert by_name(Home(elsewhere), "Nightjar").sha256 == fingerprint
    assert Profile.load(home.identity() / "profile.toml") == Profile.from_dict(
        {
            "name": "Nightjar",
            "website": "https://nightjar.example",
            "tools": ["Krita 5.2.6"],
            "contact": "https://nightjar.example/ask",
            "permissions": {"generative_training": "no", "inference": "ask"},
        }
    )
    _shows_no_secret(home, every)


def _shows_no_secret(home: Home, every: list[Ran]) -> None:
    """Neither the passphrase nor any line of any key, open or sealed, stands in any output (security K6)."""
    files = identities.locate(home)
    canaries = {PASSPHRASE}
    for path in (files.key, files.authority_key):
        key, _ = open_file(path, PASSPHRASE)
        opened = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        canaries |= {line for line in (opened + path.read_text()).splitlines() if not line.startswith("-----")}
    said = "\n".join(one.out + one.err for one in every)
    assert not [canary for canary in canaries if canary in said]


def test_errors_show_no_secret(run: Run, home: Home, secret: Path) -> None:
    """Nor when something goes wrong: the wrong passphrase, a damaged key, too short a passphrase."""
    make_identity(home)
    wrong = run("keys", "check", PROVENANCE_PASSPHRASE="canary that is wrong")
    short = run("init", "--identity", "b", "--name", "x", "--yes", PROVENANCE_PASSPHRASE="canary")
    files = identities.locate(home)
    files.key.write_text(files.key.read_text().replace("\n", "\n!", 1))
    damaged = run("keys", "check", "--passphrase-file", secret)

    assert [one.exit for one in (wrong, short, damaged)] == [2, 2, 2]
    assert wrong.err.splitlines()[-1] == "error: key.pem: cannot be opened with this passphrase"
    assert short.err.splitlines()[-1] == "error: passphrase: is shorter than 8 characters; use a few words"
    assert damaged.err == "error: key.pem: is not a private key that can be read; the file is damaged\n"
    assert "canary" not in "".join(one.out + one.err for one in (wrong, short, damaged))


def test_environment_is_read_and_warned_about(run: Run, home: Home) -> None:
    """A passphrase in the environment works, and is said to be seen by others (security K3)."""
    make_identity(home)

    done = run("keys", "check", PROVENANCE_PASSPHRASE=PASSPHRASE)

    assert done.exit == 0
    assert done.err == (
        "warning: the passphrase came from PROVENANCE_PASSPHRASE, which other programs of yours can read\n"
    )


def test_no_passphrase_warns(run: Run, home: Home) -> None:
    """An explicit --no-passphrase makes keys that open without one, and says what that means."""
    done = run("init", "--name", "Nightjar", "--yes", "--no-passphrase")

    assert done.exit == 0
    assert done.err == ("warning: the keys are not encrypted: whoever can read these files can sign as Nightjar\n")
    assert "If you lose this computer and have no backup" in done.out
    identities.load(home).test()


def test_backup_and_restore_give_an_open_identity_a_passphrase(
    run: Run, home: Home, secret: Path, tmp_path: Path
) -> None:
    """The cure that the warning names works: same authority, same certificate, keys encrypted."""
    made = make_identity(home, passphrase="")
    file = tmp_path / "backup"

    backed = run("keys", "backup", file, "--passphrase-file", secret)
    restored = run("init", "--restore", file, "--replace", "--passphrase-file", secret)

    assert (backed.exit, restored.exit, restored.err) == (0, 0, "")
    found = identities.describe(home)
    assert (found.chain, found.encrypted) == (made.chain, True)
    assert identities.load(home, "default", PASSPHRASE).warnings == ()


def test_descriptor_gives_the_passphrase(run: Run, home: Home) -> None:
    """`--passphrase-fd 0` reads it from the pipe."""
    done = run("init", "--name", "Nightjar", "--yes", "--passphrase-fd", "0", stdin=PASSPHRASE + "\n")

    assert (done.exit, done.err) == (0, "")
    identities.load(home, "default", PASSPHRASE).test()


def test_keyring_remembers_the_passphrase(home: Home, secret: Path) -> None:
    """With --keyring no later command asks; the entry is the authority's fingerprint, so renewals keep it."""
    before, mine = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(mine)
    try:
        options = ["--name", "Nightjar", "--yes", "--passphrase-file", str(secret), "--keyring"]
        done = [
            CliRunner().invoke(app, command) for command in (["init", *options], ["keys", "renew"], ["keys", "check"])
        ]
    finally:
        keyring.set_keyring(before)

    assert [one.exit_code for one in done] == [0, 0, 0]
    fingerprint = identities.describe(home).authority_fingerprint
    assert mine.kept == {("provenance-toolkit", fingerprint): PASSPHRASE}


QUESTIONS = [
    "mika@example.org",  # an address is refused, and asked again
    "Mika",
    "nightjar.example",  # no web address: asked again
    "https://nightjar.example",
    "© 2026 Mika",
    "",
    "Krita 5.2.6, GIMP",
    "2", "3", "9", "1", "4",  # generative training no, other ask, a slip, mining yes, inference nothing
    "https://nightjar.example/ask",
    "",  # no time stamps
    "2",  # years
    "short", "short",
    PASSPHRASE, PASSPHRASE,
]  # fmt: skip


def test_questions_can_be_answered_by_number(home: Home) -> None:
    """Every question is asked once; a wrong answer is explained and asked again; the rest can stay empty."""
    done = CliRunner().invoke(app, ["init"], input="\n".join(QUESTIONS) + "\n")

    assert done.exit_code == 0, done.output
    first = done.stderr.index("Which name may the whole world see, for good?")
    assert first < done.stderr.index("Your web page")
    assert "name: is an e-mail address, and would be public for good; a handle is enough" in done.stderr
    assert "It learns a hash and your" in done.stderr
    profile = Profile.load(home.identity() / "profile.toml")
    assert profile == Profile.from_dict(
        {
            "name": "Mika",
            "website": "https://nightjar.example",
            "credit": "© 2026 Mika",
            "tools": ["Krita 5.2.6", "GIMP"],
            "contact": "https://nightjar.example/ask",
            "permissions": {"generative_training": "no", "training": "ask", "data_mining": "yes"},
        }
    )
    assert identities.describe(home).leaf.not_valid_after_utc.year == midnight().year + 2
    assert PASSPHRASE not in done.output
    identities.load(home, "default", PASSPHRASE).test()


def test_options_are_checked_before_questions_and_complete_them(home: Home) -> None:
    """A slip in an option is said before the first question; an "ask" among the options has its contact asked for."""
    slip = CliRunner().invoke(app, ["init", "--website", "nightjar.example"], input="Mika\n")
    assert (slip.exit_code, slip.stderr.count("\n")) == (2, 1)
    assert slip.stderr.startswith("error: website: 'nightjar.example' is not a web address")

    answers = ["Mika", "", "", "", "", "https://nightjar.example/ask", "", "1", PASSPHRASE, PASSPHRASE]
    done = CliRunner().invoke(app, ["init", "--training", "ask"], input="\n".join(answers) + "\n")
    assert done.exit_code == 0, done.output
    assert Profile.load(home.identity() / "profile.toml").contact == "https://nightjar.example/ask"


def test_permissions_can_be_answered_in_the_words_of_the_options(home: Home) -> None:
    """Whoever types no instead of its number is understood."""
    answers = ["Mika", "", "", "", "", "no", "No", "yes", "", "", "1", PASSPHRASE, PASSPHRASE]

    done = CliRunner().invoke(app, ["init"], input="\n".join(answers) + "\n")

    assert done.exit_code == 0, done.output
    said = Profile.load(home.identity() / "profile.toml").permissions
    assert (said.generative_training, said.training, said.data_mining, said.inference) == ("no", "no", "yes", None)


def test_nobody_to_answer_is_one_line(home: Home) -> None:
    """Without answers the questions end in one line that says how to do without them."""
    done = CliRunner().invoke(app, ["init"], input="")

    assert done.exit_code == 2
    assert done.stderr.splitlines()[-1] == (
        "error: init: no answer was given; say --yes and give the answers as options"
    )
    assert not home.path.exists()


WRONG: dict[str, tuple[list[str], str]] = {
    "init without a name": (["init", "--yes", "--no-passphrase"], "--name: is needed; a handle is enough"),
    "init without a passphrase": (
        ["init", "--yes", "--name", "x"],
        "passphrase: none was given; say --passphrase-file or --passphrase-fd",
    ),
    "init with an e-mail address": (
        ["init", "--yes", "--no-passphrase", "--name", "mika@example.org"],
        "name: is an e-mail address, and would be public for good; a handle is enough",
    ),
    "init with a passphrase and none": (
        ["init", "--yes", "--name", "x", "--no-passphrase", "--passphrase-fd", "0"],
        "--no-passphrase: does not go with a passphrase; leave one of them out",
    ),
    "init with long years and time stamps": (
        ["init", "--yes", "--name", "x", "--no-passphrase", "--years", "5", "--tsa", "https://tsa.example"],
        "--years: more than 1 is for signing without time stamps; leave --years or --tsa out",
    ),
    "init that climbs": (
        ["init", "--yes", "--name", "x", "--no-passphrase", "--identity", "../x"],
        "identity '../x': is not a name that can be used; letters, digits, - and _, at most 64",
    ),
    "init over an identity": (
        ["init", "--yes", "--name", "x", "--no-passphrase", "--identity", "there"],
        "identity 'there': exists already; say --replace to move it aside, or choose another --identity",
    ),
    "restore of nothing": (
        ["init", "--restore", "nothing", "--passphrase-fd", "0"],
        "nothing: is not there",
    ),
    "home that is a file": (
        ["init", "--yes", "--name", "x", "--no-passphrase", "--home", "backup"],
        "backup: cannot hold an identity (Not a directory)",
    ),
    "show in a home that is a file": (
        ["keys", "show", "--identity", "x", "--home", "backup"],
        "identity 'x': is not there; make it with `provenance init`",
    ),
    "show nobody": (
        ["keys", "show", "--identity", "nobody"],
        "identity 'nobody': is not there; make it with `provenance init`",
    ),
    "renew nobody": (
        ["keys", "renew", "--identity", "nobody"],
        "identity 'nobody': is not there; make it with `provenance init`",
    ),
    "backup over a file": (
        ["keys", "backup", "backup", "--identity", "there", "--passphrase-fd", "0"],
        "backup: exists already, and is not written over",
    ),
    "import of nothing": (["keys", "import", "nothing.pem"], "nothing.pem: is not there"),
    "import over an identity": (
        ["keys", "import", "nothing.pem", "--identity", "there"],
        "identity 'there': exists already; say --replace to move it aside, or choose another --identity",
    ),
    "trust in nothing": (
        ["trust", "add", "nothing.pem", "--as", "Mika"],
        "nothing.pem: cannot be read (No such file or directory)",
    ),
    "trust in a text": (
        ["trust", "add", "backup", "--as", "Mika"],
        "backup: is not intact (no credentials), so nobody can be pinned from it; see `provenance verify backup`",
    ),
    "trust without a name": (
        ["trust", "add", "authority.pem", "--as", " "],
        "--as: is empty; give your own name for this person",
    ),
    "forget nobody": (
        ["trust", "remove", "nobody"],
        "'nobody': is not pinned; `provenance trust list` shows who is",
    ),
}


@pytest.mark.parametrize(("arguments", "message"), WRONG.values(), ids=WRONG.keys())
def test_wrong_command_is_one_line(arguments: list[str], message: str, run: Run, home: Home, tmp_path: Path) -> None:
    """What cannot be done is one line on stderr and exit code 2; nothing is written."""
    make_identity(home, "there", passphrase="")
    system.create_private(tmp_path / "backup", b"a text")
    (tmp_path / "authority.pem").write_bytes(pem(authority.make_authority("Mika").certificate))

    done = run(*arguments, stdin=PASSPHRASE + "\n")

    assert (done.exit, done.out.strip()) == (2, "")
    assert done.err.splitlines()[-1] == f"error: {message}"
    assert identities.names(home) == ("there",)
    assert not home.trust.exists()


def test_check_names_every_fault_of_foreign_files(run: Run, tmp_path: Path) -> None:
    """`keys check CHAIN KEY` lists all that is wrong, with cures, and answers 1."""
    root = odd.authority()
    made = odd.leaf(root, key_id=False, ekus=("1.3.6.1.5.5.7.3.1",))
    (tmp_path / "chain.pem").write_bytes(pem(made.certificate) + pem(root.certificate))
    key = made.key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    system.create_private(tmp_path / "key.pem", key)

    done = run("keys", "check", "chain.pem", "key.pem")

    said = re.sub(r"\n  ", " ", done.out)
    assert done.exit == 1
    assert said.splitlines() == [
        "fault: the certificate is for other purposes (1.3.6.1.5.5.7.3.1); "
        "ask whoever issued it for emailProtection, documentSigning or C2PA claim signing",
        "fault: the certificate has no authority key identifier; ask whoever issued it for one with it",
        "note: the key is in the old SEC1 form, which the engine cannot read; "
        "`provenance keys import` writes it anew, encrypted",
        "note: the key is not encrypted: whoever has the file can sign; "
        "`provenance keys import` writes it anew, encrypted",
        "chain.pem: cannot sign as it is.",
    ]


def test_request_becomes_an_identity(run: Run, home: Home, secret: Path, tmp_path: Path, pki: Authority) -> None:
    """A certificate issued for one's own request is imported without naming a key."""
    passphrase = "--passphrase-file", secret
    made = make_identity(home)
    key = identities.open_signing_key(home, "default", PASSPHRASE)
    issued = pki.issue("Nightjar", key=key)
    (tmp_path / "issued.pem").write_bytes(issued.chain_pem)

    done = run("keys", "import", "issued.pem", "--replace", *passphrase)

    assert (done.exit, done.err) == (0, "")
    found = identities.load(home, "default", PASSPHRASE)
    assert found.authority_fingerprint != made.authority_fingerprint
    found.test()


def test_foreign_key_is_rewritten(run: Run, home: Home, secret: Path, tmp_path: Path, pki: Authority) -> None:
    """A SEC1 key under no passphrase comes in, and lies encrypted under the one that is given."""
    issued = pki.issue("Studio")
    (tmp_path / "chain.pem").write_bytes(issued.chain_pem)
    old = issued.key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    system.create_private(tmp_path / "old.pem", old)

    done = run("keys", "import", "chain.pem", "old.pem", "--identity", "studio", "--passphrase-file", secret)

    assert (done.exit, done.err) == (0, "")
    assert identities.describe(home, "studio").encrypted
    assert identities.load(home, "studio", PASSPHRASE).name == "Studio"
    assert Profile.load(home.identity("studio") / "profile.toml").name == "Studio"


def test_trust_is_under_the_readers_own_name(run: Run, home: Home, tmp_path: Path) -> None:
    """The reader's name comes first, the certificate's own words second, in quotes; then they can be taken out."""
    made = make_identity(Home(tmp_path / "artist"))

    added = run("trust", "add", made.files.authority, "--as", "Mika K.")
    listed = run("trust", "list")
    facts = json.loads(run("trust", "list", "--format", "json").out)
    removed = run("trust", "remove", made.authority_fingerprint[:12])

    assert [one.exit for one in (added, listed, removed)] == [0, 0, 0]
    assert added.out.splitlines()[:2] == ["Mika K.", 'The certificate says: "CN=Nightjar (signing authority)"']
    assert listed.out.startswith("Mika K.  (since ")
    assert listed.out.index("Mika K.") < listed.out.index('"CN=Nightjar (signing authority)"')
    assert facts["pins"][0]["signer"] == "Nightjar"
    assert removed.out == "Mika K. is no longer known here.\n"
    assert pins.load(pins.path_of(home)) == ()


def test_signed_picture_pins_its_authority(run: Run, home: Home, tmp_path: Path) -> None:
    """An intact picture hands over its signer's authority; an altered one, and one that lacks it, hand over nothing."""
    made = make_identity(Home(tmp_path / "artist"), passphrase="")
    credential = identities.load(Home(tmp_path / "artist"))
    signed = sign_bare(credential, jpeg(tmp_path / "a.jpg"), tmp_path / "signed.jpg")
    data = bytearray(signed.read_bytes())
    data[-40] ^= 0x01
    (tmp_path / "altered.jpg").write_bytes(data)

    altered = run("trust", "add", "altered.jpg", "--as", "Mika K.")
    assert (altered.exit, pins.load(pins.path_of(home))) == (2, ())
    assert altered.err == (
        "error: altered.jpg: is not intact (altered), so nobody can be pinned from it; "
        "see `provenance verify altered.jpg`\n"
    )

    added = run("trust", "add", "signed.jpg", "--as", "Mika K.")
    assert (added.exit, added.err) == (0, "")
    assert by_name(home).sha256 == made.authority_fingerprint
    assert (by_name(home).signer, by_name(home).own) == ("Nightjar", False)


def test_picture_without_its_authority_pins_nobody(run: Run, home: Home, tmp_path: Path, pki: Authority) -> None:
    """A chain that stops before the authority says so; nothing is pinned in its place."""
    issued = pki.issue()
    credential = Credential.of(issued.chain[:1], issued.key)
    sign_bare(credential, jpeg(tmp_path / "a.jpg"), tmp_path / "signed.jpg")

    done = run("trust", "add", "signed.jpg", "--as", "Mika K.")

    assert done.exit == 2
    assert done.err == (
        "error: signed.jpg: does not carry the authority that its signer's certificate is from; ask for the .pem file\n"
    )
    assert pins.load(pins.path_of(home)) == ()


@pytest.mark.skipif(not system.POSIX, reason="modes are POSIX")
def test_insecure_flag_is_needed_for_open_keys(run: Run, home: Home) -> None:
    """A key that others can read is refused, and used only when that is said."""
    files = make_identity(home, passphrase="").files
    files.key.chmod(0o644)

    refused, used = run("keys", "check"), run("keys", "check", "--insecure-key-permissions")

    assert (refused.exit, used.exit) == (2, 0)
    assert refused.err == (
        "error: key.pem: can be read by others (mode 0644); "
        "run `chmod 600 key.pem`, or say --insecure-key-permissions\n"
    )


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux")
def test_hardening_leaves_no_core_and_no_debugger() -> None:
    """While a key is open the process has no core file and cannot be read by others of its user (security K5)."""
    code = (
        "import resource, ctypes\nfrom provenance.credentials import system\n"
        "before = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)\nmissing = system.harden()\n"
        "print(before, missing, resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "1 () (0, 0) 0\n"
