"""What tables are made with: the window, Arrow's columns as NumPy's arrays, and how rows are joined and grouped."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Self, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from attrs import frozen

from simulation.clock import DAY
from simulation.contract import EVERY_RUN, Contract
from simulation.log import Log

Column: TypeAlias = "pa.Array | pa.ChunkedArray"
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@frozen
class Window:
    """The recorded window, in seconds since 1970-01-01 of local time; `end` is not part of it."""

    start: int
    end: int

    @classmethod
    def of(cls, log: Log) -> Self:
        """The window that a log's metadata carries."""
        return cls(_epoch(log.metadata.window_start), _epoch(log.metadata.window_end))

    def holds(self, times: Ints) -> Flags:
        """Flags of the times that lie in the window."""
        return (times >= self.start) & (times < self.end)

    def last(self, days: int) -> "Window":
        """The window's last days; all of it where it is shorter."""
        return Window(max(self.start, self.end - days * DAY), self.end)

    def before_end(self, events: pa.Table) -> pa.Table:
        """The events of the warm-up and the window."""
        return events.filter(pa.array(seconds(events["timestamp"]) < self.end))

    def until_close(self, events: pa.Table) -> pa.Table:
        """The events up to the window's end, that moment included."""
        return events.filter(pa.array(seconds(events["timestamp"]) <= self.end))


def _epoch(local: str) -> int:
    return int(datetime.fromisoformat(local).replace(tzinfo=UTC).timestamp())


def happened(log: Log, event_type: type[Any]) -> pa.Table:
    """The events of one type in their order: when each happened, and its own fields."""
    return log.events(event_type, columns=("timestamp", *event_type._fields))


def as_table(name: str, columns: Mapping[str, Any], contract: Contract = EVERY_RUN) -> pa.Table:
    """Columns as the table of that name, in a contract's order and types.

    Raises ValueError where a column that may not be null has nulls: the log lacks what the table needs.
    """
    schema = contract.table(name).schema
    table = pa.Table.from_pydict({field.name: columns[field.name] for field in schema}, schema=schema)
    for field, values in zip(schema, table.columns, strict=True):
        if values.null_count and not field.nullable:
            raise ValueError(f"the log leaves {values.null_count} values of {name}.{field.name} open")
    return table.combine_chunks()


def decimals(table: str, column: str) -> int:
    """The number of decimals with which the contract has a column stored."""
    stored = EVERY_RUN.table(table).column(column).decimals
    if stored is None:
        raise ValueError(f"{table}.{column} has no stored precision")
    return stored


def stored(value: float | None, table: str, column: str) -> float | None:
    """A value rounded as the contract has the column stored; None stays None."""
    return None if value is None else round(value, decimals(table, column))


def seconds(times: Column) -> Ints:
    """Datetimes, none of them null, as seconds since 1970-01-01."""
    return np.asarray(pc.cast(times, pa.int64()).to_numpy(zero_copy_only=False), np.int64)


def flags(values: Column) -> Flags:
    """Booleans as an array, False where they are null."""
    return np.asarray(pc.fill_null(values, False).to_numpy(zero_copy_only=False), np.bool_)


def positions(wanted: Column, among: Column) -> Ints:
    """The first position of each wanted value among others; -1 where it is missing."""
    found = pc.index_in(wanted, value_set=among)
    return np.asarray(pc.fill_null(found, -1).to_numpy(zero_copy_only=False), np.int64)


def take(values: Column, where: Ints) -> Column:
    """The values at these positions, null at position -1."""
    return values.take(pa.array(where, pa.int64(), mask=where < 0))


def ordered(table: pa.Table, *names: str) -> pa.Table:
    """The rows by ascending columns."""
    return table.take(pc.sort_indices(table, sort_keys=[(name, "ascending") for name in names]))


def keys(rows: pa.Table, *names: str) -> pa.ChunkedArray:
    """Several columns of ids as one, to join rows by."""
    return pc.binary_join_element_wise(*(rows[name] for name in names), " ")


def summed(owners: Column, **columns: npt.NDArray[Any]) -> dict[str, dict[str, int]]:
    """The sums of columns of whole numbers or flags over the rows of each owner."""
    numbers = {name: pa.array(values, pa.int64()) for name, values in columns.items()}
    rows = pa.table({"owner": owners, **numbers}).group_by("owner", use_threads=False)
    sums = rows.aggregate([(name, "sum") for name in columns]).to_pylist()
    return {row["owner"]: {name: row[f"{name}_sum"] for name in columns} for row in sums}


def scaled(values: Column, places: int) -> Ints:
    """Stored decimals as whole numbers of their last place, 0 where they are null.

    Sums of these are exact, in whatever order they are added.
    """
    numbers = np.asarray(pc.fill_null(values, 0.0).to_numpy(zero_copy_only=False), np.float64)
    return np.asarray(np.rint(numbers * 10**places), np.int64)


def mean(total: int, places: int, count: int) -> float | None:
    """The mean of `count` scaled decimals, unrounded; None over nothing."""
    return total / (10**places * count) if count else None
