"""Each parameter acts when it is declared to, and a run in which all rules change keeps those of each moment."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import attrs
import pytest

from simulation.clock import DAY
from simulation.events import ParametersChanged, ScenarioChanged
from simulation.log import OBSERVABLE_SCHEMA, TRUTH_SCHEMA, MemorySink
from simulation.scenario import Change, Scenario
from simulation.scenario.changes import difference
from simulation.scenario.description import describe
from simulation.scenario.fields import ALWAYS, JOINERS, OPENING
from simulation.scenario.loading import load_scenario
from simulation.state.conversion import WorldState
from simulation.world import World
from tests.world.perturbing import Parameter, every_parameter, perturbed
from tests.world.simulated import broken_rules, simulated, waiting

PATH = Path(__file__).with_name("lively.toml")
LIVELY = load_scenario(PATH)
CHANGED_ON = 1

# Every rule that a run is judged by changes: twice, the first time for a while.
RULES = (
    Change(
        day=3,
        until=6,
        set={
            "churn": {
                "medium_risk": 0.1, "high_risk": 0.3, "low_engagement": 7.5, "min_recent_sessions": 1,
                "poor_first_session_rating": 4.5,
            },
            "interventions": {
                "max_per_tutor": 1, "latency_minutes": [0, 1], "kinds.quality.condition": "avg_rating_7d < 4.9",
                "kinds.technical.condition": "technical_issue_rate > 0.02", "kinds.engagement.priority": 25,
                "open_hours": [1, 2], "click_minutes": [1, 2], "engagement_effect.success": [0.5, 0.6],
                "kinds.churn.engagement_effect.success": [0.7, 0.8],
            },
        },
    ),
    Change(
        day=5,
        set={
            "churn": {"probability_per_signal": 0.2, "rating_drop": 0.0},
            "activity": {"scheduling_minutes": [30, 31], "post_session_minutes": [14, 15]},
            "sessions.measures.duration_factor": [1.0, 1.01],
        },
    ),
)  # fmt: skip

CHANGES = (ParametersChanged, ScenarioChanged)

# What happened in each part of a log.
Happened = list[list[tuple[int, Any]]]


@pytest.mark.parametrize("seed", range(3))
def test_a_run_keeps_the_rules_of_each_moment(seed: int) -> None:
    assert broken_rules(simulated(attrs.evolve(LIVELY, seed=seed, changes=RULES))) == {}


# ---------------------------------------------------------------- when parameters act


WHEN = {one.key: one.acts for one in describe(LIVELY)}
"""When each parameter acts, by its dotted key."""

# What is said of a scenario, and what makes its calendar and its regions.
NEVER = ("name", "title", "question", "figures", "ledger", "seed", "start_date", "days", "earlier_days", "warm_up_days")
LISTS = ("follow_up_days", "changes", "regions", "experiments")


def acts(parameter: Parameter) -> str:
    """When a parameter acts, or the list of which it is an item; nothing of what is in tables of a list."""
    first, *others = parameter.path.split(".")
    return "" if first in LISTS and others[1:] else WHEN.get(re.sub(r"\.\d+$", "", parameter.path), "")


LATER = {one.path: one for one in every_parameter(LIVELY) if acts(one) in {JOINERS, ALWAYS}}


@cache
def kept(base: Scenario) -> WorldState:
    """A world at the midnight of the change."""
    world = a_world(base)
    world.run(until=world.clock.opening + CHANGED_ON * DAY)
    return world.state()


def a_world(scenario: Scenario, state: WorldState | None = None) -> World:
    return World(scenario, MemorySink(OBSERVABLE_SCHEMA), MemorySink(TRUTH_SCHEMA), state=state)


def days_of(base: Scenario, *changes: Change) -> Iterator[Happened]:
    """What happened since the change, day after day."""
    world = a_world(attrs.evolve(base, changes=changes), kept(base))
    for day in range(CHANGED_ON + 1, base.days + 1):
        world.run(until=world.clock.opening + day * DAY)
        yield [
            [(second, _without_ids(event)) for second, event in part if type(event) not in CHANGES]
            for part in waiting(world)
        ]


def _without_ids(event: Any) -> Any:
    """An event without the number of another, which the events of the change itself move on."""
    return event._replace(triggered_by_event_id="") if hasattr(event, "triggered_by_event_id") else event


@cache
def usual_days(base: Scenario) -> list[Happened]:
    return list(days_of(base))


def differs(base: Scenario, *parameters: Parameter) -> bool:
    """Whether anything happens otherwise after a change of parameters."""
    other = base
    for parameter in parameters:
        other = perturbed(other, parameter)
    changed = days_of(base, Change(day=CHANGED_ON, set=difference(base, other)))
    return any(found != usual for found, usual in zip(changed, usual_days(base), strict=True))


@pytest.mark.parametrize("path", LATER)
def test_what_acts_later_changes_what_happens_from_then_on(path: str) -> None:
    # What hardly ever happens may happen under another seed.
    assert any(differs(attrs.evolve(LIVELY, seed=seed), LATER[path]) for seed in range(11, 17)), path


def test_what_acts_at_the_opening_changes_nothing_later() -> None:
    opening = [one for one in every_parameter(LIVELY) if acts(one) == OPENING and one.path not in (*NEVER, *LISTS)]
    assert len(opening) > 150
    assert not differs(LIVELY, *opening)


def test_what_acts_on_joiners_changes_nothing_where_nobody_joins() -> None:
    alone = load_scenario(PATH, ["mechanisms.student_arrivals=false"])
    joiners = [one for one in every_parameter(alone) if acts(one) == JOINERS]
    assert len(joiners) > 100
    assert not differs(alone, *joiners)
