"""A scenario of several regions as one of them sees it."""

from collections.abc import Mapping
from typing import Any, TypeVar

import attrs

from simulation.scenario import Scenario
from simulation.scenario.plain import merged, plain, structured

Section = TypeVar("Section")


def regional(scenario: Scenario, number: int) -> Scenario:
    """The scenario of one region, 1 for the first: its own population and demand, and no other region."""
    region = scenario.regions[number - 1]
    return attrs.evolve(
        scenario,
        regions=(attrs.evolve(region, population={}, demand={}),),
        population=_with(scenario.population, region.population),
        demand=_with(scenario.demand, region.demand),
    )


def _with(section: Section, differing: Mapping[str, Any]) -> Section:
    """A section with what differs in it."""
    return structured(merged(plain(section), differing), type(section)) if differing else section
