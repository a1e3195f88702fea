"""Every language says what English says, in its own words, and none says what we must not (security D1)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from provenance.report.wording import DEFAULT, Catalogue, Phrase
from tests.support.catalogue import READ_BY_JURORS, TRANSLATIONS, literal, part, parts, places
from tests.support.environment import run_provenance

EVERY_PART = [(language, name) for language in TRANSLATIONS for name in parts(DEFAULT)]

# --- what a translator may forget ----------------------------------------------------------------------------


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_language_has_every_part(language: str) -> None:
    """No part is left in English, and none is there that nothing asks for."""
    assert parts(language) == parts(DEFAULT)


@pytest.mark.parametrize(("language", "name"), EVERY_PART)
def test_every_sentence_is_translated(language: str, name: str) -> None:
    """Each key stands in each language; only the form for one thing may be missing where a language has none."""
    asked_for = {key for key in part(DEFAULT, name) if not key.endswith(".one")}
    found = set(part(language, name))

    assert asked_for - found == set()
    assert found - set(part(DEFAULT, name)) == set()


@pytest.mark.parametrize(("language", "name"), EVERY_PART)
def test_every_sentence_has_the_places_of_the_english_one(language: str, name: str) -> None:
    """A translation leaves out no fact, and asks for none that is not given."""
    english = part(DEFAULT, name)
    wrong = {key: text for key, text in part(language, name).items() if places(text) != places(english[key])}

    # "1" may be spelt out in the form for one thing.
    assert {key for key, text in wrong.items() if not _says_one(key, text, english)} == set()


def _says_one(key: str, text: str, english: dict[str, str]) -> bool:
    counted = {"n", "age", "days"}
    return key.endswith(".one") and places(text) | counted == places(english[key]) | counted


# Names and words that are the same in that language; a template without letters of ours needs no translation.
SAME: dict[str, set[str]] = {
    "ja": {"AI", "AI?", "SHA-256 {text}", "cryptography", "provenance", "XMP", "EXIF", "IPTC"},
    "es": {
        "SHA-256 {text}", "cryptography", "provenance", "No", "no", "{use}: no", "XMP", "EXIF", "IPTC", "{name} · {type} · {size} bytes",
        "{size} bytes", "“Human Illustration Profile”", "“Fully Generative AI Profile”",
        "“Real Life Capture Profile”", "“Real Media Profile”",
    },
}  # fmt: skip


@pytest.mark.parametrize(("language", "name"), EVERY_PART)
def test_no_sentence_is_left_in_english(language: str, name: str) -> None:
    """A sentence that reads as in English was forgotten, but for names and a few words that are the same."""
    english = part(DEFAULT, name)
    same = {text for key, text in part(language, name).items() if text == english[key]}

    assert {text for text in same if re.search("[A-Za-z]", "".join(literal(text)))} <= SAME[language]


# --- what no language may say --------------------------------------------------------------------------------

CLAIMS = {  # of our own, in what a report says
    "ja": re.compile(
        "本物|真正|真贋|正真正銘|純正|実物|オリジナル|原画|偽物|偽造|フェイク|安全|保証|証明(?!書)|認証済|検証済|適合(?!製品)"
        "|AI(は|を)?(不使用|未使用|なし|フリー|ゼロ)|ノーAI|AIを使っていない|人間が(描|作)|手描き|改ざん|偽装"
        "|法的拘束力|消せない|違反|AI(を|の)検出|AI以前"
    ),
    "es": re.compile(
        r"\b(auténtic\w*|genuin\w*|reales|real(?!iz)|original(es)?|verificad\w+|verídic\w*|segur[oa]s?|fals\w+|garantiz\w*"
        r"|demuestra\w*|libre de IA|sin IA|hech[oa] por (un )?human\w*|a prueba de|inalterable\w*|certificad[ao]s? por C2PA"
        r"|legalmente|vinculante\w*|eIDAS|no se puede (quitar|borrar)|infringe\w*|detecta IA|anterior a la IA)\b",
        re.IGNORECASE,
    ),
}
NOWHERE = {  # in any part
    "ja": re.compile("本物|真正|正真正銘|AIフリー|改ざん不可|改ざんできない|人間が描いた"),
    "es": re.compile(
        r"\b(auténtic\w*|genuin\w*|libre de IA|hech[oa] por human\w*|foto\w* verificada|inalterable)\b", re.I
    ),
}
QUOTED = re.compile("“[^”]*”|「[^」]*」|«[^»]*»")


def ours(text: str) -> str:
    """What we say ourselves: without what we quote."""
    return QUOTED.sub("", text)


def test_every_language_has_its_forbidden_words() -> None:
    """Whoever adds a language adds what must not be said in it."""
    assert set(CLAIMS) == set(NOWHERE) == set(SAME) == set(TRANSLATIONS)


@pytest.mark.parametrize("name", READ_BY_JURORS)
@pytest.mark.parametrize("language", TRANSLATIONS)
def test_no_report_claims_what_we_cannot(language: str, name: str) -> None:
    """No report says of its own, in any language, that a picture is authentic, real, original, safe or without AI."""
    said = {key: CLAIMS[language].search(ours(text)) for key, text in part(language, name).items()}

    assert {key: found[0] for key, found in said.items() if found} == {}


@pytest.mark.parametrize(("language", "name"), EVERY_PART)
def test_no_sentence_of_any_part_claims_what_we_cannot(language: str, name: str) -> None:
    """Questions, previews and other commands keep to the same words."""
    assert [key for key, text in part(language, name).items() if NOWHERE[language].search(ours(text))] == []


LINTED = {
    "ja": {
        "本物の写真です": True, "AI不使用": True, "このファイルは安全です": True, "検証済みの画像": True, "人間が描いた絵": True,
        "作者を証明します": True, "証明書の期限切れ": False, "AIの工程は申告されていない": False, "「本物」という題名": False,
        "適合製品リスト": False,
    },
    "es": {
        "es auténtica": True, "una imagen genuina": True, "hecha sin IA": True, "una foto real": True,
        "imagen verificada": True, "es segura": True, "no declara ningún paso con IA": False, "un certificado caducado": False,
        "se realizó ayer": False, "el perfil “Real Media Profile”": False, "la obra titulada “sin IA”": False,
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "text", "found"), [(language, *row) for language in LINTED for row in LINTED[language].items()]
)
def test_lint_finds_what_it_is_for(language: str, text: str, found: bool) -> None:
    """The lint can fail, and what is about steps or certificates, or quoted, passes."""
    assert bool(CLAIMS[language].search(ours(text))) is found


# --- how sentences are chosen --------------------------------------------------------------------------------


def test_list_is_joined_as_the_language_joins_it() -> None:
    """The comma between things is a translator's, not the code's; each thing is sanitised."""
    assert Catalogue("en").join(["a", "b\x1b"]) == "a, b\\u{001B}"
    assert Catalogue("ja").join(["a", "b"]) == "a、b"
    assert Catalogue("ja").join(["a", "b"], by="report.join.clauses") == "a；b"


COUNTED = {
    "one, English": ("en", 1, "1 byte is under no signature; it is not picture data."),
    "two, English": ("en", 2, "2 bytes are under no signature; they are not picture data."),
    "one, Spanish": ("es", 1, "1 byte no está bajo ninguna firma; no es parte de los datos de la imagen."),
    "one, a language without the form": ("ja", 1, "1バイトが署名の対象外です。画像のデータではありません。"),
    "one, a language that nobody translated": ("xx", 1, "1 byte is under no signature; it is not picture data."),
}


@pytest.mark.parametrize(("language", "n", "sentence"), COUNTED.values(), ids=COUNTED.keys())
def test_one_thing_has_its_own_form(language: str, n: int, sentence: str) -> None:
    """One byte, two bytes; a language without such a form says both alike, and never falls back to English for it."""
    assert Catalogue(language)("report.coverage.some", n=n) == sentence


def test_true_is_not_one() -> None:
    """A boolean in a sentence counts nothing."""
    assert Catalogue("en")("report.coverage.some", n=True).startswith("True bytes")


def test_word_for_programs_has_a_word_for_people() -> None:
    """A code of ours is said in the reader's language; a word that we do not know comes back sanitised."""
    say = Catalogue("es")

    assert say.term("report.revocation", "not checked") == "sin comprobar"
    assert say.term("report.revocation", "\x07?") == "\\u{0007}?"
    assert isinstance(say.term("report.revocation", "x"), Phrase)


