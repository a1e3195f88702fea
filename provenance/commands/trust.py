"""``provenance trust``: say whom you know, under your own name for them."""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from cryptography import x509

from provenance import home as homes
from provenance.commands.unlock import HomeOption
from provenance.container.opening import opened
from provenance.container.prescan import prescan
from provenance.errors import ProvenanceError, TrustError
from provenance.home import Home
from provenance.plain import MACHINE, plain
from provenance.report.layout import fill
from provenance.report.wording import say
from provenance.terms import SIGNING_EKUS, Integrity
from provenance.trust import deny, lists, paths, pinning, pins
from provenance.trust.model import Denial
from provenance.trust.pins import Pin
from provenance.trust.update import update as update_lists
from provenance.verification.files import verify_files
from provenance.verification.options import Options
from provenance.verification.signers import certificates
from provenance.worker.settings import load as load_settings

WIDTH = 80
_CERTIFICATE_NAMES = {".pem", ".crt", ".cer", ".der"}

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=True,
    help="Say whom you know: pin, list and remove signers; update public lists.",
)  # fmt: skip


class Format(StrEnum):
    """How the answer is given."""

    TEXT = "text"
    JSON = "json"


@app.command()
def add(
    source: Annotated[
        Path, typer.Argument(metavar="FILE.pem|SIGNED-PICTURE", help="Their authority, or a picture that they signed.")
    ],
    name: Annotated[str, typer.Option("--as", metavar="NAME", help="Your own name for this person.")],
    signer: Annotated[str, typer.Option("--signer", metavar="NAME", help="The name that their signatures carry.")] = "",
    home: HomeOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing; you have compared the fingerprint.")] = False,
) -> None:
    """Pin an authority for one person, under your own name for them."""
    place = homes.locate(home)
    where = plain(source.name)
    certificates = pinning.read_certificates(source) if _holds_certificates(source) else _of_picture(source, place)
    pin = pinning.pin_of(certificates, name, signer=signer, where=where)
    pins.refuse_known(pins.path_of(place), pin)
    _show_pin(pin)
    if not yes and sys.stdin.isatty() and not typer.confirm(say("trust.confirm", name=name), err=True):
        _say("not_added")
        raise typer.Exit(1)
    pins.add(pins.path_of(place), pin)
    _say("added", name=name)


@app.command("list")
def list_(
    home: HomeOption = None,
    form: Annotated[Format, typer.Option("--format", help="text or json.")] = Format.TEXT,
) -> None:
    """List whom you have pinned, and the public lists that are loaded."""
    place = homes.locate(home)
    trust = lists.load(place)
    if form is Format.JSON:
        known = [
            {key: plain(getattr(pin, key), limit=MACHINE) for key in ("name", "sha256", "subject", "signer", "added")}
            | {"own": pin.own}
            for pin in trust.pins
        ]
        public = [{"name": plain(one.name), "tier": one.tier.value, "date": one.date[:10]} for one in trust.lists]
        refused = [
            {key: plain(getattr(one, key), limit=MACHINE) for key in ("sha256", "serial", "issuer", "reason", "since")}
            for one in trust.denied
        ]
        typer.echo(json.dumps({"pins": known, "lists": public, "denied": refused}, indent=1))
        return
    if not trust.pins:
        _say("none")
    for pin in trust.pins:
        typer.echo(_entry(pin))
    typer.echo("\n" + say("trust.lists"))
    for one in trust.lists:
        typer.echo("  " + say("trust.lists.entry", name=one.name, day=one.date[:10]))
    if not trust.lists:
        typer.echo("  " + say("trust.lists.none"))
    for entry in trust.denied:
        _say("list.denied", fingerprint=(entry.sha256 or entry.serial)[:16], reason=entry.reason)


