"""The rules hold for what the world makes."""

from pathlib import Path

import pytest

from simulation.runs import write_run
from simulation.scenario.loading import load_scenario
from simulation.validation import Run, check_rules
from simulation.validation.comparisons import follow_up_inert, prefix, reproducible, seeds_differ

SMALL = Path(__file__).parents[2] / "scenarios" / "dev.toml"


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Runs of the small scenario, cut short, and of what differs from it in one parameter."""
    folder = tmp_path_factory.mktemp("runs")
    changes = {"base": (), "again": (), "seed": ("seed=43",), "longer": ("days=9",), "followed": ("follow_up_days=3",)}
    for name, overrides in changes.items():
        write_run(load_scenario(SMALL, ("days=6", "warm_up_days=18", *overrides)), folder / name)
    return {name: folder / name for name in changes}


@pytest.mark.parametrize("name", ["base", "seed", "longer", "followed"])
def test_rules_hold(simulated: dict[str, Path], name: str) -> None:
    assert [result for result in check_rules(Run.of_directory(simulated[name])) if not result.holds] == []


def test_rules_have_something_to_hold_on_to(simulated: dict[str, Path]) -> None:
    assert all(len(table) for table in Run.of_directory(simulated["longer"]).tables.values())


def test_the_world_does_not_know_when_the_window_ends(simulated: dict[str, Path]) -> None:
    assert prefix(simulated["base"], simulated["longer"]) == []


def test_a_follow_up_changes_the_truth_only(simulated: dict[str, Path]) -> None:
    assert follow_up_inert(simulated["base"], simulated["followed"]) == []


def test_a_run_can_be_repeated(simulated: dict[str, Path]) -> None:
    assert reproducible(simulated["base"], simulated["again"]) == []


def test_another_seed_is_another_world(simulated: dict[str, Path]) -> None:
    assert seeds_differ(simulated["base"], simulated["seed"]) == []
