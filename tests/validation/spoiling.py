"""Planting violations: a run whose tables and logs can be changed row by row."""

from collections.abc import Callable
from typing import Any, Self

import pyarrow as pa
from attrs import define

from simulation.log import Log
from simulation.validation import Run
from simulation.validation.rules import rules, sentence


@define
class Spoiled:
    """A run in the making. Rows are found by the values of some of their columns; the first that fits is meant."""

    tables: dict[str, pa.Table]
    log: Log
    truth_log: Log
    record: dict[str, Any]

    @classmethod
    def of(cls, run: Run) -> Self:
        """A run as it is, to be changed."""
        return cls(dict(run.tables), run.log, run.truth_log, dict(run.record))

    def run(self) -> Run:
        """The run as it has become."""
        return Run.in_memory(self.tables, self.log, self.truth_log, self.record)

    def set(self, table: str, row: dict[str, Any], /, **values: Any) -> Self:
        """Change values of a table's row."""
        self.tables[table] = _changed(self.tables[table], row, values)
        return self

    def drop(self, table: str, row: dict[str, Any]) -> Self:
        """Take a row out of a table."""
        self.tables[table] = _without(self.tables[table], row)
        return self

    def copy(self, table: str, row: dict[str, Any], /, **values: Any) -> Self:
        """Put a copy of a table's row behind it, with some values changed."""
        self.tables[table] = _copied(self.tables[table], row, values)
        return self

    def reverse(self, table: str) -> Self:
        """Turn the order of a table's rows."""
        self.tables[table] = self.tables[table].take(list(range(len(self.tables[table])))[::-1])
        return self

    def set_event(self, event: dict[str, Any], /, **values: Any) -> Self:
        """Change an event of the observable log."""
        self.log = Log(_changed(self.log.table, event, values), self.log.metadata)
        return self

    def drop_event(self, event: dict[str, Any]) -> Self:
        """Take an event out of the observable log."""
        self.log = Log(_without(self.log.table, event), self.log.metadata)
        return self

    def copy_event(self, event: dict[str, Any], /, **values: Any) -> Self:
        """Put a copy of an event behind it, with some values changed."""
        self.log = Log(_copied(self.log.table, event, values), self.log.metadata)
        return self

    def set_truth_event(self, event: dict[str, Any], /, **values: Any) -> Self:
        """Change an event of the log's truth part."""
        self.truth_log = Log(_changed(self.truth_log.table, event, values), self.truth_log.metadata)
        return self

    def with_log_column(self, name: str, value: Any) -> Self:
        """Give the observable log a further column."""
        column = pa.array([value] * len(self.log.table))
        self.log = Log(self.log.table.append_column(name, column), self.log.metadata)
        return self


Spoil = Callable[[Spoiled], object]
# By rule and story: how a violation is planted, and what the finding names.
Violations = dict[str, dict[str, tuple[Spoil, str]]]


def row_of(table: str, column: str) -> Callable[..., Spoil]:
    """Spoils of the row of a table that has some value in a column."""

    def spoil(key: str, /, **values: Any) -> Spoil:
        return lambda run: run.set(table, {column: key}, **values)

    return spoil


def both(first: Spoil, second: Spoil) -> Spoil:
    """One spoil and then another."""

    def spoil(run: Spoiled) -> None:
        first(run)
        second(run)

    return spoil


def logged(event: dict[str, Any], /, **values: Any) -> Spoil:
    """Spoils the first event of the observable log that is such."""
    return lambda run: run.set_event(event, **values)


def findings(rule: str, spoil: Spoil, run: Run) -> list[str]:
    """What a rule finds once a violation is planted in a run."""
    spoiled = Spoiled.of(run)
    spoil(spoiled)
    return [sentence(row) for row in rules()[rule](spoiled.run())]


def _place(table: pa.Table, wanted: dict[str, Any]) -> int:
    rows = table.select(list(wanted)).to_pylist()
    places = [place for place, row in enumerate(rows) if row == wanted]
    if not places:
        raise LookupError(f"no row has {wanted}")
    return places[0]


def _changed(table: pa.Table, wanted: dict[str, Any], values: dict[str, Any]) -> pa.Table:
    rows = table.to_pylist()
    rows[_place(table, wanted)].update(values)
    return _table(rows, table.schema)


def _without(table: pa.Table, wanted: dict[str, Any]) -> pa.Table:
    rows = table.to_pylist()
    del rows[_place(table, wanted)]
    return _table(rows, table.schema)


def _copied(table: pa.Table, wanted: dict[str, Any], values: dict[str, Any]) -> pa.Table:
    rows, place = table.to_pylist(), _place(table, wanted)
    rows.insert(place + 1, rows[place] | values)
    return _table(rows, table.schema)


def _table(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=schema)
