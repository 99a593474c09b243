"""Writing the log: events come one by one, and go to sinks in chunks of columns."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from attrs import frozen
from numpy.typing import NDArray

from simulation.clock import Clock
from simulation.events import OBSERVABLE, TRUTH, Field, LocalTime, fields, type_name
from simulation.lib.arrow import os_file
from simulation.log.schema import ARROW_TYPES, OBSERVABLE_SCHEMA, SECONDS, TRUTH_SCHEMA

EVENTS_PER_REGION = 10**12
CHUNK_EVENTS = 65_536


Ints = NDArray[np.int64]

Rows: TypeAlias = "dict[type[Any], list[tuple[int, int, Any]]]"
"""Pending events by type: place among all pending, simulated second, event."""

OnEvent = Callable[[str, int, Any], None]
"""Called with an observable event's id, its simulated second, and the event."""


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


class ParquetSink:
    """Writes a part of a log to a Parquet file, a row group per chunk."""

    def __init__(self, path: Path, schema: pa.Schema, **encoding: Any) -> None:
        self._file = os_file(path, "wb")
        self._writer = pq.ParquetWriter(self._file, schema, compression="zstd", **encoding)

    def write(self, chunk: pa.Table) -> None:
        """Append a chunk."""
        self._writer.write_table(chunk)

    def close(self) -> None:
        """Write the footer; the file is closed even if there is no room for it."""
        try:
            self._writer.close()
        finally:
            self._writer.is_open = False
            self._file.close()


@frozen
class LogState:
    """How far a log is written.

    `sequence` is the number of the last observable event, `ordinal` how many truth events came after it; `observable`
    and `truth` count the rows of both parts.
    """

    sequence: int
    ordinal: int = 0
    observable: int = 0
    truth: int = 0


class EventLog:
    """The log of one region's world.

    `observable` and `truth` take the two parts. After `close_window`, only events that its predicate
    accepts are still observable; others go to the truth part, or nowhere. `on_event` is called for each event of the
    observable part when it is written.
    """

    def __init__(
        self,
        clock: Clock,
        observable: Sink,
        truth: Sink,
        region: int = 1,
        chunk_events: int = CHUNK_EVENTS,
        on_event: OnEvent | None = None,
        state: LogState | None = None,
    ) -> None:
        self._sinks = (observable, truth)
        self._chunk_events = chunk_events
        self._columns = Columns(clock, region)
        state = state or LogState((region - 1) * EVENTS_PER_REGION)
        self._sequence, self._ordinal = state.sequence, state.ordinal
        self._written = [state.observable, state.truth]
        # Rows wait for the next chunk: their place in it, their second, and the event.
        self._pending = 0
        self._observed: Rows = {event_type: [] for event_type in OBSERVABLE}
        self._hidden: Rows = {event_type: [] for event_type in (*OBSERVABLE, *TRUTH)}
        self._rows = {event_type: self._observed.get(event_type, rows) for event_type, rows in self._hidden.items()}
        self._belongs: Callable[[Any], bool] | None = None
        self._keep_rest = True
        self._on_event = on_event

    def write(self, second: int, event: Any) -> None:
        """Append an event at a simulated second, which never decreases."""
        rows = self._rows[type(event)]
        if self._belongs is not None and not self._belongs(event):
            if not self._keep_rest:
                return
            rows = self._hidden[type(event)]
        rows.append((self._pending, second, event))
        self._pending += 1
        if self._on_event is not None and rows is not self._hidden[type(event)]:
            self._on_event(self.last_event_id, second, event)
        if self._pending == self._chunk_events:
            self._flush()

    @property
    def last_event_id(self) -> str:
        """The id of the observable event written last."""
        return f"EV{self._sequence + sum(map(len, self._observed.values())):06d}"

    def close_window(self, belongs: Callable[[Any], bool], *, follow_up: bool) -> None:
        """From now on only events that `belongs` accepts are observable; a follow-up keeps the others as truth."""
        self._belongs = belongs
        self._keep_rest = follow_up

    def close(self) -> None:
        """Write pending events and close the sinks."""
        self._flush()
        for sink in self._sinks:
            sink.close()

    def state(self) -> LogState:
        """Write pending events, and tell how far the log is."""
        self._flush()
        return LogState(self._sequence, self._ordinal, *self._written)

    def _flush(self) -> None:
        """Number the pending events and write them."""
        observed = np.ones(self._pending, np.bool_)
        for rows in self._hidden.values():
            observed[[place for place, _, _ in rows]] = False
        sequences = self._sequence + np.cumsum(observed)
        # The number of hidden events since the last observed one, which may be in the chunk before.
        places = np.arange(self._pending)
        last = np.maximum.accumulate(np.where(observed, places, -1))
        ordinals = places - last + np.where(last < 0, self._ordinal, 0)
        if self._pending:
            self._sequence, self._ordinal = int(sequences[-1]), int(ordinals[-1])
        self._written[0] += int(observed.sum())
        self._written[1] += int((~observed).sum())
        for sink, buffers, chosen, schema in zip(
            self._sinks,
            (self._observed, self._hidden),
            (observed, ~observed),
            (OBSERVABLE_SCHEMA, TRUTH_SCHEMA),
            strict=True,
        ):
            if chosen.any():
                sink.write(self._columns.chunk(buffers, chosen, sequences, ordinals, schema))
        for rows in (*self._observed.values(), *self._hidden.values()):
            rows.clear()
        self._pending = 0


