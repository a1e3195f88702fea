"""Sign a planned manifest into a picture, or beside it. The key is reached through a callback only (security K4).

The engine swallows what a callback or a stream raises and ignores short writes (engine.md §1, §3): here the
cause is kept and raised again, and what goes wrong is told apart: key, time stamp, output, picture.
"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO, Protocol, cast
from urllib.parse import urlsplit

import c2pa

from provenance.container.kinds import sniff
from provenance.container.model import Kind
from provenance.engine import identity as identities
from provenance.engine.versions import require_signing
from provenance.errors import AssetError, CredentialError, EngineError, TimeStampError
from provenance.plain import plain
from provenance.terms import Algorithm

_THUMBNAIL = "thumbnail.jpg"
# Raw r‖s by algorithm; DER, which the engine takes too, starts with a SEQUENCE (engine.md §3).
_RAW_LENGTH = {Algorithm.ES256: 64, Algorithm.ES384: 96, Algorithm.ES512: 132, Algorithm.ED25519: 64}
_SEQUENCE = 0x30


class SigningCredential(Protocol):
    """What the engine needs of a credential: the chain, leaf first, and bytes signed."""

    @property
    def algorithm(self) -> Algorithm: ...

    @property
    def chain_pem(self) -> str: ...

    def sign(self, data: bytes, /) -> bytes: ...


class Ingredient(Protocol):
    """An ingredient as `signing.plan` has it."""

    @property
    def label(self) -> str: ...

    @property
    def path(self) -> Path | None: ...

    @property
    def definition(self) -> Mapping[str, Any]: ...

    @property
    def media_type(self) -> str: ...


class Plan(Protocol):
    """A manifest as `signing.plan.ManifestPlan` has it; the arrow from there to here forbids to name it."""

    @property
    def definition(self) -> Mapping[str, Any]: ...

    @property
    def ingredients(self) -> Sequence[Ingredient]: ...

    @property
    def identity_references(self) -> Sequence[str]: ...

    @property
    def identity_roles(self) -> Sequence[str]: ...

    @property
    def thumbnail(self) -> bytes | None: ...


def embed(
    plan: Plan,
    *,
    kind: Kind,
    source: BinaryIO,
    destination: BinaryIO | None,
    credential: SigningCredential,
    context: c2pa.Context,
    identity: SigningCredential | None = None,
    tsa_url: str | None = None,
    parent: BinaryIO | None = None,
    unread_parent: bool = False,
    stores: Mapping[str, bytes] = MappingProxyType({}),
) -> bytes:
    """Sign *plan* over *source* and return the manifest store.

    Nothing is verified here: the engine signs with a wrong key and drops unknown references of an identity.

    Args:
        destination: gets the picture with the manifest in it; None leaves the picture as it is (a sidecar).
        parent: the bytes of an ingredient without a path, where they are not *source* itself.
        unread_parent: an ingredient without a path is named only, so that its history is left out.
        stores: manifest stores of ingredients that lie beside their pictures, by the ingredient's label.

    Raises:
        AssetError, CredentialError, EngineError, TimeStampError: by what went wrong.
        OSError: what *destination* raised while it was written.
    """
    require_signing()
    if tsa_url:
        check_tsa_url(tsa_url)
    reading, writing = _Watched(source), _Watched(cast(BinaryIO, _Discard()) if destination is None else destination)
    keys = [_Key(credential)] + ([_Key(identity)] if identity else [])
    signer = _signer(keys, plan, tsa_url)
    try:
        unread = [found for found in plan.ingredients if unread_parent and found.path is None]
        named = {"ingredients": [dict(found.definition) | {"format": kind.value} for found in unread]}
        builder = c2pa.Builder(dict(plan.definition) | _thumbnail_entry(plan) | named, context)
        if plan.thumbnail is not None:
            builder.add_resource(_THUMBNAIL, io.BytesIO(plan.thumbnail))
        for ingredient in (found for found in plan.ingredients if found not in unread):
            with _opened(ingredient, parent or source) as stream:
                _add(builder, ingredient, stream, context=context, store=stores.get(ingredient.label))
        if destination is None:
            builder.set_no_embed()
        store: bytes = builder.sign(signer, kind.value, reading, writing)
    except c2pa.C2paError as exc:
        raise _cause(exc, keys=keys, reading=reading, writing=writing, tsa_url=tsa_url) from exc
    finally:
        signer.close()
    if writing.failure is not None:  # a failed write that the engine did not notice
        raise writing.failure
    return store


def check_tsa_url(url: str) -> None:
    """Refuse anything but a plain http(s) URL: the engine's call ignores the hosts that settings allow (F4).

    Raises:
        TimeStampError: with what is wrong.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    shown = plain(url)
    if host is None or parts.scheme not in {"http", "https"} or not url.isprintable() or " " in url:
        raise TimeStampError(shown, "is not the address of a time-stamp service", "it starts with http:// or https://")
    if parts.username is not None:
        raise TimeStampError(parts.hostname or "", "an address with a name or password in it is not supported")


class _Key:
    """A credential as the engine's callback; keeps what it raised."""

    def __init__(self, credential: SigningCredential) -> None:
        self.credential = credential
        self.called = False
        self.failure: BaseException | None = None

    def __call__(self, data: bytes) -> bytes:
        self.called = True
        try:
            signature = bytes(self.credential.sign(data))
            _check_length(signature, self.credential.algorithm)
        except BaseException as exc:  # noqa: BLE001 - even an interrupt would vanish in the native library
            self.failure = exc
            return b""
        return signature

    def signer(self, tsa_url: str | None) -> c2pa.Signer:
        algorithm = c2pa.C2paSigningAlg[self.credential.algorithm.name]
        chain = self.credential.chain_pem
        try:
            return c2pa.Signer.from_callback(self, algorithm, chain, tsa_url)
        except c2pa.C2paError as exc:
            raise CredentialError("certificates", f"the engine refused them ({_said(exc)})") from exc


