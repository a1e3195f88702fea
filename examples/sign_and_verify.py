"""Sign a picture from a program, and print what a reader is told.

    python sign_and_verify.py PICTURE

The identity is the one that `provenance init` made.
"""

import sys
from getpass import getpass
from pathlib import Path

import provenance
from provenance.home import locate


def main(picture: Path) -> int:
    """Sign *picture* beside itself and verify the result."""
    declaration = provenance.Declaration.load(Path(__file__).with_name("drawn-by-hand.toml"))
    try:
        credential = provenance.open_identity(passphrase=lambda: getpass("Passphrase: "))
        signed = provenance.sign(picture, declaration, credential=credential)
        report = provenance.verify(signed.path, home=locate())
    except provenance.ProvenanceError as exc:
        print(f"error: {exc}", file=sys.stderr)
        return 2
    print(report.headline.text)
    for step in report.ledger:
        print("-", step.sentence.text)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
