"""What the walk of a file hands on: its kind, where the manifest store lies, and the raw boxes inside it.

Labels and ranges are byte-exact, as they stand in the file (security V5–V7, V10); nothing is verified here.
"""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from provenance.record import dataclass

if TYPE_CHECKING:
    from provenance.container.parts import Layout, Span


class Kind(StrEnum):
    """What a file is, by content. The value is the media type that the engine is told."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    TIFF = "image/tiff"
    GIF = "image/gif"
    AVIF = "image/avif"
    HEIC = "image/heic"
    HEIF = "image/heif"
    DNG = "image/dng"
    SVG = "image/svg+xml"
    JXL = "image/jxl"  # in a container
    JXL_NAKED = "image/x-jxl-codestream"  # cannot carry a manifest; can be wrapped without loss
    BMP = "image/bmp"
    PSD = "image/vnd.adobe.photoshop"
    OPENEXR = "image/x-exr"
    KRITA = "application/x-krita"
    OPENRASTER = "image/openraster"
    C2PA = "application/c2pa"  # a manifest store by itself
    OTHER = "application/octet-stream"

    @property
    def embeds(self) -> bool:
        """Whether a manifest can stand inside; anything else gets a sidecar."""
        return self in EMBEDDABLE


EMBEDDABLE = frozenset(
    {
        Kind.JPEG, Kind.PNG, Kind.WEBP, Kind.TIFF, Kind.GIF, Kind.AVIF, Kind.HEIC, Kind.HEIF, Kind.DNG,
        Kind.SVG, Kind.JXL,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limits:
    """What is refused before the engine sees a file (security P2–P8). Every one can be set in ``config.toml``."""

    chunks: int = 20_000  # segments, chunks, blocks, boxes of the container
    store_bytes: int = 32 * 1024 * 1024
    box_bytes: int = 1024 * 1024  # one CBOR or JSON assertion
    boxes_total_bytes: int = 2 * 1024 * 1024  # all CBOR and JSON of a store
    assertions: int = 500  # per manifest
    manifests: int = 200
    ingredients: int = 200  # per manifest
    boxes: int = 4_000
    depth: int = 16
    decompressed_bytes: int = 1024 * 1024
    label_bytes: int = 512
    actions: int = 5_000
    cbor_items: int = 200_000  # values in all CBOR of a store


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the engine must not, or need not, see this file.

    *code* is ``limit``, where *limit* names the field of `Limits` that was reached, or ``second_store``, ``label``,
    ``duplicate_label``, ``unknown_superbox``, ``compressed``, ``malformed``, ``kind``.
    """

    code: str
    limit: str = ""
    allowed: int = 0
    found: str = ""
    explanation: str = ""

    @property
    def broken(self) -> bool:
        """Whether the store itself is at fault (altered or made to deceive), not our limits (could not check)."""
        return self.code in ("second_store", "label", "duplicate_label", "unknown_superbox", "malformed")


@dataclass(frozen=True, slots=True)
class RawAssertion:
    """One assertion box."""

    label: str
    kind: str  # "cbor" | "json" | "file" | "uuid" | "unknown"
    data: Any  # decoded CBOR or JSON; for "file" {"media_type": …, "size": …}; None if it could not be decoded
    size: int
    error: str = ""  # why it could not be decoded
    content: memoryview | bytes = b""  # what a hash of it is over: the superbox without its own header


@dataclass(frozen=True, slots=True)
class RawSignature:
    """The COSE_Sign1 of a claim or an identity assertion, taken apart, nothing verified."""

    algorithm: int | str | None = None
    certificates: tuple[bytes, ...] = ()  # DER, leaf first
    time_stamps: tuple[bytes, ...] = ()  # RFC 3161 tokens (DER)
    ocsp: tuple[bytes, ...] = ()
    content_type: str = ""
    payload: bytes | None = None
    nonzero_padding: int = 0  # bytes of `pad`/`pad2` that are not zero (security V7)
    error: str = ""
    protected: bytes = b""  # the header that is signed, as it stands there
    signature: bytes = b""


@dataclass(frozen=True, slots=True)
class RawManifest:
    """One manifest box of the store."""

    label: str
    claim_label: str  # "c2pa.claim" | "c2pa.claim.v2" | "" if absent
    claim: dict[str, Any]
    assertions: tuple[RawAssertion, ...]
    signature: RawSignature
    update: bool = False
    compressed: bool = False
    errors: tuple[str, ...] = ()
    claim_bytes: bytes = b""  # what the signature is over

    def assertion(self, label: str) -> RawAssertion | None:
        return next((found for found in self.assertions if found.label == label), None)


@dataclass(frozen=True, slots=True)
class Prescan:
    """The result of walking a file. With `refusals` the engine is not asked."""

    kind: Kind
    size: int
    store: bytes | None = None
    store_spans: tuple[Span, ...] = ()  # the manifest's container in the file, chunk headers included
    manifests: tuple[RawManifest, ...] = ()  # in file order; the last one is the active one
    remote_url: str = ""  # dcterms:provenance in XMP
    refusals: tuple[Refusal, ...] = ()
    damage: tuple[str, ...] = ()  # the container itself is odd (truncated, trailing bytes …); not a refusal
    frames: int = 1  # pages of a TIFF
    unread: bool = False  # a manifest store stands in a kind of file that is not walked here (video, sound, PDF)
    layout: Layout | None = None  # the walk itself, for whoever needs it next; None for a store alone


@dataclass(frozen=True, slots=True)
class Uncovered:
    """What the hard binding of the active manifest leaves out (security V5–V7)."""

    checked: bool
    excluded: tuple[tuple[int, int, str], ...] = ()  # (start, length, what), not exactly the manifest
    pixels_exposed: bool = False
    unsigned: tuple[tuple[int, int, str], ...] = field(default=())
    missing_binding: bool = False  # V8: no hard binding at all
