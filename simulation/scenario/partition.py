"""A scenario of several regions as each of them sees it, and one region made many."""

from collections.abc import Mapping
from typing import Any, TypeVar

import attrs

from simulation.scenario import Scenario
from simulation.scenario.checking import ScenarioError, check_document
from simulation.scenario.plain import merged, plain, structured

Section = TypeVar("Section")

_COPIES = "--regions"
_ONLY = "--only-region"


def regional(scenario: Scenario, number: int) -> Scenario:
    """The scenario of one region, 1 for the first: its own population and demand, and no other region."""
    region = scenario.regions[number - 1]
    return attrs.evolve(
        scenario,
        regions=(attrs.evolve(region, population={}, demand={}),),
        population=_with(scenario.population, region.population),
        demand=_with(scenario.demand, region.demand),
    )


def check_number(scenario: Scenario, number: int) -> None:
    """Check that a scenario has a region of this number. Raises ScenarioError."""
    if not 1 <= number <= len(scenario.regions):
        raise ScenarioError(f"{_ONLY}: there is no region {number}; allowed is from 1 to {len(scenario.regions)}")


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
    return attrs.evolve(scenario, regions=tuple(attrs.evolve(region, name=name) for name in names))


def _with(section: Section, differing: Mapping[str, Any]) -> Section:
    """A section with what differs in it."""
    return structured(merged(plain(section), differing), type(section)) if differing else section
