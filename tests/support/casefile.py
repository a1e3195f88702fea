"""What the tests of the case file share: a page taken apart, a drawing signed, a picture full of attacks."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from provenance.report.build import build
from provenance.report.html import page
from provenance.signing.options import Options as SigningOptions
from provenance.signing.sign import sign as sign_file
from provenance.verification.model import Verification
from tests.hostile.cases_strings import STRINGS, everywhere
from tests.support.artist import DRAWN_BY_HAND, Artist
from tests.support.report import (
    NOW,
)


class Outline(HTMLParser):
    """What a page is made of: its elements with their attributes, in order, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[str] = []
        self._style = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._style = False

    def handle_data(self, data: str) -> None:
        if not self._style:
            self.said.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.said).split())


def sign_drawing(asset: Path, artist: Artist, **options: Any) -> None:
    """Sign *asset* as the artist's own drawing."""
    sign_file(asset, DRAWN_BY_HAND, credential=artist.credential, options=SigningOptions(**options))


def paged(case: Callable[[], Verification], **options: Any) -> str:
    """The page of one of the Verifications made by hand."""
    return page(build(case(), now=NOW), **options)


def attack_picture(folder: Path) -> Path:
    """A picture whose every field holds every short attack string."""
    path = folder / "attack.png"
    path.write_bytes(everywhere("".join(text for text in STRINGS.values() if len(text) < 1_000)))
    return path
