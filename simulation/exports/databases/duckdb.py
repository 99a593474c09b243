"""DuckDB, which reads Arrow tables directly."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from simulation.exports import begins_with
from simulation.exports.databases import DatabaseError
from simulation.exports.databases.files import file_to_fill
from simulation.exports.databases.loading import Target, refusal
from simulation.exports.databases.schema import quoted
from simulation.lib.staging import cannot_be_written

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection


_SQLITE = b"SQLite format 3\0"


class DuckDB:
    """A connection within a transaction."""

    def __init__(self, connection: "DuckDBPyConnection", schema: str) -> None:
        self._connection = connection
        self._schema = schema

    def existing(self) -> set[str]:
        """The names of the tables that are there."""
        asked = "SELECT table_name FROM duckdb_tables() WHERE schema_name = ? AND database_name = current_database()"
        return {name for (name,) in self._connection.execute(asked, [self._schema]).fetchall()}

    def execute(self, statement: str) -> None:
        """Carry out a statement."""
        self._connection.execute(statement)

    def insert(self, name: str, rows: "pa.Table") -> None:
        """Append rows to a table."""
        self._connection.register("rows_to_insert", rows)
        place = quoted(self._schema, name)
        self._connection.execute(f"INSERT INTO {place} SELECT * FROM rows_to_insert")  # noqa: S608 -- quoted
        self._connection.unregister("rows_to_insert")


@contextmanager
def opened(target: Target) -> Iterator[DuckDB]:
    """A database in a file, in a transaction that is rolled back on any error."""
    import duckdb

    _refuse_sqlite(target)
    try:
        with file_to_fill(target.place) as place, closing(duckdb.connect(place)) as connection:
            # Commits go straight into the file and not into a write-ahead log: where tables with references were
            # replaced, DuckDB 1.5 cannot read that log after a kill, nor then the file.
            connection.execute("SET checkpoint_threshold = '0B'")
            connection.execute("BEGIN TRANSACTION")
            yield DuckDB(connection, target.schema or "main")
            connection.execute("COMMIT")
    except duckdb.Error as error:
        raise refusal(target, error) from error


def _refuse_sqlite(target: Target) -> None:
    """Raise DatabaseError for an SQLite file, for which DuckDB would download an extension."""
    path = Path(target.place)
    with cannot_be_written(path):
        is_sqlite = path.is_file() and begins_with(path, _SQLITE)
    if is_sqlite:
        raise DatabaseError(f"{target.shown}: is a database of SQLite; write sqlite:///{target.place}")
