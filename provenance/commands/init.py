"""``provenance init``: make an identity, or restore one. Every question is also an option."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from provenance import home as homes
from provenance.commands.unlock import (
    HomeOption,
    Insecure,
    PassphraseFd,
    PassphraseFile,
    Secrets,
    ask_hidden,
    ask_new,
    warn,
)
from provenance.credentials import authority, backup, identities, lifecycle, passphrase, system
from provenance.credentials.identities import Description
from provenance.declaration.permissions import ENTRIES, Answer, MiningAnswer
from provenance.declaration.profile import Profile
from provenance.errors import CredentialError, DeclarationError, ProvenanceError
from provenance.home import DEFAULT_IDENTITY, Home
from provenance.plain import plain
from provenance.report.layout import fill
from provenance.report.wording import say
from provenance.trust import pinning, pins

WIDTH = 80
_CHOICES = {"1": Answer.YES, "2": Answer.NO, "3": Answer.ASK, "4": None}

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
Value = TypeVar("Value")


@app.command()
def init(
    name: Annotated[str, typer.Option(metavar="HANDLE", help="The name that the world may see, for good.")] = "",
    website: Annotated[str, typer.Option(metavar="URL", help="Your web page.")] = "",
    credit: Annotated[str, typer.Option(metavar="TEXT", help="How you want to be credited.")] = "",
    copyright_: Annotated[str, typer.Option("--copyright", metavar="TEXT", help="Your copyright notice.")] = "",
    license_url: Annotated[str, typer.Option("--license", metavar="URL", help="Where your terms can be read.")] = "",
    tool: Annotated[
        list[str] | None, typer.Option("--tool", metavar="NAME", help="A program that you usually use; repeatable.")
    ] = None,
    generative_training: Annotated[
        Answer | None, typer.Option(metavar="yes|no|ask", help="Training of AI that could make pictures.")
    ] = None,
    training: Annotated[
        Answer | None, typer.Option(metavar="yes|no|ask", help="Training of any AI; the finer two win over it.")
    ] = None,
    other_training: Annotated[Answer | None, typer.Option(metavar="yes|no|ask", help="Training of other AI.")] = None,
    data_mining: Annotated[
        MiningAnswer | None,
        typer.Option("--data-mining", "--mining", metavar="yes|no|ask|search", help="Text and data mining."),
    ] = None,
    inference: Annotated[
        Answer | None, typer.Option(metavar="yes|no|ask", help="Giving the picture to an AI, for a result.")
    ] = None,
    contact: Annotated[str, typer.Option(metavar="TEXT", help='Public: where to ask, for "ask".')] = "",
    tsa: Annotated[str, typer.Option(metavar="URL", help="A time-stamp service to use when signing.")] = "",
    years: Annotated[
        int | None,
        typer.Option(
            metavar="YEARS", min=1, max=authority.MAX_YEARS, help="How long the certificate lasts; 1 by default."
        ),
    ] = None,
    identity: Annotated[str, typer.Option(metavar="NAME", help="A name for this identity here.")] = DEFAULT_IDENTITY,
    home: HomeOption = None,
    replace: Annotated[bool, typer.Option("--replace", help="Move an identity of that name aside.")] = False,
    restore: Annotated[Path | None, typer.Option(metavar="FILE", help="Restore an identity from its backup.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing; what is not said stays empty.")] = False,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    no_passphrase: Annotated[bool, typer.Option("--no-passphrase", help="Do not encrypt the keys.")] = False,
    keyring: Annotated[bool, typer.Option("--keyring", help="Keep the passphrase in this system's keyring.")] = False,
    insecure: Insecure = False,
) -> None:
    """Make an identity: a name, keys and a profile."""
    place = homes.locate(home)
    secrets = Secrets(passphrase_file, passphrase_fd, insecure)
    if no_passphrase and (keyring or passphrase_file or passphrase_fd is not None):
        raise CredentialError("--no-passphrase", "does not go with a passphrase", "leave one of them out")
    files = identities.locate(place, identity)
    there_before = files.exists
    identities.refuse_existing(files, replace=replace)
    pins.load(pins.path_of(place))  # a damaged list is said before anything is made
    system.harden()
    if restore is not None:
        made, text = _restore(place, identity, restore, secrets, unlocked=no_passphrase, replace=replace)
    else:
        given: dict[str, Any] = {
            "name": name, "website": website, "credit": credit, "copyright": copyright_, "license_url": license_url,
            "contact": contact, "tools": tool, "tsa": tsa,
        }  # fmt: skip
        answers = dict(
            zip(
                ENTRIES,
                (generative_training or training, other_training or training, data_mining, inference),
                strict=True,
            )
        )
        fields = _fields(given, answers)
        if not yes:
            fields = _interview(fields)
        profile, lasts = _checked(fields), _years(fields, years, asks=not yes)
        text = _new_passphrase(secrets, unlocked=no_passphrase, asks=not yes)
        made = lifecycle.create(
            place, identity, handle=profile.name, passphrase=text, profile=profile.to_toml(), years=lasts,
            replace=replace,
        )  # fmt: skip
    _pin(place, made)
    if keyring:
        passphrase.remember(made.authority_fingerprint, text)
    if not text:
        warn(say("init.warn.no_passphrase", name=made.name))
    _tell(made, restored=restore is not None, replaced=there_before, encrypted=bool(text))


def _fields(given: dict[str, Any], answers: Mapping[str, Answer | MiningAnswer | None]) -> dict[str, Any]:
    """Return the profile's fields that were given, in its own shape."""
    fields = {key: value for key, value in given.items() if value}
    permissions = {key: answer.value for key, answer in answers.items() if answer is not None}
    return fields | ({"permissions": permissions} if permissions else {})


