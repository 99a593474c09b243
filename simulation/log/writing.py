"""Writing the log: events come one by one, and go to sinks in chunks of columns."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import frozen
from numpy.typing import NDArray

from simulation.clock import Clock
from simulation.contract.vocabulary import ExtraEvent
from simulation.events import OBSERVABLE, TRUTH, Field, LocalTime, fields, type_name
from simulation.log.schema import ARROW_TYPES, SECONDS, schemas_of
from simulation.log.sinks import ROW_GROUP, Sink, Unread

EVENTS_PER_REGION = 10**12
# With as many rows as a row group has, chunks are written as they are.
CHUNK_EVENTS = ROW_GROUP

Ints = NDArray[np.int64]


class EventTypes:
    """The types of a log's events, those of extensions last. The code of a type is its place among `all` of them.

    `extra` tells of those of extensions as data; `schemas` are the columns of both parts.
    """

    def __init__(
        self, observable: Sequence[type[Any]] = (), truth: Sequence[type[Any]] = (), extra: Sequence[ExtraEvent] = ()
    ) -> None:
        self.all = (*OBSERVABLE, *TRUTH, *observable, *truth)
        self.observable = frozenset((*OBSERVABLE, *observable))
        self.fields = [fields(event_type) for event_type in self.all]
        self.names = pa.array([type_name(event_type) for event_type in self.all])
        self.schemas = schemas_of(extra)


BUILT_IN_TYPES = EventTypes()

OnEvent = Callable[[str, int, Any], None]
"""Called with an observable event's id, its simulated second, and the event."""


@frozen
class LogState:
    """Where a region's log stands between two events, for a log in another process that goes on there.

    `sequence` is the number of the observable event written last, `ordinal` how many of the truth part followed it;
    `observable_rows` and `truth_rows` are the rows of each part so far.
    """

    sequence: int
    ordinal: int
    observable_rows: int
    truth_rows: int


