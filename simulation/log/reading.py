"""Reading the log: all events, or those of some types with their own columns only.

Columns are read when they are asked for: most events leave most columns empty.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from operator import eq, ge, lt
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from simulation.events import fields, type_name
from simulation.lib.arrow import first_line, os_file
from simulation.lib.pickling import MadeAgain
from simulation.log.schema import HEAD, SECONDS, LogError, LogMetadata, schemas_of

_EARLIEST = datetime(1900, 1, 1)
_MILLISECONDS = pa.timestamp("ms")
# The columns that every event fills.
_COMMON = [column.name for column in HEAD if not column.nullable]
# Few events share these texts; all others are read dictionary-encoded.
_DISTINCT_TEXTS = ("event_id", "session_id")

Rows = npt.NDArray[np.int64]
Condition = tuple[str, Callable[[Any, Any], Any], Any]


class Log(MadeAgain):
    """One part of a run's log: its rows in order, or the events of some types.

    It has the events of a table; or of `parts`, if they are given, with the table's columns.

    In a log that `breaks_off`, sessions that have begun may have no outcome yet.
    """

    def __init__(
        self, table: pa.Table, metadata: LogMetadata, parts: "Sequence[Part] | None" = None, *, breaks_off: bool = False
    ) -> None:
        self.metadata = metadata
        self.breaks_off = breaks_off
        self.schema: pa.Schema = table.schema
        self._parts = [Part(table)] if parts is None else parts

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    @property
    def parts(self) -> "Iterator[Log]":
        """The log a part at a time, so that only one of them need be in memory."""
        for part in self._parts:
            yield self._with([part])

    @cached_property
    def table(self) -> pa.Table:
        """All events with all columns."""
        return self.columns(self.schema.names)

    @cached_property
    def heads(self) -> pa.Table:
        """All events with the columns that every event fills."""
        return self.columns(_COMMON)

    @cached_property
    def regions(self) -> list[int]:
        """The numbers of the regions that have events; 1 where there are no events."""
        return pc.unique(self.columns(["region"])["region"]).sort().to_pylist() or [1]

    def of_region(self, number: int) -> "Log":
        """The events of one region."""
        if self.regions == [number]:
            return self
        return self._with([part.where("region", eq, number) for part in self._parts])

    def with_warm_up(self) -> "Log":
        """The same log with a window that includes the warm-up."""
        return self._with(self._parts, attrs.evolve(self.metadata, window_start=self.metadata.log_start))

    def as_of(self, moment: datetime) -> "Log":
        """The log as it stood at a moment of local time: the window ends there, and later events are left out.

        At the window's end it is the log itself, in which sessions under way at that moment are settled.
        """
        metadata = attrs.evolve(self.metadata, window_end=moment.isoformat())
        if metadata == self.metadata:
            return self
        end = np.datetime64(moment, "s")
        return self._with([part.where("timestamp", lt, end) for part in self._parts], metadata, breaks_off=True)

    def during(self, since: datetime, until: datetime) -> "Log":
        """The events in [since, until), of local time."""
        first, end = np.datetime64(since, "s"), np.datetime64(until, "s")
        return self._with([part.where("timestamp", ge, first).where("timestamp", lt, end) for part in self._parts])

    def events(self, *event_types: type[Any], columns: Iterable[str] = ()) -> pa.Table:
        """The events of some types in their order: the common columns and the types' own fields (or `columns`)."""
        names = list(columns) or list(dict.fromkeys([*_COMMON, *(f.name for t in event_types for f in fields(t))]))
        return self.events_named(*map(type_name, event_types), columns=names)

    def events_named(self, *event_types: str, columns: Sequence[str]) -> pa.Table:
        """The events of some types, by the types' names in the log, in their order: some columns."""
        found = [(part, part.rows(event_types)) for part in self._parts]
        return self._joined(columns, [part.read(columns, rows) for part, rows in found if len(rows)]).combine_chunks()

    def columns(self, names: list[str]) -> pa.Table:
        """All events with some columns."""
        return self._joined(names, [part.read(names) for part in self._parts])

    def _with(self, parts: "Sequence[Part]", metadata: LogMetadata | None = None, *, breaks_off: bool = False) -> "Log":
        metadata = metadata or self.metadata
        return Log(self.schema.empty_table(), metadata, parts, breaks_off=breaks_off or self.breaks_off)

    def _joined(self, names: Sequence[str], pieces: list[pa.Table]) -> pa.Table:
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
    """One part of a log in a Parquet file, whose columns are read when they are asked for.

    Raises LogError where the file is missing, truncated, or no such log.
    """
    with log_is_at_fault(path):
        metadata, schema = _checked(path, truth=truth)
        texts = [one.name for one in schema if one.type == pa.string() and one.name not in _DISTINCT_TEXTS]
        file = LogFile(path, texts)
        groups = [Part(RowGroup(file, number)) for number in range(file.opened.num_row_groups)]
    return Log(schema.empty_table(), metadata, groups)


def _checked(path: Path, *, truth: bool) -> tuple[LogMetadata, pa.Schema]:
    """The metadata and columns of a file's log. Raises LogError where its columns or its version are others."""
    found = pq.read_schema(os_file(path))
    try:
        metadata = LogMetadata.from_arrow(found.metadata)
    except LogError as error:
        raise LogError(f"{path}: {error}") from None
    schema = schemas_of(metadata.vocabulary.events)[truth]
    if not as_written(found).equals(schema):
        raise LogError(f"{path}: its columns are not those of an event log of this version")
    return metadata, schema


