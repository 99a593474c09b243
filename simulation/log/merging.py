"""Several regions' logs -> one, in the order of time_utc, region and sequence.

A region that is to be merged writes its log a second time, in pieces that are quick to read. The pieces of all regions
are read side by side and written in row groups of a fixed size: memory does not grow with the length of the logs, and
the bytes do not depend on how the regions' own files are cut.
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

# Rows of a piece: few enough to hold a piece of so many files at once, many enough for columns to pay.
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
        """Write the end of the file, which is closed even if there is no room for it."""
        with self._file:
            self._writer.close()


class Both:
    """A sink that passes chunks on to two others."""

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
    """A sink for the merged log: a Parquet file in row groups of a fixed number of rows, whatever the chunks' sizes."""

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
        """Write what waits and the footer; the file is closed even if there is no room for them."""
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
    """Event ids and times differ from row to row and are stored as differences, everything else by dictionaries."""
    differing = {"event_id": "DELTA_BYTE_ARRAY", "time_utc": "DELTA_BINARY_PACKED", "timestamp": "DELTA_BINARY_PACKED"}
    return {
        "use_dictionary": [name for name in schema.names if name not in differing],
        "column_encoding": differing,
        "write_statistics": ["region", "time_utc", "timestamp", "event_type"],
    }


def merge_logs(sources: Sequence[Path], target: Path, schema: pa.Schema) -> int:
    """Merge one part of several regions' logs, given as pieces in the regions' order; the number of rows.

    `schema` is the part's, with its metadata.
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
    """Rows that are concatenated region by region, in the order of a merged log."""
    return regions.take(pa.array(np.argsort(_times(regions["time_utc"]), kind="stable")))


def _merged_pieces(sources: Sequence[Path], target: Path, stack: ExitStack) -> Path:
    """Some of many logs merged into pieces again; the stack removes the file."""
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
    """The rows that come before everything still to be read: at most a row group.

    It looks at no more than `ahead` rows of each region.
    """
    ends = [(region.times[:ahead][-1], place) for place, region in enumerate(regions) if region.has_more_than(ahead)]
    horizon, whose = min(ends, default=(_LATEST, len(regions)))
    # At the horizon itself, regions after the one that may have more rows there have to wait.
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
    """A region's pieces, read one by one; `times` are those of the rows read but not yet taken."""

    def __init__(self, file: pa.OSFile) -> None:
        self._pieces: Iterator[pa.RecordBatch] = pa.ipc.open_stream(file)
        self._rows: list[pa.Table] = []
        self.times: Ints = np.empty(0, np.int64)
        self.ended = False

    def has_rows(self, ahead: int) -> bool:
        """Whether rows are left; reads `ahead` so many, if there are."""
        while not self.ended and len(self.times) < ahead:
            piece = next(self._pieces, None)
            if piece is None:
                self.ended = True
            else:
                self._rows.append(pa.Table.from_batches([piece]))
                self.times = np.concatenate([self.times, _times(piece["time_utc"])])
        return len(self.times) > 0

    def has_more_than(self, count: int) -> bool:
        """Whether there may be more rows than these."""
        return not self.ended or len(self.times) > count

    def until(self, moment: int, *, included: bool) -> int:
        """The number of rows before a moment, or up to it where it is `included`."""
        return int(np.searchsorted(self.times, moment, "right" if included else "left"))

    def take(self, count: int) -> pa.Table:
        """Remove and return the next rows."""
        rows = pa.concat_tables(self._rows)
        self._rows = [rows.slice(count)]
        self.times = self.times[count:]
        return rows.slice(0, count)


def _times(column: pa.Array | pa.ChunkedArray) -> Ints:
    return np.asarray(column.cast(pa.int64()).to_numpy(), np.int64)
