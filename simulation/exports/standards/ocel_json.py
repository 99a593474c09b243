"""The observable log as OCEL 2.0 in JSON, an object or event per line, made from its SQLite form."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import IO, Any

from simulation.events import LocalTime
from simulation.exports.standards import ocel_sqlite
from simulation.exports.standards.ocel import EVENT_TYPES, OBJECT_TYPES, payload

OPENING = b'{"objectTypes": ['

_TYPES = {str: "string", int: "integer", float: "float", bool: "boolean", LocalTime: "time"}


def write(directory: Path, record: dict[str, Any], file: Path, target: Path) -> None:
    """Write the log of a run's directory. Raises LogError where it cannot be read."""
    database_file = file.with_name("log.sqlite")
    ocel_sqlite.write(directory, record, database_file, target)
    with ocel_sqlite.opened(database_file) as database, file.open("w", encoding="utf-8", newline="\n") as out:
        events = {name: {one.name: one.type for one in payload(event)} for name, event in EVENT_TYPES.items()}
        objects = {kind.name: kind.attributes for kind in OBJECT_TYPES}
        _write_items(out, '{"objectTypes": [', map(_declared, objects.items()))
        _write_items(out, '],\n"eventTypes": [', map(_declared, events.items()))
        _write_items(out, '],\n"objects": [', _objects(database, objects))
        _write_items(out, '],\n"events": [', _events(database, events))
        out.write("]}\n")


def _write_items(out: IO[str], heading: str, items: Iterable[dict[str, Any]]) -> None:
    out.write(heading)
    for number, item in enumerate(items):
        out.write(",\n" if number else "\n")
        out.write(json.dumps(item, ensure_ascii=False))
    out.write("\n")


def _declared(named: tuple[str, dict[str, type]]) -> dict[str, Any]:
    name, types = named
    return {"name": name, "attributes": [{"name": one, "type": _TYPES[kind]} for one, kind in types.items()]}


def _objects(database: sqlite3.Connection, types: dict[str, dict[str, type]]) -> Iterator[dict[str, Any]]:
    for name, attributes in types.items():
        rows = database.execute(
            f"SELECT object.ocel_id, told.* FROM object LEFT JOIN object_{name} AS told USING (ocel_id) "
            "WHERE ocel_type = ? ORDER BY object.rowid, told.rowid",
            (name,),
        )
        for id_, told in groupby(rows, key=lambda row: row[0]):
            changes = [
                {"name": attribute, "time": time, "value": _text(value, kind)}
                for _, _, time, _, *values in told
                for (attribute, kind), value in zip(attributes.items(), values, strict=True)
                if value is not None
            ]
            related = _related(database, "object_object", "ocel_source_id", "ocel_target_id", id_)
            yield {"id": id_, "type": name, "attributes": changes, "relationships": related}


def _events(database: sqlite3.Connection, types: dict[str, dict[str, type]]) -> Iterator[dict[str, Any]]:
    for id_, name in database.execute("SELECT ocel_id, ocel_type FROM event ORDER BY rowid"):
        _, time, *values = database.execute(f"SELECT * FROM event_{name} WHERE ocel_id = ?", (id_,)).fetchone()
        yield {
            "id": id_,
            "type": name,
            "time": time,
            "attributes": [
                {"name": attribute, "value": _text(value, kind)}
                for (attribute, kind), value in zip(types[name].items(), values, strict=True)
                if value is not None
            ],
            "relationships": _related(database, "event_object", "ocel_event_id", "ocel_object_id", id_),
        }


def _related(database: sqlite3.Connection, table: str, source: str, target: str, id_: str) -> list[dict[str, str]]:
    rows = database.execute(f"SELECT {target}, ocel_qualifier FROM {table} WHERE {source} = ?", (id_,))
    return [{"objectId": one, "qualifier": qualifier} for one, qualifier in rows]


def _text(value: Any, kind: type) -> str:
    """A value as the string that the standard's schema wants."""
    if kind is bool:
        return "true" if value else "false"
    return str(value)
