"""Checks tables against the contract: each fault is one readable sentence."""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from simulation.contract import TABLES, Column, Table
from simulation.contract.conditions import conditions, conditions_of_files, quoted
from simulation.lib.query_database import keep, query_database

_SHOWN = 3
_JSON_TYPES: dict[str, type] = {"object": dict, "array": list, "value": object}


def check_table(table: pa.Table, contract: Table) -> list[str]:
    """The faults of one table: columns, types, nulls, ranges, enums, patterns, precision, keys.

    Of a value with several faults, the first is told.
    """
    if faults := list(faults_of_columns(table.schema, contract)):
        return [f"{contract.name}: {fault}" for fault in faults]  # values of missing columns cannot be checked
    with closing(query_database()) as database:
        kinds: Any = {"parameters": ["VARCHAR", "VARCHAR"], "return_type": "BOOLEAN", "type": "arrow"}
        database.create_function("is_json", _are_json, **kinds)
        keep(database, "checked", table)
        for column in contract.columns:
            faults += [f"{contract.name}.{column.name}: {fault}" for fault in _faults_of_values(database, column)]
    return [*faults, *_repeated_keys(table, contract)]


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
                faults.append(f"{name}.{column}: {_told(len(dangling), dangling.to_pylist())} in no row of {target}")
    return faults


def faults_of_columns(found: pa.Schema, contract: Table) -> Iterator[str]:
    """What is not as the contract says of a table's columns, their order and their types."""
    expected = contract.schema
    yield from (f"lacks the column {name}" for name in expected.names if name not in found.names)
    yield from (f"has the undeclared column {name}" for name in found.names if name not in expected.names)
    if set(found.names) == set(expected.names) and found.names != expected.names:
        yield "its columns are not in the contract's order"
    for column in found:
        if column.name in expected.names and column.type != (wanted := expected.field(column.name).type):
            yield f"column {column.name} has the type {column.type}, not {wanted}"


def _has_column(tables: Mapping[str, pa.Table], name: str, column: str) -> bool:
    """Whether a table is given and has the column once, with the contract's type."""
    if name not in tables or tables[name].column_names.count(column) != 1:
        return False
    return bool(tables[name].schema.field(column).type == TABLES[name].schema.field(column).type)


def _faults_of_values(database: Any, column: Column) -> Iterator[str]:
    value = quoted(column.name)
    judged = dict([*conditions_of_files(column), *conditions(column)])
    if not column.nullable:
        judged[f"{value} IS NOT NULL"] = "null, which may not be"
    cases = " ".join(f"WHEN NOT ({condition}) THEN {number}" for number, condition in enumerate(judged))
    if judged:
        values = f"SELECT {value} AS value, CASE {cases} END AS broken FROM checked WHERE broken IS NOT NULL"  # noqa: S608 -- the contract's
        found = database.execute(f"FROM ({values}) SELECT broken, count(*), list(value) GROUP BY ALL ORDER BY ALL")
        for number, count, broken in found.fetchall():
            yield f"{_told(count, broken)} {list(judged.values())[number]}"


def _repeated_keys(table: pa.Table, contract: Table) -> Iterator[str]:
    counts = table.group_by(list(contract.key), use_threads=False).aggregate([([], "count_all")])
    repeated = counts.filter(pc.greater(counts["count_all"], 1))
    if len(repeated):
        first = ", ".join(str(repeated[name][0].as_py()) for name in contract.key)
        yield f"{contract.name}: {len(repeated)} keys occur more than once, the first is ({first})"


def _are_json(texts: pa.Array, holds: pa.Array) -> pa.Array:
    """Whether texts are JSON of a kind. Arrays, since DuckDB imports pandas for a function of single values."""
    pairs = zip(texts.to_pylist(), holds.to_pylist(), strict=True)
    return pa.array([_is_json(text, kind) for text, kind in pairs], pa.bool_())


def _is_json(text: str, holds: str) -> bool:
    try:
        return isinstance(json.loads(text, parse_constant=_no_json), _JSON_TYPES[holds])
    except ValueError:
        return False


def _no_json(text: str) -> None:
    raise ValueError(f"{text} is no JSON")


def _told(count: int, values: list[Any]) -> str:
    """The number of values, and the first ones: "2 values (7, 8)"."""
    shown = ", ".join(map(str, values[:_SHOWN]))
    return f"{count} value{'s' if count > 1 else ''} ({shown}{', ...' if count > _SHOWN else ''})"
