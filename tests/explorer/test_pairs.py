"""Pairs of runs as they come in, and what is told of them."""

from pathlib import Path

import pytest

from simulation.execution.executors import InProcess
from simulation.explorer import ExplorerError, pairs
from simulation.explorer.pairs import PairsOfRuns, differences_of, ends_of, place_of
from simulation.scenario import Scenario
from simulation.scenario.loading import load_scenario
from simulation.studies import study_directory
from simulation.studies.comparison import Comparison, compare
from simulation.studies.differences import Difference
from simulation.studies.key_figures import KEY_FIGURES, Figures
from tests.conftest import TINY

BRIEF = ("days=2", "warm_up_days=3")
SEEDS = (7, 8)


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs, "executor_for", InProcess)


@pytest.fixture(scope="module")
def scenarios() -> dict[str, Scenario]:
    return {
        "as it is": load_scenario(TINY, BRIEF),
        "all come": load_scenario(TINY, [*BRIEF, "mechanisms.student_no_shows=false"]),
    }


def followed(runs: PairsOfRuns) -> tuple[list[Comparison], list[tuple[int, int]], Comparison]:
    """The pairs and the progress that are told, and what comes of it."""
    comparisons: list[Comparison] = []
    progress: list[tuple[int, int]] = []
    last = runs.simulate(comparisons.append, lambda done, total: progress.append((done, total)))
    return comparisons, progress, last


def test_each_pair_is_told_and_in_the_end_all_are_what_a_comparison_finds(
    scenarios: dict[str, Scenario], tmp_path: Path
) -> None:
    told, progress, last = followed(PairsOfRuns(scenarios, SEEDS, tmp_path))
    assert [len(comparison.seeds) for comparison in told] == [0, 1, 2]
    assert progress == [(done, 4) for done in range(5)]
    compared = compare(list(scenarios.values()), lambda number: SEEDS[:number], len(SEEDS))
    assert [list(runs) for runs in last.runs.values()] == [list(runs) for runs in compared.runs.values()]


def test_what_was_simulated_once_is_not_simulated_again(
    scenarios: dict[str, Scenario], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = followed(PairsOfRuns(scenarios, SEEDS[:1], tmp_path))[-1]
    monkeypatch.setattr(study_directory, "measure_scenario", _refuse)
    told, progress, again = followed(PairsOfRuns(scenarios, SEEDS[:1], tmp_path))
    assert progress == [(2, 2)]
    assert again == first
    assert told[0] == first


def test_a_run_that_fails_is_named_in_a_line(
    scenarios: dict[str, Scenario], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(study_directory, "measure_scenario", _refuse)
    with pytest.raises(ExplorerError, match=r"^as it is, seed 7: ValueError: no world$"):
        followed(PairsOfRuns(scenarios, SEEDS, tmp_path))


def _refuse(scenario: Scenario) -> Figures:
    raise ValueError("no world")


def of(**figures: float) -> Figures:
    return {**{figure.name: 1.0 for figure in KEY_FIGURES}, **figures}


def test_differences_are_told_in_sentences_and_in_rows_with_what_they_are_worth() -> None:
    runs = {
        "base": [of(mean_rating=4.0, tutors_left=2.0)] * 6,
        "other": [of(mean_rating=4.2 + 0.01 * place, tutors_left=2.0) for place in range(6)],
    }
    found = differences_of(Comparison(tuple(range(6)), runs, asked=("mean_rating",)))
    assert found["pairs"] == 6
    assert found["sentences"][0][0] == "better"
    assert found["sentences"][0][1].startswith("Mean rating rose by 0.225 stars")
    rows = {row["title"]: row for row in found["rows"]}
    assert rows["mean rating"]["effect"] == "better"
    assert rows["mean rating"]["difference"] == "+0.225"
    assert rows["tutors who left"]["effect"] == "same"


def test_an_interval_lies_on_a_scale_that_is_the_same_for_rises_and_falls() -> None:
    assert ends_of(Difference(3, 10.0, 11.0, 1.0, 1.0, 1.0)) == [0.0, place_of(10), place_of(20)]
    assert [place_of(percent) for percent in (-500, -100, 0, 100)] == [-1, -1, 0, 1]
    assert place_of(-7) == -place_of(7)


def test_there_is_no_interval_of_one_pair_and_no_percentage_of_nothing() -> None:
    assert ends_of(Difference(1, 10.0, 11.0, 1.0, None, None)) == []
    assert ends_of(Difference(3, 0.0, 1.0, 1.0, 1.0, 1.0)) == []
