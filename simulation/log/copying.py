"""Copying the beginning of a log, so that another log goes on from there."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from simulation.lib.arrow import os_file
from simulation.log.reading import as_written, log_is_at_fault
from simulation.log.schema import LogError
from simulation.log.sinks import Sink


def copy_rows(source: Path, sink: Sink, count: int) -> None:
    """Write the first `count` rows of one part of a log to a sink, one row group of the file at a time.

    The columns are the file's, the metadata the sink's. A log of several regions is to be split before.

    Raises LogError, with one line, where the file is missing or damaged or has fewer rows.
    """
    for chunk in _first_rows(source, count):
        sink.write(chunk)


def _first_rows(source: Path, count: int) -> Iterator[pa.Table]:
    with log_is_at_fault(source):
        file = pq.ParquetFile(os_file(source))
        schema = as_written(file.schema_arrow)
    if file.metadata.num_rows < count:
        raise LogError(f"{source}: has {file.metadata.num_rows:,} events; {count:,} or more are needed")
    for number in range(file.num_row_groups):
        if count <= 0:
            return
        with log_is_at_fault(source):
            rows = file.read_row_group(number, use_threads=False).cast(schema).slice(0, count)
        yield rows
        count -= len(rows)
