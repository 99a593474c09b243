"""A log that goes on from the state of another: rows, ids and files are those of a log that was never interrupted."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.clock import DAY, Clock
from simulation.events import (
    Login,
    ProfileUpdated,
    StudentJoined,
    TutorLeavingExplained,
    TutorLeft,
    TutorTipped,
)
from simulation.log import (
    EVENTS_PER_REGION,
    OBSERVABLE_SCHEMA,
    TRUTH_SCHEMA,
    EventLog,
    LogError,
    LogState,
    MemorySink,
    ParquetSink,
    copy_rows,
)

CLOCK = Clock(datetime(2026, 1, 5), 0, 30 * DAY, timedelta(hours=-5))
LOGIN = Login("T0001", "laptop", "192.0.2.1")
EVENTS = [
    LOGIN, TutorLeft("T0001"), StudentJoined("U00001", "College", -DAY), ProfileUpdated("T0002", "photo"),
    TutorLeavingExplained("T0001", "moved_on"), TutorTipped("T0001"),
]  # fmt: skip

# Events, and how many of them come before each interruption, and before the window's end.
stories = st.lists(st.sampled_from(EVENTS), max_size=40)
places = st.integers(0, 40)


def is_login(event: Any) -> bool:
    return isinstance(event, Login)


def told(
    story: list[Any], cuts: list[int], *, closes: int = 99, follow_up: bool = False, **options: Any
) -> tuple[list[pa.Table], list[str]]:
    """Both parts of a log of a story, by a new log from each cut on; and the last event's id after each event."""
    sinks = MemorySink(OBSERVABLE_SCHEMA), MemorySink(TRUTH_SCHEMA)
    ids = []
    log = EventLog(CLOCK, *sinks, **options)
    for place, event in enumerate(story):
        if place in cuts:
            log = EventLog(CLOCK, *sinks, **options, state=log.state())
        if place == closes or (place in cuts and place > closes):
            log.close_window(is_login, follow_up=follow_up)
        log.write(place, event)
        ids.append(log.last_event_id)
    log.close()
    return [sink.table() for sink in sinks], ids


@given(story=stories, cuts=st.lists(places, max_size=4), region=st.integers(1, 3), chunk_events=st.integers(1, 12))
@settings(max_examples=60)
def test_rows_and_ids_are_the_same_wherever_a_log_is_interrupted(
    story: list[Any], cuts: list[int], region: int, chunk_events: int
) -> None:
    assert told(story, cuts, region=region, chunk_events=chunk_events) == told(story, [], region=region)


@given(story=stories, cuts=st.lists(places, max_size=3), closes=places, follow_up=st.booleans())
@settings(max_examples=60)
def test_so_they_are_before_and_after_the_window_s_end(
    story: list[Any], cuts: list[int], closes: int, follow_up: bool
) -> None:
    options: dict[str, Any] = {"closes": closes, "follow_up": follow_up}
    assert told(story, cuts, **options) == told(story, [], **options)


def test_a_state_tells_the_last_numbers_and_the_rows_of_each_part() -> None:
    sinks = MemorySink(OBSERVABLE_SCHEMA), MemorySink(TRUTH_SCHEMA)
    log = EventLog(CLOCK, *sinks, region=2)
    assert log.state() == LogState(EVENTS_PER_REGION, 0, 0, 0)
    for second, event in enumerate([TutorTipped("T0001"), LOGIN, LOGIN, TutorTipped("T0001"), TutorTipped("T0001")]):
        log.write(second, event)
    assert log.state() == LogState(EVENTS_PER_REGION + 2, 2, 2, 3)
    assert [len(sink.table()) for sink in sinks] == [2, 3]


def test_after_an_interruption_chunks_end_where_they_would_have() -> None:
    sizes = []

    class Counting(MemorySink):
        def write(self, chunk: pa.Table) -> None:
            sizes.append(len(chunk))

    sinks = Counting(OBSERVABLE_SCHEMA), Counting(TRUTH_SCHEMA)
    log = EventLog(CLOCK, *sinks, chunk_events=10)
    for second in range(4):
        log.write(second, LOGIN)
    later = EventLog(CLOCK, *sinks, chunk_events=10, state=log.state())
    for second in range(4, 25):
        later.write(second, LOGIN)
    assert sizes == [4, 6, 10]


# ---------------------------------------------------------------- files


