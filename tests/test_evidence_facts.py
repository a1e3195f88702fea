"""Facts of working files: what each format tells, what is never taken, and that hostile files stop nobody."""

from __future__ import annotations

import plistlib
import struct
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

import psd_tools
import pytest
from PIL import Image

from provenance.errors import AssetError
from provenance.metadata.evidence.facts import facts
from provenance.metadata.evidence.files import facts_of
from provenance.metadata.evidence.model import Facts, LayerCount, LayerKind, SourceKind
from provenance.worker import codec
from tests.support import sources


def told(found: Facts) -> dict[str, object]:
    """Return what *found* tells beside its bytes."""
    values = {name: getattr(found, name) for name in found.__match_args__}
    base = {"media_type", "size", "sha256"}
    return {name: value for name, value in values.items() if name not in base and value not in (None, "", (), False)}


PAINTING = (LayerCount(LayerKind.PAINT, 3), LayerCount(LayerKind.VECTOR, 1), LayerCount(LayerKind.GROUP, 1))
SHOP = (
    LayerCount(LayerKind.PAINT, 2), LayerCount(LayerKind.VECTOR, 1), LayerCount(LayerKind.TEXT, 1),
    LayerCount(LayerKind.ADJUSTMENT, 1), LayerCount(LayerKind.GROUP, 1),
)  # fmt: skip
SHOP_FACTS = {
    "width": 1200, "height": 800, "layers": 5, "layer_kinds": SHOP, "first": "2026-03-01", "last": "2026-03-09",
    "program": "Adobe Photoshop 26.1",
}  # fmt: skip
EXPECTED = {
    "krita": (
        sources.krita,
        {
            "kind": SourceKind.KRA, "width": 1200, "height": 800, "layers": 4, "layer_kinds": PAINTING,
            "seconds": 12_000, "cycles": 14, "first": "2026-03-01", "last": "2026-03-09", "program": "Krita 5.2.6",
        },
    ),
    "openraster": (
        sources.openraster,
        {
            "kind": SourceKind.ORA, "width": 640, "height": 480, "layers": 3,
            "layer_kinds": (LayerCount(LayerKind.PAINT, 3), LayerCount(LayerKind.GROUP, 1)),
        },
    ),
    "procreate": (
        sources.procreate,
        {
            "kind": SourceKind.PROCREATE, "width": 2048, "height": 1536, "layers": 4,
            "layer_kinds": (LayerCount(LayerKind.PAINT, 4), LayerCount(LayerKind.GROUP, 1)),
            "seconds": 5025, "strokes": 3187, "program": "Procreate", "film_parts": 2, "film_seconds": 101,
        },
    ),
    "clip": (sources.clip, {"kind": SourceKind.CLIP, "layers": 3, "program": "CLIP STUDIO PAINT"}),
    "psd": (sources.psd, {"kind": SourceKind.PSD} | SHOP_FACTS),
    "psb": (lambda path: sources.psd(path, big=True), {"kind": SourceKind.PSB} | SHOP_FACTS),
    "psd of 16 bits": (lambda path: sources.psd(path, deep=True), {"kind": SourceKind.PSD} | SHOP_FACTS),
    "psb of 16 bits": (lambda path: sources.psd(path, big=True, deep=True), {"kind": SourceKind.PSB} | SHOP_FACTS),
    "dng": (
        sources.dng,
        {
            "kind": SourceKind.DNG, "width": 6000, "height": 4000, "first": "2026-02-14", "last": "2026-02-14",
            "camera": "NIKON Z 8",
        },
    ),
    "nef": (
        lambda path: sources.tiff(path, sources.CAMERA),
        {
            "kind": SourceKind.RAW, "width": 6000, "height": 4000, "first": "2026-02-14", "last": "2026-02-14",
            "camera": "NIKON Z 8",
        },
    ),
    "mp4": (
        sources.mp4,
        {"kind": SourceKind.VIDEO, "film_seconds": 95, "first": "2026-02-27", "last": "2026-02-27"},
    ),
    "mp4 of a clock never set": (
        lambda path: sources.mp4(path, created=0), {"kind": SourceKind.VIDEO, "film_seconds": 95},
    ),
    "webm": (sources.webm, {"kind": SourceKind.VIDEO, "film_seconds": 41}),
}  # fmt: skip


@pytest.mark.parametrize(("make", "expected"), EXPECTED.values(), ids=EXPECTED.keys())
def test_each_format_tells_its_facts(make, expected, tmp_path):
    """A working file is recognised by content, and its few facts are taken; days without the time of day."""
    path = make(tmp_path / "work.dat")

    found = facts(path)

    assert told(found) == expected
    assert (found.size, found.sha256) == (path.stat().st_size, sha256(path.read_bytes()).hexdigest())
    assert codec.decode(Facts, codec.encode(found)) == found


