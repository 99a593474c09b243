"""Labels: which tutors leave in the days after a moment; after the window, the simulator alone knows."""

import math
import warnings
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import attrs
import pyarrow as pa

from simulation.api.features import tutors_there
from simulation.api.moments import ArgumentError
from simulation.events import TutorLeft
from simulation.lib.staging import RunDirError
from simulation.log import Log, LogError
from simulation.runs.in_memory import Simulation
from simulation.scenario import Scenario
from simulation.scenario.regions import regional

if TYPE_CHECKING:
    import pandas as pd

_DAY = timedelta(days=1)


class FollowUpWarning(UserWarning):
    """A run's world is simulated once more, beyond its window, because labels ask for days that it does not have."""


def labels_of(log: Log, departures: pa.Table, moment: datetime, horizon_days: int) -> "pd.DataFrame":
    """Whether each tutor who is there at a moment leaves within the horizon, and when, out of all departures."""
    import pandas as pd

    end = pd.Timestamp(moment + horizon_days * _DAY)
    left_at = departures.to_pandas().set_index("tutor_id")["timestamp"].reindex(tutors_there(log, moment))
    left_at = left_at.where(left_at < end)
    return pd.DataFrame({"left": left_at.notna().astype("boolean"), "left_at": left_at})


def days_beyond(log: Log, moment: datetime, horizon_days: int) -> int:
    """How many days after the window the horizon reaches. Raises ArgumentError."""
    most = attrs.fields_dict(Scenario)["follow_up_days"].metadata["high"]
    beyond = math.ceil((moment + horizon_days * _DAY - log.metadata.window[1]) / _DAY)
    if horizon_days < 1 or beyond > most:
        raise ArgumentError(
            f"horizon_days: is {horizon_days}; allowed is from 1, up to {most} days beyond the window's end"
        )
    return max(beyond, 0)


def departures_of(run: Simulation, region: int | None, beyond: int) -> pa.Table:
    """Who left and when, in the log and in so many days after the window.

    Where the run was not followed so long, its world is simulated once more. Raises RunDirError where that is another
    world than the run's.
    """
    if not beyond:
        return _departures([run.log])
    if run.scenario.follow_up_days >= beyond and _has_truth(run):
        return _departures([run.log, run.truth_log])
    warnings.warn(
        f"the run of {run.scenario.name} was not followed for {beyond} days after its window: its world is simulated "
        f"once more, and further; with follow_up_days={beyond} in the scenario it is simulated once",
        FollowUpWarning,
        stacklevel=3,
    )
    return _followed(run, region, beyond)


def _followed(run: Simulation, region: int | None, days: int) -> pa.Table:
    scenario = attrs.evolve(run.scenario, follow_up_days=days)
    places = {region or 1: 1} if len(scenario.regions) == 1 or region else _places(scenario)
    found = []
    for number, place in places.items():
        observable, truth = _simulated_again(regional(scenario, place), number)
        if not observable.equals(run.log.of_region(number).table):
            from simulation import __version__

            raise RunDirError(
                f"the run of {scenario.name}: its log is not what version {__version__} simulates from its scenario; "
                "labels after the window can be had of runs of this version"
            )
        found += [Log(table, run.log.metadata) for table in (observable, truth)]
    return _departures(found)


def _places(scenario: Scenario) -> dict[int, int]:
    """The regions' numbers, each with its place in the scenario."""
    return {number: number for number in range(1, len(scenario.regions) + 1)}


def _simulated_again(scenario: Scenario, number: int) -> tuple[pa.Table, pa.Table]:
    """Both parts of the log of a region's world."""
    from simulation.world import World, memory_sinks

    observable, truth = memory_sinks(scenario)
    World(scenario, observable, truth, region=number).run()
    return observable.table(), truth.table()


def _departures(logs: Sequence[Log]) -> pa.Table:
    return pa.concat_tables([log.events(TutorLeft, columns=("tutor_id", "timestamp")) for log in logs])


def _has_truth(run: Simulation) -> bool:
    """Whether a run has its truth part: one that was passed on may lack it."""
    try:
        return len(run.truth_log) > 0
    except LogError:
        return False
