"""A window after others: the world is that of one long run, and the tables are of its last days."""

import attrs
import pytest

from simulation.events import TutorLeft
from simulation.scenario import Scenario
from simulation.scenario.loading import load_scenario
from simulation.tables import reduce_log
from simulation.validation import Run
from tests.scenarios import SCENARIOS
from tests.world.simulated import broken_rules, simulated

DEV_DAYS, MORE_DAYS = 14, 20


@pytest.fixture(scope="module")
def dev() -> Scenario:
    """Two weeks with 25 tutors, of whom some leave soon."""
    return load_scenario(SCENARIOS / "dev.toml", ("attrition.hazard_per_day=0.01",))


@pytest.fixture(scope="module")
def long_run(dev: Scenario) -> Run:
    """The two weeks and twenty days more as one window."""
    return simulated(attrs.evolve(dev, days=DEV_DAYS + MORE_DAYS))


@pytest.fixture(scope="module")
def continued(dev: Scenario) -> Run:
    """The twenty days more as a window of their own."""
    return simulated(attrs.evolve(dev, earlier_days=DEV_DAYS, days=MORE_DAYS))


def test_a_later_window_has_the_log_of_one_that_began_earlier(continued: Run, long_run: Run) -> None:
    assert continued.log.table.equals(long_run.log.table)
    assert continued.truth_log.table.equals(long_run.truth_log.table)


def test_its_tables_are_those_of_the_long_log_in_that_window(continued: Run, long_run: Run) -> None:
    start = continued.record["window_start"]
    cut = [
        type(log)(log.table, attrs.evolve(log.metadata, window_start=start))
        for log in (long_run.log, long_run.truth_log)
    ]
    expected = reduce_log(*cut)
    assert [name for name, table in expected.items() if not table.equals(continued.tables[name])] == []
    assert len(continued.tables["sessions"]) < len(long_run.tables["sessions"])


def test_the_window_opens_where_the_earlier_ones_ended(continued: Run, long_run: Run) -> None:
    assert continued.record["window_start"] == "2026-01-19T00:00:00"
    assert continued.record["window_end"] == long_run.record["window_end"]


def test_whoever_left_in_an_earlier_window_is_inactive_in_a_later_one(continued: Run) -> None:
    left = continued.log.events(TutorLeft).to_pylist()
    early = {event["tutor_id"] for event in left if event["timestamp"] < continued.window_start}
    profiles = continued.tables["tutor_profiles"].to_pylist()
    inactive = {tutor["tutor_id"] for tutor in profiles if not tutor["active_status"]}
    assert early
    assert early <= inactive
    assert not early & set(continued.tables["truth_tutor_outcomes"]["tutor_id"].to_pylist())


def test_all_rules_hold_in_a_later_window(continued: Run) -> None:
    assert broken_rules(continued) == {}


def test_all_rules_hold_in_the_second_week_of_a_tiny_world(tiny_scenario: Scenario) -> None:
    assert broken_rules(simulated(attrs.evolve(tiny_scenario, earlier_days=7))) == {}
