"""DuckDB, which reads Arrow tables directly."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from simulation.contract.conditions import quoted
from simulation.exports import begins_with
from simulation.exports.databases import DatabaseError
from simulation.exports.databases.files import file_to_fill
from simulation.exports.databases.loading import Database, Target, refusal
from simulation.lib.staging import cannot_be_written

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

_SQLITE = b"SQLite format 3\0"


@contextmanager
def opened(target: Target) -> Iterator[Database]:
    """A database in a file, in a transaction that is rolled back on any error."""
    import duckdb

    schema = target.schema or "main"
    _refuse_sqlite(target)
    try:
        with file_to_fill(target.place) as place, closing(duckdb.connect(place)) as connection:
            # Commits go straight into the file and not into a write-ahead log: where tables with references were
            # replaced, DuckDB 1.5 cannot read that log after a kill, nor then the file.
            connection.execute("SET checkpoint_threshold = '0B'")
            connection.execute("BEGIN TRANSACTION")
            yield Database(_tables(connection, schema), connection.execute, partial(_insert, connection, schema))
            connection.execute("COMMIT")
    except duckdb.Error as error:
        raise refusal(target, error) from error


def _tables(connection: "DuckDBPyConnection", schema: str) -> set[str]:
    asked = "SELECT table_name FROM duckdb_tables() WHERE schema_name = ? AND database_name = current_database()"
    return {name for (name,) in connection.execute(asked, [schema]).fetchall()}


def _insert(connection: "DuckDBPyConnection", schema: str, name: str, rows: "pa.Table") -> None:
    connection.register("rows_to_insert", rows)
    connection.execute(f"INSERT INTO {quoted(schema, name)} BY NAME FROM rows_to_insert")


def _refuse_sqlite(target: Target) -> None:
    """Raise DatabaseError for an SQLite file, for which DuckDB would download an extension."""
    path = Path(target.place)
    with cannot_be_written(path):
        is_sqlite = path.is_file() and begins_with(path, _SQLITE)
    if is_sqlite:
        raise DatabaseError(f"{target.shown}: is a database of SQLite; write sqlite:///{target.place}")