def in_files(directory: Path, days: bytes) -> tuple[list[Path], tuple[ParquetSink, ParquetSink]]:
    """The files of both parts of a log in a new directory, in row groups of eight rows, and what writes to them."""
    directory.mkdir()
    paths = [directory / "observable.parquet", directory / "truth.parquet"]
    observable, truth = (schema.with_metadata({b"days": days}) for schema in (OBSERVABLE_SCHEMA, TRUTH_SCHEMA))
    return paths, (ParquetSink(paths[0], observable, 8), ParquetSink(paths[1], truth, 8))


def write_all(log: EventLog, story: list[Any], since: int = 0) -> None:
    """Write the events of a story from some place on."""
    for second, event in enumerate(story[since:], since):
        log.write(second, event)


@given(story=st.lists(st.sampled_from(EVENTS), max_size=60), cut=places, more=places)
@settings(max_examples=25)
def test_a_log_that_goes_on_from_the_rows_so_far_has_the_bytes_of_one_that_was_written_at_once(
    story: list[Any], cut: int, more: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    directory = tmp_path_factory.mktemp("states")
    expected, sinks = in_files(directory / "at-once", b"92")
    log = EventLog(CLOCK, *sinks)
    write_all(log, story)
    log.close()

    earlier, sinks = in_files(directory / "earlier", b"62")
    log = EventLog(CLOCK, *sinks)
    write_all(log, story[:cut])
    state = log.state()
    write_all(log, story[: cut + more], cut)
    log.close()

    later, sinks = in_files(directory / "later", b"92")
    for path, sink, count in zip(earlier, sinks, (state.observable_rows, state.truth_rows), strict=True):
        copy_rows(path, sink, count)
    log = EventLog(CLOCK, *sinks, state=state)
    write_all(log, story, cut)
    log.close()
    assert [path.read_bytes() for path in later] == [path.read_bytes() for path in expected]


def file_of(path: Path, count: int) -> Path:
    """A file of so many logins, in row groups of eight."""
    log = EventLog(CLOCK, ParquetSink(path, OBSERVABLE_SCHEMA, 8), MemorySink(TRUTH_SCHEMA))
    write_all(log, [LOGIN] * count)
    log.close()
    return path


@pytest.mark.parametrize("count", [0, 5, 8, 20])
def test_the_first_rows_are_copied_a_row_group_at_a_time(tmp_path: Path, count: int) -> None:
    sizes = []

    class Counting(MemorySink):
        def write(self, chunk: pa.Table) -> None:
            sizes.append(len(chunk))
            super().write(chunk)

    path = file_of(tmp_path / "log.parquet", 20)
    sink = Counting(OBSERVABLE_SCHEMA)
    copy_rows(path, sink, count)
    assert sink.table() == pq.read_table(path).cast(OBSERVABLE_SCHEMA).slice(0, count)
    assert sum(sizes) == count
    assert max(sizes, default=0) <= 8


def test_a_file_that_has_fewer_rows_is_told_before_anything_is_copied(tmp_path: Path) -> None:
    sink = MemorySink(OBSERVABLE_SCHEMA)
    with pytest.raises(LogError, match=r"log\.parquet: has 20 events; 21 or more are needed"):
        copy_rows(file_of(tmp_path / "log.parquet", 20), sink, 21)
    assert len(sink.table()) == 0


def test_a_missing_file_and_a_damaged_one_are_told(tmp_path: Path) -> None:
    sink = MemorySink(OBSERVABLE_SCHEMA)
    with pytest.raises(LogError, match=r"gone\.parquet: there is no such file"):
        copy_rows(tmp_path / "gone.parquet", sink, 1)
    path = file_of(tmp_path / "log.parquet", 20)
    content = bytearray(path.read_bytes())
    content[4:16] = bytes(12)  # the event ids come first
    path.write_bytes(content)
    with pytest.raises(LogError, match=r"log\.parquet: is not a whole Parquet file"):
        copy_rows(path, sink, 1)


def test_a_disk_without_room_is_not_taken_for_a_fault_of_the_log(tmp_path: Path) -> None:
    class Full(MemorySink):
        def write(self, chunk: pa.Table) -> None:
            raise OSError(f"no space left for {len(chunk)} rows")

    with pytest.raises(OSError, match="no space left"):
        copy_rows(file_of(tmp_path / "log.parquet", 1), Full(OBSERVABLE_SCHEMA), 1)