def _checked(fields: dict[str, Any]) -> Profile:
    if "name" not in fields:
        raise DeclarationError("--name", "is needed", "a handle is enough")
    profile = Profile.from_dict(fields)
    authority.check_handle(profile.name)
    return profile


def _years(fields: dict[str, Any], years: int | None, *, asks: bool) -> int:
    """Return how long the leaf lasts: with time stamps a year is enough, and keeps a lost key's harm short."""
    stamped = bool(fields.get("tsa"))
    if stamped and (years or 1) > 1:
        raise CredentialError("--years", "more than 1 is for signing without time stamps", "leave --years or --tsa out")
    if years is None and asks and not stamped:
        _explain("init.ask.years")
        return _until_right(lambda: _one_to_five(_ask(say("init.ask.years.prompt"), default="1")))
    return years or 1


def _one_to_five(text: str) -> int:
    if text not in {str(number) for number in range(1, authority.MAX_YEARS + 1)}:
        raise CredentialError("years", f"'{plain(text)}' is not 1 to {authority.MAX_YEARS}")
    return int(text)


def _interview(fields: dict[str, Any]) -> dict[str, Any]:
    """Ask for what no option gave; each answer is checked before the next question."""
    known = dict(fields)
    _check_given(known)  # a slip in an option is said before the questions, not after them
    if "name" not in known:
        _explain("init.ask.name")
        known["name"] = _until_right(lambda: _checked({"name": _ask(say("init.ask.name.prompt"))}).name)
    typer.echo("", err=True)
    _explain("init.ask.optional")
    for field in ("website", "credit", "copyright"):
        if field not in known:
            _answer(known, field, say(f"init.ask.{field}"))
    if "tools" not in known:
        _answer(
            known,
            "tools",
            say("init.ask.tools"),
            lambda text: [part.strip() for part in text.split(",") if part.strip()],
        )
    if "permissions" not in known:
        known |= _ask_permissions()
    if Answer.ASK in known.get("permissions", {}).values() and "contact" not in known:
        known["contact"] = _ask_contact(known)
    if "tsa" not in known:
        _explain("init.ask.tsa")
        _answer(known, "tsa", say("init.ask.tsa.prompt"))
    return known


def _check_given(fields: dict[str, Any]) -> None:
    """Refuse what no answer could mend; whom to ask may still be said."""
    said = {key: value for key, value in fields.items() if key != "permissions"}
    named = Profile.from_dict({"name": "x", **said})
    if "name" in fields:
        authority.check_handle(named.name)


def _ask_permissions() -> dict[str, Any]:
    typer.echo("", err=True)
    _explain("init.ask.permissions")
    _explain("init.ask.choices")
    answers: dict[str, str] = {}
    for entry in ENTRIES:
        typer.echo(say(f"init.ask.{entry}"), err=True)
        choice = _until_right(lambda: _choice(_ask(say("init.ask.choice"), default="4")))
        if choice is not None:
            answers[entry] = choice.value
    return {"permissions": answers} if answers else {}


