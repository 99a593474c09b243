"""The tables of a run: pure reductions of its log, one module per table."""

from collections.abc import Mapping

import pyarrow as pa

from simulation.log import Log
from simulation.tables.engagement_events import reduce_engagement_events
from simulation.tables.experiment_assignments import reduce_experiment_assignments
from simulation.tables.experiments import pool_experiments, reduce_experiments
from simulation.tables.interventions import reduce_interventions
from simulation.tables.sessions import reduce_sessions
from simulation.tables.students import reduce_students
from simulation.tables.truth import (
    reduce_truth_interventions,
    reduce_truth_students,
    reduce_truth_tutor_outcomes,
    reduce_truth_tutors,
)
from simulation.tables.tutor_aggregates import reduce_tutor_aggregates
from simulation.tables.tutor_profiles import reduce_tutor_profiles

__all__ = ["Parts", "joined", "reduce_log", "reduce_observable", "reduce_truth"]

# The rows of each table, region by region; experiments run in all regions, and have one part.
Parts = dict[str, list[pa.Table]]


def reduce_log(observable: Log, truth: Log | None = None) -> dict[str, pa.Table]:
    """All tables of a run by name, in the contract's order; the truth tables only where the truth part is given.

    Rows come region by region, by the regions' numbers. Raises ValueError where the log leaves open what a table needs.
    """
    parts = reduce_observable(observable)
    return joined(parts if truth is None else parts | reduce_truth(observable, truth, parts))


def reduce_observable(observable: Log) -> Parts:
    """The documented tables by name, made of the observable part of the log alone. Raises ValueError, likewise."""
    regions = [_documented(observable.of_region(number)) for number in observable.regions]
    parts: Parts = {name: [tables[name] for tables in regions] for name in regions[0]}
    if len(regions) > 1:
        experiments, assignments = (pa.concat_tables(parts[name]) for name in ("experiments", "experiment_assignments"))
        parts["experiments"] = [pool_experiments(experiments, assignments)]
    return parts


def reduce_truth(observable: Log, truth: Log, documented: Mapping[str, list[pa.Table]]) -> Parts:
    """The truth tables by name, made of both parts and the documented tables. Raises ValueError, likewise."""
    regions = [
        {
            "truth_tutors": reduce_truth_tutors(own_truth, documented["tutor_profiles"][place]),
            "truth_students": reduce_truth_students(own_truth, documented["students"][place]),
            "truth_interventions": reduce_truth_interventions(own_truth, documented["interventions"][place]),
            "truth_tutor_outcomes": reduce_truth_tutor_outcomes(observable.of_region(number), own_truth),
        }
        for place, number in enumerate(observable.regions)
        for own_truth in (truth.of_region(number),)
    ]
    return {name: [tables[name] for tables in regions] for name in regions[0]}


def joined(parts: Mapping[str, list[pa.Table]]) -> dict[str, pa.Table]:
    """Each table as a whole."""
    return {name: tables[0] if len(tables) == 1 else pa.concat_tables(tables) for name, tables in parts.items()}


def _documented(observable: Log) -> dict[str, pa.Table]:
    """The documented tables of one region."""
    tutor_profiles = reduce_tutor_profiles(observable)
    sessions = reduce_sessions(observable)
    assignments = reduce_experiment_assignments(observable)
    return {
        "tutor_profiles": tutor_profiles,
        "sessions": sessions,
        "students": reduce_students(observable, sessions),
        "tutor_aggregates": reduce_tutor_aggregates(observable, sessions),
        "engagement_events": reduce_engagement_events(observable),
        "interventions": reduce_interventions(observable, sessions),
        "experiments": reduce_experiments(observable, assignments),
        "experiment_assignments": assignments,
    }
