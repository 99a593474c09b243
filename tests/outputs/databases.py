"""Databases of three kinds, asked the same questions."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import psycopg

from simulation.contract import Table
from simulation.log import OBSERVABLE_FILE, read_log
from simulation.outputs import schema as schemas

Rows = list[tuple[Any, ...]]


@contextmanager
def connected(url: str) -> Iterator[Any]:
    """A connection that commits each statement, whatever the database."""
    scheme, _, rest = url.partition("://")
    if scheme == "postgresql":
        connection: Any = psycopg.connect(url, autocommit=True)
    elif scheme == "duckdb":
        connection = duckdb.connect(rest[1:])
    else:
        connection = sqlite3.connect(rest[1:], isolation_level=None)
        connection.execute("PRAGMA foreign_keys = ON")
    try:
        yield connection
    finally:
        connection.close()


def rows_of(url: str, contract: Table, schema: str | None = None) -> Rows:
    """A table's rows by its key, as the Parquet file has them."""
    order = ", ".join(schemas.quoted(name) for name in contract.key)
    columns = ", ".join(_as_text(column.name, column.type, url) for column in contract.columns)
    with connected(url) as connection:
        asked = f"SELECT {columns} FROM {schemas.quoted(schema, contract.name)} ORDER BY {order}"  # noqa: S608
        rows = connection.execute(asked).fetchall()
    if url.startswith("sqlite"):
        return [tuple(map(_from_sqlite, row, contract.columns)) for row in rows]
    return rows  # type: ignore[no-any-return]


def _as_text(name: str, kind: str, url: str) -> str:
    return f"{schemas.quoted(name)}::text" if kind == "json" and not url.startswith("sqlite") else schemas.quoted(name)


def _from_sqlite(value: Any, column: Any) -> Any:
    if value is None:
        return None
    if column.type == "datetime":
        return datetime.fromisoformat(value)
    return bool(value) if column.type == "boolean" else value


def expected_rows(run: Path, contract: Table) -> Rows:
    """The rows of a run's Parquet file by the table's key."""
    from simulation.files import read_table
    from simulation.rundir.tables import folder_of

    if contract.name == schemas.EVENTS:
        table = read_log(run / OBSERVABLE_FILE).table
    else:
        table = read_table(folder_of(run, contract.name), contract)
    return [tuple(row.values()) for row in table.sort_by([(name, "ascending") for name in contract.key]).to_pylist()]


def tables_in(url: str) -> dict[str, int]:
    """How many rows there are of each of a run's tables that are there."""
    found = {}
    with connected(url) as connection:
        for contract in schemas.contracts(with_truth=True):
            try:
                ((count,),) = connection.execute(f"SELECT count(*) FROM {contract.name}").fetchall()  # noqa: S608
            except (psycopg.Error, duckdb.Error, sqlite3.Error):
                continue
            found[contract.name] = count
    return found