@pytest.mark.parametrize(("make", "expected"), EXPECTED.values(), ids=EXPECTED.keys())
def test_nothing_that_names_anybody_is_taken(make, expected, tmp_path):
    """Names of layers, authors, documents, owners and serial numbers stay where they are."""
    found = repr(asdict(facts(make(tmp_path / "work.dat"))))

    assert not any(word in found for word in ("Mika", "client", "Secret", "3001234", "example.org", "23:51"))


@pytest.mark.parametrize("name", ["psd", "psb", "psd of 16 bits", "psb of 16 bits"])
def test_layers_are_those_that_another_reader_finds(name, tmp_path):
    """psd-tools, an independent reader, counts the same layers and groups."""
    path = EXPECTED[name][0](tmp_path / "work.psd")

    theirs = list(psd_tools.PSDImage.open(path).descendants())

    ours = {one.kind: one.count for one in facts(path).layer_kinds}
    assert sum(layer.is_group() for layer in theirs) == ours[LayerKind.GROUP]
    assert sum(not layer.is_group() for layer in theirs) == facts(path).layers
    assert sum(layer.kind == "type" for layer in theirs) == ours[LayerKind.TEXT]


def test_layers_that_another_program_wrote(tmp_path):
    """A PSD written by psd-tools has as many layers and groups here as it was given."""
    made = psd_tools.PSDImage.new("RGB", (64, 48))
    group = made.create_group(name="group")
    for name in ("one", "two"):
        group.append(made.create_pixel_layer(Image.new("RGB", (8, 8)), name=name))
    made.create_pixel_layer(Image.new("RGB", (64, 48)), name="paper")
    made.save(tmp_path / "work.psd")

    found = facts(tmp_path / "work.psd")

    assert (found.width, found.height, found.layers, found.problems) == (64, 48, 3, ())
    assert LayerCount(LayerKind.GROUP, 1) in found.layer_kinds


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF"])
def test_a_picture_is_a_stage_of_the_work(form, tmp_path):
    """Any picture may be a stage of the work; its size is told."""
    path = tmp_path / "stage"
    Image.new("RGB", (31, 17)).save(path, form)

    found = facts(path)

    assert (found.kind, found.width, found.height) == (SourceKind.PICTURE, 31, 17)
    assert found.media_type.startswith("image/")


def test_a_file_of_another_kind_counts_by_its_bytes(tmp_path):
    """A format that nobody here reads still has a hash."""
    path = tmp_path / "work.sai2"
    path.write_bytes(b"SAI-CANVAS something")

    assert told(facts(path)) == {"kind": SourceKind.OTHER}


def test_a_tiff_of_a_program_is_no_raw_file(tmp_path):
    """What a program drew as TIFF is a picture, whatever camera it names."""
    path = sources.tiff(tmp_path / "work.tif", sources.CAMERA | {262: 2})

    assert facts(path).kind is SourceKind.PICTURE


def test_a_zip_that_is_no_painting_is_another_file(tmp_path):
    """An archive without a document of Procreate's is not taken for one."""
    path = sources.zipped(tmp_path / "work.procreate", {"Document.archive.txt": b"words"})

    assert told(facts(path)) == {"kind": SourceKind.OTHER}


def test_facts_are_read_in_a_child(tmp_path):
    """The parent asks a child for each file, and gets the same."""
    paths = [sources.krita(tmp_path / "one.kra"), sources.psd(tmp_path / "two.psd"), sources.clip(tmp_path / "3.clip")]

    found = facts_of(paths)

    assert found == tuple(facts(path) for path in paths)


def test_a_file_that_is_not_there_is_named(tmp_path):
    """What cannot be opened is an error that names the file without its folder."""
    with pytest.raises(AssetError) as caught:
        facts_of([tmp_path / "gone.kra"])

    assert str(caught.value) == "gone.kra: cannot be read (No such file or directory)"


ENTITIES = """<?xml version="1.0"?><!DOCTYPE image [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>
<image w="1" h="1"><stack><layer name="&b;"/></stack></image>"""


def nested(depth: int) -> str:
    return f'<image w="1" h="1">{"<stack>" * depth}{"</stack>" * depth}</image>'


def deep_list(depth: int) -> bytes:
    """Return a binary property list of lists in lists, which a recursive reader falls over."""
    objects = b"".join(b"\xa1" + struct.pack(">H", number + 1) for number in range(depth)) + b"\x50"
    offsets = b"".join(struct.pack(">I", 8 + 3 * number) for number in range(depth + 1))
    trailer = struct.pack(">6xBBQQQ", 4, 2, depth + 1, 0, 8 + len(objects))
    return b"bplist00" + objects + offsets + trailer


def circle() -> bytes:
    """Return a keyed archive whose group holds itself."""
    uid = plistlib.UID
    objects = ["$null", {"layers": uid(2)}, {"NS.objects": [uid(3)]}, {"children": uid(2)}]
    return plistlib.dumps({"$top": {"root": uid(1)}, "$objects": objects}, fmt=plistlib.FMT_BINARY)


