"""Runs as tables of a database, all of them or none."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote, unquote

from attrs import frozen

from simulation.contract import Table
from simulation.exports import DIALECTS, DatabaseError
from simulation.exports import schema as schemas
from simulation.lib import extras
from simulation.lib.arrow import os_file
from simulation.lib.paths import RUN_RECORD
from simulation.lib.staging import ExistsError, RunDirError
from simulation.lib.suggestions import hint
from simulation.runs.record import changed_files, read_record

if TYPE_CHECKING:
    import pyarrow as pa

OnRows = Callable[[int, int], None]

# What a library of a dialect is called.
_LIBRARIES = {"postgresql": "psycopg", "duckdb": "duckdb", "sqlite": "adbc_driver_sqlite"}
_URLS = "duckdb:///FILE, sqlite:///FILE, postgresql://USER@HOST/DATABASE"
_PASSWORD = re.compile(r"(?<=://)([^/@:]*):([^?#]*)@")
_ROWS_AT_ONCE = 1 << 16


class Database(Protocol):
    """A database within one transaction."""

    def existing(self) -> set[str]:
        """The names of the tables that are there."""

    def execute(self, statement: str) -> None:
        """Carry out a statement."""

    def insert(self, name: str, rows: "pa.Table") -> None:
        """Append rows to a table of the schema in use, whose columns have the same names and order."""


@frozen
class Target:
    """Where a run is loaded to: a dialect, and a file or, for a server, the URL with its password."""

    dialect: str
    place: str
    shown: str
    schema: str | None = None

    def opened(self) -> AbstractContextManager[Database]:
        """The database, in a transaction that is committed when all went well, and has not been otherwise."""
        module = import_module(f"simulation.exports.{self.dialect}")
        return module.opened(self)  # type: ignore[no-any-return]


def load(
    directory: str | Path,
    url: str,
    *,
    schema: str | None = None,
    if_exists: str = "fail",
    with_truth: bool = False,
    on_rows: OnRows | None = None,
) -> dict[str, int]:
    """Load the tables and the log of a run into a database; the rows of each table, by name.

    Keys, checks and indexes are those of the contract. Where tables of these names are there, `if_exists` has nothing
    be done (`fail`), has them made anew (`replace`) or has the rows added (`append`). All is one transaction. `on_rows`
    is told how many rows of how many are there.

    Raises RunDirError for a run that is not as its run.json says, ExistsError where tables are to stay, and
    DatabaseError for the database, with one line.
    """
    directory = Path(directory)
    target = target_of(url, schema)
    wanted = schemas.contracts(with_truth=with_truth)
    record = read_record(directory)
    total = _rows_in(directory, record, wanted)
    with target.opened() as database:
        is_new = _make_room(database, wanted, target, if_exists)
        if is_new:
            for statement in (*schemas.create_schema(schema), *schemas.create_tables(wanted, target.dialect, schema)):
                database.execute(statement)
        done = 0
        for contract in wanted:
            for rows in _parts(directory, record, contract):
                database.insert(contract.name, rows)
                done += len(rows)
                if on_rows is not None:
                    on_rows(done, sum(total.values()))
        if is_new:
            for statement in schemas.create_indexes(wanted, target.dialect, schema):
                database.execute(statement)
    return total


def target_of(url: str, schema: str | None = None) -> Target:
    """What a URL means. Raises DatabaseError where it is none of a database, or what it needs is not installed."""
    scheme, separator, rest = url.partition("://")
    dialect = "postgresql" if scheme == "postgres" else scheme
    if dialect not in DIALECTS or not separator:
        meant = hint(scheme, DIALECTS, ending="://") if separator else ""
        raise DatabaseError(f"--to: {without_password(url)!r} is no database; allowed are {_URLS}{meant}")
    require(_LIBRARIES[dialect], "sqlalchemy")
    if dialect == "postgresql":
        return Target(dialect, _well_formed(f"{dialect}://{rest}"), without_password(url), schema)
    if not rest.startswith("/") or rest == "/":
        raise DatabaseError(
            f"--to: {url!r} names no file; write {dialect}:///FILE, or {dialect}:////PATH from the root"
        )
    if schema is not None and dialect == "sqlite":
        raise DatabaseError("--schema: SQLite has no schemas; it is for postgresql and duckdb")
    return Target(dialect, rest[1:], rest[1:], schema)


def require(*libraries: str) -> None:
    """See that libraries are there. Raises DatabaseError, with the line that installs them."""
    for library in libraries:
        extras.require(library, "databases", "databases need", DatabaseError)


def without_password(url: str) -> str:
    """A URL as it may be shown; of one that is wrong too much is hidden rather than too little."""
    hidden = re.sub(r"(?i)(password=)[^&]*", r"\1***", url)
    scheme, separator, rest = hidden.partition("://") if "://" in hidden else ("", "", hidden)
    return scheme + separator + re.sub(":.*@", ":***@", rest)


def _well_formed(url: str) -> str:
    """A URL whose password may have any characters: unescaped ones would be taken for part of the host's name."""
    return _PASSWORD.sub(lambda found: f"{found.group(1)}:{quote(unquote(found.group(2)), safe='')}@", url)


