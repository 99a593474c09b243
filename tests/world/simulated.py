"""Worlds simulated in memory, and what happened in them."""

from collections.abc import Callable
from typing import Any

from simulation.events import type_name
from simulation.log import OBSERVABLE_SCHEMA, TRUTH_SCHEMA, Log, MemorySink
from simulation.scenario import Scenario
from simulation.tables import reduce_log
from simulation.validation import Run, check_rules
from simulation.world import World, log_metadata


def simulated(scenario: Scenario, before: Callable[[World], None] | None = None) -> Run:
    """The run of a world; `before` may meddle with the world before its first day."""
    observable, truth = MemorySink(OBSERVABLE_SCHEMA), MemorySink(TRUTH_SCHEMA)
    world = World(scenario, observable, truth)
    if before is not None:
        before(world)
    world.run()
    metadata = log_metadata(scenario)
    log, truth_log = Log(observable.table(), metadata.observable()), Log(truth.table(), metadata)
    return Run.simulated(scenario, reduce_log(log, truth_log), log, truth_log)


def broken_rules(run: Run) -> dict[str, list[str]]:
    """The rules that a run breaks, with what breaks them."""
    return {result.id: result.violations for result in check_rules(run) if not result.holds}


def count(run: Run, *event_types: type[Any]) -> int:
    """How many events of some types there are, in both parts of the log."""
    names = {type_name(event_type) for event_type in event_types}
    return sum(name in names for log in (run.log, run.truth_log) for name in log.table["event_type"].to_pylist())


def same_events(run: Run, other: Run) -> bool:
    """Whether two logs have the same rows, whatever they say of their scenarios."""
    return bool(run.log.table == other.log.table and run.truth_log.table == other.truth_log.table)


def waiting(world: World) -> list[list[tuple[int, Any]]]:
    """The events of both parts of a world's log that wait to be written, in their order, each with its second."""
    found = []
    for part in (world.log._observable, world.log._truth):
        events = [iter(of_type) for of_type in part._events]
        found.append([(second, next(events[code])) for second, code in zip(part._seconds, part._codes, strict=True)])
    return found
