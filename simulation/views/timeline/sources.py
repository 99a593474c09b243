"""Where entries come from: for each kind a query, in entries.sql and truth.sql, over the events of the log."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulation.events import OBSERVABLE, TRUTH, type_name
from simulation.log import Log, between
from simulation.tables.columns import happened
from simulation.tables.sessions import reduce_sessions
from simulation.views.timeline.entries import InterventionEntry, TimelineEntry

# The comment above a query: `-- kind: what it is`.
_HEADER = re.compile(r"^-- (\w+): .*$", re.MULTILINE)


class OwnedRows:
    """The rows of a table by owner, in the table's order."""

    def __init__(self, table: pa.Table, owner: str = "owner") -> None:
        self._table = table.take(pc.sort_indices(table[owner]))
        self._owners = self._table[owner].to_pylist()

    def of(self, agent_id: str) -> list[dict[str, Any]]:
        """An agent's rows, with moments as datetimes."""
        begin, end = bisect_left(self._owners, agent_id), bisect_right(self._owners, agent_id)
        rows: list[dict[str, Any]] = self._table.slice(begin, end - begin).to_pylist() if begin < end else []
        return rows


class EntriesOfLog:
    """The entries of all agents from a moment up to another; without its truth part, those that a platform could have.

    Interventions have the event with their score as `trigger`, and when others were decided before as `earlier`.
    """

    def __init__(self, log: Log, truth: Log | None, begin: datetime, end: datetime) -> None:
        # Only here: those who do not ask for timelines need not wait for it.
        import duckdb

        database = duckdb.connect(config={"threads": 1, "enable_external_access": False})
        # One that was to begin the evening before may begin late, after midnight.
        earlier = begin < datetime.fromisoformat(log.metadata.window_start)
        _provide(database, "sessions", reduce_sessions(log.with_warm_up() if earlier else log))
        self._kinds: dict[str, OwnedRows] = {}
        for file, part, events in (("entries", log, OBSERVABLE), ("truth", truth, TRUTH)):
            if part is None:
                continue
            queries = Path(__file__).with_name(f"{file}.sql").read_text(encoding="utf-8")
            for event in events:
                if re.search(rf"\b{type_name(event)}\b", queries):
                    _provide(database, type_name(event), happened(part, event))
            _, *found = _HEADER.split(queries)
            for kind, query in zip(found[::2], found[1::2], strict=True):
                self._kinds[kind] = OwnedRows(between(database.sql(query).to_arrow_table(), "at", begin, end))

    def of(self, agent_id: str) -> Iterator[TimelineEntry]:
        """An agent's entries, kind by kind."""
        for kind, rows in self._kinds.items():
            for row in rows.of(agent_id):
                yield _entry(kind, row)


def _entry(kind: str, row: Mapping[str, Any]) -> TimelineEntry:
    fields = {name: value for name, value in row.items() if name not in {"owner", "at"}}
    return (InterventionEntry if kind == "intervention" else TimelineEntry)(row["at"], kind, fields)


def _provide(database: Any, name: str, table: pa.Table) -> None:
    """Let queries read a table; the column `position` has its order."""
    database.register(name, table.append_column("position", pa.array(np.arange(len(table)))))
