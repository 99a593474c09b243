"""Runs of several regions: simulated side by side, merged, made again, gone on with, and one region alone."""

import json
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from threading import Timer
from typing import Any

import attrs
import pyarrow as pa
import pytest

from simulation import load_run, simulate
from simulation.contract import EVERY_RUN, TABLE_NAMES, is_truth
from simulation.execution.executors import InProcess, Processes
from simulation.lib.disks import lock_on
from simulation.lib.staging import MARKER
from simulation.log import OBSERVABLE_FILE, TRUTH_FILE, read_log
from simulation.runs import RunDirError, changed_files, read_record, reduce_run, regions, write_run
from simulation.runs.states import state_file, states_of
from simulation.scenario import Region, Scenario, Term
from simulation.scenario.checking import ScenarioError
from simulation.scenario.loading import resolved, scenario_digest, scenario_from_dict
from simulation.scenario.regions import regional
from simulation.tables.files import read_table
from simulation.validation.check import check_run, faults_of_rerun
from simulation.validation.rules_experiments import chi_squared_p_value
from tests.command_line import answer, mistake
from tests.run_files import files_of, lasting
from tests.waiting import until

ROOT = Path(__file__).parents[2]
DAYS = 14  # with the warm-up


@pytest.fixture(scope="module")
def three(tiny_scenario: Scenario) -> Scenario:
    """Three coasts, each with something of its own, for no longer than it takes for everything to happen."""
    return attrs.evolve(
        tiny_scenario,
        name="three",
        days=5,
        warm_up_days=DAYS - 5,
        regions=(
            Region(name="East", utc_offset_hours=-5.0),
            Region(name="India", utc_offset_hours=5.5, demand={"sessions_per_day": 15}),
            Region(name="West", utc_offset_hours=-8.0, population={"tutors": 5}),
        ),
    )


