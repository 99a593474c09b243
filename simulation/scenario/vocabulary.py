"""The vocabulary of a scenario's runs: the names that its tables give to subjects, personas and kinds of things."""

from collections.abc import Mapping
from typing import Any

import attrs

from simulation.contract.vocabulary import Vocabulary, VocabularyError
from simulation.scenario import Scenario
from simulation.scenario.extension_code import code_of
from simulation.scenario.extensions import ExtensionError
from simulation.scenario.interventions import by_priority


def vocabulary_of(scenario: Scenario) -> Vocabulary:
    """All names of a scenario, in its order; what a platform could know of them is `observable`.

    Qualities come from the best on, kinds of interventions by priority; names that only regions have are the last.
    What extensions add is there where their code may be imported. Raises ExtensionError where two do not go together.
    """
    permitted = scenario.extensions.permitted
    extensions = [code_of(permitted[name]).extension for name in scenario.extensions if name in permitted]
    population, students = scenario.population, scenario.students
    vocabulary = Vocabulary(
        subjects=tuple(scenario.subjects),
        grade_levels=tuple(students.grade_levels),
        connection_qualities=tuple(scenario.sessions.connection.ranked()),
        intervention_types=tuple(by_priority(scenario.interventions.kinds)),
        personas=_with_regions(scenario, "personas", population.personas),
        edge_cases=_with_regions(scenario, "edge_cases", population.edge_cases),
        student_personas=tuple(students.personas),
    )
    columns = tuple(column for one in extensions for column in one.columns)
    events = tuple(event for one in extensions for event in one.events)
    try:
        return attrs.evolve(vocabulary, columns=columns, events=events)
    except VocabularyError as error:
        raise ExtensionError(f"extensions {', '.join(one.name for one in extensions)}: {error}") from None


def _with_regions(scenario: Scenario, table: str, names: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the population, and those that regions state besides."""
    stated = (region.population.get(table, {}) for region in scenario.regions)
    return tuple(dict.fromkeys((*names, *(name for own in stated for name in own))))
