"""Rules about experiments and their assignments."""

import json
import math
from typing import Any

import numpy as np

from simulation.contract import TABLES
from simulation.validation.bounds import of_experiments
from simulation.validation.frames import shortened
from simulation.validation.rules import rule
from simulation.validation.run import Run

# Beyond it no chance is left that four decimals could show, and exp(-x) would soon be zero.
_FAR_OUT = 500.0
_NEGLIGIBLE = 1e-15
_SIGNIFICANT_BELOW = 0.05
_ASSIGNMENT = "the assignment of {tutor_id} to {experiment_id}"


@rule("experiment.valid")
def experiments_are_valid(run: Run) -> list[str]:
    """Variants, times, values and counts of assignments, and the p-values and winners made of them."""
    return [*_invalid_assignments(run), *_misstated_experiments(run)]


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


def _invalid_assignments(run: Run) -> list[str]:
    rows, experiments = run.frame("experiment_assignments"), run.frame("experiments")
    of = rows.places("experiment_id", experiments)
    variants = [_variants(text) for text in experiments.texts("variants")]
    pairs = zip(of, rows.texts("variant"), strict=True)
    of_experiment = np.array([place >= 0 and variant in variants[place] for place, variant in pairs], bool)
    assigned, exposed, converted = (rows.seconds(f"{step}_at") for step in ("assigned", "exposed", "converted"))
    bounds = of_experiments(run, rows)
    exposed_in_time = bounds.delay_allows("exposure_hours", exposed - assigned)
    converted_in_time = bounds.delay_allows("conversion_days", converted - exposed)
    values, has_converted = rows.numbers("conversion_value"), rows.present("converted_at")
    decimals = TABLES["experiment_assignments"].column("conversion_value").decimals or 0
    in_range = bounds.span_allows("conversion_value", values, decimals)
    fine_values = np.where(has_converted, in_range, np.isnan(values))
    return [
        *rows.listed(~of_experiment, f"{_ASSIGNMENT} has the unknown variant {{variant}}"),
        *rows.listed(
            rows.present("exposed_at") & ~exposed_in_time,
            f"{_ASSIGNMENT}, made {{assigned_at}}, is exposed {{exposed_at}}",
        ),
        *rows.listed(
            has_converted & ~converted_in_time,
            f"{_ASSIGNMENT}, exposed {{exposed_at}}, converts {{converted_at}}",
        ),
        *rows.listed(
            ~fine_values, f"{_ASSIGNMENT}, converted {{converted_at}}, has conversion_value {{conversion_value}}"
        ),
    ]


def _misstated_experiments(run: Run) -> list[str]:
    experiments, assignments = run.frame("experiments"), run.frame("experiment_assignments")
    members: dict[str, list[dict[str, Any]]] = {}
    for assignment in assignments.table.to_pylist():
        members.setdefault(assignment["experiment_id"], []).append(assignment)
    violations = []
    for experiment in experiments.table.to_pylist():
        found = members.get(experiment["experiment_id"], [])
        violations += [f"experiment {experiment['experiment_id']} {fault}" for fault in _faults(experiment, found)]
    return shortened(violations)


def _faults(experiment: dict[str, Any], members: list[dict[str, Any]]) -> list[str]:
    faults = []
    if experiment["sample_size"] != len(members):
        faults.append(f"has sample_size {experiment['sample_size']} and {len(members)} assignments")
    completed = experiment["status"] == "completed"
    significance, winner = experiment["significance"], experiment["winner"]
    exact = _significance(experiment, members) if completed else math.nan
    fits = math.isnan(exact) if significance is None else abs(significance - exact) <= 0.5e-4 + 1e-9
    if not fits:
        faults.append(f"is {experiment['status']} and has significance {significance}, recomputed: {exact:g}")
    significant = completed and significance is not None and significance < _SIGNIFICANT_BELOW
    if winner is not None and not (significant and winner in _variants(experiment["variants"])):
        faults.append(f"is {experiment['status']} with significance {significance} and has the winner {winner}")
    return faults


def _significance(experiment: dict[str, Any], members: list[dict[str, Any]]) -> float:
    """The p-value of converted by variant, over the variants that anyone was exposed to."""
    counts = []
    for variant in _variants(experiment["variants"]):
        exposed = [one for one in members if one["variant"] == variant and one["exposed_at"] is not None]
        converted = sum(one["converted_at"] is not None for one in exposed)
        if exposed:
            counts.append((converted, len(exposed) - converted))
    return chi_squared_p_value(counts)


def _variants(text: str) -> list[Any]:
    """The names in an experiment's variants; none where it is no JSON array."""
    try:
        names = json.loads(text)
    except ValueError:
        return []
    return names if isinstance(names, list) else []
