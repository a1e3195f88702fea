"""Sign a picture from a program, and print what a reader is told.

    python sign_and_verify.py PICTURE

The identity is the one that `provenance init` made.
"""

import sys
from pathlib import Path

import provenance
from provenance import home
from provenance.credentials import identities
from provenance.errors import ProvenanceError


def main(picture: Path) -> int:
    """Sign *picture* beside itself and verify the result."""
    place = home.locate()
    declaration = provenance.Declaration.load(Path(__file__).with_name("drawn-by-hand.toml"))
    try:
        credential = identities.load(place, passphrase="")
        signed = provenance.sign(picture, declaration, credential=credential)
        report = provenance.verify(signed.path, home=place)
    except ProvenanceError as exc:
        print(f"error: {exc}", file=sys.stderr)
        return 2
    print(report.headline.text)
    for step in report.ledger:
        print("-", step.sentence.text)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
