"""What a site must serve: nothing that was not stated, read back by our own readers of the same channels."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest
from typer.testing import CliRunner

from provenance.commands.group import app
from provenance.declaration.profile import Profile
from provenance.errors import DeclarationError, OutputError
from provenance.permissions.channels import headers as read_headers
from provenance.permissions.channels import page
from provenance.permissions.export import PAGE, As, Exported, exported, headers, preferences, signals, site, write
from provenance.permissions.model import Said
from provenance.permissions.site_files import robots, tdmrep
from provenance.report.wording import Catalogue, languages
from provenance.terms import SEARCH_ONLY, Mining, Use

SAY = Catalogue("en")
M, I, G, T = Mining.DATA_MINING, Mining.INFERENCE, Mining.GENERATIVE_TRAINING, Mining.TRAINING  # noqa: E741
NO, YES, TERMS = (Use.NOT_ALLOWED, ""), (Use.ALLOWED, ""), (Use.CONSTRAINED, "ask me")
SEARCH = (Use.CONSTRAINED, SEARCH_ONLY)
NO_TRAINING = {G: NO, T: NO}
FILES = [".well-known/tdmrep.json", "robots.txt", "headers/nginx.conf", "headers/apache.conf", "headers/Caddyfile",
         "headers/_headers", "meta.html", "aipref.txt", PAGE]  # fmt: skip


def texts(stated, *, location="/*", policy="", form=As.ALL) -> dict[str, str]:
    return dict(exported(site(stated, location=location, policy=policy), [form], SAY).texts)


def read_back(stated, url: str = "https://example.com/art/x.jpg", **where: str) -> tuple[Said, ...]:
    """Everything that the written files say of a picture, by our readers."""
    found = texts(stated, **where)
    rows = (line.strip().split(": ", 1) for line in found.get("headers/_headers", "").splitlines() if ": " in line)
    return (
        *tdmrep(found.get(".well-known/tdmrep.json", ""), url=url),
        *robots(found.get("robots.txt", ""), url=url),
        *robots(found.get("aipref.txt", ""), url=url),
        *page(found.get("meta.html", "")),
        *read_headers(dict(rows)),
    )


STATES = [
    {entry: answer for entry, answer in zip(Mining, answers, strict=True) if answer}
    for answers in product((None, YES, NO, TERMS), repeat=4)
    if any(answers)
]


def test_nothing_is_allowed_that_was_not() -> None:
    """In every state, a channel that says yes to a use says it because it was stated."""
    for stated in STATES:
        for said in read_back(stated):
            for entry, use, _ in said.stated:
                assert use is not Use.ALLOWED or stated.get(entry) == YES, (stated, said)


def test_every_refusal_is_said_somewhere() -> None:
    """In every state, each refusal and each "ask" is refused by at least one channel."""
    for stated in STATES:
        refused = {entry for said in read_back(stated) for entry, use, _ in said.stated if use is not Use.ALLOWED}

        assert {entry for entry, answer in stated.items() if answer != YES} <= refused, stated


def test_yes_to_all_three_is_a_zero() -> None:
    """tdm-reservation is 0 only where mining and both trainings are allowed; with one of them open it is left out."""
    assert headers(site({M: YES, T: YES, G: YES}))["tdm-reservation"] == "0"
    assert "tdm-reservation" not in headers(site({M: YES, T: YES}))
    assert headers(site({M: YES, T: YES, G: TERMS}))["tdm-reservation"] == "1"
    assert "tdm-reservation" not in headers(site({I: NO}))


def test_words_of_the_drafts() -> None:
    """train-ai follows generative training alone; ai-train both; ai-input the use as input; search only where it was said."""
    assert preferences(site({T: NO})) == ""
    assert preferences(site({G: NO})) == "train-ai=n"
    assert preferences(site({G: YES, T: NO, M: NO})) == "train-ai=y"
    assert signals(site({G: YES})) == ""
    assert signals(site({G: YES, T: YES, I: NO})) == "ai-train=yes, ai-input=no"
    assert signals(site({G: YES, T: NO})) == "ai-train=no"
    assert signals(site({M: SEARCH, **NO_TRAINING})) == "search=yes, ai-train=no"
    assert preferences(site({M: SEARCH, **NO_TRAINING})) == "train-ai=n, search=y"
    assert "search" not in signals(site({M: (Use.CONSTRAINED, "search")})) + preferences(site({M: NO}))


def test_the_files() -> None:
    """Each form is written as its standard wants it."""
    found = texts({**NO_TRAINING, M: TERMS}, policy="https://example.com/terms?a=1&b=2")

    assert list(found) == FILES
    assert json.loads(found[".well-known/tdmrep.json"]) == [
        {"location": "/*", "tdm-reservation": 1, "tdm-policy": "https://example.com/terms?a=1&b=2"}
    ]
    assert found["robots.txt"] == "User-agent: *\nContent-Usage: train-ai=n\nContent-Signal: ai-train=no\n"
    assert found["headers/nginx.conf"].splitlines()[0] == 'add_header tdm-reservation "1" always;'
    assert 'Header always set X-Robots-Tag "noai, noimageai"' in found["headers/apache.conf"]
    assert found["headers/Caddyfile"].startswith('header {\n  tdm-reservation "1"\n')
    assert found["headers/_headers"].startswith("/*\n  tdm-reservation: 1\n")
    assert '<meta name="tdm-policy" content="https://example.com/terms?a=1&amp;b=2">' in found["meta.html"]
    assert found["aipref.txt"].endswith("\n# HTTP:\n# Content-Usage: train-ai=n\n")


def test_a_part_of_a_site() -> None:
    """A location stands in every file that has paths; Content-Signal, which has none, is left out."""
    found = texts(NO_TRAINING, location="/art/*.jpg$")

    assert found["robots.txt"] == "User-agent: *\nContent-Usage: /art/*.jpg$ train-ai=n\n"
    assert found["headers/nginx.conf"].startswith("location ~ ^/art/.*\\.jpg$ {\n  add_header ")
    assert found["headers/apache.conf"].startswith('<LocationMatch "^/art/.*\\.jpg$">\n')
    assert found["headers/Caddyfile"].startswith("header /art/*.jpg {")
    elsewhere = "https://example.com/blog/x.jpg"
    assert robots(found["robots.txt"], url=elsewhere) == robots(found["aipref.txt"], url=elsewhere) == ()
    assert tdmrep(found[".well-known/tdmrep.json"], url=elsewhere) == ()


@pytest.mark.parametrize("location", ["art/*", "", "/a b", '/a"', "/a\n", "/a;", "/(a)", "https://example.com/art"])
def test_location_that_cannot_stand_there(location: str) -> None:
    """What is no path, or would end a line or a quotation, is refused."""
    with pytest.raises(DeclarationError) as refused:
        site(NO_TRAINING, location=location)

    assert str(refused.value) == "--location: is not a path of a site; write it as in /art/*"


@pytest.mark.parametrize(
    "policy", ["example.com/p", "javascript:alert(1)", 'https://e.example/"', "https://e.example/a b", "https://e.example/\nX: y", "https://[", "https://e.example/;x"]
)  # fmt: skip
def test_policy_that_cannot_stand_there(policy: str) -> None:
    """What is no web address, or could leave its place in a header or a tag, is refused."""
    with pytest.raises(DeclarationError) as refused:
        site(NO_TRAINING, policy=policy)

    assert str(refused.value).startswith("--policy-url: is not a web address")


def test_nothing_stated_is_refused() -> None:
    """Silence is not exported as anything."""
    with pytest.raises(DeclarationError) as refused:
        site({})

    assert str(refused.value).startswith("permissions: nothing is stated;")


def test_a_form_without_a_word_is_left_out() -> None:
    """A refusal of use as input alone leaves every file but robots.txt unwritten, and the page says so."""
    found = exported(site({I: NO}), [As.ALL], SAY)

    assert [path for path, _ in found.texts] == ["robots.txt", PAGE]
    assert set(found.empty) == set(FILES) - {"robots.txt", PAGE}
    assert "meta.html is not written" in dict(found.texts)[PAGE]


@pytest.mark.parametrize("language", languages())
def test_the_page(language: str) -> None:
    """The page has a part for each file, in every language, and says what was stated."""
    said = exported(site({G: TERMS, I: NO}), [As.ALL], Catalogue(language))
    text = dict(said.texts)[PAGE]

    assert [path for path, _ in said.texts if path != PAGE and f"### `{path}`" not in text] == []
    assert "ask me" in text
    assert "{" not in text


def test_one_form() -> None:
    """Only the form that is asked for is written, with the page."""
    assert list(texts(NO_TRAINING, form=As.HTML_META)) == ["meta.html", PAGE]
    assert list(texts(NO_TRAINING, form=As.TDMREP)) == [".well-known/tdmrep.json", PAGE]


def test_nothing_is_written_over(tmp_path: Path) -> None:
    """A file that is there stays, and then no other is written either; with leave, all are."""
    (tmp_path / "robots.txt").write_text("User-agent: *\nDisallow:\n")
    found = Exported((("a.txt", "a"), ("robots.txt", "b")))

    with pytest.raises(OutputError) as refused:
        write(tmp_path, found)

    assert str(refused.value) == "robots.txt: exists already; allow it with --overwrite, or choose another folder"
    assert [path.name for path in tmp_path.iterdir()] == ["robots.txt"]
    write(tmp_path, found, overwrite=True)
    assert (tmp_path / "robots.txt").read_text() == "b"


def test_link_is_not_followed(tmp_path: Path) -> None:
    """A symbolic link where a file should go is refused, with leave to write over too."""
    (tmp_path / "robots.txt").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(OutputError):
        write(tmp_path, Exported((("robots.txt", "b"),)), overwrite=True)

    assert not (tmp_path / "elsewhere").exists()


def invoke(*arguments: str):
    return CliRunner().invoke(app, ["permissions", "export", *arguments], prog_name="provenance")


def test_the_command(tmp_path: Path) -> None:
    """The command takes the profile's permissions, a declaration's over them, and names what it wrote."""
    profile = tmp_path / "home" / "identities" / "default" / "profile.toml"
    profile.parent.mkdir(parents=True)
    profile.write_text(Profile.from_dict({"name": "Mika", "permissions": {"training": "no"}}).to_toml())
    (tmp_path / "said.toml").write_text('[permissions]\ngenerative_training = "no"\ndata_mining = "search"\n')
    out = tmp_path / "out"
    out.mkdir()

    found = invoke(str(out), "--home", str(tmp_path / "home"), "--declare", str(tmp_path / "said.toml"))

    assert found.exit_code == 0, found.output
    assert [line for line in FILES if line not in found.stdout.splitlines()] == []
    assert "train-ai=n, search=y" in (out / "robots.txt").read_text()
    again = invoke(str(out), "--home", str(tmp_path / "home"))
    assert again.exit_code == 2
    assert "exists already" in again.stderr


def test_the_command_without_a_word(tmp_path: Path) -> None:
    """Without a statement, a folder, or a language there is one line and exit code 2."""
    assert "nothing is stated" in invoke(str(tmp_path), "--home", str(tmp_path)).stderr
    (tmp_path / "said.json").write_text('{"permissions": {"training": "no"}}')
    declared = ("--home", str(tmp_path), "--declare", str(tmp_path / "said.json"))
    assert "none: lies in a folder that does not exist" in invoke(str(tmp_path / "no" / "none"), *declared).stderr
    assert "said.json: is not a folder" in invoke(str(tmp_path / "said.json"), *declared).stderr
    assert invoke(str(tmp_path / "new"), *declared).exit_code == 0
    assert "no catalogue" in invoke(str(tmp_path), *declared, "--lang", "xx").stderr
    assert invoke(str(tmp_path), *declared, "--as", "yaml").exit_code == 2
