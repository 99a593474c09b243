"""The observable log as OCEL 2.0 in an SQLite database, filled from one part of the log at a time."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from simulation.events import KEYS, LocalTime
from simulation.exports.standards.ocel import EVENT_TYPES, OBJECT_TYPES, RELATIONS, STATUS, ObjectType, payload, role
from simulation.log import OBSERVABLE_FILE, Log, read_log
from simulation.tables.files import moments_as_text

OPENING = b"SQLite format 3\0"
EPOCH = "1970-01-01T00:00:00Z"

_SQL_TYPES = {str: "TEXT", int: "INTEGER", float: "REAL", bool: "BOOLEAN", LocalTime: "TIMESTAMP"}
_TYPE_INDEPENDENT = """
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
    log = read_log(directory / OBSERVABLE_FILE)
    with opened(file) as database:
        # The file appears only when it is complete: it needs no journal.
        database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN")
        _create(database)
        for part in log.parts:
            _fill(database, part)
        for kind in OBJECT_TYPES:
            _tell_objects(database, kind)
        database.execute("COMMIT")


@contextmanager
def opened(file: Path) -> Iterator[sqlite3.Connection]:
    """A database in a private file. Its errors are raised as OSError, since only the disk can cause them."""
    try:
        with closing(sqlite3.connect(file, isolation_level=None)) as database:
            yield database
    except sqlite3.Error as error:
        raise OSError(str(error)) from error


def _create(database: sqlite3.Connection) -> None:
    for statement in _TYPE_INDEPENDENT.split(";"):
        database.execute(statement)
    for name, event in EVENT_TYPES.items():
        columns = _columns({one.name: one.type for one in payload(event)})
        database.execute("INSERT INTO event_map_type VALUES (?, ?)", (name, name))
        database.execute(
            f"CREATE TABLE event_{name} (ocel_id TEXT PRIMARY KEY REFERENCES event (ocel_id), "
            f"ocel_time TIMESTAMP NOT NULL, {columns})"
        )
    for kind in OBJECT_TYPES:
        columns = _columns(kind.attributes)
        database.execute("INSERT INTO object_map_type VALUES (?, ?)", (kind.name, kind.name))
        database.execute(
            f"CREATE TABLE object_{kind.name} (ocel_id TEXT NOT NULL REFERENCES object (ocel_id), "
            f"ocel_time TIMESTAMP NOT NULL, ocel_changed_field TEXT, {columns})"
        )
        database.execute(f"CREATE TEMP TABLE said_of_{kind.name} (place INTEGER, id TEXT, time TEXT, {columns})")


def _columns(types: dict[str, type]) -> str:
    return ", ".join(f'"{name}" {_SQL_TYPES[kind]}' for name, kind in types.items())


def _fill(database: sqlite3.Connection, part: Log) -> None:
    """Add the events of a part, the objects they name, and what they tell of these."""
    start = database.execute("SELECT count(*) FROM event").fetchone()[0]
    heads = part.heads
    ids = heads["event_id"].to_pylist()
    place = dict(zip(ids, range(start, start + len(ids)), strict=True))
    _insert(database, "event", [ids, heads["event_type"].to_pylist()])
    for name, event in EVENT_TYPES.items():
        rows = part.events(event)
        if len(rows):
            events, names = _Events(rows), [one.name for one in payload(event)]
            _insert(database, f"event_{name}", [events.ids, events.times, *map(events.values, names)])
            _relate(database, event, events)
            _describe(database, event, events, place)


class _Events:
    """Events of one type by column, with all moments in UTC."""

    def __init__(self, rows: pa.Table) -> None:
        self._rows = rows
        self._shift = pc.subtract(rows["time_utc"], rows["timestamp"])
        self.ids: list[Any] = rows["event_id"].to_pylist()
        self.times = self.values("time_utc")

    def __contains__(self, name: str) -> bool:
        return name in self._rows.column_names

    def values(self, name: str) -> list[Any]:
        """A column as the database stores it."""
        column = self._rows[name]
        if pa.types.is_timestamp(column.type):
            moments = column if name == "time_utc" else pc.add(column, self._shift)
            column = pc.binary_join_element_wise(moments_as_text(moments), "Z", "")
        found: list[Any] = column.to_pylist()
        return found


def _relate(database: sqlite3.Connection, event: type[Any], events: _Events) -> None:
    for key in KEYS:
        if key in events:
            named = [(id_, one) for id_, one in zip(events.ids, events.values(key), strict=True) if one is not None]
            kind = key.removesuffix("_id")
            database.executemany("INSERT OR IGNORE INTO object VALUES (?, ?)", ((one, kind) for _, one in named))
            qualifier = role(event, key)
            database.executemany("INSERT INTO event_object VALUES (?, ?, ?)", ((*pair, qualifier) for pair in named))
    for of, source, target, qualifier in RELATIONS:
        if of is event:
            pairs = zip(events.values(source), events.values(target), strict=True)
            database.executemany(
                "INSERT OR IGNORE INTO object_object VALUES (?, ?, ?)",
                ((*pair, qualifier) for pair in pairs if None not in pair),
            )


def _describe(database: sqlite3.Connection, event: type[Any], events: _Events, place: dict[str, int]) -> None:
    """Record what events tell of objects, in the order of the log."""
    for kind in OBJECT_TYPES:
        said = kind.described_by.get(event, {})
        if said or event in kind.status:
            places = [place[one] for one in events.ids]
            status = [kind.status.get(event)] * len(places)
            values = [places, events.values(kind.key), events.times, *map(events.values, said.values()), status]
            _insert(database, f"said_of_{kind.name}", values, ("place", "id", "time", *said, STATUS))


def _insert(
    database: sqlite3.Connection, table: str, columns: Sequence[Iterable[Any]], names: Sequence[str] = ()
) -> None:
    into = "({})".format(", ".join(f'"{name}"' for name in names)) if names else ""
    marks = ", ".join("?" * len(columns))
    database.executemany(f"INSERT INTO {table} {into} VALUES ({marks})", zip(*columns, strict=True))


def _tell_objects(database: sqlite3.Connection, kind: ObjectType) -> None:
    """Write each object's first attributes, and each later change of one with its moment."""
    names = ", ".join(f'"{name}"' for name in kind.attributes)
    said, objects = f"said_of_{kind.name}", f"object_{kind.name}"
    database.execute(f"CREATE INDEX temp.first_{said} ON {said} (id, place)")
    database.execute(
        f"INSERT INTO {objects} (ocel_id, ocel_time, {names}) SELECT id, '{EPOCH}', {names} FROM {said} AS one "
        f"WHERE place = (SELECT min(place) FROM {said} WHERE id = one.id) ORDER BY place"
    )
    for name in kind.attributes:
        database.execute(
            f'INSERT INTO {objects} (ocel_id, ocel_time, ocel_changed_field, "{name}") '
            f"SELECT id, time, '{name}', value FROM (SELECT place, id, time, \"{name}\" AS value, "
            f'lag("{name}") OVER (PARTITION BY id ORDER BY place) AS before FROM {said} WHERE "{name}" IS NOT NULL) '
            f"AS one WHERE value IS NOT before AND place > (SELECT min(place) FROM {said} WHERE id = one.id) "
            "ORDER BY place"
        )
