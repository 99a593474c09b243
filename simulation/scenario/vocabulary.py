"""The vocabulary of a scenario's runs: the names that its tables give to subjects, personas and kinds of things."""

import attrs

from simulation.contract.vocabulary import Vocabulary
from simulation.scenario import Scenario

_SUBJECTS = ("Math", "Science", "English", "History", "Test Prep", "Programming")
_GRADE_LEVELS = ("Elementary", "Middle School", "High School", "College", "Adult")
_CONNECTION_QUALITIES = ("Excellent", "Good", "Fair", "Poor")
_INTERVENTION_TYPES = ("first_session", "churn", "quality", "technical", "engagement")
_EDGE_CASES = ("new_high_performer", "chronic_rescheduler", "technical_issue_victim", "weekend_warrior")


def vocabulary_of(scenario: Scenario) -> Vocabulary:
    """All names of a scenario, in its order; what a platform could know of them is `observable`."""
    return Vocabulary(
        subjects=_SUBJECTS,
        grade_levels=_GRADE_LEVELS,
        connection_qualities=_CONNECTION_QUALITIES,
        intervention_types=_INTERVENTION_TYPES,
        personas=_names_of(scenario.population.personas),
        edge_cases=_EDGE_CASES,
        student_personas=_names_of(scenario.students.personas),
    )


def _names_of(section: attrs.AttrsInstance) -> tuple[str, ...]:
    return tuple(one.name for one in attrs.fields(type(section)))
