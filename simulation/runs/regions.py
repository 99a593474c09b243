"""Simulating a scenario into a directory: one region in this process; several side by side, which are then merged.

A region's directory is that of a run of the region alone. Those that a killed run finished are reused by the next run
of the same scenario, release and formats.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import attrs
from attrs import frozen

from simulation import __version__
from simulation.contract import TABLE_NAMES
from simulation.execution.artifact_store import ArtifactStore, store_at
from simulation.execution.executors import Executor, OnDone, TaskFailed, executor_for
from simulation.lib.disks import remove
from simulation.lib.paths import RUN_RECORD, is_run
from simulation.lib.staging import MARKER, PARTIAL, RunDirError, cannot_be_written, staged
from simulation.log import OBSERVABLE_FILE, TRUTH_FILE, LogMetadata, schemas_of_files
from simulation.log.merging import merge_logs
from simulation.runs.past import Past, PastOfRun
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
from simulation.runs.states import copy_states, state_file, states_of, vouched_states
from simulation.runs.tables import TRUTH, join_table, joined_rows
from simulation.runs.writing import OnLog, simulate_into, write_directory

if TYPE_CHECKING:
    from simulation.scenario import Scenario

REGIONS = "regions"


@frozen
class RegionTask:
    """A region to simulate: its own scenario, its number, the directory of its run, and whether that has a state."""

    scenario: "Scenario"
    number: int
    directory: Path
    formats: tuple[str, ...]
    state: bool = True
    past: Past | None = None

    @property
    def stored_name(self) -> str:
        """The name of the run in an artifact store."""
        return f"{REGIONS}/{self.directory.name}"

    @property
    def about(self) -> dict[str, Any]:
        """All that the bytes of the run depend on."""
        from simulation.execution.cluster import releases
        from simulation.scenario.extensions import sources_as_plain
        from simulation.scenario.loading import resolved

        return {
            "version": __version__,
            "releases": dict(releases()),
            "scenario": resolved(self.scenario),
            "extensions": sources_as_plain(self.scenario.extensions),
            "region": self.number,
            "formats": list(self.formats),
            "state": self.state,
        }


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
    state: bool = True,
    past: PastOfRun | None = None,
) -> RunSummary:
    """Simulate a scenario into a directory, with the tables in each of `formats` (both, unless stated).

    The log is written in chunks while the world runs. `force` replaces a run that is there already, and nothing else.
    `on_day` is called with how many days of how many are over; `on_log` with a directory that has the whole log, before
    the run counts, and may raise to refuse it.

    Several regions are simulated by `executor`, one per processor at a time unless stated, and `keep_regions` keeps
    the run of each; those that a killed or failed run finished are reused. If the executor cannot write to the
    directory, the runs of regions come by way of a directory or URL that is `shared` with it. `only_region` simulates
    the region of that number alone. Without `state` the run does not have where its worlds stood at the window's end.
    With a `past`, worlds go on from where another run left them; that needs processes that can read its directory.

    Raises ScenarioError or RunDirError, with one line, before or after which nothing half-written is left.
    """
    from simulation.scenario.extension_code import require_permission
    from simulation.scenario.loading import check_scenario
    from simulation.scenario.partition import checked_number
    from simulation.scenario.regions import regional

    check_scenario(scenario)
    require_permission(scenario.extensions, f"scenario {scenario.name}")
    if only_region is not None:
        number = checked_number(scenario, only_region)
        return write_region(regional(scenario, number), number, out, formats, force=force, on_day=on_day, state=state)
    if len(scenario.regions) == 1:
        return write_region(
            scenario, None, out, formats, force=force, on_day=on_day, on_log=on_log, state=state,
            past=None if past is None else past.of(1),
        )  # fmt: skip

    return _write_regions(
        scenario, Path(out), checked_formats(formats), executor or executor_for(),
        None if shared is None else store_at(shared),
        force=force, keep_regions=keep_regions, on_day=on_day, on_log=on_log, state=state, past=past,
    )  # fmt: skip


def write_region(  # noqa: PLR0913 -- what the command line offers
    scenario: "Scenario",
    number: int | None,
    out: str | Path,
    formats: Sequence[str] | None,
    *,
    force: bool = False,
    on_day: OnDone | None = None,
    on_log: OnLog | None = None,
    state: bool = True,
    past: Past | None = None,
) -> RunSummary:
    """Simulate a scenario's only region into a directory; `number` is its number if there are others."""
    write_logs = partial(simulate_into, scenario=scenario, region=number or 1, on_day=on_day, state=state, past=past)
    return write_directory(scenario, out, formats, force=force, write_logs=write_logs, region=number, on_log=on_log)


