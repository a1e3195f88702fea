"""`provenance.container.wrap`: a naked JPEG XL in a container, without loss."""

from __future__ import annotations

import io

import pytest

from provenance.container.kinds import sniff
from provenance.container.model import Kind
from provenance.container.wrap import wrap
from provenance.errors import AssetError
from tests.support.container import drawn, engine_state, layout, sign


def test_codestream_is_kept() -> None:
    """The codestream stands in the container as it was, and the container can be signed."""
    out = io.BytesIO()

    wrap(io.BytesIO(drawn("jxl_naked")), out)

    assert sniff(out) is Kind.JXL
    (held,) = (part.body for part in layout(out.getvalue(), Kind.JXL).parts if part.name == "jxlc")
    assert out.getvalue()[held.start : held.end] == drawn("jxl_naked")
    assert engine_state(sign(out.getvalue(), Kind.JXL), Kind.JXL) == "Valid"


def test_anything_else_is_refused() -> None:
    """What is no naked codestream is not wrapped."""
    with pytest.raises(AssetError) as caught:
        wrap(io.BytesIO(drawn("jxl")), io.BytesIO())

    assert str(caught.value) == "wrap: the picture is not a naked JPEG XL codestream"
