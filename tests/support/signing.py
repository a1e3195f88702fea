"""Credentials and plans for tests of the engine and of signing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from provenance.signing.plan import ManifestPlan
from provenance.terms import ACTIONS, SPEC_VERSION, Algorithm, SourceType
from tests.support.pki import Issued

_HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


@dataclass
class KeyInMemory:
    """The least that the engine needs of a credential."""

    issued: Issued
    algorithm: Algorithm = Algorithm.ES256

    @property
    def chain_pem(self) -> str:
        return self.issued.chain_pem.decode()

    def sign(self, data: bytes) -> bytes:
        key = self.issued.key
        digest = _HASHES.get(self.algorithm[-3:], hashes.SHA256())
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return key.sign(data, ec.ECDSA(digest))
        if isinstance(key, ed25519.Ed25519PrivateKey):
            return key.sign(data)
        assert isinstance(key, rsa.RSAPrivateKey)
        return key.sign(data, padding.PSS(padding.MGF1(digest), salt_length=digest.digest_size), digest)


CREATED = {"action": "c2pa.created", "digitalSourceType": SourceType.DIGITAL_CREATION}


def plan(*actions: dict[str, Any], **more: Any) -> ManifestPlan:
    """Return a plan that states *actions*, by default that the picture was drawn."""
    return ManifestPlan(
        definition={
            "claim_version": 2,
            "claim_generator_info": [{"name": "test", "version": "1", "specVersion": SPEC_VERSION}],
            "assertions": [{"label": ACTIONS, "created": True, "data": {"actions": list(actions or [CREATED])}}],
        },
        **more,
    )


@contextmanager
def http_service(answer: Any) -> Iterator[str]:
    """Run a loopback service whose POSTs get ``answer(body) -> (status, media type, body)``; yield its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, media_type, body = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
