"""Every language says what English says, in its own words, and none says what we must not (security D1)."""

from __future__ import annotations

import json
import os
import re
import string
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from provenance.report.build import build
from provenance.report.declared import PermissionLine, ProfileAnswer, Step
from provenance.report.editions import blind, for_entrant, in_words
from provenance.report.export import to_dict, to_markdown
from provenance.report.html import page
from provenance.report.layout import columns
from provenance.report.model import Finding, Report
from provenance.report.names import fingerprint
from provenance.report.preview import Setting, preview
from provenance.report.run import same_signer
from provenance.report.said import Said, Who
from provenance.report.text import render, render_full
from provenance.report.wording import DEFAULT, Catalogue, Phrase, languages
from provenance.signing.manifest import plan
from provenance.verification.model import Verification
from tests.support.declarations import DECLARATIONS, declaration
from tests.support.environment import run_provenance
from tests.support.report import CASES, NOW

ROOT = resources.files("provenance.report") / "catalogue"
TRANSLATIONS = tuple(language for language in languages() if language != DEFAULT)
READ_BY_JURORS = ("report", "juror", "run", "casefile")


@cache
def part(language: str, name: str) -> dict[str, str]:
    """The sentences of one part in *language*."""
    found: dict[str, str] = json.loads((ROOT / language / f"{name}.json").read_text("utf-8"))
    return found


def parts(language: str) -> tuple[str, ...]:
    """The parts that *language* has."""
    return tuple(sorted(Path(file.name).stem for file in (ROOT / language).iterdir()))


def places(text: str) -> set[str]:
    """The names of the places in a sentence."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def literal(text: str) -> list[str]:
    """What stands between the places."""
    return [text for text, _, _, _ in string.Formatter().parse(text)]


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
    "ja": {"AI", "AI?", "SHA-256 {text}", "cryptography", "provenance"},
    "es": {
        "SHA-256 {text}", "cryptography", "provenance", "No", "no", "{use}: no", "{name} · {type} · {size} bytes",
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


# --- whole reports -------------------------------------------------------------------------------------------

# Strings that fill every field are cut at other places in other languages; the other cases have every sentence.
NIGHTJAR = Setting("Nightjar", until="2031-11-20")
ORDINARY = [name for name in CASES if name != "hostile"]
REPORTS = [(language, name) for language in TRANSLATIONS for name in ORDINARY]
WORD = re.compile(r"[A-Za-z][A-Za-z'-]{2,}")
WIDE = 100_000  # so that no value is broken
HEX = re.compile(r"[0-9a-f]+")
NAMES = {  # of things, the same in Japanese
    "Content", "Credentials", "C2PA", "SHA-256", "SHA-", "UTC", "JSON", "provenance", "inspect", "Human", "Illustration",
    "Profile", "Fully", "Generative", "Real", "Life", "Capture", "Media",
}  # fmt: skip


def strings(value: object) -> Iterator[str]:
    """Every string in nested values of data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from strings(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from strings(getattr(value, field.name))


def without(text: str, known: set[str]) -> str:
    """Return *text* without what the file says, the longest strings first."""
    for value in sorted(known, key=len, reverse=True):
        text = text.replace(value, " ")
    return text


SPOKEN: dict[type, tuple[str, ...]] = {Step: ("what",), PermissionLine: ("name",), ProfileAnswer: ("title",)}


def sentences(value: object) -> Iterator[str]:
    """Every sentence, phrase and name of ours in a report."""
    match value:
        case Said():
            yield value.text
        case Who():
            yield value.name
        case Finding():
            yield from (value.sentence, value.may_conclude, value.may_not_conclude, value.fair_next)
        case tuple():
            for item in value:
                yield from sentences(item)
        case _ if is_dataclass(value):
            yield from (getattr(value, name) for name in SPOKEN.get(type(value), ()))
            for field in fields(value):
                yield from sentences(getattr(value, field.name))


class _Words(HTMLParser):
    """The text that a reader sees or hears on a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent = tag == "style"
        self.found += ["\n"] * (tag != "bdi")
        self.found += [value for name, value in attrs if name in {"alt", "title", "aria-label"} and value]  # read aloud

    def handle_endtag(self, tag: str) -> None:
        self._silent = False

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(data)


def on_page(report: Report) -> str:
    """The words of the case file."""
    words = _Words()
    words.feed(page(report))
    return "".join(words.found)


FORMS: dict[str, Any] = {
    "screen": lambda report: render(report, width=WIDE),
    "full": lambda report: render_full(report, width=WIDE),
    "markdown": lambda report: to_markdown(report).replace("\\", ""),
    "sentences": lambda report: "\n".join(sentences(report)),
    "page": on_page,
}


def report_of(name: str, language: str) -> tuple[Report, set[str]]:
    """The report on a case, and everything in it that is not ours: words of the file, codes, versions."""
    found: Verification = CASES[name]()
    report = build(found, language=language, now=NOW)
    words = {text for text in strings(found) if WORD.search(text)}
    words |= {code for line in report.signals for code in line.signals} | {line.id for line in report.profiles}
    grouped = {fingerprint(text) for text in words}
    words |= grouped | {" ".join(text.split()) for text in grouped} | {text.removeprefix("CN=") for text in words}
    words |= {urlsplit(text).hostname or text for text in words if "://" in text}
    return report, words


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ORDINARY)
def test_japanese_report_holds_no_word_of_ours_in_latin_letters(name: str, form: str) -> None:
    """What is left without the file's own words and a few names is Japanese: nothing is put together in code."""
    report, known = report_of(name, "ja")

    left = set(WORD.findall(without(FORMS[form](report), known))) - NAMES

    assert {word for word in left if not HEX.fullmatch(word)} == set()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ORDINARY)
