"""Loads a run into the tables of a database: all of it or nothing."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from attrs import frozen

from simulation.contract import Table
from simulation.contract.conditions import quoted
from simulation.contract.vocabulary import Vocabulary
from simulation.exports.databases import DIALECTS, DatabaseError
from simulation.exports.databases import schema as schemas
from simulation.lib import extras
from simulation.lib.paths import RUN_RECORD
from simulation.lib.staging import ExistsError, RunDirError
from simulation.lib.suggestions import hint
from simulation.log import OBSERVABLE_FILE, TRUTH_FILE, read_log
from simulation.runs.record import changed_files, read_record
from simulation.runs.tables import read_table_of_run, vocabulary_of_run

if TYPE_CHECKING:
    import pyarrow as pa

OnRows = Callable[[int, int], None]

# The library that each dialect needs.
_LIBRARIES = {"postgresql": "psycopg", "duckdb": "duckdb", "sqlite": "adbc_driver_sqlite"}
_URLS = "duckdb:///FILE, sqlite:///FILE, postgresql://USER@HOST/DATABASE"
_PASSWORD = re.compile(r"(?<=://)([^/@:]*):([^?#]*)@")
_ROWS_AT_ONCE = 1 << 16
_LOG_FILES = {schemas.EVENTS: OBSERVABLE_FILE, schemas.TRUTH_EVENTS: TRUTH_FILE}


@frozen
class Database:
    """A database within one transaction: the tables that are there, and what can be done to it.

    `execute` carries out a statement; `insert` appends rows to a table of the schema in use, whose columns have the
    same names and order.
    """

    tables: set[str]
    execute: Callable[[str], Any]
    insert: "Callable[[str, pa.Table], Any]"


@frozen
class Target:
    """Where a run is loaded: a dialect, and the `place`: a file, or a server's URL with its password.

    `shown` is the place as messages may show it.
    """

    dialect: str
    place: str
    shown: str
    schema: str | None = None

    def opened(self) -> AbstractContextManager[Database]:
        """The database, in a transaction that is committed on success and rolled back otherwise."""
        module = import_module(f"simulation.exports.databases.{self.dialect}")
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
    """Load the tables and the log of a run into a database; the number of rows of each table, by name.

    Keys, checks and indexes are the contract's. Where tables of these names exist, `if_exists` refuses (`fail`), makes
    them anew (`replace`) or adds rows (`append`). It is all one transaction. `on_rows` is called with the number of
    rows loaded so far and in total.

    Raises RunDirError for a run that differs from its run.json, ExistsError where tables exist and are to stay, and
    DatabaseError for what the database refuses, in one line.
    """
    directory = Path(directory)
    target = target_of(url, schema)
    record = read_record(directory)
    wanted = schemas.contracts(vocabulary_of_run(directory, record), with_truth=with_truth)
    total = _rows_in(directory, record, wanted)
    with target.opened() as database:
        is_new = _make_room(database, wanted, target, if_exists)
        before, after = schemas.statements(wanted, target.dialect, schema) if is_new else ((), ())
        for statement in before:
            database.execute(statement)
        done = 0
        for contract in wanted:
            for rows in _parts(directory, record, contract):
                database.insert(contract.name, rows)
                done += len(rows)
                if on_rows is not None:
                    on_rows(done, sum(total.values()))
        for statement in after:
            database.execute(statement)
    return total


def target_of(url: str, schema: str | None = None) -> Target:
    """The target that a URL names. Raises DatabaseError where it names none, or a library is not installed."""
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
    """Raise DatabaseError, with the line that installs it, for a library that is missing."""
    for library in libraries:
        extras.require(library, "databases", "databases need", DatabaseError)


def without_password(url: str) -> str:
    """A URL as it may be shown; of a malformed one, rather too much is hidden than too little."""
    hidden = re.sub(r"(?i)(password=)[^&]*", r"\1***", url)
    scheme, separator, rest = hidden.partition("://") if "://" in hidden else ("", "", hidden)
    return scheme + separator + re.sub(":.*@", ":***@", rest)


def _well_formed(url: str) -> str:
    """A URL with its password escaped: bare special characters would be taken for part of the host's name."""
    return _PASSWORD.sub(lambda found: f"{found.group(1)}:{quote(unquote(found.group(2)), safe='')}@", url)


def refusal(target: Target, error: Exception) -> DatabaseError:
    """A database's error in one line: its first two lines tell what was refused, and where."""
    lines = [line.strip() for line in str(error).strip().splitlines() if line.strip()]
    told = " ".join(lines[:2]) or type(error).__name__
    return DatabaseError(f"{target.shown}: {told}; nothing was changed")


# ---------------------------------------------------------------- what is there already


def _make_room(database: Database, wanted: Sequence[Table], target: Target, if_exists: str) -> bool:
    """Whether tables have to be made; existing ones are refused, dropped, or kept for appending."""
    found = [contract.name for contract in wanted if contract.name in database.tables]
    if not found:
        return True
    if if_exists == "fail":
        told = f"{target.shown}: has {_listed(found)} already; --if-exists replace or append says what to do"
        raise ExistsError(told)
    if if_exists == "replace":
        # With truth, wanted or not: its tables refer to the others and go with them.
        for contract in reversed(schemas.contracts(Vocabulary(), with_truth=True)):
            if contract.name in database.tables:
                database.execute(f"DROP TABLE {quoted(target.schema, contract.name)}")
        return True
    missing = [contract.name for contract in wanted if contract.name not in database.tables]
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
    """The number of rows of each table by run.json. Raises RunDirError where files differ from it."""
    if faults := changed_files(directory, record):
        raise RunDirError(f"{directory}: {faults[0]}")
    names = {
        contract.name: _LOG_FILES.get(contract.name, contract.name).removesuffix(".parquet") for contract in wanted
    }
    if missing := [name for name in names.values() if name not in record["rows"]]:
        raise RunDirError(f"{directory / RUN_RECORD}: rows.{missing[0]} is missing; `reduce` counts them again")
    return {table: record["rows"][name] for table, name in names.items()}


def _parts(directory: Path, record: Mapping[str, Any], contract: Table) -> "Iterator[pa.Table]":
    """The rows of a table in batches, so that memory is bounded."""
    if contract.name in _LOG_FILES:
        log = read_log(directory / _LOG_FILES[contract.name], truth=contract.truth)
        yield from (part.table for part in log.parts)
    else:
        table = read_table_of_run(directory, record, contract.name)
        yield from (table.slice(start, _ROWS_AT_ONCE) for start in range(0, len(table), _ROWS_AT_ONCE))