def simulate_region(task: RegionTask) -> None:
    """Simulate one region into its directory, in place of what is there, and reduce its log to tables."""
    write_directory(
        task.scenario,
        task.directory,
        task.formats,
        force=True,
        waits=True,  # a process whose parent was killed may still be ending
        write_logs=partial(simulate_into, scenario=task.scenario, region=task.number, state=task.state, past=task.past),
        region=task.number,
    )


def simulate_into_store(store: ArtifactStore, task: RegionTask) -> None:
    """Simulate one region on this machine's own disk and publish its run, unless the store has it already."""
    if store.finished(task.stored_name) == task.about:
        return
    with TemporaryDirectory() as folder:
        made = attrs.evolve(task, directory=Path(folder) / task.directory.name)
        simulate_region(made)
        store.publish(task.stored_name, made.directory, task.about)


def merge_files(
    places: Sequence[Path], target: Path, formats: Sequence[str], metadata: LogMetadata, name: str
) -> dict[str, str]:
    """Merge a part of the log or a table, by its name; the SHA-256 of the files that were written, by their names.

    `places` are the directories of all regions' runs, in their order, and `target` that of the whole run.
    """
    schema = dict(zip((OBSERVABLE_FILE, TRUTH_FILE), schemas_of_files(metadata), strict=True)).get(name)
    if schema is None:
        files = join_table(name, places, target, formats, metadata)
    else:
        files = [target / name]
        merge_logs([place / name for place in places], files[0], schema)
    return digests_of(target, [file.relative_to(target).as_posix() for file in files])


# ---------------------------------------------------------------- the regions


def _write_regions(  # noqa: PLR0913 -- what the command line offers
    scenario: "Scenario",
    out: Path,
    formats: tuple[str, ...],
    executor: Executor,
    store: ArtifactStore | None,
    *,
    force: bool,
    keep_regions: bool,
    on_day: OnDone | None,
    on_log: OnLog | None,
    state: bool,
    past: PastOfRun | None,
) -> RunSummary:
    """Have the regions of a checked scenario simulated and reduced by an executor, and merged into one run.

    Where there is a store, only processes at home can write to the directory.
    """
    from simulation.scenario.regions import regional
    from simulation.world import log_metadata

    timings = Timings()
    staging = staged(out, record=RUN_RECORD, force=force, is_ours=is_run, keeps=_has_regions)
    with cannot_be_written(out), staging as directory:
        tasks = [
            RegionTask(regional(scenario, number), number, directory / REGIONS / f"{number:04d}", formats, state)
            for number in range(1, len(scenario.regions) + 1)
        ]
        _clear(directory, tasks)
        with TemporaryDirectory(dir=directory, prefix=".past-") as scratch:
            if past is not None:
                pasts = past.by_region(Path(scratch))
                tasks = [attrs.evolve(task, past=pasts[task.number]) for task in tasks]
            _simulate_all(tasks, out, partial(_simulated, executor, store), on_day)
        timings.lap("regions")
        metadata = log_metadata(scenario)
        places = [task.directory for task in tasks]
        merger = executor if store is None else executor.at_home()
        rows, digests = _merge_all(places, directory, formats, metadata, merger)
        for task in tasks:
            copy_states(task.directory, directory, [state_file(task.number)])
        digests |= vouched_states(directory, digests)
        timings.lap("merge")
        if on_log is not None:
            on_log(directory)
            timings.lap("compare")
        write_record(directory, record := record_of(scenario, metadata, rows, digests, timings))
        if not keep_regions:
            shutil.rmtree(directory / REGIONS)
    return RunSummary(out, record)


