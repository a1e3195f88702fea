"""The artist's profile: a file that a person can edit, checked against a schema."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.declaration.permissions import ENTRIES
from provenance.declaration.profile import Profile
from provenance.errors import DeclarationError

WHOLE: dict[str, Any] = {
    "name": 'Zoë "Nightjar" \\ 山',
    "role": "editor",
    "website": "https://nightjar.example",
    "credit": "Nightjar",
    "copyright": "© 2026 Nightjar",
    "copyright_owner": "Nightjar Ltd",
    "license_url": "https://nightjar.example/terms",
    "usage_terms": "Ask first.\nPrints: see the shop.",
    "licensor": {
        "name": "Nightjar's shop",
        "url": "https://nightjar.example/licences",
        "email": "ask@nightjar.example",
    },
    "contact": "ask@nightjar.example",
    "tools": ["Krita 5.2.6", {"name": "Model 3"}, {"name": "GIMP", "version": "two point ten"}, "Procreate"],
    "tsa": "http://time.example/stamp",
    "permissions": {
        "generative_training": "no",
        "training": "ask",
        "data_mining": "ask",
        "inference": "yes",
        "constraints": {"data_mining": "search indexing only"},
    },
}

WRONG: dict[str, tuple[Any, str]] = {
    "no name": ({}, "profile.toml: name: is missing"),
    "empty name": ({"name": ""}, "profile.toml: name: is empty; leave the field out to say nothing"),
    "misspelt": ({"nmae": "x"}, "profile.toml: nmae: is not a field of a profile; did you mean name"),
    "origin": ({"name": "x", "origin": "scan"}, "profile.toml: origin: is not a field of a profile"),
    "steps": ({"name": "x", "steps": []}, "profile.toml: steps: is not a field of a profile"),
    "tools as text": ({"name": "x", "tools": "Krita"}, "profile.toml: tools: must be a list, not text"),
    "tool is a number": ({"name": "x", "tools": [5]}, "profile.toml: tools[0]: must be a table of fields, not a number"),
    "website": (
        {"name": "x", "website": "nightjar.example"},
        "profile.toml: website: 'nightjar.example' is not a web address; write it out, as in https://example.com/me",
    ),
    "time-stamp service": (
        {"name": "x", "tsa": "ftp://time.example"},
        "profile.toml: tsa: 'ftp://time.example' is not a web address; write it out, as in https://example.com/me",
    ),
    "answer": (
        {"name": "x", "permissions": {"training": "maybe"}},
        "profile.toml: permissions.training: 'maybe' is not known here; use one of: yes, no, ask",
    ),
    "answer as false": (
        {"name": "x", "permissions": {"training": False}},
        "profile.toml: permissions.training: must be text in quotes, not false",
    ),
    "unknown entry": (
        {"name": "x", "permissions": {"generativ_training": "no"}},
        "profile.toml: permissions.generativ_training: is not a field of the permissions; "
        "did you mean generative_training",
    ),
    "ask whom": (
        {"name": "x", "permissions": {"inference": "ask"}},
        "profile.toml: permissions.inference: is ask, but nothing says whom or what to ask; "
        "give a contact, or a text under constraints",
    ),
    "hidden character": (
        {"name": "Night\u200bjar"},
        "profile.toml: name: holds the invisible character U+200B; remove it",
    ),
    "not a table": ("Nightjar", "profile.toml: must be a table of fields, not text"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "message"), WRONG.values(), ids=WRONG.keys())
def test_wrong_profile_is_named(data: Any, message: str) -> None:
    """The message names the file, the field and the fault."""
    with pytest.raises(DeclarationError) as caught:
        Profile.from_dict(data, where="profile.toml")

    assert str(caught.value) == message


def test_the_file_comes_back_as_it_was(tmp_path: Path) -> None:
    """A profile that is written and loaded is the same profile."""
    profile = Profile.from_dict(WHOLE)

    (tmp_path / "profile.toml").write_text(profile.to_toml(), encoding="utf-8")

    assert Profile.load(tmp_path / "profile.toml") == profile


def test_the_smallest_file_comes_back_as_it_was() -> None:
    """What is not said stands in the file as a comment, and is not said afterwards either."""
    profile = Profile.from_dict({"name": "Nightjar"})

    text = profile.to_toml()

    assert Profile.from_dict(tomllib.loads(text)) == profile
    assert '# website = ""' in text
    assert profile.permissions.answers == {}


def test_every_line_of_the_file_is_explained() -> None:
    """A person who opens the file finds a comment above every field."""
    lines = Profile.from_dict(WHOLE).to_toml().splitlines()

    for field in set(Profile.model_fields) - {"permissions"}:
        place = next(number for number, line in enumerate(lines) if line.startswith(f"{field} = "))
        assert lines[place - 1].startswith("# ")


words = st.text(st.characters(whitelist_categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=40).filter(
    str.strip
)
tools = st.one_of(words, st.builds(lambda name, version: {"name": name, "version": version}, words, words))


@given(
    words,
    st.lists(tools, max_size=4),
    st.dictionaries(st.sampled_from(sorted(ENTRIES)), st.sampled_from(["yes", "no"])),
)
def test_every_profile_comes_back(name: str, used: list[Any], answers: dict[str, str]) -> None:
    """Whatever name, tools and answers a profile holds, its file says the same."""
    try:
        profile = Profile.from_dict({"name": name, "tools": used, "permissions": answers})
    except DeclarationError:
        return  # text that nobody can read, refused at the door

    assert Profile.from_dict(tomllib.loads(profile.to_toml())) == profile
