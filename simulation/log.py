"""The append-only event log: written in chunks as it grows, read back event type by event type.

A log has two parts with one order. The observable part holds what a platform could have seen, the
truth part what only the simulator knows. Observable events are numbered by themselves, and an event
of the truth part is named after the observable event before it (`EV000017T02` is the second after
`EV000017`), so that the observable part is the same bytes whatever the truth part holds, and the numbers
in the ids restore the one order within a region.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from attrs import asdict, define, field, frozen

from simulation.clock import Clock
from simulation.events import KEYS, OBSERVABLE, TRUTH, LocalTime, fields, type_name

SCHEMA_VERSION = "1"
OBSERVABLE_FILE = "event_log.parquet"
TRUTH_FILE = "truth/event_log.parquet"

EVENTS_PER_REGION = 10**9
CHUNK_EVENTS = 65_536

_METADATA_KEY = b"simulation"
_SECONDS = pa.timestamp("s")
_ARROW_TYPES = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_(), LocalTime: _SECONDS}
_HEAD = pa.schema(
    [
        pa.field("event_id", pa.string(), nullable=False),
        pa.field("region", pa.int64(), nullable=False),
        pa.field("time_utc", _SECONDS, nullable=False),
        pa.field("timestamp", _SECONDS, nullable=False),
        pa.field("event_type", pa.string(), nullable=False),
        *(pa.field(key, pa.string()) for key in KEYS),
    ]
)


class LogError(Exception):
    """A file that is no event log of ours, or not a whole one."""


def log_schema(event_types: Iterable[type[Any]]) -> pa.Schema:
    """The log's columns: the common ones, then one per payload field of the given event types."""
    columns = {column.name: column for column in _HEAD}
    for event_type in event_types:
        for declared in fields(event_type):
            kind = _ARROW_TYPES[declared.type]
            known = columns.setdefault(declared.name, pa.field(declared.name, kind))
            if known.type != kind:
                raise TypeError(
                    f"field {declared.name} of {type_name(event_type)} is declared elsewhere as {known.type}"
                )
    return pa.schema(list(columns.values()))


OBSERVABLE_SCHEMA = log_schema(OBSERVABLE)
# After the window, in the follow-up, observable kinds of events are written to the truth part too.
TRUTH_SCHEMA = log_schema((*OBSERVABLE, *TRUTH))


@frozen
class LogMetadata:
    """What a reduction needs to know besides the events. Datetimes are ISO 8601, local."""

    seed: int
    scenario: str
    scenario_digest: str
    version: str
    log_start: str
    window_start: str
    window_end: str
    churn_rules: dict[str, float]
    schema_version: str = SCHEMA_VERSION

    def to_arrow(self) -> dict[bytes, bytes]:
        """The metadata as it stands in a Parquet file."""
        return {_METADATA_KEY: json.dumps(asdict(self), sort_keys=True).encode()}


class Sink(Protocol):
    """Where chunks of one part of a log go."""

    def write(self, chunk: pa.Table) -> None:
        """Append a chunk."""

    def close(self) -> None:
        """Nothing more comes."""


class MemorySink:
    """Keeps a part of a log in memory."""

    def __init__(self, schema: pa.Schema) -> None:
        self._schema = schema
        self._chunks: list[pa.Table] = []

    def write(self, chunk: pa.Table) -> None:
        """Append a chunk."""
        self._chunks.append(chunk)

    def close(self) -> None:
        """Nothing more comes."""

    def table(self) -> pa.Table:
        """All that was written."""
        return pa.concat_tables([self._schema.empty_table(), *self._chunks])


class ParquetSink:
    """Writes a part of a log to a Parquet file, a row group per chunk."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._file = pa.OSFile(str(path), "wb")
        self._writer = pq.ParquetWriter(self._file, schema, compression="zstd")

    def write(self, chunk: pa.Table) -> None:
        """Append a chunk."""
        self._writer.write_table(chunk)

    def close(self) -> None:
        """Write the file's footer. The file is closed whether or not there is room for it."""
        try:
            self._writer.close()
        finally:
            self._writer.is_open = False
            self._file.close()


@define
class _Buffer:
    """Events of one type that wait for the next chunk."""

    events: list[Any] = field(factory=list)
    sequences: list[int] = field(factory=list)
    ordinals: list[int] = field(factory=list)
    seconds: list[int] = field(factory=list)


