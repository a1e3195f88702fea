"""TR, TS, OC, RV: who signed, when, and whether that still holds."""

from __future__ import annotations

from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ocsp

from provenance.report.build import build
from provenance.terms import Integrity, Level
from provenance.trust.model import Denial
from tests.hostile import certs, stamps
from tests.hostile.case import NOBODY, Case, Reader, day, pin
from tests.hostile.certs import Holder, Profile, authority, good, listed, new_key, pem, strangers
from tests.hostile.forge import Assertion, Spec, actions, forge
from tests.hostile.stamps import Stamp, good_stamper, stamper
from tests.support.pki import midnight

INTACT, ALTERED, EXPIRED = Integrity.INTACT, Integrity.ALTERED, Integrity.EXPIRED
LISTED, KNOWN, UNKNOWN, UNVERIFIED = Level.LISTED, Level.KNOWN, Level.INTACT, Level.UNVERIFIED


def signed(**spec: Any) -> bytes:
    return forge(Spec(**spec)).data


def leaf(*, key: str = "es256", algorithm: str = "es256", **profile: Any) -> bytes:
    """Return a picture signed by a leaf of the listed authority with *profile*."""
    return signed(signer=listed().issue(Profile(**profile), key=new_key(key), algorithm=algorithm))


@cache
def _lookalike() -> certs.Authority:
    return authority("Listed")


@cache
def _expired_leaf() -> Holder:
    return listed().issue(Profile(days=(-300, -10)))


@cache
def _old_authority() -> certs.Authority:
    return authority("Old", root={"days": (-900, -10)}, days=(-900, -10))


@cache
def _self_signed() -> Holder:
    key = new_key()
    return Holder(key, (certs.certificate(Profile(), key),))


@cache
def _constrained() -> certs.Authority:
    inside = x509.NameConstraints([x509.DirectoryName(x509.Name([_o("Only This Studio")]))], None)
    return authority("Constrained", extensions=((inside, True),))


def _o(name: str) -> x509.NameAttribute[str]:
    return x509.NameAttribute(x509.oid.NameOID.ORGANIZATION_NAME, name)


def _cloned() -> bytes:
    """A leaf with the same names, signed by a look-alike, under the real chain."""
    fake = _lookalike().issue()
    return signed(signer=Holder(fake.key, (fake.leaf, listed().intermediate)))


def _without_intermediate() -> bytes:
    return signed(signer=Holder(good().key, good().chain[:1]))


def _leaf_under_leaf() -> bytes:
    upper = good()
    key = new_key()
    lower = certs.certificate(Profile("Sub", ("Sub",)), key, (upper.leaf.subject, upper.key))
    return signed(signer=Holder(key, (lower, *upper.chain)))


@cache
def _short_path() -> tuple[certs.Authority, Holder]:
    top = authority("Short", path_length=0)
    key = new_key()
    extra = certs.certificate(certs.authority_profile("Short Extra"), key, (top.intermediate.subject, top.key))
    own = new_key()
    last = certs.certificate(Profile(), own, (extra.subject, key))
    return top, Holder(own, (last, extra, top.intermediate))


def _by_root() -> bytes:
    key = listed().root_key
    return signed(signer=Holder(key, (listed().root,)))


def _wrong_key() -> bytes:
    return signed(signer=Holder(new_key(), good().chain))


@cache
def _odd_critical() -> certs.Authority:
    odd = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")
    return authority("Odd", extensions=((odd, True),))


@cache
def _no_ca_constraints() -> certs.Authority:
    return authority("Plain", ca=None)


def _by_stamper() -> bytes:
    return signed(signer=good_stamper())


def _issued(maker: Any) -> Any:
    return lambda: signed(signer=maker().issue())


def _reads(maker: Any) -> Reader:
    return Reader(claim=lambda: maker().pem)


_odd = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")

