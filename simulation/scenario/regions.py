"""[[regions]]: marketplaces of their own, each with its local time, and what differs there from the scenario."""

import math
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import attrs
from attrs import frozen

from simulation.scenario.demand import DemandParameters
from simulation.scenario.fields import param, part, tables
from simulation.scenario.plain import merged, plain, structured
from simulation.scenario.population import PopulationParameters

if TYPE_CHECKING:
    from simulation.scenario import Scenario

Section = TypeVar("Section")


@frozen
class Term:
    """Days with more or less demand than usual, such as holidays and exam weeks."""

    name: str = param("", "its name")
    first: date = param(date(2026, 1, 5), "its first day, local", low=date(1970, 1, 1), high=date(2199, 12, 31))
    last: date = param(date(2026, 1, 5), "its last day, included", low=date(1970, 1, 1), high=date(2199, 12, 31))
    demand: float = param(1.0, "multiplies demand on these days", low=0, high=5)


@frozen
class Region:
    """A marketplace of its own. Of `population` and `demand` it states only what differs from the scenario's."""

    name: str = param("US-East", "its name")
    utc_offset_hours: float = param(
        -5.0, "its fixed offset from UTC, a whole number of minutes", unit="hours", low=-12, high=14
    )
    population: Mapping[str, Any] = part(PopulationParameters, "what differs here from [population]")
    demand: Mapping[str, Any] = part(DemandParameters, "what differs here from [demand]")
    terms: tuple[Term, ...] = tables(Term, "days on which demand is other than usual", max_items=1000)

    @property
    def utc_offset(self) -> timedelta:
        """Its offset from UTC, to the minute: 5.8333 hours are 5 hours and 50 minutes."""
        return timedelta(minutes=round(self.utc_offset_hours * 60))


def demand_factor(region: Region, day: date) -> float:
    """What demand is multiplied by on a local day: the product of all terms that include the day."""
    return math.prod((term.demand for term in region.terms if term.first <= day <= term.last), start=1.0)


def regional(scenario: "Scenario", number: int) -> "Scenario":
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
