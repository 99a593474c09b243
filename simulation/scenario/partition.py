"""Which regions of a scenario are simulated: one of several alone, or its only one many times."""

import attrs

from simulation.scenario import Scenario
from simulation.scenario.checking import ScenarioError, check_document, keep_check
from simulation.scenario.plain import plain_value

_COPIES = "--regions"
_ONLY = "--only-region"


def checked_number(scenario: Scenario, number: int) -> int:
    """The number of one of a scenario's regions. Raises ScenarioError where it has none of this number."""
    number = plain_value(number)
    if not 1 <= number <= len(scenario.regions):
        raise ScenarioError(f"{_ONLY}: there is no region {number}; allowed is from 1 to {len(scenario.regions)}")
    return number


def copied(scenario: Scenario, count: int) -> Scenario:
    """A scenario of `count` regions like its only one, named after it and numbered.

    Raises ScenarioError where it has several already, or `count` is out of range.
    """
    if len(scenario.regions) > 1:
        raise ScenarioError(
            f"{_COPIES}: {scenario.name} states {len(scenario.regions)} regions; it is for scenarios of one, to copy"
        )
    (region,) = scenario.regions
    if count == 1:
        return scenario
    names = [f"{region.name} {number}" for number in range(1, count + 1)]
    check_document({"regions": [{"name": name} for name in names]}, _COPIES)
    return keep_check(
        scenario, attrs.evolve(scenario, regions=tuple(attrs.evolve(region, name=name) for name in names))
    )
