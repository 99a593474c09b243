"""[[regions]]: marketplaces of their own, each with its local time, and what differs there from the scenario."""

import math
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import attrs
from attrs import frozen

from simulation.scenario.demand import DemandParameters
from simulation.scenario.fields import param, part, structured, tables
from simulation.scenario.plain import Document, merged, plain, value_at
from simulation.scenario.population import PopulationParameters

if TYPE_CHECKING:
    from simulation.scenario import Scenario

Section = TypeVar("Section")

# What ids have room for in a region, and the most by which its terms may multiply demand on a day.
STUDENTS_AT_START = 999_999
STUDENTS_WHO_JOIN = 98_000_000
DEMAND_FACTOR = 50.0


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


REGIONAL_SECTIONS = tuple(field.name for field in attrs.fields(Region) if "part_of" in field.metadata)
"""The sections of which a region may state something."""


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


# ---------------------------------------------------------------- what is stated of a scenario later


def with_changes(base: Document, changes: Mapping[str, Any]) -> Document:
    """What is stated of a scenario, with what is stated later over it: that holds for all its regions."""
    document = merged(base, changes)
    if "regions" in base and "regions" not in changes:
        document["regions"] = deepcopy(base["regions"])
        for section in REGIONAL_SECTIONS:
            if section in changes:
                change_regions(document["regions"], [section], changes[section])
    return document


def change_regions(regions: Any, path: Sequence[str], value: Any) -> None:
    """Make what is stated of a scenario's section hold for the regions that state the same for themselves, too."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            change_regions(regions, [*path, key], inner)
        return
    *parents, last = path
    for region in regions if isinstance(regions, list) else ():
        place = value_at(region, parents)
        if value_at(place, [last]) is not None:
            place[int(last) if isinstance(place, list) else last] = deepcopy(value)


# ---------------------------------------------------------------- how large a region's world may be


def initial_count(scenario: "Scenario") -> int:
    """How many students it takes to ask for the scenario's sessions a day."""
    traits = scenario.students.traits
    sessions_a_week = sum(count * share for count, share in enumerate(traits.sessions_per_week, 1))
    wanted = scenario.demand.sessions_per_day * 7 * scenario.demand.overhead
    return math.ceil(wanted / (sessions_a_week * max(1 - traits.skipping, 0.01)))


def simulated_days(scenario: "Scenario") -> int:
    """How many days a scenario simulates, from the start of the warm-up to the end of the follow-up."""
    return scenario.warm_up_days + scenario.earlier_days + scenario.days + scenario.follow_up_days


def limit_faults(scenario: "Scenario") -> Iterator[str]:
    """What a region, the scenario's first, has no room for, each in words that name the key."""
    demand, students = scenario.demand, initial_count(scenario)
    if students > STUDENTS_AT_START:
        yield (
            f"demand.sessions_per_day is {demand.sessions_per_day:.10g}, for which {students} students are there when "
            f"the log starts; allowed is what takes up to {STUDENTS_AT_START} in a region"
        )
    joining = demand.joining * demand.sessions_per_day * simulated_days(scenario)
    if joining > STUDENTS_WHO_JOIN:
        yield (
            f"demand.joining is {demand.joining:.10g}, by which {joining:.0f} students join in all days together; "
            f"allowed is what brings up to {STUDENTS_WHO_JOIN} to a region"
        )


def term_faults(region: Region, factor: float) -> Iterator[str]:
    """What a region's terms come to together, and with its `demand.factor`, where that is too much for a day."""
    # On all other days, demand is as on the day before.
    days = {day for term in region.terms for day in (term.first, term.last + timedelta(days=1))}
    for day in sorted(days):
        if (product := demand_factor(region, day) * factor) > DEMAND_FACTOR:
            with_factor = f" and with demand.factor, {factor:.4g}," if factor != 1 else ""
            yield (
                f"terms multiply demand by {product:.4g} together{with_factor} on {day}; "
                f"allowed is up to {DEMAND_FACTOR:.0f} on a day"
            )
            return
