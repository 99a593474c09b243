"""Simulating a scenario into a directory: one region in this process, several side by side."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from simulation.execution.artifact_store import store_at
from simulation.execution.executors import Executor, OnDone, executor_for
from simulation.runs.record import RunSummary, checked_formats
from simulation.runs.writing import OnLog, simulate_into, write_directory

if TYPE_CHECKING:
    from simulation.scenario import Scenario


def write_run(  # noqa: PLR0913 -- what the command line offers
    scenario: "Scenario",
    out: str | Path,
    formats: Sequence[str] | None = None,
    *,
    force: bool = False,
    only_region: int | None = None,
    keep_regions: bool = False,
    executor: Executor | None = None,
    shared: str | Path | None = None,
    on_day: OnDone | None = None,
    on_log: OnLog | None = None,
) -> RunSummary:
    """Simulate a scenario into a directory, with the tables in each of `formats` (both, unless stated).

    The log is written in chunks while the world runs. `force` replaces a run that is there already, and nothing else.
    `on_day` is called with how many days of how many are over; `on_log` with a directory that has the whole log, before
    the run counts, and may raise to refuse it.

    Several regions are simulated by `executor`, one per processor at a time unless stated, and `keep_regions` keeps
    the run of each; those that a killed or failed run finished are reused. If the executor cannot write to the
    directory, the runs of regions come by way of a directory or URL that is `shared` with it. `only_region` simulates
    the region of that number alone.

    Raises ScenarioError or RunDirError, with one line, before or after which nothing half-written is left.
    """
    from simulation.scenario.loading import check_scenario
    from simulation.scenario.partition import checked_number
    from simulation.scenario.regions import regional

    check_scenario(scenario)
    if only_region is not None:
        number = checked_number(scenario, only_region)
        return write_region(regional(scenario, number), number, out, formats, force=force, on_day=on_day)
    if len(scenario.regions) == 1:
        return write_region(scenario, None, out, formats, force=force, on_day=on_day, on_log=on_log)

    from simulation.runs.regions import simulated_in_place, write_regions

    executor = merger = executor or executor_for()
    simulated = partial(simulated_in_place, executor)
    if shared is not None:
        from simulation.runs.shared import simulated_by_store

        simulated = partial(simulated_by_store, store_at(shared), executor)
        merger = executor.at_home()
    return write_regions(
        scenario, Path(out), checked_formats(formats), simulated, merger,
        force=force, keep_regions=keep_regions, on_day=on_day, on_log=on_log,
    )  # fmt: skip


def write_region(
    scenario: "Scenario",
    number: int | None,
    out: str | Path,
    formats: Sequence[str] | None,
    *,
    force: bool = False,
    on_day: OnDone | None = None,
    on_log: OnLog | None = None,
) -> RunSummary:
    """Simulate a scenario's only region into a directory; `number` is its number if there are others."""
    write_logs = partial(simulate_into, scenario=scenario, region=number or 1, on_day=on_day)
    return write_directory(scenario, out, formats, force=force, write_logs=write_logs, region=number, on_log=on_log)