TRUST = {
    "good": Case("TR", "nothing is wrong", lambda: signed(), INTACT, LISTED, chain=True),
    "nobody_trusted": Case("TR", "good, but the reader trusts nobody", lambda: signed(), INTACT, UNKNOWN,
        reader=NOBODY),
    "stranger": Case("TR", "a home-made authority that nobody knows", lambda: signed(signer=certs.stranger()), INTACT,
        UNKNOWN),
    "lookalike": Case("TR", "another authority with the same names", lambda: signed(signer=_lookalike().issue()),
        INTACT, UNKNOWN),
    "cloned_leaf": Case("TR", "a copied name under the real chain", _cloned, INTACT, UNKNOWN),
    "no_intermediate": Case("TR", "the intermediate is not sent along", _without_intermediate, INTACT, UNKNOWN),
    "intermediate_anchor": Case("TR", "the reader's anchor is the intermediate", lambda: signed(), INTACT, LISTED,
        reader=Reader(claim=lambda: pem(listed().intermediate))),
    "self_signed_anchor": Case("TR", "a certificate that signed itself stands among the anchors",
        lambda: signed(signer=_self_signed()), INTACT, UNKNOWN, reader=Reader(claim=lambda: pem(_self_signed().leaf))),
    "leaf_anchor": Case("TR", "the leaf itself stands among the anchors", lambda: signed(), INTACT, UNKNOWN,
        reader=Reader(claim=lambda: pem(good().leaf))),
    "allowed_leaf": Case("TR", "the single leaf is on an allowed list", lambda: signed(), INTACT, LISTED,
        reader=Reader(claim=str, allowed=lambda: pem(good().leaf))),
    "allowed_expired_leaf": Case("TR", "the single leaf is allowed, and has expired",
        lambda: signed(signer=_expired_leaf()),
        EXPIRED, UNVERIFIED, ("signer.expired",), reader=Reader(claim=str, allowed=lambda: pem(_expired_leaf().leaf))),
    "pinned": Case("TR", "the reader knows the signer's authority by name", lambda: signed(signer=certs.stranger()),
        INTACT, KNOWN,
        reader=Reader(pins=lambda: (pin(strangers().root),))),
    "expired": Case("TR", "the certificate has expired", lambda: signed(signer=_expired_leaf()), EXPIRED, UNVERIFIED,
        ("signer.expired",)),
    "not_yet": Case("TR", "the certificate is not valid yet", lambda: leaf(days=(10, 100)), EXPIRED, UNVERIFIED,
        ("signer.expired",)),
    "authority_expired": Case("TR", "root and intermediate have expired", _issued(_old_authority), INTACT, UNKNOWN,
        reader=_reads(_old_authority)),
    **{f"key_{name}": Case("TR", f"a good key: {name}", lambda a=name: signed(signer=listed().issue(algorithm=a)),
        INTACT, LISTED)
        for name in ("es384", "es512", "ed25519", "ps256")},
    "key_rsa3072": Case("TR", "a good key: RSA 3072", lambda: leaf(key="rsa3072", algorithm="ps256"), INTACT, LISTED),
    "key_rsa1024": Case("TR", "RSA of 1,024 bits", lambda: leaf(key="rsa1024", algorithm="ps256"), ALTERED, UNVERIFIED,
        ("signingCredential.invalid",)),
    "key_p224": Case("TR", "the curve P-224", lambda: leaf(key="p224"), ALTERED, UNVERIFIED,
        ("signingCredential.invalid",)),
    "key_secp256k1": Case("TR", "the curve secp256k1", lambda: leaf(key="secp256k1"), ALTERED, UNVERIFIED,
        ("signingCredential.invalid",)),
    **{f"eku_{name}": Case("TR", f"extended key usage: {text}", lambda e=oids: leaf(ekus=e), ALTERED, UNVERIFIED,
        ("signingCredential.invalid",))
        for name, text, oids in (
            ("none", "none", ()), ("server", "TLS server", (certs.SERVER_AUTH,)), ("any", "any", (certs.ANY,)),
            ("any_email", "any and e-mail", (certs.ANY, certs.EMAIL)),
            ("email_stamping", "e-mail and time stamping", (certs.EMAIL, certs.STAMPING)))},
    **{f"eku_{name}": Case("TR", f"extended key usage: {text}", lambda e=oids: leaf(ekus=e), INTACT, LISTED)
        for name, text, oids in (
            ("documents", "document signing", (certs.DOCUMENT,)), ("c2pa", "C2PA claim signing", (certs.C2PA,)),
            ("email", "e-mail", (certs.EMAIL,)), ("email_server", "e-mail and TLS server", (certs.EMAIL,
        certs.SERVER_AUTH)))},
    "eku_stamping": Case("TR", "a time-stamping certificate signs a claim", lambda: leaf(ekus=(certs.STAMPING,)),
        INTACT, UNVERIFIED,
        ("leaf.wrong_purpose",)),
    "eku_ocsp": Case("TR", "an OCSP responder's certificate signs a claim", lambda: leaf(ekus=(certs.OCSP,)), INTACT,
        UNVERIFIED,
        ("leaf.wrong_purpose",)),
    "by_stamper": Case("TR", "a listed time-stamp authority signs a claim", _by_stamper, INTACT, UNVERIFIED,
        ("leaf.wrong_purpose",)),
    "stamp_anchor": Case("TR", "the signer's authority is listed for time stamps only", lambda: signed(), INTACT,
        UNKNOWN,
        reader=Reader(claim=str, stamps=lambda: listed().pem)),
    "identity_anchor": Case("TR", "the signer's authority is listed for identities only", lambda: signed(), INTACT,
        UNKNOWN,
        reader=Reader(claim=str, identity=lambda: listed().pem)),
    "usage_absent": Case("TR", "no key usage", lambda: leaf(usage=""), ALTERED, UNVERIFIED,
        ("signingCredential.invalid",)),
    "usage_wrong": Case("TR", "key usage: encipherment", lambda: leaf(usage="encipher"), ALTERED, UNVERIFIED,
        ("signingCredential.invalid",)),
    "no_aki": Case("TR", "no authority key identifier", lambda: leaf(aki=False), ALTERED, UNVERIFIED,
        ("signingCredential.invalid",)),
    "leaf_is_ca": Case("TR", "the leaf is an authority", lambda: leaf(ca=True, usage="both"), ALTERED, UNVERIFIED,
        ("signingCredential.invalid",)),
    "unknown_critical": Case("TR", "an unknown critical extension in the leaf", lambda: leaf(extensions=((_odd,
        True),)), ALTERED, UNVERIFIED,
        ("signingCredential.invalid",)),
    "by_root": Case("TR", "the root itself signs", _by_root, ALTERED, UNVERIFIED, ("signingCredential.invalid",)),
    "no_ski": Case("TR", "no subject key identifier", lambda: leaf(ski=False), INTACT, LISTED),
    "no_constraints": Case("TR", "no basic constraints in the leaf", lambda: leaf(ca=None), INTACT, LISTED),
    "no_organization": Case("TR", "no organisation in the name", lambda: leaf(organizations=()), INTACT, LISTED),
    "no_common_name": Case("TR", "no common name", lambda: leaf(common_name=None), INTACT, LISTED),
    "two_organizations": Case("TR", "two organisations, of which the engine shows the last",
        lambda: leaf(organizations=("Home", "Famous Camera")), INTACT, LISTED,
        check=lambda v: v.manifests[0].signer.chain[0].organizations == ("Home", "Famous Camera")),
    "leaf_under_leaf": Case("TR", "issued by a leaf", _leaf_under_leaf, INTACT, UNKNOWN),
    "path_length": Case("TR", "the path is longer than an authority allows", lambda: signed(signer=_short_path()[1]),
        INTACT, UNKNOWN,
        reader=Reader(claim=lambda: _short_path()[0].pem)),
    "name_constraints": Case("TR", "outside the names that the authority may certify", _issued(_constrained), INTACT,
        UNKNOWN,
        reader=_reads(_constrained)),
    "odd_critical_ca": Case("TR", "an unknown critical extension in an authority", _issued(_odd_critical), INTACT,
        UNKNOWN,
        reader=_reads(_odd_critical)),
    "ca_no_constraints": Case("TR", "an authority without basic constraints", _issued(_no_ca_constraints), INTACT,
        UNKNOWN,
        reader=_reads(_no_ca_constraints)),
    "wrong_key": Case("TR", "signed with a key that is not the certificate's", _wrong_key, ALTERED, UNVERIFIED,
        ("claimSignature.mismatch",)),
    "signature_flipped": Case("TR", "one bit of the signature is flipped",
        lambda: signed(signature=lambda s: bytes([s[0] ^ 1]) + s[1:]), ALTERED, UNVERIFIED,
        ("claimSignature.mismatch",)),
    "padding": Case("A", "bytes hidden in the signature's padding", lambda: signed(pad=b"\0" * 8 + b"hidden"), INTACT,
        LISTED,
        ("io.github.provenance-toolkit.coverage.padding",)),
}  # fmt: skip


