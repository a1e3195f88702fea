"""`provenance facts` and `provenance policy`: what they print, what they refuse, what they exit with."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

from provenance.commands.group import app
from provenance.home import Home
from provenance.policy.loading import templates
from provenance.policy.schema import schema
from provenance.trust import pinning, pins
from tests.hostile.certs import stranger
from tests.support.artist import Artist
from tests.support.environment import Ran
from tests.support.policy_files import BLANK, MADE_BY_MODEL, human, stated

Run = Callable[..., Ran]
POLICY = """\
schema_version = "1"
id = "house"
evidence = "intact"

[[requirement]]
id = "signed"
that = { integrity = { equals = "intact" } }
on_fail = "reject"

[[conclusion]]
id = "no-ai"
that = { generative_kinds = { present = false } }
on_fail = "reject"
message = "No generative AI may be recorded."

[[example]]
file = "drawn.png"
expect = "pass"
rules = []

[[example]]
file = "dreamt.png"
expect = "review"
rules = ["no-ai"]
"""


def invoked(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(arguments), prog_name="provenance")
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A picture drawn by hand, one that a stranger signed as generated, and the house's policy."""
    (tmp_path / "drawn.png").write_bytes(human().data)
    (tmp_path / "dreamt.png").write_bytes(stated(MADE_BY_MODEL, signer=stranger()).data)
    (tmp_path / "vague.png").write_bytes(stated(BLANK, complete=False).data)
    (tmp_path / "house.toml").write_text(POLICY, "utf-8")
    return tmp_path


def test_facts_are_one_line_of_json_a_file(run: Run, folder: Path) -> None:
    """Each line fits the schema and says which file it is; a file that is not there is one line on stderr, and exit 2."""
    good = run("facts", "drawn.png", "dreamt.png")
    lines = [json.loads(line) for line in good.out.splitlines()]
    gone = run("facts", "drawn.png", "gone.png")

    for line in lines:
        jsonschema.validate(line, schema("facts"), cls=jsonschema.Draft202012Validator)
    assert (good.exit, good.err) == (0, "")
    assert [(line["path"], line["ai_kinds_unknown_signer"]) for line in lines] == [
        ("drawn.png", []), ("dreamt.png", ["generation"]),
    ]  # fmt: skip
    assert len(lines[0]["sha256"]) == 64
    assert (gone.exit, len(gone.out.splitlines())) == (2, 1)
    assert gone.err == "error: gone.png: cannot be read (No such file or directory)\n"


def test_a_policy_is_kept_under_test(run: Run, folder: Path) -> None:
    """Examples as expected: exit 0; another verdict, or another rule: exit 1, and why; a missing file: exit 2."""
    good = run("policy", "test", "house.toml")
    (folder / "other.toml").write_text(POLICY.replace('"review"\nrules', '"reject"\nrules'), "utf-8")
    other = run("policy", "test", "other.toml")
    (folder / "gone.toml").write_text(POLICY.replace("dreamt.png", "gone.png"), "utf-8")
    gone = run("policy", "test", "gone.toml")

    assert (good.exit, good.out.splitlines()[-1]) == (0, "2 of 2 as expected.")
    assert (other.exit, other.out.splitlines()[-1]) == (1, "1 of 2 as expected.")
    assert "not as expected: dreamt.png: review, expected was reject" in other.out
    assert "no-ai: No generative AI may be recorded." in other.out
    assert gone.exit == 2 and "could not be read: gone.png" in gone.out


def test_explain_says_what_decided_and_what_would_change_it(run: Run, folder: Path) -> None:
    """For one rule: answer, reason, facts, why a conclusion went no further, and what would change that."""
    shown = run("policy", "explain", "dreamt.png", "--policy", "house.toml", "--rule", "no-ai")
    text = " ".join(shown.out.split())

    assert shown.exit == 0
    assert text.startswith("dreamt.png under house: review.")
    assert "\nsigned\n" not in shown.out
    assert "Decided by: generative_kinds_unknown_signer = [generation]" in text
    assert "Only an intact statement of a known or listed signer could reject; anyone can sign" in text
    assert "If you knew the signer and pinned them, this would count, and lead to: reject." in text
    assert max(map(len, shown.out.splitlines())) <= 80


