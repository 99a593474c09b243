"""The states in a run's directory: who has them, that run.json tells of them, and that they are left out on request."""

from pathlib import Path

import attrs
import pytest

from simulation import load_run, simulate
from simulation.execution.executors import InProcess
from simulation.runs import changed_files, read_record, reduce_run, write_run
from simulation.runs.states import state_file, states_of
from simulation.scenario import Region, Scenario
from simulation.scenario.loading import scenario_digest
from simulation.scenario.regions import regional
from simulation.state.files import StateError, read_state
from simulation.validation.check import faults_of_rerun
from simulation.world import clock_of
from tests.command_line import answer
from tests.run_files import files_of, lasting

COASTS = (Region(name="East"), Region(name="West", utc_offset_hours=-8.0))


@pytest.fixture(scope="module")
def stateless(tiny_scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was written without a state; to be read only."""
    return write_run(tiny_scenario, tmp_path_factory.mktemp("stateless") / "run", ["csv"], state=False).directory


def test_a_run_has_the_state_of_its_world_at_the_window_s_end(tiny_run: Path, tiny_scenario: Scenario) -> None:
    state = read_state(tiny_run / state_file(1), scenario_digest(regional(tiny_scenario, 1)), 1)
    assert state.second == clock_of(tiny_scenario).window_end


def test_run_json_has_its_digest_and_notices_a_change(own_run: Path) -> None:
    assert states_of(read_record(own_run)) == [state_file(1)]
    (own_run / state_file(1)).write_bytes(b"another")
    assert changed_files(own_run, read_record(own_run)) == [f"{state_file(1)} is not as run.json says"]


def test_a_follow_up_changes_nothing_in_where_a_world_stood_at_the_window_s_end(
    tiny_run: Path, tiny_scenario: Scenario, tmp_path: Path
) -> None:
    write_run(attrs.evolve(tiny_scenario, follow_up_days=2), tmp_path / "followed", ["csv"])
    plain, followed = (
        (run / state_file(1)).read_bytes().partition(b"\n")[2] for run in (tiny_run, tmp_path / "followed")
    )
    assert plain == followed


def test_of_several_regions_each_has_its_own(tiny_scenario: Scenario, tmp_path: Path) -> None:
    scenario = attrs.evolve(tiny_scenario, regions=COASTS)
    write_run(scenario, tmp_path / "run", ["csv"], keep_regions=True, executor=InProcess())
    assert states_of(read_record(tmp_path / "run")) == [state_file(1), state_file(2)]
    for number in (1, 2):
        digest = scenario_digest(regional(scenario, number))
        assert read_state(tmp_path / "run" / state_file(number), digest, number).second
        assert (tmp_path / "run" / "regions" / f"{number:04d}" / state_file(number)).is_file()


# ---------------------------------------------------------------- without


def test_without_a_state_all_else_is_the_same(stateless: Path, tiny_run: Path) -> None:
    found, whole = files_of(stateless), files_of(tiny_run)
    assert state_file(1) not in found
    assert {name for name in found if found[name] != whole[name]} == {"run.json"}


def test_a_run_without_a_state_comes_out_the_same_again(stateless: Path) -> None:
    assert faults_of_rerun(stateless) == []


def test_the_command_line_leaves_it_out(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, stateless: Path, tmp_path: Path
) -> None:
    options = ("--no-state", "--format", "csv", "--quiet")
    assert answer(capsys, "run", tiny_file, "--out", tmp_path / "run", *options).code == 0
    assert lasting(tmp_path / "run") == lasting(stateless)


def test_regions_are_simulated_without(tiny_scenario: Scenario, tmp_path: Path) -> None:
    scenario = attrs.evolve(tiny_scenario, regions=COASTS)
    write_run(scenario, tmp_path / "run", ["csv"], state=False, keep_regions=True, executor=InProcess())
    assert not list((tmp_path / "run").rglob("*.state"))


# ---------------------------------------------------------------- what is done with a run


def test_a_run_in_memory_has_it_or_not_as_is_asked_for(
    tiny_scenario: Scenario, tiny_run: Path, stateless: Path, tmp_path: Path
) -> None:
    run = simulate(tiny_scenario)
    run.write(tmp_path / "with")
    run.write(tmp_path / "without", ["csv"], state=False)
    assert lasting(tmp_path / "with") == lasting(tiny_run)
    assert lasting(tmp_path / "without") == lasting(stateless)


def test_a_copy_has_what_the_run_had(tiny_run: Path, stateless: Path, tmp_path: Path) -> None:
    load_run(tiny_run).write(tmp_path / "with")
    load_run(stateless).write(tmp_path / "without")
    assert (tmp_path / "with" / state_file(1)).read_bytes() == (tiny_run / state_file(1)).read_bytes()
    assert states_of(read_record(tmp_path / "without")) == []


def test_what_is_no_state_is_not_copied(own_run: Path, tmp_path: Path) -> None:
    (own_run / state_file(1)).write_bytes(b"nonsense")
    with pytest.raises(StateError, match="its first line does not say so"):
        load_run(own_run).write(tmp_path / "copy")
    assert not list(tmp_path.glob("copy*"))


def test_tables_made_again_leave_it_as_it_is(own_run: Path, tiny_run: Path) -> None:
    reduce_run(own_run, ["csv"])
    assert states_of(read_record(own_run)) == [state_file(1)]
    assert (own_run / state_file(1)).read_bytes() == (tiny_run / state_file(1)).read_bytes()
