"""What web servers and site files say about permissions: what counts, and the near misses that say nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.permissions.channels import headers, is_agent, page
from provenance.permissions.model import Said
from provenance.permissions.site_files import matches, path_of, robots, tdmrep
from provenance.terms import Mining, Use

M, I, G, T = Mining.DATA_MINING, Mining.INFERENCE, Mining.GENERATIVE_TRAINING, Mining.TRAINING  # noqa: E741
NO, YES = Use.NOT_ALLOWED, Use.ALLOWED
THREE, BOTH = {M: NO, T: NO, G: NO}, {T: NO, G: NO}
URL = "https://example.com/art/dusk.jpg?size=2"


def uses(said: tuple[Said, ...]) -> dict[Mining, Use]:
    """The strictest that is said of each entry."""
    found: dict[Mining, Use] = {}
    for one in said:
        for entry, use, _ in one.stated:
            found[entry] = max(found.get(entry, use), use, key=[YES, Use.CONSTRAINED, NO].index)
    return found


HEADERS: dict[str, tuple[dict[str, Any], str, dict[Mining, Use]]] = {
    "reserved": ({"tdm-reservation": "1"}, "*", THREE),
    "any case, spaces": ({"TDM-Reservation": " 1 "}, "*", THREE),
    "reserved with a policy": ({"tdm-reservation": "1", "tdm-policy": "https://example.com/p"}, "*", dict.fromkeys(THREE, Use.CONSTRAINED)),
    "not reserved": ({"tdm-reservation": "0"}, "*", dict.fromkeys(THREE, YES)),
    "said twice, joined": ({"tdm-reservation": "0, 1"}, "*", THREE),
    "said twice, as a list": ({"tdm-reservation": ["0", "1"]}, "*", THREE),
    "no number of the standard": ({"tdm-reservation": "2"}, "*", {}),
    "a word": ({"tdm-reservation": "yes"}, "*", {}),
    "a one in another number": ({"tdm-reservation": "10"}, "*", {}),
    "a policy alone": ({"tdm-policy": "https://example.com/p"}, "*", {}),
    "noai": ({"X-Robots-Tag": "noai"}, "*", BOTH),
    "noimageai among others": ({"x-robots-tag": "noindex, NoImageAI"}, "*", BOTH),
    "noai in another word": ({"X-Robots-Tag": "noaix, xnoai, no-ai, noai-please"}, "*", {}),
    "for another agent": ({"X-Robots-Tag": "otherbot: noai"}, "mybot", {}),
    "for this agent": ({"X-Robots-Tag": "otherbot: noindex, MyBot: noai"}, "mybot/1.0 (+https://example.com)", BOTH),
    "joined behind one for another agent": ({"X-Robots-Tag": "otherbot: noindex, noai"}, "mybot", BOTH),
    "for two other agents": ({"X-Robots-Tag": "otherbot: noai, thirdbot: noimageai"}, "mybot", {}),
    "for another agent in a list": ({"X-Robots-Tag": ["otherbot: noindex", "noai"]}, "mybot", BOTH),
    "behind a rule with a value": ({"X-Robots-Tag": "max-snippet: 20, noai"}, "*", BOTH),
    "no indexing is no word about AI": ({"X-Robots-Tag": "none, noindex, nofollow"}, "*", {}),
    "preference no": ({"Content-Usage": "train-ai=n"}, "*", {G: NO}),
    "preference yes": ({"Content-Usage": "train-ai=y, search=n"}, "*", {G: YES}),
    "a no beats a yes": ({"Content-Usage": "train-ai=n, train-ai=y"}, "*", {G: NO}),
    "search only": ({"Content-Usage": "search=n"}, "*", {}),
    "another label": ({"Content-Usage": "train-ais=n, xtrain-ai=n, train=n"}, "*", {}),
    "another value": ({"Content-Usage": "train-ai=no, train-ai"}, "*", {}),
    "with a parameter": ({"Content-Usage": "train-ai=n;v=1"}, "*", {G: NO}),
    "another header": ({"Content-Type": "noai", "X-Tdm-Reservation": "1"}, "*", {}),
    "empty": ({"X-Robots-Tag": "", "Content-Usage": "", "tdm-reservation": ""}, "*", {}),
}  # fmt: skip


@pytest.mark.parametrize("case", HEADERS)
def test_headers(case: str) -> None:
    """A header says what its standard says, and nothing where it is nearly one."""
    found, agent, expected = HEADERS[case]

    assert uses(headers(found, agent=agent)) == expected


PAGES: dict[str, tuple[str, dict[Mining, Use]]] = {
    "robots": ('<head><meta name="robots" content="noai, noimageai"></head>', BOTH),
    "no quotes, capitals, order": ("<META CONTENT=NoAI NAME=ROBOTS />", BOTH),
    "entities": ("<meta name='robots' content='&#110;oai'>", BOTH),
    "over lines": ('<meta\n  name="robots"\n  content="index,\n noai">', BOTH),
    "for this agent": ('<meta name="mybot" content="noai">', BOTH),
    "for another agent": ('<meta name="otherbot" content="noai">', {}),
    "in a comment": ('<!-- <meta name="robots" content="noai"> -->', {}),
    "behind a comment": ('<!-- x --><meta name="robots" content="noai">', BOTH),
    "a comment without an end": ('<!-- <meta name="robots" content="noai">', {}),
    "another tag": ('<metadata name="robots" content="noai">', {}),
    "in another word": ('<meta name="robots" content="noaim">', {}),
    "a description": ('<meta name="description" content="noai">', {}),
    "reservation": ('<meta name="tdm-reservation" content="1">', THREE),
    "reservation with a policy": ('<meta name="tdm-reservation" content="1"><meta name="tdm-policy" content="https://e.example">', dict.fromkeys(THREE, Use.CONSTRAINED)),
    "as text": ("noai tdm-reservation 1", {}),
}  # fmt: skip


@pytest.mark.parametrize("case", PAGES)
def test_meta_tags(case: str) -> None:
    """A meta tag counts, in any spelling of HTML; a comment and a look-alike say nothing."""
    text, expected = PAGES[case]

    assert uses(page(text, agent="MyBot")) == expected


ROBOTS: dict[str, tuple[str, dict[Mining, Use]]] = {
    "for all": ("User-agent: *\nContent-Usage: train-ai=n\n", {G: NO}),
    "for this agent": ("User-Agent: MyBot\nContent-Usage: train-ai=n", {G: NO}),
    "for another agent": ("User-agent: otherbot\nContent-Usage: train-ai=n", {}),
    "for an agent whose name begins alike": ("User-agent: mybot-news\nContent-Usage: train-ai=n", {}),
    "several agents, one group": ("User-agent: a\nUser-agent: mybot\nUser-agent: b\nContent-Usage: train-ai=n", {G: NO}),
    "the group has ended": ("User-agent: mybot\nDisallow:\nUser-agent: otherbot\nContent-Usage: train-ai=n", {}),
    "before any group": ("Content-Usage: train-ai=n\nUser-agent: otherbot\nDisallow: /", {G: NO}),
    "a no for all beside a yes for this agent": ("User-agent: mybot\nContent-Usage: train-ai=y\n\nUser-agent: *\nContent-Usage: train-ai=n", {G: NO}),
    "of this path": ("User-agent: *\nContent-Usage: /art/ train-ai=n", {G: NO}),
    "of another path": ("User-agent: *\nContent-Usage: /blog/ train-ai=n", {}),
    "of a path that begins alike": ("User-agent: *\nContent-Usage: /art/dusk.jpeg train-ai=n", {}),
    "the longest path counts": ("User-agent: *\nContent-Usage: train-ai=n\nContent-Usage: /art/ train-ai=y", {G: YES}),
    "as long, the strictest": ("User-agent: *\nContent-Usage: /art/ train-ai=y\nContent-Usage: /*rt/ train-ai=n", {G: NO}),
    "signals": ("User-agent: *\nContent-Signal: search=yes, ai-train=no, ai-input=no", {T: NO, G: NO, I: NO}),
    "signals that allow": ("User-agent: *\nContent-Signal: ai-train=yes", {T: YES, G: YES}),
    "signals of another path": ("User-agent: *\nContent-Signal: /blog/ ai-train=no", {}),
    "nearly a signal": ("User-agent: *\nContent-Signal: ai-train=n, train-ai=no", {}),
    "a ban is no statement": ("User-agent: *\nDisallow: /", {}),
    "in a comment": ("User-agent: *\n# Content-Usage: train-ai=n", {}),
    "behind a comment, with CR": ("\ufeffUser-agent: * # all\r\nContent-Usage: train-ai=n # no\r\n", {G: NO}),
    "no file of rules": ("<html>Content-Usage train-ai=n</html>", {}),
}  # fmt: skip


@pytest.mark.parametrize("case", ROBOTS)
def test_robots(case: str) -> None:
    """Groups for all and for the given agent count, for paths that match."""
    text, expected = ROBOTS[case]

    assert uses(robots(text, url=URL, agent="MyBot/2.1")) == expected


def test_rules_for_a_part_need_the_address() -> None:
    """Without the address only what holds for the whole site can be applied."""
    text = "User-agent: *\nContent-Usage: /art/ train-ai=n\nContent-Signal: /* ai-input=no"

    assert uses(robots(text)) == {I: NO}
    assert uses(tdmrep('[{"location": "/art/*", "tdm-reservation": 1}]')) == {}


def reserving(*rules: tuple[str, Any]) -> str:
    return json.dumps([{"location": place, "tdm-reservation": value} for place, value in rules])


TDMREP: dict[str, tuple[str, dict[Mining, Use]]] = {
    "everywhere": (reserving(("/", 1)), THREE),
    "here": (reserving(("/art/*", 1)), THREE),
    "elsewhere": (reserving(("/blog/*", 1)), {}),
    "by ending": (reserving(("/*.jpg?size=2$", 1)), THREE),
    "by another ending": (reserving(("/*.jpg$", 1)), {}),
    "the most specific frees": (reserving(("/", 1), ("/art/*", 0)), dict.fromkeys(THREE, YES)),
    "the most specific reserves": (reserving(("/art/dusk*", 1), ("/", 0)), THREE),
    "a more specific that says nothing": (reserving(("/", 1), ("/art/*", 2)), THREE),
    "with a policy": ('[{"location": "/", "tdm-reservation": 1, "tdm-policy": "https://e.example/p"}]', dict.fromkeys(THREE, Use.CONSTRAINED)),
    "as a text": (reserving(("/", "1")), THREE),
    "true is no number": (reserving(("/", True)), {}),
    "two": (reserving(("/", 2)), {}),
    "no list": ('{"location": "/", "tdm-reservation": 1}', {}),
    "no location": ('[{"tdm-reservation": 1}]', {}),
    "a list of texts": ('["/"]', {}),
    "no JSON": ("[{", {}),
    "deep": ("[" * 100_000, {}),
    "a number without end": ('[{"location": "/", "tdm-reservation": ' + "1" * 10_000 + "}]", {}),
    "empty": ("", {}),
}  # fmt: skip


@pytest.mark.parametrize("case", TDMREP)
def test_tdmrep(case: str) -> None:
    """The longest location that matches counts; what is no rule of the standard says nothing."""
    text, expected = TDMREP[case]

    assert uses(tdmrep(text, url=URL)) == expected


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("/art", "/art/x", True), ("/art", "/ar", False), ("/art$", "/art/x", False), ("/*.jpg$", "/a/b.jpg", True),
        ("/*.jpg$", "/a.jpg.png", False), ("*", "/", True), ("/a*b*c", "/a1b2c3", True), ("/a*c*b", "/a1b2c3", False),
        ("/a*a$", "/a", False), ("/%7Eme/", "/~me/x", True), ("/~me/", "/%7eme/x", True), ("/a%2Ab", "/a*b", True),
        ("/a%2Ab", "/axb", False), ("/caf%C3%A9", "/café", True),
    ],
)  # fmt: skip
def test_patterns(pattern: str, path: str, expected: bool) -> None:
    """A pattern matches from the beginning; stars and the end mark mean what RFC 9309 says."""
    assert matches(pattern, path) is expected


def test_path_of_an_address() -> None:
    """The query belongs to the path; what is no address has none."""
    assert path_of("https://e.example/a/b?c#d") == "/a/b?c"
    assert path_of("https://e.example") == "/"
    assert path_of("/a") == "/a"
    assert path_of("") == path_of("https://[") == ""


def test_agents() -> None:
    """An agent is named by its product; an unknown agent is only addressed by what is meant for all."""
    assert is_agent("GPT2-bot", "gpt2-bot/1.0")
    assert is_agent(" * ", "mybot")
    assert not is_agent("mybot", "*")
    assert not is_agent("my", "mybot")
    assert not is_agent("", "")


@given(st.text(max_size=300))
def test_nothing_raises(text: str) -> None:
    """Whatever stands there, the answer is what was understood of it."""
    headers({"X-Robots-Tag": text, "Content-Usage": text, "tdm-reservation": text, "tdm-policy": text}, agent=text)
    page(f"<meta name='robots' content={text}>" + text, agent=text)
    robots(f"User-agent: *\nContent-Usage: {text}\n{text}", url=text, agent=text)
    tdmrep(text, url=text)
    matches(text, text)


def test_large_files_are_bounded() -> None:
    """A file made to take long is read so far and no further."""
    stars = "/" + "*a" * 50_000
    text = "User-agent: *\n" + f"Content-Usage: {stars} train-ai=n\n" * 20

    robots(text + "User-agent: x\n" * 50_000, url="/" + "a" * 100_000)
    tdmrep(json.dumps([{"location": stars, "tdm-reservation": 1}] * 5_000), url="/" + "a" * 100_000)
    page("<!--" * 300_000 + "<meta " * 300_000, agent="a")
    page('<meta name="robots" ' + 'content="a" ' * 200_000 + ">", agent="a")
