"""Databases of three kinds, loaded by processes and asked the same questions."""

import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import psycopg

from simulation.contract import Table
from simulation.contract.conditions import quoted
from simulation.contract.vocabulary import Vocabulary
from simulation.exports.databases import schema as schemas
from simulation.log import OBSERVABLE_FILE, read_log
from simulation.runs import write_run
from simulation.scenario.loading import load_scenario
from tests.scenarios import SCENARIOS

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
    order = ", ".join(quoted(name) for name in contract.key)
    columns = ", ".join(_as_text(column.name, column.type, url) for column in contract.columns)
    with connected(url) as connection:
        asked = f"SELECT {columns} FROM {quoted(schema, contract.name)} ORDER BY {order}"  # noqa: S608
        rows = connection.execute(asked).fetchall()
    if url.startswith("sqlite"):
        return [tuple(map(_from_sqlite, row, contract.columns)) for row in rows]
    return rows  # type: ignore[no-any-return]


def _as_text(name: str, kind: str, url: str) -> str:
    return f"{quoted(name)}::text" if kind == "json" and not url.startswith("sqlite") else quoted(name)


def _from_sqlite(value: Any, column: Any) -> Any:
    if value is None:
        return None
    if column.type == "datetime":
        return datetime.fromisoformat(value)
    return bool(value) if column.type == "boolean" else value


def expected_rows(run: Path, contract: Table) -> Rows:
    """The rows of a run's Parquet file by the table's key."""
    from simulation.runs.tables import folder_of
    from simulation.tables.files import read_table

    if contract.name == schemas.EVENTS:
        table = read_log(run / OBSERVABLE_FILE).table
    else:
        table = read_table(folder_of(run, contract.name), contract)
    return [tuple(row.values()) for row in table.sort_by([(name, "ascending") for name in contract.key]).to_pylist()]


def tables_in(url: str) -> dict[str, int]:
    """How many rows there are of each of a run's tables that are there."""
    found = {}
    with connected(url) as connection:
        for contract in schemas.contracts(Vocabulary(), with_truth=True):
            try:
                ((count,),) = connection.execute(f"SELECT count(*) FROM {contract.name}").fetchall()  # noqa: S608
            except (psycopg.Error, duckdb.Error, sqlite3.Error):
                continue
            found[contract.name] = count
    return found


def is_complete(run: Path, url: str) -> bool:
    """Whether each documented table is that of a run."""
    wanted = schemas.contracts(Vocabulary(), with_truth=False)
    return all(rows_of(url, contract) == expected_rows(run, contract) for contract in wanted)


def loading(run: Path, url: str, *options: str, limit: int | None = None) -> "subprocess.Popen[str]":
    """A load in a process of its own; `limit` is how long a file may become, in bytes."""

    def limited() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    command = [sys.executable, "-m", "simulation", "load", str(run), "--to", url, "--quiet", *options]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=limited)  # noqa: PLW1509 -- no threads


def ended(process: "subprocess.Popen[str]") -> tuple[int, str]:
    """The exit code of a load, and what it said."""
    _, told = process.communicate()
    return process.returncode, told


def regions(directory: Path) -> tuple[Path, Path]:
    """The runs of two regions of one world, which go into one database."""
    settings = ["days=7", "warm_up_days=7", "experiments=[]"]
    scenario = load_scenario(SCENARIOS / "two-regions.toml", settings)
    first, second = (write_run(scenario, directory / f"region{one}", only_region=one).directory for one in (1, 2))
    return first, second
