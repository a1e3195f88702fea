"""One picture and one declaration -> one signed file, whole or not at all.

The order is the safety: what is refused is refused before anything is written; metadata comes before the
signature; the result stands under a temporary name until the picture is proved unchanged and our own verification
has found it intact, and gets its name last (security W1, W7-W11; metadata.md §3).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from provenance.container import tiff
from provenance.container.model import Kind
from provenance.container.opening import opened
from provenance.container.prescan import prescan
from provenance.container.unchanged import difference, picture_difference
from provenance.container.wrap import wrap
from provenance.credentials.credential import Credential
from provenance.declaration.model import Declaration
from provenance.engine.context import Anchors, writing_context
from provenance.engine.embed import check_tsa_url, embed
from provenance.engine.versions import require_signing
from provenance.errors import AssetError, CredentialError, OutputError, TimeStampError
from provenance.metadata.model import Metadata, Private
from provenance.metadata.writing import Row
from provenance.plain import plain
from provenance.record import dataclass
from provenance.signing import evidence as working_files
from provenance.signing.audit import audit
from provenance.signing.carrying import Carried, carry
from provenance.signing.destination import Destination, check_name, destination
from provenance.signing.files import replacing
from provenance.signing.history import History, history
from provenance.signing.manifest import Component, ParentKind, plan
from provenance.signing.options import Note, Options, Signed
from provenance.signing.plan import ManifestPlan
from provenance.signing.thumbnail import thumbnail
from provenance.terms import VERSION
from provenance.trust.model import Trust
from provenance.verification.model import Verification
from provenance.verification.sidecars import find

DEFAULT = Options()
_NO_EVIDENCE = working_files.Evidence()


@dataclass(frozen=True, slots=True)
class Planned:
    """What would be written, decided and checked; nothing is written yet."""

    plan: ManifestPlan
    goal: Destination
    signed_before: bool  # the picture carries a statement that stays as its parent
    rows: tuple[Row, ...]  # what stands in its EXIF, IPTC and XMP then
    stripped: tuple[Private, ...]  # what is taken out of them
    before: Metadata  # what they say now
    notes: tuple[Note, ...] = ()  # about working files


@dataclass(frozen=True, slots=True)
class _Work:
    """Everything that signing one file needs."""

    asset: Path
    kind: Kind  # of what is signed
    original: BinaryIO
    source: BinaryIO  # *original*, in a container where it needs one
    carried: Carried  # *source* with the statement in its metadata
    past: History
    goal: Destination
    plan: ManifestPlan
    options: Options
    notes: tuple[Note, ...] = ()  # about working files


def sign(asset: Path | str, declaration: Declaration, *, credential: Credential, options: Options = DEFAULT) -> Signed:
    """Sign *declaration* into *asset*, or beside it, and return what was written.

    The picture is not changed; what is written was read back, is intact, and carries *credential*. That the
    declaration is true is not established.

    Raises:
        AssetError, CredentialError, DeclarationError, EngineError, OutputError, TimeStampError: by what is wrong.
            Nothing was written then.
    """
    asset = Path(asset)
    _check(credential, options)
    with ExitStack() as stack:
        work = _work(asset, declaration, options, stack, for_author=options.identity is not None)
        verification, notes = _write(work, credential)
    return Signed(
        asset,
        work.goal.path,
        work.kind,
        work.goal.sidecar,
        verification,
        (*work.past.notes, *work.notes, *work.goal.notes, *work.carried.notes, *notes),
    )


def planned(asset: Path, declaration: Declaration, *, options: Options = DEFAULT, for_author: bool = False) -> Planned:
    """Return what `sign` would write for *asset*; needs no key.

    Args:
        for_author: another credential would sign for the author.

    Raises:
        AssetError, DeclarationError, OutputError, TimeStampError: where `sign` would, before anything is signed.
    """
    with ExitStack() as stack:
        work = _work(asset, declaration, options, stack, for_author=for_author)
        signed_before = work.past.parent is not None and not options.drop_history
        carried = work.carried
        return Planned(work.plan, work.goal, signed_before, carried.rows, carried.stripped, carried.before, work.notes)


def _work(asset: Path, declaration: Declaration, options: Options, stack: ExitStack, *, for_author: bool) -> _Work:
    _check_options(options)
    original = stack.enter_context(_opened(asset))
    past = history(asset, original, options)
    if past.scan.unread and past.parent is None and not options.drop_history:
        raise AssetError(
            plain(asset.name),
            "holds credentials that are not read inside this kind of file, and would be no part of its history",
            "sign it all the same with --drop-history, which says so",
        )
    kind = past.scan.kind
    check_name(asset, kind)
    goal = destination(
        asset,
        kind,
        frames=past.scan.frames,
        big=kind in (Kind.TIFF, Kind.DNG) and tiff.is_big(original),
        carries=past.scan.store is not None,
        options=options,
    )
    source = original
    if kind is Kind.JXL_NAKED and not goal.sidecar:
        kind, source = Kind.JXL, stack.enter_context(_wrapped(original))
    carried = carry(asset, source, kind, declaration, options, sidecar=goal.sidecar)
    shown = _NO_EVIDENCE
    if declaration.evidence:
        shown = working_files.evidence(declaration.evidence, asset, options=options, context=_context(options.trust))
    manifest = _plan(
        declaration, past, shown, credit=carried.credit, original=original, options=options, for_author=for_author
    )
    return _Work(asset, kind, original, source, carried, past, goal, manifest, options, shown.notes)


def _check(credential: Credential, options: Options) -> None:
    require_signing()
    identity = options.identity
    if identity is not None and credential.shares_key_with(identity):
        raise CredentialError(
            "author's identity", "has the same key as the signer, which adds no evidence", "leave it out"
        )


def _check_options(options: Options) -> None:
    if options.tsa_url:
        check_tsa_url(options.tsa_url)
    if options.in_place and options.output is not None:
        raise OutputError(plain(options.output.name), "an output and --in-place exclude each other", "choose one")
    if options.store is not None and (options.output is not None or options.in_place or options.embed):
        raise OutputError("--store", "says where the credentials go", "leave --output, --in-place and --embed out")
    if options.sidecar and options.embed:
        raise OutputError("--sidecar", "says beside the picture, --embed inside it", "choose one")


@contextmanager
def _opened(asset: Path) -> Iterator[BinaryIO]:
    try:
        stream = opened(asset)
    except OSError as exc:
        raise AssetError(plain(asset.name), f"cannot be read ({exc.strerror})") from exc
    with stream:
        yield stream


@contextmanager
def _wrapped(original: BinaryIO) -> Iterator[BinaryIO]:
    with TemporaryFile() as container:
        wrap(original, container)
        yield container


def _plan(
    declaration: Declaration,
    past: History,
    shown: working_files.Evidence,
    *,
    credit: dict[str, Any],
    original: BinaryIO,
    options: Options,
    for_author: bool,
) -> ManifestPlan:
    dropped = options.drop_history and (past.parent is not None or past.scan.unread)
    parent = ParentKind.UNKNOWN if past.scan.remote_url else ParentKind.NONE
    made = plan(
        declaration,
        generator_version=VERSION,
        parent=ParentKind.SIGNED if past.parent is not None and not dropped else parent,
        components=[_component(Path(found.path), options) for found in declaration.ingredients],
        evidence=shown.ingredients,
        credit=credit,
        identity=for_author,
        history_dropped=dropped,
    )
    if for_author and not made.identity_references:
        raise CredentialError("author's identity", "has nothing to vouch for", "say a name, a credit or permissions")
    return replace(made, thumbnail=thumbnail(original, past.scan.kind) if options.thumbnail else None)


def _component(path: Path, options: Options) -> Component:
    """Return what another picture carries; damaged credentials in it are refused like those of the picture itself."""
    with _opened(path) as stream:
        past = history(path, stream, replace(options, drop_history=False))
    return Component(path, has_manifest=past.parent is not None)


def _write(work: _Work, credential: Credential) -> tuple[Verification, tuple[Note, ...]]:
    options, goal = work.options, work.goal
    in_place = options.in_place and not goal.sidecar
    with (
        _folders(goal.path.parent, wanted=options.store is not None),
        replacing(
            goal.path, source=work.asset, overwrite=options.overwrite, in_place=in_place, spared=options.spared
        ) as pending,
    ):
        store, notes = _signed(work, credential, None if goal.sidecar else pending.stream)
        stamped = bool(options.tsa_url) and not notes
        if goal.sidecar:
            pending.stream.write(store)
        pending.stream.flush()
        if not goal.sidecar:
            _prove(work, pending.stream)
        found = audit(
            work.asset if goal.sidecar else pending.path,
            sidecar=pending.path if goal.sidecar else None,
            store=store,
            plan=work.plan,
            credential=credential,
            identity=options.identity,
            parent=None if options.drop_history else work.past.parent,
            stamped=stamped,
            options=options,
        )
    if work.past.store is not None and in_place:
        notes += (Note("sign.old_sidecar", (("name", work.asset.name),)),)
    if not stamped:
        notes += (Note("sign.until", (("day", credential.not_after.date().isoformat()),)),)
    return replace(found, name=(work.asset if goal.sidecar else goal.path).name, name_suggests=""), notes


@contextmanager
def _folders(folder: Path, *, wanted: bool) -> Iterator[None]:
    """Make *folder* in a store, and take what stays empty out again."""
    if not wanted:
        yield
        return
    above = [folder, *folder.parents[:3]]  # down to the store itself
    made = [one for one in above if not one.exists()]
    try:
        for one in reversed(made):
            one.mkdir(exist_ok=True)
    except OSError as exc:
        raise OutputError(plain(above[-1].name), f"cannot be written ({exc.strerror})", "name another --store") from exc
    try:
        yield
    finally:
        for one in made:
            with suppress(OSError):  # it is not empty: then it stays
                one.rmdir()


def _signed(work: _Work, credential: Credential, destination: BinaryIO | None) -> tuple[bytes, tuple[Note, ...]]:
    """Sign into *destination*; without a stamp, where that is allowed and there is none to be had."""
    url = work.options.tsa_url
    if not url:
        return _embedded(work, credential, destination, None), ()
    try:
        return _embedded(work, credential, destination, url), ()
    except TimeStampError as exc:
        if not work.options.tsa_optional:
            raise
        if destination is not None:
            destination.seek(0)
            destination.truncate()
        return _embedded(work, credential, destination, None), (Note("sign.not_stamped", (("problem", str(exc)),)),)


def _embedded(work: _Work, credential: Credential, destination: BinaryIO | None, tsa_url: str | None) -> bytes:
    return embed(
        work.plan,
        kind=work.kind,
        source=work.carried.source,
        destination=destination,
        credential=credential,
        context=_context(work.options.trust),
        identity=work.options.identity,
        tsa_url=tsa_url,
        parent=work.original,
        unread_parent=work.options.drop_history and work.past.parent is not None,
        stores=_stores(work),
    )


def _stores(work: _Work) -> Mapping[str, bytes]:
    """Return the manifest stores that lie beside the ingredients."""
    found = {}
    for ingredient in work.plan.ingredients:
        store = work.past.store if ingredient.path is None else _store_beside(ingredient.path, work.options)
        if store is not None:
            found[ingredient.label] = store
    return found


def _store_beside(path: Path, options: Options) -> bytes | None:
    with _opened(path) as stream:
        if prescan(stream, options.limits).store is not None:
            return None
    beside = find(path, options.limits, store=options.store)
    return beside.store if beside.found else None


def _prove(work: _Work, result: BinaryIO) -> None:
    """Prove, without decoding, that the picture and its metadata are what they were.

    Raises:
        AssetError: if they are not.
    """
    late = work.past.scan.store is not None  # else the walk has looked for one behind the scans, and found none
    changed = difference(work.carried.source, result, work.kind, late=late)
    if not changed and work.carried.edited:
        changed = picture_difference(work.source, result, work.kind, late=late)
    if changed:
        raise AssetError(
            plain(work.asset.name),
            f"would not be the same after signing ({plain(changed)})",
            "sign it beside itself with --sidecar",
        )


@lru_cache(maxsize=2)
def _context(trust: Trust) -> Any:
    return writing_context(Anchors.of(trust))