SLOW = (
    "CREATE TABLE Canvas (CanvasRootFolder)",
    "CREATE TABLE n (MainId)",
    "INSERT INTO n VALUES (1),(2),(3),(4),(5),(6),(7),(8),(9),(10)",
    "CREATE VIEW Layer AS SELECT a.MainId FROM " + ", ".join(f"n {letter}" for letter in "abcdefghijklmnop"),
)
HOSTILE = {
    "entities": (
        lambda path: sources.openraster(path, ENTITIES),
        "a document inside declares a document type of its own, which is not read",
    ),
    "deep XML": (
        lambda path: sources.openraster(path, nested(5000)), "a document inside is nested too deep, or too long",
    ),
    "no XML": (lambda path: sources.openraster(path, "words"), "a document inside is not well-formed XML"),
    "a bomb": (
        lambda path: sources.openraster(path, " " * (9 << 20)),
        "bytes of stack.xml: more than 8388608, at most 8388608 are read",
    ),
    "too many entries": (
        lambda path: sources.zipped(
            path, {"mimetype": "image/openraster", "stack.xml": sources.STACK} | {f"{n}": b"" for n in range(100_000)}
        ),
        "entries of the archive: 100002, at most 50000 are read",
    ),
    "a deep property list": (
        lambda path: sources.procreate(path, deep_list(20_000)),
        "Document.archive is not a property list that can be read",
    ),
    "an XML property list": (
        lambda path: sources.procreate(path, plistlib.dumps({"$top": {}})),
        "Document.archive is not a property list that can be read",
    ),
    "an empty property list": (
        lambda path: sources.procreate(path, plistlib.dumps({}, fmt=plistlib.FMT_BINARY)),
        "Document.archive describes no document",
    ),
    "no database": (
        lambda path: sources.clip(path, b"SQLite format 3\0" + bytes(4096)),
        "layers not counted: the database inside cannot be read",
    ),
    "a slow view": (
        lambda path: sources.clip(path, sources.database(*SLOW)),
        "layers not counted: the database inside cannot be read",
    ),
    "a database without layers": (
        lambda path: sources.clip(path, sources.database("CREATE TABLE other (MainId)")),
        "layers not counted: the database inside cannot be read",
    ),
    "a view that calls functions": (
        lambda path: sources.clip(
            path,
            sources.database(
                "CREATE TABLE Canvas (CanvasRootFolder)", "CREATE VIEW Layer AS SELECT zeroblob(900000000) AS MainId"
            ),
        ),
        "layers not counted: the database inside cannot be read",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("make", "problem"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_a_problem_and_has_a_hash(make, problem, tmp_path):
    """What is refused is named; the hash of the file is there all the same."""
    path = make(tmp_path / "work.dat")

    found = facts(path)

    assert found.problems == (problem,)
    assert found.layers is None
    assert found.sha256 == sha256(path.read_bytes()).hexdigest()


def test_a_group_that_holds_itself_ends(tmp_path):
    """A circle of groups is walked once."""
    found = facts(sources.procreate(tmp_path / "work.procreate", circle()))

    assert (found.layers, found.layer_kinds) == (0, (LayerCount(LayerKind.GROUP, 1),))


@pytest.mark.parametrize("name", EXPECTED.keys())
def test_a_file_that_is_cut_off_anywhere_raises_nothing(name, tmp_path):
    """Half a file is a value with a problem, or tells less; it never raises."""
    whole = EXPECTED[name][0](tmp_path / "whole").read_bytes()
    path = tmp_path / "part"

    for length in range(0, len(whole), max(1, len(whole) // 60)):
        path.write_bytes(whole[:length])
        assert facts(path).size == length


@pytest.mark.parametrize("name", EXPECTED.keys())
def test_a_file_with_wrong_bytes_raises_nothing(name, tmp_path):
    """Bytes of 255 anywhere, as lengths and counts, are survived."""
    whole = bytearray(EXPECTED[name][0](tmp_path / "whole").read_bytes())
    path = tmp_path / "part"

    for at in range(0, min(len(whole), 1200), 9):
        path.write_bytes(whole[:at] + b"\xff" * 4 + whole[at + 4 :])
        assert isinstance(facts(path), Facts)


@pytest.mark.parametrize("half", ["maindoc.xml", "documentinfo.xml"])
def test_half_of_a_krita_file_tells_the_other_half(half: str, tmp_path: Path):
    """If one document of a Krita file is refused, what the other tells still counts."""
    entries = {"document": ENTITIES} if half == "maindoc.xml" else {"info": ENTITIES}

    found = facts(sources.krita(tmp_path / "work.kra", **entries))

    assert found.problems == ("a document inside declares a document type of its own, which is not read",)
    assert (found.layers is None, found.seconds is None) == (half == "maindoc.xml", half != "maindoc.xml")
