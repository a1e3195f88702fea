"""How to sign, and what came of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import field
from pathlib import Path

from provenance.container.model import Kind, Limits
from provenance.credentials.credential import Credential
from provenance.metadata.writing import Conflict
from provenance.record import dataclass
from provenance.trust.model import NOBODY, Trust
from provenance.verification.model import Verification
from provenance.worker.settings import Settings


@dataclass(frozen=True, slots=True)
class Options:
    """How to sign. The defaults write a new file, keep every history, and reach for no network."""

    output: Path | None = None  # a file, or a folder that exists
    in_place: bool = False
    sidecar: bool = False  # beside the picture, though it could carry the manifest
    store: Path | None = None  # beside the picture in this store, by its bytes, whatever it is called
    embed: bool = False  # inside the picture, though some readers of it will fail (TIFF of several pages)
    wrap: bool = False  # put a naked JPEG XL into its container, which can carry a manifest
    overwrite: bool = False
    spared: Collection[tuple[int, int]] = ()  # files of the same run, which `overwrite` is not about; `files.file_id`
    drop_history: bool = False
    accept_damaged_parent: bool = False
    thumbnail: bool = True
    metadata: bool = True  # say it in the picture's own EXIF, IPTC and XMP, too
    conflict: Conflict = Conflict.REFUSE  # where they say something else already
    strip_private: bool = False  # take location, serial numbers, previews and prompts out first
    tsa_url: str = ""
    tsa_optional: bool = False
    identity: Credential | None = None  # the author's, where somebody else signs for them
    trust: Trust = NOBODY  # by which the ingredients are judged; their results are recorded for ever
    limits: Limits = field(default_factory=Limits)
    worker: Settings = field(default_factory=Settings)  # of the children that parse working files


@dataclass(frozen=True, slots=True)
class Note:
    """Something that the person who signs should be told: the key of a sentence, and its values."""

    key: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Signed:
    """One signed picture, read back and found intact under the credential that signed it."""

    asset: Path
    path: Path  # what was written: the picture, or its sidecar
    kind: Kind
    sidecar: bool
    verification: Verification
    notes: tuple[Note, ...] = ()

    @property
    def manifest(self) -> str:
        """The label of the new manifest."""
        return self.verification.active
