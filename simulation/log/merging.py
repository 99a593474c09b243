"""Several regions' logs -> one: every region's rows as they are, in the order of time_utc, region and sequence.

Rows stream from the files a batch at a time and leave in row groups of a fixed size, so that neither memory nor
bytes depend on how the regions' own files are cut.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from attrs import define, field

ROW_GROUP = 131_072

# What is read of a file at once: few enough rows for a hundred files, enough for columns to pay.
_BATCH = 2_048

Ints = npt.NDArray[np.int64]


def merge_logs(sources: Sequence[Path], target: Path, schema: pa.Schema) -> int:
    """Merge one part of several regions' logs, given in the order of their numbers; the number of rows.

    `schema` is the file's, with its metadata.
    """
    with RowGroups(target, schema) as rows:
        for piece in _merged([_Source.of(path) for path in sources]):
            rows.write(piece)
    return rows.count


class RowGroups:
    """A log's file that is written in row groups of a fixed number of rows, however the rows come."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.count = 0
        self._schema = schema
        self._file = pa.OSFile(str(path), "wb")
        self._writer = pq.ParquetWriter(self._file, schema, compression="zstd")
        self._waiting: list[pa.Table] = []
        self._rows_waiting = 0

    def __enter__(self) -> "RowGroups":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, rows: pa.Table) -> None:
        """Append rows."""
        self._waiting.append(rows)
        self._rows_waiting += len(rows)
        self.count += len(rows)
        while self._rows_waiting >= ROW_GROUP:
            waiting = pa.concat_tables(self._waiting)
            self._write(waiting.slice(0, ROW_GROUP))
            self._waiting = [waiting.slice(ROW_GROUP)]
            self._rows_waiting -= ROW_GROUP

    def _write(self, rows: pa.Table) -> None:
        self._writer.write_table(rows.combine_chunks().cast(self._schema))

    def close(self) -> None:
        """Write what waits and the file's footer. The file is closed whether or not there is room for it."""
        try:
            if self._rows_waiting:
                self._write(pa.concat_tables(self._waiting))
            self._writer.close()
        finally:
            self._writer.is_open = False
            self._file.close()


@define
class _Source:
    """A region's file, read a batch at a time: the rows that were read and not yet taken, and their times."""

    _batches: Iterator[pa.RecordBatch]
    rows: pa.Table
    times: Ints
    ended: bool = field(default=False)

    @classmethod
    def of(cls, path: Path) -> "_Source":
        file = pq.ParquetFile(path, buffer_size=1 << 16)
        batches = file.iter_batches(_BATCH, use_threads=False)
        return cls(batches, file.schema_arrow.empty_table(), np.empty(0, np.int64))

    def fill(self) -> None:
        """Read on until there are enough rows for all sources to go on together."""
        while not self.ended and len(self.times) < _BATCH // 2:
            batch = next(self._batches, None)
            if batch is None:
                self.ended = True
            else:
                self.rows = pa.concat_tables([self.rows, pa.Table.from_batches([batch])])
                self.times = np.concatenate([self.times, _times(batch)])

    def take(self, count: int) -> pa.Table:
        """The next rows, which it has no more."""
        taken, self.rows = self.rows.slice(0, count), self.rows.slice(count)
        self.times = self.times[count:]
        return taken


def _times(batch: pa.RecordBatch) -> Ints:
    return np.asarray(batch["time_utc"].view(pa.int64()))


def _merged(sources: list[_Source]) -> Iterator[pa.Table]:
    """All rows in order, piece by piece."""
    while True:
        for source in sources:
            source.fill()
        sources = [source for source in sources if len(source.times)]
        if not sources:
            return
        yield _next_piece(sources)


def _next_piece(sources: list[_Source]) -> pa.Table:
    """What comes before anything that is still to be read."""
    open_ends = [(source.times[-1], place) for place, source in enumerate(sources) if not source.ended]
    horizon, whose = min(open_ends, default=(np.iinfo(np.int64).max, len(sources)))
    counts = [
        # At the horizon, the rows of regions after the one that may have more of it have to wait.
        int(np.searchsorted(source.times, horizon, "right" if place <= whose else "left"))
        for place, source in enumerate(sources)
    ]
    times = np.concatenate([source.times[:count] for source, count in zip(sources, counts, strict=True)])
    rows = pa.concat_tables([source.take(count) for source, count in zip(sources, counts, strict=True) if count])
    return rows.combine_chunks().take(pa.array(np.argsort(times, kind="stable")))