# ---------------------------------------------------------------- columns


class Columns:
    """Makes the chunks of one region's log: each field of a type is an array, scattered to the rows of its events."""

    def __init__(self, clock: Clock, region: int) -> None:
        self._start = clock.local_epoch_start
        self._utc_start = clock.utc_epoch_start
        self._region = region
        self._fields = {event_type: fields(event_type) for event_type in (*OBSERVABLE, *TRUTH)}

    def chunk(
        self, buffers: Rows, chosen: NDArray[np.bool_], sequences: Ints, ordinals: Ints, schema: pa.Schema
    ) -> pa.Table:
        """One part of the pending events, in the order of writing.

        `chosen` flags the places that belong to this part; `sequences` and `ordinals` number each place.
        """
        size = int(np.count_nonzero(chosen))
        row_of = np.cumsum(chosen) - 1
        codes, seconds = np.zeros(size, np.int64), np.zeros(size, np.int64)
        values: dict[str, list[tuple[Ints, pa.Array]]] = {}
        types = [event_type for event_type, rows in buffers.items() if rows]
        for code, event_type in enumerate(types):
            places, moments, events = zip(*buffers[event_type], strict=True)
            rows = row_of[np.array(places)]
            codes[rows], seconds[rows] = code, moments
            for field, column in zip(self._fields[event_type], zip(*events, strict=True), strict=True):
                values.setdefault(field.name, []).append((rows, self._array(field, column)))
        columns: dict[str, Any] = {
            "event_id": _event_ids(sequences[chosen], ordinals[chosen]),
            "region": pa.repeat(self._region, size),
            "time_utc": pa.array(seconds + self._utc_start).cast(SECONDS),
            "timestamp": pa.array(seconds + self._start).cast(SECONDS),
            "event_type": pa.array([type_name(event_type) for event_type in types]).take(pa.array(codes)),
        }
        for column in schema:
            if column.name not in columns:
                columns[column.name] = _scattered(values.get(column.name, []), size, column.type)
        return pa.table(columns, schema=schema)

    def _array(self, field: Field, values: tuple[Any, ...]) -> pa.Array:
        if field.type is LocalTime:
            return pa.array([None if value is None else self._start + value for value in values], SECONDS)
        return pa.array(values, ARROW_TYPES[field.type])


def _scattered(parts: list[tuple[Ints, pa.Array]], size: int, kind: pa.DataType) -> pa.Array:
    """Values of several event types at their rows, null elsewhere."""
    if not parts:
        return pa.nulls(size, kind)
    where = np.full(size, -1, np.int64)
    start = 0
    for rows, _ in parts:
        where[rows] = np.arange(start, start + len(rows))
        start += len(rows)
    together = pa.concat_arrays([values for _, values in parts])
    return together.take(pa.array(where, mask=where < 0))


def _event_ids(sequences: Ints, ordinals: Ints) -> pa.Array:
    """`EV000017`, or `EV000017T02` for the second truth event after it."""
    ids = _numbered("EV", sequences, 6)
    if ordinals.any():
        ids = pc.binary_join_element_wise(ids, _numbered("T", ordinals, 2), "")
    return ids


def _numbered(prefix: str, numbers: Ints, width: int) -> pa.Array:
    """A prefix and a number, zero-padded."""
    return pc.binary_join_element_wise(prefix, pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width, "0"), "")
