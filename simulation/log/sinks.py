"""Where the parts of a log go: into memory, or into Parquet files whose bytes depend on their rows alone."""

from inspect import signature
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from simulation.lib.arrow import os_file

# More would be a little quicker and smaller, but as many events wait in memory while a world runs.
ROW_GROUP = 49_152

# Event ids and times differ from row to row and are stored as differences, everything else by dictionaries.
_DIFFERENCES = {"event_id": "DELTA_BYTE_ARRAY", "time_utc": "DELTA_BINARY_PACKED", "timestamp": "DELTA_BINARY_PACKED"}
_WITH_STATISTICS = ["region", "time_utc", "timestamp", "event_type"]


class Sink(Protocol):
    """Takes the chunks of one part of a log."""

    def write(self, chunk: pa.Table) -> None:
        """Append a chunk."""

    def close(self) -> None:
        """End the part."""


class MemorySink:
    """Keeps a part of a log in memory."""

    def __init__(self, schema: pa.Schema) -> None:
        self._schema = schema
        self._chunks: list[pa.Table] = []

    def write(self, chunk: pa.Table) -> None:
        """Append a chunk."""
        self._chunks.append(chunk)

    def close(self) -> None:
        """End the part."""

    def table(self) -> pa.Table:
        """Everything written so far."""
        return pa.concat_tables([self._schema.empty_table(), *self._chunks])


class Unread:
    """A sink for a part of a log that nobody reads: its columns are not even made."""

    def write(self, chunk: pa.Table) -> None:
        """Drop a chunk."""

    def close(self) -> None:
        """End the part."""


class ParquetSink:
    """Writes a part of a log to a Parquet file, in row groups of a fixed number of rows, whatever the chunks' sizes.

    Rows wait until there are enough for a group. A chunk of just a group's rows is written as it is, without a copy.
    """

    def __init__(self, path: Path, schema: pa.Schema, group_rows: int | None = None) -> None:
        self._group_rows = group_rows or ROW_GROUP
        self._none = self._waiting = schema.empty_table()
        self._file = os_file(path, "wb")
        self._writer = pq.ParquetWriter(self._file, schema, compression="zstd", **_encoding(schema, self._group_rows))

    def write(self, chunk: pa.Table) -> None:
        """Append a chunk."""
        rows = pa.concat_tables([self._waiting, chunk]) if len(self._waiting) else chunk
        whole = len(rows) - len(rows) % self._group_rows
        for start in range(0, whole, self._group_rows):
            self._write_group(rows.slice(start, self._group_rows))
        self._waiting = rows.slice(whole) if whole < len(rows) else self._none

    def close(self) -> None:
        """Write what waits and the footer; the file is closed even if there is no room for them.

        Where there was none, closing again tries no more.
        """
        waiting, self._waiting = self._waiting, self._none
        try:
            if len(waiting):
                self._write_group(waiting)
            self._writer.close()
        finally:
            self._writer.is_open = False
            self._file.close()

    def _write_group(self, rows: pa.Table) -> None:
        # Pages end where arrays do: so that bytes do not tell where chunks ended, each column is one array.
        self._writer.write_table(rows.combine_chunks(), row_group_size=self._group_rows)


def _encoding(schema: pa.Schema, group_rows: int) -> dict[str, Any]:
    """How the columns of a part are stored."""
    options: dict[str, Any] = {
        "use_dictionary": [name for name in schema.names if name not in _DIFFERENCES],
        "column_encoding": _DIFFERENCES,
        "write_statistics": _WITH_STATISTICS,
        "write_batch_size": group_rows,
    }
    # One page per column and row group is quickest. Releases of pyarrow that cannot be told write one by themselves.
    if "max_rows_per_page" in signature(pq.ParquetWriter).parameters:
        options["max_rows_per_page"] = group_rows
    return options
