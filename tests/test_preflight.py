"""Every fault of a certificate, a chain or a key is named, with its cure; the engine only says "invalid"."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import c2pa
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from provenance.credentials import keystore, preflight
from provenance.credentials.preflight import Fault
from provenance.engine.context import writing_context
from provenance.errors import CredentialError
from provenance.terms import EKU_ANY, EKU_C2PA_CLAIM_SIGNING, EKU_DOCUMENT_SIGNING, EKU_EMAIL_PROTECTION
from tests.support import odd_certificates as odd
from tests.support.credentials import MANIFEST
from tests.support.odd_certificates import Made
from tests.support.pictures import jpeg
from tests.support.pki import Authority, midnight, subject

Chain = list[x509.Certificate]
ROOT = odd.authority()
OTHER = odd.authority()  # the same name, another key
RSA_ROOT = odd.authority("Odd RSA Root", key=rsa.generate_private_key(65537, 2048))
ASK = "ask whoever issued it"
KINDS = "use P-256, P-384, P-521, Ed25519, or RSA with 2048 bits"
PURPOSE = f"{ASK} for emailProtection, documentSigning or C2PA claim signing"


def under(issuer: Made = ROOT, **changes: object) -> Chain:
    """Return a chain of a leaf with *changes* and its issuer."""
    return [odd.leaf(issuer, **changes).certificate, issuer.certificate]  # type: ignore[arg-type]


def three(**changes: object) -> Chain:
    """Return a chain whose intermediate has *changes*."""
    between = odd.authority("Odd Intermediate", issuer=ROOT, **changes)  # type: ignore[arg-type]
    return [odd.leaf(between).certificate, between.certificate, ROOT.certificate]


def name_of(*parts: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in parts])


REFUSED: dict[str, tuple[Callable[[], Chain], str, str]] = {
    "no certificate": (list, "chain.empty", "there is no certificate; name a file with the chain, leaf first"),
    "expired": (
        lambda: under(days=(-30, -1)),
        "leaf.expired",
        f"the certificate expired on {odd.day(midnight(-1))}; run `provenance keys renew`, or import a new one",
    ),
    "not yet valid": (
        lambda: under(days=(2, 30)),
        "leaf.not_yet_valid",
        f"the certificate is not valid before {odd.day(midnight(2))}; check this computer's clock",
    ),
    "no key usage": (
        lambda: under(without_key_usage=True),
        "leaf.no_key_usage",
        f"the certificate does not say what its key is for (key usage); {ASK} for one with digitalSignature",
    ),
    "key usage for encryption": (
        lambda: under(key_usage=odd.usage("key_encipherment")),
        "leaf.key_usage",
        f"the certificate's key usage does not allow signatures; {ASK} for one with digitalSignature",
    ),
    "key usage for certificates": (
        lambda: under(key_usage=odd.usage("digital_signature", "key_cert_sign")),
        "leaf.key_usage_cert_sign",
        f"the certificate's key usage allows to sign certificates (keyCertSign); {ASK} for one without it",
    ),
    "authority as leaf": (
        lambda: under(ca=True),
        "leaf.authority",
        f"the certificate is an authority (CA:TRUE); {ASK} for one with CA:FALSE, or put the signing certificate first",
    ),
    "no purpose": (
        lambda: under(ekus=()),
        "leaf.no_purpose",
        f"the certificate has no purpose (extended key usage); {PURPOSE}",
    ),
    "any purpose": (
        lambda: under(ekus=(EKU_ANY,)),
        "leaf.any_purpose",
        f"the certificate is for any purpose (anyExtendedKeyUsage); {PURPOSE}",
    ),
    "for web servers": (
        lambda: under(ekus=("1.3.6.1.5.5.7.3.1",)),
        "leaf.purpose",
        f"the certificate is for other purposes (1.3.6.1.5.5.7.3.1); {PURPOSE}",
    ),
    "for time stamps only": (
        lambda: under(ekus=("1.3.6.1.5.5.7.3.8",)),
        "leaf.purpose",
        f"the certificate is for other purposes (1.3.6.1.5.5.7.3.8); {PURPOSE}",
    ),
    "for time stamps too": (
        lambda: under(ekus=(EKU_EMAIL_PROTECTION, "1.3.6.1.5.5.7.3.8")),
        "leaf.mixed_purposes",
        f"the certificate is for time stamps and for signing at once; {ASK} for one without that",
    ),
    "for revocation answers too": (
        lambda: under(ekus=(EKU_EMAIL_PROTECTION, "1.3.6.1.5.5.7.3.9")),
        "leaf.mixed_purposes",
        f"the certificate is for revocation answers (OCSP) and for signing at once; {ASK} for one without that",
    ),
    "no authority key identifier": (
        lambda: under(key_id=False),
        "leaf.no_authority_key_id",
        f"the certificate has no authority key identifier; {ASK} for one with it",
    ),
    "unknown critical extension": (
        lambda: under(extra=[(odd.unknown(), True)]),
        "leaf.unknown_critical",
        f"the certificate has a critical extension that readers do not know (1.2.3.4.5); {ASK} for one without it",
    ),
    "short RSA key": (
        lambda: under(key=rsa.generate_private_key(65537, 1024)),
        "leaf.rsa_short",
        f"the certificate has an RSA key of 1024 bits; {KINDS}",
    ),
    "curve of coins": (
        lambda: under(key=ec.generate_private_key(ec.SECP256K1())),
        "leaf.curve",
        f"the certificate has a key on the curve secp256k1; {KINDS}",
    ),
    "key of another kind": (
        lambda: under(key=ed448.Ed448PrivateKey.generate()),
        "leaf.key_kind",
        f"the certificate has a key of a kind that readers do not know; {KINDS}",
    ),
    "self-signed": (
        lambda: [odd.leaf(None).certificate],
        "leaf.self_signed",
        "the certificate signed itself; use one that an authority issued, or `provenance init`",
    ),
    "no issuer": (
        lambda: [odd.leaf(ROOT).certificate],
        "chain.missing_issuer",
        "the certificate of 'CN=Odd Root' is missing from the chain; add it to the file, behind the one it issued",
    ),
    "wrong order": (
        lambda: [(chain := three())[0], chain[2], chain[1]],
        "chain.order",
        "certificate 2 did not issue the one before it; "
        "put the signing certificate first, then whoever issued it, and so on",
    ),
    "intermediate left out": (
        lambda: [(chain := three())[0], chain[2]],
        "chain.missing_issuer",
        "the certificate of 'CN=Odd Intermediate' is missing from the chain; "
        "add it to the file, behind the one it issued",
    ),
    "issuer of the same name": (
        lambda: [odd.leaf(ROOT).certificate, OTHER.certificate],
        "chain.signature",
        "certificate 2 has the issuer's name, but did not sign the one before it; "
        "two authorities share a name; find the right one",
    ),
    "issuer is no authority": (
        lambda: three(ca=False),
        "chain.not_authority",
        "certificate 2 is no authority (CA:TRUE is missing); use the one that is",
    ),
    "issuer may not issue": (
        lambda: three(key_usage=odd.usage("digital_signature")),
        "chain.key_usage",
        f"the key usage of certificate 2 does not allow to sign certificates; {ASK} for a right one",
    ),
    "issuer expired": (
        lambda: three(days=(-30, -1)),
        "chain.expired",
        f"certificate 2, an authority, is not valid now (until {odd.day(midnight(-1))}); {ASK} for a new chain",
    ),
    "issuer with unknown critical extension": (
        lambda: three(extra=[(odd.unknown(), True)]),
        "chain.unknown_critical",
        f"certificate 2 has a critical extension that readers do not know (1.2.3.4.5); {ASK} for one without it",
    ),
    "path too long": (
        lambda: _too_long(),
        "chain.path_length",
        f"certificate 3 allows 0 authorities below it, and there are 1; {ASK} for a shorter chain",
    ),
    "same subject twice": (
        lambda: under(name=subject("Odd Root")),
        "chain.same_subject",
        "two certificates of the chain have the same subject, which some readers refuse; "
        "take out the copy, or use an authority with another name",
    ),
    "signed with SHA-1": (
        lambda: [odd.as_sha1(odd.leaf(RSA_ROOT).certificate), RSA_ROOT.certificate],
        "chain.signature_algorithm",
        f"certificate 1 is signed with SHA1, which is broken; {ASK} for one with SHA-256",
    ),
}
NOTED: dict[str, tuple[Callable[[], Chain], str, str]] = {
    "key usage not critical": (
        lambda: under(key_usage_critical=False),
        "leaf.key_usage_not_critical",
        "the certificate's key usage is not marked critical; C2PA asks for it; most readers accept it",
    ),
    "documents only": (
        lambda: under(ekus=(EKU_DOCUMENT_SIGNING,)),
        "leaf.purpose_rare",
        f"the certificate is for documentSigning only, which many C2PA readers refuse; {ASK} for emailProtection too",
    ),
    "no common name": (
        lambda: under(name=x509.Name([])),
        "leaf.no_name",
        "the certificate has no common name; readers will show no name",
    ),
    "an address in it": (
        lambda: under(name=name_of((NameOID.COMMON_NAME, "Mika"), (NameOID.EMAIL_ADDRESS, "mika@example.org"))),
        "leaf.public_words",
        "every signature will make public: 'mika@example.org'",
    ),
    "an address beside it": (
        lambda: under(extra=[(x509.SubjectAlternativeName([x509.RFC822Name("mika@example.org")]), False)]),
        "leaf.public_words",
        "every signature will make public: 'mika@example.org'",
    ),
    "ends soon": (
        lambda: under(days=(-1, 10)),
        "leaf.ends_soon",
        f"the certificate ends on {odd.day(midnight(10))}; run `provenance keys renew`",
    ),
}
OPAQUE = {"no issuer", "self-signed", "wrong order", "intermediate left out", "issuer of the same name"} | {  # the engine signs these all the same
    "issuer is no authority", "issuer may not issue", "issuer expired", "path too long", "same subject twice",
    "issuer with unknown critical extension", "for time stamps only", "signed with SHA-1", "no certificate",
}  # fmt: skip


def _too_long() -> Chain:
    top = odd.authority("Odd Top", path_length=0)
    between = odd.authority("Odd Intermediate", issuer=top)
    return [odd.leaf(between).certificate, between.certificate, top.certificate]


@pytest.mark.parametrize(("make", "id_", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_fault_is_named_with_its_cure(make: Callable[[], Chain], id_: str, message: str) -> None:
    """What a reader refuses is named before anything is signed, each with what to do."""
    faults = preflight.blocking(preflight.check(make()))

    assert (id_, message) in [(fault.id, str(fault)) for fault in faults]


@pytest.mark.parametrize(("make", "id_", "message"), NOTED.values(), ids=NOTED.keys())
def test_note_does_not_block(make: Callable[[], Chain], id_: str, message: str) -> None:
    """What is only worth knowing is said, and nothing is refused for it."""
    faults = preflight.check(make())

    assert [(fault.id, str(fault)) for fault in faults] == [(id_, message)]
    assert preflight.blocking(faults) == ()


def test_right_chain_has_no_fault(pki: Authority) -> None:
    """A near miss of every case above, right in all of them, passes without a word."""
    assert preflight.check(pki.issue(with_root=True).chain) == ()
    assert preflight.check(pki.issue().chain) == ()  # the root may be left out


def test_every_fault_is_named_not_only_the_first() -> None:
    """A certificate that is wrong in three ways gets three lines."""
    chain = under(ekus=(), key_id=False, days=(-30, -1))

    assert [fault.id for fault in preflight.check(chain)] == [
        "leaf.expired", "leaf.no_purpose", "leaf.no_authority_key_id",
    ]  # fmt: skip


PROGRAMME = {
    "extension": [(odd.unknown("1.3.6.1.4.1.62558.3"), False)],
    "policy": [
        (
            x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier("1.3.6.1.4.1.62558.1.1"), None)]),
            False,
        )
    ],
}


@pytest.mark.parametrize("extra", PROGRAMME.values(), ids=PROGRAMME.keys())
def test_self_made_leaf_may_not_claim_the_programme(extra: list[tuple[x509.ExtensionType, bool]]) -> None:
    """Nothing of the conformance programme but its signing purpose stands in a leaf that we make; others may have it."""
    chain = under(extra=extra)

    assert [fault.id for fault in preflight.check(chain, own=True)] == ["leaf.programme"]
    assert preflight.check(chain) == ()
    assert preflight.check(under(ekus=(EKU_EMAIL_PROTECTION, EKU_C2PA_CLAIM_SIGNING)), own=True) == ()


@pytest.mark.parametrize("name", [name for name in REFUSED if name not in OPAQUE])
def test_engine_refuses_what_we_name(name: str, tmp_path: Path) -> None:
    """The engine refuses these too, without saying why: our list is not stricter for its own sake."""
    chain = REFUSED[name][0]()
    picture = jpeg(tmp_path / "picture.jpg")

    with pytest.raises(c2pa.C2paError):
        _sign_bare(chain, picture, tmp_path / "signed.jpg")


def _sign_bare(chain: Chain, source: Path, target: Path) -> None:
    pem = "".join(one.public_bytes(Encoding.PEM).decode() for one in chain)
    made = odd.key_of(chain[0])
    key = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    algorithm = b"ps256" if isinstance(made, rsa.RSAPrivateKey) else b"es256"
    info = c2pa.C2paSignerInfo(algorithm, pem.encode(), key, None)
    with source.open("rb") as reading, target.open("w+b") as writing, c2pa.Signer.from_info(info) as signer:
        c2pa.Builder(MANIFEST, writing_context()).sign(signer, "image/jpeg", reading, writing)


SEC1 = (
    "the key is in the old SEC1 form, which the engine cannot read; `provenance keys import` writes it anew, encrypted"
)
OPEN = "the key is not encrypted: whoever has the file can sign; `provenance keys import` writes it anew, encrypted"


def test_key_in_an_old_form_is_noted() -> None:
    """SEC1 and PKCS#1 keys are read, and said to be what the engine cannot read."""
    made = odd.leaf(ROOT)
    old = made.key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    key = keystore.open_key(old)

    faults = preflight.check_key(old, key, [made.certificate])

    assert [str(fault) for fault in faults] == [SEC1, OPEN]
    assert preflight.blocking(faults) == ()


