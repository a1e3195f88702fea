"""``provenance watch``: signs, or checks, what an export drops into a folder; one line a file."""

from __future__ import annotations

import hashlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from provenance import home as homes
from provenance.batch.journal import Journal
from provenance.batch.judged import Judged, judged
from provenance.batch.model import Item
from provenance.batch.watching import Memory, Watch, mark_of
from provenance.commands.shared import checking_options
from provenance.commands.signers import NoTsa, named, options_at, profile_of, service
from provenance.commands.stating import statements
from provenance.commands.unlock import (
    HomeOption,
    IdentityOption,
    Insecure,
    PassphraseFd,
    PassphraseFile,
    Secrets,
    open_credential,
)
from provenance.credentials.credential import Credential
from provenance.declaration.documents import placed, read_document
from provenance.declaration.flags import Flags
from provenance.declaration.profile import Profile
from provenance.errors import AssetError, DeclarationError, OutputError, PolicyError, ProvenanceError
from provenance.home import DEFAULT_IDENTITY, Home
from provenance.plain import plain
from provenance.policy.loading import Policy
from provenance.policy.loading import load as load_policy
from provenance.report.wording import Phrase, say
from provenance.signing.already import result_of, signed_already
from provenance.signing.options import Options
from provenance.signing.sign import sign as sign_one
from provenance.worker.settings import load as load_worker

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


class Then(StrEnum):
    """What is done with a picture that is whole."""

    SIGN = "sign"
    CHECK = "check"


Act = Callable[[Path], str]


@app.command()
def watch(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder that an export writes into.")],
    then: Annotated[Then, typer.Option(help="sign or check: what to do with a picture that is whole.")] = Then.SIGN,
    declare: Annotated[
        Path | None, typer.Option(metavar="FILE.toml", help="What to state; else the file beside, or your profile.")
    ] = None,
    output: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Where results go; else beside.")] = None,
    in_place: Annotated[bool, typer.Option("--in-place", help="Sign the files themselves instead of copies.")] = False,
    sidecar: Annotated[
        bool, typer.Option("--sidecar", help="Leave pictures as they are; write NAME.EXT.c2pa.")
    ] = False,
    policy: Annotated[
        str | None, typer.Option(metavar="NAME|FILE", help="With --then check: the policy to judge by.")
    ] = None,
    settle: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.1, max=3600, help="How long a file must not have changed.")
    ] = 2.0,
    every: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.05, max=600, help="How often the folder is looked at.")
    ] = 1.0,
    state: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where what was done is noted; else among your things.")
    ] = None,
    no_tsa: NoTsa = False,
    identity: IdentityOption = DEFAULT_IDENTITY,
    passphrase_file: PassphraseFile = None,
    passphrase_fd: PassphraseFd = None,
    insecure: Insecure = False,
    home: HomeOption = None,
) -> None:
    """Sign, or check, what is dropped into a folder, as soon as it is whole.

    It runs until Ctrl-C or a termination signal, and after a restart does nothing twice.

    Exit codes: 0 it was stopped, 2 it could not go on.
    """
    place = homes.locate(home)
    if not folder.is_dir():
        raise AssetError(plain(folder.name or folder), "is not a folder", "name the one that an export writes into")
    if output is not None and not output.is_dir():
        raise OutputError(plain(output.name), "is not a folder", "make it first")
    if then is Then.CHECK and policy is None:
        raise PolicyError("--policy", "is not given, and nothing is judged without one")
    if then is Then.CHECK and (declare or output or in_place or sidecar):
        raise OutputError("--then check", "writes nothing", "leave --declare, --output, --in-place and --sidecar out")
    if then is Then.SIGN and policy is not None:
        raise PolicyError("--policy", "is for --then check")
    path = state or _state(place, folder, then)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with Journal(path, {"watch": str(folder.resolve()), "then": then.value}, resume=True) as journal:
        memory = Memory(journal)
        watching = Watch(folder, settle=settle, known=memory.marks, apart=output)
        if then is Then.CHECK:
            act = _checking(load_policy(policy or ""), memory, watching, place)
        else:
            found = profile_of(place, identity)
            options = replace(
                options_at(place), output=output, in_place=in_place, sidecar=sidecar,
                tsa_url=service(None, found, none=no_tsa),
            )  # fmt: skip
            declared = placed(read_document(declare), declare.parent) if declare else None
            credential = open_credential(place, identity, Secrets(passphrase_file, passphrase_fd, insecure))
            act = _signing(credential, options, found, declared, memory, watching)
        typer.echo(f"note: {say('watch.begun', folder=Phrase(plain(folder, limit=1000)))}", err=True)
        with _until_stopped() as stopped:
            _loop(watching, act, stopped, every)
    typer.echo(f"note: {say('watch.ended')}", err=True)


