"""What may be declared, and what every wrong declaration is answered with."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.declaration.documents import MAX_BYTES
from provenance.declaration.kinds import KINDS, AiKind, Extent, Generative, Oversight
from provenance.declaration.model import Declaration
from provenance.declaration.parts import Step
from provenance.declaration.tool import Tool
from provenance.declaration.words import ORIGIN_TYPES, SOURCE_WORDS, STEP_ACTIONS, Origin
from provenance.errors import DeclarationError
from provenance.terms import SourceType
from tests.support.declarations import BY_HAND, DECLARATIONS

GENERATED_STEP = {"ai": {"kind": "generation"}}
NEXT_YEAR = str(datetime.now(UTC).year + 1)
WRONG: dict[str, tuple[Any, str]] = {
    "not a table": (["scan"], "a declaration: must be a table of fields, not a list"),
    "unknown field": ({"autor": "Ada"}, "autor: is not a field of a declaration; did you mean authors"),
    "unknown field, nothing near": ({"xyzzy": 1}, "xyzzy: is not a field of a declaration"),
    "field named like a function": ({"function-x": 1}, "function-x: is not a field of a declaration"),
    "unknown field of a step": (
        {"steps": [{"action": "crop", "tol": "Krita"}]},
        "steps[0].tol: is not a field of a step; did you mean tool",
    ),
    "unknown field of an ai block": (
        {"steps": [{"ai": {"kind": "text", "modell": "x"}}]},
        "steps[0].ai.modell: is not a field of an ai block; did you mean model",
    ),
    "misspelt before missing": ({"authors": [{"nam": "Ada"}]}, "authors[0].nam: is not a field of an author; did you mean name"),
    "author without a name": ({"authors": [{}]}, "authors[0].name: is missing"),
    "author as text": ({"authors": ["Ada"]}, "authors[0]: must be a table of fields, not text"),
    "author twice": (
        {"authors": [{"name": "Ada"}, {"name": "Ada"}]},
        "authors[1].name: is named twice; name each author once",
    ),
    "unknown role": (
        {"authors": [{"name": "Ada", "role": "artist"}]},
        "authors[0].role: 'artist' is not known here; "
        "use one of: creator, contributor, editor, producer, publisher, sponsor, translator",
    ),
    "title is a number": ({"title": 5}, "title: must be text in quotes, not a number"),
    "title is empty": ({"title": "  "}, "title: is empty; leave the field out to say nothing"),
    "title with a line break": ({"title": "a\nb"}, "title: holds a line break; write it as one plain line"),
    "title turns the direction": ({"title": "gpj.\u202eexe"}, "title: holds the invisible character U+202E; remove it"),
    "title with a tag": ({"title": "a\U000e0041"}, "title: holds the invisible character U+E0041; remove it"),
    "title with C1": ({"title": "a\x9b31m"}, "title: holds the invisible character U+009B; remove it"),
    "title too long": ({"title": "A" * 10_000}, "title: is 10000 characters long, of at most 500"),
    "licence is no address": (
        {"license_url": "CC BY"},
        "license_url: 'CC BY' is not a web address; write it out, as in https://example.com/me",
    ),
    "licence is a script": (
        {"license_url": "javascript:alert(1)"},
        "license_url: 'javascript:alert(1)' is not a web address; write it out, as in https://example.com/me",
    ),
    "address with a password": (
        {"license_url": "https://me:secret@example.com"},
        "license_url: holds a user name or password, which would become public; leave it out",
    ),
    "contact is a name": (
        {"contact": "Ada"},
        "contact: 'Ada' is neither a web address nor an e-mail address; "
        "a form or a shop address keeps your private one private",
    ),
    "unknown origin": (
        {"origin": "painting"},
        "origin: 'painting' is not known here; "
        "use one of: blank-canvas, photograph, scan, render, composite, generated",
    ),
    "misspelt origin": ({"origin": "fotograph"}, "origin: 'fotograph' is not known here; did you mean photograph"),
    "source type of another origin": (
        {"origin": "scan", "origin_source_type": "photograph"},
        "origin_source_type: does not go with the origin scan; use print, negativeFilm, positiveFilm, or another origin",
    ),
    "source type without origin": (
        {"origin_source_type": "photograph"},
        "origin_source_type: is said, but origin is not; say origin too",
    ),
    "origin and parent": (
        {"origin": "blank-canvas", "ingredients": [{"path": "a.png", "relationship": "parentOf"}]},
        "origin: is blank-canvas, but the picture is also said to be made from a parent; leave one of them out",
    ),
    "two parents": (
        {"ingredients": [{"path": "a", "relationship": "parent"}, {"path": "b", "relationship": "parent"}]},
        "ingredients[1]: is a second parent; a picture has one; the others are components",
    ),
    "unknown relationship": (
        {"ingredients": [{"path": "a", "relationship": "layer"}]},
        "ingredients[0].relationship: 'layer' is not known here; use one of: parent, component, input",
    ),
    "step says nothing": ({"steps": [{}]}, "steps[0]: says neither an action nor an ai block; say what was done"),
    "misspelt action": ({"steps": [{"action": "c2pa.crop"}]}, "steps[0].action: 'c2pa.crop' is not known here; did you mean c2pa.cropped"),
    "inception as a step": (
        {"steps": [{"action": "c2pa.created"}]},
        "steps[0].action: 'c2pa.created' is not a step; say how the picture began with origin",
    ),
    "placing as a step": (
        {"steps": [{"action": "c2pa.placed"}]},
        "steps[0].action: 'c2pa.placed' is not a step; name the placed picture under ingredients, as a component",
    ),
    "misspelt kind": (
        {"steps": [BY_HAND["steps"][0], {"action": "crop"}, {"ai": {"kind": "inpaintng"}}]},
        "steps[2].ai.kind: 'inpaintng' is not known here; did you mean inpainting",
    ),
    "kind is missing": ({"steps": [{"ai": {}}]}, "steps[0].ai.kind: is missing"),
    "generative as true": (
        {"steps": [{"ai": {"kind": "text", "generative": True}}]},
        "steps[0].ai.generative: must be text in quotes, not true",
    ),
    "generation that is not generative": (
        {"steps": [{"ai": {"kind": "generation", "generative": "no"}}]},
        "steps[0].ai.generative: is no, but generation is always generative; "
        "choose another kind, or leave generative out",
    ),
    "a mask that is generative": (
        {"steps": [{"ai": {"kind": "masking", "generative": "yes"}}]},
        "steps[0].ai.generative: is yes, but selection or masking is never generative: it makes no picture content; "
        "choose another kind, or leave generative out",
    ),
    "generative, by hand": (
        {"steps": [{"ai": {"kind": "inpainting", "generative": "yes"}, "source_type": "humanEdits"}]},
        "steps[0].source_type: humanEdits says no generative AI made this, but the ai block says it did; "
        "leave source_type out",
    ),
    "not generative, generated": (
        {"steps": [{"ai": {"kind": "denoising"}, "source_type": "generated"}]},
        "steps[0].source_type: trainedAlgorithmicMedia says generative AI made this, but the ai block says it did not; "
        "leave source_type out",
    ),
    "unknown, by hand": (
        {"steps": [{"ai": {"kind": "other"}, "source_type": "humanEdits"}]},
        "steps[0].source_type: humanEdits says whether generative AI made this, but the ai block says it is unknown; "
        "leave source_type out, or say generative = yes or no",
    ),
    "blank canvas as a step": (
        {"steps": [{"action": "draw", "source_type": "empty"}]},
        'steps[0].source_type: is how a picture begins, not what was done; say origin = "blank-canvas"',
    ),
    "retired source type": (
        {"steps": [{"action": "edit", "source_type": "minorHumanEdits"}]},
        "steps[0].source_type: 'minorHumanEdits' is a retired source type; use humanEdits",
    ),
    "retired, nothing definite": (
        {"steps": [{"action": "edit", "source_type": "https://cv.iptc.org/newscodes/digitalsourcetype/digitalArt"}]},
        "steps[0].source_type: 'https://cv.iptc.org/newscodes/digitalsourcetype/digitalArt' is a retired source type; "
        "use the exact term, such as digitalCreation",
    ),
    "misspelt source type": (
        {"steps": [{"action": "edit", "source_type": "http://cv.iptc.org/newscodes/digitalsourcetype/humanEdit"}]},
        "steps[0].source_type: 'http://cv.iptc.org/newscodes/digitalsourcetype/humanEdit' "
        "is not a source type of the standard; "
        "did you mean http://cv.iptc.org/newscodes/digitalsourcetype/humanEdits",
    ),
    "prompt that is not public": (
        {"steps": [{"ai": {"kind": "text", "prompt": "a heron"}}]},
        "steps[0].ai.prompt: would become public; set public = true to publish it, or leave the prompt out",
    ),
    "day that is not there": (
        {"steps": [{"action": "crop", "when": "2026-02-30"}]},
        "steps[0].when: '2026-02-30' is not a date that exists",
    ),
    "day in words": (
        {"steps": [{"action": "crop", "when": "yesterday"}]},
        "steps[0].when: 'yesterday' is not a date; write the day, as in 2026-11-20",
    ),
    "hour without a zone": (
        {"steps": [{"action": "crop", "when": "2026-11-20T10:00"}]},
        "steps[0].when: '2026-11-20T10:00' has a time of day, but no time zone; "
        "add Z or an offset, or write only the day",
    ),
    "step in the future": (
        {"steps": [{"action": "crop", "when": f"{NEXT_YEAR}-12-31"}]},
        f"steps[0].when: '{NEXT_YEAR}-12-31' lies in the future",
    ),
    "made in the future": ({"made": NEXT_YEAR}, f"made: '{NEXT_YEAR}' lies in the future"),
    "made in words": ({"made": "May 2019"}, "made: 'May 2019' is not a year, month or day; write 2019, 2019-05 or 2019-05-17"),
    "made too early": ({"made": "0019"}, "made: '0019' lies too far back"),
    "region beyond the picture": (
        {"steps": [{"action": "crop", "region": {"x": 50, "y": 0, "width": 60, "height": 10}}]},
        'steps[0].region: reaches beyond the picture; set unit = "pixel" if these are pixels',
    ),
    "region without height": (
        {"steps": [{"action": "crop", "region": {"x": 0, "y": 0, "width": 60}}]},
        "steps[0].region.height: is missing",
    ),
    "region of nothing": (
        {"steps": [{"action": "crop", "region": {"x": 0, "y": 0, "width": 0, "height": 1}}]},
        "steps[0].region.width: is 0, but must be more than 0",
    ),
    "region in words": (
        {"steps": [{"action": "crop", "region": {"x": "5", "y": 0, "width": 1, "height": 1}}]},
        "steps[0].region.x: must be a number, not text",
    ),
    "region of no number": (
        {"steps": [{"action": "crop", "region": {"x": float("nan"), "y": 0, "width": 1, "height": 1}}]},
        "steps[0].region.x: must be a finite number, not nan",
    ),
    "region of a huge number": (
        {"steps": [{"action": "crop", "region": {"x": 10**400, "y": 0, "width": 1, "height": 1}}]},
        "steps[0].region.x: is too large",
    ),
    "title is a huge number": ({"title": 10**5000}, "title: must be text in quotes, not a number"),
    "path with NUL": ({"ingredients": [{"path": "a\0b"}]}, "ingredients[0].path: holds a NUL character"),
    "empty path": ({"ingredients": [{"path": ""}]}, "ingredients[0].path: is empty"),
    "half a character": ({"title": "a\ud800"}, "title: holds the invisible character U+D800; remove it"),
    "field that moves the cursor": (
        {"\x1b[2J": 1},
        "\\u{001B}[2J: is not a field of a declaration",
    ),
    "word that moves the cursor": (
        {"origin": "\x1b[2J"},
        "origin: '\\u{001B}[2J' is not known here; "
        "use one of: blank-canvas, photograph, scan, render, composite, generated",
    ),
    "complete in words": ({"history_complete": "yes"}, "history_complete: must be true or false, not text"),
    "complete, nothing said": (
        {"history_complete": True},
        "history_complete: is true, but nothing is said about how the picture was made; say origin",
    ),
    "complete empty canvas": (
        {"history_complete": True, "origin": "blank-canvas"},
        "history_complete: is true, but nothing is said to have been done on the empty canvas; name a tool or a step",
    ),
    "no generative AI, generated": (
        {"no_generative_ai": "final", "origin": "generated"},
        "no_generative_ai: is stated, but the origin is generative AI; leave one of them out",
    ),
    "no generative AI, a generative step": (
        {"no_generative_ai": "final", "steps": [{"action": "crop"}, GENERATED_STEP]},
        "no_generative_ai: is stated, but steps[1] is a generative AI step; leave one of them out",
    ),
    "no generative AI, a generative source type": (
        {"no_generative_ai": "final", "steps": [{"action": "edit", "source_type": "edited with generative AI"}]},
        "no_generative_ai: is stated, but steps[0] is a generative AI step; leave one of them out",
    ),
    "no generative AI, not known": (
        {"no_generative_ai": "final", "steps": [{"ai": {"kind": "object removal"}}]},
        "no_generative_ai: is stated, but steps[0] may be generative AI (object removal); "
        "say whether it was generative (=yes or =no) in steps[0].ai",
    ),
    "no generative AI in the process, an idea": (
        {"no_generative_ai": "process", "steps": [{"ai": {"kind": "idea"}}]},
        "no_generative_ai: is stated, but steps[0] took a reference or idea from generative AI; "
        'say "final" for the picture alone, or leave one of them out',
    ),
    "no generative AI, a generated part": (
        {"no_generative_ai": "final", "ingredients": [{"path": "sky.png", "source_type": "generated"}]},
        "no_generative_ai: is stated, but ingredients[0] is said to be made with generative AI; leave one of them out",
    ),
    "no generative AI, a generated part inside": (
        {"no_generative_ai": "final", "origin": "composite", "origin_source_type": "compositeSynthetic"},
        "no_generative_ai: is stated, but the origin is generative AI; leave one of them out",
    ),
    "ask whom": (
        {"permissions": {"training": "ask"}},
        "permissions.training: is ask, but nothing says whom or what to ask; "
        "give a contact, or a text under constraints",
    ),
    "terms for a no": (
        {"permissions": {"training": "no", "constraints": {"training": "only schools"}}},
        "permissions.constraints.training: has a text, but training is not answered ask; "
        'set training = "ask"',
    ),
    "permission in other words": (
        {"permissions": {"training": "notAllowed"}},
        "permissions.training: 'notAllowed' is not known here; use one of: yes, no, ask",
    ),
    "search is not training": (
        {"permissions": {"training": "search"}},
        'permissions.training: "search" is an answer for data_mining only; use yes, no or ask',
    ),
    "search is not inference": (
        {"permissions": {"inference": "search"}},
        'permissions.inference: "search" is an answer for data_mining only; use yes, no or ask',
    ),
    "nearly search": (
        {"permissions": {"data_mining": "serch"}},
        "permissions.data_mining: 'serch' is not known here; did you mean search",
    ),
    "terms for search": (
        {"permissions": {"data_mining": "search", "constraints": {"data_mining": "only mine"}}},
        "permissions.constraints.data_mining: has a text, but data_mining is not answered ask; "
        'set data_mining = "ask"',
    ),
    "too many steps": ({"steps": [{"action": "crop"}] * 501}, "steps: has 501 entries, of at most 500"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "message"), WRONG.values(), ids=WRONG.keys())
def test_wrong_declaration_is_named(data: Any, message: str) -> None:
    """The message says where and what, ready to show to the author."""
    with pytest.raises(DeclarationError) as caught:
        Declaration.from_dict(data)

    assert str(caught.value) == message


NEAR_MISSES: dict[str, dict[str, Any]] = {
    "idea, final": {"no_generative_ai": "final", "steps": [{"ai": {"kind": "idea"}}]},
    "idea not generative, process": {
        "no_generative_ai": "process",
        "steps": [{"ai": {"kind": "idea", "generative": "no"}}],
    },
    "generated input, final": {
        "no_generative_ai": "final",
        "ingredients": [{"path": "a", "relationship": "inputTo", "source_type": "generated"}],
    },
    "denoising": {"no_generative_ai": "process", "steps": [{"ai": {"kind": "denoising"}}]},
    "ask with a contact": {"contact": "me@example.org", "permissions": {"training": "ask"}},
    "ask with a text": {"permissions": {"training": "ask", "constraints": {"training": "schools"}}},
    "today": {"steps": [{"action": "crop", "when": datetime.now(UTC).date().isoformat()}]},
    "a day of TOML": {"steps": [{"action": "crop", "when": date(2026, 11, 20)}], "made": date(2019, 5, 1)},
    "empty canvas with a tool": {"origin": "blank-canvas", "tools": ["Krita"], "history_complete": True},
    "a region to the edge": {"steps": [{"action": "crop", "region": {"x": 0, "y": 0, "width": 100, "height": 100}}]},
    "joined Persian and emoji": {"title": "می\u200cخواهم 👩\u200d🎨"},
    "public without prompt": {"steps": [{"ai": {"kind": "text", "public": True}}]},
    "words joined otherwise": {"origin": "Blank_Canvas", "steps": [{"ai": {"kind": "object_removal"}}]},
}


@pytest.mark.parametrize("data", NEAR_MISSES.values(), ids=NEAR_MISSES.keys())
def test_what_is_nearly_wrong_is_accepted(data: dict[str, Any]) -> None:
    """For each thing that is refused, what stands just beside it is accepted."""
    assert Declaration.from_dict(data)


@pytest.mark.parametrize("name", DECLARATIONS)
def test_a_declaration_comes_back_as_it_was(name: str) -> None:
    """What `to_dict` gives, as JSON, is the same declaration again."""
    said = Declaration.from_dict(DECLARATIONS[name])

    assert Declaration.from_dict(json.loads(json.dumps(said.to_dict()))) == said


plain = st.text(
    st.characters(whitelist_categories=("L", "N", "P", "S"), blacklist_characters="\ufffd"), min_size=1
).map(str.strip)
lines = plain.filter(bool)
ai_blocks = st.sampled_from(list(AiKind)).flatmap(
    lambda kind: st.fixed_dictionaries(
        {"kind": st.just(kind.value)},
        optional={
            "generative": st.sampled_from(sorted(KINDS[kind].possible)),
            "model": st.builds(lambda name, version: {"name": name, "version": version}, lines, lines),
            "oversight": st.sampled_from(list(Oversight)),
            "extent": st.sampled_from(list(Extent)),
        },
    )
)
days = st.dates(date(1990, 1, 1), datetime.now(UTC).date()).map(date.isoformat)
human_steps = st.fixed_dictionaries(
    {"action": st.sampled_from(sorted(STEP_ACTIONS))},
    optional={"tool": lines, "when": days, "description": lines, "basis": st.sampled_from(["entered", "recorded"])},
)
ai_steps = st.fixed_dictionaries({"ai": ai_blocks}, optional={"tool": lines, "when": days})
declarations = st.fixed_dictionaries(
    {},
    optional={
        "title": lines,
        "authors": st.lists(lines, unique_by=lambda name: Tool(name=name).name, max_size=3).map(
            lambda names: [{"name": name} for name in names]
        ),
        "origin": st.sampled_from(list(Origin)),
        "tools": st.lists(lines, max_size=3),
        "steps": st.lists(st.one_of(human_steps, ai_steps), max_size=5),
        "permissions": st.dictionaries(
            st.sampled_from(["generative_training", "training", "data_mining", "inference"]),
            st.sampled_from(["yes", "no"]),
        ),
    },
)


@given(declarations)
def test_whatever_is_accepted_comes_back(data: dict[str, Any]) -> None:
    """Every declaration survives the way out and in again, and reading it twice changes nothing."""
    said = Declaration.from_dict(data)

    again = Declaration.from_dict(json.loads(json.dumps(said.to_dict())))

    assert again == said
    assert again.to_dict() == said.to_dict()


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from([*Declaration.model_fields, *Step.model_fields, "kind", "x"]), inner)
        ),
    )
)
def test_nonsense_is_refused_in_one_line(data: Any) -> None:
    """Whatever stands in a file, the answer is a declaration or one line."""
    try:
        Declaration.from_dict(data)
    except DeclarationError as refused:
        assert "\n" not in str(refused)


FILES: dict[str, tuple[str, bytes, str]] = {
    "neither": ("said.yaml", b"title: x", "said.yaml: is neither a .toml nor a .json file"),
    "bad TOML": (
        "said.toml",
        b'title = "a"\norigin = ',
        "said.toml: is not TOML: invalid value (at end of document)",
    ),
    "bad TOML with a place": (
        "said.toml",
        b'title = "a"\norigin scan',
        "said.toml: is not TOML: expected '=' after a key in a key/value pair (at line 2, column 8)",
    ),
    "bad JSON": (
        "said.json",
        b'{"title": "a",\n "origin" "scan"}',
        "said.json: is not JSON: expecting ':' delimiter (at line 2, column 11)",
    ),
    "twice in JSON": ("said.json", b'{"title": "a", "title": "b"}', "said.json: says 'title' twice"),
    "no number": ("said.json", b'{"title": NaN}', "said.json: holds NaN, which is no number in JSON"),
    "a long number": (
        "said.json",
        b'{"title": ' + b"9" * 5000 + b"}",
        "said.json: is not JSON: holds a number that is too long",
    ),
    "a long number in TOML": (
        "said.toml",
        b"title = " + b"9" * 5000,
        "said.toml: is not TOML: holds a number that is too long",
    ),
    "a list": ("said.json", b"[]", "said.json: must be a table of fields"),
    "deep": ("said.json", b"[" * 100_000, "said.json: is nested too deeply"),
    "long": ("said.toml", b"#" * (MAX_BYTES + 1), f"said.toml: is longer than {MAX_BYTES} bytes"),
    "not UTF-8": ("said.toml", b'title = "\xff"', "said.toml: is not UTF-8 text (byte 9); save it as UTF-8"),
    "field in a file": ("said.toml", b'autor = "Ada"', "said.toml: autor: is not a field of a declaration; did you mean authors"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "content", "message"), FILES.values(), ids=FILES.keys())
def test_wrong_file_is_named(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    """A file that cannot be read as a declaration is named, with line and column where there is one."""
    (tmp_path / name).write_bytes(content)

    with pytest.raises(DeclarationError) as caught:
        Declaration.load(tmp_path / name)

    assert str(caught.value) == message


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A file that is not there is one line without the folder's name."""
    with pytest.raises(DeclarationError) as caught:
        Declaration.load(tmp_path / "said.toml")

    assert str(caught.value) == "said.toml: cannot be read: no such file or directory"


