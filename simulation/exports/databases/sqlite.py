"""SQLite through ADBC, which accepts Arrow tables. Times are text as in the CSV files, booleans 0 and 1."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial

from simulation.exports.databases.files import file_to_fill
from simulation.exports.databases.loading import Database, Target, refusal

PATIENCE = 5
"""Seconds to wait for other programs that are reading or writing."""


@contextmanager
def opened(target: Target) -> Iterator[Database]:
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
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            tables = {name for (name,) in cursor.fetchall()}
            yield Database(tables, cursor.execute, partial(cursor.adbc_ingest, mode="append"))
            cursor.execute("COMMIT")
    except dbapi.Error as error:
        raise refusal(target, error) from error
