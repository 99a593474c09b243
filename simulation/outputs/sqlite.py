"""SQLite, through Python's own module. Times are text as in the CSV files, booleans are 0 and 1."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from simulation.outputs.database_files import file_to_fill
from simulation.outputs.databases import Target, refusal

if TYPE_CHECKING:
    import pyarrow as pa


class Sqlite:
    """A connection within a transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def existing(self) -> set[str]:
        """The names of the tables that are there."""
        return {name for (name,) in self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}

    def execute(self, statement: str) -> None:
        """Carry out a statement."""
        self._connection.execute(statement)

    def insert(self, name: str, rows: "pa.Table") -> None:
        """Append rows to a table, in one prepared statement."""
        places = ", ".join("?" * rows.num_columns)
        columns = [_plain(column).to_pylist() for column in rows.columns]
        self._connection.executemany(f"INSERT INTO {name} VALUES ({places})", zip(*columns, strict=True))  # noqa: S608 -- quoted


@contextmanager
def opened(target: Target) -> Iterator[Sqlite]:
    """A file's database, in a transaction that is rolled back unless all went well."""
    try:
        with file_to_fill(target.place) as place, closing(sqlite3.connect(place, isolation_level=None)) as connection:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("BEGIN IMMEDIATE")
            yield Sqlite(connection)
            connection.execute("COMMIT")
    except (sqlite3.Error, OSError) as error:
        raise refusal(target, error) from error


def _plain(values: "pa.ChunkedArray") -> "pa.ChunkedArray":
    """A column in types that SQLite has."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_boolean(values.type):
        return values.cast(pa.int8())
    if pa.types.is_timestamp(values.type):
        return pc.utf8_replace_slice(values.cast(pa.string()), start=10, stop=11, replacement="T")
    return values
