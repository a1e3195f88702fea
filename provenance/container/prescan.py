"""The walk of a file before the engine sees it: kind, manifest store, raw boxes, refusals (security P1–P8)."""

from __future__ import annotations

import base64
import binascii
from typing import BinaryIO

from provenance.container import gif, heif, jumbf, xmp
from provenance.container.kinds import sniff_source
from provenance.container.model import Kind, Limits, Prescan, RawManifest, Refusal
from provenance.container.parts import Coding, Layout, Placed, Span
from provenance.container.source import MalformedError, Source, StoppedError, over
from provenance.container.walk import lay_out

DEFAULT = Limits()
_STORE = b"jumdc2pa\x00\x11\x00\x10"  # how a manifest store begins, after two lengths and one name
_CARRY_STORES = (b"RIFF", b"ID3", b"%PDF", b"OTTO", b"\x00\x01\x00\x00")  # C2PA 2.4 App. A; BMFF is told by its box


def prescan(stream: BinaryIO, limits: Limits = DEFAULT) -> Prescan:
    """Walk the file in *stream*, reading headers and the manifest store only.

    Never raises for what stands in the file. With `refusals`, the engine must not be asked.
    """
    source = Source(stream)
    kind = sniff_source(source)
    if kind is Kind.C2PA:
        if source.size > limits.store_bytes:
            refusal = over("store_bytes", limits.store_bytes, source.size, "bytes of the manifest store").refusal
            return Prescan(kind, source.size, refusals=(refusal,))
        return prescan_store(source.read(0, source.size), limits)
    try:
        layout = lay_out(source, kind, limits)
    except StoppedError as stop:
        return Prescan(kind, source.size, refusals=(stop.refusal,))
    damage = list(layout.damage)
    refusals: tuple[Refusal, ...] = ()
    store: bytes | None = None
    manifests: tuple[RawManifest, ...] = ()
    packets: tuple[bytes, ...] = ()
    try:
        packets = xmp_packets(source, kind, layout, limits, damage)
        store, manifests = _stores(source, layout, limits, damage)
    except StoppedError as stop:
        refusals = (stop.refusal,)
    except MalformedError as problem:
        refusals = (Refusal("malformed", explanation=str(problem)),)
    if not refusals and _lost(source, kind, layout, limits):
        refusals = (Refusal("malformed", explanation="the file is damaged where its manifest store lies"),)
    return Prescan(
        kind,
        source.size,
        store=store,
        store_spans=tuple(span for placed in layout.stores for span in placed.spans),
        manifests=manifests,
        remote_url=_remote(packets),
        refusals=refusals,
        damage=tuple(damage),
        frames=layout.frames,
        unread=kind is Kind.OTHER and _unread(source, limits),
        layout=layout,
    )


def _unread(source: Source, limits: Limits) -> bool:
    """Whether a video, sound, PDF or font holds a manifest store of its own: that is not "no credentials", either."""
    head, most = source.read(0, 12), limits.store_bytes
    if not head.startswith(_CARRY_STORES) and head[4:8] != b"ftyp":
        return False
    if source.find(_STORE, 0, min(source.size, most)) >= 0:
        return True
    return source.size > most and source.find(_STORE, max(most, source.size - most) - len(_STORE), source.size) >= 0


def _lost(source: Source, kind: Kind, layout: Layout, limits: Limits) -> bool:
    """Whether a damaged file holds a manifest store that the walk did not reach: not "no credentials" (V2)."""
    if layout.stores or layout.complete:
        return False
    if kind is Kind.SVG:  # there it is text, and began
        return True
    return source.find(_STORE, 0, min(source.size, limits.store_bytes)) >= 0


def prescan_store(data: bytes, limits: Limits = DEFAULT) -> Prescan:
    """Walk a manifest store that stands by itself: a sidecar."""
    whole = (Span(0, len(data)),)
    try:
        manifests = jumbf.read(data, limits)
    except StoppedError as stop:
        return Prescan(Kind.C2PA, len(data), store=data, store_spans=whole, refusals=(stop.refusal,))
    return Prescan(Kind.C2PA, len(data), store=data, store_spans=whole, manifests=manifests)


def _stores(
    source: Source, layout: Layout, limits: Limits, damage: list[str]
) -> tuple[bytes | None, tuple[RawManifest, ...]]:
    """Return the store and its manifests; BMFF keeps an update manifest in a box of its own."""
    if not layout.stores:
        return None, ()
    stores = [collect(source, placed, limits) for placed in layout.stores]
    for data in stores:
        if (extra := len(data) - jumbf.length(data)) > 0:
            damage.append(f"{extra} bytes follow the manifest store inside its box")
    manifests = tuple(manifest for data in stores for manifest in jumbf.read(data, limits))
    store = jumbf.joined(stores)
    if len(stores) > 1:
        jumbf.read(store, limits)  # the limits, and that no label stands twice, hold for both together
    return store, manifests


def collect(source: Source, placed: Placed, limits: Limits) -> bytes:
    """Return the bytes of the store that is *placed* in the file.

    Raises:
        StoppedError: beyond the limit.
        MalformedError: if the file ends before, or the text is not base64.
    """
    size = sum(body.length for body in placed.bodies)
    if placed.coding is Coding.BASE64:
        size = size * 3 // 4
    if size > limits.store_bytes:
        raise over("store_bytes", limits.store_bytes, size, "bytes of the manifest store")
    data = b"".join(source.take(body.start, body.length, "the manifest store") for body in placed.bodies)
    if placed.coding is Coding.SUB_BLOCKS:
        return gif.joined(data)
    if placed.coding is Coding.PLAIN:
        return data
    try:
        return base64.b64decode(b"".join(data.split()), validate=True)
    except binascii.Error:
        raise MalformedError("the manifest store is not base64") from None


def xmp_packets(
    source: Source, kind: Kind, layout: Layout, limits: Limits, damage: list[str], *, most: int = xmp.PACKET
) -> tuple[bytes, ...]:
    """Return the beginnings of the XMP packets of the file; what is wrong with the boxes joins *damage*.

    Raises:
        StoppedError: beyond a limit.
    """
    spans = layout.xmp
    if kind in heif.KINDS:
        try:
            found = heif.meta(source, layout.parts, limits)
        except MalformedError as problem:
            damage.append(str(problem))
        else:
            spans += heif.packets(found)
            damage.extend(heif.contradiction(found, kind))
    return xmp.packets(source, spans, layout.packed_xmp, most=most)


def _remote(packets: tuple[bytes, ...]) -> str:
    """Return where the manifest is said to be; claim version 1 also wrote the address of the embedded one there."""
    url = xmp.remote_url(packets)
    return "" if url.startswith("self#") else url
