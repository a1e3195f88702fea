"""`provenance check` of files whose credentials were damaged rather than their pictures: never told as unsigned."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import c2pa
import pytest

from provenance.engine.context import writing_context
from provenance.errors import AssetError
from provenance.signing.options import Options
from provenance.signing.sign import sign
from tests.support import sources
from tests.support.artist import DRAWN_BY_HAND, Artist
from tests.support.credentials import MANIFEST
from tests.support.environment import Ran
from tests.support.pictures import png, svg

Run = Callable[..., Ran]
FRAME = b"\xff\xfb\x90\x00" + bytes(413)
PAGE = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def _wav(path: Path) -> None:
    sound = bytes(range(256)) * 8
    form = b"fmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00"
    body = b"WAVE" + form + b"data" + len(sound).to_bytes(4, "little") + sound
    path.write_bytes(b"RIFF" + len(body).to_bytes(4, "little") + body)


def _mp3(path: Path) -> None:
    path.write_bytes(b"ID3\x03" + bytes(6) + FRAME * 3)


OTHERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "video.mp4": ("video/mp4", sources.mp4),
    "sound.wav": ("audio/wav", _wav),
    "sound.mp3": ("audio/mpeg", _mp3),
    "page.pdf": ("application/pdf", lambda path: path.write_bytes(PAGE)),
}


def signed_inside(path: Path, media_type: str, artist: Artist) -> None:
    """Sign *path* in place, as somebody's camera or recorder does: with the bare engine."""
    algorithm = c2pa.C2paSigningAlg[artist.credential.algorithm.name]
    signer = c2pa.Signer.from_callback(artist.credential.sign, algorithm, artist.credential.chain_pem, None)
    plain = path.with_name(f"plain-{path.name}")
    path.rename(plain)
    with plain.open("rb") as source, path.open("w+b") as target, signer:
        c2pa.Builder(MANIFEST, writing_context()).sign(signer, media_type, source, target)
    plain.unlink()


def checked(run: Run, *paths: Path) -> tuple[int, list[dict[str, object]]]:
    """What the mildest template says."""
    done = run("check", *paths, "--policy", "archive", "--format", "jsonl", "--no-cache", "--quiet")
    return done.exit, [json.loads(line) for line in done.out.splitlines()]


@pytest.mark.parametrize("name", OTHERS)
def test_credentials_that_are_not_read_here_are_not_none(name: str, run: Run, artist: Artist, tmp_path: Path) -> None:
    """A signed video, sound or PDF could not be checked, tampered or not; without credentials it is unsigned."""
    media_type, write = OTHERS[name]
    signed, plain = tmp_path / name, tmp_path / f"unsigned-{name}"
    write(signed)
    write(plain)
    signed_inside(signed, media_type, artist)

    code, (found,) = checked(run, signed)
    facts = json.loads(run("facts", signed).out)

    assert (code, found["decision"]) == (2, "review")
    assert found["problem"] == "the file holds credentials, and inside this kind of file they are not read here"
    assert (facts["integrity"], facts["source"]) == ("not_checked", "embedded")
    assert [one["decision"] for one in checked(run, plain)[1]] == ["note"]


def test_a_sidecar_counts_for_a_file_whose_own_credentials_are_not_read(
    run: Run, artist: Artist, tmp_path: Path
) -> None:
    """What lies beside a signed video covers every byte of it, its own credentials included."""
    video = tmp_path / "video.mp4"
    sources.mp4(video)
    signed_inside(video, "video/mp4", artist)
    sign(video, DRAWN_BY_HAND, credential=artist.credential, options=Options(drop_history=True))

    facts = json.loads(run("facts", video).out)

    assert (facts["integrity"], facts["source"]) == ("intact", "sidecar")
    assert facts["statements_unknown_signer"] == ["history_dropped"]


def test_credentials_that_are_not_read_are_left_out_of_a_history_only_if_asked(artist: Artist, tmp_path: Path) -> None:
    """Signing a signed video refuses, rather than to state a history without what the video holds."""
    video = tmp_path / "video.mp4"
    sources.mp4(video)
    signed_inside(video, "video/mp4", artist)

    with pytest.raises(AssetError) as caught:
        sign(video, DRAWN_BY_HAND, credential=artist.credential, options=Options())

    assert str(caught.value) == (
        "video.mp4: holds credentials that are not read inside this kind of file, and would be no part of its history; "
        "sign it all the same with --drop-history, which says so"
    )


@pytest.mark.parametrize("left", [0, 1, 200])
def test_a_sidecar_that_was_cut_off_is_broken(left: int, run: Run, artist: Artist, tmp_path: Path) -> None:
    """Credentials of which little or nothing is left, beside a picture: not the same as none."""
    picture = png(tmp_path / "drawn.png")
    sidecar = sign(picture, DRAWN_BY_HAND, credential=artist.credential, options=Options(sidecar=True)).path
    sidecar.write_bytes(sidecar.read_bytes()[:left])

    code, (found,) = checked(run, picture)

    assert (code, found["decision"]) == (1, "review")
    assert json.loads(run("facts", picture).out)["integrity"] == "altered"


def test_an_svg_that_ends_within_its_credentials_is_damaged(run: Run, artist: Artist, tmp_path: Path) -> None:
    """Text that begins a manifest and does not end it is a damaged file, as in any other kind of picture."""
    picture = tmp_path / "signed.svg"
    sign(svg(tmp_path / "drawn.svg"), DRAWN_BY_HAND, credential=artist.credential, options=Options(output=picture))
    picture.write_bytes(picture.read_bytes()[:5000])

    code, (found,) = checked(run, picture)

    assert (code, found["decision"]) == (1, "review")
