"""``provenance keys``: look after the keys of an identity."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from provenance import home as homes
from provenance.commands.unlock import (
    HomeOption,
    IdentityOption,
    Insecure,
    PassphraseFd,
    PassphraseFile,
    Secrets,
    ask_hidden,
    ask_new,
    warn_of,
)
from provenance.credentials import backup as backups
from provenance.credentials import identities, keystore, lifecycle, preflight, system
from provenance.credentials.authority import MAX_YEARS, common_name
from provenance.credentials.credential import Credential, open_file
from provenance.credentials.identities import Description
from provenance.credentials.keystore import PrivateKey
from provenance.credentials.passphrase import once
from provenance.credentials.preflight import Fault
from provenance.declaration.profile import Profile
from provenance.errors import CredentialError, DeclarationError
from provenance.home import DEFAULT_IDENTITY, Home
from provenance.plain import MACHINE, plain
from provenance.report.layout import fill, pad
from provenance.report.wording import say

WIDTH = 80
_COLUMN = 14

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=True,
    help="Look after the keys of an identity.",
)  # fmt: skip
Replace = Annotated[bool, typer.Option("--replace", help="Move what is in use aside, into old/.")]
KeyPassphraseFile = Annotated[
    Path | None,
    typer.Option("--key-passphrase-file", metavar="FILE", help="A file with the passphrase of KEY, if it has another."),
]


class Format(StrEnum):
    """How the answer is given."""

    TEXT = "text"
    JSON = "json"


@app.command()
def show(
    identity: Annotated[
        str | None, typer.Option("--identity", metavar="NAME", help="Which of your identities; all by default.")
    ] = None,
    home: HomeOption = None,
    form: Annotated[Format, typer.Option("--format", help="text or json.")] = Format.TEXT,
) -> None:
    """Show your identities; no passphrase is needed."""
    place = homes.locate(home)
    wanted = (identity,) if identity is not None else identities.names(place)
    found = [identities.describe(place, name) for name in wanted]
    if form is Format.JSON:
        typer.echo(json.dumps([_facts(one) for one in found], indent=1))
        return
    if not found:
        typer.echo(say("keys.none"))
    typer.echo("\n\n".join(map(_shown, found)), nl=bool(found))


@app.command()
def check(
    chain: Annotated[
        Path | None, typer.Argument(metavar="[CHAIN]", help="Certificates to check; those of an identity by default.")
    ] = None,
    key: Annotated[Path | None, typer.Argument(metavar="[KEY]", help="The key of CHAIN.")] = None,
    identity: IdentityOption = DEFAULT_IDENTITY,
    home: HomeOption = None,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    insecure: Insecure = False,
) -> None:
    """Say whether signatures will verify, and why not.

    Every fault of certificate, chain and key is named, with its cure; a test signature is made and checked.

    Exit codes: 0 they will, 1 they will not, 2 could not tell.
    """
    system.harden()
    secrets = Secrets(passphrase_file, passphrase_fd, insecure)
    if chain is not None:
        good = _check_files(chain, key, secrets)
    else:
        good = _check_identity(homes.locate(home), identity, secrets)
    raise typer.Exit(0 if good else 1)


@app.command()
def csr(
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Where to; stdout by default.")
    ] = None,
    identity: IdentityOption = DEFAULT_IDENTITY,
    home: HomeOption = None,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    insecure: Insecure = False,
) -> None:
    """Write a certificate request for your key."""
    system.harden()
    place = homes.locate(home)
    secrets = Secrets(passphrase_file, passphrase_fd, insecure)
    request = lifecycle.csr(place, identity, secrets.ask(place, identity), insecure=insecure)
    if output is None:
        typer.echo(request, nl=False)
        return
    system.create_private(output, request.encode("ascii"))
    typer.echo(say("keys.csr.written", file=output))


@app.command("import")
def import_(
    chain: Annotated[Path, typer.Argument(metavar="CHAIN", help="Certificates, the signing one first.")],
    key: Annotated[
        Path | None, typer.Argument(metavar="[KEY]", help="Their key; by default the one that the request was for.")
    ] = None,
    name: Annotated[
        str, typer.Option(metavar="HANDLE", help="Name for the profile; the certificate's by default.")
    ] = "",
    replace: Replace = False,
    identity: IdentityOption = DEFAULT_IDENTITY,
    home: HomeOption = None,
    key_passphrase_file: KeyPassphraseFile = None,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    no_passphrase: Annotated[bool, typer.Option("--no-passphrase", help="Do not encrypt the key.")] = False,
    insecure: Insecure = False,
) -> None:
    """Take over certificates and their key.

    They are checked first; the key is written anew, encrypted.
    """
    system.harden()
    place = homes.locate(home)
    secrets = Secrets(passphrase_file, passphrase_fd, insecure)
    there_before = identities.locate(place, identity).exists
    identities.refuse_existing(identities.locate(place, identity), replace=replace)
    certificates = _chain(chain)
    if key is None:
        ask = secrets.ask(place, identity)
        opened, text = identities.open_signing_key(place, identity, ask, insecure=insecure), ""
        if identities.describe(place, identity).encrypted:
            text = ask()
    else:
        opened, text = _foreign_key(key, key_passphrase_file, secrets, unlocked=no_passphrase)
    profile = _profile(name or common_name(certificates[0]))
    made = lifecycle.import_(
        place, identity, chain=certificates, key=opened, passphrase=text, profile=profile, replace=replace
    )
    warn_of(preflight.check(certificates))
    _say("imported", name=made.name, identity=identity, day=_day(made.leaf))
    if there_before:
        _say("imported.old")


@app.command()
def renew(
    years: Annotated[
        int | None,
        typer.Option(metavar="YEARS", min=1, max=MAX_YEARS, help="How long it lasts; as long as the last by default."),
    ] = None,
    identity: IdentityOption = DEFAULT_IDENTITY,
    home: HomeOption = None,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    insecure: Insecure = False,
) -> None:
    """Renew your certificate, with a new key.

    Your authority stays the same, so those who know you still do.
    """
    system.harden()
    place = homes.locate(home)
    ask = Secrets(passphrase_file, passphrase_fd, insecure).ask(place, identity)
    made = lifecycle.renew(place, identity, ask, years=years, insecure=insecure)
    _say("renewed", name=made.name, day=_day(made.leaf))
    _say("renewed.old")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file, best on another medium.")],
    identity: IdentityOption = DEFAULT_IDENTITY,
    home: HomeOption = None,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    insecure: Insecure = False,
) -> None:
    """Back up an identity into one encrypted file.

    It is read back, and signed with for a test, before it is called a backup.
    """
    system.harden()
    place = homes.locate(home)
    found = identities.describe(place, identity)
    secrets = Secrets(passphrase_file, passphrase_fd, insecure)
    if found.encrypted:
        ask = secrets.ask(place, identity)
    else:
        typer.echo(say("keys.backup.ask"), err=True)
        ask = once(lambda: secrets.find(lambda: ask_new(say("init.ask.backup_passphrase.prompt"))))
    backups.write(place, identity, file, secret=ask(), passphrase=ask, insecure=insecure)
    _say("backup.done", file=file)
    _say("backup.authority" if found.own else "backup.leaf", name=found.name)
    _say("backup.elsewhere")


def _check_identity(place: Home, identity: str, secrets: Secrets) -> bool:
    found = identities.describe(place, identity)
    faults = preflight.check(found.chain, own=found.own)
    key, weak = open_file(found.files.key, secrets.ask(place, identity), insecure=secrets.insecure)
    faults = (*faults, *weak, *preflight.check_match(key, found.chain))
    _tell(faults)
    if preflight.blocking(faults):
        typer.echo(say("keys.check.bad", identity=identity))
        return False
    Credential.of(found.chain, key).test()
    _say("check.good", identity=identity, day=_day(found.leaf))
    return True


def _check_files(chain: Path, key: Path | None, secrets: Secrets) -> bool:
    certificates = _chain(chain)
    faults = preflight.check(certificates)
    opened: PrivateKey | None = None
    if key is not None:
        data = keystore.read(key, insecure=secrets.insecure)
        opened = _opened(data, key, secrets)
        faults = (*faults, *preflight.check_key(data, opened, certificates))
    _tell(faults)
    if preflight.blocking(faults):
        typer.echo(say("keys.check.bad", identity=chain.name))
        return False
    if opened is not None:
        Credential.of(certificates, opened).test()
    _say("check.good_files" if opened else "check.good_file", file=chain.name, day=_day(certificates[0]))
    return True


def _opened(data: bytes, path: Path, secrets: Secrets) -> PrivateKey:
    where = plain(path.name)
    if not keystore.inspect(data, where).encrypted:
        return keystore.open_key(data, where=where)
    text = secrets.find(lambda: ask_hidden(say("keys.prompt.file", file=where)))
    return keystore.open_key(data, text, where=where)


def _foreign_key(path: Path, own_file: Path | None, secrets: Secrets, *, unlocked: bool) -> tuple[PrivateKey, str]:
    """Open the key in *path*, and find the passphrase that it gets here: the same one, unless it has its own file."""
    data = keystore.read(path, insecure=secrets.insecure)
    if own_file is not None:
        key = _opened(data, path, Secrets(own_file, None, secrets.insecure))
    elif keystore.inspect(data, plain(path.name)).encrypted:
        text = secrets.find(lambda: ask_hidden(say("keys.prompt.file", file=path.name)))
        return keystore.open_key(data, text, where=plain(path.name)), "" if unlocked else text
    else:
        key = keystore.open_key(data, where=plain(path.name))
    return key, "" if unlocked else secrets.find(lambda: ask_new(say("init.ask.passphrase.prompt")))


def _chain(path: Path) -> tuple[x509.Certificate, ...]:
    return preflight.read_chain(system.read_public(path), plain(path.name))


def _profile(name: str) -> str:
    try:
        return Profile.from_dict({"name": name}).to_toml()
    except DeclarationError as exc:
        raise CredentialError("certificates", "name nobody whom a profile could name", "say --name") from exc


def _tell(faults: tuple[Fault, ...]) -> None:
    for fault in faults:
        word = say("keys.fault" if fault.blocks else "keys.note")
        text = f"{word}: {plain(fault, limit=1000)}"
        typer.echo(fill(text, WIDTH, indent="  "))


def _shown(found: Description) -> str:
    rows = [
        (say("keys.until"), _until(found.leaf)),
        (say("keys.leaf"), _sha256(found.leaf)),
        (say("keys.authority"), _authority(found)),
        (say("keys.authority.sha256"), found.authority_fingerprint),
        (say("keys.key"), say("keys.key.encrypted" if found.encrypted else "keys.key.unencrypted")),
    ]
    if found.own:
        rows.append((say("keys.hand_out"), plain(found.files.authority, limit=MACHINE)))
    title = say("keys.identity", identity=found.files.name, name=found.name)
    return "\n".join([title, *(f"  {pad(label, _COLUMN)}{value}" for label, value in rows)])


def _until(leaf: x509.Certificate) -> str:
    now, day = datetime.now(UTC), _day(leaf)
    if leaf.not_valid_after_utc < now:
        return say("keys.until.expired", day=day)
    return say("keys.until.days", day=day, days=(leaf.not_valid_after_utc - now).days)


def _authority(found: Description) -> str:
    if found.own:
        return say("keys.authority.own")
    return say("keys.authority.foreign", subject=found.authority.subject.rfc4514_string())


def _facts(found: Description) -> dict[str, Any]:
    return {
        "identity": found.files.name,
        "name": plain(found.name, limit=MACHINE),
        "sha256": _sha256(found.leaf),
        "not_before": found.leaf.not_valid_before_utc.date().isoformat(),
        "not_after": _day(found.leaf),
        "authority": plain(found.authority.subject.rfc4514_string(), limit=MACHINE),
        "authority_sha256": found.authority_fingerprint,
        "own": found.own,
        "encrypted": found.encrypted,
        "faults": [fault.id for fault in preflight.check(found.chain, own=found.own)],
    }


def _sha256(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex()


def _day(leaf: x509.Certificate) -> str:
    return leaf.not_valid_after_utc.date().isoformat()


def _say(key: str, **values: object) -> None:
    typer.echo(fill(say(f"keys.{key}", **values), WIDTH))