def test_key_of_another_certificate_blocks() -> None:
    """A key that is not the certificate's is named, and told apart from a chain in the wrong order."""
    made, other = odd.leaf(ROOT), odd.p256()

    wrong = list(preflight.check_match(other, [made.certificate, ROOT.certificate]))
    turned = list(preflight.check_match(made.key, [ROOT.certificate, made.certificate]))  # type: ignore[arg-type]

    assert wrong == [Fault("key.wrong", "the key does not belong to the certificate", "name the key it was made for")]
    assert turned == [Fault("key.order", "the key belongs to another certificate of the chain", "put that one first")]


NO_CHAIN = {
    "empty": (b"", "chain.pem: holds no certificate; a PEM file has -----BEGIN CERTIFICATE----- in it"),
    "text": (b"hello", "chain.pem: holds no certificate; a PEM file has -----BEGIN CERTIFICATE----- in it"),
    "key": (
        keystore.unencrypted(odd.p256()),
        "chain.pem: holds a private key and no certificate; name the file with the certificates",
    ),
    "request": (
        b"-----BEGIN CERTIFICATE REQUEST-----\n",
        "chain.pem: is a request, not a certificate; have it signed by an authority first",
    ),
    "damaged": (
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "chain.pem: holds a certificate that cannot be read; the file is damaged",
    ),
    "damaged name": (
        odd.leaf(ROOT).certificate.public_bytes(Encoding.DER).replace(b"Odd Artist", b"\xff\xfe Artist"),
        "chain.pem: holds a certificate that cannot be read; the file is damaged",
    ),
    "damaged DER": (b"\x30\x03abc", "chain.pem: holds a certificate that cannot be read; the file is damaged"),
}


@pytest.mark.parametrize(("data", "message"), NO_CHAIN.values(), ids=NO_CHAIN.keys())
def test_file_without_certificates_is_named(data: bytes, message: str) -> None:
    """The message says what the file is instead."""
    with pytest.raises(CredentialError) as caught:
        preflight.read_chain(data, "chain.pem")

    assert str(caught.value) == message
