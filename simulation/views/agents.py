"""Tutors or students of a run, found by what its tables say of them."""

import json
import textwrap
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from simulation.files import TableError
from simulation.rundir import read_record
from simulation.rundir.tables import read_table_of_run
from simulation.signals import LONG_DAYS
from simulation.views import ViewError
from simulation.views.conditions import require_columns, where

_WIDTH_OF_HEADING = 12
_SHOWN = {
    "tutor_id": (
        "tutor_id", "primary_subject", "churn_probability", "churn_risk_level", "avg_rating_30d", "total_sessions_30d",
    ),
    "student_id": ("student_id", "grade_level", "joined_at", "churned_at"),
}  # fmt: skip


def table_of_agents(directory: Path, *, students: bool = False) -> pa.Table:
    """All tutors with their profile and their aggregates, null where they have none; or all students; by id.

    Raises RunDirError where there is no run, and ViewError where its tables cannot be read.
    """
    record = read_record(directory)
    try:
        if students:
            table = read_table_of_run(directory, record, "students")
            return table.sort_by("student_id")
        profiles, aggregates = (
            read_table_of_run(directory, record, name) for name in ("tutor_profiles", "tutor_aggregates")
        )
    except TableError as error:
        raise ViewError(str(error)) from None
    return profiles.join(aggregates, "tutor_id").sort_by("tutor_id")


def select(
    table: pa.Table,
    condition: str | None = None,
    sort: str | None = None,
    *,
    descending: bool = False,
    limit: int | None = None,
    columns: Sequence[str] | None = None,
) -> pa.Table:
    """The agents that meet a condition, in the order of a column (null last, then by id), and some columns of them.

    Without `columns` those that tell most, and the one that is sorted by. Raises ViewError for what is no condition, or
    no column.
    """
    key = table.column_names[0]
    require_columns("--sort", [sort] if sort else [], table.column_names)
    require_columns("--columns", columns or [], table.column_names)
    if columns is not None and not columns:
        raise ViewError(f"--columns: names none; there are {', '.join(table.column_names)}")
    if condition is not None:
        table = where(table, condition)
    if sort is not None:
        order = "descending" if descending else "ascending"
        table = table.take(pc.sort_indices(table, [(sort, order), (key, "ascending")]))
    if columns is None:
        columns = list(dict.fromkeys([*_SHOWN[key], *([sort] if sort else [])]))
    return table.select(list(columns)).slice(0, limit)


def shortened_days(directory: Path) -> int | None:
    """How many days figures of 30 days look back over, where the window of a run is shorter; else None."""
    record = read_record(directory)
    opens, closes = (datetime.fromisoformat(record[name]) for name in ("window_start", "window_end"))
    return (closes - opens).days if closes - opens < timedelta(days=LONG_DAYS) else None


def print_agents(agents: pa.Table, among: int, shortened: int | None = None) -> None:
    """A table of agents, how many of all they are, and over how few days their figures are, where it is `shortened`."""
    from rich.markup import escape
    from rich.table import Table

    from simulation.console import standard_output

    shown = Table()
    for column in agents.schema:
        numeric = pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
        shown.add_column(_heading(column.name), justify="right" if numeric else "left", overflow="fold")
    for row in agents.to_pylist():
        shown.add_row(*(escape(_told(value)) for value in row.values()))
    out = standard_output()
    out.print(shown)
    out.print(f"{len(agents):,} of {among:,}")
    if shortened is not None:
        out.print(
            f"figures of 30 days are those of the window's {shortened}; the platform's own scores look back further, "
            "and stand in timelines and in the report",
            soft_wrap=True,
        )


def agents_as_json(agents: pa.Table) -> str:
    """The same for programs: an object for each agent. Moments are local, in ISO 8601."""
    rows = [{name: _plain(value) for name, value in row.items()} for row in agents.to_pylist()]
    return json.dumps(rows, indent=2, ensure_ascii=False)


def _heading(name: str) -> str:
    """A column's name, which breaks after underscores where it is long."""
    return "\n".join(textwrap.wrap(name.replace("_", "_ "), _WIDTH_OF_HEADING)).replace("_ ", "_")


def _told(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
