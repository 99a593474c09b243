"""Scenarios from Python: by file or as they are, with changes as Python has them."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

import simulation as sim
from simulation.scenario.checking import ScenarioError


def test_changes_may_be_a_dictionary_or_the_command_line_s_texts(tiny_file: Path) -> None:
    changed = sim.load_scenario(tiny_file, ["days=3", "population.tutors=5"], seed=9)
    assert sim.load_scenario(tiny_file, {"days": 3, "population.tutors": 5}, 9) == changed
    assert sim.load_scenario(tiny_file, {"population": {"tutors": np.int64(5)}}, 9, days=3) == changed


def test_values_are_those_of_python(tiny_file: Path) -> None:
    scenario = sim.load_scenario(tiny_file, {
        "start_date": date(2026, 9, 7), "name": 'a "name"', "churn.score_offset": (0.0, 0.05),
        "mechanisms.interventions": False,
    })  # fmt: skip
    assert scenario.start_date == date(2026, 9, 7)
    assert scenario.name == 'a "name"'
    assert scenario.churn.score_offset == (0.0, 0.05)
    assert not scenario.mechanisms.interventions


def test_what_changes_at_a_moment_is_stated_as_tables_of_python(tiny_file: Path) -> None:
    outage = {"day": 2, "until": 4, "set": {"demand.factor": 0.5, "mechanisms": {"burnout": False}}}
    (change,) = sim.load_scenario(tiny_file, {"changes": [outage]}).changes
    assert (change.day, change.until) == (2, 4)
    assert change.set == {"demand": {"factor": 0.5}, "mechanisms": {"burnout": False}}


def test_a_scenario_can_be_changed_further(tiny_file: Path) -> None:
    scenario = sim.load_scenario(tiny_file)
    assert sim.load_scenario(scenario) is scenario
    assert sim.load_scenario(scenario, {"population.tutors": 5}, 9, days=3) == sim.load_scenario(
        tiny_file, {"population.tutors": 5}, 9, days=3
    )


def test_days_go_before_other_changes(tiny_file: Path) -> None:
    assert sim.load_scenario(tiny_file, {"days": 3}, days=4).days == 4


@pytest.mark.parametrize(("changes", "told"), [
    ({"population.tutor": 5}, "population.tutor is not a known key (did you mean population.tutors?)"),
    ({"population": {"tutors": "many"}}, 'population.tutors is "many"; allowed is'),
    ({"days": {1, 2}}, "days is"),
])  # fmt: skip
def test_a_mistake_is_told_in_one_line(changes: dict[str, object], told: str, tiny_file: Path) -> None:
    for scenario in (tiny_file, sim.load_scenario(tiny_file)):
        with pytest.raises(ScenarioError) as raised:
            sim.load_scenario(scenario, changes)
        assert told in str(raised.value)
        assert "\n" not in str(raised.value)
