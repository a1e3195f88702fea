"""One picture -> a smaller, cut or converted copy of it that keeps its chain: signed, with the source as its parent.

* The picture is decoded and encoded in a child (`rendering`); its EXIF, IPTC and XMP go over by our own editor
  (`metadata.inherited`); then the copy is signed as any picture is (`sign`), so that all its checks hold here too.
* The source is the parent, with the credentials it has; one that is damaged is refused as `sign` refuses it, and one
  that has none is opened as a picture of unknown history.
* What was done is recorded, not entered: each action says so. Nothing is stated about how the picture was made: that
  stands in the chain, and AI in it stays visible there.
* The history is called complete where the parent's is known: this program did nothing else.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from provenance.container.kinds import extensions, right_name, suggested
from provenance.container.model import Kind
from provenance.container.opening import opened
from provenance.container.source import Source
from provenance.container.walk import lay_out
from provenance.credentials.credential import Credential
from provenance.declaration.model import Declaration
from provenance.declaration.parts import Basis, Ingredient, Part, Step
from provenance.errors import AssetError, OutputError
from provenance.metadata.inherited import TARGETS, inherited, taking_over
from provenance.metadata.reading import Reading, read
from provenance.plain import plain
from provenance.record import dataclass
from provenance.signing.colours import described, with_chunks
from provenance.signing.files import same
from provenance.signing.geometry import Crop, Resize, in_proportion
from provenance.signing.history import History, history
from provenance.signing.options import Note, Options
from provenance.signing.rendering import ENCODERS, QUALITIES, Rendered, rendered
from provenance.signing.sign import sign
from provenance.verification.model import Verification

_ASIDE = frozenset({"until", "traces", "not_stamped"})  # of the notes about a signature, those that are true here


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is made of a picture."""

    crop: Crop | None = None
    resize: Resize | None = None
    kind: Kind | None = None  # None: what the name of the target says, else what the source is
    quality: int = 0  # 1 to 100; 0: what is usual for the format
    srgb: bool = False  # colours converted to sRGB; else they stay in their profile


@dataclass(frozen=True, slots=True)
class Derived:
    """One derivative, read back and found intact under the credential that signed it."""

    source: Path
    path: Path
    kind: Kind
    size: tuple[int, int]
    actions: tuple[str, ...]  # that were recorded, after ``c2pa.opened``
    verification: Verification
    notes: tuple[Note, ...] = ()


def derive(
    source: Path,
    target: Path,
    recipe: Recipe,
    *,
    credential: Credential,
    options: Options,
    taken: Collection[Path] = (),
) -> Derived:
    """Make of *source* what *recipe* says, sign it with *credential*, and write it to *target*, a file or a folder.

    Of *options*, what says where and how to write is not heeded: the output is *target*, the credentials stand inside.

    Args:
        taken: files that must not be written over, whatever *options* allow; *source* is one always.

    Raises:
        AssetError, CredentialError, EngineError, OutputError, TimeStampError, WorkerError: by what is wrong. Nothing
            was written then.
    """
    name = plain(source.name)
    with _opened(source) as stream:
        stamp = _stamp(source)
        past = history(source, stream, replace(options, drop_history=False))
        kind = past.scan.kind
        goal, wanted = _goal(source, target, recipe, kind, taken)
        if goal.exists() and not options.overwrite:
            cure = "allow it with --overwrite, or choose another name"
            raise OutputError(plain(goal.name), "exists already", cure)
        layout = lay_out(Source(stream), kind, options.limits)
        reading = read(Source(stream), kind, layout, options.limits)
        colours = described(Source(stream), kind, layout, options.limits)
    if recipe.quality and wanted not in QUALITIES:
        raise OutputError("--quality", f"{wanted.value} has none: nothing is lost in it", "leave it out")
    with TemporaryDirectory(prefix="provenance-") as folder:
        bare, copy = Path(folder) / "bare", Path(folder) / goal.name
        done = rendered(
            source,
            bare,
            wanted,
            crop=recipe.crop,
            resize=recipe.resize,
            quality=recipe.quality,
            srgb=recipe.srgb,
            settings=options.worker,
        )
        kept = colours.chunks if wanted is Kind.PNG and not done.converted else b""
        lost = _with_metadata(source, kind, reading, bare, wanted, copy, done, options, kept)
        stripped = options.strip_private and bool(reading.metadata.private)
        if _stamp(source) != stamp:
            raise AssetError(name, "was changed while it was being read", "try again")
        steps = tuple(_steps(kind, wanted, recipe, done, stripped=stripped))
        said = _declaration(source, steps, past)
        how = replace(options, output=goal, in_place=False, sidecar=False, embed=False, drop_history=False)
        signed = sign(copy, said, credential=credential, options=how)
    notes = (*past.notes, *_notes(name, kind, recipe, done, lost), *_traces(name, reading, past))
    if not kept and (gone := colours.beside_profile if done.profiled else colours.lost):
        notes = (*notes, Note("derive.colours", (("name", name), ("what", ", ".join(gone)))))
    aside = tuple(one for one in signed.notes if one.key.removeprefix("sign.") in _ASIDE and one not in notes)
    return Derived(
        source,
        signed.path,
        wanted,
        (done.size[0], done.size[1]),
        tuple(step.c2pa_action for step in steps),
        signed.verification,
        (*notes, *(one for one in aside if one.key != "sign.traces")),
    )


