"""A: a second manifest store, in every format; several stores count as none (C2PA 2.4 §15.5)."""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from provenance.terms import OWN, Integrity, Level
from tests.hostile.case import Case
from tests.hostile.forge import Spec, forge
from tests.hostile.pictures import picture, top_boxes
from tests.hostile.stock import by_stock_api
from tests.support.pictures import DRAWN

SECOND = (OWN + "container.secondStore",)


@cache
def _signed(name: str, media_type: str) -> bytes:
    with tempfile.TemporaryDirectory() as temporary:
        return by_stock_api(DRAWN[name].at(Path(temporary)).read_bytes(), media_type)


def _boxes(name: str, media_type: str, kind: bytes) -> Callable[[], bytes]:
    """Append the manifest's box once more."""

    def build() -> bytes:
        data = _signed(name, media_type)
        at, length = next((at, length) for found, at, length in top_boxes(data) if found == kind)
        return data + data[at : at + length]

    return build


def _webp() -> bytes:
    data = _signed("webp", "image/webp")
    at = data.index(b"C2PA")
    size = struct.unpack_from("<I", data, at + 4)[0]
    grown = data + data[at : at + 8 + size + size % 2]
    return grown[:4] + struct.pack("<I", len(grown) - 8) + grown[8:]


def _gif() -> bytes:
    data = _signed("gif", "image/gif")
    at = data.index(b"\x21\xff\x0bC2PA_GIF")
    end = at + 14
    while data[end]:
        end += 1 + data[end]
    return data[: end + 1] + data[at : end + 1] + data[end + 1 :]


def _svg() -> bytes:
    data = _signed("svg", "image/svg+xml")
    start = data.index(b"<metadata>")
    end = data.index(b"</metadata>") + len(b"</metadata>")
    return data[:end] + data[start:end] + data[end:]


def _beside_itself() -> bytes:
    """Two stores in one box."""
    one = forge(Spec(title="x" * 5))
    return one.data[: one.end] + forge(asset=picture()).data[one.start : one.end] + one.data[one.end :]


def _case(what: str, build: Callable[[], bytes], suffix: str) -> Case:
    does = f"a second manifest store in {what}"
    return Case("A", does, build, Integrity.ALTERED, Level.UNVERIFIED, SECOND, suffix=suffix)


CASES = {
    "second_store_webp": _case("a WebP", _webp, ".webp"),
    "second_store_gif": _case("a GIF", _gif, ".gif"),
    "second_store_svg": _case("an SVG", _svg, ".svg"),
    "second_store_avif": _case("an AVIF", _boxes("avif", "image/avif", b"uuid"), ".avif"),
    "second_store_heic": _case("a HEIC", _boxes("heic", "image/heic", b"uuid"), ".heic"),
    "second_store_jxl": _case("a JPEG XL", _boxes("jxl", "image/jxl", b"jumb"), ".jxl"),
    "second_store_png": _case("a PNG, after the first", _beside_itself, ".png"),
}
