"""State how a picture was made, sign that into the file, and see what others state.

The public names are those of ``__all__``; everything else may change without notice. Importing this
package loads none of them: each comes when first asked for, starts no process and sets no limit.
"""

from __future__ import annotations

import importlib

TYPE_CHECKING = False  # `typing` itself is loaded later: the child of a one-shot command starts before it (ADR 0001)
if TYPE_CHECKING:
    from typing import Any

    from provenance.credentials.credential import Credential
    from provenance.credentials.identities import open_identity
    from provenance.declaration.model import Declaration
    from provenance.declaration.profile import Profile
    from provenance.errors import ProvenanceError
    from provenance.interface import check, verify, verify_all
    from provenance.permissions.decide import decide
    from provenance.permissions.model import Decision, Purpose
    from provenance.policy.verdict import Decision as PolicyDecision
    from provenance.policy.verdict import Verdict
    from provenance.report.model import Report
    from provenance.signing.options import Options
    from provenance.signing.sign import sign

__all__ = [
    "Credential",
    "Decision",
    "Declaration",
    "Options",
    "PolicyDecision",
    "Profile",
    "ProvenanceError",
    "Purpose",
    "Report",
    "Verdict",
    "check",
    "decide",
    "open_identity",
    "sign",
    "verify",
    "verify_all",
]

_WHERE = {  # PEP 562: public name -> the module that has it
    "Credential": "provenance.credentials.credential",
    "Decision": "provenance.permissions.model",
    "Declaration": "provenance.declaration.model",
    "Options": "provenance.signing.options",
    "PolicyDecision": "provenance.policy.verdict:Decision",  # `Decision` is what permissions come to
    "Profile": "provenance.declaration.profile",
    "ProvenanceError": "provenance.errors",
    "Purpose": "provenance.permissions.model",
    "Report": "provenance.report.model",
    "Verdict": "provenance.policy.verdict",
    "check": "provenance.interface",
    "decide": "provenance.permissions.decide",
    "open_identity": "provenance.credentials.identities",
    "sign": "provenance.signing.sign",
    "verify": "provenance.interface",
    "verify_all": "provenance.interface",
}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, there = _WHERE[name].partition(":")
    return getattr(importlib.import_module(module), there or name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
