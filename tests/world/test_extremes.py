"""At the ends of what a scenario may state, too, a world can be lived in and keeps every rule."""

from collections.abc import Iterable

import pytest

from simulation.scenario.loading import load_scenario
from tests.world.simulated import broken_rules, simulated
from tools.extremes import Change, every_extreme
from tools.extremes_search import FAULTY, LIVELY, SMALLER, Try, attempt, tries

# Each of these broke a rule or came to nothing.
FOUND_FAULTY = {
    "effects that the defaults do not have": [
        "interventions.engagement_effect.success=[0.4, 0.4]", "interventions.engagement_effect.partial=[-0.2, -0.1]",
        "interventions.sessions_effect.success=[5, 9]", "interventions.sessions_effect.partial=[2.5, 3.5]",
    ],
    "a log that starts before 1970": ["start_date=1970-01-01", "population.traits.logins_per_week=[0.4, 0.4]"],
    "an experiment of which nothing is believed": ["experiments=[{name = 'Trial'}]"],
    "engagement that is lost, and counts for everything": [
        "interventions.engagement_effect.success=[-1, -1]", "interventions.engagement_effect.partial=[-1, -1]",
        "interventions.effect_factor=5", "interventions.outcomes=[0, 1, 0]", "interventions.open_hours=[1, 1]",
        "interventions.pause_days=[0, 0]", "interventions.max_per_tutor=100", "interventions.withheld=0",
        "attrition.hazard_engagement=-20", "attrition.hazard_per_day=0", "churn.medium_risk=0",
    ],
    "hardly anybody who joins": ["demand.joining=1e-320"],
    "a student in all eternity": ["demand.joining=1e-310"],
}  # fmt: skip


@pytest.mark.parametrize("story", FOUND_FAULTY)
def test_every_rule_holds_where_one_was_broken(story: str) -> None:
    assert broken_rules(simulated(load_scenario(LIVELY, [*SMALLER, *FOUND_FAULTY[story]]))) == {}


def faults(tried: Iterable[Try]) -> list[tuple[Change, str]]:
    return [(found.change, found.why) for one in tried for found in attempt(one) if found.verdict == FAULTY]


@pytest.fixture(scope="module")
def planned() -> list[Try]:
    """Every extreme, many of them together in each world."""
    return list(tries(0, seed=1, together=100, files_of_each=1000))


def test_every_extreme_is_tried_once_in_whatever_world(planned: list[Try]) -> None:
    expected = list(every_extreme(planned[0].document))
    tried = [change for one in planned for change in one.changes]
    assert len(tried) == len(expected)
    assert all(change in tried for change in expected)


def test_every_extreme_is_lived_in_or_refused_by_name(planned: list[Try]) -> None:
    assert faults(planned) == []


@pytest.mark.parametrize("seed", range(2))
def test_several_extremes_at_once_are_too_and_files_are_made_of_them(seed: int) -> None:
    assert faults(tries(2, seed, together=0, files_of_each=2)) == []
