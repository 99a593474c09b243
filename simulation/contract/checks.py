"""Checks tables against the contract: each fault is one readable sentence."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from simulation.contract import EVERY_RUN, Column, Table
from simulation.contract.conditions import conditions, conditions_of_files, quoted
from simulation.lib.query_database import keep, query_database

_SHOWN = 3
_JSON_TYPES: dict[str, type] = {"object": dict, "array": list, "value": object}


def check_table(table: pa.Table, contract: Table) -> list[str]:
    """The faults of one table: columns, types, nulls, ranges, enums, patterns, precision, keys.

    Of a value with several faults, the first is told.
    """
    return check_tables([(table, contract)])


def check_tables(tables: Iterable[tuple[pa.Table, Table]]) -> list[str]:
    """The faults of several tables, each with its contract, one after another."""
    with closing(query_database()) as database:
        kinds: Any = {"parameters": ["VARCHAR", "VARCHAR"], "return_type": "BOOLEAN", "type": "arrow"}
        database.create_function("is_json", _are_json, **kinds)
        return [fault for table, contract in tables for fault in _faults_of_table(database, table, contract)]


def check_references(tables: Mapping[str, pa.Table]) -> list[str]:
    """The values of foreign keys without a row in the table referred to. Tables not given are skipped."""
    faults = []
    for name, contract in EVERY_RUN.tables.items():
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
    return bool(tables[name].schema.field(column).type == EVERY_RUN.tables[name].schema.field(column).type)


def _faults_of_table(database: Any, table: pa.Table, contract: Table) -> Iterator[str]:
    if faults := list(faults_of_columns(table.schema, contract)):
        yield from (f"{contract.name}: {fault}" for fault in faults)
        return  # values of missing columns cannot be checked
    keep(database, "checked", table)
    for column in _columns_with_faults(database, contract):
        yield from (f"{contract.name}.{column.name}: {fault}" for fault in _faults_of_values(database, column))
    yield from _repeated_keys(table, contract)


def _columns_with_faults(database: Any, contract: Table) -> list[Column]:
    """The columns of which a value is not as it must be. One query finds that there is none, as there mostly is."""
    judged = [column for column in contract.columns if _judged(column)]
    counts = ", ".join(f"count({_broken(column)})" for column in judged)
    found = database.execute(f"SELECT {counts} FROM checked")  # noqa: S608 -- the contract's
    return [column for column, count in zip(judged, found.fetchone(), strict=True) if count]


def _faults_of_values(database: Any, column: Column) -> Iterator[str]:
    values = f"SELECT {quoted(column.name)} AS value, {_broken(column)} AS broken FROM checked WHERE broken IS NOT NULL"  # noqa: S608 -- the contract's
    found = database.execute(f"FROM ({values}) SELECT broken, count(*), list(value) GROUP BY ALL ORDER BY ALL")
    for number, count, broken in found.fetchall():
        yield f"{_told(count, broken)} {list(_judged(column).values())[number]}"


def _judged(column: Column) -> dict[str, str]:
    """The conditions on a column's values in SQL, and what a value is for which they do not hold."""
    judged = dict([*conditions_of_files(column), *conditions(column)])
    return judged if column.nullable else {**judged, f"{quoted(column.name)} IS NOT NULL": "null, which may not be"}


def _broken(column: Column) -> str:
    """The number of the first condition that does not hold of a value, in SQL; null where all hold."""
    cases = (f"WHEN NOT ({condition}) THEN {number}" for number, condition in enumerate(_judged(column)))
    return f"CASE {' '.join(cases)} END"


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
