"""Regions: marketplaces of their own, each with its local time, and what differs there from the scenario."""

import math
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from attrs import frozen

from simulation.scenario.fields import param, part, tables
from simulation.scenario.students import Demand
from simulation.scenario.tutors import Population


@frozen
class Term:
    """Days on which more or less is asked for than usual, such as holidays and exam weeks."""

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
    population: Mapping[str, Any] = part(Population, "what differs here from [population]")
    demand: Mapping[str, Any] = part(Demand, "what differs here from [demand]")
    terms: tuple[Term, ...] = tables(Term, "days on which demand is other than usual", max_items=1000)

    @property
    def utc_offset(self) -> timedelta:
        """Its offset from UTC, to the minute: 5.8333 hours are 5 hours and 50 minutes."""
        return timedelta(minutes=round(self.utc_offset_hours * 60))


def demand_factor(region: Region, day: date) -> float:
    """What demand is multiplied by on a local day: the factors of all terms that the day belongs to."""
    return math.prod((term.demand for term in region.terms if term.first <= day <= term.last), start=1.0)
