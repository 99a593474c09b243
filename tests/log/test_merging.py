"""Several regions' logs become one, and one log those of its regions."""

from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.clock import DAY, HOUR, Clock
from simulation.events import InterventionResponded, Login, StudentJoined, TutorLeft, TutorTipped
from simulation.log import OBSERVABLE_SCHEMA, TRUTH_SCHEMA, EventLog, MemorySink, ParquetSink, copy_rows
from simulation.log import merging as merging_module
from simulation.log import sinks as sinks_module
from simulation.log.merging import merge_logs, merged, split_log

OFFSETS = (-5, 5.5, -8, 0)
SCHEMA = OBSERVABLE_SCHEMA.with_metadata({b"of": b"all regions"})

# What happens in a region: seconds from one event to the next, often none at all, and what kind of event it is.
Story = list[tuple[int, int]]
stories = st.lists(
    st.lists(st.tuples(st.sampled_from([0, 0, 0, 1, 1800, 3600, DAY]), st.integers(0, 4)), max_size=60),
    min_size=1, max_size=4,
)  # fmt: skip


def event(region: int, kind: int, second: int) -> Any:
    """An event of one of some kinds, with other columns than the next."""
    tutor = f"T{(region - 1) * 10**6 + second % 7 + 1:04d}"
    return [
        Login(tutor, "laptop", "192.0.2.1"),
        TutorLeft(tutor),
        StudentJoined(f"U{second:05d}", "High School", second),
        InterventionResponded(tutor, f"INT{second:06d}", "positive", 'says "ü", and more'),
        InterventionResponded(tutor, f"INT{second:06d}", "positive", None),
    ][kind]


def logged(region: int, story: Story) -> pa.Table:
    """A region's log, in its own local time."""
    clock = Clock(datetime(2026, 1, 5), 0, 30 * DAY, timedelta(hours=OFFSETS[region - 1]))
    observable, truth = MemorySink(OBSERVABLE_SCHEMA), MemorySink(TRUTH_SCHEMA)
    log = EventLog(clock, observable, truth, region)
    second = 0
    for pause, kind in story:
        second += pause
        log.write(second, event(region, kind, second))
    log.close()
    return observable.table()


def in_files(directory: Path, logs: list[pa.Table]) -> list[Path]:
    """Files to be merged, one per log."""
    paths = [directory / f"region-{number}.parquet" for number in range(1, len(logs) + 1)]
    for path, log in zip(paths, logs, strict=True):
        with closing(ParquetSink(path, OBSERVABLE_SCHEMA)) as sink:
            sink.write(log)
    return paths


def in_order(logs: list[pa.Table]) -> list[dict[str, Any]]:
    """All rows by time_utc, region, and place within the region."""
    rows = [(row["time_utc"], row["region"], place, row) for log in logs for place, row in enumerate(log.to_pylist())]
    return [row for *_, row in sorted(rows, key=lambda one: one[:3])]


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few rows need many pieces, row groups, and rounds of merging."""
    monkeypatch.setattr(merging_module, "_PIECE", 8)
    monkeypatch.setattr(merging_module, "_IN_ORDER", 16)
    monkeypatch.setattr(sinks_module, "ROW_GROUP", 16)
    monkeypatch.setattr(merging_module, "_AT_ONCE", 3)


# ---------------------------------------------------------------- merging


@given(stories=stories)
def test_every_region_s_rows_come_as_they_are_in_the_order_of_time_region_and_sequence(
    stories: list[Story], tmp_path_factory: pytest.TempPathFactory
) -> None:
    directory = tmp_path_factory.mktemp("merge")
    logs = [logged(number, story) for number, story in enumerate(stories, 1)]
    files = in_files(directory, logs)
    merge_logs(files, directory / "log.parquet", SCHEMA)
    found = pq.read_table(directory / "log.parquet").cast(OBSERVABLE_SCHEMA)
    found.validate(full=True)
    assert found.to_pylist() == in_order(logs)
    assert {path.name for path in directory.iterdir()} == {path.name for path in files} | {"log.parquet"}


@given(stories=stories)
def test_in_memory_the_order_is_the_same(stories: list[Story]) -> None:
    logs = [logged(number, story) for number, story in enumerate(stories, 1)]
    assert merged(pa.concat_tables(logs)).to_pylist() == in_order(logs)


def test_local_midnights_come_in_the_order_in_which_the_sun_rises(tmp_path: Path) -> None:
    logs = [logged(number, [(0, 0), (1, 1)]) for number in (1, 2, 3, 4)]
    merge_logs(in_files(tmp_path, logs), tmp_path / "log.parquet", SCHEMA)
    table = pq.read_table(tmp_path / "log.parquet")
    assert table["region"].to_pylist() == [2, 2, 4, 4, 1, 1, 3, 3]
    assert table["event_id"].to_pylist()[:3] == ["EV1000000000001", "EV1000000000002", "EV3000000000001"]


def test_files_are_the_same_bytes_however_the_regions_are_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    logs = [logged(number, [(7 * number, row % 5) for row in range(50)]) for number in (1, 2, 3, 4)]
    written = []
    for piece, at_once in ((8, 3), (5, 2), (1000, 100)):
        monkeypatch.setattr(merging_module, "_PIECE", piece)
        monkeypatch.setattr(merging_module, "_AT_ONCE", at_once)
        merge_logs(in_files(tmp_path, logs), tmp_path / "log.parquet", SCHEMA)
        written.append((tmp_path / "log.parquet").read_bytes())
    with closing(ParquetSink(tmp_path / "at_once.parquet", SCHEMA)) as sink:
        sink.write(merged(pa.concat_tables(logs)))
    written.append((tmp_path / "at_once.parquet").read_bytes())
    assert len(set(written)) == 1


def test_no_more_rows_are_put_in_order_at_once_than_it_takes_and_a_piece_of_each_region(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where all regions' rows are of one moment, as at the start, when whole populations join."""
    written = []

    class Counting(ParquetSink):
        def write(self, chunk: pa.Table) -> None:
            written.append(len(chunk))
            super().write(chunk)

    monkeypatch.setattr(merging_module, "ParquetSink", Counting)
    logs = [logged(number, [(hours * HOUR, 0), *[(0, 0)] * 59]) for number, hours in ((1, 3), (3, 0), (4, 8))]
    merge_logs(in_files(tmp_path, logs), tmp_path / "log.parquet", SCHEMA)
    assert len(pq.read_table(tmp_path / "log.parquet")["time_utc"].unique()) == 1
    assert sum(written) == 180
    assert max(written) <= 16 + 3 * 8


