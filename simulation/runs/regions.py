"""Simulating a scenario into a directory: one region in this process; several side by side, which are then merged.

A region's directory is that of a run of the region alone. Those that a killed run finished are reused by the next run
of the same scenario, release and formats.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import attrs
from attrs import frozen

from simulation import __version__
from simulation.contract import TABLES
from simulation.execution.artifact_store import ArtifactStore, store_at
from simulation.execution.executors import Executor, OnDone, TaskFailed, executor_for
from simulation.lib.disks import remove
from simulation.lib.paths import RUN_RECORD, is_run
from simulation.lib.staging import MARKER, PARTIAL, RunDirError, cannot_be_written, staged
from simulation.log import OBSERVABLE_FILE, OBSERVABLE_SCHEMA, TRUTH_FILE, TRUTH_SCHEMA, LogMetadata
from simulation.log.merging import merge_logs
from simulation.runs.record import (
    RunSummary,
    Timings,
    changed_files,
    checked_formats,
    digests_of,
    formats_of,
    read_record,
    record_of,
    write_record,
)
from simulation.runs.tables import TRUTH, join_table, joined_rows
from simulation.runs.writing import OnLog, simulate_into, write_directory

if TYPE_CHECKING:
    from simulation.scenario import Scenario

REGIONS = "regions"


@frozen
class RegionTask:
    """A region to simulate: its own scenario, its number, and the directory of its run."""

    scenario: "Scenario"
    number: int
    directory: Path
    formats: tuple[str, ...]


@frozen
class MergeTask:
    """Files of all regions to merge into one: a part of the log, or a table."""

    name: str
    places: tuple[Path, ...]
    target: Path
    formats: tuple[str, ...]
    metadata: LogMetadata


@frozen
class StoredTask:
    """A region to simulate, and the artifact store in which its run is published."""

    region: RegionTask
    store: ArtifactStore

    @property
    def name(self) -> str:
        """The name of the region's run in the store."""
        return f"{REGIONS}/{self.region.directory.name}"

    @property
    def about(self) -> dict[str, Any]:
        """All that the bytes of the run depend on."""
        from simulation.execution.cluster import releases
        from simulation.scenario.loading import resolved

        return {
            "version": __version__,
            "releases": dict(releases()),
            "scenario": resolved(self.region.scenario),
            "region": self.region.number,
            "formats": list(self.region.formats),
        }


