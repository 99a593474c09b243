"""Tutors or students of a run, found by what its tables have of them."""

import json
import textwrap
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from simulation.churn.signals import LONG_DAYS
from simulation.contract import contract_for
from simulation.events import TutorLeft
from simulation.lib.conditions import Choices
from simulation.lib.terminal import standard_output, table_of
from simulation.log import OBSERVABLE_FILE, read_log
from simulation.runs import read_record
from simulation.runs.tables import log_is_at_fault, read_table_of_run, vocabulary_of_run
from simulation.tables.files import TableError
from simulation.views import ViewError
from simulation.views.conditions import require_columns, where

STATUS, STATUSES = "status", ("active", "inactive", "left")
_WIDTH_OF_HEADING = 12
_SHOWN = {
    "tutor_id": (
        "tutor_id", STATUS, "primary_subject", "churn_probability", "churn_risk_level", "avg_rating_30d",
        "total_sessions_30d",
    ),
    "student_id": ("student_id", "grade_level", "joined_at", "churned_at"),
}  # fmt: skip


def table_of_agents(directory: Path, *, students: bool = False) -> pa.Table:
    """All tutors with their profile and their aggregates, null where they have none; or all students; by id.

    Tutors have a status, too, where the run has its log. Raises RunDirError where there is no run, or a damaged
    log, and ViewError where its tables cannot be read.
    """
    record = read_record(directory)
    try:
        if students:
            return read_table_of_run(directory, record, "students").sort_by("student_id")
        profiles, aggregates = (
            read_table_of_run(directory, record, name) for name in ("tutor_profiles", "tutor_aggregates")
        )
    except TableError as error:
        raise ViewError(str(error)) from None
    return _with_status(profiles.join(aggregates, "tutor_id").sort_by("tutor_id"), directory)


def status_of(tutor: Mapping[str, Any], left: Collection[str]) -> str:
    """One of STATUSES: whether a tutor left, and else whether the tutor teaches."""
    if tutor["tutor_id"] in left:
        return "left"
    return "active" if tutor["active_status"] else "inactive"


def choices_of(directory: Path) -> Choices:
    """The texts that columns of a run's agents can be, where only some are allowed."""
    contract = contract_for(vocabulary_of_run(directory, read_record(directory)))
    of_agents = [
        column
        for name in ("tutor_profiles", "tutor_aggregates", "students")
        for column in contract.tables[name].columns
    ]
    declared = {column.name: [str(value) for value in column.enum] for column in of_agents if column.type == "string"}
    return {name: values for name, values in {**declared, STATUS: STATUSES}.items() if values}


def _with_status(tutors: pa.Table, directory: Path) -> pa.Table:
    """Tutors with a status each: aggregates have some who left and are scored there as if they had not."""
    if not (directory / OBSERVABLE_FILE).is_file():
        return tutors
    with log_is_at_fault(directory):
        left = read_log(directory / OBSERVABLE_FILE).events(TutorLeft, columns=("tutor_id",))["tutor_id"].to_pylist()
    statuses = [status_of(tutor, left) for tutor in tutors.select(["tutor_id", "active_status"]).to_pylist()]
    return tutors.append_column(STATUS, pa.array(statuses, pa.string()))


def select(
    table: pa.Table,
    condition: str | None = None,
    sort: str | None = None,
    *,
    descending: bool = False,
    limit: int | None = None,
    columns: Sequence[str] | None = None,
    choices: Choices = MappingProxyType({}),
) -> pa.Table:
    """The agents that meet a condition, in the order of a column (null last, then by id), and some columns of them.

    Without `columns`, the most telling ones and the one that is sorted by. `choices` are those of the run. Raises
    ViewError for an invalid condition or an unknown column.
    """
    key, asked = table.column_names[0], [sort] if sort else []
    require_columns("--sort", asked, table.column_names)
    require_columns("--columns", columns or [], table.column_names)
    if columns is not None and not columns:
        raise ViewError(f"--columns: names none; there are {', '.join(table.column_names)}")
    if condition is not None:
        table = where(table, condition, choices)
    order = [(name, "descending" if descending else "ascending") for name in asked]
    table = table.take(pc.sort_indices(table, [*order, (key, "ascending")]))
    shown = [name for name in _SHOWN[key] if name in table.column_names]
    return table.select(columns or list(dict.fromkeys([*shown, *asked]))).slice(0, limit)


def shortened_days(directory: Path) -> int | None:
    """Over how many days figures of 30 days look back in a run with a shorter window; else None."""
    record = read_record(directory)
    opens, closes = (datetime.fromisoformat(record[name]) for name in ("window_start", "window_end"))
    return (closes - opens).days if closes - opens < timedelta(days=LONG_DAYS) else None


def print_agents(agents: pa.Table, among: int, shortened: int | None = None) -> None:
    """Print a table of agents, how many of all they are, and over how many days their figures are if `shortened`."""
    from rich.markup import escape

    shown = table_of(*map(_heading, agents.column_names))
    for column, kind in zip(shown.columns, agents.schema.types, strict=True):
        column.justify = "right" if pa.types.is_integer(kind) or pa.types.is_floating(kind) else "left"
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
    return json.dumps(agents.to_pylist(), indent=2, ensure_ascii=False, default=lambda moment: moment.isoformat())


def _heading(name: str) -> str:
    """A column's name, which breaks after underscores where it is long."""
    return "\n".join(textwrap.wrap(name.replace("_", "_ "), _WIDTH_OF_HEADING)).replace("_ ", "_")


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
