"""Facts of files that differ in nothing a report looks at are derived once.

The pictures of one export carry the same statement by the same signer. What tells their verifications apart is the
file's name, size and sum, the moment, and the random part of manifests' labels. Facts depend on none of these beyond
`found.VARYING`: labels are only compared with each other, so that files which are the same but for the random parts
have the same facts, unless a random part stands in the facts themselves.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from provenance.batch.found import packed
from provenance.policy.deriving import facts_of
from provenance.report.names import shown
from provenance.verification.model import Verification
from provenance.worker import codec

_RANDOM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_KEPT = 256
_dump = json.JSONEncoder(separators=(",", ":")).encode
_kept: dict[str, str] = {}


def common_of(verification: Verification, *, now: datetime) -> str:
    """Return the common part of the facts of a file, and derive it only if no such file was met before."""
    encoded = codec.encode(verification)
    for name in ("name", "size", "sha256"):
        encoded.pop(name, None)
    encoded.get("environment", {}).pop("checked_at", None)
    for manifest in encoded.get("manifests", ()):
        manifest.pop("instance_id", None)
        if manifest["time"].get("value"):
            manifest["time"]["value"] = "-"
    random = _random_parts(verification)
    key = _dump(encoded)
    for number, part in enumerate(random):
        key = key.replace(part, f"\0{number}\0")  # JSON holds no such character
    if (kept := _kept.get(key)) is not None:
        return kept
    common = packed(facts_of(verification, now=now))
    if not any(part in common for part in random):
        if len(_kept) >= _KEPT:
            _kept.clear()
        _kept[key] = common
    return common


def time_of(verification: Verification) -> str:
    """Return the time of signing, as it stands in the facts."""
    active = verification.active_manifest
    return shown(active.time.value) if active else ""


def _random_parts(verification: Verification) -> list[Any]:
    found = (_RANDOM.search(manifest.label) for manifest in verification.manifests)
    return list(dict.fromkeys(match[0] for match in found if match))
