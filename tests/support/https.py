"""A real https server on the loopback, that answers what a test tells it to."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.pki import midnight, subject

Answer = Callable[[ssl.SSLSocket], None]


@dataclass(slots=True)
class Server:
    """Where it listens, whom to trust for it, and what it was asked."""

    port: int
    authorities: str  # PEM file
    asked: list[bytes] = field(default_factory=list)

    def url(self, path: str = "/list", host: str = "localhost") -> str:
        return f"https://{host}:{self.port}{path}"


def body(data: bytes, *, status: str = "200 OK", headers: str = "") -> Answer:
    """Answer with *data*."""
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(data)}\r\nConnection: close\r\n{headers}\r\n".encode()
    return lambda channel: channel.sendall(head + data)


@contextmanager
def serving(folder: Path, answer: Answer) -> Iterator[Server]:
    """Serve *answer* to every request, with a certificate for localhost made now."""
    certificate = _certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(listener.getsockname()[1], str(certificate))
        threading.Thread(target=_serve, args=(listener, context, answer, server), daemon=True).start()
        yield server


def _serve(listener: socket.socket, context: ssl.SSLContext, answer: Answer, server: Server) -> None:
    while True:
        try:
            plain, _ = listener.accept()
        except OSError:
            return
        try:
            with context.wrap_socket(plain, server_side=True) as channel:
                server.asked.append(channel.recv(65536))
                answer(channel)
        except OSError:
            continue


def _certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(subject("localhost"))
        .issuer_name(subject("localhost"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(midnight(-1))
        .not_valid_after(midnight(30))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path
