"""A world may go on for years: ids, random draws and ties in time hold for the longest that a scenario allows."""

from collections import Counter
from pathlib import Path

import pytest

from simulation.clock import LONGEST_WINDOW_DAYS
from simulation.events import InterventionSent, SessionRequested, type_name
from simulation.scenario import Scenario
from simulation.scenario.fields import known_keys
from simulation.scenario.loading import load_scenario
from simulation.scenario.regions import simulated_days
from simulation.validation import Run
from tests.world.simulated import broken_rules, simulated

HERE = Path(__file__).parent
LONGEST = load_scenario(HERE / "longest.toml")


@pytest.fixture(scope="module")
def longest() -> Run:
    return simulated(LONGEST)


@pytest.fixture(scope="module")
def hundred() -> Run:
    return simulated(load_scenario(HERE / "hundred-interventions.toml"))


def values(run: Run, event_type: type, column: str) -> list[str]:
    table = run.log.columns(["event_type", column])
    rows = zip(table["event_type"].to_pylist(), table[column].to_pylist(), strict=True)
    return [value for kind, value in rows if kind == type_name(event_type)]


def test_the_longest_world_is_as_long_as_the_declarations_allow() -> None:
    highest = {key: field.metadata["high"] for key, field in known_keys(Scenario) if key.endswith("days")}
    days = ("warm_up_days", "earlier_days", "days", "follow_up_days")
    assert simulated_days(LONGEST) == sum(highest[key] for key in days) == 3_220
    assert LONGEST.days == LONGEST_WINDOW_DAYS


def test_no_rule_is_broken_in_the_longest_world(longest: Run) -> None:
    assert broken_rules(longest) == {}


def test_the_longest_world_is_alive_to_its_end(longest: Run) -> None:
    requested = values(longest, SessionRequested, "session_id")
    assert len(set(requested)) == len(requested) > 10_000
    assert max(longest.log.columns(["timestamp"])["timestamp"].to_pylist()).isoformat() > "2034-01-02T12"


def test_no_rule_is_broken_where_tutors_get_more_than_a_hundred_interventions(hundred: Run) -> None:
    assert min(Counter(values(hundred, InterventionSent, "tutor_id")).values()) > 100
    assert broken_rules(hundred) == {}


def test_each_of_more_than_a_hundred_interventions_has_an_id_of_its_own(hundred: Run) -> None:
    ids = values(hundred, InterventionSent, "intervention_id")
    assert len(set(ids)) == len(ids)
