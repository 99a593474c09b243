"""SQLite through ADBC, which accepts Arrow tables. Times are text as in the CSV files, booleans 0 and 1."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from simulation.exports.databases.files import file_to_fill
from simulation.exports.databases.loading import Target, refusal

if TYPE_CHECKING:
    import pyarrow as pa
    from adbc_driver_manager.dbapi import Cursor

PATIENCE = 5
"""Seconds to wait for other programs that are reading or writing."""


class Sqlite:
    """A cursor within a transaction."""

    def __init__(self, cursor: "Cursor") -> None:
        self._cursor = cursor

    def existing(self) -> set[str]:
        """The names of the tables that are there."""
        self._cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {name for (name,) in self._cursor.fetchall()}

    def execute(self, statement: str) -> None:
        """Carry out a statement."""
        self._cursor.execute(statement)

    def insert(self, name: str, rows: "pa.Table") -> None:
        """Append rows to a table."""
        self._cursor.adbc_ingest(name, rows, mode="append")


@contextmanager
def opened(target: Target) -> Iterator[Sqlite]:
    """A database in a file, in a transaction that is rolled back on any error."""
    from adbc_driver_sqlite import dbapi

    try:
        with (
            file_to_fill(target.place) as place,
            closing(dbapi.connect(place, autocommit=True)) as connection,
            closing(connection.cursor()) as cursor,
        ):
            cursor.execute("PRAGMA foreign_keys = ON")  # it has no effect within a transaction
            cursor.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
            cursor.execute("BEGIN IMMEDIATE")  # so that another writer is met now, and not at the commit
            yield Sqlite(cursor)
            cursor.execute("COMMIT")
    except dbapi.Error as error:
        raise refusal(target, error) from error
