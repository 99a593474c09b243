"""What to type after a run, word for word, for those who do not know yet."""

from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from simulation.lib.invocation import typed

if TYPE_CHECKING:
    from simulation.scenario import Scenario

_size = attrgetter("population.tutors", "demand.sessions_per_day", "days")


def next_steps(directory: Path, scenario: Path | None, loaded: "Scenario") -> tuple[str, str, str]:
    """Three commands: the report of a run, its tutor most at risk, and what if.

    `scenario` is how the run's scenario was named; for a run that continues another it is None, and the run is checked
    instead.
    """
    from simulation.views.agents import select, table_of_agents

    tutors = table_of_agents(directory)
    at_risk = select(tutors, None, "churn_probability", descending=True, limit=1)
    return (
        typed("report", directory),
        typed("timeline", directory, at_risk["tutor_id"][0]),
        typed("check", directory) if scenario is None else _what_if(scenario, loaded),
    )


def _what_if(scenario: Path, loaded: "Scenario") -> str:
    """A comparison with production, where a scenario is of its size; otherwise a sweep of its own."""
    from simulation.scenario.loading import load_scenario

    production = load_scenario("production")
    if _size(loaded) != _size(production):
        return typed("sweep", scenario, "--vary", "interventions.withheld=0,1", "--out", "swept")
    return typed("compare", "production", "high-no-show" if loaded.name == production.name else scenario)
