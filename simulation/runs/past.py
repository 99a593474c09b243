"""The past of a run that goes on from another: that one's log, and the states in which its worlds were left."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import field, frozen

from simulation.log import Sink
from simulation.log.copying import copy_rows
from simulation.runs.states import LOGS, state_file
from simulation.runs.tables import split_logs

if TYPE_CHECKING:
    from simulation.state.conversion import WorldState


@frozen
class Past:
    """A region's past: `run` is a directory that has its state, and `logs` one with both parts of its log alone.

    The state is of the scenario with that digest, and says that it is of logs with these `digests`.
    """

    run: Path
    logs: Path
    region: int
    scenario_digest: str
    digests: Mapping[str, str] = field(hash=False)

    @property
    def file(self) -> Path:
        """The file with the state."""
        return self.run / state_file(self.region)

    def state(self) -> "WorldState":
        """Where the region's world was left. Raises StateError."""
        from simulation.state.files import read_state

        return read_state(self.file, self.scenario_digest, self.region, self.digests)

    def copy(self, state: "WorldState", observable: Sink, truth: Sink) -> None:
        """Write what the log has up to the state. Raises LogError."""
        counts = state.log.observable_rows, state.log.truth_rows
        for name, sink, count in zip(LOGS, (observable, truth), counts, strict=True):
            copy_rows(self.logs / name, sink, count)


@frozen
class PastOfRun:
    """The past of all regions of a run: the digests of their scenarios by number, and those of its logs."""

    run: Path
    scenario_digests: Mapping[int, str] = field(hash=False)
    digests: Mapping[str, str] = field(hash=False)

    def of(self, region: int, logs: Path | None = None) -> Past:
        """The past of one region, whose log is in the run's directory, or in another one."""
        return Past(self.run, logs or self.run, region, self.scenario_digests[region], self.digests)

    def by_region(self, scratch: Path) -> dict[int, Past]:
        """The pasts of all regions, each with its part of the logs in a directory of its own. Raises LogError."""
        places = {region: scratch / f"{region:04d}" for region in self.scenario_digests}
        split_logs(self.run, places)
        return {region: self.of(region, place) for region, place in places.items()}
