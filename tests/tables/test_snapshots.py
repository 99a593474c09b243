"""Tables as of an earlier moment: what a platform would have had then, and nothing of what came later."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.contract import EVERY_RUN, TABLE_NAMES, is_truth
from simulation.events import Login, SessionCompleted, TutorLeft
from simulation.execution.executors import InProcess
from simulation.log import OBSERVABLE_FILE, Log, read_log
from simulation.runs import RunDirError, read_record, reduce_as_of, reduce_daily, write_run
from simulation.scenario.loading import load_scenario
from simulation.tables import joined, reduce_observable
from simulation.tables.files import read_table
from simulation.validation.check import check_run
from simulation.validation.comparisons import reproducible
from tests.command_line import answer, mistake
from tests.conftest import TINY
from tests.hand_made_log import LogBuilder, at, local
from tests.run_files import files_of

OPENING, END = datetime(2026, 1, 5), datetime(2026, 1, 12)
DOCUMENTED = [name for name in TABLE_NAMES if not is_truth(name)]


def as_of(log: Log, moment: datetime) -> dict[str, pa.Table]:
    return joined(reduce_observable(log.as_of(moment)))


@pytest.fixture(scope="module")
def tiny_log(tiny_run: Path) -> Log:
    log = read_log(tiny_run / OBSERVABLE_FILE)
    return Log(log.table, log.metadata)


# ---------------------------------------------------------------- what was known


def test_nothing_that_happens_later_is_known(log: LogBuilder) -> None:
    for day in (3, 9):
        log.session(f"S00001000{day}", at(day, 17)).event(at(day, 8), Login("T0001", "web", "192.0.2.7"))
    log.event(at(9, 12), TutorLeft("T0001"))
    tables = as_of(log.observable, local(9, 10))
    assert tables["sessions"]["session_id"].to_pylist() == ["S000010003"]
    assert tables["tutor_aggregates"]["total_sessions_30d"].to_pylist() == [1]
    assert tables["tutor_profiles"]["last_login"].to_pylist() == [local(9, 8)]


def test_a_session_under_way_has_no_row_before_it_is_over(log: LogBuilder) -> None:
    log.session("S000010000", at(3, 17))
    (ends_at,) = log.observable.events(SessionCompleted)["timestamp"].to_pylist()
    assert len(as_of(log.observable, local(3, 17, 30))["sessions"]) == 0
    assert len(as_of(log.observable, ends_at)["sessions"]) == 0
    assert len(as_of(log.observable, ends_at + timedelta(seconds=1))["sessions"]) == 1


def test_a_log_that_is_whole_must_say_what_became_of_each_session(log: LogBuilder) -> None:
    log.booking("S000010000", at(3, 17))
    assert len(as_of(log.observable, local(4))["sessions"]) == 0
    with pytest.raises(ValueError, match="leaves open what became of session S000010000"):
        as_of(log.observable, local(30))


@given(hours=st.integers(1, 7 * 24 - 1), kept=st.floats(0, 1), seed=st.integers(0, 99))
@settings(max_examples=15)
def test_no_table_depends_on_what_happens_after_its_moment(tiny_log: Log, hours: int, kept: float, seed: int) -> None:
    moment = OPENING + timedelta(hours=hours)
    earlier = pc.less(tiny_log.table["timestamp"], pa.scalar(moment, pa.timestamp("s")))
    some_later = pa.array(np.random.default_rng(seed).random(len(tiny_log)) < kept)
    other_future = Log(tiny_log.table.filter(pc.or_(earlier, some_later)), tiny_log.metadata)
    assert as_of(other_future, moment) == as_of(tiny_log, moment)


def test_a_longer_run_had_the_same_tables_at_the_same_moment(tiny_log: Log, tmp_path: Path) -> None:
    longer = write_run(load_scenario(TINY, ["days=10"]), tmp_path / "longer").directory
    for moment in (datetime(2026, 1, 9, 12), datetime(2026, 1, 11)):
        assert as_of(read_log(longer / OBSERVABLE_FILE), moment) == as_of(tiny_log, moment)


def test_regions_are_cut_at_their_own_local_time(tiny_log: Log) -> None:
    moved = pc.add(tiny_log.table["timestamp"], pa.scalar(3 * 3600, pa.duration("s")))
    ids = pc.replace_substring(tiny_log.table["event_id"], "EV", "EV1")
    second = tiny_log.table.set_column(0, tiny_log.schema.field("event_id"), ids)
    second = second.set_column(1, tiny_log.schema.field("region"), pa.array([2] * len(second)))
    second = second.set_column(3, tiny_log.schema.field("timestamp"), moved)
    both = Log(pa.concat_tables([tiny_log.table, second]), tiny_log.metadata).as_of(datetime(2026, 1, 9))
    for number in both.regions:
        assert both.of_region(number).breaks_off
        assert max(both.of_region(number).table["timestamp"].to_pylist()) < datetime(2026, 1, 9)


# ---------------------------------------------------------------- in files


def test_at_the_windows_end_the_files_are_the_runs_own(own_run: Path) -> None:
    made = reduce_as_of(own_run, "2026-01-12").directory
    assert made == own_run / "as-of" / "2026-01-12"
    own = {name: content for name, content in files_of(own_run).items() if name.split(".")[0] in DOCUMENTED}
    again = files_of(made)
    described = json.loads(again.pop("as_of.json"))
    assert len(own) == 2 * len(DOCUMENTED)
    assert again == own
    assert described["rows"] == {name: read_record(own_run)["rows"][name] for name in DOCUMENTED}
    assert described["files"].items() <= read_record(own_run)["files"].items()


def test_the_files_give_nothing_of_the_truth_away(own_run: Path) -> None:
    made = reduce_as_of(own_run, "2026-01-09T12:30", formats=["csv"]).directory
    assert made.name == "2026-01-09T1230"
    assert set(files_of(made)) == {"as_of.json", *(f"{name}.csv" for name in DOCUMENTED)}
    assert set(json.loads((made / "as_of.json").read_text())) == {"as_of", "rows", "files"}


def test_a_run_is_as_it_was_when_tables_were_made_as_of_a_moment(own_run: Path, tiny_run: Path) -> None:
    reduce_as_of(own_run, "2026-01-09")
    reduce_daily(own_run)
    assert all(rule.holds for rule in check_run(own_run))
    assert reproducible(own_run, tiny_run) == []


@pytest.mark.parametrize("regions", [1, 2])
def test_daily_snapshots_are_the_aggregates_of_each_midnight(regions: int, tmp_path: Path) -> None:
    scenario = load_scenario(TINY)
    several = tuple(attrs.evolve(scenario.regions[0], name=f"Region {number}") for number in range(regions))
    run = write_run(attrs.evolve(scenario, regions=several), tmp_path / "run", executor=InProcess()).directory
    snapshots = read_table(reduce_daily(run).directory, EVERY_RUN.requested["tutor_snapshots"])
    log = read_log(run / OBSERVABLE_FILE)
    midnights = [OPENING + timedelta(days=day) for day in range(1, 8)]
    assert set(snapshots["as_of"].to_pylist()) == set(midnights)
    for midnight in midnights:
        of_then = snapshots.filter(pc.equal(snapshots["as_of"], pa.scalar(midnight, pa.timestamp("s"))))
        assert of_then.drop_columns(["as_of"]) == as_of(log, midnight)["tutor_aggregates"]


# ---------------------------------------------------------------- mistakes, and the command


@pytest.mark.parametrize("moment", ["soon", "2026-13-01", "2026-01-09T12:00:30Z"])
def test_what_is_no_moment_is_told(own_run: Path, moment: str) -> None:
    with pytest.raises(RunDirError, match=f"^--as-of: '{moment}' .*; allowed are YYYY-MM-DD, "):
        reduce_as_of(own_run, moment)


def test_a_moment_may_have_seconds_and_goes_by_one_name_however_it_is_written(own_run: Path) -> None:
    made = reduce_as_of(own_run, "2026-01-09T12:30:59")
    assert made.directory == own_run / "as-of" / "2026-01-09T123059"
    assert made.record["as_of"] == "2026-01-09T12:30:59"
    assert reduce_as_of(own_run, "2026-01-09 00:00:00").directory == own_run / "as-of" / "2026-01-09"
    with pytest.raises(RunDirError, match="exists"):
        reduce_as_of(own_run, "2026-01-09")


@pytest.mark.parametrize("moment", ["2026-01-05", "2026-01-12T00:01", "2025-12-30"])
def test_a_moment_outside_the_window_is_told(own_run: Path, moment: str) -> None:
    expected = f"^--as-of: {moment} is not in the run's window; allowed is after 2026-01-05, up to 2026-01-12$"
    with pytest.raises(RunDirError, match=expected):
        reduce_as_of(own_run, moment)


def test_what_is_there_is_replaced_only_if_asked_for_and_only_if_it_was_made_so(own_run: Path) -> None:
    made = reduce_daily(own_run).directory
    before = files_of(made)
    with pytest.raises(RunDirError, match="exists"):
        reduce_daily(own_run)
    assert files_of(reduce_daily(own_run, force=True).directory) == before
    with pytest.raises(RunDirError, match="is no run, so it stays"):
        reduce_daily(own_run, own_run, force=True)


def test_the_command_makes_them_and_says_where(capsys: pytest.CaptureFixture[str], own_run: Path) -> None:
    code, out, _ = answer(capsys, "reduce", own_run, "--as-of", "2026-01-09", "--out", own_run.parent / "then")
    assert code == 0
    assert str(own_run.parent / "then") in out
    assert answer(capsys, "reduce", own_run, "--snapshots", "daily", "--quiet").out == ""
    assert (own_run / "as-of" / "daily" / "tutor_snapshots.csv").is_file()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--as-of", "2026-01-09", "--snapshots", "daily"], "--as-of and --snapshots are two things"),
        (["--force"], "--out and --force are for --as-of and --snapshots"),
        (["--as-of", "then"], "--as-of: 'then' is no moment"),
    ],
)
def test_the_command_answers_mistakes_in_one_line(
    capsys: pytest.CaptureFixture[str], own_run: Path, options: list[str], told: str
) -> None:
    assert mistake(capsys, "reduce", own_run, *options).startswith(told)


def test_there_are_no_snapshots_of_what_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(RunDirError, match="there is no such directory"):
        reduce_daily(tmp_path / "nothing")
    with pytest.raises(RunDirError, match=r"event_log\.parquet: there is no such file"):
        reduce_as_of(tmp_path, "2026-01-09")