def test_japanese_report_has_japanese_punctuation(name: str, form: str) -> None:
    """No full stop, comma or bracket of ours stands in code or template behind a Japanese sentence."""
    shown = FORMS[form](report_of(name, "ja")[0])

    assert re.findall(r"[\u3040-\u30ff\u4e00-\u9fff][.,;:!)](?=\s|$)", shown) == []


@cache
def english_pieces(language: str) -> frozenset[str]:
    """What stands between the places of English sentences, where it is long enough to be told, and not in *language*."""
    own = " ".join(text for name in parts(language) for text in part(language, name).values())
    pieces = {
        piece.strip()
        for name in READ_BY_JURORS
        for text in part(DEFAULT, name).values()
        for piece in literal(text)
        if len(piece.split()) > 2
    }
    return frozenset(piece for piece in pieces if piece not in own)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("language", "name"), REPORTS)
def test_no_english_sentence_is_left_in_a_report(language: str, name: str, form: str) -> None:
    """No report in another language holds a piece of an English sentence."""
    shown = " ".join(FORMS[form](report_of(name, language)[0]).split())

    assert [piece for piece in english_pieces(language) if piece in shown] == []


def test_english_pieces_are_found_where_they_stand() -> None:
    """The test before this one can fail: an English report is full of them."""
    shown = " ".join(render(report_of("hand drawn", DEFAULT)[0]).split())

    assert len([piece for piece in english_pieces("ja") if piece in shown]) > 5


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_entrants_edition_is_translated(language: str) -> None:
    """The sentences that only an edition without the reader's own names has are there too."""
    report = build(for_entrant(CASES["hand drawn"]()), language=language, now=NOW)

    assert [piece for piece in english_pieces(language) if piece in " ".join(sentences(report))] == []


@pytest.mark.parametrize("name", ORDINARY)
def test_blind_edition_is_japanese_too(name: str) -> None:
    """Where names are left out, the words in their place are in the reader's language; what hides them stays hidden."""
    found = in_words(blind(CASES[name]()), Catalogue("ja"))
    report = build(found, language="ja", now=NOW)
    shown = "\n".join(sentences(report))

    assert re.search("withheld|Signer", shown) is None
    if found.manifests:
        assert "署名者A" in shown


@pytest.mark.parametrize("name", ORDINARY)
def test_blind_edition_in_english_is_as_it_was(name: str) -> None:
    """English has the very words that stand in a blind edition for programs."""
    assert in_words(blind(CASES[name]()), Catalogue("en")) == blind(CASES[name]())


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize(("language", "name"), [(language, name) for language in TRANSLATIONS for name in CASES])
def test_no_line_is_wider_than_asked(language: str, name: str, width: int) -> None:
    """Japanese has no spaces and two columns a letter; no line is wider than the terminal all the same."""
    report = build(CASES[name](), language=language, now=NOW)
    lines = (render(report, width=width) + render_full(report, width=width)).split("\n")

    assert max(columns(line) for line in lines) <= width


@pytest.mark.parametrize("name", ORDINARY)
@pytest.mark.parametrize("language", TRANSLATIONS)
def test_ordinary_files_fit_one_screen(language: str, name: str) -> None:
    """Longer languages keep to a screen as well."""
    assert len(render(build(CASES[name](), language=language, now=NOW)).splitlines()) <= 36


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_labels_are_not_cut(language: str) -> None:
    """What stands before a row fits its column."""
    labels = [text for key, text in part(language, "report").items() if key.startswith("label.")]

    assert [label for label in labels if columns(label) > 16 or " " in label[:1]] == []


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_facts_are_the_same_in_every_language(language: str) -> None:
    """A language changes words, not findings: ids, kinds, levels and dates stay."""

    def facts(report: dict[str, Any]) -> list[Any]:
        keys = ("ai_use", "level", "ledger", "findings", "unknowns", "permissions", "integrity")
        return [_ids(report[key]) for key in keys]

    for name in ORDINARY:
        english, other = (to_dict(build(CASES[name](), language=tongue, now=NOW)) for tongue in (DEFAULT, language))
        assert facts(english) == facts(other)


def _ids(value: Any) -> Any:
    if isinstance(value, list):
        return [_ids(item) for item in value]
    if isinstance(value, dict):
        return {
            key: _ids(item) for key, item in value.items() if key in {"id", "kind", "effective", "sentence", "state"}
        }
    return value if isinstance(value, bool | int) else None


@pytest.mark.parametrize("name", DECLARATIONS)
@pytest.mark.parametrize("language", TRANSLATIONS)
def test_preview_is_translated(language: str, name: str) -> None:
    """What an artist sees before signing is all in her language, within eighty columns."""
    said = declaration(name)
    lines = preview(said, plan(said, generator_version="1"), setting=NIGHTJAR, say=Catalogue(language))
    pieces = {
        piece.strip() for text in part(DEFAULT, "preview").values() for piece in literal(text) if len(piece.split()) > 2
    }

    assert [piece for piece in pieces if piece in " ".join(" ".join(lines).split())] == []
    assert max(columns(line) for line in lines) <= 80


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_sentence_about_several_files_is_wrapped(language: str) -> None:
    """The same signer in several files of a run is said in the reader's language, within the width."""
    lines = list(same_signer([CASES["hand drawn"](), CASES["hand drawn"]()], Catalogue(language), width=60))

    assert len(lines) > 1
    assert max(columns(line) for line in lines) <= 60


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
