"""Files of logs: their bytes depend on the rows alone, however they were handed on."""

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.clock import DAY, Clock
from simulation.events import InterventionResponded, Login, StudentChurned, StudentJoined, TutorTipped
from simulation.log import OBSERVABLE_SCHEMA, TRUTH_SCHEMA, EventLog, MemorySink, ParquetSink

GROUP = 16
SCHEMA = OBSERVABLE_SCHEMA.with_metadata({b"of": b"a region"})


def rows(count: int) -> pa.Table:
    """An observable part of so many rows, of events with few fields in common, some of them null."""
    sink = MemorySink(OBSERVABLE_SCHEMA)
    log = EventLog(Clock(datetime(2026, 1, 5), 0, 30 * DAY, timedelta(0)), sink, MemorySink(TRUTH_SCHEMA))
    for second in range(count):
        log.write(
            second,
            [
                Login(f"T{second:04d}", "laptop", "192.0.2.1"),
                StudentJoined(f"U{second % 3:05d}", "High School", -second),
                StudentChurned("U00001", None if second % 2 else "S000010001"),
                InterventionResponded("T0001", "INT000001", "positive", None if second % 2 else 'says "ü"'),
            ][second % 4],
        )
    log.close()
    return sink.table().combine_chunks()


def written(path: Path, chunks: Sequence[pa.Table]) -> bytes:
    """The bytes of the file into which chunks were written."""
    with closing(ParquetSink(path, SCHEMA, GROUP)) as sink:
        for chunk in chunks:
            sink.write(chunk)
    return path.read_bytes()


@given(count=st.integers(0, 70), cuts=st.lists(st.integers(0, 70), max_size=8))
@settings(max_examples=40)
def test_the_bytes_of_a_file_are_the_same_wherever_chunks_end(
    count: int, cuts: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    directory = tmp_path_factory.mktemp("cut")
    table = rows(count)
    ends = sorted(min(cut, count) for cut in cuts)
    chunks = [table.slice(start, end - start) for start, end in zip([0, *ends], [*ends, count], strict=True)]
    assert written(directory / "cut.parquet", chunks) == written(directory / "whole.parquet", [table])


def test_row_groups_have_a_fixed_number_of_rows_and_the_last_has_the_rest(tmp_path: Path) -> None:
    written(tmp_path / "log.parquet", [rows(40), rows(3)])
    metadata = pq.read_metadata(tmp_path / "log.parquet")
    assert [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)] == [16, 16, 11]
    assert pq.read_schema(tmp_path / "log.parquet").metadata[b"of"] == b"a region"


def test_a_file_has_what_was_written(tmp_path: Path) -> None:
    table = rows(50)
    written(tmp_path / "log.parquet", [table])
    found = pq.read_table(tmp_path / "log.parquet").cast(OBSERVABLE_SCHEMA)
    found.validate(full=True)
    assert found == table


def test_rows_that_went_to_the_file_are_kept_no_longer(tmp_path: Path) -> None:
    with closing(ParquetSink(tmp_path / "log.parquet", SCHEMA, GROUP)) as sink:
        before = pa.total_allocated_bytes()
        sink.write(rows(GROUP))
        whole = pa.total_allocated_bytes() - before
        sink.write(rows(GROUP - 1))
        assert whole < pa.total_allocated_bytes() - before


def test_what_is_in_the_truth_part_alone_is_written_alike(tmp_path: Path) -> None:
    with closing(ParquetSink(tmp_path / "truth.parquet", TRUTH_SCHEMA, GROUP)) as sink:
        log = EventLog(Clock(datetime(2026, 1, 5), 0, DAY), MemorySink(OBSERVABLE_SCHEMA), sink)
        for second in range(20):
            log.write(second, TutorTipped("T0001"))
        log.state()
        log.write(20, TutorTipped("T0002"))
        log.state()
    assert pq.read_table(tmp_path / "truth.parquet")["tutor_id"].to_pylist() == ["T0001"] * 20 + ["T0002"]
