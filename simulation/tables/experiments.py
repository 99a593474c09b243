"""Log and assignments -> experiments: how each one was set up, stands, and came out."""

import json
from collections import Counter, defaultdict
from typing import Any

import pyarrow as pa

from simulation.contract import EVERY_RUN
from simulation.events import ExperimentCompleted, ExperimentStarted
from simulation.log import Log
from simulation.tables.chi_squared import independence_p_value
from simulation.tables.columns import Window, as_table, happened, stored

SIGNIFICANT_BELOW = 0.05
"""The stored p-value below which a completed experiment has a winner."""


def reduce_experiments(log: Log, assignments: pa.Table) -> pa.Table:
    """One row per experiment of a region that began before the window ends, by id."""
    window = Window.of(log)
    completed = window.until_close(happened(log, ExperimentCompleted))
    ended = dict(zip(completed["experiment_id"].to_pylist(), completed["timestamp"].to_pylist(), strict=True))
    rows = [
        start
        | dict.fromkeys(("start_date", "created_at"), start["timestamp"])
        | {"end_date": ended.get(name, start["planned_end"]), "status": "completed" if name in ended else "active"}
        for start in window.before_end(happened(log, ExperimentStarted)).to_pylist()
        for name in (start["experiment_id"],)
    ]
    return _counted(rows, assignments)


def pool_experiments(experiments: pa.Table, assignments: pa.Table) -> pa.Table:
    """One row per experiment of several regions, by id: as the first of them has it, over the assignments of all."""
    return _counted(experiments.to_pylist(), assignments)


def _counted(experiments: list[dict[str, Any]], assignments: pa.Table) -> pa.Table:
    """The first of each experiment, by id, with what its assignments come to."""
    first = {row["experiment_id"]: row for row in reversed(experiments)}
    members: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for assignment in assignments.to_pylist():
        members[assignment["experiment_id"]].append(assignment)
    counted = [first[name] | _come_to(first[name], members[name]) for name in sorted(first)]
    names = EVERY_RUN.tables["experiments"].column_names
    return as_table("experiments", {name: [row[name] for row in counted] for name in names})


def _come_to(experiment: dict[str, Any], members: list[dict[str, Any]]) -> dict[str, Any]:
    """What the assignments to an experiment come to."""
    met = [member for member in members if member["exposed_at"] is not None]
    exposed = Counter(member["variant"] for member in met)
    converted = Counter(member["variant"] for member in met if member["converted_at"] is not None)
    # The first of equals wins: variants count in their order, if anyone was exposed to them.
    variants = [variant for variant in json.loads(experiment["variants"]) if exposed[variant]]
    completed = experiment["status"] == "completed"
    outcomes = [(converted[variant], exposed[variant] - converted[variant]) for variant in variants]
    significance = stored(independence_p_value(outcomes) if completed else None, "experiments", "significance")
    is_significant = significance is not None and significance < SIGNIFICANT_BELOW
    latest = max((member["assigned_at"] for member in members), default=experiment["start_date"])
    return {
        "sample_size": len(members),
        "significance": significance,
        "winner": max(variants, key=lambda one: converted[one] / exposed[one]) if is_significant else None,
        "updated_at": experiment["end_date"] if completed else latest,
    }
