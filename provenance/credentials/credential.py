"""A key and its certificate chain that can sign bytes.

The key stays here: the engine gets the chain and a function to call (security K4). Before the first byte is signed
the certificate's public key is compared with the key's (K7): the engine would sign with the wrong one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import NoReturn

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding

from provenance.credentials import keystore, preflight, system
from provenance.credentials.authority import common_name
from provenance.credentials.keystore import PrivateKey, same_key
from provenance.credentials.passphrase import Ask
from provenance.credentials.preflight import Fault
from provenance.errors import CredentialError
from provenance.plain import plain
from provenance.terms import Algorithm

_CURVES = {"secp256r1": Algorithm.ES256, "secp384r1": Algorithm.ES384, "secp521r1": Algorithm.ES512}
_HASHES: dict[Algorithm, type[hashes.SHA256 | hashes.SHA384 | hashes.SHA512]] = {
    Algorithm.ES256: hashes.SHA256, Algorithm.ES384: hashes.SHA384, Algorithm.ES512: hashes.SHA512,
    Algorithm.PS256: hashes.SHA256, Algorithm.PS384: hashes.SHA384, Algorithm.PS512: hashes.SHA512,
}  # fmt: skip


@dataclass(frozen=True)
class Credential:
    """What signs: an algorithm, a chain in DER, leaf first, and a key that nobody sees.

    For an own identity the chain ends with the authority, so that a reader can pin it. *warnings* is what whoever
    signs should be told: a weak key file, a near end.
    """

    algorithm: Algorithm
    chain: tuple[bytes, ...]
    _key: PrivateKey = field(repr=False, compare=False)
    warnings: tuple[Fault, ...] = field(default=(), repr=False, compare=False)

    @classmethod
    def of(cls, chain: Sequence[x509.Certificate], key: PrivateKey, *, warnings: tuple[Fault, ...] = ()) -> Credential:
        """Join *key* and *chain* (leaf first). That the chain will verify is not established: `preflight` says.

        Raises:
            CredentialError: if there is no certificate, or the key is not that of the first one.
        """
        if not chain:
            raise CredentialError("certificates", "there is none")
        if not same_key(chain[0].public_key(), key.public_key()):
            raise CredentialError("key", "does not belong to the certificate", "name the key it was made for")
        return cls(algorithm_of(key), tuple(found.public_bytes(Encoding.DER) for found in chain), key, warnings)

    @classmethod
    def load(
        cls,
        chain_file: Path,
        key_file: Path,
        passphrase: str | Ask = "",
        *,
        insecure: bool = False,
        at: datetime | None = None,
        own: bool = False,
    ) -> Credential:
        """Open the credential whose certificates (leaf first) and key lie in two files.

        Args:
            passphrase: or what gives it; not called if the key is not encrypted.
            insecure: accept a key file that others can read or own.
            at: the time to judge the certificate at; now by default.
            own: the leaf was made by ourselves, so nothing of the conformance programme may stand in it.

        Raises:
            CredentialError: if it cannot be opened, or its certificate would not verify now.
        """
        where = plain(chain_file.name)
        chain = preflight.read_chain(system.read_public(chain_file), where)
        for fault in preflight.blocking(preflight.check(chain, at=at, own=own)):
            raise CredentialError(where, fault.problem, fault.cure)
        key, weak = open_file(key_file, passphrase, insecure=insecure)
        return cls.of(chain, key, warnings=(*weak, *preflight.nearing_end(chain[0], at)))

    def sign(self, data: bytes, /) -> bytes:
        """Return the signature over *data* as COSE has it: r and s side by side for ECDSA, PSS for RSA.

        Raises:
            CredentialError: if the key gives something that is no signature.
        """
        signature = _sign(self._key, self.algorithm, data)
        if len(signature) != (expected := _length(self._key)):
            raise CredentialError("key", f"gave {len(signature)} bytes where a signature has {expected}")
        return signature

    def test(self) -> None:
        """Sign a few bytes and check the signature with the certificate.

        Raises:
            CredentialError: if the signature does not hold.
        """
        data = b"provenance test signature"
        if not _holds(self.leaf.public_key(), self.algorithm, self.sign(data), data):
            raise CredentialError("key", "a test signature does not hold", "restore the identity from a backup")

    def shares_key_with(self, other: Credential) -> bool:
        """Whether both sign with one key; then the second signature adds no evidence."""
        return same_key(self.leaf.public_key(), other._key.public_key())

    @cached_property
    def certificates(self) -> tuple[x509.Certificate, ...]:
        return tuple(map(x509.load_der_x509_certificate, self.chain))

    @property
    def leaf(self) -> x509.Certificate:
        return self.certificates[0]

    @cached_property
    def chain_pem(self) -> str:
        return "".join(found.public_bytes(Encoding.PEM).decode("ascii") for found in self.certificates)

    @property
    def name(self) -> str:
        """The leaf's common name; its holder's word."""
        return common_name(self.leaf)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the leaf, as hex."""
        return self.leaf.fingerprint(hashes.SHA256()).hex()

    @property
    def authority_fingerprint(self) -> str:
        """SHA-256 of the last certificate of the chain, as hex: what others pin."""
        return self.certificates[-1].fingerprint(hashes.SHA256()).hex()

    @property
    def not_after(self) -> datetime:
        return self.leaf.not_valid_after_utc

    def __repr__(self) -> str:
        return f"Credential({self.algorithm.value}, sha256={self.fingerprint})"

    def __reduce__(self) -> NoReturn:
        """Refuse to be copied or sent to another process: the key would go with it."""
        raise TypeError("a credential is not copied or pickled, because its key would be")


