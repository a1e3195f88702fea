"""What every command that opens a key shares: its options, its questions, its warnings."""

from __future__ import annotations

import getpass
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from provenance.credentials import identities, system
from provenance.credentials.credential import Credential
from provenance.credentials.keystore import MIN_PASSPHRASE
from provenance.credentials.passphrase import Ask, Origin, Sources, obtain, once
from provenance.credentials.preflight import Fault
from provenance.home import DEFAULT_IDENTITY, Home
from provenance.plain import plain
from provenance.record import dataclass
from provenance.report.wording import say

HomeOption = Annotated[Path | None, typer.Option("--home", metavar="FOLDER", help="Where your identities lie.")]
IdentityOption = Annotated[str, typer.Option("--identity", metavar="NAME", help="Which of your identities.")]
PassphraseFile = Annotated[
    Path | None, typer.Option("--passphrase-file", metavar="FILE", help="A file with the passphrase, for you alone.")
]
PassphraseFd = Annotated[
    int | None, typer.Option("--passphrase-fd", metavar="N", min=0, help="A descriptor to read the passphrase from.")
]
Insecure = Annotated[
    bool,
    typer.Option("--insecure-key-permissions", help="Use key and passphrase files that others can read or own."),
]


@dataclass(frozen=True, slots=True)
class Secrets:
    """Where the passphrase of an identity may come from, as the options say."""

    file: Path | None = None
    descriptor: int | None = None
    insecure: bool = False

    def ask(self, home: Home, name: str = DEFAULT_IDENTITY) -> Ask:
        """Return what gives the passphrase of identity *name*, at most once, asking a person last."""

        def find() -> str:
            entry = identities.describe(home, name).authority_fingerprint
            return self.find(lambda: ask_hidden(say("keys.prompt", identity=name)), entry=entry)

        return once(find)

    def find(self, prompt: Callable[[], str] | None, *, entry: str = "") -> str:
        """Return the passphrase from the first source that has one; warn if it came from the environment."""
        found = obtain(Sources(self.descriptor, self.file, prompt, self.insecure), entry=entry)
        if found.origin is Origin.ENVIRONMENT:
            warn(say("keys.warn.environment"))
        return found.text


def open_credential(home: Home, name: str, secrets: Secrets) -> Credential:
    """Open the credential of identity *name*, and say what is weak about it.

    From here on this process leaves no core file, and keeps other processes of this user out (security K5).

    Raises:
        CredentialError: if it cannot be opened, or would not verify.
    """
    system.harden()
    credential = identities.load(home, name, secrets.ask(home, name), insecure=secrets.insecure)
    warn_of(credential.warnings)
    return credential


def warn(text: str) -> None:
    """Say *text* on stderr, as a warning."""
    typer.echo(f"warning: {text}", err=True)


def warn_of(faults: tuple[Fault, ...]) -> None:
    """Say each of *faults* on stderr."""
    for fault in faults:
        warn(plain(fault, limit=1000))


def ask_hidden(prompt: str) -> str:
    """Ask a person for a passphrase without showing it; "" if nobody is there."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", getpass.GetPassWarning)  # no terminal: the pipe is read as it is
            return str(typer.prompt(prompt, hide_input=True, err=True, default="", show_default=False))
    except typer.Abort:
        typer.echo("", err=True)
        return ""


def ask_new(prompt: str) -> str:
    """Ask a person for a new passphrase, twice; "" if nobody is there."""
    while True:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", getpass.GetPassWarning)
                found = str(typer.prompt(prompt, hide_input=True, confirmation_prompt=True, err=True))
        except typer.Abort:
            typer.echo("", err=True)
            return ""
        if len(found) >= MIN_PASSPHRASE:
            return found
        typer.echo(say("init.ask.short", number=MIN_PASSPHRASE), err=True)
