"""PostgreSQL, by COPY, through psycopg."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any

from simulation.contract.conditions import quoted
from simulation.exports.databases import DatabaseError
from simulation.exports.databases.loading import Database, Target, refusal

if TYPE_CHECKING:
    import psycopg
    import pyarrow as pa

# Held until the transaction ends, per schema: tables that do not exist yet cannot be locked.
_ALONE = "SELECT pg_advisory_xact_lock(hashtext('tutoring-simulation'), hashtext(coalesce(%s, current_schema())))"
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = coalesce(%s, current_schema())"


@contextmanager
def opened(target: Target) -> Iterator[Database]:
    """A database on a server, in a transaction that is rolled back on any error."""
    import psycopg

    _check(target.place)
    try:
        with psycopg.connect(target.place) as connection:
            connection.execute(_ALONE, [target.schema])
            tables = {name for (name,) in connection.execute(_TABLES, [target.schema])}
            insert = partial(_insert, connection, target.schema)
            yield Database(tables, lambda statement: connection.execute(statement.encode()), insert)
    except psycopg.Error as error:
        raise refusal(target, error) from error


def _insert(connection: "psycopg.Connection[Any]", schema: str | None, name: str, rows: "pa.Table") -> None:
    """Append rows to a table, as CSV in which texts are quoted and nulls are not."""
    from pyarrow import csv

    lines = BytesIO()
    csv.write_csv(rows, lines, csv.WriteOptions(include_header=False))
    columns = ", ".join(map(quoted, rows.column_names))
    with connection.cursor().copy(f"COPY {quoted(schema, name)} ({columns}) FROM STDIN (FORMAT csv)".encode()) as copy:
        copy.write(lines.getbuffer())


def _check(url: str) -> None:
    """Raise DatabaseError for a malformed URL; the library's own message may contain the password."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        port = str(conninfo_to_dict(url).get("port", ""))
        is_address = port.replace(",", "").isdecimal() or not port
    except ProgrammingError:
        is_address = False
    if not is_address:
        raise DatabaseError(
            "--to: is no address of PostgreSQL; write postgresql://USER@HOST:PORT/DATABASE and parameters that it"
            " knows, with characters such as % and [ in them as %25 and %5B"
        )
