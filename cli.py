"""Run provenance from a checkout: ``python cli.py --help``."""

from provenance.commands import main

if __name__ == "__main__":
    main()