def _ask_contact(known: dict[str, Any]) -> str | None:
    _explain("init.ask.contact")
    base = {"name": known["name"], "permissions": known["permissions"]}
    prompt = say("init.ask.contact.prompt")
    return _until_right(lambda: Profile.from_dict(base | {"contact": _ask(prompt)}).contact)


def _choice(text: str) -> Answer | None:
    """Return what a number, or the word that the option takes, means."""
    if text.lower() in set(Answer):
        return Answer(text.lower())
    if text not in _CHOICES:
        raise CredentialError("answer", say("init.ask.number"))
    return _CHOICES[text]


def _answer(known: dict[str, Any], field: str, prompt: str, shape: Callable[[str], Any] = str) -> None:
    """Ask for *field* and put the answer into *known*; an empty one leaves it out."""

    def once() -> Any:
        value = shape(_ask(prompt, default=""))
        if value:
            Profile.from_dict({"name": known["name"], field: value})
        return value

    if value := _until_right(once):
        known[field] = value


def _ask(prompt: str, default: str | None = None) -> str:
    try:
        return str(typer.prompt(prompt, default=default, show_default=bool(default), err=True)).strip()
    except typer.Abort as exc:
        typer.echo("", err=True)
        raise _NobodyThereError("init", "no answer was given", "say --yes and give the answers as options") from exc


class _NobodyThereError(CredentialError):
    """A question that nobody answers; asking again would not help."""


def _until_right(ask: Callable[[], Value]) -> Value:
    while True:
        try:
            return ask()
        except _NobodyThereError:
            raise
        except ProvenanceError as exc:
            typer.echo(fill(say("init.ask.again", problem=exc), WIDTH), err=True)


def _explain(key: str) -> None:
    typer.echo(fill(say(key), WIDTH), err=True)


def _new_passphrase(secrets: Secrets, *, unlocked: bool, asks: bool) -> str:
    if unlocked:
        return ""
    if not asks:
        return secrets.find(None)

    def prompt() -> str:
        typer.echo("", err=True)
        _explain("init.ask.passphrase")
        return ask_new(say("init.ask.passphrase.prompt"))

    return secrets.find(prompt)


def _restore(
    place: Home, identity: str, path: Path, secrets: Secrets, *, unlocked: bool, replace: bool
) -> tuple[Description, str]:
    """Restore *path*; the keys get the passphrase of the backup, unless they shall have none."""
    prompt = say("init.ask.backup_passphrase.prompt")
    secret = secrets.find(lambda: ask_hidden(prompt))
    text = "" if unlocked else secret
    return backup.restore(place, identity, path, secret=secret, passphrase=text, replace=replace), text


def _pin(place: Home, made: Description) -> None:
    """Let one's own work verify as one's own."""
    file = pins.path_of(place)
    known = {pin.sha256 for pin in pins.load(file)}
    if made.own and made.authority_fingerprint not in known:
        pins.add(file, pinning.pin_of(made.chain, made.name, own=True))


def _tell(made: Description, *, restored: bool, replaced: bool, encrypted: bool) -> None:
    name, profile = made.name, Profile.load(made.files.profile)
    until = made.leaf.not_valid_after_utc.date().isoformat()
    _say("restored" if restored else "made", name=name, identity=made.files.name)
    if replaced:
        _say("replaced")
    _say("linkable", name=name)
    if made.own:
        _say("own")
    typer.echo("")
    _say("fingerprint")
    typer.echo(f"  {made.authority_fingerprint}")
    _say("until", day=until)
    if not profile.tsa:
        _say("until.without_stamps")
    typer.echo("")
    if made.own:
        _say("authority")
        typer.echo(f"  {plain(made.files.authority, limit=4096)}")
    _say("profile")
    typer.echo(f"  {plain(made.files.profile, limit=4096)}")
    typer.echo("")
    _say("loss" if encrypted else "loss.no_passphrase", name=name)
    _say("backup")


def _say(key: str, **values: object) -> None:
    typer.echo(fill(say(f"init.{key}", **values), WIDTH))