def open_file(path: Path, passphrase: str | Ask, *, insecure: bool = False) -> tuple[PrivateKey, tuple[Fault, ...]]:
    """Open the key in *path*; return it with what is weak about its file.

    Raises:
        CredentialError: if it cannot be opened.
    """
    data = keystore.read(path, insecure=insecure)
    where = plain(path.name)
    found = keystore.inspect(data, where)
    secret = ""
    if found.encrypted:
        secret = passphrase if isinstance(passphrase, str) else passphrase()
    return keystore.open_key(data, secret, where=where), _weaknesses(found, where)


def algorithm_of(key: PrivateKey) -> Algorithm:
    """Return the algorithm that *key* signs with.

    Raises:
        CredentialError: if C2PA has none for it (C2PA 2.4 §13.2).
    """
    if isinstance(key, ec.EllipticCurvePrivateKey):
        if key.curve.name not in _CURVES:
            raise CredentialError("key", f"lies on the curve {key.curve.name}", "use P-256, P-384 or P-521")
        return _CURVES[key.curve.name]
    if isinstance(key, rsa.RSAPrivateKey):
        if key.key_size < 2048:
            raise CredentialError("key", f"is RSA with {key.key_size} bits", "use 2048 or more")
        return Algorithm.PS256
    return Algorithm.ED25519


def _weaknesses(found: keystore.Protection, where: str) -> tuple[Fault, ...]:
    if not found.encrypted:
        problem = f"{where} is not encrypted: whoever has the file can sign as you"
        cure = "`provenance keys backup FILE` and `provenance init --restore FILE --replace` give it a passphrase"
        return (Fault("key.unencrypted", problem, cure, blocks=False),)
    if found.weakness:
        cure = "import it again with `provenance keys import`"
        return (Fault("key.weak", f"{where} is protected by {found.weakness}", cure, blocks=False),)
    return ()


def _sign(key: PrivateKey, algorithm: Algorithm, data: bytes) -> bytes:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    digest = _HASHES[algorithm]()
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, _pss(digest), digest)
    r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(digest)))
    size = (key.curve.key_size + 7) // 8
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def _holds(public: object, algorithm: Algorithm, signature: bytes, data: bytes) -> bool:
    try:
        if isinstance(public, ed25519.Ed25519PublicKey):
            public.verify(signature, data)
        elif isinstance(public, rsa.RSAPublicKey):
            digest = _HASHES[algorithm]()
            public.verify(signature, data, _pss(digest), digest)
        elif isinstance(public, ec.EllipticCurvePublicKey):
            half = len(signature) // 2
            r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
            public.verify(utils.encode_dss_signature(r, s), data, ec.ECDSA(_HASHES[algorithm]()))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _pss(digest: hashes.HashAlgorithm) -> padding.PSS:
    return padding.PSS(padding.MGF1(digest), salt_length=digest.digest_size)  # RFC 8230 §2


def _length(key: PrivateKey) -> int:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return 2 * ((key.curve.key_size + 7) // 8)
    return 64 if isinstance(key, ed25519.Ed25519PrivateKey) else (key.key_size + 7) // 8