def _stamped(days: int, holder: Any = good_stamper, signer: Any = good, **stamp: Any) -> Any:
    return lambda: signed(signer=signer(), stamp=Stamp(holder(), midnight(days), **stamp))


@cache
def _claim_ca_stamper() -> Holder:
    return stamper(listed())


@cache
def _unknown_stamper() -> Holder:
    return stamper(strangers())


TIME = {
    "stamp_good": Case("TS", "a listed authority stamped it yesterday", _stamped(-1), INTACT, LISTED,
        ("time.trusted_time_stamp",)),
    "stamp_saves": Case("TS", "stamped while the certificate was valid; it has expired since", _stamped(-20,
        signer=_expired_leaf), INTACT, LISTED,
        ("time.trusted_time_stamp",)),
    "stamp_after": Case("TS", "stamped after the certificate had expired", _stamped(-2, signer=_expired_leaf), EXPIRED,
        UNVERIFIED, ("signer.expired",)),
    "stamp_unlisted_expired": Case("TS", "expired; the stamp is by an authority nobody knows", _stamped(-20,
        _unknown_stamper, _expired_leaf), EXPIRED, UNVERIFIED,
        ("signer.expired", "time.untrusted_time_stamp")),
    "stamp_backdated_by_claim_ca": Case("TS", "expired; back-dated by a stamp that the claim signers' authority issued",
        _stamped(-20, _claim_ca_stamper, _expired_leaf), EXPIRED, UNVERIFIED, ("signer.expired",
        "time.untrusted_time_stamp")),
    "stamp_unlisted": Case("TS", "the stamp is by an authority nobody knows", _stamped(-1, _unknown_stamper), INTACT,
        LISTED, ("time.untrusted_time_stamp",)),
    "stamp_imprint": Case("TS", "the stamp belongs to something else", _stamped(-1, wrong_imprint=True), INTACT, LISTED,
        ("time.untrusted_time_stamp", "timeStamp.mismatch")),
    "stamp_two": Case("TS", "two stamps", _stamped(-1, copies=2), INTACT, LISTED, ("time.untrusted_time_stamp",
        "timeStamp.malformed")),
    "stamp_garbage": Case("TS", "the stamp is no stamp", _stamped(-1, garbage=True), INTACT, LISTED,
        ("time.untrusted_time_stamp",)),
    "stamp_future": Case("TS", "stamped 300 days ahead", _stamped(300), INTACT, LISTED, ("time.untrusted_time_stamp",
        "timeStamp.outsideValidity")),
}  # fmt: skip


