"""The states of a run's worlds: where each region stood at the window's end, for runs that go on from there."""

import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation.log import OBSERVABLE_FILE, TRUTH_FILE
from simulation.runs.record import digests_of
from simulation.runs.tables import TRUTH

if TYPE_CHECKING:
    from simulation.scenario import Scenario
    from simulation.world import World

LOGS = (OBSERVABLE_FILE, TRUTH_FILE)
_STATE = re.compile(rf"{TRUTH}/region-\d{{4,5}}\.state")


def state_file(region: int) -> str:
    """The file with a region's state, by its path in a run's directory. `simulation.state.files` reads it."""
    return f"{TRUTH}/region-{region:04d}.state"


def states_of(record: Mapping[str, Any]) -> list[str]:
    """The files with states that a run has, by its run.json: one a region, or none."""
    return list(filter(_STATE.fullmatch, record["files"]))


def vouched_states(directory: Path, digests: Mapping[str, str]) -> dict[str, str]:
    """Have the states in a run's directory that is being filled say of which logs they are; the digests of their files.

    `digests` are those of the run's other files, by name.
    """
    names = (path.relative_to(directory).as_posix() for path in (directory / TRUTH).iterdir())
    states = sorted(filter(_STATE.fullmatch, names))
    if states:
        from simulation.state.files import vouch

        for name in states:
            vouch(directory / name, {log: digests[log] for log in LOGS})
    return digests_of(directory, states)


def run_and_keep(world: "World", scenario: "Scenario", region: int) -> bytes:
    """Run a world to its end; what the file of its state at the window's end has in it.

    `scenario` is that of the region alone. Raises BehaviourError.
    """
    from simulation.scenario.loading import scenario_digest
    from simulation.state.files import state_bytes

    world.run(until=world.clock.window_end)
    content = state_bytes(world.state(), scenario_digest(scenario), region)
    world.run()
    return content


def copy_states(place: Path, target: Path, names: Iterable[str]) -> None:
    """Copy those of some files with states that a run's directory has."""
    for name in names:
        if (place / name).is_file():
            shutil.copyfile(place / name, target / name)