def as_written(stored: pa.Schema) -> pa.Schema:
    """The schema of what was written to a Parquet file, which stores seconds as milliseconds."""
    return pa.schema([one.with_type(SECONDS) if one.type == _MILLISECONDS else one for one in stored])


def iterate(log: Log) -> Iterator[dict[str, Any]]:
    """The rows of a log, in order, as dictionaries without nulls."""
    for batch in log.table.to_batches():
        for row in batch.to_pylist():
            yield {name: value for name, value in row.items() if value is not None}


def between(table: pa.Table, column: str, since: datetime, until: datetime) -> pa.Table:
    """The rows whose moment in `column` lies in [since, until)."""
    first, end = (pa.scalar(max(moment, _EARLIEST), SECONDS) for moment in (since, until))
    return table.filter(pc.and_(pc.greater_equal(table[column], first), pc.less(table[column], end)))


# ---------------------------------------------------------------- parts of a log


class LogFile(MadeAgain):
    """A Parquet file of a log, opened when first needed, by each process for itself.

    The columns `as_dictionaries` are read dictionary-encoded.
    """

    def __init__(self, path: Path, as_dictionaries: Sequence[str]) -> None:
        self.path = path
        self._as_dictionaries = as_dictionaries

    def __getstate__(self) -> dict[str, Any]:
        return super().__getstate__() | {"path": self.path.absolute()}

    @cached_property
    def opened(self) -> pq.ParquetFile:
        """The open file."""
        return pq.ParquetFile(os_file(self.path), read_dictionary=self._as_dictionaries)


class RowGroup(MadeAgain):
    """The events of a row group of a Parquet file. Texts may be dictionary-encoded, moments in milliseconds.

    Reading raises LogError where the file is damaged.
    """

    def __init__(self, file: LogFile, number: int) -> None:
        self._file = file
        self._number = number

    def __len__(self) -> int:
        with log_is_at_fault(self._file.path):
            return int(self._file.opened.metadata.row_group(self._number).num_rows)

    def select(self, names: Sequence[str]) -> pa.Table:
        """Some columns of all events, as a table selects them. Columns that all events share are kept."""
        missing = [name for name in names if name not in self._heads]
        with log_is_at_fault(self._file.path):
            # Threads cost more processor time than one does, and runs can be simulated side by side instead.
            found = self._file.opened.read_row_group(self._number, missing, use_threads=False)
        self._heads |= {name: found[name] for name in missing if name in HEAD.names}
        return pa.table({name: self._heads[name] if name in self._heads else found[name] for name in names})

    @cached_property
    def _heads(self) -> dict[str, pa.ChunkedArray]:
        return {}


class Part(MadeAgain):
    """Consecutive events of a log: those of a table or a row group for which all conditions hold.

    A condition compares a column's NumPy array with a value, by a function that can be pickled, as `operator.eq` can.
    """

    def __init__(self, source: pa.Table | RowGroup, conditions: Sequence[Condition] = ()) -> None:
        self._source = source
        self._conditions = conditions

    def __len__(self) -> int:
        return len(self._source) if self._own is None else len(self._own)

    def where(self, column: str, holds: Callable[[Any, Any], Any], value: Any) -> "Part":
        """Those of the events for which another condition holds, too."""
        return Part(self._source, [*self._conditions, (column, holds, value)])

    def read(self, names: Sequence[str], rows: Rows | None = None) -> pa.Table:
        """Some columns of the events at these rows, or of all."""
        selected = self._source.select(list(names))
        if self._own is not None:
            rows = self._own if rows is None else self._own[rows]
        return selected if rows is None else selected.take(pa.array(rows))

    def rows(self, event_types: Sequence[str]) -> Rows:
        """The rows of the events of some types, ascending."""
        found = [self._rows_by_type[name] for name in event_types if name in self._rows_by_type]
        return found[0] if len(found) == 1 else np.sort(np.concatenate([np.empty(0, np.int64), *found]))

    @cached_property
    def _own(self) -> Rows | None:
        """The rows of the source for which all conditions hold; None for all rows."""
        if not self._conditions:
            return None
        columns = self._source.select([name for name, _, _ in self._conditions])
        held = [holds(columns[name].to_numpy(), value) for name, holds, value in self._conditions]
        return np.flatnonzero(np.logical_and.reduce(held))

    @cached_property
    def _rows_by_type(self) -> dict[str, Rows]:
        types = self.read(["event_type"])["event_type"].combine_chunks().dictionary_encode()
        names = types.dictionary.to_pylist()
        codes = types.indices.fill_null(len(names)).to_numpy(zero_copy_only=False)
        order = np.argsort(codes.astype(np.int16), kind="stable")  # of small numbers, NumPy has a faster sort
        ends = np.cumsum(np.bincount(codes, minlength=len(names)))
        return dict(zip(names, np.split(order, ends), strict=False))


@contextmanager
def log_is_at_fault(path: Path) -> Iterator[None]:
    """Report what is wrong with a file as a LogError of one line."""
    try:
        yield
    except FileNotFoundError:
        raise LogError(f"{path}: there is no such file") from None
    except (pa.ArrowException, OSError) as error:
        raise LogError(f"{path}: is not a whole Parquet file ({first_line(error)})") from None
    except (KeyError, TypeError, ValueError):
        raise LogError(f"{path}: is a Parquet file, but no event log of ours") from None
