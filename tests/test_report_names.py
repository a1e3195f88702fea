"""How signers are named."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from provenance.report.names import age_in_days, common_name, mixed_scripts, moment, name_signer, same_signer
from provenance.report.wording import Catalogue
from provenance.terms import Integrity, Level
from provenance.verification.model import Signer, TrustHit
from tests.support.report import certificate, listed, manifest, pinned, stranger

PIN = TrustHit(Level.KNOWN, "Ada from Lyon", "pin", "2026-01-01", anchor_sha256="aa")
NAMED = {
    "pinned": (pinned("nightjar", "Mika K."), "Mika K."),
    "listed": (listed("Google LLC"), "“Google LLC”"),
    "listed and pinned": (replace(listed("Google LLC"), hits=(*listed().hits, PIN)), "Ada from Lyon"),
    "known, in an edition without the reader's names": (pinned("nightjar", ""), "a known signer, “nightjar”"),
    "unknown": (stranger("Midjourney"), "an unknown signer calling itself “Midjourney”"),
    "unknown with a hit that does not count": (
        replace(stranger("Beeple"), hits=(PIN,)),
        "an unknown signer calling itself “Beeple”",
    ),
    "no certificate": (Signer(Level.INTACT, ()), "an unknown signer without a name"),
    "organisation only": (
        replace(stranger(), chain=(certificate(common_names=(), organizations=("Acme",)),)),
        "an unknown signer calling itself “Acme”",
    ),
    "several names": (
        replace(stranger(), chain=(certificate(common_names=("a", "b")),)),
        "an unknown signer calling itself “a / b”",
    ),
}


@pytest.mark.parametrize(("signer", "name"), NAMED.values(), ids=NAMED.keys())
def test_name(signer, name):
    """The reader's own name comes first; a certificate's stands alone only where a public list vouches for it."""
    assert name_signer(manifest(signer=signer), Catalogue("en")).name == name


BROKEN = {
    Integrity.ALTERED: "someone (the broken credential says “Google LLC”)",
    Integrity.NOT_COVERED: "someone (the broken credential says “Google LLC”)",
    Integrity.EXPIRED: "someone (the expired certificate says “Google LLC”)",
}


@pytest.mark.parametrize(("integrity", "name"), BROKEN.items())
def test_what_does_not_hold_names_nobody(integrity, name):
    """From a manifest that is not intact nobody is named, listed or pinned or not."""
    who = name_signer(manifest(signer=listed(), integrity=integrity), Catalogue("en"))

    assert (who.name, who.level) == (name, Level.UNVERIFIED)


BLIND_A, BLIND_B = certificate("Signer A", sha256=""), certificate("Signer B", sha256="")
SAME = {
    "same certificate": (stranger("a"), stranger("a"), True),
    "same name, other key": (stranger("a"), replace(stranger(), chain=(certificate("a", sha256="ff"),)), False),
    "renewed under the same pin": (
        pinned("a"),
        replace(pinned("a"), chain=(certificate("a", sha256="ff"),)),
        True,
    ),
    "two pins": (pinned("a"), pinned("b"), False),
    "blind, same": (replace(stranger(), chain=(BLIND_A,)), replace(stranger(), chain=(BLIND_A,)), True),
    "blind, others": (replace(stranger(), chain=(BLIND_A,)), replace(stranger(), chain=(BLIND_B,)), False),
    "no certificates": (Signer(Level.INTACT, ()), Signer(Level.INTACT, ()), False),
    "same list, other company": (listed("a"), listed("b"), False),
}


@pytest.mark.parametrize(("one", "other", "same"), SAME.values(), ids=SAME.keys())
def test_same_signer_is_told_by_key_or_pin_never_by_name(one, other, same):
    """A name is nothing; the certificate, or the authority that the reader pinned, is what counts."""
    assert same_signer(one, other) is same


SCRIPTS = {
    "Midjourney": False,
    "M\u0456djourney": True,
    "\u041c\u0438\u043a\u0430": False,
    "星空 Mika": False,
    "Zoë": False,
    "Ωmega": True,
}


@pytest.mark.parametrize(("name", "mixed"), SCRIPTS.items())
def test_look_alike_letters_of_several_alphabets(name, mixed):
    """A Latin name with one Cyrillic letter is flagged; a name in one alphabet, or with kanji, is not."""
    assert mixed_scripts(name) is mixed


MOMENTS = {
    "2026-11-22": "2026-11-22",
    "2026-11-22T10:03:59Z": "2026-11-22 10:03 UTC",
    "2026-11-22T01:03:00+02:00": "2026-11-21 23:03 UTC",
    "2026-11-22T10:03:00": "2026-11-22 10:03",
    "2026-11": "2026-11",
    "soon\x1b": "soon\\u{001B}",
}


@pytest.mark.parametrize(("text", "shown"), MOMENTS.items())
def test_moment_is_shown_in_utc(text, shown):
    """Times are shown in UTC to the minute; what is no time is shown as it stands, sanitised."""
    assert moment(text) == shown


AGES = {"2026-11-20": 3, "2026-11-23T11:00:00Z": 0, "2027-01-01": 0, "": None, "yesterday": None}


@pytest.mark.parametrize(("date", "days"), AGES.items())
def test_age_of_a_list(date, days):
    """Days since its date; never negative; unknown if it has none."""
    assert age_in_days(date, datetime(2026, 11, 23, 12, tzinfo=UTC)) == days


COMMON = {"CN=a,O=b": "a", "O=b,CN=a": "a", "CN=a\\,b,O=c": "a\\,b", "O=b": "O=b", "OCN=x": "OCN=x", "": ""}


@pytest.mark.parametrize(("subject", "name"), COMMON.items())
def test_common_name_of_a_subject(subject, name):
    """The CN for a sentence, with its escapes; a name without one whole."""
    assert common_name(subject) == name
