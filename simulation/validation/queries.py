"""Queries about a run, in DuckDB: rules and measures are written in SQL, in the files of `sql/`.

A query reads tables of the contract, events by their type (`session_booked`, `truth_email_opened` of the log's truth
part), bounds that the scenario sets, and selections of `sql/selections.sql`; each is read when a query first names it,
and its rows have their `position`. A parameter is a key of the scenario (`$churn.rating_drop`) or a moment of the run
(`$window_start`, `$window_end`, `$month_start`, `$week_start`). Where a scenario changes, a key has the value of the
window's end; after an @ it has that of a moment (`$churn.rating_drop@created_at`), or, if the column has the ids of
events, that under which an event was recorded. There is one thread, so that sums have the same bytes on any machine.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from simulation.contract import TABLE_NAMES
from simulation.events import OBSERVABLE, TRUTH, fields, type_name
from simulation.lib.query_database import keep, query_database
from simulation.log.schema import HEAD
from simulation.validation.bounds import BOUNDS

if TYPE_CHECKING:
    import duckdb

    from simulation.validation.run import Run

FOLDER = Path(__file__).with_name("sql")
HEADER = re.compile(r"^-- ([\w.]+): .*$", re.MULTILINE)
_SOURCE = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)")
_PARAMETER = re.compile(r"\$(\w+(?:\.\w+)*)(?:@(\w+(?:\.\w+)?))?")
_WORD = re.compile(r"\w+")
_EVENTS = {
    **{type_name(event): (False, event) for event in OBSERVABLE},
    **{f"truth_{type_name(event)}": (True, event) for event in (*OBSERVABLE, *TRUTH)},
}


@cache
def queries_in(file: str, folder: Path = FOLDER) -> dict[str, str]:
    """The queries of a file by the names in the comments above them: `-- name: what it gives`."""
    _, *parts = HEADER.split((folder / f"{file}.sql").read_text(encoding="utf-8"))
    return {name: query.strip().rstrip(";") for name, query in zip(parts[::2], parts[1::2], strict=True)}


class RunDatabase:
    """What queries about a run read. Files that are missing or damaged raise TableError or LogError at the query."""

    def __init__(self, run: "Run") -> None:
        self._run = run
        self._read: dict[str, set[str]] = {}
        self._database = query_database()
        for macro in queries_in("macros").values():
            self._database.execute(macro)

    def rows(self, query: str) -> list[dict[str, Any]]:
        """The rows that a query gives."""
        found = self._execute(query)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def columns(self, query: str) -> list[Any]:
        """The columns of numbers that a query gives, as arrays; null is NaN."""
        columns = self._execute(query).fetchnumpy().values()
        return [np.ma.filled(np.ma.asarray(column, float), np.nan) for column in columns]

    def _execute(self, query: str) -> "duckdb.DuckDBPyConnection":
        for name in dict.fromkeys(_SOURCE.findall(query)):
            self._provide(name, query)
        return self._database.execute(_PARAMETER.sub(lambda found: self._value(found[1], found[2]), query))

    def _value(self, key: str, column: str | None) -> str:
        """A parameter in SQL: at the window's end, or at the moment or event that a column has."""
        if column is None:
            return _literal(self._run.parameter(key))
        if column.endswith("event_id"):
            number = f"try_cast(substr({column}, 3) AS BIGINT)"
            return _in_steps(number, self._run.values_by_event(key))
        return _in_steps(column, self._run.values_by_moment(key))

    def _provide(self, name: str, query: str) -> None:
        """Read what a query names, unless that was done before; of events, the columns whose names the query has."""
        if name in _EVENTS:
            self._provide_events(name, query)
        elif name in self._read:
            return
        elif name in queries_in("selections"):
            self._execute(f"CREATE TEMP TABLE {name} AS {queries_in('selections')[name]}")
            self._read[name] = set()
        elif name in TABLE_NAMES:
            self._register(name, self._run.tables[name])
        elif name in BOUNDS:
            self._keep(name, BOUNDS[name](self._run))
        elif name in {"event_log", "truth_event_log"}:
            self._register(name, (self._run.log if name == "event_log" else self._run.truth_log).heads)

    def _provide_events(self, name: str, query: str) -> None:
        of_truth, event = _EVENTS[name]
        log, read = self._run.truth_log if of_truth else self._run.log, self._read.get(name, set())
        wanted = _columns_of(event) & {*read, *_WORD.findall(query), "event_id"}
        if not wanted <= read:
            self._register(name, log.events(event, columns=sorted(wanted | _columns_of(event) & _words(name))))

    def _register(self, name: str, table: pa.Table) -> None:
        self._keep(name, table.append_column("position", pa.array(np.arange(len(table)))))

    def _keep(self, name: str, table: pa.Table) -> None:
        self._read[name] = set(table.column_names)
        keep(self._database, name, table)


def _columns_of(event: type[Any]) -> set[str]:
    return {column.name for column in HEAD if not column.nullable} | {field.name for field in fields(event)}


@cache
def _words(name: str) -> set[str]:
    """The words of all queries in files that read a table or type of event."""
    queries = [query for path in FOLDER.glob("*.sql") for query in queries_in(path.stem).values()]
    return {word for query in queries if name in _SOURCE.findall(query) for word in _WORD.findall(query)}


def _in_steps(place: str, steps: Sequence[tuple[Any, Any]]) -> str:
    """What holds at a place, in SQL, out of values that each hold from a place on; the first one from the beginning."""
    cases = [f"WHEN {place} < {_literal(end)} THEN {_literal(value)}" for (_, value), (end, _) in pairwise(steps)]
    last = _literal(steps[-1][1])
    return f"(CASE {' '.join(cases)} ELSE {last} END)" if cases else last


def _literal(value: Any) -> str:
    """A parameter as it is written in SQL: DuckDB imports pandas to look at what is bound, which takes long."""
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value.isoformat()}'"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_literal, value))}]"
    return f"'{value!r}'::DOUBLE" if isinstance(value, float) else str(int(value))