@app.command()
def update(
    folder: Annotated[
        Path | None, typer.Option("--from", metavar="FOLDER", help="Take the lists from files there; fetch nothing.")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Bring the public lists of signers, time stamps and products.

    The frozen interim list comes with them.

    Exit codes: 0 every list is here, 2 some could not be had; those are as they were.
    """
    failed = False
    for outcome in update_lists(homes.locate(home), folder=folder):
        if isinstance(outcome, TrustError):
            failed = True
            typer.echo(f"error: {plain(outcome, limit=2000)}", err=True)
            continue
        key = "updated" if outcome.changed else "unchanged"
        _say(key, title=outcome.title, day=outcome.date, sha256=outcome.sha256)
    raise typer.Exit(2 if failed else 0)


@app.command("deny")
def deny_(
    which: Annotated[str, typer.Argument(metavar="FINGERPRINT", help="SHA-256 of a certificate or an authority.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, in a few words; every report shows it.")],
    since: Annotated[str, typer.Option(metavar="DATE", help="Trusted time stamps before this day still count.")] = "",
    until: Annotated[str, typer.Option(metavar="DATE", help="Trusted time stamps after this day still count.")] = "",
    home: HomeOption = None,
) -> None:
    """Trust a credential no more, whatever lists and pins say.

    Works offline, and beats every list, pin and time stamp.
    """
    fingerprint = which.replace(":", "").replace(" ", "").lower()
    if not re.fullmatch(r"[0-9a-f]{64}", fingerprint):
        raise TrustError("fingerprint", "must be the 64 hexadecimal digits of a SHA-256", "`inspect` shows them")
    today = datetime.now(UTC).date().isoformat()
    entry = Denial(reason, sha256=fingerprint, since=since, until=until, noted=today)
    deny.add(deny.path_of(homes.locate(home)), entry)
    _say("denied", fingerprint=fingerprint)


@app.command()
def remove(
    which: Annotated[
        str, typer.Argument(metavar="NAME|FINGERPRINT", help="Whom: your name, or the fingerprint's start.")
    ],
    home: HomeOption = None,
) -> None:
    """Forget someone whom you have pinned."""
    pin = pins.remove(pins.path_of(homes.locate(home)), which)
    _say("removed", name=pin.name)


def _holds_certificates(path: Path) -> bool:
    if path.suffix.lower() in _CERTIFICATE_NAMES:
        return True
    try:
        with opened(path) as file:
            return file.read(10) == b"-----BEGIN"
    except OSError as exc:
        raise TrustError(plain(path.name), f"cannot be read ({exc.strerror})") from exc


def _of_picture(path: Path, place: Home) -> tuple[x509.Certificate, ...]:
    """Return the chain that signed the picture *path*, after our own verification found it intact.

    Raises:
        TrustError: if nothing in it can be attributed, or its signature does not carry the authority.
    """
    where = plain(path.name)
    _require_intact(path, place)
    with opened(path) as file:
        scan = prescan(file)
    if not scan.manifests:
        raise TrustError(where, "its credentials lie beside it", "pin from the .pem file of that person")
    chain = certificates(scan.manifests[-1].signature)
    found = paths.find_path(
        chain[0], chain[1:], [one for one in chain[1:] if one.subject == one.issuer] or chain[1:],
        at=datetime.now(UTC), ekus=SIGNING_EKUS,
    )  # fmt: skip
    if isinstance(found, paths.Failure) or found.dissent:
        raise TrustError(
            where, "does not carry the authority that its signer's certificate is from", "ask for the .pem file"
        )
    return found.certificates


def _require_intact(path: Path, place: Home) -> None:
    options = Options(home=str(place.path.absolute()))
    for _, outcome in verify_files([path], options=options, settings=load_settings(place.config)):
        if isinstance(outcome, ProvenanceError):
            raise outcome
        if outcome.integrity is not Integrity.INTACT:
            problem = f"is not intact ({outcome.integrity.value.replace('_', ' ')}), so nobody can be pinned from it"
            raise TrustError(plain(path.name), problem, f"see `provenance verify {plain(path.name)}`")


def _show_pin(pin: Pin) -> None:
    typer.echo(plain(pin.name))
    _say("says", subject=pin.subject)
    _say("fingerprint")
    typer.echo(f"  {pin.sha256}")
    _say("added.signer" if pin.signer else "added.any_signer", signer=pin.signer, name=pin.name)
    _say("compare")
    typer.echo("")


def _entry(pin: Pin) -> str:
    origin = say("trust.list.own") if pin.own else say("trust.list.pinned", day=pin.added)
    lines = [f"{plain(pin.name)}  ({origin})", f"  {pin.sha256}", "  " + say("trust.says", subject=pin.subject)]
    if pin.signer:
        lines.append("  " + say("trust.list.signer", signer=pin.signer))
    return "\n".join(lines)


def _say(key: str, **values: object) -> None:
    typer.echo(fill(say(f"trust.{key}", **values), WIDTH))
