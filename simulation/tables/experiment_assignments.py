"""Log -> experiment_assignments: who got which variant, met it, and converted."""

import pyarrow as pa

from simulation.events import ExperimentAssigned, ExperimentConverted, ExperimentExposed
from simulation.log import Log
from simulation.tables.columns import Window, as_table, happened, keys, ordered, positions, take

_KEY = ("experiment_id", "tutor_id")


def reduce_experiment_assignments(log: Log) -> pa.Table:
    """One row per tutor assigned before the window ends, by time of assignment."""
    window = Window.of(log)
    assigned = ordered(window.before_end(happened(log, ExperimentAssigned)), "timestamp", "experiment_id", "tutor_id")
    exposed = window.until_close(happened(log, ExperimentExposed))
    converted = window.until_close(happened(log, ExperimentConverted))
    exposed_at, converted_at = (
        positions(keys(assigned, *_KEY), among=keys(events, *_KEY)) for events in (exposed, converted)
    )
    return as_table(
        "experiment_assignments",
        {
            "experiment_id": assigned["experiment_id"],
            "tutor_id": assigned["tutor_id"],
            "variant": assigned["variant"],
            "assigned_at": assigned["timestamp"],
            "exposed_at": take(exposed["timestamp"], exposed_at),
            "converted_at": take(converted["timestamp"], converted_at),
            "conversion_value": take(converted["conversion_value"], converted_at),
        },
    )
