"""The claims with intervals: each a figure of a run, as the claim's words define it.

Most are columns of queries in `sql/measures_*.sql`, named after their claims; regressions are functions.
"""

import math
import re
from collections.abc import Callable
from functools import cache

from simulation.validation.ledger import ledger
from simulation.validation.queries import queries_in
from simulation.validation.regressions import REGRESSIONS
from simulation.validation.run import Run

Measure = Callable[[Run], float | None]

FILES = ("measures_tutors", "measures_sessions", "measures_platform")
CLAIM = re.compile(r'AS "([a-z_0-9]+\.[a-z_0-9.]+)"')


@cache
def measures() -> dict[str, Measure]:
    """All measurements of single runs by the ids of their claims, in the ledger's order.

    What is not defined in a run, such as a mean over nobody, is None there.
    """
    queries = [query for file in FILES for query in queries_in(file).values()]
    known = {claim_id: figure(query, claim_id) for query in queries for claim_id in CLAIM.findall(query)}
    known |= {claim_id: defined(measured) for claim_id, measured in REGRESSIONS.items()}
    return {claim_id: known[claim_id] for claim_id in ledger() if claim_id in known}


def figure(query: str, column: str) -> Measure:
    """The figure in a column of a query that gives one row."""
    return defined(lambda run: run.row(query)[column])


def defined(figure: Measure) -> Measure:
    """A figure that is None where it is null, not a number, or infinite."""

    def value_of(run: Run) -> float | None:
        value = figure(run)
        return float(value) if value is not None and math.isfinite(value) else None

    return value_of


def measure_run(run: Run) -> dict[str, float | None]:
    """Measure every claim on a run; None is what is not defined there.

    Raises TableError or LogError where files are missing or damaged.
    """
    return {claim_id: value_of(run) for claim_id, value_of in measures().items()}
