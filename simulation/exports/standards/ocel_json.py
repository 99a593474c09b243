"""The observable log as OCEL 2.0 in JSON, an object or event per line."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from simulation.events import LocalTime
from simulation.exports.standards.ocel import OBJECT_TYPES, payload
from simulation.exports.standards.ocel_tables import tables_of_log

OPENING = b'{"objectTypes": ['

_TYPES = {str: "string", int: "integer", float: "float", bool: "boolean", LocalTime: "time"}
# Events and objects differ in who has the time: an event itself, or each attribute of an object.
_ITEMS = """
SELECT to_json({{'id': ocel_id, 'type': ocel_type, {time} 'attributes': coalesce(attributes, []),
    'relationships': coalesce(relationships, [])}})
FROM {table} LEFT JOIN (
    SELECT ocel_id, list({{'name': name, {time_of_attribute} 'value': value}} ORDER BY {order}) AS attributes
    FROM {table}_attribute GROUP BY ocel_id
) USING (ocel_id) LEFT JOIN (
    SELECT ocel_id, list(related ORDER BY related) AS relationships
    FROM (SELECT ocel_id, {{'objectId': ocel_object_id, 'qualifier': ocel_qualifier}} AS related FROM {table}_object)
    GROUP BY ocel_id
) USING (ocel_id) ORDER BY place
"""
_OBJECTS = _ITEMS.format(table="object", time="", time_of_attribute="'time': ocel_time,", order="place, number")
_EVENTS = _ITEMS.format(table="event", time="'time': ocel_time,", time_of_attribute="", order="number")


def write(directory: Path, _: dict[str, Any], file: Path, __: Path) -> None:
    """Write the log of a run's directory. Raises LogError where it cannot be read."""
    objects = {kind.name: kind.attributes for kind in OBJECT_TYPES}
    with (
        tables_of_log(directory, file.with_name("log.duckdb")) as (log, types),
        file.open("w", encoding="utf-8", newline="\n") as out,
    ):
        events = {name: {one.name: one.type for one in payload(declared)} for name, declared in types.items()}
        _write_items(out, '{"objectTypes": [', map(_declared, objects, objects.values()))
        _write_items(out, '],\n"eventTypes": [', map(_declared, events, events.values()))
        for heading, query in (('],\n"objects": [', _OBJECTS), ('],\n"events": [', _EVENTS)):
            found = log.execute(query)
            _write_items(out, heading, (item for (item,) in iter(found.fetchone, None)))
        out.write("]}\n")


def _write_items(out: IO[str], heading: str, items: Iterable[str]) -> None:
    out.write(heading)
    for number, item in enumerate(items):
        out.write(f"{',' if number else ''}\n{item}")
    out.write("\n")


def _declared(name: str, types: dict[str, type]) -> str:
    attributes = [{"name": one, "type": _TYPES[kind]} for one, kind in types.items()]
    return json.dumps({"name": name, "attributes": attributes})
