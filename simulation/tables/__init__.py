"""The tables of a run: pure reductions of its log, one module per table."""

from collections.abc import Mapping

import pyarrow as pa

from simulation.log import Log
from simulation.tables.engagement_events import reduce_engagement_events
from simulation.tables.experiment_assignments import reduce_experiment_assignments
from simulation.tables.experiments import reduce_experiments
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

__all__ = ["reduce_log", "reduce_observable", "reduce_truth"]


def reduce_log(observable: Log, truth: Log | None = None) -> dict[str, pa.Table]:
    """All tables of a run by name, in the contract's order; the truth tables only where the truth part is given.

    Raises ValueError where the log leaves open what a table needs.
    """
    tables = reduce_observable(observable)
    return tables if truth is None else tables | reduce_truth(observable, truth, tables)


def reduce_observable(observable: Log) -> dict[str, pa.Table]:
    """The documented tables by name, made of the observable part of the log alone. Raises ValueError, likewise."""
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


def reduce_truth(observable: Log, truth: Log, documented: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """The truth tables by name, made of both parts and the documented tables. Raises ValueError, likewise."""
    return {
        "truth_tutors": reduce_truth_tutors(truth, documented["tutor_profiles"]),
        "truth_students": reduce_truth_students(truth, documented["students"]),
        "truth_interventions": reduce_truth_interventions(truth, documented["interventions"]),
        "truth_tutor_outcomes": reduce_truth_tutor_outcomes(observable, truth),
    }
