"""What a child says of a group of files: their facts, packed. Light, and nothing in it is believed beyond its type.

The files of one studio differ in little. Of their facts, what is the same for many travels and is kept once (the
*common* part, as text); what differs in each stands beside it (`VARYING`). `facts_of` puts both together again.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from json.encoder import encode_basestring_ascii
from typing import Any

from provenance.plain import MACHINE, plain
from provenance.policy.facts import Facts, to_dict
from provenance.record import dataclass
from provenance.worker import codec

VARYING = ("name", "size", "sha256", "time")
NO_PICTURE = ""  # the common part of what is left out: its content is no picture
_KEPT = 2048  # common parts that are kept unpacked
_ANY = 1 << 24  # characters
_dump = json.JSONEncoder(separators=(",", ":"), sort_keys=True).encode


@dataclass(frozen=True, slots=True)
class Found:
    """One file, or why it could not be looked at."""

    common: int = -1  # number of its common part within the group; -1: only the sums were asked for
    size: int = 0
    sha256: str = ""
    sidecar: str = ""  # SHA-256 of the credentials that lie beside it
    time: str = ""
    until: int = 0  # seconds since 1970: the first moment at which something else might be found; 0: do not keep it
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The files of one message, in its order."""

    commons: tuple[str, ...] = ()
    found: tuple[Found, ...] = ()
    trust: str = ""  # fingerprint of what the child trusted


@dataclass(frozen=True, slots=True)
class Known:
    """Facts, packed."""

    common: str
    size: int
    sha256: str
    time: str = ""
    facts_sha256: str = ""  # `digest` of them


def known_of(common: str, found: Found) -> Known:
    """Return what is known of one file, with the sum of its facts."""
    size, sha256, time = found.size, found.sha256, found.time
    return Known(common, size, sha256, time, "" if common == NO_PICTURE else digest(common, size, sha256, time))


def packed(facts: Facts) -> str:
    """Return the common part of *facts*."""
    found = codec.encode(facts)
    for name in VARYING:
        found.pop(name, None)
    return _dump(found)


def facts_of(known: Known, name: str) -> Facts:
    """Return the facts of the file *name*.

    Raises:
        CodecError: if its common part is none.
    """
    return codec.decode(Facts, _parsed(known.common) | _varying(known, name))


def digest(common: str, size: int, sha256: str, time: str) -> str:
    """Return the SHA-256 of the facts, the one of `policy.facts.digest`, without making them.

    Raises:
        CodecError: if *common* is no common part.
    """
    written = {"size": str(size), "sha256": encode_basestring_ascii(sha256), "time": encode_basestring_ascii(time)}
    line = [written.get(one, one) for one in _pieces(common)]  # as `json.dumps` would, without the way there
    return hashlib.sha256("".join(line).encode("ascii")).hexdigest()


def _varying(known: Known, name: str) -> dict[Any, Any]:
    return {"name": plain(name, limit=MACHINE), "size": known.size, "sha256": known.sha256, "time": known.time}


@lru_cache(maxsize=_KEPT)
def _pieces(common: str) -> tuple[str, ...]:
    """Return the facts as their line of JSON, with the names of what varies in between."""
    base = codec.decode(Facts, _parsed(common) | {"name": "", "size": 0})
    pieces: list[str] = []
    text = ""
    for name, value in to_dict(base).items():
        text += f"{', ' if pieces or text else '{'}{json.dumps(name)}: "
        if name in VARYING and name != "name":  # that is no part of it
            pieces += [text, name]
            text = ""
        else:
            text += json.dumps(value)
    return (*pieces, text + "}")


def _parsed(common: str) -> dict[str, Any]:
    try:
        found = json.loads(common)
    except (ValueError, RecursionError) as exc:
        raise codec.CodecError("not JSON") from exc
    if not isinstance(found, dict) or any(name in found for name in VARYING):
        raise codec.CodecError("no common part of facts")
    return found


@lru_cache(maxsize=_KEPT)
def cleaned(common: str) -> str:
    """Return the common part with every string sanitised once more: the child may not have been ours any longer.

    Raises:
        CodecError: if it is none.
    """
    if common == NO_PICTURE:
        return common
    found = _parsed(common)
    facts_of(Known(common, 0, ""), "")
    clean = {name: _clean(value) for name, value in found.items()}
    return common if clean == found else _dump(clean)


def _clean(value: Any) -> Any:
    if isinstance(value, list):
        return [_clean(one) for one in value]
    return plain(value, limit=_ANY) if isinstance(value, str) else value
