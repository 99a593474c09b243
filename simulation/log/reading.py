"""Reading the log: rows in order, or the events of one type."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from simulation.events import fields, type_name
from simulation.log.schema import (
    HEAD,
    METADATA_KEY,
    OBSERVABLE_SCHEMA,
    SCHEMA_VERSION,
    TRUTH_SCHEMA,
    LogError,
    LogMetadata,
)


class Log:
    """One part of a log, to be read: rows in order, or the events of one type."""

    def __init__(self, table: pa.Table, metadata: LogMetadata) -> None:
        self.table = table
        self.metadata = metadata
        self._event_types = table["event_type"].combine_chunks()

    def events(self, *event_types: type[Any], columns: Iterable[str] = ()) -> pa.Table:
        """The events of some types in their order: the common columns and the types' own fields (or `columns`)."""
        names = pa.array([type_name(event_type) for event_type in event_types], pa.string())
        wanted = dict.fromkeys([*HEAD.names[:5], *(f.name for t in event_types for f in fields(t))])
        rows = pc.indices_nonzero(pc.is_in(self._event_types, value_set=names))
        return self.table.select(list(columns) or list(wanted)).take(rows).combine_chunks()


def read_log(path: Path, *, truth: bool = False) -> Log:
    """Read one part of a log from a Parquet file.

    Raises LogError where the file is missing, truncated, or not such a log.
    """
    schema = TRUTH_SCHEMA if truth else OBSERVABLE_SCHEMA
    try:
        with pq.ParquetFile(path) as file:
            found = file.schema_arrow
            record = json.loads((found.metadata or {})[METADATA_KEY])
            metadata = LogMetadata(**record)
            if metadata.schema_version != SCHEMA_VERSION:
                raise LogError(
                    f"{path}: has schema version {metadata.schema_version}, this version reads {SCHEMA_VERSION}"
                )
            if found.names != schema.names:
                raise LogError(f"{path}: its columns are not those of an event log of this version")
            table = file.read()
    except FileNotFoundError:
        raise LogError(f"{path}: there is no such file") from None
    except (pa.ArrowException, OSError) as error:
        raise LogError(f"{path}: is not a whole Parquet file ({_first_line(error)})") from None
    except (KeyError, TypeError, ValueError):
        raise LogError(f"{path}: is a Parquet file, but no event log of ours") from None
    return Log(table.cast(schema), metadata)


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0]


def iterate(log: Log) -> Iterator[dict[str, Any]]:
    """The rows of a log as dictionaries without their nulls, in order."""
    for batch in log.table.to_batches():
        for row in batch.to_pylist():
            yield {name: value for name, value in row.items() if value is not None}