PREFERRED = {"ja": "ja", "es": "es", "en": "en", "": "en", "xx": "en", "../en": "en", "..": "en"}


@pytest.mark.parametrize(("wanted", "language"), PREFERRED.items(), ids=PREFERRED.keys())
def test_language_of_the_environment(wanted: str, language: str) -> None:
    """PROVENANCE_LANG names a catalogue; anything else, a path included, is English."""
    code = "from provenance.report.wording import say; print(say.language)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PROVENANCE_LANG": wanted},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == language


COMMANDS: dict[str, tuple[dict[str, Any], list[str], str]] = {
    "by the environment": ({"PROVENANCE_LANG": "ja"}, [], "Content Credentials なし"),
    "by the option": ({}, ["--lang", "es"], "No hay Content Credentials"),
    "the option counts more": ({"PROVENANCE_LANG": "ja"}, ["--lang", "es"], "No hay Content Credentials"),
    "by nothing": ({}, [], "No credentials found"),
}


@pytest.mark.parametrize("command", ["verify", "inspect", "report"])
@pytest.mark.parametrize(("environment", "options", "headline"), COMMANDS.values(), ids=COMMANDS.keys())
def test_command_speaks_the_language_asked_for(
    environment: dict[str, Any], options: list[str], headline: str, command: str, tmp_path: Path
) -> None:
    """`--lang` and PROVENANCE_LANG choose the language of what the commands print."""
    picture = tmp_path / "piece.gif"
    picture.write_bytes(b"GIF89a\x01\x00\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")
    more = ["--format", "md", "-o", "-"] if command == "report" else []

    done = run_provenance(
        command,
        picture,
        *more,
        *options,
        home=tmp_path / "home",
        cwd=tmp_path,
        **{"PROVENANCE_LANG": "", **environment},
    )

    assert done.out.removeprefix("# ").startswith(headline), done.err


def test_unknown_language_is_one_clear_line(tmp_path: Path) -> None:
    """A language without a catalogue is refused, with those that there are."""
    done = run_provenance("verify", "piece.gif", "--lang", "xx", home=tmp_path, cwd=tmp_path)

    assert (done.exit, done.err) == (2, "error: --lang: there is no catalogue for 'xx'; one of en, es, ja\n")
