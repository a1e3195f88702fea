"""The one factory of engine Contexts (security S5, T6, C1). Nothing else may build one.

Offline always: no host is allowed, no redirect followed, no remote manifest or OCSP response fetched. The
engine ignores unknown keys and garbage PEM silently (F8), so every key stands here once and every list is
checked before it comes here. A key is never among the settings: signing goes through callbacks (K4).

The engine mixes the purposes of anchors (F7): what it says about trust is never our verdict; `trust` and
`verification` compensate.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import c2pa

from provenance.record import dataclass
from provenance.terms import EKU_MICROSOFT, SIGNING_EKUS
from provenance.trust.model import Purpose, Tier, Trust


@dataclass(frozen=True, slots=True)
class Anchors:
    """PEM texts of trust anchors by purpose, and single claim-signing leaves that a frozen list allows."""

    claim: str = ""
    time_stamp: str = ""
    identity: str = ""
    allowed: str = ""
    interim: bool = False  # the interim list is among them: its signers carry one more purpose

    @classmethod
    def of(cls, trust: Trust) -> Anchors:
        """Return the anchors of everything that *trust* holds."""
        return cls(
            claim=trust.pem(Purpose.CLAIM),
            time_stamp=trust.pem(Purpose.TIME_STAMP),
            identity=trust.pem(Purpose.IDENTITY),
            allowed=trust.allowed,
            interim=any(found.tier is Tier.INTERIM for found in trust.lists),
        )


NO_ANCHORS = Anchors()
DECOMPRESSED_MB = 1  # of a compressed manifest (F2); the engine's own default is 32
STORE_MEMORY_MB = 16  # larger files are kept on disk while signing; halves the engine's peak (engine.md §12)


def reading_context(anchors: Anchors = NO_ANCHORS, *, identities: bool = True) -> c2pa.Context:
    """Return a Context that reads files of strangers under *anchors*."""
    return c2pa.Context.from_dict(_settings(anchors, identities=identities))


def writing_context(anchors: Anchors = NO_ANCHORS) -> c2pa.Context:
    """Return a Context that signs; *anchors* judge the ingredients, whose results are recorded for ever.

    The engine does not verify what it signed: our own verification does, before the rename (W10).
    """
    settings = _settings(anchors, identities=True)
    settings["verify"] |= {"verify_after_sign": False}
    settings["builder"] = {
        "thumbnail": {"enabled": False},
        # Upstream leaves `free` and `skip` boxes out of the hash, where picture data can hide (F6, W7).
        "bmff_hash_exclude_free_and_skip_boxes": False,
        "prefer_box_hash": False,
        # Every assertion says for itself; two cannot: the ingredient, which created actions name, and our thumbnail.
        # Labels without their version: with one they match nothing (engine.md §6).
        "created_assertion_labels": ["c2pa.ingredient", "c2pa.thumbnail.claim"],
        "generate_c2pa_archive": False,
        "auto_timestamp_assertion": {"enabled": False},
        "actions": {
            "auto_created_action": {"enabled": False},
            "auto_opened_action": {"enabled": False},
            "auto_placed_action": {"enabled": False},
        },
    }
    return c2pa.Context.from_dict(settings)


def _settings(anchors: Anchors, *, identities: bool) -> dict[str, Any]:
    return {
        "version": 1,
        "core": {
            "allowed_network_hosts": [],
            "allow_redirects": False,
            "max_decompressed_manifest_size_in_mb": DECOMPRESSED_MB,
            "backing_store_memory_threshold_in_mb": STORE_MEMORY_MB,
            "decode_identity_assertions": identities,
            "prefer_compress_manifests": False,
        },
        "verify": {
            "verify_after_reading": True,
            "verify_trust": True,
            "verify_timestamp_trust": True,
            "ocsp_fetch": False,
            "remote_manifest_fetch": False,
            "skip_ingredient_conflict_resolution": False,
        },
        "trust": {
            # Bare OIDs, one a line: anything else on the line is silently no OID (engine.md §2).
            "trust_config": "\n".join((*SIGNING_EKUS, EKU_MICROSOFT) if anchors.interim else SIGNING_EKUS),
            "anchors": list(_lists(anchors)),
        },
    }


def _lists(anchors: Anchors) -> Sequence[dict[str, str]]:
    found: list[dict[str, str]] = []
    if anchors.claim or anchors.allowed:
        found.append(
            {"trust_anchors": anchors.claim, "trust_kind": "manifest", "trust_uri": "urn:provenance:claim"}
            | ({"allowed_list": anchors.allowed} if anchors.allowed else {})
        )
    if anchors.time_stamp:
        found.append({"trust_anchors": anchors.time_stamp, "trust_kind": "tsa", "trust_uri": "urn:provenance:tsa"})
    if anchors.identity:
        found.append({"trust_anchors": anchors.identity, "trust_kind": "cawg", "trust_uri": "urn:provenance:cawg"})
    return found
