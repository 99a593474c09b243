"""Regions simulated on machines that do not see this directory: their runs come by way of an artifact store."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import attrs
from attrs import frozen

from simulation import __version__
from simulation.execution.artifact_store import ArtifactStore
from simulation.execution.cluster import releases
from simulation.execution.executors import Executor
from simulation.lib.paths import RUN_RECORD, is_run
from simulation.lib.staging import staged
from simulation.runs.regions import REGIONS, RegionTask, simulate_region


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
        from simulation.scenario.loading import resolved

        return {
            "version": __version__,
            "releases": dict(releases()),
            "scenario": resolved(self.region.scenario),
            "region": self.region.number,
            "formats": list(self.region.formats),
        }


def simulated_by_store(store: ArtifactStore, executor: Executor, tasks: Sequence[RegionTask]) -> Iterator[int]:
    """Simulate regions wherever an executor does, and fetch their runs; the places of tasks, as they are done.

    Raises TaskFailed, and RunDirError where a run cannot be fetched from the store.
    """
    stored_tasks = [StoredTask(task, store) for task in tasks]
    for place, _ in executor.map(simulate_into_store, stored_tasks):
        with staged(tasks[place].directory, record=RUN_RECORD, force=True, is_ours=is_run) as stage:
            store.fetch(stored_tasks[place].name, stage)
        yield place


def simulate_into_store(task: StoredTask) -> None:
    """Simulate one region on this machine's own disk and publish its run, unless the store has it already."""
    if task.store.finished(task.name) == task.about:
        return
    with TemporaryDirectory() as folder:
        made = attrs.evolve(task.region, directory=Path(folder) / task.region.directory.name)
        simulate_region(made)
        task.store.publish(task.name, made.directory, task.about)