@pytest.fixture(scope="module")
def run(three: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of them by two processes, with the regions that it was made of; to be read only."""
    out = tmp_path_factory.mktemp("three") / "run"
    return write_run(three, out, keep_regions=True, executor=Processes(2)).directory


@pytest.fixture(scope="module")
def three_file(three: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from simulation.scenario.description import as_toml

    path = tmp_path_factory.mktemp("scenario") / "three.toml"
    path.write_text(as_toml(three), "utf-8")
    return path


def merged_files(directory: Path) -> dict[str, Any]:
    """The files of a run but for those of its regions."""
    return {name: content for name, content in lasting(directory).items() if not name.startswith("regions/")}


def of_region(run: Path, number: int) -> Path:
    return run / "regions" / f"{number:04d}"


def table(directory: Path, name: str) -> pa.Table:
    return read_table(directory / "truth" if is_truth(name) else directory, EVERY_RUN.tables[name])


def region_of(id_: str) -> int:
    """The region that a tutor's id carries."""
    return int(id_.removeprefix("T")) // 10**6 + 1


# ---------------------------------------------------------------- what comes out


def test_a_run_of_several_regions_has_the_files_of_a_run_of_one(run: Path, tiny_run: Path, three: Scenario) -> None:
    assert set(merged_files(run)) == set(files_of(tiny_run)) | {state_file(number) for number in (1, 2, 3)}
    record = read_record(run)
    assert changed_files(run, record) == []
    assert record["scenario"] == resolved(three)
    assert (record["scenario_digest"], record["seed"]) == (scenario_digest(three), three.seed)
    assert list(record["rows"]) == list(read_record(tiny_run)["rows"])
    assert set(record["timings"]) == {"regions", "merge", "digest"}
    assert "region" not in record


def test_the_log_is_in_the_order_of_utc_and_each_region_s_rows_are_as_they_were(run: Path) -> None:
    for file, truth in ((OBSERVABLE_FILE, False), (TRUTH_FILE, True)):
        log = read_log(run / file, truth=truth)
        places = list(zip(log.table["time_utc"].to_pylist(), log.table["region"].to_pylist(), strict=True))
        assert places == sorted(places)
        for number in (1, 2, 3):
            alone = read_log(of_region(run, number) / file, truth=truth)
            assert log.of_region(number).table.combine_chunks() == alone.table.combine_chunks()


def test_tables_come_region_by_region_each_as_it_is_alone(run: Path) -> None:
    record = read_record(run)
    for name in TABLE_NAMES:
        if name != "experiments":
            alone = [table(of_region(run, number), name) for number in (1, 2, 3)]
            assert table(run, name) == pa.concat_tables(alone), name
        assert record["rows"][name] == len(table(run, name))
    tutor_ids = table(run, "tutor_profiles")["tutor_id"].to_pylist()
    assert [region_of(tutor_id) for tutor_id in tutor_ids] == [1] * 10 + [2] * 10 + [3] * 5


def test_ids_are_unique_over_all_regions(run: Path) -> None:
    for name, contract in EVERY_RUN.tables.items():
        keys = list(zip(*(table(run, name)[key].to_pylist() for key in contract.key), strict=True))
        assert len(keys) == len(set(keys)), name
    log = read_log(run / OBSERVABLE_FILE).table
    for column in ("tutor_id", "student_id", "session_id", "intervention_id"):
        pairs = {(id_, number) for id_, number in zip(log[column].to_pylist(), log["region"].to_pylist(), strict=True)}
        owners = Counter(id_ for id_, _ in pairs if id_ is not None)
        assert max(owners.values()) == 1, column


def test_regions_have_luck_and_size_of_their_own(run: Path) -> None:
    names = [table(of_region(run, number), "sessions")["session_id"].to_pylist() for number in (1, 2, 3)]
    assert len(names[1]) < len(names[0])
    east, west = (table(of_region(run, number), "tutor_profiles") for number in (1, 3))
    assert east["months_experience"].to_pylist()[:5] != west["months_experience"].to_pylist()


def test_an_experiment_is_one_row_with_the_assignments_of_all_regions(run: Path) -> None:
    assignments = table(run, "experiment_assignments").to_pylist()
    experiments = table(run, "experiments").to_pylist()
    assert [row["experiment_id"] for row in experiments] == sorted({row["experiment_id"] for row in experiments})
    assert {region_of(row["tutor_id"]) for row in assignments} == {1, 2, 3}
    for experiment in experiments:
        members = [row for row in assignments if row["experiment_id"] == experiment["experiment_id"]]
        assert experiment["sample_size"] == len(members)
        exposed = [row for row in members if row["exposed_at"] is not None]
        counts = {variant: [0, 0] for variant in (row["variant"] for row in exposed)}
        for row in exposed:
            counts[row["variant"]][row["converted_at"] is None] += 1
        if experiment["significance"] is not None:
            p_value = chi_squared_p_value([(yes, no) for yes, no in counts.values()])
            assert experiment["significance"] == pytest.approx(p_value, abs=5e-5)


def test_every_rule_holds_also_when_it_is_run_again(run: Path) -> None:
    assert {result.id: result.violations for result in check_run(run, rerun=True) if not result.holds} == {}


# ---------------------------------------------------------------- the same, however it is made


@pytest.mark.parametrize("executor", [InProcess(), Processes(3)])
def test_how_many_simulate_is_no_part_of_the_result(
    run: Path, three: Scenario, tmp_path: Path, executor: InProcess | Processes
) -> None:
    told: list[tuple[int, int]] = []
    out = tmp_path / "run"
    write_run(three, out, executor=executor, on_day=lambda done, days: told.append((done, days)))
    assert lasting(out) == merged_files(run)
    assert told == [(0, 3 * DAYS), (DAYS, 3 * DAYS), (2 * DAYS, 3 * DAYS), (3 * DAYS, 3 * DAYS)]
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_tables_made_again_from_the_merged_log_alone_are_the_same_bytes(run: Path, tmp_path: Path) -> None:
    before = files_of(run)
    for file in (OBSERVABLE_FILE, TRUTH_FILE):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_bytes(before[file])
    reduce_run(tmp_path)
    made = files_of(tmp_path)
    assert made == {name: before[name] for name in made}
    assert set(made) == set(merged_files(run)) - {"run.json", *states_of(read_record(run))}


def test_run_json_stays_as_it_is_when_tables_are_made_again(run: Path, three: Scenario, tmp_path: Path) -> None:
    simulate(three).write(tmp_path / "run")
    before = files_of(tmp_path / "run")
    (tmp_path / "run" / "sessions.csv").write_text("nonsense")
    reduce_run(tmp_path / "run")
    assert files_of(tmp_path / "run") == before


def test_in_memory_it_is_the_same_run(run: Path, three: Scenario, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    simulated = simulate(three, on_day=lambda done, days: told.append((done, days)))
    assert told[-1] == (3 * DAYS, 3 * DAYS)
    assert len(simulated.tables["sessions"]) == read_record(run)["rows"]["sessions"]
    simulated.write(tmp_path / "run")
    assert lasting(tmp_path / "run") == merged_files(run)
    load_run(run).write(tmp_path / "again")
    assert lasting(tmp_path / "again") == merged_files(run)


def test_formats_are_those_asked_for(three: Scenario, tmp_path: Path, run: Path) -> None:
    write_run(three, tmp_path / "run", ["csv"], executor=InProcess())
    assert {name for name in files_of(tmp_path / "run") if name.endswith(".parquet")} == {OBSERVABLE_FILE, TRUTH_FILE}
    assert (tmp_path / "run" / "experiments.csv").read_bytes() == (run / "experiments.csv").read_bytes()


# ---------------------------------------------------------------- one region


def test_one_region_alone_is_the_run_that_it_is_among_others(run: Path, three: Scenario, tmp_path: Path) -> None:
    summary = write_run(three, tmp_path / "india", only_region=2)
    assert lasting(tmp_path / "india") == lasting(of_region(run, 2))
    assert (summary.record["region"], summary.record["scenario"]) == (2, resolved(regional(three, 2)))
    assert set(read_log(tmp_path / "india" / OBSERVABLE_FILE).table["region"].to_pylist()) == {2}
    load_run(tmp_path / "india").write(tmp_path / "again")
    assert lasting(tmp_path / "again") == lasting(tmp_path / "india")


def test_a_region_is_a_run_that_keeps_every_rule(run: Path) -> None:
    assert all(result.holds for result in check_run(of_region(run, 3)))
    assert faults_of_rerun(of_region(run, 3)) == []


def test_the_only_region_of_a_scenario_needs_no_merging(
    tiny_scenario: Scenario, tiny_run: Path, tmp_path: Path
) -> None:
    write_run(tiny_scenario, tmp_path / "run", executor=Processes(2))
    assert lasting(tmp_path / "run") == lasting(tiny_run)


def test_what_the_only_region_has_of_its_own_counts(tiny_scenario: Scenario, tmp_path: Path) -> None:
    scenario = attrs.evolve(tiny_scenario, regions=(Region(population={"tutors": 3}),))
    write_run(scenario, tmp_path / "run", ["csv"])
    assert len(table(tmp_path / "run", "tutor_profiles")) == len(simulate(scenario).tables["tutor_profiles"]) == 3


@pytest.mark.parametrize("number", [0, 4])
def test_there_is_no_other_region(three: Scenario, tmp_path: Path, number: int) -> None:
    with pytest.raises(ScenarioError, match=f"^--only-region: there is no region {number}; allowed is from 1 to 3$"):
        write_run(three, tmp_path / "run", only_region=number)
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- runs that do not come to their end


def interrupted_after(count: int, out: Path, scenario: Scenario, **options: Any) -> None:
    """Run, and interrupt the run when so many regions are done."""

    def on_day(done: int, _days: int) -> None:
        if done == count * DAYS:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_run(scenario, out, executor=InProcess(), on_day=on_day, **options)


def simulated(out: Path, scenario: Scenario, monkeypatch: pytest.MonkeyPatch, **options: Any) -> list[int]:
    """Run to the end; the numbers of the regions that had to be simulated."""
    numbers = []
    simulate_region = regions.simulate_region

    def counted(task: regions.RegionTask) -> None:
        numbers.append(task.number)
        simulate_region(task)

    monkeypatch.setattr(regions, "simulate_region", counted)
    write_run(scenario, out, executor=InProcess(), **options)
    return numbers


def test_the_same_command_goes_on_where_a_run_was_interrupted(
    run: Path, three: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted_after(2, tmp_path / "run", three)
    assert [path.name for path in tmp_path.iterdir()] == ["run.partial"]
    assert simulated(tmp_path / "run", three, monkeypatch) == [3]
    assert lasting(tmp_path / "run") == merged_files(run)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_run_in_which_no_region_was_finished_leaves_nothing(
    three: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: regions.RegionTask) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(regions, "simulate_region", fail)
    with pytest.raises(KeyboardInterrupt):
        write_run(three, tmp_path / "run", executor=InProcess())
    assert list(tmp_path.iterdir()) == []


def test_regions_of_another_scenario_seed_or_formats_are_discarded(
    run: Path, three: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for other, options in (
        (attrs.evolve(three, seed=8), {}),
        (attrs.evolve(three, regions=(*three.regions, Region(name="North"), Region(name="South"))), {}),
        (three, {"formats": ["csv"]}),
    ):
        interrupted_after(1, tmp_path / "run", other, **options)
        with monkeypatch.context() as patched:
            expected = [2, 3] if len(other.regions) == 5 else [1, 2, 3]
            assert simulated(tmp_path / "run", three, patched) == expected
        assert lasting(tmp_path / "run") == merged_files(run)
        for path in sorted((tmp_path / "run").rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        (tmp_path / "run").rmdir()


def test_regions_of_another_release_are_discarded(
    three: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted_after(1, tmp_path / "run", three)
    monkeypatch.setattr(regions, "__version__", "0.0.1")
    assert simulated(tmp_path / "run", three, monkeypatch) == [1, 2, 3]


def test_a_region_that_is_damaged_is_simulated_again(
    run: Path, three: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted_after(3, tmp_path / "run", three)
    partial = tmp_path / "run.partial"
    (of_region(partial, 2) / "sessions.csv").write_text("")
    (partial / "event_log.parquet").write_text("half of a file")
    (of_region(partial, 3) / "event_log.parquet").unlink()
    assert simulated(tmp_path / "run", three, monkeypatch) == [2, 3]
    assert lasting(tmp_path / "run") == merged_files(run)


def test_a_region_that_a_killed_run_had_begun_to_remove_is_simulated_again(
    three: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted_after(2, tmp_path / "run", three)
    (of_region(tmp_path / "run.partial", 1) / "run.json").unlink()
    assert simulated(tmp_path / "run", three, monkeypatch) == [1, 3]


def test_a_process_that_is_still_at_a_region_is_waited_for(
    run: Path, three: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Processes end with their parent, but when it is killed and started again they may need a moment."""
    interrupted_after(2, tmp_path / "run", three)
    orphaned = of_region(tmp_path / "run.partial", 3).with_name("0003.partial")
    orphaned.mkdir()
    lock = lock_on(orphaned / MARKER)
    (orphaned / "half of a file").touch()
    ending = Timer(0.5, lock.close)
    ending.start()
    assert simulated(tmp_path / "run", three, monkeypatch) == [3]
    ending.join()
    assert lasting(tmp_path / "run") == merged_files(run)


def test_a_region_that_fails_is_named_and_those_that_were_finished_stay(
    run: Path, three: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulate_region = regions.simulate_region

    def fail(task: regions.RegionTask) -> None:
        if task.number == 2:
            raise ValueError("something\nis wrong")
        simulate_region(task)

    with monkeypatch.context() as patched:
        patched.setattr(regions, "simulate_region", fail)
        with pytest.raises(RunDirError, match=r"^.*run: region 2, India, failed: ValueError: something$"):
            write_run(three, tmp_path / "run", executor=InProcess())
    assert simulated(tmp_path / "run", three, monkeypatch) == [2, 3]
    assert lasting(tmp_path / "run") == merged_files(run)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no signals")
@pytest.mark.parametrize("begun", ["regions/*/run.json", "event_log.parquet"], ids=["a region is done", "merging"])
def test_a_run_that_is_killed_is_finished_by_the_same_command(
    run: Path, three_file: Path, tmp_path: Path, begun: str
) -> None:
    out = tmp_path / "run"
    options = ("--out", str(out), "--workers", "2", "--quiet")
    command = [sys.executable, "-m", "simulation", "run", str(three_file), *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        until(lambda: process.poll() is not None or any(tmp_path.glob(f"run.partial/{begun}")))
        process.send_signal(signal.SIGKILL)
        process.communicate()  # nothing more comes when those beside it have ended, too
    if not out.exists():
        subprocess.run(command, cwd=ROOT, check=True)
    assert lasting(out) == merged_files(run)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


# ---------------------------------------------------------------- the command line


def test_one_region_is_copied_on_the_command_line(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, tmp_path: Path, tiny_run: Path
) -> None:
    options = ("--regions", "2", "--workers", "1", "--format", "csv", "--keep-regions", "--log-json")
    code, _, err = answer(capsys, "run", tiny_file, "--out", tmp_path / "run", *options)
    assert code == 0
    assert [json.loads(line)["days"] for line in err.splitlines()] == [21, 42]  # of the tiny scenario, with its warm-up
    record = read_record(tmp_path / "run")
    assert [region["name"] for region in record["scenario"]["regions"]] == ["US-East 1", "US-East 2"]
    assert record["rows"]["tutor_profiles"] == 20
    # The first copy has the random numbers of the one region.
    first = of_region(tmp_path / "run", 1) / "sessions.csv"
    assert first.read_bytes() == (tiny_run / "sessions.csv").read_bytes()


def test_one_region_among_others_goes_to_a_directory_of_its_own(
    capsys: pytest.CaptureFixture[str], three_file: Path, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert answer(capsys, "run", three_file, "--only-region", "3", "--quiet").code == 0
    assert lasting(tmp_path / "runs" / "three-seed7-region3") == lasting(of_region(run, 3))


def test_mistakes_with_regions_are_told_in_one_line(
    capsys: pytest.CaptureFixture[str], tiny_file: Path, three_file: Path, tmp_path: Path
) -> None:
    def told(*options: str | Path) -> str:
        return mistake(capsys, "run", *options, "--out", tmp_path / "run")

    assert told(three_file, "--regions", "2").startswith("--regions: three states 3 regions")
    assert told(tiny_file, "--regions", "0") == "--regions: regions has 0 items; allowed is a list of 1 to 10000"
    assert told(three_file, "--only-region", "4") == "--only-region: there is no region 4; allowed is from 1 to 3"
    assert told(three_file, "--cluster", "nowhere").startswith("'nowhere' is no address")


def test_terms_are_part_of_the_run(three: Scenario) -> None:
    holiday = Term(name="Holiday", first=three.start_date, last=three.start_date, demand=0.0)
    other = attrs.evolve(three, regions=(attrs.evolve(three.regions[0], terms=(holiday,)), *three.regions[1:]))
    assert scenario_digest(other) != scenario_digest(three)
    assert scenario_from_dict(json.loads(json.dumps(resolved(other)))) == other
