"""What the files of a web site say about one path: ``robots.txt`` and ``/.well-known/tdmrep.json``.

* Both match a path from its beginning, with ``*`` for anything and ``$`` for the end; of the rules that match, the
  longest counts, and of several as long the strictest (RFC 9309 §2.2.2; TDMRep 1.0).
* In robots.txt, the groups for every agent and for the given one count; one for another agent does not. What stands
  before any group is meant for all. ``Disallow`` says who may fetch a file, and nothing about AI.
* Without the address of the picture, only rules for the whole site can be applied.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from provenance.permissions.channels import MOST, SHOWN, is_agent, preferences, reservation, signals
from provenance.permissions.model import Channel, Said
from provenance.record import dataclass

FILE = 512 * 1024  # characters of a file; RFC 9309 asks for at least 500 KiB
RULES = 5_000
_PATTERN = _PATH = 2_048
_READERS = {"content-usage": preferences, "content-signal": signals}
_NAMES = {"content-usage": "Content-Usage", "content-signal": "Content-Signal"}
_EVERYWHERE = frozenset({"", "/", "*", "/*"})


@dataclass(frozen=True, slots=True)
class _Rule:
    length: int  # of its pattern: the longer, the more specific
    said: Said


def path_of(url: str) -> str:
    """Return the path of *url*, with its query; "" if there is none to be had."""
    try:
        parts = urlsplit(url.strip()[:MOST])
    except ValueError:
        return ""
    if not parts.path and not parts.netloc:
        return ""
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def matches(pattern: str, path: str) -> bool:
    """Whether *pattern* matches *path* from its beginning: ``*`` is anything, ``$`` behind it the end of the path."""
    pattern, path = pattern[:_PATTERN], unquote(path[:_PATH])
    anchored = pattern.endswith("$")
    first, *others = (unquote(piece) for piece in pattern.removesuffix("$").split("*"))
    if not path.startswith(first):
        return False
    at = len(first)
    if not others:
        return not anchored or at == len(path)
    *between, last = others
    for piece in between:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return path.endswith(last, at) if anchored else path.find(last, at) >= 0


def _applies(pattern: str, path: str) -> bool:
    return pattern in _EVERYWHERE or bool(path and matches(pattern, path))


def robots(text: str, *, url: str = "", agent: str = "*") -> tuple[Said, ...]:
    """Return what the ``Content-Usage`` and ``Content-Signal`` lines of a robots.txt say of the path of *url*."""
    path = path_of(url)
    rules: dict[tuple[str, bool], list[_Rule]] = {}
    agents, naming = ["*"], False
    for number, name, value in _lines(text):
        if name == "user-agent":
            agents = [*agents, value] if naming else [value]
            naming = True
            continue
        naming = False
        if name not in _READERS:
            continue
        pattern, rest = _split(value)
        stated = _READERS[name](rest)
        if stated and _applies(pattern, path):
            said = Said(Channel.ROBOTS, f"robots.txt line {number}, {_NAMES[name]}", value[:SHOWN], stated)
            for own in {one != "*" for one in agents if is_agent(one, agent)}:
                rules.setdefault((name, own), []).append(_Rule(len(pattern), said))
    return tuple(dict.fromkeys(said for found in rules.values() for said in _most_specific(found)))


def _lines(text: str) -> Iterator[tuple[int, str, str]]:
    for number, line in enumerate(text[:FILE].removeprefix("\ufeff").splitlines(), start=1):
        name, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield number, name.strip().lower(), value.strip()[:MOST]


def _split(value: str) -> tuple[str, str]:
    """Return the path that a line begins with, "" for none, and its preferences."""
    first, _, rest = value.replace("\t", " ").partition(" ")
    return (first, rest) if first.startswith(("/", "*")) else ("", value)


def tdmrep(text: str, *, url: str = "") -> tuple[Said, ...]:
    """Return what a tdmrep.json says of the path of *url*."""
    try:
        entries = json.loads(text[:FILE])
    except (ValueError, RecursionError):
        return ()
    path = path_of(url)
    found = [] if not isinstance(entries, list) else [_entry(entry, path) for entry in entries[:RULES]]
    return tuple(_most_specific([rule for rule in found if rule is not None]))


def _entry(entry: Any, path: str) -> _Rule | None:
    if not isinstance(entry, dict) or not isinstance(location := entry.get("location"), str):
        return None
    value, policy = entry.get("tdm-reservation"), entry.get("tdm-policy")
    if isinstance(value, bool) or not isinstance(value, int | float | str) or not _applies(location, path):
        return None
    stated = reservation(int(value) if value in (0, 1) else value, policy if isinstance(policy, str) else "")
    if not stated:
        return None
    said = f"tdm-reservation {value}" + (f", tdm-policy {policy}" if isinstance(policy, str) else "")
    where = f"tdmrep.json, location {location[:SHOWN]}"
    return _Rule(len(location), Said(Channel.TDMREP, where, said[:SHOWN], stated))


def _most_specific(rules: list[_Rule]) -> list[Said]:
    """Return what the longest of *rules* say; shorter ones are set aside by them."""
    longest = max((rule.length for rule in rules), default=0)
    return [rule.said for rule in rules if rule.length == longest]
