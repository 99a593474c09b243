"""Log and assignments -> experiments: how each one was set up, stands, and came out."""

import json
from datetime import datetime
from typing import Any

import pyarrow as pa

from simulation.contract import TABLES
from simulation.events import ExperimentCompleted, ExperimentStarted
from simulation.log import Log
from simulation.tables.chi_squared import independence_p_value
from simulation.tables.columns import Window, as_table, happened, stored

SIGNIFICANT_BELOW = 0.05
"""The stored p-value below which a completed experiment has a winner."""


def reduce_experiments(log: Log, assignments: pa.Table) -> pa.Table:
    """One row per experiment of a region that began before the window ends, by id."""
    window = Window.of(log)
    started = window.before_end(happened(log, ExperimentStarted))
    completed = window.until_close(happened(log, ExperimentCompleted))
    ended = dict(zip(completed["experiment_id"].to_pylist(), completed["timestamp"].to_pylist(), strict=True))
    rows = {
        start["experiment_id"]: _set_up(start, ended.get(start["experiment_id"]))
        for start in reversed(started.to_pylist())
    }
    return _counted(rows, assignments)


def pool_experiments(experiments: pa.Table, assignments: pa.Table) -> pa.Table:
    """One row per experiment of several regions, by id: as the first of them has it, over the assignments of all."""
    rows = {row["experiment_id"]: row for row in reversed(experiments.to_pylist())}
    return _counted(rows, assignments)


def _set_up(start: dict[str, Any], ended: datetime | None) -> dict[str, Any]:
    """What an experiment's first start and its end, if that has come, say of it."""
    return {
        **start,
        "start_date": start["timestamp"],
        "end_date": ended or start["planned_end"],
        "status": "completed" if ended else "active",
        "created_at": start["timestamp"],
    }


def _counted(rows: dict[str, dict[str, Any]], assignments: pa.Table) -> pa.Table:
    """Experiments by id with what their assignments come to, as a table."""
    members: dict[str, list[dict[str, Any]]] = {}
    for assignment in assignments.to_pylist():
        members.setdefault(assignment["experiment_id"], []).append(assignment)
    counted = [rows[name] | _come_to(rows[name], members.get(name, [])) for name in sorted(rows)]
    names = TABLES["experiments"].column_names
    return as_table("experiments", {name: [row[name] for row in counted] for name in names})


def _come_to(experiment: dict[str, Any], members: list[dict[str, Any]]) -> dict[str, Any]:
    """What the assignments to an experiment come to."""
    outcomes = _conversions(json.loads(experiment["variants"]), members)
    completed = experiment["status"] == "completed"
    p_value = independence_p_value(list(outcomes.values())) if completed else None
    significance = stored(p_value, "experiments", "significance")
    latest = max((member["assigned_at"] for member in members), default=experiment["start_date"])
    return {
        "sample_size": len(members),
        "significance": significance,
        "winner": _winner(outcomes, significance),
        "updated_at": experiment["end_date"] if completed else latest,
    }


def _conversions(variants: list[str], members: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    """How many of the exposed converted and how many did not, by variant that anyone was exposed to."""
    outcomes = {}
    for variant in variants:
        exposed = [one for one in members if one["variant"] == variant and one["exposed_at"] is not None]
        converted = sum(one["converted_at"] is not None for one in exposed)
        if exposed:
            outcomes[variant] = (converted, len(exposed) - converted)
    return outcomes


def _winner(outcomes: dict[str, tuple[int, int]], significance: float | None) -> str | None:
    """The variant with the highest conversion rate, the first of equals, where the difference is significant."""
    if significance is None or significance >= SIGNIFICANT_BELOW:
        return None
    return max(outcomes, key=lambda variant: outcomes[variant][0] / sum(outcomes[variant]))