def test_toml_and_json_say_the_same(tmp_path: Path) -> None:
    """The same statement in TOML, with its own dates, and in JSON is the same declaration."""
    (tmp_path / "said.toml").write_text(
        'origin = "scan"\nmade = "2019-05"\n[[steps]]\naction = "crop"\nwhen = 2026-11-20\ntool = "Krita 5.2.6"\n'
        '[[steps]]\nwhen = 2026-11-20T23:30:00-05:00\n[steps.ai]\nkind = "denoising"\n',
        encoding="utf-8",
    )
    data = {
        "origin": "scan",
        "made": "2019-05",
        "steps": [
            {"action": "c2pa.cropped", "when": "2026-11-20", "tool": {"name": "Krita", "version": "5.2.6"}},
            {"when": "2026-11-21T04:30:00Z", "ai": {"kind": "denoising"}},
        ],
    }
    (tmp_path / "said.json").write_text(json.dumps(data), encoding="utf-8")

    assert Declaration.load(tmp_path / "said.toml") == Declaration.load(tmp_path / "said.json")


def test_nothing_is_said_by_default() -> None:
    """An empty declaration says nothing: no origin, not complete, no permission, no statement."""
    said = Declaration()

    assert said.to_dict() == {}
    assert (said.origin, said.history_complete, said.no_generative_ai) == (None, False, None)


