"""Log -> the columns that extensions add to a table: the last value, or the number, of each row's events of a type."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from simulation.contract import contract_for
from simulation.contract.vocabulary import EXTENDED_TABLES, ExtraColumn
from simulation.log import Log
from simulation.tables.columns import as_table

_TYPES = {"string": pa.string(), "integer": pa.int64(), "float": pa.float64(), "boolean": pa.bool_()}


def with_extra_columns(name: str, columns: Mapping[str, Any], log: Log) -> pa.Table:
    """Columns as the table of that name, with those that the log's vocabulary adds to it.

    Raises ValueError where the log lacks an event's field that one of these is made of, or has another type for it.
    """
    table = as_table(name, columns)
    wanted = [one for one in log.metadata.vocabulary.columns if one.table == name]
    if not wanted:
        return table
    known = dict(zip(table.column_names, table.columns, strict=True))
    added = {one.name: _values(one, table[EXTENDED_TABLES[name]], log) for one in wanted}
    return as_table(name, known | added, contract_for(log.metadata.vocabulary))


def _values(column: ExtraColumn, rows: pa.ChunkedArray, log: Log) -> Any:
    """A column's values for the rows with these keys."""
    key = EXTENDED_TABLES[column.table]
    if not column.field:
        counts = Counter(log.events_named(column.event, columns=[key])[key].to_pylist())
        numbers = [counts[row] for row in rows.to_pylist()]
        return numbers if column.type == "integer" else [number > 0 for number in numbers]
    if column.field not in log.schema.names or log.schema.field(column.field).type != _TYPES[column.type]:
        raise ValueError(f"the log has no {column.type} {column.field}, of which {column.table}.{column.name} is made")
    events = log.events_named(column.event, columns=[key, column.field])
    last = dict(zip(events[key].to_pylist(), events[column.field].to_pylist(), strict=True))
    return [_as_stored(last.get(row), column.decimals) for row in rows.to_pylist()]


def _as_stored(value: Any, decimals: int | None) -> Any:
    """A value as tables have it: rounded, and null for an empty text."""
    return None if value in (None, "") else value if decimals is None else round(value, decimals)
