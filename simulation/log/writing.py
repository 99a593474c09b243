"""Writing the log: events come in one by one, and go to sinks a chunk of columns at a time."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from attrs import define, field

from simulation.clock import Clock
from simulation.events import OBSERVABLE, TRUTH, LocalTime, fields, type_name
from simulation.log.schema import ARROW_TYPES, OBSERVABLE_SCHEMA, SECONDS, TRUTH_SCHEMA

EVENTS_PER_REGION = 10**9
CHUNK_EVENTS = 65_536


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
            "time_utc": pc.subtract(local, self._clock.utc_shift).cast(SECONDS),
            "timestamp": local.cast(SECONDS),
            "event_type": pa.repeat(type_name(event_type), size),
        }
        for declared, values in zip(fields(event_type), zip(*buffer.events, strict=True), strict=True):
            if declared.type is LocalTime:
                local_times = [None if value is None else start + value for value in values]
                columns[declared.name] = pa.array(local_times, SECONDS)
            else:
                columns[declared.name] = pa.array(values, ARROW_TYPES[declared.type])
        return pa.table(columns)


def _numbered(prefix: str, numbers: pa.Array, width: int) -> pa.Array:
    """A prefix and a number, padded with zeros."""
    return pc.binary_join_element_wise(prefix, pc.utf8_lpad(numbers.cast(pa.string()), width, "0"), "")
