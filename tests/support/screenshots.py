"""Take the screenshots of docs/case-file.md: ``python -m tests.support.screenshots docs/screenshots``.

The cases are those that the documents promise: a picture of a phone that was edited twice (from the corpus), a
chain with a broken ancestor, and a file full of attack strings, both made here. Each at 1280 and 390 pixels.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image

from provenance.declaration.model import Declaration
from provenance.demo_pictures import change_one_pixel, draw_illustration
from provenance.home import Home
from provenance.metadata.writing import Conflict
from provenance.report.build import build
from provenance.report.html import page
from provenance.report.picture import picture_of
from provenance.signing.options import Options as SigningOptions
from provenance.signing.sign import sign
from provenance.trust.lists import load
from provenance.trust.model import Trust
from provenance.trust.update import update
from provenance.verification.files import verify_files
from provenance.verification.model import Verification
from provenance.verification.options import Options
from provenance.worker.settings import Settings
from tests.hostile.cases_strings import STRINGS, everywhere
from tests.support.artist import DRAWN_BY_HAND, make_artist
from tests.support.browser import DARK, LIGHT, chromium
from tests.support.environment import CORPUS, TRUST_LISTS, corpus

_SIZES = {1280: 2560, 390: 3600}
_EDITED = {
    "authors": [{"name": "Rook"}],
    "steps": [{"action": "c2pa.edited", "tool": "Photoshop 27.1", "ai": {"kind": "inpainting", "generative": "yes"}}],
    "permissions": {"generative_training": "no"},
}


def main(folder: Path) -> None:
    """Write every screenshot into *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    folder = folder.absolute()
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        for name, path, trust in _cases(work):
            _, found = next(verify_files([path], options=Options(trust=trust, digest=True)))
            if not isinstance(found, Verification):
                raise found
            picture = picture_of(path, settings=Settings())
            written = work / f"{name}.html"
            written.write_text(page(build(found, now=datetime.now(UTC)), picture=picture), encoding="utf-8")
            for width in _SIZES:
                _shoot(written.as_uri(), folder / f"{name}-{width}.png", width, scheme=LIGHT)
        for name in ("phone", "broken-ancestor"):
            if (written := work / f"{name}.html").exists():
                _shoot(f"{written.as_uri()}#chain", folder / f"{name}-chain-dark.png", 1280, scheme=DARK)


def _cases(work: Path) -> Iterator[tuple[str, Path, Trust]]:
    home = Home(work / "reader")
    if TRUST_LISTS is not None:
        list(update(home, folder=TRUST_LISTS))
    if CORPUS is not None:
        yield "phone", corpus("ai", "PXL_20250818_155024632~4.jpg"), load(home)
    yield "broken-ancestor", _broken_ancestor(work), load(home)
    attack = work / "attack.png"
    attack.write_bytes(everywhere("".join(text for text in STRINGS.values() if len(text) < 1_000)))
    yield "attack", attack, load(home)


def _broken_ancestor(work: Path) -> Path:
    """Return a drawing that was changed after its artist signed it, and then edited and signed by somebody else."""
    names = ("drawn", "signed", "changed", "heron")
    drawn, signed, changed, edited = (work / f"{name}.png" for name in names)
    draw_illustration(drawn)
    artist, editor = make_artist(work), make_artist(work, "rook")
    sign(drawn, DRAWN_BY_HAND, credential=artist.credential, options=SigningOptions(output=signed))
    change_one_pixel(signed, changed)
    keep = Conflict.KEEP  # the artist's credit
    options = SigningOptions(output=edited, accept_damaged_parent=True, conflict=keep)
    sign(changed, Declaration.from_dict(_EDITED), credential=editor.credential, options=options)
    return edited


def _shoot(address: str, target: Path, width: int, *, scheme: str) -> None:
    height = _SIZES[width]
    frame = target.with_suffix(".html")  # a window cannot be as narrow as a phone
    style = f"display:block;border:0;width:{width}px;height:{height}px"
    frame.write_text(f'<body style="margin:0"><iframe style="{style}" src="{address}"></iframe>', "utf-8")
    chromium(frame, f"--window-size={width},{height}", f"--screenshot={target}", scheme)
    frame.unlink()
    with Image.open(target) as shot:
        shot.convert("RGB").quantize(96, dither=Image.Dither.NONE).save(target, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
