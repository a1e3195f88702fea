"""The engine by itself, as its own documentation uses it. Also run as a program, for its memory and its start."""

from __future__ import annotations

import io
import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

import c2pa

from tests.support import pki

DEFINITION: dict[str, Any] = {
    "claim_generator_info": [{"name": "bench", "version": "1"}],
    "assertions": [
        {
            "label": "c2pa.actions.v2",
            "data": {
                "actions": [
                    {
                        "action": "c2pa.created",
                        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation",
                    }
                ]
            },
        }
    ],
}
READ = "import c2pa, sys; c2pa.Reader(sys.argv[1]).json()"


AUTHORITY = pki.authority("Bench Authority", organization="Bench")


@cache
def _signer(time_stamps: str) -> c2pa.Signer:
    issued = AUTHORITY.issue("Bench", organization="Bench")
    key = issued.key_pem().decode()
    return c2pa.Signer.from_info(
        c2pa.C2paSignerInfo(
            alg=b"es256", sign_cert=issued.chain_pem, private_key=key.encode(), ta_url=time_stamps.encode() or None
        )
    )


@cache
def _context(*, thumbnail: bool) -> c2pa.Context:
    return c2pa.Context.from_dict({"builder": {"thumbnail": {"enabled": thumbnail}}})


def sign(
    source: Path,
    destination: Path,
    *,
    thumbnail: bool = False,
    media_type: str = "image/jpeg",
    time_stamps: str = "",
    definition: dict[str, Any] = DEFINITION,
) -> None:
    """Sign *source* into *destination*, with a stamp of the authority at *time_stamps* if one is named."""
    builder = c2pa.Builder(json.dumps(definition), _context(thumbnail=thumbnail))
    with source.open("rb") as reading, destination.open("w+b") as writing:
        builder.sign(_signer(time_stamps), media_type, reading, writing)


def read(path: Path) -> str:
    """Validate *path* and return what the engine says."""
    text: str = c2pa.Reader(path).json()
    return text


def read_bytes(data: bytes, media_type: str = "image/jpeg") -> str:
    """Validate *data* and return what the engine says."""
    text: str = c2pa.Reader(media_type, io.BytesIO(data)).json()
    return text


if __name__ == "__main__":  # python -m benchmarks.bare sign|read FILE [DESTINATION]
    if sys.argv[1] == "read":
        read(Path(sys.argv[2]))
    else:
        sign(Path(sys.argv[2]), Path(sys.argv[3]), media_type="image/tiff")
