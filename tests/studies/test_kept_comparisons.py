"""Comparisons in a directory: what is there is not simulated again, and what was interrupted goes on."""

from pathlib import Path

import attrs
import pytest

from simulation.lib.staging import ExistsError
from simulation.scenario import Scenario
from simulation.studies import StudyError, study_directory
from simulation.studies.comparison import Comparison, Goal, compare
from simulation.studies.key_figures import KEY_FIGURES, Figures
from tests.run_files import files_of

USUAL, BUSY = Scenario(name="usual"), attrs.evolve(Scenario(name="busy"), days=31)


class Measuring:
    """Makes key figures up, and knows of what; from the run numbered `until` on, somebody presses Ctrl-C."""

    def __init__(self) -> None:
        self.measured: list[tuple[str, int]] = []
        self.until: int | None = None
        self.fails = False

    def __call__(self, scenario: Scenario) -> Figures:
        if len(self.measured) == self.until:
            raise KeyboardInterrupt
        self.measured.append((scenario.name, scenario.seed))
        if self.fails and scenario.name == "busy" and scenario.seed == 2:
            raise ZeroDivisionError("division by zero")
        figure = 10.0 * scenario.seed + (3 + scenario.seed % 2 if scenario.name == "busy" else 0)
        return {key_figure.name: figure for key_figure in KEY_FIGURES}


@pytest.fixture
def measuring(monkeypatch: pytest.MonkeyPatch) -> Measuring:
    """What measures scenarios in these tests."""
    made = Measuring()
    monkeypatch.setattr(study_directory, "measure_scenario", made)
    return made


def compared(out: Path | None, pairs: int = 3, *scenarios: Scenario, goal: Goal | None = None) -> Comparison:
    return compare(scenarios or (USUAL, BUSY), lambda number: range(1, number + 1), pairs, goal=goal, out=out)


def test_a_directory_changes_no_result_and_has_a_file_for_each_run(measuring: Measuring, tmp_path: Path) -> None:
    assert compared(tmp_path / "out") == compared(None)
    assert len(list((tmp_path / "out" / "runs").iterdir())) == 6
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"comparison.json", "runs"}


def test_what_was_interrupted_goes_on_with_what_is_missing(measuring: Measuring, tmp_path: Path) -> None:
    measuring.until = 4
    with pytest.raises(KeyboardInterrupt):
        compared(tmp_path / "out")
    measuring.until = None
    result = compared(tmp_path / "out")
    assert len(measuring.measured) == len(set(measuring.measured)) == 6
    assert result == compared(None)


def test_the_same_again_simulates_nothing_and_more_pairs_only_what_is_new(measuring: Measuring, tmp_path: Path) -> None:
    compared(tmp_path / "out")
    measuring.measured.clear()
    compared(tmp_path / "out")
    assert measuring.measured == []
    told: list[tuple[int, int]] = []
    compare(
        (USUAL, BUSY),
        lambda number: range(1, number + 1),
        4,
        out=tmp_path / "out",
        on_run=lambda *now: told.append(now),
    )
    assert measuring.measured == [("usual", 4), ("busy", 4)]
    assert told == [(6, 8), (7, 8), (8, 8)]


def test_the_base_may_change_and_a_goal_may_be_set_without_simulating_anew(
    measuring: Measuring, tmp_path: Path
) -> None:
    compared(tmp_path / "out", 4)
    measuring.measured.clear()
    turned = compared(tmp_path / "out", 4, BUSY, USUAL)
    assert (turned.base, measuring.measured) == ("busy", [])
    assert compared(tmp_path / "out", 3, goal=Goal("sessions", 1.0)).is_reached
    assert all(seed > 4 for _, seed in measuring.measured)


def test_what_failed_is_tried_again(measuring: Measuring, tmp_path: Path) -> None:
    measuring.fails = True
    assert compared(tmp_path / "out").dropped == (2,)
    measuring.fails = False
    measuring.measured.clear()
    assert compared(tmp_path / "out").dropped == ()
    assert measuring.measured == [("busy", 2)]


def test_a_run_without_all_key_figures_that_there_are_now_is_simulated_again(
    measuring: Measuring, tmp_path: Path
) -> None:
    compared(tmp_path / "out")
    one = min((tmp_path / "out" / "runs").iterdir())
    one.write_text(one.read_text("utf-8").replace('"events"', '"event"'), encoding="utf-8")
    before = len(measuring.measured)
    assert compared(tmp_path / "out") == compared(None)
    assert len(measuring.measured) == before + 1 + 6


@pytest.mark.parametrize(
    "others", [(USUAL, attrs.evolve(BUSY, days=32)), (USUAL, BUSY, Scenario(name="third", days=7))]
)
def test_a_directory_holds_one_comparison(measuring: Measuring, tmp_path: Path, others: tuple[Scenario, ...]) -> None:
    out = tmp_path / "out"
    compared(out)
    before = files_of(out)
    with pytest.raises(ExistsError) as refused:
        compared(out, 3, *others)
    told = f"{out}: holds another comparison, which differs in its scenarios; name another directory"
    assert str(refused.value) == told
    assert files_of(out) == before


def test_a_directory_of_something_else_stays_as_it_is(measuring: Measuring, tmp_path: Path) -> None:
    (tmp_path / "sweep.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ExistsError, match="exists and is no comparison, so it stays"):
        compared(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["sweep.json"]


def test_where_every_pair_failed_the_directory_is_left_to_go_on_with(measuring: Measuring, tmp_path: Path) -> None:
    measuring.fails = True
    with pytest.raises(StudyError, match="no pair of runs is left; busy, seed 2"):
        compare((USUAL, BUSY), lambda number: range(2, number + 2), 1, out=tmp_path / "out")
    measuring.fails = False
    assert compared(tmp_path / "out", 2).seeds == (1, 2)
