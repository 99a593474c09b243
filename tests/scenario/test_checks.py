"""A command checks each of its scenarios once, and what is changed in Python is checked again."""

from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from simulation.runs import write_run
from simulation.runs.in_memory import simulate
from simulation.scenario import Scenario, checking
from simulation.scenario.checking import ScenarioError, check_scenario
from simulation.scenario.consistency import inconsistencies
from simulation.scenario.loading import load_scenario, with_seed
from simulation.scenario.partition import copied
from tests.command_line import answer
from tests.conftest import TINY

SMALL = ("--set", "days=1", "--set", "warm_up_days=1", "--set", "population.tutors=3")


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[Scenario]:
    """The scenarios that are checked, in order."""
    found: list[Scenario] = []
    check = inconsistencies

    def counting(scenario: Scenario) -> Iterator[str]:
        found.append(scenario)
        return check(scenario)

    monkeypatch.setattr(checking, "inconsistencies", counting)
    return found


@pytest.mark.parametrize(
    ("words", "scenarios"),
    [
        (("run", TINY, "--out", "run"), 1),
        (("run", TINY, "--regions", "2", "--workers", "1", "--out", "run"), 1),
        (("compare", TINY, TINY, "--replications", "2", "--workers", "1"), 2),
        (("validate", TINY, "--seeds", "2", "--workers", "1"), 1),
        (("sweep", TINY, "--vary", "demand.lead_days=1,2", "--replications", "2", "--workers", "1", "--out", "s"), 3),
    ],
    ids=lambda words: words[0] if isinstance(words, tuple) else "",
)
def test_a_command_checks_each_of_its_scenarios_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
    checked: list[Scenario], words: tuple[str | Path, ...], scenarios: int,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    answer(capsys, *words, *SMALL, "--quiet")
    assert len(checked) == scenarios


def test_a_scenario_that_was_loaded_is_not_checked_again(tmp_path: Path, checked: list[Scenario]) -> None:
    scenario = load_scenario(TINY, ["days=1", "warm_up_days=0"])
    write_run(scenario, tmp_path / "run")
    simulate(with_seed(scenario, 9))
    check_scenario(copied(scenario, 3))
    assert checked == [scenario]


def test_a_scenario_that_was_changed_in_python_is_checked_once(checked: list[Scenario]) -> None:
    scenario = attrs.evolve(load_scenario(TINY), days=1)
    check_scenario(scenario)
    check_scenario(scenario)
    assert len(checked) == 2
    with pytest.raises(ScenarioError, match=r"^--seed: seed is -1; allowed is "):
        with_seed(scenario, -1)


def test_a_file_is_blamed_for_what_is_wrong_in_it_whatever_is_set(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text("churn.medium_risk = 0.6", "utf-8")
    with pytest.raises(ScenarioError, match=r"x\.toml: churn\.medium_risk is 0\.6; "):
        load_scenario(path, ["days=5"])
    assert load_scenario(path, ["churn.high_risk=0.7"]).churn.high_risk == 0.7
