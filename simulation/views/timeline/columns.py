"""Tables whose rows belong to agents: their columns as plain values, agent by agent."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from simulation.tables.columns import Flags, Ints, positions, seconds


class Rows:
    """The rows of a table by whose they are, in the table's order; rows of nobody known are left out."""

    def __init__(self, table: pa.Table, agents: pa.Array, owner: str) -> None:
        owners = positions(table[owner], among=agents)
        order = np.argsort(owners, kind="stable")
        order = order[np.count_nonzero(owners < 0) :]
        self.table: pa.Table = table.take(pa.array(order))
        self.owners: Ints = owners[order]
        self._bounds = np.searchsorted(self.owners, np.arange(len(agents) + 1)).tolist()
        self._columns: dict[str, list[Any]] = {}

    def __getitem__(self, column: str) -> list[Any]:
        """A column of all rows."""
        if column not in self._columns:
            self._columns[column] = plain(self.table[column])
        return self._columns[column]

    def span(self, agent: int) -> slice:
        """Where an agent's rows stand."""
        return slice(self._bounds[agent], self._bounds[agent + 1])

    def of(self, agent: int, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """Some columns of an agent's rows, row by row."""
        span = self.span(agent)
        return zip(*(self[column][span] for column in columns), strict=True)


def differs_from_before(owners: Ints, *columns: pa.ChunkedArray) -> Flags:
    """Which rows differ in any column from their owner's row before; the first of each owner does."""
    differs = np.ones(len(owners), np.bool_)
    if len(owners) > 1:
        differs[1:] = np.diff(owners) != 0
        for column in columns:
            values = np.asarray(column.to_numpy())
            differs[1:] |= values[1:] != values[:-1]
    return differs


def plain(values: pa.ChunkedArray) -> list[Any]:
    """Values as Python has them: moments as datetimes, null as None."""
    if pa.types.is_timestamp(values.type):
        known = values.is_valid().to_numpy().tolist()
        moments = seconds(values.fill_null(0)).astype("datetime64[s]").tolist()
        return [moment if there else None for moment, there in zip(moments, known, strict=True)]
    if values.null_count and not pa.types.is_string(values.type):
        return list(values.to_pylist())
    return list(values.to_numpy().tolist())
