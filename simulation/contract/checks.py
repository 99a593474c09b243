"""Checks tables against the contract: each fault is one readable sentence."""

import json
from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulation.contract import TABLES, Column, Table

_SHOWN = 3


def check_table(table: pa.Table, contract: Table) -> list[str]:
    """The faults of one table: columns, types, nulls, ranges, enums, patterns, precision, keys."""
    faults = list(_check_columns(table, contract))
    if faults:
        return faults  # values of missing columns cannot be checked
    for column in contract.columns:
        where = f"{contract.name}.{column.name}"
        faults.extend(f"{where}: {fault}" for fault in _check_values(table[column.name], column))
    faults.extend(_check_key(table, contract))
    return faults


def check_references(tables: Mapping[str, pa.Table]) -> list[str]:
    """The values of foreign keys without a row in the table referred to. Tables not given are skipped."""
    faults = []
    for name, contract in TABLES.items():
        for column, target in contract.ref.items():
            other, key = target.split(".")
            if not (_has_column(tables, name, column) and _has_column(tables, other, key)):
                continue  # check_table reports these
            values = tables[name][column].drop_null()
            dangling = values.filter(pc.invert(pc.is_in(values, value_set=tables[other][key].combine_chunks())))
            if len(dangling):
                faults.append(f"{name}.{column}: {_count(dangling)} in no row of {target}")
    return faults


def _has_column(tables: Mapping[str, pa.Table], name: str, column: str) -> bool:
    """Whether a table is given and has the column once, with the contract's type."""
    if name not in tables or tables[name].column_names.count(column) != 1:
        return False
    return bool(tables[name].schema.field(column).type == TABLES[name].schema.field(column).type)


def _check_columns(table: pa.Table, contract: Table) -> Iterator[str]:
    expected = contract.schema
    missing = [name for name in expected.names if name not in table.column_names]
    unknown = [name for name in table.column_names if name not in expected.names]
    if missing:
        yield f"{contract.name}: lacks the columns {', '.join(missing)}"
    if unknown:
        yield f"{contract.name}: has the undeclared columns {', '.join(unknown)}"
    if not missing and not unknown and table.column_names != expected.names:
        yield f"{contract.name}: its columns are not in the contract's order"
    for column in expected:
        if column.name in table.column_names and table.column_names.count(column.name) == 1:
            found = table.schema.field(column.name).type
            if found != column.type:
                yield f"{contract.name}.{column.name}: has the type {found}, not {column.type}"


def _check_values(values: pa.ChunkedArray, column: Column) -> Iterator[str]:
    if values.null_count and not column.nullable:
        yield f"{values.null_count} values are null, which may not be"
    values = values.drop_null()
    if column.type == "float":
        yield from _check_numbers(values, column)
    elif column.low is not None or column.high is not None:
        yield from _check_range(values, column)
    if column.enum:
        yield from _broken(
            values,
            pc.is_in(values, value_set=pa.array(column.enum, values.type)),
            f"not one of {', '.join(map(str, column.enum))}",
        )
    if column.pattern:
        yield from _broken(
            values, pc.match_substring_regex(values, f"^(?:{column.pattern})$"), f"not like {column.pattern}"
        )
    if column.type == "json":
        yield from _check_json(values, column)
    if column.type in ("string", "json"):
        # A CSV file has one empty field, and it is null.
        yield from _broken(values, pc.not_equal(values, ""), "empty strings where null is meant")


def _check_numbers(values: pa.ChunkedArray, column: Column) -> Iterator[str]:
    numbers = values.to_numpy()
    finite = pa.array(np.isfinite(numbers))
    yield from _broken(values, finite, "not finite")
    values = values.filter(finite)
    yield from _check_range(values, column)
    if column.decimals is not None:
        numbers = values.to_numpy()
        rounded = pa.array(np.round(numbers, column.decimals) == numbers)
        yield from _broken(values, rounded, f"not rounded to {column.decimals} decimals")


def _check_range(values: pa.ChunkedArray, column: Column) -> Iterator[str]:
    if column.low is not None:
        yield from _broken(values, pc.greater_equal(values, pa.scalar(column.low, values.type)), f"below {column.low}")
    if column.high is not None:
        yield from _broken(values, pc.less_equal(values, pa.scalar(column.high, values.type)), f"above {column.high}")


def _check_json(values: pa.ChunkedArray, column: Column) -> Iterator[str]:
    wanted = _JSON_TYPES.get(column.holds, object)

    def fits(text: str) -> bool:
        try:
            return isinstance(_JSON.decode(text), wanted)
        except ValueError:
            return False

    what = "not JSON" if column.holds is None else f"no JSON {column.holds}"
    yield from _broken(values, pa.array([fits(text) for text in values.to_pylist()], pa.bool_()), what)


def _no_json(text: str) -> None:
    raise ValueError(f"{text} is no JSON")


_JSON = json.JSONDecoder(parse_constant=_no_json)
_JSON_TYPES: dict[str | None, type] = {"object": dict, "array": list}


def _check_key(table: pa.Table, contract: Table) -> Iterator[str]:
    counts = table.group_by(list(contract.key), use_threads=False).aggregate([([], "count_all")])
    repeated = counts.filter(pc.greater(counts["count_all"], 1))
    if len(repeated):
        first = ", ".join(str(repeated[name][0].as_py()) for name in contract.key)
        yield f"{contract.name}: {len(repeated)} keys occur more than once, the first is ({first})"


def _broken(values: pa.ChunkedArray, fine: pa.Array | pa.ChunkedArray, fault: str) -> Iterator[str]:
    broken = values.filter(pc.invert(fine))
    if len(broken):
        yield f"{_count(broken)} {fault}"


def _count(values: pa.ChunkedArray) -> str:
    """The number of values, and the first ones: "2 values (7, 8)"."""
    shown = ", ".join(str(value) for value in values[:_SHOWN].to_pylist())
    more = ", ..." if len(values) > _SHOWN else ""
    return f"{len(values)} value{'s' if len(values) > 1 else ''} ({shown}{more})"
