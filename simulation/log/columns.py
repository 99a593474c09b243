"""Events -> the log's columns: each field of each type is an array, scattered to the rows of its events."""

from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simulation.clock import Clock
from simulation.events import OBSERVABLE, TRUTH, Field, LocalTime, fields, type_name
from simulation.log.schema import ARROW_TYPES, SECONDS

Ints = NDArray[np.int64]

Rows: TypeAlias = "dict[type[Any], list[tuple[int, int, Any]]]"
"""Pending events by type: place among all pending, simulated second, event."""


class Columns:
    """Makes the chunks of one region's log."""

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
