"""The observable log as OCEL 2.0 in an SQLite database."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from simulation.events import LocalTime
from simulation.exports.standards.ocel import OBJECT_TYPES, EventTypes, payload
from simulation.exports.standards.ocel_tables import tables_of_log

OPENING = b"SQLite format 3\0"

_ROWS_AT_ONCE = 1 << 12
# A declared type in SQLite, as the standard has it, and in DuckDB.
_TYPES = {
    str: ("TEXT", "VARCHAR"),
    int: ("INTEGER", "BIGINT"),
    float: ("REAL", "DOUBLE"),
    bool: ("BOOLEAN", "BOOLEAN"),
    LocalTime: ("TIMESTAMP", "VARCHAR"),
}
# The file appears only when it is complete: it needs no journal.
_TYPE_INDEPENDENT = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;
CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL);
CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL);
CREATE TABLE event (ocel_id TEXT PRIMARY KEY, ocel_type TEXT NOT NULL REFERENCES event_map_type (ocel_type));
CREATE TABLE object (ocel_id TEXT PRIMARY KEY, ocel_type TEXT NOT NULL REFERENCES object_map_type (ocel_type));
CREATE TABLE event_object (
    ocel_event_id TEXT NOT NULL REFERENCES event (ocel_id), ocel_object_id TEXT NOT NULL REFERENCES object (ocel_id),
    ocel_qualifier TEXT NOT NULL, PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier)
) WITHOUT ROWID;
CREATE TABLE object_object (
    ocel_source_id TEXT NOT NULL REFERENCES object (ocel_id), ocel_target_id TEXT NOT NULL REFERENCES object (ocel_id),
    ocel_qualifier TEXT NOT NULL, PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier)
) WITHOUT ROWID;
"""


def write(directory: Path, _: dict[str, Any], file: Path, __: Path) -> None:
    """Write the log of a run's directory. Raises LogError where it cannot be read."""
    try:
        with (
            tables_of_log(directory, file.with_name("log.duckdb")) as (log, types),
            closing(sqlite3.connect(file, isolation_level=None)) as database,
        ):
            database.executescript(_TYPE_INDEPENDENT)
            for table, columns in _tables_by_type(types):
                database.execute(f"CREATE TABLE {table} ({columns})")
            for table, query in _rows(types):
                found = log.execute(query)
                marks = ", ".join("?" * len(found.description))
                while rows := found.fetchmany(_ROWS_AT_ONCE):
                    database.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
            database.execute("COMMIT")
    except sqlite3.Error as error:  # only the disk can cause it
        raise OSError(str(error)) from error


def _tables_by_type(events: EventTypes) -> Iterator[tuple[str, str]]:
    """The tables for each type of event and object, and their columns."""
    for name, declared in events.items():
        attributes = ", ".join(f'"{one.name}" {_TYPES[one.type][0]}' for one in payload(declared))
        keyed = "ocel_id TEXT PRIMARY KEY REFERENCES event (ocel_id), ocel_time TIMESTAMP NOT NULL"
        yield f"event_{name}", f"{keyed}, {attributes}"
    for kind in OBJECT_TYPES:
        attributes = ", ".join(f'"{name}" {_TYPES[type_][0]}' for name, type_ in kind.attributes.items())
        keyed = "ocel_id TEXT NOT NULL REFERENCES object (ocel_id), ocel_time TIMESTAMP NOT NULL"
        yield f"object_{kind.name}", f"{keyed}, ocel_changed_field TEXT, {attributes}"


def _rows(events: EventTypes) -> Iterator[tuple[str, str]]:
    """Each table, and the query for its rows."""
    for table in ("event", "object"):
        types = events if table == "event" else [kind.name for kind in OBJECT_TYPES]
        yield f"{table}_map_type", f"SELECT name, name FROM (SELECT unnest({list(types)}) AS name)"
        yield table, f"SELECT ocel_id, ocel_type FROM {table} ORDER BY place"
        yield f"{table}_object", f"SELECT ocel_id, ocel_object_id, ocel_qualifier FROM {table}_object ORDER BY ALL"
    for name, declared in events.items():
        attributes = ", ".join(f'"{one.name}"' for one in payload(declared))
        yield f"event_{name}", f"SELECT ocel_id, ocel_time, {attributes} FROM log_{name} ORDER BY place"
    for kind in OBJECT_TYPES:
        attributes = ", ".join(
            f"any_value(value) FILTER (name = '{name}')::{_TYPES[type_][1]}" for name, type_ in kind.attributes.items()
        )
        row, changes = "ocel_id, ocel_time, changed", f"object_attribute WHERE ocel_type = '{kind.name}'"
        order = "place, min(number)"
        yield f"object_{kind.name}", f"SELECT {row}, {attributes} FROM {changes} GROUP BY {row}, place ORDER BY {order}"
