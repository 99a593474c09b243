"""A world's run alone, over a bare SimPy loop with as many live processes and as many kernel events.

    python -m benchmarks.kernel SCENARIO PAIRS

A run of its own counts both. Then world and loop run in turn, without collections of garbage, and what the world
writes goes nowhere. Prints the processor seconds of each run, and what was counted, as JSON.
"""

import gc
import json
import math
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any

from attrs import frozen
from simpy import Environment, Event, Process, Timeout
from simpy.events import Initialize

if TYPE_CHECKING:
    import pyarrow as pa

    from simulation.scenario import Scenario
    from simulation.world import World


@frozen
class Load:
    """What a kernel has to do: `events` to process, with so many `processes` alive on average over them."""

    events: int
    processes: int


class CountingEnvironment(Environment):
    """Counts the events that it processes, and the processes that are alive meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self._alive = self._events = self._alive_at_events = 0

    def schedule(self, event: Event, *arguments: Any, **options: Any) -> None:
        """Schedule an event. A process is alive from its first event to its own."""
        if isinstance(event, Initialize):
            self._alive += 1
        elif isinstance(event, Process):
            self._alive -= 1
        super().schedule(event, *arguments, **options)

    def step(self) -> None:
        """Process the next event."""
        super().step()
        self._events += 1
        self._alive_at_events += self._alive

    @property
    def load(self) -> Load:
        """What was counted so far."""
        return Load(self._events, round(self._alive_at_events / max(self._events, 1)))


class Nowhere:
    """A sink that lets go of what it is given."""

    def write(self, chunk: "pa.Table") -> None:
        """Forget a chunk."""

    def close(self) -> None:
        """Nothing more comes."""


def world_of(scenario: "Scenario") -> "World":
    """The world of a scenario's only region, about to run."""
    from simulation.scenario.regional import regional
    from simulation.world import World

    return World(regional(scenario, 1), Nowhere(), Nowhere())


def load_of(scenario: "Scenario") -> Load:
    """What a world gives its kernel to do."""
    world = world_of(scenario)
    environment = CountingEnvironment()
    world.context.agenda.environment = environment
    world.run()
    return environment.load


def bare_loop(load: Load, environment: Environment | None = None) -> Callable[[], None]:
    """A loop with this load and nothing else, about to run; it has the events but for one in a hundred."""
    environment = environment or Environment()
    # Each sleeps for its own time, over and over, so that they come in another order each time.
    naps = [0.5 + math.modf(place * math.sqrt(2))[0] for place in range(load.processes)]

    def sleeper(nap: float) -> Generator[Timeout, None, None]:
        yield environment.timeout(nap * math.modf(nap * 997)[0])
        while True:
            yield environment.timeout(nap)

    for nap in naps:
        environment.process(sleeper(nap))
    # To begin is an event, too.
    end = (load.events - load.processes) / math.fsum(1 / nap for nap in naps)
    return lambda: environment.run(until=end)


def seconds_of(run: Callable[[], None]) -> float:
    """The processor time of a run, in seconds."""
    gc.collect()
    gc.disable()
    before = process_time()
    run()
    after = process_time()
    gc.enable()
    return after - before


def compare(scenario_file: Path, pairs: int) -> dict[str, Any]:
    """Run world and loop in turn; the load, and seconds by pair."""
    from simulation.lib.arrow import import_arrow_alone

    import_arrow_alone()

    from simulation.scenario.loading import load_scenario

    scenario = load_scenario(scenario_file)
    load = load_of(scenario)
    seconds = [{"world": seconds_of(world_of(scenario).run), "loop": seconds_of(bare_loop(load))} for _ in range(pairs)]
    return {"events": load.events, "processes": load.processes, "seconds": seconds}


if __name__ == "__main__":
    print(json.dumps(compare(Path(sys.argv[1]), int(sys.argv[2]))))
