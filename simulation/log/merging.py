"""Several regions' logs -> one, in the order of time_utc, region and sequence; and back again.

The files of all regions are read side by side, a piece at a time of the region that is furthest behind, and written in
row groups of a fixed size: memory does not grow with the length of the logs, and the bytes do not depend on how the
regions' own files are cut.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from simulation.lib.arrow import os_file
from simulation.log.sinks import ParquetSink

# Rows of a piece: few enough to hold a piece of so many files at once, many enough for columns to pay.
_PIECE = 2_048
_AT_ONCE = 16
# So many rows are put in order at a time, or what waits of all pieces if that is more.
_IN_ORDER = 49_152

# So many files are written at once when a log is split, with at most so many rows waiting for each.
_SPLIT_AT_ONCE = 256
_SPLIT_ROW_GROUP = 4_096


def merge_logs(sources: Sequence[Path], target: Path, schema: pa.Schema) -> None:
    """Merge one part of several regions' logs. `schema` is the part's, with its metadata."""
    with TemporaryDirectory(prefix=".merge-", dir=target.parent) as scratch:
        while len(sources) > _AT_ONCE:
            some = Path(scratch) / f"{len(sources)}.parquet"
            _merge(sources[:_AT_ONCE], some, schema)
            sources = [*sources[_AT_ONCE:], some]
        _merge(sources, target, schema)


def merged(regions: pa.Table) -> pa.Table:
    """Rows of several regions, each region's in their order, in the order of a merged log."""
    rows = regions.combine_chunks()
    return rows.take(pc.sort_indices(rows, [("time_utc", "ascending"), ("region", "ascending")]))


def _merge(sources: Sequence[Path], target: Path, schema: pa.Schema) -> None:
    with ExitStack() as stack:
        sink = stack.enter_context(closing(ParquetSink(target, schema)))
        files = [pq.ParquetFile(stack.enter_context(os_file(path))) for path in sources]
        pieces = [file.iter_batches(_PIECE, use_threads=False) for file in files]
        waiting: list[pa.RecordBatch] = []
        # How far each file that has not ended was read.
        reached = dict.fromkeys(range(len(files)), (datetime.min, 0))
        while reached:
            behind = min(reached, key=reached.__getitem__)
            piece = next(pieces[behind], None)
            if piece is None:
                del reached[behind]
            else:
                waiting.append(piece)
                reached[behind] = _place(piece, -1)
            if sum(map(len, waiting)) >= _IN_ORDER or not reached:
                rows = merged(pa.Table.from_batches(waiting, files[0].schema_arrow))
                # What is still to come of a file, comes after what was read of it.
                horizon = min(reached.values(), default=(datetime.max, 0))
                complete = bisect_right(range(len(rows)), horizon, key=partial(_place, rows))
                sink.write(rows.slice(0, complete).cast(schema))
                waiting = rows.slice(complete).to_batches()


def _place(rows: pa.Table | pa.RecordBatch, row: int) -> tuple[datetime, int]:
    """The place of a row in the order of a merged log, by which rows of one region at one moment are alike."""
    return rows["time_utc"][row].as_py(), rows["region"][row].as_py()


def split_log(source: Path, targets: Mapping[int, Path], schema: pa.Schema) -> None:
    """Write the events of each region to a file of its own; `targets` has all regions' numbers in ascending order."""
    numbers = list(targets)
    for start in range(0, len(numbers), _SPLIT_AT_ONCE):
        _split(source, {number: targets[number] for number in numbers[start : start + _SPLIT_AT_ONCE]}, schema)


def _split(source: Path, targets: Mapping[int, Path], schema: pa.Schema) -> None:
    with ExitStack() as stack:
        file = pq.ParquetFile(stack.enter_context(os_file(source)))
        schema = schema.with_metadata(file.schema_arrow.metadata)
        sinks = {
            number: stack.enter_context(closing(ParquetSink(path, schema, _SPLIT_ROW_GROUP)))
            for number, path in targets.items()
        }
        for group in range(file.num_row_groups):
            rows = file.read_row_group(group, use_threads=False).cast(schema)
            for number in sinks.keys() & set(rows["region"].unique().to_pylist()):
                sinks[number].write(rows.filter(pc.field("region") == number))
