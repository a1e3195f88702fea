"""`doctor` says what is here and what is not, and never falls over what it looks at."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from provenance.commands import app, examination
from provenance.commands.examination import Finding, Health
from provenance.credentials import lifecycle
from provenance.home import Home
from provenance.signing.canaries import EXPECTED, answers, job
from provenance.trust.model import Purpose, Tier, TrustList


def ask(home: Path, *arguments: str):
    """Run the command on *home*."""
    return CliRunner().invoke(app, ["doctor", "--home", str(home), *arguments])


def found_about(home: Path, about: str) -> list[dict[str, str]]:
    return [each for each in json.loads(ask(home, "--format", "json").stdout)["findings"] if each["about"] == about]


def test_text_fits_a_screen(tmp_path):
    """Eighty columns, each finding with its word; the health of a thing is never told by colour."""
    found = ask(tmp_path)

    lines = found.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in found.stdout
    assert {line.split()[0] for line in lines if line and not line.startswith(" ")} <= {
        "ok", "warn", "bad", "unknown", lines[-1].split()[0],
    }  # fmt: skip


def test_json_tells_the_same(tmp_path):
    """Both forms hold every question asked."""
    text = ask(tmp_path).stdout
    findings = json.loads(ask(tmp_path, "--format", "json").stdout)["findings"]

    assert {each["about"] for each in findings} >= {
        "provenance", "engine", "canaries", "identity_signer", "limits", "cryptography", "pillow", "namesake", "schemas",
        "home", "trust", "credential", "keyring", "clock",
    }  # fmt: skip
    assert all(each["found"].split()[0] in text for each in findings)


def test_an_engine_that_does_not_load_is_a_finding(tmp_path):
    """An interpreter that is none: `doctor` still answers everything else."""
    (tmp_path / "config.toml").write_text(f'[worker]\npython = "{tmp_path / "python"}"\n')

    answer = ask(tmp_path)

    assert answer.exit_code == 1
    (engine,) = found_about(tmp_path, "engine")
    assert engine["health"] == "bad"
    assert engine["found"] == "worker: python cannot be started: No such file or directory"
    assert "clock" in answer.stdout


FLOORS = {
    "old": ((0, 90, 9), Health.BAD),
    "signs own files": ((0, 91, 0), Health.WARN),
    "nearly": ((0, 91, 2), Health.WARN),
    "reads strangers' files": ((0, 91, 3), Health.OK),
    "newer": ((1, 0, 0), Health.OK),
    "silent": ((0, 0, 0), Health.UNKNOWN),
}


def test_canaries_are_answered_rightly():
    """Good, unknown, altered, expired and listed for something else: each gets its answer from what is installed."""
    assert answers() == EXPECTED
    assert job(None) == dict.fromkeys(EXPECTED, True)


def test_a_wrong_answer_is_bad(tmp_path):
    """A reader that takes an altered picture for intact must not be relied on, and `doctor` says so."""
    (found,) = found_about(tmp_path, "canaries")
    wrong = examination.canaries({"good": True, "altered": False})

    assert found["health"] == "ok"
    assert wrong.health is Health.BAD
    assert "altered" in wrong.found


@pytest.mark.parametrize(("native", "health"), FLOORS.values(), ids=FLOORS.keys())
def test_each_floor_has_its_word(native, health):
    """Too old to sign is bad, too old for strangers is to know, and silence is not yes."""
    assert examination.floors({"c2pa-python": "0.38.1"}, native).health is health


CLOCKS = {
    "battery empty": (datetime(1970, 1, 1, tzinfo=UTC), Health.BAD),
    "before this was written": (datetime(2026, 10, 31, tzinfo=UTC), Health.BAD),
    "today": (datetime(2026, 11, 23, tzinfo=UTC), Health.OK),
    "far": (datetime(2099, 1, 1, tzinfo=UTC), Health.BAD),
}


@pytest.mark.parametrize(("now", "health"), CLOCKS.values(), ids=CLOCKS.keys())
def test_an_impossible_clock_is_bad(now, health):
    """Certificates are judged by the clock."""
    assert examination.clock(now).health is health


def test_a_namesake_is_found(tmp_path, monkeypatch):
    """The other package of that name installs ``provenance/`` too."""
    folder = tmp_path / "provenance-0.14.1.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: Provenance\nVersion: 0.14.1\n")
    (folder / "RECORD").write_text("provenance/__init__.py,,\nprovenance-0.14.1.dist-info/RECORD,,\n")
    (tmp_path / "provenance").mkdir()
    (tmp_path / "provenance" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))

    (found,) = examination.namesakes()

    assert found.health is Health.BAD
    assert found.found == "another package installs a folder provenance/ too: provenance"


def test_a_credential_and_its_key_files_are_judged(tmp_path):
    """Good until its date; an unencrypted key is to know, one that others can read is bad."""
    files = lifecycle.create(Home(tmp_path), "default", handle="Mika K.", passphrase="", profile="").files
    (credential,) = found_about(tmp_path, "credential")
    before = {each["health"] for each in found_about(tmp_path, "key_files")}

    files.key.chmod(0o644)
    after = [each for each in found_about(tmp_path, "key_files") if each["health"] == "bad"]

    assert credential["health"] == "ok"
    assert credential["found"].startswith("default: signatures made with it verify, until ")
    assert before == {"warn"}
    assert len(after) == 1
    assert ask(tmp_path).exit_code == 1


def test_a_damaged_identity_is_a_finding(tmp_path):
    """A chain that is none does not end the examination."""
    files = lifecycle.create(Home(tmp_path), "default", handle="Mika K.", passphrase="", profile="").files
    files.chain.write_text("nothing")

    (credential,) = found_about(tmp_path, "credential")

    assert credential["health"] == "bad"


def test_a_damaged_trust_list_is_a_finding(tmp_path):
    """What cannot be relied on is named."""
    (tmp_path / "trust").mkdir()
    (tmp_path / "trust" / "pins.toml").write_text("not [ toml")

    (trust,) = found_about(tmp_path, "trust")

    assert trust["health"] == "bad"


DUE = {
    "long before": ("2027-08-05T00:00:00Z", Health.OK),
    "31 days before": ("2026-12-24T00:00:00Z", Health.OK),
    "30 days before": ("2026-12-23T00:00:00Z", Health.WARN),
    "after": ("2026-11-22T00:00:00Z", Health.WARN),
    "no date": ("", Health.OK),
}


@pytest.mark.parametrize(("due", "health"), DUE.values(), ids=DUE.keys())
def test_a_list_is_renewed_in_time(due, health):
    """A list that is due within 30 days is named, with its day."""
    found = examination.list_age(TrustList("L", Tier.C2PA, Purpose.CLAIM, "", "2026-01-01", due), date(2026, 11, 23))

    assert found.health is health
    assert health is Health.OK or due[:10] in found.found


EXITS = {
    "all good": ([Health.OK], 0),
    "something to know": ([Health.OK, Health.WARN], 0),
    "something bad": ([Health.WARN, Health.BAD, Health.UNKNOWN], 1),
    "could not tell": ([Health.OK, Health.UNKNOWN], 2),
}


@pytest.mark.parametrize(("healths", "code"), EXITS.values(), ids=EXITS.keys())
def test_exit_codes(healths, code):
    """Bad outweighs unknown, and unknown is not good."""
    findings = tuple(Finding("clock", health, "x") for health in healths)

    assert examination.exit_code(findings) == code
