"""Reading the log: the events of some types, each with no more than their own columns, or all events."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import attrs
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from simulation.events import fields, type_name
from simulation.lib.arrow import os_file
from simulation.lib.pickling import MadeAgain
from simulation.log.parts import EarlierPart, LogFile, Part, RegionPart, RowGroup, TablePart, log_is_at_fault
from simulation.log.schema import (
    HEAD,
    METADATA_KEY,
    OBSERVABLE_SCHEMA,
    SCHEMA_VERSION,
    SECONDS,
    TRUTH_SCHEMA,
    LogError,
    LogMetadata,
)

_EARLIEST = datetime(1900, 1, 1)
_MILLISECONDS = pa.timestamp("ms")
# The columns that every event fills.
_COMMON = [column.name for column in HEAD if not column.nullable]
# Hardly any two events share these texts; all others are read as numbers that stand for the different ones.
_DISTINCT_TEXTS = ("event_id", "session_id")


class Log(MadeAgain):
    """One part of a run's log, to be read: rows in order, or the events of some types.

    In a log that `breaks_off`, sessions that have begun need not have come to anything yet.
    """

    breaks_off = False

    def __init__(self, table: pa.Table, metadata: LogMetadata) -> None:
        self.metadata = metadata
        self.schema: pa.Schema = table.schema
        self._parts: Sequence[Part] = [TablePart(table)]

    @classmethod
    def of_parts(cls, parts: Sequence[Part], schema: pa.Schema, metadata: LogMetadata) -> "Log":
        """The log whose events lie in parts, one behind the other."""
        log = cls(schema.empty_table(), metadata)
        log._parts = parts
        return log

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    @property
    def parts(self) -> "Iterator[Log]":
        """The log a part at a time, one behind the other: no more than one of them need be in memory."""
        for part in self._parts:
            yield Log.of_parts([part], self.schema, self.metadata)

    @cached_property
    def table(self) -> pa.Table:
        """All events with all columns."""
        return self.columns(self.schema.names)

    @cached_property
    def heads(self) -> pa.Table:
        """All events with the columns that each of them fills."""
        return self.columns(_COMMON)

    @cached_property
    def regions(self) -> list[int]:
        """The numbers of the regions that have events; the first one's where there are none."""
        return pc.unique(self.columns(["region"])["region"]).sort().to_pylist() or [1]

    def of_region(self, number: int) -> "Log":
        """The events of one region."""
        if self.regions == [number]:
            return self
        own = Log.of_parts([RegionPart(part, number) for part in self._parts], self.schema, self.metadata)
        own.breaks_off = self.breaks_off
        return own

    def with_warm_up(self) -> "Log":
        """The same events, in a window that begins where the log does."""
        metadata = attrs.evolve(self.metadata, window_start=self.metadata.log_start)
        wider = Log.of_parts(self._parts, self.schema, metadata)
        wider.breaks_off = self.breaks_off
        return wider

    def as_of(self, moment: datetime) -> "Log":
        """What the log held at a moment of local time: the window ends there, and nothing from then on is known.

        At the window's end it is the log itself, in which the sessions under way then are settled.
        """
        metadata = attrs.evolve(self.metadata, window_end=moment.isoformat())
        if metadata == self.metadata:
            return self
        earlier = Log.of_parts([EarlierPart(part, moment) for part in self._parts], self.schema, metadata)
        earlier.breaks_off = True
        return earlier

    def events(self, *event_types: type[Any], columns: Iterable[str] = ()) -> pa.Table:
        """The events of some types in their order: the common columns and the types' own fields (or `columns`)."""
        names = list(columns) or list(dict.fromkeys([*_COMMON, *(f.name for t in event_types for f in fields(t))]))
        wanted = [type_name(event_type) for event_type in event_types]
        pieces = []
        for part in self._parts:
            rows = part.rows(wanted)
            if len(rows):
                pieces.append(part.read(names, rows))
        return self._joined(names, pieces).combine_chunks()

    def columns(self, names: list[str]) -> pa.Table:
        """All events with some columns."""
        return self._joined(names, [part.read(names) for part in self._parts])

    def _joined(self, names: list[str], pieces: list[pa.Table]) -> pa.Table:
        schema = pa.schema([self.schema.field(name) for name in names])
        if not pieces:
            return schema.empty_table()
        columns = []
        for column in schema:
            found = [piece[column.name] for piece in pieces]
            chunks = [chunk for values in found for chunk in values.chunks]
            columns.append(pa.chunked_array(chunks, found[0].type).cast(column.type))
        return pa.table(columns, schema=schema)


def read_log(path: Path, *, truth: bool = False) -> Log:
    """One part of a log in a Parquet file, of which columns are read when they are asked for.

    Raises LogError where the file is missing, truncated, or not such a log.
    """
    schema = TRUTH_SCHEMA if truth else OBSERVABLE_SCHEMA
    texts = [column.name for column in schema if column.type == pa.string() and column.name not in _DISTINCT_TEXTS]
    with log_is_at_fault(path):
        metadata = _checked(path, schema)
        file = LogFile(path, texts)
        groups = [RowGroup(file, number) for number in range(file.opened.num_row_groups)]
    return Log.of_parts(groups, schema, metadata)


def _checked(path: Path, schema: pa.Schema) -> LogMetadata:
    """What a file says of its log, if it is one of these columns and of this version."""
    found = pq.read_schema(os_file(path))
    metadata = LogMetadata(**json.loads((found.metadata or {})[METADATA_KEY]))
    if metadata.schema_version != SCHEMA_VERSION:
        raise LogError(f"{path}: has schema version {metadata.schema_version}, this version reads {SCHEMA_VERSION}")
    if not _as_written(found).equals(schema):
        raise LogError(f"{path}: its columns are not those of an event log of this version")
    return metadata


def _as_written(stored: pa.Schema) -> pa.Schema:
    """A file's schema as it was before it was stored: Parquet has no whole seconds, only milliseconds."""
    return pa.schema([one.with_type(SECONDS) if one.type == _MILLISECONDS else one for one in stored])


def iterate(log: Log) -> Iterator[dict[str, Any]]:
    """The rows of a log as dictionaries without their nulls, in order."""
    for batch in log.table.to_batches():
        for row in batch.to_pylist():
            yield {name: value for name, value in row.items() if value is not None}


def between(table: pa.Table, column: str, since: datetime, until: datetime) -> pa.Table:
    """The rows of a span of time, its end not included."""
    first, end = (pa.scalar(max(moment, _EARLIEST), SECONDS) for moment in (since, until))
    return table.filter(pc.and_(pc.greater_equal(table[column], first), pc.less(table[column], end)))
