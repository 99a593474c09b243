"""The claims with intervals: each a function that measures one figure of a run, as the claim's words define it."""

import math
from collections.abc import Callable
from importlib import import_module

from simulation.validation.ledger import ledger
from simulation.validation.run import Run

Figure = Callable[[Run], float]
Measure = Callable[[Run], float | None]

_MODULES = ("measures_volumes", "measures_tutors", "measures_times", "measures_sessions", "measures_measurements",
            "measures_students", "measures_reschedules", "measures_aggregates", "measures_personas", "measures_events",
            "measures_interventions", "measures_experiments", "measures_trends", "measures_whole")  # fmt: skip

_REGISTERED: dict[str, Measure] = {}


def measure(*claim_ids: str) -> Callable[[Figure], Figure]:
    """Register a function as the measurement of claims of the ledger; it gives NaN for what is not defined."""

    def register(figure: Figure) -> Figure:
        for claim_id in claim_ids:
            if claim_id in _REGISTERED:
                raise ValueError(f"the claim {claim_id} has two functions")
            _REGISTERED[claim_id] = defined(figure)
        return figure

    return register


def defined(figure: Figure) -> Measure:
    """A figure that is None, rather than NaN or infinite, where it is not defined."""

    def value_of(run: Run) -> float | None:
        value = float(figure(run))
        return value if math.isfinite(value) else None

    return value_of


def measures() -> dict[str, Measure]:
    """All measurements of single runs by the ids of their claims, in the ledger's order."""
    for module in _MODULES:
        import_module(f"simulation.validation.{module}")
    return {claim_id: _REGISTERED[claim_id] for claim_id in ledger() if claim_id in _REGISTERED}


def measure_run(run: Run) -> dict[str, float | None]:
    """Measure every claim on a run; None is what is not defined there.

    Raises TableError or LogError where files are missing or damaged.
    """
    return {claim_id: value_of(run) for claim_id, value_of in measures().items()}