def _opened(path: Path) -> BinaryIO:
    try:
        return opened(path)
    except OSError as exc:
        raise AssetError(plain(path.name), "cannot be read") from exc


def _stamp(path: Path) -> tuple[int, ...]:
    found = path.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _goal(source: Path, target: Path, recipe: Recipe, kind: Kind, taken: Collection[Path]) -> tuple[Path, Kind]:
    """Return what is written, and in which format; never the source itself."""
    inside = target.is_dir()
    wanted = recipe.kind or (None if inside else suggested(target.name)) or kind
    if wanted not in TARGETS or wanted not in ENCODERS:
        known = ", ".join(sorted(extensions(one)[0].removeprefix(".") for one in ENCODERS))
        raise OutputError(plain(target.name if not inside else source.name), f"{wanted.value} is not written", known)
    goal = target / right_name(source.name, wanted) if inside else target
    if same(goal, source):
        raise OutputError(plain(goal.name), "is the picture itself, which is never written over", "choose another name")
    if os.path.lexists(goal) and any(same(goal, one) for one in taken):
        problem = "is one of the pictures, or a copy of another of them"
        raise OutputError(plain(goal.name), problem, "choose another folder, or rename one of them")
    return goal, wanted


def _with_metadata(
    source: Path,
    kind: Kind,
    reading: Reading,
    bare: Path,
    wanted: Kind,
    copy: Path,
    done: Rendered,
    options: Options,
    colours: bytes,
) -> tuple[str, ...]:
    """Write *bare* with what it takes over of *source* to *copy*; return what it does not, by name.

    Args:
        colours: chunks of a PNG that describe them.
    """
    with _opened(source) as stream, bare.open("rb") as encoded, copy.open("wb") as out:
        plain_copy = with_chunks(encoded, colours)
        size = (done.size[0], done.size[1])
        taken = inherited(stream, kind, reading, target=wanted, size=size, limits=options.limits)
        try:
            whole = taking_over(plain_copy, wanted, taken, options.limits, origin=stream)
        except AssetError as exc:
            raise AssetError(plain(source.name), f"{exc.where} {exc.problem}", "take another format") from exc
        whole.seek(0)
        shutil.copyfileobj(whole, out)
    copy.chmod(stat.S_IMODE(source.stat().st_mode) | stat.S_IWUSR | stat.S_IRUSR)
    return taken.lost


# --- what is stated ------------------------------------------------------------------------------------------------
def _declaration(source: Path, steps: tuple[Step, ...], past: History) -> Declaration:
    return Declaration(
        steps=steps,
        ingredients=(Ingredient(path=str(source), relationship=Part.PARENT),),
        history_complete=past.parent is not None and not past.damaged and not past.scan.remote_url,
    )


def _steps(kind: Kind, wanted: Kind, recipe: Recipe, done: Rendered, *, stripped: bool) -> Iterator[Step]:
    """Yield what was done, in its order, in the words of the standard (C2PA 2.4 §actions)."""
    if done.turned:
        yield _step("c2pa.orientation")
    if recipe.crop is not None and (recipe.crop.width, recipe.crop.height) != tuple(done.upright):
        yield _step("c2pa.cropped")
    before = (recipe.crop.width, recipe.crop.height) if recipe.crop else (done.upright[0], done.upright[1])
    after = (done.size[0], done.size[1])
    if after != before:
        yield _step("c2pa.resized.proportional" if in_proportion(before, after) else "c2pa.resized")
    if done.flattened:
        yield _step("c2pa.edited", "transparent parts put on white")
    if stripped:
        yield _step("c2pa.edited.metadata")
    colours = "colours converted to sRGB" if done.converted else None
    yield _step("c2pa.transcoded" if wanted is kind else "c2pa.converted", colours)


def _step(action: str, description: str | None = None) -> Step:
    return Step(action=action, description=description, basis=Basis.RECORDED)


# --- what is told --------------------------------------------------------------------------------------------------
def _notes(name: str, kind: Kind, recipe: Recipe, done: Rendered, lost: tuple[str, ...]) -> Iterator[Note]:
    named = ("name", name)
    before = (recipe.crop.width, recipe.crop.height) if recipe.crop else tuple(done.upright)
    if recipe.resize is not None and before == tuple(done.size):
        yield Note("derive.same_size", (named,))
    if done.flattened:
        yield Note("derive.flattened", (named,))
    if done.reduced:
        yield Note("derive.reduced", (named,))
    if done.others:
        yield Note("derive.others", (named, ("number", str(done.others))))
    if lost:
        yield Note("derive.lost", (named, ("what", "; ".join(lost))))


def _traces(name: str, reading: Reading, past: History) -> Iterator[Note]:
    """Say which traces of AI stand in a source that states nothing: its copy may lose them, and states no more."""
    traces = reading.metadata.traces
    if traces and past.parent is None:
        tools = ", ".join(dict.fromkeys(f"{trace.tool} ({trace.where})" for trace in traces))
        yield Note("derive.traces", (("name", name), ("tools", tools)))
