"""One file of each kind that a policy must have an answer for, made at run time, and who reads them."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL.PngImagePlugin import PngInfo

from provenance.errors import ProvenanceError
from provenance.policy.deriving import facts_of
from provenance.policy.facts import Facts
from provenance.terms import AI_PARAMETERS, DST, STATEMENT, SourceType
from provenance.verification.check import check
from provenance.verification.options import Options
from tests.hostile.case import DEFAULT
from tests.hostile.cases_binding import _pixels_excluded
from tests.hostile.cases_chain import redacted_input
from tests.hostile.cases_trust import _expired_leaf
from tests.hostile.certs import good, stranger
from tests.hostile.forge import Assertion, Forged, Spec, actions, child, forge, ingredient, mining, results
from tests.hostile.pictures import picture, repainted
from tests.support.pictures import draw
from tests.support.report import NOW

STEPS = "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512"
BLANK = {"action": "c2pa.created", "digitalSourceType": SourceType.EMPTY.value}
DRAWN = {"action": "c2pa.drawing", "digitalSourceType": SourceType.DIGITAL_CREATION.value}
CAPTURED = {"action": "c2pa.created", "digitalSourceType": SourceType.DIGITAL_CAPTURE.value}
MADE_BY_MODEL = {"action": "c2pa.created", "digitalSourceType": SourceType.TRAINED_ALGORITHMIC_MEDIA.value}
NO_AI = Assertion(STATEMENT, {"no_generative_ai": "final"})
GENERATIVE, ENHANCED = SourceType.COMPOSITE_WITH_TRAINED.value, SourceType.ALGORITHMICALLY_ENHANCED.value


def edited(kind: str, source_type: str, generative: str) -> dict[str, Any]:
    """An edit with our own structured words for what AI did."""
    said = {"kind": kind, "generative": generative}
    return {"action": "c2pa.edited", "digitalSourceType": source_type, "parameters": {AI_PARAMETERS: said}}


def stated(*steps: dict[str, Any], complete: bool = True, also: tuple[Assertion, ...] = (), **spec: Any) -> Forged:
    """A picture whose signer states *steps*."""
    asset = spec.pop("asset", b"")
    more = {"allActionsIncluded": True} if complete else {}
    return forge(Spec([actions(*steps, **more), *also], **spec), asset=asset)


def human(**spec: Any) -> Forged:
    no = Assertion("cawg.training-mining", mining(ai_generative_training="notAllowed"))
    return stated(BLANK, DRAWN, also=(NO_AI, no), **spec)


def _tampered() -> bytes:
    return repainted(human(asset=picture(shift=3)).data)


def _broken_ancestor() -> bytes:
    below = stated(MADE_BY_MODEL, signature=lambda found: bytes([found[0] ^ 1]) + found[1:])
    return child(below, recorded=results("claimSignature.mismatch")).data


def _framed() -> bytes:
    """A stranger names a listed generator's picture as what somebody's drawing was made from."""
    return child(stated(MADE_BY_MODEL, signer=good()), signer=stranger()).data


def _collage() -> bytes:
    part = stated(MADE_BY_MODEL)
    link = ingredient(part, "componentOf")
    placed = {"action": "c2pa.placed", "parameters": {"ingredients": [link.reference()]}}
    return forge(Spec([actions(BLANK, placed, allActionsIncluded=True), link]), others=[part]).data


def _traced() -> bytes:
    notes, out = PngInfo(), io.BytesIO()
    notes.add_text("parameters", f"a heron at dusk\n{STEPS}")
    draw((32, 24)).save(out, "PNG", pnginfo=notes)
    return out.getvalue()


def _conflict() -> bytes:
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">'
        f"<Iptc4xmpExt:DigitalSourceType>{DST}trainedAlgorithmicMedia</Iptc4xmpExt:DigitalSourceType>"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    notes, out = PngInfo(), io.BytesIO()
    notes.add_itxt("XML:com.adobe.xmp", packet)
    draw((32, 24)).save(out, "PNG", pnginfo=notes)
    return human(asset=out.getvalue()).data


def _stripped() -> bytes:
    from PIL import Image

    out = io.BytesIO()
    with Image.open(io.BytesIO(stated(MADE_BY_MODEL).data)) as image:
        image.save(out, "PNG")
    return out.getvalue()


def _unreadable() -> bytes:
    note = Assertion("org.example.note", {"text": "x" * 1_200_000})
    return forge(Spec([actions(), note])).data


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file, and what it is in words."""

    does: str
    build: Callable[[], bytes]
    signed_by_entrant: bool = False  # by somebody whom the reader knows, and intact: what it states may reject


KINDS: dict[str, Kind] = {
    "human": Kind("drawn by hand, complete, stated so, by a listed signer", lambda: human().data),
    "photograph": Kind("a photograph, complete", lambda: stated(CAPTURED).data),
    "incomplete": Kind("drawn by hand; nobody says that every step is named", lambda: stated(BLANK, DRAWN, complete=False).data),
    "generated": Kind("stated as generated by its own signer, who is listed", lambda: stated(MADE_BY_MODEL).data, True),
    "generative_edit": Kind(
        "a photograph with a generative fill, stated", lambda: stated(CAPTURED, edited("inpainting", GENERATIVE, "yes")).data, True
    ),
    "collage": Kind("a generated part in it, by a listed signer", _collage, True),
    "denoise": Kind("denoised with AI, stated as not generative", lambda: stated(CAPTURED, edited("denoising", ENHANCED, "no")).data, True),
    "upscale": Kind("enlarged with AI, stated as not generative", lambda: stated(CAPTURED, edited("upscaling", ENHANCED, "no")).data, True),
    "contradicted": Kind(
        "states no generative AI, and a generative step",
        lambda: stated(BLANK, edited("inpainting", GENERATIVE, "yes"), also=(NO_AI,)).data, True,
    ),
    "tampered": Kind("other pixels than those that were signed", _tampered),
    "uncovered": Kind("signed without the pixels, and repainted", _pixels_excluded),
    "broken_ancestor": Kind("what it was made from does not hold", _broken_ancestor),
    "redacted": Kind("a later signer took a generated input out of the history", redacted_input),
    "unknown_signer": Kind("drawn by hand, signed by a stranger", lambda: human(signer=stranger()).data),
    "stranger_generated": Kind("a clean picture that a stranger signed as generated", lambda: stated(MADE_BY_MODEL, signer=stranger()).data),
    "stranger_parent": Kind("a clean picture, to which a stranger gave a listed generator's picture as parent", _framed),
    "expired": Kind("the certificate has run out", lambda: human(signer=_expired_leaf()).data),
    "unsigned": Kind("no credentials", lambda: picture()),
    "stripped": Kind("generated; a program took the credentials out", _stripped),
    "traces": Kind("no credentials; a generator's parameters in the metadata", _traced),
    "conflict": Kind("stated as drawn by hand; XMP says generated", _conflict),
    "not_checked": Kind("a limit stops the check", _unreadable),
    "not_readable": Kind("a file that cannot be opened", bytes),
}  # fmt: skip


@cache
def facts_by_kind() -> dict[str, Facts | str]:
    """The facts of every kind, or what kept it from being read."""
    with TemporaryDirectory() as folder:
        return {name: _facts(name, kind, Path(folder)) for name, kind in KINDS.items()}


def _facts(name: str, kind: Kind, folder: Path) -> Facts | str:
    path = folder / f"{name}.png"
    if data := kind.build():
        path.write_bytes(data)
    try:
        return facts_of(check(path, options=Options(trust=DEFAULT.trust(), digest=True)), now=NOW)
    except ProvenanceError as exc:
        return exc.problem
