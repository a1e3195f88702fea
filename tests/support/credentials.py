"""Identities made at run time, and what signs with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import c2pa
from keyring.backend import KeyringBackend

from provenance.credentials import lifecycle
from provenance.credentials.credential import Credential
from provenance.credentials.identities import Description
from provenance.engine.context import writing_context
from provenance.home import Home

PASSPHRASE = "correct horse battery canary"
PROFILE = 'name = "Nightjar"\n'
MANIFEST: dict[str, Any] = {
    "claim_generator_info": [{"name": "test", "version": "1"}],
    "assertions": [
        {
            "label": "c2pa.actions.v2",
            "created": True,
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


def make_identity(home: Home, name: str = "default", *, handle: str = "Nightjar", **options: Any) -> Description:
    """Make an identity with the usual passphrase."""
    values: dict[str, Any] = {"handle": handle, "passphrase": PASSPHRASE, "profile": PROFILE} | options
    return lifecycle.create(home, name, **values)


def sign_bare(credential: Credential, source: Path, target: Path) -> Path:
    """Sign *source* with the bare engine and a credential's callback."""
    algorithm = c2pa.C2paSigningAlg[credential.algorithm.name]
    signer = c2pa.Signer.from_callback(lambda data: credential.sign(data), algorithm, credential.chain_pem, None)
    with source.open("rb") as reading, target.open("w+b") as writing, signer:
        c2pa.Builder(MANIFEST, writing_context()).sign(signer, "image/jpeg", reading, writing)
    return target


class MemoryKeyring(KeyringBackend):
    """A keyring that forgets."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password