def test_text_is_normalised() -> None:
    """Text is written in its composed form."""
    assert Declaration.from_dict({"title": "Zoe\u0308"}).title == "Zoë"


def test_tomorrow_is_accepted_because_it_is_today_somewhere() -> None:
    """A day that has begun in some zone is not the future; the day after it is."""
    today = datetime.now(UTC).date()
    step = {"action": "crop"}

    assert Declaration.from_dict({"steps": [step | {"when": (today + timedelta(days=1)).isoformat()}]})
    with pytest.raises(DeclarationError):
        Declaration.from_dict({"steps": [step | {"when": (today + timedelta(days=3)).isoformat()}]})


@pytest.mark.parametrize("word", sorted(SOURCE_WORDS))
def test_plain_words_name_a_source_type(word: str) -> None:
    """Every plain word stands for a source type of the standard."""
    said = Declaration.from_dict({"ingredients": [{"path": "a", "source_type": word}]})

    assert said.ingredients[0].source_type is SOURCE_WORDS[word]


@pytest.mark.parametrize("uri", sorted(SourceType))
def test_source_types_are_read_in_every_spelling(uri: str) -> None:
    """A source type is read as its URI, as an https URI and by its last part."""
    spellings = [uri, uri.replace("http://", "https://"), uri.rsplit("/", 1)[1]]

    found = {
        Declaration.from_dict({"ingredients": [{"path": "a", "source_type": one}]}).ingredients[0].source_type
        for one in spellings
    }

    assert found == {SourceType(uri)}


def test_every_kind_has_its_facts() -> None:
    """Every kind of the list is described, and what it usually is, it can be."""
    assert set(KINDS) == set(AiKind)
    assert all(facts.usual in facts.possible for facts in KINDS.values())
    assert set(ORIGIN_TYPES) == set(Origin)
    assert KINDS[AiKind.OBJECT_REMOVAL].usual is Generative.UNKNOWN