def _check_length(signature: bytes, algorithm: Algorithm) -> None:
    """Refuse what cannot be a signature of *algorithm* (security K7)."""
    expected = _RAW_LENGTH.get(algorithm)
    der = bool(signature) and signature[0] == _SEQUENCE and algorithm is not Algorithm.ED25519
    if expected is None or len(signature) == expected or (der and len(signature) < expected + 16):
        return
    raise CredentialError("key", f"gave {len(signature)} bytes where {algorithm} signatures have {expected}")


def _signer(keys: Sequence[_Key], plan: Plan, tsa_url: str | None) -> c2pa.Signer:
    claim = keys[0].signer(tsa_url)
    if len(keys) == 1:
        return claim
    try:
        # The engine puts no time stamp on an identity signature (engine.md §9).
        other = keys[1].signer(None)
        return identities.join(claim, other, references=plan.identity_references, roles=plan.identity_roles)
    except (CredentialError, EngineError):
        claim.close()
        raise


def _thumbnail_entry(plan: Plan) -> dict[str, Any]:
    if plan.thumbnail is None:
        return {}
    return {"thumbnail": {"format": "image/jpeg", "identifier": _THUMBNAIL}}


@contextlib.contextmanager
def _opened(ingredient: Ingredient, own: BinaryIO) -> Iterator[BinaryIO]:
    if ingredient.path is None:
        yield own
        return
    try:
        stream = ingredient.path.open("rb")
    except OSError as exc:
        raise AssetError(plain(ingredient.path.name), f"cannot be read ({exc.strerror})") from exc
    with stream:
        yield stream


def _add(
    builder: c2pa.Builder, ingredient: Ingredient, stream: BinaryIO, *, context: c2pa.Context, store: bytes | None
) -> None:
    kind = ingredient.media_type or sniff(stream).value
    definition = dict(ingredient.definition)
    if store is not None:
        # The engine reads no sidecar of an ingredient; it takes the store and its results as they are handed in.
        definition |= _detached(ingredient, kind, stream, store=store, context=context)
        builder.add_resource(definition["manifest_data"]["identifier"], io.BytesIO(store))
    stream.seek(0)
    builder.add_ingredient(definition, kind, stream)


def _detached(
    ingredient: Ingredient, kind: str, stream: BinaryIO, *, store: bytes, context: c2pa.Context
) -> dict[str, Any]:
    with c2pa.Reader(kind, stream, store, context=context) as reader:
        found = json.loads(reader.json())
    return {
        "format": kind,
        "manifest_data": {"format": Kind.C2PA.value, "identifier": f"{ingredient.label}.c2pa"},
        "active_manifest": found["active_manifest"],
        "validation_results": found["validation_results"],
    }


def _cause(
    exc: c2pa.C2paError, *, keys: Sequence[_Key], reading: _Watched, writing: _Watched, tsa_url: str | None
) -> BaseException:
    """Return what really went wrong behind the engine's *exc*."""
    for key in keys:
        if key.failure is not None:
            return key.failure
    if writing.failure is not None:
        return writing.failure
    if reading.failure is not None:
        return AssetError("picture", f"cannot be read ({reading.failure.strerror})")
    said = _said(exc)
    if tsa_url and all(key.called for key in keys) and said.startswith("Signature:"):
        return TimeStampError(plain(urlsplit(tsa_url).netloc), f"gave no time stamp ({_inner(said)})")
    if said.startswith("Signature:"):
        return CredentialError("certificates", f"the engine refused them ({_inner(said)})")
    return AssetError("picture", f"the engine cannot sign it ({said})")


def _said(exc: c2pa.C2paError) -> str:
    return plain(str(exc), limit=300)


def _inner(said: str) -> str:
    """Return what stands in ``Signature: internal error (…)``, or what follows the colon."""
    text = said.removeprefix("Signature:").strip()
    if text.startswith("internal error (") and text.endswith(")"):
        return text[len("internal error (") : -1]
    return text


class _Watched:
    """A stream for the engine that remembers the first error it raised; writes are whole or an error."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.failure: OSError | None = None
        self.tell = stream.tell

    def readinto(self, buffer: Any) -> int:
        try:
            return self._stream.readinto(buffer)  # type: ignore[attr-defined, no-any-return]  # BinaryIO lacks it
        except OSError as exc:
            self._failed(exc)
            raise

    def read(self, size: int = -1) -> bytes:
        with self._watching():
            return self._stream.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        with self._watching():
            return self._stream.seek(offset, whence)

    def write(self, data: bytes) -> int:
        try:
            written = self._stream.write(data)
        except OSError as exc:
            self._failed(exc)
            raise
        if written != len(data):  # the engine ignores it and would call the file signed
            self._failed(OSError("short write"))
        return written

    def flush(self) -> None:
        with self._watching():
            self._stream.flush()

    @contextlib.contextmanager
    def _watching(self) -> Iterator[None]:
        try:
            yield
        except OSError as exc:
            self._failed(exc)
            raise

    def _failed(self, exc: OSError) -> None:
        self.failure = self.failure or exc


class _Discard(io.RawIOBase):
    """Where a picture goes that is signed beside itself: nowhere. Without it the engine keeps a copy in memory."""

    def __init__(self) -> None:
        self._position = self._length = 0

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._position += len(data)
        self._length = max(self._length, self._position)
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._position = offset + (0, self._position, self._length)[whence]
        return self._position

    def tell(self) -> int:
        return self._position
