"""What a child that looks at several files answers, and what to say of a file where there is no answer."""

from __future__ import annotations

from provenance.errors import ProvenanceError
from provenance.worker.pool import Died, Pool

GROUP = 32  # pictures of a message


def problem_of(outcome: object, pool: Pool) -> str:
    """Return why there is no answer, in a sentence about the file."""
    match outcome:
        case Died() if name := outcome.limit:
            return f"the limit {name} of {getattr(pool.settings, name):g} was reached"
        case Died():
            return f"the checking process ended ({outcome.reason}) {outcome.detail}".rstrip()
        case ProvenanceError():
            return outcome.problem
        case _:
            return "the checking process did not answer what it was asked"