def test_explain_tells_silence_from_a_no(run: Run, folder: Path) -> None:
    """Where nobody says that every step is named, that is what would change the answer."""
    shown = run("policy", "explain", "vague.png", "--policy", "house.toml")
    text = " ".join(shown.out.split())

    assert "silence is not a no" in text
    assert "complete = –" in text
    assert "It would change if the signer stated that every step is named (sign --complete)." in text


def test_explain_in_another_language(run: Run, folder: Path) -> None:
    """The same in Japanese, with no word of ours in English."""
    shown = run("policy", "explain", "dreamt.png", "--policy", "contest-open", "--lang", "ja")

    assert shown.exit == 0
    assert "contest-openによるdreamt.pngの判定:" in shown.out
    assert "asked" not in shown.out


WRONG = {
    "no such template": (("policy", "check", "archve"), "error: archve: there is no such template; did you mean archive\n"),
    "no such rule": (
        ("policy", "explain", "x.png", "--policy", "archive", "--rule", "intakt"),
        "error: --rule: there is no rule 'intakt'; did you mean intact\n",
    ),
    "no such context": (
        ("policy", "explain", "x.png", "--policy", "steam.toml"), "error: steam.toml: cannot be read: no such file or directory\n",
    ),
    "a context of another policy": (
        ("policy", "explain", "x.png", "--policy", "studio", "--context", "shippd=yes"),
        "error: --context shippd: there is no context value 'shippd'; did you mean shipped\n",
    ),
    "nothing to test": (
        ("policy", "test", "archive"),
        "error: archive: has no [[example]], so nothing is tested; name files and what to expect\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "message"), WRONG.values(), ids=WRONG)
def test_wrong_input_is_one_line_and_exit_2(arguments: tuple[str, ...], message: str) -> None:
    """Each mistake is named in one line on stderr."""
    assert invoked(*arguments) == (2, "", message)


def test_list_and_show_and_check() -> None:
    """Every template is listed with its title, is printed as it is, and can be used."""
    listed = invoked("policy", "list")
    shown = invoked("policy", "show", "studio")

    assert [line.split()[0] for line in listed[1].splitlines() if not line.startswith(" ")] == list(templates())
    assert shown[1].startswith('schema_version = "1"\nid = "studio"\n')
    for name in templates():
        code, out, err = invoked("policy", "check", name)
        assert (code, err) == (0, "") and out.startswith(f"{name} can be used: mode enforce, evidence known.")
        assert max(map(len, out.splitlines())) <= 80


def test_check_reports_a_waiver_that_ran_out(tmp_path: Path) -> None:
    """A waiver that no longer counts is told, so that nobody relies on it."""
    waiver = '\n[[waiver]]\nrules = ["signed"]\npaths = ["a.png"]\nreason = "scan"\nauthor = "R."\nexpires = "{}"\n'
    text = POLICY + waiver.format("2026-01-31") + waiver.format("2099-01-31")
    (tmp_path / "house.toml").write_text(text, "utf-8")

    code, out, _ = invoked("policy", "check", str(tmp_path / "house.toml"))

    assert code == 0
    assert "A waiver ran out on 2026-01-31 and no longer counts: signed (scan; R.)." in " ".join(out.split())
    assert "Waived until 2099-01-31: signed (scan; R.)." in " ".join(out.split())


def test_a_name_that_is_nearly_a_known_one_is_told(home: Home, artist: Artist, tmp_path: Path) -> None:
    """One letter beside a pin's name, in a rule or a group: told with the right one; another name is a name."""
    certificate, policy = tmp_path / "artist.pem", tmp_path / "house.toml"
    certificate.write_text(artist.anchor_pem)
    pins.add(pins.path_of(home), pinning.pin_of(pinning.read_certificates(certificate), "Mika Kestrel"))
    head, rule, tail = POLICY.partition('[[requirement]]\nid = "signed"\n')
    told = {}
    for name in ("Mika Kestrl", "mika kestrel", "Somebody Else"):
        policy.write_text(
            f'{head}[signers]\njury = ["{name}"]\n\n[[requirement]]\nid = "jury"\n'
            f'that = {{ signer = {{ none_of = ["@jury"] }} }}\non_fail = "reject"\n{rule}{tail}',
            "utf-8",
        )
        told[name] = invoked("policy", "check", str(policy), "--lang", "en")[2]

    assert " ".join(told["Mika Kestrl"].split()) == (
        "note: The policy names “Mika Kestrl”, and nobody and no list here is called so. Did you mean “Mika Kestrel”?"
    )
    assert (told["mika kestrel"], told["Somebody Else"]) == ("", "")
