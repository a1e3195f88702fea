"""`provenance.verification.requirement`: what a caller requires, and whom they expect."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from provenance.terms import Integrity, Level
from provenance.trust.model import Denial, Trust
from provenance.verification.check import check
from provenance.verification.model import Verification
from provenance.verification.options import Options
from provenance.verification.requirement import Require, exit_code, meets, signed_by
from tests.hostile.case import pin
from tests.hostile.cases_chain import CHAIN
from tests.hostile.cases_limits import CASES as LIMITS
from tests.hostile.cases_limits import F3
from tests.hostile.certs import Holder, good, listed, stranger
from tests.hostile.forge import Spec, forge


def _hex(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex()


def _checked(folder: Path, spec: Spec | None = None, trust: Trust | None = None) -> Verification:
    path = folder / "piece.png"
    path.write_bytes(forge(spec).data)
    return check(path, options=Options(trust=trust or Trust()))


def test_fingerprints_of_the_path_count(tmp_path: Path) -> None:
    """The signer is expected by the fingerprint of the leaf or of an authority on its path, in any spelling."""
    found = _checked(tmp_path)
    leaf, intermediate = good().chain[:2]
    spelt = ":".join(_hex(leaf)[at : at + 2].upper() for at in range(0, 64, 2))

    assert signed_by(found, spelt)
    assert signed_by(found, _hex(intermediate))
    assert not signed_by(found, _hex(stranger().leaf))
    assert not signed_by(found, "Test Signer")


def test_certificates_that_were_only_sent_along_do_not_count(tmp_path: Path) -> None:
    """A stranger who puts a known signer's certificates beside their own is not that signer."""
    unknown = stranger()
    posing = Holder(unknown.key, (*unknown.chain, *good().chain), unknown.algorithm)

    found = _checked(tmp_path, Spec(signer=posing))

    assert found.integrity is Integrity.INTACT
    assert signed_by(found, _hex(unknown.leaf))
    assert not any(signed_by(found, _hex(certificate)) for certificate in good().chain)
    assert [one.stray for one in found.manifests[0].signer.chain] == [False] * len(unknown.chain) + [True] * 2


def test_own_names_count_for_their_signer_only(tmp_path: Path) -> None:
    """A pinned authority's name stands for the signer whom the pin names, not for everyone it certifies."""
    known = pin(listed().root, "Ada")

    assert signed_by(_checked(tmp_path, trust=Trust(pins=(known,))), "Ada")
    assert not signed_by(_checked(tmp_path, trust=Trust(pins=(replace(known, signer="Ada Lovelace"),))), "Ada")


def test_a_withdrawn_credential_is_nobody(tmp_path: Path) -> None:
    """Who signed with a credential that this reader does not take any more was not the one expected."""
    denial = Denial("stolen", sha256=_hex(good().leaf))

    found = _checked(tmp_path, trust=Trust(pins=(pin(listed().root),), denied=(denial,)))

    assert found.level is Level.UNVERIFIED
    assert not signed_by(found, "Ada")
    assert meets(found, Require.INTACT) is False


EXITS = {
    "a broken ancestor": (CHAIN["parent_signature_admitted"].build, Require.INTACT, False),
    "a broken ancestor, signed is enough": (CHAIN["parent_signature_admitted"].build, Require.SIGNED, True),
    "a good ancestor": (CHAIN["parent_good"].build, Require.INTACT, True),
    "a good ancestor, by nobody known": (CHAIN["parent_good"].build, Require.KNOWN, False),
    "a limit": (next(case.build for case in LIMITS.values() if case.engine == F3), Require.INTACT, None),
}


@pytest.mark.parametrize(("build", "require", "answer"), EXITS.values(), ids=EXITS.keys())
def test_what_is_met(build: object, require: Require, answer: bool | None, tmp_path: Path) -> None:
    """A broken ancestor does not meet `intact`; what could not be checked is neither a yes nor a no."""
    path = tmp_path / "piece.png"
    path.write_bytes(build())  # type: ignore[operator]

    assert meets(check(path, options=Options()), require) is answer


def test_exit_codes() -> None:
    """0 is all yes; one that could not be told makes 2, whatever the others say."""
    assert exit_code([True, True]) == 0
    assert exit_code([True, False]) == 1
    assert exit_code([False, None, True]) == 2
