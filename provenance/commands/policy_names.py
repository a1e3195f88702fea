"""What a reader is told of names in a policy that are nearly those of somebody, or of a list, that they know."""

from __future__ import annotations

import typer

from provenance.home import Home
from provenance.policy.loading import Policy
from provenance.policy.nearly import misspelt, named
from provenance.report.layout import fill
from provenance.report.wording import Catalogue
from provenance.trust import pins

_WIDTH = 80


def tell_misspelt(policy: Policy, place: Home, say: Catalogue) -> None:
    """Note on stderr each name of *policy* that was probably meant to be another."""
    people = policy.signers or named(policy, "signer")
    lists = named(policy, "signer_lists")
    if not people and not lists:
        return
    known = [pin.name for pin in pins.load(pins.path_of(place))]
    for name, near in misspelt(policy, signers=known, lists=_lists(place) if lists else ()):
        typer.echo(fill(f"note: {say('policy.check.nearly', name=name, near=near)}", _WIDTH), err=True)


def _lists(place: Home) -> tuple[str, ...]:
    from provenance.trust.lists import load  # here: it reads every list, and few policies name one

    return tuple(found.name for found in load(place).lists)
