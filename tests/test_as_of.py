"""`verify --as-of`: certificates are judged as on another day; lists and the deny list are those of today."""

from __future__ import annotations

from pathlib import Path

import pytest

from provenance.errors import AssetError
from provenance.terms import Integrity, Level, TimeKind
from provenance.verification.check import check
from provenance.verification.model import Verification
from provenance.verification.options import Options
from tests.hostile.case import DEFAULT
from tests.hostile.certs import Profile, listed
from tests.hostile.forge import Spec, forge
from tests.hostile.stamps import Stamp, good_stamper
from tests.support.pki import midnight


def _day(days: int) -> str:
    return midnight(days).date().isoformat()


def _checked(folder: Path, as_of: str, spec: Spec | None = None) -> Verification:
    path = folder / "piece.png"
    path.write_bytes(forge(spec or Spec(signer=listed().issue(Profile(days=(-300, -10))))).data)
    return check(path, options=Options(trust=DEFAULT.trust(), as_of=as_of))


DAYS = {
    "today": ("", Integrity.EXPIRED),
    "while it was valid": (_day(-100), Integrity.INTACT),
    "before it was": (_day(-400), Integrity.EXPIRED),
    "with a time of day": (f"{_day(-100)}T12:00:00Z", Integrity.INTACT),
}


@pytest.mark.parametrize(("as_of", "integrity"), DAYS.values(), ids=DAYS.keys())
def test_a_certificate_on_another_day(as_of: str, integrity: Integrity, tmp_path: Path) -> None:
    """A certificate that has run out was valid on the day that was asked for, and the report says which day that is."""
    found = _checked(tmp_path, as_of)

    assert found.integrity is integrity
    assert (found.level is Level.LISTED) is (integrity is Integrity.INTACT)
    assert not as_of or found.environment.checked_at.startswith(as_of[:10])


def test_a_stamp_later_than_the_day_does_not_count(tmp_path: Path) -> None:
    """What was stamped after the day that was asked for lies in its future."""
    found = _checked(tmp_path, _day(-100), Spec(stamp=Stamp(good_stamper(), midnight(-1))))

    assert found.manifests[0].time.kind is TimeKind.UNTRUSTED


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "23.11.2026"])
def test_what_is_no_date_is_refused(text: str, tmp_path: Path) -> None:
    """The message says how a date is written."""
    with pytest.raises(AssetError, match="is not a date; write it as 2026-11-23"):
        _checked(tmp_path, text)