def _stapled(
    by: Any, status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.REVOKED, *, stamp: int | None = None, **more: Any
) -> Any:
    def build() -> bytes:
        when = Stamp(good_stamper(), midnight(stamp)) if stamp is not None else None
        return signed(ocsp=[stamps.ocsp_response(good(), by(), status, **more)], stamp=when)

    return build


def _asserted() -> bytes:
    """A self-made responder's "good", as an assertion."""
    own = stamps.responder(strangers())
    response = stamps.ocsp_response(good(), own, ocsp.OCSPCertStatus.GOOD)
    return signed(assertions=[actions(), Assertion("c2pa.certificate-status", {"ocspVals": [response]})])


@cache
def _delegated() -> Holder:
    return stamps.responder(listed())


@cache
def _delegated_without_eku() -> Holder:
    return stamps.responder(listed(), ekus=(certs.EMAIL,))


def _direct() -> Holder:
    return Holder(listed().key, (listed().intermediate, listed().root))


@cache
def _foreign() -> Holder:
    return stamps.responder(strangers())


NOT_CHECKED = ("revocation.not checked",)


def _deny(since: str = "", until: str = "") -> Reader:
    def entry() -> tuple[Denial, ...]:
        return (Denial("key lost", sha256=good().leaf.fingerprint(hashes.SHA256()).hex(), since=since, until=until),)

    return Reader(denied=entry)


def _deny_authority() -> tuple[Denial, ...]:
    return (Denial("authority withdrawn", sha256=listed().intermediate.fingerprint(hashes.SHA256()).hex()),)


def _deny_serial() -> tuple[Denial, ...]:
    found = good().leaf
    return (Denial("certificate withdrawn", serial=f"{found.serial_number:x}", issuer=found.issuer.rfc4514_string()),)


def _deny_root() -> tuple[Denial, ...]:
    found = listed().root
    return (Denial("root withdrawn", serial=f"0{found.serial_number:X}", issuer=found.issuer.rfc4514_string()),)


