"""The statement put into the picture's own EXIF, IPTC and XMP, before it is signed (metadata.md §3).

The order is the point: traces of AI tools are read from the picture as the artist exported it; what is private goes
where that is asked for; the statement is written; the file is read again, and ``cawg.metadata`` is made from the XMP
that stands there then. Nothing is written to disk here: the result is a view of the picture with edits in it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

from provenance.container.model import Kind
from provenance.container.source import Source
from provenance.container.walk import lay_out
from provenance.declaration.model import Declaration
from provenance.errors import AssetError, OutputError
from provenance.metadata import xmp
from provenance.metadata.blocks import LEAVE
from provenance.metadata.carriers import edits
from provenance.metadata.edits import Edit, spliced
from provenance.metadata.fields import PLACES, Node, texts
from provenance.metadata.model import Carrier, Metadata, Private
from provenance.metadata.proposals import conflicts, unsaid
from provenance.metadata.reading import Reading, read
from provenance.metadata.writing import Draft, Row, carriers_of, draft
from provenance.plain import plain
from provenance.record import dataclass
from provenance.signing.credit import properties
from provenance.signing.options import Note, Options

_FIXED = "pixels ("  # `traces.where` of what is hidden there
_OPTIONAL = {"EXIF": Carrier.EXIF, "IPTC": Carrier.IPTC, "Photoshop": Carrier.IPTC}  # by AssetError.where


@dataclass(frozen=True, slots=True)
class Carried:
    """A picture with the statement in it."""

    source: BinaryIO  # the picture as it will be signed
    credit: dict[str, Any]  # ``cawg.metadata``
    before: Metadata  # what its metadata said as it was given to us
    rows: tuple[Row, ...] = ()  # what stands in it now
    stripped: tuple[Private, ...] = ()
    edited: bool = False
    notes: tuple[Note, ...] = ()


def carry(
    asset: Path, source: BinaryIO, kind: Kind, declaration: Declaration, options: Options, *, sidecar: bool
) -> Carried:
    """Return *source* with what *declaration* states in its metadata; as it is, for a sidecar.

    Raises:
        AssetError: if its metadata contradicts the declaration, or cannot be edited.
    """
    name = plain(asset.name)
    wanted = properties(declaration)
    reading = _reading(source, kind, options)
    if not declaration.despite_traces:
        for conflict in conflicts(reading.metadata.traces, declaration):
            raise AssetError(name, conflict.problem, conflict.cure)
    told = _told(asset, reading, declaration)
    private, left = _to_go(asset, reading) if options.strip_private else ((), ())
    told = (*told, *left)
    if sidecar or not options.metadata or not carriers_of(kind):
        notes = (Note("sign.no_metadata"),) if wanted and options.metadata and not options.sidecar else ()
        return Carried(source, stated(wanted), reading.metadata, notes=(*told, *notes))
    made, changed, left = _edited(asset, source, kind, wanted, reading, options, private)
    told = (*told, *left)
    if not changed:
        return Carried(source, stated(reading.properties, made), reading.metadata, made.rows, notes=told)
    result = spliced(source, changed)
    again = _reading(result, kind, options)
    _check(made.rows, again, name)
    return Carried(
        result, stated(again.properties, made), reading.metadata, made.rows, private, edited=True, notes=told
    )


def _to_go(asset: Path, reading: Reading) -> tuple[tuple[Private, ...], tuple[Note, ...]]:
    """Return what is private and can be taken out, and say what cannot: a prompt hidden in the pixels is picture."""
    fixed = [found for found in reading.metadata.private if found.where.startswith(_FIXED)]
    gone = tuple(found for found in reading.metadata.private if found not in fixed)
    notes = (Note("sign.private_left", (("name", asset.name), ("where", one.where))) for one in fixed)
    return gone, tuple(notes)


def _edited(
    asset: Path,
    source: BinaryIO,
    kind: Kind,
    wanted: dict[str, Node],
    reading: Reading,
    options: Options,
    private: tuple[Private, ...],
) -> tuple[Draft, tuple[Edit, ...], tuple[Note, ...]]:
    """Return what is to be written, and the edits that do it.

    EXIF or IPTC that is damaged, or has no room, is left as it is, which is said; XMP states everything, so that
    without it nothing is signed, nor where something private would stay.

    Raises:
        AssetError: if the statement cannot be written.
    """
    name, carriers = plain(asset.name), carriers_of(kind)
    notes: list[Note] = []
    while True:
        try:
            made = draft(wanted, reading, rule=options.conflict, carriers=carriers, without=private)
            return made, edits(Source(source), kind, made.change, reading.blocks, options.limits), tuple(notes)
        except AssetError as exc:
            failed = _OPTIONAL.get(exc.where)
            if failed not in carriers or private:
                own = exc.where == "metadata" or LEAVE in exc.cure
                cure = exc.cure if own else ", or ".join(filter(None, (exc.cure, LEAVE)))
                raise AssetError(f"{name}: {exc.where}", exc.problem, cure) from exc
            carriers = tuple(carrier for carrier in carriers if carrier is not failed)
            values = (("name", asset.name), ("carrier", exc.where), ("problem", exc.problem))
            notes.append(Note("sign.carrier_left", values))


def stated(found: dict[str, Node], made: Draft | None = None) -> dict[str, Any]:
    """Return ``cawg.metadata`` for the properties of *found*, of those that *made* wrote; {} if nothing is stated."""
    names = made.properties if made else tuple(found)
    if not names:
        return {}
    # Through a packet, as a reader of the picture would see it, where the picture itself holds none.
    return xmp.json_ld(found if made else xmp.read(xmp.edited(None, found)), names)


def _reading(source: BinaryIO, kind: Kind, options: Options) -> Reading:
    stream = Source(source)
    return read(stream, kind, lay_out(stream, kind, options.limits, late=False), options.limits)


def _told(asset: Path, reading: Reading, declaration: Declaration) -> tuple[Note, ...]:
    """Say which traces of AI the picture holds that the declaration leaves open, and what would declare them."""
    proposal = unsaid(reading.metadata.traces, declaration)
    if not proposal:
        return ()
    tools = dict.fromkeys(
        f"{said} ({trace.where})" if (said := trace.tool or trace.says) else trace.where
        for trace in reading.metadata.traces
    )
    return (Note("sign.traces", (("name", asset.name), ("tools", ", ".join(tools)), ("command", proposal.command))),)


def _check(rows: tuple[Row, ...], again: Reading, name: str) -> None:
    """Read back what was written; what does not stand there is a fault of ours, and nothing is signed."""
    for row in rows:
        if texts(again.properties, PLACES[row.field]) != row.texts and Carrier.XMP in row.carriers:
            raise OutputError(
                name, f"the {row.field.value} does not read back from XMP", "leave it out, and report this"
            )
