"""The append-only event log: two parts with one order, written in chunks, read back event type by event type."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.clock import DAY, HOUR, Clock
from simulation.contract.vocabulary import Vocabulary
from simulation.events import (
    TRUTH,
    Login,
    ProfileUpdated,
    SessionCompleted,
    StudentChurned,
    StudentJoined,
    StudentLeavingExplained,
    TutorLeavingExplained,
    TutorLeft,
    TutorNoShow,
    TutorTipped,
)
from simulation.log import (
    EVENTS_PER_REGION,
    OBSERVABLE_SCHEMA,
    TRUTH_SCHEMA,
    EventLog,
    Log,
    LogError,
    LogMetadata,
    MemorySink,
    ParquetSink,
    iterate,
    log_schema,
    read_log,
    schemas_of_files,
)
from simulation.log.schema import METADATA_KEY
from tests.hand_made_log import LogBuilder, at

CLOCK = Clock(datetime(2026, 1, 5), 0, 30 * DAY, timedelta(hours=-5))
METADATA = LogMetadata(
    seed=1, scenario="a", scenario_digest="d", version="v", log_start="2026-01-05T00:00:00",
    window_start="2026-01-05T00:00:00", window_end="2026-02-04T00:00:00", churn_rules={"rating_drop": 0.3},
)  # fmt: skip

LOGIN = Login("T0001", "laptop", "192.0.2.1")
LEFT = TutorLeft("T0001")
EXPLAINED = TutorLeavingExplained("T0001", "moved_on")
TIPPED = TutorTipped("T0001")


class Pair:
    """A log in memory, and what it holds."""

    def __init__(self, **options: Any) -> None:
        self.sinks = MemorySink(OBSERVABLE_SCHEMA), MemorySink(TRUTH_SCHEMA)
        self.log = EventLog(CLOCK, *self.sinks, **options)

    def write(self, *events: Any) -> None:
        for second, event in enumerate(events):
            self.log.write(second, event)

    def tables(self) -> tuple[pa.Table, pa.Table]:
        self.log.close()
        observable, truth = (sink.table() for sink in self.sinks)
        return observable, truth

    def ids(self) -> tuple[list[str], list[str]]:
        observable, truth = self.tables()
        return observable["event_id"].to_pylist(), truth["event_id"].to_pylist()


# ---------------------------------------------------------------- names and order


def test_observable_events_are_numbered_by_themselves() -> None:
    pair = Pair()
    pair.write(LOGIN, EXPLAINED, LOGIN, TIPPED, LEFT)
    assert pair.ids()[0] == ["EV000001", "EV000002", "EV000003"]


def test_an_event_of_the_truth_is_named_after_the_observable_one_before_it() -> None:
    pair = Pair()
    pair.write(TIPPED, LOGIN, EXPLAINED, TIPPED, LOGIN, EXPLAINED)
    assert pair.ids()[1] == ["EV000000T01", "EV000001T01", "EV000001T02", "EV000002T01"]


def test_the_log_knows_the_id_that_an_observable_event_was_given() -> None:
    pair = Pair()
    pair.write(LOGIN, LEFT, EXPLAINED)
    assert pair.log.last_event_id == "EV000002"


def test_each_region_has_ids_of_its_own() -> None:
    pair = Pair(region=3)
    pair.write(LOGIN, EXPLAINED)
    observable, truth = pair.tables()
    number = 2 * EVENTS_PER_REGION + 1
    assert (observable["event_id"].to_pylist(), truth["event_id"].to_pylist()) == ([f"EV{number}"], [f"EV{number}T01"])
    assert observable["region"].to_pylist() == [3]


def test_the_observable_part_is_the_same_whatever_the_truth_part_holds() -> None:
    told, untold = Pair(), Pair()
    for second in range(5):
        told.log.write(second, LOGIN)
        told.log.write(second, EXPLAINED)
        untold.log.write(second, LOGIN)
    assert told.tables()[0].equals(untold.tables()[0])


# ---------------------------------------------------------------- what a row says


def test_a_row_has_both_times_the_type_and_the_event_s_own_fields() -> None:
    pair = Pair()
    pair.log.write(DAY + HOUR, LOGIN)
    row = pair.tables()[0].to_pylist()[0]
    assert {name: value for name, value in row.items() if value is not None} == {
        "event_id": "EV000001", "region": 1, "event_type": "login",
        "timestamp": datetime(2026, 1, 6, 1), "time_utc": datetime(2026, 1, 6, 6),
        "tutor_id": "T0001", "device": "laptop", "ip_address": "192.0.2.1",
    }  # fmt: skip


def test_moments_are_written_as_local_times_even_those_before_the_log() -> None:
    pair = Pair()
    pair.write(StudentJoined("U00001", "College", -DAY), StudentJoined("U00002", "College", HOUR))
    assert pair.tables()[0]["joined_at"].to_pylist() == [datetime(2026, 1, 4), datetime(2026, 1, 5, 1)]


def test_a_key_that_does_not_apply_is_null() -> None:
    pair = Pair()
    pair.write(StudentChurned("U00001", None), StudentChurned("U00001", "S000010001"))
    observable = pair.tables()[0]
    assert observable["session_id"].to_pylist() == [None, "S000010001"]
    assert observable["tutor_id"].null_count == 2


def test_what_only_the_simulator_knows_has_no_column_in_the_observable_part() -> None:
    assert "persona" in TRUTH_SCHEMA.names
    assert "persona" not in OBSERVABLE_SCHEMA.names


def test_two_events_may_share_a_field_but_not_by_another_type() -> None:
    class Odd(Login):
        """An event that disagrees."""

        __annotations__ = {"tutor_id": str, "device": int}

    with pytest.raises(TypeError, match="device of odd is declared elsewhere as string"):
        log_schema((Login, Odd))


# ---------------------------------------------------------------- chunks

some_events = st.lists(st.sampled_from([LOGIN, LEFT, EXPLAINED, TIPPED, ProfileUpdated("T0002", "photo")]), max_size=24)


@settings(max_examples=30)
@given(some_events, st.integers(1, 25))
def test_the_rows_are_the_same_whatever_the_chunk_size(events: list[Any], chunk_events: int) -> None:
    whole, in_chunks = Pair(), Pair(chunk_events=chunk_events)
    whole.write(*events)
    in_chunks.write(*events)
    for one, other in zip(whole.tables(), in_chunks.tables(), strict=True):
        assert one.equals(other)


@pytest.mark.parametrize("region", [1, 2])
@pytest.mark.parametrize("chunk_events", [1, 7, 65_536])
def test_ids_are_the_same_whatever_the_chunk_size(region: int, chunk_events: int) -> None:
    # Hidden events before the first observable one, several in a row, and more of both than a chunk holds.
    events = [TIPPED, TIPPED, *([LOGIN] * 5 + [EXPLAINED] * 9 + [LEFT, TIPPED]) * 7]
    pair = Pair(chunk_events=chunk_events, region=region)
    observed, hidden = list[str](), list[str]()
    sequence, ordinal = (region - 1) * EVENTS_PER_REGION, 0
    for event in events:
        pair.write(event)
        if isinstance(event, TRUTH):
            ordinal += 1
            hidden.append(f"EV{sequence:06d}T{ordinal:02d}")
        else:
            sequence, ordinal = sequence + 1, 0
            observed.append(f"EV{sequence:06d}")
            assert pair.log.last_event_id == observed[-1]
    assert pair.ids() == (observed, hidden)


@settings(max_examples=30)
@given(some_events)
def test_rows_come_in_the_order_of_writing(events: list[Any]) -> None:
    pair = Pair()
    pair.write(*events)
    observable, truth = pair.tables()
    for table, hidden in ((observable, False), (truth, True)):
        seconds = [second for second, event in enumerate(events) if isinstance(event, TRUTH) == hidden]
        assert table["timestamp"].to_pylist() == [CLOCK.local(second) for second in seconds]


def test_no_more_events_of_a_part_wait_in_memory_than_a_chunk_holds() -> None:
    waiting: list[int] = []

    class Counting(MemorySink):
        def write(self, chunk: pa.Table) -> None:
            waiting.append(chunk.num_rows)

    log = EventLog(CLOCK, Counting(OBSERVABLE_SCHEMA), Counting(TRUTH_SCHEMA), chunk_events=10)
    for second in range(67):
        log.write(second, LOGIN if second % 5 else EXPLAINED)
    assert waiting == [10] * 6
    log.close()
    assert waiting[-2:] == [3, 4]


def test_a_log_in_which_nothing_happens_still_has_its_columns() -> None:
    observable, truth = Pair().tables()
    assert (observable.num_rows, truth.num_rows) == (0, 0)
    assert (observable.schema, truth.schema) == (OBSERVABLE_SCHEMA, TRUTH_SCHEMA)


# ---------------------------------------------------------------- the end of the window


def is_login(event: Any) -> bool:
    return isinstance(event, Login)


def test_after_the_window_only_what_belongs_to_it_is_observable() -> None:
    pair = Pair()
    pair.write(LOGIN, LEFT)
    pair.log.close_window(is_login, follow_up=False)
    for event in (LEFT, EXPLAINED, LOGIN, LEFT):
        pair.log.write(DAY, event)
    observable, truth = pair.tables()
    assert observable["event_type"].to_pylist() == ["login", "tutor_left", "login"]
    assert truth.num_rows == 0


def test_in_a_follow_up_the_truth_part_keeps_the_rest() -> None:
    pair = Pair()
    pair.write(LOGIN)
    pair.log.close_window(is_login, follow_up=True)
    for event in (LEFT, EXPLAINED, LOGIN, LEFT):
        pair.log.write(DAY, event)
    observable, truth = pair.tables()
    assert observable["event_id"].to_pylist() == ["EV000001", "EV000002"]
    assert truth["event_type"].to_pylist() == ["tutor_left", "tutor_leaving_explained", "tutor_left"]
    assert truth["event_id"].to_pylist() == ["EV000001T01", "EV000001T02", "EV000002T01"]


# ---------------------------------------------------------------- reading


def written(path: Path, *events: Any, truth: bool = False) -> Path:
    schema = TRUTH_SCHEMA if truth else OBSERVABLE_SCHEMA
    sink = ParquetSink(path, schema.with_metadata(METADATA.to_arrow()), group_rows=2)
    if truth:
        log = EventLog(CLOCK, MemorySink(OBSERVABLE_SCHEMA), sink)
    else:
        log = EventLog(CLOCK, sink, MemorySink(TRUTH_SCHEMA))
    for second, event in enumerate(events):
        log.write(second, event)
    log.close()
    return path


def test_a_log_on_disk_is_read_back_with_its_metadata(tmp_path: Path) -> None:
    log = read_log(written(tmp_path / "log.parquet", LOGIN, LEFT, LOGIN))
    assert log.metadata == METADATA
    assert log.table["event_type"].to_pylist() == ["login", "tutor_left", "login"]


def test_the_truth_part_is_read_as_such(tmp_path: Path) -> None:
    path = written(tmp_path / "log.parquet", LOGIN, EXPLAINED, truth=True)
    assert read_log(path, truth=True).table["reason"].to_pylist() == ["moved_on"]


def test_events_of_some_types_come_with_the_common_columns_and_their_own() -> None:
    pair = Pair()
    pair.write(LOGIN, LEFT, ProfileUpdated("T0002", "photo"), LOGIN)
    log = Log(pair.tables()[0], METADATA)
    found = log.events(Login, ProfileUpdated)
    assert found.column_names == [
        "event_id", "region", "time_utc", "timestamp", "event_type",
        "tutor_id", "device", "ip_address", "profile_section",
    ]  # fmt: skip
    assert found["event_id"].to_pylist() == ["EV000001", "EV000003", "EV000004"]
    assert log.events(Login, columns=["device"]).column_names == ["device"]
    assert log.events(SessionCompleted).num_rows == 0


def told_in_turn(path: Path) -> tuple[Log, Log]:
    """The same events in memory, and in a file whose row groups hold two of them each."""
    events = (LOGIN, LEFT, ProfileUpdated("T0002", "photo"), LOGIN, LEFT, Login("T0003", "tablet", "192.0.2.3"), LEFT)
    pair = Pair()
    pair.write(*events)
    return Log(pair.tables()[0], METADATA), read_log(written(path, *events))


@pytest.mark.parametrize("columns", [(), ("device", "tutor_id"), ("profile_section", "event_id", "timestamp")])
@pytest.mark.parametrize("event_types", [(Login,), (ProfileUpdated, Login), (Login, TutorLeft), (SessionCompleted,)])
def test_a_file_tells_the_events_of_some_types_as_memory_does(
    tmp_path: Path, event_types: tuple[type[Any], ...], columns: tuple[str, ...]
) -> None:
    in_memory, in_file = told_in_turn(tmp_path / "log.parquet")
    expected = in_memory.events(*event_types, columns=columns)
    assert in_file.events(*event_types, columns=columns) == expected
    assert in_file.events(*event_types, columns=columns).schema == expected.schema


def test_a_file_tells_all_events_as_memory_does(tmp_path: Path) -> None:
    in_memory, in_file = told_in_turn(tmp_path / "log.parquet")
    assert len(in_file) == len(in_memory) == 7
    assert in_file.table == in_memory.table
    assert in_file.heads == in_memory.heads
    assert in_file.heads.column_names == ["event_id", "region", "time_utc", "timestamp", "event_type"]


def test_a_log_of_no_rows_in_no_chunk_has_no_events() -> None:
    log = Log(pa.Table.from_batches([], OBSERVABLE_SCHEMA), METADATA)
    assert len(log) == len(log.table) == len(log.heads) == len(log.events(Login)) == 0


def test_a_column_is_read_when_it_is_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path / "log.parquet", LOGIN)
    content = bytearray(path.read_bytes())
    content[4:16] = bytes(12)  # the event ids come first
    path.write_bytes(content)
    log = read_log(path)
    assert log.events(Login, columns=["device"])["device"].to_pylist() == ["laptop"]
    with pytest.raises(LogError, match=r"log\.parquet: is not a whole Parquet file"):
        log.events(Login)


def test_with_its_warm_up_a_log_holds_the_same_events_in_a_window_that_begins_where_it_does() -> None:
    log = LogBuilder().tutor("T0001").session("S000001", at(-5)).observable
    wider = log.with_warm_up()
    assert wider.table.equals(log.table)
    assert wider.metadata == evolve(log.metadata, window_start=log.metadata.log_start)


def test_rows_are_told_without_what_does_not_apply() -> None:
    pair = Pair()
    pair.write(LEFT)
    assert list(iterate(Log(pair.tables()[0], METADATA))) == [
        {
            "event_id": "EV000001", "region": 1, "time_utc": datetime(2026, 1, 5, 5),
            "timestamp": datetime(2026, 1, 5), "event_type": "tutor_left", "tutor_id": "T0001",
        }
    ]  # fmt: skip


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(LogError, match=r"gone\.parquet: there is no such file"):
        read_log(tmp_path / "gone.parquet")


def test_a_truncated_file_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "log.parquet", *[LOGIN] * 10)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(LogError, match=r"log\.parquet: is not a whole Parquet file"):
        read_log(path)


def test_a_parquet_file_of_somebody_else_is_told(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "other.parquet")
    with pytest.raises(LogError, match=r"other\.parquet: is a Parquet file, but no event log of ours"):
        read_log(tmp_path / "other.parquet")


def test_a_log_of_another_schema_version_is_told(tmp_path: Path) -> None:
    later = evolve(METADATA, schema_version="999")
    ParquetSink(tmp_path / "later.parquet", OBSERVABLE_SCHEMA.with_metadata(later.to_arrow())).close()
    with pytest.raises(LogError, match="has schema version 999"):
        read_log(tmp_path / "later.parquet")


NAMED = evolve(METADATA, vocabulary=Vocabulary(subjects=("Kids' Piano", "🎹"), personas=("diva",)))


def test_both_parts_have_the_names_of_the_run_and_only_the_truth_has_personas(tmp_path: Path) -> None:
    for file, schema in zip(
        (tmp_path / "log.parquet", tmp_path / "truth.parquet"), schemas_of_files(NAMED), strict=True
    ):
        ParquetSink(file, schema).close()
    assert read_log(tmp_path / "log.parquet").metadata == NAMED.observable()
    assert read_log(tmp_path / "truth.parquet", truth=True).metadata == NAMED
    assert b"diva" not in (tmp_path / "log.parquet").read_bytes()


@pytest.mark.parametrize(
    ("vocabulary", "told"),
    [
        ({"subjects": ["a\x1b[2J"]}, r"its metadata is damaged: subjects: the name 'a\x1b[2J' has characters"),
        ({"columns": [{"table": "sessions", "name": "subject", "type": "boolean", "event": "login"}]},
         "its metadata is damaged: an extension adds the column subject, which sessions has already"),
        (["Math"], "its metadata is damaged: vocabulary: ['Math'] is no table"),
    ],
)  # fmt: skip
def test_a_vocabulary_that_is_none_is_told_in_a_line(vocabulary: Any, told: str, tmp_path: Path) -> None:
    stored = json.loads(METADATA.to_arrow()[METADATA_KEY]) | {"vocabulary": vocabulary}
    schema = OBSERVABLE_SCHEMA.with_metadata({METADATA_KEY: json.dumps(stored).encode()})
    ParquetSink(tmp_path / "log.parquet", schema).close()
    with pytest.raises(LogError) as raised:
        read_log(tmp_path / "log.parquet")
    assert str(raised.value).startswith(f"{tmp_path / 'log.parquet'}: {told}")
    assert str(raised.value).isprintable()


def test_the_two_parts_are_not_taken_for_each_other(tmp_path: Path) -> None:
    path = written(tmp_path / "log.parquet", LOGIN)
    with pytest.raises(LogError, match="columns are not those of an event log"):
        read_log(path, truth=True)


def test_columns_of_other_types_are_told(tmp_path: Path) -> None:
    place = OBSERVABLE_SCHEMA.get_field_index("region")
    other = OBSERVABLE_SCHEMA.set(place, pa.field("region", pa.string(), nullable=False))
    pq.write_table(other.empty_table().replace_schema_metadata(METADATA.to_arrow()), tmp_path / "log.parquet")
    with pytest.raises(LogError, match="columns are not those of an event log"):
        read_log(tmp_path / "log.parquet")


def test_an_event_of_no_declared_type_is_refused() -> None:
    with pytest.raises(KeyError):
        Pair().log.write(0, ("T0001",))


def test_ids_stay_apart_for_events_of_the_same_second() -> None:
    pair = Pair()
    for event in (TutorNoShow("T0001", "U00001", "S000010001", "Good"), EXPLAINED, TIPPED):
        pair.log.write(7, event)
    pair.log.write(7, StudentLeavingExplained("U00001", "own_reasons"))
    observable, truth = pair.ids()
    assert len(set(observable + truth)) == 4
