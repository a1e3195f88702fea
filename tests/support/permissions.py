"""Pictures that say something about permissions: in XMP, in credentials, in both."""

from __future__ import annotations

import io
from typing import Any

from provenance.terms import Mining, Use
from tests.hostile.forge import Assertion, Forged, Spec, actions, forge
from tests.support.pictures import draw

MINING = "cawg.training-mining"
NO, YES = Use.NOT_ALLOWED, Use.ALLOWED
VOCABULARY = "http://ns.useplus.org/ldf/vocab/DMI-"


def xmp(data_mining: str = "", other: str = "", *, remote: str = "") -> bytes:
    """Return a packet that says *data_mining* (a code without its DMI-) and *other* in PLUS."""
    value = f"<plus:DataMining>{VOCABULARY}{data_mining}</plus:DataMining>" if data_mining else ""
    text = f'<rdf:Alt><rdf:li xml:lang="x-default">{other}</rdf:li></rdf:Alt>'
    value += f"<plus:OtherConstraints>{text}</plus:OtherConstraints>" if other else ""
    value += f"<dcterms:provenance>{remote}</dcterms:provenance>" if remote else ""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
        ' xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" xmlns:dcterms="http://purl.org/dc/terms/">'
        f'{value}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def picture(packet: bytes = b"", *, kind: str = "JPEG", exif: bytes = b"") -> bytes:
    """Return a drawn picture with *packet* as its XMP."""
    out = io.BytesIO()
    more = {"xmp": packet} if packet else {}
    draw().save(out, kind, **more | ({"exif": exif} if exif else {}))
    return out.getvalue()


def mining(answers: dict[Mining, tuple[Use, str]], label: str = MINING) -> Assertion:
    """Return an assertion that states *answers*."""
    entries = {
        entry.value: {"use": use.value} | ({"constraint_info": text} if text else {})
        for entry, (use, text) in answers.items()
    }
    return Assertion(label, {"entries": entries})


def signed(answers: dict[Mining, tuple[Use, str]], packet: bytes = b"", **spec: Any) -> Forged:
    """Return a JPEG with *packet*, whose credentials state *answers*."""
    return forge(Spec([actions(), *([mining(answers)] if answers else [])], **spec), asset=picture(packet))


def altered(data: bytes) -> bytes:
    """Return the JPEG *data* with another picture than the one that was signed."""
    at = len(data) - 40
    return data[:at] + bytes((data[at] ^ 0x15,)) + data[at + 1 :]
