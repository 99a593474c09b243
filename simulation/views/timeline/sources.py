"""Where entries come from: for each kind a query, in entries.sql and truth.sql, over the events of the log."""

import re
from bisect import bisect_left, bisect_right
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulation.events import OBSERVABLE, TRUTH, type_name
from simulation.lib.query_database import keep, query_database
from simulation.log import Log, between
from simulation.tables.sessions import reduce_sessions
from simulation.validation.queries import queries_in
from simulation.views import in_words

_OF_EXTENSIONS = pa.schema({"owner": pa.string(), "at": pa.timestamp("s"), "event": pa.string(), "told": pa.string()})


class OwnedRows:
    """The rows of a table by owner, in the table's order, without the column that has the owner."""

    def __init__(self, table: pa.Table, owner: str) -> None:
        ordered = table.take(pc.sort_indices(table[owner]))
        self._owners: list[str] = ordered[owner].to_pylist()
        self._rows = ordered.drop_columns([owner])

    def of(self, agent_id: str) -> list[dict[str, Any]]:
        """An agent's rows, with moments as datetimes."""
        begin, end = bisect_left(self._owners, agent_id), bisect_right(self._owners, agent_id)
        return self._rows.slice(begin, end - begin).to_pylist() if begin < end else []


def entries_by_kind(log: Log, truth: Log | None, begin: datetime, end: datetime) -> dict[str, OwnedRows]:
    """What entries of all agents have, from a moment up to another; only with its truth part, what no platform knows.

    Interventions have the event with their score as `trigger`, and when others were decided before as `earlier`.
    """
    database = query_database()
    # One that was to begin the evening before may begin late, after midnight.
    earlier = begin < log.metadata.window[0]
    _provide(database, "sessions", reduce_sessions(log.with_warm_up() if earlier else log))
    found = {}
    for file, part, events in (("entries", log, OBSERVABLE), ("truth", truth, TRUTH)):
        if part is None:
            continue
        queries = queries_in(file, Path(__file__).parent)
        words = {word for query in queries.values() for word in re.findall(r"\w+", query)}
        for event in events:
            if type_name(event) in words:
                happened = part.events(event, columns=("region", "timestamp", *event._fields))
                _provide(database, type_name(event), happened)
        for kind, query in queries.items():
            found[kind] = OwnedRows(between(database.sql(query).to_arrow_table(), "at", begin, end), "owner")
    for kind, part in (("extension", log), ("truth_of_extension", truth)):
        if part is not None and (told := _told_of_extensions(part, of_truth=part is truth)):
            table = pa.Table.from_pylist(told, schema=_OF_EXTENSIONS)
            found[kind] = OwnedRows(between(table, "at", begin, end), "owner")
    return found


def _told_of_extensions(part: Log, *, of_truth: bool) -> list[dict[str, Any]]:
    """The events of extensions about a tutor or a student, for each of both, in the words of the log's vocabulary."""
    rows = []
    for event in part.metadata.vocabulary.events:
        owners = [one.name for one in event.fields if one.name in ("tutor_id", "student_id")]
        if owners and event.of_truth == of_truth:
            names = dict.fromkeys(["timestamp", *(one.name for one in event.fields)])
            for happened in part.events_named(event.name, columns=list(names)).to_pylist():
                told = event.in_words({name: _in_words(value) for name, value in happened.items()})
                entry = {"at": happened["timestamp"], "event": event.name, "told": told or in_words(event.name)}
                rows += [{"owner": happened[owner], **entry} for owner in owners if happened[owner] is not None]
    return rows


def _in_words(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}"
        case datetime():
            return f"{value:%a %d %H:%M}"
    return str(value)


def _provide(database: Any, name: str, table: pa.Table) -> None:
    """Let queries read a table; the column `position` has its order."""
    keep(database, name, table.append_column("position", pa.array(np.arange(len(table)))))
