"""Runs that go on with the world of another run: what they record, of what, and from which runs they do not."""

import json
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import attrs
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from simulation.execution.executors import InProcess
from simulation.lib.disks import digest_of
from simulation.log import OBSERVABLE_FILE, TRUTH_FILE, between, read_log
from simulation.runs import Continuation, RunDirError, read_record, write_run
from simulation.scenario import Region, Scenario
from simulation.scenario.checking import ScenarioError
from simulation.scenario.loading import load_scenario
from simulation.validation.check import check_run
from tests.command_line import answer, mistake
from tests.conftest import TINY
from tests.run_files import lasting
from tests.scenarios import SCENARIOS

DAYS = 5


@pytest.fixture(scope="module")
def second(tiny_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The five days that follow on the tiny run; to be read only."""
    return Continuation.of(tiny_run, DAYS).write(tmp_path_factory.mktemp("second") / "run").directory


def same_logs(directory: Path, other: Path) -> bool:
    """Whether two runs have the same events in both parts of the log."""
    parts = [(OBSERVABLE_FILE, False), (TRUTH_FILE, True)]
    return all(
        read_log(directory / name, truth=truth).table.equals(read_log(other / name, truth=truth).table)
        for name, truth in parts
    )


def retold(directory: Path, name: str, change: Callable[[pa.Table], pa.Table]) -> None:
    """Change a part of a run's log, and have run.json vouch for it."""
    table = pq.read_table(directory / name)
    pq.write_table(change(table).cast(table.schema), directory / name)
    record = json.loads((directory / "run.json").read_text(encoding="utf-8"))
    record["files"][name] = digest_of(directory / name)
    (directory / "run.json").write_text(json.dumps(record), encoding="utf-8")


# ---------------------------------------------------------------- what is recorded


def test_a_continuation_has_the_log_of_one_run_of_both_windows(
    second: Path, tiny_scenario: Scenario, tmp_path: Path
) -> None:
    write_run(attrs.evolve(tiny_scenario, days=tiny_scenario.days + DAYS), tmp_path / "both")
    assert same_logs(second, tmp_path / "both")


def test_its_window_opens_where_the_first_one_ends(second: Path, tiny_run: Path) -> None:
    assert read_record(second)["window_start"] == read_record(tiny_run)["window_end"]


def test_it_keeps_all_rules_and_comes_out_the_same_again(second: Path) -> None:
    assert [result.id for result in check_run(second, rerun=True) if not result.holds] == []


def test_it_can_itself_be_gone_on_with(second: Path, tiny_scenario: Scenario, tmp_path: Path) -> None:
    Continuation.of(second, 3).write(tmp_path / "third")
    write_run(attrs.evolve(tiny_scenario, days=tiny_scenario.days + DAYS + 3), tmp_path / "all")
    assert same_logs(tmp_path / "third", tmp_path / "all")
    assert read_record(tmp_path / "third")["window_start"] == read_record(second)["window_end"]


def test_it_is_as_long_as_the_run_before_unless_stated(tiny_run: Path, tiny_scenario: Scenario) -> None:
    assert Continuation.of(tiny_run).scenario == attrs.evolve(tiny_scenario, ledger="", earlier_days=tiny_scenario.days)


@pytest.mark.parametrize("followed", [2, 9])
def test_a_run_with_a_follow_up_is_gone_on_with(followed: int, tiny_scenario: Scenario, tmp_path: Path) -> None:
    write_run(attrs.evolve(tiny_scenario, follow_up_days=followed), tmp_path / "first")
    Continuation.of(tmp_path / "first", 4).write(tmp_path / "second")
    assert read_record(tmp_path / "second")["scenario"]["follow_up_days"] == followed


@pytest.mark.parametrize("store", [None, "store"])
def test_several_regions_go_on_side_by_side(store: str | None, tiny_scenario: Scenario, tmp_path: Path) -> None:
    coasts = (Region(name="East"), Region(name="West", utc_offset_hours=-8.0))
    scenario = attrs.evolve(tiny_scenario, regions=coasts)
    write_run(scenario, tmp_path / "first", executor=InProcess())
    shared = None if store is None else tmp_path / store
    Continuation.of(tmp_path / "first", 3).write(tmp_path / "second", shared=shared)
    write_run(attrs.evolve(scenario, days=scenario.days + 3), tmp_path / "both", executor=InProcess())
    assert same_logs(tmp_path / "second", tmp_path / "both")
    assert [result.id for result in check_run(tmp_path / "second") if not result.holds] == []


def test_one_region_of_several_goes_on_alone(tiny_scenario: Scenario, tmp_path: Path) -> None:
    coasts = (Region(name="East"), Region(name="West", utc_offset_hours=-8.0))
    write_run(attrs.evolve(tiny_scenario, regions=coasts), tmp_path / "west", only_region=2)
    Continuation.of(tmp_path / "west", 3).write(tmp_path / "second")
    assert read_log(tmp_path / "second" / OBSERVABLE_FILE).regions == [2]


# ---------------------------------------------------------------- at what cost


def test_only_the_days_that_follow_are_simulated(tiny_run: Path, tmp_path: Path) -> None:
    days = list[int]()
    Continuation.of(tiny_run, 3).write(tmp_path / "second", on_day=lambda done, _: days.append(done))
    assert len(days) == 3


@pytest.mark.parametrize("how", ["never kept", "damaged", "another scenario's"])
def test_where_no_state_was_kept_the_past_is_simulated_and_a_line_says_why(
    how: str, second: Path, tiny_scenario: Scenario, tmp_path: Path
) -> None:
    other = attrs.evolve(tiny_scenario, seed=5 if how.startswith("another") else tiny_scenario.seed)
    write_run(tiny_scenario, tmp_path / "first", state=how != "never kept")
    state = tmp_path / "first" / "truth" / "region-0001.state"
    if how == "damaged":
        state.write_bytes(state.read_bytes()[:-1])
    elif how != "never kept":
        write_run(other, tmp_path / "other")
        shutil.copyfile(tmp_path / "other" / "truth" / "region-0001.state", state)
    told = list[str]()
    Continuation.of(tmp_path / "first", DAYS).write(tmp_path / "second", tell=told.append)
    (line,) = told
    assert line.startswith(f"{state}: ")
    assert line.endswith("; so the past is simulated again")
    files = {path.relative_to(second) for path in second.rglob("*") if path.is_file() and path.name != "run.json"}
    assert all((tmp_path / "second" / name).read_bytes() == (second / name).read_bytes() for name in files)


def test_where_one_of_several_regions_cannot_go_on_all_are_simulated_again(
    tiny_scenario: Scenario, tmp_path: Path
) -> None:
    coasts = (Region(name="East"), Region(name="West", utc_offset_hours=-8.0))
    scenario = attrs.evolve(tiny_scenario, regions=coasts, days=3)
    write_run(scenario, tmp_path / "first", executor=InProcess())
    state = tmp_path / "first" / "truth" / "region-0002.state"
    state.write_bytes(state.read_bytes()[:-1])
    told = list[str]()
    Continuation.of(tmp_path / "first", 2).write(tmp_path / "second", tell=told.append)
    assert [line.partition(": ")[0] for line in told] == [str(state)]
    write_run(attrs.evolve(scenario, days=5), tmp_path / "both", executor=InProcess())
    assert same_logs(tmp_path / "second", tmp_path / "both")


# ---------------------------------------------------------------- a window that grows


def test_a_window_can_grow_by_a_day_each_night(tiny_run: Path, tiny_scenario: Scenario, tmp_path: Path) -> None:
    run = tiny_run
    for night in (1, 2):
        grown = Continuation.of(run, 1, window_start=tiny_scenario.start_date)
        run = grown.write(tmp_path / f"night-{night}").directory
    write_run(attrs.evolve(tiny_scenario, days=tiny_scenario.days + 2, ledger=""), tmp_path / "at once")
    files = {path.relative_to(run) for path in run.rglob("*") if path.is_file() and path.name != "run.json"}
    assert len(files) > 20
    assert [name for name in files if (tmp_path / "at once" / name).read_bytes() != (run / name).read_bytes()] == []


@pytest.mark.parametrize("day", ["2026-01-04", "2026-01-20"])
def test_a_window_opens_on_a_day_that_was_simulated(
    tiny_run: Path, day: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = mistake(capsys, "run", "--resume-from", tiny_run, "--window-start", day)
    assert f"--window-start: is {day}; allowed is from 2026-01-05, when the first window opened, to 2026-01-1" in told


# ---------------------------------------------------------------- the same past, another future


def of_days(run: Path, first: int, last: int) -> pa.Table:
    """What a run's log tells of days after the first opening."""
    log = read_log(run / OBSERVABLE_FILE)
    opening = datetime(2026, 1, 5)
    table = between(log.table, "timestamp", opening + timedelta(days=first), opening + timedelta(days=last))
    return table.drop_columns(["event_id", "triggered_by_event_id"])


def test_the_past_is_the_same_and_the_future_another(second: Path, tiny_run: Path, tmp_path: Path) -> None:
    days = read_record(tiny_run)["scenario"]["days"]
    other = Continuation.of(tiny_run, DAYS, overrides=["demand.factor=3.0"]).write(tmp_path / "other").directory
    assert of_days(other, -100, days).equals(of_days(second, -100, days))
    requests = [
        pc.sum(pc.equal(of_days(run, days, days + DAYS)["event_type"], "session_requested")).as_py()
        for run in (second, other)
    ]
    assert requests[1] > 1.5 * requests[0]


def test_another_future_is_what_its_scenario_says_from_the_beginning(tiny_run: Path, tmp_path: Path) -> None:
    changed = Continuation.of(tiny_run, DAYS, overrides=["churn.low_engagement=7.0"])
    run = changed.write(tmp_path / "resumed").directory
    write_run(changed.scenario, tmp_path / "whole")
    assert same_logs(run, tmp_path / "whole")
    assert [result.id for result in check_run(run, rerun=True) if not result.holds] == []


def test_the_future_can_be_like_another_scenario_s(tiny_run: Path, tiny_scenario: Scenario) -> None:
    like = attrs.evolve(
        tiny_scenario, seed=5, days=9, interventions=attrs.evolve(tiny_scenario.interventions, withheld=1.0)
    )
    (change,) = Continuation.of(tiny_run, DAYS, like=like).scenario.changes
    assert change.set == {"interventions": {"withheld": 1.0}}
    assert change.day == tiny_scenario.days


def test_a_scenario_that_changes_itself_is_no_future(tiny_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = mistake(capsys, "run", "--resume-from", tiny_run, "--scenario", "outage")
    assert told == "--scenario: outage changes in mid-month; allowed is a scenario without changes"


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("population.tutors=12", "--set: population.tutors is read as the world begins"),
        ("demand.factr=2.0", "--set: demand.factr is not a known key"),
        ("demand.factor=-2", "--set: demand.factor is -2"),
    ],
)
def test_what_cannot_change_in_a_world_that_has_begun_is_said(
    tiny_run: Path, override: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told in mistake(capsys, "run", "--resume-from", tiny_run, "--set", override)


# ---------------------------------------------------------------- what is refused


def assert_refused(run: Path, tmp_path: Path, words: str) -> None:
    told = list[str]()
    with pytest.raises(RunDirError, match=words) as raised:
        Continuation.of(run, DAYS).write(tmp_path / "second", tell=told.append)
    assert "\n" not in str(raised.value)
    assert not list(tmp_path.glob("second*"))


@pytest.mark.parametrize("place", [100, -1])
def test_a_log_that_tells_of_another_world_is_refused(own_run: Path, tmp_path: Path, place: int) -> None:
    def change(table: pa.Table) -> pa.Table:
        tutors = table["tutor_id"].to_pylist()
        tutors[place] = "T0999"
        return table.set_column(table.column_names.index("tutor_id"), "tutor_id", pa.array(tutors))

    retold(own_run, OBSERVABLE_FILE, change)
    assert_refused(own_run, tmp_path, "its log is not what version .* simulates")


def test_a_truth_part_that_lacks_an_event_is_refused(own_run: Path, tmp_path: Path) -> None:
    retold(own_run, TRUTH_FILE, lambda table: table.slice(1))
    assert_refused(own_run, tmp_path, "its log is not what version .* simulates")


@pytest.fixture(scope="module")
def late_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run at whose end sessions are under way: on a Friday most are wanted late, and tutors are open then."""
    weights = [0] * 8 + [1] * 14 + [20, 60]
    wanted = (f"demand.hours.{whose}_weekday={weights}" for whose in ("school", "grown_up"))
    settings = ("days=5", "matching.odd_hours_reliability=1", "matching.open_odd=1", *wanted)
    return write_run(load_scenario(TINY, settings), tmp_path_factory.mktemp("late") / "run").directory


@pytest.mark.parametrize(
    ("name", "lost"),
    [
        (OBSERVABLE_FILE, "session_completed"),
        (OBSERVABLE_FILE, "churn_scored"),
        (TRUTH_FILE, "tutor_state_recorded"),
    ],
)
def test_a_log_that_lacks_an_event_of_after_its_window_is_refused(
    late_run: Path, tmp_path: Path, name: str, lost: str
) -> None:
    own_run = Path(shutil.copytree(late_run, tmp_path / "own_run"))
    log = read_log(own_run / name, truth=name == TRUTH_FILE)
    rows = log.table.select(["event_type", "timestamp"]).to_pylist()
    place = max(place for place, row in enumerate(rows) if row["event_type"] == lost)
    assert rows[place]["timestamp"].isoformat() >= log.metadata.window_end
    retold(own_run, name, lambda table: table.take([other for other in range(len(rows)) if other != place]))
    assert_refused(own_run, tmp_path, "its log is not what version .* simulates")


def test_a_run_at_whose_end_sessions_are_under_way_is_gone_on_with(late_run: Path, tmp_path: Path) -> None:
    assert Continuation.of(late_run, 2).write(tmp_path / "second").record["window_start"] == "2026-01-10T00:00:00"


@pytest.mark.parametrize("followed", [2, 9])
def test_a_follow_up_that_lacks_an_event_is_refused(followed: int, tiny_scenario: Scenario, tmp_path: Path) -> None:
    write_run(attrs.evolve(tiny_scenario, follow_up_days=followed), tmp_path / "first")
    retold(tmp_path / "first", TRUTH_FILE, lambda table: table.slice(0, len(table) - 1))
    assert_refused(tmp_path / "first", tmp_path, "its log is not what version .* simulates")


def test_a_log_that_is_not_as_run_json_says_is_refused(own_run: Path, tmp_path: Path) -> None:
    (own_run / OBSERVABLE_FILE).write_bytes(b"PAR1")
    assert_refused(
        own_run, tmp_path, "event_log.parquet is not as run.json says; --resume-from goes on from whole runs"
    )


def test_a_scenario_that_was_edited_afterwards_is_refused(own_run: Path, tmp_path: Path) -> None:
    record = json.loads((own_run / "run.json").read_text(encoding="utf-8"))
    record["scenario"]["days"] += 2
    (own_run / "run.json").write_text(json.dumps(record), encoding="utf-8")
    assert_refused(own_run, tmp_path, "its scenario is not the one that was simulated")


def test_a_run_of_another_version_is_refused(own_run: Path, tmp_path: Path) -> None:
    record = json.loads((own_run / "run.json").read_text(encoding="utf-8"))
    (own_run / "run.json").write_text(json.dumps({**record, "version": "0.0.1"}), encoding="utf-8")
    assert_refused(own_run, tmp_path, "is of version 0.0.1; --resume-from goes on from runs of this version")


def test_more_days_than_a_window_may_have_are_refused(tiny_run: Path) -> None:
    with pytest.raises(ScenarioError, match=r"^--days: days is 1096; allowed is a whole number from 1 to 1095"):
        Continuation.of(tiny_run, 1096)


def test_a_later_window_has_no_ledger_whose_intervals_are_for_a_first_one() -> None:
    with pytest.raises(ScenarioError, match="earlier_days is 30; allowed is 0 with a ledger"):
        load_scenario(SCENARIOS / "dev.toml", ["earlier_days=30"])


# ---------------------------------------------------------------- the command


def test_the_command_writes_what_a_call_does(
    second: Path, tiny_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--days", str(DAYS), "--out", tmp_path / "run", "--quiet")
    assert answer(capsys, "run", "--resume-from", tiny_run, *options).code == 0
    assert lasting(tmp_path / "run") == lasting(second)


def test_a_continuation_goes_beside_its_run_unless_stated(
    tiny_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(tiny_run, tmp_path / "first")
    monkeypatch.chdir(tmp_path)
    answer(capsys, "run", "--resume-from", "first", "--days", "1", "--quiet")
    assert (tmp_path / "runs" / "tiny-seed7-from-2026-01-12" / "run.json").is_file()


def test_what_does_not_go_together_is_answered_by_one_line(
    tiny_run: Path, tiny_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = "--resume-from goes on with a run as it is; allowed are --days, --window-start, --set and --scenario"
    assert mistake(capsys, "run", tiny_file, "--resume-from", tiny_run) == alone
    assert mistake(capsys, "run", "--resume-from", tiny_run, "--seed", "1") == alone
    for option in ("--cluster", "--shared"):
        told = mistake(capsys, "run", "--resume-from", tiny_run, option, "somewhere")
        assert told.startswith("--cluster and --shared are for several regions")
    assert mistake(capsys, "run") == "name a SCENARIO file, or a run to go on with by --resume-from"
    assert mistake(capsys, "run", tiny_file, "--days", "3").startswith("--days is for --resume-from")
