"""Several regions' logs -> one: every region's rows as they are, in the order of time_utc, region and sequence.

A region that is to be merged writes its log a second time, as pieces that are quick to read. They stream from all
regions side by side and leave in row groups of a fixed size, so that memory does not grow with the length of the logs,
and bytes do not depend on how the regions' own files are cut.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from simulation.lib.arrow import os_file
from simulation.log.gathering import gather
from simulation.log.writing import Sink

ROW_GROUP = 65_536

# Few enough rows for the pieces of so many files to be held at once, enough for their columns to pay.
_PIECE = 1_024
_AT_ONCE = 256

_LATEST = np.iinfo(np.int64).max

Ints = npt.NDArray[np.int64]


class Pieces:
    """A sink for a part of a log that is to be merged."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._file = os_file(path, "wb")
        options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
        self._writer = pa.ipc.new_stream(self._file, schema, options=options)

    def write(self, chunk: pa.Table) -> None:
        """Append a chunk."""
        for piece in chunk.to_batches(_PIECE):
            self._writer.write_batch(piece)

    def close(self) -> None:
        """Nothing more comes. The file is closed whether or not there is room for its end."""
        with self._file:
            self._writer.close()


class Both:
    """A sink that hands chunks on to two others."""

    def __init__(self, first: Sink, second: Sink) -> None:
        self._sinks = (first, second)

    def write(self, chunk: pa.Table) -> None:
        """Append a chunk."""
        for sink in self._sinks:
            sink.write(chunk)

    def close(self) -> None:
        """Nothing more comes."""
        with ExitStack() as stack:
            for sink in self._sinks:
                stack.callback(sink.close)


class RowGroups:
    """A sink for the merged log: a Parquet file in row groups of a fixed number of rows, however the chunks come."""

    def __init__(self, path: Path, schema: pa.Schema, size: int | None = None) -> None:
        self.rows = 0
        self._size = size or ROW_GROUP
        self._file = os_file(path, "wb")
        self._writer = pq.ParquetWriter(self._file, schema, compression="zstd", **_encoding(schema))
        self._schema = schema
        self._waiting: list[pa.Table] = []
        self._rows_waiting = 0

    def write(self, chunk: pa.Table) -> None:
        """Append a chunk."""
        self._waiting.append(chunk)
        self._rows_waiting += len(chunk)
        self.rows += len(chunk)
        while self._rows_waiting >= self._size:
            waiting = pa.concat_tables(self._waiting)
            self._write(waiting.slice(0, self._size))
            self._waiting = [waiting.slice(self._size)]
            self._rows_waiting -= self._size

    def close(self) -> None:
        """Write what waits and the file's footer. The file is closed whether or not there is room for it."""
        try:
            if self._rows_waiting:
                self._write(pa.concat_tables(self._waiting))
            self._writer.close()
        finally:
            self._writer.is_open = False
            self._file.close()

    def _write(self, rows: pa.Table) -> None:
        self._writer.write_table(pa.table(rows.combine_chunks().columns, schema=self._schema))


def _encoding(schema: pa.Schema) -> dict[str, Any]:
    """Ids of events and times differ from row to row: they are stored as differences, all else by dictionaries."""
    differing = {"event_id": "DELTA_BYTE_ARRAY", "time_utc": "DELTA_BINARY_PACKED", "timestamp": "DELTA_BINARY_PACKED"}
    return {
        "use_dictionary": [name for name in schema.names if name not in differing],
        "column_encoding": differing,
        "write_statistics": ["region", "time_utc", "timestamp", "event_type"],
    }


def merge_logs(sources: Sequence[Path], target: Path, schema: pa.Schema) -> int:
    """Merge one part of several regions' logs, the pieces of each in the order of their numbers; the number of rows.

    `schema` is that of the log's part, with its metadata.
    """
    with ExitStack() as stack:
        while len(sources) > _AT_ONCE:
            sources = [
                _merged_pieces(sources[start : start + _AT_ONCE], target.with_name(f"{target.name}.{start}"), stack)
                for start in range(0, len(sources), _AT_ONCE)
            ]
        with closing(RowGroups(target, schema)) as sink:
            _merge(sources, sink)
    return sink.rows