def _simulated(executor: Executor, store: ArtifactStore | None, tasks: Sequence[RegionTask]) -> Iterator[int]:
    """Simulate regions wherever an executor runs tasks; the places of tasks, as they are done.

    Runs come by way of the store, if there is one; else directories have to be reached from there. Raises TaskFailed,
    and RunDirError where a run does not arrive.
    """
    function = simulate_region if store is None else partial(simulate_into_store, store)
    for place, _ in executor.map(function, tasks):
        task = tasks[place]
        if store is not None:
            with staged(task.directory, record=RUN_RECORD, force=True, is_ours=is_run) as stage:
                store.fetch(task.stored_name, stage)
        elif not is_run(task.directory):
            raise RunDirError(
                f"{task.directory}: was simulated and is not there; "
                "name a place that all workers can reach with --shared"
            )
        yield place


def _clear(directory: Path, tasks: Sequence[RegionTask]) -> None:
    """Remove what an earlier run left, except finished regions, and those that a process may still be writing."""
    regions = [task.directory for task in tasks]
    wanted = [path if is_run(path) else path.with_name(path.name + PARTIAL) for path in regions]
    (directory / REGIONS).mkdir(exist_ok=True)
    for path in (*directory.iterdir(), *(directory / REGIONS).iterdir()):
        if path not in wanted and path.name not in (MARKER, REGIONS):
            remove(path)


def _simulate_all(
    tasks: Sequence[RegionTask],
    out: Path,
    simulated: Callable[[Sequence[RegionTask]], Iterator[int]],
    on_day: OnDone | None,
) -> None:
    """Simulate the regions that are not there yet, and report all days of a region when it is done.

    Raises RunDirError, which names the first that fails.
    """
    from simulation.scenario.regions import simulated_days

    remaining = [task for task in tasks if not _is_finished(task)]
    days = simulated_days(tasks[0].scenario)
    try:
        for done, _ in enumerate(chain([None], simulated(remaining)), len(tasks) - len(remaining)):
            if on_day is not None:
                on_day(done * days, len(tasks) * days)
    except TaskFailed as failure:
        task = remaining[failure.place]
        raise RunDirError(
            f"{out}: region {task.number}, {task.scenario.regions[0].name}, failed: {failure.cause}"
        ) from failure.__cause__


def _is_finished(task: RegionTask) -> bool:
    """Whether a region is finished, and just as this run would make it."""
    from simulation.scenario.extensions import sources_as_plain
    from simulation.scenario.loading import resolved

    try:
        record = read_record(task.directory)
    except RunDirError:
        return False
    of_extensions = record.get("extensions", {}), sources_as_plain(task.scenario.extensions)
    if of_extensions[0] != of_extensions[1]:
        return False
    made_by = (record.get("version"), record["scenario"], record.get("region"), formats_of(record), states_of(record))
    states = [state_file(task.number)] if task.state else []
    wanted = (__version__, resolved(task.scenario), task.number, task.formats, states)
    return made_by == wanted and not changed_files(task.directory, record)


def _has_regions(directory: Path) -> bool:
    """Whether the remains of a run have a finished region."""
    return any(is_run(path) for path in (directory / REGIONS).glob("*[0-9]"))


# ---------------------------------------------------------------- all of them


def _merge_all(
    places: Sequence[Path], directory: Path, formats: tuple[str, ...], metadata: LogMetadata, executor: Executor
) -> tuple[dict[str, int], dict[str, str]]:
    """Merge the parts of the log and the tables, side by side; the rows of each, and the digests of their files."""
    (directory / TRUTH).mkdir(exist_ok=True)
    # What takes longest begins first.
    names = [OBSERVABLE_FILE, TRUTH_FILE, *TABLE_NAMES]
    digests: dict[str, str] = {}
    try:
        for _, made in executor.map(partial(merge_files, places, directory, formats, metadata), names):
            digests |= made
    except TaskFailed as failure:
        raise RunDirError(
            f"{directory}: {names[failure.place]} of all regions cannot be merged: {failure.cause}"
        ) from failure.__cause__
    return joined_rows([read_record(place)["rows"] for place in places], places), digests