def test_a_log_without_events_is_merged_to_one_without_events(tmp_path: Path) -> None:
    merge_logs(in_files(tmp_path, [logged(1, []), logged(2, [])]), tmp_path / "log.parquet", SCHEMA)
    assert len(pq.read_table(tmp_path / "log.parquet")) == 0


# ---------------------------------------------------------------- splitting


@given(stories=stories)
@settings(max_examples=20)
def test_a_merged_log_is_split_into_what_it_was_merged_from(
    stories: list[Story], tmp_path_factory: pytest.TempPathFactory
) -> None:
    directory = tmp_path_factory.mktemp("split")
    logs = [logged(number, story) for number, story in enumerate(stories, 1)]
    merge_logs(in_files(directory, logs), directory / "log.parquet", SCHEMA)
    targets = {number: directory / f"{number}.parquet" for number in range(1, len(logs) + 1)}
    split_log(directory / "log.parquet", targets, OBSERVABLE_SCHEMA)
    for number, path in targets.items():
        assert pq.read_table(path).cast(OBSERVABLE_SCHEMA) == logs[number - 1]
        assert pq.read_schema(path).metadata[b"of"] == b"all regions"


def test_what_only_the_simulator_knows_is_merged_and_split_likewise(tmp_path: Path) -> None:
    parts = []
    for number in (1, 2):
        observable, truth = MemorySink(OBSERVABLE_SCHEMA), MemorySink(TRUTH_SCHEMA)
        log = EventLog(Clock(datetime(2026, 1, 5), 0, DAY), observable, truth, number)
        for second in range(3):
            log.write(second, TutorTipped(f"T{number}"))
        log.close()
        with closing(ParquetSink(tmp_path / f"region-{number}.parquet", TRUTH_SCHEMA)) as sink:
            sink.write(truth.table())
        parts.append(truth.table())
    files = [tmp_path / "region-1.parquet", tmp_path / "region-2.parquet"]
    merge_logs(files, tmp_path / "truth.parquet", TRUTH_SCHEMA)
    table = pq.read_table(tmp_path / "truth.parquet")
    assert table["event_id"].to_pylist()[:3] == ["EV000000T01", "EV1000000000000T01", "EV000000T02"]
    targets = {number: tmp_path / f"{number}.parquet" for number in (1, 2)}
    split_log(tmp_path / "truth.parquet", targets, TRUTH_SCHEMA)
    assert [pq.read_table(path).cast(TRUTH_SCHEMA) for path in targets.values()] == parts


def test_of_a_region_s_part_that_was_split_off_the_first_rows_make_the_file_that_the_region_would_have_written(
    tmp_path: Path,
) -> None:
    logs = [logged(number, [(7 * number, row % 5) for row in range(50)]) for number in (1, 2, 3, 4)]
    merge_logs(in_files(tmp_path, logs), tmp_path / "log.parquet", SCHEMA)
    targets = {number: tmp_path / f"{number}.parquet" for number in (1, 2, 3, 4)}
    split_log(tmp_path / "log.parquet", targets, OBSERVABLE_SCHEMA)
    with closing(ParquetSink(tmp_path / "copied.parquet", OBSERVABLE_SCHEMA)) as copied:
        copy_rows(targets[3], copied, 40)
    with closing(ParquetSink(tmp_path / "own.parquet", OBSERVABLE_SCHEMA)) as own:
        own.write(logs[2].slice(0, 40))
    assert (tmp_path / "copied.parquet").read_bytes() == (tmp_path / "own.parquet").read_bytes()