# Simulates regions into their directories; the places of tasks, as they are done. Raises TaskFailed.
Simulated = Callable[[Sequence[RegionTask]], Iterator[int]]


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

    executor = merger = executor or executor_for()
    simulated = partial(_simulated_in_place, executor)
    if shared is not None:
        simulated = partial(_simulated_by_store, store_at(shared), executor)
        merger = executor.at_home()
    return _write_regions(
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


def simulate_region(task: RegionTask) -> None:
    """Simulate one region into its directory, in place of what is there, and reduce its log to tables."""
    write_directory(
        task.scenario,
        task.directory,
        task.formats,
        force=True,
        waits=True,  # a process whose parent was killed may still be ending
        write_logs=partial(simulate_into, scenario=task.scenario, region=task.number),
        region=task.number,
    )


def simulate_into_store(task: StoredTask) -> None:
    """Simulate one region on this machine's own disk and publish its run, unless the store has it already."""
    if task.store.finished(task.name) == task.about:
        return
    with TemporaryDirectory() as folder:
        made = attrs.evolve(task.region, directory=Path(folder) / task.region.directory.name)
        simulate_region(made)
        task.store.publish(task.name, made.directory, task.about)


def merge_files(task: MergeTask) -> dict[str, str]:
    """Merge one part of the log or one table; the SHA-256 of the files that were written, by their names."""
    schema = {OBSERVABLE_FILE: OBSERVABLE_SCHEMA, TRUTH_FILE: TRUTH_SCHEMA}.get(task.name)
    if schema is None:
        files = join_table(task.name, task.places, task.target, task.formats, task.metadata)
    else:
        files = [task.target / task.name]
        logs = [place / task.name for place in task.places]
        merge_logs(logs, files[0], schema.with_metadata(task.metadata.to_arrow()))
    return digests_of(task.target, [file.relative_to(task.target).as_posix() for file in files])


# ---------------------------------------------------------------- the regions


def _write_regions(  # noqa: PLR0913 -- what the command line offers
    scenario: "Scenario",
    out: Path,
    formats: tuple[str, ...],
    simulated: Simulated,
    executor: Executor,
    *,
    force: bool,
    keep_regions: bool,
    on_day: OnDone | None,
    on_log: OnLog | None = None,
) -> RunSummary:
    """Have the regions of a checked scenario `simulated` and reduced, and merged into one run by an executor."""
    from simulation.world import log_metadata

    timings = Timings()
    staging = staged(out, record=RUN_RECORD, force=force, is_ours=is_run, keeps=_has_regions)
    with cannot_be_written(out), staging as directory:
        tasks = _tasks(scenario, directory, formats)
        _clear(directory, tasks)
        _simulate_all(tasks, out, simulated, _told_by_region(scenario, on_day))
        timings.lap("regions")
        metadata = log_metadata(scenario)
        places = tuple(task.directory for task in tasks)
        rows, digests = _merge_all(places, directory, formats, metadata, executor)
        timings.lap("merge")
        if on_log is not None:
            on_log(directory)
            timings.lap("compare")
        write_record(directory, record := record_of(scenario, metadata, rows, digests, timings))
        if not keep_regions:
            shutil.rmtree(directory / REGIONS)
    return RunSummary(out, record)


def _simulated_in_place(executor: Executor, tasks: Sequence[RegionTask]) -> Iterator[int]:
    """Simulate regions wherever an executor runs tasks, into directories that can be reached from there."""
    for place, _ in executor.map(simulate_region, tasks):
        if not is_run(tasks[place].directory):
            raise RunDirError(
                f"{tasks[place].directory}: was simulated and is not there; "
                "name a place that all workers can reach with --shared"
            )
        yield place


def _simulated_by_store(store: ArtifactStore, executor: Executor, tasks: Sequence[RegionTask]) -> Iterator[int]:
    """Simulate regions wherever an executor does, and fetch their runs; the places of tasks, as they are done.

    Raises TaskFailed, and RunDirError where a run cannot be fetched from the store.
    """
    stored_tasks = [StoredTask(task, store) for task in tasks]
    for place, _ in executor.map(simulate_into_store, stored_tasks):
        with staged(tasks[place].directory, record=RUN_RECORD, force=True, is_ours=is_run) as stage:
            store.fetch(stored_tasks[place].name, stage)
        yield place


def _tasks(scenario: "Scenario", directory: Path, formats: tuple[str, ...]) -> list[RegionTask]:
    from simulation.scenario.regions import regional

    return [
        RegionTask(regional(scenario, number), number, directory / REGIONS / f"{number:04d}", formats)
        for number in range(1, len(scenario.regions) + 1)
    ]


def _clear(directory: Path, tasks: Sequence[RegionTask]) -> None:
    """Remove what an earlier run left, except finished regions, and those that a process may still be writing."""
    regions = [task.directory for task in tasks]
    wanted = [path if is_run(path) else path.with_name(path.name + PARTIAL) for path in regions]
    (directory / REGIONS).mkdir(exist_ok=True)
    for path in (*directory.iterdir(), *(directory / REGIONS).iterdir()):
        if path not in wanted and path.name not in (MARKER, REGIONS):
            remove(path)


def _simulate_all(
    tasks: Sequence[RegionTask], out: Path, simulated: Simulated, on_region: Callable[[int], None]
) -> None:
    """Simulate the regions that are not there yet. Raises RunDirError, which names the first that fails."""
    remaining = [task for task in tasks if not _is_finished(task)]
    done = len(tasks) - len(remaining)
    on_region(done)
    try:
        for _ in simulated(remaining):
            done += 1
            on_region(done)
    except TaskFailed as failure:
        task = remaining[failure.place]
        raise RunDirError(
            f"{out}: region {task.number}, {task.scenario.regions[0].name}, failed: {failure.cause}"
        ) from failure.__cause__


def _is_finished(task: RegionTask) -> bool:
    """Whether a region is finished, and just as this run would make it."""
    from simulation.scenario.loading import resolved

    try:
        record = read_record(task.directory)
    except RunDirError:
        return False
    made_by = (record.get("version"), record["scenario"], record.get("region"), formats_of(record))
    wanted = (__version__, resolved(task.scenario), task.number, task.formats)
    return made_by == wanted and not changed_files(task.directory, record)


def _has_regions(directory: Path) -> bool:
    """Whether the remains of a run have a finished region."""
    return any(is_run(path) for path in (directory / REGIONS).glob("*[0-9]"))


def _told_by_region(scenario: "Scenario", on_day: OnDone | None) -> Callable[[int], None]:
    """Report all days of a region when it is done."""
    from simulation.scenario.regions import simulated_days

    days = simulated_days(scenario)

    def on_region(done: int) -> None:
        if on_day is not None:
            on_day(done * days, len(scenario.regions) * days)

    return on_region


# ---------------------------------------------------------------- all of them


def _merge_all(
    places: tuple[Path, ...], directory: Path, formats: tuple[str, ...], metadata: LogMetadata, executor: Executor
) -> tuple[dict[str, int], dict[str, str]]:
    """Merge the parts of the log and the tables, side by side; the rows of each, and the digests of their files."""
    (directory / TRUTH).mkdir(exist_ok=True)
    # What takes longest begins first.
    names = [OBSERVABLE_FILE, TRUTH_FILE, *TABLES]
    tasks = [MergeTask(name, places, directory, formats, metadata) for name in names]
    digests: dict[str, str] = {}
    try:
        for _, made in executor.map(merge_files, tasks):
            digests |= made
    except TaskFailed as failure:
        raise RunDirError(
            f"{directory}: {names[failure.place]} of all regions cannot be merged: {failure.cause}"
        ) from failure.__cause__
    return joined_rows([read_record(place)["rows"] for place in places], places), digests
