"""What programs that are not ours make of the files that we sign.

encypher-c2pa is a verifier by other people, with its own reader and its own cryptography; exiftool reads
metadata. Neither knows us.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import encypher_c2pa
import pytest

from provenance.signing.options import Options
from provenance.signing.sign import sign
from tests.support.artist import DRAWN_BY_HAND, Artist, make_artist
from tests.support.declarations import DECLARATIONS, declaration
from tests.support.environment import (
    crjson,
    exiftool,
    exiftool_warnings,
    needs_exiftool,
    needs_rubric,
    rubric,
)
from tests.support.pictures import DRAWN, png
from tests.support.pki import Authority


def look(path: Path, anchor_pem: str) -> dict[str, Any]:
    """Ask encypher-c2pa, trusting *anchor_pem* and nobody else, without network and telemetry."""
    found = encypher_c2pa.verify(path, trust_pem=anchor_pem, telemetry=False, online=False, no_default_trust=True)
    return dict(found)


def codes(found: dict[str, Any], kind: str) -> set[str]:
    """Return the status codes of one list of the answer."""
    return {entry["code"] for entry in found["validation_results"][kind]}


@pytest.mark.parametrize("name", DRAWN)
def test_another_verifier_finds_it_intact_and_trusts_it(name: str, artist: Artist, tmp_path: Path) -> None:
    """Whatever the format, another verifier finds our file intact and, knowing the authority, trusts the signer."""
    signed = sign(DRAWN[name].at(tmp_path), DRAWN_BY_HAND, credential=artist.credential)

    found = look(signed.path, artist.anchor_pem)

    assert (found["integrity"], found["signature"], found["hard_binding"]) == ("valid", "valid", "match")
    assert found["validation_state"] == "Trusted"
    assert codes(found, "failure") == set()
    assert "signingCredential.trusted" in codes(found, "success")


@needs_rubric
@pytest.mark.deep
@pytest.mark.parametrize("name", DRAWN)
def test_every_declaration_in_every_format_passes_the_rubric(name: str, artist: Artist, tmp_path: Path) -> None:
    """Whatever is declared in whatever format, the published conformance 0.2 rubric finds no failed requirement."""
    for number, said in enumerate(DECLARATIONS):
        folder = tmp_path / str(number)
        folder.mkdir()
        signed = sign(DRAWN[name].at(folder), declaration(said), credential=artist.credential)

        code, lines = rubric("conformance", crjson(signed.path))

        assert (code, lines[-1].split(", ")[1]) == (0, "0 failed"), (said, lines)


def test_another_verifier_does_not_know_a_stranger(artist: Artist, pki: Authority, tmp_path: Path) -> None:
    """Where it knows another authority only, the same file is intact and its signer untrusted."""
    signed = sign(png(tmp_path / "picture.png"), DRAWN_BY_HAND, credential=artist.credential)

    found = look(signed.path, pki.anchor_pem.decode())

    assert found["integrity"] == "valid"
    assert found["validation_state"] != "Trusted"
    assert "signingCredential.untrusted" in codes(found, "failure")


def test_another_verifier_sees_a_changed_byte(artist: Artist, tmp_path: Path) -> None:
    """One changed byte of the picture, and another verifier finds the hash broken."""
    signed = sign(png(tmp_path / "picture.png"), DRAWN_BY_HAND, credential=artist.credential)
    data = bytearray(signed.path.read_bytes())
    data[data.rindex(b"IDAT") + 10] ^= 1
    signed.path.write_bytes(data)

    found = look(signed.path, artist.anchor_pem)

    assert found["hard_binding"] != "match"
    assert "assertion.dataHash.mismatch" in codes(found, "failure")


def test_a_chain_of_two_signers(artist: Artist, tmp_path: Path) -> None:
    """A second signer keeps the first as parent, and another verifier finds both intact."""
    first = sign(png(tmp_path / "picture.png"), DRAWN_BY_HAND, credential=artist.credential)
    other = make_artist(tmp_path, "kestrel")
    edited = DRAWN_BY_HAND.model_validate({"steps": [{"ai": {"kind": "inpainting"}}]})

    second = sign(first.path, edited, credential=other.credential, options=Options(output=tmp_path / "second.png"))

    found = look(second.path, other.anchor_pem)
    assert found["integrity"] == "valid"
    assert found["validation_state"] == "Trusted"
    assert codes(found, "failure") == set()


def test_an_author_beside_the_signer(artist: Artist, tmp_path: Path) -> None:
    """An identity assertion of the author, made with a second credential, holds for another verifier."""
    studio = make_artist(tmp_path, "studio")
    options = Options(identity=artist.credential)

    signed = sign(png(tmp_path / "picture.png"), DRAWN_BY_HAND, credential=studio.credential, options=options)

    found = encypher_c2pa.verify(
        signed.path,
        trust_pem=studio.anchor_pem,
        cawg_trust_pem=artist.anchor_pem,
        telemetry=False,
        online=False,
        no_default_trust=True,
    )
    assert found["integrity"] == "valid"
    assert codes(dict(found), "failure") == set()
    assert any(code.startswith("cawg.") for code in codes(dict(found), "success"))


@needs_exiftool
def test_exiftool_reads_the_credit(artist: Artist, tmp_path: Path) -> None:
    """A JPEG that had no EXIF carries artist and copyright in it, and the title in IPTC and XMP."""
    signed = sign(DRAWN["jpeg"].at(tmp_path), DRAWN_BY_HAND, credential=artist.credential)

    found = exiftool(signed.path)

    assert found["IFD0:Artist"] == "Mika Kestrel"
    assert found["IFD0:Copyright"] == "© 2026 Mika Kestrel"
    assert found["IPTC:ObjectName"] == found["XMP-dc:Title"] == "Dusk"


@needs_exiftool
@pytest.mark.parametrize("name", sorted(set(DRAWN) - {"svg", "jxl"}))
def test_exiftool_finds_nothing_wrong(name: str, artist: Artist, tmp_path: Path) -> None:
    """exiftool warns of nothing in our file that it did not warn of before, the unknown C2PA tag of a TIFF apart."""
    source = DRAWN[name].at(tmp_path)

    signed = sign(source, DRAWN_BY_HAND, credential=artist.credential, options=Options(metadata=False))

    new = exiftool_warnings(signed.path) - exiftool_warnings(source)
    assert new - {"[minor] Unknown IFD0 tag 0xcd41"} == set()