class EventLog:
    """The log of one region's world.

    `observable` and `truth` are where the two parts go. After `close_window`, events that the
    predicate given there accepts still belong to the observable part; the others go to the truth
    part, or nowhere.
    """

    def __init__(
        self, clock: Clock, observable: Sink, truth: Sink, region: int = 1, chunk_events: int = CHUNK_EVENTS
    ) -> None:
        self._clock = clock
        self._region = region
        self._sinks = (observable, truth)
        self._chunk_events = chunk_events
        self._sequence = (region - 1) * EVENTS_PER_REGION
        self._ordinal = 0
        self._pending = 0
        self._observed = {event_type: _Buffer() for event_type in OBSERVABLE}
        self._hidden = {event_type: _Buffer() for event_type in (*OBSERVABLE, *TRUTH)}
        self._belongs: Callable[[Any], bool] | None = None
        self._keep_rest = True

    def write(self, second: int, event: Any) -> None:
        """Append an event that happens at a simulated second; they come in the order of time."""
        if self._belongs is not None and not self._belongs(event):
            if self._keep_rest:
                self._hide(second, event)
            return
        buffer = self._observed.get(type(event))
        if buffer is None:
            self._hide(second, event)
            return
        self._sequence += 1
        self._ordinal = 0
        buffer.events.append(event)
        buffer.sequences.append(self._sequence)
        buffer.seconds.append(second)
        self._pending += 1
        if self._pending >= self._chunk_events:
            self._flush()

    @property
    def last_event_id(self) -> str:
        """The id of the observable event written last."""
        return f"EV{self._sequence:06d}"

    def close_window(self, belongs: Callable[[Any], bool], *, follow_up: bool) -> None:
        """From now on only events that `belongs` accepts are observable; keep others as truth in a follow-up."""
        self._belongs = belongs
        self._keep_rest = follow_up

    def close(self) -> None:
        """Write what is pending and the ends of the files."""
        self._flush()
        for sink in self._sinks:
            sink.close()

    def _hide(self, second: int, event: Any) -> None:
        self._ordinal += 1
        buffer = self._hidden[type(event)]
        buffer.events.append(event)
        buffer.sequences.append(self._sequence)
        buffer.ordinals.append(self._ordinal)
        buffer.seconds.append(second)
        self._pending += 1
        if self._pending >= self._chunk_events:
            self._flush()

    def _flush(self) -> None:
        observable, truth = self._sinks
        if chunk := self._chunk(self._observed, OBSERVABLE_SCHEMA):
            observable.write(chunk)
        if chunk := self._chunk(self._hidden, TRUTH_SCHEMA):
            truth.write(chunk)
        self._pending = 0

    def _chunk(self, buffers: dict[type[Any], _Buffer], schema: pa.Schema) -> pa.Table | None:
        parts = []
        for event_type, buffer in buffers.items():
            if buffer.events:
                parts.append(self._part(event_type, buffer))
                buffers[event_type] = _Buffer()
        if not parts:
            return None
        mixed = pa.concat_tables([*parts, schema.empty_table()], promote_options="default")
        order = pc.sort_indices(mixed, sort_keys=[("sequence", "ascending"), ("ordinal", "ascending")])
        return mixed.select(schema.names).cast(schema).take(order)

    def _part(self, event_type: type[Any], buffer: _Buffer) -> pa.Table:
        """The buffered events of one type, as columns."""
        size = len(buffer.events)
        start = self._clock.local_epoch_start
        local = pc.add(pa.array(buffer.seconds, pa.int64()), start)
        sequences = pa.array(buffer.sequences, pa.int64())
        ids = _numbered("EV", sequences, 6)
        ordinals = pa.repeat(0, size)
        if buffer.ordinals:
            ordinals = pa.array(buffer.ordinals, pa.int64())
            ids = pc.binary_join_element_wise(ids, _numbered("T", ordinals, 2), "")
        columns: dict[str, Any] = {
            "sequence": sequences,
            "ordinal": ordinals,
            "event_id": ids,
            "region": pa.repeat(self._region, size),
            "time_utc": pc.subtract(local, self._clock.utc_shift).cast(_SECONDS),
            "timestamp": local.cast(_SECONDS),
            "event_type": pa.repeat(type_name(event_type), size),
        }
        for declared, values in zip(fields(event_type), zip(*buffer.events, strict=True), strict=True):
            if declared.type is LocalTime:
                local_times = [None if value is None else start + value for value in values]
                columns[declared.name] = pa.array(local_times, _SECONDS)
            else:
                columns[declared.name] = pa.array(values, _ARROW_TYPES[declared.type])
        return pa.table(columns)


def _numbered(prefix: str, numbers: pa.Array, width: int) -> pa.Array:
    """A prefix and a number, padded with zeros."""
    return pc.binary_join_element_wise(prefix, pc.utf8_lpad(numbers.cast(pa.string()), width, "0"), "")


class Log:
    """One part of a log, to be read: rows in order, or the events of one type."""

    def __init__(self, table: pa.Table, metadata: LogMetadata) -> None:
        self.table = table
        self.metadata = metadata
        self._event_types = table["event_type"].combine_chunks()

    def events(self, *event_types: type[Any], columns: Iterable[str] = ()) -> pa.Table:
        """The events of some types in their order: the common columns and the types' own fields (or `columns`)."""
        names = pa.array([type_name(event_type) for event_type in event_types], pa.string())
        wanted = dict.fromkeys([*_HEAD.names[:5], *(f.name for t in event_types for f in fields(t))])
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
            record = json.loads((found.metadata or {})[_METADATA_KEY])
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
