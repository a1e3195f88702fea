"""The identity signer: a public C function of the native library that c2pa-python does not wrap.

`c2pa_identity_signer_create` joins two signers into one, which signs the claim with the first and a
``cawg.identity`` assertion (CAWG Identity 1.3 §8.2, X.509) with the second. Both sign through callbacks, so no key
is ever in the settings. Where the function is missing, signing with an identity is refused.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

import c2pa
from c2pa import c2pa as binding

from provenance.errors import EngineError

_FUNCTION = "c2pa_identity_signer_create"
# What the wrapper below touches inside c2pa-python; a contract test and `doctor` ask `available`.
_BINDING = ("_consume_into", "_wrap_native_handle")


def available() -> bool:
    """Whether this engine can sign with an identity."""
    library = getattr(binding, "_lib", None)
    return hasattr(library, _FUNCTION) and all(hasattr(c2pa.Signer, name) for name in _BINDING)


def join(claim: c2pa.Signer, identity: c2pa.Signer, *, references: Sequence[str], roles: Sequence[str]) -> c2pa.Signer:
    """Return one signer for both; *claim* and *identity* are consumed and must not be used again.

    The engine drops a reference that it does not find, silently, and takes any role: the result must be checked.

    Raises:
        EngineError: if this engine lacks the function, or refuses the signers.
    """
    if not available():
        raise EngineError(
            "c2pa-python",
            f"this version lacks {_FUNCTION}, without which nobody's identity can be signed",
            "install a version that `provenance doctor` accepts",
        )
    function = getattr(binding._lib, _FUNCTION)
    texts = ctypes.POINTER(ctypes.c_char_p)
    function.argtypes = [ctypes.POINTER(binding.C2paSigner), ctypes.POINTER(binding.C2paSigner), texts, texts]
    function.restype = ctypes.POINTER(binding.C2paSigner)
    callbacks = (claim._callback_cb, identity._callback_cb)
    try:
        handle = identity._consume_into(
            lambda inner: claim._consume_into(
                lambda outer: function(outer, inner, _c_array(references), _c_array(roles)),
                "claim signer: {}",
            ),
            "identity signer: {}",
        )
        joined = c2pa.Signer._wrap_native_handle(handle)
    except c2pa.C2paError as exc:
        raise EngineError("identity", f"the engine refused to join the two signers: {exc}") from exc
    joined._callback_cb = callbacks  # both must outlive every signature
    return joined


def _c_array(texts: Sequence[str]) -> ctypes.Array[ctypes.c_char_p]:
    """Return *texts* as a NULL-terminated ``char *[]``."""
    encoded = [text.encode() for text in texts]
    return (ctypes.c_char_p * (len(encoded) + 1))(*encoded, None)
