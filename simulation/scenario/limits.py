"""How large a region's world may be: what several parameters come to together, and ids have room for."""

from collections.abc import Iterator
from datetime import date, timedelta
from math import ceil

from simulation.scenario import Scenario
from simulation.scenario.regions import Region, demand_factor

STUDENTS_AT_START = 999_999
STUDENTS_WHO_JOIN = 98_000_000
DEMAND_FACTOR = 50.0


def initial_count(scenario: Scenario) -> int:
    """How many students it takes to ask for the scenario's sessions a day."""
    traits = scenario.students.traits
    sessions_a_week = sum(count * share for count, share in enumerate(traits.sessions_per_week, 1))
    wanted = scenario.demand.sessions_per_day * 7 * scenario.demand.overhead
    return ceil(wanted / (sessions_a_week * max(1 - traits.skipping, 0.01)))


def simulated_days(scenario: Scenario) -> int:
    """How many days a scenario simulates, from the start of the warm-up to the end of the follow-up."""
    return scenario.warm_up_days + scenario.earlier_days + scenario.days + scenario.follow_up_days


def limit_faults(scenario: Scenario) -> Iterator[str]:
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


def term_faults(region: Region) -> Iterator[str]:
    """What a region's terms come to together, where that is too much."""
    for day in _days_of_change(region):
        factor = demand_factor(region, day)
        if factor > DEMAND_FACTOR:
            yield (
                f"terms multiply demand by {factor:.4g} together on {day}; "
                f"allowed is up to {DEMAND_FACTOR:.0f} on a day"
            )
            return


def _days_of_change(region: Region) -> list[date]:
    """The days on which some term begins or is over: on all others demand is as on the day before."""
    over = (term.last + timedelta(days=1) for term in region.terms)
    return sorted({*(term.first for term in region.terms), *over})