def refusal(target: Target, error: Exception) -> DatabaseError:
    """What a database refused, in one line: the first two of its own say what and which."""
    lines = [line.strip() for line in str(error).strip().splitlines() if line.strip()]
    told = " ".join(lines[:2]) or type(error).__name__
    return DatabaseError(f"{target.shown}: {told}; nothing was changed")


# ---------------------------------------------------------------- what is there already


def _make_room(database: Database, wanted: Sequence[Table], target: Target, if_exists: str) -> bool:
    """Whether tables are to be made: those that are in the way are dropped, refused, or added to."""
    there = database.existing()
    found = [contract.name for contract in wanted if contract.name in there]
    if not found:
        return True
    if if_exists == "fail":
        told = f"{target.shown}: has {_listed(found)} already; --if-exists replace or append says what to do"
        raise ExistsError(told)
    if if_exists == "replace":
        # With or without truth: a table of ours that refers to another of ours goes with it.
        for contract in reversed(schemas.contracts(with_truth=True)):
            if contract.name in there:
                database.execute(f"DROP TABLE {schemas.quoted(target.schema, contract.name)}")
        return True
    missing = [contract.name for contract in wanted if contract.name not in there]
    if missing:
        raise DatabaseError(
            f"{target.shown}: has {_listed(found)}, but not {_listed(missing)}, so nothing can be added"
        )
    return False


def _listed(names: Sequence[str]) -> str:
    shown = 3
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ("the table " if len(names) == 1 else "the tables ") + ", ".join(names[:shown]) + more


# ---------------------------------------------------------------- the run


def _rows_in(directory: Path, record: Mapping[str, Any], wanted: Sequence[Table]) -> dict[str, int]:
    """The rows of each table by run.json, of a run whose files are as it says."""
    if faults := changed_files(directory, record):
        raise RunDirError(f"{directory}: {faults[0]}")
    counted = {contract.name: _file_of(contract).removesuffix(".parquet") for contract in wanted}
    for name in counted.values():
        if name not in record["rows"]:
            raise RunDirError(f"{directory / RUN_RECORD}: rows.{name} is missing; `reduce` counts them again")
    return {contract: record["rows"][name] for contract, name in counted.items()}


def _parts(directory: Path, record: Mapping[str, Any], contract: Table) -> "Iterator[pa.Table]":
    """The rows of a table, so many at a time that memory is bounded by them."""
    import pyarrow.parquet as pq

    from simulation.runs.tables import read_table_of_run

    if contract.name in (schemas.EVENTS, schemas.TRUTH_EVENTS):
        with os_file(directory / _file_of(contract)) as file:
            yield from _batches(pq.ParquetFile(file).iter_batches(_ROWS_AT_ONCE, use_threads=False), contract)
    else:
        table = read_table_of_run(directory, record, contract.name)
        yield from (table.slice(start, _ROWS_AT_ONCE) for start in range(0, len(table), _ROWS_AT_ONCE))


def _batches(batches: "Iterable[pa.RecordBatch]", contract: Table) -> "Iterator[pa.Table]":
    import pyarrow as pa

    for batch in batches:
        yield pa.table(batch.columns, names=batch.schema.names).cast(contract.schema)


def _file_of(contract: Table) -> str:
    from simulation.log import OBSERVABLE_FILE, TRUTH_FILE

    return {schemas.EVENTS: OBSERVABLE_FILE, schemas.TRUTH_EVENTS: TRUTH_FILE}.get(contract.name, contract.name)
