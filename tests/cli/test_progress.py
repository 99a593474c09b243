"""How far long work is: before anything is done, how much there will be."""

from collections.abc import Callable
from pathlib import Path

import pytest

from simulation.execution.executors import InProcess
from simulation.lib.progress import progress_bar
from simulation.runs import write_run
from simulation.scenario import Scenario
from simulation.scenario.loading import load_scenario
from simulation.scenario.partition import copied
from simulation.studies.comparison import compare
from simulation.studies.designs import grid, values_of
from simulation.studies.sweep import carry_out, sweep_of

SHORT = ("days=2", "warm_up_days=0")


class Told:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.words: list[tuple[int, int]] = []

    def __call__(self, done: int, total: int) -> None:
        self.words.append((done, total))


def doubled(number: int) -> int:
    return 2 * number


def tasks(_: Scenario, __: Path, told: Told) -> None:
    InProcess().in_order(doubled, range(6), told)


def a_comparison(short: Scenario, _: Path, told: Told) -> None:
    compare([short, short], range, 3, on_run=told)


def a_sweep(_: Scenario, place: Path, told: Told) -> None:
    scenario = place / "short.toml"
    scenario.write_text("days = 2\nwarm_up_days = 0\npopulation.tutors = 6\ndemand.sessions_per_day = 20.0\n", "utf-8")
    carry_out(sweep_of(scenario, grid([values_of("days=1,2,3")]), lambda _: [7, 8]), place / "sweep", on_run=told)


def a_run_of_regions(short: Scenario, place: Path, told: Told) -> None:
    write_run(copied(short, 3), place / "run", ["csv"], executor=InProcess(), on_day=told)


@pytest.mark.parametrize("work", [tasks, a_comparison, a_sweep, a_run_of_regions])
def test_how_much_there_will_be_is_told_before_the_first_is_done(
    tiny_file: Path, tmp_path: Path, work: Callable[[Scenario, Path, Told], None]
) -> None:
    told = Told()
    work(load_scenario(tiny_file, SHORT), tmp_path, told)
    assert told.words[0] == (0, 6)
    assert {total for _, total in told.words} == {6}


def test_a_bar_has_no_length_until_it_is_told_one(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("runs") as bar:
        pass
    assert "0/?" in capsys.readouterr().err
    with progress_bar("runs") as bar:
        bar(0, 20)
    assert "0/20" in capsys.readouterr().err