def merged(regions: pa.Table) -> pa.Table:
    """Several regions' rows, one region's after the other's, in the order of a merged log."""
    return regions.take(pa.array(np.argsort(_times(regions["time_utc"]), kind="stable")))


def _merged_pieces(sources: Sequence[Path], target: Path, stack: ExitStack) -> Path:
    """Some of many logs merged to pieces again; the stack removes them."""
    stack.callback(target.unlink)
    with os_file(sources[0]) as file:
        schema = pa.ipc.open_stream(file).schema
    with closing(Pieces(target, schema)) as sink:
        _merge(sources, sink)
    return target


def _merge(sources: Sequence[Path], sink: Sink) -> None:
    with ExitStack() as stack:
        regions = [_Region(stack.enter_context(os_file(path))) for path in sources]
        while regions:
            # Of two row groups that are read ahead, one is complete.
            ahead = 2 * ROW_GROUP // len(regions) + 1
            if regions := [region for region in regions if region.has_rows(ahead)]:
                sink.write(_next_rows(regions, ahead))


def _next_rows(regions: "list[_Region]", ahead: int) -> pa.Table:
    """What comes before anything that is still to be read: a row group, if there is as much.

    It looks no further ahead than so many rows of each region.
    """
    ends = [(region.times[:ahead][-1], place) for place, region in enumerate(regions) if region.has_more_than(ahead)]
    horizon, whose = min(ends, default=(_LATEST, len(regions)))
    # At the horizon itself, the regions after the one that may have more of it have to wait.
    counts = [region.until(horizon, included=place <= whose) for place, region in enumerate(regions)]
    times = np.concatenate([region.times[:count] for region, count in zip(regions, counts, strict=True)])
    order = np.argsort(times, kind="stable")
    if len(order) > ROW_GROUP:
        places = np.repeat(np.arange(len(regions)), counts)
        counts = np.bincount(places[order[:ROW_GROUP]], minlength=len(regions)).tolist()
        times = np.concatenate([region.times[:count] for region, count in zip(regions, counts, strict=True)])
        order = np.argsort(times, kind="stable")
    return gather([region.take(count) for region, count in zip(regions, counts, strict=True) if count], order)


class _Region:
    """A region's pieces, read one by one: `times` are those of the rows that were read and not taken."""

    def __init__(self, file: pa.OSFile) -> None:
        self._pieces: Iterator[pa.RecordBatch] = pa.ipc.open_stream(file)
        self._rows: list[pa.Table] = []
        self.times: Ints = np.empty(0, np.int64)
        self.ended = False

    def has_rows(self, ahead: int) -> bool:
        """Whether any are left; so many are read ahead, if there are."""
        while not self.ended and len(self.times) < ahead:
            piece = next(self._pieces, None)
            if piece is None:
                self.ended = True
            else:
                self._rows.append(pa.Table.from_batches([piece]))
                self.times = np.concatenate([self.times, _times(piece["time_utc"])])
        return len(self.times) > 0

    def has_more_than(self, count: int) -> bool:
        """Whether there may be rows after so many."""
        return not self.ended or len(self.times) > count

    def until(self, moment: int, *, included: bool) -> int:
        """How many rows come before a moment, or at it."""
        return int(np.searchsorted(self.times, moment, "right" if included else "left"))

    def take(self, count: int) -> pa.Table:
        """The next rows, which it has no more."""
        rows = pa.concat_tables(self._rows)
        self._rows = [rows.slice(count)]
        self.times = self.times[count:]
        return rows.slice(0, count)


def _times(column: pa.Array | pa.ChunkedArray) -> Ints:
    return np.asarray(column.cast(pa.int64()).to_numpy(), np.int64)
