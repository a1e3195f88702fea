"""Declarations as rows of a spreadsheet: the cells, the text, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from provenance.declaration.model import Declaration
from provenance.declaration.sheet import COLUMNS, MORE, Wrong, from_row, to_row
from provenance.declaration.sheet_text import read, write
from provenance.errors import DeclarationError
from tests.support.artist import DRAWN_BY_HAND

SIMPLE = {
    "title": "=1+1",
    "authors": [{"name": "Mika Kestrel"}, {"name": "Ana", "role": "editor"}],
    "tools": [{"name": "Krita", "version": "5.2.6"}, {"name": "Darkroom"}],
    "steps": [
        {"ai": {"kind": "denoising"}},
        {"ai": {"kind": "inpainting", "generative": "yes"}, "tool": {"name": "Filler", "version": "2"}, "description": "a: b"},
    ],
    "history_complete": True,
    "made": "2019-05",
    "permissions": {"generative_training": "no", "data_mining": "search", "inference": "ask", "constraints": {"inference": "Ask: me"}},
    "contact": "https://me.example/form",
    "description": "two\nlines",
    "ingredients": [{"path": "p.png", "relationship": "parent"}, {"path": "a b.png"}],
    "evidence": ["x/y.psd"],
}  # fmt: skip
ODD = {
    "authors": [{"name": "A | B"}, {"name": "C", "url": "https://c.example/", "identifiers": ["x"]}],
    "tools": [{"name": "Tool 3"}],
    "steps": [{"action": "c2pa.cropped"}, {"ai": {"kind": "inpainting", "model": {"name": "M"}}}],
    "licensor": {"name": "Shop"},
    "copyright_owner": "Shop",
    "ingredients": [{"path": "a.png"}, {"path": "p.png", "relationship": "parent"}],
    "permissions": {"training": "yes"},
}
DATA: dict[str, dict[str, Any]] = {
    "simple": SIMPLE, "odd": ODD, "drawn": DRAWN_BY_HAND.to_dict(), "name (editor)": {"authors": [{"name": "X (editor)"}]},
    "spaces in a path": {"evidence": [" a.psd "]}, "a bar in a path": {"evidence": ["a|b.psd"]},
    "note of a tool": {"steps": [{"tool": {"name": "A:B"}, "ai": {"kind": "text"}}]},
}  # fmt: skip


@pytest.mark.parametrize("name", DATA)
def test_a_row_gives_its_declaration_back(name: str) -> None:
    """Whatever is declared, its row through the text of a sheet gives the same declaration, field by field."""
    declaration = Declaration.from_dict(DATA[name])

    sheet = write(COLUMNS, [{"file": "a.png"} | to_row(declaration)])
    (row,) = read(sheet, COLUMNS, name="s.csv")
    found, wrong = from_row(row.cells)

    assert wrong == []
    assert found == declaration


def test_what_a_column_can_say_stands_in_that_column() -> None:
    """Usual declarations need no JSON; what no column holds stands in `more`, and only that."""
    usual, odd = to_row(Declaration.from_dict(SIMPLE)), to_row(Declaration.from_dict(ODD))

    assert MORE not in usual
    assert usual["authors"] == "Mika Kestrel | Ana (editor)"
    assert usual["ai"] == "denoising | inpainting=yes:Filler 2:a: b"
    assert usual["inference"] == "ask: Ask: me"
    assert {"copyright_owner", "training"} < set(odd) and "authors" not in odd


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1", "'=1", "''", "'plain", "'"]


@pytest.mark.parametrize("text", FORMULAS, ids=ascii)
def test_no_cell_is_a_formula_and_each_is_read_back(text: str) -> None:
    """A cell that a spreadsheet would run gets an apostrophe in front, which reading takes off; others stay."""
    sheet = write(["file", "title"], [{"file": "a", "title": text}])

    (row,) = read(sheet, ["file", "title"], name="s.csv")

    cell = sheet.decode("utf-8-sig").split("\r\n", 1)[1].split(",", 1)[1].strip('"')
    assert cell[0] == "'"
    assert row.cells["title"] == text


@pytest.mark.parametrize(
    "text",
    [
        "file;title;ai\na.png;Ä;denoising\n",
        "\ufefffile,title,ai\r\na.png,Ä,denoising\r\n",
        "File\tTitle\tAI\na.png\tÄ\tdenoising",
        'sep=;\r\n"file";"title";"ai"\r\n"a.png";"Ä";"denoising"\r\n;;\r\n',
    ],
    ids=["semicolons", "mark", "tabs", "sep"],
)
def test_sheets_of_every_program_are_read(text: str) -> None:
    """Semicolons, tabs, a byte order mark, a sep line, names in capitals, empty rows: all the same sheet."""
    (row,) = read(text.encode(), COLUMNS, name="s.csv")

    assert dict(row.cells) == {"file": "a.png", "title": "Ä", "ai": "denoising"}


REFUSED = {
    "a column": (b"file,titel\n", "s.csv: column 2: 'titel' is not known here; did you mean title"),
    "no name": (b"file,,title\n", "s.csv: column 2: has no name in the first row; name it, or take the column out"),
    "twice": (b"file,title,Title\n", "s.csv: has the column 'title' twice; take one of them out"),
    "no file": (b"title\n", "s.csv: has no column 'file'; `provenance declare template` makes a sheet"),
    "workbook": (b"PK\x03\x04xxx", "s.csv: is a workbook, not CSV; save it as CSV UTF-8"),
    "utf-16": ("file,title".encode("utf-16"), "s.csv: is UTF-16 text; save it as CSV UTF-8"),
    "latin-1": (b"file,title\na,\xe4", "s.csv: is not UTF-8 text (byte 13); save it as CSV UTF-8"),
    "too many cells": (
        b"file,title\na,b,c\n",
        "s.csv: row 2: has 3 cells, more than there are columns; put a cell with a separator in it in quotes",
    ),
    "quotes": (b'file,title\na,"b', "s.csv: is not CSV (unexpected end of data); save it as CSV UTF-8"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_sheet_is_refused(name: str) -> None:
    """Another encoding, an unknown column, a broken quote: one line that says where, what, and what to do."""
    data, message = REFUSED[name]

    with pytest.raises(DeclarationError) as caught:
        read(data, COLUMNS, name="s.csv")

    assert str(caught.value) == message


def test_every_wrong_cell_is_told() -> None:
    """All faults of a row are told at once, each with its column, the problem and what to do."""
    cells = {
        "file": "a.png", "origin": "photo graf", "ai": "denoising | inpaintng", "complete": "perhaps", "made": "17/05/2019",
        "training": "maybe", "authors": "Mika | x\u200by", "license_url": "example.com", "more": "{", "title": "fine",
    }  # fmt: skip

    _, wrong = from_row(cells)

    assert {(one.column, one.problem.split(" ")[0]) for one in wrong} == {
        ("ai", "'inpaintng'"), ("complete", "'perhaps'"), ("more", "is"), ("origin", "'photo"), ("made", "'17/05/2019'"),
        ("training", "'maybe'"), ("authors", "number"), ("license_url", "'example.com'"),
    }  # fmt: skip
    assert Wrong("ai", "'inpaintng' is not known here", "did you mean inpainting") in wrong
    assert Wrong("authors", "number 2: holds the invisible character U+200B", "remove it") in wrong


CONTRADICTIONS = {
    "complete": ({"complete": "yes"}, "complete"),
    "ai": ({"origin": "photograph", "no_generative_ai": "final", "ai": "inpainting"}, "no_generative_ai"),
    "ask": ({"training": "ask"}, "training"),
    "twice": ({"ai": "text", "more": '{"steps": []}'}, "more"),
    "outside": ({"evidence": "../x.psd"}, "evidence"),
    "parent": ({"parent": "/etc/x.png"}, "parent"),
    "field": ({"more": '{"titel": "x"}'}, "more"),
    "deep": ({"more": '{"a":' * 40 + "1" + "}" * 40}, "more"),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_what_does_not_hold_together_is_told_where_it_stands(name: str) -> None:
    """A contradiction, or a file outside the folder, is refused in the column that says it."""
    cells, column = CONTRADICTIONS[name]

    _, wrong = from_row(cells)

    assert [one.column for one in wrong] == [column]
