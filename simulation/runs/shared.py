"""Regions simulated where this process cannot look: their runs are laid down on a shelf, and brought home from it."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import attrs
from attrs import frozen

from simulation import __version__
from simulation.execution.artifact_store import Shelf
from simulation.execution.cluster import releases
from simulation.execution.executors import Executor
from simulation.lib.staging import staged
from simulation.runs.record import RECORD, is_run
from simulation.runs.regions import REGIONS, RegionTask, simulate_region


@frozen
class ShelfTask:
    """A region to be simulated, and the shelf that it goes to."""

    region: RegionTask
    shelf: Shelf

    @property
    def name(self) -> str:
        """The name of the region's run on the shelf."""
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


def simulated_onto_shelf(shelf: Shelf, executor: Executor, tasks: Sequence[RegionTask]) -> Iterator[int]:
    """Simulate regions wherever an executor does; the places of those whose runs are in their directories.

    Raises TaskFailed, and RunDirError where what is on the shelf cannot be brought home.
    """
    shelf_tasks = [ShelfTask(task, shelf) for task in tasks]
    for place, _ in executor.map(simulate_onto_shelf, shelf_tasks):
        bring_home(shelf_tasks[place])
        yield place


def simulate_onto_shelf(task: ShelfTask) -> None:
    """Simulate one region on this machine's own disk and lay its run down, unless it lies there already."""
    if task.shelf.finished(task.name) == task.about:
        return
    with TemporaryDirectory() as folder:
        made = attrs.evolve(task.region, directory=Path(folder) / task.region.directory.name)
        simulate_region(made)
        task.shelf.publish(task.name, made.directory, task.about)


def bring_home(task: ShelfTask) -> None:
    """Fetch a region's run into its directory, in place of what is there."""
    with staged(task.region.directory, record=RECORD, force=True, is_ours=is_run) as stage:
        task.shelf.fetch(task.name, stage)
