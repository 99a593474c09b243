"""The observable log as the tables of OCEL 2.0, in DuckDB: `ocel.sql` has the queries."""

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from simulation.events import KEYS, Field, LocalTime, type_name
from simulation.exports.standards.ocel import OBJECT_TYPES, RELATIONS, EventTypes, event_types, payload, role
from simulation.log import OBSERVABLE_FILE, read_log

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_COMMON = ("event_id", "region", "time_utc", "timestamp")
_MACRO, _, _TABLES = Path(__file__).with_name("ocel.sql").read_text(encoding="utf-8").partition(";\n")


@contextmanager
def tables_of_log(directory: Path, file: Path) -> Iterator[tuple["DuckDBPyConnection", EventTypes]]:
    """A database in a new file with the tables of a run's log, and the types of events that this may have.

    Raises LogError where the log cannot be read, and OSError for errors of the database: only the disk can cause them.
    """
    import duckdb

    log = read_log(directory / OBSERVABLE_FILE)
    types = event_types(log.metadata.vocabulary)
    try:
        with closing(duckdb.connect(str(file), config={"threads": 1})) as database:
            database.execute(_MACRO)
            for name, declared in types.items():
                columns = dict.fromkeys([*_COMMON, *(field.name for field in declared)])
                database.register("arrow", log.events_named(name, columns=list(columns)))
                database.execute(f"CREATE TABLE log_{name} AS SELECT {', '.join(_columns(declared))} FROM arrow")
            selections = {name: " UNION ALL ".join(each) for name, each in _selections(types).items()}
            database.execute(_TABLES.format(**selections))
            yield database, types
    except duckdb.Error as error:
        raise OSError(str(error)) from error


def _columns(declared: Iterable[Field]) -> Iterator[str]:
    """The columns of an event with these fields. Times do not decrease in the log, and ids grow within a region."""
    yield "{'moment': time_utc, 'number': substr(event_id, 3)::BIGINT} AS place"
    yield "event_id AS ocel_id, utc(time_utc) AS ocel_time, region"
    for field in declared:
        name = f'"{field.name}"'
        moment = f"utc({name}::TIMESTAMP + (time_utc::TIMESTAMP - timestamp::TIMESTAMP)) AS {name}"
        yield moment if field.type is LocalTime else name


def _selections(types: EventTypes) -> dict[str, Iterable[str]]:
    """What is selected from each type of event, by the name that `ocel.sql` has for all of it."""
    return {
        "events": (f"SELECT place, ocel_id, '{name}' AS ocel_type, ocel_time FROM log_{name}" for name in types),
        "carried": (
            f"SELECT ocel_id, {number} AS number, '{field.name}' AS name, \"{field.name}\"::VARCHAR AS value "
            f"FROM log_{name}"
            for name, declared in types.items()
            for number, field in enumerate(payload(declared))
        ),
        "named": (
            f"SELECT place, ocel_id AS ocel_event_id, '{key.removesuffix('_id')}' AS ocel_type, "
            f"{key} AS ocel_object_id, '{role(name, key)}' AS ocel_qualifier FROM log_{name} WHERE {key} IS NOT NULL"
            for name, declared in types.items()
            for key in KEYS
            if key in {field.name for field in declared}
        ),
        "related": (
            f"SELECT {source} AS ocel_id, {target} AS ocel_object_id, '{qualifier}' AS ocel_qualifier "
            f"FROM log_{type_name(event)}"
            for event, source, target, qualifier in RELATIONS
        ),
        "told": (
            f"SELECT place, {number} AS number, '{kind.name}' AS ocel_type, {kind.key} AS ocel_id, '{name}' AS name, "
            f"{value}::VARCHAR AS value, ocel_time FROM log_{type_name(event)}"
            for kind in OBJECT_TYPES
            for event in {**kind.described_by, **kind.status}
            for number, (name, value) in enumerate(kind.told_by(event).items())
        ),
    }