REVOCATION = {
    "ocsp_delegated": Case("OC", "a stapled response says revoked; delegated responder", _stapled(_delegated), INTACT,
        UNVERIFIED,
        ("signingCredential.ocsp.revoked", "revocation.revoked")),
    "ocsp_direct": Case("OC", "a stapled response says revoked; signed by the authority itself", _stapled(_direct),
        INTACT, UNVERIFIED, ("revocation.revoked",),
        check=lambda v: "revoked" in {one.id for one in build(v, now=midnight(0)).findings}),
    "ocsp_framed": Case("OC", "a stapled response says revoked; its responder is another customer of the authority",
        _stapled(_delegated_without_eku), INTACT, LISTED, ("revocation.unknown",)),
    "ocsp_no_eku": Case("OC", "a stapled response says good; its responder has no right to",
        _stapled(_delegated_without_eku, ocsp.OCSPCertStatus.GOOD),
        INTACT, LISTED, NOT_CHECKED),
    "ocsp_foreign": Case("OC", "a stapled response says good; made by a stranger", _stapled(_foreign,
        ocsp.OCSPCertStatus.GOOD), INTACT, LISTED, NOT_CHECKED),
    "ocsp_stale": Case("OC", "a stapled response is long past its date", _stapled(_delegated, ocsp.OCSPCertStatus.GOOD,
        stale=True), INTACT, LISTED, NOT_CHECKED),
    "ocsp_unknown": Case("OC", "a stapled response says unknown", _stapled(_delegated, ocsp.OCSPCertStatus.UNKNOWN),
        INTACT, LISTED, NOT_CHECKED),
    "ocsp_garbage": Case("OC", "a stapled response is garbage", lambda: signed(ocsp=[b"\x30\x03\x0a\x01\x00"]), INTACT,
        LISTED, NOT_CHECKED),
    "ocsp_try_later": Case("OC", "a stapled response says: try later", lambda: signed(ocsp=[b"\x30\x03\x0a\x01\x03"]),
        INTACT, LISTED, NOT_CHECKED),
    "ocsp_asserted": Case("OC", "an assertion carries a self-made responder's word that all is well", _asserted,
        INTACT, LISTED, NOT_CHECKED),
    "revoked_after_stamp": Case("RV", "revoked after a trusted stamp", _stapled(_delegated, stamp=-20,
        revoked_days=-5), INTACT, LISTED, NOT_CHECKED),
    "revoked_before_stamp": Case("RV", "revoked before a trusted stamp", _stapled(_delegated, stamp=-5,
        revoked_days=-20), INTACT, UNVERIFIED,
        ("signingCredential.ocsp.revoked", "revocation.revoked")),
    "denied": Case("RV", "the deny list names the certificate", lambda: signed(), INTACT, UNVERIFIED,
        ("signer.withdrawn",), reader=_deny()),
    "denied_stamped": Case("RV", "the deny list names the certificate; a good stamp does not help", _stamped(-1),
        INTACT, UNVERIFIED,
        ("signer.withdrawn",), reader=_deny()),
    "denied_window": Case("RV", "withdrawn from a day on; stamped before it", _stamped(-20), INTACT, LISTED,
        reader=_deny(since=day(-10))),
    "denied_in_window": Case("RV", "withdrawn from a day on; stamped after it", _stamped(-5), INTACT, UNVERIFIED,
        ("signer.withdrawn",),
        reader=_deny(since=day(-10))),
    "denied_untrusted_stamp": Case("RV", "withdrawn from a day on; an unknown authority back-dates it", _stamped(-20,
        _unknown_stamper), INTACT, UNVERIFIED,
        ("signer.withdrawn",), reader=_deny(since=day(-10))),
    "denied_authority": Case("RV", "the deny list names the intermediate", lambda: signed(), INTACT, UNVERIFIED,
        ("signer.withdrawn",),
        reader=Reader(denied=_deny_authority)),
    "denied_serial": Case("RV", "the deny list names serial number and issuer", lambda: signed(), INTACT, UNVERIFIED,
        ("signer.withdrawn",),
        reader=Reader(denied=_deny_serial)),
    "denied_root": Case("RV", "the deny list names the root, which is not sent along, by its serial number",
        lambda: signed(), INTACT, UNVERIFIED, ("signer.withdrawn",), reader=Reader(denied=_deny_root)),
    "denied_pinned": Case("RV", "the deny list beats a pin", lambda: signed(), INTACT, UNVERIFIED,
        ("signer.withdrawn",),
        reader=Reader(pins=lambda: (pin(listed().root),), denied=_deny_serial)),
}  # fmt: skip

CASES = TRUST | TIME | REVOCATION
