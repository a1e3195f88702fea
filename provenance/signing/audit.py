"""Our own verification of what was just signed, before it gets its name (W10).

The engine signs with a wrong key, drops references of an identity that it does not find, takes any role, and can
corrupt a HEIF item while it says `Valid`: nothing that it says about its own work is believed.
"""

from __future__ import annotations

from pathlib import Path

from provenance.container.prescan import prescan_store
from provenance.credentials.credential import Credential
from provenance.errors import OutputError, ProvenanceError, TimeStampError
from provenance.plain import plain
from provenance.signing import evidence as working_files
from provenance.signing.history import damage
from provenance.signing.options import Options
from provenance.signing.plan import ManifestPlan
from provenance.terms import Integrity, Role, TimeKind
from provenance.verification.check import check
from provenance.verification.model import Identity, Manifest, Verification
from provenance.verification.options import Options as CheckOptions

_WELL_FORMED = frozenset({"trusted", "well_formed"})
_STAMPED = frozenset({TimeKind.TRUSTED, TimeKind.UNTRUSTED})


def audit(
    picture: Path,
    *,
    sidecar: Path | None,
    store: bytes,
    plan: ManifestPlan,
    credential: Credential,
    identity: Credential | None,
    parent: Verification | None,
    stamped: bool,
    options: Options,
) -> Verification:
    """Return the verification of *picture*, which must be intact and exactly what was asked for.

    Args:
        store: the manifest store that was just made; a reader must find this one and no other.

    Raises:
        OutputError: if it is not.
        TimeStampError: if its time stamp does not hold.
    """
    found = check(
        picture,
        options=CheckOptions(trust=options.trust, limits=options.limits, sidecar=str(sidecar) if sidecar else ""),
    )
    manifest = found.active_manifest
    if found.integrity is not Integrity.INTACT or manifest is None:
        raise _failed(damage(found) or found.problem or found.integrity.value)
    written = prescan_store(store, options.limits).manifests
    if not written or written[-1].label != found.active:
        raise _failed("it is not what a reader finds")
    leaf = manifest.signer.leaf
    if leaf is None or leaf.sha256.lower() != credential.fingerprint.lower():
        raise _failed("it does not carry the certificate that signed it")
    if parent is not None and parent.active not in {
        found.manifest for found in manifest.ingredients if found.is_parent
    }:
        raise _failed("its history is not in it")
    if stamped and (manifest.time.kind not in _STAMPED or manifest.time.problem):
        raise TimeStampError("time stamp", f"does not hold ({plain(manifest.time.problem) or 'there is none'})")
    working_files.audit(manifest, plan.ingredients)
    if identity is not None:
        _audit_identity(manifest, plan, identity)
    return found


def _audit_identity(manifest: Manifest, plan: ManifestPlan, credential: Credential) -> None:
    if len(manifest.identities) != 1:
        raise _failed("it does not carry the author's identity once")
    (identity,) = manifest.identities
    if identity.outcome not in _WELL_FORMED:
        codes = ", ".join(status.code for status in identity.statuses)
        raise _failed(f"the author's identity is {identity.outcome} ({plain(codes)})")
    if not identity.chain or identity.chain[0].sha256.lower() != credential.fingerprint.lower():
        raise _failed("the author's identity carries another certificate")
    _audit_references(identity, plan)


def _audit_references(identity: Identity, plan: ManifestPlan) -> None:
    missing = sorted(set(plan.identity_references) - set(identity.referenced))
    if missing:
        raise _failed(f"the author's identity does not vouch for {plain(', '.join(missing))}")
    if not any(label.startswith("c2pa.hash.") for label in identity.referenced):
        raise _failed("the author's identity is not bound to the picture")
    if identity.roles != plan.identity_roles or not set(identity.roles) <= set(Role):
        raise _failed("the author's identity does not have the role that was asked for")


def _failed(reason: str) -> ProvenanceError:
    return OutputError("signed picture", f"does not pass our own check: {reason}", "nothing was written")
