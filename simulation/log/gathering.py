"""Gathers rows of many tables into one order.

Most events leave most columns of the log empty. So each column is built from the values it has, which is several
times as fast as taking rows.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def gather(tables: Sequence[pa.Table], order: Ints) -> pa.Table:
    """The rows of tables with one schema, in one chunk: row i is row order[i] of the concatenated tables."""
    rows = pa.concat_tables(tables).combine_chunks()
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    return pa.table([_gathered(_whole(column), order, places) for column in rows.columns], schema=rows.schema)


def _gathered(values: pa.Array, order: Ints, places: Ints) -> pa.Array:
    """Values in a new order; `places` are the new rows of each."""
    if values.null_count == len(values):
        return pa.nulls(len(values), values.type)
    known = _known(values)
    rows = np.flatnonzero(known)
    target = places[rows]
    validity = None if len(rows) == len(values) else _bitmap(len(values), target)
    if pa.types.is_string(values.type):
        return _strings(values, order, known, validity)
    if pa.types.is_boolean(values.type):
        flags = _bits(values, 1)[rows]
        return pa.Array.from_buffers(values.type, len(values), [validity, _bitmap(len(values), target[flags])])
    numbers = np.zeros(len(values), np.int64)
    numbers[target] = np.frombuffer(values.buffers()[1], np.int64, len(values), values.offset * 8)[rows]
    return pa.Array.from_buffers(values.type, len(values), [validity, pa.py_buffer(numbers)])


def _strings(values: pa.Array, order: Ints, known: Flags, validity: pa.Buffer | None) -> pa.Array:
    """Strings in a new order: those that are not null are taken, and nulls get empty spans between them."""
    there = known[order]
    taken = values.take(pa.array(order[there]))
    ends = np.frombuffer(taken.buffers()[1], np.int32, len(taken) + 1, taken.offset * 4)
    offsets = ends[np.concatenate([[0], np.cumsum(there)])]
    return pa.Array.from_buffers(values.type, len(values), [validity, pa.py_buffer(offsets), taken.buffers()[2]])


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks else pa.array([], column.type)


def _known(values: pa.Array) -> Flags:
    return _bits(values, 0) if values.null_count else np.ones(len(values), np.bool_)


def _bits(values: pa.Array, buffer: int) -> Flags:
    """One of an array's bitmaps as flags."""
    packed = np.frombuffer(values.buffers()[buffer], np.uint8)
    bits = np.unpackbits(packed, bitorder="little", count=values.offset + len(values))
    return bits[values.offset :].view(np.bool_)


def _bitmap(size: int, places: Ints) -> pa.Buffer:
    """A bitmap in which the bits at some places are set."""
    flags = np.zeros(size, np.bool_)
    flags[places] = True
    return pa.py_buffer(np.packbits(flags, bitorder="little"))
