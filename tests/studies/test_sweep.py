"""Sweeps: every run is kept, failures too; what was interrupted goes on; and who carries it out changes no byte."""

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from simulation.execution.executors import Executor, InProcess, Processes
from simulation.lib.staging import MARKER, ExistsError, RunDirError
from simulation.scenario import Scenario
from simulation.scenario.loading import scenario_digest
from simulation.studies import StudyError, study_directory
from simulation.studies.designs import Choices, grid
from simulation.studies.key_figures import KEY_FIGURES, Figures
from simulation.studies.sweep import Sweep, carry_out, sweep_of
from tests.conftest import TINY
from tests.run_files import files_of

SHORT = ("days=2", "warm_up_days=2")
POINTS = grid([Choices("population.tutors", (4, 6)), Choices("mechanisms.burnout", (True, False))])
TABLES = ("sweep.csv", "sweep.parquet")


def seeds(number: int) -> Any:
    return lambda scenario: range(scenario.seed, scenario.seed + number)


@pytest.fixture(scope="module")
def small() -> Sweep:
    """Four points with two runs each."""
    return sweep_of(TINY, POINTS, seeds(2), SHORT)


@pytest.fixture(scope="module")
def carried_out(small: Sweep, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of that sweep, to be read only."""
    out = tmp_path_factory.mktemp("sweep") / "out"
    carry_out(small, out)
    return out


def rows(out: Path) -> list[dict[str, Any]]:
    return pq.read_table(out / "sweep.parquet").to_pylist()  # type: ignore[no-any-return]


# ---------------------------------------------------------------- what comes out


def test_each_run_is_known_by_its_scenario_s_digest_and_its_replication(small: Sweep) -> None:
    runs = list(small.runs())
    assert len({run.run_id for run in runs}) == len(runs) == 8
    assert [run.facts["replication"] for run in runs] == [1, 2] * 4
    assert [run.scenario.seed for run in runs] == [7, 8] * 4
    assert runs[0].run_id == f"{scenario_digest(small.at_points[0])[:16]}-0001"


def test_the_table_has_a_row_per_run_with_what_was_varied_and_what_came_of_it(carried_out: Path, small: Sweep) -> None:
    table = pq.read_table(carried_out / "sweep.parquet")
    assert table.column_names == [
        "run_id", "population.tutors", "mechanisms.burnout", "replication", "seed",
        *(figure.name for figure in KEY_FIGURES), "error",
    ]  # fmt: skip
    assert table["population.tutors"].to_pylist() == [4] * 4 + [6] * 4
    assert table["mechanisms.burnout"].to_pylist() == [True, True, False, False] * 2
    assert table["run_id"].to_pylist() == [run.run_id for run in small.runs()]
    assert table["error"].null_count == 8
    assert all(row["sessions"] > 0 for row in table.to_pylist())


def test_csv_and_parquet_say_the_same(carried_out: Path) -> None:
    header, *lines = (carried_out / "sweep.csv").read_text("utf-8").splitlines()
    names = header.split(",")
    for line, row in zip(lines, rows(carried_out), strict=True):
        told = dict(zip(names, line.split(","), strict=True))
        assert told["run_id"] == row["run_id"]
        assert told["mechanisms.burnout"] == str(row["mechanisms.burnout"])
        assert float(told["hours_taught"]) == row["hours_taught"]


def test_a_run_s_file_has_its_point_seed_and_key_figures(carried_out: Path, small: Sweep) -> None:
    run = next(small.runs())
    document = json.loads((carried_out / "runs" / f"{run.run_id}.json").read_text("utf-8"))
    assert (document["point"], document["seed"], document["error"]) == (POINTS[0], 7, None)
    assert list(document["figures"]) == [figure.name for figure in KEY_FIGURES]


def test_nothing_but_the_sweep_is_left_in_its_directory(carried_out: Path) -> None:
    assert sorted(path.name for path in carried_out.iterdir()) == ["runs", "sweep.csv", "sweep.json", "sweep.parquet"]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ((1, 2.5), "double"),
        ((3, 4), "int64"),
        ((True, False), "bool"),
        (("a", "b"), "string"),
        (([1, 2], [3, 4]), "string"),
    ],
)
def test_columns_of_what_was_varied_have_the_types_of_its_values(
    made_up: None, tmp_path: Path, values: Sequence[Any], kind: str
) -> None:
    planned = Sweep(Scenario(), tuple({"key": value} for value in values), (Scenario(), Scenario(days=31)), (1,))
    carry_out(planned, tmp_path / "out")
    column = pq.read_table(tmp_path / "out" / "sweep.parquet")["key"]
    assert str(column.type) == kind
    assert [json.loads(value) if isinstance(values[0], list) else value for value in column.to_pylist()] == list(values)


@pytest.mark.parametrize("executor", [Processes(1), Processes(2)])
def test_who_carries_a_sweep_out_changes_no_byte(
    small: Sweep, carried_out: Path, tmp_path: Path, executor: Executor
) -> None:
    carry_out(small, tmp_path / "out", executor=executor)
    assert files_of(tmp_path / "out") == files_of(carried_out)


# ---------------------------------------------------------------- runs that fail


def failing(scenario: Scenario) -> Figures:
    """Made-up figures; the second of two seeds fails where there are six tutors."""
    if (scenario.seed, scenario.population.tutors) == (8, 6):
        raise ZeroDivisionError("division by zero")
    return dict.fromkeys((figure.name for figure in KEY_FIGURES), scenario.seed)


def well(scenario: Scenario) -> Figures:
    return dict.fromkeys((figure.name for figure in KEY_FIGURES), 1)


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study_directory, "measure_scenario", failing)


def test_a_run_that_fails_is_kept_with_its_error_and_stops_no_other(
    made_up: None, small: Sweep, tmp_path: Path
) -> None:
    done = carry_out(small, tmp_path / "out")
    assert (done.runs, done.known, done.failed) == (8, 0, 2)
    for row in rows(tmp_path / "out"):
        failed = (row["seed"], row["population.tutors"]) == (8, 6)
        assert row["error"] == ("ZeroDivisionError: division by zero" if failed else None)
        assert row["sessions"] == (None if failed else row["seed"])


def test_failures_are_done_again_only_where_that_is_asked_for(
    made_up: None, small: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    carry_out(small, tmp_path / "out")
    monkeypatch.setattr(study_directory, "measure_scenario", well)
    again = carry_out(small, tmp_path / "out")
    assert (again.known, again.failed) == (8, 2)
    retried = carry_out(small, tmp_path / "out", retry_failed=True)
    assert (retried.known, retried.failed) == (6, 0)
    assert [row["sessions"] for row in rows(tmp_path / "out")].count(1) == 2


# ---------------------------------------------------------------- sweeps that are interrupted


class Interrupted(InProcess):
    """Carries out so many tasks before somebody presses Ctrl-C."""

    def outcomes(self, function: Any, items: Sequence[Any]) -> Any:
        for nth, outcome in enumerate(super().outcomes(function, items)):
            if nth == 3:
                raise KeyboardInterrupt
            yield outcome


def test_what_was_interrupted_goes_on_with_what_is_missing(
    small: Sweep, carried_out: Path, tmp_path: Path
) -> None:  # fmt: skip
    with pytest.raises(KeyboardInterrupt):
        carry_out(small, tmp_path / "out", executor=Interrupted())
    assert len(list((tmp_path / "out" / "runs").iterdir())) == 3
    told: list[tuple[int, int]] = []
    done = carry_out(small, tmp_path / "out", on_run=lambda *so_far: told.append(so_far))
    assert (done.known, told) == (3, [(0, 5), (1, 5), (2, 5), (3, 5), (4, 5), (5, 5)])
    assert files_of(tmp_path / "out") == files_of(carried_out)


def command(out: Path, workers: int) -> list[str]:
    return [
        sys.executable, "-m", "simulation", "sweep", str(TINY), "--out", str(out), "--quiet",
        "--workers", str(workers), "--replications", "2", "--vary", "population.tutors=4,6",
        "--vary", "mechanisms.burnout=true,false", *(part for change in SHORT for part in ("--set", change)),
    ]  # fmt: skip


KILLED_AFTER_TWO = """
import os, signal, sys
from simulation.cli import main
from simulation.studies.study_directory import StudyDirectory
keep, kept = StudyDirectory.keep, []
def keep_two(*told):
    keep(*told)
    kept.append(told)
    if len(kept) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
StudyDirectory.keep = keep_two
main(sys.argv[1:])
"""


@pytest.mark.parametrize("workers", [1, 2])
def test_a_sweep_that_was_killed_loses_nothing_and_does_nothing_twice(
    carried_out: Path, tmp_path: Path, workers: int
) -> None:
    out = tmp_path / "out"
    killed = subprocess.run([sys.executable, "-c", KILLED_AFTER_TWO, *command(out, workers)[3:]], check=False)
    assert killed.returncode == -signal.SIGKILL
    before = {path: path.stat().st_mtime_ns for path in out.glob("runs/*.json")}
    assert len(before) == 2
    subprocess.run(command(out, workers), check=True, capture_output=True)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert files_of(out) == files_of(carried_out)


def test_a_file_that_is_damaged_counts_as_missing(small: Sweep, carried_out: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    carry_out(small, out)
    (out / "runs" / f"{next(small.runs()).run_id}.json").write_text('{"run_id": "cut o', encoding="utf-8")
    assert carry_out(small, out).known == 7
    assert files_of(out) == files_of(carried_out)


# ---------------------------------------------------------------- mistakes


def test_a_directory_of_something_else_stays_as_it_is(small: Sweep, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear all,", encoding="utf-8")
    with pytest.raises(ExistsError) as refused:
        carry_out(small, tmp_path)
    told = f"{tmp_path}: exists and is no sweep, so it stays; name a directory that is empty or does not exist"
    assert str(refused.value) == told
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_file_is_no_directory_of_a_sweep(small: Sweep, tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(ExistsError, match="is no directory; name one that does not exist"):
        carry_out(small, tmp_path / "out")


@pytest.mark.parametrize(
    ("other", "differs"),
    [
        (lambda: sweep_of(TINY, POINTS[:2], seeds(2), SHORT), "points"),
        (lambda: sweep_of(TINY, POINTS, seeds(3), SHORT), "seeds"),
        (lambda: sweep_of(TINY, POINTS, seeds(2), (*SHORT, "demand.lead_days=2")), "scenario_digest"),
    ],
)
def test_a_directory_holds_one_sweep(made_up: None, small: Sweep, tmp_path: Path, other: Any, differs: str) -> None:
    carry_out(small, tmp_path / "out")
    before = files_of(tmp_path / "out")
    with pytest.raises(ExistsError) as refused:
        carry_out(other(), tmp_path / "out")
    told = f"{tmp_path / 'out'}: holds another sweep, which differs in its {differs}; name another directory"
    assert str(refused.value) == told
    assert files_of(tmp_path / "out") == before


def test_two_processes_never_write_one_sweep(made_up: None, small: Sweep, tmp_path: Path) -> None:
    def carry_out_the_same(done: int, total: int) -> None:
        with pytest.raises(RunDirError, match="another process is writing it"):
            carry_out(small, tmp_path / "out")

    carry_out(small, tmp_path / "out", on_run=carry_out_the_same)
    assert not (tmp_path / "out" / MARKER).exists()


def test_points_that_are_one_scenario_are_refused() -> None:
    with pytest.raises(StudyError) as refused:
        sweep_of(TINY, grid([Choices("demand.joining", (1, 1.0))]), seeds(1))
    told = '--vary: {"demand.joining": 1} and {"demand.joining": 1.0} are one scenario; allowed are different ones'
    assert str(refused.value) == told


def test_a_point_that_is_no_scenario_is_refused_before_anything_is_simulated() -> None:
    with pytest.raises(StudyError) as refused:
        sweep_of(TINY, grid([Choices("days", (7, 0))]), seeds(1))
    assert str(refused.value) == "--vary: days is 0; allowed is a whole number from 1 to 1095 (days)"
