"""The tables of a run: pure reductions of its log, one module per table."""

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

__all__ = ["reduce_log"]


def reduce_log(observable: Log, truth: Log | None = None) -> dict[str, pa.Table]:
    """All tables of a run by name, in the contract's order.

    The documented ones are made of the observable part of the log alone; the truth tables are there
    only where the truth part is given. Raises ValueError where the log leaves open what a table needs.
    """
    tutor_profiles = reduce_tutor_profiles(observable)
    sessions = reduce_sessions(observable)
    students = reduce_students(observable, sessions)
    interventions = reduce_interventions(observable, sessions)
    assignments = reduce_experiment_assignments(observable)
    tables = {
        "tutor_profiles": tutor_profiles,
        "sessions": sessions,
        "students": students,
        "tutor_aggregates": reduce_tutor_aggregates(observable, sessions),
        "engagement_events": reduce_engagement_events(observable),
        "interventions": interventions,
        "experiments": reduce_experiments(observable, assignments),
        "experiment_assignments": assignments,
    }
    if truth is not None:
        tables |= {
            "truth_tutors": reduce_truth_tutors(truth, tutor_profiles),
            "truth_students": reduce_truth_students(truth, students),
            "truth_interventions": reduce_truth_interventions(truth, interventions),
            "truth_tutor_outcomes": reduce_truth_tutor_outcomes(observable, truth),
        }
    return tables
