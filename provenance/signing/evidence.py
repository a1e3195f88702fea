"""Working files as ingredients: their hash and their facts are signed, their names are not.

Each is an input of the picture (``inputTo``). The engine keeps nothing of a file whose format it does not know,
so hash and facts stand in the ingredient's own metadata; credentials that a working file carries go along.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from provenance.container.model import Kind
from provenance.container.opening import opened
from provenance.engine.read import read
from provenance.errors import AssetError, OutputError
from provenance.metadata.evidence.model import Facts, SourceKind
from provenance.metadata.evidence.signed import as_metadata
from provenance.plain import plain
from provenance.record import dataclass
from provenance.signing.files import same
from provenance.signing.history import history
from provenance.signing.options import Note, Options
from provenance.signing.plan import PlannedIngredient
from provenance.terms import SIGNER_UNTRUSTED, Relationship
from provenance.verification.model import Manifest

ZIP = "application/x-zip"  # what the engine calls an archive that it can read (metadata.md §6)
_BY_CONTENT = frozenset({SourceKind.PICTURE, SourceKind.DNG})


@dataclass(frozen=True, slots=True)
class Evidence:
    """Working files, ready to be signed."""

    ingredients: tuple[PlannedIngredient, ...] = ()
    notes: tuple[Note, ...] = ()


def evidence(paths: Sequence[str], asset: Path, *, options: Options, context: Any) -> Evidence:
    """Return *paths*, the working files of *asset*, as ingredients; what they hold is parsed in a child.

    Raises:
        AssetError: if one cannot be read, is the picture itself, or carries credentials that are damaged.
        WorkerError: if no child can be started.
    """
    files = [Path(path) for path in dict.fromkeys(paths)]
    for path in files:
        if same(path, asset):
            raise AssetError(plain(path.name), "is the picture itself, not what it was made from", "leave it out")
    from provenance.metadata.evidence.files import facts_of  # here: few sign working files, and it loads the pool

    made = list(_made(files, facts_of(files, settings=options.worker), options=options, context=context))
    return Evidence(tuple(one for one, _ in made), tuple(note for _, notes in made for note in notes))


def _made(
    files: Iterable[Path], found: Iterable[Facts], *, options: Options, context: Any
) -> Iterator[tuple[PlannedIngredient, tuple[Note, ...]]]:
    for number, (path, facts) in enumerate(zip(files, found, strict=True), 1):
        notes = tuple(
            Note("sign.evidence_problem", (("name", path.name), ("problem", problem))) for problem in facts.problems
        )
        if facts.traces:
            notes += (Note("sign.evidence_traces", (("name", path.name), ("tools", ", ".join(facts.traces)))),)
        with _opened(path) as stream:
            # Refuses what is empty, a sidecar, or carries credentials that do not hold.
            carries = history(path, stream, options).parent is not None
            told = _told(facts, path, stream, options=options, context=context)
        if facts.own_manifest and told == Kind.OTHER.value:
            notes += (Note("sign.evidence_unread", (("name", path.name),)),)
        label = f"evidence-{number}"
        definition = {
            "relationship": Relationship.INPUT_TO.value,
            "label": label,
            "format": facts.media_type,
            "metadata": as_metadata(facts),
        }
        carries = carries or told not in ("", Kind.OTHER.value)
        yield PlannedIngredient(label, Relationship.INPUT_TO, path, definition, told, carries), notes


def _opened(path: Path) -> BinaryIO:
    try:
        return opened(path)
    except OSError as exc:
        raise AssetError(plain(path.name), "cannot be read") from exc


def _told(facts: Facts, path: Path, stream: BinaryIO, *, options: Options, context: Any) -> str:
    """Return the media type that the engine is told: one that it reads only where there is something to read."""
    if facts.kind in _BY_CONTENT:
        return ""
    if not facts.own_manifest:
        return Kind.OTHER.value
    kind = facts.media_type if facts.kind is SourceKind.VIDEO else ZIP
    stream.seek(0)
    found = read(stream, kind, context)
    if found.failed:  # it packs its archive in a way that the engine does not read
        return Kind.OTHER.value
    codes = {str(one.get("code")) for one in found.results.get("activeManifest", {}).get("failure", ())}
    if (broken := codes - {SIGNER_UNTRUSTED}) and not options.accept_damaged_parent:
        raise AssetError(
            plain(path.name),
            f"carries credentials that are damaged ({plain(', '.join(sorted(broken)))})",
            "name an undamaged copy, or keep them as they are with --accept-damaged-parent",
        )
    return kind


def audit(written: Manifest, planned: Sequence[PlannedIngredient]) -> None:
    """Check that what was signed holds the facts of every working file, exactly.

    Raises:
        OutputError: if it does not.
    """
    there = [dict(one.metadata) for one in written.ingredients if one.relationship == Relationship.INPUT_TO]
    for one in planned:
        wanted = one.definition.get("metadata", {})
        if wanted and not any(wanted.items() <= found.items() for found in there):
            problem = "does not pass our own check: it lacks what a working file told"
            raise OutputError("signed picture", problem, "nothing was written")
