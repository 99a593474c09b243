"""Log and assignments -> experiments: how each one was set up, stands, and came out."""

import json
from datetime import datetime
from typing import Any

import pyarrow as pa

from simulation.contract import TABLES
from simulation.events import ExperimentCompleted, ExperimentStarted
from simulation.log import Log
from simulation.tables.chi_squared import independence_p_value
from simulation.tables.columns import Window, as_table, decimals, happened

SIGNIFICANT_BELOW = 0.05
"""The stored p-value below which a completed experiment has a winner."""


def reduce_experiments(log: Log, assignments: pa.Table) -> pa.Table:
    """One row per experiment that began before the window ends, by id; several regions' are one."""
    window = Window.of(log)
    started = window.before_end(happened(log, ExperimentStarted))
    completed = window.until_close(happened(log, ExperimentCompleted))
    ended = dict(zip(completed["experiment_id"].to_pylist(), completed["timestamp"].to_pylist(), strict=True))
    members: dict[str, list[dict[str, Any]]] = {}
    for assignment in assignments.to_pylist():
        members.setdefault(assignment["experiment_id"], []).append(assignment)

    rows: dict[str, dict[str, Any]] = {}
    for start in started.to_pylist():
        name = start["experiment_id"]
        if name not in rows:
            rows[name] = _experiment(start, members.get(name, []), ended.get(name))
    ordered = [rows[name] for name in sorted(rows)]
    names = TABLES["experiments"].column_names
    return as_table("experiments", {name: [row[name] for row in ordered] for name in names})


def _experiment(start: dict[str, Any], members: list[dict[str, Any]], ended: datetime | None) -> dict[str, Any]:
    """An experiment's row from its first start, its assignments and its end, if that has come."""
    variants = json.loads(start["variants"])
    outcomes = _conversions(variants, members)
    significance = _significance(outcomes) if ended else None
    return {
        **start,
        "start_date": start["timestamp"],
        "end_date": ended or start["planned_end"],
        "status": "completed" if ended else "active",
        "sample_size": len(members),
        "significance": significance,
        "winner": _winner(outcomes, significance),
        "created_at": start["timestamp"],
        "updated_at": ended or max((member["assigned_at"] for member in members), default=start["timestamp"]),
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


def _significance(outcomes: dict[str, tuple[int, int]]) -> float | None:
    p_value = independence_p_value(list(outcomes.values()))
    return None if p_value is None else round(p_value, decimals("experiments", "significance"))


def _winner(outcomes: dict[str, tuple[int, int]], significance: float | None) -> str | None:
    """The variant with the highest conversion rate, the first of equals, where the difference is significant."""
    if significance is None or significance >= SIGNIFICANT_BELOW:
        return None
    return max(outcomes, key=lambda variant: outcomes[variant][0] / sum(outcomes[variant]))
