"""Signed as anyone signs who takes the engine's defaults."""

from __future__ import annotations

import io

import c2pa

from tests.hostile.certs import good, pem
from tests.hostile.forge import GENERATED


def by_stock_api(asset: bytes, media_type: str) -> bytes:
    """Sign *asset*; what the engine leaves out of its hash by default is left out."""
    made = io.BytesIO()
    chain = "".join(map(pem, good().chain))
    signer = c2pa.Signer.from_callback(good().sign, c2pa.C2paSigningAlg.ES256, chain, None)
    steps = {"actions": [{"action": "c2pa.created", "digitalSourceType": GENERATED}]}
    definition = {"claim_generator_info": [{"name": "x"}], "assertions": [{"label": "c2pa.actions", "data": steps}]}
    settings = {"verify": {"verify_after_sign": False}, "builder": {"thumbnail": {"enabled": False}}}
    with c2pa.Builder(definition, context=c2pa.Context.from_dict(settings)) as builder:
        builder.sign(signer, media_type, io.BytesIO(asset), made)
    return made.getvalue()
