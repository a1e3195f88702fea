"""What a web server says about its files: HTTP headers and the meta tags of a page (metadata.md §2.4).

All of it was written by strangers: it is bounded, and what is not understood says nothing. Nothing is raised.

* ``tdm-reservation: 1`` (TDMRep 1.0) reserves text and data mining, and with it all training; with a policy that
  says how to get leave, it is a constraint. Only 0 and 1 mean anything.
* ``noai`` and ``noimageai`` refuse generative and other training. They count as whole words, and for the user agent
  that they are addressed to.
* ``Content-Usage`` (IETF AIPREF, a draft): ``train-ai`` is the training of models that generate content, and only
  that. ``search`` is none of the four entries, and says nothing here. A "no" beats every "yes" beside it.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from provenance.permissions.model import Channel, Said
from provenance.terms import Mining, Use

MOST = 64 * 1024  # characters of one value that are looked at
PAGE = 512 * 1024  # of a page
TAGS = 500
SHOWN = 300

_THREE = (Mining.DATA_MINING, Mining.TRAINING, Mining.GENERATIVE_TRAINING)
_TRAINING = (Mining.TRAINING, Mining.GENERATIVE_TRAINING)
_NO_AI = frozenset({"noai", "noimageai"})
_WITH_VALUE = frozenset({"max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"})
_META = re.compile(r"<meta(?=[\s/])([^<>]{0,4096})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"([A-Za-z][\w:.-]{0,63})\s{0,8}=\s{0,8}(?:\"([^\"]{0,2048})\"|'([^']{0,2048})'|([^\s\"'>]{1,2048}))"
)
_TOKEN = re.compile(r"[\w-]+")
_PREFERENCES = {"train-ai": (Mining.GENERATIVE_TRAINING,)}
_SIGNALS = {"ai-train": _TRAINING, "ai-input": (Mining.INFERENCE,)}
_YES_OR_NO = {"y": Use.ALLOWED, "n": Use.NOT_ALLOWED}
_SIGNAL_WORDS = {"yes": Use.ALLOWED, "no": Use.NOT_ALLOWED}

Stated = tuple[tuple[Mining, Use, str], ...]


def headers(found: Mapping[str, str | Sequence[str]], *, agent: str = "*") -> tuple[Said, ...]:
    """Return what the headers of an HTTP answer say to *agent*."""
    values: dict[str, list[str]] = {}
    for name, value in found.items():
        several = [value] if isinstance(value, str) else value
        values.setdefault(str(name).strip().lower(), []).extend(str(one)[:MOST] for one in several)
    policy = next(iter(values.get("tdm-policy", ())), "")
    said = [
        *((name, value, reservation(value, policy)) for name in ("tdm-reservation",) for value in values.get(name, ())),
        *((name, value, robots_words(value, agent)) for name in ("x-robots-tag",) for value in values.get(name, ())),
        *((name, value, preferences(value)) for name in ("content-usage",) for value in values.get(name, ())),
    ]
    return tuple(
        Said(Channel.HEADER, f"HTTP header {name}", value.strip()[:SHOWN], stated)
        for name, value, stated in said
        if stated
    )


def page(text: str, *, agent: str = "*") -> tuple[Said, ...]:
    """Return what the meta tags of the HTML page *text* say to *agent*; what stands in comments says nothing."""
    tags = list(_meta_tags(text))
    policy = next((content for name, content in tags if name == "tdm-policy"), "")
    said: list[tuple[str, str, Stated]] = []
    for name, content in tags:
        if name == "tdm-reservation":
            said.append((name, content, reservation(content, policy)))
        elif name == "robots" or is_agent(name, agent):
            said.append((name, content, robots_words(content, agent)))
    return tuple(
        Said(Channel.HTML, f"HTML meta {name[:64]}", content.strip()[:SHOWN], stated)
        for name, content, stated in said
        if stated
    )


def _meta_tags(text: str) -> Iterator[tuple[str, str]]:
    for number, tag in enumerate(_META.finditer(_without_comments(text[:PAGE]))):
        if number == TAGS:
            return
        fields = {
            found[1].lower(): entities.unescape(found[2] or found[3] or found[4] or "")
            for found in _ATTRIBUTE.finditer(tag[1])
        }
        if fields.get("name") and fields.get("content"):
            yield fields["name"].strip().lower(), fields["content"]


def _without_comments(text: str) -> str:
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0:
        kept.append(text[at:start])
        end = text.find("-->", start + 4)
        if end < 0:
            return "".join(kept)
        at = end + 3
    return "".join([*kept, text[at:]])


def reservation(value: str | float, policy: str) -> Stated:
    """Return what ``tdm-reservation`` says, with its *policy*; of joined values one is enough to reserve."""
    words = {word.strip() for word in str(value)[:MOST].split(",")}
    if "1" in words:
        text = f"see the policy: {policy.strip()[:SHOWN]}" if policy.strip() else ""
        return tuple((entry, Use.CONSTRAINED if text else Use.NOT_ALLOWED, text) for entry in _THREE)
    return tuple((entry, Use.ALLOWED, "") for entry in _THREE) if words == {"0"} else ()


def robots_words(value: str, agent: str) -> Stated:
    """Return what the rules of a robots tag say to *agent*: ``noai``, or ``somebot: noai``.

    What follows behind a comma may be a header of its own, which was joined to one for somebody else: it counts.
    """
    for rule in value[:MOST].split(","):
        name, colon, rest = rule.partition(":")
        addressed, words = True, rule
        if colon and name.strip().lower() not in _WITH_VALUE:
            addressed, words = is_agent(name, agent), rest
        if addressed and _NO_AI.intersection(words.lower().split()):
            return tuple((entry, Use.NOT_ALLOWED, "") for entry in _TRAINING)
    return ()


def is_agent(name: str, agent: str) -> bool:
    """Whether *name* is every agent, or the product that *agent* begins with (RFC 9309 §2.2.1)."""
    return name.strip() == "*" or (agent.strip() != "*" and product(name) == product(agent) != "")


def product(agent: str) -> str:
    """Return the product token of a user agent: ``MyBot/1.0 (+https://…)`` gives ``mybot``."""
    found = _TOKEN.match(agent.strip())
    return found[0].lower() if found else ""


def preferences(value: str) -> Stated:
    """Return what a ``Content-Usage`` value says: ``train-ai=n, search=y``."""
    return _choices(value, _PREFERENCES, _YES_OR_NO)


def signals(value: str) -> Stated:
    """Return what a ``Content-Signal`` value (Cloudflare) says: ``search=yes, ai-train=no, ai-input=no``."""
    return _choices(value, _SIGNALS, _SIGNAL_WORDS)


def _choices(value: str, names: Mapping[str, Iterable[Mining]], words: Mapping[str, Use]) -> Stated:
    found: dict[Mining, Use] = {}
    for pair in value[:MOST].split(","):
        name, _, word = pair.partition(";")[0].partition("=")
        use = words.get(word.strip().lower())
        for entry in names.get(name.strip().lower(), ()) if use else ():
            found[entry] = Use.NOT_ALLOWED if Use.NOT_ALLOWED in {use, found.get(entry)} else Use.ALLOWED
    return tuple((entry, use, "") for entry, use in found.items())
