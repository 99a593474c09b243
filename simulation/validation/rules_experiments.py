"""The rule about experiments and their assignments: the p-values of experiments are no query."""

import json
import math
from typing import Any

import numpy as np

from simulation.validation.queries import queries_in
from simulation.validation.rules import Row, faults, in_order, rule
from simulation.validation.run import Run

# Beyond it no chance is left that four decimals could show, and exp(-x) would soon be zero.
_FAR_OUT = 500.0
_NEGLIGIBLE = 1e-15
_SIGNIFICANT_BELOW = 0.05


@rule("experiment.valid")
def experiments_are_valid(run: Run) -> list[Row]:
    """Variants, times, values and counts of assignments, and the p-values and winners made of them."""
    queries = queries_in("experiments")
    misstated = [fault for row in run.database.rows(queries["counted"]) for fault in _faults(row)]
    return [*in_order(run.database.rows(queries["faulty_assignments"])), *faults(misstated)]


def chi_squared_p_value(counts: list[tuple[int, int]]) -> float:
    """The p-value of Pearson's test of independence for a table of two columns; NaN where it is not defined."""
    observed = np.array(counts, float).reshape(-1, 2)
    rows, columns = observed.sum(axis=1), observed.sum(axis=0)
    if len(rows) < 2 or not (rows.all() and columns.all()):
        return math.nan
    expected = np.outer(rows, columns) / observed.sum()
    statistic = float(((observed - expected) ** 2 / expected).sum())
    return _upper_gamma((len(rows) - 1) / 2, statistic / 2)


def _upper_gamma(a: float, x: float) -> float:
    """The regularised upper incomplete gamma function, from the power series of the lower one."""
    if x <= 0 or x > _FAR_OUT:
        return float(x <= 0)
    term = lower = math.exp(a * math.log(x) - x - math.lgamma(a + 1))
    n = 0
    while n < x or term > _NEGLIGIBLE:
        n += 1
        term *= x / (a + n)
        lower += term
    return max(1.0 - lower, 0.0)


def _faults(experiment: Row) -> list[str]:
    found, told = [], f"experiment {experiment['experiment_id']}"
    if experiment["sample_size"] != experiment["assignments"]:
        found.append(f"{told} has sample_size {experiment['sample_size']} and {experiment['assignments']} assignments")
    completed = experiment["status"] == "completed"
    significance, winner = experiment["significance"], experiment["winner"]
    exact = chi_squared_p_value(experiment["counts"]) if completed else math.nan
    fits = math.isnan(exact) if significance is None else abs(significance - exact) <= 0.5e-4 + 1e-9
    if not fits:
        found.append(f"{told} is {experiment['status']} with significance {significance}, recomputed: {exact:g}")
    significant = completed and significance is not None and significance < _SIGNIFICANT_BELOW
    if winner is not None and not (significant and winner in _variants(experiment["variants"])):
        found.append(f"{told} is {experiment['status']} with significance {significance} and has the winner {winner}")
    return found


def _variants(text: str) -> list[Any]:
    """The names in an experiment's variants; none where it is no JSON array."""
    try:
        names = json.loads(text)
    except ValueError:
        return []
    return names if isinstance(names, list) else []