def _state(place: Home, folder: Path, then: Then) -> Path:
    name = hashlib.sha256(f"{folder.resolve()}\0{then.value}".encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return place.path / "watch" / f"{name}.journal"


@contextmanager
def _until_stopped() -> Iterator[threading.Event]:
    """Yield what is set by the first signal; a second one ends the program at once."""
    stopped = threading.Event()
    before: dict[int, Any] = {}

    def stop(number: int, _: Any) -> None:
        stopped.set()
        signal.signal(number, before[number])

    for number in map(int, (signal.SIGINT, signal.SIGTERM)):
        before[number] = signal.signal(number, stop)
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _loop(watching: Watch, act: Act, stopped: threading.Event, every: float) -> None:
    while not stopped.is_set():
        for path in watching.ready(time.monotonic()):
            if stopped.is_set():
                return
            try:
                typer.echo(act(path))
            except ProvenanceError as exc:
                typer.echo(f"error: {named(path, exc)}", err=True)
        stopped.wait(every)


def _signing(
    credential: Credential,
    options: Options,
    profile: Profile | None,
    declared: Any,
    memory: Memory,
    watching: Watch,
) -> Act:
    def act(path: Path) -> str:
        mark = mark_of(path)
        (stated,) = statements([path], Flags(), profile, declared)
        if stated.declaration is None:
            raise stated.problem or DeclarationError(plain(path.name), "nothing is declared about it")
        earlier = signed_already(path, credential.fingerprint, options)
        if earlier is not None:
            watching.done(memory.add(mark, result=str(earlier), source=str(path)))
            return say("sign.already", name=plain(path.name), path=Phrase(plain(earlier, limit=1000)))
        goal = result_of(path, options)
        ours = goal is not None and memory.ours(
            goal.path, path
        )  # of what the file was before: the newer one takes its place
        mine = replace(options, overwrite=True) if ours else options
        signed = sign_one(path, stated.declaration, credential=credential, options=mine)
        if options.in_place or mark_of(path) == mark:  # else it was written to meanwhile, and comes again
            watching.done(memory.add(mark, result=str(signed.path), source=str(path)))
        key = "sign.done_beside" if signed.sidecar else "sign.done"
        return say(key, name=path.name, signer=credential.name, path=str(signed.path))

    return act


def _checking(policy: Policy, memory: Memory, watching: Watch, place: Home) -> Act:
    options, settings = checking_options(place), load_worker(place.config)

    def act(path: Path) -> str:
        mark = mark_of(path)
        item = Item(str(path), str(path.absolute()), beside=True)
        found = judged(iter([item]), policy, options=options, settings=settings, context={}, slots=1)
        one = next(done for done in found if isinstance(done, Judged))
        if mark_of(path) == mark and not one.verdict.problem:
            watching.done(memory.add(mark))
        return _line(path, one)

    return act


def _line(path: Path, found: Judged) -> str:
    verdict = found.verdict
    why = verdict.problem or next((one.sentence for one in verdict.outcomes if not one.waived), "")
    word = say(f"watch.decision.{verdict.decision.value}")
    return say("watch.judged" if why else "watch.passed", name=plain(path.name), decision=word, why=Phrase(why))
