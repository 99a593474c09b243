"""A database in memory, in which Arrow tables are queried."""

from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    import duckdb


def query_database() -> "duckdb.DuckDBPyConnection":
    """A new database, with one thread, so that sums have the same bytes on any machine, and without access to files."""
    # Only here: those who simulate need not wait for it.
    import duckdb

    database = duckdb.connect(config={"threads": 1, "enable_external_access": False})
    # DuckDB takes the processes of an executor for a prompt, and would print a bar amid what a command prints.
    database.execute("SET enable_progress_bar = false")
    return database


def keep(database: "duckdb.DuckDBPyConnection", name: str, table: pa.Table) -> None:
    """Keep a table under a name, in place of what had it. Of tables themselves DuckDB asks whether they are pandas'."""
    database.register("arrow", table.to_reader())
    database.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM arrow")
    database.unregister("arrow")
