"""Everything this package raises.

    ProvenanceError
    ├── DeclarationError   the author's statement or profile cannot be accepted
    ├── CredentialError    the key or certificate chain cannot be used to sign
    ├── TrustError         a trust list, pin or deny list cannot be accepted
    ├── PolicyError        the policy cannot be accepted
    ├── AssetError         the picture cannot be read, or cannot carry a manifest
    ├── OutputError        the result cannot be written; nothing was changed
    ├── TimeStampError     the time-stamp authority gave no usable stamp
    ├── EngineError        c2pa-python is missing, too old, or lacks a function we need
    └── WorkerError        the child process could not be started

A bad signature is not here: finding one is what `verify` is for, so it is
returned, as a `Verification`, never raised.
"""

from __future__ import annotations


class ProvenanceError(Exception):
    """Never raised itself. The message reads ``<where>: <what is wrong>``, in lower case, ready to be shown.

    *cure*, where there is one, says what to do, as a sentence fragment; it is part of the message.
    """

    def __init__(self, where: str, problem: str, cure: str = "") -> None:
        super().__init__(f"{where}: {problem}" + (f"; {cure}" if cure else ""))
        self.where = where
        self.problem = problem
        self.cure = cure

    def __reduce__(self) -> tuple[type[ProvenanceError], tuple[str, str, str]]:
        """Survive the way through a worker's pipe."""
        return type(self), (self.where, self.problem, self.cure)


class DeclarationError(ProvenanceError):
    """The author's statement or profile cannot be accepted."""


class CredentialError(ProvenanceError):
    """The key or certificate chain cannot be used to sign."""


class TrustError(ProvenanceError):
    """A trust list, pin or deny list cannot be accepted."""


class PolicyError(ProvenanceError):
    """The policy cannot be accepted."""


class AssetError(ProvenanceError):
    """The picture cannot be read, or cannot carry a manifest."""


class OutputError(ProvenanceError):
    """The result cannot be written; nothing was changed."""


class TimeStampError(ProvenanceError):
    """The time-stamp authority gave no usable stamp."""


class EngineError(ProvenanceError):
    """c2pa-python is missing, too old, or lacks a function we need."""


class WorkerError(ProvenanceError):
    """The child process could not be started."""
