"""What an address says, and the same as a command, as a file and in Python."""

import shlex
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from simulation.api import comparing
from simulation.execution.executors import InProcess
from simulation.explorer.serving import scenarios_to_explore
from simulation.explorer.setting import Setting, script_of_comparison, script_of_run
from simulation.scenario import Scenario
from simulation.scenario.checking import ScenarioError
from simulation.scenario.loading import load_scenario, scenario_digest
from tests.conftest import TINY

SCENARIOS = scenarios_to_explore(TINY)[1]


def setting(**changes: str) -> Setting:
    return Setting.of([("scenario", str(TINY)), *changes.items()], SCENARIOS)


CHANGES = {
    "demand.sessions_per_day": "25", "sessions.connection.peak_hours": "[17, 21]", "days": "3",
    "students.grade_levels.Middle School.share": "0.5",
    "interventions.kinds.quality.condition": "avg_rating_7d < 4 and not signal_no_shows",
}  # fmt: skip
WITHIN_A_LIST = {"experiments.0.days": "10", "start_date": "2026-02-02", "experiments.0.notes": 'a "note"'}


def test_an_address_says_what_is_changed_in_the_order_of_the_parameters() -> None:
    changed = setting(**CHANGES)
    assert [key for key, _ in changed.changes] == [
        "days", "demand.sessions_per_day", "students.grade_levels.Middle School.share",
        "sessions.connection.peak_hours", "interventions.kinds.quality.condition",
    ]  # fmt: skip
    assert Setting.of(parse_qsl(changed.query), SCENARIOS) == changed
    assert changed.load() == load_scenario(TINY, [f"{key}={value}" for key, value in CHANGES.items()])


def test_what_is_as_the_file_has_it_is_no_change_however_it_is_written() -> None:
    assert setting(**{"days": " 7 ", "demand.sessions_per_day": "30", "mechanisms.burnout": "true"}).changes == ()


def test_of_two_values_the_later_one_counts_as_a_switch_needs() -> None:
    query = [("scenario", str(TINY)), ("mechanisms.burnout", "false"), ("mechanisms.burnout", "true")]
    assert Setting.of(query, SCENARIOS).changes == ()


def test_a_mistake_is_answered_with_the_line_of_the_command_line() -> None:
    for overrides in ({"days": "0"}, {"days": "many"}, {"dais": "3"}, {"population.tutors": ""}):
        with pytest.raises(ScenarioError) as of_command:
            load_scenario(TINY, [f"{key}={value}" for key, value in overrides.items()])
        with pytest.raises(ScenarioError) as of_page:
            setting(**overrides).load()
        assert str(of_page.value) == str(of_command.value)


def test_an_unknown_scenario_is_answered_with_the_nearest() -> None:
    with pytest.raises(match=r"^scenario: 'productoin' is none that is here; did you mean prod"):
        Setting.of([("scenario", "productoin")], SCENARIOS)


@pytest.mark.parametrize("changes", [{}, CHANGES, WITHIN_A_LIST])
def test_the_command_the_file_and_the_script_simulate_what_the_address_says(
    changes: dict[str, str], tmp_path: Path
) -> None:
    said = setting(**changes)
    digest = scenario_digest(said.load())

    file = tmp_path / "tiny.toml"
    file.write_text(said.as_file(), encoding="utf-8")
    assert scenario_digest(load_scenario(file)) == digest

    run, scenario, *options = shlex.split(said.as_command())[3:]
    assert run == "run"
    assert scenario_digest(load_scenario(scenario, [option for option in options if option != "--set"])) == digest

    loaded: dict[str, Scenario] = {}
    exec(f"import simulation as sim\nscenario = {said.as_python()}", loaded)
    assert scenario_digest(loaded["scenario"]) == digest


def test_the_scripts_are_ones_that_can_be_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    brief = {"days": "2", "warm_up_days": "3"}
    small, other = setting(**brief), setting(**brief, **{"mechanisms.burnout": "false"})
    defined: dict[str, Any] = {}
    exec(script_of_run(small), defined)
    assert len(defined["sessions"]) > 0
    assert "Medium" in capsys.readouterr().out

    monkeypatch.setattr(comparing, "executor_for", lambda *_: InProcess())
    exec(script_of_comparison(small, other, "2"), {})
    assert "tiny (2) against tiny" in capsys.readouterr().out


def test_a_scenario_is_opened_by_its_name_or_by_its_file() -> None:
    assert scenarios_to_explore(None)[0] is None
    assert scenarios_to_explore(Path("dev"))[0] == "dev"
    name, scenarios = scenarios_to_explore(TINY)
    assert (name, scenarios[str(TINY)]) == (str(TINY), TINY)
    assert list(scenarios)[1:3] == ["production", "dev"]
    with pytest.raises(ScenarioError):
        scenarios_to_explore(Path("nothing.toml"))
