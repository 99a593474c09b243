"""Tables whose rows belong to agents: reading them agent by agent, and making entries from rows."""

from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
from attrs import fields

from simulation.tables.columns import positions, take
from simulation.views.timeline.entries import TimelineEntry

Kind = TypeVar("Kind", bound=TimelineEntry)


class OwnedRows:
    """The rows of a table by owner, in the table's order; rows of unknown owners are left out."""

    def __init__(self, table: pa.Table, owner: str, agents: pa.Array) -> None:
        owners = positions(table[owner], among=agents)
        order = np.argsort(owners, kind="stable")
        self._table = table.take(pa.array(order))
        self._bounds = np.searchsorted(owners[order], np.arange(len(agents) + 1)).tolist()

    def of(self, agent: int) -> list[dict[str, Any]]:
        """An agent's rows, with moments as datetimes."""
        begin, end = self._bounds[agent : agent + 2]
        rows: list[dict[str, Any]] = self._table.slice(begin, end - begin).to_pylist() if begin < end else []
        return rows


def entry_of(kind: type[Kind], values: Mapping[str, Any]) -> Kind:
    """An entry out of values by field; fields without a value are None."""
    found: dict[str, Any] = {field.name: values.get(field.name) for field in fields(kind)}
    return kind(**found)


def renamed(table: pa.Table, names: Mapping[str, str]) -> pa.Table:
    """A table some of whose columns have new names."""
    return table.rename_columns([names.get(name, name) for name in table.column_names])


def joined(table: pa.Table, key: str, other: pa.Table, columns: Mapping[str, str]) -> pa.Table:
    """A table with columns of another under new names, looked up by key; null where the key is missing."""
    where = positions(table[key], among=other[key])
    for column, name in columns.items():
        table = table.append_column(name, take(other[column], where))
    return table
