"""The simulation from Python."""

import shutil
import subprocess
import sys
from pathlib import Path

import attrs
import pandas as pd
import pytest

import simulation
from simulation import Simulation, load_run, load_scenario, simulate
from simulation.contract import EVERY_RUN, TABLE_NAMES, is_truth
from simulation.events import SessionCompleted
from simulation.log import TRUTH_FILE, LogError
from simulation.scenario import Scenario
from simulation.scenario.checking import ScenarioError
from tests.run_files import files_of, lasting

DOCUMENTED = [name for name in TABLE_NAMES if not is_truth(name)]
OF_TRUTH = [name for name in TABLE_NAMES if is_truth(name)]


@pytest.fixture(scope="module")
def simulated(tiny_scenario: Scenario) -> Simulation:
    return simulate(tiny_scenario)


def test_tables_are_data_frames_by_name(simulated: Simulation) -> None:
    assert list(simulated.tables) == DOCUMENTED
    assert len(simulated.tables) == len(DOCUMENTED)
    sessions = simulated.tables["sessions"]
    assert isinstance(sessions, pd.DataFrame)
    assert tuple(sessions.columns) == EVERY_RUN.tables["sessions"].column_names
    assert sessions["session_id"].is_unique
    assert pd.api.types.is_datetime64_dtype(sessions["session_datetime"])
    assert simulated.tables["sessions"] is sessions


def test_what_may_be_missing_is_of_a_type_that_knows_it(simulated: Simulation) -> None:
    """The type of a column follows from the contract, not from what happens to be missing in a run."""
    types = {"integer": "Int64", "boolean": "boolean", "string": "string", "json": "string",
             "float": "float64", "datetime": "datetime64[s]"}  # fmt: skip
    for name, table in {**simulated.tables, **simulated.truth}.items():
        declared = {column.name: types[column.type] for column in EVERY_RUN.tables[name].columns}
        assert table.dtypes.astype(str).to_dict() == declared
    ids = simulated.tables["sessions"].groupby("tutor_id")["session_id"].agg(set)
    assert all(isinstance(of_tutor, set) for of_tutor in ids)


def test_truth_is_apart(simulated: Simulation) -> None:
    assert list(simulated.truth) == OF_TRUTH
    assert set(simulated.truth["truth_tutors"]["tutor_id"]) == set(simulated.tables["tutor_profiles"]["tutor_id"])
    with pytest.raises(KeyError):
        simulated.tables["truth_tutors"]
    with pytest.raises(KeyError):
        simulated.truth["sessions"]


def test_the_log_has_its_two_parts(simulated: Simulation, tiny_scenario: Scenario) -> None:
    assert len(simulated.log.events(SessionCompleted)) >= simulated.tables["sessions"]["session_completed"].sum()
    assert "tutor_traits_drawn" in simulated.truth_log.table["event_type"].to_pylist()
    assert simulated.log.metadata.seed == tiny_scenario.seed
    assert simulated.scenario == tiny_scenario


def test_writing_gives_the_files_of_the_command_line(simulated: Simulation, tiny_run: Path, tmp_path: Path) -> None:
    simulated.write(tmp_path / "written")
    assert lasting(tmp_path / "written") == lasting(tiny_run)


def test_a_run_is_read_back(simulated: Simulation, tiny_run: Path, tmp_path: Path) -> None:
    loaded = load_run(tiny_run)
    assert loaded.scenario == simulated.scenario
    assert loaded.log.table.equals(simulated.log.table)
    pd.testing.assert_frame_equal(loaded.tables["sessions"], simulated.tables["sessions"])
    loaded.write(tmp_path / "copy")
    assert lasting(tmp_path / "copy") == lasting(tiny_run)


def test_a_second_simulation_in_one_process_is_the_first_again(simulated: Simulation) -> None:
    again = simulate(simulated.scenario)
    assert again.log.table.equals(simulated.log.table)
    assert again.truth_log.table.equals(simulated.truth_log.table)


def test_looking_on_changes_nothing(simulated: Simulation) -> None:
    days: list[int] = []
    watched = simulate(simulated.scenario, on_day=lambda done, _total: days.append(done))
    assert days
    assert watched.log.table.equals(simulated.log.table)


def test_a_scenario_is_checked_first(tiny_scenario: Scenario) -> None:
    with pytest.raises(ScenarioError, match="scenario tiny: days is 0; allowed is"):
        simulate(attrs.evolve(tiny_scenario, days=0))


def test_importing_the_package_imports_no_more_than_is_asked_for() -> None:
    code = (
        "import sys, simulation; print(simulation.__version__)\n"
        "from simulation import load_scenario\n"
        "print(sorted({'numpy', 'pandas', 'pyarrow', 'simpy', 'structlog', 'rich'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert told.stdout.splitlines() == [simulation.__version__, "[]"]


def test_what_the_package_does_not_have() -> None:
    with pytest.raises(AttributeError, match="module 'simulation' has no attribute 'stimulate'"):
        getattr(simulation, "stimulate")  # noqa: B009 -- mypy knows as well
    assert load_scenario is simulation.load_scenario


def test_a_follow_up_changes_no_byte_but_those_of_the_truth(simulated: Simulation, tmp_path: Path) -> None:
    followed = simulate(attrs.evolve(simulated.scenario, follow_up_days=3))
    followed.write(tmp_path / "followed")
    simulated.write(tmp_path / "plain")
    plain, longer = files_of(tmp_path / "plain"), files_of(tmp_path / "followed")
    changed = {name for name in plain if plain[name] != longer[name]}
    assert {name for name in changed if not name.startswith("truth/")} == {"run.json"}
    assert TRUTH_FILE in changed
    assert len(followed.truth_log.table) > len(simulated.truth_log.table)


def test_the_documented_tables_need_no_truth(own_run: Path, tiny_run: Path) -> None:
    shutil.rmtree(own_run / "truth")
    passed_on, whole = load_run(own_run), load_run(tiny_run)
    for name, table in whole.tables.items():
        assert passed_on.tables[name].equals(table)
    with pytest.raises(LogError, match=r"truth/event_log\.parquet"):
        _ = passed_on.truth["truth_tutors"]