class EventLog:
    """The log of one region's world.

    `observable` and `truth` take the two parts. After `close_window`, only events that its predicate
    accepts are still observable; others go to the truth part, or nowhere. `on_event` is called for each event of the
    observable part when it is written. `types` are those of its events.

    A log that goes on from the `state` of another writes what that one would have written next. Its sinks need the rows
    so far only if they are to hold the whole log; and a window that was closed is to be closed again.
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
        types: EventTypes = BUILT_IN_TYPES,
    ) -> None:
        state = state or LogState((region - 1) * EVENTS_PER_REGION, 0, 0, 0)
        self._sequence = state.sequence
        self._ordinal = state.ordinal
        parts = zip((observable, truth), types.schemas, strict=True)
        self._observable, self._truth = (
            LogPart(sink, Columns(clock, region, schema, types), chunk_events, rows)
            for (sink, schema), rows in zip(parts, (state.observable_rows, state.truth_rows), strict=True)
        )
        self._place_of = {
            event_type: (code, self._observable if event_type in types.observable else self._truth)
            for code, event_type in enumerate(types.all)
        }
        self._belongs: Callable[[Any], bool] | None = None
        self._keep_rest = True
        self._on_event = on_event

    def write(self, second: int, event: Any) -> None:
        """Append an event at a simulated second, which never decreases."""
        code, part = self._place_of[type(event)]
        if self._belongs is not None and not self._belongs(event):
            if not self._keep_rest:
                return
            part = self._truth
        if part is self._truth:
            self._ordinal += 1
            part.ids.append(f"{self.last_event_id}T{self._ordinal:02d}")
        else:
            self._sequence += 1
            self._ordinal = 0
            if self._on_event is not None:
                self._on_event(self.last_event_id, second, event)
        part.append(second, code, event)

    @property
    def last_event_id(self) -> str:
        """The id of the observable event written last."""
        return f"EV{self._sequence:06d}"

    def close_window(self, belongs: Callable[[Any], bool], *, follow_up: bool) -> None:
        """From now on only events that `belongs` accepts are observable; a follow-up keeps the others as truth."""
        self._belongs = belongs
        self._keep_rest = follow_up

    def state(self) -> LogState:
        """Hand pending events to the sinks, and tell where the log stands."""
        for part in (self._observable, self._truth):
            part.flush()
        return LogState(self._sequence, self._ordinal, self._observable.written, self._truth.written)

    def close(self) -> None:
        """Write pending events and close the sinks."""
        for part in (self._observable, self._truth):
            part.flush()
            part.sink.close()


class LogPart:
    """One part of a log: its events wait until they fill a chunk; `written` are in the sink.

    Chunks end where the part has a multiple of `chunk_events` rows, also after one that ended earlier. `ids` are those
    of the truth part's waiting events; observable ones are numbered as they come.
    """

    def __init__(self, sink: Sink, columns: "Columns", chunk_events: int, written: int) -> None:
        self.sink = sink
        self.written = written
        self.ids: list[str] = []
        self._columns = columns
        self._chunk_events = chunk_events
        self._room = chunk_events - written % chunk_events
        # Of each waiting event in turn, its simulated second and the code of its type; and by code, the events.
        self._seconds: list[int] = []
        self._codes: list[int] = []
        self._events: list[list[Any]] = [[] for _ in columns.types.all]

    def append(self, second: int, code: int, event: Any) -> None:
        """Add an event, and write a chunk if it is full."""
        self._seconds.append(second)
        self._codes.append(code)
        self._events[code].append(event)
        if len(self._codes) == self._room:
            self.flush()

    def flush(self) -> None:
        """Write all events that wait."""
        size = len(self._codes)
        if not size:
            return
        if not isinstance(self.sink, Unread):
            ids = pa.array(self.ids) if self.ids else self._columns.numbered(self.written, size)
            self.sink.write(self._columns.chunk(ids, np.array(self._seconds), np.array(self._codes), self._events))
        self.written += size
        self._room = self._chunk_events - self.written % self._chunk_events
        lists: list[list[Any]] = [self.ids, self._seconds, self._codes, *self._events]
        for waiting in lists:
            waiting.clear()


# ---------------------------------------------------------------- columns


class Columns:
    """Makes the chunks of one part of a region's log: a type's field is an array, put at the rows of the events."""

    def __init__(self, clock: Clock, region: int, schema: pa.Schema, types: EventTypes) -> None:
        self.types = types
        self._start = clock.local_epoch_start
        self._utc_start = clock.utc_epoch_start
        self._region = region
        self._schema = schema

    def numbered(self, before: int, size: int) -> pa.Array:
        """The ids of so many observable events, with so many `before` them."""
        first = (self._region - 1) * EVENTS_PER_REGION + before + 1
        numbers = pa.array(np.arange(first, first + size)).cast(pa.string())
        return pc.binary_join_element_wise("EV", pc.utf8_lpad(numbers, 6, "0"), "")

    def chunk(self, ids: pa.Array, seconds: Ints, codes: Ints, events: Sequence[Sequence[Any]]) -> pa.Table:
        """Rows in their order, of ids, simulated seconds and codes of types, and of the `events` of each type."""
        size = len(ids)
        columns = {
            "event_id": ids,
            "region": pa.repeat(self._region, size),
            "time_utc": pa.array(seconds + self._utc_start).cast(SECONDS),
            "timestamp": pa.array(seconds + self._start).cast(SECONDS),
            "event_type": self.types.names.take(pa.array(codes)),
        }
        columns |= self._payload(events, codes)
        empty = {kind: pa.nulls(size, kind) for kind in ARROW_TYPES.values()}
        return pa.table([columns.get(one.name, empty[one.type]) for one in self._schema], schema=self._schema)

    def _payload(self, events: Sequence[Sequence[Any]], codes: Ints) -> dict[str, pa.Array]:
        """The columns of the fields that some of the events have, null for the others."""
        ends = np.cumsum(np.bincount(codes, minlength=len(events)))
        rows_of = np.split(np.argsort(codes, kind="stable"), ends[:-1])
        found: dict[str, list[tuple[Ints, pa.Array]]] = {}
        for code, of_type in enumerate(events):
            for field, values in zip(self.types.fields[code], zip(*of_type, strict=True), strict=False):
                found.setdefault(field.name, []).append((rows_of[code], self._array(field, values)))
        return {name: _spread(*_together(parts), len(codes)) for name, parts in found.items()}

    def _array(self, field: Field, values: tuple[Any, ...]) -> pa.Array:
        if field.type is LocalTime:
            return pc.add(pa.array(values, pa.int64()), self._start).cast(SECONDS)
        return pa.array(values, ARROW_TYPES[field.type])


def _together(parts: list[tuple[Ints, pa.Array]]) -> tuple[Ints, pa.Array]:
    """Several types' values of a field and their rows, in the order of rows."""
    if len(parts) == 1:
        return parts[0]
    rows = np.concatenate([rows for rows, _ in parts])
    order = np.argsort(rows, kind="stable")
    return rows[order], pa.concat_arrays([values for _, values in parts]).take(pa.array(order))


def _spread(rows: Ints, values: pa.Array, size: int) -> pa.Array:
    """Values at their rows, which ascend, among so many; null elsewhere.

    It is put together of buffers, since Arrow takes ten times as long to take values by indices some of which are null.
    """
    if values.type == pa.bool_():
        return _spread(rows, values.cast(pa.int64()), size).cast(pa.bool_())
    filled = np.zeros(size, np.bool_)
    filled[rows] = values.is_valid()
    buffers = [pa.py_buffer(np.packbits(filled, bitorder="little"))]
    if values.type == pa.string():
        # The texts stay where they are, one after the other: those between have no length.
        ends = np.zeros(size + 1, np.int32)
        ends[rows + 1] = np.diff(np.frombuffer(values.buffers()[1], np.int32, len(values) + 1))
        buffers += [pa.py_buffer(np.cumsum(ends, dtype=np.int32)), values.buffers()[2]]
    else:
        spread = np.zeros(size, np.int64)
        spread[rows] = np.frombuffer(values.buffers()[1], np.int64, len(values))
        buffers.append(pa.py_buffer(spread))
    return pa.Array.from_buffers(values.type, size, buffers)
